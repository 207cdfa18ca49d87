/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_htree.c - finding a name in an indexed directory.
 *
 * The index is a tree of at most two levels over the blocks of the directory,
 * sorted by the hash of the names in them.  It is advice: anything that does
 * not hold together makes the search EFTYPE, and the caller looks at all
 * blocks in turn.
 *
 * Blocks are copied before the next one is read; nothing here owns two.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads the directory.
 * Errors	EFTYPE no sound index; ENOENT the name is not there.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "ext2fs.h"
#include "ext2fs_htree.h"

bool
ext2fs_htree_active(const struct inode *dp)
{
	return EXT2F_HAS_COMPAT(ITOFS(dp), EXT2F_COMPAT_DIRHASHINDEX) &&
	    (dp->i_din.e2di_flags & EXT2_INDEX) != 0;
}

static int
ht_readblock(struct vnode *dvp, daddr_t lbn, uint8_t *to)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct buf *bp;
	int error;

	if ((uint64_t)lbn >= VTOI(dvp)->i_size >> fs->e2fs_bshift)
		return EFTYPE;
	error = bread(dvp, lbn, (int)fs->e2fs_bsize, 0, &bp);
	if (error != 0)
		return error;
	if (bp->b_resid != 0) {
		brelse(bp, BC_INVAL);
		return EIO;
	}
	memcpy(to, bp->b_data, fs->e2fs_bsize);
	brelse(bp, 0);
	return 0;
}

/*
 * Check limit and count of an index block.
 */
static int
ht_frame(const struct m_ext2fs *fs, struct ht_frame *f)
{
	const uint8_t *p = f->hf_block + f->hf_entries;

	f->hf_limit = le16dec(p + HE_LIMIT);
	f->hf_count = le16dec(p + HE_COUNT);
	return f->hf_limit == (fs->e2fs_bsize - f->hf_entries) / HE_SIZE &&
	    f->hf_count > 0 && f->hf_count <= f->hf_limit ? 0 : EFTYPE;
}

static int
ht_root(struct vnode *dvp, struct ht_path *hp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[0];
	const uint8_t *info = f->hf_block + HR_INFO;
	int error;

	error = ht_readblock(dvp, 0, f->hf_block);
	if (error != 0)
		return error;
	if (info[HR_INFOLEN] != HR_INFOSIZE || info[HR_LEVELS] > 1 ||
	    info[HR_FLAGS] != 0 || le32dec(info) != 0)
		return EFTYPE;
	hp->hp_levels = info[HR_LEVELS];
	hp->hp_version = info[HR_VERSION];
	if (hp->hp_version < 3 &&
	    (le32dec(fs->e2fs_sb + SB_FLAGS) & E2FS_UNSIGNED_HASH) != 0)
		hp->hp_version += 3;
	f->hf_lbn = 0;
	f->hf_entries = HR_INFO + HR_INFOSIZE;
	return ht_frame(fs, f);
}

uint32_t
ext2fs_htree_hash(const struct ht_frame *f, uint32_t i)
{
	/* the first entry covers everything below the second */
	return i == 0 ? 0 : le32dec(f->hf_block + f->hf_entries +
	    i * HE_SIZE + HE_HASH);
}

uint32_t
ext2fs_htree_child(const struct ht_frame *f, uint32_t i)
{
	return le32dec(f->hf_block + f->hf_entries + i * HE_SIZE +
	    HE_BLOCK) & 0x0fffffff;
}

/*
 * The last entry whose hash is not above ours.
 */
static uint32_t
ht_search(const struct ht_frame *f, uint32_t hash)
{
	uint32_t lo = 1, hi = f->hf_count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (ext2fs_htree_hash(f, mid) > hash)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo - 1;
}

/*
 * The way to the leaf block for a hash.
 */
