/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_alloc.c - blocks: taking and giving back.
 *
 * Policy	the block asked for; else one near behind it in its group,
 *		rather where eight are free; else the groups after it.
 *
 * Interface
 *	What a free bit of the bitmap says is believed only where a file can
 *	be: a block of the file system itself is marked and passed over.
 *
 * Locking	um_lock inside.
 * Sleeps	reads bitmaps.
 * Errors	ENOSPC; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include "ext2fs.h"

/*
 * Only the super-user gets the last blocks.
 */
static bool
alloc_permitted(const struct m_ext2fs *fs, kauth_cred_t cred)
{
	if (fs->e2fs_fbcount == 0)
		return false;
	if (fs->e2fs_fbcount > fs->e2fs_rbcount || cred == NOCRED)
		return true;
	return kauth_cred_geteuid(cred) == 0;
}

static void
alloc_count(struct ufsmount *ump, uint32_t cg, int delta)
{
	struct m_ext2fs *fs = &ump->um_e2fs;

	ext2fs_gd_set16(fs, cg, GD_NBFREE,
	    (uint16_t)(ext2fs_gd16(fs, cg, GD_NBFREE) + delta));
	fs->e2fs_fbcount += (uint32_t)delta;
	fs->e2fs_fmod = true;
}

/*
 * A block of one group, at or after bit `from` when there is one; 0: none.
 */
static int
alloc_incg(struct ufsmount *ump, uint32_t cg, uint32_t from, bool exact,
    uint32_t *blkp)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t bits = ext2fs_cg_blocks(fs, cg), bit, blk;
	struct buf *bp;
	uint8_t *map;
	int error;

	*blkp = 0;
	if (ext2fs_gd16(fs, cg, GD_NBFREE) == 0)
		return 0;
	error = ext2fs_bitmap_get(ump, cg, false, &bp);
	if (error != 0)
		return error;
	map = bp->b_data;
	for (;;) {
		bit = ext2fs_bitmap_find(map, from, exact ? from + 1 : bits,
		    !exact);
		if (exact && bit > from) {
			exact = false;
			continue;
		}
		if (bit == bits && from > 0) {
			from = 0;
			continue;
		}
		if (bit == bits)
			break;
		map[bit / NBBY] |= (uint8_t)(1U << (bit % NBBY));
		blk = cgbase(fs, cg) + bit;
		if (ext2fs_blocks_valid(fs, blk, 1)) {
			*blkp = blk;
			break;
		}
		ext2fs_damaged(ump, "bitmap frees block", blk);
	}
	if (*blkp != 0)
		alloc_count(ump, cg, -1);
	bdwrite(bp);
	return 0;
}

/*
 * One block, at `goal` if it is free.
 */
int
ext2fs_blkalloc(struct ufsmount *ump, uint32_t goal, kauth_cred_t cred,
    uint32_t *blkp)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t cg, n;
	int error = 0;

	*blkp = 0;
	mutex_enter(&ump->um_lock);
	if (!alloc_permitted(fs, cred)) {
		mutex_exit(&ump->um_lock);
		return ENOSPC;
	}
	if (goal < fs->e2fs_first_dblock || goal >= fs->e2fs_bcount)
		goal = fs->e2fs_first_dblock;
	cg = dtog(fs, goal);
	error = alloc_incg(ump, cg, goal - cgbase(fs, cg), true, blkp);
	for (n = 1; n < fs->e2fs_ncg && *blkp == 0 && error == 0; n++) {
		cg = cg + 1 == fs->e2fs_ncg ? 0 : cg + 1;
		error = alloc_incg(ump, cg, 0, false, blkp);
	}
	mutex_exit(&ump->um_lock);
	return error == 0 && *blkp == 0 ? ENOSPC : error;
}

/*
 * Free the blocks of a range that lie in one group, up to the first that is
 * free already.
 */
static bool
blkfree_incg(struct ufsmount *ump, uint32_t cg, uint32_t from, uint32_t count)
{
	uint32_t bit = from;
	struct buf *bp;
	uint8_t *map;

	if (ext2fs_bitmap_get(ump, cg, false, &bp) != 0) {
		ext2fs_damaged(ump, "unreadable bitmap of group", cg);
		return false;
	}
	map = bp->b_data;
	while (bit < from + count &&
	    (map[bit / NBBY] & (1U << (bit % NBBY))) != 0) {
		map[bit / NBBY] &= (uint8_t)~(1U << (bit % NBBY));
		bit++;
	}
	if (bit < from + count)
		ext2fs_damaged(ump, "freeing free block",
		    cgbase(&ump->um_e2fs, cg) + bit);
	alloc_count(ump, cg, (int)(bit - from));
	bdwrite(bp);
	return bit == from + count;
}

/*
 * Give back blocks; false: something else has them, or none.  An address
 * where no file can be is left alone.
 */
bool
ext2fs_blkfree(struct ufsmount *ump, uint32_t blk, uint32_t count)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t cg, bit, n;
	bool sound;

	mutex_enter(&ump->um_lock);
	sound = ext2fs_blocks_valid(fs, blk, count);
	if (!sound)
		ext2fs_damaged(ump, "freeing block", blk);
	for (; sound && count > 0; blk += n, count -= n) {
		cg = dtog(fs, blk);
		bit = blk - cgbase(fs, cg);
		n = MIN(count, fs->e2fs_bpg - bit);
		sound = blkfree_incg(ump, cg, bit, n);
	}
	mutex_exit(&ump->um_lock);
	return sound;
}

/*
 * Give back a block that was used through the device's own buffers: what is
 * still to be written there must not come after the next owner's data.
 */
void
ext2fs_metafree(struct ufsmount *ump, uint32_t blk)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	struct buf *bp;

	if (ext2fs_blocks_valid(fs, blk, 1)) {
		bp = getblk(ump->um_devvp, EXT2_FSBTODB(fs, blk),
		    (int)fs->e2fs_bsize, 0, 0);
		brelse(bp, BC_INVAL);
	}
	(void)ext2fs_blkfree(ump, blk, 1);
}
