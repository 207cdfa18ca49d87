/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_vfsops.c - mounting a tmpfs.
 *
 * Interface	vfsops(9).  mount(2) takes struct tmpfs_args; MNT_UPDATE may
 *		change the limits (EBUSY below what is in use) and switch
 *		between read-only and read-write; MNT_GETARGS tells them.
 * Locking	as vfsops(9); tm_lock for the limits.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/stat.h>
#include <fs/tmpfs/tmpfs_args.h>
#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

MODULE(MODULE_CLASS_VFS, tmpfs, NULL);

#define	TMPFS_NODES_MIN	3		/* as many or fewer: derive a limit */
#define	TMPFS_NODES_DERIVED	(UINT32_MAX / 2)

struct tmpfs_fid {
	uint16_t	tf_len;
	uint16_t	tf_pad;
	uint32_t	tf_gen;
	uint64_t	tf_id;
};

static uint64_t
limit_pages(const struct tmpfs_args *args)
{

	if (args->ta_size_max < (off_t)TMPFS_PAGE)
		return UINT64_MAX / 2;
	return TMPFS_PAGES(args->ta_size_max);
}

static uint32_t
limit_nodes(const struct tmpfs_args *args)
{

	if (args->ta_nodes_max <= TMPFS_NODES_MIN)
		return TMPFS_NODES_DERIVED;
	return (uint32_t)MIN(args->ta_nodes_max, TMPFS_NODES_DERIVED);
}

static int
getargs(struct mount *mp, struct tmpfs_args *args, size_t *data_len)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);

	if (tmp == NULL)
		return EIO;
	memset(args, 0, sizeof(*args));
	args->ta_version = TMPFS_ARGS_VERSION;
	mutex_enter(&tmp->tm_lock);
	args->ta_nodes_max = tmp->tm_nodes_max;
	args->ta_size_max = tmp->tm_pages_max >= UINT64_MAX / 2 ? 0 :
	    (off_t)(tmp->tm_pages_max * TMPFS_PAGE);
	mutex_exit(&tmp->tm_lock);
	args->ta_root_uid = tmp->tm_root->tn_uid;
	args->ta_root_gid = tmp->tm_root->tn_gid;
	args->ta_root_mode = tmp->tm_root->tn_mode;
	*data_len = sizeof(*args);
	return 0;
}

static int
update(struct mount *mp, const struct tmpfs_args *args)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);
	int error = 0;

	mutex_enter(&tmp->tm_lock);
	if (limit_nodes(args) < tmp->tm_nodes_cnt ||
	    limit_pages(args) < tmp->tm_pages_used)
		error = EBUSY;
	else {
		tmp->tm_nodes_max = limit_nodes(args);
		tmp->tm_pages_max = limit_pages(args);
	}
	mutex_exit(&tmp->tm_lock);
	return error;
}

static int
make_root(struct tmpfs_mount *tmp, const struct tmpfs_args *args)
{
	struct vattr va;
	int error;

	vattr_null(&va);
	va.va_type = VDIR;
	va.va_mode = args->ta_root_mode & ALLPERMS;
	va.va_uid = args->ta_root_uid;
	va.va_gid = args->ta_root_gid;
	error = tmpfs_node_alloc(tmp, NULL, &va, NOCRED, &tmp->tm_root);
	if (error != 0)
		return error;
	tmp->tm_root->tn_u.tn_dir.tn_parent = tmp->tm_root;
	tmp->tm_root->tn_links = 2;
	return 0;
}

static int
tmpfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct tmpfs_args *args = data;
	struct tmpfs_mount *tmp;
	int error;

	if (data == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if (mp->mnt_flag & MNT_GETARGS)
		return getargs(mp, args, data_len);
	if (args->ta_version != TMPFS_ARGS_VERSION)
		return EINVAL;
	if (mp->mnt_flag & MNT_UPDATE)
		return update(mp, args);
	if (args->ta_root_uid == (uid_t)VNOVAL ||
	    args->ta_root_gid == (gid_t)VNOVAL ||
	    args->ta_root_mode == (mode_t)VNOVAL)
		return EINVAL;

	tmp = kmem_zalloc(sizeof(*tmp), KM_SLEEP);
	mutex_init(&tmp->tm_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&tmp->tm_nodes);
	tmp->tm_nextid = 2;
	tmp->tm_nodes_max = limit_nodes(args);
	tmp->tm_pages_max = limit_pages(args);
	if ((error = make_root(tmp, args)) != 0) {
		mutex_destroy(&tmp->tm_lock);
		kmem_free(tmp, sizeof(*tmp));
		return error;
	}
	mp->mnt_data = tmp;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_stat.f_namemax = TMPFS_MAXNAMLEN;
	mp->mnt_fs_bshift = 12;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_iflag |= IMNT_MPSAFE;
	vfs_getnewfsid(mp);
	return set_statvfs_info(path, UIO_USERSPACE, "tmpfs", UIO_SYSSPACE,
	    mp->mnt_op->vfs_name, mp, curlwp);
}

