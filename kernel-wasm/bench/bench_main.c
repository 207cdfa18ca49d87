/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_main.c - run the benchmarks natively and print JSON lines.
 */

#include <sys/param.h>
#include <sys/systm.h>

#include <rump/rump.h>
#include <rump/rumpuser.h>

#ifndef __wasm__

int	main(void);
void	rumpcomp__test_puts(const char *);

#define	ROUNDS	5

int	rump_bench_setup(void);
int	rump_bench(int, int);
const char *rump_bench_name(int);

static int64_t
now_ns(void)
{
	int64_t sec = 0;
	long nsec = 0;

	(void)rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	return sec * 1000000000 + nsec;
}

/* How many calls take about a fifth of a second. */
static int
calibrate(int which)
{
	int64_t start = now_ns(), took;
	int n = 100;

	if (rump_bench(which, n) != 0)
		return n;
	took = MAX(now_ns() - start, 1000);
	return (int)MAX(100, MIN(200000000 / (took / n + 1), 10000000));
}

/* The median of some rounds, in tenths of a nanosecond for one. */
static int
measure(int which, int64_t *nsp)
{
	const int iters = calibrate(which);
	int64_t t[ROUNDS], start;
	int i, j, error;

	for (i = 0; i < ROUNDS; i++) {
		start = now_ns();
		if ((error = rump_bench(which, iters)) != 0)
			return error;
		start = (now_ns() - start) * 10 / iters;
		for (j = i; j > 0 && t[j - 1] > start; j--)
			t[j] = t[j - 1];
		t[j] = start;
	}
	*nsp = t[ROUNDS / 2];
	return 0;
}

int
main(void)
{
	const char *name;
	char line[160];
	int64_t ns = 0;
	int error, i;

	ns = now_ns();
	if (rump_init() != 0)
		return 1;
	snprintf(line, sizeof(line), "{\"bench\":\"boot\",\"ns\":%d}",
	    (int)(now_ns() - ns));
	rumpcomp__test_puts(line);
	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		return 1;
	if ((error = rump_bench_setup()) != 0)
		printf("bench setup: error %d\n", error);
	for (i = 0; (name = rump_bench_name(i)) != NULL; i++) {
		if ((error = measure(i, &ns)) != 0)
			snprintf(line, sizeof(line),
			    "{\"bench\":\"%s\",\"error\":%d}", name, error);
		else
			snprintf(line, sizeof(line),
			    "{\"bench\":\"%s\",\"ns\":%d.%d,\"perSecond\":%d}",
			    name, (int)(ns / 10), (int)(ns % 10),
			    (int)(10000000000LL / MAX(ns, 1)));
		rumpcomp__test_puts(line);
	}
	return 0;
}

#endif
