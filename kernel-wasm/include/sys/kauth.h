/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/kauth.h - kauth(9): credentials and authorization.
 *
 * The security model is suser: uid 0 may, others may what the scope says.
 */

#ifndef _SYS_KAUTH_H_
#define _SYS_KAUTH_H_

#include <sys/types.h>
#include <sys/stdarg.h>

struct kauth_cred;
struct kauth_scope;
struct kauth_listener;
struct proc;
struct tty;
struct vnode;

typedef struct kauth_cred	*kauth_cred_t;
typedef struct kauth_scope	*kauth_scope_t;
typedef struct kauth_listener	*kauth_listener_t;
typedef uint32_t		kauth_action_t;
typedef int (*kauth_scope_callback_t)(kauth_cred_t, kauth_action_t,
    void *, void *, void *, void *, void *);
typedef struct kauth_key	*kauth_key_t;

#define	KAUTH_RESULT_ALLOW	0
#define	KAUTH_RESULT_DENY	1
#define	KAUTH_RESULT_DEFER	2

#define	KAUTH_SCOPE_GENERIC	"org.netbsd.kauth.generic"
#define	KAUTH_SCOPE_SYSTEM	"org.netbsd.kauth.system"
#define	KAUTH_SCOPE_PROCESS	"org.netbsd.kauth.process"
#define	KAUTH_SCOPE_NETWORK	"org.netbsd.kauth.network"
#define	KAUTH_SCOPE_MACHDEP	"org.netbsd.kauth.machdep"
#define	KAUTH_SCOPE_DEVICE	"org.netbsd.kauth.device"
#define	KAUTH_SCOPE_CRED	"org.netbsd.kauth.cred"
#define	KAUTH_SCOPE_VNODE	"org.netbsd.kauth.vnode"

enum { KAUTH_GENERIC_UNUSED1 = 1, KAUTH_GENERIC_ISSUSER };

enum kauth_system_action {
	KAUTH_SYSTEM_ACCOUNTING = 1,
	KAUTH_SYSTEM_CHROOT,
	KAUTH_SYSTEM_CHSYSFLAGS,
	KAUTH_SYSTEM_CPU,
	KAUTH_SYSTEM_DEBUG,
	KAUTH_SYSTEM_FILEHANDLE,
	KAUTH_SYSTEM_MKNOD,
	KAUTH_SYSTEM_MOUNT,
	KAUTH_SYSTEM_PSET,
	KAUTH_SYSTEM_REBOOT,
	KAUTH_SYSTEM_SETIDCORE,
	KAUTH_SYSTEM_SWAPCTL,
	KAUTH_SYSTEM_SYSCTL,
	KAUTH_SYSTEM_TIME,
	KAUTH_SYSTEM_MODULE,
	KAUTH_SYSTEM_FS_RESERVEDSPACE,
	KAUTH_SYSTEM_FS_QUOTA,
	KAUTH_SYSTEM_SEMAPHORE,
	KAUTH_SYSTEM_SYSVIPC,
	KAUTH_SYSTEM_MQUEUE,
	KAUTH_SYSTEM_VERIEXEC,
	KAUTH_SYSTEM_DEVMAPPER,
	KAUTH_SYSTEM_MAP_VA_ZERO,
	KAUTH_SYSTEM_LFS,
	KAUTH_SYSTEM_FS_EXTATTR,
	KAUTH_SYSTEM_FS_SNAPSHOT,
};

enum kauth_system_req {
	KAUTH_REQ_SYSTEM_CHROOT_CHROOT = 1,
	KAUTH_REQ_SYSTEM_CHROOT_FCHROOT,
	KAUTH_REQ_SYSTEM_CPU_SETSTATE,
	KAUTH_REQ_SYSTEM_DEBUG_IPKDB,
	KAUTH_REQ_SYSTEM_MOUNT_GET,
	KAUTH_REQ_SYSTEM_MOUNT_NEW,
	KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT,
	KAUTH_REQ_SYSTEM_MOUNT_UPDATE,
	KAUTH_REQ_SYSTEM_MOUNT_DEVICE,
	KAUTH_REQ_SYSTEM_SYSCTL_ADD,
	KAUTH_REQ_SYSTEM_SYSCTL_DELETE,
	KAUTH_REQ_SYSTEM_SYSCTL_DESC,
	KAUTH_REQ_SYSTEM_SYSCTL_MODIFY,
	KAUTH_REQ_SYSTEM_SYSCTL_PRVT,
	KAUTH_REQ_SYSTEM_TIME_ADJTIME,
	KAUTH_REQ_SYSTEM_TIME_NTPADJTIME,
	KAUTH_REQ_SYSTEM_TIME_RTCOFFSET,
	KAUTH_REQ_SYSTEM_TIME_SYSTEM,
	KAUTH_REQ_SYSTEM_TIME_TIMECOUNTERS,
	KAUTH_REQ_SYSTEM_FS_QUOTA_GET,
	KAUTH_REQ_SYSTEM_FS_QUOTA_MANAGE,
	KAUTH_REQ_SYSTEM_FS_QUOTA_NOLIMIT,
	KAUTH_REQ_SYSTEM_FS_QUOTA_ONOFF,
};

