/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - rumpuser(3) on POSIX threads for Linux: what its files share.
 *
 * This side is compiled with the system's headers, not the kernel's.
 */

#ifndef _HOST_HOST_H_
#define _HOST_HOST_H_

#include <sys/types.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <rump/rumpuser.h>

extern struct rumpuser_hyperup rumpuser__hyp;

/* Positive NetBSD errno of a Linux one. */
int	rumpuser__errtrans(int);

/* Give up the CPU around something that blocks. */
#define	KLOCK_WRAP(stmt)						\
	do {								\
		int nlocks__;						\
									\
		rumpuser__hyp.hyp_backend_unschedule(0, &nlocks__, NULL); \
		stmt;							\
		rumpuser__hyp.hyp_backend_schedule(nlocks__, NULL);	\
	} while (0)

void	rumpuser__fatal(const char *, ...)
	__attribute__((__noreturn__, __format__(__printf__, 1, 2)));

/* Absolute CLOCK_REALTIME or MONOTONIC plus a relative time. */
struct timespec;
void	rumpuser__deadline(int, int64_t, int64_t, struct timespec *);

#endif /* _HOST_HOST_H_ */
