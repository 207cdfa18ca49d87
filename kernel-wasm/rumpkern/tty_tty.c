/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty_tty.c - /dev/tty, the controlling terminal of whoever opens it, and what
 * becomes of a terminal when its session leader ends.
 *
 * Locking	proc_lock to find the terminal.
 * Errors	ENXIO without a controlling terminal.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/tty.h>
#include <sys/uio.h>

#include <rump-sys/kern.h>

#define	CTTY_MAJOR	1

int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t)
	    __weak;

/*
 * The terminal, NULL when there is none.  A driver's tty lives as long as the
 * driver, so the pointer stays good after proc_lock.
 */
static struct tty *
ctty_find(struct lwp *l)
{
	struct proc *p = l->l_proc;
	struct tty *tp = NULL;

	mutex_enter(proc_lock);
	if ((p->p_lflag & PL_CONTROLT) != 0)
		tp = p->p_pgrp->pg_session->s_ttyp;
	mutex_exit(proc_lock);
	return tp;
}

static int
ctty_open(dev_t dev, int flag, int mode, struct lwp *l)
{

	return ctty_find(l) == NULL ? ENXIO : 0;
}

static int
ctty_read(dev_t dev, struct uio *uio, int flag)
{
	struct tty *tp = ctty_find(curlwp);

	return tp == NULL ? EIO : ttread(tp, uio, flag);
}

static int
ctty_write(dev_t dev, struct uio *uio, int flag)
{
	struct tty *tp = ctty_find(curlwp);

	return tp == NULL ? EIO : ttwrite(tp, uio, flag);
}

/* TIOCNOTTY: leave the terminal. */
static int
ctty_leave(struct lwp *l)
{
	struct proc *p = l->l_proc;
	int error = 0;

	mutex_enter(proc_lock);
	if (p->p_pgrp->pg_session->s_leader == p)
		error = EINVAL;
	else
		p->p_lflag &= ~PL_CONTROLT;
	mutex_exit(proc_lock);
	return error;
}

static int
ctty_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct tty *tp = ctty_find(l);

	if (tp == NULL)
		return EIO;
	if (cmd == TIOCSCTTY)
		return EINVAL;
	if (cmd == TIOCNOTTY)
		return ctty_leave(l);
	return ttioctl(tp, cmd, data, flag, l);
}

static int
ctty_poll(dev_t dev, int events, struct lwp *l)
{
	struct tty *tp = ctty_find(l);

	return tp == NULL ? seltrue(dev, events, l) : ttpoll(tp, events, l);
}

static int
ctty_kqfilter(dev_t dev, struct knote *kn)
{
	struct tty *tp = ctty_find(curlwp);

	return tp == NULL ? EIO : ttykqfilter(tp, kn);
}

static const struct cdevsw ctty_cdevsw = {
	.d_open = ctty_open, .d_close = nullclose, .d_read = ctty_read,
	.d_write = ctty_write, .d_ioctl = ctty_ioctl, .d_stop = nostop,
	.d_tty = notty, .d_poll = ctty_poll, .d_kqfilter = ctty_kqfilter,
	.d_discard = nodiscard, .d_flag = D_TTY | D_MPSAFE,
};

/* The leader ends: the foreground hears of it, the terminal is free. */
static void
ctty_ph_exit(struct proc *p)
{
	struct session *s;
	struct tty *tp;

	mutex_enter(proc_lock);
	s = p->p_pgrp != NULL ? p->p_pgrp->pg_session : NULL;
	tp = s != NULL && s->s_leader == p ? s->s_ttyp : NULL;
	mutex_exit(proc_lock);
	if (tp == NULL)
		return;
	mutex_enter(&tp->t_lock);
	mutex_enter(proc_lock);
	if (tp->t_session == s) {
		struct pgrp *pg = tp->t_pgrp;

		s->s_ttyp = NULL;
		s->s_leader = NULL;
		tp->t_session = NULL;
		tp->t_pgrp = NULL;
		if (pg != NULL)
			pgsignal(pg, SIGHUP, 1);
		proc_sessrele(s);		/* drops proc_lock */
	} else
		mutex_exit(proc_lock);
	mutex_exit(&tp->t_lock);
}

static struct rump_proc_hooks ctty_hooks = {
	.ph_name = "ctty", .ph_order = PH_ORDER_FD + 5,
	.ph_exit = ctty_ph_exit,
};

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN, ctty)
{
	devmajor_t cmaj = CTTY_MAJOR;

	rump_proc_hooks_register(&ctty_hooks);
	(void)devsw_attach("ctty", NULL, NULL, &ctty_cdevsw, &cmaj);
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN_VFS, cttynode)
{

	if (rump_vfs_makeonedevnode != NULL)
		(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/tty", CTTY_MAJOR,
		    0);
}
