/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/sleepq.h - waking a sleeping lwp from outside its wait channel.
 */

#ifndef _SYS_SLEEPQ_H_
#define _SYS_SLEEPQ_H_

#include <sys/types.h>

struct kmutex;

/*
 * End an interruptible sleep of the lwp with EINTR; uninterruptible sleeps
 * and running lwps are left alone.  Returns non-zero if a sleep was ended.
 * Set the reason (LW_PENDSIG, LW_WEXIT) in l_flag before calling.
 */
int	sleepq_interrupt(struct lwp *);

int	tsleep(const void *, pri_t, const char *, int);
int	mtsleep(const void *, pri_t, const char *, int, struct kmutex *);
void	wakeup(const void *);
void	wakeup_one(const void *);

#endif /* _SYS_SLEEPQ_H_ */
