/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_super.c - superblock: decoding, checking, and the geometry it implies.
 *
 * Interface
 *	Pure.  After ext2fs_super_decode() said 0, sizes and counts are in
 *	the ranges that the other files rely on: blocks 1024..4096 bytes,
 *	bitmaps of a group in one block each, at least one group, inodes a
 *	power of two that divides the block.
 * Errors	EINVAL no superblock, or one that makes no sense.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "ext2fs_format.h"

static void
sb_fields(struct m_ext2fs *fs)
{
	const uint8_t *p = fs->e2fs_sb;

	fs->e2fs_icount = le32dec(p + SB_ICOUNT);
	fs->e2fs_bcount = le32dec(p + SB_BCOUNT);
	fs->e2fs_rbcount = le32dec(p + SB_RBCOUNT);
	fs->e2fs_fbcount = le32dec(p + SB_FBCOUNT);
	fs->e2fs_ficount = le32dec(p + SB_FICOUNT);
	fs->e2fs_first_dblock = le32dec(p + SB_FIRSTDB);
	fs->e2fs_bpg = le32dec(p + SB_BPG);
	fs->e2fs_ipg = le32dec(p + SB_IPG);
	fs->e2fs_state = le16dec(p + SB_STATE);
	fs->e2fs_rev = le32dec(p + SB_REV);
	fs->e2fs_inode_size = EXT2_REV0_DINODE_SIZE;
	if (fs->e2fs_rev == E2FS_REV0)
		return;
	fs->e2fs_inode_size = le16dec(p + SB_INODESIZE);
	fs->e2fs_compat = le32dec(p + SB_COMPAT);
	fs->e2fs_incompat = le32dec(p + SB_INCOMPAT);
	fs->e2fs_rocompat = le32dec(p + SB_ROCOMPAT);
}

/*
 * Room after the first 128 bytes that a new inode declares as used.
 */
static void
sb_extra(struct m_ext2fs *fs)
{
	uint32_t room = fs->e2fs_inode_size - EXT2_REV0_DINODE_SIZE;
	uint32_t want = MAX(le16dec(fs->e2fs_sb + SB_MINEXTRA),
	    le16dec(fs->e2fs_sb + SB_WANTEXTRA));

	if (want == 0)
		want = 32;
	fs->e2fs_wantextra = room < 4 ? 0 : MIN(roundup2(want, 4U), room);
}

static void
sb_hash(struct m_ext2fs *fs)
{
	const uint8_t *p = fs->e2fs_sb;
	int i;

	for (i = 0; i < 4; i++)
		fs->e2fs_hash_seed[i] = le32dec(p + SB_HASHSEED + 4 * i);
	fs->e2fs_hash_version = p[SB_HASHVERSION];
}

static bool
sb_sizes_ok(struct m_ext2fs *fs)
{
	const uint8_t *p = fs->e2fs_sb;
	uint32_t log = le32dec(p + SB_LOGBSIZE);

	if (fs->e2fs_rev > E2FS_REV1 || log > 2)
		return false;
	fs->e2fs_bshift = 10 + (int)log;
	fs->e2fs_bsize = 1U << fs->e2fs_bshift;
	if (fs->e2fs_rev == E2FS_REV1 &&
	    le32dec(p + SB_FIRSTINO) != EXT2_FIRSTINO)
		return false;
	return fs->e2fs_inode_size >= EXT2_REV0_DINODE_SIZE &&
	    powerof2(fs->e2fs_inode_size) &&
	    fs->e2fs_inode_size <= fs->e2fs_bsize;
}

/*
 * Groups: both bitmaps fit a block each, the inode table fits the group.
 */
static bool
sb_groups_ok(struct m_ext2fs *fs)
{
	uint32_t bits = fs->e2fs_bsize * 8;

	if (fs->e2fs_bpg == 0 || fs->e2fs_bpg > bits || fs->e2fs_ipg == 0 ||
	    fs->e2fs_ipg > bits || fs->e2fs_first_dblock >= fs->e2fs_bcount ||
	    fs->e2fs_first_dblock != (fs->e2fs_bsize == 1024 ? 1U : 0U))
		return false;
	if (fs->e2fs_rbcount > fs->e2fs_bcount ||
	    fs->e2fs_fbcount > fs->e2fs_bcount ||
	    fs->e2fs_ficount > fs->e2fs_icount)
		return false;
	fs->e2fs_ncg = (uint32_t)howmany((uint64_t)fs->e2fs_bcount -
	    fs->e2fs_first_dblock, fs->e2fs_bpg);
	fs->e2fs_ngdb = (uint32_t)howmany((uint64_t)fs->e2fs_ncg *
	    E2FS_GDSIZE, fs->e2fs_bsize);
	fs->e2fs_ipb = fs->e2fs_bsize / fs->e2fs_inode_size;
	fs->e2fs_itpg = howmany(fs->e2fs_ipg, fs->e2fs_ipb);
	return (uint64_t)fs->e2fs_ncg * fs->e2fs_ipg == fs->e2fs_icount &&
	    fs->e2fs_icount >= EXT2_FIRSTINO &&
	    fs->e2fs_first_dblock + 1 + fs->e2fs_ngdb <= fs->e2fs_avail;
}

