/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_rename.c - rename, on genfs_rename.c.
 *
 * Two names that differ only in case are one name: such a rename changes
 * nothing, as on NetBSD.
 *
 * Order	the target's name goes, the new name comes, the old one goes; a
 *		cut leaves a file with two names at worst.
 *
 * Locking	genfs_rename.c's.
 * Sleeps	yes.
 * Errors	those of msdosfs_dirmod.c; ELOOP a ring of directories.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "msdosfs.h"

static bool
msdosfs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{
	(void)mp; (void)cred; (void)dvp;
	return msdosfs_dir_empty(VTODE(vp));
}

static int
msdosfs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	(void)mp; (void)fdvp; (void)fvp; (void)tdvp; (void)tvp;
	return 0;		/* no flag forbids it */
}

static int
msdosfs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	uid_t uid = VFSTOMSDOSFS(mp)->pm_uid;

	return genfs_ufslike_rename_check_permitted(cred,
	    fdvp, msdosfs_mode(VTODE(fdvp)), uid, fvp, uid,
	    tdvp, msdosfs_mode(VTODE(tdvp)), uid, tvp, uid);
}

static int
msdosfs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{
	(void)mp; (void)dvp; (void)vp;
	return 0;
}

static int
msdosfs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	uid_t uid = VFSTOMSDOSFS(mp)->pm_uid;

	return genfs_ufslike_remove_check_permitted(cred, dvp,
	    msdosfs_mode(VTODE(dvp)), uid, vp, uid);
}

/* The same entry under both names: there is nothing to remove. */
static int
msdosfs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp)
{
	(void)mp; (void)cred; (void)dvp; (void)cnp; (void)de; (void)vp;
	return 0;
}

/* Give tdvp the new name, taking it from tvp. */
static int
rename_enter(struct vnode *fvp, struct vnode *tdvp,
    struct componentname *tcnp, struct vnode *tvp)
{
	struct dosent e;
	uint32_t slot;
	uint64_t addr;
	int error;

	if (tvp != NULL) {
		error = msdosfs_dirremove(VTODE(tdvp), VTODE(tvp));
		if (error != 0)
			return error;
		msdosfs_unlinked(VTODE(tvp));
	}
	msdosfs_node2ent(VTODE(fvp), &e);
	error = msdosfs_direnter(VTODE(tdvp), tcnp, &e, &slot, &addr);
	if (error == 0)
		msdosfs_rename_node(VTODE(fvp), VTODE(tdvp), &e, slot, addr);
	return error;
}

static int
msdosfs_gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *fvp,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp)
{
	struct dosslots old;
	int error;

	(void)mp; (void)cred; (void)fcnp; (void)fde; (void)tde;
	error = msdosfs_dirlocate(VTODE(fdvp), VTODE(fvp), &old);
	if (error == 0)
		error = rename_enter(fvp, tdvp, tcnp, tvp);
	if (error == 0)
		error = msdosfs_dirfree(VTODE(fdvp), &old);
	if (error == 0 && fvp->v_type == VDIR && fdvp != tdvp)
		error = msdosfs_dirreparent(VTODE(fvp),
		    VTODE(tdvp)->de_key.dk_dirclust);
	return error;
}

static int
msdosfs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de_ret, struct vnode **vpp)
{
	struct dosdir dd;
	int error;

	(void)mp; (void)de_ret;
	if (cnp->cn_namelen > mp->mnt_stat.f_namemax)
		return ENAMETOOLONG;
	error = msdosfs_dir_find(&dd, VTODE(dvp), cnp->cn_nameptr,
	    cnp->cn_namelen);
	msdosfs_dir_end(&dd);
	return error != 0 ? error : msdosfs_deget(VTODE(dvp), &dd, vpp);
}

static bool
rename_removed(struct vnode *vp)
{
	return VTODE(vp)->de_removed;
}

static int
rename_parent(struct mount *mp, struct vnode *vp, struct vnode **upp)
{
	uint32_t clust;
	int error;

	if (rename_removed(vp))
		return ENOENT;
	if (msdosfs_isroot(VTODE(vp)))
		return 0;
	error = msdosfs_dir_parent(VTODE(vp), &clust);
	return error != 0 ? error :
	    msdosfs_getdir(VFSTOMSDOSFS(mp), clust, upp);
}

static int
msdosfs_gro_genealogy(struct mount *mp, kauth_cred_t cred __unused,
    struct vnode *fdvp, struct vnode *tdvp, struct vnode **intermediate)
{
	return genfs_genealogy(mp, fdvp, tdvp, rename_parent, intermediate);
}

static int
msdosfs_gro_lock_directory(struct mount *mp __unused, struct vnode *vp)
{
	return genfs_lock_directory(vp, rename_removed);
}

static const struct genfs_rename_ops msdosfs_rename_ops = {
	.gro_directory_empty_p = msdosfs_gro_directory_empty_p,
	.gro_rename_check_possible = msdosfs_gro_rename_check_possible,
	.gro_rename_check_permitted = msdosfs_gro_rename_check_permitted,
	.gro_remove_check_possible = msdosfs_gro_remove_check_possible,
	.gro_remove_check_permitted = msdosfs_gro_remove_check_permitted,
	.gro_rename = msdosfs_gro_rename,
	.gro_remove = msdosfs_gro_remove,
	.gro_lookup = msdosfs_gro_lookup,
	.gro_genealogy = msdosfs_gro_genealogy,
	.gro_lock_directory = msdosfs_gro_lock_directory,
};

static int
msdosfs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	return genfs_sane_rename(&msdosfs_rename_ops, fdvp, fcnp, NULL, tdvp,
	    tcnp, NULL, cred, posixly_correct);
}

int
msdosfs_rename(void *v)
{
	return genfs_insane_rename(v, msdosfs_sane_rename);
}
