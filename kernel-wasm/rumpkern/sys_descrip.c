/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys_descrip.c - system calls on descriptors: dup, close, fcntl, flock,
 * fstat, fpathconf, posix_fadvise.
 *
 * Sleeps	F_SETLKW, flock() without LOCK_NB, close().
 * Errors	EBADF first; the rest as the operation says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pipe.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#pragma weak VOP_ADVLOCK
#pragma weak VOP_PATHCONF
#pragma weak VOP_FCNTL

int
sys_dup(struct lwp *l, const struct sys_dup_args *uap, register_t *retval)
{
	int error, newfd, old = SCARG(uap, fd);
	struct file *fp;

	if ((fp = fd_getfile((unsigned)old)) == NULL)
		return EBADF;
	error = fd_dup(fp, 0, &newfd, false);
	fd_putfile((unsigned)old);
	*retval = newfd;
	return error;
}

/* dup3 with equal descriptors only sets the flags. */
static int
dodup(struct lwp *l, int from, int to, int flags, register_t *retval)
{
	struct file *fp;
	int error = 0;

	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE)) != 0)
		return EINVAL;
	if ((fp = fd_getfile((unsigned)from)) == NULL)
		return EBADF;
	if (to < 0)
		error = EBADF;
	else if (from != to)	/* else nothing changes, whatever the flags */
		error = fd_dup2(fp, (unsigned)to, flags);
	fd_putfile((unsigned)from);
	*retval = to;
	return error;
}

int
sys_dup2(struct lwp *l, const struct sys_dup2_args *uap, register_t *retval)
{

	return dodup(l, SCARG(uap, from), SCARG(uap, to), 0, retval);
}

int
sys_dup3(struct lwp *l, const struct sys_dup3_args *uap, register_t *retval)
{

	return dodup(l, SCARG(uap, from), SCARG(uap, to), SCARG(uap, flags),
	    retval);
}

int
sys_close(struct lwp *l, const struct sys_close_args *uap, register_t *retval)
{
	int error;

	if (fd_getfile((unsigned)SCARG(uap, fd)) == NULL)
		return EBADF;
	error = fd_close((unsigned)SCARG(uap, fd));
	/* The descriptor is gone: a second try must not be asked for. */
	return error == ERESTART ? EINTR : error;
}

/* fcntl(2) on record locks; struct flock is copied both ways. */
static int
fcntl_lock(struct file *fp, int cmd, void *arg)
{
	struct proc *p = curproc;
	int error, flg = F_POSIX;
	struct flock fl;

	if (fp->f_type != DTYPE_VNODE || VOP_ADVLOCK == NULL)
		return EINVAL;
	if ((error = copyin(arg, &fl, sizeof(fl))) != 0)
		return error;
	if (fl.l_whence == SEEK_CUR)
		fl.l_start += fp->f_offset;
	if (cmd == F_GETLK) {
		if (fl.l_type != F_RDLCK && fl.l_type != F_WRLCK &&
		    fl.l_type != F_UNLCK)
			return EINVAL;
		error = VOP_ADVLOCK(fp->f_vnode, p, F_GETLK, &fl, F_POSIX);
		return error != 0 ? error : copyout(&fl, arg, sizeof(fl));
	}
	if (cmd == F_SETLKW)
		flg |= F_WAIT;
	switch (fl.l_type) {
	case F_RDLCK:
		if ((fp->f_flag & FREAD) == 0)
			return EBADF;
		break;
	case F_WRLCK:
		if ((fp->f_flag & FWRITE) == 0)
			return EBADF;
		break;
	case F_UNLCK:
		return VOP_ADVLOCK(fp->f_vnode, p, F_UNLCK, &fl, F_POSIX);
	default:
		return EINVAL;
	}
	p->p_fd->fd_advlock = true;
	return VOP_ADVLOCK(fp->f_vnode, p, F_SETLK, &fl, flg);
}

