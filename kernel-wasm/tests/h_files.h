/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_files.h - files whose contents follow from a number: written, and found
 * again.
 */

#ifndef _TESTS_H_FILES_H_
#define	_TESTS_H_FILES_H_

#include "h_vfs.h"

static inline __unused uint8_t
pattern(uint32_t seed, uint64_t off)
{
	return (uint8_t)((off * 2654435761U >> 13) + seed);
}

/* Write [off, off + n) of a file, made if need be. */
static inline __unused long
put(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_CREAT | O_RDWR, 0644), rv;
	size_t i;

	CHECK(fd >= 0);
	for (i = 0; i < n; i++)
		buf[i] = pattern(seed, off + i);
	rv = h_pwrite(fd, buf, n, (off_t)off);
	CHECK_EQ(h_close(fd), 0);
	kmem_free(buf, n);
	return rv;
}

static inline __unused void
get(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_RDONLY, 0);
	size_t i;

	CHECK(fd >= 0);
	CHECK_EQ(h_pread(fd, buf, n, (off_t)off), (long)n);
	for (i = 0; i < n && buf[i] == pattern(seed, off + i); i++)
		continue;
	CHECK_EQ(i, n);
	(void)h_close(fd);
	kmem_free(buf, n);
}

/* What was written to a file or directory reaches the disk. */
static inline __unused void
sync_path(const char *path)
{
	long fd = h_open(path, O_RDONLY, 0);

	(void)H_SC(fsync, A(fd, (int)fd));
	(void)h_close(fd);
}

#endif /* !_TESTS_H_FILES_H_ */
