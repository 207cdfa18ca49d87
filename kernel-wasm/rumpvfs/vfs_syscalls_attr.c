/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_attr.c - system calls that read and change attributes.
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

static namei_simple_flags_t
follow_flags(int atflags)
{

	return (atflags & AT_SYMLINK_NOFOLLOW) ? NSM_NOFOLLOW_NOEMULROOT :
	    NSM_FOLLOW_NOEMULROOT;
}

/*
 * stat
 */

int
do_sys_statat(struct lwp *l, int fdat, const char *path, unsigned int nofollow,
    struct stat *sb)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fdat, path, nofollow == NOFOLLOW ?
	    NSM_NOFOLLOW_NOEMULROOT : NSM_FOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = vn_stat(vp, sb);
	VOP_UNLOCK(vp);
	vrele(vp);
	return error;
}

int
do_sys_stat(const char *path, unsigned int nofollow, struct stat *sb)
{

	return do_sys_statat(curlwp, AT_FDCWD, path, nofollow, sb);
}

int
sys___stat50(struct lwp *l, const struct sys___stat50_args *uap,
    register_t *retval __unused)
{
	struct stat sb;
	int error;

	error = do_sys_statat(l, AT_FDCWD, SCARG(uap, path), FOLLOW, &sb);
	return error != 0 ? error : copyout(&sb, SCARG(uap, ub), sizeof(sb));
}

int
sys___lstat50(struct lwp *l, const struct sys___lstat50_args *uap,
    register_t *retval __unused)
{
	struct stat sb;
	int error;

	error = do_sys_statat(l, AT_FDCWD, SCARG(uap, path), NOFOLLOW, &sb);
	return error != 0 ? error : copyout(&sb, SCARG(uap, ub), sizeof(sb));
}

int
sys_fstatat(struct lwp *l, const struct sys_fstatat_args *uap,
    register_t *retval __unused)
{
	unsigned nofollow = (SCARG(uap, flag) & AT_SYMLINK_NOFOLLOW) ?
	    NOFOLLOW : FOLLOW;
	struct stat sb;
	int error;

	error = do_sys_statat(l, SCARG(uap, fd), SCARG(uap, path), nofollow,
	    &sb);
	return error != 0 ? error : copyout(&sb, SCARG(uap, buf), sizeof(sb));
}

/*
 * access: by the real ids unless AT_EACCESS
 */

static int
do_access(struct lwp *l, int fdat, const char *path, int mode, int atflags)
{
	struct nameidata nd;
	struct pathbuf *pb;
	kauth_cred_t cred;
	int vmode = 0, error;

	if ((mode & ~(R_OK | W_OK | X_OK)) != 0)
		return EINVAL;
	if ((error = pathbuf_copyin(path, &pb)) != 0)
		return error;
	NDINIT(&nd, LOOKUP, LOCKLEAF |
	    ((atflags & AT_SYMLINK_NOFOLLOW) ? NOFOLLOW : FOLLOW), pb);
	cred = kauth_cred_dup(l->l_cred);
	if ((atflags & AT_EACCESS) == 0) {
		kauth_cred_seteuid(cred, kauth_cred_getuid(l->l_cred));
		kauth_cred_setegid(cred, kauth_cred_getgid(l->l_cred));
	}
	nd.ni_cnd.cn_cred = cred;
	if ((error = fd_nameiat(l, fdat, &nd)) == 0) {
		if (mode & R_OK)
			vmode |= VREAD;
		if (mode & W_OK)
			vmode |= VWRITE;
		if (mode & X_OK)
			vmode |= VEXEC;
		if (vmode != 0)
			error = VOP_ACCESS(nd.ni_vp, vmode, cred);
		if (error == 0 && (vmode & VWRITE) != 0)
			error = vn_writechk(nd.ni_vp);
		vput(nd.ni_vp);
	}
	kauth_cred_free(cred);
	pathbuf_destroy(pb);
	return error;
}

int
sys_access(struct lwp *l, const struct sys_access_args *uap,
    register_t *retval __unused)
{

	return do_access(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, flags), 0);
}

int
sys_faccessat(struct lwp *l, const struct sys_faccessat_args *uap,
    register_t *retval __unused)
{

	return do_access(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, amode), SCARG(uap, flag));
}

/*
 * Changes: every call looks a vnode up and sets some attributes.
 */

static int
setattr_locked(struct vnode *vp, struct vattr *vap, struct lwp *l)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_SETATTR(vp, vap, l->l_cred);
	VOP_UNLOCK(vp);
	return error;
}

