/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_lock.c - mutex(9), rwlock(9), the big lock.
 */

#include "h_test.h"

#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>

#define	NTHREADS	4
#define	ROUNDS		20000

static kmutex_t mtx;
static krwlock_t rw;
static int counter, inside;	/* under the lock */
static volatile int order;

static void
mutex_worker(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		mutex_enter(&mtx);
		counter++;
		mutex_exit(&mtx);
	}
	h_thread_end();
}

static void
run_threads(void (*func)(void *), void *arg)
{
	struct lwp *l[NTHREADS];
	int i;

	for (i = 0; i < NTHREADS; i++)
		l[i] = h_thread(func, arg);
	for (i = 0; i < NTHREADS; i++)
		h_join(l[i]);
}

static void
mutex_count(kmutex_type_t type, int ipl)
{

	counter = 0;
	mutex_init(&mtx, type, ipl);
	run_threads(mutex_worker, NULL);
	CHECK_EQ(counter, NTHREADS * ROUNDS);
	mutex_destroy(&mtx);
}

TEST(mutex_adaptive)
{

	mutex_count(MUTEX_DEFAULT, IPL_NONE);
}

TEST(mutex_spin)
{

	mutex_count(MUTEX_DEFAULT, IPL_VM);
}

TEST(mutex_owner)
{

	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	CHECK(!mutex_owned(&mtx));
	CHECK(mutex_tryenter(&mtx));
	CHECK(mutex_owned(&mtx));
	CHECK(mutex_owner(&mtx) == curlwp);
	CHECK(!mutex_tryenter(&mtx));
	mutex_exit(&mtx);
	CHECK(mutex_owner(&mtx) == NULL);
	mutex_destroy(&mtx);
}

TEST(mutex_obj)
{
	kmutex_t *m = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);

	mutex_obj_hold(m);
	CHECK_EQ(mutex_obj_refcnt(m), 2);
	CHECK(!mutex_obj_free(m));
	CHECK(mutex_obj_free(m));
}

/* The holder sleeps: others must get the CPUs meanwhile. */
static void
sleepy_holder(void *arg)
{

	mutex_enter(&mtx);
	__atomic_store_n(&order, 1, __ATOMIC_RELAXED);
	(void)kpause("hold", false, 5, NULL);
	counter = 1;
	mutex_exit(&mtx);
	h_thread_end();
}

TEST(mutex_held_over_sleep)
{
	struct lwp *l;

	counter = order = 0;
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	l = h_thread(sleepy_holder, NULL);
	while (!__atomic_load_n(&order, __ATOMIC_RELAXED))
		(void)kpause("wait", false, 1, NULL);
	mutex_enter(&mtx);
	CHECK_EQ(counter, 1);
	mutex_exit(&mtx);
	h_join(l);
	mutex_destroy(&mtx);
}

static void
rw_worker(void *arg)
{
	int i, n;

	for (i = 0; i < ROUNDS / 4; i++) {
		if (i % 8 == 0) {
			rw_enter(&rw, RW_WRITER);
			if (__atomic_add_fetch(&inside, 100, __ATOMIC_SEQ_CST) !=
			    100)
				h_fail(__FILE__, __LINE__, "writer not alone");
			counter++;
			__atomic_fetch_sub(&inside, 100, __ATOMIC_SEQ_CST);
		} else {
			rw_enter(&rw, RW_READER);
			n = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
			if (n >= 100)
				h_fail(__FILE__, __LINE__, "reader with writer");
			__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		}
		rw_exit(&rw);
	}
	h_thread_end();
}

TEST(rwlock_exclusion)
{

	counter = inside = 0;
	rw_init(&rw);
	run_threads(rw_worker, NULL);
	CHECK_EQ(counter, NTHREADS * (ROUNDS / 4 / 8));
	CHECK(!rw_lock_held(&rw));
	rw_destroy(&rw);
}

TEST(rwlock_states)
{

	rw_init(&rw);
	rw_enter(&rw, RW_READER);
	CHECK(rw_read_held(&rw) && !rw_write_held(&rw));
	CHECK(rw_tryenter(&rw, RW_READER));
	CHECK(!rw_tryenter(&rw, RW_WRITER));
	CHECK(!rw_tryupgrade(&rw));
	rw_exit(&rw);
	CHECK(rw_tryupgrade(&rw));
	CHECK(rw_write_held(&rw) && !rw_read_held(&rw));
	CHECK_EQ(rw_lock_op(&rw), RW_WRITER);
	rw_downgrade(&rw);
	CHECK(rw_read_held(&rw) && !rw_write_held(&rw));
	rw_exit(&rw);
	rw_destroy(&rw);
}

static void
downgrade_reader(void *arg)
{

	rw_enter(&rw, RW_READER);
	counter = 1;
	rw_exit(&rw);
	h_thread_end();
}

TEST(rwlock_downgrade_wakes)
{
	struct lwp *l;

	counter = 0;
	rw_init(&rw);
	rw_enter(&rw, RW_WRITER);
	l = h_thread(downgrade_reader, NULL);
	(void)kpause("settle", false, 3, NULL);
	CHECK_EQ(counter, 0);
	rw_downgrade(&rw);
	h_join(l);
	CHECK_EQ(counter, 1);
	rw_exit(&rw);
	rw_destroy(&rw);
}

TEST(big_lock)
{
	int n;

	KERNEL_LOCK(1, NULL);
	KERNEL_LOCK(2, NULL);
	CHECK(KERNEL_LOCKED_P());
	/* Given up completely around a sleep. */
	(void)kpause("big", false, 1, NULL);
	CHECK(KERNEL_LOCKED_P());
	KERNEL_UNLOCK_ALL(NULL, &n);
	CHECK_EQ(n, 3);
	CHECK(!KERNEL_LOCKED_P());
}
