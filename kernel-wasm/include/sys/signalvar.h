/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signalvar.h - signals inside the kernel, signal(9).
 */

#ifndef _SYS_SIGNALVAR_H_
#define	_SYS_SIGNALVAR_H_

#include <sys/signal.h>
#include <sys/siginfo.h>
#include <sys/sleepq.h>

struct lwp;
struct proc;
struct pgrp;
struct session;

/*
 * Of a process (p_sigacts).  Actions are all the kernel knows of a handler:
 * ignored, caught (opaque value), whether calls restart.
 * Locking: proc_lock guards the pending set and the actions.
 */
struct sigacts {
	struct sigaction	sa_act[NSIG + 1];
	sigset_t		sa_ignore;	/* ignored by choice or default */
	sigset_t		sa_catch;
	sigset_t		sa_pend;	/* for the process as a whole */
	int			sa_refcnt;
};

enum rump_sigmodel;

void	signal_init(void);
struct sigacts *sigactsinit(const struct sigacts *);	/* NULL or parent's */
void	sigactsfree(struct sigacts *);

void	psignal(struct proc *, int);
void	kpsignal(struct proc *, ksiginfo_t *, void *);
void	pgsignal(struct pgrp *, int, int);
void	kpgsignal(struct pgrp *, ksiginfo_t *, void *, int);
void	lwp_psignal(struct lwp *, int);

/*
 * Is a signal waiting that the lwp does not block or ignore?
 * Returns 0, EINTR, or ERESTART where the action has SA_RESTART.
 * K1's interruptible sleeps ask this before and after they sleep.
 */
int	sigpending_error(struct lwp *);
bool	sigispending(struct lwp *, int);
int	sigismasked(struct lwp *, int);
int	sigisignored(struct proc *, int);
int	sigprocmask1(struct lwp *, int, const sigset_t *, sigset_t *);
void	sigsuspendsetup(struct lwp *, const sigset_t *);
void	sigsuspendteardown(struct lwp *);
void	rump_signal_setmodel(int);

#endif /* _SYS_SIGNALVAR_H_ */
