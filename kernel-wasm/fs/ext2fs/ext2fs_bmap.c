/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_bmap.c - from a logical block of a file to its place on the disk.
 *
 * Indirect blocks live in the cache of the file's own vnode under negative
 * block numbers: the block that maps data from block s on is -s at the
 * lowest level, -(s + 1) one above, -(s + 2) at the top.  s is 12 plus a
 * multiple of nindir, so the numbers never meet.
 *
 * Locking	the vnode is locked, shared will do.
 * Sleeps	reads indirect blocks.
 * Errors	EFBIG behind the triple indirect; EIO an address where no
 *		file can be.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "ext2fs.h"

#define	RUN_MAX		256

int
ext2fs_indir_path(const struct m_ext2fs *fs, daddr_t lbn,
    struct ext2fs_indir *path)
{
	uint64_t span = 1;
	daddr_t start = EXT2FS_NDADDR;
	int level;

	path->in_level = 0;
	path->in_span[0] = 1;
	if (lbn < EXT2FS_NDADDR)
		return 0;
	for (level = 1; level <= EXT2FS_NIADDR; level++) {
		span *= EXT2_NINDIR(fs);
		path->in_span[level] = span;
		if (lbn - start < (daddr_t)span) {
			path->in_level = level;
			path->in_start = start;
			path->in_rest = lbn - start;
			return 0;
		}
		start += (daddr_t)span;
	}
	return EFBIG;
}

/*
 * The indirect block at disk address blk, owned.
 */
int
ext2fs_indir_get(struct inode *ip, daddr_t metalbn, uint32_t blk,
    struct buf **bpp)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct buf *bp;
	int error;

	KASSERT(metalbn < 0);
	if (!ext2fs_blocks_valid(fs, blk, 1))
		return EIO;
	bp = getblk(ip->i_vnode, metalbn, (int)fs->e2fs_bsize, 0, 0);
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
		bp->b_blkno = EXT2_FSBTODB(fs, blk);
		bp->b_flags |= B_READ;
		bp->b_error = 0;
		bp->b_resid = bp->b_bcount;
		(void)VOP_STRATEGY(ip->i_ump->um_devvp, bp);
		error = biowait(bp);
		if (error == 0 && bp->b_resid != 0)
			error = EIO;
		if (error != 0) {
			brelse(bp, BC_INVAL);
			return error;
		}
	}
	*bpp = bp;
	return 0;
}

/*
 * How many pointers after i continue a run that starts at blk.
 */
static int
bmap_run(const uint8_t *table, uint32_t i, uint32_t max, uint32_t blk)
{
	int n = 0;

	while (n < RUN_MAX && i + 1 < max &&
	    le32dec(table + (size_t)(i + 1) * 4) == blk + (uint32_t)n + 1) {
		n++;
		i++;
	}
	return n;
}

static int
bmap_indirect(struct inode *ip, const struct ext2fs_indir *path,
    uint32_t *blkp, int *runp)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint32_t blk = le32dec(ip->i_din.e2di_blocks +
	    (EXT2FS_NDADDR + path->in_level - 1) * 4), i;
	daddr_t start = path->in_start, rest = path->in_rest;
	struct buf *bp;
	int level, error;

	for (level = path->in_level; level > 0 && blk != 0; level--) {
		error = ext2fs_indir_get(ip, -(start + level - 1), blk, &bp);
		if (error != 0)
			return error;
		i = (uint32_t)((uint64_t)rest / path->in_span[level - 1]);
		KASSERT(i < EXT2_NINDIR(fs));
		blk = le32dec((uint8_t *)bp->b_data + (size_t)i * 4);
		if (level == 1 && blk != 0)
			*runp = bmap_run(bp->b_data, i, EXT2_NINDIR(fs), blk);
		brelse(bp, 0);
		start += (daddr_t)(i * path->in_span[level - 1]);
		rest -= (daddr_t)(i * path->in_span[level - 1]);
	}
	*blkp = blk;
	return 0;
}

/*
 * The block, 0 a hole; *runp: how many blocks after it follow on the disk.
 */
int
ext2fs_bmap_lbn(struct inode *ip, daddr_t lbn, uint32_t *blkp, int *runp)
{
	struct ext2fs_indir path;
	int error;

	*blkp = 0;
	*runp = 0;
	if (lbn < 0 || lbn >= 0xffffffffLL)
		return EFBIG;
	if ((ip->i_din.e2di_flags & EXT2_EXTENTS) != 0)
		return ext2fs_ext_bmap(ip, (uint32_t)lbn, blkp, runp);
	error = ext2fs_indir_path(ITOFS(ip), lbn, &path);
	if (error != 0)
		return error;
	if (path.in_level == 0) {
		*blkp = le32dec(ip->i_din.e2di_blocks + lbn * 4);
		if (*blkp != 0)
			*runp = bmap_run(ip->i_din.e2di_blocks,
			    (uint32_t)lbn, EXT2FS_NDADDR, *blkp);
	} else
		error = bmap_indirect(ip, &path, blkp, runp);
	if (error == 0 && *blkp != 0 &&
	    !ext2fs_blocks_valid(ITOFS(ip), *blkp, 1))
		error = EIO;
	/* A run that leaves the valid part is cut to nothing. */
	if (error == 0 && *runp > 0 && !ext2fs_blocks_valid(ITOFS(ip), *blkp,
	    (uint64_t)*runp + 1))
		*runp = 0;
	return error;
}

int
ext2fs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	uint32_t blk;
	int run, error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ip->i_ump->um_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	error = ext2fs_bmap_lbn(ip, ap->a_bn, &blk, &run);
	if (error != 0)
		return error;
	*ap->a_bnp = blk == 0 ? -1 : EXT2_FSBTODB(ITOFS(ip), blk);
	if (ap->a_runp != NULL)
		*ap->a_runp = run;
	return 0;
}

/*
 * A buf that is written knows its place since ext2fs_balloc() or since it was
 * read: the syncer comes here without the vnode lock.
 */
int
ext2fs_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	struct inode *ip = VTOI(ap->a_vp);
	uint32_t blk;
	int run, error;

	if (BUF_ISREAD(bp) && bp->b_blkno == bp->b_lblkno) {
		error = ext2fs_bmap_lbn(ip, bp->b_lblkno, &blk, &run);
		if (error != 0) {
			bp->b_error = error;
			bp->b_resid = bp->b_bcount;
			biodone(bp);
			return error;
		}
		if (blk == 0) {
			clrbuf(bp);
			biodone(bp);
			return 0;
		}
		bp->b_blkno = EXT2_FSBTODB(ITOFS(ip), blk);
	}
	KASSERT(bp->b_blkno >= 0);
	return VOP_STRATEGY(ip->i_ump->um_devvp, bp);
}