enum kauth_process_action {
	KAUTH_PROCESS_CANSEE = 1,
	KAUTH_PROCESS_CORENAME,
	KAUTH_PROCESS_FORK,
	KAUTH_PROCESS_KEVENT_FILTER,
	KAUTH_PROCESS_KTRACE,
	KAUTH_PROCESS_NICE,
	KAUTH_PROCESS_PROCFS,
	KAUTH_PROCESS_PTRACE,
	KAUTH_PROCESS_RLIMIT,
	KAUTH_PROCESS_SCHEDULER_GETAFFINITY,
	KAUTH_PROCESS_SCHEDULER_SETAFFINITY,
	KAUTH_PROCESS_SCHEDULER_GETPARAM,
	KAUTH_PROCESS_SCHEDULER_SETPARAM,
	KAUTH_PROCESS_SETID,
	KAUTH_PROCESS_SIGNAL,
	KAUTH_PROCESS_STOPFLAG,
};

enum kauth_process_req {
	KAUTH_REQ_PROCESS_CANSEE_ARGS = 1,
	KAUTH_REQ_PROCESS_CANSEE_ENTRY,
	KAUTH_REQ_PROCESS_CANSEE_ENV,
	KAUTH_REQ_PROCESS_CANSEE_OPENFILES,
	KAUTH_REQ_PROCESS_CORENAME_GET,
	KAUTH_REQ_PROCESS_CORENAME_SET,
	KAUTH_REQ_PROCESS_KTRACE_PERSISTENT,
	KAUTH_REQ_PROCESS_RLIMIT_GET,
	KAUTH_REQ_PROCESS_RLIMIT_SET,
	KAUTH_REQ_PROCESS_RLIMIT_BYPASS,
};

enum kauth_network_action {
	KAUTH_NETWORK_ALTQ = 1,
	KAUTH_NETWORK_BIND,
	KAUTH_NETWORK_FIREWALL,
	KAUTH_NETWORK_INTERFACE,
	KAUTH_NETWORK_FORWSRCRT,
	KAUTH_NETWORK_NFS,
	KAUTH_NETWORK_ROUTE,
	KAUTH_NETWORK_SOCKET,
	KAUTH_NETWORK_INTERFACE_PPP,
	KAUTH_NETWORK_INTERFACE_SLIP,
	KAUTH_NETWORK_INTERFACE_TUN,
	KAUTH_NETWORK_INTERFACE_BRIDGE,
	KAUTH_NETWORK_IPSEC,
};

enum kauth_device_action {
	KAUTH_DEVICE_TTY_OPEN = 1,
	KAUTH_DEVICE_TTY_PRIVSET,
	KAUTH_DEVICE_TTY_STI,
	KAUTH_DEVICE_RAWIO_SPEC,
	KAUTH_DEVICE_RAWIO_PASSTHRU,
	KAUTH_DEVICE_BLUETOOTH_SETPRIV,
	KAUTH_DEVICE_RND_ADDDATA,
	KAUTH_DEVICE_RND_GETPRIV,
	KAUTH_DEVICE_RND_SETPRIV,
	KAUTH_DEVICE_TTY_VIRTUAL,
};

enum kauth_device_req {
	KAUTH_REQ_DEVICE_RAWIO_SPEC_READ = 1,
	KAUTH_REQ_DEVICE_RAWIO_SPEC_WRITE,
	KAUTH_REQ_DEVICE_RAWIO_SPEC_RW,
};

/* Vnode scope: a set of bits. */
#define	KAUTH_VNODE_READ_DATA		(1U << 0)
#define	KAUTH_VNODE_LIST_DIRECTORY	KAUTH_VNODE_READ_DATA
#define	KAUTH_VNODE_WRITE_DATA		(1U << 1)
#define	KAUTH_VNODE_ADD_FILE		KAUTH_VNODE_WRITE_DATA
#define	KAUTH_VNODE_EXECUTE		(1U << 2)
#define	KAUTH_VNODE_SEARCH		KAUTH_VNODE_EXECUTE
#define	KAUTH_VNODE_DELETE		(1U << 3)
#define	KAUTH_VNODE_APPEND_DATA		(1U << 4)
#define	KAUTH_VNODE_ADD_SUBDIRECTORY	KAUTH_VNODE_APPEND_DATA
#define	KAUTH_VNODE_READ_TIMES		(1U << 5)
#define	KAUTH_VNODE_WRITE_TIMES		(1U << 6)
#define	KAUTH_VNODE_READ_FLAGS		(1U << 7)
#define	KAUTH_VNODE_WRITE_FLAGS		(1U << 8)
#define	KAUTH_VNODE_READ_SYSFLAGS	(1U << 9)
#define	KAUTH_VNODE_WRITE_SYSFLAGS	(1U << 10)
#define	KAUTH_VNODE_RENAME		(1U << 11)
#define	KAUTH_VNODE_CHANGE_OWNERSHIP	(1U << 12)
#define	KAUTH_VNODE_READ_SECURITY	(1U << 13)
#define	KAUTH_VNODE_WRITE_SECURITY	(1U << 14)
#define	KAUTH_VNODE_READ_ATTRIBUTES	(1U << 15)
#define	KAUTH_VNODE_WRITE_ATTRIBUTES	(1U << 16)
#define	KAUTH_VNODE_READ_EXTATTRIBUTES	(1U << 17)
#define	KAUTH_VNODE_WRITE_EXTATTRIBUTES	(1U << 18)
#define	KAUTH_VNODE_RETAIN_SUID		(1U << 19)
#define	KAUTH_VNODE_RETAIN_SGID		(1U << 20)
#define	KAUTH_VNODE_REVOKE		(1U << 21)
#define	KAUTH_VNODE_IS_EXEC		(1U << 29)
#define	KAUTH_VNODE_HAS_SYSFLAGS	(1U << 30)
#define	KAUTH_VNODE_ACCESS		(1U << 31)
#define	KAUTH_ACCESS_ACTION(accmode, vt, fm)				\
	(((accmode) & 0400 ? KAUTH_VNODE_READ_DATA : 0) |		\
	 ((accmode) & 0200 ? KAUTH_VNODE_WRITE_DATA : 0) |		\
	 ((accmode) & 0100 ? KAUTH_VNODE_EXECUTE : 0) |			\
	 ((vt) == VDIR || ((fm) & 0111) != 0 ? KAUTH_VNODE_IS_EXEC : 0))

