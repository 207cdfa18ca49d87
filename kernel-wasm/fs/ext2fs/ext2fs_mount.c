/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_mount.c - from a device to a mounted file system, and back.
 *
 * Refused	what ext2fs_unsupported() names, always; writing, where a
 *		feature that matters only to writers is unknown, descriptors
 *		are damaged, or the device ends before the file system does.
 *		A line on the console says why.
 *
 * Sleeps	everything.
 * Errors	EINVAL no sound ext2, or one with features that keep it from
 *		being read; EROFS with such as keep it from being written.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ext2fs.h"

static int
mount_readsuper(struct ufsmount *ump)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	struct buf *bp;
	int error;

	if (ump->um_devsize < SBOFF + SBSIZE)
		return EINVAL;
	error = bread(ump->um_devvp, SBOFF >> DEV_BSHIFT, SBSIZE, 0, &bp);
	if (error != 0)
		return error;
	memcpy(fs->e2fs_sb, bp->b_data, SBSIZE);
	/* Blocks of the file system's own size will be read here. */
	brelse(bp, BC_INVAL | BC_NOCACHE);
	return ext2fs_super_decode(fs, ump->um_devsize);
}

static int
mount_readgroups(struct ufsmount *ump)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	struct buf *bp;
	uint32_t i;
	int error;

	fs->e2fs_gd = kmem_alloc((size_t)fs->e2fs_ngdb << fs->e2fs_bshift,
	    KM_SLEEP);
	fs->e2fs_gddirty = kmem_zalloc(fs->e2fs_ngdb, KM_SLEEP);
	for (i = 0; i < fs->e2fs_ngdb; i++) {
		error = bread(ump->um_devvp, EXT2_FSBTODB(fs,
		    fs->e2fs_first_dblock + 1 + i), (int)fs->e2fs_bsize, 0,
		    &bp);
		if (error != 0)
			return error;
		memcpy(fs->e2fs_gd + ((size_t)i << fs->e2fs_bshift),
		    bp->b_data, fs->e2fs_bsize);
		brelse(bp, 0);
	}
	error = ext2fs_gd_check(fs);
	if (error == 0)
		ext2fs_zones_build(fs);
	return error;
}

static void
mount_freegroups(struct m_ext2fs *fs)
{
	ext2fs_zones_free(fs);
	if (fs->e2fs_gd == NULL)
		return;
	kmem_free(fs->e2fs_gd, (size_t)fs->e2fs_ngdb << fs->e2fs_bshift);
	kmem_free(fs->e2fs_gddirty, fs->e2fs_ngdb);
	fs->e2fs_gd = NULL;
}

/*
 * What forbids writing, or NULL.
 */
static const char *
mount_unwritable(const struct m_ext2fs *fs)
{
	if ((fs->e2fs_rocompat & EXT2F_ROCOMPAT_METADATA_CSUM) != 0)
		return "metadata_csum can only be read";
	if ((fs->e2fs_rocompat & ~(uint32_t)EXT2F_ROCOMPAT_SUPP) != 0)
		return "a feature of it can only be read";
	if (fs->e2fs_avail < fs->e2fs_bcount)
		return "the device ends before the file system";
	if (fs->e2fs_zonesmix)
		return "group descriptors overlap";
	if (!ext2fs_gd_checksums_ok(fs))
		return "checksums of group descriptors are wrong";
	return NULL;
}

/*
 * May it be written to?
 */
int
ext2fs_writable(const struct ufsmount *ump)
{
	const char *why = mount_unwritable(&ump->um_e2fs);

	if (why == NULL)
		return 0;
	printf("ext2fs: not mounted for writing: %s\n", why);
	return EROFS;
}

static int
mount_load(struct ufsmount *ump, bool write)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	const char *why;
	int error;

	error = mount_readsuper(ump);
	if (error != 0)
		return error;
	why = ext2fs_unsupported(fs);
	if (why != NULL) {
		printf("ext2fs: not mounted: %s\n", why);
		return EINVAL;
	}
	error = mount_readgroups(ump);
	if (error == 0 && write)
		error = ext2fs_writable(ump);
	return error;
}

/*
 * The root must be a directory.
 */