static int
fd_vnode(int fd, struct vnode **vpp)
{
	struct file *fp;
	int error;

	if ((error = fd_getvnode((unsigned)fd, &fp)) == 0)
		*vpp = fp->f_vnode;
	return error;
}

static int
change_mode(struct vnode *vp, mode_t mode, struct lwp *l)
{
	struct vattr va;

	vattr_null(&va);
	va.va_mode = mode & ALLPERMS;
	return setattr_locked(vp, &va, l);
}

int
do_sys_chmodat(struct lwp *l, int fdat, const char *path, int mode, int flags)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fdat, path, follow_flags(flags),
	    &vp);
	if (error != 0)
		return error;
	error = change_mode(vp, (mode_t)mode, l);
	vrele(vp);
	return error;
}

int
sys_chmod(struct lwp *l, const struct sys_chmod_args *uap,
    register_t *retval __unused)
{

	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path),
	    (int)SCARG(uap, mode), 0);
}

int
sys_lchmod(struct lwp *l, const struct sys_lchmod_args *uap,
    register_t *retval __unused)
{

	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path),
	    (int)SCARG(uap, mode), AT_SYMLINK_NOFOLLOW);
}

int
sys_fchmodat(struct lwp *l, const struct sys_fchmodat_args *uap,
    register_t *retval __unused)
{

	return do_sys_chmodat(l, SCARG(uap, fd), SCARG(uap, path),
	    (int)SCARG(uap, mode), SCARG(uap, flag));
}

int
sys_fchmod(struct lwp *l, const struct sys_fchmod_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	if ((error = fd_vnode(SCARG(uap, fd), &vp)) != 0)
		return error;
	error = change_mode(vp, SCARG(uap, mode), l);
	fd_putfile((unsigned)SCARG(uap, fd));
	return error;
}

/* Which set-id bits a change of owner clears. */
static mode_t
chown_mode(const struct vattr *old, uid_t uid, gid_t gid, bool posix,
    struct lwp *l)
{
	mode_t mode = old->va_mode;

	if (posix) {
		if (kauth_cred_geteuid(l->l_cred) != 0)
			mode &= ~(mode_t)(S_ISUID | S_ISGID);
		return mode;
	}
	if (uid != old->va_uid)
		mode &= ~(mode_t)S_ISUID;
	if (gid != old->va_gid)
		mode &= ~(mode_t)S_ISGID;
	return mode;
}

static int
change_owner(struct vnode *vp, uid_t uid, gid_t gid, struct lwp *l, bool posix)
{
	struct vattr old, va;
	mode_t mode;
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if ((error = VOP_GETATTR(vp, &old, l->l_cred)) == 0) {
		vattr_null(&va);
		va.va_uid = uid;
		va.va_gid = gid;
		if (uid == (uid_t)VNOVAL)
			uid = old.va_uid;
		if (gid == (gid_t)VNOVAL)
			gid = old.va_gid;
		mode = chown_mode(&old, uid, gid, posix, l);
		if (mode != old.va_mode)
			va.va_mode = mode;
		error = VOP_SETATTR(vp, &va, l->l_cred);
	}
	VOP_UNLOCK(vp);
	return error;
}

static int
do_chown(struct lwp *l, int fdat, const char *path, uid_t uid, gid_t gid,
    int flags, bool posix)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fdat, path, follow_flags(flags),
	    &vp);
	if (error != 0)
		return error;
	error = change_owner(vp, uid, gid, l, posix);
	vrele(vp);
	return error;
}

static int
do_fchown(struct lwp *l, int fd, uid_t uid, gid_t gid, bool posix)
{
	struct vnode *vp;
	int error;

	if ((error = fd_vnode(fd, &vp)) != 0)
		return error;
	error = change_owner(vp, uid, gid, l, posix);
	fd_putfile((unsigned)fd);
	return error;
}

int
sys_chown(struct lwp *l, const struct sys_chown_args *uap,
    register_t *retval __unused)
{

	return do_chown(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), 0, false);
}

int
sys_lchown(struct lwp *l, const struct sys_lchown_args *uap,
    register_t *retval __unused)
{

	return do_chown(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), AT_SYMLINK_NOFOLLOW, false);
}

int
sys___posix_chown(struct lwp *l, const struct sys___posix_chown_args *uap,
    register_t *retval __unused)
{

	return do_chown(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), 0, true);
}

int
sys___posix_lchown(struct lwp *l, const struct sys___posix_lchown_args *uap,
    register_t *retval __unused)
{

	return do_chown(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid),
	    SCARG(uap, gid), AT_SYMLINK_NOFOLLOW, true);
}

