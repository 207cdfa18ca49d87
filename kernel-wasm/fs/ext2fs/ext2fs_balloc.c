/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_balloc.c - the buffer of a block that is about to be written, with
 * a place on the disk.
 *
 * Order	A new indirect block is on the disk, empty, before anything
 *		points to it (not with MNT_ASYNC).  One that was made stays
 *		with the file when what it was made for fails.
 *
 * Locking	the vnode is locked exclusively.
 * Sleeps	allocation, reading.
 * Errors	ENOSPC; EFBIG; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include "ext2fs.h"

/*
 * Where the first block of a file would best be: in its inode's group.
 */
uint32_t
ext2fs_blkpref(const struct inode *ip)
{
	const struct m_ext2fs *fs = ITOFS(ip);

	return cgbase(fs, ino_to_cg(fs, ip->i_number));
}

/*
 * Write metadata as the mount wants it: now, or with MNT_ASYNC some time.
 */
int
ext2fs_metawrite(struct vnode *vp, struct buf *bp)
{
	if ((vp->v_mount->mnt_flag & MNT_ASYNC) == 0)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/*
 * A new indirect block, written before it is used.
 */
static int
balloc_newindir(struct inode *ip, daddr_t metalbn, uint32_t goal,
    kauth_cred_t cred, uint32_t *blkp)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct buf *bp;
	int error;

	error = ext2fs_blkalloc(ip->i_ump, goal, cred, blkp);
	if (error != 0)
		return error;
	bp = getblk(ip->i_vnode, metalbn, (int)fs->e2fs_bsize, 0, 0);
	bp->b_blkno = EXT2_FSBTODB(fs, *blkp);
	clrbuf(bp);
	error = ext2fs_metawrite(ip->i_vnode, bp);
	if (error != 0) {
		bp = getblk(ip->i_vnode, metalbn, (int)fs->e2fs_bsize, 0, 0);
		brelse(bp, BC_INVAL);
		(void)ext2fs_blkfree(ip->i_ump, *blkp, 1);
		return error;
	}
	ext2fs_addblocks(ip, 1);
	return 0;
}

/*
 * The pointer before this one, to go on from.
 */
static uint32_t
balloc_goal(struct inode *ip, const uint8_t *table, uint32_t i)
{
	for (; i > 0; i--) {
		if (le32dec(table + (i - 1) * 4) != 0)
			return le32dec(table + (i - 1) * 4) + 1;
	}
	return ext2fs_blkpref(ip);
}

/*
 * Follow or make pointer i of an indirect block, at `level` above the data.
 * *newp is set when it is a data block that was made.
 */
static int
balloc_step(struct inode *ip, daddr_t metalbn, int level, uint32_t blk,
    uint32_t i, daddr_t childlbn, kauth_cred_t cred, uint32_t *childp,
    bool *newp)
{
	struct buf *bp;
	uint8_t *table;
	uint32_t goal;
	int error;

	error = ext2fs_indir_get(ip, metalbn, blk, &bp);
	if (error != 0)
		return error;
	table = bp->b_data;
	*childp = le32dec(table + (size_t)i * 4);
	if (*childp != 0) {
		brelse(bp, 0);
		return 0;
	}
	goal = i == 0 ? blk + 1 : balloc_goal(ip, table, i);
	if (level > 1)
		error = balloc_newindir(ip, childlbn, goal, cred, childp);
	else
		error = ext2fs_blkalloc(ip->i_ump, goal, cred, childp);
	if (error != 0) {
		brelse(bp, 0);
		return error;
	}
	le32enc(table + (size_t)i * 4, *childp);
	if (level == 1) {
		*newp = true;
		ext2fs_addblocks(ip, 1);
	}
	/* Names must not get lost: a directory's map is written now. */
	if (ip->i_vnode->v_type == VDIR)
		return ext2fs_metawrite(ip->i_vnode, bp);
	bdwrite(bp);
	return 0;
}