#define	KAUTH_ARG(a)	((void *)(unsigned long)(a))

#define	NOCRED		((kauth_cred_t)-1)
#define	FSCRED		((kauth_cred_t)-2)

/* Authorization: 0 or EPERM (vnode scope: the error given). */
int	kauth_authorize_action(kauth_scope_t, kauth_cred_t, kauth_action_t,
	    void *, void *, void *, void *);
int	kauth_authorize_generic(kauth_cred_t, kauth_action_t, void *);
int	kauth_authorize_system(kauth_cred_t, kauth_action_t,
	    enum kauth_system_req, void *, void *, void *);
int	kauth_authorize_process(kauth_cred_t, kauth_action_t, struct proc *,
	    void *, void *, void *);
int	kauth_authorize_network(kauth_cred_t, kauth_action_t, int,
	    void *, void *, void *);
int	kauth_authorize_machdep(kauth_cred_t, kauth_action_t,
	    void *, void *, void *, void *);
int	kauth_authorize_device(kauth_cred_t, kauth_action_t,
	    void *, void *, void *, void *);
int	kauth_authorize_device_tty(kauth_cred_t, kauth_action_t, struct tty *);
int	kauth_authorize_device_spec(kauth_cred_t, enum kauth_device_req,
	    struct vnode *);
int	kauth_authorize_device_passthru(kauth_cred_t, dev_t, u_long, void *);
int	kauth_authorize_vnode(kauth_cred_t, kauth_action_t, struct vnode *,
	    struct vnode *, int);

kauth_listener_t kauth_listen_scope(const char *, kauth_scope_callback_t,
	    void *);
void	kauth_unlisten_scope(kauth_listener_t);

/* Credentials.  Setters want a cred with one reference. */
kauth_cred_t kauth_cred_alloc(void);
void	kauth_cred_hold(kauth_cred_t);
void	kauth_cred_free(kauth_cred_t);
kauth_cred_t kauth_cred_dup(kauth_cred_t);
kauth_cred_t kauth_cred_copy(kauth_cred_t);
kauth_cred_t kauth_cred_get(void);
void	kauth_cred_clone(kauth_cred_t, kauth_cred_t);
void	kauth_proc_fork(struct proc *, struct proc *);
uid_t	kauth_cred_getuid(kauth_cred_t);
uid_t	kauth_cred_geteuid(kauth_cred_t);
uid_t	kauth_cred_getsvuid(kauth_cred_t);
gid_t	kauth_cred_getgid(kauth_cred_t);
gid_t	kauth_cred_getegid(kauth_cred_t);
gid_t	kauth_cred_getsvgid(kauth_cred_t);
u_int	kauth_cred_getrefcnt(kauth_cred_t);
int	kauth_cred_ismember_gid(kauth_cred_t, gid_t, int *);
u_int	kauth_cred_ngroups(kauth_cred_t);
gid_t	kauth_cred_group(kauth_cred_t, u_int);
void	kauth_cred_setuid(kauth_cred_t, uid_t);
void	kauth_cred_seteuid(kauth_cred_t, uid_t);
void	kauth_cred_setsvuid(kauth_cred_t, uid_t);
void	kauth_cred_setgid(kauth_cred_t, gid_t);
void	kauth_cred_setegid(kauth_cred_t, gid_t);
void	kauth_cred_setsvgid(kauth_cred_t, gid_t);
int	kauth_cred_setgroups(kauth_cred_t, const gid_t *, size_t, uid_t, int);
int	kauth_cred_getgroups(kauth_cred_t, gid_t *, size_t, int);
int	kauth_cred_uidmatch(kauth_cred_t, kauth_cred_t);


#endif /* _SYS_KAUTH_H_ */
