/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_htree_insert.c - keeping an indexed directory up: entering names,
 * splitting leaves and index blocks, making an index.
 *
 * Order	A new block is written before anything leads to it.  Between
 *		the writes of a split names can be found twice, never not.
 *
 * Locking	the directory's vnode is locked exclusively.
 * Sleeps	yes.
 * Errors	EFTYPE the index is no use or full: give it up; ENOSPC; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "ext2fs.h"
#include "ext2fs_htree.h"

/* An entry of a leaf that is split. */
struct ht_ent {
	uint32_t hn_hash;
	uint32_t hn_off;		/* in the old block */
};

static int
ht_bread(struct vnode *dvp, uint32_t lbn, struct buf **bpp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	int error;

	if (lbn >= VTOI(dvp)->i_size >> fs->e2fs_bshift)
		return EFTYPE;
	error = bread(dvp, lbn, (int)fs->e2fs_bsize, 0, bpp);
	if (error != 0)
		return error;
	if ((*bpp)->b_resid == 0 && (*bpp)->b_blkno != (*bpp)->b_lblkno)
		return 0;
	brelse(*bpp, BC_INVAL);
	return EFTYPE;			/* a hole, or behind the device */
}

/*
 * Write an index block from its copy.
 */
static int
ht_writeframe(struct vnode *dvp, struct ht_frame *f)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct buf *bp;
	int error;

	le16enc(f->hf_block + f->hf_entries + HE_COUNT,
	    (uint16_t)f->hf_count);
	error = ht_bread(dvp, f->hf_lbn, &bp);
	if (error != 0)
		return error;
	memcpy(bp->b_data, f->hf_block, fs->e2fs_bsize);
	return ext2fs_metawrite(dvp, bp);
}

/*
 * A new entry after the one taken.
 */
static void
ht_addentry(struct ht_frame *f, uint32_t hash, uint32_t lbn)
{
	uint8_t *p = f->hf_block + f->hf_entries + (f->hf_at + 1) * HE_SIZE;

	KASSERT(f->hf_count < f->hf_limit);
	memmove(p + HE_SIZE, p, (f->hf_count - f->hf_at - 1) * HE_SIZE);
	le32enc(p + HE_HASH, hash);
	le32enc(p + HE_BLOCK, lbn);
	f->hf_count++;
}

/*
 * An empty index block in front of the entries of `p`.
 */
static void
ht_initnode(const struct m_ext2fs *fs, uint8_t *p)
{
	memset(p, 0, fs->e2fs_bsize);
	le16enc(p + 4, (uint16_t)fs->e2fs_bsize);
	le16enc(p + HN_ENTRIES + HE_LIMIT,
	    (uint16_t)((fs->e2fs_bsize - HN_ENTRIES) / HE_SIZE));
}

/*
 * The root is full and has leaves below it: its entries move into a block of
 * their own.
 */
static int
ht_deepen(struct vnode *dvp, struct ht_path *hp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[0], *g = &hp->hp_frame[1];
	struct buf *bp;
	daddr_t lbn;
	int error;

	error = ext2fs_dir_grow(dvp, &bp, &lbn);
	if (error != 0)
		return error;
	ht_initnode(fs, g->hf_block);
	g->hf_lbn = (uint32_t)lbn;
	g->hf_entries = HN_ENTRIES;
	g->hf_limit = le16dec(g->hf_block + HN_ENTRIES + HE_LIMIT);
	g->hf_count = f->hf_count;
	g->hf_at = f->hf_at;
	/* The first entry's hash is limit and count. */
	memcpy(g->hf_block + HN_ENTRIES + HE_BLOCK,
	    f->hf_block + f->hf_entries + HE_BLOCK,
	    f->hf_count * HE_SIZE - HE_BLOCK);
	le16enc(g->hf_block + HN_ENTRIES + HE_COUNT, (uint16_t)g->hf_count);
	memcpy(bp->b_data, g->hf_block, fs->e2fs_bsize);
	error = ext2fs_dir_grown(dvp, bp);
	if (error != 0)
		return error;
	f->hf_block[HR_INFO + HR_LEVELS] = 1;
	f->hf_count = 1;
	f->hf_at = 0;
	le32enc(f->hf_block + f->hf_entries + HE_BLOCK, g->hf_lbn);
	hp->hp_levels = 1;
	return ht_writeframe(dvp, f);
}

/*
 * The lower index block is full: its upper half moves out.
 */
