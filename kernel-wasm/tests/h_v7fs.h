/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_v7fs.h - v7fs images in memory: made and checked without the driver.
 */

#ifndef _TESTS_H_V7FS_H_
#define	_TESTS_H_V7FS_H_

#include <sys/types.h>

/* An empty file system in size bytes, with room for n inodes. */
void	h_v7fs_newfs(int endian, uint8_t *img, size_t size, unsigned n);

/* Is every block a file's or free, every count right?  Problems found. */
int	h_v7fs_check(int endian, const uint8_t *img, size_t size);

#endif /* !_TESTS_H_V7FS_H_ */
