/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_mount.c - mounting the fast file system, versions 1 and 2, of either
 * byte order; from read-only to writable and back; unmounting.
 *
 * Interface
 *	mount(2) type "ffs", struct ufs_args.  A file system that was not
 *	unmounted cleanly is mounted all the same, with a line on the console;
 *	its summary is counted anew before it is written to.
 *
 * fs_clean on the disk	(who)
 *	ISCLEAN -> WASCLEAN	mounted to be written to
 *	WASCLEAN -> ISCLEAN	unmounted, or made read-only
 *	0, WASCLEAN -> 0	mounted again after a crash: stays so until
 *				fsck(8)
 *
 * Locking	mnt_updating is held.
 * Sleeps	everything.
 * Errors	EINVAL no sound superblock, unknown features without MNT_FORCE;
 *		EBUSY; of a damaged journal (MNT_FORCE: mounted without it);
 *		of vfs_devmount.c.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ffs.h"
#include "ffs_log.h"

/*
 * The root must be a directory.
 */
static int
ffs_checkroot(struct mount *mp)
{
	struct vnode *vp;
	ino_t ino = UFS_ROOTINO;
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), &vp);
	if (error != 0)
		return error == ESTALE ? EINVAL : error;
	if (vp->v_type != VDIR)
		error = EINVAL;
	vrele(vp);
	return error;
}

static void
ffs_fillmount(struct mount *mp, struct ufsmount *ump)
{
	const struct fs *fs = &ump->um_fs;

	mp->mnt_data = ump;
	vfs_devmount_fill(mp, ump->um_devvp, MOUNT_FFS, FFS_MAXNAMLEN);
	if (fs->fs_id[0] != 0 && fs->fs_id[1] != 0) {
		mp->mnt_stat.f_fsidx.__fsid_val[0] = fs->fs_id[0];
		mp->mnt_stat.f_fsidx.__fsid_val[1] = fs->fs_id[1];
		mp->mnt_stat.f_fsid = (u_long)(uint32_t)fs->fs_id[0];
	}
	mp->mnt_stat.f_iosize = fs->fs_bsize;
	mp->mnt_fs_bshift = fs->fs_bshift;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	if (fs->fs_olddir)
		mp->mnt_iflag &= ~IMNT_DTYPE;
	if ((fs->fs_clean & FS_ISCLEAN) == 0)
		printf("ffs: file system was not unmounted cleanly\n");
}

/*
 * Begin to write: the disk says so before anything else changes on it.
 */
static int
ffs_startwrite(struct mount *mp, struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	const uint8_t clean = fs->fs_clean;
	int error;

	if (!ffs_super_writable(fs) ||
	    fs->fs_size > ump->um_devsize >> fs->fs_fshift)
		return EINVAL;
	error = ffs_wapbl_settle(ump);
	if (error == 0)
		error = ffs_summary_load(ump);
	if (error != 0)
		return error;
	fs->fs_clean = (clean & FS_ISCLEAN) != 0 ? FS_WASCLEAN : 0;
	fs->fs_ronly = false;
	fs->fs_flags &= ~(uint32_t)FS_DOWAPBL;
	error = ffs_sbupdate(ump, true);
	if (error == 0)
		error = ffs_wapbl_remove(ump);
	if (error == 0 && (mp->mnt_flag & MNT_LOG) != 0)
		error = ffs_wapbl_start(ump);
	if (error == 0)
		ffs_wapbl_orphans(ump);
	else {
		fs->fs_clean = clean;
		fs->fs_ronly = true;
		ffs_summary_free(ump);
	}
	return error;
}

/*
 * Everything is on the disk; then it says that it is whole.
 */
