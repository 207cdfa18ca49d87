/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_devmount.c - the block device under a mounted file system.
 *
 * Interface
 *	find, open, mount, ..., close.  close also gives back the reference
 *	that find took; without open use vrele().
 *
 * Locking	the device's vnode is locked for open and close only.
 * Sleeps	all.
 * Errors	ENOTBLK no block device; ENXIO no driver; EBUSY mounted or open
 *		elsewhere; EPERM, EACCES not for this user; of the driver.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

int
vfs_devmount_find(struct mount *mp, const char *fspec, int accmode,
    struct vnode **devvpp)
{
	struct vnode *devvp;
	int error;

	if (fspec == NULL)
		return EINVAL;
	error = namei_simple_user(fspec, NSM_FOLLOW_NOEMULROOT, &devvp);
	if (error != 0)
		return error;
	if (devvp->v_type != VBLK)
		error = ENOTBLK;
	else if (bdevsw_lookup(devvp->v_rdev) == NULL)
		error = ENXIO;
	else {
		vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
		error = kauth_authorize_system(kauth_cred_get(),
		    KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_DEVICE, mp,
		    devvp, KAUTH_ARG(accmode));
		VOP_UNLOCK(devvp);
	}
	if (error != 0)
		vrele(devvp);
	else
		*devvpp = devvp;
	return error;
}

static void
devmount_close(struct vnode *devvp, int flags)
{
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	if (vinvalbuf(devvp, V_SAVE, NOCRED, curlwp, false, 0) != 0)
		(void)vinvalbuf(devvp, 0, NOCRED, curlwp, false, 0);
	(void)VOP_CLOSE(devvp, flags, NOCRED);
	VOP_UNLOCK(devvp);
}

int
vfs_devmount_open(struct vnode *devvp, int flags, uint64_t *bytesp,
    unsigned int *secsizep)
{
	uint64_t numsec;
	int error;

	if (spec_node_getmountedfs(devvp) != NULL)
		return EBUSY;
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = vinvalbuf(devvp, V_SAVE, kauth_cred_get(), curlwp, false, 0);
	if (error == 0)
		error = VOP_OPEN(devvp, flags, NOCRED);
	VOP_UNLOCK(devvp);
	if (error != 0)
		return error;
	error = getdisksize(devvp, &numsec, secsizep);
	if (error == 0)
		*bytesp = numsec * *secsizep;
	else
		devmount_close(devvp, flags);
	return error;
}

void
vfs_devmount_close(struct vnode *devvp, int flags)
{
	devmount_close(devvp, flags);
	vrele(devvp);
}

void
vfs_devmount_fill(struct mount *mp, struct vnode *devvp, const char *type,
    unsigned long namemax)
{
	struct statvfs *sbp = &mp->mnt_stat;

	sbp->f_fsidx.__fsid_val[0] = (int32_t)devvp->v_rdev;
	sbp->f_fsidx.__fsid_val[1] = makefstype(type);
	sbp->f_fsid = (u_long)sbp->f_fsidx.__fsid_val[0];
	sbp->f_namemax = namemax;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_DTYPE;
}
