/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_wapbl.c - the journal of a mount: where it is, replay, start, stop.
 *
 * Interface
 *	ffs_wapbl_mount()	after the superblock was read: a journal with
 *		records is replayed - to the disk, or on a read-only mount in
 *		memory - and the superblock read again.
 *	ffs_wapbl_start()	-o log: operations are journalled from here on.
 *		A file system without a place for a journal gets one: behind
 *		its end on the device if there is room, else a file without a
 *		name, which it is at once when tunefs(8) gave a size.
 *	ffs_wapbl_orphans()	frees what was unlinked but open at the crash.
 *
 * Locking	mnt_updating is held, no operation is under way.
 * Sleeps	everything.
 * Errors	EINVAL, EFTYPE a damaged journal; ENOSPC no room for one.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

/*
 * The place that the superblock gives.
 */
static int
wapbl_place(const struct ufsmount *ump, struct ffslog_place *place)
{
	const struct fs *fs = &ump->um_fs;
	const uint64_t unit = fs->fs_jlocs[JL_BLKSZ];
	const uint64_t addr = fs->fs_jlocs[JL_ADDR];
	const uint64_t count = fs->fs_jlocs[JL_COUNT];

	if (!fs->fs_updated || fs->fs_jversion != FSJ_VERSION ||
	    (fs->fs_jlocation != FSJ_ENDOFPART &&
	    fs->fs_jlocation != FSJ_INFS))
		return ENOENT;
	if (unit < DEV_BSIZE || unit > MAXBSIZE || !powerof2(unit) ||
	    addr == 0 || addr > ump->um_devsize / unit || count < 8 ||
	    count > ump->um_devsize / unit - addr)
		return EINVAL;
	place->lp_sector = addr * (unit / DEV_BSIZE);
	place->lp_count = count * (unit / DEV_BSIZE);
	return 0;
}

/*
 * Sectors of the journal to their places, and the superblock again.
 */
static int
wapbl_apply(struct ufsmount *ump, struct ffslog *lg, bool force)
{
	int error = 0;

	if (!lg->lg_readonly) {
		error = ffs_log_home(ump, lg);
		ffs_log_empty(lg);
		if (error == 0)
			error = ffs_log_wipe(ump, lg);
		if (error != 0)
			return error;
	}
	ump->um_log = lg;
	error = ffs_findsuper(ump, force);
	/* The journal made it whole. */
	if (error == 0 && (ump->um_fs.fs_clean & FS_WASCLEAN) != 0)
		ump->um_fs.fs_clean = FS_ISCLEAN;
	ump->um_fs.fs_ronly = true;
	return error;
}

int
ffs_wapbl_mount(struct ufsmount *ump, bool force)
{
	const bool rdonly = (ump->um_mountp->mnt_flag & MNT_RDONLY) != 0;
	struct ffslog_place place;
	struct ffslog *lg;
	int error;

	if ((ump->um_fs.fs_flags & FS_DOWAPBL) == 0)
		return 0;
	error = wapbl_place(ump, &place);
	if (error != 0)
		return force ? 0 : error;
	lg = ffs_log_alloc(&place);
	lg->lg_readonly = rdonly;
	error = ffs_log_replay(ump, lg);
	if (error == 0 && (lg->lg_nsectors > 0 || lg->lg_norphans > 0)) {
		printf("ffs: replaying the journal%s\n", rdonly ?
		    " to memory" : "");
		error = wapbl_apply(ump, lg, force);
	} else if (error == 0)
		ump->um_log = lg;
	if (error == 0)
		return 0;
	ump->um_log = NULL;
	ffs_log_free(lg);
	if (!force)
		return error;
	printf("ffs: the journal is damaged (error %d) and not replayed\n",
	    error);
	return 0;
}

/*
 * Before the first write: what a read-only mount replayed in memory goes to
 * the disk; only the list of orphans stays.
 */
int
ffs_wapbl_settle(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	int error = 0;

	if (lg == NULL)
		return 0;
	if (lg->lg_readonly) {
		error = ffs_log_home(ump, lg);
		if (error == 0)
			error = ffs_log_wipe(ump, lg);
	}
	if (error == 0) {
		ffs_log_empty(lg);
		ump->um_oldlog = lg;
		ump->um_log = NULL;
	}
	return error;
}

/*
 * Inodes that had no name when the records ended.
 */
