/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys_pipe.c - pipes: one ring of bytes with a reading and a writing file.
 *
 * Both files share one struct pipe; f_flag tells which end a file is.  The
 * ring is made by the first write, grows once from PIPE_SIZE to BIG_PIPE_SIZE
 * when a larger write finds it empty, and goes with the second close.
 * Writes of up to PIPE_BUF bytes are not split.
 *
 * Locking	p: pipe_lock, held over the copy.
 *	Order: pipe_lock -> select_lock, kq_lock, proc_lock
 *
 * Sleeps	read of an empty pipe, write to a full one, interruptibly.
 * Errors	EAGAIN with O_NONBLOCK; EPIPE without a reader.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pipe.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>

struct pipe {
	kmutex_t	pipe_lock;
	char		*pipe_buf;	/* p: NULL before the first write */
	size_t		pipe_size;	/* p */
	size_t		pipe_in;	/* p: where the next byte goes */
	size_t		pipe_out;	/* p: where the next one comes from */
	size_t		pipe_cnt;	/* p: bytes between */
	u_int		pipe_state;	/* p: PS_* */
	u_int		pipe_rwait;	/* p: readers asleep */
	u_int		pipe_wwait;	/* p: writers asleep */
	u_int		pipe_restart;	/* p: generation of pipe_restart() */
	kcondvar_t	pipe_rcv;	/* p */
	kcondvar_t	pipe_wcv;	/* p */
	struct selinfo	pipe_rsel;	/* p */
	struct selinfo	pipe_wsel;	/* p */
	pid_t		pipe_rpgid;	/* p: SIGIO */
	pid_t		pipe_wpgid;	/* p */
	ino_t		pipe_ino;	/* stable */
	struct timespec	pipe_btime;	/* stable */
	struct timespec	pipe_atime;	/* p: settled by stat(2) */
	struct timespec	pipe_mtime;	/* p */
};
#define	PS_NOREADER	0x01u
#define	PS_NOWRITER	0x02u
#define	PS_ACCESS	0x04u		/* times to settle */
#define	PS_MODIFY	0x08u
#define	PS_ASYNC_R	0x10u
#define	PS_ASYNC_W	0x20u

#define	MAXBIGPIPE	32u

static u_int nbigpipe;			/* atomic */
static ino_t pipe_inodes;		/* atomic */
static pool_cache_t pipe_cache;

static const struct fileops pipeops;

static int
pipe_ctor(void *arg, void *obj, int flags)
{
	struct pipe *p = obj;

	memset(p, 0, sizeof(*p));
	mutex_init(&p->pipe_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&p->pipe_rcv, "piperd");
	cv_init(&p->pipe_wcv, "pipewr");
	return 0;
}

static void
pipe_dtor(void *arg, void *obj)
{
	struct pipe *p = obj;

	mutex_destroy(&p->pipe_lock);
	cv_destroy(&p->pipe_rcv);
	cv_destroy(&p->pipe_wcv);
}

void
pipe_init(void)
{

	pipe_cache = pool_cache_init(sizeof(struct pipe), 0, 0, 0, "pipepl",
	    NULL, IPL_NONE, pipe_ctor, pipe_dtor, NULL);
}

static struct pipe *
pipe_create(void)
{
	struct pipe *p = pool_cache_get(pipe_cache, PR_WAITOK);

	p->pipe_size = PIPE_SIZE;
	p->pipe_in = p->pipe_out = p->pipe_cnt = 0;
	p->pipe_state = 0;
	p->pipe_rpgid = p->pipe_wpgid = 0;
	selinit(&p->pipe_rsel);
	selinit(&p->pipe_wsel);
	p->pipe_ino = __atomic_add_fetch(&pipe_inodes, 1, __ATOMIC_RELAXED);
	getnanotime(&p->pipe_btime);
	p->pipe_atime = p->pipe_mtime = p->pipe_btime;
	return p;
}

static void
pipe_freebuf(struct pipe *p)
{

	if (p->pipe_buf == NULL)
		return;
	kmem_free(p->pipe_buf, p->pipe_size);
	p->pipe_buf = NULL;
	if (p->pipe_size == BIG_PIPE_SIZE)
		atomic_dec_uint(&nbigpipe);
	p->pipe_size = PIPE_SIZE;
}

