/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_extwrite.c - changing extents, and writing the tree.
 *
 * Changes are made to the array of ext2fs_extents.c; ext2fs_ext_write() packs
 * it into a tree when the inode is written.  The blocks the tree will need
 * are taken when the array grows, so that writing it back cannot run out of
 * space.
 *
 * Order	A tree block is overwritten only when entries were added at
 *		its end; else a new one is written and the old one freed after
 *		the inode: a machine that stops in between finds the old tree.
 *
 * Locking	the vnode is locked exclusively, or being reclaimed.
 * Sleeps	allocation, reading and writing tree blocks.
 * Errors	ENOSPC; EFBIG too many extents; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include "ext2fs.h"
#include "ext2fs_extents.h"

/* A finished block of the tree, for the level above. */
struct ext_node {
	uint32_t en_lbn, en_blk;
};

static uint32_t
ext_perblock(const struct m_ext2fs *fs)
{
	return (fs->e2fs_bsize - EH_SIZE) / EE_SIZE;
}

/*
 * Blocks of the tree for so many extents.
 */
static uint32_t
ext_need(const struct m_ext2fs *fs, uint32_t count)
{
	uint32_t n = count, total = 0;

	while (n > EXT_ROOTENTRIES) {
		n = howmany(n, ext_perblock(fs));
		total += n;
	}
	return total;
}

void
ext2fs_addblocks(struct inode *ip, int64_t count)
{
	int64_t n = (int64_t)ip->i_din.e2di_nblock + (int64_t)count *
	    (ITOFS(ip)->e2fs_bsize >> DEV_BSHIFT);

	ip->i_din.e2di_nblock = n < 0 ? 0 : (uint64_t)n;
	ext2fs_modified(ip);
}

/*
 * Room for `count` extents, in memory and on the disk.
 */
static int
ext_reserve(struct inode *ip, uint32_t count, kauth_cred_t cred)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	uint32_t need = ext_need(ITOFS(ip), count), blk;
	int error;

	if (count > EXT_MAX)
		return EFBIG;
	ext2fs_ext_grow((void **)&xm->xm_ext, &xm->xm_max,
	    sizeof(*xm->xm_ext), count);
	while (xm->xm_ntree < need) {
		error = ext2fs_blkalloc(ip->i_ump, ext2fs_blkpref(ip), cred,
		    &blk);
		if (error != 0)
			return error;
		ext2fs_ext_addtree(xm, blk, false);
		ext2fs_addblocks(ip, 1);
	}
	return 0;
}

static void
ext_insert(struct ext2fs_extmap *xm, uint32_t i, uint32_t lbn, uint32_t len,
    uint32_t blk, bool uninit)
{
	struct ext2fs_extent *x = &xm->xm_ext[i];

	KASSERT(xm->xm_count < xm->xm_max && i <= xm->xm_count);
	memmove(x + 1, x, (xm->xm_count - i) * sizeof(*x));
	xm->xm_count++;
	x->x_lbn = lbn;
	x->x_len = len;
	x->x_blk = blk;
	x->x_uninit = uninit;
}

static void
ext_remove(struct ext2fs_extmap *xm, uint32_t i)
{
	xm->xm_count--;
	memmove(&xm->xm_ext[i], &xm->xm_ext[i + 1],
	    (xm->xm_count - i) * sizeof(*xm->xm_ext));
}

/*
 * Does this block continue extent i?
 */
static bool
ext_continues(const struct ext2fs_extmap *xm, uint32_t i, uint32_t lbn,
    uint32_t blk)
{
	const struct ext2fs_extent *x = &xm->xm_ext[i];

	return !x->x_uninit && x->x_len < EXT_LENMAX &&
	    x->x_lbn + x->x_len == lbn && x->x_blk + x->x_len == blk;
}

/*
 * A block of an uninitialised extent is written: it leaves the extent.
 */
