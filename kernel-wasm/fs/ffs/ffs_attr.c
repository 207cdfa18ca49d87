/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_attr.c - attributes of a file: reading them, who may change them, and
 * the change.
 *
 * Locking	the vnode, exclusively to change.
 * Sleeps	truncation, synchronous mounts.
 * Errors	EPERM, EACCES from kauth(9) and immutable files; EROFS.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"
#include "ffs_log.h"

#define	FFS_IMMUTABLE	(UF_IMMUTABLE | SF_IMMUTABLE)
#define	FFS_FROZEN	(FFS_IMMUTABLE | UF_APPEND | SF_APPEND)

static bool
isdev(const struct vnode *vp)
{
	return vp->v_type == VCHR || vp->v_type == VBLK;
}

int
ffs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	mode_t mode = (mode_t)ap->a_mode;

	if ((mode & VWRITE) != 0) {
		if (ffs_isrdonly(ip->i_ump) && (vp->v_type == VDIR ||
		    vp->v_type == VREG || vp->v_type == VLNK))
			return EROFS;
		if ((ip->i_flags & FFS_IMMUTABLE) != 0)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, ip->i_mode), vp, NULL,
	    genfs_can_access(vp->v_type, ip->i_mode & ALLPERMS,
	    ip->i_din.di_uid, ip->i_din.di_gid, mode, ap->a_cred));
}

static void
getattr_times(struct inode *ip, struct vattr *vap)
{
	const struct ufs_dinode *di = &ip->i_din;

	ffs_itimes(ip);
	mutex_enter(&ip->i_ump->um_lock);
	vap->va_atime = di->di_atime;
	vap->va_mtime = di->di_mtime;
	vap->va_ctime = di->di_ctime;
	vap->va_birthtime = di->di_birthtime;
	mutex_exit(&ip->i_ump->um_lock);
}

int
ffs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	const struct ufs_dinode *di = &ip->i_din;

	vattr_null(vap);
	getattr_times(ip, vap);
	vap->va_type = vp->v_type;
	vap->va_mode = di->di_mode & ALLPERMS;
	vap->va_nlink = di->di_nlink;
	vap->va_uid = di->di_uid;
	vap->va_gid = di->di_gid;
	vap->va_fsid = ip->i_ump->um_dev;
	vap->va_fileid = ip->i_number;
	vap->va_size = isdev(vp) ? 0 : di->di_size;
	vap->va_blocksize = isdev(vp) ? BLKDEV_IOSIZE :
	    (long)ITOFS(ip)->fs_bsize;
	vap->va_gen = (u_long)(uint32_t)di->di_gen;
	vap->va_flags = di->di_flags;
	vap->va_rdev = isdev(vp) ? (dev_t)di->di_rdev : NODEV;
	vap->va_bytes = di->di_blocks << DEV_BSHIFT;
	vap->va_filerev = 0;
	return 0;
}

static int
ffs_chflags(struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	kauth_action_t action = KAUTH_VNODE_WRITE_FLAGS;
	bool sys = false;
	int error;

	if ((flags & SF_SNAPSHOT) != (ip->i_flags & SF_SNAPSHOT))
		return EPERM;
	if ((ip->i_flags & (SF_IMMUTABLE | SF_APPEND)) != 0)
		action |= KAUTH_VNODE_HAS_SYSFLAGS;
	if ((flags & SF_SETTABLE) != (ip->i_flags & SF_SETTABLE)) {
		action |= KAUTH_VNODE_WRITE_SYSFLAGS;
		sys = true;
	}
	error = kauth_authorize_vnode(cred, action, vp, NULL,
	    genfs_can_chflags(cred, vp->v_type, ip->i_din.di_uid, sys));
	if (error != 0)
		return error;
	if (sys)
		ip->i_flags = (uint32_t)flags;
	else
		ip->i_flags = (uint32_t)((ip->i_flags & SF_SETTABLE) |
		    (flags & UF_SETTABLE));
	ffs_setflag(ip, IN_CHANGE);
	return ffs_update(ip, false);
}

static int
ffs_chmod(struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, genfs_can_chmod(vp->v_type, cred, ip->i_din.di_uid,
	    ip->i_din.di_gid, mode));
	if (error != 0)
		return error;
	ip->i_mode = (ip->i_mode & S_IFMT) | (mode & ALLPERMS);
	ffs_setflag(ip, IN_CHANGE);
	return ffs_update(ip, false);
}

