/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_timeout.c - callout(9), without ticks.
 *
 * Pending callouts stand in a heap by deadline.  One thread sleeps exactly
 * until the first deadline; an idle kernel is never woken.  The thread is
 * started with the first callout.
 *
 * States of a callout
 *	IDLE -> PENDING		callout_reset, callout_schedule
 *	PENDING -> INVOKING	its time has come
 *	PENDING -> IDLE		callout_stop
 *
 * Locking	callout_lock (spin), for all fields and the heap.  Functions
 *		run without it.
 * Sleeps	callout_halt() while the function runs elsewhere.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lock.h>
#include <sys/mutex.h>

#include "rump_private.h"

#define	CALLOUT_MAGIC	0x0ca11000U	/* c_flags: initialised */
#define	CALLOUT_FIRED	0x0002
#define	CALLOUT_INVOKED	0x0004
#define	CALLOUT_MASK	0x0fff

static kmutex_t callout_lock;
static kcondvar_t callout_cv;		/* a function has returned */
static struct callout **heap;		/* l: heap[0] is the first */
static int heap_n, heap_size;		/* l */
static struct callout *running;		/* l: its function is called now */
static struct lwp *timer_lwp;
static int32_t timer_wake;		/* futex */
static int64_t timer_until;		/* l: what the thread sleeps for */
static int timer_started;

void
callout_startup(void)
{

	mutex_init(&callout_lock, MUTEX_SPIN, IPL_SCHED);
	cv_init(&callout_cv, "callout");
	heap_size = 64;
	heap = kmem_alloc(sizeof(*heap) * (size_t)heap_size, KM_SLEEP);
}

/*
 * The heap.
 */
static void
heap_set(int i, struct callout *c)
{

	heap[i] = c;
	c->c_slot = i;
}