static int
balloc_direct(struct inode *ip, uint32_t i, kauth_cred_t cred,
    uint32_t *blkp, bool *newp)
{
	uint8_t *p = ip->i_din.e2di_blocks + i * 4;
	int error;

	*blkp = le32dec(p);
	if (*blkp != 0)
		return 0;
	error = ext2fs_blkalloc(ip->i_ump, balloc_goal(ip,
	    ip->i_din.e2di_blocks, i), cred, blkp);
	if (error != 0)
		return error;
	le32enc(p, *blkp);
	*newp = true;
	ext2fs_addblocks(ip, 1);
	return 0;
}

static int
balloc_indirect(struct inode *ip, const struct ext2fs_indir *path,
    kauth_cred_t cred, uint32_t *blkp, bool *newp)
{
	uint8_t *p = ip->i_din.e2di_blocks +
	    (EXT2FS_NDADDR + path->in_level - 1) * 4;
	daddr_t start = path->in_start, rest = path->in_rest, childlbn;
	uint32_t blk = le32dec(p), i, child;
	int level = path->in_level, error;

	if (blk == 0) {
		error = balloc_newindir(ip, -(start + level - 1),
		    balloc_goal(ip, ip->i_din.e2di_blocks, EXT2FS_NDADDR),
		    cred, &blk);
		if (error != 0)
			return error;
		le32enc(p, blk);
	}
	for (; level > 0; level--) {
		i = (uint32_t)((uint64_t)rest / path->in_span[level - 1]);
		childlbn = -(start + (daddr_t)(i * path->in_span[level - 1]) +
		    level - 2);
		error = balloc_step(ip, -(start + level - 1), level, blk, i,
		    childlbn, cred, &child, newp);
		if (error != 0)
			return error;
		start += (daddr_t)(i * path->in_span[level - 1]);
		rest -= (daddr_t)(i * path->in_span[level - 1]);
		blk = child;
	}
	*blkp = blk;
	return 0;
}

/*
 * The block of lbn, made if need be; *newp: its old contents mean nothing.
 */
static int
balloc_block(struct inode *ip, daddr_t lbn, kauth_cred_t cred, uint32_t *blkp,
    bool *newp)
{
	struct ext2fs_indir path;
	int error;

	*newp = false;
	if (lbn < 0 || lbn >= 0xffffffffLL)
		return EFBIG;
	if ((ip->i_din.e2di_flags & EXT2_EXTENTS) != 0)
		return ext2fs_ext_alloc(ip, (uint32_t)lbn, cred, blkp, newp);
	error = ext2fs_indir_path(ITOFS(ip), lbn, &path);
	if (error != 0)
		return error;
	if (path.in_level == 0)
		error = balloc_direct(ip, (uint32_t)lbn, cred, blkp, newp);
	else
		error = balloc_indirect(ip, &path, cred, blkp, newp);
	if (error == 0 && !ext2fs_blocks_valid(ITOFS(ip), *blkp, 1))
		error = EIO;
	return error;
}

/*
 * The owned buf of the block that holds [off, off + len).  whole: the block
 * is overwritten from its start to the file's end or its own.
 */
int
ext2fs_balloc(struct inode *ip, off_t off, int len, bool whole,
    kauth_cred_t cred, struct buf **bpp)
{
	struct m_ext2fs *fs = ITOFS(ip);
	daddr_t lbn = ext2_lblkno(fs, off);
	uint32_t blk;
	struct buf *bp;
	bool new;
	int error;

	KASSERT(VOP_ISLOCKED(ip->i_vnode) == LK_EXCLUSIVE);
	KASSERT(ext2_blkoff(fs, off) + (uint32_t)len <= fs->e2fs_bsize);
	error = balloc_block(ip, lbn, cred, &blk, &new);
	if (error != 0)
		return error;
	if (new || whole) {
		bp = getblk(ip->i_vnode, lbn, (int)fs->e2fs_bsize, 0, 0);
		if (new || (bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0)
			clrbuf(bp);
	} else {
		error = bread(ip->i_vnode, lbn, (int)fs->e2fs_bsize, 0, &bp);
		if (error == 0 && bp->b_resid != 0) {
			brelse(bp, BC_INVAL);
			error = EIO;
		}
		if (error != 0)
			return error;
	}
	bp->b_blkno = EXT2_FSBTODB(fs, blk);
	*bpp = bp;
	return 0;
}
