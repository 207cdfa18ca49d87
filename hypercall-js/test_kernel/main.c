/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the border kernel: boots on rumpuser(3) alone and tries every hypercall, most of them from several threads.
 *
 * Interface	rump_init() runs all tests and returns 0; border_failures() and border_checks() tell how it went.
 *		border_panic(), border_trap() and border_exit() end the kernel.
 *		border_start()/border_loops() time thread creation and locks for the benchmark.
 */
#include "border.h"

static int nchecks, nfailures;

void
check(int ok, const char *what)
{

	__atomic_fetch_add(&nchecks, 1, __ATOMIC_SEQ_CST);
	if (ok)
		return;
	__atomic_fetch_add(&nfailures, 1, __ATOMIC_SEQ_CST);
	rumpuser_dprintf("FAIL %s\n", what);
}

int
same(const void *a, const void *b, size_t n)
{
	const char *p = a, *q = b;

	while (n-- > 0)
		if (*p++ != *q++)
			return 0;
	return 1;
}

size_t
length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

EXPORT("border_failures") int
failures(void)
{

	return nfailures;
}

EXPORT("border_checks") int
checks(void)
{

	return nchecks;
}

EXPORT("rump_init") int
rump_init(void)
{
	char threads[8];

	check(rumpuser_daemonize_done(0) == 2, "daemonize_done before begin: ENOENT");
	check(rumpuser_daemonize_begin() == 0, "daemonize_begin");
	check(rumpuser_daemonize_begin() == 36, "daemonize_begin twice: EINPROGRESS");
	check(rumpuser_init(16, &border_hyperup) != 0, "version 16 is refused");
	if (rumpuser_init(RUMPUSER_VERSION, &border_hyperup) != 0)
		return 22;
	sched_init();
	enter();
	test_mem();
	test_params();
	test_clock();
	test_misc();
	test_locks();
	if (rumpuser_getparam("RUMP_THREADS", threads, sizeof(threads)) != 0 || threads[0] != '0') {
		test_threads();
		test_cv();
	}
	test_files();
	test_bio();
	rumpuser_dl_bootstrap(0, 0, 0, 0);
	leave();
	check(rumpuser_daemonize_done(0) == 0, "daemonize_done");
	rumpuser_dprintf("border: %d checks, %d failures\n", nchecks, nfailures);
	return 0;
}

EXPORT("rump_schedule") void
rump_schedule(void)
{

	enter();
}

EXPORT("rump_unschedule") void
rump_unschedule(void)
{

	leave();
}

EXPORT("border_panic") int
border_panic(void)
{
	static const char text[] = "panic: as asked";
	const char *p;

	for (p = text; *p != '\0'; p++)
		rumpuser_putchar(*p);
	rumpuser_putchar('\n');
	rumpuser_exit(RUMPUSER_PANIC);
}

EXPORT("border_exit") int
border_exit(int status)
{

	rumpuser_exit(status);
}

EXPORT("border_trap") int
border_trap(void)
{

	__builtin_trap();
}

static int64_t bench_started;

static void *
bench_thread(void *arg)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	bench_started = sec * 1000000000 + nsec;
	rumpuser_thread_exit();
}

/* Nanoseconds from rumpuser_thread_create() to the first instruction of the thread. */
EXPORT("border_start") int
border_start(void)
{
	int64_t sec, from;
	long nsec;
	void *cookie;

	enter();
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	from = sec * 1000000000 + nsec;
	if (rumpuser_thread_create(bench_thread, 0, "bench", 1, -1, -1, &cookie) != 0)
		return -1;
	rumpuser_thread_join(cookie);
	leave();
	return (int)(bench_started - from);
}

/* Nanoseconds for n of: 0 rumpuser_curlwp, 1 mutex enter and exit. */
EXPORT("border_loops") int
border_loops(int what, int n)
{
	struct rumpuser_mtx *mtx;
	int64_t sec, from;
	long nsec;
	int i;

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	from = sec * 1000000000 + nsec;
	for (i = 0; i < n; i++) {
		if (what == 0) {
			(void)rumpuser_curlwp();
		} else {
			rumpuser_mutex_enter(mtx);
			rumpuser_mutex_exit(mtx);
		}
	}
	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	rumpuser_mutex_destroy(mtx);
	return (int)(sec * 1000000000 + nsec - from);
}
