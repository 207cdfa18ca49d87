/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_extents.c - the extent tree of a file, read into a sorted array.
 *
 * The whole tree is read when it is first needed; lookups are binary
 * searches, changes are changes of the array (ext2fs_extwrite.c).  Extents
 * must rise strictly over the whole tree and no block of it may be empty, so
 * a tree that leads into itself ends after as many steps as it has extents.
 *
 * Locking	i_extlock while loading; the vnode is locked.
 * Sleeps	reads the tree.
 * Errors	EIO a tree that does not hold together; EFBIG one of more than
 *		EXT_MAX extents.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "ext2fs.h"
#include "ext2fs_extents.h"

/* What is left to do while the tree is walked, by depth. */
struct ext_level {
	uint8_t	*el_block;		/* a copy */
	uint32_t el_next, el_count;	/* entries */
};

struct ext_walk {
	struct inode	*ew_ip;
	struct ext_level ew_level[EXT_DEPTHMAX + 1];
	uint32_t	ew_blocks[EXT_DEPTHMAX + 1]; /* seen so far */
	uint32_t	ew_total;	/* blocks so far */
	uint64_t	ew_end;		/* lbn after the last extent */
};

/*
 * Entries of the tree block at p, which must have this depth; 0 is damage.
 */
static uint32_t
ext_header(const uint8_t *p, size_t size, uint32_t depth)
{
	uint32_t count = le16dec(p + EH_COUNT);

	if (le16dec(p + EH_MAGIC) != EXT_MAGIC || le16dec(p + EH_DEPTH) !=
	    depth || count > le16dec(p + EH_MAX) ||
	    count > (size - EH_SIZE) / EE_SIZE)
		return 0;
	return count;
}

void
ext2fs_ext_grow(void **arrayp, uint32_t *maxp, size_t elem, uint32_t want)
{
	uint32_t max = MAX(8, *maxp);
	void *new;

	if (want <= *maxp)
		return;
	while (max < want)
		max *= 2;
	new = kmem_alloc(max * elem, KM_SLEEP);
	if (*maxp > 0) {
		memcpy(new, *arrayp, *maxp * elem);
		kmem_free(*arrayp, *maxp * elem);
	}
	*arrayp = new;
	*maxp = max;
}

static int
ext_add(struct ext_walk *ew, const uint8_t *p)
{
	struct ext2fs_extmap *xm = &ew->ew_ip->i_ext;
	struct ext2fs_extent x;

	x.x_lbn = le32dec(p + EE_LBN);
	x.x_len = le16dec(p + EE_LEN);
	x.x_uninit = x.x_len > EXT_LENMAX;
	if (x.x_uninit)
		x.x_len -= EXT_LENMAX;
	x.x_blk = le32dec(p + EE_STARTLO);
	if (x.x_len == 0 || x.x_lbn < ew->ew_end ||
	    (uint64_t)x.x_lbn + x.x_len > 0xffffffffU ||
	    (uint64_t)ew->ew_total + x.x_len > ITOFS(ew->ew_ip)->e2fs_bcount ||
	    le16dec(p + EE_STARTHI) != 0 ||
	    !ext2fs_blocks_valid(ITOFS(ew->ew_ip), x.x_blk, x.x_len))
		return EIO;
	if (xm->xm_count >= EXT_MAX)
		return EFBIG;
	ext2fs_ext_grow((void **)&xm->xm_ext, &xm->xm_max, sizeof(x),
	    xm->xm_count + 1);
	xm->xm_ext[xm->xm_count++] = x;
	ew->ew_end = (uint64_t)x.x_lbn + x.x_len;
	ew->ew_total += x.x_len;
	return 0;
}

void
ext2fs_ext_addtree(struct ext2fs_extmap *xm, uint32_t blk, bool written)
{
	ext2fs_ext_grow((void **)&xm->xm_tree, &xm->xm_maxtree,
	    sizeof(*xm->xm_tree), xm->xm_ntree + 1);
	xm->xm_tree[xm->xm_ntree].t_blk = blk;
	xm->xm_tree[xm->xm_ntree++].t_written = written;
}

void
ext2fs_ext_adddead(struct ext2fs_extmap *xm, uint32_t blk)
{
	ext2fs_ext_grow((void **)&xm->xm_dead, &xm->xm_maxdead,
	    sizeof(*xm->xm_dead), xm->xm_ndead + 1);
	xm->xm_dead[xm->xm_ndead++] = blk;
}

/*
 * Keep a block of the tree in the order of ext2fs_extwrite.c: behind those of
 * its own and of lower levels.
 */
static void
ext_treeadd(struct ext_walk *ew, uint32_t blk, uint32_t depth)
{
	struct ext2fs_extmap *xm = &ew->ew_ip->i_ext;
	uint32_t at = 0, d;

	for (d = 0; d <= depth; d++)
		at += ew->ew_blocks[d];
	ew->ew_blocks[depth]++;
	ext2fs_ext_addtree(xm, blk, true);
	memmove(&xm->xm_tree[at + 1], &xm->xm_tree[at],
	    (xm->xm_ntree - 1 - at) * sizeof(*xm->xm_tree));
	xm->xm_tree[at].t_blk = blk;
	xm->xm_tree[at].t_written = true;
}

/*
 * A copy of the tree block an index entry points to.
 */
