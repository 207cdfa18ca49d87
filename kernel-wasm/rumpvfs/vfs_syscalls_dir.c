/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_dir.c - system calls that make names and read directories.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_private.h"

/*
 * Give back what namei(LOCKPARENT) returned.  A last reference takes the lock:
 * none is dropped while the other vnode is locked.
 */
void
vfs_name_abort(struct nameidata *ndp, bool leaflocked)
{
	struct vnode *dvp = ndp->ni_dvp, *vp = ndp->ni_vp;

	VOP_ABORTOP(dvp, &ndp->ni_cnd);
	if (vp == NULL) {
		vput(dvp);
	} else if (vp == dvp) {
		vrele(vp);
		vput(dvp);
	} else {
		if (leaflocked)
			VOP_UNLOCK(vp);
		vput(dvp);
		vrele(vp);
	}
}

/* Look up a name to create: ni_dvp locked, or EEXIST. */
static int
name_create(struct lwp *l, int fdat, struct nameidata *ndp, uint32_t flags,
    struct pathbuf *pb)
{
	int error;

	NDINIT(ndp, CREATE, LOCKPARENT | flags, pb);
	if ((error = fd_nameiat(l, fdat, ndp)) != 0)
		return error;
	if (ndp->ni_vp == NULL)
		return 0;
	vfs_name_abort(ndp, false);
	return EEXIST;
}

static mode_t
create_mode(struct lwp *l, mode_t mode, mode_t mask)
{

	return mode & mask & ~(mode_t)l->l_proc->p_cwdi->cwdi_cmask;
}

/*
 * mknod, mkfifo
 */

static int
mknod_type(mode_t mode, enum vtype *typep)
{

	switch (mode & S_IFMT) {
	case S_IFMT:
		*typep = VBAD;
		return 0;
	case S_IFCHR:
		*typep = VCHR;
		return 0;
	case S_IFBLK:
		*typep = VBLK;
		return 0;
	case S_IFREG:
		*typep = VREG;
		return 0;
	default:
		return EINVAL;
	}
}

static int
do_mknod(struct lwp *l, int fdat, const char *path, mode_t mode, dev_t dev,
    enum uio_seg seg)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vattr va;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MKNOD, 0, NULL,
	    NULL, NULL);
	if (error != 0)
		return error;
	if ((error = pathbuf_maybe_copyin(path, seg, &pb)) != 0)
		return error;
	if ((error = name_create(l, fdat, &nd, 0, pb)) == 0) {
		vattr_null(&va);
		va.va_mode = create_mode(l, mode, ALLPERMS);
		va.va_rdev = dev;
		if ((mode & S_IFMT) == S_IFWHT) {
			error = VOP_WHITEOUT(nd.ni_dvp, &nd.ni_cnd, CREATE);
		} else if ((error = mknod_type(mode, &va.va_type)) == 0) {
			if (va.va_type == VREG) {
				va.va_rdev = (dev_t)VNOVAL;
				error = VOP_CREATE(nd.ni_dvp, &nd.ni_vp,
				    &nd.ni_cnd, &va);
			} else
				error = VOP_MKNOD(nd.ni_dvp, &nd.ni_vp,
				    &nd.ni_cnd, &va);
			if (error == 0)
				vrele(nd.ni_vp);
		} else
			VOP_ABORTOP(nd.ni_dvp, &nd.ni_cnd);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
do_sys_mknodat(struct lwp *l, int fdat, const char *path, mode_t mode,
    dev_t dev, enum uio_seg seg)
{

	return do_mknod(l, fdat, path, mode, dev, seg);
}

int
sys___mknod50(struct lwp *l, const struct sys___mknod50_args *uap,
    register_t *retval __unused)
{

	return do_mknod(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode),
	    SCARG(uap, dev), UIO_USERSPACE);
}

