/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_owner.c - system calls that change mode, owner and flags.
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

/* What every call that sets attributes needs. */

namei_simple_flags_t
vfs_follow_flags(int atflags)
{

	return (atflags & AT_SYMLINK_NOFOLLOW) ? NSM_NOFOLLOW_NOEMULROOT :
	    NSM_FOLLOW_NOEMULROOT;
}

int
vfs_setattr_unlocked(struct vnode *vp, struct vattr *vap, struct lwp *l)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_SETATTR(vp, vap, l->l_cred);
	VOP_UNLOCK(vp);
	return error;
}

int
vfs_fd_vnode(int fd, struct vnode **vpp)
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
	return vfs_setattr_unlocked(vp, &va, l);
}

int
do_sys_chmodat(struct lwp *l, int fdat, const char *path, int mode, int flags)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fdat, path, vfs_follow_flags(flags),
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

	if ((error = vfs_fd_vnode(SCARG(uap, fd), &vp)) != 0)
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

	error = fd_nameiat_simple_user(l, fdat, path, vfs_follow_flags(flags),
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

	if ((error = vfs_fd_vnode(fd, &vp)) != 0)
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
	return vfs_setattr_unlocked(vp, &va, l);
}

static int
do_chflags(struct lwp *l, const char *path, u_long flags, int atflags)
{
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, AT_FDCWD, path,
	    vfs_follow_flags(atflags), &vp);
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

	if ((error = vfs_fd_vnode(SCARG(uap, fd), &vp)) != 0)
		return error;
	error = change_flags(vp, SCARG(uap, flags), l);
	fd_putfile((unsigned)SCARG(uap, fd));
	return error;
}
