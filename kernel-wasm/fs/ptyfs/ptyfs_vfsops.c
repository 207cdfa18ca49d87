/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptyfs_vfsops.c - mounting ptyfs, and giving names to what /dev/ptm hands
 * out while it is mounted.
 *
 * Interface
 *	mount(2) type "ptyfs", struct ptyfs_args.  The mount made last names
 *	new pairs; MNT_UPDATE changes group and mode of pairs to come.
 *
 * Locking	ptyfs_lock: the list of mounts.  Nothing else is taken inside.
 * Sleeps	yes.
 * Errors	EINVAL arguments of another version.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ptyfs.h"

MODULE(MODULE_CLASS_VFS, ptyfs, NULL);

static kmutex_t ptyfs_lock;
static LIST_HEAD(, ptyfs_mount) ptyfs_mounts;

int
ptyfs_get(struct mount *mp, enum ptyfs_type type, unsigned pty,
    struct vnode **vpp)
{
	struct ptyfs_key k = { .ptk_type = (uint32_t)type, .ptk_pty = pty };

	KASSERT(pty < PTY_MAX);
	return vcache_get(mp, &k, sizeof(k), vpp);
}

/* As a slave is before it is given to anybody. */
void
ptyfs_attr_reset(struct ptyfs_mount *pm, unsigned pty)
{
	struct ptyfs_attr pa = { .pa_uid = 0 };

	vfs_timestamp(&pa.pa_ctime);
	pa.pa_atime = pa.pa_mtime = pa.pa_ctime;
	mutex_enter(&pm->pm_lock);
	pa.pa_gid = pm->pm_args.gid;
	pa.pa_mode = pm->pm_args.mode;
	pm->pm_attr[1 + pty] = pa;
	mutex_exit(&pm->pm_lock);
}

/* What /dev/ptm asks: see sys/pty.h. */
static int
ptm_getmp(struct lwp *l __unused, struct mount **mpp)
{
	struct ptyfs_mount *pm;
	int error;

	mutex_enter(&ptyfs_lock);
	pm = LIST_FIRST(&ptyfs_mounts);
	if (pm == NULL) {
		mutex_exit(&ptyfs_lock);
		return EOPNOTSUPP;
	}
	*mpp = pm->pm_mount;
	atomic_inc_uint(&(*mpp)->mnt_refcnt);
	mutex_exit(&ptyfs_lock);
	error = vfs_busy(*mpp, NULL);
	vfs_destroy(*mpp);
	return error;
}

static int
ptm_allocvp(struct mount *mp, struct lwp *l __unused, struct vnode **vpp,
    dev_t dev, char ms)
{
	if (ms == 'p')
		ptyfs_attr_reset(VFSTOPTY(mp), (unsigned)minor(dev));
	return ptyfs_get(mp, ms == 'p' ? PTYFSptc : PTYFSpts,
	    (unsigned)minor(dev), vpp);
}

/*
 * A master has no name, a slave the one that its user sees, who may have
 * another root.
 */
static int
ptm_makename(struct mount *mp, struct lwp *l, char *buf, size_t len,
    dev_t dev, char ms)
{
	struct statvfs *sbp;
	int error;

	if (ms == 'p') {
		snprintf(buf, len, "/dev/null");
		return 0;
	}
	sbp = kmem_alloc(sizeof(*sbp), KM_SLEEP);
	error = dostatvfs(mp, sbp, l, MNT_NOWAIT, 1);
	if (error == 0)
		snprintf(buf, len, "%s/%u", sbp->f_mntonname,
		    (unsigned)minor(dev));
	kmem_free(sbp, sizeof(*sbp));
	return error;
}

static void
ptm_getvattr(struct mount *mp, struct lwp *l, struct vattr *vap)
{
	const struct ptyfs_args *args = &VFSTOPTY(mp)->pm_args;

	vattr_null(vap);
	vap->va_uid = kauth_cred_getuid(l->l_cred);
	vap->va_gid = args->gid;
	vap->va_mode = args->mode;
}

static const struct ptm_pty ptm_ptyfs = {
	.getmp = ptm_getmp,
	.allocvp = ptm_allocvp,
	.makename = ptm_makename,
	.getvattr = ptm_getvattr,
	.npty = PTY_MAX,
};

static void
mount_insert(struct ptyfs_mount *pm)
{
	mutex_enter(&ptyfs_lock);
	LIST_INSERT_HEAD(&ptyfs_mounts, pm, pm_list);
	pty_sethandler(&ptm_ptyfs);
	mutex_exit(&ptyfs_lock);
}

static void
mount_remove(struct ptyfs_mount *pm)
{
	mutex_enter(&ptyfs_lock);
	LIST_REMOVE(pm, pm_list);
	if (LIST_EMPTY(&ptyfs_mounts))
		pty_sethandler(NULL);
	mutex_exit(&ptyfs_lock);
}

