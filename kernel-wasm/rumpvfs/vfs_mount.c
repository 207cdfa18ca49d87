/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_mount.c - the list of mounts: mounting, unmounting, waiting for users.
 *
 * Interface
 *	vfs_busy() keeps a mount from being unmounted until vfs_unbusy(); a
 *	reference (mnt_refcnt) only keeps the structure.
 *
 * Locking	l: mountlist_lock
 *	Order: v_lock of the covered vnode -> mnt_unmounting -> mnt_updating
 *		-> v_lock in the mount -> mountlist_lock
 *
 * Sleeps	vfs_busy() during an unmount; mount and unmount.
 * Errors	EBUSY, ENOENT (gone), EINVAL, EPERM and the file system's.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

struct mntlist mountlist = TAILQ_HEAD_INITIALIZER(mountlist);	/* l */
kmutex_t mountlist_lock;
struct vnode *rootvnode;
int dovfsusermount;

static uint32_t mount_generation;	/* a */
static struct vfsops dead_vfsops;

void
vfs_mount_sysinit(void)
{

	mutex_init(&mountlist_lock, MUTEX_DEFAULT, 0);
	dead_vfsops.vfs_name = "dead";
	dead_rootmount = vfs_mountalloc(&dead_vfsops, NULL);
	dead_rootmount->mnt_iflag = IMNT_MPSAFE;
}

struct mount *
vfs_mountalloc(struct vfsops *vfsops, struct vnode *covered)
{
	struct mount *mp = kmem_zalloc(sizeof(*mp), KM_SLEEP);

	mp->mnt_op = vfsops;
	mp->mnt_refcnt = 1;
	TAILQ_INIT(&mp->mnt_vnodelist);
	rw_init(&mp->mnt_unmounting);
	mutex_init(&mp->mnt_updating, MUTEX_DEFAULT, 0);
	mutex_init(&mp->mnt_renamelock, MUTEX_DEFAULT, 0);
	mp->mnt_vnodecovered = covered;
	mp->mnt_generation = atomic_inc_32_nv(&mount_generation);
	return mp;
}

/* Drop a reference to the structure. */
void
vfs_destroy(struct mount *mp)
{

	if (atomic_dec_uint_nv(&mp->mnt_refcnt) > 0)
		return;
	KASSERT(TAILQ_EMPTY(&mp->mnt_vnodelist));
	rw_destroy(&mp->mnt_unmounting);
	mutex_destroy(&mp->mnt_updating);
	mutex_destroy(&mp->mnt_renamelock);
	if (mp->mnt_op != NULL && mp->mnt_op != &dead_vfsops)
		vfs_delref(mp->mnt_op);
	kmem_free(mp, sizeof(*mp));
}

/*
 * Keep mp mounted.  With nextp the caller walks the list with mountlist_lock
 * held: it is held again on return, and on failure *nextp is the next mount.
 */
int
vfs_busy(struct mount *mp, struct mount **nextp)
{

	if (nextp != NULL) {
		KASSERT(mutex_owned(&mountlist_lock));
		if (!rw_tryenter(&mp->mnt_unmounting, RW_READER)) {
			*nextp = TAILQ_NEXT(mp, mnt_list);
			return EBUSY;
		}
	} else
		rw_enter(&mp->mnt_unmounting, RW_READER);
	if (mp->mnt_iflag & IMNT_GONE) {
		rw_exit(&mp->mnt_unmounting);
		if (nextp != NULL)
			*nextp = TAILQ_NEXT(mp, mnt_list);
		return ENOENT;
	}
	atomic_inc_uint(&mp->mnt_refcnt);
	if (nextp != NULL)
		mutex_exit(&mountlist_lock);
	return 0;
}

void
vfs_unbusy(struct mount *mp, bool keepref, struct mount **nextp)
{

	if (nextp != NULL)
		mutex_enter(&mountlist_lock);
	if (nextp != NULL)
		*nextp = TAILQ_NEXT(mp, mnt_list);
	rw_exit(&mp->mnt_unmounting);
	if (!keepref)
		vfs_destroy(mp);
}

