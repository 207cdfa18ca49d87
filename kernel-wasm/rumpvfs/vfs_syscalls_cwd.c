/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_cwd.c - current and root directory, umask, revoke.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cwdinfo.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/vnode.h>

/* A directory to sit in: search permission, and the top of what is mounted. */
static int
dir_check(struct vnode *vp, kauth_cred_t cred)
{
	int error;

	if ((error = vn_lock(vp, LK_SHARED)) != 0)
		return error;
	if (vp->v_type != VDIR)
		error = ENOTDIR;
	else
		error = VOP_ACCESS(vp, VEXEC, cred);
	VOP_UNLOCK(vp);
	return error;
}

static int
dir_lookup(struct lwp *l, const char *path, struct vnode **vpp)
{
	int error;

	error = namei_simple_user(path, NSM_FOLLOW_NOEMULROOT, vpp);
	if (error == 0 && (error = dir_check(*vpp, l->l_cred)) != 0)
		vrele(*vpp);
	return error;
}

static int
dir_from_fd(struct lwp *l, int fd, struct vnode **vpp)
{
	struct file *fp;
	int error;

	if ((error = fd_getvnode((unsigned)fd, &fp)) != 0)
		return error;
	*vpp = fp->f_vnode;
	vref(*vpp);
	fd_putfile((unsigned)fd);
	if ((error = dir_check(*vpp, l->l_cred)) != 0)
		vrele(*vpp);
	return error;
}

/* Takes the reference. */
static void
set_cdir(struct lwp *l, struct vnode *vp)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	struct vnode *old;

	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	old = cwdi->cwdi_cdir;
	cwdi->cwdi_cdir = vp;
	rw_exit(&cwdi->cwdi_lock);
	vrele(old);
}

int
sys_chdir(struct lwp *l, const struct sys_chdir_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	if ((error = dir_lookup(l, SCARG(uap, path), &vp)) == 0)
		set_cdir(l, vp);
	return error;
}

int
sys_fchdir(struct lwp *l, const struct sys_fchdir_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	if ((error = dir_from_fd(l, SCARG(uap, fd), &vp)) != 0)
		return error;
	if (l->l_proc->p_cwdi->cwdi_rdir != NULL &&
	    !vn_isunder(vp, l->l_proc->p_cwdi->cwdi_rdir, l)) {
		vrele(vp);
		return EPERM;
	}
	set_cdir(l, vp);
	return 0;
}

/* The new root; a current directory outside of it moves there. */
static void
set_rdir(struct lwp *l, struct vnode *vp)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	struct vnode *oldr, *oldc = NULL;
	bool inside = vn_isunder(cwdi->cwdi_cdir, vp, l);

	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	oldr = cwdi->cwdi_rdir;
	if (!inside) {
		oldc = cwdi->cwdi_cdir;
		vref(vp);
		cwdi->cwdi_cdir = vp;
	}
	cwdi->cwdi_rdir = vp;
	rw_exit(&cwdi->cwdi_lock);
	if (oldr != NULL)
		vrele(oldr);
	if (oldc != NULL)
		vrele(oldc);
}

int
sys_chroot(struct lwp *l, const struct sys_chroot_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    KAUTH_REQ_SYSTEM_CHROOT_CHROOT, NULL, NULL, NULL);
	if (error == 0 &&
	    (error = dir_lookup(l, SCARG(uap, path), &vp)) == 0)
		set_rdir(l, vp);
	return error;
}

int
sys_fchroot(struct lwp *l, const struct sys_fchroot_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    KAUTH_REQ_SYSTEM_CHROOT_FCHROOT, NULL, NULL, NULL);
	if (error == 0 &&
	    (error = dir_from_fd(l, SCARG(uap, fd), &vp)) == 0)
		set_rdir(l, vp);
	return error;
}

int
sys_umask(struct lwp *l, const struct sys_umask_args *uap, register_t *retval)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;

	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	*retval = cwdi->cwdi_cmask;
	cwdi->cwdi_cmask = (u_short)(SCARG(uap, newmask) & ALLPERMS);
	rw_exit(&cwdi->cwdi_lock);
	return 0;
}

int
sys_revoke(struct lwp *l, const struct sys_revoke_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	int error;

	error = namei_simple_user(SCARG(uap, path), NSM_FOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	error = dorevoke(vp, l->l_cred);
	vrele(vp);
	return error;
}
