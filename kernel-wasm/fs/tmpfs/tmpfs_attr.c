/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_attr.c - attributes of a node: who may change them, and the change.
 *
 * Locking	the vnode is locked exclusively by the caller.
 * Errors	EPERM, EACCES from kauth(9); EROFS is the caller's.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

#define	TMPFS_FROZEN	(UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND)

/* Immutable and append-only files keep their attributes. */
static int
frozen(const struct tmpfs_node *node)
{

	return node->tn_flags & TMPFS_FROZEN ? EPERM : 0;
}

/* Times become now and watchers hear of it. */
static void
changed(struct vnode *vp)
{

	tmpfs_update(VP_TO_TMPFS_NODE(vp), TMPFS_CTIME);
	VN_KNOTE(vp, NOTE_ATTRIB);
}

int
tmpfs_chflags(struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	kauth_action_t action = KAUTH_VNODE_WRITE_FLAGS;
	bool sys = false;
	int error;

	if ((flags & SF_SNAPSHOT) != (node->tn_flags & SF_SNAPSHOT))
		return EPERM;
	if (node->tn_flags & (SF_IMMUTABLE | SF_APPEND)) {
		action |= KAUTH_VNODE_HAS_SYSFLAGS;
	}
	if ((flags & SF_SETTABLE) != (node->tn_flags & SF_SETTABLE)) {
		action |= KAUTH_VNODE_WRITE_SYSFLAGS;
		sys = true;
	}
	error = kauth_authorize_vnode(cred, action, vp, NULL,
	    genfs_can_chflags(cred, vp->v_type, node->tn_uid, sys));
	if (error != 0)
		return error;
	if (sys)
		node->tn_flags = flags;
	else
		node->tn_flags = (node->tn_flags & SF_SETTABLE) |
		    (flags & UF_SETTABLE);
	changed(vp);
	return 0;
}

int
tmpfs_chmod(struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	if ((error = frozen(node)) != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, genfs_can_chmod(vp->v_type, cred, node->tn_uid, node->tn_gid,
	    mode));
	if (error != 0)
		return error;
	node->tn_mode = mode & ALLPERMS;
	changed(vp);
	return 0;
}

int
tmpfs_chown(struct vnode *vp, uid_t uid, gid_t gid, kauth_cred_t cred)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	if (uid == (uid_t)VNOVAL)
		uid = node->tn_uid;
	if (gid == (gid_t)VNOVAL)
		gid = node->tn_gid;
	if ((error = frozen(node)) != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp,
	    NULL, genfs_can_chown(cred, node->tn_uid, node->tn_gid, uid, gid));
	if (error != 0)
		return error;
	node->tn_uid = uid;
	node->tn_gid = gid;
	changed(vp);
	return 0;
}

int
tmpfs_chtimes(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	if ((error = frozen(node)) != 0)
		return error;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, vap->va_vaflags, node->tn_uid, cred));
	if (error != 0)
		return error;
	mutex_enter(&node->tn_lock);
	if (vap->va_atime.tv_sec != VNOVAL || vap->va_atime.tv_nsec != VNOVAL)
		node->tn_atime = vap->va_atime;
	if (vap->va_mtime.tv_sec != VNOVAL || vap->va_mtime.tv_nsec != VNOVAL)
		node->tn_mtime = vap->va_mtime;
	if (vap->va_birthtime.tv_sec != VNOVAL ||
	    vap->va_birthtime.tv_nsec != VNOVAL)
		node->tn_birthtime = vap->va_birthtime;
	mutex_exit(&node->tn_lock);
	VN_KNOTE(vp, NOTE_ATTRIB);
	return 0;
}

/* Set the length; the same length changes nothing. */
int
tmpfs_chsize(struct vnode *vp, off_t size, kauth_cred_t cred)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	int error;

	(void)cred;
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
	if (node->tn_flags & TMPFS_FROZEN)
		return EPERM;
	if (size < 0)
		return EINVAL;
	if (size == node->tn_size)
		return 0;
	error = tmpfs_file_resize(VFS_TO_TMPFS(vp->v_mount), node, size);
	if (error != 0)
		return error;
	uvm_vnp_setsize(vp, size);
	tmpfs_update(node, TMPFS_MTIME | TMPFS_CTIME);
	return 0;
}
