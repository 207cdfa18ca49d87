/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_main.c - runs the tests of one program.
 *
 *	t_name [test ...]
 */

#include "h_test.h"

__link_set_decl(tests, const struct test);

int	main(int, char **);
void	rumpcomp__test_puts(const char *);

static int failures;	/* of the running test; atomic */

static void
say(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	rumpcomp__test_puts(line);
}

void
h_fail(const char *file, int line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say("# %s:%d: %s", file, line, text);
	__atomic_fetch_add(&failures, 1, __ATOMIC_SEQ_CST);
}

struct lwp *
h_thread(void (*func)(void *), void *arg)
{
	struct lwp *l = NULL;
	int error;

	error = kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN,
	    NULL, func, arg, &l, "test");
	if (error != 0)
		panic("h_thread: %d", error);
	return l;
}

void
h_join(struct lwp *l)
{

	CHECK_EQ(kthread_join(l), 0);
}

void
h_thread_end(void)
{

	kthread_exit(0);
}

static void
leak_check(const struct kmem_stat *before)
{
	struct kmem_stat after;
	int tries;

	/* Threads that were told to end may need a moment. */
	for (tries = 0; tries < 50; tries++) {
		kmem_getstat(&after);
		if (after.ks_nalloc == before->ks_nalloc)
			return;
		if (rump_threads)
			(void)kpause("leak", false, 1, NULL);
	}
	h_fail("leak", 0, "%ld objects, %ld bytes",
	    (long)(after.ks_nalloc - before->ks_nalloc),
	    (long)(after.ks_inuse - before->ks_inuse));
}

static void
run_inside(const struct test *t)
{
	struct kmem_stat before;

	rump_schedule();
	kmem_getstat(&before);
	CHECK_EQ(rump_lwproc_rfork(RUMP_RFFDG), 0);
	t->t_func();
	rump_lwproc_releaselwp();
	rump_unschedule();

	rump_schedule();
	if ((t->t_flags & T_LEAKS) == 0 && failures == 0)
		leak_check(&before);
	rump_unschedule();
}

static bool
wanted(const struct test *t, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], t->t_name) == 0)
			return true;
	}
	return argc <= 1;
}

int
main(int argc, char **argv)
{
	const struct test *const *tp;
	int n = 0, passed = 0, failed = 0;

	if (rump_init() != 0)
		return 1;
	/* The first visit allocates things that stay. */
	rump_schedule();
	rump_unschedule();
	say("1..%d", (int)__link_set_count(tests));
	for (tp = __link_set_start(tests); tp < __link_set_end(tests); tp++) {
		n++;
		if (!wanted(*tp, argc, argv))
			continue;
		failures = 0;
		if (((*tp)->t_flags & T_OUTSIDE) != 0)
			(*tp)->t_func();
		else
			run_inside(*tp);
		say("%sok %d - %s", failures ? "not " : "", n, (*tp)->t_name);
		failures ? failed++ : passed++;
	}
	say("%d passed, %d failed", passed, failed);
	return failed != 0;
}