static void
pipe_destroy(struct pipe *p)
{

	pipe_freebuf(p);
	seldestroy(&p->pipe_rsel);
	seldestroy(&p->pipe_wsel);
	pool_cache_put(pipe_cache, p);
}

static void
pipe_file(struct file *fp, struct pipe *p, u_int flag)
{

	fp->f_flag = flag;
	fp->f_type = DTYPE_PIPE;
	fp->f_pipe = p;
	fp->f_ops = &pipeops;
}

static int
pipe1(struct lwp *l, int fds[2], int flags)
{
	struct file *rf, *wf;
	struct pipe *p;
	int error;

	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE)) != 0)
		return EINVAL;
	if ((error = fd_allocfile(&rf, &fds[0])) != 0)
		return error;
	if ((error = fd_allocfile(&wf, &fds[1])) != 0) {
		fd_abort(l->l_proc, rf, (unsigned)fds[0]);
		return error;
	}
	p = pipe_create();
	pipe_file(rf, p, FREAD | (u_int)flags);
	pipe_file(wf, p, FWRITE | (u_int)flags);
	if ((flags & O_CLOEXEC) != 0) {
		(void)fd_set_exclose(l, fds[0], true);
		(void)fd_set_exclose(l, fds[1], true);
	}
	fd_affix(l->l_proc, rf, (unsigned)fds[0]);
	fd_affix(l->l_proc, wf, (unsigned)fds[1]);
	return 0;
}

int
sys_pipe(struct lwp *l, const void *v, register_t *retval)
{
	int error, fds[2];

	if ((error = pipe1(l, fds, 0)) != 0)
		return error;
	retval[0] = fds[0];
	retval[1] = fds[1];
	return 0;
}

int
sys_pipe2(struct lwp *l, const struct sys_pipe2_args *uap, register_t *retval)
{
	int error, fds[2];

	if ((error = pipe1(l, fds, SCARG(uap, flags))) != 0)
		return error;
	if ((error = copyout(fds, SCARG(uap, fildes), sizeof(fds))) != 0) {
		for (int i = 0; i < 2; i++)
			if (fd_getfile((unsigned)fds[i]) != NULL)
				(void)fd_close((unsigned)fds[i]);
		return error;
	}
	retval[0] = 0;
	return 0;
}

/* Tell the readers (or writers) that something changed. */
static inline void
pipe_notify_readers(struct pipe *p, int events)
{

	if (p->pipe_rwait != 0)
		cv_broadcast(&p->pipe_rcv);
	if (__predict_false(!LIST_EMPTY(&p->pipe_rsel.sel_waiters) ||
	    !SLIST_EMPTY(&p->pipe_rsel.sel_klist)))
		selnotify(&p->pipe_rsel, events, NOTE_SUBMIT);
	if (__predict_false((p->pipe_state & PS_ASYNC_R) != 0))
		fownsignal(p->pipe_rpgid, SIGIO, 0, events, NULL);
}

static inline void
pipe_notify_writers(struct pipe *p, int events)
{

	if (p->pipe_wwait != 0)
		cv_broadcast(&p->pipe_wcv);
	if (__predict_false(!LIST_EMPTY(&p->pipe_wsel.sel_waiters) ||
	    !SLIST_EMPTY(&p->pipe_wsel.sel_klist)))
		selnotify(&p->pipe_wsel, events, NOTE_SUBMIT);
	if (__predict_false((p->pipe_state & PS_ASYNC_W) != 0))
		fownsignal(p->pipe_wpgid, SIGIO, 0, events, NULL);
}

/* Sleep until the other side moves, or a signal, or the descriptor closes. */
static int
pipe_sleep(struct pipe *p, kcondvar_t *cv, u_int *waiters)
{
	u_int gen = p->pipe_restart;
	int error;

	(*waiters)++;
	error = cv_wait_sig(cv, &p->pipe_lock);
	(*waiters)--;
	if (error == 0 && gen != p->pipe_restart)
		error = ERESTART;
	return error;
}

