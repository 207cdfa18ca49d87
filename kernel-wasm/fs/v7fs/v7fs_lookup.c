/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_lookup.c - VOP_LOOKUP.
 *
 * Locking	the directory's vnode is locked; what is found is not.
 * Sleeps	reads the directory and the inode.
 * Errors	ENOENT no such name; EJUSTRETURN it may be made; EROFS names
 *		to be changed on a read-only mount; ENAMETOOLONG.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "v7fs_extern.h"

/* May this operation go on with what was found? */
static int
lookup_permitted(struct vnode *dvp, struct vnode *vp,
    const struct componentname *cnp)
{
	const struct v7fs_node *dp = VTOV7(dvp);
	uid_t uid;
	int error;

	if ((cnp->cn_flags & ISLASTCN) == 0 ||
	    (cnp->cn_nameiop != DELETE && cnp->cn_nameiop != RENAME))
		return 0;
	error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
	/* ".." cannot be removed, and is not to be locked from below. */
	if (error != 0 || (dp->n_din.di_mode & S_ISTXT) == 0 ||
	    (cnp->cn_flags & ISDOTDOT) != 0)
		return error;
	error = vn_lock(vp, LK_SHARED);
	if (error != 0)
		return error;
	uid = VTOV7(vp)->n_din.di_uid;
	VOP_UNLOCK(vp);
	return kauth_authorize_vnode(cnp->cn_cred, KAUTH_VNODE_DELETE, vp,
	    dvp, genfs_can_sticky(cnp->cn_cred, dp->n_din.di_uid, uid));
}

/* The name is not there: EJUSTRETURN where it may be made. */
static int
lookup_missing(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if ((cnp->cn_flags & ISLASTCN) != 0 &&
	    (cnp->cn_nameiop == CREATE || cnp->cn_nameiop == RENAME)) {
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		return error != 0 ? error : EJUSTRETURN;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return ENOENT;
}

static int
lookup_name(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	int error;

	error = v7fs_dir_vnode(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    vpp);
	if (error == ENOENT)
		return lookup_missing(dvp, cnp);
	if (error != 0)
		return error;
	if (*vpp == dvp && (cnp->cn_flags & ISDOTDOT) == 0)
		error = EIO;		/* a directory in itself */
	else
		error = lookup_permitted(dvp, *vpp, cnp);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
		return error;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return 0;
}

int
v7fs_lookup(void *v)
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
	if (VTOV7(dvp)->n_din.di_nlink == 0)
		return ENOENT;		/* the directory was removed */
	if ((cnp->cn_flags & ISLASTCN) != 0 &&
	    (dvp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
	    (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, NULL, vpp))
		return *vpp == NULL ? ENOENT : 0;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		if ((cnp->cn_flags & ISLASTCN) != 0 &&
		    cnp->cn_nameiop == RENAME)
			return EISDIR;
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	return lookup_name(dvp, vpp, cnp);
}