static int
ffs_chown(struct vnode *vp, uid_t uid, gid_t gid, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	int error;

	if (uid == (uid_t)VNOVAL)
		uid = ip->i_din.di_uid;
	if (gid == (gid_t)VNOVAL)
		gid = ip->i_din.di_gid;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp,
	    NULL, genfs_can_chown(cred, ip->i_din.di_uid, ip->i_din.di_gid,
	    uid, gid));
	if (error != 0)
		return error;
	ip->i_din.di_uid = uid;
	ip->i_din.di_gid = gid;
	ffs_setflag(ip, IN_CHANGE);
	return ffs_update(ip, false);
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

/* A time as the disk will hold it. */
static struct timespec
disk_time(const struct inode *ip, const struct timespec *ts)
{
	struct timespec t = *ts;

	if (!ITOFS(ip)->fs_ufs2)
		t.tv_sec = (int32_t)t.tv_sec;
	return t;
}

static int
ffs_chtimes(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	struct ufs_dinode *di = &ip->i_din;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, vap->va_vaflags, di->di_uid, cred));
	if (error != 0)
		return error;
	ffs_setflag(ip, time_given(&vap->va_mtime) ? IN_CHANGE | IN_MODIFIED :
	    IN_MODIFIED);
	ffs_itimes(ip);
	mutex_enter(&ip->i_ump->um_lock);
	if (time_given(&vap->va_atime))
		di->di_atime = disk_time(ip, &vap->va_atime);
	if (time_given(&vap->va_mtime))
		di->di_mtime = disk_time(ip, &vap->va_mtime);
	if (time_given(&vap->va_birthtime) && ITOFS(ip)->fs_ufs2)
		di->di_birthtime = vap->va_birthtime;
	mutex_exit(&ip->i_ump->um_lock);
	return ffs_update(ip, false);
}

static int
ffs_chsize(struct vnode *vp, u_quad_t size, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);

	switch (vp->v_type) {
	case VDIR:
		return EISDIR;
	case VREG:
	case VLNK:
		break;
	default:
		return 0;
	}
	if (ffs_isrdonly(ip->i_ump))
		return EROFS;
	if ((ip->i_flags & FFS_FROZEN) != 0)
		return EPERM;
	if (vp->v_type == VLNK)
		return EOPNOTSUPP;
	return ffs_truncate(ip, size, cred);
}

/* Fields nobody may set. */
static bool
unsettable(const struct vattr *vap)
{
	return vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL ||
	    vap->va_fileid != (ino_t)VNOVAL || vap->va_blocksize != VNOVAL ||
	    vap->va_gen != (u_long)VNOVAL || vap->va_rdev != (dev_t)VNOVAL ||
	    vap->va_bytes != (u_quad_t)VNOVAL;
}

/*
 * Owner, mode, times of a file that may be changed.
 */
static int
setattr_rest(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	bool owner = vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL;
	bool times = time_given(&vap->va_atime) ||
	    time_given(&vap->va_mtime) || time_given(&vap->va_birthtime);
	bool mode = vap->va_mode != (mode_t)VNOVAL;
	int error = 0;

	if (!owner && !times && !mode)
		return 0;
	if (ffs_isrdonly(ip->i_ump))
		return EROFS;
	if ((ip->i_flags & FFS_FROZEN) != 0)
		return EPERM;
	if (owner)
		error = ffs_chown(vp, vap->va_uid, vap->va_gid, cred);
	if (error == 0 && times)
		error = ffs_chtimes(vp, vap, cred);
	if (error == 0 && mode)
		error = ffs_chmod(vp, vap->va_mode, cred);
	return error;
}

int
ffs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	const struct vattr *vap = ap->a_vap;
	int error = 0;

	KASSERT(VOP_ISLOCKED(vp));
	if (unsettable(vap))
		return EINVAL;
	ffs_log_begin(VTOI(vp)->i_ump);
	if (vap->va_flags != (u_long)VNOVAL) {
		error = ffs_isrdonly(VTOI(vp)->i_ump) ? EROFS :
		    ffs_chflags(vp, vap->va_flags, ap->a_cred);
	}
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL)
		error = ffs_chsize(vp, vap->va_size, ap->a_cred);
	if (error == 0)
		error = setattr_rest(vp, vap, ap->a_cred);
	ffs_log_end(VTOI(vp)->i_ump);
	ffs_later(VTOI(vp));
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
