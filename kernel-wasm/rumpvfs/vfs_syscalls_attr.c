/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_attr.c - system calls that read attributes, access, truncate.
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