struct mount *
vfs_getvfs(fsid_t *fsid)
{
	struct mount *mp;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH(mp, &mountlist, mnt_list) {
		if (mp->mnt_stat.f_fsidx.__fsid_val[0] ==
		    fsid->__fsid_val[0] &&
		    mp->mnt_stat.f_fsidx.__fsid_val[1] == fsid->__fsid_val[1])
			break;
	}
	mutex_exit(&mountlist_lock);
	return mp;
}

/* An identity for file systems that have no device. */
void
vfs_getnewfsid(struct mount *mp)
{
	static uint32_t next;		/* a */
	int type = makefstype(mp->mnt_op->vfs_name);
	fsid_t fsid;

	do {
		fsid.__fsid_val[0] = (int32_t)makedev(type & 0xff,
		    atomic_inc_32_nv(&next));
		fsid.__fsid_val[1] = type;
	} while (vfs_getvfs(&fsid) != NULL);
	mp->mnt_stat.f_fsidx = fsid;
	mp->mnt_stat.f_fsid = (unsigned long)(uint32_t)fsid.__fsid_val[0];
}

static void
mountlist_append(struct mount *mp)
{

	mutex_enter(&mountlist_lock);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mutex_exit(&mountlist_lock);
}

/* The mount the boot starts from; busy on return. */
int
vfs_rootmountalloc(const char *fstype, const char *devname, struct mount **mpp)
{
	struct vfsops *vfsops;
	struct mount *mp;

	if ((vfsops = vfs_getopsbyname(fstype)) == NULL)
		return ENODEV;
	mp = vfs_mountalloc(vfsops, NULL);
	(void)vfs_busy(mp, NULL);
	mp->mnt_flag = MNT_RDONLY | MNT_ROOTFS;
	strlcpy(mp->mnt_stat.f_fstypename, fstype,
	    sizeof(mp->mnt_stat.f_fstypename));
	mp->mnt_stat.f_mntonname[0] = '/';
	strlcpy(mp->mnt_stat.f_mntfromname, devname,
	    sizeof(mp->mnt_stat.f_mntfromname));
	*mpp = mp;
	return 0;
}

/*
 * Processes that sit in the covered directory go to the new root.  proc_lock
 * is held; vrele() does not sleep, the mount has a reference of the covered.
 */
static int
checkdirs_proc(struct proc *p, void *arg)
{
	struct vnode **vps = arg;		/* covered, new */
	struct cwdinfo *cwdi = p->p_cwdi;

	if (cwdi == NULL)
		return 0;
	rw_enter(&cwdi->cwdi_lock, RW_WRITER);
	if (cwdi->cwdi_cdir == vps[0]) {
		vref(vps[1]);
		cwdi->cwdi_cdir = vps[1];
		vrele(vps[0]);
	}
	if (cwdi->cwdi_rdir == vps[0]) {
		vref(vps[1]);
		cwdi->cwdi_rdir = vps[1];
		vrele(vps[0]);
	}
	rw_exit(&cwdi->cwdi_lock);
	return 0;
}

static void
mount_checkdirs(struct mount *mp, struct vnode *covered)
{
	struct vnode *vps[2];

	if (vrefcnt(covered) == 1)
		return;
	if (VFS_ROOT(mp, &vps[1]) != 0)
		return;
	VOP_UNLOCK(vps[1]);
	vps[0] = covered;
	(void)proclist_foreach_call(&allproc, checkdirs_proc, vps);
	vrele(vps[1]);
}

/* Who may mount what. */
static int
mount_authorize(struct lwp *l, struct vnode *vp, struct vfsops *vfsops,
    int *flagsp)
{
	struct vattr va;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, vp, KAUTH_ARG(*flagsp), vfsops);
	if (error == 0 || !dovfsusermount)
		return error;
	/* vfs.generic.usermount: an own directory, without privileges. */
	if (VOP_GETATTR(vp, &va, l->l_cred) != 0 ||
	    va.va_uid != kauth_cred_geteuid(l->l_cred))
		return EPERM;
	*flagsp |= MNT_NODEV | MNT_NOSUID;
	return 0;
}

/*
 * Let mp appear on vp.  Being busy keeps the mount below from going away by
 * force between the check and the entry in the list.
 */