static void
heap_up(int i, struct callout *c)
{

	while (i > 0 && heap[(i - 1) / 2]->c_due > c->c_due) {
		heap_set(i, heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_set(i, c);
}

static void
heap_down(int i, struct callout *c)
{
	int child;

	while ((child = 2 * i + 1) < heap_n) {
		if (child + 1 < heap_n &&
		    heap[child + 1]->c_due < heap[child]->c_due)
			child++;
		if (heap[child]->c_due >= c->c_due)
			break;
		heap_set(i, heap[child]);
		i = child;
	}
	heap_set(i, c);
}

static void
heap_remove(struct callout *c)
{
	const int i = c->c_slot;
	struct callout *last = heap[--heap_n];

	KASSERT(i >= 0 && heap[i] == c);
	c->c_slot = -1;
	if (last == c)
		return;
	if (i > 0 && heap[(i - 1) / 2]->c_due > last->c_due)
		heap_up(i, last);
	else
		heap_down(i, last);
}

/* Room for one more; drops and retakes the lock when it must grow. */
static void
heap_reserve(void)
{
	struct callout **new, **old;
	int size;

	while (heap_n == heap_size) {
		size = heap_size;
		mutex_exit(&callout_lock);
		new = kmem_alloc(sizeof(*heap) * (size_t)size * 2, KM_SLEEP);
		mutex_enter(&callout_lock);
		if (heap_size != size) {
			kmem_free(new, sizeof(*heap) * (size_t)size * 2);
			continue;
		}
		memcpy(new, heap, sizeof(*heap) * (size_t)size);
		old = heap;
		heap = new;
		heap_size = size * 2;
		mutex_exit(&callout_lock);
		kmem_free(old, sizeof(*heap) * (size_t)size);
		mutex_enter(&callout_lock);
	}
}

/*
 * The timer thread.
 */
static void
callout_invoke(struct callout *c)
{
	void (*func)(void *) = c->c_func;
	void *arg = c->c_arg;
	const bool mpsafe = (c->c_flags & CALLOUT_MPSAFE) != 0;

	heap_remove(c);
	c->c_flags |= CALLOUT_FIRED | CALLOUT_INVOKED;
	running = c;
	mutex_exit(&callout_lock);
	if (!mpsafe)
		KERNEL_LOCK(1, NULL);
	func(arg);		/* may free c */
	if (!mpsafe)
		KERNEL_UNLOCK_ONE(NULL);
	mutex_enter(&callout_lock);
	running = NULL;
	cv_broadcast(&callout_cv);
}

static void
callout_thread(void *arg)
{
	struct lwp *l = curlwp;
	int64_t now, left;
	int32_t seen;

	timer_lwp = l;
	mutex_enter(&callout_lock);
	for (;;) {
		now = rump_mono_ns();
		while (heap_n != 0 && heap[0]->c_due <= now)
			callout_invoke(heap[0]);
		left = heap_n != 0 ? heap[0]->c_due - now : -1;
		timer_until = heap_n != 0 ? heap[0]->c_due : INT64_MAX;
		seen = __atomic_load_n(&timer_wake, __ATOMIC_RELAXED);
		mutex_exit(&callout_lock);
		l->l_wmesg = "callout";
		rump_unschedule_cpu(l);
		(void)rump_futex_wait(&timer_wake, seen, left);
		rump_schedule_cpu(l);
		l->l_wmesg = NULL;
		mutex_enter(&callout_lock);
		timer_until = 0;
	}
}

/*
 * Without threads: how long until the next one is due, -1 if none is, and
 * running what is due.  Called where time passes with no lock held.
 */
int64_t
callout_alone_next(void)
{
	int64_t left = -1;

	mutex_enter(&callout_lock);
	if (heap_n != 0)
		left = MAX(heap[0]->c_due - rump_mono_ns(), 0);
	mutex_exit(&callout_lock);
	return left;
}

void
callout_alone_run(void)
{
	int64_t now;

	if (heap_n == 0 || running != NULL)
		return;
	now = rump_mono_ns();
	mutex_enter(&callout_lock);
	while (heap_n != 0 && heap[0]->c_due <= now)
		callout_invoke(heap[0]);
	mutex_exit(&callout_lock);
}

static void
callout_start_thread(void)
{

	if (!rump_threads ||
	    __atomic_exchange_n(&timer_started, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	if (kthread_create(PRI_SOFTCLOCK, KTHREAD_MPSAFE, NULL, callout_thread,
	    NULL, NULL, "callout") != 0)
		panic("callout: no thread");
}

/*
 * Interface.
 */
void
callout_init(callout_t *c, u_int flags)
{

	memset(c, 0, sizeof(*c));
	c->c_slot = -1;
	c->c_flags = CALLOUT_MAGIC | (flags & CALLOUT_MPSAFE);
}

void
callout_destroy(callout_t *c)
{

	KASSERTMSG(c->c_slot == -1, "callout %p destroyed while pending", c);
	c->c_flags = 0;
}

void
callout_setfunc(callout_t *c, void (*func)(void *), void *arg)
{

	KASSERT((c->c_flags & ~CALLOUT_MASK) == CALLOUT_MAGIC);
	c->c_func = func;
	c->c_arg = arg;
}

static void
callout_start(callout_t *c, int64_t ns)
{
	bool wake = false;

	KASSERT((c->c_flags & ~CALLOUT_MASK) == CALLOUT_MAGIC);
	KASSERT(c->c_func != NULL);
	heap_reserve();
	if (c->c_slot != -1)
		heap_remove(c);
	c->c_due = rump_mono_ns() + (ns < 0 ? 0 : ns);
	c->c_flags &= ~(uint32_t)CALLOUT_FIRED;
	heap_n++;
	heap_up(heap_n - 1, c);
	if (c->c_due < timer_until) {
		__atomic_fetch_add(&timer_wake, 1, __ATOMIC_RELAXED);
		wake = true;
	}
	mutex_exit(&callout_lock);
	if (wake)
		rump_futex_wake(&timer_wake, 1);
	if (__predict_false(!timer_started))
		callout_start_thread();
}

void
callout_reset_ns(callout_t *c, int64_t ns, void (*func)(void *), void *arg)
{

	mutex_enter(&callout_lock);
	callout_setfunc(c, func, arg);
	callout_start(c, ns);
}

static int64_t
callout_ticks(int ticks)
{

	return (int64_t)MAX(ticks, 1) * (1000000000 / hz);
}

void
callout_reset(callout_t *c, int ticks, void (*func)(void *), void *arg)
{

	callout_reset_ns(c, callout_ticks(ticks), func, arg);
}

void
callout_schedule(callout_t *c, int ticks)
{

	mutex_enter(&callout_lock);
	callout_start(c, callout_ticks(ticks));
}

/* True if the callout had fired before. */
bool
callout_stop(callout_t *c)
{
	bool fired;

	mutex_enter(&callout_lock);
	if (c->c_slot != -1)
		heap_remove(c);
	fired = (c->c_flags & CALLOUT_FIRED) != 0;
	c->c_flags &= ~(uint32_t)CALLOUT_FIRED;
	mutex_exit(&callout_lock);
	return fired;
}

/* As callout_stop(), and its function does not run any more. */
bool
callout_halt(callout_t *c, void *interlock)
{
	kmutex_t *relock = NULL;
	bool fired;

	mutex_enter(&callout_lock);
	for (;;) {
		if (c->c_slot != -1)
			heap_remove(c);
		if (running != c || curlwp == timer_lwp)
			break;
		if (interlock != NULL && relock == NULL) {
			/* Lock order: the interlock comes first. */
			relock = interlock;
			mutex_exit(&callout_lock);
			mutex_exit(relock);
			mutex_enter(&callout_lock);
			continue;
		}
		cv_wait(&callout_cv, &callout_lock);
	}
	fired = (c->c_flags & CALLOUT_FIRED) != 0;
	c->c_flags &= ~(uint32_t)CALLOUT_FIRED;
	mutex_exit(&callout_lock);
	if (relock != NULL)
		mutex_enter(relock);
	return fired;
}

static bool
callout_flag(callout_t *c, uint32_t flag)
{
	bool set;

	mutex_enter(&callout_lock);
	set = (c->c_flags & flag) != 0;
	mutex_exit(&callout_lock);
	return set;
}

bool
callout_pending(callout_t *c)
{
	bool pending;

	mutex_enter(&callout_lock);
	pending = c->c_slot != -1;
	mutex_exit(&callout_lock);
	return pending;
}

bool
callout_expired(callout_t *c)
{

	return callout_flag(c, CALLOUT_FIRED);
}

bool
callout_active(callout_t *c)
{

	return callout_pending(c) || callout_expired(c);
}

bool
callout_invoking(callout_t *c)
{

	return callout_flag(c, CALLOUT_INVOKED);
}

void
callout_ack(callout_t *c)
{

	mutex_enter(&callout_lock);
	c->c_flags &= ~(uint32_t)CALLOUT_INVOKED;
	mutex_exit(&callout_lock);
}
