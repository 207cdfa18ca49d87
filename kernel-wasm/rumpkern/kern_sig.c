/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_sig.c - signals: posting, masks, actions.
 *
 * The kernel has no user mode to run a handler in.  It posts: with the model
 * RAISE a signal that is neither blocked nor ignored ends an interruptible
 * sleep and goes to the host (rumpuser_kill), whose client applies the action
 * when its system call returns.  It is pending until a sleep has reported it
 * or the system call has returned, so that none falls between.
 *
 * Interface
 *	psignal() from any thread; pgsignal() with proc_lock held.
 *
 * Locking	P: proc_lock (members of a group)  p: p_lock (struct sigacts)
 *	Order: locks of ttys and pipes -> proc_lock -> p_lock
 *
 * Sleeps	never.
 * Errors	EINVAL, ESRCH, EPERM.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>

#include <rump/rumpuser.h>
#include <rump-sys/kern.h>

extern void (*rump_orphanpg_hook)(struct pgrp *);	/* kern_proc.c */

/* Of an lwp that changed its mask (l_sigdata). */
struct lwpsig {
	sigset_t	ls_mask;
	sigset_t	ls_saved;	/* during sigsuspend-like calls */
};

#define	SP_IGNORE	1	/* nothing happens by default */
#define	SP_STOP		2
#define	SP_TTYSTOP	4	/* not for orphaned groups */

static const uint8_t sigprop[NSIG + 1] = {
	[SIGURG] = SP_IGNORE, [SIGCHLD] = SP_IGNORE, [SIGIO] = SP_IGNORE,
	[SIGWINCH] = SP_IGNORE, [SIGINFO] = SP_IGNORE, [SIGCONT] = SP_IGNORE,
	[SIGPWR] = SP_IGNORE,
	[SIGSTOP] = SP_STOP, [SIGTSTP] = SP_STOP | SP_TTYSTOP,
	[SIGTTIN] = SP_STOP | SP_TTYSTOP, [SIGTTOU] = SP_STOP | SP_TTYSTOP,
};

void
rump_signal_setmodel(int model)
{

	rump_sigmodel = (enum rump_sigmodel)model;
}

static int
sig_ph_fork(struct proc *parent, struct proc *child, int flags)
{
	struct sigacts *ps, *sa = kmem_zalloc(sizeof(*sa), KM_SLEEP);
	struct sigaction *acts = NULL;

	child->p_sigacts = sa;
	if ((ps = parent->p_sigacts) == NULL)
		return 0;
	if (ps->sa_acts != NULL)
		acts = kmem_alloc(sizeof(*acts) * (NSIG + 1), KM_SLEEP);
	mutex_enter(parent->p_lock);
	sa->sa_ignore = ps->sa_ignore;
	sa->sa_catch = ps->sa_catch;
	if (acts != NULL)
		memcpy(acts, ps->sa_acts, sizeof(*acts) * (NSIG + 1));
	sa->sa_acts = acts;
	mutex_exit(parent->p_lock);
	return 0;
}

static void
sig_ph_exit(struct proc *p)
{
	struct sigacts *sa = p->p_sigacts;

	mutex_enter(p->p_lock);
	p->p_sigacts = NULL;
	mutex_exit(p->p_lock);
	if (sa->sa_acts != NULL)
		kmem_free(sa->sa_acts, sizeof(*sa->sa_acts) * (NSIG + 1));
	kmem_free(sa, sizeof(*sa));
}

/* A new process inherits the mask of the lwp that makes it. */
static int
sig_ph_lwp_create(struct lwp *l)
{
	struct lwpsig *from = curlwp->l_sigdata, *ls;

	if (from == NULL || curproc == &proc0)
		return 0;
	ls = kmem_zalloc(sizeof(*ls), KM_SLEEP);
	ls->ls_mask = from->ls_mask;
	l->l_sigdata = ls;
	return 0;
}

static void
sig_ph_lwp_exit(struct lwp *l)
{

	if (l->l_sigdata != NULL)
		kmem_free(l->l_sigdata, sizeof(struct lwpsig));
	l->l_sigdata = NULL;
}

static struct rump_proc_hooks sig_hooks = {
	.ph_name = "signal", .ph_order = PH_ORDER_SIGNAL,
	.ph_fork = sig_ph_fork, .ph_exit = sig_ph_exit,
	.ph_lwp_create = sig_ph_lwp_create, .ph_lwp_exit = sig_ph_lwp_exit,
};

