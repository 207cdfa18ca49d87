/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_futex.c - the one place where the kernel sleeps in the host.
 *
 * All waiting of the kernel ends in rump_futex_wait(), which must not be
 * inlined: some engines lose locals across a wait instruction.
 *
 * Locking	none.
 * Sleeps	rump_futex_wait() stops the host thread; it neither gives up
 *		nor needs a CPU.
 */

#include <sys/param.h>
#include <sys/systm.h>

#include <rump/rumpcomp.h>

#include "rump_private.h"

#define	NS_PER_SEC	1000000000

__noinline int
rump_futex_wait(int32_t *addr, int32_t expected, int64_t ns)
{
	int32_t sec = -1, nsec = 0;

	if (ns >= 0) {
		const int64_t s = ns / NS_PER_SEC;

		sec = s > INT32_MAX ? INT32_MAX : (int32_t)s;
		nsec = (int32_t)(ns % NS_PER_SEC);
	}
	return rumpcomp_futex_wait(addr, expected, sec, nsec);
}

__noinline void
rump_futex_wake(int32_t *addr, int32_t n)
{

	(void)rumpcomp_futex_wake(addr, n);
}

/*
 * Slow path of rump_raw_enter().  Holders run a few instructions: look
 * again for a moment before asking the host.
 */
__noinline void
rump_raw_wait(int32_t *w)
{
	int i;

	for (i = 0; i < 100; i++) {
		int32_t idle = 0;

		if (__atomic_load_n(w, __ATOMIC_RELAXED) == 0 &&
		    __atomic_compare_exchange_n(w, &idle, 1, false,
		    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
	}
	while (__atomic_exchange_n(w, 2, __ATOMIC_ACQUIRE) != 0)
		(void)rump_futex_wait(w, 2, -1);
}
