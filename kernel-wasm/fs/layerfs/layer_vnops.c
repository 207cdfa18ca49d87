/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer_vnops.c - operations of a layer that name more than one vnode or are
 * answered by the layer itself.
 *
 * Interface
 *	An operation is handed to the lower vnodes as it came; a vnode that
 *	comes back is wrapped.  Vnodes that the lower operation releases get a
 *	reference before, and the layer's own are released after it.
 *	What a layer decides: nothing is changed through a read-only mount,
 *	no device is opened through a nodev one, st_dev is the layer's.
 *
 * Locking	one lock with the lower vnode: sys/vnode.h holds for both.
 * Sleeps	as the lower file system.
 * Errors	EROFS; those of the lower file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/genfs/layer.h>

static bool
layer_isrdonly(const struct vnode *vp)
{
	return (vp->v_mount->mnt_flag & MNT_RDONLY) != 0;
}

int
layer_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *ldvp = LAYERVPTOLOWERVP(dvp), *lvp;
	struct componentname *cnp = ap->a_cnp;
	bool changing = (cnp->cn_flags & ISLASTCN) != 0 &&
	    layer_isrdonly(dvp) && cnp->cn_nameiop != LOOKUP;
	int error;

	*ap->a_vpp = NULL;
	if (changing && cnp->cn_nameiop != CREATE)
		return EROFS;
	error = VOP_LOOKUP(ldvp, &lvp, cnp);
	if (error == EJUSTRETURN && changing)
		return EROFS;
	if (error != 0)
		return error;
	if (lvp == ldvp) {
		vrele(lvp);
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	return layer_node_create(dvp->v_mount, lvp, ap->a_vpp);
}

/*
 * Wrap what a lower create, mknod, mkdir or symlink has made.
 */
static int
layer_made(struct vnode *dvp, int error, struct vnode *lvp,
    struct vnode **vpp)
{
	*vpp = NULL;
	return error != 0 ? error : layer_node_create(dvp->v_mount, lvp, vpp);
}

int
layer_create(void *v)
{
	struct vop_create_v3_args *ap = v;
	struct vnode *lvp;
	int error;

	error = VOP_CREATE(LAYERVPTOLOWERVP(ap->a_dvp), &lvp, ap->a_cnp,
	    ap->a_vap);
	return layer_made(ap->a_dvp, error, lvp, ap->a_vpp);
}

int
layer_mknod(void *v)
{
	struct vop_mknod_v3_args *ap = v;
	struct vnode *lvp;
	int error;

	error = VOP_MKNOD(LAYERVPTOLOWERVP(ap->a_dvp), &lvp, ap->a_cnp,
	    ap->a_vap);
	return layer_made(ap->a_dvp, error, lvp, ap->a_vpp);
}

int
layer_mkdir(void *v)
{
	struct vop_mkdir_v3_args *ap = v;
	struct vnode *lvp;
	int error;

	error = VOP_MKDIR(LAYERVPTOLOWERVP(ap->a_dvp), &lvp, ap->a_cnp,
	    ap->a_vap);
	return layer_made(ap->a_dvp, error, lvp, ap->a_vpp);
}

int
layer_symlink(void *v)
{
	struct vop_symlink_v3_args *ap = v;
	struct vnode *lvp;
	int error;

	error = VOP_SYMLINK(LAYERVPTOLOWERVP(ap->a_dvp), &lvp, ap->a_cnp,
	    ap->a_vap, ap->a_target);
	return layer_made(ap->a_dvp, error, lvp, ap->a_vpp);
}

int
layer_link(void *v)
{
	struct vop_link_v2_args *ap = v;
	struct vnode *lvp = layer_getlower(ap->a_vp);
	int error;

	if (lvp == NULL)
		return EIO;
	error = VOP_LINK(LAYERVPTOLOWERVP(ap->a_dvp), lvp, ap->a_cnp);
	vrele(lvp);
	return error;
}

/*
 * Both vnodes are locked, so they have their nodes.
 */
int
layer_remove(void *v)
{
	struct vop_remove_args *ap = v;
	int error;

	error = VOP_REMOVE(layer_getlower(ap->a_dvp),
	    layer_getlower(ap->a_vp), ap->a_cnp);
	vrele(ap->a_vp);
	vrele(ap->a_dvp);
	return error;
}

int
layer_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	int error;

	error = VOP_RMDIR(layer_getlower(ap->a_dvp),
	    layer_getlower(ap->a_vp), ap->a_cnp);
	vrele(ap->a_vp);
	vrele(ap->a_dvp);
	return error;
}

/*
 * The source was taken away while nobody held its lock: undo what
 * VOP_RENAME() hands over.
 */
static int
layer_norename(struct vop_rename_args *ap, struct vnode *lfdvp,
    struct vnode *lfvp)
{
	if (lfdvp != NULL)
		vrele(lfdvp);
	if (lfvp != NULL)
		vrele(lfvp);
	if (ap->a_tvp != NULL && ap->a_tvp != ap->a_tdvp)
		VOP_UNLOCK(ap->a_tvp);
	VOP_UNLOCK(ap->a_tdvp);
	return EIO;
}

int
layer_rename(void *v)
{
	struct vop_rename_args *ap = v;
	struct vnode *lfdvp = layer_getlower(ap->a_fdvp);
	struct vnode *lfvp = layer_getlower(ap->a_fvp);
	int error;

	if (lfdvp == NULL || lfvp == NULL)
		error = layer_norename(ap, lfdvp, lfvp);
	else
		error = VOP_RENAME(lfdvp, lfvp, ap->a_fcnp,
		    layer_getlower(ap->a_tdvp), ap->a_tvp == NULL ? NULL :
		    layer_getlower(ap->a_tvp), ap->a_tcnp);
	if (ap->a_tvp != NULL)
		vrele(ap->a_tvp);
	vrele(ap->a_tdvp);
	vrele(ap->a_fvp);
	vrele(ap->a_fdvp);
	return error;
}

int
layer_open(void *v)
{
	struct vop_open_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if ((vp->v_type == VBLK || vp->v_type == VCHR) &&
	    (vp->v_mount->mnt_flag & MNT_NODEV) != 0)
		return ENXIO;
	return layer_bypass(v);
}

int
layer_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if ((ap->a_mode & VWRITE) != 0 && layer_isrdonly(vp) &&
	    (vp->v_type == VDIR || vp->v_type == VLNK || vp->v_type == VREG))
		return EROFS;
	return layer_bypass(v);
}

int
layer_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	int error;

	error = layer_bypass(v);
	if (error == 0)
		ap->a_vap->va_fsid = (dev_t)
		    ap->a_vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	return error;
}

int
layer_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	const struct vattr *vap = ap->a_vap;
	enum vtype type = ap->a_vp->v_type;
	bool attrs = vap->va_flags != (u_long)VNOVAL ||
	    vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL ||
	    vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL ||
	    vap->va_mode != (mode_t)VNOVAL;
	bool length = vap->va_size != (u_quad_t)VNOVAL &&
	    (type == VREG || type == VLNK);

	if (layer_isrdonly(ap->a_vp) && (attrs || length))
		return EROFS;
	return layer_bypass(v);
}
