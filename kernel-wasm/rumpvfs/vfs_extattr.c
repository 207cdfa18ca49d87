/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_extattr.c - extended attributes: the extattr_* system calls and the
 * bodies that vfs_xattr.c shares.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extattr.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "vfs_extattr.h"

static void
ea_uio(struct uio *uio, struct iovec *iov, void *data, size_t len,
    enum uio_rw rw, struct lwp *l)
{

	iov->iov_base = data;
	iov->iov_len = len;
	memset(uio, 0, sizeof(*uio));
	uio->uio_iov = iov;
	uio->uio_iovcnt = 1;
	uio->uio_resid = len;
	uio->uio_rw = rw;
	uio->uio_vmspace = l->l_proc->p_vmspace;
}

int
extattr_set_vp(struct vnode *vp, int ns, const char *name, const void *data,
    size_t len, struct lwp *l, register_t *retval, int flag)
{
	struct iovec iov;
	struct uio uio;
	size_t have = 0;
	int error = 0;

	if (len > SSIZE_MAX)
		return EINVAL;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (flag != 0) {
		error = VOP_GETEXTATTR(vp, ns, name, NULL, &have, l->l_cred);
		if (error == 0 && (flag & XATTR_CREATE) != 0)
			error = EEXIST;
		else if (error == ENOATTR && (flag & XATTR_REPLACE) == 0)
			error = 0;
	}
	if (error == 0) {
		ea_uio(&uio, &iov, __UNCONST(data), len, UIO_WRITE, l);
		error = VOP_SETEXTATTR(vp, ns, name, &uio, l->l_cred);
		if (error == 0)
			*retval = (register_t)(len - uio.uio_resid);
	}
	VOP_UNLOCK(vp);
	return error;
}

int
extattr_get_vp(struct vnode *vp, int ns, const char *name, void *data,
    size_t len, struct lwp *l, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t size = 0;
	int error;

	if (data != NULL && len > SSIZE_MAX)
		return EINVAL;
	ea_uio(&uio, &iov, data, len, UIO_READ, l);
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETEXTATTR(vp, ns, name, data != NULL ? &uio : NULL,
	    data != NULL ? NULL : &size, l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		*retval = (register_t)(data != NULL ? len - uio.uio_resid :
		    size);
	return error;
}

int
extattr_delete_vp(struct vnode *vp, int ns, const char *name, struct lwp *l)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_DELETEEXTATTR(vp, ns, name, l->l_cred);
	if (error == EOPNOTSUPP)
		error = VOP_SETEXTATTR(vp, ns, name, NULL, l->l_cred);
	VOP_UNLOCK(vp);
	return error;
}

