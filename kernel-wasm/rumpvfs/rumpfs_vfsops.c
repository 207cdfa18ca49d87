/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs_vfsops.c - mounting the root file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/lwp.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "rumpfs.h"

static int
rumpfs_setup(struct mount *mp)
{
	struct rumpfs_node *root = rumpfs_node_alloc(VDIR, NULL);

	root->rn_linked = true;
	mp->mnt_data = root;
	mp->mnt_stat.f_namemax = 255;
	mp->mnt_stat.f_bsize = DEV_BSIZE;
	mp->mnt_stat.f_frsize = DEV_BSIZE;
	mp->mnt_stat.f_iosize = DEV_BSIZE;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_DTYPE;
	mp->mnt_fs_bshift = mp->mnt_dev_bshift = DEV_BSHIFT;
	vfs_getnewfsid(mp);
	return 0;
}

static int
rumpfs_mount(struct mount *mp, const char *path, void *data __unused,
    size_t *data_len __unused)
{
	int error;

	if (mp->mnt_flag & MNT_GETARGS) {
		*data_len = 0;
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return 0;
	if ((error = rumpfs_setup(mp)) != 0)
		return error;
	return set_statvfs_info(path, UIO_USERSPACE, "rumpfs", UIO_SYSSPACE,
	    mp->mnt_op->vfs_name, mp, curlwp);
}

static void
rumpfs_freetree(struct rumpfs_node *rn)
{
	struct rumpfs_dent *rd;

	while ((rd = LIST_FIRST(&rn->rn_dir)) != NULL) {
		LIST_REMOVE(rd, rd_entries);
		rumpfs_freetree(rd->rd_node);
		kmem_free(rd, sizeof(*rd) + rd->rd_namelen);
	}
	rumpfs_node_free(rn);
}

static int
rumpfs_unmount(struct mount *mp, int mntflags)
{
	int error;

	if (mp->mnt_flag & MNT_ROOTFS)
		return EBUSY;
	error = vflush(mp, NULL, (mntflags & MNT_FORCE) ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	rumpfs_freetree(mp->mnt_data);
	mp->mnt_data = NULL;
	return 0;
}

static int
rumpfs_root(struct mount *mp, struct vnode **vpp)
{
	int error;

	if ((error = rumpfs_getvp(mp, mp->mnt_data, vpp)) != 0)
		return error;
	return vn_lock(*vpp, LK_EXCLUSIVE | LK_RETRY);
}

static int
rumpfs_sync(struct mount *mp __unused, int waitfor __unused,
    kauth_cred_t cred __unused)
{

	return 0;
}

static const struct vnodeopv_desc * const rumpfs_opv_descs[] = {
	&rump_vnodeop_opv_desc,
	&rump_specop_opv_desc,
	NULL
};

static struct vfsops rumpfs_vfsops = {
	.vfs_name = MOUNT_RUMPFS,
	.vfs_mount = rumpfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = rumpfs_unmount,
	.vfs_root = rumpfs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = genfs_statvfs,
	.vfs_sync = rumpfs_sync,
	.vfs_vget = vfs_stdvget,
	.vfs_loadvnode = rumpfs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = vfs_stdfhtovp,
	.vfs_vptofh = vfs_stdvptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = vfs_stdsuspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = rumpfs_opv_descs,
};

int	rumpfs_mountroot(void);

/* Boot: "/" comes into being. */
int
rumpfs_mountroot(void)
{
	struct mount *mp;
	int error;

	rumpfs_etfs_init();
	if ((error = vfs_attach(&rumpfs_vfsops)) != 0 ||
	    (error = vfs_rootmountalloc(MOUNT_RUMPFS, "rumpfs", &mp)) != 0)
		return error;
	mp->mnt_flag &= ~MNT_RDONLY;
	if ((error = rumpfs_setup(mp)) != 0)
		return error;
	mp->mnt_stat.f_owner = 0;
	mutex_enter(&mountlist_lock);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mutex_exit(&mountlist_lock);
	vfs_unbusy(mp, false, NULL);
	if ((error = VFS_ROOT(mp, &rootvnode)) != 0)
		return error;
	VOP_UNLOCK(rootvnode);
	mp->mnt_stat.f_flag = (u_long)(u_int)mp->mnt_flag & MNT_VISFLAGMASK;
	return 0;
}
