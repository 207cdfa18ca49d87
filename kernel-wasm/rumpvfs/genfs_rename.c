/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * genfs_rename.c - the part of rename(2) that is the same everywhere.
 *
 * Interface	see miscfs/genfs/genfs.h
 *
 * How the locks are taken
 *	Two directories: under the rename lock of the mount the tree does not
 *	change its shape, so "is fdvp above tdvp?" has an answer that stays.
 *	The ancestor is locked first, then the other directory, then the files:
 *	a file that is the other directory is locked already.
 *
 * Locking	VFS_RENAMELOCK -> directory (ancestor first) -> file
 * Sleeps	yes
 * Errors	EXDEV, EINVAL, EISDIR, ENOTDIR, ENOTEMPTY, EBUSY and what the
 *		file system's checks say
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

/* What the sane rename works with. */
struct rename_state {
	const struct genfs_rename_ops *ops;
	struct mount		*mp;
	kauth_cred_t		cred;
	struct vnode		*fdvp, *fvp, *tdvp, *tvp;
	struct componentname	*fcnp, *tcnp;
	void			*fde, *tde;
	bool			posix;
};

int
genfs_insane_rename(void *v, int (*sane)(struct vnode *,
    struct componentname *, struct vnode *, struct componentname *,
    kauth_cred_t, bool))
{
	struct vop_rename_args *ap = v;
	struct vnode *fdvp = ap->a_fdvp, *tdvp = ap->a_tdvp;
	struct mount *mp = tdvp->v_mount;
	int error;

	KASSERT(VOP_ISLOCKED(tdvp) == LK_EXCLUSIVE);
	/* tdvp's lock keeps the mount; then being busy does. */
	atomic_inc_uint(&mp->mnt_refcnt);
	/* The names are looked up again: only the directories matter. */
	if (ap->a_tvp != NULL && ap->a_tvp != tdvp)
		VOP_UNLOCK(ap->a_tvp);
	VOP_UNLOCK(tdvp);
	if ((error = vfs_busy(mp, NULL)) == 0) {
		if (fdvp->v_mount != mp || tdvp->v_mount != mp)
			error = EXDEV;
		else
			error = sane(fdvp, ap->a_fcnp, tdvp, ap->a_tcnp,
			    ap->a_fcnp->cn_cred, false);
		vfs_unbusy(mp, false, NULL);
	}
	vfs_destroy(mp);
	if (ap->a_tvp != NULL)
		vrele(ap->a_tvp);
	vrele(tdvp);
	vrele(ap->a_fvp);
	vrele(fdvp);
	return error;
}

