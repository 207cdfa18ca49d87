/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_vfsops.c - mounting the file system of Seventh Edition UNIX.
 *
 * Interface
 *	mount(2) type "v7fs", struct v7fs_args.  The disk does not tell its
 *	byte order: the arguments do, or each is tried (endian 0, which is
 *	ours).  While it is mounted for writing a mark in the superblock says
 *	so (V7SB_FMOD); it can become read-only and writable again.
 *
 * Sleeps	everything.
 * Errors	EINVAL no such file system, or another byte order; EROFS it can
 *		only be read, for its free list is damaged; of vfs_devmount.c.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "v7fs_extern.h"

MODULE(MODULE_CLASS_VFS, v7fs, NULL);

static struct vfsops v7fs_vfsops;

static int
mount_readsuper(struct v7fs_mount *fs)
{
	struct v7fs_super *s = &fs->fs_super;
	struct buf *bp;
	int error;

	error = bread(fs->fs_devvp, V7FS_SUPERBLOCK_SECTOR, V7FS_BSIZE, 0,
	    &bp);
	if (error != 0)
		return error;
	error = bp->b_resid != 0 ? EINVAL :
	    v7fs_super_decode(fs->fs_endian, bp->b_data, s);
	fs->fs_wasdirty = ((const uint8_t *)bp->b_data)[V7SB_FMOD] != 0;
	brelse(bp, 0);
	if (error == 0 && s->s_fsize > fs->fs_devsize >> V7FS_BSHIFT)
		error = EINVAL;
	fs->fs_maxino = MIN((s->s_isize - V7FS_ILIST_SECTOR) *
	    V7FS_INODE_PER_BLOCK, V7FS_MAX_INODE);
	return error;
}

/*
 * The root must be a directory.
 */
static int
mount_checkroot(struct mount *mp)
{
	ino_t ino = V7FS_ROOT_INODE;
	struct vnode *vp;
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), &vp);
	if (error != 0)
		return error == ESTALE || error == EIO ? EINVAL : error;
	if (vp->v_type != VDIR)
		error = EINVAL;
	vrele(vp);
	return error;
}

static int
mount_begin(struct v7fs_mount *fs)
{
	int error;

	if (fs->fs_free == NULL) {
		printf("v7fs: free list damaged; run fsck_v7fs(8)\n");
		return EROFS;
	}
	if (fs->fs_wasdirty)
		printf("v7fs: was not unmounted; run fsck_v7fs(8)\n");
	fs->fs_ronly = false;
	error = v7fs_setdirty(fs, true);
	fs->fs_ronly = error != 0;
	return error;
}

static void
mount_fill(struct mount *mp, struct v7fs_mount *fs)
{
	mp->mnt_data = fs;
	vfs_devmount_fill(mp, fs->fs_devvp, MOUNT_V7FS, V7FS_NAME_MAX);
	mp->mnt_iflag &= ~IMNT_DTYPE;
	mp->mnt_stat.f_iosize = V7FS_BSIZE;
	mp->mnt_fs_bshift = V7FS_BSHIFT;
	mp->mnt_dev_bshift = DEV_BSHIFT;
}

static int
mount_load(struct mount *mp, struct v7fs_mount *fs, bool write)
{
	int error;

	error = mount_readsuper(fs);
	if (error != 0)
		return error;
	mount_fill(mp, fs);
	error = mount_checkroot(mp);
	if (error == 0) {
		error = v7fs_free_load(fs);
		if (error == EINVAL)
			error = 0;	/* matters to mount_begin() */
	}
	if (error == 0 && write)
		error = mount_begin(fs);
	if (error != 0) {
		(void)vflush(mp, NULL, FORCECLOSE);
		v7fs_free_unload(fs);
		mp->mnt_data = NULL;
	}
	return error;
}

/*
 * In the byte order that was said, or in the first one in which it makes
 * sense.
 */
static int
mount_anyload(struct mount *mp, struct v7fs_mount *fs, int endian, bool write)
{
	static const int orders[] = { V7FS_LITTLE_ENDIAN, V7FS_PDP_ENDIAN,
	    V7FS_BIG_ENDIAN };
	unsigned i;
	int error = EINVAL;

	for (i = 0; i < __arraycount(orders) && error == EINVAL; i++) {
		if (endian != 0 && endian != orders[i])
			continue;
		fs->fs_endian = orders[i];
		error = mount_load(mp, fs, write);
	}
	return error;
}

