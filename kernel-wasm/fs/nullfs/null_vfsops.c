/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null_vfsops.c - mounting a directory a second time somewhere else.
 *
 * Interface
 *	mount(2) type "null", struct null_args.  MNT_GETARGS answers with an
 *	empty target; MNT_UPDATE only changes flags, and only without a target.
 *
 * Sleeps	yes.
 * Errors	EINVAL no target; ENOTDIR; EDEADLK the mount point is inside
 *		the target or is it; of namei.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "null.h"

MODULE(MODULE_CLASS_VFS, null, "layerfs");

static int
nullfs_findtarget(struct mount *mp, const struct null_args *args,
    struct vnode **lowervpp)
{
	struct vnode *lowervp;
	int error;

	if (args->nulla_target == NULL)
		return EINVAL;
	error = namei_simple_user(args->nulla_target, NSM_FOLLOW_NOEMULROOT,
	    &lowervp);
	if (error != 0)
		return error;
	if (lowervp->v_type != VDIR)
		error = ENOTDIR;
	else if (lowervp == mp->mnt_vnodecovered)
		error = EDEADLK;	/* would be its own lower vnode */
	if (error != 0)
		vrele(lowervp);
	else
		*lowervpp = lowervp;
	return error;
}

static int
nullfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct null_args *args = data;
	struct layer_mount *lmp;
	struct vnode *lowervp;
	int error;

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		args->nulla_target = NULL;
		*data_len = sizeof(*args);
		return 0;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0)
		return args->nulla_target == NULL ? 0 : EOPNOTSUPP;
	error = nullfs_findtarget(mp, args, &lowervp);
	if (error != 0)
		return error;
	lmp = kmem_zalloc(sizeof(*lmp), KM_SLEEP);
	lmp->layerm_vfs = lowervp->v_mount;
	lmp->layerm_rootvp = lowervp;
	lmp->layerm_tag = VT_NULL;
	lmp->layerm_vnodeop_p = null_vnodeop_p;
	mp->mnt_data = lmp;
	mp->mnt_flag |= lowervp->v_mount->mnt_flag & MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | (lowervp->v_mount->mnt_iflag & IMNT_DTYPE);
	mp->mnt_stat.f_namemax = lowervp->v_mount->mnt_stat.f_namemax;
	vfs_getnewfsid(mp);
	error = set_statvfs_info(path, UIO_USERSPACE, args->nulla_target,
	    UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error != 0) {
		mp->mnt_data = NULL;
		vrele(lowervp);
		kmem_free(lmp, sizeof(*lmp));
	}
	return error;
}

static const struct vnodeopv_desc * const nullfs_vnodeopv_descs[] = {
	&null_vnodeop_opv_desc,
	NULL
};

static struct vfsops nullfs_vfsops = {
	.vfs_name = MOUNT_NULL,
	.vfs_min_mount_data = sizeof(struct null_args),
	.vfs_mount = nullfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = layerfs_unmount,
	.vfs_root = layerfs_root,
	.vfs_quotactl = layerfs_quotactl,
	.vfs_statvfs = layerfs_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = layerfs_vget,
	.vfs_loadvnode = layerfs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = layerfs_fhtovp,
	.vfs_vptofh = layerfs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = layerfs_snapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = layerfs_renamelock_enter,
	.vfs_renamelock_exit = layerfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = nullfs_vnodeopv_descs,
};

static int
null_modcmd(modcmd_t cmd, void *arg __unused)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&nullfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&nullfs_vfsops);
	default:
		return ENOTTY;
	}
}