static int
pipe_take(struct pipe *p, struct uio *uio)
{
	int error = 0;

	while (p->pipe_cnt > 0 && uio->uio_resid > 0 && error == 0) {
		size_t n = p->pipe_size - p->pipe_out, resid = uio->uio_resid;

		n = MIN(n, p->pipe_cnt);
		error = uiomove(p->pipe_buf + p->pipe_out, n, uio);
		n = resid - uio->uio_resid;
		p->pipe_cnt -= n;
		p->pipe_out += n;
		if (p->pipe_out == p->pipe_size)
			p->pipe_out = 0;
	}
	if (p->pipe_cnt == 0)
		p->pipe_in = p->pipe_out = 0;	/* keep it in the cache */
	return error;
}

static int
pipe_read(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct pipe *p = fp->f_pipe;
	int error = 0;

	mutex_enter(&p->pipe_lock);
	while (p->pipe_cnt == 0) {
		if (uio->uio_resid == 0 || (p->pipe_state & PS_NOWRITER) != 0)
			goto out;
		if ((fp->f_flag & FNONBLOCK) != 0) {
			error = EAGAIN;
			goto out;
		}
		error = pipe_sleep(p, &p->pipe_rcv, &p->pipe_rwait);
		if (error != 0)
			goto out;
	}
	error = pipe_take(p, uio);
	p->pipe_state |= PS_ACCESS;
	if (p->pipe_size - p->pipe_cnt >= PIPE_BUF)
		pipe_notify_writers(p, POLLOUT | POLLWRNORM);
out:
	mutex_exit(&p->pipe_lock);
	return error;
}

static int
pipe_put(struct pipe *p, struct uio *uio, size_t space)
{
	int error = 0;

	while (space > 0 && uio->uio_resid > 0 && error == 0) {
		size_t n = p->pipe_size - p->pipe_in, resid = uio->uio_resid;

		n = MIN(n, space);
		error = uiomove(p->pipe_buf + p->pipe_in, n, uio);
		n = resid - uio->uio_resid;
		p->pipe_cnt += n;
		space -= n;
		p->pipe_in += n;
		if (p->pipe_in == p->pipe_size)
			p->pipe_in = 0;
	}
	return error;
}

/* The first buffer, and the larger one for large writes. */
static void
pipe_resize(struct pipe *p, size_t resid)
{
	size_t size = p->pipe_size;

	if (resid > PIPE_SIZE && size == PIPE_SIZE && p->pipe_cnt == 0) {
		if (atomic_inc_uint_nv(&nbigpipe) > MAXBIGPIPE)
			atomic_dec_uint(&nbigpipe);
		else
			size = BIG_PIPE_SIZE;
	}
	if (p->pipe_buf != NULL && size == p->pipe_size)
		return;
	if (p->pipe_buf != NULL)
		kmem_free(p->pipe_buf, p->pipe_size);
	p->pipe_buf = kmem_alloc(size, KM_SLEEP);
	p->pipe_size = size;
	p->pipe_in = p->pipe_out = 0;
}

static int
pipe_write(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct pipe *p = fp->f_pipe;
	size_t total = uio->uio_resid, space;
	int error = 0;

	mutex_enter(&p->pipe_lock);
	if ((p->pipe_state & PS_NOREADER) != 0) {
		mutex_exit(&p->pipe_lock);
		return EPIPE;
	}
	if (__predict_false(p->pipe_buf == NULL || total > PIPE_SIZE))
		pipe_resize(p, total);
	while (uio->uio_resid > 0) {
		space = p->pipe_size - p->pipe_cnt;
		if (space < uio->uio_resid && total <= PIPE_BUF)
			space = 0;
		if (space > 0) {
			if ((error = pipe_put(p, uio, space)) != 0)
				break;
			continue;
		}
		pipe_notify_readers(p, POLLIN | POLLRDNORM);
		if ((fp->f_flag & FNONBLOCK) != 0) {
			error = EAGAIN;
			break;
		}
		error = pipe_sleep(p, &p->pipe_wcv, &p->pipe_wwait);
		if (error != 0)
			break;
		if ((p->pipe_state & PS_NOREADER) != 0) {
			error = EPIPE;
			break;
		}
	}
	if (uio->uio_resid != total) {
		p->pipe_state |= PS_MODIFY;
		pipe_notify_readers(p, POLLIN | POLLRDNORM);
	}
	mutex_exit(&p->pipe_lock);
	return error;
}

