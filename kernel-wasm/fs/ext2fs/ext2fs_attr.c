/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_attr.c - attributes of a file: who may change them, and the change.
 *
 * Locking	the vnode is locked exclusively.
 * Sleeps	yes.
 * Errors	EPERM, EACCES from kauth(9); EROFS; EOPNOTSUPP flags that ext2
 *		has no bit for.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ext2fs.h"

#define	ATTR_FLAGS	(SF_IMMUTABLE | SF_APPEND | UF_NODUMP)

/* Immutable and append-only files keep their attributes. */
static int
frozen(const struct inode *ip)
{
	return (ip->i_din.e2di_flags & (EXT2_IMMUTABLE | EXT2_APPEND)) != 0 ?
	    EPERM : 0;
}

static int
attr_chflags(struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	u_long old = ext2fs_bsdflags(ip);
	kauth_action_t action = KAUTH_VNODE_WRITE_FLAGS;
	uint32_t e2 = ip->i_din.e2di_flags &
	    ~(uint32_t)(EXT2_IMMUTABLE | EXT2_APPEND | EXT2_NODUMP);
	bool sys = ((flags ^ old) & SF_SETTABLE) != 0;
	int error;

	if ((old & (SF_IMMUTABLE | SF_APPEND)) != 0)
		action |= KAUTH_VNODE_HAS_SYSFLAGS;
	if (sys)
		action |= KAUTH_VNODE_WRITE_SYSFLAGS;
	error = kauth_authorize_vnode(cred, action, vp, NULL,
	    genfs_can_chflags(cred, vp->v_type, ip->i_din.e2di_uid, sys));
	if (error != 0)
		return error;
	if ((flags & ~(u_long)ATTR_FLAGS) != 0)
		return EOPNOTSUPP;
	e2 |= ((flags & SF_IMMUTABLE) != 0 ? EXT2_IMMUTABLE : 0) |
	    ((flags & SF_APPEND) != 0 ? EXT2_APPEND : 0) |
	    ((flags & UF_NODUMP) != 0 ? EXT2_NODUMP : 0);
	ip->i_din.e2di_flags = e2;
	ext2fs_touch(ip, IN_CHANGE);
	return 0;
}

static int
attr_chmod(struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	int error = frozen(ip);

	if (error != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, genfs_can_chmod(vp->v_type, cred, ip->i_din.e2di_uid,
	    ip->i_din.e2di_gid, mode));
	if (error != 0)
		return error;
	ip->i_mode = (uint16_t)((ip->i_mode & S_IFMT) | (mode & ALLPERMS));
	ext2fs_touch(ip, IN_CHANGE);
	return 0;
}

static int
attr_chown(struct vnode *vp, uid_t uid, gid_t gid, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	struct ext2fs_dinode *di = &ip->i_din;
	int error = frozen(ip);

	if (uid == (uid_t)VNOVAL)
		uid = di->e2di_uid;
	if (gid == (gid_t)VNOVAL)
		gid = di->e2di_gid;
	if (error != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp,
	    NULL, genfs_can_chown(cred, di->e2di_uid, di->e2di_gid, uid, gid));
	if (error != 0)
		return error;
	/* Revision 0 has no room for large numbers. */
	if (ITOFS(ip)->e2fs_rev == E2FS_REV0 && (uid > UINT16_MAX ||
	    gid > UINT16_MAX))
		return EINVAL;
	if (uid == di->e2di_uid && gid == di->e2di_gid)
		return 0;
	di->e2di_uid = uid;
	di->e2di_gid = gid;
	ext2fs_touch(ip, IN_CHANGE);
	return 0;
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

static void
attr_settime(struct inode *ip, struct timespec *to,
    const struct timespec *from)
{
	struct timespec ts = *from;

	if (!time_given(from))
		return;
	ext2fs_dinode_clip(ITOFS(ip), &ip->i_din, &ts);
	mutex_enter(ip->i_vnode->v_interlock);
	*to = ts;
	mutex_exit(ip->i_vnode->v_interlock);
}

static int
attr_chtimes(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	struct ext2fs_dinode *di = &ip->i_din;
	int error = frozen(ip);

	if (error != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, vap->va_vaflags, di->e2di_uid, cred));
	if (error != 0)
		return error;
	ext2fs_touch(ip, IN_CHANGE);
	attr_settime(ip, &di->e2di_atime, &vap->va_atime);
	attr_settime(ip, &di->e2di_mtime, &vap->va_mtime);
	if (di->e2di_extra >= EXT2_NSECSIZE)
		attr_settime(ip, &di->e2di_birthtime, &vap->va_birthtime);
	return 0;
}

/* Set the length; the same length changes the times all the same. */
static int
attr_chsize(struct vnode *vp, uint64_t size, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	int error;

	switch (vp->v_type) {
	case VDIR:
		return EISDIR;
	case VREG:
		break;
	case VBLK:
	case VCHR:
	case VFIFO:
		return 0;
	default:
		return EOPNOTSUPP;
	}
	if (frozen(ip) != 0)
		return EPERM;
	if (size > INT64_MAX)
		return EINVAL;
	error = ext2fs_truncate(ip, size, cred);
	if (error == 0)
		ext2fs_touch(ip, IN_CHANGE | IN_UPDATE);
	return error;
}

/* Fields nobody may set. */
static bool
unsettable(const struct vattr *vap)
{
	return vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL || vap->va_fileid != (ino_t)VNOVAL ||
	    vap->va_blocksize != VNOVAL || vap->va_gen != (u_long)VNOVAL ||
	    vap->va_rdev != (dev_t)VNOVAL || vap->va_bytes != (u_quad_t)VNOVAL;
}

static int
attr_set(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	int error = 0;

	if (vap->va_flags != (u_long)VNOVAL)
		error = attr_chflags(vp, vap->va_flags, cred);
	if (error == 0 && (vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL))
		error = attr_chown(vp, vap->va_uid, vap->va_gid, cred);
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL)
		error = attr_chsize(vp, vap->va_size, cred);
	if (error == 0 && (time_given(&vap->va_atime) ||
	    time_given(&vap->va_mtime) || time_given(&vap->va_birthtime)))
		error = attr_chtimes(vp, vap, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = attr_chmod(vp, vap->va_mode, cred);
	return error;
}

int
ext2fs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	if (unsettable(ap->a_vap))
		return EINVAL;
	if (ap->a_vap->va_size != (u_quad_t)VNOVAL && vp->v_type == VDIR)
		return EISDIR;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return vp->v_type == VREG || ap->a_vap->va_size ==
		    (u_quad_t)VNOVAL ? EROFS : 0;
	error = attr_set(vp, ap->a_vap, ap->a_cred);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