static int
ext_initialise(struct inode *ip, uint32_t i, uint32_t lbn, kauth_cred_t cred,
    uint32_t *blkp)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	struct ext2fs_extent x = xm->xm_ext[i];
	uint32_t off = lbn - x.x_lbn, after = x.x_len - off - 1;
	int error;

	*blkp = x.x_blk + off;
	if (off == 0 && i > 0 && ext_continues(xm, i - 1, lbn, *blkp)) {
		xm->xm_ext[i - 1].x_len++;
		xm->xm_ext[i].x_lbn++;
		xm->xm_ext[i].x_blk++;
		if (--xm->xm_ext[i].x_len == 0)
			ext_remove(xm, i);
		return 0;
	}
	error = ext_reserve(ip, xm->xm_count + 2, cred);
	if (error != 0)
		return error;
	xm->xm_ext[i].x_lbn = lbn;
	xm->xm_ext[i].x_blk = *blkp;
	xm->xm_ext[i].x_len = 1;
	xm->xm_ext[i].x_uninit = false;
	if (after > 0)
		ext_insert(xm, i + 1, lbn + 1, after, *blkp + 1, true);
	if (off > 0)
		ext_insert(xm, i, x.x_lbn, off, x.x_blk, true);
	return 0;
}

/*
 * Where a block would best be: after its neighbour.
 */
static uint32_t
ext_goal(struct inode *ip, uint32_t i, uint32_t lbn)
{
	const struct ext2fs_extmap *xm = &ip->i_ext;

	if (i > 0)
		return xm->xm_ext[i - 1].x_blk + (lbn -
		    xm->xm_ext[i - 1].x_lbn);
	return ext2fs_blkpref(ip);
}

static int
ext_fill(struct inode *ip, uint32_t i, uint32_t lbn, kauth_cred_t cred,
    uint32_t *blkp)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	int error;

	error = ext2fs_blkalloc(ip->i_ump, ext_goal(ip, i, lbn), cred, blkp);
	if (error != 0)
		return error;
	if (i > 0 && ext_continues(xm, i - 1, lbn, *blkp)) {
		xm->xm_ext[i - 1].x_len++;
	} else {
		error = ext_reserve(ip, xm->xm_count + 1, cred);
		if (error != 0) {
			(void)ext2fs_blkfree(ip->i_ump, *blkp, 1);
			return error;
		}
		ext_insert(xm, i, lbn, 1, *blkp, false);
	}
	ext2fs_addblocks(ip, 1);
	return 0;
}

/*
 * The block of lbn, made if need be; *newp: its old contents mean nothing.
 */
int
ext2fs_ext_alloc(struct inode *ip, uint32_t lbn, kauth_cred_t cred,
    uint32_t *blkp, bool *newp)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	struct ext2fs_extent *x;
	uint32_t i;
	int error;

	KASSERT(VOP_ISLOCKED(ip->i_vnode) == LK_EXCLUSIVE);
	error = ext2fs_ext_load(ip);
	if (error != 0)
		return error;
	i = ext2fs_ext_find(xm, lbn);
	x = i < xm->xm_count && xm->xm_ext[i].x_lbn <= lbn ?
	    &xm->xm_ext[i] : NULL;
	*newp = x == NULL || x->x_uninit;
	if (!*newp) {
		*blkp = x->x_blk + (lbn - x->x_lbn);
		return 0;
	}
	error = x == NULL ? ext_fill(ip, i, lbn, cred, blkp) :
	    ext_initialise(ip, i, lbn, cred, blkp);
	if (error == 0) {
		xm->xm_dirty = true;
		ext2fs_modified(ip);
	}
	return error;
}

/*
 * Forget everything from lbn on; what it was goes to *cutp, *countp for the
 * caller to free once the inode is written.  The map is loaded.
 */
