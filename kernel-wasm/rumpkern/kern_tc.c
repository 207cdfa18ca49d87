/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_tc.c - the clocks of the kernel.
 *
 * There are no ticks: every reading asks the host.  Uptime is the host's
 * monotonic clock since boot; the wall clock is uptime plus the time of
 * boot, which tc_setclock() moves.  The get*time() family reads a cheaper
 * clock of the host that is a few milliseconds behind at most, where NetBSD's
 * is a tick behind; file times and other stamps on hot paths use it.
 *
 * Locking	none; the boot time is one atomic word.
 * Sleeps	never.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/time.h>
#include <sys/timevar.h>

#include <rump/rumpcomp.h>
#include <rump/rumpuser.h>

#include "rump_private.h"

#define	NS	1000000000LL

int hz = 100, tick = 10000, tickadj = 40, stathz = 100, profhz = 100;
int schedhz = 0;

static int64_t mono_boot;	/* monotonic clock at boot */
static int64_t boottime_ns;	/* wall clock at boot; atomic */

static int64_t
host_ns(int clk)
{
	int64_t sec = 0;
	long nsec = 0;

	(void)rumpuser_clock_gettime(clk, &sec, &nsec);
	return sec * NS + nsec;
}

void
rump_tc_init(void)
{

	mono_boot = host_ns(RUMPUSER_CLOCK_ABSMONO);
	boottime_ns = host_ns(RUMPUSER_CLOCK_RELWALL);
}

int64_t
rump_mono_ns(void)
{

	return host_ns(RUMPUSER_CLOCK_ABSMONO) - mono_boot;
}

/* Uptime as the cheap clock has it; never ahead of rump_mono_ns(). */
static int64_t
coarse_ns(void)
{
	const int64_t ns = (int64_t)(rumpcomp_clock_ms() * 1e6) - mono_boot;

	return MAX(ns, 0);
}

static int64_t
coarse_wall_ns(void)
{

	return coarse_ns() + __atomic_load_n(&boottime_ns, __ATOMIC_RELAXED);
}

static int64_t
wall_ns(void)
{

	return rump_mono_ns() +
	    __atomic_load_n(&boottime_ns, __ATOMIC_RELAXED);
}

int
getticks(void)
{

	return (int)(rump_mono_ns() / (NS / hz));
}

/* Set the wall clock (clock_settime(2)). */
void
tc_setclock(const struct timespec *ts)
{

	__atomic_store_n(&boottime_ns, timespec2ns(ts) - rump_mono_ns(),
	    __ATOMIC_RELAXED);
}

static void
ns2ts(int64_t ns, struct timespec *ts)
{

	ts->tv_sec = ns / NS;
	ts->tv_nsec = (long)(ns % NS);
}

static void
ns2tv(int64_t ns, struct timeval *tv)
{

	tv->tv_sec = ns / NS;
	tv->tv_usec = (suseconds_t)(ns % NS / 1000);
}

static void
ns2bt(int64_t ns, struct bintime *bt)
{

	bt->sec = ns / NS;
	/* 2^64 / 10^9, in two steps that do not overflow. */
	bt->frac = (uint64_t)(ns % NS) * 18446744073ULL +
	    (uint64_t)(ns % NS) * 709551616ULL / 1000000000ULL;
}

time_t getrealtime_sec(void) { return wall_ns() / NS; }
time_t getuptime_sec(void) { return rump_mono_ns() / NS; }
void nanotime(struct timespec *ts) { ns2ts(wall_ns(), ts); }
void getnanotime(struct timespec *ts) { ns2ts(coarse_wall_ns(), ts); }
void microtime(struct timeval *tv) { ns2tv(wall_ns(), tv); }
void getmicrotime(struct timeval *tv) { ns2tv(coarse_wall_ns(), tv); }
void bintime(struct bintime *bt) { ns2bt(wall_ns(), bt); }
void getbintime(struct bintime *bt) { ns2bt(coarse_wall_ns(), bt); }
void nanouptime(struct timespec *ts) { ns2ts(rump_mono_ns(), ts); }
void getnanouptime(struct timespec *ts) { ns2ts(coarse_ns(), ts); }
void microuptime(struct timeval *tv) { ns2tv(rump_mono_ns(), tv); }
void getmicrouptime(struct timeval *tv) { ns2tv(coarse_ns(), tv); }
void binuptime(struct bintime *bt) { ns2bt(rump_mono_ns(), bt); }
void getbinuptime(struct bintime *bt) { ns2bt(coarse_ns(), bt); }

void
nanoboottime(struct timespec *ts)
{

	ns2ts(__atomic_load_n(&boottime_ns, __ATOMIC_RELAXED), ts);
}

void
vfs_timestamp(struct timespec *ts)
{

	getnanotime(ts);
}
