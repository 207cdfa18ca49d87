/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_mount.c - mount(2), unmount(2), sync(2), the statvfs family.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>

/*
 * mount
 */

/* MNT_UPDATE, MNT_GETARGS: the mount whose root vp is, updating. */
static int
mount_target(struct vnode *vp, struct mount **mpp)
{
	struct mount *mp = vp->v_mount;
	int error;

	if ((vp->v_vflag & VV_ROOT) == 0)
		return EINVAL;
	if ((error = vfs_busy(mp, NULL)) != 0)
		return EPERM;
	mutex_enter(&mp->mnt_updating);
	*mpp = mp;
	return 0;
}

static int
mount_getargs(struct lwp *l, struct vnode *vp, const char *path, int flags,
    void *data, size_t *data_len)
{
	struct mount *mp;
	int error;

	/* Nothing else may be asked at the same time. */
	if ((flags & ~(MNT_GETARGS)) != 0)
		return EINVAL;
	if ((error = mount_target(vp, &mp)) != 0)
		return error;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_GET, mp, data, NULL);
	if (error == 0) {
		int saved = mp->mnt_flag;

		mp->mnt_flag |= MNT_GETARGS;
		error = VFS_MOUNT(mp, path, data, data_len);
		mp->mnt_flag = saved;
	}
	mutex_exit(&mp->mnt_updating);
	vfs_unbusy(mp, false, NULL);
	return error;
}

static int
mount_update(struct lwp *l, struct vnode *vp, const char *path, int flags,
    void *data, size_t *data_len)
{
	struct mount *mp;
	int error, saved, isaved;

	if ((error = mount_target(vp, &mp)) != 0)
		return error;
	saved = mp->mnt_flag;
	isaved = mp->mnt_iflag;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_UPDATE, mp, KAUTH_ARG(flags), data);
	if (error == 0 && (flags & MNT_RELOAD) != 0 &&
	    (saved & MNT_RDONLY) == 0)
		error = EOPNOTSUPP;
	if (error != 0)
		goto out;
	/* From read-only to writable, or back, or neither. */
	if (flags & MNT_RDONLY)
		mp->mnt_iflag |= (saved & MNT_RDONLY) ? 0 : IMNT_WANTRDONLY;
	else if (saved & MNT_RDONLY)
		mp->mnt_iflag |= IMNT_WANTRDWR;
	mp->mnt_flag &= ~(MNT_OP_FLAGS | (MNT_BASIC_FLAGS & ~MNT_RDONLY));
	mp->mnt_flag |= flags & (MNT_OP_FLAGS | (MNT_BASIC_FLAGS &
	    ~MNT_RDONLY));
	if (flags & MNT_RDONLY)
		mp->mnt_flag |= MNT_RDONLY;
	error = VFS_MOUNT(mp, path, data, data_len);
	if (error != 0) {
		mp->mnt_flag = saved;
	} else {
		if ((mp->mnt_iflag & IMNT_WANTRDWR) != 0)
			mp->mnt_flag &= ~MNT_RDONLY;
		mp->mnt_flag &= ~MNT_OP_FLAGS;
		mp->mnt_stat.f_flag = (u_long)mp->mnt_flag & MNT_VISFLAGMASK;
	}
	mp->mnt_iflag = isaved;
	if (mp->mnt_flag & (MNT_RDONLY | MNT_ASYNC))
		vfs_syncer_remove_from_worklist(mp);
	else
		vfs_syncer_add_to_worklist(mp);
out:
	mutex_exit(&mp->mnt_updating);
	vfs_unbusy(mp, false, NULL);
	return error;
}

/* The type by its name in user space, loading its module if need be. */
static int
mount_type(const char *type, int seg, struct vfsops **vfsopsp)
{
	char name[VFS_MAXNAMELEN];
	int error;

	if (seg == UIO_USERSPACE)
		error = copyinstr(type, name, sizeof(name), NULL);
	else
		error = strlcpy(name, type, sizeof(name)) >= sizeof(name) ?
		    ENAMETOOLONG : 0;
	if (error != 0)
		return error;
	if (strcmp(name, "ufs") == 0)
		strlcpy(name, "ffs", sizeof(name));
	if ((*vfsopsp = vfs_getopsbyname(name)) != NULL)
		return 0;
	(void)module_autoload(name, MODULE_CLASS_VFS);
	*vfsopsp = vfs_getopsbyname(name);
	return *vfsopsp != NULL ? 0 : ENODEV;
}

/* The arguments in kernel memory, of at least the size the type wants. */
static int
mount_data_in(const struct vfsops *vfsops, void *data, size_t *lenp,
    size_t *sizep, int flags, void **bufp)
{
	size_t size = *lenp;
	void *buf;
	int error;

	*bufp = NULL;
	*sizep = 0;
	if (data == NULL)
		return 0;
	if (size > VFS_MAX_MOUNT_DATA)
		return EINVAL;
	if (size < vfsops->vfs_min_mount_data) {
		/* The length is optional: the type knows. */
		if (size != 0)
			return EINVAL;
		size = vfsops->vfs_min_mount_data;
		*lenp = size;
	}
	if (size == 0)
		return 0;
	buf = kmem_zalloc(size, KM_SLEEP);
	error = copyin(data, buf, size);
	if (error != 0 && (flags & MNT_GETARGS) == 0) {
		kmem_free(buf, size);
		return error;
	}
	*bufp = buf;
	*sizep = size;
	return 0;
}

