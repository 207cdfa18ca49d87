/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_balloc.c - the buf of a part of a file that is about to be written,
 * with everything allocated that it needs.
 *
 * Rules of the format
 *	Only the last block of a file with at most UFS_NDADDR blocks may be
 *	shorter than a block.  When the file grows beyond it, it becomes a
 *	whole one first: i_size then ends at that block.
 *	What lies behind the end of the file in its last block is zero after
 *	every step here, whoever wrote the file before.
 *
 * Order	a new indirect block is on the disk, empty, before anything points
 *	to it; frags that move are on the disk at their new place before the
 *	old ones are free.
 *
 * Interface
 *	On failure the file may have indirect blocks without data; the caller
 *	truncates to the length it wants.
 *
 * Locking	the vnode exclusively.
 * Sleeps	reads, writes.
 * Errors	ENOSPC, EFBIG; EIO pointers that lead nowhere.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "ffs.h"

/*
 * Frags that direct block lbn of a file of this size has.
 */
static uint32_t
size_frags(const struct fs *fs, uint64_t size, daddr_t lbn)
{
	uint64_t start = (uint64_t)lbn << fs->fs_bshift;

	if (size <= start)
		return 0;
	if (size - start >= fs->fs_bsize)
		return fs->fs_frag;
	return (uint32_t)howmany(size - start, fs->fs_fsize);
}

/*
 * Zero what lies behind the end of the file; true when that changed anything.
 */
static bool
balloc_zerotail(struct inode *ip, daddr_t lbn, struct buf *bp)
{
	const struct fs *fs = ITOFS(ip);
	uint64_t start = (uint64_t)lbn << fs->fs_bshift, off;
	const uint8_t *p = bp->b_data;
	int i;

	if (ip->i_size >= start + (uint64_t)bp->b_bcount)
		return false;
	off = ip->i_size > start ? ip->i_size - start : 0;
	for (i = (int)off; i < bp->b_bcount && p[i] == 0; i++)
		continue;
	if (i == bp->b_bcount)
		return false;
	memset((uint8_t *)bp->b_data + off, 0, (size_t)bp->b_bcount - off);
	return true;
}

static int
balloc_read(struct inode *ip, daddr_t lbn, uint32_t frags, struct buf **bpp)
{
	const int size = (int)(frags << ITOFS(ip)->fs_fshift);
	int error;

	if (ip->i_vnode->v_type == VDIR)
		return ffs_metaread(ip->i_ump, ip->i_vnode, lbn, size, bpp);
	error = bread(ip->i_vnode, lbn, size, B_MODIFY, bpp);
	if (error == 0 && (*bpp)->b_resid != 0) {
		brelse(*bpp, BC_INVAL);
		error = EIO;
	}
	return error;
}

/*
 * Contents go out some time; those of a directory are metadata.
 */
static void
balloc_delay(struct inode *ip, struct buf *bp)
{
	if (ip->i_vnode->v_type == VDIR)
		ffs_metadelay(ip->i_ump, bp, 0, (uint32_t)bp->b_bcount);
	else
		bdwrite(bp);
}

/*
 * The frags in bp lie somewhere else now; the old ones are free once the disk
 * knows.
 */
static int
balloc_settle(struct inode *ip, daddr_t lbn, int64_t old, uint32_t have,
    struct buf **bpp)
{
	struct ufsmount *ump = ip->i_ump;
	struct buf *bp = *bpp;
	uint32_t frags = (uint32_t)bp->b_bcount >> ITOFS(ip)->fs_fshift;
	int error;

	if ((ump->um_mountp->mnt_flag & MNT_ASYNC) == 0) {
		bp->b_flags |= B_MEDIA_FUA;
		error = bwrite(bp);
		if (error == 0 && !ffs_delayed(ump))
			error = ffs_update(ip, true);
		if (error == 0)
			error = balloc_read(ip, lbn, frags, bpp);
		if (error != 0)
			return error;
	}
	(void)ffs_blkfree(ip, old, have);
	return 0;
}

