/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_vfsops.c - mounting FAT12, FAT16 and FAT32.
 *
 * Interface
 *	mount(2) type "msdos", struct msdosfs_args.  While it is mounted for
 *	writing the FAT has no clean mark; unmount gives it back where it was
 *	there before.
 *
 * Sleeps	everything.
 * Errors	EINVAL no FAT file system; EOPNOTSUPP from writable to read-only;
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
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "msdosfs.h"

MODULE(MODULE_CLASS_VFS, msdos, NULL);

#define	SETTABLE	(MSDOSFSMNT_SHORTNAME | MSDOSFSMNT_LONGNAME |	\
	MSDOSFSMNT_NOWIN95 | MSDOSFSMNT_GEMDOSFS | MSDOSFSMNT_UTF8)

static struct vfsops msdosfs_vfsops;

static void
mount_setargs(struct msdosfsmount *pmp, const struct msdosfs_args *args)
{
	bool versioned = (args->flags & MSDOSFSMNT_VERSIONED) != 0;

	pmp->pm_uid = args->uid;
	pmp->pm_gid = args->gid;
	pmp->pm_mask = args->mask & ALLPERMS;
	pmp->pm_dirmask = versioned && args->version >= 2 ?
	    args->dirmask & ALLPERMS : pmp->pm_mask;
	pmp->pm_gmtoff = versioned && args->version >= 3 ? args->gmtoff : 0;
	pmp->pm_flags = args->flags & SETTABLE;
	if ((pmp->pm_flags & MSDOSFSMNT_NOWIN95) != 0)
		pmp->pm_flags |= MSDOSFSMNT_SHORTNAME;
}

static int
mount_load(struct msdosfsmount *pmp)
{
	struct buf *bp;
	int error;

	error = bread(pmp->pm_devvp, 0, BPB_SIZE, 0, &bp);
	if (error != 0)
		return error;
	error = msdosfs_bpb_decode(pmp, bp->b_data);
	/* Sectors of the file system's own size will be read here. */
	brelse(bp, BC_INVAL | BC_NOCACHE);
	return error != 0 ? error : msdosfs_fat_load(pmp);
}

static void
mount_fill(struct mount *mp, struct msdosfsmount *pmp)
{
	mp->mnt_data = pmp;
	vfs_devmount_fill(mp, pmp->pm_devvp, MOUNT_MSDOS,
	    (pmp->pm_flags & MSDOSFSMNT_SHORTNAME) != 0 ? 12 : WIN_MAXLEN);
	mp->mnt_stat.f_iosize = pmp->pm_bpcluster;
	mp->mnt_fs_bshift = pmp->pm_cnshift;
	mp->mnt_dev_bshift = DEV_BSHIFT;
}

static void
mount_free(struct msdosfsmount *pmp)
{
	msdosfs_fat_unload(pmp);
	mutex_destroy(&pmp->pm_lock);
	mutex_destroy(&pmp->pm_flushlock);
	kmem_free(pmp, sizeof(*pmp));
}

/*
 * Open the device and read what is on it; on success the mount keeps the
 * reference to the device, otherwise it is given back.
 */
static int
mount_device(struct mount *mp, struct vnode *devvp,
    const struct msdosfs_args *args)
{
	bool write = (mp->mnt_flag & MNT_RDONLY) == 0;
	struct msdosfsmount *pmp;
	unsigned int secsize;
	int error;

	pmp = kmem_zalloc(sizeof(*pmp), KM_SLEEP);
	mutex_init(&pmp->pm_lock, MUTEX_DEFAULT, 0);
	mutex_init(&pmp->pm_flushlock, MUTEX_DEFAULT, 0);
	pmp->pm_mountp = mp;
	pmp->pm_openflags = write ? FREAD | FWRITE : FREAD;
	mount_setargs(pmp, args);
	error = vfs_devmount_open(devvp, pmp->pm_openflags, &pmp->pm_devsize,
	    &secsize);
	if (error != 0) {
		vrele(devvp);
		mount_free(pmp);
		return error;
	}
	pmp->pm_devvp = devvp;
	pmp->pm_dev = devvp->v_rdev;
	error = secsize > BPB_SIZE ? EINVAL : mount_load(pmp);
	if (error == 0 && write)
		error = msdosfs_fat_setclean(pmp, false);
	if (error != 0) {
		vfs_devmount_close(devvp, pmp->pm_openflags);
		mount_free(pmp);
		return error;
	}
	mount_fill(mp, pmp);
	spec_node_setmountedfs(devvp, mp);
	return 0;
}

