/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pty.c - pseudo terminals: /dev/ptyp0 ... (masters), /dev/ttyp0 ... (slaves).
 * ptm.c hands out free pairs.
 *
 * Locking	t_lock -> pty_lock
 *		pty_lock guards the table; a pair is under its tty's t_lock.
 * Sleeps	reading a master until the slave writes, writing one until the
 *		slave reads.
 * Errors	ENXIO no such pair; EIO master in use, or slave gone.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/condvar.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/intr.h>
#include <sys/ioctl.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/kmem.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/pty.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/tty.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <rump-sys/kern.h>

int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t)
	    __weak;

struct pty {
	struct tty	*pt_tty;	/* made by the first open, stays */
	kcondvar_t	pt_rcv;		/* t: the master reads */
	struct selinfo	pt_rsel;	/* t: of the master */
	struct selinfo	pt_wsel;	/* t */
	bool		pt_copen;	/* master is open; set with both locks */
	bool		pt_taken;	/* pty_lock: given out by /dev/ptm */
};

static kmutex_t pty_lock;
static struct pty *ptys[PTY_MAX];

/* The slave wrote: wake the master. */
static void
pts_start(struct tty *tp)
{
	struct pty *pt = tp->t_sc;

	cv_broadcast(&pt->pt_rcv);
	selnotify(&pt->pt_rsel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
}

static struct pty *
pty_get(dev_t dev)
{
	int i = minor(dev);
	struct pty *pt;

	if (i < 0 || i >= PTY_MAX)
		return NULL;
	mutex_enter(&pty_lock);
	if ((pt = ptys[i]) == NULL) {
		pt = ptys[i] = kmem_zalloc(sizeof(*pt), KM_SLEEP);
		pt->pt_tty = tty_alloc();
		pt->pt_tty->t_sc = pt;
		pt->pt_tty->t_oproc = pts_start;
		cv_init(&pt->pt_rcv, "ptcin");
	}
	mutex_exit(&pty_lock);
	return pt;
}

static int
pts_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct pty *pt = pty_get(dev);
	struct tty *tp;
	int error;

	if (pt == NULL)
		return ENXIO;
	tp = pt->pt_tty;
	if ((error = ttyopen(tp, dev, flag)) != 0)
		return error;
	mutex_enter(&tp->t_lock);
	if (pt->pt_copen)
		tp->t_state |= TS_CARR_ON;
	else
		tp->t_state &= ~TS_CARR_ON;
	mutex_exit(&tp->t_lock);
	return 0;
}

static int
pts_close(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct pty *pt = pty_get(dev);
	struct tty *tp = pt->pt_tty;

	(void)ttyclose(tp);
	mutex_enter(&tp->t_lock);
	pts_start(tp);			/* the master sees the end */
	mutex_exit(&tp->t_lock);
	return 0;
}

static int
pts_read(dev_t dev, struct uio *uio, int flag)
{

	return ttread(pty_get(dev)->pt_tty, uio, flag);
}

static int
pts_write(dev_t dev, struct uio *uio, int flag)
{

	return ttwrite(pty_get(dev)->pt_tty, uio, flag);
}

static int
pts_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return ttioctl(pty_get(dev)->pt_tty, cmd, data, flag, l);
}

static int
pts_poll(dev_t dev, int events, struct lwp *l)
{

	return ttpoll(pty_get(dev)->pt_tty, events, l);
}

static int
pts_kqfilter(dev_t dev, struct knote *kn)
{

	return ttykqfilter(pty_get(dev)->pt_tty, kn);
}

static struct tty *
pts_tty(dev_t dev)
{
	struct pty *pt = pty_get(dev);

	return pt != NULL ? pt->pt_tty : NULL;
}

static int
ptc_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct pty *pt = pty_get(dev);
	int error = 0;

	if (pt == NULL)
		return ENXIO;
	mutex_enter(&pt->pt_tty->t_lock);
	if (pt->pt_copen)
		error = EIO;
	else {
		mutex_enter(&pty_lock);
		pt->pt_copen = true;
		mutex_exit(&pty_lock);
		pt->pt_tty->t_state |= TS_CARR_ON;
		pt->pt_tty->t_state &= ~TS_DEAD;
		memset(&pt->pt_tty->t_winsize, 0,
		    sizeof(pt->pt_tty->t_winsize));
	}
	mutex_exit(&pt->pt_tty->t_lock);
	return error;
}

static int
ptc_close(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct pty *pt = pty_get(dev);

	ttyhangup(pt->pt_tty);
	mutex_enter(&pt->pt_tty->t_lock);
	mutex_enter(&pty_lock);
	pt->pt_copen = false;
	pt->pt_taken = false;
	mutex_exit(&pty_lock);
	mutex_exit(&pt->pt_tty->t_lock);
	return 0;
}

static int
ptc_read(dev_t dev, struct uio *uio, int flag)
{
	struct pty *pt = pty_get(dev);
	struct tty *tp = pt->pt_tty;
	uint8_t buf[512];
	int error = 0;
	size_t n;

	mutex_enter(&tp->t_lock);
	while (cl_count(&tp->t_outq) == 0 || (tp->t_state & TS_TTSTOP) != 0) {
		if ((tp->t_state & TS_ISOPEN) == 0)
			goto out;		/* no slave: the end */
		if ((flag & IO_NDELAY) != 0)
			error = EWOULDBLOCK;
		else
			error = cv_wait_sig(&pt->pt_rcv, &tp->t_lock);
		if (error != 0)
			goto out;
	}
	while (uio->uio_resid > 0 && error == 0 &&
	    (n = q_to_b(&tp->t_outq, buf, MIN(sizeof(buf),
	    uio->uio_resid))) != 0) {
		mutex_exit(&tp->t_lock);
		error = uiomove(buf, n, uio);
		mutex_enter(&tp->t_lock);
	}
	ttyroom(tp);
out:
	mutex_exit(&tp->t_lock);
	return error;
}