static int
ffs_stopwrite(struct mount *mp, struct ufsmount *ump)
{
	struct fs *fs = &ump->um_fs;
	const uint8_t clean = fs->fs_clean;
	int error;

	error = ffs_sync(mp, MNT_WAIT, NOCRED);
	if (error == 0)
		error = ffs_wapbl_stop(ump);
	if (error != 0)
		return error;
	if ((clean & FS_WASCLEAN) != 0)
		fs->fs_clean = FS_ISCLEAN;
	fs->fs_ronly = true;
	error = ffs_summary_update(ump, false);
	if (error == 0)
		error = vflushbuf(ump->um_devvp, FSYNC_WAIT);
	if (error == 0)
		error = ffs_cachesync(ump);
	if (error != 0) {
		fs->fs_clean = clean;
		fs->fs_ronly = false;
		return error;
	}
	ffs_summary_free(ump);
	return 0;
}

static void
ffs_freemount(struct ufsmount *ump)
{
	ffs_summary_free(ump);
	if (ump->um_log != NULL)
		ffs_log_free(ump->um_log);
	if (ump->um_oldlog != NULL)
		ffs_log_free(ump->um_oldlog);
	mutex_destroy(&ump->um_lock);
	kmem_free(ump->um_sb, SBLOCKSIZE);
	kmem_free(ump, sizeof(*ump));
}

/*
 * What is on the device, as a mount.
 */
static int
ffs_mountdisk(struct mount *mp, struct ufsmount *ump, unsigned int secsize)
{
	const bool force = (mp->mnt_flag & MNT_FORCE) != 0;
	struct fs *fs = &ump->um_fs;
	int error;

	error = ffs_findsuper(ump, force);
	if (error == 0 && secsize > fs->fs_fsize)
		error = EINVAL;
	if (error == 0)
		error = ffs_wapbl_mount(ump, force);
	if (error != 0)
		return error;
	fs->fs_ronly = true;
	if ((mp->mnt_flag & MNT_RDONLY) != 0)
		/* Nothing behind the end of the device can be read. */
		fs->fs_size = MIN(fs->fs_size,
		    ump->um_devsize >> fs->fs_fshift);
	ffs_fillmount(mp, ump);
	error = ffs_checkroot(mp);
	if (error == 0 && (mp->mnt_flag & MNT_RDONLY) == 0)
		error = ffs_startwrite(mp, ump);
	if (error != 0) {
		(void)vflush(mp, NULL, FORCECLOSE);
		mp->mnt_data = NULL;
	}
	return error;
}

/*
 * Open the device, read the superblock; on success the mount keeps the
 * reference to the device, otherwise it is given back.
 */
int
ffs_mountfs(struct mount *mp, struct vnode *devvp)
{
	struct ufsmount *ump;
	unsigned int secsize;
	int error;

	ump = kmem_zalloc(sizeof(*ump), KM_SLEEP);
	ump->um_sb = kmem_zalloc(SBLOCKSIZE, KM_SLEEP);
	mutex_init(&ump->um_lock, MUTEX_DEFAULT, IPL_NONE);
	ump->um_mountp = mp;
	ump->um_openflags = (mp->mnt_flag & MNT_RDONLY) != 0 ? FREAD :
	    FREAD | FWRITE;
	error = vfs_devmount_open(devvp, ump->um_openflags, &ump->um_devsize,
	    &secsize);
	if (error != 0) {
		vrele(devvp);
		ffs_freemount(ump);
		return error;
	}
	ump->um_devvp = devvp;
	ump->um_dev = devvp->v_rdev;
	error = ffs_mountdisk(mp, ump, secsize);
	if (error == 0) {
		spec_node_setmountedfs(devvp, mp);
		return 0;
	}
	vfs_devmount_close(devvp, ump->um_openflags);
	ffs_freemount(ump);
	return error;
}

/*
 * The driver is told, once, that it will be written to; the device's vnode
 * is open already.
 */
static int
ffs_reopen(struct ufsmount *ump)
{
	int error;

	if ((ump->um_openflags & FWRITE) != 0)
		return 0;
	error = bdev_open(ump->um_dev, FREAD | FWRITE, S_IFBLK, curlwp);
	if (error == 0)
		ump->um_openflags |= FWRITE;
	return error;
}

/*
 * Begin or stop to keep a journal; nobody may write meanwhile.
 */
