/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - what a test that is compiled with the kernel's headers needs of
 * the host.
 */

#ifndef _TESTS_IMAGE_HOST_H_
#define	_TESTS_IMAGE_HOST_H_

#include <sys/types.h>

void	rump_h_out(const char *, ...) __attribute__((__format__(__printf__, 1, 2)));
void	rump_h_fail(const char *, ...) __attribute__((__format__(__printf__, 1, 2),
	    __noreturn__));
int	rump_h_errno(void);			/* of the last rump system call */
void	rump_h_setenv(const char *, const char *);
void	*rump_h_alloc(size_t);
void	rump_h_dealloc(void *);
/* Run func(0) .. func(n - 1), each in a thread of its own; wait for all. */
void	rump_h_threads(int n, void (*func)(int));
/* A host file in memory with these bytes; writes its path to buf. */
int	rump_h_memfile(char *buf, size_t buflen);
int	rump_h_memfile_set(int fd, const void *sparse, size_t len, size_t unit,
	    uint64_t size);

#endif