static void
mount_free(struct v7fs_mount *fs)
{
	v7fs_free_unload(fs);
	mutex_destroy(&fs->fs_lock);
	kmem_free(fs, sizeof(*fs));
}

/*
 * Open the device and read what is on it; on success the mount keeps the
 * reference to the device, otherwise it is given back.
 */
static int
mount_device(struct mount *mp, struct vnode *devvp, int endian)
{
	bool write = (mp->mnt_flag & MNT_RDONLY) == 0;
	struct v7fs_mount *fs;
	unsigned int secsize;
	int error;

	fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	mutex_init(&fs->fs_lock, MUTEX_DEFAULT, 0);
	fs->fs_mountp = mp;
	fs->fs_ronly = true;
	fs->fs_openflags = write ? FREAD | FWRITE : FREAD;
	error = vfs_devmount_open(devvp, fs->fs_openflags, &fs->fs_devsize,
	    &secsize);
	if (error != 0) {
		vrele(devvp);
		mount_free(fs);
		return error;
	}
	fs->fs_devvp = devvp;
	fs->fs_dev = devvp->v_rdev;
	error = secsize > V7FS_BSIZE ? EINVAL :
	    mount_anyload(mp, fs, endian, write);
	if (error == 0) {
		spec_node_setmountedfs(devvp, mp);
		return 0;
	}
	vfs_devmount_close(devvp, fs->fs_openflags);
	mount_free(fs);
	return error;
}

/*
 * The driver is told, once, that it will be written to; the device's vnode
 * is open already.
 */
static int
update_reopen(struct v7fs_mount *fs)
{
	int error;

	if ((fs->fs_openflags & FWRITE) != 0)
		return 0;
	error = bdev_open(fs->fs_dev, FREAD | FWRITE, S_IFBLK, curlwp);
	if (error == 0)
		fs->fs_openflags |= FWRITE;
	return error;
}

/*
 * Everything is on the disk, and then it says that it is whole.
 */
static int
update_readonly(struct mount *mp, struct v7fs_mount *fs)
{
	bool force = (mp->mnt_flag & MNT_FORCE) != 0;
	int error;

	error = vflush(mp, NULL, WRITECLOSE | (force ? FORCECLOSE : 0));
	if (error == 0)
		error = VFS_SYNC(mp, MNT_WAIT, NOCRED);
	if (error == 0)
		error = v7fs_setdirty(fs, false);
	if (error == 0)
		fs->fs_ronly = true;
	return error;
}

static int
mount_update(struct mount *mp, const struct v7fs_args *args)
{
	struct v7fs_mount *fs = VFSTOV7FS(mp);
	struct vnode *devvp;
	int error = 0;

	if ((mp->mnt_flag & MNT_RELOAD) != 0)
		return EOPNOTSUPP;
	if (args->fspec != NULL) {
		error = vfs_devmount_find(mp, args->fspec, VREAD, &devvp);
		if (error != 0)
			return error;
		/* The same device, or it is another file system. */
		if (devvp->v_rdev != fs->fs_dev)
			error = EINVAL;
		vrele(devvp);
	}
	if (error == 0 && (mp->mnt_iflag & IMNT_WANTRDONLY) != 0)
		error = update_readonly(mp, fs);
	else if (error == 0 && (mp->mnt_iflag & IMNT_WANTRDWR) != 0) {
		error = update_reopen(fs);
		if (error == 0)
			error = mount_begin(fs);
	}
	return error;
}

static bool
args_isendian(int endian)
{
	return endian == 0 || endian == V7FS_LITTLE_ENDIAN ||
	    endian == V7FS_BIG_ENDIAN || endian == V7FS_PDP_ENDIAN;
}

static int
v7fs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct v7fs_args *args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		if (mp->mnt_data == NULL)
			return EIO;
		args->fspec = NULL;
		args->endian = VFSTOV7FS(mp)->fs_endian;
		*data_len = sizeof(*args);
		return 0;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		error = mount_update(mp, args);
		if (error != 0 || args->fspec == NULL)
			return error;
	} else {
		if (!args_isendian(args->endian))
			return EINVAL;
		error = vfs_devmount_find(mp, args->fspec,
		    (mp->mnt_flag & MNT_RDONLY) != 0 ? VREAD : VREAD | VWRITE,
		    &devvp);
		if (error == 0)
			error = mount_device(mp, devvp, args->endian);
		if (error != 0)
			return error;
	}
	return set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
}