static int
ext_descend(struct ext_walk *ew, const uint8_t *entry, uint32_t depth)
{
	struct inode *ip = ew->ew_ip;
	struct m_ext2fs *fs = ITOFS(ip);
	struct ext_level *el = &ew->ew_level[depth];
	uint32_t blk = le32dec(entry + EI_LEAFLO);
	struct buf *bp;
	int error;

	if (le16dec(entry + EI_LEAFHI) != 0 ||
	    !ext2fs_blocks_valid(fs, blk, 1))
		return EIO;
	error = bread(ip->i_ump->um_devvp, EXT2_FSBTODB(fs, blk),
	    (int)fs->e2fs_bsize, 0, &bp);
	if (error != 0)
		return error;
	if (bp->b_resid != 0) {
		brelse(bp, BC_INVAL);
		return EIO;
	}
	memcpy(el->el_block, bp->b_data, fs->e2fs_bsize);
	brelse(bp, 0);
	el->el_next = 0;
	el->el_count = ext_header(el->el_block, fs->e2fs_bsize, depth);
	if (el->el_count == 0)
		return EIO;
	ext_treeadd(ew, blk, depth);
	return 0;
}

static int
ext_walk(struct ext_walk *ew, uint32_t top)
{
	uint32_t depth = top;
	struct ext_level *el;
	const uint8_t *p;
	int error;

	for (;;) {
		el = &ew->ew_level[depth];
		if (el->el_next == el->el_count) {
			if (depth == top)
				return 0;
			depth++;
			continue;
		}
		p = el->el_block + EH_SIZE + (size_t)el->el_next++ * EE_SIZE;
		error = depth == 0 ? ext_add(ew, p) :
		    ext_descend(ew, p, depth - 1);
		if (error != 0)
			return error;
		if (depth > 0)
			depth--;
	}
}

static int
ext_read(struct inode *ip)
{
	struct ext_walk *ew;
	const uint8_t *root = ip->i_din.e2di_blocks;
	size_t bsize = ITOFS(ip)->e2fs_bsize;
	uint32_t depth = le16dec(root + EH_DEPTH), i;
	int error;

	if (le16dec(root + EH_MAGIC) != EXT_MAGIC || depth > EXT_DEPTHMAX)
		return EIO;
	ew = kmem_zalloc(sizeof(*ew), KM_SLEEP);
	ew->ew_ip = ip;
	for (i = 0; i <= depth; i++)
		ew->ew_level[i].el_block = kmem_alloc(bsize, KM_SLEEP);
	memcpy(ew->ew_level[depth].el_block, root, EXT_ROOTSIZE);
	ew->ew_level[depth].el_count = ext_header(root, EXT_ROOTSIZE, depth);
	error = le16dec(root + EH_COUNT) != ew->ew_level[depth].el_count ?
	    EIO : ext_walk(ew, depth);
	for (i = 0; i <= depth; i++)
		kmem_free(ew->ew_level[i].el_block, bsize);
	kmem_free(ew, sizeof(*ew));
	return error;
}

/*
 * The map is in memory on return.
 */
int
ext2fs_ext_load(struct inode *ip)
{
	int error = 0;

	if ((ip->i_din.e2di_flags & EXT2_EXTENTS) == 0)
		return 0;
	mutex_enter(&ip->i_extlock);
	if (!ip->i_ext.xm_loaded) {
		error = ext_read(ip);
		if (error == 0)
			ip->i_ext.xm_loaded = true;
		else
			ext2fs_ext_free(ip);
	}
	mutex_exit(&ip->i_extlock);
	return error;
}

void
ext2fs_ext_free(struct inode *ip)
{
	struct ext2fs_extmap *xm = &ip->i_ext;

	if (xm->xm_max > 0)
		kmem_free(xm->xm_ext, xm->xm_max * sizeof(*xm->xm_ext));
	if (xm->xm_maxtree > 0)
		kmem_free(xm->xm_tree, xm->xm_maxtree * sizeof(*xm->xm_tree));
	if (xm->xm_maxdead > 0)
		kmem_free(xm->xm_dead, xm->xm_maxdead * sizeof(uint32_t));
	memset(xm, 0, sizeof(*xm));
}

/*
 * The first extent that ends behind lbn; xm_count when there is none.
 */
uint32_t
ext2fs_ext_find(const struct ext2fs_extmap *xm, uint32_t lbn)
{
	uint32_t lo = 0, hi = xm->xm_count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (xm->xm_ext[mid].x_lbn + xm->xm_ext[mid].x_len > lbn)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

int
ext2fs_ext_bmap(struct inode *ip, uint32_t lbn, uint32_t *blkp, int *runp)
{
	const struct ext2fs_extmap *xm = &ip->i_ext;
	const struct ext2fs_extent *x;
	uint32_t i, off;
	int error;

	error = ext2fs_ext_load(ip);
	if (error != 0)
		return error;
	i = ext2fs_ext_find(xm, lbn);
	if (i == xm->xm_count)
		return 0;
	x = &xm->xm_ext[i];
	if (x->x_lbn > lbn || x->x_uninit)
		return 0;
	off = lbn - x->x_lbn;
	*blkp = x->x_blk + off;
	*runp = (int)(x->x_len - off - 1);
	return 0;
}
