/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_truncate.c - give a file another length.
 *
 * Order	pointers go first: an indirect block is on the disk without them,
 *		then the inode, then the blocks are free.  A crash in between
 *		leaves blocks that nobody has, never blocks that two have.
 *
 * Damage	A block that cannot be freed ends the walk through its tree:
 *		each step on the way frees something that was not free, so
 *		that a tree which contains itself comes to an end.
 *
 * Locking	the vnode exclusively.
 * Sleeps	reads, writes.
 * Errors	EFBIG, ENOSPC (growing); EIO damage: the length is set all the
 *		same when the file shrinks.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

static int	truncate_shrink(struct inode *, uint64_t, kauth_cred_t);

/*
 * A logical end for the last byte: the block behind it becomes real.
 */
static int
truncate_grow(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	const uint64_t old = ip->i_size;
	struct buf *bp;
	int error;

	if (length > ITOFS(ip)->fs_maxfilesize)
		return EFBIG;
	error = ffs_balloc(ip, (off_t)length - 1, 1, false, cred, &bp);
	if (error != 0) {
		(void)truncate_shrink(ip, old, cred);
		return error;
	}
	ip->i_size = length;
	uvm_vnp_setsize(ip->i_vnode, (voff_t)length);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	if (ip->i_vnode->v_type == VDIR)
		ffs_metadelay(ip->i_ump, bp, 0, (uint32_t)bp->b_bcount);
	else
		bdwrite(bp);
	return ffs_update(ip, !ffs_delayed(ip->i_ump));
}

/* Forget the buf of an indirect block that is going to be free. */
static void
indir_forget(struct inode *ip, daddr_t metalbn)
{
	struct buf *bp;

	bp = getblk(ip->i_vnode, metalbn, (int)ITOFS(ip)->fs_bsize, 0, 0);
	brelse(bp, BC_INVAL);
}

static int	indir_free(struct inode *, daddr_t, int64_t, int, uint64_t);

/*
 * Free what pointers [from, nindir) in a copy of an indirect block name.
 */
static int
indir_freechildren(struct inode *ip, const void *table, uint32_t from,
    daddr_t start, int level, uint64_t span)
{
	const struct fs *fs = ITOFS(ip);
	uint32_t i;
	int64_t addr;
	int error = 0;

	for (i = from; i < fs->fs_nindir && error == 0; i++) {
		addr = ffs_indir_get(fs, table, i);
		if (addr == 0)
			continue;
		if (level == 1)
			error = ffs_blkfree(ip, addr, fs->fs_frag);
		else
			error = indir_free(ip, start + (daddr_t)(i * span),
			    addr, level - 1, span / fs->fs_nindir);
	}
	return error;
}

/*
 * Free a whole tree: the indirect block at addr maps blocks from start on;
 * a pointer of it spans `span` blocks.
 */
static int
indir_free(struct inode *ip, daddr_t start, int64_t addr, int level,
    uint64_t span)
{
	const struct fs *fs = ITOFS(ip);
	const daddr_t metalbn = -(start + level - 1);
	struct buf *bp;
	int error;

	error = ffs_getindir(ip, metalbn, addr, &bp);
	if (error != 0)
		return error;
	error = indir_freechildren(ip, bp->b_data, 0, start, level, span);
	brelse(bp, BC_INVAL);
	if (error != 0)
		return error;
	return ffs_blkfree(ip, addr, fs->fs_frag);
}

/*
 * Cut a tree behind block `last`, which it maps: pointers behind the one on
 * the way to it are cleared on the disk, then what they named is free.
 */
