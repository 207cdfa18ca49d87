/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - the host side of the tests: compiled with the host's headers.
 */

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void	rump_h_out(const char *, ...);
void	rump_h_fail(const char *, ...);
int	rump_h_errno(void);
void	rump_h_setenv(const char *, const char *);
void	*rump_h_alloc(size_t);
void	rump_h_dealloc(void *);
void	rump_h_threads(int, void (*)(int));
int	rump_h_memfile(char *, size_t);
int	rump_h_memfile_set(int, const void *, size_t, size_t, uint64_t);

void
rump_h_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stdout, fmt, ap);
	va_end(ap);
}

void
rump_h_fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (errno %d)\n", errno);
	exit(1);
}

int
rump_h_errno(void)
{
	return errno;
}

void
rump_h_setenv(const char *name, const char *value)
{
	setenv(name, value, 1);
}

void *
rump_h_alloc(size_t len)
{
	void *p = calloc(1, len);

	if (p == NULL)
		abort();
	return p;
}

void
rump_h_dealloc(void *p)
{
	free(p);
}

struct host_thread {
	pthread_t	ht_thread;
	void		(*ht_func)(int);
	int		ht_number;
};

static void *
host_thread(void *arg)
{
	struct host_thread *ht = arg;

	(*ht->ht_func)(ht->ht_number);
	return NULL;
}

void
rump_h_threads(int n, void (*func)(int))
{
	struct host_thread *ht = rump_h_alloc((size_t)n * sizeof(*ht));
	int i;

	for (i = 0; i < n; i++) {
		ht[i].ht_func = func;
		ht[i].ht_number = i;
		if (pthread_create(&ht[i].ht_thread, NULL, host_thread,
		    &ht[i]) != 0)
			abort();
	}
	for (i = 0; i < n; i++)
		pthread_join(ht[i].ht_thread, NULL);
	free(ht);
}

int
rump_h_memfile(char *buf, size_t buflen)
{
	int fd = memfd_create("image", 0);

	if (fd == -1)
		abort();
	snprintf(buf, buflen, "/proc/self/fd/%d", fd);
	return fd;
}

/*
 * Contents: records of a 16-bit unit number and unit bytes each; everything
 * else is zero, the whole is size bytes.
 */
int
rump_h_memfile_set(int fd, const void *sparse, size_t len, size_t unit,
    uint64_t size)
{
	const unsigned char *p = sparse;

	if (ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)size) != 0)
		return -1;
	while (len > 2) {
		size_t n = len - 2 < unit ? len - 2 : unit;
		uint64_t off = (uint64_t)(p[0] | p[1] << 8) * unit;

		if (off < size) {
			if (n > size - off)
				n = (size_t)(size - off);
			if (pwrite(fd, p + 2, n, (off_t)off) != (ssize_t)n)
				return -1;
		}
		n = len - 2 < unit ? len - 2 : unit;
		p += 2 + n;
		len -= 2 + n;
	}
	return 0;
}
