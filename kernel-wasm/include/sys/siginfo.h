/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * siginfo.h - what came with a signal.
 */

#ifndef _SYS_SIGINFO_H_
#define	_SYS_SIGINFO_H_

#include <sys/signal.h>

#define	SI_USER		0
#define	SI_QUEUE	(-1)
#define	SI_TIMER	(-2)
#define	SI_ASYNCIO	(-3)
#define	SI_MESGQ	(-4)
#define	SI_LWP		(-5)
#define	SI_NOINFO	32767

typedef struct ksiginfo {
	int		ksi_signo;
	int		ksi_code;
	pid_t		ksi_pid;
	uid_t		ksi_uid;
	union sigval	ksi_value;
} ksiginfo_t;

#define	KSI_INIT(k)	do {						\
	(k)->ksi_signo = 0; (k)->ksi_code = SI_NOINFO;			\
	(k)->ksi_pid = 0; (k)->ksi_uid = 0;				\
	(k)->ksi_value.sival_ptr = NULL;				\
} while (/*CONSTCOND*/0)

#endif /* _SYS_SIGINFO_H_ */