static int
mount_checkroot(struct mount *mp)
{
	struct vnode *vp;
	ino_t ino = EXT2_ROOTINO;
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
mount_fill(struct mount *mp, struct ufsmount *ump)
{
	mp->mnt_data = ump;
	vfs_devmount_fill(mp, ump->um_devvp, MOUNT_EXT2FS,
	    EXT2FS_MAXNAMLEN);
	mp->mnt_iflag &= ~IMNT_DTYPE;
	mp->mnt_stat.f_iosize = ump->um_e2fs.e2fs_bsize;
	mp->mnt_fs_bshift = ump->um_e2fs.e2fs_bshift;
	mp->mnt_dev_bshift = DEV_BSHIFT;
}

static void
mount_free(struct ufsmount *ump)
{
	mount_freegroups(&ump->um_e2fs);
	mutex_destroy(&ump->um_lock);
	kmem_free(ump, sizeof(*ump));
}

/*
 * Writing begins: say so on the disk.
 */
static void
mount_begin(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	uint8_t *sb = ump->um_e2fs.e2fs_sb;

	mutex_enter(&ump->um_lock);
	le32enc(sb + SB_MTIME, (uint32_t)time_second);
	le16enc(sb + SB_MNTCOUNT, (uint16_t)(le16dec(sb + SB_MNTCOUNT) + 1));
	mutex_exit(&ump->um_lock);
	(void)ext2fs_setstate(ump, false);
	ext2fs_orphans(mp);
}

/*
 * Open the device, read the superblock; on success the mount keeps the
 * reference to the device, otherwise it is given back.
 */
int
ext2fs_mountfs(struct mount *mp, struct vnode *devvp)
{
	bool write = (mp->mnt_flag & MNT_RDONLY) == 0;
	struct ufsmount *ump;
	unsigned int secsize;
	int error;

	ump = kmem_zalloc(sizeof(*ump), KM_SLEEP);
	mutex_init(&ump->um_lock, MUTEX_DEFAULT, 0);
	ump->um_mountp = mp;
	ump->um_openflags = write ? FREAD | FWRITE : FREAD;
	error = vfs_devmount_open(devvp, ump->um_openflags,
	    &ump->um_devsize, &secsize);
	if (error != 0) {
		vrele(devvp);
		mount_free(ump);
		return error;
	}
	ump->um_devvp = devvp;
	ump->um_dev = devvp->v_rdev;
	error = secsize > SBSIZE ? EINVAL : mount_load(ump, write);
	if (error == 0) {
		mount_fill(mp, ump);
		error = mount_checkroot(mp);
		if (error != 0) {
			(void)vflush(mp, NULL, FORCECLOSE);
			mp->mnt_data = NULL;
		}
	}
	if (error == 0) {
		spec_node_setmountedfs(devvp, mp);
		if (write)
			mount_begin(mp);
		return 0;
	}
	vfs_devmount_close(devvp, ump->um_openflags);
	mount_free(ump);
	return error;
}

static bool
mount_selectall(void *arg, struct vnode *vp)
{
	(void)arg;
	return vp->v_data != NULL;
}

/*
 * Files that were loaded while nobody could write: is each marked as in use?
 */
static int
mount_checkloaded(struct mount *mp)
{
	struct vnode_iterator *it;
	struct vnode *vp;
	int error = 0;

	vfs_vnode_iterator_init(mp, &it);
	while ((vp = vfs_vnode_iterator_next(it, mount_selectall, NULL)) !=
	    NULL) {
		if (vn_lock(vp, LK_SHARED) == 0) {
			if (!ext2fs_iallocated(VFSTOUFS(mp),
			    VTOI(vp)->i_number))
				error = EIO;
			VOP_UNLOCK(vp);
		}
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(it);
	return error;
}

/*
 * From read-only to writable.
 */
int
ext2fs_remount_rw(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	int error;

	error = ext2fs_writable(ump);
	if (error == 0)
		error = mount_checkloaded(mp);
	if (error == 0)
		error = bdev_open(ump->um_dev, FREAD | FWRITE, S_IFBLK,
		    curlwp);
	if (error != 0)
		return error;
	ump->um_openflags |= FWRITE;
	mount_begin(mp);
	return 0;
}

void
ext2fs_unmountfs(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);

	if ((ump->um_openflags & FWRITE) != 0 &&
	    ext2fs_flush(ump, true) == 0)
		(void)ext2fs_setstate(ump, true);
	spec_node_setmountedfs(ump->um_devvp, NULL);
	vfs_devmount_close(ump->um_devvp, ump->um_openflags);
	mount_free(ump);
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
}