int
extattr_list_vp(struct vnode *vp, int ns, void *data, size_t len,
    struct lwp *l, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t size = 0;
	int error;

	if (data != NULL && len > SSIZE_MAX)
		return EINVAL;
	ea_uio(&uio, &iov, data, len, UIO_READ, l);
	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_LISTEXTATTR(vp, ns, data != NULL ? &uio : NULL,
	    data != NULL ? NULL : &size, l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		*retval = (register_t)(data != NULL ? len - uio.uio_resid :
		    size);
	return error;
}

/* The vnode of a path or descriptor, referenced. */
int
extattr_vnode(const char *path, int fd, enum extattr_by by, struct vnode **vpp)
{
	struct file *fp;
	int error;

	if (by != EXTATTR_BY_FD)
		return namei_simple_user(path, by == EXTATTR_BY_LINK ?
		    NSM_NOFOLLOW_NOEMULROOT : NSM_FOLLOW_NOEMULROOT, vpp);
	if ((error = fd_getvnode((unsigned)fd, &fp)) != 0)
		return error;
	*vpp = fp->f_vnode;
	vref(*vpp);
	fd_putfile((unsigned)fd);
	return 0;
}

static int
ea_set(const char *path, int fd, enum extattr_by by, int ns, const char *uname,
    const void *data, size_t len, struct lwp *l, register_t *retval)
{
	char name[EXTATTR_MAXNAMELEN + 1];
	struct vnode *vp;
	int error;

	if ((error = copyinstr(uname, name, sizeof(name), NULL)) != 0)
		return error;
	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	error = extattr_set_vp(vp, ns, name, data, len, l, retval, 0);
	vrele(vp);
	return error;
}

static int
ea_get(const char *path, int fd, enum extattr_by by, int ns, const char *uname,
    void *data, size_t len, struct lwp *l, register_t *retval)
{
	char name[EXTATTR_MAXNAMELEN + 1];
	struct vnode *vp;
	int error;

	if ((error = copyinstr(uname, name, sizeof(name), NULL)) != 0)
		return error;
	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	error = extattr_get_vp(vp, ns, name, data, len, l, retval);
	vrele(vp);
	return error;
}

static int
ea_delete(const char *path, int fd, enum extattr_by by, int ns,
    const char *uname, struct lwp *l)
{
	char name[EXTATTR_MAXNAMELEN + 1];
	struct vnode *vp;
	int error;

	if ((error = copyinstr(uname, name, sizeof(name), NULL)) != 0)
		return error;
	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	error = extattr_delete_vp(vp, ns, name, l);
	vrele(vp);
	return error;
}

static int
ea_list(const char *path, int fd, enum extattr_by by, int ns, void *data,
    size_t len, struct lwp *l, register_t *retval)
{
	struct vnode *vp;
	int error;

	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	error = extattr_list_vp(vp, ns, data, len, l, retval);
	vrele(vp);
	return error;
}

int
sys_extattr_set_file(struct lwp *l, const struct sys_extattr_set_file_args *uap,
    register_t *retval)
{

	return ea_set(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_set_link(struct lwp *l, const struct sys_extattr_set_link_args *uap,
    register_t *retval)
{

	return ea_set(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_set_fd(struct lwp *l, const struct sys_extattr_set_fd_args *uap,
    register_t *retval)
{

	return ea_set(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_get_file(struct lwp *l, const struct sys_extattr_get_file_args *uap,
    register_t *retval)
{

	return ea_get(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_get_link(struct lwp *l, const struct sys_extattr_get_link_args *uap,
    register_t *retval)
{

	return ea_get(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_get_fd(struct lwp *l, const struct sys_extattr_get_fd_args *uap,
    register_t *retval)
{

	return ea_get(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), SCARG(uap, data),
	    SCARG(uap, nbytes), l, retval);
}

int
sys_extattr_delete_file(struct lwp *l,
    const struct sys_extattr_delete_file_args *uap, register_t *retval __unused)
{

	return ea_delete(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), l);
}

int
sys_extattr_delete_link(struct lwp *l,
    const struct sys_extattr_delete_link_args *uap, register_t *retval __unused)
{

	return ea_delete(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), l);
}

int
sys_extattr_delete_fd(struct lwp *l,
    const struct sys_extattr_delete_fd_args *uap, register_t *retval __unused)
{

	return ea_delete(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, attrnamespace), SCARG(uap, attrname), l);
}

int
sys_extattr_list_file(struct lwp *l,
    const struct sys_extattr_list_file_args *uap, register_t *retval)
{

	return ea_list(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, attrnamespace), SCARG(uap, data), SCARG(uap, nbytes),
	    l, retval);
}

int
sys_extattr_list_link(struct lwp *l,
    const struct sys_extattr_list_link_args *uap, register_t *retval)
{

	return ea_list(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, attrnamespace), SCARG(uap, data), SCARG(uap, nbytes),
	    l, retval);
}

int
sys_extattr_list_fd(struct lwp *l, const struct sys_extattr_list_fd_args *uap,
    register_t *retval)
{

	return ea_list(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, attrnamespace), SCARG(uap, data), SCARG(uap, nbytes),
	    l, retval);
}

/* Switch attributes on or off for a whole mount. */
int
sys_extattrctl(struct lwp *l __unused, const struct sys_extattrctl_args *uap,
    register_t *retval __unused)
{
	char name[EXTATTR_MAXNAMELEN + 1];
	struct vnode *vp, *file = NULL;
	int error;

	if (SCARG(uap, attrname) != NULL &&
	    (error = copyinstr(SCARG(uap, attrname), name, sizeof(name),
	    NULL)) != 0)
		return error;
	error = namei_simple_user(SCARG(uap, path), NSM_FOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	if (vp->v_mount->mnt_op->vfs_extattrctl == NULL)
		error = EOPNOTSUPP;
	else if (SCARG(uap, filename) != NULL)
		error = namei_simple_user(SCARG(uap, filename),
		    NSM_FOLLOW_NOEMULROOT, &file);
	if (error == 0) {
		if (file != NULL)
			vn_lock(file, LK_EXCLUSIVE | LK_RETRY);
		/* The file comes back unlocked. */
		error = VFS_EXTATTRCTL(vp->v_mount, SCARG(uap, cmd), file,
		    SCARG(uap, attrnamespace),
		    SCARG(uap, attrname) != NULL ? name : NULL);
		if (file != NULL)
			vrele(file);
	}
	vrele(vp);
	return error;
}
