/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_rename.c - rename, on genfs_rename.c.  1979 had none: mv(1) made a
 * second name and removed the first, and so does this.
 *
 * Order	One link more for the file, the new name, the old name gone,
 *		".." of a directory, the link back: whatever is cut off, the
 *		file has a name and not too few links.
 *
 * Locking	genfs_rename.c's: gro_rename has all four vnodes exclusively.
 * Sleeps	yes.
 * Errors	EMLINK, ENOSPC, EIO; ELOOP directories that form a ring.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "v7fs_extern.h"

static bool
v7fs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{
	(void)mp; (void)cred; (void)dvp;
	return v7fs_dir_empty(VTOV7(vp));
}

static int
v7fs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	(void)mp; (void)fdvp; (void)fvp; (void)tdvp; (void)tvp;
	return 0;		/* no flag forbids it */
}

static int
v7fs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	const struct v7fs_dinode *fd = &VTOV7(fdvp)->n_din;
	const struct v7fs_dinode *td = &VTOV7(tdvp)->n_din;

	(void)mp;
	return genfs_ufslike_rename_check_permitted(cred,
	    fdvp, fd->di_mode, fd->di_uid, fvp, VTOV7(fvp)->n_din.di_uid,
	    tdvp, td->di_mode, td->di_uid,
	    tvp, tvp != NULL ? VTOV7(tvp)->n_din.di_uid : 0);
}

static int
v7fs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{
	(void)mp; (void)dvp; (void)vp;
	return 0;
}

static int
v7fs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	const struct v7fs_dinode *d = &VTOV7(dvp)->n_din;

	(void)mp;
	return genfs_ufslike_remove_check_permitted(cred, dvp, d->di_mode,
	    d->di_uid, vp, VTOV7(vp)->n_din.di_uid);
}

/*
 * The new name: taken over from tvp, or made.
 */
static int
rename_enter(struct v7fs_node *np, struct vnode *tdvp,
    struct componentname *tcnp, struct vnode *tvp)
{
	struct v7fs_node *td = VTOV7(tdvp);
	int error;

	if (tvp == NULL)
		return v7fs_dir_enter(td, tcnp->cn_nameptr, tcnp->cn_namelen,
		    np->n_ino);
	error = v7fs_dir_rewrite(td, tcnp->cn_nameptr, tcnp->cn_namelen,
	    np->n_ino);
	if (error != 0)
		return error;
	if (tvp->v_type == VDIR) {
		v7fs_linkdown(td);
		v7fs_dir_gone(VTOV7(tvp));
	} else
		v7fs_linkdown(VTOV7(tvp));
	return 0;
}

/*
 * The old name goes; a directory that moved has a new parent.
 */
static int
rename_leave(struct v7fs_node *np, struct v7fs_node *fd,
    struct componentname *fcnp, struct v7fs_node *newparent)
{
	int error;

	error = v7fs_dir_remove(fd, fcnp->cn_nameptr, fcnp->cn_namelen);
	if (error != 0 || newparent == NULL)
		return error;
	error = v7fs_dir_rewrite(np, "..", 2, newparent->n_ino);
	if (error == 0)
		v7fs_linkdown(fd);
	return error;
}

static int
v7fs_gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *fvp,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp)
{
	bool moved = fvp->v_type == VDIR && fdvp != tdvp;
	struct v7fs_node *np = VTOV7(fvp), *td = VTOV7(tdvp);
	uint16_t nlink = np->n_din.di_nlink;
	int error = 0;

	(void)mp; (void)cred; (void)fde; (void)tde;
	if (moved)
		error = v7fs_linkup(td);
	if (error != 0)
		return error;
	/* Not counted against the limit: it is gone before we return. */
	np->n_din.di_nlink++;
	v7fs_touch(np, V7N_CHANGE);
	error = v7fs_update_ordered(np);
	if (error == 0)
		error = rename_enter(np, tdvp, tcnp, tvp);
	if (error != 0) {
		if (moved)
			v7fs_linkdown(td);
		np->n_din.di_nlink = nlink;
		v7fs_modified(np);
		return error;
	}
	error = rename_leave(np, VTOV7(fdvp), fcnp, moved ? td : NULL);
	if (error == 0)
		np->n_din.di_nlink = nlink;
	v7fs_touch(np, V7N_CHANGE);
	return error;
}

/* Two names of one file: the BSD rename removes the source name. */
static int
v7fs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp)
{
	int error;

	(void)mp; (void)cred; (void)de;
	error = v7fs_dir_remove(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen);
	if (error == 0)
		v7fs_linkdown(VTOV7(vp));
	return error;
}

static int
v7fs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de_ret, struct vnode **vpp)
{
	(void)mp; (void)de_ret;
	return v7fs_dir_vnode(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    vpp);
}

static bool
rename_removed(struct vnode *vp)
{
	return VTOV7(vp)->n_din.di_nlink == 0;
}

/*
 * The directory above vp, referenced; *upp NULL: vp is the root.
 */
static int
rename_parent(struct mount *mp, struct vnode *vp, struct vnode **upp)
{
	(void)mp;
	*upp = NULL;
	if (rename_removed(vp))
		return ENOENT;
	return VTOV7(vp)->n_ino == V7FS_ROOT_INODE ? 0 :
	    v7fs_dir_vnode(VTOV7(vp), "..", 2, upp);
}

static int
v7fs_gro_genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct vnode *tdvp, struct vnode **intermediate)
{
	(void)cred;
	return genfs_genealogy(mp, fdvp, tdvp, rename_parent, intermediate);
}

static int
v7fs_gro_lock_directory(struct mount *mp, struct vnode *vp)
{
	(void)mp;
	return genfs_lock_directory(vp, rename_removed);
}

static const struct genfs_rename_ops v7fs_rename_ops = {
	.gro_directory_empty_p = v7fs_gro_directory_empty_p,
	.gro_rename_check_possible = v7fs_gro_rename_check_possible,
	.gro_rename_check_permitted = v7fs_gro_rename_check_permitted,
	.gro_remove_check_possible = v7fs_gro_remove_check_possible,
	.gro_remove_check_permitted = v7fs_gro_remove_check_permitted,
	.gro_rename = v7fs_gro_rename,
	.gro_remove = v7fs_gro_remove,
	.gro_lookup = v7fs_gro_lookup,
	.gro_genealogy = v7fs_gro_genealogy,
	.gro_lock_directory = v7fs_gro_lock_directory,
};

static int
v7fs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	return genfs_sane_rename(&v7fs_rename_ops, fdvp, fcnp, NULL, tdvp,
	    tcnp, NULL, cred, posixly_correct);
}

int
v7fs_rename(void *v)
{
	return genfs_insane_rename(v, v7fs_sane_rename);
}