/*
 * A new place for `want` frags.  A whole block is taken for a run that may
 * grow again, and what it does not need given back, unless space is short.
 */
static int
balloc_newfrags(struct inode *ip, int64_t pref, uint32_t want,
    kauth_cred_t cred, int64_t *addrp)
{
	const struct fs *fs = ITOFS(ip);
	int error;

	if (want < fs->fs_frag && fs->fs_optim == 0) {
		error = ffs_alloc(ip, pref, fs->fs_frag, cred, addrp);
		if (error == 0)
			return ffs_blkfree(ip, *addrp + want,
			    fs->fs_frag - want);
	}
	return ffs_alloc(ip, pref, want, cred, addrp);
}

/*
 * Direct block lbn grows from `have` frags to `want`.
 */
static int
balloc_grow(struct inode *ip, daddr_t lbn, uint32_t have, uint32_t want,
    kauth_cred_t cred, struct buf **bpp)
{
	const struct fs *fs = ITOFS(ip);
	int64_t old = ip->i_din.di_db[lbn], new = old;
	struct buf *bp;
	int error;

	if (!ffs_frags_valid(fs, old, have))
		return EIO;
	error = balloc_read(ip, lbn, have, &bp);
	if (error != 0)
		return error;
	error = ffs_extend(ip, old, have, want, cred);
	if (error == ENOSPC)
		error = balloc_newfrags(ip, ffs_blkpref(ip, lbn, 0), want,
		    cred, &new);
	if (error != 0) {
		brelse(bp, 0);
		return error;
	}
	(void)allocbuf(bp, (int)(want << fs->fs_fshift), 1);
	memset((uint8_t *)bp->b_data + (have << fs->fs_fshift), 0,
	    (want - have) << fs->fs_fshift);
	(void)balloc_zerotail(ip, lbn, bp);
	bp->b_blkno = fsbtodb(fs, new);
	*bpp = bp;
	if (new == old)
		return 0;
	ip->i_din.di_db[lbn] = new;
	return balloc_settle(ip, lbn, old, have, bpp);
}

/*
 * A buf for a block that was just allocated.
 */
static struct buf *
balloc_fresh(struct inode *ip, daddr_t lbn, int64_t addr, int size,
    int keepfrom)
{
	struct buf *bp;

	bp = getblk(ip->i_vnode, lbn, size, 0, 0);
	bp->b_blkno = fsbtodb(ITOFS(ip), addr);
	memset((uint8_t *)bp->b_data + keepfrom, 0, (size_t)(size - keepfrom));
	bp->b_resid = 0;
	return bp;
}

/*
 * A block that exists: read, unless all of it is going to be written.
 */
static int
balloc_old(struct inode *ip, daddr_t lbn, int64_t addr, uint32_t frags,
    int wholelen, struct buf **bpp)
{
	const struct fs *fs = ITOFS(ip);
	int size = (int)(frags << fs->fs_fshift), error;

	if (!ffs_frags_valid(fs, addr, frags))
		return EIO;
	if (wholelen > 0) {
		*bpp = balloc_fresh(ip, lbn, addr, size, MIN(wholelen, size));
		return 0;
	}
	error = balloc_read(ip, lbn, frags, bpp);
	if (error == 0)
		(*bpp)->b_blkno = fsbtodb(fs, addr);
	return error;
}

static int
balloc_direct(struct inode *ip, daddr_t lbn, uint64_t end, int wholelen,
    kauth_cred_t cred, struct buf **bpp)
{
	const struct fs *fs = ITOFS(ip);
	int64_t *db = ip->i_din.di_db, addr;
	uint32_t have = db[lbn] == 0 ? 0 : size_frags(fs, ip->i_size, lbn);
	uint32_t want = MAX(size_frags(fs, MAX(end, ip->i_size), lbn), have);
	int error;

	if (have == want)
		return balloc_old(ip, lbn, db[lbn], have, wholelen, bpp);
	if (have > 0)
		return balloc_grow(ip, lbn, have, want, cred, bpp);
	error = ffs_alloc(ip, ffs_blkpref(ip, lbn, lbn == 0 ? 0 :
	    db[lbn - 1]), want, cred, &addr);
	if (error != 0)
		return error;
	db[lbn] = addr;
	*bpp = balloc_fresh(ip, lbn, addr, (int)(want << fs->fs_fshift),
	    wholelen);
	return 0;
}

