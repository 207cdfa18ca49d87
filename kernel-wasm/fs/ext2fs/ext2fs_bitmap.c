/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_bitmap.c - the two bitmaps of a group.
 *
 * A group that was never used may say so in its descriptor: then its bitmaps
 * on the disk are worth nothing and are made here when they are first needed.
 *
 * Interface
 *	ext2fs_bitmap_get() gives the buf with the bitmap; the caller owns it
 *	until brelse() or bdwrite().
 *
 * Locking	um_lock is held.
 * Sleeps	reads the bitmap.
 * Errors	EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/mutex.h>

#include "ext2fs.h"

static void
bitmap_setrange(uint8_t *map, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		map[from / NBBY] |= (uint8_t)(1U << (from % NBBY));
}

/*
 * The file system's own blocks of a group, wherever they belong to.
 */
static void
bitmap_setzones(const struct m_ext2fs *fs, uint32_t cg, uint8_t *map)
{
	uint32_t base = cgbase(fs, cg), end = base + ext2fs_cg_blocks(fs, cg);
	const struct ext2fs_zone *z = fs->e2fs_zones;
	uint32_t i;

	for (i = 0; i < fs->e2fs_nzones && z[i].z_start < end; i++) {
		if (z[i].z_end > base)
			bitmap_setrange(map, MAX(z[i].z_start, base) - base,
			    MIN(z[i].z_end, end) - base);
	}
}

/*
 * A bitmap nobody has written yet.
 */
static void
bitmap_make(struct ufsmount *ump, uint32_t cg, bool inodes, uint8_t *map)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t bits = inodes ? fs->e2fs_ipg : ext2fs_cg_blocks(fs, cg);
	uint16_t flags = ext2fs_gd16(fs, cg, GD_FLAGS);

	memset(map, 0, fs->e2fs_bsize);
	if (!inodes)
		bitmap_setzones(fs, cg, map);
	bitmap_setrange(map, bits, fs->e2fs_bsize * NBBY);
	ext2fs_gd_set16(fs, cg, GD_FLAGS, (uint16_t)(flags &
	    ~(inodes ? E2FS_BG_INODE_UNINIT : E2FS_BG_BLOCK_UNINIT)));
}

static bool
bitmap_uninit(const struct m_ext2fs *fs, uint32_t cg, bool inodes)
{
	return (ext2fs_gd16(fs, cg, GD_FLAGS) &
	    (inodes ? E2FS_BG_INODE_UNINIT : E2FS_BG_BLOCK_UNINIT)) != 0;
}

int
ext2fs_bitmap_get(struct ufsmount *ump, uint32_t cg, bool inodes,
    struct buf **bpp)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	daddr_t at = EXT2_FSBTODB(fs, ext2fs_gd32(fs, cg,
	    inodes ? GD_IBITMAP : GD_BBITMAP));
	int error;

	KASSERT(mutex_owned(&ump->um_lock));
	if (bitmap_uninit(fs, cg, inodes)) {
		*bpp = getblk(ump->um_devvp, at, (int)fs->e2fs_bsize, 0, 0);
		(*bpp)->b_resid = 0;
		bitmap_make(ump, cg, inodes, (*bpp)->b_data);
		return 0;
	}
	error = bread(ump->um_devvp, at, (int)fs->e2fs_bsize, 0, bpp);
	if (error != 0)
		return error;
	if ((*bpp)->b_resid != 0) {
		brelse(*bpp, BC_INVAL);
		return EIO;
	}
	return 0;
}

/*
 * A free bit in [from, to), or `to`.  runs: rather one of eight that are free
 * together.
 */
uint32_t
ext2fs_bitmap_find(const uint8_t *map, uint32_t from, uint32_t to, bool runs)
{
	uint32_t i;

	for (i = roundup2(from, NBBY); runs && i + NBBY <= to; i += NBBY) {
		if (map[i / NBBY] == 0)
			return i;
	}
	for (i = from; i < to; i++) {
		if (i % NBBY == 0 && map[i / NBBY] == 0xff && i + NBBY <= to)
			i += NBBY - 1;
		else if ((map[i / NBBY] & (1U << (i % NBBY))) == 0)
			return i;
	}
	return to;
}

/*
 * A message once per mount: the rest is for e2fsck.
 */
void
ext2fs_damaged(struct ufsmount *ump, const char *what, uint32_t n)
{
	struct m_ext2fs *fs = &ump->um_e2fs;

	KASSERT(mutex_owned(&ump->um_lock));
	if ((fs->e2fs_state & E2FS_ERRORS) != 0)
		return;
	printf("ext2fs: %s %u; the file system needs e2fsck\n", what, n);
	fs->e2fs_state |= E2FS_ERRORS;
	le16enc(fs->e2fs_sb + SB_STATE, E2FS_ERRORS);
	fs->e2fs_fmod = true;
}
