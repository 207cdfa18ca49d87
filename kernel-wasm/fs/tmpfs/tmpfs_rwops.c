/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_rwops.c - operations on one file: attributes and contents.
 *
 * Interface	vnodeops(9); locks as the table in sys/vnode.h says.
 * Errors	0 or errno; EROFS on a read-only mount, EFBIG beyond what an
 *		off_t can say, ENOSPC from the mount's limits.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "tmpfs.h"

int
tmpfs_open(void *v)
{
	struct vop_open_args *ap = v;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(ap->a_vp);

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	if (node->tn_type == VREG && (node->tn_flags & (UF_APPEND | SF_APPEND)) &&
	    (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
	return 0;
}

int
tmpfs_close(void *v)
{

	(void)v;
	return 0;
}

int
tmpfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);

	KASSERT(VOP_ISLOCKED(vp));
	if (ap->a_mode & VWRITE) {
		if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
		    (vp->v_type == VDIR || vp->v_type == VREG ||
		    vp->v_type == VLNK))
			return EROFS;
		if (node->tn_flags & (UF_IMMUTABLE | SF_IMMUTABLE))
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_mode, vp->v_type, node->tn_mode), vp,
	    NULL, genfs_can_access(vp->v_type, node->tn_mode, node->tn_uid,
	    node->tn_gid, (mode_t)ap->a_mode, ap->a_cred));
}

int
tmpfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct vattr *vap = ap->a_vap;

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = node->tn_mode;
	vap->va_nlink = node->tn_links;
	vap->va_uid = node->tn_uid;
	vap->va_gid = node->tn_gid;
	vap->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = node->tn_id;
	vap->va_size = (u_quad_t)node->tn_size;
	vap->va_blocksize = TMPFS_PAGE;
	mutex_enter(&node->tn_lock);
	vap->va_atime = node->tn_atime;
	vap->va_mtime = node->tn_mtime;
	vap->va_ctime = node->tn_ctime;
	vap->va_birthtime = node->tn_birthtime;
	mutex_exit(&node->tn_lock);
	vap->va_gen = node->tn_gen;
	vap->va_flags = node->tn_flags;
	vap->va_rdev = vp->v_type == VBLK || vp->v_type == VCHR ?
	    node->tn_u.tn_rdev : (dev_t)VNOVAL;
	vap->va_bytes = TMPFS_PAGES(node->tn_size) * TMPFS_PAGE;
	vap->va_filerev = 0;
	vap->va_vaflags = 0;
	return 0;
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

static bool
time_given(const struct timespec *ts)
{

	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

int
tmpfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct vattr *vap = ap->a_vap;
	kauth_cred_t cred = ap->a_cred;
	int error = 0;

	KASSERT(VOP_ISLOCKED(vp));
	if (unsettable(vap))
		return EINVAL;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	if (vap->va_flags != (u_long)VNOVAL)
		error = tmpfs_chflags(vp, vap->va_flags, cred);
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL)
		error = tmpfs_chsize(vp, (off_t)vap->va_size, cred);
	if (error == 0 &&
	    (vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL))
		error = tmpfs_chown(vp, vap->va_uid, vap->va_gid, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = tmpfs_chmod(vp, vap->va_mode, cred);
	if (error == 0 && (time_given(&vap->va_atime) ||
	    time_given(&vap->va_mtime) || time_given(&vap->va_birthtime)))
		error = tmpfs_chtimes(vp, vap, cred);
	return error;
}

int
tmpfs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_uio->uio_offset < 0)
		return EINVAL;
	if (ap->a_uio->uio_resid == 0)
		return 0;
	error = tmpfs_file_read(node, ap->a_uio);
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) == 0)
		tmpfs_update(node, TMPFS_ATIME);
	return error;
}

/* Make room for the whole write, so that it succeeds or changes nothing. */
static int
write_extend(struct vnode *vp, struct uio *uio)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	off_t end;
	int error;

	if (uio->uio_offset > TMPFS_SIZE_MAX - (off_t)uio->uio_resid)
		return EFBIG;
	end = uio->uio_offset + (off_t)uio->uio_resid;
	if (end <= node->tn_size)
		return 0;
	error = tmpfs_file_resize(VFS_TO_TMPFS(vp->v_mount), node, end);
	if (error == 0)
		uvm_vnp_setsize(vp, end);
	return error;
}