int
do_sys_mount(struct lwp *l, struct vfsops *vfsops, const char *type,
    const char *path, int flags, void *data, int dataseg, size_t data_len,
    register_t *retval)
{
	void *buf = NULL, *args = data;
	struct vnode *vp = NULL;
	size_t size = 0;
	int error;

	if (vfsops == NULL && type == NULL)
		return EINVAL;
	error = namei_simple_user(path, NSM_FOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	if (vfsops == NULL) {
		if ((flags & (MNT_GETARGS | MNT_UPDATE)) != 0) {
			vfsops = vp->v_mount->mnt_op;
			mutex_enter(&vfs_list_lock);
			vfsops->vfs_refcount++;
			mutex_exit(&vfs_list_lock);
		} else if ((error = mount_type(type, UIO_USERSPACE,
		    &vfsops)) != 0)
			goto out;
	}
	if (dataseg == UIO_USERSPACE) {
		error = mount_data_in(vfsops, data, &data_len, &size, flags,
		    &buf);
		args = buf;
	}
	if (error != 0) {
		vfs_delref(vfsops);
		goto out;
	}
	if (flags & (MNT_GETARGS | MNT_UPDATE)) {
		if (flags & MNT_GETARGS)
			error = mount_getargs(l, vp, path, flags, args,
			    &data_len);
		else
			error = mount_update(l, vp, path, flags, args,
			    &data_len);
		vfs_delref(vfsops);
	} else
		error = mount_domount(l, &vp, vfsops, path, flags, args,
		    &data_len);
	if (error == 0 && (flags & MNT_GETARGS) != 0) {
		if (buf != NULL)
			error = copyout(buf, data, MIN(data_len, size));
		*retval = (register_t)data_len;
	}
out:
	if (buf != NULL)
		kmem_free(buf, size);
	if (vp != NULL)
		vrele(vp);
	return error;
}

int
sys___mount50(struct lwp *l, const struct sys___mount50_args *uap,
    register_t *retval)
{

	return do_sys_mount(l, NULL, SCARG(uap, type), SCARG(uap, path),
	    SCARG(uap, flags), SCARG(uap, data), UIO_USERSPACE,
	    SCARG(uap, data_len), retval);
}

int
sys_unmount(struct lwp *l, const struct sys_unmount_args *uap,
    register_t *retval __unused)
{
	struct vnode *vp;
	struct mount *mp;
	int error;

	error = namei_simple_user(SCARG(uap, path), NSM_NOFOLLOW_NOEMULROOT,
	    &vp);
	if (error != 0)
		return error;
	mp = vp->v_mount;
	atomic_inc_uint(&mp->mnt_refcnt);
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT, mp, NULL, NULL);
	if (error == 0 && ((mp->mnt_flag & MNT_ROOTFS) != 0 ||
	    (vp->v_vflag & VV_ROOT) == 0))
		error = EINVAL;
	vrele(vp);
	if (error != 0) {
		vfs_destroy(mp);
		return error;
	}
	return dounmount(mp, SCARG(uap, flags), l);
}

/*
 * sync
 */

void
do_sys_sync(struct lwp *l)
{
	struct mount *mp, *next;

	mutex_enter(&mountlist_lock);
	for (mp = TAILQ_FIRST(&mountlist); mp != NULL; mp = next) {
		if (vfs_busy(mp, &next) != 0)
			continue;
		mutex_enter(&mp->mnt_updating);
		if ((mp->mnt_flag & MNT_RDONLY) == 0)
			(void)VFS_SYNC(mp, MNT_NOWAIT, l->l_cred);
		mutex_exit(&mp->mnt_updating);
		vfs_unbusy(mp, false, &next);
	}
	mutex_exit(&mountlist_lock);
}

int
sys_sync(struct lwp *l, const void *v __unused, register_t *retval __unused)
{

	do_sys_sync(l);
	return 0;
}

/*
 * statvfs
 */

/*
 * The path of a mount as a chrooted process may see it.  What is mounted
 * above its root shows as "/" if the process asked for a file of it (root),
 * else not at all.
 */
