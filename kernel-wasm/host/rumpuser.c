/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpuser.c - start, memory, clocks, parameters, console, random numbers,
 * the end.
 */

#include "host.h"

#include <sys/mman.h>
#include <sys/random.h>

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct rumpuser_hyperup rumpuser__hyp;

void
rumpuser__fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

int
rumpuser_init(int version, const struct rumpuser_hyperup *hyp)
{

	if (version != RUMPUSER_VERSION) {
		fprintf(stderr, "rumpuser: kernel wants version %d, this is %d\n",
		    version, RUMPUSER_VERSION);
		return 1;
	}
	rumpuser__hyp = *hyp;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

/*
 * Memory.
 */
int
rumpuser_malloc(size_t len, int alignment, void **memp)
{
	size_t align = alignment == 0 ? sizeof(void *) : (size_t)alignment;

	if (align < sizeof(void *))
		align = sizeof(void *);
	return rumpuser__errtrans(posix_memalign(memp, align, len));
}

void
rumpuser_free(void *mem, size_t len)
{

	free(mem);
}

int
rumpuser_anonmmap(void *prefaddr, size_t size, int alignbit, int exec,
    void **memp)
{
	void *p = mmap(prefaddr, size, PROT_READ | PROT_WRITE,
	    MAP_ANON | MAP_PRIVATE, -1, 0);

	if (p == MAP_FAILED)
		return rumpuser__errtrans(errno);
	*memp = p;
	return 0;
}

void
rumpuser_unmap(void *addr, size_t len)
{

	munmap(addr, len);
}

/*
 * Clocks.
 */
void
rumpuser__deadline(int clk, int64_t sec, int64_t nsec, struct timespec *ts)
{

	clock_gettime(clk, ts);
	ts->tv_sec += sec;
	ts->tv_nsec += nsec;
	if (ts->tv_nsec >= 1000000000) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000;
	}
}

int
rumpuser_clock_gettime(int clk, int64_t *sec, long *nsec)
{
	struct timespec ts;

	if (clk != RUMPUSER_CLOCK_RELWALL && clk != RUMPUSER_CLOCK_ABSMONO)
		return 22;
	clock_gettime(clk == RUMPUSER_CLOCK_RELWALL ? CLOCK_REALTIME :
	    CLOCK_MONOTONIC, &ts);
	*sec = ts.tv_sec;
	*nsec = ts.tv_nsec;
	return 0;
}

int
rumpuser_clock_sleep(int clk, int64_t sec, long nsec)
{
	struct timespec ts = { .tv_sec = sec, .tv_nsec = nsec };

	if (clk != RUMPUSER_CLOCK_RELWALL && clk != RUMPUSER_CLOCK_ABSMONO)
		return 22;
	if (clk == RUMPUSER_CLOCK_RELWALL)
		rumpuser__deadline(CLOCK_MONOTONIC, sec, nsec, &ts);
	KLOCK_WRAP(while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts,
	    NULL) == EINTR) continue);
	return 0;
}

/*
 * Parameters come from the environment.
 */
static int
param_ncpu(char *buf, size_t len)
{
	const char *s = getenv("RUMP_NCPU");

	if (s != NULL && strcmp(s, "host") == 0)
		return snprintf(buf, len, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	return snprintf(buf, len, "%s", s != NULL ? s : "2");
}

int
rumpuser_getparam(const char *name, void *buf, size_t len)
{
	char host[128] = "host";
	const char *s;
	int n;

	if (strcmp(name, RUMPUSER_PARAM_NCPU) == 0)
		n = param_ncpu(buf, len);
	else if (strcmp(name, RUMPUSER_PARAM_HOSTNAME) == 0) {
		gethostname(host, sizeof(host) - 1);
		n = snprintf(buf, len, "rump-%05d.%s", (int)getpid(), host);
	} else if (*name == '_')
		return 22;	/* EINVAL */
	else if ((s = getenv(name)) == NULL)
		return 2;	/* ENOENT */
	else
		n = snprintf(buf, len, "%s", s);
	return (size_t)n < len ? 0 : 34;	/* ERANGE */
}

/*
 * Console.
 */
void
rumpuser_putchar(int ch)
{
	static int quiet = -1;

	if (quiet < 0)
		quiet = getenv("RUMP_QUIET") != NULL;
	if (!quiet)
		putchar(ch);
	if (ch == '\n')
		fflush(stdout);
}

void
rumpuser_dprintf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

int
rumpuser_getrandom(void *buf, size_t len, int flags, size_t *retp)
{
	ssize_t n = getrandom(buf, len < 256 ? len : 256, 0);

	if (n < 0)
		return rumpuser__errtrans(errno);
	*retp = (size_t)n;
	return 0;
}

/*
 * Signals and the end.  A test program may look at what was raised.
 */
int64_t rumpuser__last_kill_pid;
int rumpuser__last_kill_sig;

int
rumpuser_kill(int64_t pid, int sig)
{

	rumpuser__last_kill_pid = pid;
	rumpuser__last_kill_sig = sig;
	return 0;
}

void
rumpuser_exit(int value)
{

	fflush(NULL);
	if (value == RUMPUSER_PANIC)
		abort();
	exit(value);
}

void
rumpuser_seterrno(int error)
{

	errno = error;
}

int
rumpuser_daemonize_begin(void)
{

	return 0;
}

int
rumpuser_daemonize_done(int error)
{

	return 0;
}

void
rumpuser_dl_bootstrap(rump_modinit_fn modinit, rump_symload_fn symload,
    rump_compload_fn compload, rump_evcntattach_fn evcntattach)
{
	/* Everything is linked statically. */
}
