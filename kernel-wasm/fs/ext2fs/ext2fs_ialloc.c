/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_ialloc.c - inode numbers: taking and giving back.
 *
 * Policy	a file in its directory's group; a directory in the group with
 *		the most free blocks among those that have not less than the
 *		average of free inodes.
 *
 * Interface
 *	The lowest free number of a group is taken, so the unused rest of an
 *	inode table that its descriptor tells of stays one piece.
 *	A number that was given out stays marked until the vnode is gone.
 *
 * Locking	um_lock inside.
 * Sleeps	reads bitmaps.
 * Errors	ENOSPC; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include "ext2fs.h"

static uint32_t
ialloc_dirpref(const struct m_ext2fs *fs, uint32_t parent)
{
	uint32_t avg = fs->e2fs_ficount / fs->e2fs_ncg, best = parent, cg, n;
	uint32_t most = 0, nbfree;

	for (n = 0; n < fs->e2fs_ncg; n++) {
		cg = (parent + n) % fs->e2fs_ncg;
		nbfree = ext2fs_gd16(fs, cg, GD_NBFREE);
		if (ext2fs_gd16(fs, cg, GD_NIFREE) < MAX(avg, 1))
			continue;
		if (nbfree > most) {
			most = nbfree;
			best = cg;
		}
	}
	return best;
}

/*
 * The descriptor after an inode was taken.
 */
static void
ialloc_count(struct m_ext2fs *fs, uint32_t cg, uint32_t bit, bool dir)
{
	uint32_t unused = ext2fs_gd16(fs, cg, GD_ITUNUSED);

	ext2fs_gd_set16(fs, cg, GD_NIFREE,
	    (uint16_t)(ext2fs_gd16(fs, cg, GD_NIFREE) - 1));
	if (dir)
		ext2fs_gd_set16(fs, cg, GD_NDIRS,
		    (uint16_t)(ext2fs_gd16(fs, cg, GD_NDIRS) + 1));
	if (unused > fs->e2fs_ipg - bit - 1)
		ext2fs_gd_set16(fs, cg, GD_ITUNUSED,
		    (uint16_t)(fs->e2fs_ipg - bit - 1));
	fs->e2fs_ficount--;
	fs->e2fs_fmod = true;
}

static int
ialloc_incg(struct ufsmount *ump, uint32_t cg, bool dir, ino_t *inop)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t bit, first = cg == 0 ? EXT2_FIRSTINO - 1 : 0;
	struct buf *bp;
	uint8_t *map;
	int error;

	if (ext2fs_gd16(fs, cg, GD_NIFREE) == 0 || fs->e2fs_ipg <= first)
		return 0;
	error = ext2fs_bitmap_get(ump, cg, true, &bp);
	if (error != 0)
		return error;
	map = bp->b_data;
	bit = ext2fs_bitmap_find(map, first, fs->e2fs_ipg, false);
	if (bit < fs->e2fs_ipg) {
		map[bit / NBBY] |= (uint8_t)(1U << (bit % NBBY));
		ialloc_count(fs, cg, bit, dir);
		*inop = (ino_t)cg * fs->e2fs_ipg + bit + 1;
	}
	bdwrite(bp);
	return 0;
}

int
ext2fs_ialloc(struct ufsmount *ump, ino_t parent, bool dir, ino_t *inop)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t cg = ino_to_cg(fs, parent), n;
	int error = 0;

	*inop = 0;
	mutex_enter(&ump->um_lock);
	if (dir && fs->e2fs_ficount > 0)
		cg = ialloc_dirpref(fs, cg);
	for (n = 0; n < fs->e2fs_ncg && fs->e2fs_ficount > 0; n++) {
		error = ialloc_incg(ump, (cg + n) % fs->e2fs_ncg, dir, inop);
		if (error != 0 || *inop != 0)
			break;
	}
	mutex_exit(&ump->um_lock);
	return error == 0 && *inop == 0 ? ENOSPC : error;
}

void
ext2fs_ifree(struct ufsmount *ump, ino_t ino, bool dir)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t cg = ino_to_cg(fs, ino), bit = (uint32_t)(ino - 1) %
	    fs->e2fs_ipg, ndirs;
	struct buf *bp;
	uint8_t *map;

	KASSERT(ino >= 1 && ino <= fs->e2fs_icount);
	mutex_enter(&ump->um_lock);
	ndirs = ext2fs_gd16(fs, cg, GD_NDIRS);
	if (ext2fs_bitmap_get(ump, cg, true, &bp) != 0)
		ext2fs_damaged(ump, "unreadable bitmap of group", cg);
	else {
		map = bp->b_data;
		if ((map[bit / NBBY] & (1U << (bit % NBBY))) == 0)
			ext2fs_damaged(ump, "freeing free inode",
			    (uint32_t)ino);
		else {
			map[bit / NBBY] &= (uint8_t)~(1U << (bit % NBBY));
			ext2fs_gd_set16(fs, cg, GD_NIFREE, (uint16_t)
			    (ext2fs_gd16(fs, cg, GD_NIFREE) + 1));
			if (dir && ndirs > 0)
				ext2fs_gd_set16(fs, cg, GD_NDIRS,
				    (uint16_t)(ndirs - 1));
			fs->e2fs_ficount++;
			fs->e2fs_fmod = true;
		}
		bdwrite(bp);
	}
	mutex_exit(&ump->um_lock);
}

/*
 * Is this number given out?  An inode in use that the bitmap calls free would
 * be given out a second time.
 */
bool
ext2fs_iallocated(struct ufsmount *ump, ino_t ino)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t bit = (uint32_t)(ino - 1) % fs->e2fs_ipg;
	uint32_t cg = ino_to_cg(fs, ino);
	struct buf *bp;
	bool set = false;

	mutex_enter(&ump->um_lock);
	if ((ext2fs_gd16(fs, cg, GD_FLAGS) & E2FS_BG_INODE_UNINIT) == 0 &&
	    ext2fs_bitmap_get(ump, cg, true, &bp) == 0) {
		set = (((uint8_t *)bp->b_data)[bit / NBBY] &
		    (1U << (bit % NBBY))) != 0;
		brelse(bp, 0);
	}
	if (!set)
		ext2fs_damaged(ump, "free inode in use:", (uint32_t)ino);
	mutex_exit(&ump->um_lock);
	return set;
}
