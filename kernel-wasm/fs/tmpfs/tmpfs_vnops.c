/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_vnops.c - operations on names: lookup, create, remove, link, rmdir.
 *
 * Interface	vnodeops(9); locks on entry and exit as the table in
 *		sys/vnode.h says, KASSERTed at the top of each operation.
 * Errors	0 or errno; ENOSPC from the mount's limits.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

#define	TMPFS_KEEP	(UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND)
#define	TMPFS_APPEND	(UF_APPEND | SF_APPEND)

static bool
lookup_removed(struct vnode *dvp)
{

	return VP_TO_TMPFS_NODE(dvp)->tn_u.tn_dir.tn_parent == NULL;
}

static int
lookup_find(struct vnode *dvp, struct componentname *cnp, struct vnode **vpp)
{
	struct tmpfs_node *dnode = VP_TO_TMPFS_NODE(dvp), *node;
	struct tmpfs_dirent *de;

	if (cnp->cn_flags & ISDOTDOT)
		node = dnode->tn_u.tn_dir.tn_parent;
	else if (cnp->cn_namelen > TMPFS_MAXNAMLEN)
		return ENAMETOOLONG;
	else {
		de = tmpfs_dir_lookup(dnode, cnp->cn_nameptr, cnp->cn_namelen);
		if (de == NULL)
			return ENOENT;
		if ((node = de->td_node) == NULL) {
			cnp->cn_flags |= ISWHITEOUT;
			return ENOENT;
		}
	}
	return vcache_get(dvp->v_mount, &node, sizeof(node), vpp);
}

static void
lookup_owner(struct vnode *vp, mode_t *modep, uid_t *uidp)
{
	const struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);

	*modep = node->tn_mode;
	*uidp = node->tn_uid;
}

int
tmpfs_lookup(void *v)
{
	static const struct genfs_lookup tmpfs = {
		.gl_removed = lookup_removed,
		.gl_find = lookup_find,
		.gl_owner = lookup_owner,
		.gl_noparent = true,
	};

	return genfs_lookup(v, &tmpfs);
}

/* A whiteout of that name gives way to what is about to be made. */
static void
drop_whiteout(struct vnode *dvp, struct componentname *cnp)
{
	struct tmpfs_node *dnode = VP_TO_TMPFS_NODE(dvp);
	struct tmpfs_dirent *de;

	if ((cnp->cn_flags & ISWHITEOUT) == 0)
		return;
	de = tmpfs_dir_lookup(dnode, cnp->cn_nameptr, cnp->cn_namelen);
	if (de == NULL || de->td_node != NULL)
		return;
	tmpfs_dir_detach(dnode, de);
	tmpfs_dirent_free(VFS_TO_TMPFS(dvp->v_mount), de);
}

int
tmpfs_create(void *v)
{
	struct vop_create_args *ap = v;

	KASSERT(ap->a_vap->va_type == VREG || ap->a_vap->va_type == VSOCK);
	drop_whiteout(ap->a_dvp, ap->a_cnp);
	return tmpfs_construct_node(ap->a_dvp, ap->a_vpp, ap->a_vap,
	    ap->a_cnp, NULL);
}

int
tmpfs_mknod(void *v)
{
	struct vop_mknod_args *ap = v;
	enum vtype vt = ap->a_vap->va_type;

	if (vt != VBLK && vt != VCHR && vt != VFIFO && vt != VREG)
		return EINVAL;
	drop_whiteout(ap->a_dvp, ap->a_cnp);
	return tmpfs_construct_node(ap->a_dvp, ap->a_vpp, ap->a_vap,
	    ap->a_cnp, NULL);
}

int
tmpfs_mkdir(void *v)
{
	struct vop_mkdir_args *ap = v;

	KASSERT(ap->a_vap->va_type == VDIR);
	drop_whiteout(ap->a_dvp, ap->a_cnp);
	return tmpfs_construct_node(ap->a_dvp, ap->a_vpp, ap->a_vap,
	    ap->a_cnp, NULL);
}

int
tmpfs_symlink(void *v)
{
	struct vop_symlink_args *ap = v;

	KASSERT(ap->a_vap->va_type == VLNK);
	drop_whiteout(ap->a_dvp, ap->a_cnp);
	return tmpfs_construct_node(ap->a_dvp, ap->a_vpp, ap->a_vap,
	    ap->a_cnp, ap->a_target);
}

/* Take the entry out and tell who watches; its node may now be unnamed. */
void
tmpfs_unlink_entry(struct vnode *dvp, struct tmpfs_dirent *de,
    struct vnode *vp)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);

	KASSERT(de->td_node == node);
	tmpfs_dir_detach(VP_TO_TMPFS_NODE(dvp), de);
	tmpfs_dirent_free(VFS_TO_TMPFS(dvp->v_mount), de);
	if (node->tn_type == VDIR) {
		node->tn_links = 0;
		cache_purge(vp);
	}
	tmpfs_update(node, TMPFS_CTIME);
}