/*
 * A new indirect block, empty, on the disk.
 */
static int
balloc_newindir(struct inode *ip, daddr_t metalbn, int64_t pref,
    kauth_cred_t cred, int64_t *addrp)
{
	const struct fs *fs = ITOFS(ip);
	struct buf *bp;
	int error;

	error = ffs_alloc(ip, pref, fs->fs_frag, cred, addrp);
	if (error != 0)
		return error;
	bp = balloc_fresh(ip, metalbn, *addrp, (int)fs->fs_bsize, 0);
	return ffs_metawrite(ip->i_ump, bp, 0, fs->fs_bsize);
}

/*
 * What pointer i of an indirect block points to, allocated if need be; data
 * (level 1) at *addrp if that is not 0.  The block is released.
 */
static int
balloc_child(struct inode *ip, struct buf *bp, uint32_t i, int level,
    daddr_t childlbn, kauth_cred_t cred, int64_t *addrp, bool *newp)
{
	const struct fs *fs = ITOFS(ip);
	int64_t prev, old = ffs_indir_get(fs, bp->b_data, i);
	int error = 0;

	*newp = old == 0;
	if (old != 0) {
		*addrp = old;
		brelse(bp, 0);
		return 0;
	}
	prev = i > 0 ? ffs_indir_get(fs, bp->b_data, i - 1) :
	    bp->b_blkno >> (fs->fs_fshift - DEV_BSHIFT);
	if (level == 1 && *addrp == 0)
		error = ffs_alloc(ip, ffs_blkpref(ip, childlbn, prev),
		    fs->fs_frag, cred, addrp);
	else if (level > 1)
		error = balloc_newindir(ip, childlbn, prev + fs->fs_frag,
		    cred, addrp);
	if (error != 0) {
		brelse(bp, 0);
		return error;
	}
	ffs_indir_set(fs, bp->b_data, i, *addrp);
	ffs_metadelay(ip->i_ump, bp, i * (fs->fs_bsize / fs->fs_nindir),
	    fs->fs_bsize / fs->fs_nindir);
	return 0;
}

/*
 * The address of a block behind the direct ones; a new one is allocated
 * unless *addrp says where it is.
 */
static int
balloc_indirect(struct inode *ip, daddr_t lbn, kauth_cred_t cred,
    int64_t *addrp, bool *newp)
{
	const struct fs *fs = ITOFS(ip);
	struct bmap_path path;
	daddr_t start, rest, skip;
	int64_t *root, at;
	struct buf *bp;
	uint32_t i;
	int level, error;

	error = ffs_bmap_path(fs, lbn, &path);
	if (error != 0)
		return error;
	level = path.bp_level;
	start = path.bp_start;
	rest = path.bp_rest;
	root = &ip->i_din.di_ib[level - 1];
	if (*root == 0) {
		error = balloc_newindir(ip, -(start + level - 1),
		    ffs_blkpref(ip, lbn, ip->i_din.di_db[UFS_NDADDR - 1]),
		    cred, root);
		if (error != 0)
			return error;
		ffs_setflag(ip, IN_MODIFIED);
	}
	for (at = *root; level > 0; level--) {
		error = ffs_getindir(ip, -(start + level - 1), at, &bp);
		if (error != 0)
			return error;
		i = (uint32_t)((uint64_t)rest / path.bp_span[level - 1]);
		skip = (daddr_t)(i * path.bp_span[level - 1]);
		start += skip;
		rest -= skip;
		if (level > 1)
			at = 0;
		error = balloc_child(ip, bp, i, level, level == 1 ? lbn :
		    -(start + level - 2), cred, level == 1 ? addrp : &at,
		    newp);
		if (error != 0)
			return error;
	}
	return 0;
}

