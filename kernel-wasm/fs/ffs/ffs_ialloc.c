/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_ialloc.c - inodes: which group, which number.
 *
 * Policy
 *	A file's inode lies in the group of its directory.  A directory of
 *	the root goes to a random group with few directories, any other near
 *	its parent as long as that group has room for what directories usually
 *	hold, so that a tree stays together without filling its group
 *	(after Orlov's dirpref).
 *
 * Interface
 *	ffs_valloc() takes a number; who gets it finds out whether the inode
 *	is really free.  UFS2 inodes above cg_initediblk hold old bytes: their
 *	block is cleared on the disk before the group says they exist.
 *
 * Locking	one group at a time, then one block of inodes.
 * Sleeps	reads groups.
 * Errors	ENOSPC; EIO a damaged group, or freeing what is free.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/cprng.h>
#include <sys/errno.h>
#include <sys/stat.h>

#include "ffs.h"

#define	CONTIGDIRS_MAX	255

/*
 * Clear the block of inodes that starts at `first` of the group.
 */
static int
ialloc_clear(struct ufsmount *ump, uint32_t cgx, uint32_t first)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	uint64_t blk;
	uint32_t off;
	int error;

	error = ffs_inode_place(fs, (uint64_t)cgx * fs->fs_ipg + first, &blk,
	    &off);
	if (error != 0)
		return EIO;
	bp = getblk(ump->um_devvp, fsbtodb(fs, blk), (int)fs->fs_bsize, 0, 0);
	clrbuf(bp);
	return ffs_metawrite(ump, bp, 0, fs->fs_bsize);
}

/*
 * Make sure that the inode's block was written once.
 */
static int
ialloc_initialise(struct ufsmount *ump, struct cg *cg, uint32_t ino)
{
	const struct fs *fs = &ump->um_fs;
	uint32_t niblk, inited;
	int error;

	if (!fs->fs_ufs2)
		return 0;
	niblk = MIN(ufs_rd32(fs, cg->cg_data + CG_NIBLK), fs->fs_ipg);
	inited = ufs_rd32(fs, cg->cg_data + CG_INITEDIBLK);
	while (ino >= inited && inited < niblk) {
		error = ialloc_clear(ump, cg->cg_cgx, rounddown(inited,
		    fs->fs_inopb));
		if (error != 0)
			return error;
		inited = rounddown(inited, fs->fs_inopb) + fs->fs_inopb;
		ufs_wr32(fs, cg->cg_data + CG_INITEDIBLK,
		    MIN(inited, niblk));
	}
	return ino < inited ? 0 : EIO;
}

static int
ialloc_ask(struct ufsmount *ump, uint32_t cgx, int64_t pref, uint32_t isdir,
    int64_t *inop)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	struct cg cg;
	int64_t got;
	bool mayhave;
	int error;

	mutex_enter(&ump->um_lock);
	mayhave = ump->um_csum[cgx].cs_nifree > 0;
	mutex_exit(&ump->um_lock);
	if (!mayhave)
		return ENOSPC;
	error = ffs_cgread(ump, cgx, &bp, &cg);
	if (error != 0)
		return error;
	got = cg_allocino(&cg, pref, isdir != 0);
	if (got < 0) {
		brelse(bp, 0);
		return ENOSPC;
	}
	error = ialloc_initialise(ump, &cg, (uint32_t)got);
	if (error != 0)
		(void)cg_freeino(&cg, (uint32_t)got, isdir != 0);
	ffs_cgwrite(ump, bp, &cg);
	*inop = (int64_t)fs->fs_ipg * cgx + got;
	return error;
}

/* What a group should have before a directory is put in it. */
struct dirgoal {
	int64_t	dg_minifree, dg_minbfree, dg_maxndir, dg_maxcontig;
	int64_t	dg_avgifree, dg_avgbfree;
};

static void
dirpref_goal(const struct ufsmount *ump, struct dirgoal *g)
{
	const struct fs *fs = &ump->um_fs;
	const int64_t ncg = fs->fs_ncg, ipg = fs->fs_ipg;
	int64_t avgndir = (int64_t)fs->fs_ndir / ncg;
	int64_t dirsize, bpg = fs->fs_fpg / fs->fs_frag;

	g->dg_avgifree = (int64_t)fs->fs_nifree / ncg;
	g->dg_avgbfree = (int64_t)fs->fs_nbfree / ncg;
	g->dg_maxndir = MIN(avgndir + ipg / 16, ipg);
	g->dg_minifree = MAX(g->dg_avgifree - g->dg_avgifree / 4, 1);
	g->dg_minbfree = MAX(g->dg_avgbfree - g->dg_avgbfree / 4, 1);
	dirsize = (int64_t)MIN(fs->fs_avgfilesize, (uint32_t)1 << 24) *
	    MIN(fs->fs_avgfpdir, 65536);
	dirsize = MAX(dirsize, (int64_t)fs->fs_bsize);
	g->dg_maxcontig = MIN(MAX((bpg - g->dg_minbfree) * fs->fs_bsize /
	    dirsize, 1), CONTIGDIRS_MAX);
}

