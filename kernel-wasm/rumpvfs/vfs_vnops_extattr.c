/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vnops_extattr.c - extended attributes from inside the kernel.
 *
 * Interface
 *	With IO_NODELOCKED the caller holds the vnode lock; shared is enough
 *	to get.  No credential is checked.
 *
 * Sleeps	yes
 * Errors	EOPNOTSUPP, ENOATTR, or what the file system says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/uio.h>
#include <sys/vnode.h>

static void
vn_ea_uio(struct uio *uio, struct iovec *iov, void *buf, size_t len,
    enum uio_rw rw)
{

	iov->iov_base = buf;
	iov->iov_len = len;
	memset(uio, 0, sizeof(*uio));
	uio->uio_iov = iov;
	uio->uio_iovcnt = 1;
	uio->uio_resid = len;
	uio->uio_rw = rw;
	UIO_SETUP_SYSSPACE(uio);
}

int
vn_extattr_get(struct vnode *vp, int ioflg, int ns, const char *name,
    size_t *buflen, void *buf, struct lwp *l __unused)
{
	struct iovec iov;
	struct uio uio;
	int error;

	vn_ea_uio(&uio, &iov, buf, *buflen, UIO_READ);
	if ((ioflg & IO_NODELOCKED) == 0)
		vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETEXTATTR(vp, ns, name, &uio, NULL, NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (error == 0)
		*buflen -= uio.uio_resid;
	return error;
}

int
vn_extattr_set(struct vnode *vp, int ioflg, int ns, const char *name,
    size_t buflen, const void *buf, struct lwp *l __unused)
{
	struct iovec iov;
	struct uio uio;
	int error;

	vn_ea_uio(&uio, &iov, __UNCONST(buf), buflen, UIO_WRITE);
	if ((ioflg & IO_NODELOCKED) == 0)
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_SETEXTATTR(vp, ns, name, &uio, NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

int
vn_extattr_rm(struct vnode *vp, int ioflg, int ns, const char *name,
    struct lwp *l __unused)
{
	int error;

	if ((ioflg & IO_NODELOCKED) == 0)
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_DELETEEXTATTR(vp, ns, name, NOCRED);
	if (error == EOPNOTSUPP)
		error = VOP_SETEXTATTR(vp, ns, name, NULL, NOCRED);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}
