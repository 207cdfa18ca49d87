/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_node.c - nodes: making, freeing, times, and their vnodes.
 *
 * A node lives while an entry names it or its vnode is active; the last of
 * both to go (tmpfs_reclaim() of an unlinked node) frees it.
 *
 * Locking	tm_lock for the list and count; tn_lock for the times.
 * Sleeps	allocation.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/cprng.h>
#include <miscfs/specfs/specdev.h>
#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

/* Times become the present. */
void
tmpfs_update(struct tmpfs_node *node, unsigned what)
{
	struct timespec now;

	vfs_timestamp(&now);
	mutex_enter(&node->tn_lock);
	if (what & TMPFS_ATIME)
		node->tn_atime = now;
	if (what & TMPFS_MTIME)
		node->tn_mtime = now;
	if (what & TMPFS_CTIME)
		node->tn_ctime = now;
	mutex_exit(&node->tn_lock);
}

/* Take a place among the mount's nodes and a number for it. */
static int
node_account(struct tmpfs_mount *tmp, struct tmpfs_node *node)
{

	mutex_enter(&tmp->tm_lock);
	if (tmp->tm_nodes_cnt + 1 >= tmp->tm_nodes_max) {
		mutex_exit(&tmp->tm_lock);
		return ENOSPC;
	}
	tmp->tm_nodes_cnt++;
	node->tn_id = tmp->tm_nextid++;
	LIST_INSERT_HEAD(&tmp->tm_nodes, node, tn_nodes);
	mutex_exit(&tmp->tm_lock);
	return 0;
}

static void
node_times(struct tmpfs_node *node)
{
	struct timespec now;

	vfs_timestamp(&now);
	node->tn_atime = node->tn_mtime = now;
	node->tn_ctime = node->tn_birthtime = now;
}

/*
 * A node without names.  Owner is the effective user, group the parent's
 * (BSD rule); the set-group-id bit is dropped for a stranger to that group.
 *
 * => 0, ENOSPC at the mount's limit of nodes.
 */
int
tmpfs_node_alloc(struct tmpfs_mount *tmp, struct tmpfs_node *parent,
    const struct vattr *vap, kauth_cred_t cred, struct tmpfs_node **nodep)
{
	struct tmpfs_node *node;
	int error;

	if ((error = kmem_room()) != 0)
		return error;
	node = kmem_zalloc(sizeof(*node), KM_SLEEP);
	if ((error = node_account(tmp, node)) != 0) {
		kmem_free(node, sizeof(*node));
		return error;
	}
	mutex_init(&node->tn_lock, MUTEX_DEFAULT, IPL_NONE);
	node->tn_type = vap->va_type;
	node->tn_mode = vap->va_mode & ALLPERMS;
	node->tn_gen = cprng_fast32();
	node->tn_uid = parent != NULL ? kauth_cred_geteuid(cred) : vap->va_uid;
	node->tn_gid = parent != NULL ? parent->tn_gid : vap->va_gid;
	node_times(node);
	if (node->tn_type == VDIR)
		tmpfs_dir_init(node, parent);
	else if (node->tn_type == VBLK || node->tn_type == VCHR)
		node->tn_u.tn_rdev = vap->va_rdev;
	*nodep = node;
	return 0;
}

void
tmpfs_node_free(struct tmpfs_mount *tmp, struct tmpfs_node *node)
{

	KASSERT(node->tn_vnode == NULL);
	if (node->tn_type == VREG)
		tmpfs_file_fini(tmp, node);
	else if (node->tn_type == VDIR)
		tmpfs_dir_fini(node);
	else if (node->tn_type == VLNK && node->tn_size > 0)
		tmpfs_string_free(tmp, node->tn_u.tn_link,
		    (size_t)node->tn_size);
	mutex_enter(&tmp->tm_lock);
	KASSERT(tmp->tm_nodes_cnt > 0);
	tmp->tm_nodes_cnt--;
	LIST_REMOVE(node, tn_nodes);
	mutex_exit(&tmp->tm_lock);
	mutex_destroy(&node->tn_lock);
	kmem_free(node, sizeof(*node));
}

