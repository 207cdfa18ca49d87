/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_alloc.c - blocks and fragments of the disk: which group, which place.
 *
 * Policy (after McKusick, Joy, Leffler, Fabry: A Fast File System for UNIX)
 *	A block follows the one before it in the file; the first of a file
 *	lies in the group of its inode, each fs_maxbpg-th starts in another
 *	group with more than its share of free blocks.  Where the wish cannot
 *	be met: the next free one in the group, then other groups, first at
 *	doubling distances, then all.
 *
 * Interface
 *	Counts of frags are 1..fs_frag, runs never cross a block.  The bit map
 *	decides; counters only tell where to look.  A damaged group is passed
 *	over.
 *
 * Locking	the inode's vnode exclusively; one group at a time.
 * Sleeps	reads groups.
 * Errors	ENOSPC; EIO a damaged group or an address that is no data or
 *		already free (said on the console, nothing changed).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/timevar.h>

#include "ffs.h"
#include "ffs_log.h"

#define	FS_OPTSPACE	1

int
ffs_cgread(struct ufsmount *ump, uint32_t cgx, struct buf **bpp,
    struct cg *cg)
{
	struct fs *fs = &ump->um_fs;
	uint64_t addr = ffs_cgstart(fs, cgx) + fs->fs_cblkno;
	struct buf *bp;
	int error;

	if (!ffs_frags_valid(fs, (int64_t)addr, fs->fs_frag))
		return EIO;
	error = ffs_metaread(ump, ump->um_devvp, fsbtodb(fs, addr),
	    (int)fs->fs_bsize, &bp);
	if (error != 0)
		return error;
	if (cg_open(fs, bp->b_data, cgx, cg) != 0) {
		brelse(bp, 0);
		return EIO;
	}
	*bpp = bp;
	return 0;
}

static void
total_adjust(uint64_t *total, int32_t old, int32_t new)
{
	int64_t delta = (int64_t)new - old;

	if (delta < 0 && (uint64_t)-delta > *total)
		*total = 0;
	else
		*total += (uint64_t)delta;
}

/*
 * A group was changed: the summary and the totals follow its counters.
 */
void
ffs_cgwrite(struct ufsmount *ump, struct buf *bp, struct cg *cg)
{
	struct fs *fs = &ump->um_fs;
	struct csum *cs = &ump->um_csum[cg->cg_cgx], new;

	cg_settime(cg, (uint64_t)time_second);
	cg_summary(cg, &new);
	mutex_enter(&ump->um_lock);
	total_adjust(&fs->fs_ndir, cs->cs_ndir, new.cs_ndir);
	total_adjust(&fs->fs_nbfree, cs->cs_nbfree, new.cs_nbfree);
	total_adjust(&fs->fs_nifree, cs->cs_nifree, new.cs_nifree);
	total_adjust(&fs->fs_nffree, cs->cs_nffree, new.cs_nffree);
	*cs = new;
	fs->fs_fmod = true;
	mutex_exit(&ump->um_lock);
	ffs_metadelay(ump, bp, 0, fs->fs_cgsize);
}

/*
 * Ask groups from cgx on until one says something else than ENOSPC or EIO.
 */
int
ffs_hashalloc(struct ufsmount *ump, uint32_t cgx, int64_t pref,
    int (*ask)(struct ufsmount *, uint32_t, int64_t, uint32_t, int64_t *),
    uint32_t arg, int64_t *resultp)
{
	const uint32_t ncg = ump->um_fs.fs_ncg;
	int error, first;
	uint32_t i, at = cgx;

	first = (*ask)(ump, cgx, pref, arg, resultp);
	if (first != ENOSPC && first != EIO)
		return first;
	for (i = 1; i < ncg; i *= 2) {
		at = (at + i) % ncg;
		error = (*ask)(ump, at, -1, arg, resultp);
		if (error != ENOSPC && error != EIO)
			return error;
	}
	for (i = 2, at = (cgx + 2) % ncg; i < ncg; i++) {
		error = (*ask)(ump, at, -1, arg, resultp);
		if (error != ENOSPC && error != EIO)
			return error;
		at = at + 1 == ncg ? 0 : at + 1;
	}
	return first;
}

/*
 * Is it worth to read the group?
 */