/*
 * Change a mount.  From writable to read-only is not there, as on NetBSD.
 */
static int
mount_update(struct mount *mp, const struct msdosfs_args *args)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	bool upgrade = (mp->mnt_iflag & IMNT_WANTRDWR) != 0;
	int error;

	if ((mp->mnt_iflag & IMNT_WANTRDONLY) != 0 ||
	    (mp->mnt_flag & MNT_RELOAD) != 0)
		return EOPNOTSUPP;
	if (upgrade) {
		error = bdev_open(pmp->pm_dev, FREAD | FWRITE, S_IFBLK,
		    curlwp);
		if (error == 0)
			error = msdosfs_fat_setclean(pmp, false);
		if (error != 0)
			return error;
		pmp->pm_openflags |= FWRITE;
	}
	return args->fspec == NULL && !upgrade ? EINVAL : 0;
}

static int
mount_getargs(struct mount *mp, struct msdosfs_args *args, size_t *len)
{
	const struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);

	if (pmp == NULL)
		return EIO;
	memset(args, 0, sizeof(*args));
	args->uid = pmp->pm_uid;
	args->gid = pmp->pm_gid;
	args->mask = pmp->pm_mask;
	args->flags = pmp->pm_flags | MSDOSFSMNT_VERSIONED;
	args->version = MSDOSFSMNT_VERSION;
	args->dirmask = pmp->pm_dirmask;
	args->gmtoff = pmp->pm_gmtoff;
	*len = sizeof(*args);
	return 0;
}

static int
msdosfs_mount(struct mount *mp, const char *path, void *data,
    size_t *data_len)
{
	struct msdosfs_args *args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0)
		return mount_getargs(mp, args, data_len);
	if ((mp->mnt_flag & MNT_UPDATE) != 0) {
		error = mount_update(mp, args);
		if (error != 0 || args->fspec == NULL)
			return error;
	} else {
		error = vfs_devmount_find(mp, args->fspec,
		    (mp->mnt_flag & MNT_RDONLY) != 0 ? VREAD : VREAD | VWRITE,
		    &devvp);
		if (error == 0)
			error = mount_device(mp, devvp, args);
		if (error != 0)
			return error;
	}
	return set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
}

static int
msdosfs_unmount(struct mount *mp, int mntflags)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if ((pmp->pm_openflags & FWRITE) != 0 &&
	    msdosfs_flush(pmp, true) == 0 && pmp->pm_wasclean)
		(void)msdosfs_fat_setclean(pmp, true);
	spec_node_setmountedfs(pmp->pm_devvp, NULL);
	vfs_devmount_close(pmp->pm_devvp, pmp->pm_openflags);
	mount_free(pmp);
	mp->mnt_data = NULL;
	mp->mnt_flag &= ~MNT_LOCAL;
	return 0;
}

static int
msdosfs_root(struct mount *mp, struct vnode **vpp)
{
	int error;

	error = msdosfs_getdir(VFSTOMSDOSFS(mp), MSDOSFSROOT, vpp);
	if (error == 0 && (error = vn_lock(*vpp, LK_EXCLUSIVE)) != 0)
		vrele(*vpp);
	return error;
}

