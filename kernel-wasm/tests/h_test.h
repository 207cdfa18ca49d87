/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_test.h - harness of the kernel's own tests.
 *
 * A test file is compiled as a part of the kernel and may call everything.
 * Each TEST() runs scheduled, in a process of its own that is released after
 * it; the amount of kernel memory must then be what it was before.
 *
 *	TEST(name) { CHECK(x); CHECK_EQ(a, b); }
 *	TEST_FLAGS(name, T_LEAKS) { ... }	no leak check
 *
 * Output is TAP; the last line is "N passed, N failed".
 */

#ifndef _TESTS_H_TEST_H_
#define _TESTS_H_TEST_H_

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/proc.h>

#include <rump/rump.h>
#include <rump/rumpuser.h>
#include <rump-sys/kern.h>

#define	T_LEAKS		0x01	/* keeps memory: no leak check */
#define	T_OUTSIDE	0x02	/* runs outside the kernel, as a program */

struct test {
	const char	*t_name;
	void		(*t_func)(void);
	int		t_flags;
};

#define	TEST_FLAGS(name, flags)						\
static void test_##name(void);						\
static const struct test test_rec_##name = {				\
	__STRING(name), test_##name, (flags) };				\
__link_set_add_rodata(tests, test_rec_##name);				\
static void test_##name(void)
#define	TEST(name)	TEST_FLAGS(name, 0)

void	h_fail(const char *, int, const char *, ...) __printflike(3, 4);
/* A thread that runs func(arg) in the kernel, and its end. */
struct lwp *h_thread(void (*)(void *), void *);
void	h_join(struct lwp *);
void	h_thread_end(void) __dead;

#define	CHECK(e)							\
	do {								\
		if (!(e))						\
			h_fail(__FILE__, __LINE__, "%s", #e);		\
	} while (0)
#define	CHECK_EQ(a, b)							\
	do {								\
		const long long a__ = (long long)(a), b__ = (long long)(b); \
									\
		if (a__ != b__)						\
			h_fail(__FILE__, __LINE__,			\
			    "%s == %s (%lld, %lld)", #a, #b, a__, b__);	\
	} while (0)
#define	CHECK_STR(a, b)							\
	do {								\
		const char *a__ = (a), *b__ = (b);			\
									\
		if (strcmp(a__, b__) != 0)				\
			h_fail(__FILE__, __LINE__, "%s == %s (\"%s\", \"%s\")", \
			    #a, #b, a__, b__);				\
	} while (0)

#endif /* _TESTS_H_TEST_H_ */