void
ext2fs_ext_cut(struct inode *ip, uint32_t lbn, struct ext2fs_extent **cutp,
    uint32_t *countp)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	uint32_t i = ext2fs_ext_find(xm, lbn), n = xm->xm_count - i, keep;

	KASSERT(xm->xm_loaded);
	*cutp = NULL;
	*countp = n;
	if (n == 0)
		return;
	*cutp = kmem_alloc(n * sizeof(**cutp), KM_SLEEP);
	memcpy(*cutp, &xm->xm_ext[i], n * sizeof(**cutp));
	xm->xm_count = i;
	if ((*cutp)->x_lbn < lbn) {
		keep = lbn - (*cutp)->x_lbn;
		xm->xm_ext[i].x_len = keep;
		xm->xm_count++;
		(*cutp)->x_len -= keep;
		(*cutp)->x_blk += keep;
	}
	xm->xm_dirty = true;
	ext2fs_modified(ip);
}

static void
ext_puthead(uint8_t *p, uint32_t count, uint32_t max, uint32_t depth)
{
	le16enc(p + EH_MAGIC, EXT_MAGIC);
	le16enc(p + EH_COUNT, (uint16_t)count);
	le16enc(p + EH_MAX, (uint16_t)max);
	le16enc(p + EH_DEPTH, (uint16_t)depth);
	le32enc(p + EH_GEN, 0);
}

void
ext2fs_ext_init(uint8_t *root)
{
	memset(root, 0, EXT_ROOTSIZE);
	ext_puthead(root, 0, EXT_ROOTENTRIES, 0);
}

static void
ext_putleaves(uint8_t *p, const struct ext2fs_extent *x, uint32_t count)
{
	for (p += EH_SIZE; count > 0; count--, x++, p += EE_SIZE) {
		le32enc(p + EE_LBN, x->x_lbn);
		le16enc(p + EE_LEN, (uint16_t)(x->x_len +
		    (x->x_uninit ? EXT_LENMAX : 0)));
		le16enc(p + EE_STARTHI, 0);
		le32enc(p + EE_STARTLO, x->x_blk);
	}
}

static void
ext_putindex(uint8_t *p, const struct ext_node *node, uint32_t count)
{
	for (p += EH_SIZE; count > 0; count--, node++, p += EE_SIZE) {
		le32enc(p + EI_LBN, node->en_lbn);
		le32enc(p + EI_LEAFLO, node->en_blk);
		le32enc(p + EI_LEAFHI, 0);
	}
}

/*
 * Is `new` the old block with entries added at its end?
 */
static bool
ext_appended(const uint8_t *old, const uint8_t *new)
{
	uint32_t count = le16dec(old + EH_COUNT);

	return le16dec(old + EH_MAGIC) == EXT_MAGIC &&
	    le16dec(old + EH_DEPTH) == le16dec(new + EH_DEPTH) &&
	    count <= le16dec(new + EH_COUNT) &&
	    memcmp(old + EH_SIZE, new + EH_SIZE, count * EE_SIZE) == 0;
}

/*
 * Write block number pos of the tree; *blkp: where it is.
 */
static int
ext_place(struct inode *ip, uint32_t pos, const uint8_t *p, uint32_t *blkp)
{
	struct ext2fs_treeblk *t = &ip->i_ext.xm_tree[pos];
	struct ufsmount *ump = ip->i_ump;
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t blk;
	struct buf *bp;
	int error;

	KASSERT(pos < ip->i_ext.xm_ntree);
	if (t->t_written) {
		error = bread(ump->um_devvp, EXT2_FSBTODB(fs, t->t_blk),
		    (int)fs->e2fs_bsize, 0, &bp);
		if (error != 0)
			return error;
		if (memcmp(bp->b_data, p, fs->e2fs_bsize) == 0) {
			brelse(bp, 0);
			*blkp = t->t_blk;
			return 0;
		}
		if (!ext_appended(bp->b_data, p)) {
			brelse(bp, 0);
			error = ext2fs_blkalloc(ump, t->t_blk, NOCRED, &blk);
			if (error == 0) {
				ext2fs_ext_adddead(&ip->i_ext, t->t_blk);
				t->t_blk = blk;
			}
		} else
			brelse(bp, 0);
	}
	t->t_written = true;
	*blkp = t->t_blk;
	bp = getblk(ump->um_devvp, EXT2_FSBTODB(fs, t->t_blk),
	    (int)fs->e2fs_bsize, 0, 0);
	memcpy(bp->b_data, p, fs->e2fs_bsize);
	bp->b_resid = 0;
	return ext2fs_metawrite(ip->i_vnode, bp);
}

