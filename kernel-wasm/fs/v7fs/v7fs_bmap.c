/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_bmap.c - which block of the disk is block n of a file?
 *
 * The first ten are told by the inode.  For the others an address leads to a
 * block of addresses, through up to three of them:
 *
 *	level 1		128		blocks from 10 on
 *	level 2		128 * 128	blocks from 138 on
 *	level 3		128^3		blocks from 16522 on
 *
 * Indirect blocks live in the cache of the file's own vnode under negative
 * numbers: the one that maps data from block s on is -s at level 1, -(s + 1)
 * at level 2, -(s + 2) at level 3.  s is 10 plus a multiple of 128, so that
 * no two are the same.
 *
 * Order	A new indirect block is on the disk, empty, before anything
 *		points to it (not with MNT_ASYNC).
 *
 * Locking	the vnode is locked; exclusively to make blocks.
 * Sleeps	yes.
 * Errors	EFBIG behind level 3; ENOSPC; EIO an address where no data is.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "v7fs_extern.h"

/*
 * Metadata goes to the disk as the mount wants it: now, or with MNT_ASYNC
 * some time.
 */
int
v7fs_metawrite(struct v7fs_mount *fs, struct buf *bp)
{
	if ((fs->fs_mountp->mnt_flag & MNT_ASYNC) == 0)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/*
 * The indirect block at disk address blk, owned.
 */
int
v7fs_indir_get(struct v7fs_node *np, daddr_t metalbn, uint32_t blk,
    struct buf **bpp)
{
	struct v7fs_mount *fs = np->n_fs;
	struct buf *bp;
	int error;

	KASSERT(metalbn < 0);
	if (!v7fs_isdata(&fs->fs_super, blk))
		return EIO;
	bp = getblk(np->n_vnode, metalbn, V7FS_BSIZE, 0, 0);
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
		bp->b_blkno = blk;
		bp->b_flags |= B_READ;
		bp->b_error = 0;
		bp->b_resid = bp->b_bcount;
		(void)VOP_STRATEGY(fs->fs_devvp, bp);
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
 * A block for an address that was 0; a new indirect block is zeros.
 */
static int
map_make(struct v7fs_node *np, daddr_t metalbn, uint32_t *blkp)
{
	struct buf *bp;
	int error;

	error = v7fs_balloc(np->n_fs, blkp);
	if (error != 0 || metalbn == 0)
		return error;
	bp = getblk(np->n_vnode, metalbn, V7FS_BSIZE, 0, 0);
	bp->b_blkno = *blkp;
	clrbuf(bp);
	error = v7fs_metawrite(np->n_fs, bp);
	if (error != 0) {
		bp = getblk(np->n_vnode, metalbn, V7FS_BSIZE, 0, 0);
		brelse(bp, BC_INVAL);
		(void)v7fs_bfree(np->n_fs, *blkp);
	}
	return error;
}

/*
 * Follow address i of the indirect block at blk, made if need be.
 * childlbn: what it leads to is an indirect block too; else 0.
 */
static int
map_step(struct v7fs_node *np, daddr_t metalbn, uint32_t blk, uint32_t i,
    daddr_t childlbn, bool make, uint32_t *childp, bool *newp)
{
	int endian = np->n_fs->fs_endian, error;
	struct buf *bp;
	uint8_t *p;

	error = v7fs_indir_get(np, metalbn, blk, &bp);
	if (error != 0)
		return error;
	p = (uint8_t *)bp->b_data + 4 * i;
	*childp = v7fs_get32(endian, p);
	if (*childp == 0 && make) {
		error = map_make(np, childlbn, childp);
		if (error == 0) {
			*newp = childlbn == 0;
			v7fs_put32(endian, p, *childp);
			/* Names must not get lost. */
			if (np->n_vnode->v_type == VDIR)
				return v7fs_metawrite(np->n_fs, bp);
			bdwrite(bp);
			return 0;
		}
	}
	brelse(bp, 0);
	return error;
}

/*
 * Address a of the inode, made if need be.
 */
static int
map_top(struct v7fs_node *np, unsigned a, daddr_t metalbn, bool make,
    uint32_t *blkp, bool *newp)
{
	int error;

	*blkp = np->n_din.di_addr[a];
	if (*blkp != 0 || !make)
		return 0;
	error = map_make(np, metalbn, blkp);
	if (error != 0)
		return error;
	np->n_din.di_addr[a] = *blkp;
	*newp = metalbn == 0;
	v7fs_modified(np);
	return 0;
}

/*
 * `rest` blocks behind the first one, `start`, of the tree of this level.
 */
static int
map_tree(struct v7fs_node *np, int level, daddr_t start, uint32_t rest,
    uint32_t span, bool make, uint32_t *blkp, bool *newp)
{
	daddr_t childlbn;
	uint32_t i;
	int error;

	error = map_top(np, V7FS_NADDR_DIRECT + (unsigned)level - 1,
	    -(start + level - 1), make, blkp, newp);
	for (; error == 0 && *blkp != 0 && level > 0; level--) {
		span /= V7FS_NINDIR;
		i = rest / span;
		KASSERT(i < V7FS_NINDIR);
		rest %= span;
		childlbn = level > 1 ?
		    -(start + (daddr_t)i * span + level - 2) : 0;
		error = map_step(np, -(start + level - 1), *blkp, i, childlbn,
		    make, blkp, newp);
		start += (daddr_t)i * span;
	}
	return error;
}

/*
 * The block of lbn; 0: there is none, and it reads as zeros.  With `make`
 * there will be one; *newp: it is new and has to be filled.
 */
int
v7fs_map(struct v7fs_node *np, daddr_t lbn, bool make, uint32_t *blkp,
    bool *newp)
{
	uint32_t span = 1;
	daddr_t start = 0;
	int level = 0, error;

	*blkp = 0;
	*newp = false;
	if (lbn < 0 || lbn >= V7FS_MAX_BLOCKS)
		return EFBIG;
	if (lbn < V7FS_NADDR_DIRECT)
		error = map_top(np, (unsigned)lbn, 0, make, blkp, newp);
	else {
		start = V7FS_NADDR_DIRECT;
		for (level = 1, span = V7FS_NINDIR; lbn - start >= span;
		    level++, span *= V7FS_NINDIR)
			start += span;
		error = map_tree(np, level, start, (uint32_t)(lbn - start),
		    span, make, blkp, newp);
	}
	if (error == 0 && *blkp != 0 &&
	    !v7fs_isdata(&np->n_fs->fs_super, *blkp))
		error = EIO;
	return error;
}

/*
 * A block of the file to be written to, owned.  whole: it is overwritten from
 * its start to the file's end or its own, so that nothing needs to be read.
 */
int
v7fs_getblk(struct v7fs_node *np, daddr_t lbn, bool whole, struct buf **bpp)
{
	struct buf *bp;
	uint32_t blk;
	bool new;
	int error;

	KASSERT(VOP_ISLOCKED(np->n_vnode) == LK_EXCLUSIVE);
	error = v7fs_map(np, lbn, true, &blk, &new);
	if (error != 0)
		return error;
	if (new || whole) {
		bp = getblk(np->n_vnode, lbn, V7FS_BSIZE, 0, 0);
		if (new || (bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0)
			clrbuf(bp);
	} else {
		error = bread(np->n_vnode, lbn, V7FS_BSIZE, 0, &bp);
		if (error == 0 && bp->b_resid != 0) {
			brelse(bp, BC_INVAL);
			error = EIO;
		}
		if (error != 0)
			return error;
	}
	bp->b_blkno = blk;
	*bpp = bp;
	return 0;
}

int
v7fs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct v7fs_node *np = VTOV7(ap->a_vp);
	uint32_t blk;
	bool new;
	int error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = np->n_fs->fs_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	error = v7fs_map(np, ap->a_bn, false, &blk, &new);
	if (error != 0)
		return error;
	*ap->a_bnp = blk == 0 ? -1 : (daddr_t)blk;
	if (ap->a_runp != NULL)
		*ap->a_runp = 0;
	return 0;
}

/*
 * A buf that is written knows its place since v7fs_getblk() or since it was
 * read: the syncer comes here without the vnode lock.
 */
int
v7fs_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	struct v7fs_node *np = VTOV7(ap->a_vp);
	uint32_t blk;
	bool new;
	int error;

	if (BUF_ISREAD(bp) && bp->b_blkno == bp->b_lblkno) {
		error = v7fs_map(np, bp->b_lblkno, false, &blk, &new);
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
		bp->b_blkno = blk;
	}
	KASSERT(bp->b_blkno >= 0);
	return VOP_STRATEGY(np->n_fs->fs_devvp, bp);
}
