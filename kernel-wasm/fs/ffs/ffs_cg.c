/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_cg.c - cylinder groups: bitmaps and the counters that follow them.
 *
 * Interface
 *	Pure.  cg_open() checks what the other functions rely on: all maps lie
 *	inside the block.  Counters, rotors and bits are not believed: a
 *	search ends at the end of its map whatever the counters promise, and a
 *	counter that would become negative stays 0.
 *
 * In step	on every change of a frag: its bit, cg_cs, cg_frsum of the block
 *	it lies in, and, when a whole block becomes free or stops to be, the
 *	cluster map and the sums of free runs of blocks.
 *
 * Errors	EINVAL no sound group; EIO freeing what is free or no data.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "ffs_cg.h"

#define	CS_NDIR		(CG_CS + 0)
#define	CS_NBFREE	(CG_CS + 4)
#define	CS_NIFREE	(CG_CS + 8)
#define	CS_NFFREE	(CG_CS + 12)

static uint32_t
cg_get(const struct cg *cg, size_t off)
{
	return ufs_rd32(cg->cg_fs, cg->cg_data + off);
}

static void
cg_set(struct cg *cg, size_t off, uint32_t v)
{
	ufs_wr32(cg->cg_fs, cg->cg_data + off, v);
}

/*
 * Add to a counter that is never negative.
 */
static void
cg_count(struct cg *cg, uint8_t *p, int32_t delta)
{
	int64_t v = (int64_t)(int32_t)ufs_rd32(cg->cg_fs, p) + delta;

	if (v < 0)
		v = 0;
	ufs_wr32(cg->cg_fs, p, v > INT32_MAX ? INT32_MAX : (uint32_t)v);
}

static bool
bit_isset(const uint8_t *map, uint32_t i)
{
	return (map[i >> 3] & (1U << (i & 7))) != 0;
}

static void
bit_put(uint8_t *map, uint32_t i, bool on)
{
	if (on)
		map[i >> 3] |= (uint8_t)(1U << (i & 7));
	else
		map[i >> 3] &= (uint8_t)~(1U << (i & 7));
}

/*
 * A map of so many bits at an offset that the disk gives, or NULL.
 */
static uint8_t *
cg_map(const struct cg *cg, size_t where, uint64_t bits)
{
	const uint32_t off = cg_get(cg, where);

	if (off < CG_MAPS || off > cg->cg_fs->fs_cgsize ||
	    howmany(bits, 8) > cg->cg_fs->fs_cgsize - off)
		return NULL;
	return cg->cg_data + off;
}

static bool
cg_openclusters(struct cg *cg)
{
	const struct fs *fs = cg->cg_fs;

	cg->cg_clustersfree = cg->cg_clustersum = NULL;
	if (fs->fs_contigsumsize == 0)
		return true;
	cg->cg_nclusterblks = cg_get(cg, CG_NCLUSTERBLKS);
	if (cg->cg_nclusterblks > fs->fs_fpg / fs->fs_frag)
		return false;
	cg->cg_clustersum = cg_map(cg, CG_CLUSTERSUMOFF,
	    32 * ((uint64_t)fs->fs_contigsumsize + 1));
	cg->cg_clustersfree = cg_map(cg, CG_CLUSTEROFF,
	    cg->cg_nclusterblks);
	return cg->cg_clustersum != NULL && cg->cg_clustersfree != NULL;
}

/*
 * Which frags hold the copy of the superblock, the group itself, its inodes.
 */
static void
cg_layout(struct cg *cg)
{
	const struct fs *fs = cg->cg_fs;
	uint64_t base = (uint64_t)fs->fs_fpg * cg->cg_cgx;
	uint64_t start = ffs_cgstart(fs, cg->cg_cgx) - base;
	uint64_t lower = cg->cg_cgx == 0 ? 0 : start + fs->fs_sblkno;
	uint64_t upper = start + fs->fs_dblkno;

	if (cg->cg_cgx == 0 && fs->fs_csaddr == upper)
		upper += howmany((uint64_t)fs->fs_cssize, fs->fs_fsize);
	cg->cg_dlower = (uint32_t)MIN(lower, fs->fs_fpg);
	cg->cg_dupper = (uint32_t)MIN(upper, fs->fs_fpg);
}

