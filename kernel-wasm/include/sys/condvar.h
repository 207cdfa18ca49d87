/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/condvar.h - condvar(9).
 */

#ifndef _SYS_CONDVAR_H_
#define _SYS_CONDVAR_H_

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/queue.h>

struct bintime;

typedef struct kcondvar {
	TAILQ_HEAD(lwplist_tq, lwp) cv_waitq;	/* sleep queue lock */
	int32_t		cv_waiters;	/* a: how many, to look without the lock */
	const char	*cv_wmesg;
} kcondvar_t;

void	cv_init(kcondvar_t *, const char *);
void	cv_destroy(kcondvar_t *);
void	cv_wait(kcondvar_t *, kmutex_t *);
int	cv_wait_sig(kcondvar_t *, kmutex_t *);
int	cv_timedwait(kcondvar_t *, kmutex_t *, int);
int	cv_timedwait_sig(kcondvar_t *, kmutex_t *, int);
/* As above with the time in nanoseconds; < 0 waits for ever (ours). */
int	cv_nanowait(kcondvar_t *, kmutex_t *, int64_t);
int	cv_nanowait_sig(kcondvar_t *, kmutex_t *, int64_t);
void	cv_signal(kcondvar_t *);
void	cv_broadcast(kcondvar_t *);
void	cv_wakeup(kcondvar_t *);
bool	cv_has_waiters(kcondvar_t *);
bool	cv_is_valid(kcondvar_t *);

#endif /* _SYS_CONDVAR_H_ */