void
ffs_wapbl_orphans(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_oldlog;
	struct vnode *vp;
	uint32_t i, ino, mode;
	int error;

	if (lg == NULL)
		return;
	for (i = 0; i < lg->lg_norphans; i++) {
		ino = lg->lg_orphans[i].lo_ino;
		mode = lg->lg_orphans[i].lo_mode;
		ffs_log_begin(ump);
		error = vfs_inovget(ump->um_mountp, ino, &vp);
		if (error == 0)
			vput(vp);	/* without links: it goes */
		else if (error == ESTALE)
			(void)ffs_vfree(ump, ino, (mode_t)mode);
		ffs_log_end(ump);
	}
	ump->um_oldlog = NULL;
	ffs_log_free(lg);
}

/*
 * Behind the end of the file system, if the device is that much larger.
 */
static bool
wapbl_behind(struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	uint64_t end = fsbtobyte(fs, fs->fs_size);
	uint64_t size = roundup2(end / 1024, DEV_BSIZE);

	size = MIN(MAX(size, FSJ_MINSIZE), FSJ_MAXSIZE);
	if (ump->um_devsize - end < size)
		return false;
	fs->fs_jlocation = FSJ_ENDOFPART;
	fs->fs_jlocs[JL_ADDR] = (ump->um_devsize - size) / DEV_BSIZE;
	fs->fs_jlocs[JL_COUNT] = size / DEV_BSIZE;
	fs->fs_jlocs[JL_BLKSZ] = DEV_BSIZE;
	fs->fs_jlocs[JL_INO] = 0;
	return true;
}

/*
 * Does the file of a journal in the file system still hold it?
 */
static bool
wapbl_valid(struct ufsmount *ump)
{
	const struct fs *fs = &ump->um_fs;
	struct ffslog_place place;
	struct vnode *vp;
	uint64_t first;
	bool valid;

	if (wapbl_place(ump, &place) != 0)
		return false;
	if (fs->fs_jlocation == FSJ_ENDOFPART)
		return place.lp_sector * DEV_BSIZE >= fsbtobyte(fs,
		    fs->fs_size);
	if (vfs_inovget(ump->um_mountp, (ino_t)fs->fs_jlocs[JL_INO], &vp) != 0)
		return false;
	first = (uint64_t)VTOI(vp)->i_din.di_db[0] <<
	    (fs->fs_fshift - DEV_BSHIFT);
	valid = vp->v_type == VREG && (VTOI(vp)->i_flags & SF_LOG) != 0 &&
	    first == place.lp_sector && VTOI(vp)->i_size >=
	    place.lp_count * DEV_BSIZE;
	vput(vp);
	return valid;
}

/*
 * Bytes that tunefs(8) asked for.
 */
static uint64_t
wapbl_wanted(const struct fs *fs)
{
	const uint64_t unit = MAX(fs->fs_jlocs[JL_BLKSZ], 1);

	if ((fs->fs_jflags & FSJ_CREATE) == 0)
		return 0;
	return unit > MAXBSIZE ? 0 : MIN(fs->fs_jlocs[JL_COUNT],
	    FSJ_MAXSIZE) * unit;
}

int
ffs_wapbl_start(struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	struct ffslog_place place;
	struct ffslog *lg;
	uint64_t wanted;
	int error = 0;

	KASSERT(ump->um_log == NULL);
	if (!fs->fs_updated)
		return EINVAL;
	wanted = wapbl_wanted(fs);
	if (!wapbl_valid(ump)) {
		memset(fs->fs_jlocs, 0, sizeof(fs->fs_jlocs));
		fs->fs_jversion = FSJ_VERSION;
		if (wanted != 0 || !wapbl_behind(ump))
			error = ffs_wapbl_create(ump, wanted);
	}
	if (error == 0)
		error = wapbl_place(ump, &place);
	if (error == 0)
		error = vflushbuf(ump->um_devvp, FSYNC_WAIT);
	if (error != 0)
		return error;
	lg = ffs_log_alloc(&place);
	if (ump->um_oldlog != NULL)
		lg->lg_generation = ump->um_oldlog->lg_generation;
	error = ffs_log_wipe(ump, lg);
	if (error == 0) {
		fs->fs_flags |= FS_DOWAPBL;
		fs->fs_jflags = 0;
		error = ffs_sbupdate(ump, true);
	}
	if (error != 0)
		ffs_log_free(lg);
	else
		ump->um_log = lg;
	return error;
}

/*
 * Everything is in its place; the journal is empty and not needed.
 */
int
ffs_wapbl_stop(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	int error;

	if (lg == NULL)
		return 0;
	if (!lg->lg_readonly) {
		error = ffs_log_commit(ump);
		if (error == 0)
			error = ffs_log_wipe(ump, lg);
		if (error != 0)
			return error;
	}
	ump->um_log = NULL;
	ffs_log_free(lg);
	return 0;
}