/* Bind a fresh vnode to its node. */
void
tmpfs_init_vnode(struct vnode *vp, struct tmpfs_node *node)
{

	KASSERT(node->tn_vnode == NULL);
	vp->v_tag = VT_TMPFS;
	vp->v_type = node->tn_type;
	vp->v_op = tmpfs_vnodeop_p;
	vp->v_data = node;
	switch (node->tn_type) {
	case VBLK:
	case VCHR:
		vp->v_op = tmpfs_specop_p;
		spec_node_init(vp, node->tn_u.tn_rdev);
		break;
	case VFIFO:
		vp->v_op = tmpfs_fifoop_p;
		break;
	case VDIR:
		if (node->tn_u.tn_dir.tn_parent == node)
			vp->v_vflag |= VV_ROOT;
		break;
	default:
		break;
	}
	uvm_vnp_setsize(vp, node->tn_size);
	node->tn_vnode = vp;
}

static int
set_link_target(struct tmpfs_mount *tmp, struct tmpfs_node *node,
    const char *target)
{
	size_t len = strlen(target);

	if (len == 0)
		return 0;
	node->tn_u.tn_link = tmpfs_string_alloc(tmp, len);
	if (node->tn_u.tn_link == NULL)
		return ENOSPC;
	memcpy(node->tn_u.tn_link, target, len);
	node->tn_size = (off_t)len;
	return 0;
}

/*
 * A node with its name and its vnode; referenced, unlocked.  The name comes
 * first: a forced unmount may take the vnode away as soon as it is there.
 */
static int
make_vnode(struct vnode *dvp, struct tmpfs_dirent *de, struct vattr *vap,
    kauth_cred_t cred, const char *target, struct vnode **vpp)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(dvp->v_mount);
	struct tmpfs_node *node;
	int error;

	error = tmpfs_node_alloc(tmp, VP_TO_TMPFS_NODE(dvp), vap, cred, &node);
	if (error != 0)
		return error;
	if (vap->va_type == VLNK)
		error = set_link_target(tmp, node, target);
	if (error == 0) {
		tmpfs_dir_attach(VP_TO_TMPFS_NODE(dvp), de, node);
		error = vcache_get(dvp->v_mount, &node, sizeof(node), vpp);
		if (error != 0)
			tmpfs_dir_detach(VP_TO_TMPFS_NODE(dvp), de);
	}
	if (error != 0)
		tmpfs_node_free(tmp, node);
	return error;
}

/*
 * Make a file of any type under the name cnp in dvp.
 *
 * => dvp is locked and stays so; *vpp is referenced and unlocked.
 * => 0, ENOSPC, EMLINK.
 */
int
tmpfs_construct_node(struct vnode *dvp, struct vnode **vpp, struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(dvp->v_mount);
	struct tmpfs_node *dnode = VP_TO_TMPFS_NODE(dvp);
	struct tmpfs_dirent *de;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	*vpp = NULL;
	if (dnode->tn_u.tn_dir.tn_parent == NULL)
		return ENOENT;		/* the directory was removed */
	if (vap->va_type == VDIR && dnode->tn_links >= TMPFS_LINK_MAX)
		return EMLINK;
	error = tmpfs_dirent_alloc(tmp, cnp->cn_nameptr, cnp->cn_namelen, &de);
	if (error != 0)
		return error;
	error = make_vnode(dvp, de, vap, cnp->cn_cred, target, vpp);
	if (error != 0) {
		tmpfs_dirent_free(tmp, de);
		return error;
	}
	VN_KNOTE(dvp, vap->va_type == VDIR ? NOTE_WRITE | NOTE_LINK :
	    NOTE_WRITE);
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return 0;
}
