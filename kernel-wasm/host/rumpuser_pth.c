/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpuser_pth.c - threads, mutexes, rwlocks and condition variables.
 *
 * Our kernel has its own locks and uses only the threads; the rest is here
 * for kernels that ask the host, and keeps the order of upcalls they expect.
 */

#include "host.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct rumpuser_mtx {
	pthread_mutex_t	m;
	struct lwp	*owner;
	int		flags;
};

struct rumpuser_rw {
	pthread_rwlock_t rw;
	struct lwp	*writer;
	int		readers;	/* atomic */
};

struct rumpuser_cv {
	pthread_cond_t	cv;
	int		waiters;	/* atomic */
};

static __thread struct lwp *curlwp;

#define	CHECK(call)							\
	do {								\
		int rv__ = (call);					\
									\
		if (rv__ != 0)						\
			rumpuser__fatal("%s: %s", #call, strerror(rv__)); \
	} while (0)

/*
 * Threads.
 */
int
rumpuser_thread_create(void *(*f)(void *), void *arg, const char *name,
    int joinable, int priority, int cpuidx, void **cookie)
{
	pthread_attr_t attr;
	pthread_t pt;
	int i, rv;

	pthread_attr_init(&attr);
	if (!joinable)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < 10; i++) {
		if ((rv = pthread_create(&pt, &attr, f, arg)) != EAGAIN)
			break;
		usleep(10000);
	}
	pthread_attr_destroy(&attr);
	if (rv != 0)
		return rumpuser__errtrans(rv);
	if (name != NULL) {
		char shortname[16];

		strncpy(shortname, name, sizeof(shortname) - 1);
		shortname[sizeof(shortname) - 1] = '\0';
		if (joinable)
			pthread_setname_np(pt, shortname);
	}
	if (joinable) {
		pthread_t *ptp = malloc(sizeof(*ptp));

		*ptp = pt;
		*cookie = ptp;
	}
	return 0;
}

void
rumpuser_thread_exit(void)
{

	pthread_exit(NULL);
}

int
rumpuser_thread_join(void *cookie)
{
	pthread_t *ptp = cookie;

	KLOCK_WRAP(CHECK(pthread_join(*ptp, NULL)));
	free(ptp);
	return 0;
}

void
rumpuser_curlwpop(int op, struct lwp *l)
{

	switch (op) {
	case RUMPUSER_LWP_SET:
		curlwp = l;
		break;
	case RUMPUSER_LWP_CLEAR:
		curlwp = NULL;
		break;
	default:
		break;
	}
}

struct lwp *
rumpuser_curlwp(void)
{

	return curlwp;
}

/*
 * Mutexes.
 */
void
rumpuser_mutex_init(struct rumpuser_mtx **mtxp, int flags)
{
	struct rumpuser_mtx *mtx = calloc(1, sizeof(*mtx));
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	CHECK(pthread_mutex_init(&mtx->m, &attr));
	mtx->flags = flags;
	*mtxp = mtx;
}

static void
mtx_setowner(struct rumpuser_mtx *mtx)
{

	if (mtx->flags & RUMPUSER_MTX_KMUTEX)
		mtx->owner = curlwp;
}

void
rumpuser_mutex_enter(struct rumpuser_mtx *mtx)
{

	if (mtx->flags & RUMPUSER_MTX_SPIN) {
		rumpuser_mutex_enter_nowrap(mtx);
		return;
	}
	if (pthread_mutex_trylock(&mtx->m) != 0)
		KLOCK_WRAP(CHECK(pthread_mutex_lock(&mtx->m)));
	mtx_setowner(mtx);
}

void
rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *mtx)
{

	CHECK(pthread_mutex_lock(&mtx->m));
	mtx_setowner(mtx);
}

int
rumpuser_mutex_tryenter(struct rumpuser_mtx *mtx)
{

	if (pthread_mutex_trylock(&mtx->m) != 0)
		return 16;	/* EBUSY */
	mtx_setowner(mtx);
	return 0;
}

