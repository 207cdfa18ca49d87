/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_vfsops.c - mounting the fast file system, versions 1 and 2, of either
 * byte order; read-only so far.
 *
 * Interface
 *	mount(2) type "ffs", struct ufs_args.  A file system that was not
 *	unmounted cleanly is mounted all the same (it is only read), with a
 *	line on the console; so is one whose journal was not replayed.
 *
 * Sleeps	everything.
 * Errors	EROFS without MNT_RDONLY; EINVAL no sound superblock, unknown
 *		features without MNT_FORCE; of vfs_devmount.c.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ffs.h"

MODULE(MODULE_CLASS_VFS, ffs, NULL);

static struct vfsops ffs_vfsops;

/*
 * The first of the four places that holds a superblock.
 */
static int
ffs_findsuper(struct ufsmount *ump, bool force)
{
	static const uint64_t places[] = SBLOCKSEARCH;
	struct buf *bp;
	size_t i;
	int error;

	for (i = 0; i < __arraycount(places); i++) {
		if (places[i] + SBLOCKSIZE > ump->um_devsize)
			continue;
		error = bread(ump->um_devvp, (daddr_t)(places[i] >>
		    DEV_BSHIFT), SBLOCKSIZE, 0, &bp);
		if (error != 0)
			return error;
		error = ffs_super_decode(bp->b_data, places[i], force,
		    &ump->um_fs);
		/* Other block sizes will be read here. */
		brelse(bp, BC_NOCACHE);
		if (error == ENOENT)
			continue;
		/* Nothing behind the end of the device can be read. */
		if (error == 0)
			ump->um_fs.fs_size = MIN(ump->um_fs.fs_size,
			    ump->um_devsize >> ump->um_fs.fs_fshift);
		return error;
	}
	return EINVAL;
}

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
		printf("ffs: file system was not unmounted cleanly%s\n",
		    (fs->fs_flags & FS_DOWAPBL) != 0 ?
		    ", its journal is not replayed" : "");
}

/*
 * Open the device, read the superblock; on success the mount keeps the
 * reference to the device, otherwise it is given back.
 */
static int
ffs_mountfs(struct mount *mp, struct vnode *devvp)
{
	struct ufsmount *ump;
	unsigned int secsize;
	int error;

	ump = kmem_zalloc(sizeof(*ump), KM_SLEEP);
	ump->um_mountp = mp;
	error = vfs_devmount_open(devvp, FREAD, &ump->um_devsize, &secsize);
	if (error != 0) {
		vrele(devvp);
		kmem_free(ump, sizeof(*ump));
		return error;
	}
	ump->um_devvp = devvp;
	ump->um_dev = devvp->v_rdev;
	error = ffs_findsuper(ump, (mp->mnt_flag & MNT_FORCE) != 0);
	if (error == 0 && secsize > ump->um_fs.fs_fsize)
		error = EINVAL;
	if (error == 0) {
		ffs_fillmount(mp, ump);
		error = ffs_checkroot(mp);
		if (error != 0) {
			(void)vflush(mp, NULL, FORCECLOSE);
			mp->mnt_data = NULL;
		}
	}
	if (error == 0) {
		spec_node_setmountedfs(devvp, mp);
		return 0;
	}
	vfs_devmount_close(devvp, FREAD);
	kmem_free(ump, sizeof(*ump));
	return error;
}

static int
ffs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct ufs_args *args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		if (mp->mnt_data == NULL)
			return EIO;
		args->fspec = NULL;
		*data_len = sizeof(*args);
		return 0;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0 && args->fspec == NULL)
		return (mp->mnt_flag & MNT_RDONLY) == 0 ? EROFS : 0;
	error = vfs_devmount_find(mp, args->fspec, VREAD, &devvp);
	if (error != 0)
		return error;
	if ((mp->mnt_flag & MNT_RDONLY) == 0) {
		vrele(devvp);
		return EROFS;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		/* The same device, or it is another file system. */
		if (devvp->v_rdev != VFSTOUFS(mp)->um_dev)
			error = EINVAL;
		vrele(devvp);
	} else
		error = ffs_mountfs(mp, devvp);
	if (error != 0)
		return error;
	return set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
}

static int
ffs_unmount(struct mount *mp, int mntflags)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	spec_node_setmountedfs(ump->um_devvp, NULL);
	vfs_devmount_close(ump->um_devvp, FREAD);
	kmem_free(ump, sizeof(*ump));
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}

static int
ffs_vget(struct mount *mp, ino_t ino, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
ffs_root(struct mount *mp, struct vnode **vpp)
{
	return ffs_vget(mp, UFS_ROOTINO, vpp);
}

static int
ffs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	const struct fs *fs = &VFSTOUFS(mp)->um_fs;

	sbp->f_bsize = sbp->f_iosize = fs->fs_bsize;
	sbp->f_frsize = fs->fs_fsize;
	sbp->f_blocks = fs->fs_dsize;
	sbp->f_bfree = fs->fs_nbfree * fs->fs_frag + fs->fs_nffree;
	sbp->f_bresvd = fs->fs_dsize * fs->fs_minfree / 100;
	sbp->f_bavail = sbp->f_bfree > sbp->f_bresvd ?
	    sbp->f_bfree - sbp->f_bresvd : 0;
	sbp->f_files = (uint64_t)fs->fs_ncg * fs->fs_ipg - UFS_ROOTINO;
	sbp->f_ffree = sbp->f_favail = fs->fs_nifree;
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
ffs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct ufid ufh;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(ufh))
		return EINVAL;
	memcpy(&ufh, fhp, sizeof(ufh));
	error = ffs_vget(mp, ufh.ufid_ino, vpp);
	if (error == EINVAL || error == EIO)
		return ESTALE;
	if (error != 0)
		return error;
	if (VTOI(*vpp)->i_din.di_gen != ufh.ufid_gen) {
		vput(*vpp);
		*vpp = NULL;
		return ESTALE;
	}
	return 0;
}

static int
ffs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	struct inode *ip = VTOI(vp);
	struct ufid ufh;

	if (*fh_size < sizeof(ufh)) {
		*fh_size = sizeof(ufh);
		return E2BIG;
	}
	*fh_size = sizeof(ufh);
	memset(&ufh, 0, sizeof(ufh));
	ufh.ufid_len = sizeof(ufh);
	ufh.ufid_ino = (uint32_t)ip->i_number;
	ufh.ufid_gen = ip->i_din.di_gen;
	memcpy(fhp, &ufh, sizeof(ufh));
	return 0;
}

static const struct vnodeopv_desc *const ffs_vnodeopv_descs[] = {
	&ffs_vnodeop_opv_desc,
	&ffs_specop_opv_desc,
	&ffs_fifoop_opv_desc,
	NULL
};

static struct vfsops ffs_vfsops = {
	.vfs_name = MOUNT_FFS,
	.vfs_min_mount_data = sizeof(struct ufs_args),
	.vfs_mount = ffs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = ffs_unmount,
	.vfs_root = ffs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = ffs_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = ffs_vget,
	.vfs_loadvnode = ffs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = ffs_fhtovp,
	.vfs_vptofh = ffs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = ffs_vnodeopv_descs,
};

static int
ffs_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&ffs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&ffs_vfsops);
	default:
		return ENOTTY;
	}
}
