/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_v7fs_newfs.c - an empty v7fs, from the description of its format.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>

#include <fs/v7fs/v7fs.h>

#include "fs/v7fs/v7fs_extern.h"
#include "h_v7fs.h"

static void
dirent_put(int e, uint8_t *p, uint16_t ino, const char *name)
{
	v7fs_put16(e, p, ino);
	(void)strlcpy((char *)p + V7DE_NAME, name, V7FS_NAME_MAX);
}

static void
root_put(int e, uint8_t *img, uint32_t blk)
{
	uint8_t *di = img + V7FS_ILIST_SECTOR * V7FS_BSIZE + V7FS_INODE_SIZE;

	v7fs_put16(e, di + V7DI_MODE, V7FS_IFDIR | 0755);
	v7fs_put16(e, di + V7DI_NLINK, 2);
	v7fs_put32(e, di + V7DI_SIZE, 2 * V7FS_DIRENT_SIZE);
	v7fs_put24(e, di + V7DI_ADDR, blk);
	dirent_put(e, img + blk * V7FS_BSIZE, 2, ".");
	dirent_put(e, img + blk * V7FS_BSIZE + V7FS_DIRENT_SIZE, 2, "..");
}

void
h_v7fs_newfs(int e, uint8_t *img, size_t size, unsigned n)
{
	uint32_t isize = V7FS_ILIST_SECTOR + howmany(n, V7FS_INODE_PER_BLOCK);
	uint32_t fsize = (uint32_t)(size / V7FS_BSIZE), blk;
	uint8_t *sb = img + V7FS_BSIZE, *stack;
	uint16_t count;

	memset(img, 0, size);
	v7fs_put16(e, sb + V7SB_ISIZE, (uint16_t)isize);
	v7fs_put32(e, sb + V7SB_FSIZE, fsize);
	root_put(e, img, isize);
	v7fs_put16(e, sb + V7SB_NFREE, 1);	/* the bottom: 0 */
	for (blk = fsize - 1; blk > isize; blk--) {
		count = v7fs_get16(e, sb + V7SB_NFREE);
		if (count == V7FS_MAX_FREEBLOCK) {
			stack = img + (size_t)blk * V7FS_BSIZE;
			v7fs_put16(e, stack, count);
			memcpy(stack + V7FB_FREE, sb + V7SB_FREE, 200);
			count = 0;
		}
		v7fs_put32(e, sb + V7SB_FREE + 4u * count, blk);
		v7fs_put16(e, sb + V7SB_NFREE, (uint16_t)(count + 1));
	}
}
