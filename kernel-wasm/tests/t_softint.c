/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_softint.c - softint(9), workqueue(9).
 */

#include "h_test.h"

#include <sys/workqueue.h>

static int ran;

static void
handler(void *arg)
{

	CHECK(cpu_softintr_p());
	__atomic_fetch_add((int *)arg, 1, __ATOMIC_SEQ_CST);
}

/* The level's thread stays. */
TEST_FLAGS(softint_runs, T_LEAKS)
{
	void *si;
	int i;

	ran = 0;
	si = softint_establish(SOFTINT_CLOCK | SOFTINT_MPSAFE, handler, &ran);
	softint_schedule(si);
	for (i = 0; i < 100 && __atomic_load_n(&ran, __ATOMIC_SEQ_CST) == 0; i++)
		(void)kpause("si", false, 1, NULL);
	CHECK_EQ(ran, 1);
	softint_disestablish(si);
}

TEST(softint_many)
{
	void *si[4];
	int n[4] = { 0, 0, 0, 0 }, i, round;

	for (i = 0; i < 4; i++)
		si[i] = softint_establish(SOFTINT_CLOCK | SOFTINT_MPSAFE,
		    handler, &n[i]);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < 4; i++)
			softint_schedule(si[i]);
	}
	for (i = 0; i < 4; i++) {
		softint_disestablish(si[i]);
		CHECK(n[i] >= 1 && n[i] <= 200);
	}
}

struct job {
	struct work	j_work;
	int		j_number;
};

static int last;

static void
do_job(struct work *wk, void *arg)
{
	struct job *j = CONTAINER_OF(wk, struct job, j_work);

	CHECK_EQ(j->j_number, last + 1);
	last = j->j_number;
	(*(int *)arg)++;
}

TEST(workqueue)
{
	struct workqueue *wq;
	struct job jobs[50];
	int i, n = 0;

	last = -1;
	CHECK_EQ(workqueue_create(&wq, "testwq", do_job, &n, PRI_NONE, IPL_NONE,
	    WQ_MPSAFE), 0);
	for (i = 0; i < 50; i++) {
		jobs[i].j_number = i;
		workqueue_enqueue(wq, &jobs[i].j_work, NULL);
	}
	workqueue_wait(wq, &jobs[49].j_work);
	CHECK_EQ(n, 50);
	workqueue_destroy(wq);
}

TEST(workqueue_destroy_drains)
{
	struct workqueue *wq;
	struct job jobs[20];
	int i, n = 0;

	last = -1;
	CHECK_EQ(workqueue_create(&wq, "testwq", do_job, &n, PRI_NONE, IPL_NONE,
	    WQ_MPSAFE), 0);
	for (i = 0; i < 20; i++) {
		jobs[i].j_number = i;
		workqueue_enqueue(wq, &jobs[i].j_work, NULL);
	}
	workqueue_destroy(wq);
	CHECK_EQ(n, 20);
}
