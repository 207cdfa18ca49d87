/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ext2.h - ext2 images in memory, made without the driver.
 */

#ifndef _TESTS_H_EXT2_H_
#define	_TESTS_H_EXT2_H_

#include <sys/types.h>

/* An empty file system of at most 8 MB; files in extents or not. */
void	h_ext2_newfs(bool extents, uint8_t *img, size_t size);

#endif /* !_TESTS_H_EXT2_H_ */