/* A group lost the last parent that could continue it. */
static void
sig_orphanpg(struct pgrp *pg)
{
	struct proc *p;
	bool stopped = false;

	LIST_FOREACH(p, &pg->pg_members, p_pglist)
		stopped |= (p->p_sflag & PS_STOPPING) != 0;
	if (!stopped)
		return;
	LIST_FOREACH(p, &pg->pg_members, p_pglist) {
		psignal(p, SIGHUP);
		psignal(p, SIGCONT);
	}
}

void
signal_init(void)
{
	proc0.p_sigacts = kmem_zalloc(sizeof(struct sigacts), KM_SLEEP);
	rump_orphanpg_hook = sig_orphanpg;
	rump_proc_hooks_register(&sig_hooks);
}

static inline bool
sig_ignored(const struct sigacts *sa, int sig)
{

	return sigismember(&sa->sa_ignore, sig) ||
	    ((sigprop[sig] & SP_IGNORE) != 0 &&
	    !sigismember(&sa->sa_catch, sig));
}

static inline bool
sig_masked(const struct lwp *l, int sig)
{
	const struct lwpsig *ls = l->l_sigdata;

	return ls != NULL && sig != SIGKILL && sig != SIGSTOP &&
	    sigismember(&ls->ls_mask, sig);
}

int
sigismasked(struct lwp *l, int sig)
{

	return sigisignored(l->l_proc, sig) || sig_masked(l, sig);
}

int
sigisignored(struct proc *p, int sig)
{

	return p->p_sigacts != NULL && sigismember(&p->p_sigacts->sa_ignore, sig);
}

/* The state of the process as ps(1) shows it.  p_lock held. */
static bool
sig_stopcont(struct proc *p, struct sigacts *sa, int sig)
{

	if (sig == SIGCONT) {
		for (int s = 1; s < 32; s++)
			if ((sigprop[s] & SP_STOP) != 0)
				sigdelset(&sa->sa_pend, s);
		p->p_sflag &= ~PS_STOPPING;
		return true;
	}
	if ((sigprop[sig] & SP_STOP) == 0)
		return true;
	sigdelset(&sa->sa_pend, SIGCONT);
	if (sigismember(&sa->sa_catch, sig) && sig != SIGSTOP)
		return true;
	if ((sigprop[sig] & SP_TTYSTOP) != 0 && p->p_pgrp->pg_jobc == 0)
		return false;		/* nobody would continue it */
	p->p_sflag |= PS_STOPPING;
	return true;
}

/* Mark the lwps that may notice it and end one sleep.  p_lock held. */
static bool
sig_wake(struct proc *p, int sig)
{
	bool taken = false, woken = false;
	struct lwp *l;

	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		if (sig_masked(l, sig))
			continue;
		taken = true;
		atomic_or_uint(&l->l_flag, LW_PENDSIG);
		if (!woken)
			woken = sleepq_interrupt(l) != 0;
	}
	return taken;
}

static void
sig_raise(struct proc *p, int sig)
{
	struct sigacts *sa;
	bool deliver = false;

	mutex_enter(p->p_lock);
	sa = p->p_sigacts;
	if (sa == NULL || (p->p_flag & PK_SYSTEM) != 0) {
		mutex_exit(p->p_lock);
		return;
	}
	KNOTE(&p->p_klist, (long)(NOTE_SIGNAL | (u_int)sig));
	if (sig_stopcont(p, sa, sig)) {
		if (!sig_ignored(sa, sig)) {
			sigaddset(&sa->sa_pend, sig);
			deliver = sig_wake(p, sig);
		} else
			deliver = sig == SIGCONT;
	}
	mutex_exit(p->p_lock);
	if (deliver)
		(void)rumpuser_kill(p->p_pid, sig);
}

void
psignal(struct proc *p, int sig)
{

	KASSERT(sig > 0 && sig < NSIG);
	switch (rump_sigmodel) {
	case RUMP_SIGMODEL_PANIC:
		if (sig != SIGSYS && sig != SIGPIPE)
			panic("unhandled signal %d", sig);
		break;
	case RUMP_SIGMODEL_IGNORE:
		break;
	case RUMP_SIGMODEL_RECORD:
		mutex_enter(p->p_lock);
		if (p->p_sigacts != NULL &&
		    !sigismember(&p->p_sigacts->sa_ignore, sig))
			sigaddset(&p->p_sigacts->sa_pend, sig);
		mutex_exit(p->p_lock);
		break;
	case RUMP_SIGMODEL__HOST_NOTANYMORE:
	case RUMP_SIGMODEL_RAISE:
		sig_raise(p, sig);
		break;
	}
	if (KTRPOINT(p, KTR_PSIG))
		ktr_psig(sig, NULL);
}