static int
msdosfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = pmp->pm_bpcluster;
	sbp->f_blocks = pmp->pm_maxcluster - CLUST_FIRST + 1;
	mutex_enter(&pmp->pm_lock);
	sbp->f_bfree = sbp->f_bavail = pmp->pm_freecount;
	mutex_exit(&pmp->pm_lock);
	sbp->f_bresvd = 0;
	sbp->f_files = pmp->pm_rootents;
	sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static bool
sync_selector(void *arg, struct vnode *vp)
{
	(void)arg;
	return vp->v_data != NULL && (VTODE(vp)->de_modified ||
	    vn_hasdirtybufs(vp));
}

static int
msdosfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct msdosfsmount *pmp = VFSTOMSDOSFS(mp);
	struct vnode_iterator *it;
	struct vnode *vp;
	int error = 0, e;

	if ((pmp->pm_openflags & FWRITE) == 0)
		return 0;
	vfs_vnode_iterator_init(mp, &it);
	while ((vp = vfs_vnode_iterator_next(it, sync_selector, NULL)) !=
	    NULL) {
		if (vn_lock(vp, LK_EXCLUSIVE) == 0) {
			e = VOP_FSYNC(vp, cred, FSYNC_RECLAIM |
			    (waitfor == MNT_WAIT ? FSYNC_WAIT : 0), 0, 0);
			error = error != 0 ? error : e;
			VOP_UNLOCK(vp);
		}
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(it);
	e = msdosfs_flush(pmp, waitfor == MNT_WAIT);
	return error != 0 ? error : e;
}

/* A file handle is the key; a name that moved makes it stale. */
struct defid {
	uint16_t	defid_len;
	uint16_t	defid_pad;
	uint32_t	defid_dirclust;
	uint32_t	defid_dirofs;
	uint32_t	defid_start;
};

static int
msdosfs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct denode_key k = { 0 };
	struct defid d;
	int error;

	*vpp = NULL;
	if (fhp->fid_len != sizeof(d))
		return EINVAL;
	memcpy(&d, fhp, sizeof(d));
	k.dk_dirclust = d.defid_dirclust;
	k.dk_diroffset = d.defid_dirofs;
	if (k.dk_diroffset % DE_SIZE != 0 && k.dk_diroffset != UINT32_MAX)
		return ESTALE;
	error = vcache_get(mp, &k, sizeof(k), vpp);
	if (error != 0)
		return ESTALE;
	error = vn_lock(*vpp, LK_EXCLUSIVE);
	if (error == 0 && VTODE(*vpp)->de_startcluster != d.defid_start) {
		VOP_UNLOCK(*vpp);
		error = ESTALE;
	}
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
msdosfs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	const struct denode *dep = VTODE(vp);
	struct defid d = { .defid_len = sizeof(d) };

	d.defid_dirclust = dep->de_key.dk_dirclust;
	d.defid_dirofs = dep->de_key.dk_diroffset;
	d.defid_start = dep->de_startcluster;
	return vfs_putfid(&d, sizeof(d), fhp, fh_size);
}

static const struct vnodeopv_desc *const msdosfs_vnodeopv_descs[] = {
	&msdosfs_vnodeop_opv_desc,
	NULL
};

static struct vfsops msdosfs_vfsops = {
	.vfs_name = MOUNT_MSDOS,
	.vfs_min_mount_data = sizeof(struct msdosfs_args),
	.vfs_mount = msdosfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = msdosfs_unmount,
	.vfs_root = msdosfs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = msdosfs_statvfs,
	.vfs_sync = msdosfs_sync,
	.vfs_vget = vfs_stdvget,
	.vfs_loadvnode = msdosfs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = msdosfs_fhtovp,
	.vfs_vptofh = msdosfs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = msdosfs_vnodeopv_descs,
};

static int
msdos_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&msdosfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&msdosfs_vfsops);
	default:
		return ENOTTY;
	}
}