static int
pipe_ioctl(struct file *fp, u_long cmd, void *data)
{
	struct pipe *p = fp->f_pipe;
	bool reader = (fp->f_flag & FREAD) != 0;
	pid_t *pgidp = reader ? &p->pipe_rpgid : &p->pipe_wpgid;
	u_int async = reader ? PS_ASYNC_R : PS_ASYNC_W;
	int error = 0;

	switch (cmd) {
	case FIONBIO:
		return 0;
	case FIOASYNC:
		mutex_enter(&p->pipe_lock);
		p->pipe_state &= ~async;
		if (*(int *)data != 0)
			p->pipe_state |= async;
		mutex_exit(&p->pipe_lock);
		return 0;
	case FIONREAD:
		*(int *)data = reader ? (int)p->pipe_cnt : 0;
		return 0;
	case FIONWRITE:
		*(int *)data = reader ? 0 : (int)p->pipe_cnt;
		return 0;
	case FIONSPACE:
		*(int *)data = reader ? 0 : (int)(p->pipe_size - p->pipe_cnt);
		return 0;
	case TIOCSPGRP:
	case FIOSETOWN:
		return fsetown(pgidp, cmd, data);
	case TIOCGPGRP:
	case FIOGETOWN:
		return fgetown(*pgidp, cmd, data);
	default:
		error = EPASSTHROUGH;
	}
	return error;
}

static int
pipe_poll(struct file *fp, int events)
{
	struct pipe *p = fp->f_pipe;
	int revents = 0;

	mutex_enter(&p->pipe_lock);
	if ((fp->f_flag & FREAD) != 0) {
		if (p->pipe_cnt > 0 || (p->pipe_state & PS_NOWRITER) != 0)
			revents |= events & (POLLIN | POLLRDNORM);
		if ((p->pipe_state & PS_NOWRITER) != 0)
			revents |= POLLHUP;
		if (revents == 0 && (events & (POLLIN | POLLRDNORM)) != 0)
			selrecord(curlwp, &p->pipe_rsel);
	} else {
		if (p->pipe_size - p->pipe_cnt >= PIPE_BUF ||
		    (p->pipe_state & PS_NOREADER) != 0)
			revents |= events & (POLLOUT | POLLWRNORM);
		if ((p->pipe_state & PS_NOREADER) != 0)
			revents |= POLLHUP;
		if (revents == 0)
			selrecord(curlwp, &p->pipe_wsel);
	}
	if (revents == 0 && (fp->f_flag & FREAD) != 0 &&
	    (events & (POLLIN | POLLRDNORM)) == 0)
		selrecord(curlwp, &p->pipe_rsel);	/* for POLLHUP */
	mutex_exit(&p->pipe_lock);
	return revents;
}

static int
pipe_stat(struct file *fp, struct stat *sb)
{
	struct pipe *p = fp->f_pipe;
	struct timespec now;

	memset(sb, 0, sizeof(*sb));
	getnanotime(&now);
	mutex_enter(&p->pipe_lock);
	if ((p->pipe_state & PS_ACCESS) != 0)
		p->pipe_atime = now;
	if ((p->pipe_state & PS_MODIFY) != 0)
		p->pipe_mtime = now;
	p->pipe_state &= ~(PS_ACCESS | PS_MODIFY);
	sb->st_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	sb->st_blksize = (blksize_t)p->pipe_size;
	sb->st_size = (fp->f_flag & FREAD) != 0 ? (off_t)p->pipe_cnt : 0;
	sb->st_blocks = sb->st_size != 0;
	sb->st_atim = p->pipe_atime;
	sb->st_mtim = sb->st_ctim = p->pipe_mtime;
	sb->st_birthtim = p->pipe_btime;
	sb->st_ino = p->pipe_ino;
	mutex_exit(&p->pipe_lock);
	sb->st_uid = kauth_cred_geteuid(fp->f_cred);
	sb->st_gid = kauth_cred_getegid(fp->f_cred);
	return 0;
}

