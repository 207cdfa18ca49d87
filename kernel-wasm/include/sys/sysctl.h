/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl.h - sysctl(3) and sysctl(9).
 */

#ifndef _SYS_SYSCTL_H_
#define	_SYS_SYSCTL_H_

#include <sys/types.h>
#include <sys/cdefs.h>

struct lwp;

#define	CTL_MAXNAME	12
#define	SYSCTL_NAMELEN	32

#define	CTL_EOL		(-1)
#define	CTL_QUERY	(-2)
#define	CTL_CREATE	(-3)
#define	CTL_CREATESYM	(-4)
#define	CTL_DESTROY	(-5)
#define	CTL_MMAP	(-6)
#define	CTL_DESCRIBE	(-7)

#define	CTLTYPE_NODE	1
#define	CTLTYPE_INT	2
#define	CTLTYPE_STRING	3
#define	CTLTYPE_QUAD	4
#define	CTLTYPE_STRUCT	5
#define	CTLTYPE_BOOL	6
#define	CTLTYPE_LONG	(sizeof(long) == 8 ? CTLTYPE_QUAD : CTLTYPE_INT)

#define	CTLFLAG_READONLY	0x00000000
#define	CTLFLAG_READWRITE	0x00000070
#define	CTLFLAG_ANYWRITE	0x00000080
#define	CTLFLAG_PRIVATE		0x00000100
#define	CTLFLAG_PERMANENT	0x00000200
#define	CTLFLAG_OWNDATA		0x00000400
#define	CTLFLAG_IMMEDIATE	0x00000800
#define	CTLFLAG_HEX		0x00001000
#define	CTLFLAG_ROOT		0x00002000
#define	CTLFLAG_ANYNUMBER	0x00004000
#define	CTLFLAG_HIDDEN		0x00008000
#define	CTLFLAG_ALIAS		0x00010000
#define	CTLFLAG_OWNDESC		0x00040000
#define	CTLFLAG_UNSIGNED	0x00080000

#define	SYSCTL_VERS_MASK	0xff000000u
#define	SYSCTL_VERS_1		0x01000000u
#define	SYSCTL_VERSION		SYSCTL_VERS_1
#define	SYSCTL_VERS(f)		((f) & SYSCTL_VERS_MASK)
#define	SYSCTL_TYPEMASK		0x0000000fu
#define	SYSCTL_TYPE(f)		((f) & SYSCTL_TYPEMASK)
#define	SYSCTL_FLAGMASK		0x00fffff0u
#define	SYSCTL_FLAGS(f)		((f) & SYSCTL_FLAGMASK)

#define	CTL_KERN	1
#define	CTL_VM		2
#define	CTL_VFS		3
#define	CTL_NET		4
#define	CTL_DEBUG	5
#define	CTL_HW		6
#define	CTL_MACHDEP	7
#define	CTL_USER	8
#define	CTL_DDB		9
#define	CTL_PROC	10
#define	CTL_VENDOR	11
#define	CTL_EMUL	12
#define	CTL_SECURITY	13
#define	CTL_MAXID	14

#define	KERN_OSTYPE	1
#define	KERN_OSRELEASE	2
#define	KERN_OSREV	3
#define	KERN_VERSION	4
#define	KERN_MAXVNODES	5
#define	KERN_MAXPROC	6
#define	KERN_MAXFILES	7
#define	KERN_ARGMAX	8
#define	KERN_SECURELVL	9
#define	KERN_HOSTNAME	10
#define	KERN_HOSTID	11
#define	KERN_CLOCKRATE	12
#define	KERN_NGROUPS	18
#define	KERN_JOB_CONTROL 19
#define	KERN_SAVED_IDS	20
#define	KERN_DOMAINNAME	22
#define	KERN_ROOT_DEVICE 30
#define	KERN_FSYNC	33
#define	KERN_IOV_MAX	38
#define	KERN_PROC2	47
#define	KERN_CP_TIME	51
#define	KERN_MSGBUF	53
#define	KERN_SBMAX	58
#define	KERN_FILE2	77
#define	KERN_ARND	81
#define	KERN_BOOTTIME	83

#define	KERN_PROC_ALL	0
#define	KERN_PROC_PID	1
#define	KERN_PROC_PGRP	2
#define	KERN_PROC_SESSION 3
#define	KERN_PROC_TTY	4
#define	KERN_PROC_UID	5
#define	KERN_PROC_RUID	6
#define	KERN_PROC_GID	7
#define	KERN_PROC_RGID	8

#define	KERN_FILE_BYFILE 1
#define	KERN_FILE_BYPID	2

#define	HW_MACHINE	1
#define	HW_MODEL	2
#define	HW_NCPU		3
#define	HW_BYTEORDER	4
#define	HW_PHYSMEM	5
#define	HW_USERMEM	6
#define	HW_PAGESIZE	7
#define	HW_DISKNAMES	8
#define	HW_MACHINE_ARCH	10
#define	HW_PHYSMEM64	13
#define	HW_USERMEM64	14
#define	HW_NCPUONLINE	16

#define	VM_METER	1
#define	VM_LOADAVG	2
#define	VM_UVMEXP	3
#define	VM_UVMEXP2	5

#define	VFS_GENERIC	0
#define	VFS_MAXTYPENUM	1
#define	VFS_CONF	2
#define	VFS_USERMOUNT	3
#define	VFS_MAGICLINKS	4