static int
ht_splitnode(struct vnode *dvp, struct ht_path *hp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[0], *g = &hp->hp_frame[1];
	uint32_t keep = g->hf_count / 2, moved = g->hf_count - keep, hash;
	const uint8_t *from = g->hf_block + g->hf_entries + keep * HE_SIZE;
	struct buf *bp;
	uint8_t *p;
	daddr_t lbn;
	int error;

	if (f->hf_count == f->hf_limit || keep == 0)
		return EFTYPE;
	hash = le32dec(from + HE_HASH);
	error = ext2fs_dir_grow(dvp, &bp, &lbn);
	if (error != 0)
		return error;
	p = bp->b_data;
	ht_initnode(fs, p);
	memcpy(p + HN_ENTRIES + HE_BLOCK, from + HE_BLOCK,
	    moved * HE_SIZE - HE_BLOCK);
	le16enc(p + HN_ENTRIES + HE_COUNT, (uint16_t)moved);
	error = ext2fs_dir_grown(dvp, bp);
	if (error != 0)
		return error;
	ht_addentry(f, hash, (uint32_t)lbn);
	error = ht_writeframe(dvp, f);
	if (error != 0)
		return error;
	g->hf_count = keep;
	error = ht_writeframe(dvp, g);
	/* The caller looks for its place again. */
	return error == 0 ? EAGAIN : error;
}

/*
 * The entries of a leaf, sorted by hash.  EFTYPE when they do not hold
 * together.
 */
static int
ht_collect(const struct m_ext2fs *fs, const struct ht_path *hp,
    const uint8_t *block, struct ht_ent *ent, uint32_t *countp)
{
	uint32_t at = 0, n = 0, i, hash;
	struct ext2fs_direct d;

	for (; at < fs->e2fs_bsize; at += d.e2d_reclen) {
		if (ext2fs_direct_decode(fs, block + at, fs->e2fs_bsize - at,
		    &d) != 0 || (d.e2d_ino != 0 && ext2fs_hash(fs,
		    hp->hp_version, d.e2d_name, d.e2d_namlen, &hash) != 0))
			return EFTYPE;
		if (d.e2d_ino == 0)
			continue;
		for (i = n++; i > 0 && ent[i - 1].hn_hash > hash; i--)
			ent[i] = ent[i - 1];
		ent[i].hn_hash = hash;
		ent[i].hn_off = at;
	}
	*countp = n;
	return n > 1 ? 0 : EFTYPE;
}

/*
 * Pack entries of `old` into a block.
 */
static void
ht_pack(const struct m_ext2fs *fs, const uint8_t *old,
    const struct ht_ent *ent, uint32_t n, uint8_t *to)
{
	uint32_t at = 0, len = 0, i;

	memset(to, 0, fs->e2fs_bsize);
	for (i = 0; i < n; i++, at += len) {
		len = EXT2FS_DIRSIZ(old[ent[i].hn_off + 6]);
		memcpy(to + at, old + ent[i].hn_off, len);
		le16enc(to + at + 4, (uint16_t)len);
	}
	at -= len;
	le16enc(to + at + 4, (uint16_t)(fs->e2fs_bsize - at));
}

/*
 * How many entries stay: about half of the bytes, and at least one on each
 * side.
 */
static uint32_t
ht_half(const uint8_t *old, const struct ht_ent *ent, uint32_t n,
    uint32_t bsize)
{
	uint32_t bytes = 0, i;

	for (i = 0; i < n - 1; i++) {
		bytes += EXT2FS_DIRSIZ(old[ent[i].hn_off + 6]);
		if (bytes >= bsize / 2 && i > 0)
			return i;
	}
	return MAX(1, n / 2);
}

/*
 * Move the upper half of a leaf into a new block and tell the index.
 */
static int
ht_splitleaf(struct vnode *dvp, struct ht_path *hp, uint32_t lbn)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[hp->hp_levels];
	size_t entsize = fs->e2fs_bsize / EXT2FS_DIRSIZ(1) *
	    sizeof(struct ht_ent);
	struct ht_ent *ent = kmem_alloc(entsize, KM_SLEEP);
	uint8_t *old = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	uint32_t n, keep, hash;
	struct buf *bp;
	daddr_t newlbn;
	int error;

	error = ht_bread(dvp, lbn, &bp);
	if (error != 0)
		goto out;
	memcpy(old, bp->b_data, fs->e2fs_bsize);
	brelse(bp, 0);
	error = ht_collect(fs, hp, old, ent, &n);
	if (error == 0)
		error = ext2fs_dir_grow(dvp, &bp, &newlbn);
	if (error != 0)
		goto out;
	keep = ht_half(old, ent, n, fs->e2fs_bsize);
	hash = ent[keep].hn_hash;
	/* Equal hashes on both sides: the index says so by an odd hash. */
	if (ent[keep - 1].hn_hash == hash)
		hash |= 1;
	ht_pack(fs, old, ent + keep, n - keep, bp->b_data);
	error = ext2fs_dir_grown(dvp, bp);
	if (error != 0)
		goto out;
	ht_addentry(f, hash, (uint32_t)newlbn);
	error = ht_writeframe(dvp, f);
	if (error == 0)
		error = ht_bread(dvp, lbn, &bp);
	if (error != 0)
		goto out;
	ht_pack(fs, old, ent, keep, bp->b_data);
	error = ext2fs_metawrite(dvp, bp);
	if (error == 0)
		error = EAGAIN;