static int
mount_publish(struct mount *mp, struct vnode *vp)
{
	struct mount *below;
	int error;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	below = vp->v_mount;
	atomic_inc_uint(&below->mnt_refcnt);
	VOP_UNLOCK(vp);
	if ((error = vfs_busy(below, NULL)) == 0) {
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		if ((vp->v_iflag & VI_CLEAN) != 0)
			error = ENOENT;
		else if (vp->v_mountedhere != NULL)
			error = EBUSY;
		if (error == 0) {
			cache_purge(vp);
			atomic_store_relaxed(&vp->v_mountedhere, mp);
		}
		VOP_UNLOCK(vp);
		if (error == 0)
			mountlist_append(mp);
		vfs_unbusy(below, false, NULL);
	}
	vfs_destroy(below);
	return error;
}

/* Mount on *vpp; its reference is kept by the mount on success. */
int
mount_domount(struct lwp *l, struct vnode **vpp, struct vfsops *vfsops,
    const char *path, int flags, void *data, size_t *data_len)
{
	struct vnode *vp = *vpp;
	struct mount *mp;
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = mount_authorize(l, vp, vfsops, &flags);
	if (error == 0 && vp->v_type != VDIR)
		error = ENOTDIR;
	if (error == 0 && (vp->v_iflag & VI_CLEAN) != 0)
		error = ENOENT;
	VOP_UNLOCK(vp);
	if (error == 0 && (flags & MNT_EXPORTED) != 0)
		error = EINVAL;
	if (error == 0 && data == NULL && vfsops->vfs_min_mount_data != 0)
		error = EINVAL;
	if (error != 0) {
		vfs_delref(vfsops);
		return error;
	}
	mp = vfs_mountalloc(vfsops, vp);
	mp->mnt_stat.f_owner = kauth_cred_geteuid(l->l_cred);
	mp->mnt_flag = flags & (MNT_BASIC_FLAGS | MNT_FORCE);
	/* Busy before anybody sees it: nobody can take it off again half-way. */
	(void)vfs_busy(mp, NULL);
	mutex_enter(&mp->mnt_updating);
	error = VFS_MOUNT(mp, path, data, data_len);
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	if (error != 0) {
		mutex_exit(&mp->mnt_updating);
		mp->mnt_iflag |= IMNT_GONE;
		vfs_unbusy(mp, false, NULL);
		vfs_destroy(mp);
		return error;
	}
	if ((error = mount_publish(mp, vp)) != 0) {
		(void)VFS_UNMOUNT(mp, MNT_FORCE);
		mutex_exit(&mp->mnt_updating);
		mp->mnt_iflag |= IMNT_GONE;
		vfs_unbusy(mp, false, NULL);
		vfs_destroy(mp);
		return error;
	}
	if (mp->mnt_flag & (MNT_RDONLY | MNT_ASYNC))
		vfs_syncer_remove_from_worklist(mp);
	else
		vfs_syncer_add_to_worklist(mp);
	mutex_exit(&mp->mnt_updating);
	(void)VFS_STATVFS(mp, &mp->mnt_stat);
	mount_checkdirs(mp, vp);
	if (mp->mnt_op->vfs_start != NULL)
		error = VFS_START(mp, 0);
	vfs_unbusy(mp, false, NULL);
	*vpp = NULL;
	return error;
}

/* Is something mounted below mp? */
static bool
mount_hasmounts(struct mount *mp)
{
	struct mount *m;
	bool found = false;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH(m, &mountlist, mnt_list) {
		if (m->mnt_vnodecovered != NULL &&
		    m->mnt_vnodecovered->v_mount == mp) {
			found = true;
			break;
		}
	}
	mutex_exit(&mountlist_lock);
	return found;
}

