/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/vfs_syscalls.h - bodies shared between system calls over files.
 */

#ifndef _SYS_VFS_SYSCALLS_H_
#define _SYS_VFS_SYSCALLS_H_

#include <sys/types.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/namei.h>
#include <sys/uio.h>

struct file;
struct lwp;
struct stat;
struct statvfs;
struct timespec;
struct vnode;

int	fd_nameiat(struct lwp *, int fdat, struct nameidata *);
int	fd_nameiat_simple_user(struct lwp *, int fdat, const char *,
	    namei_simple_flags_t, struct vnode **);

int	do_sys_openat(struct lwp *, int fdat, const char *path, int flags,
	    int mode, int *fdp);
int	do_open(struct lwp *, struct vnode *dvp, struct pathbuf *, int flags,
	    int mode, int *fdp);
int	do_sys_mkdir(const char *, mode_t, enum uio_seg);
int	do_sys_mkdirat(struct lwp *, int fdat, const char *, mode_t,
	    enum uio_seg);
int	do_sys_mknodat(struct lwp *, int fdat, const char *, mode_t, dev_t,
	    enum uio_seg);
int	do_sys_symlinkat(struct lwp *, const char *target, int fdat,
	    const char *path, enum uio_seg);
int	do_sys_unlinkat(struct lwp *, int fdat, const char *, int flags,
	    enum uio_seg);
int	do_sys_rename(const char *, const char *, enum uio_seg, int retain);
int	do_sys_stat(const char *, unsigned int nofollow, struct stat *);
int	do_sys_statat(struct lwp *, int fdat, const char *,
	    unsigned int nofollow, struct stat *);
int	do_sys_chmodat(struct lwp *, int fdat, const char *, int mode, int flags);
int	do_sys_utimensat(struct lwp *, int fdat, struct vnode *,
	    const char *, int flag, const struct timespec *, enum uio_seg);
int	change_flags(struct vnode *, u_long, struct lwp *);
int	do_posix_fadvise(int fd, off_t, off_t, int);

#endif /* _SYS_VFS_SYSCALLS_H_ */
