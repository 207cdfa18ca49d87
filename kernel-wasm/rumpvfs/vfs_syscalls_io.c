/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_io.c - offsets, transfers at an offset, and flushing.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

/* The value of a 64-bit result: two words on ILP32, one on LP64. */
static void
retval_off(register_t *retval, off_t off)
{

	memcpy(retval, &off, sizeof(off));
}

int
sys_lseek(struct lwp *l __unused, const struct sys_lseek_args *uap,
    register_t *retval)
{
	unsigned fd = (unsigned)SCARG(uap, fd);
	off_t base = 0, off = SCARG(uap, offset), newoff;
	struct vattr va;
	struct vnode *vp;
	struct file *fp;
	int error = 0;

	if ((fp = fd_getfile(fd)) == NULL)
		return EBADF;
	vp = fp->f_vnode;
	if (fp->f_type != DTYPE_VNODE || vp->v_type == VFIFO) {
		error = ESPIPE;
		goto out;
	}
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	switch (SCARG(uap, whence)) {
	case SEEK_CUR:
		base = fp->f_offset;
		break;
	case SEEK_END:
		if ((error = VOP_GETATTR(vp, &va, fp->f_cred)) == 0)
			base = (off_t)va.va_size;
		break;
	case SEEK_SET:
		break;
	default:
		error = EINVAL;
		break;
	}
	if (error == 0 && __builtin_add_overflow(base, off, &newoff))
		error = EINVAL;
	if (error == 0)
		error = VOP_SEEK(vp, fp->f_offset, newoff, fp->f_cred);
	if (error == 0) {
		fp->f_offset = newoff;
		retval_off(retval, newoff);
	}
	VOP_UNLOCK(vp);
out:
	fd_putfile(fd);
	return error;
}

/* A descriptor that has offsets, open for rw. */
static int
positioned_file(unsigned fd, u_int need, struct file **fpp)
{
	struct file *fp;
	int error = 0;

	if ((fp = fd_getfile(fd)) == NULL)
		return EBADF;
	if ((fp->f_flag & need) == 0)
		error = EBADF;
	else if (fp->f_type != DTYPE_VNODE || fp->f_vnode->v_type == VFIFO)
		error = ESPIPE;
	if (error != 0) {
		fd_putfile(fd);
		return error;
	}
	*fpp = fp;
	return 0;
}

static int
positioned_seek(struct file *fp, off_t offset)
{

	if (__predict_true(offset >= 0))
		return 0;
	return VOP_SEEK(fp->f_vnode, fp->f_offset, offset, fp->f_cred);
}

int
sys_pread(struct lwp *l __unused, const struct sys_pread_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = positioned_file((unsigned)SCARG(uap, fd), FREAD, &fp);
	if (error != 0)
		return error;
	if ((error = positioned_seek(fp, offset)) != 0) {
		fd_putfile((unsigned)SCARG(uap, fd));
		return error;
	}
	return dofileread(SCARG(uap, fd), fp, SCARG(uap, buf),
	    SCARG(uap, nbyte), &offset, 0, retval);
}

int
sys_pwrite(struct lwp *l __unused, const struct sys_pwrite_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = positioned_file((unsigned)SCARG(uap, fd), FWRITE, &fp);
	if (error != 0)
		return error;
	if ((error = positioned_seek(fp, offset)) != 0) {
		fd_putfile((unsigned)SCARG(uap, fd));
		return error;
	}
	return dofilewrite(SCARG(uap, fd), fp, SCARG(uap, buf),
	    SCARG(uap, nbyte), &offset, 0, retval);
}

int
sys_preadv(struct lwp *l __unused, const struct sys_preadv_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = positioned_file((unsigned)SCARG(uap, fd), FREAD, &fp);
	if (error != 0)
		return error;
	error = positioned_seek(fp, offset);
	fd_putfile((unsigned)SCARG(uap, fd));
	if (error != 0)
		return error;
	return do_filereadv(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), &offset, 0, retval);
}

int
sys_pwritev(struct lwp *l __unused, const struct sys_pwritev_args *uap,
    register_t *retval)
{
	off_t offset = SCARG(uap, offset);
	struct file *fp;
	int error;

	error = positioned_file((unsigned)SCARG(uap, fd), FWRITE, &fp);
	if (error != 0)
		return error;
	error = positioned_seek(fp, offset);
	fd_putfile((unsigned)SCARG(uap, fd));
	if (error != 0)
		return error;
	return do_filewritev(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), &offset, 0, retval);
}

