/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/intr.h - softint(9) and interrupt priority levels.
 *
 * There are no hardware interrupts; spl calls do nothing.
 */

#ifndef _SYS_INTR_H_
#define _SYS_INTR_H_

#include <sys/types.h>

#define	IPL_NONE	0
#define	IPL_SOFTCLOCK	1
#define	IPL_SOFTBIO	2
#define	IPL_SOFTNET	3
#define	IPL_SOFTSERIAL	4
#define	IPL_VM		5
#define	IPL_BIO		IPL_VM
#define	IPL_NET		IPL_VM
#define	IPL_TTY		IPL_VM
#define	IPL_AUDIO	IPL_VM
#define	IPL_SCHED	6
#define	IPL_CLOCK	IPL_SCHED
#define	IPL_STATCLOCK	IPL_SCHED
#define	IPL_SERIAL	IPL_SCHED
#define	IPL_HIGH	7

#define	SOFTINT_BIO	0
#define	SOFTINT_CLOCK	1
#define	SOFTINT_SERIAL	2
#define	SOFTINT_NET	3
#define	SOFTINT_COUNT	4
#define	SOFTINT_LVLMASK	0x00ff
#define	SOFTINT_MPSAFE	0x0100

void	softint_init(void);
void	*softint_establish(u_int, void (*)(void *), void *);
void	softint_disestablish(void *);
void	softint_schedule(void *);

#define	spl0()		((void)0)
#define	splx(s)		((void)(s))
#define	splsoftclock()	(0)
#define	splsoftbio()	(0)
#define	splsoftnet()	(0)
#define	splsoftserial()	(0)
#define	splbio()	(0)
#define	splnet()	(0)
#define	spltty()	(0)
#define	splvm()		(0)
#define	splclock()	(0)
#define	splsched()	(0)
#define	splserial()	(0)
#define	splhigh()	(0)
typedef int ipl_cookie_t;
#define	makeiplcookie(i)	(i)
#define	splraiseipl(c)	((void)(c), 0)

#endif /* _SYS_INTR_H_ */
