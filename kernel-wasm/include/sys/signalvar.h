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
 * Of a process (p_sigacts), guarded by p_lock.  A handler is the client's
 * affair: the kernel knows whether a signal is ignored, caught (an opaque
 * value) or left to its default, and whether calls restart.
 */
struct sigacts {
	sigset_t		sa_pend;	/* posted, not yet noticed */
	sigset_t		sa_ignore;	/* SIG_IGN */
	sigset_t		sa_catch;	/* has a handler */
	struct sigaction	*sa_acts;	/* NSIG + 1, NULL: all default */
};

enum rump_sigmodel;

void	signal_init(void);

void	psignal(struct proc *, int);
void	kpsignal(struct proc *, ksiginfo_t *, void *);
void	pgsignal(struct pgrp *, int, int);
void	kpgsignal(struct pgrp *, ksiginfo_t *, void *, int);
void	lwp_psignal(struct lwp *, int);

/*
 * A signal the lwp does not block or ignore: 0, EINTR, or ERESTART where its
 * action has SA_RESTART.  The signal counts as noticed then; sleeps ask this
 * when LW_PENDSIG is set.  lwp_userret() is for the way out of a system call,
 * where the client looks for signals anyway.
 */
int	sigispending(struct lwp *, int);
void	lwp_userret(struct lwp *);
int	sigismasked(struct lwp *, int);
int	sigisignored(struct proc *, int);
int	sigprocmask1(struct lwp *, int, const sigset_t *, sigset_t *);
void	sigsuspendsetup(struct lwp *, const sigset_t *);
void	sigsuspendteardown(struct lwp *);
void	rump_signal_setmodel(int);

#endif /* _SYS_SIGNALVAR_H_ */