int
cg_open(const struct fs *fs, uint8_t *data, uint32_t cgx, struct cg *cg)
{
	uint64_t exist = fs->fs_size - (uint64_t)fs->fs_fpg * cgx;

	cg->cg_fs = fs;
	cg->cg_data = data;
	cg->cg_cgx = cgx;
	cg->cg_ndblk = cg_get(cg, CG_NDBLK);
	if (cg_get(cg, CG_MAGICOFF) != CG_MAGIC || cg_get(cg, CG_CGX) != cgx ||
	    cg->cg_ndblk > fs->fs_fpg)
		return EINVAL;
	if (cg->cg_ndblk > exist)
		cg->cg_ndblk = (uint32_t)exist;
	cg->cg_inosused = cg_map(cg, CG_IUSEDOFF, fs->fs_ipg);
	cg->cg_blksfree = cg_map(cg, CG_FREEOFF, fs->fs_fpg);
	if (cg->cg_inosused == NULL || cg->cg_blksfree == NULL ||
	    !cg_openclusters(cg))
		return EINVAL;
	cg_layout(cg);
	return 0;
}

void
cg_summary(const struct cg *cg, struct csum *cs)
{
	cs->cs_ndir = (int32_t)cg_get(cg, CS_NDIR);
	cs->cs_nbfree = (int32_t)cg_get(cg, CS_NBFREE);
	cs->cs_nifree = (int32_t)cg_get(cg, CS_NIFREE);
	cs->cs_nffree = (int32_t)cg_get(cg, CS_NFFREE);
}

void
cg_settime(struct cg *cg, uint64_t now)
{
	if (!cg->cg_fs->fs_ufs2)
		cg_set(cg, CG_OLDTIME, (uint32_t)now);
	if (cg->cg_fs->fs_updated)
		ufs_wr64(cg->cg_fs, cg->cg_data + CG_TIME, now);
}

/*
 * The free bits of a block, lowest frag first.
 */
static uint32_t
cg_blkbits(const struct cg *cg, uint32_t blk)
{
	const uint32_t frag = cg->cg_fs->fs_frag;
	uint32_t first = blk * frag;

	return ((uint32_t)cg->cg_blksfree[first >> 3] >> (first & 7)) &
	    ((1U << frag) - 1);
}

static uint32_t
cg_fullbits(const struct cg *cg)
{
	return (1U << cg->cg_fs->fs_frag) - 1;
}

/*
 * Whole blocks that exist.
 */
static uint32_t
cg_nblk(const struct cg *cg)
{
	return cg->cg_ndblk >> cg->cg_fs->fs_fragshift;
}

/*
 * Can [frag, frag + n) be data?
 */
static bool
cg_isdata(const struct cg *cg, uint32_t frag, uint32_t n)
{
	return frag < cg->cg_ndblk && n <= cg->cg_ndblk - frag &&
	    (frag + n <= cg->cg_dlower || frag >= cg->cg_dupper);
}

static uint32_t
cluster_run(const struct cg *cg, int64_t i, int step)
{
	uint32_t n = 0;

	for (; n < cg->cg_fs->fs_contigsumsize && i >= 0 &&
	    i < cg->cg_nclusterblks &&
	    bit_isset(cg->cg_clustersfree, (uint32_t)i); i += step)
		n++;
	return n;
}

/*
 * A block became free, or stopped to be: the runs on both sides are joined or
 * separated.
 */
static void
cg_clusteracct(struct cg *cg, uint32_t blk, bool isfree)
{
	const uint32_t max = cg->cg_fs->fs_contigsumsize;
	const int32_t sign = isfree ? 1 : -1;
	uint32_t before, after;

	if (cg->cg_clustersfree == NULL || blk >= cg->cg_nclusterblks ||
	    bit_isset(cg->cg_clustersfree, blk) == isfree)
		return;
	bit_put(cg->cg_clustersfree, blk, isfree);
	before = cluster_run(cg, (int64_t)blk - 1, -1);
	after = cluster_run(cg, (int64_t)blk + 1, 1);
	cg_count(cg, cg->cg_clustersum + 4 * MIN(before + after + 1, max),
	    sign);
	if (before > 0)
		cg_count(cg, cg->cg_clustersum + 4 * before, -sign);
	if (after > 0)
		cg_count(cg, cg->cg_clustersum + 4 * after, -sign);
}

/*
 * Count the free runs of a partly free block in or out of cg_frsum.
 */
static void
cg_fragacct(struct cg *cg, uint32_t bits, int32_t delta)
{
	uint32_t run;

	if (bits == cg_fullbits(cg))
		return;
	while (bits != 0) {
		bits >>= __builtin_ctz(bits);
		run = (uint32_t)__builtin_ctz(~bits);
		cg_count(cg, cg->cg_data + CG_FRSUM + 4 * run, delta);
		bits >>= run;
	}
}

/*
 * Give a block new free bits; every counter follows.
 */