int
sys_fchownat(struct lwp *l, const struct sys_fchownat_args *uap,
    register_t *retval __unused)
{

	return do_chown(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, owner), SCARG(uap, group), SCARG(uap, flag), false);
}

int
sys_fchown(struct lwp *l, const struct sys_fchown_args *uap,
    register_t *retval __unused)
{

	return do_fchown(l, SCARG(uap, fd), SCARG(uap, uid), SCARG(uap, gid),
	    false);
}

int
sys___posix_fchown(struct lwp *l, const struct sys___posix_fchown_args *uap,
    register_t *retval __unused)
{

	return do_fchown(l, SCARG(uap, fd), SCARG(uap, uid), SCARG(uap, gid),
	    true);
}

int
change_flags(struct vnode *vp, u_long flags, struct lwp *l)
{
	struct vattr va;

	vattr_null(&va);
	va.va_flags = flags;
	return setattr_locked(vp, &va, l);
}

static int
do_chflags(struct lwp *l, const char *path, u_long flags, int atflags)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, AT_FDCWD, path,
	    follow_flags(atflags), &vp);
	if (error != 0)
		return error;
	error = change_flags(vp, flags, l);
	vrele(vp);
	return error;
}

int
sys_chflags(struct lwp *l, const struct sys_chflags_args *uap,
    register_t *retval __unused)
{

	return do_chflags(l, SCARG(uap, path), SCARG(uap, flags), 0);
}

int
sys_lchflags(struct lwp *l, const struct sys_lchflags_args *uap,
    register_t *retval __unused)
{

	return do_chflags(l, SCARG(uap, path), SCARG(uap, flags),
	    AT_SYMLINK_NOFOLLOW);
}

int
sys_fchflags(struct lwp *l, const struct sys_fchflags_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	if ((error = fd_vnode(SCARG(uap, fd), &vp)) != 0)
		return error;
	error = change_flags(vp, SCARG(uap, flags), l);
	fd_putfile((unsigned)SCARG(uap, fd));
	return error;
}

/*
 * Times
 */

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
	return setattr_locked(vp, &va, l);
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
	error = fd_nameiat_simple_user(l, fdat, path, follow_flags(flag), &vp);
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

	if ((error = fd_vnode(fd, &vp)) != 0)
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

/*
 * truncate, pathconf
 */

static int
do_truncate(struct vnode *vp, off_t length, struct lwp *l)
{
	struct vattr va;
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (vp->v_type == VDIR)
		error = EISDIR;
	else if ((error = vn_writechk(vp)) == 0 &&
	    (error = VOP_ACCESS(vp, VWRITE, l->l_cred)) == 0) {
		vattr_null(&va);
		va.va_size = (u_quad_t)length;
		error = VOP_SETATTR(vp, &va, l->l_cred);
	}
	VOP_UNLOCK(vp);
	return error;
}

int
sys_truncate(struct lwp *l, const struct sys_truncate_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	if (SCARG(uap, length) < 0)
		return EINVAL;
	error = namei_simple_user(SCARG(uap, path), NSM_FOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	error = do_truncate(vp, SCARG(uap, length), l);
	vrele(vp);
	return error;
}

int
sys_ftruncate(struct lwp *l __unused, const struct sys_ftruncate_args *uap,
    register_t *retval __unused)
{
	unsigned fd = (unsigned)SCARG(uap, fd);
	struct vattr va;
	struct vnode *vp;
	struct file *fp;
	int error;

	if (SCARG(uap, length) < 0)
		return EINVAL;
	if ((error = fd_getvnode(fd, &fp)) != 0)
		return error;
	vp = fp->f_vnode;
	if ((fp->f_flag & FWRITE) == 0) {
		error = EINVAL;
	} else {
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		if (vp->v_type == VDIR)
			error = EISDIR;
		else if ((error = vn_writechk(vp)) == 0) {
			vattr_null(&va);
			va.va_size = (u_quad_t)SCARG(uap, length);
			error = VOP_SETATTR(vp, &va, fp->f_cred);
		}
		VOP_UNLOCK(vp);
	}
	fd_putfile(fd);
	return error;
}

int
sys_pathconf(struct lwp *l __unused, const struct sys_pathconf_args *uap,
    register_t *retval)
{
	struct vnode *vp;
	int error;

	error = namei_simple_user(SCARG(uap, path), NSM_FOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_PATHCONF(vp, SCARG(uap, name), retval);
	VOP_UNLOCK(vp);
	vrele(vp);
	return error;
}