static int
pipe_close(struct file *fp)
{
	struct pipe *p = fp->f_pipe;
	bool last;

	mutex_enter(&p->pipe_lock);
	if ((fp->f_flag & FREAD) != 0) {
		p->pipe_state |= PS_NOREADER;
		p->pipe_state &= ~PS_ASYNC_R;
	} else {
		p->pipe_state |= PS_NOWRITER;
		p->pipe_state &= ~PS_ASYNC_W;
	}
	last = (p->pipe_state & (PS_NOREADER | PS_NOWRITER)) ==
	    (PS_NOREADER | PS_NOWRITER);
	if (!last) {
		pipe_notify_readers(p, POLLHUP);
		pipe_notify_writers(p, POLLHUP);
	}
	mutex_exit(&p->pipe_lock);
	if (last)
		pipe_destroy(p);
	return 0;
}

static void
pipe_restart(struct file *fp)
{
	struct pipe *p = fp->f_pipe;

	mutex_enter(&p->pipe_lock);
	p->pipe_restart++;
	cv_broadcast(&p->pipe_rcv);
	cv_broadcast(&p->pipe_wcv);
	mutex_exit(&p->pipe_lock);
}

static int
filt_pipe(struct knote *kn, long hint)
{
	struct pipe *p = ((struct file *)kn->kn_obj)->f_pipe;
	bool rd = kn->kn_filter == EVFILT_READ;
	int rv;

	if (hint == 0)
		mutex_enter(&p->pipe_lock);
	KASSERT(mutex_owned(&p->pipe_lock));
	if ((p->pipe_state & (rd ? PS_NOWRITER : PS_NOREADER)) != 0)
		kn->kn_flags |= EV_EOF;
	if (rd)
		kn->kn_data = (int64_t)p->pipe_cnt;
	else
		kn->kn_data = (kn->kn_flags & EV_EOF) != 0 ? 0 :
		    (int64_t)(p->pipe_size - p->pipe_cnt);
	rv = (kn->kn_flags & EV_EOF) != 0 ||
	    kn->kn_data >= (rd ? 1 : PIPE_BUF);
	if (hint == 0)
		mutex_exit(&p->pipe_lock);
	return rv;
}

static void
filt_pipedetach(struct knote *kn)
{
	struct pipe *p = ((struct file *)kn->kn_obj)->f_pipe;
	struct selinfo *sip = kn->kn_filter == EVFILT_READ ?
	    &p->pipe_rsel : &p->pipe_wsel;

	mutex_enter(&p->pipe_lock);
	SLIST_REMOVE(&sip->sel_klist, kn, knote, kn_selnext);
	mutex_exit(&p->pipe_lock);
}

static const struct filterops pipe_filtops = {
	.f_isfd = 1, .f_detach = filt_pipedetach, .f_event = filt_pipe,
};

static int
pipe_kqfilter(struct file *fp, struct knote *kn)
{
	struct pipe *p = fp->f_pipe;
	struct selinfo *sip;
	int error = 0;

	kn->kn_fop = &pipe_filtops;
	mutex_enter(&p->pipe_lock);
	if (kn->kn_filter == EVFILT_READ && (fp->f_flag & FREAD) != 0) {
		sip = &p->pipe_rsel;
	} else if (kn->kn_filter == EVFILT_WRITE &&
	    (fp->f_flag & FWRITE) != 0) {
		sip = &p->pipe_wsel;
		if ((p->pipe_state & PS_NOREADER) != 0)
			error = EBADF;
	} else {
		sip = NULL;
		error = EINVAL;
	}
	if (error == 0)
		SLIST_INSERT_HEAD(&sip->sel_klist, kn, kn_selnext);
	mutex_exit(&p->pipe_lock);
	return error;
}

static const struct fileops pipeops = {
	.fo_read = pipe_read,
	.fo_write = pipe_write,
	.fo_ioctl = pipe_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = pipe_poll,
	.fo_stat = pipe_stat,
	.fo_close = pipe_close,
	.fo_kqfilter = pipe_kqfilter,
	.fo_restart = pipe_restart,
};
