/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_bmap.c - from a logical block of a file to its place on the disk.
 *
 * Indirect blocks live in the cache of the file's own vnode under negative
 * block numbers: the block that maps data from block s on is -s at the
 * lowest level, -(s + 1) one above, -(s + 2) at the top.  s is 12 plus a
 * multiple of nindir, so the numbers never meet.
 *
 * Locking	the vnode is locked, shared will do.
 * Sleeps	reads indirect blocks.
 * Errors	EFBIG behind the triple indirect; EIO an address outside the
 *		file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

#define	RUN_MAX		64

/*
 * The way from the inode to block lbn.
 */
int
ffs_bmap_path(const struct fs *fs, daddr_t lbn, struct bmap_path *path)
{
	uint64_t span = 1;
	daddr_t start = UFS_NDADDR;
	int level;

	path->bp_level = 0;
	path->bp_span[0] = 1;
	if (lbn < UFS_NDADDR)
		return 0;
	for (level = 1; level <= UFS_NIADDR; level++) {
		span *= fs->fs_nindir;
		path->bp_span[level] = span;
		if (lbn - start < (daddr_t)span) {
			path->bp_level = level;
			path->bp_start = start;
			path->bp_rest = lbn - start;
			return 0;
		}
		start += (daddr_t)span;
	}
	return EFBIG;
}

/*
 * The indirect block at disk address addr, owned.
 */
int
ffs_getindir(struct inode *ip, daddr_t metalbn, int64_t addr,
    struct buf **bpp)
{
	struct fs *fs = ITOFS(ip);
	struct buf *bp;
	int error;

	if (!ffs_frags_valid(fs, addr, fs->fs_frag))
		return EIO;
	bp = getblk(ip->i_vnode, metalbn, (int)fs->fs_bsize, 0, 0);
	if (bp->b_blkno != fsbtodb(fs, addr)) {
		if ((bp->b_oflags & BO_DELWRI) != 0) {
			brelse(bp, 0);
			return EIO;
		}
		bp->b_oflags &= ~(u_int)BO_DONE;
	}
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
		bp->b_blkno = fsbtodb(fs, addr);
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
		ffs_log_overlay(ip->i_ump, bp);
	}
	*bpp = bp;
	return 0;
}

int64_t
ffs_indir_get(const struct fs *fs, const void *table, uint32_t i)
{
	const uint8_t *p = table;

	if (fs->fs_ufs2)
		return (int64_t)ufs_rd64(fs, p + (size_t)i * 8);
	return (int32_t)ufs_rd32(fs, p + (size_t)i * 4);
}

void
ffs_indir_set(const struct fs *fs, void *table, uint32_t i, int64_t addr)
{
	uint8_t *p = table;

	if (fs->fs_ufs2)
		ufs_wr64(fs, p + (size_t)i * 8, (uint64_t)addr);
	else
		ufs_wr32(fs, p + (size_t)i * 4, (uint32_t)addr);
}

/*
 * How many pointers after i continue a run that starts at addr.
 */
static int
bmap_run(const struct fs *fs, const void *table, uint32_t i, int64_t addr)
{
	int n = 0;

	while (n < RUN_MAX && i + 1 < fs->fs_nindir &&
	    ffs_indir_get(fs, table, i + 1) ==
	    addr + (int64_t)fs->fs_frag * (n + 1)) {
		n++;
		i++;
	}
	return n;
}

static int
bmap_direct(struct inode *ip, daddr_t lbn, int64_t *addrp, int *runp)
{
	const int64_t *db = ip->i_din.di_db;
	int n = 0;

	*addrp = db[lbn];
	if (*addrp > 0) {
		while (lbn + n + 1 < UFS_NDADDR && db[lbn + n + 1] ==
		    *addrp + (int64_t)ITOFS(ip)->fs_frag * (n + 1))
			n++;
	}
	*runp = n;
	return 0;
}

static int
bmap_indirect(struct inode *ip, const struct bmap_path *path,
    int64_t *addrp, int *runp)
{
	struct fs *fs = ITOFS(ip);
	int64_t addr = ip->i_din.di_ib[path->bp_level - 1];
	daddr_t start = path->bp_start, rest = path->bp_rest;
	struct buf *bp;
	uint32_t i;
	int level, error;

	*runp = 0;
	for (level = path->bp_level; level > 0 && addr != 0; level--) {
		error = ffs_getindir(ip, -(start + level - 1), addr, &bp);
		if (error != 0)
			return error;
		i = (uint32_t)((uint64_t)rest / path->bp_span[level - 1]);
		KASSERT(i < fs->fs_nindir);
		addr = ffs_indir_get(fs, bp->b_data, i);
		if (level == 1 && addr > 0)
			*runp = bmap_run(fs, bp->b_data, i, addr);
		brelse(bp, 0);
		start += (daddr_t)(i * path->bp_span[level - 1]);
		rest -= (daddr_t)(i * path->bp_span[level - 1]);
	}
	*addrp = addr;
	return 0;
}

/*
 * Frag address of a block, or FFS_HOLE; *runp: how many blocks after it
 * follow on the disk.
 */
int
ffs_bmap_lbn(struct inode *ip, daddr_t lbn, int64_t *addrp, int *runp)
{
	struct fs *fs = ITOFS(ip);
	struct bmap_path path;
	int error;

	if (lbn < 0)
		return EFBIG;
	error = ffs_bmap_path(fs, lbn, &path);
	if (error != 0)
		return error;
	if (path.bp_level == 0)
		error = bmap_direct(ip, lbn, addrp, runp);
	else
		error = bmap_indirect(ip, &path, addrp, runp);
	if (error != 0)
		return error;
	if (*addrp == 0)
		*addrp = FFS_HOLE;
	else if (!ffs_frags_valid(fs, *addrp, (uint32_t)(ffs_blksize(fs,
	    ip->i_size, lbn) >> fs->fs_fshift)))
		return EIO;
	return 0;
}

int
ffs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	int64_t addr;
	int run, error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ip->i_ump->um_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	error = ffs_bmap_lbn(ip, ap->a_bn, &addr, &run);
	if (error != 0)
		return error;
	*ap->a_bnp = addr == FFS_HOLE ? -1 : fsbtodb(ITOFS(ip), addr);
	if (ap->a_runp != NULL)
		*ap->a_runp = addr == FFS_HOLE ? 0 : run;
	return 0;
}

int
ffs_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	struct inode *ip = VTOI(ap->a_vp);
	int64_t addr;
	int run, error;

	if (bp->b_blkno == bp->b_lblkno) {
		error = ffs_bmap_lbn(ip, bp->b_lblkno, &addr, &run);
		if (error != 0) {
			bp->b_error = error;
			bp->b_resid = bp->b_bcount;
			biodone(bp);
			return error;
		}
		if (addr == FFS_HOLE && BUF_ISWRITE(bp)) {
			bp->b_error = EIO;
			biodone(bp);
			return EIO;
		}
		if (addr == FFS_HOLE) {
			clrbuf(bp);
			biodone(bp);
			return 0;
		}
		bp->b_blkno = fsbtodb(ITOFS(ip), addr);
	}
	KASSERT(bp->b_blkno >= 0);
	return VOP_STRATEGY(ip->i_ump->um_devvp, bp);
}
