/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_cv.c - condvar(9), tsleep(9), interruption.
 */

#include "h_test.h"

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/sched.h>
#include <sys/sleepq.h>

static kmutex_t mtx;
static kcondvar_t cv;
static int items, taken, result;	/* mtx */
static struct lwp *volatile sleeper;

static void
setup(void)
{

	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "testcv");
	items = taken = result = 0;
	sleeper = NULL;
}

static void
teardown(void)
{

	cv_destroy(&cv);
	mutex_destroy(&mtx);
}

/* Until somebody sleeps on the condvar. */
static void
await_sleeper(void)
{

	while (!cv_has_waiters(&cv))
		(void)kpause("await", false, 1, NULL);
}

static void
consumer(void *arg)
{

	mutex_enter(&mtx);
	while (items == 0)
		cv_wait(&cv, &mtx);
	items--;
	taken++;
	mutex_exit(&mtx);
	h_thread_end();
}

TEST(signal_wakes_one)
{
	struct lwp *l[3];
	int i;

	setup();
	for (i = 0; i < 3; i++)
		l[i] = h_thread(consumer, NULL);
	for (i = 0; i < 3; i++) {
		mutex_enter(&mtx);
		items++;
		cv_signal(&cv);
		mutex_exit(&mtx);
	}
	for (i = 0; i < 3; i++)
		h_join(l[i]);
	CHECK_EQ(taken, 3);
	CHECK_EQ(items, 0);
	CHECK(!cv_has_waiters(&cv));
	teardown();
}

TEST(broadcast_wakes_all)
{
	struct lwp *l[3];
	int i;

	setup();
	for (i = 0; i < 3; i++)
		l[i] = h_thread(consumer, NULL);
	await_sleeper();
	mutex_enter(&mtx);
	items = 3;
	cv_broadcast(&cv);
	mutex_exit(&mtx);
	for (i = 0; i < 3; i++)
		h_join(l[i]);
	CHECK_EQ(taken, 3);
	teardown();
}

TEST(timedwait_times_out)
{
	const int before = getticks();

	setup();
	mutex_enter(&mtx);
	CHECK_EQ(cv_timedwait(&cv, &mtx, 3), EWOULDBLOCK);
	CHECK(mutex_owned(&mtx));
	mutex_exit(&mtx);
	CHECK(getticks() - before >= 3);
	CHECK(!cv_has_waiters(&cv));
	teardown();
}

static void
sig_sleeper(void *arg)
{

	mutex_enter(&mtx);
	sleeper = curlwp;
	result = cv_wait_sig(&cv, &mtx);
	mutex_exit(&mtx);
	h_thread_end();
}

static void
plain_sleeper(void *arg)
{

	mutex_enter(&mtx);
	sleeper = curlwp;
	while (items == 0)
		cv_wait(&cv, &mtx);
	mutex_exit(&mtx);
	h_thread_end();
}

TEST(interrupt)
{
	struct lwp *l;

	setup();
	l = h_thread(sig_sleeper, NULL);
	await_sleeper();
	mutex_enter(&mtx);
	CHECK_STR(l->l_wmesg, "testcv");
	mutex_exit(&mtx);
	atomic_or_uint(&l->l_flag, LW_RUMP_QEXIT);
	CHECK(sleepq_interrupt(l));
	h_join(l);
	CHECK_EQ(result, EINTR);
	teardown();
}

TEST(interrupt_leaves_others_alone)
{
	struct lwp *l;

	setup();
	CHECK(!sleepq_interrupt(curlwp));
	l = h_thread(plain_sleeper, NULL);
	await_sleeper();
	CHECK(!sleepq_interrupt(l));
	CHECK(cv_has_waiters(&cv));
	mutex_enter(&mtx);
	items = 1;
	cv_signal(&cv);
	mutex_exit(&mtx);
	h_join(l);
	teardown();
}

TEST(pending_before_sleep)
{

	setup();
	mutex_enter(&mtx);
	atomic_or_uint(&curlwp->l_flag, LW_RUMP_QEXIT);
	CHECK_EQ(cv_wait_sig(&cv, &mtx), EINTR);
	CHECK_EQ(cv_timedwait_sig(&cv, &mtx, 100), EINTR);
	atomic_and_uint(&curlwp->l_flag, ~LW_RUMP_QEXIT);
	mutex_exit(&mtx);
	teardown();
}

/* Producers and consumers, all in a hurry. */
#define	PINGS	5000
static void
pinger(void *arg)
{
	const int me = arg != NULL;
	int i;

	mutex_enter(&mtx);
	for (i = 0; i < PINGS; i++) {
		while (items != me)
			cv_wait(&cv, &mtx);
		items = !me;
		taken++;
		cv_broadcast(&cv);
	}
	mutex_exit(&mtx);
	h_thread_end();
}

TEST(ping_pong)
{
	struct lwp *a, *b;

	setup();
	a = h_thread(pinger, NULL);
	b = h_thread(pinger, &mtx);
	h_join(a);
	h_join(b);
	CHECK_EQ(taken, 2 * PINGS);
	teardown();
}

/* Timeouts race with signals; nothing may be lost or left in the queue. */
static void
racer(void *arg)
{
	int i;

	for (i = 0; i < 300; i++) {
		mutex_enter(&mtx);
		(void)cv_nanowait(&cv, &mtx, 20000);
		mutex_exit(&mtx);
	}
	__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
	h_thread_end();
}

TEST(timeout_race)
{
	struct lwp *l[3];
	int i;

	setup();
	for (i = 0; i < 3; i++)
		l[i] = h_thread(racer, NULL);
	while (__atomic_load_n(&taken, __ATOMIC_SEQ_CST) < 3) {
		cv_signal(&cv);
		yield();
	}
	for (i = 0; i < 3; i++)
		h_join(l[i]);
	CHECK(!cv_has_waiters(&cv));
	teardown();
}

static int channel;

static void
tsleeper(void *arg)
{

	result = tsleep(&channel, 0, "chan", 0);
	__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
	h_thread_end();
}

TEST(tsleep_wakeup)
{
	struct lwp *l[2];
	int i;

	setup();
	for (i = 0; i < 2; i++)
		l[i] = h_thread(tsleeper, NULL);
	while (__atomic_load_n(&taken, __ATOMIC_SEQ_CST) < 2) {
		wakeup(&channel);
		(void)kpause("poke", false, 1, NULL);
	}
	for (i = 0; i < 2; i++)
		h_join(l[i]);
	CHECK_EQ(result, 0);
	CHECK_EQ(tsleep(&channel, 0, "none", 2), EWOULDBLOCK);
	teardown();
}