/*
 * Flushing
 */

static int
do_fsync(int fd, u_int need, int flags, off_t lo, off_t hi)
{
	struct vnode *vp;
	struct file *fp;
	int error;

	if ((error = fd_getvnode((unsigned)fd, &fp)) != 0)
		return error;
	if (need != 0 && (fp->f_flag & need) == 0) {
		fd_putfile((unsigned)fd);
		return EBADF;
	}
	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(vp, fp->f_cred, flags, lo, hi);
	VOP_UNLOCK(vp);
	fd_putfile((unsigned)fd);
	return error;
}

int
sys_fsync(struct lwp *l __unused, const struct sys_fsync_args *uap,
    register_t *retval __unused)
{

	return do_fsync(SCARG(uap, fd), 0, FSYNC_WAIT, 0, 0);
}

int
sys_fdatasync(struct lwp *l __unused, const struct sys_fdatasync_args *uap,
    register_t *retval __unused)
{

	return do_fsync(SCARG(uap, fd), FWRITE, FSYNC_WAIT | FSYNC_DATAONLY,
	    0, 0);
}

int
sys_fsync_range(struct lwp *l __unused, const struct sys_fsync_range_args *uap,
    register_t *retval __unused)
{
	int flags = SCARG(uap, flags), nflags;
	off_t lo = SCARG(uap, start), hi = 0;

	if ((flags & (FDATASYNC | FFILESYNC)) == 0 ||
	    (flags & (FDATASYNC | FFILESYNC)) == (FDATASYNC | FFILESYNC))
		return EINVAL;
	if (SCARG(uap, length) != 0) {
		if (__builtin_add_overflow(lo, SCARG(uap, length), &hi) ||
		    hi < lo)
			return EINVAL;
	} else
		lo = 0;
	nflags = (flags & FDATASYNC) ? FSYNC_DATAONLY | FSYNC_WAIT :
	    FSYNC_WAIT;
	if (flags & FDISKSYNC)
		nflags |= FSYNC_CACHE;
	return do_fsync(SCARG(uap, fd), FWRITE, nflags, lo, hi);
}

/*
 * Space
 */

static int
space_file(int fd, off_t pos, off_t len, struct file **fpp)
{
	struct file *fp;
	int error;

	if (pos < 0 || len < 0 || len > INT64_MAX - pos)
		return EINVAL;
	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	if ((fp->f_flag & FWRITE) == 0)
		error = EBADF;
	else if (fp->f_type != DTYPE_VNODE)
		error = fp->f_type == DTYPE_PIPE ? ESPIPE : ENODEV;
	else if (fp->f_vnode->v_type == VFIFO)
		error = ESPIPE;
	else
		error = 0;
	if (error != 0) {
		fd_putfile((unsigned)fd);
		return error;
	}
	*fpp = fp;
	return 0;
}

/* The error is the value of the call. */
int
sys_posix_fallocate(struct lwp *l __unused,
    const struct sys_posix_fallocate_args *uap, register_t *retval)
{
	struct file *fp;
	struct vnode *vp;
	int error;

	error = space_file(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len),
	    &fp);
	if (error == 0) {
		vp = fp->f_vnode;
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		if (vp->v_type == VDIR)
			error = EISDIR;
		else
			error = VOP_FALLOCATE(vp, SCARG(uap, pos),
			    SCARG(uap, len));
		VOP_UNLOCK(vp);
		fd_putfile((unsigned)SCARG(uap, fd));
	}
	*retval = error;
	return 0;
}

int
sys_fdiscard(struct lwp *l __unused, const struct sys_fdiscard_args *uap,
    register_t *retval __unused)
{
	struct file *fp;
	struct vnode *vp;
	int error;

	error = space_file(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len),
	    &fp);
	if (error != 0)
		return error;
	vp = fp->f_vnode;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (vp->v_type == VDIR)
		error = EISDIR;
	else
		error = VOP_FDISCARD(vp, SCARG(uap, pos), SCARG(uap, len));
	VOP_UNLOCK(vp);
	fd_putfile((unsigned)SCARG(uap, fd));
	return error;
}