static int
ffs_relog(struct mount *mp, struct ufsmount *ump)
{
	int error;

	error = vflush(mp, NULL, WRITECLOSE);
	if (error == 0)
		error = ffs_sync(mp, MNT_WAIT, NOCRED);
	if (error != 0)
		return error;
	if ((mp->mnt_flag & MNT_LOG) != 0)
		return ffs_wapbl_start(ump);
	error = ffs_wapbl_stop(ump);
	if (error != 0)
		return error;
	ump->um_fs.fs_flags &= ~(uint32_t)FS_DOWAPBL;
	return ffs_sbupdate(ump, true);
}

/*
 * MNT_UPDATE.  Without a device a writable file system stays writable: that
 * is what the recorded kernel says.
 */
int
ffs_remount(struct mount *mp, const struct ufs_args *args)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	const bool wantronly = (mp->mnt_flag & MNT_RDONLY) != 0 &&
	    (mp->mnt_iflag & IMNT_WANTRDWR) == 0;
	const bool force = (mp->mnt_flag & MNT_FORCE) != 0;
	int error;

	if (!ump->um_fs.fs_ronly && wantronly) {
		if (args->fspec == NULL)
			return EOPNOTSUPP;
		error = vflush(mp, NULL, WRITECLOSE | (force ? FORCECLOSE :
		    0));
		return error != 0 ? error : ffs_stopwrite(mp, ump);
	}
	if (ump->um_fs.fs_ronly && !wantronly) {
		error = ffs_reopen(ump);
		return error != 0 ? error : ffs_startwrite(mp, ump);
	}
	if (!ump->um_fs.fs_ronly &&
	    ((mp->mnt_flag & MNT_LOG) != 0) != (ump->um_log != NULL))
		return ffs_relog(mp, ump);
	return 0;
}

/*
 * The superblock remembers where it was mounted.
 */
static void
ffs_setfsmnt(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	char *fsmnt = (char *)ump->um_sb + SB_FSMNT;

	mutex_enter(&ump->um_lock);
	memset(fsmnt, 0, FS_FSMNTSIZE);
	strlcpy(fsmnt, mp->mnt_stat.f_mntonname, FS_FSMNTSIZE);
	mutex_exit(&ump->um_lock);
}

static int
ffs_getargs(struct mount *mp, struct ufs_args *args, size_t *data_len)
{
	if (mp->mnt_data == NULL)
		return EIO;
	args->fspec = NULL;
	*data_len = sizeof(*args);
	return 0;
}

int
ffs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	const int accmode = (mp->mnt_flag & MNT_RDONLY) != 0 &&
	    (mp->mnt_iflag & IMNT_WANTRDWR) == 0 ? VREAD : VREAD | VWRITE;
	struct ufs_args *args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0)
		return ffs_getargs(mp, args, data_len);
	if ((mp->mnt_flag & MNT_UPDATE) != 0 && args->fspec == NULL)
		return ffs_remount(mp, args);
	error = vfs_devmount_find(mp, args->fspec, accmode, &devvp);
	if (error != 0)
		return error;
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		/* The same device, or it is another file system. */
		error = devvp->v_rdev != VFSTOUFS(mp)->um_dev ? EINVAL :
		    ffs_remount(mp, args);
		vrele(devvp);
	} else
		error = ffs_mountfs(mp, devvp);
	if (error != 0)
		return error;
	error = set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0)
		ffs_setfsmnt(mp);
	return error;
}

int
ffs_unmount(struct mount *mp, int mntflags)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	const bool force = (mntflags & MNT_FORCE) != 0;
	int error;

	error = vflush(mp, NULL, force ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (!ump->um_fs.fs_ronly) {
		error = ffs_stopwrite(mp, ump);
		if (error != 0 && !force)
			return error;
	}
	spec_node_setmountedfs(ump->um_devvp, NULL);
	vfs_devmount_close(ump->um_devvp, ump->um_openflags);
	ffs_freemount(ump);
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}