static int
indir_cut(struct inode *ip, daddr_t start, int64_t addr, int level,
    uint64_t span, daddr_t last)
{
	const struct fs *fs = ITOFS(ip);
	uint32_t keep = (uint32_t)((uint64_t)(last - start) / span), i;
	void *table;
	struct buf *bp;
	int64_t child;
	int error;

	error = ffs_getindir(ip, -(start + level - 1), addr, &bp);
	if (error != 0)
		return error;
	child = ffs_indir_get(fs, bp->b_data, keep);
	table = kmem_alloc(fs->fs_bsize, KM_SLEEP);
	memcpy(table, bp->b_data, fs->fs_bsize);
	for (i = keep + 1; i < fs->fs_nindir; i++)
		ffs_indir_set(fs, bp->b_data, i, 0);
	if (memcmp(table, bp->b_data, fs->fs_bsize) != 0)
		error = ffs_metawrite(ip->i_ump, bp, 0, fs->fs_bsize);
	else
		brelse(bp, 0);
	if (error == 0)
		error = indir_freechildren(ip, table, keep + 1, start, level,
		    span);
	kmem_free(table, fs->fs_bsize);
	if (error == 0 && level > 1 && child != 0)
		error = indir_cut(ip, start + (daddr_t)(keep * span), child,
		    level - 1, span / fs->fs_nindir, last);
	return error;
}

/*
 * Trees that end behind the new last block: cut the one that holds it.
 * *whole: the first level that goes completely.
 */
static int
truncate_cut(struct inode *ip, daddr_t last, int *wholep)
{
	const struct fs *fs = ITOFS(ip);
	struct bmap_path path;
	int64_t root;
	int error;

	*wholep = 1;
	if (last < UFS_NDADDR)
		return 0;
	error = ffs_bmap_path(fs, last, &path);
	if (error != 0)
		return error;
	*wholep = path.bp_level + 1;
	root = ip->i_din.di_ib[path.bp_level - 1];
	if (root == 0)
		return 0;
	return indir_cut(ip, path.bp_start, root, path.bp_level,
	    path.bp_span[path.bp_level - 1], last);
}

/*
 * Zero the end of what becomes the last block, and shorten its buf.  The last
 * byte of a file is not left in a hole.
 */
static int
truncate_tail(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	const struct fs *fs = ITOFS(ip);
	daddr_t lbn = ffs_lblkno(fs, length);
	uint32_t off = ffs_blkoff(fs, length);
	struct buf *bp;
	int64_t addr;
	int run, error;

	if (off == 0)
		return 0;
	error = ffs_bmap_lbn(ip, lbn, &addr, &run);
	if (error == 0 && addr == FFS_HOLE)
		error = ffs_balloc(ip, (off_t)length - 1, 1, false, cred, &bp);
	else if (error == 0 && ip->i_vnode->v_type == VDIR)
		error = ffs_metaread(ip->i_ump, ip->i_vnode, lbn,
		    ffs_blksize(fs, ip->i_size, lbn), &bp);
	else if (error == 0)
		error = bread(ip->i_vnode, lbn, ffs_blksize(fs, ip->i_size,
		    lbn), B_MODIFY, &bp);
	if (error == ENOSPC)
		return 0;	/* it stays one then */
	if (error != 0)
		return error;
	if (bp->b_resid != 0 || bp->b_bcount < (int)off) {
		brelse(bp, BC_INVAL);
		return EIO;
	}
	memset((uint8_t *)bp->b_data + off, 0, (size_t)bp->b_bcount - off);
	(void)allocbuf(bp, ffs_blksize(fs, length, lbn), 1);
	if (ip->i_vnode->v_type == VDIR)
		ffs_metadelay(ip->i_ump, bp, 0, (uint32_t)bp->b_bcount);
	else
		bdwrite(bp);
	return 0;
}

/* What the inode named before it was shortened. */
struct truncated {
	uint64_t t_size;
	int64_t	t_db[UFS_NDADDR], t_ib[UFS_NIADDR];
};

/*
 * The frags of the direct blocks: those behind the new end, and the rest of a
 * last block that became shorter.
 */
