/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty_ioctl.c - ioctl(2) on terminals, job control, the status line.
 *
 * Locking	t: t_lock.  t_pgrp and t_session change under proc_lock too.
 * Sleeps	where output has to drain.
 * Errors	EPASSTHROUGH for what is not a terminal's affair.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/termios.h>
#include <sys/time.h>
#include <sys/tty.h>

/*
 * May the lwp use its terminal now?  0, or after SIGTTIN or SIGTTOU EINTR;
 * EIO where nobody could continue it.
 */
int
ttybackground(struct tty *tp, struct lwp *l, int sig)
{
	struct proc *p = l->l_proc;
	int error = 0;

	KASSERT(mutex_owned(&tp->t_lock));
	mutex_enter(proc_lock);
	if (tp->t_session == NULL || tp->t_session != p->p_pgrp->pg_session ||
	    (p->p_lflag & PL_CONTROLT) == 0 || p->p_pgrp == tp->t_pgrp ||
	    tp->t_pgrp == NULL) {
		mutex_exit(proc_lock);
		return 0;
	}
	if (sigismasked(l, sig))
		error = sig == SIGTTIN ? EIO : 0;
	else if (p->p_pgrp->pg_jobc == 0)
		error = EIO;
	else {
		pgsignal(p->p_pgrp, sig, 1);
		error = EINTR;
	}
	mutex_exit(proc_lock);
	return error;
}

/* "load: 0.00  cmd: sh 12 [ttyraw] 0.00u 0.00s 0% 0k" */
void
ttyinfo(struct tty *tp)
{
	const char *state = "running";
	char line[96], comm[MAXCOMLEN + 1] = "";
	struct proc *p, *pick = NULL;
	struct lwp *l;
	pid_t pid = 0;

	mutex_enter(proc_lock);
	if (tp->t_session != NULL && tp->t_pgrp != NULL) {
		/* The newest of the foreground. */
		LIST_FOREACH(p, &tp->t_pgrp->pg_members, p_pglist)
			if (pick == NULL || p->p_pid > pick->p_pid)
				pick = p;
	}
	if (pick != NULL) {
		pid = pick->p_pid;
		strlcpy(comm, pick->p_comm, sizeof(comm));
		l = LIST_FIRST(&pick->p_lwps);
		if ((pick->p_sflag & PS_STOPPING) != 0)
			state = "stopped";
		else if (l != NULL && l->l_wmesg != NULL)
			state = l->l_wmesg;
		else if (l != NULL && (l->l_flag & LW_RUMP_BUSY) == 0)
			state = "idle";
	}
	mutex_exit(proc_lock);
	if (tp->t_session == NULL)
		strlcpy(line, "not a controlling terminal", sizeof(line));
	else if (pick == NULL)
		strlcpy(line, "empty foreground process group", sizeof(line));
	else
		snprintf(line, sizeof(line),
		    "load: 0.00  cmd: %s %d [%s] 0.00u 0.00s 0%% 0k", comm,
		    (int)pid, state);
	if (tp->t_column != 0)
		ttyoutput('\n', tp);
	for (const char *s = line; *s != '\0'; s++)
		ttyoutput(*s, tp);
	ttyoutput('\n', tp);
	tp->t_rocount = 0;	/* what was typed is no longer in sight */
}

void
ttsetwinsize(struct tty *tp, const struct winsize *ws)
{

	mutex_enter(&tp->t_lock);
	if (memcmp(&tp->t_winsize, ws, sizeof(*ws)) != 0) {
		tp->t_winsize = *ws;
		ttysig(tp, SIGWINCH);
	}
	mutex_exit(&tp->t_lock);
}

/* Changes of a background process stop it first. */
static bool
tty_modifies(u_long cmd)
{

	switch (cmd) {
	case TIOCFLUSH:
	case TIOCDRAIN:
	case TIOCSBRK:
	case TIOCCBRK:
	case TIOCSTART:
	case TIOCSTOP:
	case TIOCSETA:
	case TIOCSETAW:
	case TIOCSETAF:
	case TIOCSETD:
	case TIOCSPGRP:
	case TIOCSTAT:
	case TIOCSTI:
	case TIOCSWINSZ:
		return true;
	default:
		return false;
	}
}

