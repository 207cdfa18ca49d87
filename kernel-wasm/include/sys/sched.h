/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/sched.h - scheduling classes.
 */

#ifndef _SYS_SCHED_H_
#define _SYS_SCHED_H_

#include <sys/types.h>

#define	SCHED_NONE	(-1)
#define	SCHED_OTHER	0
#define	SCHED_FIFO	1
#define	SCHED_RR	2

struct sched_param {
	int	sched_priority;
};

struct lwp;
void	yield(void);
void	preempt(void);
#define	preempt_point()		preempt()
#define	KPREEMPT_DISABLE(l)	((void)(l))
#define	KPREEMPT_ENABLE(l)	((void)(l))
#define	kpreempt_disable()	((void)0)
#define	kpreempt_enable()	((void)0)
#define	kpreempt_disabled()	(true)

#endif /* _SYS_SCHED_H_ */
