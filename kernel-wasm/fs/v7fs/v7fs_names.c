/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_names.c - operations on names: create, mkdir, symlink, link, remove,
 * rmdir.
 *
 * Order	Making: the inode is on the disk before its name.  Removing:
 *		the name goes before the inode.  So after a crash a name leads
 *		to a file, and fsck_v7fs(8) finds the files without one.
 *
 * Locking	as the table in sys/vnode.h says.
 * Sleeps	yes.
 * Errors	EMLINK, ENOSPC, ENAMETOOLONG; EINVAL a device number or a user
 *		that the inode has no room for.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "v7fs_extern.h"

/* One more name leads here. */
int
v7fs_linkup(struct v7fs_node *np)
{
	if (np->n_din.di_nlink >= V7FS_LINK_MAX)
		return EMLINK;
	np->n_din.di_nlink++;
	v7fs_touch(np, V7N_CHANGE);
	return v7fs_update_ordered(np);
}

/*
 * One less.  A directory has its own two until it is removed, whatever the
 * disk says.
 */
void
v7fs_linkdown(struct v7fs_node *np)
{
	if (np->n_din.di_nlink > (np->n_vnode->v_type == VDIR ? 2 : 0))
		np->n_din.di_nlink--;
	v7fs_touch(np, V7N_CHANGE);
}

/*
 * A directory without a name: no entry of it counts any more.
 */
void
v7fs_dir_gone(struct v7fs_node *np)
{
	np->n_din.di_nlink = 0;
	v7fs_touch(np, V7N_CHANGE);
	(void)v7fs_truncate(np, 0);
	cache_purge(np->n_vnode);
}

/* The first two entries of a directory. */
static int
make_dir(struct v7fs_node *np, struct v7fs_node *dp)
{
	int error;

	error = v7fs_dir_enter(np, ".", 1, np->n_ino);
	if (error == 0)
		error = v7fs_dir_enter(np, "..", 2, dp->n_ino);
	return error == 0 ? v7fs_linkup(dp) : error;
}

/* What a symbolic link leads to is its contents. */
static int
make_link(struct v7fs_node *np, const char *target)
{
	size_t len = strlen(target), at, n;
	struct buf *bp;
	int error;

	for (at = 0; at < len; at += n) {
		n = MIN(len - at, V7FS_BSIZE);
		error = v7fs_getblk(np, (daddr_t)(at >> V7FS_BSHIFT), true,
		    &bp);
		if (error != 0)
			return error;
		memcpy(bp->b_data, target + at, n);
		error = v7fs_metawrite(np->n_fs, bp);
		if (error != 0)
			return error;
	}
	np->n_din.di_size = (uint32_t)len;
	uvm_vnp_setsize(np->n_vnode, (voff_t)len);
	v7fs_modified(np);
	return v7fs_update_ordered(np);
}

/* Contents, then the name.  np's vnode is locked. */
static int
make_named(struct v7fs_node *dp, struct v7fs_node *np,
    struct componentname *cnp, const char *target)
{
	enum vtype type = np->n_vnode->v_type;
	int error = 0;

	if (type == VDIR)
		error = make_dir(np, dp);
	else if (type == VLNK)
		error = make_link(np, target);
	if (error != 0)
		return error;
	error = v7fs_dir_enter(dp, cnp->cn_nameptr, cnp->cn_namelen,
	    np->n_ino);
	if (error != 0 && type == VDIR)
		v7fs_linkdown(dp);
	return error;
}

/*
 * Make a file of any type; *vpp is referenced and unlocked.
 */
