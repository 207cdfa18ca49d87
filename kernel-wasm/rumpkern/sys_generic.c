/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys_generic.c - read, write, readv, writev and ioctl.
 *
 * Interface
 *	dofileread() and dofilewrite() use up the pin the caller has on the
 *	descriptor; do_filereadv() and do_filewritev() look it up themselves.
 *
 * Errors	A transfer that moved some bytes before ERESTART, EINTR or
 *		EWOULDBLOCK succeeds with what it moved.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>

#define	SSIZE_LIMIT	((size_t)-1 >> 1)

/* Errors that only mean "not all of it" once bytes have moved. */
static inline bool
is_short(int error)
{

	return error == ERESTART || error == EINTR || error == EWOULDBLOCK;
}

int
dofileread(int fd, struct file *fp, void *buf, size_t nbyte, off_t *offset,
    int flags, register_t *retval)
{
	struct iovec iov = { .iov_base = buf, .iov_len = nbyte };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_offset = 0,
		.uio_resid = nbyte, .uio_rw = UIO_READ,
		.uio_vmspace = curproc->p_vmspace,
	};
	int error;

	if (__predict_false(nbyte > SSIZE_LIMIT)) {
		error = EINVAL;
		goto out;
	}
	error = (*fp->f_ops->fo_read)(fp, offset, &uio, fp->f_cred, flags);
	if (__predict_false(error != 0) && uio.uio_resid != nbyte &&
	    is_short(error))
		error = 0;
	nbyte -= uio.uio_resid;
	if (KTRPOINT(curproc, KTR_GENIO)) {
		iov = (struct iovec){ .iov_base = buf, .iov_len = nbyte };
		ktr_genio_iov(fd, UIO_READ, &iov, nbyte, error);
	}
	*retval = (register_t)nbyte;
out:
	fd_putfile((unsigned)fd);
	return error;
}

/* What every write does with its error. */
static int
write_error(struct file *fp, int error, bool moved)
{

	if (moved && is_short(error))
		error = 0;
	if (error == EPIPE && (fp->f_flag & FNOSIGPIPE) == 0)
		psignal(curproc, SIGPIPE);
	return error;
}

int
dofilewrite(int fd, struct file *fp, const void *buf, size_t nbyte,
    off_t *offset, int flags, register_t *retval)
{
	struct iovec iov = { .iov_base = __UNCONST(buf), .iov_len = nbyte };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_offset = 0,
		.uio_resid = nbyte, .uio_rw = UIO_WRITE,
		.uio_vmspace = curproc->p_vmspace,
	};
	int error;

	if (__predict_false(nbyte > SSIZE_LIMIT)) {
		error = EINVAL;
		goto out;
	}
	error = (*fp->f_ops->fo_write)(fp, offset, &uio, fp->f_cred, flags);
	if (__predict_false(error != 0))
		error = write_error(fp, error, uio.uio_resid != nbyte);
	nbyte -= uio.uio_resid;
	if (KTRPOINT(curproc, KTR_GENIO)) {
		iov = (struct iovec){ .iov_base = __UNCONST(buf),
		    .iov_len = nbyte };
		ktr_genio_iov(fd, UIO_WRITE, &iov, nbyte, error);
	}
	*retval = (register_t)nbyte;
out:
	fd_putfile((unsigned)fd);
	return error;
}

int
sys_read(struct lwp *l, const struct sys_read_args *uap, register_t *retval)
{
	int fd = SCARG(uap, fd);
	struct file *fp = fd_getfile((unsigned)fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false((fp->f_flag & FREAD) == 0)) {
		fd_putfile((unsigned)fd);
		return EBADF;
	}
	return dofileread(fd, fp, SCARG(uap, buf), SCARG(uap, nbyte),
	    &fp->f_offset, FOF_UPDATE_OFFSET, retval);
}

int
sys_write(struct lwp *l, const struct sys_write_args *uap, register_t *retval)
{
	int fd = SCARG(uap, fd);
	struct file *fp = fd_getfile((unsigned)fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false((fp->f_flag & FWRITE) == 0)) {
		fd_putfile((unsigned)fd);
		return EBADF;
	}
	return dofilewrite(fd, fp, SCARG(uap, buf), SCARG(uap, nbyte),
	    &fp->f_offset, FOF_UPDATE_OFFSET, retval);
}