int
sys_mknodat(struct lwp *l, const struct sys_mknodat_args *uap,
    register_t *retval __unused)
{

	return do_mknod(l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, mode),
	    SCARG(uap, dev), UIO_USERSPACE);
}

static int
do_mkfifo(struct lwp *l, int fdat, const char *path, mode_t mode)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vattr va;
	int error;

	if ((error = pathbuf_copyin(path, &pb)) != 0)
		return error;
	if ((error = name_create(l, fdat, &nd, 0, pb)) == 0) {
		vattr_null(&va);
		va.va_type = VFIFO;
		va.va_mode = create_mode(l, mode, ALLPERMS);
		error = VOP_MKNOD(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd, &va);
		if (error == 0)
			vrele(nd.ni_vp);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
sys_mkfifo(struct lwp *l, const struct sys_mkfifo_args *uap,
    register_t *retval __unused)
{

	return do_mkfifo(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode));
}

int
sys_mkfifoat(struct lwp *l, const struct sys_mkfifoat_args *uap,
    register_t *retval __unused)
{

	return do_mkfifo(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode));
}

/*
 * mkdir
 */

int
do_sys_mkdirat(struct lwp *l, int fdat, const char *path, mode_t mode,
    enum uio_seg seg)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vattr va;
	int error;

	if ((error = pathbuf_maybe_copyin(path, seg, &pb)) != 0)
		return error;
	if ((error = name_create(l, fdat, &nd, CREATEDIR, pb)) == 0) {
		vattr_null(&va);
		va.va_type = VDIR;
		va.va_mode = create_mode(l, mode, ACCESSPERMS);
		error = VOP_MKDIR(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd, &va);
		if (error == 0)
			vrele(nd.ni_vp);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
do_sys_mkdir(const char *path, mode_t mode, enum uio_seg seg)
{

	return do_sys_mkdirat(curlwp, AT_FDCWD, path, mode, seg);
}

int
sys_mkdir(struct lwp *l, const struct sys_mkdir_args *uap,
    register_t *retval __unused)
{

	return do_sys_mkdirat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode),
	    UIO_USERSPACE);
}

int
sys_mkdirat(struct lwp *l, const struct sys_mkdirat_args *uap,
    register_t *retval __unused)
{

	return do_sys_mkdirat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, mode), UIO_USERSPACE);
}

/*
 * link
 */

static int
do_link(struct lwp *l, int fd1, const char *from, int fd2, const char *to,
    bool follow)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fd1, from,
	    follow ? NSM_FOLLOW_NOEMULROOT : NSM_NOFOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	if ((error = pathbuf_copyin(to, &pb)) != 0) {
		vrele(vp);
		return error;
	}
	if ((error = name_create(l, fd2, &nd, 0, pb)) == 0) {
		if (vp->v_type == VDIR)
			error = EPERM;
		else if (nd.ni_dvp->v_mount != vp->v_mount)
			error = EXDEV;
		if (error != 0)
			VOP_ABORTOP(nd.ni_dvp, &nd.ni_cnd);
		else
			error = VOP_LINK(nd.ni_dvp, vp, &nd.ni_cnd);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	vrele(vp);
	return error;
}

int
sys_link(struct lwp *l, const struct sys_link_args *uap,
    register_t *retval __unused)
{

	return do_link(l, AT_FDCWD, SCARG(uap, path), AT_FDCWD,
	    SCARG(uap, link), true);
}

int
sys_linkat(struct lwp *l, const struct sys_linkat_args *uap,
    register_t *retval __unused)
{

	return do_link(l, SCARG(uap, fd1), SCARG(uap, name1), SCARG(uap, fd2),
	    SCARG(uap, name2), (SCARG(uap, flags) & AT_SYMLINK_FOLLOW) != 0);
}

/*
 * symlink, readlink
 */

int
do_sys_symlinkat(struct lwp *l, const char *target, int fdat, const char *path,
    enum uio_seg seg)
{
	struct nameidata nd;
	struct pathbuf *pb;
	struct vattr va;
	char *buf = PNBUF_GET();
	int error;