/*
 * One level of the tree: `count` entries, of extents or of the level below,
 * become nodes.  *posp moves on.
 */
static int
ext_level(struct inode *ip, uint32_t depth, struct ext_node *node,
    uint32_t *countp, uint32_t *posp)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint32_t per = ext_perblock(fs), i, n, left = *countp;
	uint8_t *p = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	int error = 0;

	for (i = 0; left > 0 && error == 0; i++, left -= n) {
		n = MIN(left, per);
		memset(p, 0, fs->e2fs_bsize);
		ext_puthead(p, n, per, depth);
		if (depth == 0)
			ext_putleaves(p, &ip->i_ext.xm_ext[i * per], n);
		else
			ext_putindex(p, &node[i * per], n);
		/* node[i] was read already: i <= i * per */
		node[i].en_lbn = le32dec(p + EH_SIZE);
		error = ext_place(ip, (*posp)++, p, &node[i].en_blk);
	}
	*countp = i;
	kmem_free(p, fs->e2fs_bsize);
	return error;
}

/*
 * The tree of more extents than the inode holds.
 */
static int
ext_write_tree(struct inode *ip, uint8_t *root, uint32_t *usedp)
{
	uint32_t n = ip->i_ext.xm_count, depth = 0, pos = 0;
	size_t size = howmany(n, ext_perblock(ITOFS(ip))) *
	    sizeof(struct ext_node);
	struct ext_node *node = kmem_alloc(size, KM_SLEEP);
	int error = 0;

	while (n > EXT_ROOTENTRIES && error == 0)
		error = ext_level(ip, depth++, node, &n, &pos);
	if (error == 0) {
		ext_puthead(root, n, EXT_ROOTENTRIES, depth);
		ext_putindex(root, node, n);
	}
	kmem_free(node, size);
	*usedp = pos;
	return error;
}

/*
 * Bring tree and root up to date.  Blocks no longer in use are freed by
 * ext2fs_ext_reap(), after the inode was written.
 */
int
ext2fs_ext_write(struct inode *ip)
{
	struct ext2fs_extmap *xm = &ip->i_ext;
	uint8_t root[EXT_ROOTSIZE];
	uint32_t used = 0;
	int error = 0;

	if (!xm->xm_dirty)
		return 0;
	memset(root, 0, sizeof(root));
	if (xm->xm_count <= EXT_ROOTENTRIES) {
		ext_puthead(root, xm->xm_count, EXT_ROOTENTRIES, 0);
		ext_putleaves(root, xm->xm_ext, xm->xm_count);
	} else
		error = ext_write_tree(ip, root, &used);
	if (error != 0)
		return error;
	memcpy(ip->i_din.e2di_blocks, root, sizeof(root));
	xm->xm_dirty = false;
	while (xm->xm_ntree > used) {
		ext2fs_ext_adddead(xm, xm->xm_tree[--xm->xm_ntree].t_blk);
		ext2fs_addblocks(ip, -1);
	}
	return 0;
}

void
ext2fs_ext_reap(struct inode *ip)
{
	struct ext2fs_extmap *xm = &ip->i_ext;

	while (xm->xm_ndead > 0)
		ext2fs_metafree(ip->i_ump, xm->xm_dead[--xm->xm_ndead]);
}