static int
ptc_write(dev_t dev, struct uio *uio, int flag)
{
	struct pty *pt = pty_get(dev);
	struct tty *tp = pt->pt_tty;
	uint8_t buf[128];
	int error = 0;
	size_t n;

	while (error == 0 && (n = MIN(sizeof(buf), uio->uio_resid)) != 0) {
		if ((tp->t_state & TS_ISOPEN) == 0)
			return EIO;
		if ((error = uiomove(buf, n, uio)) == 0)
			ttyinput(buf, n, tp);
	}
	return error;
}

static int
ptc_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct tty *tp = pty_get(dev)->pt_tty;
	int error = 0;

	switch (cmd) {
	case FIONREAD:
		*(int *)data = (int)cl_count(&tp->t_outq);
		return 0;
	case TIOCPKT:
		return *(int *)data == 0 ? 0 : EOPNOTSUPP;
	case TIOCSWINSZ:
		ttsetwinsize(tp, data);
		return 0;
	case TIOCSIG:
		mutex_enter(&tp->t_lock);
		if (*(int *)data <= 0 || *(int *)data >= NSIG)
			error = EINVAL;
		else
			ttysig(tp, *(int *)data);
		mutex_exit(&tp->t_lock);
		return error;
	case TIOCGRANTPT:
		return pty_grant(l, (int)minor(dev));
	case TIOCPTSNAME:
		return pty_names(l, (int)minor(dev), data);
	case TIOCGPGRP:
		mutex_enter(proc_lock);
		*(int *)data = tp->t_pgrp != NULL ? tp->t_pgrp->pg_id : 0;
		mutex_exit(proc_lock);
		return 0;
	default:
		return ttioctl(tp, cmd, data, flag, l);
	}
}

static int
ptc_poll(dev_t dev, int events, struct lwp *l)
{
	struct pty *pt = pty_get(dev);
	struct tty *tp = pt->pt_tty;
	int revents = 0;

	mutex_enter(&tp->t_lock);
	if ((cl_count(&tp->t_outq) != 0 && (tp->t_state & TS_TTSTOP) == 0) ||
	    (tp->t_state & TS_ISOPEN) == 0)
		revents |= events & (POLLIN | POLLRDNORM);
	if ((tp->t_state & TS_ISOPEN) == 0)
		revents |= POLLHUP;
	else
		revents |= events & (POLLOUT | POLLWRNORM);
	if (revents == 0)
		selrecord(l, &pt->pt_rsel);
	mutex_exit(&tp->t_lock);
	return revents;
}

static const struct cdevsw pts_cdevsw = {
	.d_open = pts_open, .d_close = pts_close, .d_read = pts_read,
	.d_write = pts_write, .d_ioctl = pts_ioctl, .d_stop = nostop,
	.d_tty = pts_tty, .d_poll = pts_poll, .d_kqfilter = pts_kqfilter,
	.d_discard = nodiscard, .d_flag = D_TTY | D_MPSAFE,
};
static const struct cdevsw ptc_cdevsw = {
	.d_open = ptc_open, .d_close = ptc_close, .d_read = ptc_read,
	.d_write = ptc_write, .d_ioctl = ptc_ioctl, .d_stop = nostop,
	.d_tty = pts_tty, .d_poll = ptc_poll, .d_kqfilter = nokqfilter,
	.d_discard = nodiscard, .d_flag = D_TTY | D_MPSAFE,
};

int
pty_claim(int max)
{
	struct pty *pt;
	bool mine;
	int i;

	for (i = 0; i < MIN(max, PTY_MAX); i++) {
		pt = pty_get(makedev(PTC_MAJOR, i));
		mutex_enter(&pty_lock);
		mine = !pt->pt_copen && !pt->pt_taken;
		if (mine)
			pt->pt_taken = true;
		mutex_exit(&pty_lock);
		if (mine)
			return i;
	}
	return -1;
}

void
pty_unclaim(int i)
{
	mutex_enter(&pty_lock);
	ptys[i]->pt_taken = false;
	mutex_exit(&pty_lock);
}

bool
pty_isactive(int i)
{
	bool active;

	if (i < 0 || i >= PTY_MAX)
		return false;
	mutex_enter(&pty_lock);
	active = ptys[i] != NULL && ptys[i]->pt_copen;
	mutex_exit(&pty_lock);
	return active;
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN, pty)
{
	devmajor_t smaj = PTS_MAJOR, cmaj = PTC_MAJOR;

	mutex_init(&pty_lock, MUTEX_DEFAULT, IPL_NONE);
	(void)devsw_attach("pts", NULL, NULL, &pts_cdevsw, &smaj);
	(void)devsw_attach("ptc", NULL, NULL, &ptc_cdevsw, &cmaj);
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN_VFS, ptynodes)
{
	char path[16];

	if (rump_vfs_makeonedevnode == NULL)
		return;
	for (int i = 0; i < PTY_BSDNAMES; i++) {
		snprintf(path, sizeof(path), "/dev/ptyp%x", i);
		(void)rump_vfs_makeonedevnode(S_IFCHR, path, PTC_MAJOR, i);
		snprintf(path, sizeof(path), "/dev/ttyp%x", i);
		(void)rump_vfs_makeonedevnode(S_IFCHR, path, PTS_MAJOR, i);
	}
}