/* readv and writev on a pinned file. */
static int
dofilev(int fd, struct file *fp, const struct iovec *iovp, int iovcnt,
    off_t *offset, int flags, enum uio_rw rw, register_t *retval)
{
	struct iovec aiov[UIO_SMALLIOV], *iov;
	struct uio uio = {
		.uio_iovcnt = iovcnt, .uio_offset = 0, .uio_rw = rw,
		.uio_vmspace = curproc->p_vmspace,
	};
	size_t total;
	int error;

	if ((error = iovec_copyin(iovp, iovcnt, aiov, &iov, &total)) != 0)
		return error;
	uio.uio_iov = iov;
	uio.uio_resid = total;
	if (rw == UIO_READ) {
		error = (*fp->f_ops->fo_read)(fp, offset, &uio, fp->f_cred,
		    flags);
		if (error != 0 && uio.uio_resid != total && is_short(error))
			error = 0;
	} else {
		error = (*fp->f_ops->fo_write)(fp, offset, &uio, fp->f_cred,
		    flags);
		if (error != 0)
			error = write_error(fp, error, uio.uio_resid != total);
	}
	*retval = (register_t)(total - uio.uio_resid);
	if (iov != aiov)
		kmem_free(iov, (size_t)iovcnt * sizeof(*iov));
	return error;
}

static int
do_filev(int fd, const struct iovec *iovp, int iovcnt, off_t *offset, int flags,
    enum uio_rw rw, register_t *retval)
{
	struct file *fp = fd_getfile((unsigned)fd);
	int error;

	if (fp == NULL)
		return EBADF;
	if ((fp->f_flag & (rw == UIO_READ ? FREAD : FWRITE)) == 0)
		error = EBADF;
	else
		error = dofilev(fd, fp, iovp, iovcnt,
		    offset != NULL ? offset : &fp->f_offset, flags, rw, retval);
	fd_putfile((unsigned)fd);
	return error;
}

int
do_filereadv(int fd, const struct iovec *iovp, int iovcnt, off_t *offset,
    int flags, register_t *retval)
{

	return do_filev(fd, iovp, iovcnt, offset, flags, UIO_READ, retval);
}

int
do_filewritev(int fd, const struct iovec *iovp, int iovcnt, off_t *offset,
    int flags, register_t *retval)
{

	return do_filev(fd, iovp, iovcnt, offset, flags, UIO_WRITE, retval);
}

int
sys_readv(struct lwp *l, const struct sys_readv_args *uap, register_t *retval)
{

	return do_filereadv(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

int
sys_writev(struct lwp *l, const struct sys_writev_args *uap, register_t *retval)
{

	return do_filewritev(SCARG(uap, fd), SCARG(uap, iovp),
	    SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

/* FIONBIO and FIOASYNC are also kept in f_flag. */
static int
ioctl_flag(struct file *fp, u_long com, void *data, u_int bit)
{
	int error = 0;

	mutex_enter(&fp->f_lock);
	if (*(int *)data != 0)
		fp->f_flag |= bit;
	else
		fp->f_flag &= ~bit;
	mutex_exit(&fp->f_lock);
	error = (*fp->f_ops->fo_ioctl)(fp, com, data);
	return error;
}

static int
doioctl(struct lwp *l, int fd, struct file *fp, u_long com, void *data)
{

	switch (com) {
	case FIOCLEX:
	case FIONCLEX:
		return fd_set_exclose(l, fd, com == FIOCLEX);
	case FIONBIO:
		return ioctl_flag(fp, com, data, FNONBLOCK);
	case FIOASYNC:
		return ioctl_flag(fp, com, data, FASYNC);
	default:
		return (*fp->f_ops->fo_ioctl)(fp, com, data);
	}
}

int
sys_ioctl(struct lwp *l, const struct sys_ioctl_args *uap, register_t *retval)
{
	int error = 0, fd = SCARG(uap, fd);
	u_long com = (uint32_t)SCARG(uap, com);
	union { char b[128]; uint64_t align; } stk;
	void *data = &stk, *udata = SCARG(uap, data);
	size_t size = IOCPARM_LEN(com);
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	if ((fp->f_flag & (FREAD | FWRITE)) == 0) {
		fd_putfile((unsigned)fd);
		return EBADF;
	}
	if (size > IOCPARM_MAX) {
		fd_putfile((unsigned)fd);
		return ENOTTY;
	}
	if (size > sizeof(stk))
		data = kmem_alloc(size, KM_SLEEP);
	if ((com & IOC_IN) != 0 && size != 0)
		error = copyin(udata, data, size);
	else if ((com & IOC_IN) != 0)
		memcpy(data, &udata, sizeof(udata));
	else if ((com & IOC_OUT) != 0 && size != 0)
		memset(data, 0, size);	/* nothing of the kernel leaks */
	else if ((com & IOC_VOID) != 0)
		memcpy(data, &udata, sizeof(udata));
	if (error == 0)
		error = doioctl(l, fd, fp, com, data);
	if (error == 0 && (com & IOC_OUT) != 0 && size != 0)
		error = copyout(data, udata, size);
	if (data != &stk)
		kmem_free(data, size);
	fd_putfile((unsigned)fd);
	return error == EPASSTHROUGH ? ENOTTY : error;
}