/* Commands of a file system, encoded like an ioctl. */
static int
fcntl_fs(int fd, struct file *fp, u_int cmd, void *arg)
{
	char stkbuf[128];
	void *data = stkbuf;
	size_t size = F_PARAM_LEN(cmd);
	int error = 0;

	if ((fp->f_flag & (FREAD | FWRITE)) == 0)
		return EBADF;
	if (size > F_PARAM_MAX)
		return EINVAL;
	if (size > sizeof(stkbuf))
		data = kmem_alloc(size, KM_SLEEP);
	if ((cmd & F_FSIN) != 0 && size != 0)
		error = copyin(arg, data, size);
	else if ((cmd & F_FSIN) != 0)
		memcpy(data, &arg, sizeof(arg));
	else if ((cmd & F_FSOUT) != 0 && size != 0)
		memset(data, 0, size);
	else if ((cmd & F_FSVOID) != 0)
		memcpy(data, &arg, sizeof(arg));
	if (error == 0)
		error = (*fp->f_ops->fo_fcntl)(fp, cmd, data);
	if (error == 0 && (cmd & F_FSOUT) != 0 && size != 0)
		error = copyout(data, arg, size);
	if (data != stkbuf)
		kmem_free(data, size);
	return error;
}

static int
fcntl_setfl(struct file *fp, int arg)
{
	u_int tmp = (u_int)FFLAGS(arg) & FCNTLFLAGS, diff;
	int error, flg;

	if ((error = (*fp->f_ops->fo_fcntl)(fp, F_SETFL, &tmp)) != 0)
		return error;
	diff = tmp ^ fp->f_flag;
	if ((diff & FNONBLOCK) != 0) {
		flg = (tmp & FNONBLOCK) != 0;
		if ((error = (*fp->f_ops->fo_ioctl)(fp, FIONBIO, &flg)) != 0)
			return error;
	}
	if ((diff & FASYNC) != 0) {
		flg = (tmp & FASYNC) != 0;
		error = (*fp->f_ops->fo_ioctl)(fp, FIOASYNC, &flg);
		if (error != 0) {
			flg = (fp->f_flag & FNONBLOCK) != 0;
			(void)(*fp->f_ops->fo_ioctl)(fp, FIONBIO, &flg);
			return error;
		}
	}
	mutex_enter(&fp->f_lock);
	fp->f_flag = (fp->f_flag & ~FCNTLFLAGS) | tmp;
	mutex_exit(&fp->f_lock);
	return 0;
}

static int
fcntl_dupfd(struct lwp *l, struct file *fp, int min, bool exclose,
    register_t *retval)
{
	rlim_t lim = l->l_proc->p_limit->pl_rlimit[RLIMIT_NOFILE].rlim_cur;
	int error, newfd;

	if (min < 0 || (rlim_t)min >= lim || (u_int)min >= maxfiles)
		return EINVAL;
	error = fd_dup(fp, min, &newfd, exclose);
	*retval = newfd;
	return error;
}

static int
fcntl_closem(struct lwp *l, int fd)
{

	if (fd < 0)
		return EBADF;
	for (int i = l->l_fd->fd_lastfile; i >= fd; i--) {
		if (fd_getfile((unsigned)i) != NULL)
			(void)fd_close((unsigned)i);
	}
	return 0;
}

/* The commands that need the file. */
static int
dofcntl(struct lwp *l, int fd, struct file *fp, int cmd, void *argp,
    register_t *retval)
{
	int arg = (int)(intptr_t)argp, error, i;

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return fcntl_dupfd(l, fp, arg, cmd == F_DUPFD_CLOEXEC, retval);
	case F_GETFD:
		*retval = l->l_fd->fd_dt->dt_ff[fd]->ff_exclose ? FD_CLOEXEC : 0;
		return 0;
	case F_SETFD:
		return fd_set_exclose(l, fd, (arg & FD_CLOEXEC) != 0);
	case F_GETNOSIGPIPE:
		*retval = (fp->f_flag & FNOSIGPIPE) != 0;
		return 0;
	case F_SETNOSIGPIPE:
		mutex_enter(&fp->f_lock);
		fp->f_flag &= ~FNOSIGPIPE;
		if (arg != 0)
			fp->f_flag |= FNOSIGPIPE;
		mutex_exit(&fp->f_lock);
		return 0;
	case F_GETFL:
		*retval = (register_t)OFLAGS(fp->f_flag);
		return 0;
	case F_SETFL:
		return fcntl_setfl(fp, arg);
	case F_GETOWN:
		error = (*fp->f_ops->fo_ioctl)(fp, FIOGETOWN, &i);
		*retval = i;
		return error;
	case F_SETOWN:
		return (*fp->f_ops->fo_ioctl)(fp, FIOSETOWN, &arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return fcntl_lock(fp, cmd, argp);
	default:
		return EINVAL;
	}
}

