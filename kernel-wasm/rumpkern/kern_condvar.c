/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_condvar.c - condvar(9), and sleeping in general.
 *
 * A sleeping lwp stands in the queue of its condvar and waits on its own
 * word, l_wstate.  Who takes it out of the queue sets the word and wakes it:
 * cv_signal(), cv_broadcast(), a signal (sleepq_interrupt()), or the sleeper
 * itself when its time is over.
 *
 * States of l_wstate
 *	RUN -> WAIT		enqueued, by the sleeper
 *	WAIT -> WOKEN		cv_signal, cv_broadcast
 *	WAIT -> INTR		sleepq_interrupt
 *	WAIT -> RUN		timeout, by the sleeper
 *	WOKEN, INTR -> RUN	by the sleeper
 *
 * Locking	q: one of sq_locks[], chosen by the condvar's address; raw,
 *		a leaf.  The interlock is released after enqueueing, so no
 *		wakeup under the interlock is lost.
 * Sleeps	cv_wait() and friends; without threads only timed ones may.
 * Errors	EWOULDBLOCK time over; EINTR or ERESTART signal.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

#define	SQ_BUCKETS	64

static struct sq_lock {
	int32_t	word;
} __aligned(16) sq_locks[SQ_BUCKETS];

/* EINTR or ERESTART if a signal ends the sleep; kern_sig.c when linked. */
int	sigispending(struct lwp *, int) __weak;

static inline int32_t *
sq_lock_of(const void *wchan)
{
	const uintptr_t a = (uintptr_t)wchan;

	return &sq_locks[(a >> 4 ^ a >> 10) % SQ_BUCKETS].word;
}

void
cv_init(kcondvar_t *cv, const char *wmesg)
{

	TAILQ_INIT(&cv->cv_waitq);
	cv->cv_waiters = 0;
	cv->cv_wmesg = wmesg;
}

void
cv_destroy(kcondvar_t *cv)
{

	KASSERTMSG(cv_is_valid(cv), "condvar %p not initialised", cv);
	KASSERTMSG(!cv_has_waiters(cv), "condvar %s has waiters", cv->cv_wmesg);
	cv->cv_wmesg = NULL;
}

bool
cv_is_valid(kcondvar_t *cv)
{

	return cv->cv_wmesg != NULL;
}

/* 0, or why an interruptible sleep should not go on. */
static int
sleep_pending(struct lwp *l)
{
	const uint32_t flag = __atomic_load_n(&l->l_flag, __ATOMIC_SEQ_CST);

	if ((flag & (LW_WEXIT | LW_RUMP_QEXIT)) != 0)
		return EINTR;
	if ((flag & LW_PENDSIG) == 0)
		return 0;
	return sigispending != NULL ? sigispending(l, 0) : EINTR;
}

static void
sleep_enqueue(kcondvar_t *cv, struct lwp *l, bool catch)
{
	int32_t *lock = sq_lock_of(cv);

	rump_raw_enter(lock);
	__atomic_store_n(&l->l_wstate, LWS_WAIT, __ATOMIC_RELAXED);
	l->l_sleepable = catch;
	TAILQ_INSERT_TAIL(&cv->cv_waitq, l, l_sleepchain);
	__atomic_store_n(&cv->cv_waiters, cv->cv_waiters + 1,
	    __ATOMIC_RELAXED);
	__atomic_store_n(&l->l_cv, cv, __ATOMIC_SEQ_CST);
	rump_raw_exit(lock);
	l->l_wmesg = cv->cv_wmesg;
	l->l_wchan = cv;
	l->l_stat = LSSLEEP;
	l->l_ncsw++;
}

/* Take a sleeper out and give it its new state.  The lock of cv is held. */
static void
sleep_dequeue(kcondvar_t *cv, struct lwp *l, int32_t state)
{

	TAILQ_REMOVE(&cv->cv_waitq, l, l_sleepchain);
	__atomic_store_n(&cv->cv_waiters, cv->cv_waiters - 1,
	    __ATOMIC_RELAXED);
	__atomic_store_n(&l->l_cv, NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&l->l_wstate, state, __ATOMIC_RELEASE);
}

/* Leave the queue on one's own account; false if somebody was faster. */
static bool
sleep_cancel(kcondvar_t *cv, struct lwp *l)
{
	int32_t *lock = sq_lock_of(cv);
	bool mine;

	rump_raw_enter(lock);
	mine = l->l_wstate == LWS_WAIT;
	if (mine)
		sleep_dequeue(cv, l, LWS_RUN);
	rump_raw_exit(lock);
	return mine;
}

/* Wait on l_wstate, without a CPU.  True if the time is over. */
static bool
sleep_block(struct lwp *l, int64_t ns)
{
	const int64_t end = ns < 0 ? 0 : rump_mono_ns() + ns;
	int64_t left = ns;

	while (__atomic_load_n(&l->l_wstate, __ATOMIC_ACQUIRE) == LWS_WAIT) {
		if (ns >= 0 && left <= 0)
			return true;
		(void)rump_futex_wait(&l->l_wstate, LWS_WAIT, left);
		if (ns >= 0)
			left = end - rump_mono_ns();
	}
	return false;
}

/*
 * Without threads only a callout can wake us, or the time.  Callouts run
 * here; after some did the caller looks whether it was for him.
 */
