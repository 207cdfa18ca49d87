/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_super.c - superblock: decoding, checking, and the geometry it implies.
 *
 * Interface
 *	Pure.  After ffs_super_decode() said 0, all shifts, sizes and counts
 *	are in the ranges that the other functions and files rely on:
 *	fsize 512..65536, bsize 4096..65536, frag 1..8, inodes and groups fit
 *	64-bit arithmetic without overflow.
 * Errors	ENOENT no superblock here; EINVAL one that makes no sense.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "ffs_format.h"

#define	FS_MAXCG	(1U << 24)

static bool
sb_magic(const uint8_t *p, struct fs *fs)
{
	uint32_t le = le32dec(p + SB_MAGIC), be = be32dec(p + SB_MAGIC);
	uint32_t magic = le;

	fs->fs_be = be == FS_UFS1_MAGIC || be == FS_UFS2_MAGIC ||
	    be == FS_UFS2EA_MAGIC;
	if (fs->fs_be)
		magic = be;
	fs->fs_ea = magic == FS_UFS2EA_MAGIC;
	fs->fs_ufs2 = magic == FS_UFS2_MAGIC || fs->fs_ea;
	return fs->fs_ufs2 || magic == FS_UFS1_MAGIC;
}

/*
 * Is this the superblock itself, or a copy that lies where one could be?
 */
static bool
sb_here(const uint8_t *p, const struct fs *fs, uint64_t pos)
{
	if (!fs->fs_ufs2 && (p[SB_OLDFLAGS] & FS_FLAGS_UPDATED) == 0)
		return pos != SBLOCK_UFS2;
	return ufs_rd64(fs, p + SB_SBLOCKLOC) == pos;
}

static uint64_t
sb_count(int64_t v)
{
	return v < 0 ? 0 : (uint64_t)v;
}

static void
sb_totals32(const uint8_t *p, struct fs *fs)
{
	fs->fs_size = ufs_rd32(fs, p + SB_OLDSIZE);
	fs->fs_dsize = ufs_rd32(fs, p + SB_OLDDSIZE);
	fs->fs_csaddr = ufs_rd32(fs, p + SB_OLDCSADDR);
	p += SB_OLDCSTOTAL;
	fs->fs_ndir = sb_count((int32_t)ufs_rd32(fs, p));
	fs->fs_nbfree = sb_count((int32_t)ufs_rd32(fs, p + 4));
	fs->fs_nifree = sb_count((int32_t)ufs_rd32(fs, p + 8));
	fs->fs_nffree = sb_count((int32_t)ufs_rd32(fs, p + 12));
}

static void
sb_totals64(const uint8_t *p, struct fs *fs)
{
	fs->fs_size = ufs_rd64(fs, p + SB_SIZE);
	fs->fs_dsize = ufs_rd64(fs, p + SB_DSIZE);
	fs->fs_csaddr = ufs_rd64(fs, p + SB_CSADDR);
	p += SB_CSTOTAL;
	fs->fs_ndir = sb_count((int64_t)ufs_rd64(fs, p));
	fs->fs_nbfree = sb_count((int64_t)ufs_rd64(fs, p + 8));
	fs->fs_nifree = sb_count((int64_t)ufs_rd64(fs, p + 16));
	fs->fs_nffree = sb_count((int64_t)ufs_rd64(fs, p + 24));
}

static void
sb_journal(const uint8_t *p, struct fs *fs)
{
	int i;

	fs->fs_jversion = p[SB_JVERSION];
	fs->fs_jlocation = p[SB_JLOCATION];
	fs->fs_jflags = ufs_rd32(fs, p + SB_JFLAGS);
	for (i = 0; i < 4; i++)
		fs->fs_jlocs[i] = ufs_rd64(fs, p + SB_JLOCS + 8 * i);
}