/*
 * Decode e2fs_sb.  devsize: bytes of the device.
 */
int
ext2fs_super_decode(struct m_ext2fs *fs, uint64_t devsize)
{
	if (le16dec(fs->e2fs_sb + SB_MAGIC) != E2FS_MAGIC)
		return EINVAL;
	sb_fields(fs);
	if (!sb_sizes_ok(fs))
		return EINVAL;
	fs->e2fs_avail = (uint32_t)MIN((uint64_t)fs->e2fs_bcount,
	    devsize >> fs->e2fs_bshift);
	if (!sb_groups_ok(fs))
		return EINVAL;
	sb_extra(fs);
	sb_hash(fs);
	return 0;
}

/*
 * What keeps this file system from being mounted at all, or NULL.
 */
const char *
ext2fs_unsupported(const struct m_ext2fs *fs)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ EXT2F_INCOMPAT_RECOVER,
		    "its journal must be replayed first (e2fsck)" },
		{ EXT2F_INCOMPAT_64BIT, "it has the feature 64bit" },
		{ EXT2F_INCOMPAT_META_BG, "it has the feature meta_bg" },
		{ EXT2F_INCOMPAT_JOURNAL_DEV, "it is a journal device" },
		{ EXT2F_INCOMPAT_COMP, "it has the feature compression" },
		{ EXT2F_INCOMPAT_MMP, "it has the feature mmp" },
		{ 0x400, "it has the feature ea_inode" },
		{ 0x2000, "it has the feature metadata_csum_seed" },
		{ 0x4000, "it has the feature large_dir" },
		{ 0x8000, "it has the feature inline_data" },
		{ 0x10000, "it has the feature encrypt" },
		{ 0x20000, "it has the feature casefold" },
	};
	size_t i;

	for (i = 0; i < __arraycount(names); i++) {
		if ((fs->e2fs_incompat & names[i].bit) != 0)
			return names[i].name;
	}
	return (fs->e2fs_incompat & ~EXT2F_INCOMPAT_SUPP) != 0 ?
	    "it has an unknown feature" : NULL;
}

/*
 * The largest file: what the block map reaches, what the size field says,
 * what the count of 512-byte units can hold.
 */
uint64_t
ext2fs_maxfilesize(const struct m_ext2fs *fs, bool extents)
{
	uint64_t n = EXT2_NINDIR(fs), blocks, max;

	blocks = extents ? 0xffffffffU :
	    EXT2FS_NDADDR + n + n * n + n * n * n;
	max = blocks << fs->e2fs_bshift;
	if (fs->e2fs_rev == E2FS_REV0)
		return MIN(max, (uint64_t)INT32_MAX);
	if (!EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_HUGE_FILE))
		max = MIN(max, (uint64_t)0xffffffffU << DEV_BSHIFT);
	return max;
}

static bool
sb_powerof(uint32_t n, uint32_t base)
{
	uint64_t v = base;

	while (v < n)
		v *= base;
	return v == n;
}

/*
 * Does this group begin with a copy of superblock and descriptors?
 */
bool
ext2fs_cg_has_sb(const struct m_ext2fs *fs, uint32_t cg)
{
	if (cg == 0)
		return true;
	if (EXT2F_HAS_COMPAT(fs, EXT2F_COMPAT_SPARSESUPER2))
		return cg == le32dec(fs->e2fs_sb + SB_BACKUPBGS) ||
		    cg == le32dec(fs->e2fs_sb + SB_BACKUPBGS + 4);
	if (!EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_SPARSESUPER) || cg == 1)
		return true;
	return sb_powerof(cg, 3) || sb_powerof(cg, 5) || sb_powerof(cg, 7);
}

/*
 * Blocks of a group: the last one may be short.
 */
uint32_t
ext2fs_cg_blocks(const struct m_ext2fs *fs, uint32_t cg)
{
	if (cg + 1 < fs->e2fs_ncg)
		return fs->e2fs_bpg;
	return fs->e2fs_bcount - fs->e2fs_first_dblock - cg * fs->e2fs_bpg;
}

/*
 * Blocks that can never be a file's: boot block, superblocks, descriptors,
 * bitmaps and inode tables.
 */
uint32_t
ext2fs_overhead(const struct m_ext2fs *fs)
{
	uint32_t overhead = fs->e2fs_first_dblock, cg;

	for (cg = 0; cg < fs->e2fs_ncg; cg++) {
		if (ext2fs_cg_has_sb(fs, cg))
			overhead += 1 + fs->e2fs_ngdb;
		overhead += 2 + fs->e2fs_itpg;
	}
	return MIN(overhead, fs->e2fs_bcount);
}