static int
tty_setattr(struct tty *tp, u_long cmd, const struct termios *t)
{
	int error;

	if (cmd != TIOCSETA && (error = ttywait(tp)) != 0)
		return error;
	if (cmd == TIOCSETAF)
		ttyflush(tp, FREAD);
	if (t->c_ispeed < 0 || t->c_ospeed < 0)
		return EINVAL;
	if (tp->t_param != NULL) {
		struct termios copy = *t;

		if ((error = (*tp->t_param)(tp, &copy)) != 0)
			return error;
	}
	/* A line half typed can be read now. */
	if ((tp->t_lflag & ICANON) != 0 && (t->c_lflag & ICANON) == 0) {
		catq(&tp->t_rawq, &tp->t_canq);
		tp->t_rocount = 0;
	}
	tp->t_termios = *t;
	if ((t->c_iflag & IXON) == 0)
		tp->t_state &= ~TS_TTSTOP;
	ttwakeup(tp);
	ttstart(tp);
	return 0;
}

static int
tty_setctty(struct tty *tp, struct lwp *l)
{
	struct proc *p = l->l_proc;
	struct session *s, *old;
	int error = 0;

	mutex_enter(proc_lock);
	s = p->p_pgrp->pg_session;
	if (s->s_leader != p ||
	    ((s->s_ttyp != NULL || tp->t_session != NULL) && s->s_ttyp != tp)) {
		error = EPERM;
	} else if (tp->t_session != s) {
		proc_sesshold(s);
		old = tp->t_session;
		tp->t_session = s;
		KASSERT(old == NULL);
	}
	if (error == 0) {
		tp->t_pgrp = p->p_pgrp;
		s->s_ttyp = tp;
		p->p_lflag |= PL_CONTROLT;
	}
	mutex_exit(proc_lock);
	return error;
}

static int
tty_setpgrp(struct tty *tp, struct lwp *l, pid_t pgid)
{
	struct proc *p = l->l_proc;
	struct pgrp *pg;
	int error = 0;

	mutex_enter(proc_lock);
	pg = pgrp_find(pgid);
	if (tp->t_session == NULL || tp->t_session != p->p_pgrp->pg_session ||
	    (p->p_lflag & PL_CONTROLT) == 0)
		error = ENOTTY;
	else if (pg == NULL)
		error = EINVAL;
	else if (pg->pg_session != p->p_pgrp->pg_session)
		error = EPERM;
	else
		tp->t_pgrp = pg;
	mutex_exit(proc_lock);
	return error;
}

static int
tty_getids(struct tty *tp, struct lwp *l, u_long cmd, int *resp)
{
	int error = 0;

	mutex_enter(proc_lock);
	if (tp->t_session == NULL ||
	    tp->t_session != l->l_proc->p_pgrp->pg_session)
		error = ENOTTY;
	else if (cmd == TIOCGSID)
		*resp = tp->t_session->s_sid;
	else
		*resp = tp->t_pgrp != NULL ? tp->t_pgrp->pg_id : 100000;
	mutex_exit(proc_lock);
	return error;
}

static int
tty_sti(struct tty *tp, struct lwp *l, int flag, int c)
{
	bool root = kauth_cred_geteuid(l->l_cred) == 0;

	if (!root && ((flag & FREAD) == 0 ||
	    tp->t_session != l->l_proc->p_pgrp->pg_session))
		return EPERM;
	ttyinput_locked(c & 0xff, tp);
	ttstart(tp);
	return 0;
}