static void
sb_fields(const uint8_t *p, struct fs *fs)
{
	fs->fs_sblkno = ufs_rd32(fs, p + SB_SBLKNO);
	fs->fs_cblkno = ufs_rd32(fs, p + SB_CBLKNO);
	fs->fs_iblkno = ufs_rd32(fs, p + SB_IBLKNO);
	fs->fs_dblkno = ufs_rd32(fs, p + SB_DBLKNO);
	fs->fs_old_cgoffset = ufs_rd32(fs, p + SB_OLDCGOFF);
	fs->fs_old_cgmask = ufs_rd32(fs, p + SB_OLDCGMASK);
	fs->fs_ncg = ufs_rd32(fs, p + SB_NCG);
	fs->fs_bsize = ufs_rd32(fs, p + SB_BSIZE);
	fs->fs_fsize = ufs_rd32(fs, p + SB_FSIZE);
	fs->fs_frag = ufs_rd32(fs, p + SB_FRAG);
	fs->fs_minfree = ufs_rd32(fs, p + SB_MINFREE);
	fs->fs_nindir = ufs_rd32(fs, p + SB_NINDIR);
	fs->fs_inopb = ufs_rd32(fs, p + SB_INOPB);
	fs->fs_ipg = ufs_rd32(fs, p + SB_IPG);
	fs->fs_fpg = ufs_rd32(fs, p + SB_FPG);
	fs->fs_cssize = ufs_rd32(fs, p + SB_CSSIZE);
	fs->fs_cgsize = ufs_rd32(fs, p + SB_CGSIZE);
	fs->fs_sbsize = ufs_rd32(fs, p + SB_SBSIZE);
	fs->fs_maxbpg = ufs_rd32(fs, p + SB_MAXBPG);
	fs->fs_avgfilesize = ufs_rd32(fs, p + SB_AVGFILESIZE);
	fs->fs_avgfpdir = ufs_rd32(fs, p + SB_AVGFPDIR);
	fs->fs_contigsumsize = ufs_rd32(fs, p + SB_CONTIGSUM);
	fs->fs_optim = ufs_rd32(fs, p + SB_OPTIM);
	fs->fs_cgrotor = ufs_rd32(fs, p + SB_CGROTOR);
	fs->fs_clean = p[SB_CLEAN];
	fs->fs_maxsymlinklen = (int32_t)ufs_rd32(fs, p + SB_MAXSYMLINK);
	fs->fs_maxfilesize = ufs_rd64(fs, p + SB_MAXFILESIZE);
	fs->fs_id[0] = (int32_t)ufs_rd32(fs, p + SB_ID);
	fs->fs_id[1] = (int32_t)ufs_rd32(fs, p + SB_ID + 4);
	memcpy(fs->fs_volname, p + SB_VOLNAME, 32);
	fs->fs_volname[32] = '\0';
	fs->fs_olddir = fs->fs_maxsymlinklen <= 0 && !fs->fs_ufs2;
	fs->fs_oldinode = !fs->fs_ufs2 &&
	    (int32_t)ufs_rd32(fs, p + SB_OLDINODEFMT) < FS_44INODEFMT;
	fs->fs_updated = fs->fs_ufs2 ||
	    (p[SB_OLDFLAGS] & FS_FLAGS_UPDATED) != 0;
	if (fs->fs_updated) {
		fs->fs_flags = ufs_rd32(fs, p + SB_FLAGS);
		sb_totals64(p, fs);
		sb_journal(p, fs);
	} else {
		fs->fs_flags = p[SB_OLDFLAGS];
		fs->fs_maxfilesize = ((uint64_t)1 << 31) * fs->fs_bsize - 1;
		sb_totals32(p, fs);
	}
}

static int
sb_log2(uint32_t v)
{
	int n = 0;

	while (v > 1) {
		v >>= 1;
		n++;
	}
	return n;
}

/*
 * Sizes, and the shifts and masks stored beside them.
 */
static bool
sb_sizes_ok(const uint8_t *p, struct fs *fs)
{
	if (fs->fs_bsize < 4096 || fs->fs_bsize > MAXBSIZE ||
	    !powerof2(fs->fs_bsize))
		return false;
	if (fs->fs_fsize < DEV_BSIZE || !powerof2(fs->fs_fsize) ||
	    fs->fs_fsize > fs->fs_bsize)
		return false;
	fs->fs_bshift = sb_log2(fs->fs_bsize);
	fs->fs_fshift = sb_log2(fs->fs_fsize);
	fs->fs_fragshift = fs->fs_bshift - fs->fs_fshift;
	if (fs->fs_frag > 8 || fs->fs_frag != 1U << fs->fs_fragshift)
		return false;
	return (int)ufs_rd32(fs, p + SB_BSHIFT) == fs->fs_bshift &&
	    (int)ufs_rd32(fs, p + SB_FSHIFT) == fs->fs_fshift &&
	    (int)ufs_rd32(fs, p + SB_FRAGSHIFT) == fs->fs_fragshift &&
	    ufs_rd32(fs, p + SB_BMASK) == ~(fs->fs_bsize - 1) &&
	    ufs_rd32(fs, p + SB_FMASK) == ~(fs->fs_fsize - 1);
}