struct sysctlnode;
#define	SYSCTLFN_PROTO	const int *, u_int, void *, size_t *, const void *,  \
			size_t, const int *, struct lwp *,		     \
			const struct sysctlnode *
#define	SYSCTLFN_ARGS	const int *name, u_int namelen, void *oldp,	     \
			size_t *oldlenp, const void *newp, size_t newlen,     \
			const int *oname, struct lwp *l,		     \
			const struct sysctlnode *rnode
#define	SYSCTLFN_CALL(n) name, namelen, oldp, oldlenp, newp, newlen, oname, \
			l, n

typedef int (*sysctlfn)(SYSCTLFN_PROTO);

/* Pointers fill 8 bytes in every build, so that ILP32 gets the public layout. */
#define	SYSC_SLOT(type, name)	union { type name; uint64_t name##_slot; }

struct sysctlnode {
	uint32_t	sysctl_flags;	/* version, flags, type */
	int32_t		sysctl_num;
	char		sysctl_name[SYSCTL_NAMELEN];
	uint32_t	sysctl_ver;	/* changes with the node and below */
	uint32_t	sysctl_rsvd;
	union {
		struct {
			uint32_t	suc_csize;	/* slots for children */
			uint32_t	suc_clen;	/* in use */
			SYSC_SLOT(struct sysctlnode *, suc_child);
		} scu_child;
		struct {
			SYSC_SLOT(void *, sud_data);
			SYSC_SLOT(size_t, sud_offset);
		} scu_data;
		int32_t		scu_idata;
		uint64_t	scu_qdata;
		bool		scu_bdata;
	} sysctl_un;
	SYSC_SLOT(size_t, sysctl_size);
	SYSC_SLOT(sysctlfn, sysctl_func);
	SYSC_SLOT(struct sysctlnode *, sysctl_parent);
	SYSC_SLOT(const char *, sysctl_desc);
};
#define	sysctl_csize	sysctl_un.scu_child.suc_csize
#define	sysctl_clen	sysctl_un.scu_child.suc_clen
#define	sysctl_child	sysctl_un.scu_child.suc_child
#define	sysctl_data	sysctl_un.scu_data.sud_data
#define	sysctl_offset	sysctl_un.scu_data.sud_offset
#define	sysctl_idata	sysctl_un.scu_idata
#define	sysctl_qdata	sysctl_un.scu_qdata
#define	sysctl_bdata	sysctl_un.scu_bdata

struct sysctldesc {
	int32_t		descr_num;
	uint32_t	descr_ver;
	uint32_t	descr_len;	/* with the NUL */
	char		descr_str[];
};
#define	NEXT_DESCR(d)							\
	((struct sysctldesc *)((char *)(d) +				\
	    ((sizeof(*(d)) + (d)->descr_len + 3) & ~(size_t)3)))

struct sysctllog;
typedef void (*sysctl_setup_func)(struct sysctllog **);

/* Nodes made when the kernel (or the module) starts. */
#define	SYSCTL_SETUP_PROTO(f)	void f(struct sysctllog **)
#define	SYSCTL_SETUP(f, name)						\
	static void f(struct sysctllog **);				\
	static const sysctl_setup_func sysctl_setup_##f = f;		\
	__link_set_add_rodata(sysctl_funcs, sysctl_setup_##f);		\
	static void f(struct sysctllog **clog __attribute__((__unused__)))

extern struct sysctlnode sysctl_root;
struct sysctlnode *sysctl_node_child(const struct sysctlnode *, int);
struct sysctlnode *sysctl_node_byname(const struct sysctlnode *, const char *,
	    size_t);
void	sysctl_init(void);
void	sysctl_finalize(void);
int	sysctl_createv(struct sysctllog **, int cflags,
	    const struct sysctlnode **, const struct sysctlnode **,
	    int flags, int type, const char *namep, const char *desc,
	    sysctlfn func, uint64_t qv, void *newp, size_t newlen, ...);
int	sysctl_destroyv(struct sysctlnode *, ...);
void	sysctl_teardown(struct sysctllog **);
void	sysctl_basenode_init(void);
int	sysctl_locate(struct lwp *, const int *, u_int,
	    const struct sysctlnode **, int *);
void	sysctl_lock(bool write);
void	sysctl_relock(void);
void	sysctl_unlock(void);

int	sysctl_lookup(SYSCTLFN_PROTO);
int	sysctl_query(SYSCTLFN_PROTO);
int	sysctl_describe(SYSCTLFN_PROTO);
int	sysctl_dispatch(SYSCTLFN_PROTO);
int	sysctl_needfunc(SYSCTLFN_PROTO);
int	sysctl_notavail(SYSCTLFN_PROTO);
int	sysctl_null(SYSCTLFN_PROTO);

/* *oldlenp on entry is the room; result: ENOMEM when it was short. */
int	sysctl_copyin(struct lwp *, const void *, void *, size_t);
int	sysctl_copyout(struct lwp *, const void *, void *, size_t);
int	sysctl_copyinstr(struct lwp *, const void *, void *, size_t, size_t *);

/* In-kernel: run a system call's worth of sysctl. */
int	old_sysctl(int *, u_int, void *, size_t *, void *, size_t, struct lwp *);
int	sysctlgetmibinfo(const char *, int *, u_int *);

#endif /* _SYS_SYSCTL_H_ */