static int
truncate_direct(struct inode *ip, const struct truncated *t)
{
	const struct fs *fs = ITOFS(ip);
	uint32_t had, has;
	uint64_t start;
	int i, error = 0, e;

	for (i = 0; i < UFS_NDADDR; i++) {
		start = (uint64_t)i << fs->fs_bshift;
		/* Behind the old end nobody knows how many: fsck's. */
		if (t->t_db[i] == 0 || t->t_size <= start)
			continue;
		had = (uint32_t)ffs_blksize(fs, t->t_size, i) >> fs->fs_fshift;
		has = ip->i_size <= start ? 0 :
		    (uint32_t)ffs_blksize(fs, ip->i_size, i) >> fs->fs_fshift;
		if (has >= had)
			continue;
		e = ffs_blkfree(ip, t->t_db[i] + has, had - has);
		if (e != 0)
			error = e;
	}
	return error;
}

static int
truncate_trees(struct inode *ip, const struct truncated *t, int first)
{
	const struct fs *fs = ITOFS(ip);
	daddr_t start = UFS_NDADDR;
	uint64_t span = 1;
	int level, error = 0, e;

	for (level = 1; level <= UFS_NIADDR; level++) {
		if (level >= first && t->t_ib[level - 1] != 0) {
			e = indir_free(ip, start, t->t_ib[level - 1], level,
			    span);
			if (e != 0) {
				indir_forget(ip, -(start + level - 1));
				error = e;
			}
		}
		span *= fs->fs_nindir;
		start += (daddr_t)span;
	}
	return error;
}

/*
 * The in-core inode loses what lies behind `length`.
 */
static void
truncate_pointers(struct inode *ip, uint64_t length, int whole,
    struct truncated *t)
{
	const struct fs *fs = ITOFS(ip);
	int i;

	t->t_size = ip->i_size;
	memcpy(t->t_db, ip->i_din.di_db, sizeof(t->t_db));
	memcpy(t->t_ib, ip->i_din.di_ib, sizeof(t->t_ib));
	for (i = 0; i < UFS_NDADDR; i++)
		if ((uint64_t)i << fs->fs_bshift >= length)
			ip->i_din.di_db[i] = 0;
	for (i = whole; i <= UFS_NIADDR; i++)
		ip->i_din.di_ib[i - 1] = 0;
	ip->i_size = length;
	uvm_vnp_setsize(ip->i_vnode, (voff_t)length);
}

static int
truncate_shrink(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	const struct fs *fs = ITOFS(ip);
	daddr_t last = length == 0 ? -1 : ffs_lblkno(fs, length - 1);
	struct truncated t;
	int whole, error, e;

	error = truncate_tail(ip, length, cred);
	if (error != 0)
		return error;
	(void)vtruncbuf(ip->i_vnode, last + 1, false, 0);
	error = truncate_cut(ip, last, &whole);
	truncate_pointers(ip, length, whole, &t);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	e = ffs_update(ip, !ffs_delayed(ip->i_ump));
	if (e != 0)
		return e;	/* the disk still names the blocks */
	if ((e = truncate_direct(ip, &t)) != 0)
		error = e;
	if ((e = truncate_trees(ip, &t, whole)) != 0)
		error = e;
	if ((e = ffs_update(ip, false)) != 0)
		error = e;
	return error;
}

static int
truncate_any(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	if (ip->i_vnode->v_type == VLNK && ffs_shortlink(ip)) {
		KASSERT(length == 0);
		memset(ip->i_din.di_short, 0, sizeof(ip->i_din.di_short));
		ip->i_size = 0;
		ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
		return ffs_update(ip, false);
	}
	if (length > ip->i_size)
		return truncate_grow(ip, length, cred);
	return truncate_shrink(ip, length, cred);
}

/*
 * The same length frees what lies behind it and makes times new.
 */
int
ffs_truncate(struct inode *ip, uint64_t length, kauth_cred_t cred)
{
	int error;

	if (length > INT64_MAX)
		return EINVAL;
	ip->i_dirhint = 0;
	ffs_log_begin(ip->i_ump);
	error = truncate_any(ip, length, cred);
	ffs_log_end(ip->i_ump);
	return error;
}