/*
 * Groups: everything of a group lies inside it.
 */
static bool
sb_groups_ok(const uint8_t *p, const struct fs *fs)
{
	uint32_t dsize = fs->fs_ufs2 ? DINODE2_SIZE : DINODE1_SIZE;
	uint64_t inodefrags;

	if (fs->fs_ncg == 0 || fs->fs_ncg > FS_MAXCG || fs->fs_ipg == 0 ||
	    fs->fs_fpg == 0 || fs->fs_ipg > INT32_MAX ||
	    fs->fs_fpg > INT32_MAX || fs->fs_size == 0 ||
	    fs->fs_cssize == 0 || ufs_rd32(fs, p + SB_MAXBPG) == 0)
		return false;
	if (fs->fs_inopb != fs->fs_bsize / dsize ||
	    fs->fs_nindir != fs->fs_bsize / (fs->fs_ufs2 ? 8U : 4U))
		return false;
	if (fs->fs_cgsize < CG_STRUCTSIZE || fs->fs_cgsize > fs->fs_bsize)
		return false;
	if (fs->fs_size > (uint64_t)fs->fs_ncg * fs->fs_fpg ||
	    fs->fs_size > (uint64_t)INT64_MAX >> fs->fs_fshift)
		return false;
	inodefrags = howmany((uint64_t)fs->fs_ipg, fs->fs_inopb) *
	    fs->fs_frag;
	return (uint64_t)fs->fs_iblkno + inodefrags <= fs->fs_fpg &&
	    fs->fs_sblkno < fs->fs_fpg && fs->fs_cblkno < fs->fs_fpg;
}

/*
 * Decode what was read at byte pos.  force: unknown flags are accepted.
 */
int
ffs_super_decode(const uint8_t *p, uint64_t pos, bool force, struct fs *fs)
{
	memset(fs, 0, sizeof(*fs));
	if (!sb_magic(p, fs) || !sb_here(p, fs, pos))
		return ENOENT;
	fs->fs_sblockloc = pos;
	sb_fields(p, fs);
	if (fs->fs_sbsize < SB_STRUCTSIZE || fs->fs_sbsize > SBLOCKSIZE)
		return EINVAL;
	if (!sb_sizes_ok(p, fs) || !sb_groups_ok(p, fs))
		return EINVAL;
	if (!force && (fs->fs_flags & ~(uint32_t)FS_KNOWN_FLAGS &
	    ~(fs->fs_ufs2 ? 0U : FS_FLAGS_UPDATED)) != 0)
		return EINVAL;
	if (fs->fs_maxfilesize > INT64_MAX)
		fs->fs_maxfilesize = INT64_MAX;
	if (fs->fs_maxsymlinklen > (fs->fs_ufs2 ? 120 : 60))
		fs->fs_maxsymlinklen = fs->fs_ufs2 ? 120 : 60;
	if (fs->fs_minfree > 99)
		fs->fs_minfree = 99;
	if (fs->fs_contigsumsize > FS_MAXCONTIGSUM)
		fs->fs_contigsumsize = 0;
	return 0;
}

/*
 * What changes while a file system is mounted, into the superblock as it was
 * read.  An old UFS1 keeps its totals where it always did, an updated one in
 * both places.
 */
