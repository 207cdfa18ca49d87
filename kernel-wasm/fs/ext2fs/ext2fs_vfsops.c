/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_vfsops.c - mounting ext2, and ext3 and ext4 as far as they go.
 *
 * Interface
 *	mount(2) type "ext2fs", struct ufs_args.  A journal is ignored while
 *	it needs no replay; ext2fs_mount.c says what is refused.
 *
 * Sleeps	everything.
 * Errors	of ext2fs_mount.c and vfs_devmount.c.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ext2fs.h"

MODULE(MODULE_CLASS_VFS, ext2fs, NULL);

static struct vfsops ext2fs_vfsops;

/*
 * Change a mount.  From writable to read-only is not there, as on NetBSD.
 */
static int
mount_update(struct mount *mp, const struct ufs_args *args)
{
	struct vnode *devvp;
	int error;

	if ((mp->mnt_iflag & IMNT_WANTRDONLY) != 0 ||
	    (mp->mnt_flag & MNT_RELOAD) != 0)
		return EOPNOTSUPP;
	if (args->fspec != NULL) {
		error = vfs_devmount_find(mp, args->fspec, VREAD, &devvp);
		if (error != 0)
			return error;
		/* The same device, or it is another file system. */
		if (devvp->v_rdev != VFSTOUFS(mp)->um_dev)
			error = EINVAL;
		vrele(devvp);
		if (error != 0)
			return error;
	}
	if ((mp->mnt_iflag & IMNT_WANTRDWR) != 0)
		return ext2fs_remount_rw(mp);
	return 0;
}

/*
 * The superblock remembers where it was mounted last.
 */
static void
mount_remember(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	uint8_t *sb = ump->um_e2fs.e2fs_sb;

	mutex_enter(&ump->um_lock);
	memset(sb + SB_FSMNT, 0, 64);
	(void)strlcpy((char *)sb + SB_FSMNT, mp->mnt_stat.f_mntonname, 64);
	mutex_exit(&ump->um_lock);
}

static int
ext2fs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
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
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		error = mount_update(mp, args);
		if (error != 0 || args->fspec == NULL)
			return error;
	} else {
		error = vfs_devmount_find(mp, args->fspec,
		    (mp->mnt_flag & MNT_RDONLY) != 0 ? VREAD : VREAD | VWRITE,
		    &devvp);
		if (error == 0)
			error = ext2fs_mountfs(mp, devvp);
		if (error != 0)
			return error;
	}
	error = set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0)
		mount_remember(mp);
	return error;
}

static int
ext2fs_unmount(struct mount *mp, int mntflags)
{
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	ext2fs_unmountfs(mp);
	return 0;
}

static bool
sync_selector(void *arg, struct vnode *vp)
{
	const struct inode *ip = vp->v_data;

	(void)arg;
	return ip != NULL && (vn_hasdirtybufs(vp) ||
	    (atomic_load_relaxed(&ip->i_flag) & IN_MODIFIED) != 0);
}

static int
ext2fs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	int flags = waitfor == MNT_WAIT ? FSYNC_WAIT : 0, error = 0, e;
	struct vnode_iterator *it;
	struct vnode *vp;

	if ((VFSTOUFS(mp)->um_openflags & FWRITE) == 0)
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
	e = ext2fs_flush(VFSTOUFS(mp), waitfor == MNT_WAIT);
	return error != 0 ? error : e;
}

static int
ext2fs_root(struct mount *mp, struct vnode **vpp)
{
	return vfs_inovget(mp, EXT2_ROOTINO, vpp);
}

static int
ext2fs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	const struct m_ext2fs *fs = &ump->um_e2fs;

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = fs->e2fs_bsize;
	sbp->f_blocks = fs->e2fs_bcount - ext2fs_overhead(fs);
	sbp->f_bresvd = fs->e2fs_rbcount;
	mutex_enter(&ump->um_lock);
	sbp->f_bfree = fs->e2fs_fbcount;
	sbp->f_ffree = sbp->f_favail = fs->e2fs_ficount;
	mutex_exit(&ump->um_lock);
	sbp->f_bavail = sbp->f_bfree > sbp->f_bresvd ?
	    sbp->f_bfree - sbp->f_bresvd : 0;
	sbp->f_files = fs->e2fs_icount;
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
ext2fs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct ufid ufh;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(ufh))
		return EINVAL;
	memcpy(&ufh, fhp, sizeof(ufh));
	/* The reserved inodes are nobody's files. */
	if (ufh.ufid_ino != EXT2_ROOTINO && ufh.ufid_ino < EXT2_FIRSTINO)
		return ESTALE;
	error = vfs_inovget(mp, ufh.ufid_ino, vpp);
	if (error == EINVAL || error == EIO)
		return ESTALE;
	if (error != 0)
		return error;
	if (VTOI(*vpp)->i_din.e2di_gen != ufh.ufid_gen ||
	    VTOI(*vpp)->i_din.e2di_nlink == 0) {
		vput(*vpp);
		*vpp = NULL;
		return ESTALE;
	}
	return 0;
}

static int
ext2fs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	struct inode *ip = VTOI(vp);
	struct ufid ufh;

	memset(&ufh, 0, sizeof(ufh));
	ufh.ufid_len = sizeof(ufh);
	ufh.ufid_ino = (uint32_t)ip->i_number;
	ufh.ufid_gen = ip->i_din.e2di_gen;
	return vfs_putfid(&ufh, sizeof(ufh), fhp, fh_size);
}

static const struct vnodeopv_desc *const ext2fs_vnodeopv_descs[] = {
	&ext2fs_vnodeop_opv_desc,
	&ext2fs_specop_opv_desc,
	&ext2fs_fifoop_opv_desc,
	NULL
};

static struct vfsops ext2fs_vfsops = {
	.vfs_name = MOUNT_EXT2FS,
	.vfs_min_mount_data = sizeof(struct ufs_args),
	.vfs_mount = ext2fs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = ext2fs_unmount,
	.vfs_root = ext2fs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = ext2fs_statvfs,
	.vfs_sync = ext2fs_sync,
	.vfs_vget = vfs_inovget,
	.vfs_loadvnode = ext2fs_loadvnode,
	.vfs_newvnode = ext2fs_newvnode,
	.vfs_fhtovp = ext2fs_fhtovp,
	.vfs_vptofh = ext2fs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = ext2fs_vnodeopv_descs,
};

static int
ext2fs_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&ext2fs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&ext2fs_vfsops);
	default:
		return ENOTTY;
	}
}
