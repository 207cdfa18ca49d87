/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mfs_vfsops.c - the memory file system: ffs on memory.
 *
 * Interface
 *	mount(2) type "mfs", struct mfs_args: an image of ffs in the caller's
 *	memory, as newfs makes it.  It is copied, so mount(2) returns and the
 *	memory is the caller's again; NetBSD's keeps the process inside the
 *	kernel to serve its own memory.  What is in the file system is gone
 *	after unmount.
 *
 *	All other operations are those of ffs.
 *
 * Sleeps	everything.
 * Errors	ENOMEM; EINVAL no such image; of ffs.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>
#include <ufs/ufs/ufsmount.h>

#include "fs/ffs/ffs.h"
#include "mfsnode.h"

MODULE(MODULE_CLASS_VFS, mfs, "ffs");

/* Which disk a mount is on: until the ffs below has let go of it. */
static struct mfsnode *
mfs_ofmount(struct mount *mp)
{
	return VFSTOUFS(mp)->um_mfsnode;
}

static int
mfs_getargs(struct mount *mp, struct mfs_args *args, size_t *data_len)
{
	if (mp->mnt_data == NULL)
		return EIO;
	args->fspec = NULL;
	args->base = NULL;
	args->size = mfs_ofmount(mp)->mfs_size;
	*data_len = sizeof(*args);
	return 0;
}

/*
 * The image becomes a disk.
 */
static int
mfs_copyin(const struct mfs_args *args, struct mfsnode **mfspp)
{
	size_t size = args->size & ~(size_t)(DEV_BSIZE - 1);
	uint8_t *base;
	int error;

	if (size == 0 || args->base == NULL)
		return EINVAL;
	base = kmem_alloc(size, KM_NOSLEEP);
	if (base == NULL)
		return ENOMEM;
	error = copyin(args->base, base, size);
	if (error == 0)
		error = mfs_attach(base, size, mfspp);
	if (error != 0)
		kmem_free(base, size);
	return error;
}

static int
mfs_mountnew(struct mount *mp, const struct mfs_args *args)
{
	struct mfsnode *mfsp;
	struct vnode *devvp;
	int error;

	error = mfs_copyin(args, &mfsp);
	if (error != 0)
		return error;
	error = bdevvp(mfsp->mfs_dk.dk_dev, &devvp);
	if (error == 0)
		error = ffs_mountfs(mp, devvp);
	if (error != 0) {
		mfs_detach(mfsp);
		return error;
	}
	VFSTOUFS(mp)->um_mfsnode = mfsp;
	return 0;
}

static int
mfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	static char itself[] = "mfs";
	const struct ufs_args update = { .fspec = itself };
	struct mfs_args *args = data;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0)
		return mfs_getargs(mp, args, data_len);
	if ((mp->mnt_flag & MNT_UPDATE) != 0)
		return ffs_remount(mp, &update);
	error = mfs_mountnew(mp, args);
	if (error != 0)
		return error;
	return set_statvfs_info(path, UIO_USERSPACE, args->fspec,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
}

static int
mfs_unmount(struct mount *mp, int mntflags)
{
	struct mfsnode *mfsp = mfs_ofmount(mp);
	int error;

	error = (*ffs_vfsops.vfs_unmount)(mp, mntflags);
	if (error == 0)
		mfs_detach(mfsp);
	return error;
}

/* The vectors of vnode operations are attached with ffs. */
static const struct vnodeopv_desc *const mfs_vnodeopv_descs[] = { NULL };
static struct vfsops mfs_vfsops;

static int
mfs_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		mfs_init();
		memcpy(&mfs_vfsops, &ffs_vfsops, sizeof(mfs_vfsops));
		mfs_vfsops.vfs_name = MOUNT_MFS;
		mfs_vfsops.vfs_min_mount_data = sizeof(struct mfs_args);
		mfs_vfsops.vfs_mount = mfs_mount;
		mfs_vfsops.vfs_unmount = mfs_unmount;
		mfs_vfsops.vfs_opv_descs = mfs_vnodeopv_descs;
		mfs_vfsops.vfs_refcount = 0;
		return vfs_attach(&mfs_vfsops);
	case MODULE_CMD_FINI:
		return EBUSY;		/* the device switch has no way back */
	default:
		return ENOTTY;
	}
}
