/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_workqueue.c - workqueue(9).
 *
 * One thread per queue, works run in order.
 * Without threads a work runs at once.
 *
 * Locking	wq_lock: queue and state.
 * Sleeps	workqueue_destroy(), workqueue_wait(); the functions may.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/mutex.h>
#include <sys/workqueue.h>

#include "rump_private.h"

struct workqueue {
	kmutex_t	wq_lock;
	kcondvar_t	wq_cv;		/* work came, or the end */
	kcondvar_t	wq_donecv;	/* a work is done, the thread is gone */
	SIMPLEQ_HEAD(, work) wq_queue;
	struct work	*wq_running;
	void		(*wq_func)(struct work *, void *);
	void		*wq_arg;
	pri_t		wq_pri;
	int		wq_flags;
	bool		wq_thread;	/* it exists */
	bool		wq_dying;
	char		wq_name[16];
};

static void
workqueue_thread(void *arg)
{
	struct workqueue *wq = arg;
	struct work *wk;

	mutex_enter(&wq->wq_lock);
	for (;;) {
		if ((wk = SIMPLEQ_FIRST(&wq->wq_queue)) == NULL) {
			if (wq->wq_dying)
				break;
			cv_wait(&wq->wq_cv, &wq->wq_lock);
			continue;
		}
		SIMPLEQ_REMOVE_HEAD(&wq->wq_queue, wk_entry);
		wq->wq_running = wk;
		mutex_exit(&wq->wq_lock);
		wq->wq_func(wk, wq->wq_arg);
		mutex_enter(&wq->wq_lock);
		wq->wq_running = NULL;
		cv_broadcast(&wq->wq_donecv);
	}
	wq->wq_thread = false;
	cv_broadcast(&wq->wq_donecv);
	mutex_exit(&wq->wq_lock);
	kthread_exit(0);
}

int
workqueue_create(struct workqueue **wqp, const char *name,
    void (*func)(struct work *, void *), void *arg, pri_t pri, int ipl,
    int flags)
{
	struct workqueue *wq = kmem_zalloc(sizeof(*wq), KM_SLEEP);
	int error;

	mutex_init(&wq->wq_lock, MUTEX_DEFAULT, ipl);
	cv_init(&wq->wq_cv, name);
	cv_init(&wq->wq_donecv, "wqdone");
	SIMPLEQ_INIT(&wq->wq_queue);
	wq->wq_func = func;
	wq->wq_arg = arg;
	wq->wq_pri = pri;
	wq->wq_flags = flags;
	strlcpy(wq->wq_name, name, sizeof(wq->wq_name));
	if (rump_threads) {
		wq->wq_thread = true;
		error = kthread_create(pri, flags & WQ_MPSAFE ?
		    KTHREAD_MPSAFE : 0, NULL, workqueue_thread, wq, NULL,
		    "%s", wq->wq_name);
		if (error != 0) {
			wq->wq_thread = false;
			workqueue_destroy(wq);
			return error;
		}
	}
	*wqp = wq;
	return 0;
}

void
workqueue_destroy(struct workqueue *wq)
{

	mutex_enter(&wq->wq_lock);
	wq->wq_dying = true;
	cv_broadcast(&wq->wq_cv);
	while (wq->wq_thread)
		cv_wait(&wq->wq_donecv, &wq->wq_lock);
	KASSERT(SIMPLEQ_EMPTY(&wq->wq_queue));
	mutex_exit(&wq->wq_lock);
	cv_destroy(&wq->wq_donecv);
	cv_destroy(&wq->wq_cv);
	mutex_destroy(&wq->wq_lock);
	kmem_free(wq, sizeof(*wq));
}

void
workqueue_enqueue(struct workqueue *wq, struct work *wk, struct cpu_info *ci)
{

	if (!rump_threads) {
		wq->wq_func(wk, wq->wq_arg);
		return;
	}
	mutex_enter(&wq->wq_lock);
	KASSERT(!wq->wq_dying);
	SIMPLEQ_INSERT_TAIL(&wq->wq_queue, wk, wk_entry);
	cv_signal(&wq->wq_cv);
	mutex_exit(&wq->wq_lock);
}

static bool
workqueue_has(struct workqueue *wq, struct work *wk)
{
	struct work *w;

	SIMPLEQ_FOREACH(w, &wq->wq_queue, wk_entry) {
		if (w == wk)
			return true;
	}
	return wq->wq_running == wk;
}

void
workqueue_wait(struct workqueue *wq, struct work *wk)
{

	mutex_enter(&wq->wq_lock);
	while (workqueue_has(wq, wk))
		cv_wait(&wq->wq_donecv, &wq->wq_lock);
	mutex_exit(&wq->wq_lock);
}