/* Undo the mount.  Takes a reference to the structure from the caller. */
int
dounmount(struct mount *mp, int flags, struct lwp *l)
{
	struct vnode *covered = mp->mnt_vnodecovered;
	bool writable;
	int error = 0;

	rw_enter(&mp->mnt_unmounting, RW_WRITER);
	mutex_enter(&mp->mnt_updating);
	if (mp->mnt_iflag & IMNT_GONE)
		error = ENOENT;
	else if (mount_hasmounts(mp))	/* what others are mounted on stays */
		error = EBUSY;
	if (error != 0) {
		mutex_exit(&mp->mnt_updating);
		rw_exit(&mp->mnt_unmounting);
		vfs_destroy(mp);
		return error;
	}
	writable = (mp->mnt_flag & MNT_RDONLY) == 0;
	atomic_or_uint((volatile unsigned *)&mp->mnt_iflag, IMNT_UNMOUNT |
	    ((flags & MNT_FORCE) ? IMNT_FORCED : 0));
	vfs_syncer_remove_from_worklist(mp);
	cache_purgevfs(mp);
	if (writable)
		error = VFS_SYNC(mp, MNT_WAIT, l->l_cred);
	if (error == 0 || (flags & MNT_FORCE) != 0)
		error = VFS_UNMOUNT(mp, flags);
	atomic_and_uint((volatile unsigned *)&mp->mnt_iflag,
	    ~(unsigned)(IMNT_UNMOUNT | IMNT_FORCED));
	if (error != 0) {
		if (writable)
			vfs_syncer_add_to_worklist(mp);
		mutex_exit(&mp->mnt_updating);
		rw_exit(&mp->mnt_unmounting);
		vfs_destroy(mp);
		return error;
	}
	mutex_enter(&mountlist_lock);
	TAILQ_REMOVE(&mountlist, mp, mnt_list);
	mutex_exit(&mountlist_lock);
	mp->mnt_iflag |= IMNT_GONE;
	mutex_exit(&mp->mnt_updating);
	rw_exit(&mp->mnt_unmounting);
	if (covered != NULL) {
		vn_lock(covered, LK_EXCLUSIVE | LK_RETRY);
		atomic_store_relaxed(&covered->v_mountedhere, NULL);
		VOP_UNLOCK(covered);
	}
	KASSERT(TAILQ_EMPTY(&mp->mnt_vnodelist));
	vfs_hooks_unmount(mp);
	vfs_destroy(mp);		/* the mount's own reference */
	vfs_destroy(mp);		/* the caller's */
	if (covered != NULL)
		vrele(covered);
	return 0;
}

static int
unmount_last(struct lwp *l, bool force, struct mount *mp)
{

	atomic_inc_uint(&mp->mnt_refcnt);
	mutex_exit(&mountlist_lock);
	return dounmount(mp, force ? MNT_FORCE : 0, l);
}

/* Unmount from the last to the first; false when something stayed. */
bool
vfs_unmountall1(struct lwp *l, bool force, bool verbose)
{
	struct mount *mp, *prev;
	bool all = true;
	int error;

	mutex_enter(&mountlist_lock);
	for (mp = TAILQ_LAST(&mountlist, mntlist); mp != NULL; mp = prev) {
		prev = TAILQ_PREV(mp, mntlist, mnt_list);
		if (mp->mnt_flag & MNT_ROOTFS)
			continue;
		if (prev != NULL)
			atomic_inc_uint(&prev->mnt_refcnt);
		error = unmount_last(l, force, mp);
		if (error != 0) {
			all = false;
			if (verbose)
				printf("unmount: error %d\n", error);
		}
		if (prev != NULL)
			vfs_destroy(prev);
		mutex_enter(&mountlist_lock);
	}
	mutex_exit(&mountlist_lock);
	return all;
}

bool
vfs_unmountall(struct lwp *l)
{

	return vfs_unmountall1(l, true, true);
}

void
vfs_sync_all(struct lwp *l)
{

	do_sys_sync(l);
	(void)buf_syncwait();
}

void
vfs_shutdown(void)
{

	vfs_sync_all(curlwp);
	(void)vfs_unmountall(curlwp);
}

/*
 * Ready parts of vfsops
 */

void
genfs_renamelock_enter(struct mount *mp)
{

	mutex_enter(&mp->mnt_renamelock);
}

void
genfs_renamelock_exit(struct mount *mp)
{

	mutex_exit(&mp->mnt_renamelock);
}

int
vfs_stdextattrctl(struct mount *mp __unused, int cmd __unused,
    struct vnode *vp, int ns __unused, const char *name __unused)
{

	if (vp != NULL)
		VOP_UNLOCK(vp);
	return EOPNOTSUPP;
}

int
vfs_stdsuspendctl(struct mount *mp __unused, int cmd __unused)
{

	return EOPNOTSUPP;
}

int
genfs_suspendctl(struct mount *mp, int cmd)
{

	return vfs_stdsuspendctl(mp, cmd);
}