out:
	kmem_free(old, fs->e2fs_bsize);
	kmem_free(ent, entsize);
	return error;
}

/*
 * One try: EAGAIN when blocks were split and the place is to be looked for
 * again.
 */
static int
ht_try(struct vnode *dvp, struct ht_path *hp, const struct ext2fs_newent *ne)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[hp->hp_levels];
	uint32_t lbn = ext2fs_htree_child(f, f->hf_at);
	struct buf *bp;
	int error;

	if (lbn == 0)
		return EFTYPE;
	error = ht_bread(dvp, lbn, &bp);
	if (error != 0)
		return error;
	if (ext2fs_direct_fit(fs, bp->b_data, fs->e2fs_bsize, ne))
		return ext2fs_metawrite(dvp, bp);
	brelse(bp, 0);
	if (f->hf_count == f->hf_limit) {
		if (hp->hp_levels == 1)
			return ht_splitnode(dvp, hp);
		error = ht_deepen(dvp, hp);
		if (error != 0)
			return error;
	}
	return ht_splitleaf(dvp, hp, lbn);
}

int
ext2fs_htree_insert(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct ht_path hp;
	int error = EAGAIN, tries;

	/* Two splits make room, whatever the lengths of the names. */
	for (tries = 0; tries < 8 && error == EAGAIN; tries++) {
		error = ext2fs_htree_open(dvp, ne->ne_name, ne->ne_len, &hp);
		if (error != 0)
			return error;
		error = ht_try(dvp, &hp, ne);
		ext2fs_htree_close(dvp, &hp);
	}
	return error == EAGAIN ? EFTYPE : error;
}

/*
 * The root of an index over one leaf.
 */
static void
ht_initroot(const struct m_ext2fs *fs, uint8_t *p)
{
	uint32_t entries = HR_INFO + HR_INFOSIZE;

	le16enc(p + EXT2FS_DIRSIZ(1) + 4,
	    (uint16_t)(fs->e2fs_bsize - EXT2FS_DIRSIZ(1)));
	memset(p + HR_INFO, 0, fs->e2fs_bsize - HR_INFO);
	p[HR_INFO + HR_VERSION] = fs->e2fs_hash_version;
	p[HR_INFO + HR_INFOLEN] = HR_INFOSIZE;
	le16enc(p + entries + HE_LIMIT,
	    (uint16_t)((fs->e2fs_bsize - entries) / HE_SIZE));
	le16enc(p + entries + HE_COUNT, 1);
	le32enc(p + entries + HE_BLOCK, 1);
}

/*
 * A directory of one block gets an index: the names after ".." move to a
 * second block.  EFTYPE when the block is not as it should be.
 */
int
ext2fs_htree_create(struct vnode *dvp)
{
	struct inode *dp = VTOI(dvp);
	struct m_ext2fs *fs = ITOFS(dp);
	uint32_t first = EXT2FS_DIRSIZ(1) + EXT2FS_DIRSIZ(2), at, last;
	struct ext2fs_direct d;
	uint8_t *old = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	struct buf *bp;
	daddr_t lbn;
	int error;

	error = ht_bread(dvp, 0, &bp);
	if (error != 0)
		goto out;
	memcpy(old, bp->b_data, fs->e2fs_bsize);
	brelse(bp, 0);
	error = EFTYPE;
	if (fs->e2fs_hash_version > 2 || le16dec(old + 4) != EXT2FS_DIRSIZ(1) ||
	    le16dec(old + EXT2FS_DIRSIZ(1) + 4) != EXT2FS_DIRSIZ(2))
		goto out;
	for (at = last = first; at < fs->e2fs_bsize; at += d.e2d_reclen) {
		if (ext2fs_direct_decode(fs, old + at, fs->e2fs_bsize - at,
		    &d) != 0)
			goto out;
		last = at;
	}
	error = ext2fs_dir_grow(dvp, &bp, &lbn);
	if (error != 0)
		goto out;
	memset(bp->b_data, 0, fs->e2fs_bsize);
	memcpy(bp->b_data, old + first, fs->e2fs_bsize - first);
	le16enc((uint8_t *)bp->b_data + (last - first) + 4,
	    (uint16_t)(fs->e2fs_bsize - (last - first)));
	error = ext2fs_dir_grown(dvp, bp);
	if (error == 0)
		error = ht_bread(dvp, 0, &bp);
	if (error != 0)
		goto out;
	ht_initroot(fs, bp->b_data);
	dp->i_din.e2di_flags |= EXT2_INDEX;
	ext2fs_modified(dp);
	error = ext2fs_metawrite(dvp, bp);
	if (error == 0)
		error = ext2fs_update_ordered(dp);
out:
	kmem_free(old, fs->e2fs_bsize);
	return error;
}