static struct ptyfs_mount *
mount_make(struct mount *mp, const struct ptyfs_args *args)
{
	struct ptyfs_mount *pm = kmem_zalloc(sizeof(*pm), KM_SLEEP);
	unsigned i;

	pm->pm_mount = mp;
	pm->pm_args = *args;
	mutex_init(&pm->pm_lock, MUTEX_DEFAULT, IPL_NONE);
	vfs_timestamp(&pm->pm_time);
	pm->pm_attr[0] = (struct ptyfs_attr){ .pa_mode = 0555,
	    .pa_atime = pm->pm_time, .pa_mtime = pm->pm_time,
	    .pa_ctime = pm->pm_time };
	for (i = 0; i < PTY_MAX; i++)
		ptyfs_attr_reset(pm, i);
	return pm;
}

static int
mount_new(struct mount *mp, const char *path, const struct ptyfs_args *args)
{
	struct ptyfs_mount *pm = mount_make(mp, args);
	int error;

	mp->mnt_data = pm;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_DTYPE;
	mp->mnt_stat.f_namemax = PTYFS_NAMEMAX;
	vfs_getnewfsid(mp);
	error = set_statvfs_info(path, UIO_USERSPACE, "ptyfs", UIO_SYSSPACE,
	    mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0) {
		mount_insert(pm);
		return 0;
	}
	mutex_destroy(&pm->pm_lock);
	kmem_free(pm, sizeof(*pm));
	mp->mnt_data = NULL;
	return error;
}

static int
ptyfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	struct ptyfs_args *args = data;
	struct ptyfs_mount *pm = VFSTOPTY(mp);

	if (args == NULL || *data_len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		if (pm == NULL)
			return EIO;
		*args = pm->pm_args;
		*data_len = sizeof(*args);
		return 0;
	}
	if (args->version != PTYFS_ARGSVERSION)
		return EINVAL;
	args->mode &= ALLPERMS;
	if ((mp->mnt_flag & MNT_UPDATE) == 0)
		return mount_new(mp, path, args);
	mutex_enter(&pm->pm_lock);
	pm->pm_args = *args;
	mutex_exit(&pm->pm_lock);
	return 0;
}

static int
ptyfs_unmount(struct mount *mp, int mntflags)
{
	struct ptyfs_mount *pm = VFSTOPTY(mp);
	int error;

	error = vflush(mp, NULL,
	    (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	mount_remove(pm);
	mutex_destroy(&pm->pm_lock);
	kmem_free(pm, sizeof(*pm));
	mp->mnt_data = NULL;
	return 0;
}

static int
ptyfs_root(struct mount *mp, struct vnode **vpp)
{
	int error;

	error = ptyfs_get(mp, PTYFSroot, 0, vpp);
	if (error == 0 && (error = vn_lock(*vpp, LK_EXCLUSIVE)) != 0)
		vrele(*vpp);
	return error;
}

static int
ptyfs_loadvnode(struct mount *mp __unused, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct ptyfs_node *pn = kmem_zalloc(sizeof(*pn), KM_SLEEP);

	KASSERT(key_len == sizeof(pn->pn_key));
	memcpy(&pn->pn_key, key, key_len);
	pn->pn_vnode = vp;
	vp->v_tag = VT_PTYFS;
	vp->v_data = pn;
	if (pn->pn_key.ptk_type == PTYFSroot) {
		vp->v_type = VDIR;
		vp->v_op = ptyfs_vnodeop_p;
		vp->v_vflag |= VV_ROOT;
	} else {
		vp->v_type = VCHR;
		vp->v_op = ptyfs_specop_p;
		spec_node_init(vp, makedev(pn->pn_key.ptk_type == PTYFSpts ?
		    PTS_MAJOR : PTC_MAJOR, pn->pn_key.ptk_pty));
	}
	uvm_vnp_setsize(vp, 0);
	*new_key = &pn->pn_key;
	return 0;
}

static int
ptyfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	int i, used = 0;

	for (i = 0; i < PTY_MAX; i++)
		used += pty_isactive(i);
	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = DEV_BSIZE;
	sbp->f_blocks = 2;
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = PTY_MAX;
	sbp->f_ffree = sbp->f_favail = (fsfilcnt_t)(PTY_MAX - used);
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static const struct vnodeopv_desc *const ptyfs_vnodeopv_descs[] = {
	&ptyfs_vnodeop_opv_desc,
	&ptyfs_specop_opv_desc,
	NULL
};

static struct vfsops ptyfs_vfsops = {
	.vfs_name = MOUNT_PTYFS,
	.vfs_min_mount_data = sizeof(struct ptyfs_args),
	.vfs_mount = ptyfs_mount,
	.vfs_start = vfs_stdstart,
	.vfs_unmount = ptyfs_unmount,
	.vfs_root = ptyfs_root,
	.vfs_quotactl = vfs_stdquotactl,
	.vfs_statvfs = ptyfs_statvfs,
	.vfs_sync = vfs_stdsync,
	.vfs_vget = vfs_stdvget,
	.vfs_loadvnode = ptyfs_loadvnode,
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
	.vfs_opv_descs = ptyfs_vnodeopv_descs,
};

static int
ptyfs_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		mutex_init(&ptyfs_lock, MUTEX_DEFAULT, IPL_NONE);
		return vfs_attach(&ptyfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&ptyfs_vfsops);
	default:
		return ENOTTY;
	}
}
