/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signal.h - signal numbers, sets and actions.
 */

#ifndef _SYS_SIGNAL_H_
#define	_SYS_SIGNAL_H_

#include <sys/types.h>

#define	SIGHUP		1
#define	SIGINT		2
#define	SIGQUIT		3
#define	SIGILL		4
#define	SIGTRAP		5
#define	SIGABRT		6
#define	SIGEMT		7
#define	SIGFPE		8
#define	SIGKILL		9
#define	SIGBUS		10
#define	SIGSEGV		11
#define	SIGSYS		12
#define	SIGPIPE		13
#define	SIGALRM		14
#define	SIGTERM		15
#define	SIGURG		16
#define	SIGSTOP		17
#define	SIGTSTP		18
#define	SIGCONT		19
#define	SIGCHLD		20
#define	SIGTTIN		21
#define	SIGTTOU		22
#define	SIGIO		23
#define	SIGXCPU		24
#define	SIGXFSZ		25
#define	SIGVTALRM	26
#define	SIGPROF		27
#define	SIGWINCH	28
#define	SIGINFO		29
#define	SIGUSR1		30
#define	SIGUSR2		31
#define	SIGPWR		32
#define	NSIG		64

#ifndef _SIGSET_T_DECLARED
#define	_SIGSET_T_DECLARED
typedef struct {
	uint32_t	__bits[4];
} sigset_t;
#endif

#define	SIG_BLOCK	1
#define	SIG_UNBLOCK	2
#define	SIG_SETMASK	3

#define	SA_ONSTACK	0x01
#define	SA_RESTART	0x02
#define	SA_RESETHAND	0x04
#define	SA_NOCLDSTOP	0x08
#define	SA_NODEFER	0x10
#define	SA_NOCLDWAIT	0x20
#define	SA_SIGINFO	0x40

/*
 * The handler is the client's affair: a number the kernel keeps and returns.
 * 0 is SIG_DFL, 1 SIG_IGN.
 */
struct sigaction {
	uintptr_t	sa_handler;
	sigset_t	sa_mask;
	int		sa_flags;
};
#define	SIG_DFL		((uintptr_t)0)
#define	SIG_IGN		((uintptr_t)1)

union sigval {
	int	sival_int;
	void	*sival_ptr;
};

struct sigevent {
	int		sigev_notify;
	int		sigev_signo;
	union sigval	sigev_value;
	void		*sigev_notify_function;
	void		*sigev_notify_attributes;
};
#define	SIGEV_NONE	0
#define	SIGEV_SIGNAL	1
#define	SIGEV_THREAD	2

#define	sigmask(n)		(1u << (((n) - 1) & 31))
#define	sigaddset(s, n)		((s)->__bits[((n) - 1) >> 5] |= sigmask(n))
#define	sigdelset(s, n)		((s)->__bits[((n) - 1) >> 5] &= ~sigmask(n))
#define	sigismember(s, n)						\
	(((s)->__bits[((n) - 1) >> 5] & sigmask(n)) != 0)
#define	sigemptyset(s)							\
	((s)->__bits[0] = (s)->__bits[1] = (s)->__bits[2] =		\
	    (s)->__bits[3] = 0)
#define	sigplusset(s, t)	do {	/* t |= s */			\
	for (int __i = 0; __i < 4; __i++)				\
		(t)->__bits[__i] |= (s)->__bits[__i];			\
} while (/*CONSTCOND*/0)
#define	sigminusset(s, t)	do {	/* t &= ~s */			\
	for (int __i = 0; __i < 4; __i++)				\
		(t)->__bits[__i] &= ~(s)->__bits[__i];			\
} while (/*CONSTCOND*/0)

#endif /* _SYS_SIGNAL_H_ */