/* Job control. */
static int
ttioctl_jobs(struct tty *tp, u_long cmd, void *data, int flag, struct lwp *l)
{

	switch (cmd) {
	case TIOCGPGRP:
	case TIOCGSID:
		return tty_getids(tp, l, cmd, data);
	case TIOCSPGRP:
		return tty_setpgrp(tp, l, *(int *)data);
	case TIOCSCTTY:
		return tty_setctty(tp, l);
	case TIOCSTI:
		return tty_sti(tp, l, flag, *(uint8_t *)data);
	default:
		return EPASSTHROUGH;
	}
}

/* What flows, and what is done about it. */
static int
ttioctl_flow(struct tty *tp, u_long cmd, void *data)
{

	switch (cmd) {
	case TIOCFLUSH:
		ttyflush(tp, *(int *)data == 0 ? FREAD | FWRITE :
		    *(int *)data & (FREAD | FWRITE));
		return 0;
	case TIOCDRAIN:
		return ttywait(tp);
	case TIOCSTOP:
		tp->t_state |= TS_TTSTOP;
		return 0;
	case TIOCSTART:
		tp->t_state &= ~TS_TTSTOP;
		tp->t_lflag &= ~FLUSHO;
		break;
	case TIOCSTAT:
		ttyinfo(tp);
		break;
	case FIONREAD:
		*(int *)data = (int)cl_count(&tp->t_canq);
		return 0;
	case TIOCOUTQ:
	case FIONWRITE:
		*(int *)data = (int)cl_count(&tp->t_outq);
		return 0;
	case FIONSPACE:
		*(int *)data = (int)cl_room(&tp->t_outq);
		return 0;
	case TIOCGQSIZE:
		*(int *)data = TTYHOG;
		return 0;
	default:
		return EPASSTHROUGH;
	}
	ttstart(tp);
	return 0;
}

/* Modes. */
static int
ttioctl_modes(struct tty *tp, u_long cmd, void *data)
{

	switch (cmd) {
	case TIOCGETA:
		memcpy(data, &tp->t_termios, sizeof(tp->t_termios));
		return 0;
	case TIOCSETA:
	case TIOCSETAW:
	case TIOCSETAF:
		return tty_setattr(tp, cmd, data);
	case TIOCGWINSZ:
		memcpy(data, &tp->t_winsize, sizeof(tp->t_winsize));
		return 0;
	case TIOCSWINSZ:
		if (memcmp(&tp->t_winsize, data, sizeof(tp->t_winsize)) != 0) {
			memcpy(&tp->t_winsize, data, sizeof(tp->t_winsize));
			ttysig(tp, SIGWINCH);
		}
		return 0;
	case TIOCEXCL:
		tp->t_state |= TS_XCLUDE;
		return 0;
	case TIOCNXCL:
		tp->t_state &= ~TS_XCLUDE;
		return 0;
	case TIOCGETD:
		*(int *)data = TTYDISC;
		return 0;
	case TIOCSETD:
		return *(int *)data == TTYDISC ? 0 : ENXIO;
	case FIONBIO:
	case FIOASYNC:
	case TIOCCONS:
	case TIOCSBRK:
	case TIOCCBRK:
	case TIOCSDTR:
	case TIOCCDTR:
		return 0;		/* no line behind it */
	default:
		return EPASSTHROUGH;
	}
}

/* With t_lock held. */
static int
ttioctl_locked(struct tty *tp, u_long cmd, void *data, int flag, struct lwp *l)
{
	int error;

	error = ttioctl_modes(tp, cmd, data);
	if (error == EPASSTHROUGH)
		error = ttioctl_jobs(tp, cmd, data, flag, l);
	if (error == EPASSTHROUGH)
		error = ttioctl_flow(tp, cmd, data);
	return error;
}

int
ttioctl(struct tty *tp, u_long cmd, void *data, int flag, struct lwp *l)
{
	int error;

	mutex_enter(&tp->t_lock);
	error = tty_modifies(cmd) ? ttybackground(tp, l, SIGTTOU) : 0;
	if (error == 0)
		error = ttioctl_locked(tp, cmd, data, flag, l);
	mutex_exit(&tp->t_lock);
	return error;
}