/*
 * The file is going to grow beyond its last block: that one becomes whole,
 * and empty behind the old end.
 */
static int
balloc_leave(struct inode *ip, kauth_cred_t cred)
{
	const struct fs *fs = ITOFS(ip);
	daddr_t lbn = ffs_lblkno(fs, ip->i_size);
	struct buf *bp;
	int64_t addr;
	uint32_t have;
	int run, error;

	have = lbn < UFS_NDADDR ? size_frags(fs, ip->i_size, lbn) :
	    fs->fs_frag;
	error = ffs_bmap_lbn(ip, lbn, &addr, &run);
	if (error != 0 || addr == FFS_HOLE)
		return error;
	if (have < fs->fs_frag) {
		error = balloc_grow(ip, lbn, have, fs->fs_frag, cred, &bp);
		if (error != 0)
			return error;
		ip->i_size = (uint64_t)(lbn + 1) << fs->fs_bshift;
		uvm_vnp_setsize(ip->i_vnode, (voff_t)ip->i_size);
		balloc_delay(ip, bp);
		return 0;
	}
	error = balloc_read(ip, lbn, have, &bp);
	if (error != 0)
		return error;
	if (balloc_zerotail(ip, lbn, bp))
		balloc_delay(ip, bp);
	else
		brelse(bp, 0);
	return 0;
}

/*
 * The owned buf of the block that holds [off, off + len), which does not
 * cross a block.  whole: all bytes from the block's start to its end or the
 * file's are going to be written, so old ones are not read.
 */
int
ffs_balloc(struct inode *ip, off_t off, int len, bool whole,
    kauth_cred_t cred, struct buf **bpp)
{
	const struct fs *fs = ITOFS(ip);
	daddr_t lbn = ffs_lblkno(fs, off);
	int wholelen = whole ? len : 0, error;
	int64_t addr;
	bool new;

	KASSERT(off >= 0 && len > 0);
	KASSERT(ffs_blkoff(fs, off) + (uint32_t)len <= fs->fs_bsize);
	KASSERT(!whole || ffs_blkoff(fs, off) == 0);
	if (ffs_blkoff(fs, ip->i_size) != 0 &&
	    ffs_lblkno(fs, ip->i_size) < lbn) {
		error = balloc_leave(ip, cred);
		if (error != 0)
			return error;
	}
	if (lbn < UFS_NDADDR)
		error = balloc_direct(ip, lbn, (uint64_t)off + (uint32_t)len,
		    wholelen, cred, bpp);
	else {
		addr = 0;
		error = balloc_indirect(ip, lbn, cred, &addr, &new);
		if (error == 0 && new)
			*bpp = balloc_fresh(ip, lbn, addr, (int)fs->fs_bsize,
			    wholelen);
		else if (error == 0)
			error = balloc_old(ip, lbn, addr, fs->fs_frag,
			    wholelen, bpp);
	}
	if (error == 0 && !whole &&
	    (uint64_t)off + (uint32_t)len > ip->i_size)
		(void)balloc_zerotail(ip, lbn, *bpp);
	return error;
}

/*
 * A whole block that was taken for the file already becomes its block lbn.
 */
int
ffs_setblock(struct inode *ip, daddr_t lbn, int64_t addr)
{
	const struct fs *fs = ITOFS(ip);
	bool new = true;
	int error = 0;

	if (lbn < UFS_NDADDR)
		ip->i_din.di_db[lbn] = addr;
	else
		error = balloc_indirect(ip, lbn, FSCRED, &addr, &new);
	if (error == 0)
		ip->i_din.di_blocks += fs->fs_bsize / DEV_BSIZE;
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	return error;
}