static bool
alloc_mayhave(struct ufsmount *ump, uint32_t cgx, uint32_t frags)
{
	bool may;

	mutex_enter(&ump->um_lock);
	may = ump->um_csum[cgx].cs_nbfree > 0 ||
	    (frags < ump->um_fs.fs_frag && ump->um_csum[cgx].cs_nffree > 0);
	mutex_exit(&ump->um_lock);
	return may;
}

static int
alloc_ask(struct ufsmount *ump, uint32_t cgx, int64_t pref, uint32_t frags,
    int64_t *addrp)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	struct cg cg;
	int64_t got;
	int error;

	if (!alloc_mayhave(ump, cgx, frags))
		return ENOSPC;
	error = ffs_cgread(ump, cgx, &bp, &cg);
	if (error != 0)
		return error;
	if (frags == fs->fs_frag)
		got = cg_allocblk(&cg, pref);
	else
		got = cg_allocfrags(&cg, frags, pref);
	if (got < 0) {
		brelse(bp, 0);
		return ENOSPC;
	}
	ffs_cgwrite(ump, bp, &cg);
	*addrp = (int64_t)fs->fs_fpg * cgx + got;
	return 0;
}

/*
 * Does the reserve allow it?
 */
static int
alloc_allowed(struct ufsmount *ump, uint32_t frags, kauth_cred_t cred)
{
	const struct fs *fs = &ump->um_fs;
	uint64_t avail, reserve;

	mutex_enter(&ump->um_lock);
	avail = fs->fs_nbfree * fs->fs_frag + fs->fs_nffree;
	mutex_exit(&ump->um_lock);
	if (avail < frags)
		return ENOSPC;
	reserve = fs->fs_dsize * fs->fs_minfree / 100;
	if (avail - frags >= reserve)
		return 0;
	return kauth_authorize_system(cred, KAUTH_SYSTEM_FS_RESERVEDSPACE,
	    0, NULL, NULL, NULL) != 0 ? ENOSPC : 0;
}

static uint32_t
ino_to_cg(const struct inode *ip)
{
	return (uint32_t)(ip->i_number / ITOFS(ip)->fs_ipg);
}

int
ffs_alloc(struct inode *ip, int64_t pref, uint32_t frags, kauth_cred_t cred,
    int64_t *addrp)
{
	struct ufsmount *ump = ip->i_ump;
	const struct fs *fs = &ump->um_fs;
	uint32_t cgx = ino_to_cg(ip);
	int64_t rel = -1;
	int error;

	KASSERT(frags > 0 && frags <= fs->fs_frag);
	error = alloc_allowed(ump, frags, cred);
	if (error != 0)
		return error;
	if (pref > 0 && (uint64_t)pref < fs->fs_size) {
		cgx = (uint32_t)((uint64_t)pref / fs->fs_fpg);
		rel = (int64_t)((uint64_t)pref % fs->fs_fpg);
		if (rel == 0)
			rel = -1;	/* the group, by its rotor */
	}
	error = ffs_hashalloc(ump, cgx, rel, alloc_ask, frags, addrp);
	if (error != 0)
		return error;
	ip->i_din.di_blocks += (uint64_t)frags << (fs->fs_fshift - DEV_BSHIFT);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	return 0;
}

/*
 * Let a run of `have` frags grow to `want` where it is; ENOSPC: not there.
 */
int
ffs_extend(struct inode *ip, int64_t addr, uint32_t have, uint32_t want,
    kauth_cred_t cred)
{
	struct ufsmount *ump = ip->i_ump;
	const struct fs *fs = &ump->um_fs;
	uint32_t cgx = (uint32_t)((uint64_t)addr / fs->fs_fpg);
	uint32_t rel = (uint32_t)((uint64_t)addr % fs->fs_fpg);
	struct buf *bp;
	struct cg cg;
	int error;

	KASSERT(have < want && want <= fs->fs_frag);
	error = alloc_allowed(ump, want - have, cred);
	if (error != 0)
		return error;
	if ((rel & (fs->fs_frag - 1)) + want > fs->fs_frag)
		return ENOSPC;
	error = ffs_cgread(ump, cgx, &bp, &cg);
	if (error != 0)
		return error;
	if (!cg_take(&cg, rel + have, want - have)) {
		brelse(bp, 0);
		return ENOSPC;
	}
	ffs_cgwrite(ump, bp, &cg);
	ip->i_din.di_blocks += (uint64_t)(want - have) <<
	    (fs->fs_fshift - DEV_BSHIFT);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	return 0;
}