void
rumpuser_mutex_exit(struct rumpuser_mtx *mtx)
{

	mtx->owner = NULL;
	CHECK(pthread_mutex_unlock(&mtx->m));
}

void
rumpuser_mutex_destroy(struct rumpuser_mtx *mtx)
{

	CHECK(pthread_mutex_destroy(&mtx->m));
	free(mtx);
}

void
rumpuser_mutex_owner(struct rumpuser_mtx *mtx, struct lwp **lp)
{

	if ((mtx->flags & RUMPUSER_MTX_KMUTEX) == 0)
		rumpuser__fatal("rumpuser_mutex_owner of a host mutex");
	*lp = mtx->owner;
}

int
rumpuser_mutex_spin_p(struct rumpuser_mtx *mtx)
{

	return (mtx->flags & RUMPUSER_MTX_SPIN) != 0;
}

/*
 * Rwlocks.
 */
void
rumpuser_rw_init(struct rumpuser_rw **rwp)
{
	struct rumpuser_rw *rw = calloc(1, sizeof(*rw));

	CHECK(pthread_rwlock_init(&rw->rw, NULL));
	*rwp = rw;
}

static int
rw_try(int how, struct rumpuser_rw *rw)
{

	if (how == RUMPUSER_RW_WRITER) {
		if (pthread_rwlock_trywrlock(&rw->rw) != 0)
			return 16;
		rw->writer = curlwp;
	} else {
		if (pthread_rwlock_tryrdlock(&rw->rw) != 0)
			return 16;
		__atomic_fetch_add(&rw->readers, 1, __ATOMIC_SEQ_CST);
	}
	return 0;
}

void
rumpuser_rw_enter(int how, struct rumpuser_rw *rw)
{

	if (rw_try(how, rw) == 0)
		return;
	if (how == RUMPUSER_RW_WRITER) {
		KLOCK_WRAP(CHECK(pthread_rwlock_wrlock(&rw->rw)));
		rw->writer = curlwp;
	} else {
		KLOCK_WRAP(CHECK(pthread_rwlock_rdlock(&rw->rw)));
		__atomic_fetch_add(&rw->readers, 1, __ATOMIC_SEQ_CST);
	}
}

int
rumpuser_rw_tryenter(int how, struct rumpuser_rw *rw)
{

	return rw_try(how, rw);
}

int
rumpuser_rw_tryupgrade(struct rumpuser_rw *rw)
{

	return 16;	/* EBUSY: always allowed to fail */
}

