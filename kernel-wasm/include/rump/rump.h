/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rump.h - rump(3): boot a rump kernel and talk to it.
 *
 * Usable by programs (with their own headers) and by the kernel.
 */

#ifndef _RUMP_RUMP_H_
#define _RUMP_RUMP_H_

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kauth_cred;
struct lwp;
struct modinfo;
struct mount;
struct vattr;
struct vfsops;
struct vnode;
struct componentname;
struct uio;

#define	RUMP_DAEMONIZE_SUCCESS	0

enum rump_sigmodel {
	RUMP_SIGMODEL_PANIC,
	RUMP_SIGMODEL_IGNORE,
	RUMP_SIGMODEL__HOST_NOTANYMORE,
	RUMP_SIGMODEL_RAISE,
	RUMP_SIGMODEL_RECORD,
};

enum rump_etfs_type {
	RUMP_ETFS_REG,
	RUMP_ETFS_BLK,
	RUMP_ETFS_CHR,
	RUMP_ETFS_DIR,
	RUMP_ETFS_DIR_SUBDIRS,
};
#define	RUMP_ETFS_SIZE_ENDOFF	((__UINT64_TYPE__)-1)

struct rump_boot_etfs {
	const char		*eb_key;
	const char		*eb_hostpath;
	enum rump_etfs_type	eb_type;
	__UINT64_TYPE__		eb_begin;
	__UINT64_TYPE__		eb_size;
	struct rump_boot_etfs	*_eb_next;
	int			eb_status;
};

#define	RUMP_RFFD_SHARE		0
#define	RUMP_RFFDG		1
#define	RUMP_RFFD_COPY		RUMP_RFFDG
#define	RUMP_RFCFDG		2
#define	RUMP_RFFD_CLEAR		RUMP_RFCFDG

int	rump_daemonize_begin(void);
int	rump_init(void);
int	rump_init_server(const char *);
int	rump_daemonize_done(int);
void	rump_schedule(void);
void	rump_unschedule(void);
void	rump_printevcnts(void);
int	rump_nativeabi_p(void);
int	rump_boot_gethowto(void);
void	rump_boot_sethowto(int);
void	rump_boot_setsigmodel(enum rump_sigmodel);
void	rump_boot_etfs_register(struct rump_boot_etfs *);

int	rump_pub_getversion(void);
int	rump_pub_module_init(const struct modinfo *const *, __SIZE_TYPE__);
int	rump_pub_module_fini(const struct modinfo *);
int	rump_pub_kernelfsym_load(void *, __UINT64_TYPE__, char *, __UINT64_TYPE__);
void	rump_pub_allbetsareoff_setid(__INT32_TYPE__, int);

int	rump_pub_lwproc_rfork(int);
int	rump_pub_lwproc_newlwp(__INT32_TYPE__);
void	rump_pub_lwproc_switch(struct lwp *);
void	rump_pub_lwproc_releaselwp(void);
void	rump_pub_lwproc_reap(struct lwp *);
void	rump_pub_lwproc_execnotify(const char *);
struct lwp *rump_pub_lwproc_curlwp(void);
void	rump_pub_lwproc_setcomm(const char *);	/* ours */
void	rump_pub_lwproc_sysent_usenative(void);
struct kauth_cred *rump_pub_cred_create(__UINT32_TYPE__, __UINT32_TYPE__,
	    __SIZE_TYPE__, __UINT32_TYPE__ *);
void	rump_pub_cred_put(struct kauth_cred *);

int	rump_pub_etfs_register(const char *, const char *, enum rump_etfs_type);
int	rump_pub_etfs_register_withsize(const char *, const char *,
	    enum rump_etfs_type, __UINT64_TYPE__, __UINT64_TYPE__);
int	rump_pub_etfs_remove(const char *);

/* Any system call by number; the generic entry of typed clients (ours). */
int	rump_syscall(int, void *, __SIZE_TYPE__, long *);

#define	rump_getversion()	rump_pub_getversion()

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMP_H_ */
