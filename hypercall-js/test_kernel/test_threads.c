/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_threads.c - threads against each other: contended mutexes and rwlocks, condition variables with every kind of interlock.
 */
#include "border.h"

#define	NTHREADS	4
#define	ROUNDS		2000

static struct rumpuser_mtx *mtx;
static struct rumpuser_rw *rw;
static struct rumpuser_cv *cv;
static int counter, readers, writers, ready, detached_done;
static int pair[2];

static void
thread_begin(void)
{

	curlwp = lwp_new(0);
	rumpuser_curlwpop(RUMPUSER_LWP_SET, curlwp);
	enter();
}

static void __attribute__((__noreturn__))
thread_end(void)
{
	struct lwp *l = curlwp;

	leave();
	rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, l);
	curlwp = NULL_LWP;
	lwp_free(l);
	rumpuser_thread_exit();
}

static void *
locker(void *arg)
{
	struct lwp *owner;
	int i, ok = 1;

	thread_begin();
	check(rumpuser_curlwp() == curlwp, "curlwp is the thread's own");
	for (i = 0; i < ROUNDS; i++) {
		rumpuser_mutex_enter(mtx);
		rumpuser_mutex_owner(mtx, &owner);
		ok &= owner == curlwp && cpu_held();
		counter++;
		rumpuser_mutex_exit(mtx);
	}
	check(ok, "owner and CPU inside the mutex");
	thread_end();
}

static void *
sharer(void *arg)
{
	int i, ok = 1;

	thread_begin();
	for (i = 0; i < ROUNDS; i++) {
		if ((i & 7) == (int)(uintptr_t)arg) {
			rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
			ok &= __atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST) == 1 && readers == 0;
			pair[0]++;
			pair[1]++;
			__atomic_fetch_sub(&writers, 1, __ATOMIC_SEQ_CST);
			if (i & 8) {
				__atomic_fetch_add(&readers, 1, __ATOMIC_SEQ_CST);
				rumpuser_rw_downgrade(rw);
				__atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
			}
		} else {
			rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
			__atomic_fetch_add(&readers, 1, __ATOMIC_SEQ_CST);
			ok &= writers == 0 && pair[0] == pair[1];
			__atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
		}
		rumpuser_rw_exit(rw);
	}
	check(ok, "readers and a writer never meet");
	thread_end();
}

static void
run_all(void *(*f)(void *), const char *name)
{
	void *cookie[NTHREADS];
	int i;

	for (i = 0; i < NTHREADS; i++)
		check(rumpuser_thread_create(f, (void *)(uintptr_t)i, name, 1, -1, i & 1, &cookie[i]) == 0, "thread_create");
	for (i = 0; i < NTHREADS; i++)
		check(rumpuser_thread_join(cookie[i]) == 0, "thread_join");
	check(cpu_held(), "join gives the CPU back");
}

static void *
detached(void *arg)
{

	thread_begin();
	rumpuser_mutex_enter(mtx);
	detached_done = (int)(uintptr_t)arg;
	rumpuser_cv_broadcast(cv);
	rumpuser_mutex_exit(mtx);
	thread_end();
}

void
test_threads(void)
{

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_rw_init(&rw);
	run_all(locker, "locker");
	check(counter == NTHREADS * ROUNDS, "no increment is lost");
	run_all(sharer, "sharer");
	check(pair[0] == pair[1] && readers == 0 && writers == 0, "rwlock ends clean");
	check(rumpuser_thread_join((void *)0x12345) == 22, "join of nonsense: EINVAL");
	rumpuser_cv_init(&cv);
	check(rumpuser_thread_create(detached, (void *)77, 0, 0, 5, -1, 0) == 0, "detached thread");
	rumpuser_mutex_enter(mtx);
	while (detached_done != 77)
		rumpuser_cv_wait(cv, mtx);
	rumpuser_mutex_exit(mtx);
	rumpuser_cv_destroy(cv);
	rumpuser_rw_destroy(rw);
	rumpuser_mutex_destroy(mtx);
}

static void *
ping(void *arg)
{
	int i;

	thread_begin();
	for (i = 0; i < 200; i++) {
		rumpuser_mutex_enter(mtx);
		while (ready != 1)
			rumpuser_cv_wait(cv, mtx);
		ready = 2;
		rumpuser_cv_broadcast(cv);
		rumpuser_mutex_exit(mtx);
	}
	thread_end();
}

static void
ping_pong(int flags, const char *what)
{
	struct lwp *owner;
	void *cookie;
	int i, waiters, before = upcall_unschedules;

	rumpuser_mutex_init(&mtx, flags);
	rumpuser_cv_init(&cv);
	ready = 0;
	check(rumpuser_thread_create(ping, 0, "ping", 1, -1, -1, &cookie) == 0, what);
	for (i = 0; i < 200; i++) {
		rumpuser_mutex_enter(mtx);
		ready = 1;
		rumpuser_cv_signal(cv);
		while (ready != 2)
			rumpuser_cv_wait(cv, mtx);
		if (flags & RUMPUSER_MTX_KMUTEX) {
			rumpuser_mutex_owner(mtx, &owner);
			check(owner == curlwp, "owner after cv_wait");
		}
		ready = 0;
		rumpuser_mutex_exit(mtx);
	}
	rumpuser_thread_join(cookie);
	rumpuser_cv_has_waiters(cv, &waiters);
	check(waiters == 0, "nobody waits");
	check(upcall_unschedules > before, "waits give up the CPU");
	rumpuser_cv_destroy(cv);
	rumpuser_mutex_destroy(mtx);
}

static void *
waker(void *arg)
{

	thread_begin();
	rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 2000000);
	rumpuser_mutex_enter_nowrap(sched_mtx);
	ready = 1;
	rumpuser_cv_signal(cv);
	rumpuser_mutex_exit(sched_mtx);
	thread_end();
}

void
test_cv(void)
{
	int64_t s0, s1;
	long n0, n1;
	int how, waiters;
	void *cookie;

	ping_pong(RUMPUSER_MTX_KMUTEX, "cv_wait with an adaptive mutex");
	ping_pong(RUMPUSER_MTX_KMUTEX | RUMPUSER_MTX_SPIN, "cv_wait with a spin mutex");

	rumpuser_cv_init(&cv);
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s0, &n0);
	rumpuser_mutex_enter(mtx);
	how = rumpuser_cv_timedwait(cv, mtx, 0, 5000000);
	rumpuser_mutex_exit(mtx);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &s1, &n1);
	check(how == 60, "cv_timedwait: ETIMEDOUT");
	check((s1 - s0) * 1000000000 + n1 - n0 >= 4900000, "and not too early");
	rumpuser_mutex_destroy(mtx);

	/* The scheduler's own mutex as interlock: unschedule takes it, schedule releases it. */
	ready = 0;
	rumpuser_thread_create(waker, 0, "waker", 1, -1, -1, &cookie);
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) == 0)
		rumpuser_cv_wait(cv, sched_mtx);
	check(rumpuser_mutex_tryenter(sched_mtx) == 0, "scheduler mutex is free after the wait");
	rumpuser_mutex_exit(sched_mtx);
	check(cpu_held(), "with a CPU");
	rumpuser_thread_join(cookie);
	rumpuser_cv_has_waiters(cv, &waiters);
	check(waiters == 0, "nobody waits");
	rumpuser_cv_destroy(cv);
}
