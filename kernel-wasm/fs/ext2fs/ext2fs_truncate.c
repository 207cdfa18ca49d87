/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_truncate.c - the length of a file, and the blocks behind it.
 *
 * Order	The inode without the blocks is written before they are freed,
 *		so no block belongs to two files.
 *
 * Growing	The block of the last byte is made, what is before it is a
 *		hole, as on NetBSD.
 *
 * Damage	An indirect block that was free already is not followed: so a
 *		tree that contains itself comes to an end.
 *
 * Locking	the vnode is locked exclusively, or being reclaimed.
 * Sleeps	yes.
 * Errors	EFBIG, ENOSPC (growing); EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include "ext2fs.h"

/*
 * Bytes behind the new end become zero, for when the file grows again.
 */
static int
trunc_tail(struct inode *ip, uint64_t length)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint32_t off = ext2_blkoff(fs, length), blk;
	daddr_t lbn = ext2_lblkno(fs, length);
	struct buf *bp;
	int run, error;

	if (off == 0)
		return 0;
	error = ext2fs_bmap_lbn(ip, lbn, &blk, &run);
	if (error != 0 || blk == 0)
		return error;
	error = bread(ip->i_vnode, lbn, (int)fs->e2fs_bsize, 0, &bp);
	if (error != 0)
		return error;
	memset((uint8_t *)bp->b_data + off, 0, fs->e2fs_bsize - off);
	bp->b_blkno = EXT2_FSBTODB(fs, blk);
	bdwrite(bp);
	return 0;
}

/*
 * The pointers of an indirect block, from its block number `from` on, come
 * out of it; the block is freed when that is all of it.  `start`: first lbn
 * under it.  *old: a copy of all pointers.
 */
static int
trunc_takeout(struct inode *ip, daddr_t start, int level, uint32_t blk,
    uint32_t keep, uint32_t *old)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct buf *bp;
	int error;

	error = ext2fs_indir_get(ip, -(start + level - 1), blk, &bp);
	if (error != 0)
		return error;
	memcpy(old, bp->b_data, fs->e2fs_bsize);
	if (keep > 0) {
		memset((uint8_t *)bp->b_data + (size_t)keep * 4, 0,
		    fs->e2fs_bsize - (size_t)keep * 4);
		return ext2fs_metawrite(ip->i_vnode, bp);
	}
	brelse(bp, BC_INVAL);
	if (!ext2fs_blkfree(ip->i_ump, blk, 1))
		return EIO;
	ext2fs_addblocks(ip, -1);
	return 0;
}

/*
 * Free what the indirect block at blk maps from its block number `from` on.
 */
static void
trunc_indir(struct inode *ip, daddr_t start, int level, uint32_t blk,
    uint64_t from)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint32_t n = EXT2_NINDIR(fs), i, child;
	uint64_t span = 1, rest;
	uint32_t *old;
	int k;

	for (k = 1; k < level; k++)
		span *= n;
	i = (uint32_t)(from / span);
	rest = from % span;
	old = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	/* The first pointer stays if some of it does. */
	if (trunc_takeout(ip, start, level, blk, i + (rest != 0), old) != 0)
		i = n;
	for (; i < n; i++, rest = 0) {
		child = le32toh(old[i]);
		if (child == 0)
			continue;
		if (level > 1)
			trunc_indir(ip, start + (daddr_t)(i * span),
			    level - 1, child, rest);
		else if (ext2fs_blkfree(ip->i_ump, child, 1))
			ext2fs_addblocks(ip, -1);
	}
	kmem_free(old, fs->e2fs_bsize);
}

/*
 * A file with a block map: cut its pointers, then free what they led to.
 */
