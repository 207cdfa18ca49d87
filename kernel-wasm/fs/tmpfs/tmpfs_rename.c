/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_rename.c - rename, on genfs's locking and checks.
 *
 * Here is only what is tmpfs's own: finding entries, walking up to the root,
 * and moving an entry once everything is locked and allowed.
 *
 * Locking	as genfs_sane_rename() says: gro_rename has all four vnodes
 *		exclusively.
 * Sleeps	before anything is changed (a longer name is allocated first).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

#define	IMMUTABLE	(UF_IMMUTABLE | SF_IMMUTABLE)
#define	APPEND		(UF_APPEND | SF_APPEND)

static bool
tmpfs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{

	(void)mp; (void)cred; (void)dvp;
	return VP_TO_TMPFS_NODE(vp)->tn_u.tn_dir.tn_count == 0;
}

static int
tmpfs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{

	(void)mp;
	return genfs_ufslike_rename_check_possible(
	    VP_TO_TMPFS_NODE(fdvp)->tn_flags, VP_TO_TMPFS_NODE(fvp)->tn_flags,
	    VP_TO_TMPFS_NODE(tdvp)->tn_flags,
	    tvp != NULL ? VP_TO_TMPFS_NODE(tvp)->tn_flags : 0,
	    tvp != NULL, IMMUTABLE, APPEND);
}

static int
tmpfs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	struct tmpfs_node *fd = VP_TO_TMPFS_NODE(fdvp);
	struct tmpfs_node *td = VP_TO_TMPFS_NODE(tdvp);

	(void)mp;
	return genfs_ufslike_rename_check_permitted(cred,
	    fdvp, fd->tn_mode, fd->tn_uid, fvp, VP_TO_TMPFS_NODE(fvp)->tn_uid,
	    tdvp, td->tn_mode, td->tn_uid, tvp,
	    tvp != NULL ? VP_TO_TMPFS_NODE(tvp)->tn_uid : 0);
}

static int
tmpfs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{

	(void)mp;
	return genfs_ufslike_remove_check_possible(
	    VP_TO_TMPFS_NODE(dvp)->tn_flags, VP_TO_TMPFS_NODE(vp)->tn_flags,
	    IMMUTABLE, APPEND);
}

static int
tmpfs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	struct tmpfs_node *dir = VP_TO_TMPFS_NODE(dvp);

	(void)mp;
	return genfs_ufslike_remove_check_permitted(cred, dvp, dir->tn_mode,
	    dir->tn_uid, vp, VP_TO_TMPFS_NODE(vp)->tn_uid);
}

/* The entry is replaced by "new" in its new directory; old storage goes. */
static void
move_entry(struct tmpfs_mount *tmp, struct tmpfs_node *fdnode,
    struct tmpfs_dirent *fde, struct tmpfs_node *tdnode,
    struct tmpfs_dirent *new)
{
	struct tmpfs_node *node = fde->td_node;

	tmpfs_dir_detach(fdnode, fde);
	tmpfs_dirent_free(tmp, fde);
	tmpfs_dir_attach(tdnode, new, node);
	tmpfs_update(node, TMPFS_CTIME);
}

static int
tmpfs_gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *fvp,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp)
{
	struct tmpfs_mount *tmp = VFS_TO_TMPFS(mp);
	struct tmpfs_node *fdnode = VP_TO_TMPFS_NODE(fdvp);
	struct tmpfs_node *tdnode = VP_TO_TMPFS_NODE(tdvp);
	struct tmpfs_dirent *from = *(struct tmpfs_dirent **)fde;
	struct tmpfs_dirent *to = *(struct tmpfs_dirent **)tde, *new;
	int error;

	(void)cred; (void)fcnp;
	KASSERT(from != NULL && from->td_node == VP_TO_TMPFS_NODE(fvp));
	if (fvp->v_type == VDIR && fdvp != tdvp && tvp == NULL &&
	    tdnode->tn_links >= TMPFS_LINK_MAX)
		return EMLINK;
	error = tmpfs_dirent_alloc(tmp, tcnp->cn_nameptr, tcnp->cn_namelen,
	    &new);
	if (error != 0)
		return error;
	if (tvp != NULL) {
		KASSERT(to != NULL && to->td_node == VP_TO_TMPFS_NODE(tvp));
		tmpfs_unlink_entry(tdvp, to, tvp);
	}
	move_entry(tmp, fdnode, from, tdnode, new);
	return 0;
}

/* Two names of one file: the BSD rename removes the source name. */
static int
tmpfs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp)
{

	(void)mp; (void)cred; (void)cnp;
	tmpfs_unlink_entry(dvp, *(struct tmpfs_dirent **)de, vp);
	return 0;
}

static int
tmpfs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de_ret, struct vnode **vpp)
{
	struct tmpfs_dirent **dep = de_ret;
	struct tmpfs_node *node;

	if (cnp->cn_namelen > TMPFS_MAXNAMLEN)
		return ENAMETOOLONG;
	*dep = tmpfs_dir_lookup(VP_TO_TMPFS_NODE(dvp), cnp->cn_nameptr,
	    cnp->cn_namelen);
	if (*dep == NULL || (*dep)->td_node == NULL)
		return ENOENT;
	node = (*dep)->td_node;
	return vcache_get(mp, &node, sizeof(node), vpp);
}

static bool
rename_removed(struct vnode *vp)
{

	return VP_TO_TMPFS_NODE(vp)->tn_u.tn_dir.tn_parent == NULL;
}

/*
 * A directory's lock and a name of its own keep its parent from being removed
 * until that is referenced.
 */
static int
rename_parent(struct mount *mp, struct vnode *vp, struct vnode **upp)
{
	struct tmpfs_node *node = VP_TO_TMPFS_NODE(vp);
	struct tmpfs_node *parent = node->tn_u.tn_dir.tn_parent;

	if (parent == NULL)
		return ENOENT;
	return parent == node ? 0 :
	    vcache_get(mp, &parent, sizeof(parent), upp);
}

static int
tmpfs_gro_genealogy(struct mount *mp, kauth_cred_t cred __unused,
    struct vnode *fdvp, struct vnode *tdvp, struct vnode **intermediate)
{
	return genfs_genealogy(mp, fdvp, tdvp, rename_parent, intermediate);
}

static int
tmpfs_gro_lock_directory(struct mount *mp __unused, struct vnode *vp)
{
	return genfs_lock_directory(vp, rename_removed);
}

static const struct genfs_rename_ops tmpfs_rename_ops = {
	.gro_directory_empty_p = tmpfs_gro_directory_empty_p,
	.gro_rename_check_possible = tmpfs_gro_rename_check_possible,
	.gro_rename_check_permitted = tmpfs_gro_rename_check_permitted,
	.gro_remove_check_possible = tmpfs_gro_remove_check_possible,
	.gro_remove_check_permitted = tmpfs_gro_remove_check_permitted,
	.gro_rename = tmpfs_gro_rename,
	.gro_remove = tmpfs_gro_remove,
	.gro_lookup = tmpfs_gro_lookup,
	.gro_genealogy = tmpfs_gro_genealogy,
	.gro_lock_directory = tmpfs_gro_lock_directory,
};

static int
tmpfs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	struct tmpfs_dirent *fde, *tde;

	return genfs_sane_rename(&tmpfs_rename_ops, fdvp, fcnp, &fde, tdvp,
	    tcnp, &tde, cred, posixly_correct);
}

int
tmpfs_rename(void *v)
{

	return genfs_insane_rename(v, tmpfs_sane_rename);
}
