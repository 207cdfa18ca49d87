/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_wapbl_file.c - a journal inside the file system: a file without a name
 * whose blocks follow each other on the disk.
 *
 * Size		what tunefs(8) asked for, else a thousandth of the file
 *		system; at least 1 MB, at most 64 MB; less where no group has
 *		that much in one piece.
 *
 * Locking	mnt_updating is held, no operation is under way.
 * Sleeps	reads and writes.
 * Errors	ENOSPC no run of FSJ_MINSIZE / 4.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

/* Blocks in a row. */
struct run {
	int64_t	r_addr;
	uint32_t r_count;
};

/*
 * The longest run of a group, up to what is wanted.
 */
static void
run_ingroup(struct ufsmount *ump, uint32_t cgx, uint32_t want,
    struct run *best)
{
	const struct fs *fs = &ump->um_fs;
	uint32_t first, count;
	struct buf *bp;
	struct cg cg;

	if (ffs_cgread(ump, cgx, &bp, &cg) != 0)
		return;
	count = cg_longestrun(&cg, want, &first);
	brelse(bp, 0);
	if (count > best->r_count) {
		best->r_count = count;
		best->r_addr = (int64_t)fs->fs_fpg * cgx + first;
	}
}

/*
 * From the middle of the disk outwards.
 */
static void
run_find(struct ufsmount *ump, uint32_t want, struct run *best)
{
	const uint32_t ncg = ump->um_fs.fs_ncg;
	uint32_t i, at = ncg / 2;

	for (i = 0; i < ncg && best->r_count < want; i++) {
		run_ingroup(ump, at, want, best);
		at = at + 1 == ncg ? 0 : at + 1;
	}
}

/*
 * The run belongs to the file.
 */
static int
run_take(struct inode *ip, const struct run *run)
{
	struct ufsmount *ump = ip->i_ump;
	const struct fs *fs = &ump->um_fs;
	const uint32_t cgx = (uint32_t)((uint64_t)run->r_addr / fs->fs_fpg);
	uint32_t rel = (uint32_t)((uint64_t)run->r_addr % fs->fs_fpg), i;
	struct buf *bp;
	struct cg cg;
	int error;

	error = ffs_cgread(ump, cgx, &bp, &cg);
	if (error != 0)
		return error;
	for (i = 0; i < run->r_count && error == 0; i++)
		if (!cg_take(&cg, rel + i * fs->fs_frag, fs->fs_frag))
			error = EIO;
	ffs_cgwrite(ump, bp, &cg);
	for (i = 0; i < run->r_count && error == 0; i++)
		error = ffs_setblock(ip, i, run->r_addr + (int64_t)i *
		    fs->fs_frag);
	return error;
}

static int
file_fill(struct inode *ip, const struct run *run)
{
	struct fs *fs = ITOFS(ip);
	int error;

	error = run_take(ip, run);
	if (error != 0)
		return error;
	ip->i_nlink = 1;		/* it has no name, but stays */
	ip->i_mode = S_IFREG;
	ip->i_flags = SF_LOG;
	ip->i_size = (uint64_t)run->r_count << fs->fs_bshift;
	uvm_vnp_setsize(ip->i_vnode, (voff_t)ip->i_size);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	fs->fs_jlocation = FSJ_INFS;
	fs->fs_jlocs[JL_ADDR] = (uint64_t)fsbtodb(fs, run->r_addr);
	fs->fs_jlocs[JL_COUNT] = ip->i_size / DEV_BSIZE;
	fs->fs_jlocs[JL_BLKSZ] = DEV_BSIZE;
	fs->fs_jlocs[JL_INO] = ip->i_number;
	error = vflushbuf(ip->i_vnode, FSYNC_WAIT);
	return error != 0 ? error : ffs_update(ip, true);
}

/*
 * size: wanted, or 0.
 */
int
ffs_wapbl_create(struct ufsmount *ump, uint64_t size)
{
	const struct fs *fs = &ump->um_fs;
	struct run run = { 0, 0 };
	struct vnode *rootvp, *vp;
	struct vattr va;
	int error;

	if (size == 0)
		size = fsbtobyte(fs, fs->fs_size) / 1024;
	size = MIN(MAX(size, FSJ_MINSIZE), FSJ_MAXSIZE);
	run_find(ump, (uint32_t)(size >> fs->fs_bshift), &run);
	if ((uint64_t)run.r_count << fs->fs_bshift < FSJ_MINSIZE / 4)
		return ENOSPC;
	error = vfs_inovget(ump->um_mountp, UFS_ROOTINO, &rootvp);
	if (error != 0)
		return error;
	vattr_null(&va);
	va.va_type = VREG;
	va.va_mode = 0;
	error = vcache_new(ump->um_mountp, rootvp, &va, curlwp->l_cred, &vp);
	vput(rootvp);
	if (error != 0)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0) {
		error = file_fill(VTOI(vp), &run);
		VOP_UNLOCK(vp);
	}
	vrele(vp);
	return error;
}

/*
 * tunefs -l 0: the file goes, and its place is forgotten.
 */
int
ffs_wapbl_remove(struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	struct vnode *vp;
	int error = ESTALE;

	if (!fs->fs_updated || (fs->fs_jflags & FSJ_CLEAR) == 0)
		return 0;
	if (fs->fs_jlocation == FSJ_INFS)
		error = vfs_inovget(ump->um_mountp,
		    (ino_t)fs->fs_jlocs[JL_INO], &vp);
	if (error == 0) {
		if (vp->v_type == VREG &&
		    (VTOI(vp)->i_flags & SF_LOG) != 0) {
			VTOI(vp)->i_flags &= ~(uint32_t)SF_LOG;
			VTOI(vp)->i_nlink = 0;
			ffs_setflag(VTOI(vp), IN_CHANGE);
		}
		vput(vp);	/* without links: it goes */
	} else if (error != ESTALE && error != EINVAL)
		return error;
	fs->fs_jversion = fs->fs_jlocation = 0;
	fs->fs_jflags = 0;
	memset(fs->fs_jlocs, 0, sizeof(fs->fs_jlocs));
	return ffs_sbupdate(ump, true);
}