static int
trunc_blocks(struct inode *ip, uint64_t nblk)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint8_t old[sizeof(ip->i_din.e2di_blocks)];
	uint8_t *p = ip->i_din.e2di_blocks;
	uint64_t span = 1, start = EXT2FS_NDADDR;
	uint32_t i, blk;
	int level, error;

	memcpy(old, p, sizeof(old));
	if (nblk < EXT2FS_NDADDR)
		memset(p + nblk * 4, 0, (EXT2FS_NDADDR - nblk) * 4);
	for (level = 1; level <= EXT2FS_NIADDR; level++) {
		if (nblk <= start)
			le32enc(p + (EXT2FS_NDADDR + level - 1) * 4, 0);
		span *= EXT2_NINDIR(fs);
		start += span;
	}
	ext2fs_modified(ip);
	error = ext2fs_update_ordered(ip);
	for (i = (uint32_t)MIN(nblk, EXT2FS_NDADDR); i < EXT2FS_NDADDR; i++) {
		blk = le32dec(old + i * 4);
		if (blk == 0)
			continue;
		if (ext2fs_blkfree(ip->i_ump, blk, 1))
			ext2fs_addblocks(ip, -1);
	}
	span = 1;
	start = EXT2FS_NDADDR;
	for (level = 1; level <= EXT2FS_NIADDR; level++) {
		span *= EXT2_NINDIR(fs);
		blk = le32dec(old + (EXT2FS_NDADDR + level - 1) * 4);
		if (blk != 0 && nblk < start + span)
			trunc_indir(ip, (daddr_t)start, level, blk,
			    nblk > start ? nblk - start : 0);
		start += span;
	}
	return error;
}

static int
trunc_extents(struct inode *ip, uint64_t nblk)
{
	struct ext2fs_extent *cut;
	uint32_t count, i;
	int error;

	error = ext2fs_ext_load(ip);
	if (error != 0)
		return error;
	ext2fs_ext_cut(ip, (uint32_t)nblk, &cut, &count);
	ext2fs_modified(ip);
	error = ext2fs_update_ordered(ip);
	for (i = 0; i < count; i++) {
		(void)ext2fs_blkfree(ip->i_ump, cut[i].x_blk, cut[i].x_len);
		ext2fs_addblocks(ip, -(int64_t)cut[i].x_len);
	}
	if (count > 0)
		kmem_free(cut, count * sizeof(*cut));
	return error;
}

static bool
trunc_inblocks(const struct inode *ip)
{
	return ip->i_vnode->v_type == VREG || ip->i_vnode->v_type == VDIR ||
	    (ip->i_vnode->v_type == VLNK && !ext2fs_shortlink(ip));
}

/*
 * The block of the new last byte becomes real.
 */
static int
trunc_grow(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	uint64_t had = ip->i_size;
	struct buf *bp;
	int error;

	error = ext2fs_balloc(ip, (off_t)length - 1, 1, false, cred, &bp);
	if (error != 0) {
		/* Nor what was made on the way to it. */
		ip->i_size = length;
		(void)ext2fs_truncate(ip, had, cred);
		return error;
	}
	bdwrite(bp);
	ip->i_size = length;
	uvm_vnp_setsize(ip->i_vnode, (voff_t)length);
	ext2fs_modified(ip);
	return 0;
}

/*
 * Set the length; times are the caller's.
 */
int
ext2fs_truncate(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct vnode *vp = ip->i_vnode;
	bool extents = (ip->i_din.e2di_flags & EXT2_EXTENTS) != 0;
	uint64_t nblk, had = ip->i_size;
	int error;

	if (!trunc_inblocks(ip)) {
		KASSERT(length == 0);
		if (vp->v_type == VLNK)
			memset(ip->i_din.e2di_blocks, 0,
			    sizeof(ip->i_din.e2di_blocks));
		ip->i_size = 0;
		ext2fs_modified(ip);
		return 0;
	}
	if (length > ext2fs_maxfilesize(fs, extents))
		return EFBIG;
	if (length > had)
		return trunc_grow(ip, length, cred);
	if (length == had)
		return 0;
	error = trunc_tail(ip, length);
	if (error != 0)
		return error;
	ip->i_size = length;
	uvm_vnp_setsize(vp, (voff_t)length);
	ext2fs_modified(ip);
	nblk = howmany(length, fs->e2fs_bsize);
	error = vtruncbuf(vp, (daddr_t)nblk, false, 0);
	if (error != 0)
		return error;
	error = extents ? trunc_extents(ip, nblk) : trunc_blocks(ip, nblk);
	if (length == 0 && ip->i_din.e2di_facl == 0)
		ip->i_din.e2di_nblock = 0;
	return error;
}