static int
sleep_alone(kcondvar_t *cv, kmutex_t *mtx, int64_t ns)
{
	int64_t next = callout_alone_next();
	const bool callout = next >= 0 && (ns < 0 || next < ns);

	if (ns < 0 && next < 0)
		panic("sleep on \"%s\" without threads would never end",
		    cv->cv_wmesg);
	if (callout)
		ns = next;
	mutex_exit(mtx);
	(void)rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, ns / 1000000000,
	    (long)(ns % 1000000000));
	callout_alone_run();
	mutex_enter(mtx);
	return callout ? 0 : EWOULDBLOCK;
}

static int
sleep_common(kcondvar_t *cv, kmutex_t *mtx, bool catch, int64_t ns)
{
	struct lwp *l = curlwp;
	int error = 0, nlocks;
	int32_t state;

	KASSERT(rump_context_held());
	KASSERTMSG(cv_is_valid(cv), "condvar %p not initialised", cv);
	KASSERTMSG(mutex_owned(mtx), "cv_wait \"%s\" without its mutex",
	    cv->cv_wmesg);
	if (catch && (error = sleep_pending(l)) != 0)
		return error;
	if (!rump_threads)
		return sleep_alone(cv, mtx, ns);

	sleep_enqueue(cv, l, catch);
	/* A signal posted before the enqueueing saw no sleeper. */
	if (catch && (error = sleep_pending(l)) != 0 && sleep_cancel(cv, l))
		goto out;
	mutex_exit(mtx);
	rump_user_unschedule(0, &nlocks, NULL);
	error = sleep_block(l, ns) && sleep_cancel(cv, l) ? EWOULDBLOCK : 0;
	rump_user_schedule(nlocks, NULL);
	state = __atomic_load_n(&l->l_wstate, __ATOMIC_ACQUIRE);
	mutex_enter(mtx);
	if (state == LWS_INTR && (error = sleep_pending(l)) == 0)
		error = EINTR;
 out:
	l->l_wstate = LWS_RUN;
	l->l_wmesg = NULL;
	l->l_wchan = NULL;
	l->l_stat = LSONPROC;
	return error;
}

void
cv_wait(kcondvar_t *cv, kmutex_t *mtx)
{

	(void)sleep_common(cv, mtx, false, -1);
}

int
cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx)
{

	return sleep_common(cv, mtx, true, -1);
}

static int64_t
ticks2ns(int timo)
{

	return timo == 0 ? -1 : (int64_t)timo * (1000000000 / hz);
}

int
cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int timo)
{

	return sleep_common(cv, mtx, false, ticks2ns(timo));
}

int
cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int timo)
{

	return sleep_common(cv, mtx, true, ticks2ns(timo));
}

int
cv_nanowait(kcondvar_t *cv, kmutex_t *mtx, int64_t ns)
{

	return sleep_common(cv, mtx, false, ns);
}

int
cv_nanowait_sig(kcondvar_t *cv, kmutex_t *mtx, int64_t ns)
{

	return sleep_common(cv, mtx, true, ns);
}

/* The lwp may be gone as soon as its state is set: keep only the address. */
static struct lwp *
wake_first(kcondvar_t *cv)
{
	int32_t *lock = sq_lock_of(cv), *word = NULL;
	struct lwp *l;

	rump_raw_enter(lock);
	if ((l = TAILQ_FIRST(&cv->cv_waitq)) != NULL) {
		word = &l->l_wstate;
		sleep_dequeue(cv, l, LWS_WOKEN);
	}
	rump_raw_exit(lock);
	if (word != NULL)
		rump_futex_wake(word, 1);
	return l;
}

void
cv_signal(kcondvar_t *cv)
{

	KASSERTMSG(cv_is_valid(cv), "condvar %p not initialised", cv);
	if (cv_has_waiters(cv))
		(void)wake_first(cv);
}

void
cv_broadcast(kcondvar_t *cv)
{
	int32_t *lock = sq_lock_of(cv);
	struct lwp *l, *last;

	KASSERTMSG(cv_is_valid(cv), "condvar %p not initialised", cv);
	if (!cv_has_waiters(cv))
		return;
	rump_raw_enter(lock);
	last = TAILQ_LAST(&cv->cv_waitq, lwplist_tq);
	rump_raw_exit(lock);
	/* Stop there: who comes back at once is not woken again. */
	while ((l = wake_first(cv)) != NULL && l != last)
		continue;
}

void
cv_wakeup(kcondvar_t *cv)
{

	cv_broadcast(cv);
}

bool
cv_has_waiters(kcondvar_t *cv)
{

	return __atomic_load_n(&cv->cv_waiters, __ATOMIC_RELAXED) != 0;
}

int
sleepq_interrupt(struct lwp *l)
{
	kcondvar_t *cv;
	int32_t *lock;
	bool done = false, again = true;

	while (again &&
	    (cv = __atomic_load_n(&l->l_cv, __ATOMIC_SEQ_CST)) != NULL) {
		lock = sq_lock_of(cv);
		rump_raw_enter(lock);
		again = l->l_cv != cv;	/* moved on meanwhile */
		if (!again && l->l_sleepable) {
			sleep_dequeue(cv, l, LWS_INTR);
			done = true;
		}
		rump_raw_exit(lock);
	}
	if (done)
		rump_futex_wake(&l->l_wstate, 1);
	return done;
}

void
lwp_unsleep(struct lwp *l, bool unlock)
{

	(void)sleepq_interrupt(l);
}