int
ffs_blkfree_now(struct ufsmount *ump, int64_t addr, uint32_t frags)
{
	const struct fs *fs = &ump->um_fs;
	uint32_t cgx = (uint32_t)((uint64_t)addr / fs->fs_fpg);
	struct buf *bp;
	struct cg cg;
	int error;

	error = ffs_cgread(ump, cgx, &bp, &cg);
	if (error != 0)
		return error;
	error = cg_free(&cg, (uint32_t)((uint64_t)addr % fs->fs_fpg), frags);
	if (error != 0)
		brelse(bp, 0);
	else
		ffs_cgwrite(ump, bp, &cg);
	return error;
}

/*
 * With a journal frags stay in use until the commit; what is free already is
 * found out now.
 */
static int
blkfree_later(struct ufsmount *ump, int64_t addr, uint32_t frags)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	struct cg cg;
	bool used;
	int error;

	error = ffs_cgread(ump, (uint32_t)((uint64_t)addr / fs->fs_fpg), &bp,
	    &cg);
	if (error != 0)
		return error;
	used = cg_isused(&cg, (uint32_t)((uint64_t)addr % fs->fs_fpg), frags);
	brelse(bp, 0);
	return used ? ffs_log_dealloc(ump, addr, frags) : EIO;
}

/*
 * Frags that no pointer names any more.
 */
int
ffs_blkfree(struct inode *ip, int64_t addr, uint32_t frags)
{
	struct ufsmount *ump = ip->i_ump;
	const struct fs *fs = &ump->um_fs;
	uint64_t sectors = (uint64_t)frags << (fs->fs_fshift - DEV_BSHIFT);
	int error;

	KASSERT(frags > 0 && frags <= fs->fs_frag);
	if (!ffs_frags_valid(fs, addr, frags))
		error = EIO;
	else if (ump->um_log != NULL)
		error = blkfree_later(ump, addr, frags);
	else
		error = ffs_blkfree_now(ump, addr, frags);
	if (error != 0) {
		printf("ffs: inode %llu: freeing %u frags at %lld: error %d\n",
		    (unsigned long long)ip->i_number, frags, (long long)addr,
		    error);
		return error;
	}
	ip->i_din.di_blocks -= MIN(ip->i_din.di_blocks, sectors);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	return 0;
}

/*
 * A group, from cgx on, with more than its share of free blocks.
 */
static uint32_t
blkpref_group(struct ufsmount *ump, uint32_t cgx)
{
	struct fs *fs = &ump->um_fs;
	uint32_t i, at = cgx;
	int64_t avg;

	mutex_enter(&ump->um_lock);
	avg = (int64_t)(fs->fs_nbfree / fs->fs_ncg);
	for (i = 0; i < fs->fs_ncg; i++) {
		if (ump->um_csum[at].cs_nbfree >= avg)
			break;
		at = at + 1 == fs->fs_ncg ? 0 : at + 1;
	}
	fs->fs_cgrotor = at;
	mutex_exit(&ump->um_lock);
	return at;
}

/*
 * Where block lbn had best be; prev: address of the one before, or 0.
 */
int64_t
ffs_blkpref(struct inode *ip, daddr_t lbn, int64_t prev)
{
	const struct fs *fs = ITOFS(ip);
	uint64_t next = (uint64_t)prev + fs->fs_frag;
	uint32_t cgx;

	if (lbn % fs->fs_maxbpg != 0 || lbn == 0) {
		if (prev > 0 && next < fs->fs_size && next % fs->fs_fpg != 0)
			return (int64_t)next;
		if (lbn == 0 || prev <= 0)
			return (int64_t)fs->fs_fpg * ino_to_cg(ip);
	}
	if (prev > 0 && (uint64_t)prev < fs->fs_size)
		cgx = (uint32_t)((uint64_t)prev / fs->fs_fpg) + 1;
	else
		cgx = ino_to_cg(ip) + (uint32_t)(lbn / fs->fs_maxbpg);
	return (int64_t)fs->fs_fpg * blkpref_group(ip->i_ump,
	    cgx % fs->fs_ncg);
}
