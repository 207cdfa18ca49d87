/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_super_io.c - the superblock and the summary of the groups, on the disk
 * and in memory.
 *
 * Interface
 *	The summary is kept in memory in host order while the file system can
 *	be written to, and goes to the disk with the superblock.  After an
 *	unclean unmount it is made from the groups, not from what was written.
 *
 * Locking	um_lock over the copies; no buf is waited for under it.
 * Sleeps	reads and writes.
 * Errors	EINVAL no sound superblock; EIO; of the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/timevar.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

/*
 * The first of the four places that holds a superblock; its bytes stay in
 * um_sb.
 */
int
ffs_findsuper(struct ufsmount *ump, bool force)
{
	static const uint64_t places[] = SBLOCKSEARCH;
	struct buf *bp;
	size_t i;
	int error;

	for (i = 0; i < __arraycount(places); i++) {
		if (places[i] + SBLOCKSIZE > ump->um_devsize)
			continue;
		error = ffs_metaread(ump, ump->um_devvp, (daddr_t)(places[i] >>
		    DEV_BSHIFT), SBLOCKSIZE, &bp);
		if (error != 0)
			return error;
		error = ffs_super_decode(bp->b_data, places[i], force,
		    &ump->um_fs);
		if (error == 0)
			memcpy(ump->um_sb, bp->b_data, SBLOCKSIZE);
		/* Other block sizes will be read here. */
		brelse(bp, BC_NOCACHE);
		if (error != ENOENT)
			return error;
	}
	return EINVAL;
}

/*
 * Metadata whose order matters: durable before the next one, unless the mount
 * is asynchronous or a journal keeps the order.
 */
int
ffs_metawrite(struct ufsmount *ump, struct buf *bp, uint32_t off,
    uint32_t len)
{
	if (ffs_delayed(ump)) {
		ffs_metadelay(ump, bp, off, len);
		return 0;
	}
	bp->b_flags |= B_MEDIA_FUA;
	return bwrite(bp);
}

/*
 * Metadata in no order: bytes [off, off + len) of the buf changed.
 */
void
ffs_metadelay(struct ufsmount *ump, struct buf *bp, uint32_t off,
    uint32_t len)
{
	if (ump->um_log != NULL)
		ffs_log_write(ump, bp, off, len);
	else
		bdwrite(bp);
}

/*
 * A block of metadata, of the device or of a directory, with what the journal
 * knows better than the disk.
 */
int
ffs_metaread(struct ufsmount *ump, struct vnode *vp, daddr_t lbn, int size,
    struct buf **bpp)
{
	struct buf *bp;
	int error;

	if (ump->um_log == NULL)
		error = bread(vp, lbn, size, B_MODIFY, &bp);
	else {
		bp = getblk(vp, lbn, size, 0, 0);
		error = 0;
		if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
			bp->b_flags |= B_READ;
			bp->b_error = 0;
			bp->b_resid = bp->b_bcount;
			(void)VOP_STRATEGY(vp, bp);
			error = biowait(bp);
			if (error != 0)
				brelse(bp, BC_INVAL);
			else if (vp == ump->um_devvp ||
			    bp->b_blkno != bp->b_lblkno)
				ffs_log_overlay(ump, bp);
		}
	}
	if (error == 0 && bp->b_resid != 0) {
		brelse(bp, BC_INVAL);
		error = EIO;
	}
	*bpp = error == 0 ? bp : NULL;
	return error;
}

/*
 * Did anything change that the superblock counts?
 */
bool
ffs_summary_changed(struct ufsmount *ump)
{
	bool changed;

	mutex_enter(&ump->um_lock);
	changed = ump->um_fs.fs_fmod;
	mutex_exit(&ump->um_lock);
	return changed;
}

/*
 * What was written is on the medium.
 */
int
ffs_cachesync(struct ufsmount *ump)
{
	int force = 1, error;

	error = VOP_IOCTL(ump->um_devvp, DIOCCACHESYNC, &force, FWRITE,
	    NOCRED);
	return error == ENOTTY || error == ENODEV || error == EOPNOTSUPP ? 0 :
	    error;
}

int
ffs_sbupdate(struct ufsmount *ump, bool wait)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;

	bp = getblk(ump->um_devvp, (daddr_t)(fs->fs_sblockloc >> DEV_BSHIFT),
	    SBLOCKSIZE, 0, 0);
	mutex_enter(&ump->um_lock);
	ffs_super_encode(fs, (uint64_t)time_second, ump->um_sb);
	memcpy(bp->b_data, ump->um_sb, SBLOCKSIZE);
	ump->um_fs.fs_fmod = false;
	mutex_exit(&ump->um_lock);
	if (ump->um_log == NULL && wait)
		return bwrite(bp);
	ffs_metadelay(ump, bp, 0, SBLOCKSIZE);
	return 0;
}

static void
csum_decode(const struct fs *fs, const uint8_t *p, struct csum *cs)
{
	cs->cs_ndir = (int32_t)ufs_rd32(fs, p);
	cs->cs_nbfree = (int32_t)ufs_rd32(fs, p + 4);
	cs->cs_nifree = (int32_t)ufs_rd32(fs, p + 8);
	cs->cs_nffree = (int32_t)ufs_rd32(fs, p + 12);
}