void
rumpuser_rw_downgrade(struct rumpuser_rw *rw)
{

	/* POSIX cannot; between the two another writer may slip in. */
	rumpuser_rw_exit(rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
}

void
rumpuser_rw_exit(struct rumpuser_rw *rw)
{

	if (rw->writer != NULL)
		rw->writer = NULL;
	else
		__atomic_fetch_sub(&rw->readers, 1, __ATOMIC_SEQ_CST);
	CHECK(pthread_rwlock_unlock(&rw->rw));
}

void
rumpuser_rw_destroy(struct rumpuser_rw *rw)
{

	CHECK(pthread_rwlock_destroy(&rw->rw));
	free(rw);
}

void
rumpuser_rw_held(int how, struct rumpuser_rw *rw, int *rvp)
{

	*rvp = how == RUMPUSER_RW_WRITER ? rw->writer == curlwp :
	    __atomic_load_n(&rw->readers, __ATOMIC_SEQ_CST) > 0;
}

/*
 * Condition variables.
 */
void
rumpuser_cv_init(struct rumpuser_cv **cvp)
{
	struct rumpuser_cv *cv = calloc(1, sizeof(*cv));
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	CHECK(pthread_cond_init(&cv->cv, &attr));
	*cvp = cv;
}

void
rumpuser_cv_destroy(struct rumpuser_cv *cv)
{

	CHECK(pthread_cond_destroy(&cv->cv));
	free(cv);
}

static void
cv_unschedule(struct rumpuser_mtx *mtx, int *nlocks)
{

	rumpuser__hyp.hyp_backend_unschedule(0, nlocks, mtx);
	mtx->owner = NULL;
}

/* A spin kernel mutex is taken after the CPU. */
static void
cv_reschedule(struct rumpuser_mtx *mtx, int nlocks)
{
	const int both = RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX;

	if ((mtx->flags & both) == both) {
		CHECK(pthread_mutex_unlock(&mtx->m));
		rumpuser__hyp.hyp_backend_schedule(nlocks, mtx);
		rumpuser_mutex_enter_nowrap(mtx);
	} else {
		mtx_setowner(mtx);
		rumpuser__hyp.hyp_backend_schedule(nlocks, mtx);
	}
}

void
rumpuser_cv_wait(struct rumpuser_cv *cv, struct rumpuser_mtx *mtx)
{
	int nlocks;

	__atomic_fetch_add(&cv->waiters, 1, __ATOMIC_SEQ_CST);
	cv_unschedule(mtx, &nlocks);
	CHECK(pthread_cond_wait(&cv->cv, &mtx->m));
	cv_reschedule(mtx, nlocks);
	__atomic_fetch_sub(&cv->waiters, 1, __ATOMIC_SEQ_CST);
}

void
rumpuser_cv_wait_nowrap(struct rumpuser_cv *cv, struct rumpuser_mtx *mtx)
{

	__atomic_fetch_add(&cv->waiters, 1, __ATOMIC_SEQ_CST);
	mtx->owner = NULL;
	CHECK(pthread_cond_wait(&cv->cv, &mtx->m));
	mtx_setowner(mtx);
	__atomic_fetch_sub(&cv->waiters, 1, __ATOMIC_SEQ_CST);
}

int
rumpuser_cv_timedwait(struct rumpuser_cv *cv, struct rumpuser_mtx *mtx,
    int64_t sec, int64_t nsec)
{
	struct timespec ts;
	int nlocks, rv;

	rumpuser__deadline(CLOCK_MONOTONIC, sec, nsec, &ts);
	__atomic_fetch_add(&cv->waiters, 1, __ATOMIC_SEQ_CST);
	cv_unschedule(mtx, &nlocks);
	rv = pthread_cond_timedwait(&cv->cv, &mtx->m, &ts);
	cv_reschedule(mtx, nlocks);
	__atomic_fetch_sub(&cv->waiters, 1, __ATOMIC_SEQ_CST);
	return rv == 0 ? 0 : rumpuser__errtrans(rv);
}

void
rumpuser_cv_signal(struct rumpuser_cv *cv)
{

	CHECK(pthread_cond_signal(&cv->cv));
}

void
rumpuser_cv_broadcast(struct rumpuser_cv *cv)
{

	CHECK(pthread_cond_broadcast(&cv->cv));
}

void
rumpuser_cv_has_waiters(struct rumpuser_cv *cv, int *rvp)
{

	*rvp = __atomic_load_n(&cv->waiters, __ATOMIC_SEQ_CST);
}

/*
 * For component drivers.
 */
void *
rumpuser_component_unschedule(void)
{
	int nlocks;

	rumpuser__hyp.hyp_backend_unschedule(0, &nlocks, NULL);
	return (void *)(intptr_t)nlocks;
}

void
rumpuser_component_schedule(void *cookie)
{

	rumpuser__hyp.hyp_backend_schedule((int)(intptr_t)cookie, NULL);
}

void
rumpuser_component_kthread(void)
{

	rumpuser__hyp.hyp_schedule();
	rumpuser__hyp.hyp_lwproc_newlwp(0);
	rumpuser__hyp.hyp_unschedule();
}

void
rumpuser_component_kthread_release(void)
{

	rumpuser__hyp.hyp_schedule();
	rumpuser__hyp.hyp_lwproc_release();
	rumpuser__hyp.hyp_unschedule();
}

struct lwp *
rumpuser_component_curlwp(void)
{

	return rumpuser__hyp.hyp_lwproc_curlwp();
}

void
rumpuser_component_switchlwp(struct lwp *l)
{

	rumpuser__hyp.hyp_lwproc_switch(l);
}
