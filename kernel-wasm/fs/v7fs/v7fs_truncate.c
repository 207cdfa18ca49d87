/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_truncate.c - the length of a file, and the blocks behind it.
 *
 * Order	The inode without the blocks is written before they are freed,
 *		so that no block belongs to two files.
 *
 * Growing	The block of the last byte is made, what is before it is a
 *		hole.
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
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "v7fs_extern.h"

#define	TABLE_SIZE	(V7FS_NINDIR * sizeof(uint32_t))

/*
 * Bytes behind the new end become zero, for when the file grows again.
 */
static int
trunc_tail(struct v7fs_node *np, uint64_t length)
{
	uint32_t off = (uint32_t)length & (V7FS_BSIZE - 1), blk;
	daddr_t lbn = (daddr_t)(length >> V7FS_BSHIFT);
	struct buf *bp;
	bool new;
	int error;

	if (off == 0)
		return 0;
	error = v7fs_map(np, lbn, false, &blk, &new);
	if (error != 0 || blk == 0)
		return error;
	error = bread(np->n_vnode, lbn, V7FS_BSIZE, 0, &bp);
	if (error != 0)
		return error;
	memset((uint8_t *)bp->b_data + off, 0, V7FS_BSIZE - off);
	bp->b_blkno = blk;
	bdwrite(bp);
	return 0;
}

/*
 * The addresses from `keep` on come out of an indirect block; without any
 * left it is freed.  *old: a copy of all.
 */
static int
trunc_takeout(struct v7fs_node *np, daddr_t metalbn, uint32_t blk,
    uint32_t keep, uint32_t *old)
{
	struct buf *bp;
	uint8_t *p;
	uint32_t i;
	int error;

	error = v7fs_indir_get(np, metalbn, blk, &bp);
	if (error != 0)
		return error;
	p = bp->b_data;
	for (i = 0; i < V7FS_NINDIR; i++)
		old[i] = v7fs_get32(np->n_fs->fs_endian, p + 4 * i);
	if (keep > 0) {
		memset(p + 4 * keep, 0, 4 * (V7FS_NINDIR - keep));
		return v7fs_metawrite(np->n_fs, bp);
	}
	brelse(bp, BC_INVAL);
	return v7fs_bfree(np->n_fs, blk) ? 0 : EIO;
}

/*
 * Free what the indirect block at blk maps from its block `from` on; it maps
 * `span` blocks from `start` on.
 */
static void
trunc_indir(struct v7fs_node *np, int level, daddr_t start, uint32_t span,
    uint32_t blk, uint32_t from)
{
	uint32_t *old = kmem_alloc(TABLE_SIZE, KM_SLEEP), i, rest;

	span /= V7FS_NINDIR;
	i = from / span;
	rest = from % span;
	/* The first one stays if some of it does. */
	if (trunc_takeout(np, -(start + level - 1), blk, i + (rest != 0),
	    old) != 0)
		i = V7FS_NINDIR;
	for (; i < V7FS_NINDIR; i++, rest = 0) {
		if (old[i] == 0)
			continue;
		if (level > 1)
			trunc_indir(np, level - 1, start + (daddr_t)i * span,
			    span, old[i], rest);
		else
			(void)v7fs_bfree(np->n_fs, old[i]);
	}
	kmem_free(old, TABLE_SIZE);
}

/*
 * The file has nblk blocks: cut the inode's addresses, then free what they
 * led to.
 */
static int
trunc_blocks(struct v7fs_node *np, uint32_t nblk)
{
	uint32_t *addr = np->n_din.di_addr, old[V7FS_NADDR];
	uint32_t start, span;
	unsigned a;
	int error;

	memcpy(old, addr, sizeof(old));
	for (a = 0, start = 0, span = 1; a < V7FS_NADDR; a++) {
		if (a >= V7FS_NADDR_DIRECT)
			span *= V7FS_NINDIR;
		if (nblk <= start)
			addr[a] = 0;
		start += span;
	}
	v7fs_modified(np);
	error = v7fs_update_ordered(np);
	for (a = 0, start = 0, span = 1; a < V7FS_NADDR; a++) {
		if (a >= V7FS_NADDR_DIRECT)
			span *= V7FS_NINDIR;
		if (old[a] != 0 && nblk < start + span) {
			if (a < V7FS_NADDR_DIRECT)
				(void)v7fs_bfree(np->n_fs, old[a]);
			else
				trunc_indir(np, (int)a - V7FS_NADDR_DIRECT + 1,
				    start, span, old[a],
				    nblk > start ? nblk - start : 0);
		}
		start += span;
	}
	return error;
}

static int
trunc_grow(struct v7fs_node *np, uint64_t length)
{
	uint64_t had = np->n_din.di_size;
	struct buf *bp;
	int error;

	error = v7fs_getblk(np, (daddr_t)((length - 1) >> V7FS_BSHIFT), false,
	    &bp);
	np->n_din.di_size = (uint32_t)length;
	if (error != 0) {
		/* Nor what was made on the way to it. */
		(void)v7fs_truncate(np, had);
		return error;
	}
	bdwrite(bp);
	uvm_vnp_setsize(np->n_vnode, (voff_t)length);
	v7fs_modified(np);
	return 0;
}

/*
 * Set the length of a regular file, directory or link; times are the
 * caller's.
 */
int
v7fs_truncate(struct v7fs_node *np, uint64_t length)
{
	struct vnode *vp = np->n_vnode;
	uint32_t had = np->n_din.di_size, nblk;
	int error;

	if (length > V7FS_MAX_FILESIZE)
		return EFBIG;
	if (length > had)
		return trunc_grow(np, length);
	if (length == had && length != 0)
		return 0;
	error = trunc_tail(np, length);
	if (error != 0)
		return error;
	np->n_din.di_size = (uint32_t)length;
	uvm_vnp_setsize(vp, (voff_t)length);
	nblk = (uint32_t)howmany(length, V7FS_BSIZE);
	error = vtruncbuf(vp, nblk, false, 0);
	return error != 0 ? error : trunc_blocks(np, nblk);
}