static int
make_file(struct vnode *dvp, struct vnode **vpp, struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct vnode *vp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	*vpp = NULL;
	if (VTOV7(dvp)->n_din.di_nlink == 0)
		return ENOENT;		/* the directory was removed */
	error = vcache_new(dvp->v_mount, dvp, vap, cnp->cn_cred, &vp);
	if (error != 0)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(vp);
		return error;
	}
	error = make_named(VTOV7(dvp), VTOV7(vp), cnp, target);
	if (error != 0) {
		/* What nobody names goes with its last reference. */
		VTOV7(vp)->n_din.di_nlink = 0;
		v7fs_modified(VTOV7(vp));
		vput(vp);
		return error;
	}
	VOP_UNLOCK(vp);
	VN_KNOTE(dvp, vap->va_type == VDIR ? NOTE_WRITE | NOTE_LINK :
	    NOTE_WRITE);
	cache_enter(dvp, vp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	*vpp = vp;
	return 0;
}

int
v7fs_create(void *v)
{
	struct vop_create_args *ap = v;

	KASSERT(ap->a_vap->va_type == VREG || ap->a_vap->va_type == VSOCK);
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
v7fs_mknod(void *v)
{
	struct vop_mknod_args *ap = v;
	enum vtype vt = ap->a_vap->va_type;

	if (vt != VBLK && vt != VCHR && vt != VFIFO && vt != VREG)
		return EINVAL;
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
v7fs_mkdir(void *v)
{
	struct vop_mkdir_args *ap = v;

	KASSERT(ap->a_vap->va_type == VDIR);
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
v7fs_symlink(void *v)
{
	struct vop_symlink_args *ap = v;

	KASSERT(ap->a_vap->va_type == VLNK);
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    ap->a_target);
}

/* Does the name still lead to this file? */
static int
names_recheck(struct vnode *dvp, const struct componentname *cnp,
    const struct vnode *vp)
{
	ino_t ino;
	int error;

	error = v7fs_dir_find(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    &ino);
	return error == 0 && ino != VTOV7(vp)->n_ino ? ENOENT : error;
}

int
v7fs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct componentname *cnp = ap->a_cnp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	error = vp->v_type == VDIR ? EPERM : names_recheck(dvp, cnp, vp);
	if (error == 0)
		error = v7fs_dir_remove(VTOV7(dvp), cnp->cn_nameptr,
		    cnp->cn_namelen);
	if (error == 0) {
		v7fs_linkdown(VTOV7(vp));
		/* Also of one name of several, as on NetBSD. */
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	vput(dvp);
	return error;
}

int
v7fs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct componentname *cnp = ap->a_cnp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	KASSERT(vp->v_type == VDIR);
	error = dvp == vp ? EINVAL : names_recheck(dvp, cnp, vp);
	if (error == 0 && !v7fs_dir_empty(VTOV7(vp)))
		error = ENOTEMPTY;
	if (error == 0)
		error = v7fs_dir_remove(VTOV7(dvp), cnp->cn_nameptr,
		    cnp->cn_namelen);
	if (error == 0) {
		v7fs_linkdown(VTOV7(dvp));
		v7fs_dir_gone(VTOV7(vp));
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
	}
	vput(vp);
	vput(dvp);
	return error;
}

static int
link_locked(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct v7fs_node *np = VTOV7(vp);
	int error;

	error = np->n_din.di_nlink == 0 ? ENOENT : v7fs_linkup(np);
	if (error != 0)
		return error;
	error = v7fs_dir_enter(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    np->n_ino);
	if (error != 0) {
		v7fs_linkdown(np);
		return error;
	}
	VN_KNOTE(vp, NOTE_LINK);
	VN_KNOTE(dvp, NOTE_WRITE);
	return 0;
}

int
v7fs_link(void *v)
{
	struct vop_link_args *ap = v;
	int error;

	KASSERT(VOP_ISLOCKED(ap->a_dvp) && ap->a_dvp != ap->a_vp);
	KASSERT(ap->a_dvp->v_mount == ap->a_vp->v_mount);
	if (ap->a_vp->v_type == VDIR)
		return EPERM;
	error = vn_lock(ap->a_vp, LK_EXCLUSIVE);
	if (error != 0)
		return error;
	error = link_locked(ap->a_dvp, ap->a_vp, ap->a_cnp);
	VOP_UNLOCK(ap->a_vp);
	return error;
}