int
sys_fcntl(struct lwp *l, const struct sys_fcntl_args *uap, register_t *retval)
{
	int error, fd = SCARG(uap, fd), cmd = SCARG(uap, cmd);
	struct file *fp;

	if (cmd == F_CLOSEM)
		return fcntl_closem(l, fd);
	if (cmd == F_MAXFD) {
		*retval = l->l_fd->fd_lastfile;
		return 0;
	}
	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	if (((u_int)cmd & F_FSCTL) != 0)
		error = fcntl_fs(fd, fp, (u_int)cmd, SCARG(uap, arg));
	else
		error = dofcntl(l, fd, fp, cmd, SCARG(uap, arg), retval);
	fd_putfile((unsigned)fd);
	return error;
}

static int
doflock(struct file *fp, int how)
{
	struct flock lf = { .l_whence = SEEK_SET };
	int error, flags = F_FLOCK;

	if (fp->f_type != DTYPE_VNODE || VOP_ADVLOCK == NULL)
		return EOPNOTSUPP;
	if ((how & LOCK_UN) != 0) {
		lf.l_type = F_UNLCK;
		mutex_enter(&fp->f_lock);
		fp->f_flag &= ~FHASLOCK;
		mutex_exit(&fp->f_lock);
		return VOP_ADVLOCK(fp->f_vnode, fp, F_UNLCK, &lf, F_FLOCK);
	}
	if ((how & LOCK_EX) != 0)
		lf.l_type = F_WRLCK;
	else if ((how & LOCK_SH) != 0)
		lf.l_type = F_RDLCK;
	else
		return EINVAL;
	if ((how & LOCK_NB) == 0)
		flags |= F_WAIT;
	error = VOP_ADVLOCK(fp->f_vnode, fp, F_SETLK, &lf, flags);
	if (error == 0) {
		mutex_enter(&fp->f_lock);
		fp->f_flag |= FHASLOCK;
		mutex_exit(&fp->f_lock);
	}
	return error;
}

int
sys_flock(struct lwp *l, const struct sys_flock_args *uap, register_t *retval)
{
	int error, fd = SCARG(uap, fd);
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	error = doflock(fp, SCARG(uap, how));
	fd_putfile((unsigned)fd);
	return error;
}

int
do_sys_fstat(int fd, struct stat *sb)
{
	struct file *fp;
	int error;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	error = (*fp->f_ops->fo_stat)(fp, sb);
	fd_putfile((unsigned)fd);
	return error;
}

int
sys___fstat50(struct lwp *l, const struct sys___fstat50_args *uap,
    register_t *retval)
{
	struct stat sb;
	int error;

	if ((error = do_sys_fstat(SCARG(uap, fd), &sb)) != 0)
		return error;
	return copyout(&sb, SCARG(uap, sb), sizeof(sb));
}

int
sys_fpathconf(struct lwp *l, const struct sys_fpathconf_args *uap,
    register_t *retval)
{
	int error = EOPNOTSUPP, fd = SCARG(uap, fd);
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	switch (fp->f_type) {
	case DTYPE_SOCKET:
	case DTYPE_PIPE:
		if (SCARG(uap, name) == _PC_PIPE_BUF) {
			*retval = PIPE_BUF;
			error = 0;
		} else
			error = EINVAL;
		break;
	case DTYPE_VNODE:
		if (VOP_PATHCONF != NULL)
			error = VOP_PATHCONF(fp->f_vnode, SCARG(uap, name),
			    retval);
		break;
	case DTYPE_KQUEUE:
		error = EINVAL;
		break;
	default:
		break;
	}
	fd_putfile((unsigned)fd);
	return error;
}

/* The error is the result of the call. */
int
sys___posix_fadvise50(struct lwp *l, const struct sys___posix_fadvise50_args *uap,
    register_t *retval)
{
	int advice = SCARG(uap, advice), error = 0, fd = SCARG(uap, fd);
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL) {
		*retval = EBADF;
		return 0;
	}
	if (fp->f_type == DTYPE_PIPE || fp->f_type == DTYPE_SOCKET)
		error = ESPIPE;
	else if (fp->f_type != DTYPE_VNODE)
		error = EOPNOTSUPP;
	else if (SCARG(uap, len) < 0 || advice < POSIX_FADV_NORMAL ||
	    advice > POSIX_FADV_NOREUSE)
		error = EINVAL;
	else if (advice <= POSIX_FADV_SEQUENTIAL)
		fp->f_advice = (u_int)advice;
	fd_putfile((unsigned)fd);
	*retval = error;
	return 0;
}
