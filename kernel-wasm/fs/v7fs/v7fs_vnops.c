/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_vnops.c - attributes: asking for them, and who may change them.
 *
 * Locking	as the table in sys/vnode.h says.
 * Errors	EPERM, EACCES from kauth(9); EROFS; EINVAL an owner above
 *		65535; EOPNOTSUPP flags, of which there are none.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "v7fs_extern.h"

int
v7fs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	const struct v7fs_dinode *di = &VTOV7(vp)->n_din;
	mode_t mode = (mode_t)ap->a_mode;

	KASSERT(VOP_ISLOCKED(vp));
	if ((mode & VWRITE) != 0 && (vp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
	    (vp->v_type == VDIR || vp->v_type == VREG || vp->v_type == VLNK))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, di->di_mode), vp, NULL,
	    genfs_can_access(vp->v_type, di->di_mode & ALLPERMS, di->di_uid,
	    di->di_gid, mode, ap->a_cred));
}

int
v7fs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct vnode *vp = ap->a_vp;
	struct v7fs_node *np = VTOV7(vp);
	const struct v7fs_dinode *di = &np->n_din;
	bool dev = vp->v_type == VCHR || vp->v_type == VBLK;

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = di->di_mode & ALLPERMS;
	vap->va_nlink = di->di_nlink;
	vap->va_uid = di->di_uid;
	vap->va_gid = di->di_gid;
	vap->va_fsid = np->n_fs->fs_dev;
	vap->va_fileid = np->n_ino;
	vap->va_size = di->di_size;
	vap->va_blocksize = dev ? BLKDEV_IOSIZE : (long)V7FS_BSIZE;
	memset(&vap->va_atime, 0, sizeof(vap->va_atime));
	vap->va_birthtime = vap->va_ctime = vap->va_mtime = vap->va_atime;
	mutex_enter(vp->v_interlock);
	vap->va_atime.tv_sec = di->di_atime;
	vap->va_mtime.tv_sec = di->di_mtime;
	vap->va_ctime.tv_sec = di->di_ctime;
	mutex_exit(vp->v_interlock);
	vap->va_gen = 0;
	vap->va_flags = 0;
	vap->va_rdev = dev ? vp->v_rdev : NODEV;
	vap->va_bytes = roundup2((u_quad_t)di->di_size, V7FS_BSIZE);
	vap->va_filerev = 0;
	return 0;
}

static int
attr_chmod(struct v7fs_node *np, mode_t mode, kauth_cred_t cred)
{
	struct v7fs_dinode *di = &np->n_din;
	struct vnode *vp = np->n_vnode;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, genfs_can_chmod(vp->v_type, cred, di->di_uid, di->di_gid,
	    mode));
	if (error != 0)
		return error;
	di->di_mode = (uint16_t)((di->di_mode & V7FS_IFMT) |
	    (mode & ALLPERMS));
	v7fs_touch(np, V7N_CHANGE);
	return 0;
}

static int
attr_chown(struct v7fs_node *np, uid_t uid, gid_t gid, kauth_cred_t cred)
{
	struct v7fs_dinode *di = &np->n_din;
	int error;

	if (uid == (uid_t)VNOVAL)
		uid = di->di_uid;
	if (gid == (gid_t)VNOVAL)
		gid = di->di_gid;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP,
	    np->n_vnode, NULL, genfs_can_chown(cred, di->di_uid, di->di_gid,
	    uid, gid));
	if (error != 0)
		return error;
	if (uid > UINT16_MAX || gid > UINT16_MAX)
		return EINVAL;
	if (uid == di->di_uid && gid == di->di_gid)
		return 0;
	di->di_uid = (uint16_t)uid;
	di->di_gid = (uint16_t)gid;
	v7fs_touch(np, V7N_CHANGE);
	return 0;
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

/* Seconds of 32 bits: what does not fit becomes what comes nearest. */
static void
attr_settime(struct vnode *vp, uint32_t *to, const struct timespec *from)
{
	if (!time_given(from))
		return;
	mutex_enter(vp->v_interlock);
	*to = from->tv_sec < 0 ? 0 : from->tv_sec > UINT32_MAX ?
	    UINT32_MAX : (uint32_t)from->tv_sec;
	mutex_exit(vp->v_interlock);
}