static void
cg_setbits(struct cg *cg, uint32_t blk, uint32_t bits)
{
	const uint32_t frag = cg->cg_fs->fs_frag, full = cg_fullbits(cg);
	uint32_t old = cg_blkbits(cg, blk), first = blk * frag;
	uint8_t *p = &cg->cg_blksfree[first >> 3];
	int32_t nb = (bits == full) - (old == full);
	int32_t nf = (bits == full ? 0 : (int32_t)popcount32(bits)) -
	    (old == full ? 0 : (int32_t)popcount32(old));

	cg_fragacct(cg, old, -1);
	cg_fragacct(cg, bits, 1);
	*p = (uint8_t)((*p & ~(full << (first & 7))) | bits << (first & 7));
	if (nf != 0)
		cg_count(cg, cg->cg_data + CS_NFFREE, nf);
	if (nb != 0) {
		cg_count(cg, cg->cg_data + CS_NBFREE, nb);
		cg_clusteracct(cg, blk, nb > 0);
	}
}

/*
 * The bits of n frags from the at-th of their block.
 */
static uint32_t
frag_mask(uint32_t at, uint32_t n)
{
	return ((1U << n) - 1) << at;
}

/*
 * First free block in [blk, end), or end.
 */
static uint32_t
cg_findblk(const struct cg *cg, uint32_t blk, uint32_t end)
{
	const uint32_t full = cg_fullbits(cg), frag = cg->cg_fs->fs_frag;
	const uint32_t perbyte = 8 / frag;

	while (blk < end) {
		if (blk % perbyte == 0 &&
		    cg->cg_blksfree[blk / perbyte] == 0) {
			blk += perbyte;
			continue;
		}
		if (cg_blkbits(cg, blk) == full) {
			if (cg_isdata(cg, blk * frag, frag))
				return blk;
			blk = MAX(blk + 1, cg->cg_dupper / frag);
			continue;
		}
		blk++;
	}
	return end;
}

/*
 * A whole block, the one at frag pref if it is free, else the next one; the
 * rotor says where to look without a wish.
 */
int64_t
cg_allocblk(struct cg *cg, int64_t pref)
{
	const uint32_t frag = cg->cg_fs->fs_frag, n = cg_nblk(cg);
	uint32_t start, blk;

	start = (pref >= 0 ? (uint32_t)pref : cg_get(cg, CG_ROTOR)) / frag;
	if (start >= n)
		start = 0;
	blk = cg_findblk(cg, start, n);
	if (blk == n) {
		blk = cg_findblk(cg, 0, start);
		if (blk == start)
			return -1;
	}
	cg_setbits(cg, blk, 0);
	cg_set(cg, CG_ROTOR, blk * frag);
	return (int64_t)blk * frag;
}

/*
 * The place of a free run of exactly n frags in a partly free block, or -1.
 */
static int
frag_run(uint32_t bits, uint32_t n)
{
	uint32_t at = 0, run;

	while (bits != 0) {
		run = (uint32_t)__builtin_ctz(bits);
		bits >>= run;
		at += run;
		run = (uint32_t)__builtin_ctz(~bits);
		if (run == n)
			return (int)at;
		bits >>= run;
		at += run;
	}
	return -1;
}

/*
 * Take n frags from a run of exactly `run` in blocks [blk, end).
 */
static int64_t
cg_fragsearch(struct cg *cg, uint32_t n, uint32_t run, uint32_t blk,
    uint32_t end)
{
	const uint32_t frag = cg->cg_fs->fs_frag, full = cg_fullbits(cg);
	uint32_t bits;
	int at;

	for (; blk < end; blk++) {
		bits = cg_blkbits(cg, blk);
		if (bits == 0 || bits == full)
			continue;
		at = frag_run(bits, run);
		if (at < 0 || !cg_isdata(cg, blk * frag + (uint32_t)at, n))
			continue;
		cg_setbits(cg, blk, bits & ~frag_mask((uint32_t)at, n));
		cg_set(cg, CG_FROTOR, blk * frag);
		return (int64_t)blk * frag + at;
	}
	return -1;
}

/*
 * n frags, fewer than a block: from the smallest run that does, or from a
 * free block.
 */
int64_t
cg_allocfrags(struct cg *cg, uint32_t n, int64_t pref)
{
	const uint32_t frag = cg->cg_fs->fs_frag;
	const uint32_t nblk = howmany(cg->cg_ndblk, frag);
	uint32_t run, start;
	int64_t got;

	start = (pref >= 0 ? (uint32_t)pref : cg_get(cg, CG_FROTOR)) / frag;
	if (start >= nblk)
		start = 0;
	for (run = n; run < frag; run++) {
		if ((int32_t)cg_get(cg, CG_FRSUM + 4 * run) <= 0)
			continue;
		got = cg_fragsearch(cg, n, run, start, nblk);
		if (got < 0)
			got = cg_fragsearch(cg, n, run, 0, start);
		if (got >= 0)
			return got;
	}
	got = cg_allocblk(cg, pref);
	if (got >= 0)
		cg_setbits(cg, (uint32_t)got / frag,
		    frag_mask(n, frag - n));
	return got;
}