static int
ht_probe(struct vnode *dvp, struct ht_path *hp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *f = &hp->hp_frame[0], *g = &hp->hp_frame[1];
	int error;

	f->hf_at = ht_search(f, hp->hp_hash);
	if (hp->hp_levels == 0)
		return 0;
	g->hf_lbn = ext2fs_htree_child(f, f->hf_at);
	error = g->hf_lbn == 0 ? EFTYPE :
	    ht_readblock(dvp, g->hf_lbn, g->hf_block);
	if (error != 0)
		return error;
	g->hf_entries = HN_ENTRIES;
	error = ht_frame(fs, g);
	if (error == 0)
		g->hf_at = ht_search(g, hp->hp_hash);
	return error;
}

/*
 * Root, level, leaf for a name.  EFTYPE: no use of the index.
 */
int
ext2fs_htree_open(struct vnode *dvp, const char *name, size_t len,
    struct ht_path *hp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	int error;

	hp->hp_frame[0].hf_block = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	hp->hp_frame[1].hf_block = kmem_alloc(fs->e2fs_bsize, KM_SLEEP);
	error = ht_root(dvp, hp);
	if (error == 0 && ext2fs_hash(fs, hp->hp_version, name, len,
	    &hp->hp_hash) != 0)
		error = EFTYPE;
	if (error == 0)
		error = ht_probe(dvp, hp);
	if (error != 0)
		ext2fs_htree_close(dvp, hp);
	return error;
}

void
ext2fs_htree_close(struct vnode *dvp, struct ht_path *hp)
{
	size_t bsize = ITOFS(VTOI(dvp))->e2fs_bsize;

	kmem_free(hp->hp_frame[0].hf_block, bsize);
	kmem_free(hp->hp_frame[1].hf_block, bsize);
}

/*
 * To the next leaf, when names of our hash go on there.
 */
static int
ht_continue(struct vnode *dvp, struct ht_path *hp)
{
	struct ht_frame *f = &hp->hp_frame[0];
	struct ht_frame *g = &hp->hp_frame[hp->hp_levels];
	uint32_t next;
	int error;

	if (g->hf_at + 1 < g->hf_count) {
		next = ext2fs_htree_hash(g, ++g->hf_at);
		return (next & 1) != 0 && (next & ~1U) == hp->hp_hash ? 0 :
		    ENOENT;
	}
	if (hp->hp_levels == 0 || f->hf_at + 1 >= f->hf_count)
		return ENOENT;
	next = ext2fs_htree_hash(f, ++f->hf_at);
	if ((next & 1) == 0 || (next & ~1U) != hp->hp_hash)
		return ENOENT;
	g->hf_lbn = ext2fs_htree_child(f, f->hf_at);
	error = g->hf_lbn == 0 ? EFTYPE :
	    ht_readblock(dvp, g->hf_lbn, g->hf_block);
	if (error == 0)
		error = ht_frame(ITOFS(VTOI(dvp)), g);
	g->hf_at = 0;
	return error;
}

/*
 * Find a name; on success the entry's block stays in dp.
 */
int
ext2fs_htree_find(struct vnode *dvp, const char *name, size_t len,
    struct ext2fs_dirpos *dp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ht_frame *leaf;
	struct ht_path hp;
	uint32_t lbn;
	int error;

	error = ext2fs_htree_open(dvp, name, len, &hp);
	if (error != 0)
		return error;
	leaf = &hp.hp_frame[hp.hp_levels];
	do {
		lbn = ext2fs_htree_child(leaf, leaf->hf_at);
		if (lbn == 0 || lbn >= VTOI(dvp)->i_size >> fs->e2fs_bshift) {
			error = EFTYPE;
			break;
		}
		dp->dp_off = (uint64_t)lbn << fs->e2fs_bshift;
		error = ext2fs_dir_search(dp, dp->dp_off + fs->e2fs_bsize,
		    name, len);
		if (error == ENOENT)
			error = ht_continue(dvp, &hp) == 0 ? EAGAIN : ENOENT;
	} while (error == EAGAIN);
	ext2fs_htree_close(dvp, &hp);
	return error;
}
