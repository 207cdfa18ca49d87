/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_fh.c - file handles: getfh, fhopen, fhstat, fhstatvfs1.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

static int
fh_authorize(struct lwp *l)
{

	return kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_FILEHANDLE, 0,
	    NULL, NULL, NULL);
}

int
sys___getfh30(struct lwp *l, const struct sys___getfh30_args *uap,
    register_t *retval __unused)
{
	size_t usize, size;
	fhandle_t *fh = NULL;
	struct vnode *vp;
	int error;

	if ((error = fh_authorize(l)) != 0)
		return error;
	error = namei_simple_user(SCARG(uap, fname), NSM_FOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	error = vfs_composefh_alloc(vp, &fh);
	vrele(vp);
	if (error != 0)
		return error;
	size = FHANDLE_SIZE_FROM_FILEID_SIZE(FHANDLE_FILEID(fh)->fid_len);
	if (size < FHANDLE_SIZE_MIN)
		size = FHANDLE_SIZE_MIN;
	error = copyin(SCARG(uap, fh_size), &usize, sizeof(usize));
	if (error == 0)
		error = copyout(&size, SCARG(uap, fh_size), sizeof(size));
	if (error == 0)
		error = usize < size ? E2BIG :
		    copyout(fh, SCARG(uap, fhp), size);
	vfs_composefh_free(fh);
	return error;
}

/* The file of a handle in user memory, referenced and locked. */
static int
fh_lookup(struct lwp *l, const void *ufhp, size_t size, struct vnode **vpp)
{
	fhandle_t *fh;
	int error;

	if ((error = fh_authorize(l)) != 0)
		return error;
	if ((error = vfs_copyinfh_alloc(ufhp, size, &fh)) != 0)
		return error;
	error = vfs_fhtovp(fh, vpp);
	vfs_copyinfh_free(fh);
	return error;
}

int
sys___fhopen40(struct lwp *l, const struct sys___fhopen40_args *uap,
    register_t *retval)
{
	int flags = FFLAGS(SCARG(uap, flags)), error, indx;
	struct vnode *vp;
	struct vattr va;
	struct file *fp;

	if ((flags & (FREAD | FWRITE)) == 0 || (flags & O_CREAT) != 0)
		return EINVAL;
	if ((error = fd_allocfile(&fp, &indx)) != 0)
		return error;
	error = fh_lookup(l, SCARG(uap, fhp), SCARG(uap, fh_size), &vp);
	if (error != 0)
		goto bad;
	if (vp->v_type == VSOCK)
		error = EOPNOTSUPP;
	else
		error = vn_openchk(vp, l->l_cred, flags);
	if (error == 0 && (flags & O_TRUNC) != 0) {
		vattr_null(&va);
		va.va_size = 0;
		error = VOP_SETATTR(vp, &va, l->l_cred);
	}
	if (error == 0)
		error = VOP_OPEN(vp, flags, l->l_cred);
	if (error != 0) {
		vput(vp);
		goto bad;
	}
	if (flags & FWRITE) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}
	fp->f_flag = (u_int)flags & FMASK;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = &vnops;
	fp->f_vnode = vp;
	VOP_UNLOCK(vp);
	if (flags & O_CLOEXEC)
		fd_set_exclose(l, indx, true);
	*retval = indx;
	fd_affix(l->l_proc, fp, (unsigned)indx);
	return 0;
bad:
	fd_abort(l->l_proc, fp, (unsigned)indx);
	return error;
}

int
sys___fhstat50(struct lwp *l, const struct sys___fhstat50_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	struct stat sb;
	int error;

	error = fh_lookup(l, SCARG(uap, fhp), SCARG(uap, fh_size), &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, &sb);
	vput(vp);
	return error != 0 ? error : copyout(&sb, SCARG(uap, sb), sizeof(sb));
}

int
sys___fhstatvfs140(struct lwp *l, const struct sys___fhstatvfs140_args *uap,
    register_t *retval __unused)
{
	struct statvfs *sb;
	struct vnode *vp;
	int error;

	error = fh_lookup(l, SCARG(uap, fhp), SCARG(uap, fh_size), &vp);
	if (error != 0)
		return error;
	sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	VOP_UNLOCK(vp);
	error = dostatvfs(vp->v_mount, sb, l, SCARG(uap, flags), 1);
	vrele(vp);
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}
