/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_vfsops.c - mounting CDs: ISO 9660 with Rock Ridge and Joliet.
 *
 * Interface
 *	mount(2) type "cd9660", struct iso_args.  Read-only always.
 *
 * Locking	the vnode of the device is locked for open and close only.
 * Sleeps	everything.
 * Errors	EROFS without MNT_RDONLY; EINVAL not such a volume, short
 *		arguments; ENOTBLK, ENXIO the device; EBUSY in use.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "cd9660.h"

MODULE(MODULE_CLASS_VFS, cd9660, NULL);

static struct vfsops cd9660_vfsops;

/*
 * Open the device, read the volume; on success the mount keeps the reference
 * to the device, otherwise it is given back.
 */
static int
cd9660_mountfs(struct mount *mp, struct vnode *devvp, int flags)
{
	struct iso_mnt *imp;
	struct vnode *rootvp;
	unsigned int secsize;
	int error;

	imp = kmem_zalloc(sizeof(*imp), KM_SLEEP);
	imp->im_mountp = mp;
	imp->im_flags = flags & (ISOFSMNT_NORRIP | ISOFSMNT_GENS |
	    ISOFSMNT_EXTATT | ISOFSMNT_NOJOLIET | ISOFSMNT_NOCASETRANS |
	    ISOFSMNT_RRCASEINS);
	error = vfs_devmount_open(devvp, FREAD, &imp->im_devsize, &secsize);
	if (error != 0) {
		vrele(devvp);
		kmem_free(imp, sizeof(*imp));
		return error;
	}
	imp->im_devvp = devvp;
	imp->im_dev = devvp->v_rdev;
	error = secsize > ISO_SECSIZE ? EINVAL : cd9660_readvolume(imp);
	if (error == 0) {
		mp->mnt_data = imp;
		vfs_devmount_fill(mp, devvp, MOUNT_CD9660, ISO_MAXNAMLEN);
		mp->mnt_dev_bshift = (int)imp->im_bshift;
		mp->mnt_fs_bshift = (int)imp->im_bshift;
		/* A volume whose root cannot be read is none. */
		error = vcache_get(mp, &imp->im_rootino,
		    sizeof(imp->im_rootino), &rootvp);
		if (error == 0) {
			if (rootvp->v_type != VDIR)
				error = EINVAL;
			vrele(rootvp);
		}
		if (error != 0) {
			(void)vflush(mp, NULL, FORCECLOSE);
			mp->mnt_data = NULL;
		}
	}
	if (error == 0)
		spec_node_setmountedfs(devvp, mp);
	else {
		vfs_devmount_close(devvp, FREAD);
		kmem_free(imp, sizeof(*imp));
	}
	return error;
}

static int
cd9660_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct iso_args *args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		if (mp->mnt_data == NULL)
			return EIO;
		args->fspec = NULL;
		args->flags = VFSTOISOFS(mp)->im_flags;
		*data_len = sizeof(*args);
		return 0;
	}
	if ((mp->mnt_flag & MNT_RDONLY) == 0)
		return EROFS;
	if ((mp->mnt_flag & MNT_UPDATE) != 0 && args->fspec == NULL)
		return 0;
	error = vfs_devmount_find(mp, args->fspec, VREAD, &devvp);
	if (error != 0)
		return error;
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		/* The same device, or it is another file system. */
		if (devvp->v_rdev != VFSTOISOFS(mp)->im_dev)
			error = EINVAL;
		vrele(devvp);
	} else
		error = cd9660_mountfs(mp, devvp, args->flags);
	if (error != 0)
		return error;
	return set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
}

static int
cd9660_unmount(struct mount *mp, int mntflags)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	spec_node_setmountedfs(imp->im_devvp, NULL);
	vfs_devmount_close(imp->im_devvp, FREAD);
	kmem_free(imp, sizeof(*imp));
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}

static int
cd9660_root(struct mount *mp, struct vnode **vpp)
{
	return VFS_VGET(mp, VFSTOISOFS(mp)->im_rootino, vpp);
}

static int
cd9660_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = imp->im_bsize;
	sbp->f_blocks = imp->im_space;
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
cd9660_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct iso_fid ifid;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(ifid))
		return EINVAL;
	memcpy(&ifid, fhp, sizeof(ifid));
	error = VFS_VGET(mp, (ino_t)ifid.ifid_inohi << 32 | ifid.ifid_inolo,
	    vpp);
	return error == EINVAL || error == EIO ? ESTALE : error;
}

static int
cd9660_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	ino_t ino = VTOI(vp)->i_number;
	struct iso_fid ifid;

	memset(&ifid, 0, sizeof(ifid));
	ifid.ifid_len = sizeof(ifid);
	ifid.ifid_inolo = (uint32_t)ino;
	ifid.ifid_inohi = (uint32_t)(ino >> 32);
	return vfs_putfid(&ifid, sizeof(ifid), fhp, fh_size);
}

static void
cd9660_init(void)
{
}

static const struct vnodeopv_desc *const cd9660_vnodeopv_descs[] = {
	&cd9660_vnodeop_opv_desc,
	&cd9660_specop_opv_desc,
	&cd9660_fifoop_opv_desc,
	NULL
};

static struct vfsops cd9660_vfsops = {
	.vfs_name = MOUNT_CD9660,
	.vfs_min_mount_data = sizeof(struct iso_args),
	.vfs_mount = cd9660_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = cd9660_unmount,
	.vfs_root = cd9660_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = cd9660_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = vfs_inovget,
	.vfs_loadvnode = cd9660_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = cd9660_fhtovp,
	.vfs_vptofh = cd9660_vptofh,
	.vfs_init = cd9660_init,
	.vfs_reinit = cd9660_init,
	.vfs_done = cd9660_init,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = cd9660_vnodeopv_descs,
};

static int
cd9660_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&cd9660_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&cd9660_vfsops);
	default:
		return ENOTTY;
	}
}
