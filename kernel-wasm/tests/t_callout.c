/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_callout.c - callout(9).
 */

#include "h_test.h"

#include <sys/callout.h>
#include <sys/mutex.h>
#include <sys/timevar.h>

static int fired;
static int64_t seq[16];
static int nseq;

static void
fire(void *arg)
{

	seq[nseq++] = (int64_t)(intptr_t)arg;
	__atomic_fetch_add(&fired, 1, __ATOMIC_SEQ_CST);
}

static void
await(int n)
{
	int i;

	for (i = 0; i < 200 && __atomic_load_n(&fired, __ATOMIC_SEQ_CST) < n;
	    i++)
		(void)kpause("await", false, 1, NULL);
}

/* The thread and its first heap stay. */
TEST_FLAGS(fires, T_LEAKS)
{
	callout_t c;

	fired = nseq = 0;
	callout_init(&c, CALLOUT_MPSAFE);
	callout_reset(&c, 20, fire, NULL);
	CHECK(callout_pending(&c));
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 0);
	await(1);
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 1);
	CHECK(!callout_pending(&c));
	CHECK(callout_expired(&c));
	CHECK(callout_stop(&c));
	callout_halt(&c, NULL);
	callout_destroy(&c);
}

TEST(order)
{
	static const int ticks[] = { 7, 2, 9, 4, 1, 6, 3 };
	callout_t c[__arraycount(ticks)];
	size_t i;

	fired = nseq = 0;
	for (i = 0; i < __arraycount(ticks); i++) {
		callout_init(&c[i], CALLOUT_MPSAFE);
		callout_reset(&c[i], ticks[i], fire,
		    (void *)(intptr_t)ticks[i]);
	}
	await((int)__arraycount(ticks));
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), __arraycount(ticks));
	for (i = 1; i < __arraycount(ticks); i++)
		CHECK(seq[i - 1] < seq[i]);
	for (i = 0; i < __arraycount(ticks); i++) {
		callout_halt(&c[i], NULL);
		callout_destroy(&c[i]);
	}
}

TEST(stop)
{
	callout_t c;

	fired = nseq = 0;
	callout_init(&c, CALLOUT_MPSAFE);
	callout_setfunc(&c, fire, NULL);
	callout_schedule(&c, 3);
	CHECK(!callout_stop(&c));
	(void)kpause("past", false, 6, NULL);
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 0);
	callout_destroy(&c);
}

TEST(rearm)
{
	callout_t c;

	fired = nseq = 0;
	callout_init(&c, CALLOUT_MPSAFE);
	callout_reset(&c, 100, fire, (void *)1);
	callout_reset(&c, 1, fire, (void *)2);
	await(1);
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 1);
	CHECK_EQ(seq[0], 2);
	callout_halt(&c, NULL);
	callout_destroy(&c);
}

/* Re-arms itself, as timers do. */
static callout_t self;

static void
again(void *arg)
{

	if (__atomic_add_fetch(&fired, 1, __ATOMIC_SEQ_CST) < 5)
		callout_reset_ns(&self, 1000000, again, NULL);
}

TEST(periodic)
{

	fired = 0;
	callout_init(&self, CALLOUT_MPSAFE);
	callout_reset_ns(&self, 0, again, NULL);
	await(5);
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 5);
	callout_halt(&self, NULL);
	callout_destroy(&self);
}

static kmutex_t lock;

static void
slow(void *arg)
{

	__atomic_store_n(&fired, 1, __ATOMIC_SEQ_CST);
	mutex_enter(&lock);
	(void)kpause("slow", false, 3, &lock);
	mutex_exit(&lock);
	__atomic_store_n(&fired, 2, __ATOMIC_SEQ_CST);
}

TEST(halt_waits)
{
	callout_t c;

	fired = 0;
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	callout_init(&c, CALLOUT_MPSAFE);
	callout_reset(&c, 1, slow, NULL);
	await(1);
	mutex_enter(&lock);
	CHECK(callout_halt(&c, &lock));
	CHECK_EQ(__atomic_load_n(&fired, __ATOMIC_SEQ_CST), 2);
	CHECK(mutex_owned(&lock));
	mutex_exit(&lock);
	callout_destroy(&c);
	mutex_destroy(&lock);
}

TEST_FLAGS(many, T_LEAKS)
{
	enum { N = 200 };
	callout_t *c = kmem_alloc(N * sizeof(*c), KM_SLEEP);
	int i;

	for (i = 0; i < N; i++) {
		callout_init(&c[i], CALLOUT_MPSAFE);
		callout_reset(&c[i], 1000 + i * 7 % 50, fire, NULL);
	}
	for (i = N - 1; i >= 0; i -= 2)
		callout_stop(&c[i]);
	for (i = 0; i < N; i += 2)
		callout_stop(&c[i]);
	for (i = 0; i < N; i++)
		callout_destroy(&c[i]);
	kmem_free(c, N * sizeof(*c));
}