static bool
dirpref_good(const struct ufsmount *ump, const struct dirgoal *g,
    uint32_t cgx)
{
	const struct csum *cs = &ump->um_csum[cgx];

	return cs->cs_ndir < g->dg_maxndir && cs->cs_nifree >=
	    g->dg_minifree && cs->cs_nbfree >= g->dg_minbfree &&
	    ump->um_contigdirs[cgx] < g->dg_maxcontig;
}

/*
 * For a directory of the root: the fewest directories among the groups that
 * have their share of the rest, from a random one on.
 */
static uint32_t
dirpref_spread(const struct ufsmount *ump, const struct dirgoal *g,
    uint32_t start)
{
	const uint32_t ncg = ump->um_fs.fs_ncg;
	const struct csum *cs;
	uint32_t i, at = start, best = start;
	int32_t fewest = INT32_MAX;

	for (i = 0; i < ncg; i++) {
		cs = &ump->um_csum[at];
		if (cs->cs_ndir < fewest && cs->cs_nifree >= g->dg_avgifree &&
		    cs->cs_nbfree >= g->dg_avgbfree) {
			fewest = cs->cs_ndir;
			best = at;
		}
		at = at + 1 == ncg ? 0 : at + 1;
	}
	return best;
}

static uint32_t
dirpref_near(const struct ufsmount *ump, const struct dirgoal *g,
    uint32_t start)
{
	const uint32_t ncg = ump->um_fs.fs_ncg;
	uint32_t i, at = start;

	for (i = 0; i < ncg; i++) {
		if (dirpref_good(ump, g, at))
			return at;
		at = at + 1 == ncg ? 0 : at + 1;
	}
	for (i = 0; i < ncg; i++) {
		if (ump->um_csum[at].cs_nifree >= g->dg_avgifree)
			return at;
		at = at + 1 == ncg ? 0 : at + 1;
	}
	return start;
}

static uint32_t
ffs_dirpref(struct inode *dp)
{
	struct ufsmount *ump = dp->i_ump;
	uint32_t ncg = ump->um_fs.fs_ncg, cgx;
	struct dirgoal g;

	if (ncg == 1)
		return 0;
	mutex_enter(&ump->um_lock);
	dirpref_goal(ump, &g);
	if (dp->i_number == UFS_ROOTINO)
		cgx = dirpref_spread(ump, &g, cprng_fast32() % ncg);
	else
		cgx = dirpref_near(ump, &g,
		    (uint32_t)(dp->i_number / ump->um_fs.fs_ipg));
	mutex_exit(&ump->um_lock);
	return cgx;
}

/*
 * A number for a new file in directory dp.
 */
int
ffs_valloc(struct inode *dp, mode_t mode, ino_t *inop)
{
	struct ufsmount *ump = dp->i_ump;
	const struct fs *fs = &ump->um_fs;
	bool isdir = S_ISDIR(mode);
	int64_t pref = -1, ino;
	uint32_t cgx;
	uint8_t *run;
	int error;

	if (isdir)
		cgx = ffs_dirpref(dp);
	else {
		cgx = (uint32_t)(dp->i_number / fs->fs_ipg);
		pref = (int64_t)(dp->i_number % fs->fs_ipg);
	}
	error = ffs_hashalloc(ump, cgx, pref, ialloc_ask, isdir, &ino);
	if (error != 0)
		return error;
	mutex_enter(&ump->um_lock);
	run = &ump->um_contigdirs[(uint64_t)ino / fs->fs_ipg];
	if (isdir && *run < CONTIGDIRS_MAX)
		(*run)++;
	else if (!isdir && *run > 0)
		(*run)--;
	mutex_exit(&ump->um_lock);
	*inop = (ino_t)ino;
	return 0;
}

/*
 * An inode whose mode on the disk is 0 by now.
 */
int
ffs_vfree(struct ufsmount *ump, ino_t ino, mode_t mode)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	struct cg cg;
	int error;

	error = ffs_cgread(ump, (uint32_t)(ino / fs->fs_ipg), &bp, &cg);
	if (error == 0) {
		error = cg_freeino(&cg, (uint32_t)(ino % fs->fs_ipg),
		    S_ISDIR(mode));
		if (error != 0)
			brelse(bp, 0);
		else
			ffs_cgwrite(ump, bp, &cg);
	}
	if (error != 0)
		printf("ffs: freeing inode %llu: error %d\n",
		    (unsigned long long)ino, error);
	return error;
}