	if (seg == UIO_USERSPACE)
		error = copyinstr(target, buf, MAXPATHLEN, NULL);
	else
		error = strlcpy(buf, target, MAXPATHLEN) >= MAXPATHLEN ?
		    ENAMETOOLONG : 0;
	if (error != 0 || (error = pathbuf_maybe_copyin(path, seg, &pb)) != 0) {
		PNBUF_PUT(buf);
		return error;
	}
	if ((error = name_create(l, fdat, &nd, 0, pb)) == 0) {
		vattr_null(&va);
		va.va_type = VLNK;
		va.va_mode = create_mode(l, ACCESSPERMS, ACCESSPERMS);
		error = VOP_SYMLINK(nd.ni_dvp, &nd.ni_vp, &nd.ni_cnd, &va,
		    buf);
		if (error == 0)
			vrele(nd.ni_vp);
		vput(nd.ni_dvp);
	}
	pathbuf_destroy(pb);
	PNBUF_PUT(buf);
	return error;
}

int
sys_symlink(struct lwp *l, const struct sys_symlink_args *uap,
    register_t *retval __unused)
{

	return do_sys_symlinkat(l, SCARG(uap, path), AT_FDCWD,
	    SCARG(uap, link), UIO_USERSPACE);
}

int
sys_symlinkat(struct lwp *l, const struct sys_symlinkat_args *uap,
    register_t *retval __unused)
{

	return do_sys_symlinkat(l, SCARG(uap, path1), SCARG(uap, fd),
	    SCARG(uap, path2), UIO_USERSPACE);
}

static int
do_readlink(struct lwp *l, int fdat, const char *path, char *buf, size_t count,
    register_t *retval)
{
	struct iovec iov = { .iov_base = buf, .iov_len = count };
	struct uio uio;
	struct vnode *vp;
	int error;

	error = fd_nameiat_simple_user(l, fdat, path, NSM_NOFOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	vn_lock(vp, LK_SHARED | LK_RETRY);
	if (vp->v_type != VLNK)
		error = EINVAL;
	else if ((vp->v_mount->mnt_flag & MNT_SYMPERM) == 0 ||
	    (error = VOP_ACCESS(vp, VREAD, l->l_cred)) == 0) {
		memset(&uio, 0, sizeof(uio));
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_resid = count;
		uio.uio_rw = UIO_READ;
		uio.uio_vmspace = l->l_proc->p_vmspace;
		if ((error = VOP_READLINK(vp, &uio, l->l_cred)) == 0)
			*retval = (register_t)(count - uio.uio_resid);
	}
	VOP_UNLOCK(vp);
	vrele(vp);
	return error;
}

int
sys_readlink(struct lwp *l, const struct sys_readlink_args *uap,
    register_t *retval)
{

	return do_readlink(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, buf),
	    SCARG(uap, count), retval);
}

int
sys_readlinkat(struct lwp *l, const struct sys_readlinkat_args *uap,
    register_t *retval)
{

	return do_readlink(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, buf), SCARG(uap, bufsize), retval);
}

/*
 * getdents
 */

int
sys___getdents30(struct lwp *l, const struct sys___getdents30_args *uap,
    register_t *retval)
{
	unsigned fd = (unsigned)SCARG(uap, fd);
	size_t count = SCARG(uap, count);
	struct file *fp;
	int error, done = 0;

	if ((error = fd_getvnode(fd, &fp)) != 0)
		return error;
	if ((fp->f_flag & FREAD) == 0)
		error = EBADF;
	else
		error = vn_readdir(fp, SCARG(uap, buf), UIO_USERSPACE,
		    (u_int)MIN(count, (size_t)MAXBSIZE), &done, l, NULL, NULL);
	fd_putfile(fd);
	if (error == 0)
		*retval = done;
	return error;
}