void
kpsignal(struct proc *p, ksiginfo_t *ksi, void *data)
{

	psignal(p, ksi->ksi_signo);
}

void
lwp_psignal(struct lwp *l, int sig)
{

	psignal(l->l_proc, sig);
}

void
pgsignal(struct pgrp *pg, int sig, int checkctty)
{
	struct proc *p;

	KASSERT(mutex_owned(proc_lock));
	if (pg == NULL)
		return;
	LIST_FOREACH(p, &pg->pg_members, p_pglist) {
		if (checkctty == 0 || (p->p_lflag & PL_CONTROLT) != 0)
			psignal(p, sig);
	}
}

void
kpgsignal(struct pgrp *pg, ksiginfo_t *ksi, void *data, int checkctty)
{

	pgsignal(pg, ksi->ksi_signo, checkctty);
}

int
sigispending(struct lwp *l, int unused)
{
	struct proc *p = l->l_proc;
	struct sigacts *sa;
	int error = 0;

	mutex_enter(p->p_lock);
	atomic_and_uint(&l->l_flag, ~LW_PENDSIG);
	if ((sa = p->p_sigacts) != NULL) {
		for (int sig = 1; sig < NSIG; sig++) {
			if (!sigismember(&sa->sa_pend, sig) ||
			    sig_masked(l, sig))
				continue;
			sigdelset(&sa->sa_pend, sig);
			if (sa->sa_acts != NULL &&
			    sigismember(&sa->sa_catch, sig) &&
			    (sa->sa_acts[sig].sa_flags & SA_RESTART) != 0) {
				if (error == 0)
					error = ERESTART;
			} else
				error = EINTR;
		}
	}
	mutex_exit(p->p_lock);
	return error;
}

void
lwp_userret(struct lwp *l)
{

	if (rump_sigmodel == RUMP_SIGMODEL_RAISE)
		(void)sigispending(l, 0);
}

static struct lwpsig *
lwpsig_get(struct lwp *l)
{

	if (l->l_sigdata == NULL)
		l->l_sigdata = kmem_zalloc(sizeof(struct lwpsig), KM_SLEEP);
	return l->l_sigdata;
}

/* What was pending and is not blocked any more goes to the host now. */
static void
sig_unblocked(struct lwp *l, const sigset_t *old)
{
	struct proc *p = l->l_proc;
	sigset_t now;

	sigemptyset(&now);
	mutex_enter(p->p_lock);
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigismember(&p->p_sigacts->sa_pend, sig) &&
		    sigismember(old, sig) && !sig_masked(l, sig)) {
			sigaddset(&now, sig);
			atomic_or_uint(&l->l_flag, LW_PENDSIG);
		}
	}
	mutex_exit(p->p_lock);
	if (rump_sigmodel != RUMP_SIGMODEL_RAISE)
		return;
	for (int sig = 1; sig < NSIG; sig++) {
		if (sigismember(&now, sig))
			(void)rumpuser_kill(p->p_pid, sig);
	}
}

int
sigprocmask1(struct lwp *l, int how, const sigset_t *set, sigset_t *oset)
{
	struct lwpsig *ls = lwpsig_get(l);
	sigset_t old;

	mutex_enter(l->l_proc->p_lock);
	old = ls->ls_mask;
	if (oset != NULL)
		*oset = old;
	if (set != NULL) {
		switch (how) {
		case SIG_BLOCK:
			sigplusset(set, &ls->ls_mask);
			break;
		case SIG_UNBLOCK:
			sigminusset(set, &ls->ls_mask);
			break;
		case SIG_SETMASK:
			ls->ls_mask = *set;
			break;
		default:
			mutex_exit(l->l_proc->p_lock);
			return EINVAL;
		}
		sigdelset(&ls->ls_mask, SIGKILL);
		sigdelset(&ls->ls_mask, SIGSTOP);
	}
	mutex_exit(l->l_proc->p_lock);
	if (set != NULL)
		sig_unblocked(l, &old);
	return 0;
}

void
sigsuspendsetup(struct lwp *l, const sigset_t *mask)
{
	sigset_t old;

	(void)sigprocmask1(l, SIG_SETMASK, mask, &old);
	lwpsig_get(l)->ls_saved = old;
}

void
sigsuspendteardown(struct lwp *l)
{
	sigset_t saved = lwpsig_get(l)->ls_saved;

	(void)sigprocmask1(l, SIG_SETMASK, &saved, NULL);
}