void
ffs_super_encode(const struct fs *fs, uint64_t now, uint8_t *p)
{
	const uint64_t total[4] = { fs->fs_ndir, fs->fs_nbfree,
	    fs->fs_nifree, fs->fs_nffree };
	int i;

	p[SB_FMOD] = 0;
	p[SB_CLEAN] = fs->fs_clean;
	p[SB_RONLY] = fs->fs_ronly;
	ufs_wr32(fs, p + SB_CGROTOR, fs->fs_cgrotor);
	memset(p + SB_INCORE, 0, FS_INCORESIZE);
	if (!fs->fs_ufs2) {
		ufs_wr32(fs, p + SB_OLDTIME, (uint32_t)now);
		for (i = 0; i < 4; i++)
			ufs_wr32(fs, p + SB_OLDCSTOTAL + 4 * i,
			    (uint32_t)total[i]);
	}
	if (!fs->fs_updated) {
		p[SB_OLDFLAGS] = (uint8_t)fs->fs_flags;
		return;
	}
	ufs_wr64(fs, p + SB_TIME, now);
	ufs_wr32(fs, p + SB_FLAGS, fs->fs_flags);
	for (i = 0; i < 4; i++)
		ufs_wr64(fs, p + SB_CSTOTAL + 8 * i, total[i]);
	p[SB_JVERSION] = fs->fs_jversion;
	p[SB_JLOCATION] = fs->fs_jlocation;
	ufs_wr32(fs, p + SB_JFLAGS, fs->fs_jflags);
	for (i = 0; i < 4; i++)
		ufs_wr64(fs, p + SB_JLOCS + 8 * i, fs->fs_jlocs[i]);
}

/*
 * May it be written to?  What reading does not need must hold together too:
 * as many groups as the size says, and a summary that has room for them.
 */
bool
ffs_super_writable(const struct fs *fs)
{
	uint64_t csfrags = howmany((uint64_t)fs->fs_cssize, fs->fs_fsize);

	return (uint64_t)(fs->fs_ncg - 1) * fs->fs_fpg < fs->fs_size &&
	    fs->fs_cssize >= (uint64_t)fs->fs_ncg * CSUM_SIZE &&
	    fs->fs_csaddr < fs->fs_size &&
	    csfrags <= fs->fs_size - fs->fs_csaddr &&
	    fs->fs_fpg % fs->fs_frag == 0 &&
	    fs->fs_dblkno <= fs->fs_fpg && fs->fs_sblkno <= fs->fs_dblkno &&
	    fs->fs_dsize <= fs->fs_size;
}

/*
 * First frag of a group's fixed part.
 */
uint64_t
ffs_cgstart(const struct fs *fs, uint32_t cg)
{
	uint64_t base = (uint64_t)fs->fs_fpg * cg;

	if (fs->fs_ufs2)
		return base;
	return base + (uint64_t)fs->fs_old_cgoffset *
	    (cg & ~fs->fs_old_cgmask);
}

/*
 * The block (frag address) that holds an inode, and the byte in it.
 */
int
ffs_inode_place(const struct fs *fs, uint64_t ino, uint64_t *blkp,
    uint32_t *offp)
{
	uint32_t cg, n;
	uint64_t blk;

	if (ino < UFS_ROOTINO || ino >= (uint64_t)fs->fs_ncg * fs->fs_ipg)
		return EINVAL;
	cg = (uint32_t)(ino / fs->fs_ipg);
	n = (uint32_t)(ino % fs->fs_ipg);
	blk = ffs_cgstart(fs, cg) + fs->fs_iblkno +
	    (uint64_t)(n / fs->fs_inopb) * fs->fs_frag;
	if (blk > fs->fs_size || fs->fs_frag > fs->fs_size - blk)
		return EINVAL;
	*blkp = blk;
	*offp = (n % fs->fs_inopb) *
	    (fs->fs_ufs2 ? DINODE2_SIZE : DINODE1_SIZE);
	return 0;
}

/*
 * Can data be there?
 */
bool
ffs_frags_valid(const struct fs *fs, int64_t addr, uint32_t count)
{
	return addr > 0 && (uint64_t)addr < fs->fs_size &&
	    count <= fs->fs_size - (uint64_t)addr;
}

/*
 * Bytes that logical block lbn of a file of this size has on the disk.
 */
int
ffs_blksize(const struct fs *fs, uint64_t size, daddr_t lbn)
{
	uint64_t start = (uint64_t)lbn << fs->fs_bshift;

	if (lbn >= UFS_NDADDR || size >= start + fs->fs_bsize)
		return (int)fs->fs_bsize;
	if (size <= start)
		return (int)fs->fs_fsize;
	return (int)roundup2((uint32_t)(size - start), fs->fs_fsize);
}
