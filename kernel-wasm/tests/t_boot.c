/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_boot.c - the base comes up and answers.
 */

#include "h_test.h"

#include <sys/syscall.gen.h>

TEST(context)
{

	CHECK(curlwp != NULL);
	CHECK(curcpu()->ci_curlwp == curlwp);
	CHECK(curproc->p_pid > 1);
	CHECK(curproc->p_pptr == initproc);
}

TEST_FLAGS(second_init, T_OUTSIDE | T_LEAKS)
{

	CHECK_EQ(rump_init(), 0);
	CHECK_EQ(rump_pub_getversion(), 799003400);
}

TEST_FLAGS(unknown_syscall, T_OUTSIDE)
{
	register_t rv[2];

	CHECK_EQ(rump_syscall(7, NULL, 0, rv), ENOSYS);
	CHECK_EQ(rump_syscall(100000, NULL, 0, rv), ENOSYS);
	CHECK_EQ(rump_syscall(-1, NULL, 0, rv), ENOSYS);
}

static void
nothing(void *arg)
{

	CHECK(curproc == &proc0);
	h_thread_end();
}

TEST(thread)
{

	h_join(h_thread(nothing, NULL));
}
