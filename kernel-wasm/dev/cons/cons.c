/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cons.c - terminals on the host's console lines.
 *
 * /dev/console is line 0, /dev/ttyE0 ... ttyE7 are lines 1 to 8.  The first
 * open of a line makes its tty, which then stays, and a kernel thread that
 * waits in the host for input.  Output is carried to the host by whoever has
 * something to write, one at a time (TS_BUSY).
 *
 * Locking	cons_lock guards the table; the rest is the tty's t_lock,
 *		which is not held while in the host.
 * Sleeps	in rumpcomp_cons_write() while the host's ring is full.
 * Errors	ENXIO no such line.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/intr.h>
#include <sys/ioctl.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/tty.h>
#include <sys/uio.h>

#include <rump/rumpcomp.h>
#include <rump-sys/kern.h>

#define	CONS_MAJOR	0
#define	CONS_NLINES	9
#define	CONS_CHUNK	1024u

int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t)
	    __weak;

static kmutex_t cons_lock;
static struct tty *cons_tty[CONS_NLINES];
static bool cons_thread[CONS_NLINES];

static int
cons_line(const struct tty *tp)
{

	return (int)(intptr_t)tp->t_sc;
}

/* Carry t_outq to the host; t_lock is given up around the host call. */
static void
cons_start(struct tty *tp)
{
	uint8_t buf[CONS_CHUNK];
	int nlocks;
	size_t n;

	KASSERT(mutex_owned(&tp->t_lock));
	if ((tp->t_state & TS_BUSY) != 0)
		return;
	tp->t_state |= TS_BUSY;
	while ((tp->t_state & TS_TTSTOP) == 0 &&
	    (n = q_to_b(&tp->t_outq, buf, sizeof(buf))) != 0) {
		mutex_exit(&tp->t_lock);
		rump_hyp_leave(&nlocks);
		(void)rumpcomp_cons_write(cons_line(tp), buf, n);
		rump_hyp_enter(nlocks);
		mutex_enter(&tp->t_lock);
		ttyroom(tp);
	}
	tp->t_state &= ~TS_BUSY;
	ttyroom(tp);
}

static void
cons_winsize(struct tty *tp)
{
	uint16_t rows = 0, cols = 0;
	struct winsize ws;

	if (rumpcomp_cons_winsize(cons_line(tp), &rows, &cols) != 0)
		return;
	memset(&ws, 0, sizeof(ws));
	ws.ws_row = rows;
	ws.ws_col = cols;
	ttsetwinsize(tp, &ws);
}

static void
cons_loop(void *arg)
{
	struct tty *tp = arg;
	int error, event, nlocks;
	uint8_t buf[256];
	size_t n;

	for (;;) {
		n = 0;
		event = 0;
		rump_hyp_leave(&nlocks);
		error = rumpcomp_cons_read(cons_line(tp), buf, sizeof(buf), &n,
		    &event);
		rump_hyp_enter(nlocks);
		if (error != 0 && error != EINTR)
			break;
		if ((event & RUMPCOMP_CONS_WINSIZE) != 0)
			cons_winsize(tp);
		if ((event & RUMPCOMP_CONS_DATA) != 0 && n != 0)
			ttyinput(buf, n, tp);
		if ((event & RUMPCOMP_CONS_HANGUP) != 0)
			ttyhangup(tp);
	}
	mutex_enter(&cons_lock);
	cons_thread[cons_line(tp)] = false;
	mutex_exit(&cons_lock);
	kthread_exit(0);
}

static struct tty *
cons_get(dev_t dev)
{
	int line = minor(dev);

	return line >= 0 && line < CONS_NLINES ? cons_tty[line] : NULL;
}

static int
cons_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	int error = 0, line = minor(dev);
	struct tty *tp;

	if (line < 0 || line >= CONS_NLINES)
		return ENXIO;
	mutex_enter(&cons_lock);
	if ((tp = cons_tty[line]) == NULL) {
		tp = tty_alloc();
		tp->t_sc = (void *)(intptr_t)line;
		tp->t_oproc = cons_start;
		cons_tty[line] = tp;
	}
	error = ttyopen(tp, dev, flag);
	if (error == 0 && !cons_thread[line] && rump_threads) {
		cons_winsize(tp);
		error = kthread_create(PRI_NONE, KTHREAD_MPSAFE, NULL,
		    cons_loop, tp, NULL, "cons%d", line);
		cons_thread[line] = error == 0;
	}
	mutex_exit(&cons_lock);
	return error;
}

static int
cons_close(dev_t dev, int flag, int mode, struct lwp *l)
{

	return ttyclose(cons_get(dev));
}

static int
cons_read(dev_t dev, struct uio *uio, int flag)
{

	return ttread(cons_get(dev), uio, flag);
}

static int
cons_write(dev_t dev, struct uio *uio, int flag)
{

	return ttwrite(cons_get(dev), uio, flag);
}

static int
cons_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return ttioctl(cons_get(dev), cmd, data, flag, l);
}

static int
cons_poll(dev_t dev, int events, struct lwp *l)
{

	return ttpoll(cons_get(dev), events, l);
}

static int
cons_kqfilter(dev_t dev, struct knote *kn)
{

	return ttykqfilter(cons_get(dev), kn);
}

static const struct cdevsw cons_cdevsw = {
	.d_open = cons_open, .d_close = cons_close, .d_read = cons_read,
	.d_write = cons_write, .d_ioctl = cons_ioctl, .d_stop = nostop,
	.d_tty = cons_get, .d_poll = cons_poll, .d_kqfilter = cons_kqfilter,
	.d_discard = nodiscard, .d_flag = D_TTY | D_MPSAFE,
};

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN, cons)
{
	devmajor_t cmaj = CONS_MAJOR;

	mutex_init(&cons_lock, MUTEX_DEFAULT, IPL_NONE);
	(void)devsw_attach("cons", NULL, NULL, &cons_cdevsw, &cmaj);
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN_VFS, consnodes)
{
	uint16_t rows, cols;
	char path[16];

	/* A host without terminals has no lines, and then /dev has no nodes. */
	if (rump_vfs_makeonedevnode == NULL ||
	    rumpcomp_cons_winsize(0, &rows, &cols) != 0)
		return;
	(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/console", CONS_MAJOR, 0);
	for (int i = 1; i < CONS_NLINES; i++) {
		snprintf(path, sizeof(path), "/dev/ttyE%d", i - 1);
		(void)rump_vfs_makeonedevnode(S_IFCHR, path, CONS_MAJOR, i);
	}
}
