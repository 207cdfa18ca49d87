/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernfs_vfsops.c - mounting kernfs.
 *
 * Interface	vfsops(9).  mount(2) takes no arguments; MNT_UPDATE and
 *		MNT_GETARGS are EOPNOTSUPP and nothing.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <miscfs/genfs/genfs.h>

#include "kernfs.h"

MODULE(MODULE_CLASS_VFS, kernfs, NULL);

static int
kernfs_mount(struct mount *mp, const char *path, void *data __unused,
    size_t *data_len)
{
	struct kernfs_mount *km;

	if (mp->mnt_flag & MNT_GETARGS) {
		*data_len = 0;
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return EOPNOTSUPP;
	km = kmem_zalloc(sizeof(*km), KM_SLEEP);
	nanotime(&km->km_time);
	mp->mnt_data = km;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE;
	mp->mnt_stat.f_namemax = 255;
	vfs_getnewfsid(mp);
	return set_statvfs_info(path, UIO_USERSPACE, "kernfs", UIO_SYSSPACE,
	    mp->mnt_op->vfs_name, mp, curlwp);
}

static int
kernfs_unmount(struct mount *mp, int mntflags)
{
	int error;

	error = vflush(mp, NULL, mntflags & MNT_FORCE ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	kmem_free(mp->mnt_data, sizeof(struct kernfs_mount));
	mp->mnt_data = NULL;
	return 0;
}

static int
kernfs_root(struct mount *mp, struct vnode **vpp)
{
	unsigned root = KERNFS_ROOT;
	int error;

	error = vcache_get(mp, &root, sizeof(root), vpp);
	if (error == 0 && (error = vn_lock(*vpp, LK_EXCLUSIVE)) != 0)
		vrele(*vpp);
	return error;
}

static int
kernfs_loadvnode(struct mount *mp __unused, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct kernfs_node *kn;

	kn = kmem_zalloc(sizeof(*kn), KM_SLEEP);
	KASSERT(key_len == sizeof(kn->kn_index));
	memcpy(&kn->kn_index, key, key_len);
	KASSERT(kn->kn_index < kernfs_ntargets);
	kn->kn_target = &kernfs_targets[kn->kn_index];
	kn->kn_vnode = vp;
	vp->v_tag = VT_KERNFS;
	vp->v_type = kn->kn_target->kt_type;
	vp->v_op = kernfs_vnodeop_p;
	vp->v_data = kn;
	if (kn->kn_index == KERNFS_ROOT)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, 0);
	*new_key = &kn->kn_index;
	return 0;
}

static int
kernfs_statvfs(struct mount *mp, struct statvfs *sbp)
{

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = DEV_BSIZE;
	sbp->f_blocks = 2;
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = kernfs_ntargets;
	sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static const struct vnodeopv_desc * const kernfs_vnodeopv_descs[] = {
	&kernfs_vnodeop_opv_desc,
	NULL
};

static struct vfsops kernfs_vfsops = {
	.vfs_name = MOUNT_KERNFS,
	.vfs_min_mount_data = 0,
	.vfs_mount = kernfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = kernfs_unmount,
	.vfs_root = kernfs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = kernfs_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = vfs_stdvget,
	.vfs_loadvnode = kernfs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = vfs_stdfhtovp,
	.vfs_vptofh = vfs_stdvptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = kernfs_vnodeopv_descs,
};

static int
kernfs_modcmd(modcmd_t cmd, void *arg __unused)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&kernfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&kernfs_vfsops);
	default:
		return ENOTTY;
	}
}