static int
v7fs_unmount(struct mount *mp, int mntflags)
{
	struct v7fs_mount *fs = VFSTOV7FS(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (!fs->fs_ronly && v7fs_flush(fs, true) == 0)
		(void)v7fs_setdirty(fs, false);
	spec_node_setmountedfs(fs->fs_devvp, NULL);
	vfs_devmount_close(fs->fs_devvp, fs->fs_openflags);
	mount_free(fs);
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}

static bool
sync_selector(void *arg, struct vnode *vp)
{
	const struct v7fs_node *np = vp->v_data;

	(void)arg;
	return np != NULL && (vn_hasdirtybufs(vp) ||
	    (atomic_load_relaxed(&np->n_flag) & V7N_MODIFIED) != 0);
}

static int
v7fs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	int flags = FSYNC_RECLAIM | (waitfor == MNT_WAIT ? FSYNC_WAIT : 0);
	struct vnode_iterator *it;
	struct vnode *vp;
	int error = 0, e;

	if (VFSTOV7FS(mp)->fs_ronly)
		return 0;
	vfs_vnode_iterator_init(mp, &it);
	while ((vp = vfs_vnode_iterator_next(it, sync_selector, NULL)) !=
	    NULL) {
		if (vn_lock(vp, LK_EXCLUSIVE) == 0) {
			e = VOP_FSYNC(vp, cred, flags, 0, 0);
			error = error != 0 ? error : e;
			VOP_UNLOCK(vp);
		}
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(it);
	e = v7fs_flush(VFSTOV7FS(mp), waitfor == MNT_WAIT);
	return error != 0 ? error : e;
}

static int
v7fs_root(struct mount *mp, struct vnode **vpp)
{
	return vfs_inovget(mp, V7FS_ROOT_INODE, vpp);
}

static int
v7fs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct v7fs_mount *fs = VFSTOV7FS(mp);
	const struct v7fs_super *s = &fs->fs_super;

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = V7FS_BSIZE;
	sbp->f_blocks = s->s_fsize - s->s_isize;
	sbp->f_files = fs->fs_maxino - V7FS_BADBLK_INODE;
	mutex_enter(&fs->fs_lock);
	sbp->f_bfree = sbp->f_bavail = fs->fs_bfree;
	sbp->f_ffree = sbp->f_favail = fs->fs_ifree;
	mutex_exit(&fs->fs_lock);
	sbp->f_bresvd = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

/*
 * A file handle.  The inode has no generation: a handle of a file that was
 * removed leads to the file that has its inode now.
 */
struct v7fid {
	uint16_t	v7f_len;
	uint16_t	v7f_ino;
};

static int
v7fs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct v7fid f;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(f))
		return EINVAL;
	memcpy(&f, fhp, sizeof(f));
	error = vfs_inovget(mp, f.v7f_ino, vpp);
	if (error != 0)
		return error == EINVAL || error == EIO ? ESTALE : error;
	if (VTOV7(*vpp)->n_din.di_nlink != 0)
		return 0;
	vput(*vpp);
	*vpp = NULL;
	return ESTALE;
}

static int
v7fs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	struct v7fid f = { .v7f_len = sizeof(f),
	    .v7f_ino = (uint16_t)VTOV7(vp)->n_ino };

	return vfs_putfid(&f, sizeof(f), fhp, fh_size);
}

static const struct vnodeopv_desc *const v7fs_vnodeopv_descs[] = {
	&v7fs_vnodeop_opv_desc,
	&v7fs_specop_opv_desc,
	&v7fs_fifoop_opv_desc,
	NULL
};

static struct vfsops v7fs_vfsops = {
	.vfs_name = MOUNT_V7FS,
	.vfs_min_mount_data = sizeof(struct v7fs_args),
	.vfs_mount = v7fs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = v7fs_unmount,
	.vfs_root = v7fs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = v7fs_statvfs,
	.vfs_sync = v7fs_sync,
	.vfs_vget = vfs_inovget,
	.vfs_loadvnode = v7fs_loadvnode,
	.vfs_newvnode = v7fs_newvnode,
	.vfs_fhtovp = v7fs_fhtovp,
	.vfs_vptofh = v7fs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = v7fs_vnodeopv_descs,
};

static int
v7fs_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&v7fs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&v7fs_vfsops);
	default:
		return ENOTTY;
	}
}
