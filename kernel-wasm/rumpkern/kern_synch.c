/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_synch.c - tsleep(9), kpause(9), the big lock.
 *
 * For old code: tsleep() maps a wait channel to one of a few condvars and
 * wakes all sleepers of the channel.  The big lock is one recursive mutex.
 *
 * Locking	tsleep_lock guards the channel table.
 * Sleeps	tsleep(), mtsleep(), kpause(), KERNEL_LOCK.
 * Errors	EWOULDBLOCK, EINTR, ERESTART.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/intr.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

/* One entry for each channel that has sleepers. */
struct sleeper {
	LIST_ENTRY(sleeper) s_list;
	const void	*s_chan;
	kcondvar_t	s_cv;
	int		s_woken;
};
static LIST_HEAD(, sleeper) sleepers = LIST_HEAD_INITIALIZER(sleepers);
static kmutex_t tsleep_lock;
static kmutex_t big_lock;
static kmutex_t kpause_lock;



void
rump_synch_init(void)
{

	mutex_init(&tsleep_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&big_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&kpause_lock, MUTEX_DEFAULT, IPL_NONE);
}

int
mtsleep(const void *chan, pri_t pri, const char *wmesg, int timo,
    kmutex_t *interlock)
{
	const int64_t ns = timo == 0 ? -1 : (int64_t)timo * (1000000000 / hz);
	struct sleeper s = { .s_chan = chan };
	int error = 0;

	cv_init(&s.s_cv, wmesg);
	mutex_enter(&tsleep_lock);
	LIST_INSERT_HEAD(&sleepers, &s, s_list);
	if (interlock != NULL)
		mutex_exit(interlock);
	while (!s.s_woken && error == 0) {
		error = (pri & PCATCH) != 0 ?
		    cv_nanowait_sig(&s.s_cv, &tsleep_lock, ns) :
		    cv_nanowait(&s.s_cv, &tsleep_lock, ns);
	}
	if (s.s_woken)
		error = 0;
	else
		LIST_REMOVE(&s, s_list);
	mutex_exit(&tsleep_lock);
	cv_destroy(&s.s_cv);
	if (interlock != NULL && (pri & PNORELOCK) == 0)
		mutex_enter(interlock);
	return error;
}

int
tsleep(const void *chan, pri_t pri, const char *wmesg, int timo)
{

	return mtsleep(chan, pri, wmesg, timo, NULL);
}

static void
wakeup_n(const void *chan, int n)
{
	struct sleeper *s, *next;

	mutex_enter(&tsleep_lock);
	LIST_FOREACH_SAFE(s, &sleepers, s_list, next) {
		if (s->s_chan != chan)
			continue;
		if (n-- == 0)
			break;
		LIST_REMOVE(s, s_list);
		s->s_woken = 1;
		cv_signal(&s->s_cv);
	}
	mutex_exit(&tsleep_lock);
}

void
wakeup(const void *chan)
{

	wakeup_n(chan, INT_MAX);
}

void
wakeup_one(const void *chan)
{

	wakeup_n(chan, 1);
}

int
kpause(const char *wmesg, bool intr, int timo, kmutex_t *mtx)
{
	kcondvar_t cv;
	int error;

	KASSERT(timo != 0 || intr);
	if (mtx != NULL)
		mutex_exit(mtx);
	/* Nobody signals this condvar; its own, for the wait message. */
	cv_init(&cv, wmesg);
	mutex_enter(&kpause_lock);
	error = intr ? cv_timedwait_sig(&cv, &kpause_lock, timo) :
	    cv_timedwait(&cv, &kpause_lock, timo);
	mutex_exit(&kpause_lock);
	cv_destroy(&cv);
	if (mtx != NULL)
		mutex_enter(mtx);
	return error;
}

/*
 * The big lock.  l_blcnt counts how deep the current lwp holds it.
 */
void
_kernel_lock(int n)
{
	struct lwp *l = curlwp;

	if (l->l_blcnt == 0)
		mutex_enter(&big_lock);
	l->l_blcnt += n;
}

/* n > 0: so many; 0: all, -1: the last one.  The depth goes to *countp. */
void
_kernel_unlock(int n, int *countp)
{
	struct lwp *l = curlwp;

	if (countp != NULL)
		*countp = l->l_blcnt;
	if (l->l_blcnt == 0)
		return;
	l->l_blcnt -= n == 0 ? l->l_blcnt : n < 0 ? 1 : n;
	KASSERT(l->l_blcnt >= 0);
	if (l->l_blcnt == 0)
		mutex_exit(&big_lock);
}

bool
_kernel_locked_p(void)
{

	return mutex_owned(&big_lock);
}

void
delay(unsigned int us)
{
	const int64_t end = rump_mono_ns() + (int64_t)us * 1000;

	if (us >= 1000) {
		(void)rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL,
		    us / 1000000, (long)(us % 1000000) * 1000);
		return;
	}
	while (rump_mono_ns() < end)
		continue;
}