/*
 * Take just these frags of one block, if all are free.
 */
bool
cg_take(struct cg *cg, uint32_t frag, uint32_t n)
{
	uint32_t blk = frag >> cg->cg_fs->fs_fragshift;
	uint32_t mask = frag_mask(frag & (cg->cg_fs->fs_frag - 1), n);
	uint32_t bits;

	if (!cg_isdata(cg, frag, n))
		return false;
	bits = cg_blkbits(cg, blk);
	if ((mask & ~cg_fullbits(cg)) != 0 || (bits & mask) != mask)
		return false;
	cg_setbits(cg, blk, bits & ~mask);
	return true;
}

/*
 * Free n frags of one block.
 */
int
cg_free(struct cg *cg, uint32_t frag, uint32_t n)
{
	uint32_t blk = frag >> cg->cg_fs->fs_fragshift;
	uint32_t mask = frag_mask(frag & (cg->cg_fs->fs_frag - 1), n);
	uint32_t bits;

	if (!cg_isdata(cg, frag, n) || (mask & ~cg_fullbits(cg)) != 0)
		return EIO;
	bits = cg_blkbits(cg, blk);
	if ((bits & mask) != 0)
		return EIO;
	cg_setbits(cg, blk, bits | mask);
	return 0;
}

/*
 * Are these frags data, all in use?
 */
bool
cg_isused(const struct cg *cg, uint32_t frag, uint32_t n)
{
	uint32_t mask = frag_mask(frag & (cg->cg_fs->fs_frag - 1), n);

	return cg_isdata(cg, frag, n) && (mask & ~cg_fullbits(cg)) == 0 &&
	    (cg_blkbits(cg, frag >> cg->cg_fs->fs_fragshift) & mask) == 0;
}

/*
 * The first run of `want` free blocks, or the longest there is.
 */
uint32_t
cg_longestrun(const struct cg *cg, uint32_t want, uint32_t *fragp)
{
	const uint32_t frag = cg->cg_fs->fs_frag, full = cg_fullbits(cg);
	const uint32_t nblk = cg_nblk(cg);
	uint32_t blk, run = 0, best = 0;

	*fragp = 0;
	for (blk = 0; blk < nblk && best < want; blk++) {
		if (cg_blkbits(cg, blk) != full ||
		    !cg_isdata(cg, blk * frag, frag)) {
			run = 0;
			continue;
		}
		if (++run > best) {
			best = run;
			*fragp = (blk + 1 - run) * frag;
		}
	}
	return best;
}

/*
 * First unused inode in [ino, end), or end.
 */
static uint32_t
cg_findino(const struct cg *cg, uint32_t ino, uint32_t end)
{
	while (ino < end) {
		if ((ino & 7) == 0 && cg->cg_inosused[ino >> 3] == 0xff)
			ino += 8;
		else if (bit_isset(cg->cg_inosused, ino))
			ino++;
		else
			return ino;
	}
	return end;
}

/*
 * An inode, pref if it is unused, else the next one.
 */
int64_t
cg_allocino(struct cg *cg, int64_t pref, bool isdir)
{
	const uint32_t n = cg->cg_fs->fs_ipg;
	uint32_t first = cg->cg_cgx == 0 ? UFS_ROOTINO : 0;
	uint32_t start, ino;

	start = pref >= 0 ? (uint32_t)pref : cg_get(cg, CG_IROTOR);
	if (start >= n || start < first)
		start = first;
	ino = cg_findino(cg, start, n);
	if (ino == n) {
		ino = cg_findino(cg, first, start);
		if (ino == start)
			return -1;
	}
	bit_put(cg->cg_inosused, ino, true);
	cg_set(cg, CG_IROTOR, ino);
	cg_count(cg, cg->cg_data + CS_NIFREE, -1);
	if (isdir)
		cg_count(cg, cg->cg_data + CS_NDIR, 1);
	return ino;
}

bool
cg_inoused(const struct cg *cg, uint32_t ino)
{
	return ino < cg->cg_fs->fs_ipg && bit_isset(cg->cg_inosused, ino);
}

int
cg_freeino(struct cg *cg, uint32_t ino, bool isdir)
{
	if (!cg_inoused(cg, ino))
		return EIO;
	bit_put(cg->cg_inosused, ino, false);
	if (ino < cg_get(cg, CG_IROTOR))
		cg_set(cg, CG_IROTOR, ino);
	cg_count(cg, cg->cg_data + CS_NIFREE, 1);
	if (isdir)
		cg_count(cg, cg->cg_data + CS_NDIR, -1);
	return 0;
}