int
sys___sigprocmask14(struct lwp *l, const struct sys___sigprocmask14_args *uap,
    register_t *retval)
{
	sigset_t set, oset;
	int error;

	if (SCARG(uap, set) != NULL &&
	    (error = copyin(SCARG(uap, set), &set, sizeof(set))) != 0)
		return error;
	error = sigprocmask1(l, SCARG(uap, how),
	    SCARG(uap, set) != NULL ? &set : NULL, &oset);
	if (error == 0 && SCARG(uap, oset) != NULL)
		error = copyout(&oset, SCARG(uap, oset), sizeof(oset));
	return error;
}

static int
sigaction1(struct proc *p, int sig, const struct sigaction *nsa,
    struct sigaction *osa)
{
	struct sigaction *acts = NULL;
	struct sigacts *sa = p->p_sigacts;

	if (sig <= 0 || sig >= NSIG)
		return EINVAL;
	if (nsa != NULL && (sig == SIGKILL || sig == SIGSTOP))
		return EINVAL;
	if (nsa != NULL && sa->sa_acts == NULL)
		acts = kmem_zalloc(sizeof(*acts) * (NSIG + 1), KM_SLEEP);
	mutex_enter(p->p_lock);
	if (acts != NULL && sa->sa_acts == NULL) {
		sa->sa_acts = acts;
		acts = NULL;
	}
	if (osa != NULL && sa->sa_acts != NULL)
		*osa = sa->sa_acts[sig];
	else if (osa != NULL)
		memset(osa, 0, sizeof(*osa));
	if (nsa != NULL) {
		sa->sa_acts[sig] = *nsa;
		sigdelset(&sa->sa_ignore, sig);
		sigdelset(&sa->sa_catch, sig);
		if (nsa->sa_handler == SIG_IGN)
			sigaddset(&sa->sa_ignore, sig);
		else if (nsa->sa_handler != SIG_DFL)
			sigaddset(&sa->sa_catch, sig);
		if (sig_ignored(sa, sig))
			sigdelset(&sa->sa_pend, sig);
	}
	mutex_exit(p->p_lock);
	if (acts != NULL)
		kmem_free(acts, sizeof(*acts) * (NSIG + 1));
	return 0;
}

int
sys___sigaction_sigtramp(struct lwp *l,
    const struct sys___sigaction_sigtramp_args *uap, register_t *retval)
{
	struct sigaction nsa, osa;
	int error;

	if (SCARG(uap, nsa) != NULL) {
		error = copyin(SCARG(uap, nsa), &nsa, sizeof(nsa));
		if (error != 0)
			return error;
	}
	error = sigaction1(l->l_proc, SCARG(uap, signum),
	    SCARG(uap, nsa) != NULL ? &nsa : NULL, &osa);
	if (error == 0 && SCARG(uap, osa) != NULL)
		error = copyout(&osa, SCARG(uap, osa), sizeof(osa));
	return error;
}

static int
kill_one(struct lwp *l, struct proc *p, int sig)
{
	int error;

	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_SIGNAL, p,
	    KAUTH_ARG(sig), NULL, NULL);
	if (error == 0 && sig != 0)
		psignal(p, sig);
	return error;
}

/* To a group, or to everybody (pgid -1). */
static int
kill_many(struct lwp *l, pid_t pgid, int sig)
{
	struct proc *p;
	struct pgrp *pg;
	int nfound = 0, error = ESRCH;

	KASSERT(mutex_owned(proc_lock));
	if (pgid == -1) {
		PROCLIST_FOREACH(p, &allproc) {
			if (p->p_pid <= 1 || p == l->l_proc)
				continue;
			if ((error = kill_one(l, p, sig)) == 0)
				nfound++;
		}
		return nfound != 0 ? 0 : error;
	}
	pg = pgid == 0 ? l->l_proc->p_pgrp : pgrp_find(pgid);
	if (pg == NULL)
		return ESRCH;
	LIST_FOREACH(p, &pg->pg_members, p_pglist) {
		if (p->p_pid <= 1)
			continue;
		if ((error = kill_one(l, p, sig)) == 0)
			nfound++;
	}
	return nfound != 0 ? 0 : error;
}

int
sys_kill(struct lwp *l, const struct sys_kill_args *uap, register_t *retval)
{
	int error, sig = SCARG(uap, signum);
	pid_t pid = SCARG(uap, pid);
	struct proc *p;

	if (sig < 0 || sig >= NSIG)
		return EINVAL;
	mutex_enter(proc_lock);
	if (pid > 0) {
		p = proc_find(pid);
		error = p == NULL ? ESRCH : kill_one(l, p, sig);
	} else
		error = kill_many(l, pid == 0 || pid == -1 ? pid : -pid, sig);
	mutex_exit(proc_lock);
	return error;
}