static int
attr_chtimes(struct v7fs_node *np, const struct vattr *vap,
    kauth_cred_t cred)
{
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES,
	    np->n_vnode, NULL, genfs_can_chtimes(np->n_vnode,
	    vap->va_vaflags, np->n_din.di_uid, cred));
	if (error != 0)
		return error;
	v7fs_touch(np, V7N_CHANGE);
	attr_settime(np->n_vnode, &np->n_din.di_atime, &vap->va_atime);
	attr_settime(np->n_vnode, &np->n_din.di_mtime, &vap->va_mtime);
	return 0;
}

/* Set the length; the same length changes the times all the same. */
static int
attr_chsize(struct v7fs_node *np, uint64_t size)
{
	int error;

	switch (np->n_vnode->v_type) {
	case VREG:
		break;
	case VBLK:
	case VCHR:
	case VFIFO:
		return 0;
	default:
		return EOPNOTSUPP;
	}
	error = v7fs_truncate(np, size);
	if (error == 0)
		v7fs_touch(np, V7N_CHANGE | V7N_UPDATE);
	return error;
}

static int
attr_set(struct v7fs_node *np, const struct vattr *vap, kauth_cred_t cred)
{
	int error = 0;

	if (vap->va_flags != (u_long)VNOVAL)
		error = EOPNOTSUPP;
	if (error == 0 && (vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL))
		error = attr_chown(np, vap->va_uid, vap->va_gid, cred);
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL)
		error = attr_chsize(np, vap->va_size);
	if (error == 0 && (time_given(&vap->va_atime) ||
	    time_given(&vap->va_mtime)))
		error = attr_chtimes(np, vap, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = attr_chmod(np, vap->va_mode, cred);
	return error;
}

static bool
attr_unsettable(const struct vattr *vap)
{
	return vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL || vap->va_fileid != (ino_t)VNOVAL ||
	    vap->va_blocksize != VNOVAL || vap->va_gen != (u_long)VNOVAL ||
	    vap->va_rdev != (dev_t)VNOVAL || vap->va_bytes != (u_quad_t)VNOVAL;
}

int
v7fs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	if (attr_unsettable(ap->a_vap))
		return EINVAL;
	if (ap->a_vap->va_size != (u_quad_t)VNOVAL && vp->v_type == VDIR)
		return EISDIR;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	error = attr_set(VTOV7(vp), ap->a_vap, ap->a_cred);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}

int
v7fs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = V7FS_LINK_MAX,
		.gl_name_max = V7FS_NAME_MAX,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 32,
		.gl_symlink_max = PATH_MAX,
		.gl_symlinks = 1,
	};

	return genfs_stdpathconf(v, &limits);
}

int
v7fs_print(void *v)
{
	struct vop_print_args *ap = v;
	const struct v7fs_node *np = VTOV7(ap->a_vp);

	printf("tag VT_V7FS, inode %llu, mode 0%o, %u links, size %u\n",
	    (unsigned long long)np->n_ino, np->n_din.di_mode,
	    np->n_din.di_nlink, np->n_din.di_size);
	return 0;
}

/* Devices and fifos: their times are ours, the rest is specfs's and fifofs's. */
int
v7fs_spec_read(void *v)
{
	struct vop_read_args *ap = v;

	v7fs_touch(VTOV7(ap->a_vp), V7N_ACCESS);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

int
v7fs_spec_write(void *v)
{
	struct vop_write_args *ap = v;

	v7fs_touch(VTOV7(ap->a_vp), V7N_UPDATE | V7N_CHANGE);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

int
v7fs_fifo_read(void *v)
{
	struct vop_read_args *ap = v;

	v7fs_touch(VTOV7(ap->a_vp), V7N_ACCESS);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_read), v);
}

int
v7fs_fifo_write(void *v)
{
	struct vop_write_args *ap = v;

	v7fs_touch(VTOV7(ap->a_vp), V7N_UPDATE | V7N_CHANGE);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_write), v);
}
