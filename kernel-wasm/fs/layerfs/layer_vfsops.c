/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer_vfsops.c - operations of a layer's mount, handed to the mount below.
 *
 * Locking	as sys/mount.h says; the lower mount cannot go, since the layer
 *		holds a vnode of it.  A forced unmount below leaves dead vnodes.
 * Sleeps	yes.
 * Errors	those of the lower file system; EBUSY.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/layer.h>

MODULE(MODULE_CLASS_MISC, layerfs, NULL);

int
layerfs_unmount(struct mount *mp, int mntflags)
{
	struct layer_mount *lmp = MOUNTTOLAYERMOUNT(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	vrele(lmp->layerm_rootvp);
	kmem_free(lmp, sizeof(*lmp));
	mp->mnt_data = NULL;
	return 0;
}

/*
 * Wrap a lower vnode that is locked and referenced; the wrapped one is too.
 */
static int
layerfs_wrap(struct mount *mp, int error, struct vnode *lvp,
    struct vnode **vpp)
{
	*vpp = NULL;
	if (error != 0)
		return error;
	VOP_UNLOCK(lvp);
	error = layer_node_create(mp, lvp, vpp);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

int
layerfs_root(struct mount *mp, struct vnode **vpp)
{
	struct vnode *lvp = MOUNTTOLAYERMOUNT(mp)->layerm_rootvp;

	vref(lvp);
	vn_lock(lvp, LK_EXCLUSIVE | LK_RETRY);
	return layerfs_wrap(mp, 0, lvp, vpp);
}

int
layerfs_vget(struct mount *mp, ino_t ino, struct vnode **vpp)
{
	struct vnode *lvp = NULL;
	int error;

	error = VFS_VGET(MOUNTTOLAYERMOUNT(mp)->layerm_vfs, ino, &lvp);
	return layerfs_wrap(mp, error, lvp, vpp);
}

int
layerfs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct vnode *lvp = NULL;
	int error;

	error = VFS_FHTOVP(MOUNTTOLAYERMOUNT(mp)->layerm_vfs, fhp, &lvp);
	return layerfs_wrap(mp, error, lvp, vpp);
}

int
layerfs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	return VFS_VPTOFH(LAYERVPTOLOWERVP(vp), fhp, fh_size);
}

int
layerfs_quotactl(struct mount *mp, struct quotactl_args *args)
{
	return VFS_QUOTACTL(MOUNTTOLAYERMOUNT(mp)->layerm_vfs, args);
}

/*
 * The numbers are the lower file system's, names and flags the layer's.
 */
int
layerfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct statvfs *low = kmem_zalloc(sizeof(*low), KM_SLEEP);
	int error;

	error = VFS_STATVFS(MOUNTTOLAYERMOUNT(mp)->layerm_vfs, low);
	if (error == 0) {
		sbp->f_bsize = low->f_bsize;
		sbp->f_frsize = low->f_frsize;
		sbp->f_iosize = low->f_iosize;
		sbp->f_blocks = low->f_blocks;
		sbp->f_bfree = low->f_bfree;
		sbp->f_bavail = low->f_bavail;
		sbp->f_bresvd = low->f_bresvd;
		sbp->f_files = low->f_files;
		sbp->f_ffree = low->f_ffree;
		sbp->f_favail = low->f_favail;
		sbp->f_fresvd = low->f_fresvd;
		copy_statvfs_info(sbp, mp);
	}
	kmem_free(low, sizeof(*low));
	return error;
}

int
layerfs_snapshot(struct mount *mp, struct vnode *vp, struct timespec *ts)
{
	return VFS_SNAPSHOT(MOUNTTOLAYERMOUNT(mp)->layerm_vfs, vp, ts);
}

void
layerfs_renamelock_enter(struct mount *mp)
{
	VFS_RENAMELOCK_ENTER(MOUNTTOLAYERMOUNT(mp)->layerm_vfs);
}

void
layerfs_renamelock_exit(struct mount *mp)
{
	VFS_RENAMELOCK_EXIT(MOUNTTOLAYERMOUNT(mp)->layerm_vfs);
}

static int
layerfs_modcmd(modcmd_t cmd, void *arg __unused)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
