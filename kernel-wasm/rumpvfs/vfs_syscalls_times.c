/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_times.c - system calls that set the times of a file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/unistd.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_private.h"

/* tp: two times or NULL for now; vp or (fdat, path). */
static void
times_prepare(struct vattr *vap, const struct timespec ts[2])
{
	struct timespec now;

	vattr_null(vap);
	vfs_timestamp(&now);
	if (ts == NULL) {
		vap->va_atime = vap->va_mtime = now;
		vap->va_vaflags |= VA_UTIMES_NULL;
		return;
	}
	if (ts[0].tv_nsec == UTIME_NOW && ts[1].tv_nsec == UTIME_NOW)
		vap->va_vaflags |= VA_UTIMES_NULL;
	if (ts[0].tv_nsec == UTIME_NOW)
		vap->va_atime = now;
	else if (ts[0].tv_nsec != UTIME_OMIT)
		vap->va_atime = ts[0];
	if (ts[1].tv_nsec == UTIME_NOW)
		vap->va_mtime = now;
	else if (ts[1].tv_nsec != UTIME_OMIT)
		vap->va_mtime = ts[1];
}

static int
times_set(struct vnode *vp, const struct timespec *ts, struct lwp *l)
{
	struct vattr va;

	times_prepare(&va, ts);
	return vfs_setattr_unlocked(vp, &va, l);
}

int
do_sys_utimensat(struct lwp *l, int fdat, struct vnode *vp, const char *path,
    int flag, const struct timespec *tptr, enum uio_seg seg)
{
	struct timespec ts[2];
	int error;

	if (tptr != NULL) {
		if (seg == UIO_USERSPACE) {
			error = copyin(tptr, ts, sizeof(ts));
			if (error != 0)
				return error;
		} else
			memcpy(ts, tptr, sizeof(ts));
	}
	if (vp != NULL)
		return times_set(vp, tptr != NULL ? ts : NULL, l);
	error = fd_nameiat_simple_user(l, fdat, path, vfs_follow_flags(flag), &vp);
	if (error != 0)
		return error;
	error = times_set(vp, tptr != NULL ? ts : NULL, l);
	vrele(vp);
	return error;
}

static int
times_fd(struct lwp *l, int fd, const struct timespec *tptr, enum uio_seg seg)
{
	struct vnode *vp;
	int error;

	if ((error = vfs_fd_vnode(fd, &vp)) != 0)
		return error;
	error = do_sys_utimensat(l, AT_FDCWD, vp, NULL, 0, tptr, seg);
	fd_putfile((unsigned)fd);
	return error;
}

int
sys_utimensat(struct lwp *l, const struct sys_utimensat_args *uap,
    register_t *retval __unused)
{

	return do_sys_utimensat(l, SCARG(uap, fd), NULL, SCARG(uap, path),
	    SCARG(uap, flag), SCARG(uap, tptr), UIO_USERSPACE);
}

int
sys_futimens(struct lwp *l, const struct sys_futimens_args *uap,
    register_t *retval __unused)
{

	return times_fd(l, SCARG(uap, fd), SCARG(uap, tptr), UIO_USERSPACE);
}

/* The old form with microseconds; *tsp is NULL when utv is. */
static int
times_copyin50(const struct timeval *utv, struct timespec ts[2],
    const struct timespec **tsp)
{
	struct timeval tv[2];
	int error;

	*tsp = NULL;
	if (utv == NULL)
		return 0;
	if ((error = copyin(utv, tv, sizeof(tv))) != 0)
		return error;
	TIMEVAL_TO_TIMESPEC(&tv[0], &ts[0]);
	TIMEVAL_TO_TIMESPEC(&tv[1], &ts[1]);
	*tsp = ts;
	return 0;
}

int
sys___utimes50(struct lwp *l, const struct sys___utimes50_args *uap,
    register_t *retval __unused)
{
	struct timespec ts[2];
	const struct timespec *tp;
	int error;

	if ((error = times_copyin50(SCARG(uap, tptr), ts, &tp)) != 0)
		return error;
	return do_sys_utimensat(l, AT_FDCWD, NULL, SCARG(uap, path), 0, tp,
	    UIO_SYSSPACE);
}

int
sys___lutimes50(struct lwp *l, const struct sys___lutimes50_args *uap,
    register_t *retval __unused)
{
	struct timespec ts[2];
	const struct timespec *tp;
	int error;

	if ((error = times_copyin50(SCARG(uap, tptr), ts, &tp)) != 0)
		return error;
	return do_sys_utimensat(l, AT_FDCWD, NULL, SCARG(uap, path),
	    AT_SYMLINK_NOFOLLOW, tp, UIO_SYSSPACE);
}

int
sys___futimes50(struct lwp *l, const struct sys___futimes50_args *uap,
    register_t *retval __unused)
{
	struct timespec ts[2];
	const struct timespec *tp;
	int error;

	if ((error = times_copyin50(SCARG(uap, tptr), ts, &tp)) != 0)
		return error;
	return times_fd(l, SCARG(uap, fd), tp, UIO_SYSSPACE);
}