static int
statvfs_chroot(struct statvfs *sp, struct lwp *l, int root)
{
	struct vnode *rdir = l->l_proc->p_cwdi->cwdi_rdir;
	char *buf, *bp, *path = sp->f_mntonname;
	size_t len;
	int error;

	if (rdir == NULL)
		return 0;
	buf = PNBUF_GET();
	bp = buf + MAXPATHLEN;
	*--bp = '\0';
	error = getcwd_common(rdir, rootvnode, &bp, buf, MAXPATHLEN / 2, 0, l);
	len = error == 0 ? strlen(bp) : 0;
	if (error == 0 && len > 1) {
		if (strncmp(path, bp, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			memmove(path, path + len, strlen(path + len) + 1);
		else {
			path[0] = '\0';
			error = root ? 0 : EPERM;
		}
		if (error == 0 && path[0] == '\0')
			strlcpy(path, "/", sizeof(sp->f_mntonname));
	}
	PNBUF_PUT(buf);
	return error;
}

int
dostatvfs(struct mount *mp, struct statvfs *sp, struct lwp *l, int flags,
    int root)
{
	int error;

	if ((flags & MNT_NOWAIT) != 0 || mp->mnt_op->vfs_statvfs == NULL) {
		memcpy(sp, &mp->mnt_stat, sizeof(*sp));
	} else {
		memset(sp, 0, sizeof(*sp));
		if ((error = VFS_STATVFS(mp, sp)) != 0)
			return error;
		memcpy(&mp->mnt_stat, sp, sizeof(*sp));
	}
	sp->f_flag = (u_long)(u_int)mp->mnt_flag & MNT_VISFLAGMASK;
	return statvfs_chroot(sp, l, root);
}

/* The file system of a file; it stays while it is asked. */
static int
vn_statvfs(struct vnode *vp, struct statvfs *sb, struct lwp *l, int flags)
{
	struct mount *mp;
	int error;

	if (vn_lock(vp, LK_SHARED) != 0)
		return dostatvfs(dead_rootmount, sb, l, flags, 1);
	mp = vp->v_mount;
	atomic_inc_uint(&mp->mnt_refcnt);
	VOP_UNLOCK(vp);
	if ((error = vfs_busy(mp, NULL)) == 0) {
		error = dostatvfs(mp, sb, l, flags, 1);
		vfs_unbusy(mp, false, NULL);
	}
	vfs_destroy(mp);
	return error;
}

int
do_sys_pstatvfs(struct lwp *l, const char *path, int flags,
    struct statvfs *sb)
{
	struct vnode *vp;
	int error;

	error = namei_simple_user(path, NSM_FOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	error = vn_statvfs(vp, sb, l, flags);
	vrele(vp);
	return error;
}

int
sys_statvfs1(struct lwp *l, const struct sys_statvfs1_args *uap,
    register_t *retval __unused)
{
	struct statvfs *sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	int error;

	error = do_sys_pstatvfs(l, SCARG(uap, path), SCARG(uap, flags), sb);
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}

int
sys_fstatvfs1(struct lwp *l, const struct sys_fstatvfs1_args *uap,
    register_t *retval __unused)
{
	unsigned fd = (unsigned)SCARG(uap, fd);
	struct statvfs *sb;
	struct file *fp;
	int error;

	if ((error = fd_getvnode(fd, &fp)) != 0)
		return error;
	sb = kmem_alloc(sizeof(*sb), KM_SLEEP);
	error = vn_statvfs(fp->f_vnode, sb, l, SCARG(uap, flags));
	fd_putfile(fd);
	if (error == 0)
		error = copyout(sb, SCARG(uap, buf), sizeof(*sb));
	kmem_free(sb, sizeof(*sb));
	return error;
}

/* One mount more for getvfsstat(2): mp, or that of rdir; sb is scratch. */
static int
getvfsstat_add(struct lwp *l, const struct sys_getvfsstat_args *uap,
    struct mount *mp, struct vnode *rdir, struct statvfs *sb, size_t *countp)
{
	const int flags = SCARG(uap, flags);
	int error;

	if (SCARG(uap, buf) == NULL) {
		(*countp)++;
		return 0;
	}
	if (*countp >= SCARG(uap, bufsize) / sizeof(*sb))
		return 0;
	error = rdir != NULL ? vn_statvfs(rdir, sb, l, flags) :
	    dostatvfs(mp, sb, l, flags, 0);
	if (error != 0)
		return 0;
	error = copyout(sb, SCARG(uap, buf) + *countp, sizeof(*sb));
	(*countp)++;
	return error;
}

/* A chrooted process always has a file system at "/". */
int
sys_getvfsstat(struct lwp *l, const struct sys_getvfsstat_args *uap,
    register_t *retval)
{
	struct vnode *rdir = l->l_proc->p_cwdi->cwdi_rdir;
	struct mount *mp, *next;
	struct statvfs *sb;
	size_t count = 0;
	bool root = false;
	int error = 0;

	sb = kmem_zalloc(sizeof(*sb), KM_SLEEP);
	mutex_enter(&mountlist_lock);
	for (mp = TAILQ_FIRST(&mountlist); mp != NULL; mp = next) {
		if (vfs_busy(mp, &next) != 0)
			continue;
		error = getvfsstat_add(l, uap, mp, NULL, sb, &count);
		root |= strcmp(sb->f_mntonname, "/") == 0;
		vfs_unbusy(mp, false, &next);
		if (error != 0)
			break;
	}
	mutex_exit(&mountlist_lock);
	if (error == 0 && !root && rdir != NULL)
		error = getvfsstat_add(l, uap, NULL, rdir, sb, &count);
	kmem_free(sb, sizeof(*sb));
	if (error == 0)
		*retval = (register_t)count;
	return error;
}