static void
csum_encode(const struct fs *fs, uint8_t *p, const struct csum *cs)
{
	ufs_wr32(fs, p, (uint32_t)cs->cs_ndir);
	ufs_wr32(fs, p + 4, (uint32_t)cs->cs_nbfree);
	ufs_wr32(fs, p + 8, (uint32_t)cs->cs_nifree);
	ufs_wr32(fs, p + 12, (uint32_t)cs->cs_nffree);
}

/*
 * The block of the summary that holds group cgx, and the entries in it.
 */
static int
summary_block(struct ufsmount *ump, uint32_t cgx, struct buf **bpp,
    uint32_t *np)
{
	const struct fs *fs = &ump->um_fs;
	const uint32_t per = fs->fs_bsize / CSUM_SIZE;
	uint64_t blk = fs->fs_csaddr + (uint64_t)(cgx / per) * fs->fs_frag;
	uint32_t left = (fs->fs_ncg - cgx) * CSUM_SIZE;
	int size = (int)MIN(fs->fs_bsize, roundup2(left, fs->fs_fsize));
	int error;

	KASSERT(cgx % per == 0);
	error = ffs_metaread(ump, ump->um_devvp, fsbtodb(fs, blk), size, bpp);
	*np = MIN(per, fs->fs_ncg - cgx);
	return error;
}

static int
summary_read(struct ufsmount *ump)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	uint32_t cgx, i, n;
	int error;

	for (cgx = 0; cgx < fs->fs_ncg; cgx += n) {
		error = summary_block(ump, cgx, &bp, &n);
		if (error != 0)
			return error;
		for (i = 0; i < n; i++)
			csum_decode(fs, (const uint8_t *)bp->b_data +
			    (size_t)i * CSUM_SIZE, &ump->um_csum[cgx + i]);
		brelse(bp, 0);
	}
	return 0;
}

/*
 * What the groups say; a damaged one counts as full.
 */
static void
summary_recount(struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	struct csum *cs;
	struct buf *bp;
	struct cg cg;
	uint32_t cgx;

	fs->fs_ndir = fs->fs_nbfree = fs->fs_nifree = fs->fs_nffree = 0;
	for (cgx = 0; cgx < fs->fs_ncg; cgx++) {
		cs = &ump->um_csum[cgx];
		memset(cs, 0, sizeof(*cs));
		if (ffs_cgread(ump, cgx, &bp, &cg) != 0)
			continue;
		cg_summary(&cg, cs);
		brelse(bp, 0);
		fs->fs_ndir += (uint64_t)MAX(cs->cs_ndir, 0);
		fs->fs_nbfree += (uint64_t)MAX(cs->cs_nbfree, 0);
		fs->fs_nifree += (uint64_t)MAX(cs->cs_nifree, 0);
		fs->fs_nffree += (uint64_t)MAX(cs->cs_nffree, 0);
	}
}

/*
 * Into memory, before the first write.
 */
int
ffs_summary_load(struct ufsmount *ump)
{
	const struct fs *fs = &ump->um_fs;
	int error;

	KASSERT(ump->um_csum == NULL);
	ump->um_csum = kmem_zalloc(fs->fs_ncg * sizeof(*ump->um_csum),
	    KM_SLEEP);
	ump->um_contigdirs = kmem_zalloc(fs->fs_ncg, KM_SLEEP);
	error = summary_read(ump);
	if (error != 0)
		ffs_summary_free(ump);
	else if ((fs->fs_clean & FS_ISCLEAN) == 0)
		summary_recount(ump);
	return error;
}

void
ffs_summary_free(struct ufsmount *ump)
{
	const struct fs *fs = &ump->um_fs;

	if (ump->um_csum == NULL)
		return;
	kmem_free(ump->um_csum, fs->fs_ncg * sizeof(*ump->um_csum));
	kmem_free(ump->um_contigdirs, fs->fs_ncg);
	ump->um_csum = NULL;
	ump->um_contigdirs = NULL;
}

/*
 * Out to the disk, with the superblock's totals.
 */
int
ffs_summary_update(struct ufsmount *ump, bool wait)
{
	const struct fs *fs = &ump->um_fs;
	struct buf *bp;
	uint32_t cgx, i, n;
	int error;

	for (cgx = 0; cgx < fs->fs_ncg; cgx += n) {
		error = summary_block(ump, cgx, &bp, &n);
		if (error != 0)
			return error;
		mutex_enter(&ump->um_lock);
		for (i = 0; i < n; i++)
			csum_encode(fs, (uint8_t *)bp->b_data +
			    (size_t)i * CSUM_SIZE, &ump->um_csum[cgx + i]);
		mutex_exit(&ump->um_lock);
		ffs_metadelay(ump, bp, 0, (uint32_t)bp->b_bcount);
	}
	return ffs_sbupdate(ump, wait);
}