static int
remove_permitted(const struct tmpfs_node *dnode, const struct tmpfs_node *node)
{

	if ((node->tn_flags & TMPFS_KEEP) != 0 ||
	    (dnode->tn_flags & TMPFS_APPEND) != 0)
		return EPERM;
	return 0;
}

int
tmpfs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct componentname *cnp = ap->a_cnp;
	struct tmpfs_dirent *de;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	if (vp->v_type == VDIR) {
		error = EPERM;
		goto out;
	}
	error = remove_permitted(VP_TO_TMPFS_NODE(dvp), node);
	if (error != 0)
		goto out;
	de = tmpfs_dir_lookup(VP_TO_TMPFS_NODE(dvp), cnp->cn_nameptr,
	    cnp->cn_namelen);
	if (de == NULL || de->td_node != node) {
		error = ENOENT;
		goto out;
	}
	tmpfs_unlink_entry(dvp, de, vp);
	VN_KNOTE(vp, node->tn_links > 0 ? NOTE_LINK : NOTE_DELETE);
	VN_KNOTE(dvp, NOTE_WRITE);
out:
	vput(vp);
	vput(dvp);
	return error;
}

int
tmpfs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct componentname *cnp = ap->a_cnp;
	struct tmpfs_dirent *de;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	KASSERT(node->tn_type == VDIR);
	error = dvp == vp ? EINVAL :
	    remove_permitted(VP_TO_TMPFS_NODE(dvp), node);
	if (error == 0 && node->tn_u.tn_dir.tn_count != 0)
		error = ENOTEMPTY;
	if (error != 0)
		goto out;
	de = tmpfs_dir_lookup(VP_TO_TMPFS_NODE(dvp), cnp->cn_nameptr,
	    cnp->cn_namelen);
	if (de == NULL || de->td_node != node) {
		error = ENOENT;
		goto out;
	}
	tmpfs_unlink_entry(dvp, de, vp);
	VN_KNOTE(vp, NOTE_DELETE);
	VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
out:
	vput(vp);
	vput(dvp);
	return error;
}

static int
link_locked(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct tmpfs_node *dnode = VP_TO_TMPFS_NODE(dvp);
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct tmpfs_dirent *de;
	int error;

	if (node->tn_links == 0 || dnode->tn_u.tn_dir.tn_parent == NULL)
		return ENOENT;
	if (node->tn_links >= TMPFS_LINK_MAX)
		return EMLINK;
	if (node->tn_flags & TMPFS_KEEP)
		return EPERM;
	error = tmpfs_dirent_alloc(VFS_TO_TMPFS(dvp->v_mount),
	    cnp->cn_nameptr, cnp->cn_namelen, &de);
	if (error != 0)
		return error;
	drop_whiteout(dvp, cnp);
	tmpfs_dir_attach(dnode, de, node);
	tmpfs_update(node, TMPFS_CTIME);
	VN_KNOTE(dvp, NOTE_WRITE);
	VN_KNOTE(vp, NOTE_LINK);
	return 0;
}

int
tmpfs_link(void *v)
{
	struct vop_link_args *ap = v;
	int error;

	KASSERT(VOP_ISLOCKED(ap->a_dvp) && ap->a_dvp != ap->a_vp);
	KASSERT(ap->a_dvp->v_mount == ap->a_vp->v_mount);
	if (ap->a_vp->v_type == VDIR)
		return EPERM;
	if ((error = vn_lock(ap->a_vp, LK_EXCLUSIVE)) != 0)
		return error;
	error = link_locked(ap->a_dvp, ap->a_vp, ap->a_cnp);
	VOP_UNLOCK(ap->a_vp);
	return error;
}

int
tmpfs_whiteout(void *v)
{
	struct vop_whiteout_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(dvp->v_mount);
	struct tmpfs_node *dnode = VP_TO_TMPFS_NODE(dvp);
	struct componentname *cnp = ap->a_cnp;
	struct tmpfs_dirent *de;
	int error;

	switch (ap->a_flags) {
	case LOOKUP:
		return 0;
	case CREATE:
		error = tmpfs_dirent_alloc(tmp, cnp->cn_nameptr,
		    cnp->cn_namelen, &de);
		if (error == 0)
			tmpfs_dir_attach(dnode, de, NULL);
		return error;
	case DELETE:
		cnp->cn_flags &= ~(uint32_t)DOWHITEOUT;
		cnp->cn_flags |= ISWHITEOUT;
		drop_whiteout(dvp, cnp);
		return 0;
	default:
		return EINVAL;
	}
}

static bool
unlinked(const struct tmpfs_node *node)
{

	return node->tn_type == VDIR ? node->tn_u.tn_dir.tn_parent == NULL :
	    node->tn_links == 0;
}

int
tmpfs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	*ap->a_recycle = unlinked(node);
	VOP_UNLOCK(vp);
	return 0;
}

int
tmpfs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(vp->v_mount);
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);

	KASSERT(node->tn_vnode == vp);
	node->tn_vnode = NULL;
	vp->v_data = NULL;
	vcache_remove(vp->v_mount, &node, sizeof(node));
	if (unlinked(node))
		tmpfs_node_free(tmp, node);
	return 0;
}
