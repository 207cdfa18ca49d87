/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_vfsops.c - operations on a mounted fast file system, and the module.
 *
 * Sleeps	everything.
 * Errors	ESTALE a handle of a file that is gone; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"
#include "ffs_log.h"

MODULE(MODULE_CLASS_VFS, ffs, NULL);

static int
ffs_root(struct mount *mp, struct vnode **vpp)
{
	return vfs_inovget(mp, UFS_ROOTINO, vpp);
}

static int
ffs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	const struct fs *fs = &ump->um_fs;

	mutex_enter(&ump->um_lock);
	sbp->f_bsize = sbp->f_iosize = fs->fs_bsize;
	sbp->f_frsize = fs->fs_fsize;
	sbp->f_blocks = fs->fs_dsize;
	sbp->f_bfree = fs->fs_nbfree * fs->fs_frag + fs->fs_nffree +
	    ffs_log_deallocated(ump);
	sbp->f_bresvd = fs->fs_dsize * fs->fs_minfree / 100;
	sbp->f_bavail = sbp->f_bfree > sbp->f_bresvd ?
	    sbp->f_bfree - sbp->f_bresvd : 0;
	sbp->f_files = (uint64_t)fs->fs_ncg * fs->fs_ipg - UFS_ROOTINO;
	sbp->f_ffree = sbp->f_favail = fs->fs_nifree;
	mutex_exit(&ump->um_lock);
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

/*
 * Has the file anything that the disk does not have?
 */
static bool
sync_wanted(void *arg __unused, struct vnode *vp)
{
	struct inode *ip = vp->v_data;

	return ip != NULL && (vn_hasdirtybufs(vp) ||
	    (atomic_load_relaxed(&ip->i_flag) & (IN_ACCESS | IN_CHANGE |
	    IN_UPDATE | IN_ACCESSED | IN_MODIFIED)) != 0);
}

static int
sync_vnodes(struct mount *mp, int flags, kauth_cred_t cred)
{
	struct vnode_iterator *marker;
	struct vnode *vp;
	int error = 0, e;

	vfs_vnode_iterator_init(mp, &marker);
	while ((vp = vfs_vnode_iterator_next(marker, sync_wanted, NULL)) !=
	    NULL) {
		if (vn_lock(vp, LK_EXCLUSIVE) != 0) {
			vrele(vp);
			continue;
		}
		e = VOP_FSYNC(vp, cred, flags | FSYNC_NOLOG, 0, 0);
		if (e != 0)
			error = e;
		vput(vp);
	}
	vfs_vnode_iterator_destroy(marker);
	return error;
}

/*
 * Everything in memory goes to the disk: files, groups, then the summary and
 * the superblock.
 */
int
ffs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	const int flags = waitfor == MNT_WAIT ? FSYNC_WAIT : 0;
	int error, e;

	if (ffs_isrdonly(ump))
		return 0;
	error = sync_vnodes(mp, flags, cred);
	if (ump->um_log != NULL) {
		e = ffs_log_commit(ump);
		return e != 0 ? e : error;
	}
	if (ffs_summary_changed(ump) &&
	    (e = ffs_summary_update(ump, false)) != 0)
		error = e;
	if ((e = vflushbuf(ump->um_devvp, flags)) != 0)
		error = e;
	if (waitfor == MNT_WAIT && (e = ffs_cachesync(ump)) != 0)
		error = e;
	return error;
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
	error = vfs_inovget(mp, ufh.ufid_ino, vpp);
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

	memset(&ufh, 0, sizeof(ufh));
	ufh.ufid_len = sizeof(ufh);
	ufh.ufid_ino = (uint32_t)ip->i_number;
	ufh.ufid_gen = ip->i_din.di_gen;
	return vfs_putfid(&ufh, sizeof(ufh), fhp, fh_size);
}

static const struct vnodeopv_desc *const ffs_vnodeopv_descs[] = {
	&ffs_vnodeop_opv_desc,
	&ffs_specop_opv_desc,
	&ffs_fifoop_opv_desc,
	NULL
};

struct vfsops ffs_vfsops = {
	.vfs_name = MOUNT_FFS,
	.vfs_min_mount_data = sizeof(struct ufs_args),
	.vfs_mount = ffs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = ffs_unmount,
	.vfs_root = ffs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = ffs_statvfs,
	.vfs_sync = ffs_sync,
	.vfs_vget = vfs_inovget,
	.vfs_loadvnode = ffs_loadvnode,
	.vfs_newvnode = ffs_newvnode,
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
	int error;

	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		ffs_inode_init();
		ffs_dirhash_init();
		error = vfs_attach(&ffs_vfsops);
		if (error == 0)
			return 0;
		break;
	case MODULE_CMD_FINI:
		error = vfs_detach(&ffs_vfsops);
		if (error != 0)
			return error;
		break;
	default:
		return ENOTTY;
	}
	ffs_dirhash_fini();
	ffs_inode_fini();
	return error;
}
