/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ext2_newfs.c - an empty ext2 in memory: one group of blocks of 1 KB,
 * revision 1 with file types, with indirect blocks or extents.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/stat.h>

#include "fs/ext2fs/ext2fs_format.h"

#include "h_ext2.h"

#define	BLOCK		1024U
#define	INODES		1024U
#define	INODE_SIZE	128U
#define	TABLE		5U		/* first block of the inodes */
#define	ROOT		(TABLE + INODES * INODE_SIZE / BLOCK)
#define	LOSTFOUND	(ROOT + 1)
#define	LOSTFOUND_BLOCKS 12U		/* e2fsck wants room in it */
#define	USED		(LOSTFOUND + LOSTFOUND_BLOCKS)
#define	DIRTYPE		2

static void
superblock(uint8_t *p, uint32_t blocks, bool extents)
{
	unsigned i;

	le32enc(p + SB_ICOUNT, INODES);
	le32enc(p + SB_BCOUNT, blocks);
	le32enc(p + SB_FBCOUNT, blocks - USED);
	le32enc(p + SB_FICOUNT, INODES - EXT2_FIRSTINO);
	le32enc(p + SB_FIRSTDB, 1);
	le32enc(p + SB_BPG, 8 * BLOCK);
	le32enc(p + 36, 8 * BLOCK);		/* fragments are blocks */
	le32enc(p + SB_IPG, INODES);
	le16enc(p + 54, 0xffff);		/* no forced check by count */
	le16enc(p + SB_MAGIC, E2FS_MAGIC);
	le16enc(p + SB_STATE, E2FS_ISCLEAN);
	le16enc(p + 60, 1);			/* on errors: go on */
	le32enc(p + SB_REV, E2FS_REV1);
	le32enc(p + SB_FIRSTINO, EXT2_FIRSTINO);
	le16enc(p + SB_INODESIZE, INODE_SIZE);
	le32enc(p + SB_INCOMPAT, EXT2F_INCOMPAT_FTYPE |
	    (extents ? EXT2F_INCOMPAT_EXTENTS : 0));
	le32enc(p + SB_ROCOMPAT, EXT2F_ROCOMPAT_SPARSESUPER |
	    EXT2F_ROCOMPAT_LARGEFILE);
	for (i = 0; i < 16; i++)
		p[SB_UUID + i] = (uint8_t)(i + 1);
}

static void
setbits(uint8_t *map, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		map[from / 8] |= (uint8_t)(1 << from % 8);
}

static void
directory(uint8_t *inode, uint32_t blk, uint32_t n, uint16_t links)
{
	uint32_t i;

	le16enc(inode + DI_MODE, S_IFDIR | 0755);
	le32enc(inode + DI_SIZE, n * BLOCK);
	le16enc(inode + DI_NLINK, links);
	le32enc(inode + DI_NBLOCK, n * BLOCK / 512);
	for (i = 0; i < n; i++)
		le32enc(inode + DI_BLOCKS + 4 * i, blk + i);
}

static uint8_t *
entry(uint8_t *p, uint32_t ino, uint32_t reclen, const char *name)
{
	le32enc(p, ino);
	le16enc(p + 4, (uint16_t)reclen);
	p[6] = (uint8_t)strlen(name);
	p[7] = name[0] != '\0' ? DIRTYPE : 0;
	memcpy(p + 8, name, p[6]);
	return p + reclen;
}

void
h_ext2_newfs(bool extents, uint8_t *img, size_t size)
{
	uint32_t blocks = (uint32_t)(size / BLOCK), i;
	uint8_t *gd = img + 2 * BLOCK, *inodes = img + TABLE * BLOCK, *p;

	KASSERT(blocks > USED && blocks <= 8 * BLOCK + 1);
	superblock(img + SBOFF, blocks, extents);
	le32enc(gd + GD_BBITMAP, 3);
	le32enc(gd + GD_IBITMAP, 4);
	le32enc(gd + GD_ITABLES, TABLE);
	le16enc(gd + GD_NBFREE, (uint16_t)(blocks - USED));
	le16enc(gd + GD_NIFREE, INODES - EXT2_FIRSTINO);
	le16enc(gd + GD_NDIRS, 2);
	setbits(img + 3 * BLOCK, 0, USED - 1);	/* bit 0 is block 1 */
	setbits(img + 3 * BLOCK, blocks - 1, 8 * BLOCK);
	setbits(img + 4 * BLOCK, 0, EXT2_FIRSTINO);
	setbits(img + 4 * BLOCK, INODES, 8 * BLOCK);
	directory(inodes + (EXT2_ROOTINO - 1) * INODE_SIZE, ROOT, 1, 3);
	directory(inodes + (EXT2_FIRSTINO - 1) * INODE_SIZE, LOSTFOUND,
	    LOSTFOUND_BLOCKS, 2);
	p = entry(img + ROOT * BLOCK, EXT2_ROOTINO, 12, ".");
	p = entry(p, EXT2_ROOTINO, 12, "..");
	(void)entry(p, EXT2_FIRSTINO, BLOCK - 24, "lost+found");
	p = entry(img + LOSTFOUND * BLOCK, EXT2_FIRSTINO, 12, ".");
	(void)entry(p, EXT2_ROOTINO, BLOCK - 12, "..");
	for (i = 1; i < LOSTFOUND_BLOCKS; i++)
		(void)entry(img + (LOSTFOUND + i) * BLOCK, 0, BLOCK, "");
}
