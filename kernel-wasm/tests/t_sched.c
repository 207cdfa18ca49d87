/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_sched.c - virtual CPUs.
 */

#include "h_test.h"

#include <sys/percpu.h>
#include <sys/sched.h>
#include <sys/xcall.h>

#define	NTHREADS	6
#define	VISITS		20000

static int holders[MAXCPUS];	/* threads that think they hold it */
static int done;

static void
visitor(void *arg)
{
	struct lwp *l = curlwp;
	int i, n;

	for (i = 0; i < VISITS; i++) {
		n = __atomic_add_fetch(&holders[cpu_number()], 1,
		    __ATOMIC_SEQ_CST);
		if (n != 1)
			h_fail(__FILE__, __LINE__, "%d on one CPU", n);
		__atomic_fetch_sub(&holders[cpu_number()], 1, __ATOMIC_SEQ_CST);
		rump_unschedule_cpu(l);
		rump_schedule_cpu(l);
	}
	__atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
	h_thread_end();
}

TEST(one_holder_each)
{
	struct lwp *l[NTHREADS];
	int i;

	done = 0;
	for (i = 0; i < NTHREADS; i++)
		l[i] = h_thread(visitor, NULL);
	for (i = 0; i < NTHREADS; i++)
		h_join(l[i]);
	CHECK_EQ(done, NTHREADS);
}

/* Threads that come back at once must not keep the others out. */
static int stop, late;	/* atomic */

static void
greedy(void *arg)
{
	struct lwp *l = curlwp;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		rump_unschedule_cpu(l);
		rump_schedule_cpu(l);
	}
	h_thread_end();
}

static void
modest(void *arg)
{

	late = 1;
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	h_thread_end();
}

TEST(no_starvation)
{
	struct lwp *l[NTHREADS];
	int i;

	stop = late = 0;
	for (i = 0; i < NTHREADS - 1; i++)
		l[i] = h_thread(greedy, NULL);
	l[i] = h_thread(modest, NULL);
	for (i = 0; i < NTHREADS; i++)
		h_join(l[i]);
	CHECK(late);
}

TEST_FLAGS(implicit, T_OUTSIDE)
{
	int i;

	CHECK(rump_pub_lwproc_curlwp() == NULL);
	for (i = 0; i < 1000; i++) {
		rump_schedule();
		CHECK(curproc == initproc);
		CHECK((curlwp->l_flag & LW_RUMP_IMPLICIT) != 0);
		rump_unschedule();
		CHECK(curlwp == NULL);
	}
	rump_schedule();
	rump_unschedule();
}

static void
visit(void *a1, void *a2)
{
	int *mask = a1;

	*mask |= 1 << cpu_number();
}

TEST(xcall)
{
	int mask = 0;

	xc_wait(xc_broadcast(0, visit, &mask, NULL));
	CHECK_EQ(mask, (1 << ncpu) - 1);
}

TEST(percpu)
{
	percpu_t *pc = percpu_alloc(sizeof(int));
	int *p = percpu_getref(pc);

	CHECK_EQ(*p, 0);
	*p = 5;
	percpu_putref(pc);
	percpu_free(pc, sizeof(int));
}