int
tmpfs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	off_t oldsize = node->tn_size, start;
	size_t resid = uio->uio_resid;
	int error;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;	/* opened before the mount became read-only */
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = node->tn_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (resid == 0)
		return 0;
	start = uio->uio_offset;
	if ((error = write_extend(vp, uio)) != 0)
		return error;
	error = tmpfs_file_write(node, uio);
	if (error != 0) {
		(void)tmpfs_file_resize(VFS_TO_TMPFS(vp->v_mount), node,
		    oldsize);
		uvm_vnp_setsize(vp, oldsize);
		uio->uio_resid = resid;
		uio->uio_offset = start;
		return error;
	}
	tmpfs_update(node, TMPFS_MTIME | TMPFS_CTIME);
	VN_KNOTE(vp, node->tn_size > oldsize ? NOTE_WRITE | NOTE_EXTEND :
	    NOTE_WRITE);
	return 0;
}

/* posix_fallocate(2): the length is made; holes need no space beforehand. */
int
tmpfs_fallocate(void *v)
{
	struct vop_fallocate_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_pos > TMPFS_SIZE_MAX - ap->a_len)
		return EFBIG;
	if (ap->a_pos + ap->a_len <= node->tn_size)
		return 0;
	error = tmpfs_file_resize(VFS_TO_TMPFS(vp->v_mount), node,
	    ap->a_pos + ap->a_len);
	if (error != 0)
		return error;
	uvm_vnp_setsize(vp, node->tn_size);
	tmpfs_update(node, TMPFS_MTIME | TMPFS_CTIME);
	return 0;
}

int
tmpfs_fdiscard(void *v)
{
	struct vop_fdiscard_args *ap = v;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(ap->a_vp);

	if (node->tn_type != VREG)
		return EINVAL;
	tmpfs_update(node, TMPFS_MTIME | TMPFS_CTIME);
	return tmpfs_file_discard(node, ap->a_pos, ap->a_len);
}

/* Nothing lies anywhere but in memory. */
int
tmpfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	(void)ap;
	return 0;
}

int
tmpfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct vnode *vp = ap->a_vp;
	int error = 0;

	KASSERT(VOP_ISLOCKED(vp));
	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (ap->a_ncookies != NULL) {
		*ap->a_cookies = NULL;
		*ap->a_ncookies = 0;
	}
	/* A removed directory has no entries, not even "." */
	if (VP_TO_TMPFS_NODE(vp)->tn_links > 0)
		error = tmpfs_dir_getdents(VP_TO_TMPFS_NODE(vp), ap->a_uio,
		    ap->a_cookies, ap->a_ncookies);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == 0 &&
		    ap->a_uio->uio_offset == TMPFS_COOKIE_EOF;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) == 0)
		tmpfs_update(VP_TO_TMPFS_NODE(vp), TMPFS_ATIME);
	return error;
}

int
tmpfs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error = 0;

	KASSERT(vp->v_type == VLNK && ap->a_uio->uio_offset == 0);
	if (node->tn_size > 0)
		error = uiomove(node->tn_u.tn_link,
		    MIN((size_t)node->tn_size, ap->a_uio->uio_resid),
		    ap->a_uio);
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) == 0)
		tmpfs_update(node, TMPFS_ATIME);
	return error;
}

int
tmpfs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = TMPFS_LINK_MAX,
		.gl_name_max = TMPFS_MAXNAMLEN,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 64,
	};

	return genfs_stdpathconf(v, &limits);
}

int
tmpfs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(ap->a_vp);

	printf("tag VT_TMPFS, node %llu, mode 0%o, %u links, %lld bytes\n",
	    (unsigned long long)node->tn_id, node->tn_mode, node->tn_links,
	    (long long)node->tn_size);
	return 0;
}

/* Devices and fifos: their times are ours, the rest is specfs's and fifofs's. */
int
tmpfs_spec_read(void *v)
{
	struct vop_read_args *ap = v;

	tmpfs_update(VP_TO_TMPFS_NODE(ap->a_vp), TMPFS_ATIME);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

int
tmpfs_spec_write(void *v)
{
	struct vop_write_args *ap = v;

	tmpfs_update(VP_TO_TMPFS_NODE(ap->a_vp), TMPFS_MTIME);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

int
tmpfs_fifo_read(void *v)
{
	struct vop_read_args *ap = v;

	tmpfs_update(VP_TO_TMPFS_NODE(ap->a_vp), TMPFS_ATIME);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_read), v);
}

int
tmpfs_fifo_write(void *v)
{
	struct vop_write_args *ap = v;

	tmpfs_update(VP_TO_TMPFS_NODE(ap->a_vp), TMPFS_MTIME);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_write), v);
}