/* Empty a node so that it can be freed in any order. */
static void
forget_entries(struct tmpfs_mount *tmp, struct tmpfs_node *node)
{
	struct tmpfs_dirent *de;

	while ((de = TAILQ_FIRST(&node->tn_u.tn_dir.tn_entries)) != NULL) {
		tmpfs_dir_detach(node, de);
		tmpfs_dirent_free(tmp, de);
	}
}

static int
tmpfs_unmount(struct mount *mp, int mntflags)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);
	struct tmpfs_node *node;
	int error;

	error = vflush(mp, NULL, mntflags & MNT_FORCE ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	tmp->tm_root->tn_u.tn_dir.tn_parent = NULL;
	LIST_FOREACH(node, &tmp->tm_nodes, tn_nodes)
		if (node->tn_type == VDIR) {
			node->tn_links += 1;	/* detach takes the parent's */
			forget_entries(tmp, node);
		}
	while ((node = LIST_FIRST(&tmp->tm_nodes)) != NULL)
		tmpfs_node_free(tmp, node);
	KASSERT(tmp->tm_nodes_cnt == 0);
	KASSERT(tmp->tm_pages_used == 0 && tmp->tm_bytes_used == 0);
	mutex_destroy(&tmp->tm_lock);
	kmem_free(tmp, sizeof(*tmp));
	mp->mnt_data = NULL;
	return 0;
}

static int
tmpfs_root(struct mount *mp, struct vnode **vpp)
{
	struct tmpfs_node *root = VFS_TO_TMPFS(mp)->tm_root;
	int error;

	error = vcache_get(mp, &root, sizeof(root), vpp);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
tmpfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct tmpfs_node *node;

	(void)mp;
	KASSERT(key_len == sizeof(node));
	memcpy(&node, key, key_len);
	tmpfs_init_vnode(vp, node);
	*new_key = &vp->v_data;
	return 0;
}

static int
tmpfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);
	uint64_t avail = tmpfs_mem_avail_pages(), nodes;

	sbp->f_iosize = sbp->f_frsize = sbp->f_bsize = TMPFS_PAGE;
	mutex_enter(&tmp->tm_lock);
	avail = MIN(avail, tmp->tm_pages_max - tmp->tm_pages_used);
	sbp->f_blocks = avail + tmp->tm_pages_used;
	sbp->f_bavail = sbp->f_bfree = avail;
	nodes = MIN(tmp->tm_nodes_max - tmp->tm_nodes_cnt,
	    avail * TMPFS_PAGE / sizeof(struct tmpfs_node));
	sbp->f_files = tmp->tm_nodes_cnt + nodes;
	sbp->f_favail = sbp->f_ffree = nodes;
	mutex_exit(&tmp->tm_lock);
	sbp->f_bresvd = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
tmpfs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct tmpfs_fid tf;

	memset(&tf, 0, sizeof(tf));
	tf.tf_len = sizeof(tf);
	tf.tf_gen = (uint32_t)node->tn_gen;
	tf.tf_id = node->tn_id;
	return vfs_putfid(&tf, sizeof(tf), fhp, fh_size);
}

static int
tmpfs_fhtovp(struct mount *mp, struct fid *fhp, struct vnode **vpp)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);
	struct tmpfs_node *node;
	struct tmpfs_fid tf;
	int error;

	if (fhp->fid_len != sizeof(tf))
		return EINVAL;
	memcpy(&tf, fhp, sizeof(tf));
	mutex_enter(&tmp->tm_lock);
	LIST_FOREACH(node, &tmp->tm_nodes, tn_nodes)
		if (node->tn_id == tf.tf_id &&
		    (uint32_t)node->tn_gen == tf.tf_gen && node->tn_links > 0)
			break;
	mutex_exit(&tmp->tm_lock);
	if (node == NULL)
		return ESTALE;
	error = vcache_get(mp, &node, sizeof(node), vpp);
	if (error == 0 && (error = vn_lock(*vpp, LK_EXCLUSIVE)) != 0)
		vrele(*vpp);
	return error;
}

static const struct vnodeopv_desc * const tmpfs_vnodeopv_descs[] = {
	&tmpfs_vnodeop_opv_desc,
	&tmpfs_specop_opv_desc,
	&tmpfs_fifoop_opv_desc,
	NULL
};

static struct vfsops tmpfs_vfsops = {
	.vfs_name = MOUNT_TMPFS,
	.vfs_min_mount_data = sizeof(struct tmpfs_args),
	.vfs_mount = tmpfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = tmpfs_unmount,
	.vfs_root = tmpfs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = tmpfs_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = vfs_stdvget,
	.vfs_loadvnode = tmpfs_loadvnode,
	.vfs_newvnode = vfs_stdnewvnode,
	.vfs_fhtovp = tmpfs_fhtovp,
	.vfs_vptofh = tmpfs_vptofh,
	.vfs_init = vfs_stdinit,
	.vfs_reinit = vfs_stdinit,
	.vfs_done = vfs_stdinit,
	.vfs_snapshot = vfs_stdsnapshot,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = vfs_stdfsync,
	.vfs_opv_descs = tmpfs_vnodeopv_descs,
};

static int
tmpfs_modcmd(modcmd_t cmd, void *arg)
{

	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&tmpfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&tmpfs_vfsops);
	default:
		return ENOTTY;
	}
}
