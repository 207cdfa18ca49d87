/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpcomp.c - hypercalls of our own kernel: futex, console lines, traps.
 *
 * Console line n: an input and an output ring that a test fills and reads
 * with rumpcomp__cons_*(); line 0 falls back to standard output when no
 * test has claimed it.
 */

#include "host.h"

#include <sys/syscall.h>

#include <linux/futex.h>

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rump/rumpcomp.h>

#define	NLINES	8
#define	RING	65536

double
rumpcomp_clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int
rumpcomp_futex_wait(int32_t *addr, int32_t expected, int32_t sec, int32_t nsec)
{
	struct timespec ts = { .tv_sec = sec, .tv_nsec = nsec };

	if (syscall(SYS_futex, addr, FUTEX_WAIT_PRIVATE, expected,
	    sec < 0 ? NULL : &ts, NULL, 0) == -1 && errno == ETIMEDOUT)
		return 60;
	return 0;
}

int
rumpcomp_futex_wake(int32_t *addr, int32_t n)
{
	long woken = syscall(SYS_futex, addr, FUTEX_WAKE_PRIVATE,
	    n < 0 ? INT_MAX : n, NULL, NULL, 0);

	return woken < 0 ? 0 : (int)woken;
}

struct cons_line {
	char		in[RING];
	size_t		inlen;
	int		events;
	char		out[RING];
	size_t		outlen;
	bool		claimed;
	uint16_t	rows, cols;
};

static struct cons_line lines[NLINES];
static pthread_mutex_t cons_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cons_cv = PTHREAD_COND_INITIALIZER;

int
rumpcomp_cons_read(int line, void *buf, size_t len, size_t *retp, int *eventp)
{
	struct cons_line *cl;

	if (line < 0 || line >= NLINES)
		return 6;	/* ENXIO */
	cl = &lines[line];
	pthread_mutex_lock(&cons_lock);
	while (cl->inlen == 0 && cl->events == 0)
		pthread_cond_wait(&cons_cv, &cons_lock);
	if (len > cl->inlen)
		len = cl->inlen;
	memcpy(buf, cl->in, len);
	memmove(cl->in, cl->in + len, cl->inlen - len);
	cl->inlen -= len;
	*retp = len;
	*eventp = cl->events | (len != 0 ? RUMPCOMP_CONS_DATA : 0);
	cl->events = 0;
	pthread_mutex_unlock(&cons_lock);
	return 0;
}

int
rumpcomp_cons_write(int line, const void *buf, size_t len)
{
	struct cons_line *cl;

	if (line < 0 || line >= NLINES)
		return 6;
	cl = &lines[line];
	pthread_mutex_lock(&cons_lock);
	if (line == 0 && !cl->claimed) {
		fwrite(buf, 1, len, stdout);
		fflush(stdout);
	} else {
		if (len > RING - cl->outlen)
			len = RING - cl->outlen;
		memcpy(cl->out + cl->outlen, buf, len);
		cl->outlen += len;
		pthread_cond_broadcast(&cons_cv);
	}
	pthread_mutex_unlock(&cons_lock);
	return 0;
}

int
rumpcomp_cons_winsize(int line, uint16_t *rows, uint16_t *cols)
{

	if (line < 0 || line >= NLINES)
		return 6;
	*rows = lines[line].rows ? lines[line].rows : 24;
	*cols = lines[line].cols ? lines[line].cols : 80;
	return 0;
}

void
rumpcomp_trap(const char *msg, size_t len)
{

	fprintf(stderr, "kernel trap: %.*s\n", (int)len, msg);
}

/*
 * The far end, for tests.
 */
void	rumpcomp__test_puts(const char *);
void	rumpcomp__cons_type(int, const void *, size_t);
void	rumpcomp__cons_event(int, int, uint16_t, uint16_t);
size_t	rumpcomp__cons_take(int, void *, size_t, int);

/* Keys typed at a line. */
void
rumpcomp__cons_type(int line, const void *buf, size_t len)
{
	struct cons_line *cl = &lines[line];

	pthread_mutex_lock(&cons_lock);
	cl->claimed = true;
	memcpy(cl->in + cl->inlen, buf, len);
	cl->inlen += len;
	pthread_cond_broadcast(&cons_cv);
	pthread_mutex_unlock(&cons_lock);
}

void
rumpcomp__cons_event(int line, int events, uint16_t rows, uint16_t cols)
{
	struct cons_line *cl = &lines[line];

	pthread_mutex_lock(&cons_lock);
	cl->claimed = true;
	cl->events |= events;
	cl->rows = rows;
	cl->cols = cols;
	pthread_cond_broadcast(&cons_cv);
	pthread_mutex_unlock(&cons_lock);
}

/* What the line has written; waits up to ms for something. */
size_t
rumpcomp__cons_take(int line, void *buf, size_t len, int ms)
{
	struct cons_line *cl = &lines[line];
	struct timespec ts;

	rumpuser__deadline(CLOCK_REALTIME, ms / 1000,
	    (int64_t)(ms % 1000) * 1000000, &ts);
	pthread_mutex_lock(&cons_lock);
	cl->claimed = true;
	while (cl->outlen == 0 &&
	    pthread_cond_timedwait(&cons_cv, &cons_lock, &ts) == 0)
		continue;
	if (len > cl->outlen)
		len = cl->outlen;
	memcpy(buf, cl->out, len);
	memmove(cl->out, cl->out + len, cl->outlen - len);
	cl->outlen -= len;
	pthread_mutex_unlock(&cons_lock);
	return len;
}

/* A line of a test's report. */
void
rumpcomp__test_puts(const char *line)
{

	puts(line);
	fflush(stdout);
}
