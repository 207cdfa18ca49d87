/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_update.c - inodes, descriptors and superblock go to the disk.
 *
 * Locking	an inode: the vnode is locked, or being reclaimed.
 *		descriptors and superblock: um_lock inside.
 * Sleeps	writes.
 * Errors	EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kernel.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include "ext2fs.h"

/*
 * The inode differs from the disk; it will be written by the syncer if
 * nobody does before.
 */
void
ext2fs_modified(struct inode *ip)
{
	struct vnode *vp = ip->i_vnode;

	if ((atomic_load_relaxed(&ip->i_flag) & IN_MODIFIED) != 0)
		return;
	atomic_or_uint(&ip->i_flag, IN_MODIFIED);
	vn_syncer_add_to_worklist(vp, filedelay);
}

/*
 * A file above 2 GB says so in the superblock.
 */
static void
update_largefile(struct ufsmount *ump)
{
	struct m_ext2fs *fs = &ump->um_e2fs;

	mutex_enter(&ump->um_lock);
	fs->e2fs_rocompat |= EXT2F_ROCOMPAT_LARGEFILE;
	le32enc(fs->e2fs_sb + SB_ROCOMPAT, fs->e2fs_rocompat);
	fs->e2fs_fmod = true;
	mutex_exit(&ump->um_lock);
	(void)ext2fs_sbupdate(ump, true);
}

int
ext2fs_update(struct inode *ip, bool wait)
{
	struct ufsmount *ump = ip->i_ump;
	struct m_ext2fs *fs = &ump->um_e2fs;
	struct vnode *vp = ip->i_vnode;
	struct buf *bp;
	uint8_t *p;
	int error;

	if ((atomic_load_relaxed(&ip->i_flag) & IN_MODIFIED) == 0 ||
	    (ump->um_openflags & FWRITE) == 0)
		return 0;
	if (ip->i_size > INT32_MAX && vp->v_type == VREG &&
	    !EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_LARGEFILE))
		update_largefile(ump);
	error = ext2fs_ext_write(ip);
	if (error != 0)
		return error;
	error = ext2fs_inode_get(ump, ip->i_number, &bp, &p);
	if (error != 0)
		return error;
	/* Who changes a time from here on says so again. */
	atomic_and_uint(&ip->i_flag, ~(u_int)IN_MODIFIED);
	mutex_enter(vp->v_interlock);
	ext2fs_dinode_encode(fs, &ip->i_din, p);
	mutex_exit(vp->v_interlock);
	if (wait)
		error = bwrite(bp);
	else
		bdwrite(bp);
	if (error == 0)
		ext2fs_ext_reap(ip);
	return error;
}

/*
 * As the mount wants changes of names and sizes: now, or with MNT_ASYNC some
 * time.
 */
int
ext2fs_update_ordered(struct inode *ip)
{
	return ext2fs_update(ip,
	    (ip->i_vnode->v_mount->mnt_flag & MNT_ASYNC) == 0);
}

/*
 * The block of the device that holds the superblock.
 */
static int
sb_write(struct ufsmount *ump, bool wait)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t blk = SBOFF >> fs->e2fs_bshift;
	struct buf *bp;
	int error;

	error = bread(ump->um_devvp, EXT2_FSBTODB(fs, blk),
	    (int)fs->e2fs_bsize, 0, &bp);
	if (error != 0)
		return error;
	memcpy((uint8_t *)bp->b_data + ext2_blkoff(fs, SBOFF), fs->e2fs_sb,
	    SBSIZE);
	if (wait)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

static int
gd_write(struct ufsmount *ump, uint32_t i, bool wait)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	struct buf *bp;

	bp = getblk(ump->um_devvp, EXT2_FSBTODB(fs,
	    fs->e2fs_first_dblock + 1 + i), (int)fs->e2fs_bsize, 0, 0);
	memcpy(bp->b_data, fs->e2fs_gd + ((size_t)i << fs->e2fs_bshift),
	    fs->e2fs_bsize);
	bp->b_resid = 0;
	fs->e2fs_gddirty[i] = 0;
	if (wait)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/*
 * Write what changed of descriptors and superblock.
 */
int
ext2fs_sbupdate(struct ufsmount *ump, bool wait)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t i;
	int error = 0, e;

	mutex_enter(&ump->um_lock);
	if (!fs->e2fs_fmod) {
		mutex_exit(&ump->um_lock);
		return 0;
	}
	fs->e2fs_fmod = false;
	le32enc(fs->e2fs_sb + SB_FBCOUNT, fs->e2fs_fbcount);
	le32enc(fs->e2fs_sb + SB_FICOUNT, fs->e2fs_ficount);
	le32enc(fs->e2fs_sb + SB_WTIME, (uint32_t)time_second);
	for (i = 0; i < fs->e2fs_ngdb; i++) {
		if (fs->e2fs_gddirty[i] == 0)
			continue;
		e = gd_write(ump, i, wait);
		error = error != 0 ? error : e;
	}
	e = sb_write(ump, wait);
	mutex_exit(&ump->um_lock);
	return error != 0 ? error : e;
}

/*
 * What was written is durable on return, if the device can do that.
 */
int
ext2fs_cachesync(struct ufsmount *ump)
{
	int force = 1, error;

	error = VOP_IOCTL(ump->um_devvp, DIOCCACHESYNC, &force, FWRITE,
	    NOCRED);
	return error == ENOTTY || error == EOPNOTSUPP ? 0 : error;
}

/*
 * Everything that lies in the device's own buffers.
 */
int
ext2fs_flush(struct ufsmount *ump, bool wait)
{
	struct vnode *devvp = ump->um_devvp;
	int error, e;

	error = ext2fs_sbupdate(ump, false);
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	e = VOP_FSYNC(devvp, NOCRED, wait ? FSYNC_WAIT : 0, 0, 0);
	VOP_UNLOCK(devvp);
	error = error != 0 ? error : e;
	return error == 0 && wait ? ext2fs_cachesync(ump) : error;
}

/*
 * Set the state on the disk: in use, or as it was found.
 */
int
ext2fs_setstate(struct ufsmount *ump, bool clean)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	bool errors = (fs->e2fs_state & E2FS_ERRORS) != 0 ||
	    (fs->e2fs_state & E2FS_ISCLEAN) == 0;

	mutex_enter(&ump->um_lock);
	le16enc(fs->e2fs_sb + SB_STATE, errors ? E2FS_ERRORS :
	    clean ? E2FS_ISCLEAN : 0);
	fs->e2fs_fmod = true;
	mutex_exit(&ump->um_lock);
	return ext2fs_sbupdate(ump, true);
}