static bool
cn_isdots(const struct componentname *cnp)
{

	return (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') ||
	    (cnp->cn_namelen == 2 && cnp->cn_nameptr[0] == '.' &&
	    cnp->cn_nameptr[1] == '.');
}

/* Neither side may be a mount point or a root. */
static bool
vn_isbusydir(const struct vnode *vp)
{

	return vp->v_type == VDIR &&
	    ((vp->v_vflag & VV_ROOT) != 0 || vp->v_mountedhere != NULL);
}

/* Kinds of file that may replace each other. */
static int
rename_check_types(const struct rename_state *rs)
{

	if (vn_isbusydir(rs->fvp))
		return EBUSY;
	if (rs->tvp == NULL)
		return 0;
	if (vn_isbusydir(rs->tvp))
		return EBUSY;
	if (rs->fvp->v_type == VDIR && rs->tvp->v_type != VDIR)
		return ENOTDIR;
	if (rs->fvp->v_type != VDIR && rs->tvp->v_type == VDIR)
		return EISDIR;
	return 0;
}

/* Two names of one file: the BSD way removes the source name. */
static int
rename_same_file(struct rename_state *rs)
{
	int error;

	if (rs->posix || (rs->fdvp == rs->tdvp &&
	    rs->fcnp->cn_namelen == rs->tcnp->cn_namelen &&
	    memcmp(rs->fcnp->cn_nameptr, rs->tcnp->cn_nameptr,
	    rs->fcnp->cn_namelen) == 0))
		return 0;
	error = rs->ops->gro_remove_check_possible(rs->mp, rs->fdvp, rs->fvp);
	if (error == 0) {
		error = rs->ops->gro_remove_check_permitted(rs->mp, rs->cred,
		    rs->fdvp, rs->fvp);
		error = kauth_authorize_vnode(rs->cred, KAUTH_VNODE_DELETE,
		    rs->fvp, rs->fdvp, error);
	}
	if (error != 0)
		return error;
	error = rs->ops->gro_remove(rs->mp, rs->cred, rs->fdvp, rs->fcnp,
	    rs->fde, rs->fvp);
	if (error == 0) {
		cache_purge1(rs->fdvp, rs->fcnp->cn_nameptr,
		    rs->fcnp->cn_namelen, 0);
		VN_KNOTE(rs->fdvp, NOTE_WRITE);
		VN_KNOTE(rs->fvp, NOTE_LINK);
	}
	return error;
}

/* Everything is locked: the checks and the deed. */
static int
rename_locked(struct rename_state *rs)
{
	const struct genfs_rename_ops *ops = rs->ops;
	bool nonzero_links = true;
	struct vattr va;
	int error;

	if (rs->fvp == rs->tvp)
		return rename_same_file(rs);
	if ((error = rename_check_types(rs)) != 0)
		return error;
	if (rs->tvp != NULL && rs->tvp->v_type == VDIR &&
	    !ops->gro_directory_empty_p(rs->mp, rs->cred, rs->tvp, rs->tdvp))
		return ENOTEMPTY;
	error = ops->gro_rename_check_possible(rs->mp, rs->fdvp, rs->fvp,
	    rs->tdvp, rs->tvp);
	if (error != 0)
		return error;
	error = ops->gro_rename_check_permitted(rs->mp, rs->cred, rs->fdvp,
	    rs->fvp, rs->tdvp, rs->tvp);
	error = kauth_authorize_vnode(rs->cred, KAUTH_VNODE_DELETE, rs->fvp,
	    rs->fdvp, error);
	if (error != 0)
		return error;
	error = ops->gro_rename(rs->mp, rs->cred, rs->fdvp, rs->fcnp, rs->fde,
	    rs->fvp, rs->tdvp, rs->tcnp, rs->tde, rs->tvp);
	if (error != 0)
		return error;
	genfs_rename_cache_purge(rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	cache_purge1(rs->fdvp, rs->fcnp->cn_nameptr, rs->fcnp->cn_namelen, 0);
	cache_purge1(rs->tdvp, rs->tcnp->cn_nameptr, rs->tcnp->cn_namelen, 0);
	if (rs->tvp != NULL)
		nonzero_links = VOP_GETATTR(rs->tvp, &va, rs->cred) == 0 &&
		    va.va_nlink != 0;
	genfs_rename_knote(rs->fdvp, rs->fvp, rs->tdvp, rs->tvp,
	    nonzero_links);
	return 0;
}

static int
rename_lookup(struct rename_state *rs, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode **vpp)
{

	*vpp = NULL;
	return rs->ops->gro_lookup(rs->mp, dvp, cnp, de, vpp);
}

/* Both files, the one with the lower address first. */
static int
rename_lock_files(struct rename_state *rs)
{
	struct vnode *first = rs->fvp, *second = rs->tvp;
	int error;

	if (second == NULL || second == first)
		return vn_lock(first, LK_EXCLUSIVE);
	if (second < first) {
		first = rs->tvp;
		second = rs->fvp;
	}
	if ((error = vn_lock(first, LK_EXCLUSIVE)) != 0)
		return error;
	if ((error = vn_lock(second, LK_EXCLUSIVE)) != 0)
		VOP_UNLOCK(first);
	return error;
}

/* Lock the files below locked directories, then do it. */
static int
rename_in_dirs(struct rename_state *rs)
{
	int error;

	error = rename_lookup(rs, rs->fdvp, rs->fcnp, rs->fde, &rs->fvp);
	if (error != 0)
		return error;
	error = rename_lookup(rs, rs->tdvp, rs->tcnp, rs->tde, &rs->tvp);
	if (error != 0 && error != ENOENT)
		goto out;
	if (error == ENOENT)
		rs->tvp = NULL;
	error = 0;
	/* A file above its new directory, or a directory in the way. */
	if (rs->fvp == rs->tdvp || rs->fvp == rs->fdvp)
		error = EINVAL;
	else if (rs->tvp != NULL &&
	    (rs->tvp == rs->fdvp || rs->tvp == rs->tdvp))
		error = rs->fvp->v_type == VDIR ? ENOTEMPTY : EISDIR;
	if (error != 0)
		goto out;
	if ((error = rename_lock_files(rs)) != 0)
		goto out;
	error = rename_locked(rs);
	if (rs->tvp != NULL && rs->tvp != rs->fvp)
		VOP_UNLOCK(rs->tvp);
	VOP_UNLOCK(rs->fvp);
out:
	if (rs->tvp != NULL)
		vrele(rs->tvp);
	if (rs->fvp != NULL)
		vrele(rs->fvp);
	return error;
}

/* A file moves inside one directory. */
static int
rename_one_dir(struct rename_state *rs)
{
	int error;

	error = rs->ops->gro_lock_directory(rs->mp, rs->fdvp);
	if (error != 0)
		return error;
	error = rename_in_dirs(rs);
	VOP_UNLOCK(rs->fdvp);
	return error;
}

/* Is the file to move an ancestor of its new place, or the reverse? */
static int
rename_two_dirs(struct rename_state *rs)
{
	struct vnode *mid = NULL, *vp = NULL, *first, *second;
	int error;

	error = rs->ops->gro_genealogy(rs->mp, rs->cred, rs->fdvp, rs->tdvp,
	    &mid);
	if (error != 0)
		return error;
	if (mid != NULL) {
		/* fdvp is above tdvp: the file itself may be on the way. */
		first = rs->fdvp;
		second = rs->tdvp;
	} else {
		first = rs->tdvp;
		second = rs->fdvp;
	}
	error = rs->ops->gro_lock_directory(rs->mp, first);
	if (error != 0)
		goto out;
	if (mid != NULL) {
		error = rename_lookup(rs, rs->fdvp, rs->fcnp, rs->fde, &vp);
		if (vp != NULL)
			vrele(vp);
		if (error == 0 && vp == mid)
			error = EINVAL;
	}
	if (error == 0 &&
	    (error = rs->ops->gro_lock_directory(rs->mp, second)) == 0) {
		error = rename_in_dirs(rs);
		VOP_UNLOCK(second);
	}
	VOP_UNLOCK(first);
out:
	if (mid != NULL)
		vrele(mid);
	return error;
}

int
genfs_sane_rename(const struct genfs_rename_ops *ops,
    struct vnode *fdvp, struct componentname *fcnp, void *fde,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    kauth_cred_t cred, bool posix)
{
	struct rename_state rs = {
		.ops = ops, .mp = fdvp->v_mount, .cred = cred,
		.fdvp = fdvp, .tdvp = tdvp, .fcnp = fcnp, .tcnp = tcnp,
		.fde = fde, .tde = tde, .posix = posix,
	};
	int error;

	KASSERT(fdvp->v_mount == tdvp->v_mount);
	if (cn_isdots(fcnp) || cn_isdots(tcnp))
		return EINVAL;
	if (fdvp == tdvp)
		return rename_one_dir(&rs);
	VFS_RENAMELOCK_ENTER(rs.mp);
	error = rename_two_dirs(&rs);
	VFS_RENAMELOCK_EXIT(rs.mp);
	return error;
}

void
genfs_rename_knote(struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp, bool nonzero_links)
{
	long fnote = NOTE_WRITE, tnote = NOTE_WRITE;
	bool dirmove = fvp->v_type == VDIR && fdvp != tdvp;

	if (dirmove)
		fnote |= NOTE_LINK;
	if (dirmove && tvp == NULL)
		tnote |= NOTE_LINK;
	else if (fdvp == tdvp && tvp != NULL && tvp->v_type == VDIR)
		tnote |= NOTE_LINK;
	VN_KNOTE(fdvp, fnote | (fdvp == tdvp ? tnote : 0));
	VN_KNOTE(fvp, NOTE_RENAME);
	if (tvp != NULL)
		VN_KNOTE(tvp, nonzero_links ? NOTE_LINK : NOTE_DELETE);
	if (tdvp != fdvp)
		VN_KNOTE(tdvp, tnote);
}

void
genfs_rename_cache_purge(struct vnode *fdvp, struct vnode *fvp,
    struct vnode *tdvp, struct vnode *tvp)
{

	cache_purge(fvp);
	if (tvp != NULL)
		cache_purge(tvp);
	if (fvp->v_type == VDIR && fdvp != tdvp)
		cache_purge1(fvp, "..", 2, 0);
}

int
genfs_ufslike_rename_check_possible(unsigned long fdflags,
    unsigned long fflags, unsigned long tdflags, unsigned long tflags,
    bool clobber, unsigned long immutable, unsigned long append)
{

	if ((fdflags | fflags) & (immutable | append))
		return EPERM;
	if (tdflags & (immutable | (clobber ? append : 0)))
		return EPERM;
	if (clobber && (tflags & (immutable | append)))
		return EPERM;
	return 0;
}

/* Leaving a directory: sticky rule; a directory on the move: its owner. */
static int
ufslike_leave(kauth_cred_t cred, mode_t dmode, uid_t duid, uid_t uid)
{

	if ((dmode & S_ISTXT) == 0)
		return 0;
	return genfs_can_sticky(cred, duid, uid);
}

int
genfs_ufslike_rename_check_permitted(kauth_cred_t cred,
    struct vnode *fdvp, mode_t fdmode, uid_t fduid,
    struct vnode *fvp, uid_t fuid,
    struct vnode *tdvp, mode_t tdmode, uid_t tduid,
    struct vnode *tvp, uid_t tuid)
{
	int error;

	if ((error = VOP_ACCESS(fdvp, VWRITE, cred)) != 0)
		return error;
	if ((error = ufslike_leave(cred, fdmode, fduid, fuid)) != 0)
		return error;
	if (fvp->v_type == VDIR && fdvp != tdvp &&
	    (error = VOP_ACCESS(fvp, VWRITE, cred)) != 0)
		return error;
	if (fdvp != tdvp && (error = VOP_ACCESS(tdvp, VWRITE, cred)) != 0)
		return error;
	if (tvp != NULL)
		return ufslike_leave(cred, tdmode, tduid, tuid);
	return 0;
}

int
genfs_ufslike_remove_check_possible(unsigned long dflags, unsigned long flags,
    unsigned long immutable, unsigned long append)
{

	return ((dflags & append) != 0 ||
	    ((dflags | flags) & (immutable | append)) != 0) ? EPERM : 0;
}

int
genfs_ufslike_remove_check_permitted(kauth_cred_t cred, struct vnode *dvp,
    mode_t dmode, uid_t duid, struct vnode *vp __unused, uid_t uid)
{
	int error;

	if ((error = VOP_ACCESS(dvp, VWRITE, cred)) != 0)
		return error;
	return ufslike_leave(cred, dmode, duid, uid);
}
