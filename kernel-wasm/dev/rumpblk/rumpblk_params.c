/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpblk_params.c - parameters of the host for its disks.
 *
 *	RUMP_BLKSECTSHIFT	sectors of 1 << this bytes
 *	RUMP_BLKFAIL		of FAIL_SCALE requests that many fail
 *	RUMP_BLKFAIL_SEED	which ones
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>

#include <rump/rumpuser.h>

#include "rumpblk_params.h"

#define	SECTSHIFT_MIN	9
#define	SECTSHIFT_MAX	16
#define	FAIL_SCALE	10000

unsigned int rumpblk_sectshift = SECTSHIFT_MIN;
static uint32_t rumpblk_failrate;
static volatile uint32_t rumpblk_failseed;

/*
 * A decimal parameter of the host, if it is there and sound.
 */
static bool
rumpblk_param(const char *name, uint64_t *valp)
{
	char buf[32];
	const char *p = buf;
	uint64_t v = 0;

	if (rumpuser_getparam(name, buf, sizeof(buf)) != 0 || buf[0] == '\0')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (v > UINT64_MAX / 10 - 1)
			return false;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	*valp = v;
	return *p == '\0';
}

void
rumpblk_params(void)
{
	uint64_t v;

	if (rumpblk_param("RUMP_BLKFAIL", &v))
		rumpblk_failrate = v > FAIL_SCALE ? FAIL_SCALE : (uint32_t)v;
	if (rumpblk_param("RUMP_BLKFAIL_SEED", &v))
		rumpblk_failseed = (uint32_t)v;
	if (rumpblk_param("RUMP_BLKSECTSHIFT", &v) && v >= SECTSHIFT_MIN &&
	    v <= SECTSHIFT_MAX)
		rumpblk_sectshift = (unsigned int)v;
}

/*
 * A small generator, so that a seed repeats a run of one thread.
 */
bool
rumpblk_inject(void)
{
	uint32_t x;

	if (rumpblk_failrate == 0)
		return false;
	x = atomic_add_32_nv(&rumpblk_failseed, 0x9e3779b9U);
	x ^= x >> 16;
	x *= 0x7feb352dU;
	x ^= x >> 15;
	x *= 0x846ca68bU;
	x ^= x >> 16;
	return x % FAIL_SCALE < rumpblk_failrate;
}
