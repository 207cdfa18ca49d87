/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * genfs_lookup.c - the body of VOP_LOOKUP: what is asked before and after a
 * file system looks into its directory.
 *
 * Interface	see miscfs/genfs/genfs.h
 * Locking	the directory is locked, and locked again on return; what is
 *		found is not locked.
 * Sleeps	yes.
 * Errors	ENOENT no such name; EJUSTRETURN it may be made; EACCES; EROFS a
 *		name to be changed on a read-only mount; EISDIR a rename of
 *		"."; EIO a directory that holds itself; what gl_find says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

static bool
lookup_islast(const struct componentname *cnp, uint32_t one, uint32_t other)
{

	return (cnp->cn_flags & ISLASTCN) != 0 &&
	    (cnp->cn_nameiop == one || cnp->cn_nameiop == other);
}

/* The name is not there: EJUSTRETURN where it may be made. */
static int
lookup_missing(struct vnode *dvp, struct componentname *cnp,
    const struct genfs_lookup *gl)
{
	int error;

	if (lookup_islast(cnp, CREATE, RENAME)) {
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		return error != 0 ? error : EJUSTRETURN;
	}
	if (cnp->cn_nameiop != CREATE && !gl->gl_nonegative)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return ENOENT;
}

/* Below a sticky directory a name is its owner's. */
static int
lookup_sticky(struct vnode *dvp, struct vnode *vp, kauth_cred_t cred,
    const struct genfs_lookup *gl)
{
	uid_t duid, uid;
	mode_t mode;
	int error;

	gl->gl_owner(dvp, &mode, &duid);
	if ((mode & S_ISTXT) == 0)
		return 0;
	if ((error = vn_lock(vp, LK_SHARED)) != 0)
		return error;
	gl->gl_owner(vp, &mode, &uid);
	VOP_UNLOCK(vp);
	return kauth_authorize_vnode(cred, KAUTH_VNODE_DELETE, vp, dvp,
	    genfs_can_sticky(cred, duid, uid));
}

/* May this operation go on with what was found? */
static int
lookup_permitted(struct vnode *dvp, struct vnode *vp,
    const struct componentname *cnp, const struct genfs_lookup *gl)
{
	const bool dotdot = (cnp->cn_flags & ISDOTDOT) != 0;
	int error;

	if (vp == dvp && !dotdot)
		return EIO;
	if (!lookup_islast(cnp, DELETE, RENAME))
		return 0;
	error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
	/* ".." cannot be removed, and is not to be locked from below. */
	if (error != 0 || gl->gl_owner == NULL || dotdot)
		return error;
	return lookup_sticky(dvp, vp, cnp->cn_cred, gl);
}

static int
lookup_found(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    const struct genfs_lookup *gl)
{
	int error = lookup_permitted(dvp, *vpp, cnp, gl);

	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	} else if (cnp->cn_nameiop != CREATE &&
	    !(gl->gl_noparent && (cnp->cn_flags & ISDOTDOT) != 0))
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

static int
lookup_dot(struct vnode *dvp, struct vnode **vpp,
    const struct componentname *cnp, const struct genfs_lookup *gl)
{

	if (lookup_islast(cnp, RENAME, RENAME))
		return EISDIR;
	if (gl->gl_keepdot && lookup_islast(cnp, DELETE, DELETE))
		return EINVAL;
	vref(dvp);
	*vpp = dvp;
	return 0;
}

static bool
lookup_cached(struct vnode *dvp, struct vnode **vpp,
    struct componentname *cnp)
{
	int iswhiteout;
	bool known = cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, &iswhiteout, vpp);

	if (known && iswhiteout)
		cnp->cn_flags |= ISWHITEOUT;
	return known;
}

int
genfs_lookup(void *v, const struct genfs_lookup *gl)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, **vpp = ap->a_vpp;
	struct componentname *cnp = ap->a_cnp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp));
	*vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (gl->gl_removed(dvp))
		return ENOENT;
	if ((dvp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
	    lookup_islast(cnp, DELETE, RENAME))
		return EROFS;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.')
		return lookup_dot(dvp, vpp, cnp, gl);
	if (lookup_cached(dvp, vpp, cnp))
		return *vpp == NULL ? ENOENT : 0;
	error = gl->gl_find(dvp, cnp, vpp);
	if (error == ENOENT)
		return lookup_missing(dvp, cnp, gl);
	return error != 0 ? error : lookup_found(dvp, vpp, cnp, gl);
}
