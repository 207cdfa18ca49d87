/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_vnops.c - attributes: FAT knows no owners and one permission, not to
 * be written; the rest comes from the mount.
 *
 * Locking	as sys/vnode.h says.
 * Errors	EINVAL another owner; EPERM, EACCES; EROFS; EOPNOTSUPP flags
 *		other than SF_ARCHIVED.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "msdosfs.h"

mode_t
msdosfs_mode(const struct denode *dep)
{
	const struct msdosfsmount *pmp = dep->de_pmp;
	mode_t mode = S_IRWXU | S_IRWXG | S_IRWXO;

	if ((dep->de_attr & ATTR_READONLY) != 0)
		mode &= ~(mode_t)(S_IWUSR | S_IWGRP | S_IWOTH);
	return mode & (dep->de_vnode->v_type == VDIR ? pmp->pm_dirmask :
	    pmp->pm_mask);
}

int
msdosfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	mode_t mode = (mode_t)ap->a_mode;

	if ((mode & VWRITE) != 0 && (vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, msdosfs_mode(dep)), vp,
	    NULL, genfs_can_access(vp->v_type, msdosfs_mode(dep),
	    dep->de_pmp->pm_uid, dep->de_pmp->pm_gid, mode, ap->a_cred));
}

int
msdosfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct denode *dep = VTODE(ap->a_vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	struct dostime day = { .dt_date = dep->de_adate };

	vattr_null(vap);
	vap->va_type = ap->a_vp->v_type;
	vap->va_mode = msdosfs_mode(dep);
	vap->va_nlink = 1;
	vap->va_uid = pmp->pm_uid;
	vap->va_gid = pmp->pm_gid;
	vap->va_fsid = pmp->pm_dev;
	vap->va_fileid = dep->de_fileid;
	vap->va_size = dep->de_size;
	vap->va_blocksize = (long)pmp->pm_bpcluster;
	msdosfs_dos2unixtime(pmp, &day, &vap->va_atime);
	msdosfs_dos2unixtime(pmp, &dep->de_mtime, &vap->va_mtime);
	msdosfs_dos2unixtime(pmp, &dep->de_ctime, &vap->va_ctime);
	vap->va_flags = (dep->de_attr & ATTR_ARCHIVE) == 0 &&
	    ap->a_vp->v_type == VREG ? SF_ARCHIVED : 0;
	vap->va_gen = 0;
	vap->va_bytes = roundup2((u_quad_t)dep->de_size, pmp->pm_bpcluster);
	vap->va_filerev = 0;
	return 0;
}

static int
attr_chflags(struct denode *dep, u_long flags, kauth_cred_t cred)
{
	struct vnode *vp = dep->de_vnode;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_FLAGS, vp, NULL,
	    genfs_can_chflags(cred, vp->v_type, dep->de_pmp->pm_uid,
	    (flags & SF_SETTABLE) != 0));
	if (error != 0)
		return error;
	if ((flags & ~(u_long)SF_ARCHIVED) != 0)
		return EOPNOTSUPP;
	if ((flags & SF_ARCHIVED) != 0)
		dep->de_attr &= (uint8_t)~ATTR_ARCHIVE;
	else if (vp->v_type == VREG)
		dep->de_attr |= ATTR_ARCHIVE;
	dep->de_modified = true;
	return 0;
}

/* There is nothing to change: only what is may be said. */
static int
attr_chown(const struct denode *dep, uid_t uid, gid_t gid)
{
	if ((uid != (uid_t)VNOVAL && uid != dep->de_pmp->pm_uid) ||
	    (gid != (gid_t)VNOVAL && gid != dep->de_pmp->pm_gid))
		return EINVAL;
	return 0;
}

static int
attr_chmod(struct denode *dep, mode_t mode, kauth_cred_t cred)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	int error;

	if (dep->de_vnode->v_type == VDIR)
		return 0;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY,
	    dep->de_vnode, NULL, genfs_can_chmod(dep->de_vnode->v_type, cred,
	    pmp->pm_uid, pmp->pm_gid, mode));
	if (error != 0)
		return error;
	if ((mode & S_IWUSR) != 0)
		dep->de_attr &= (uint8_t)~ATTR_READONLY;
	else
		dep->de_attr |= ATTR_READONLY;
	dep->de_modified = true;
	return 0;
}

static int
attr_chtimes(struct denode *dep, const struct vattr *vap, kauth_cred_t cred)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct dostime dt;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES,
	    dep->de_vnode, NULL, genfs_can_chtimes(dep->de_vnode,
	    vap->va_vaflags, pmp->pm_uid, cred));
	if (error != 0)
		return error;
	if (vap->va_atime.tv_sec != VNOVAL || vap->va_atime.tv_nsec != VNOVAL) {
		msdosfs_unix2dostime(pmp, &vap->va_atime, &dt);
		dep->de_adate = dt.dt_date;
	}
	if (vap->va_mtime.tv_sec != VNOVAL || vap->va_mtime.tv_nsec != VNOVAL) {
		msdosfs_unix2dostime(pmp, &vap->va_mtime, &dt);
		dt.dt_hundredth = 0;
		dep->de_mtime = dt;
	}
	dep->de_modified = true;
	return 0;
}

static int
attr_chsize(struct denode *dep, uint64_t size)
{
	int error;

	error = msdosfs_truncate(dep, size);
	if (error == 0)
		msdosfs_touch(dep);
	return error;
}

static int
attr_set(struct denode *dep, const struct vattr *vap, kauth_cred_t cred)
{
	bool times = vap->va_atime.tv_sec != VNOVAL ||
	    vap->va_atime.tv_nsec != VNOVAL ||
	    vap->va_mtime.tv_sec != VNOVAL || vap->va_mtime.tv_nsec != VNOVAL;
	int error = 0;

	if (vap->va_flags != (u_long)VNOVAL)
		error = attr_chflags(dep, vap->va_flags, cred);
	if (error == 0)
		error = attr_chown(dep, vap->va_uid, vap->va_gid);
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL)
		error = attr_chsize(dep, vap->va_size);
	if (error == 0 && times)
		error = attr_chtimes(dep, vap, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = attr_chmod(dep, vap->va_mode, cred);
	return error;
}

static bool
attr_unsettable(const struct vattr *vap)
{
	return vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL || vap->va_fileid != (ino_t)VNOVAL ||
	    vap->va_blocksize != VNOVAL || vap->va_gen != (u_long)VNOVAL ||
	    vap->va_rdev != (dev_t)VNOVAL || vap->va_bytes != (u_quad_t)VNOVAL;
}

int
msdosfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);
	int error;

	if (attr_unsettable(ap->a_vap))
		return EINVAL;
	if (ap->a_vap->va_size != (u_quad_t)VNOVAL &&
	    ap->a_vp->v_type == VDIR)
		return EISDIR;
	if ((ap->a_vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	error = attr_set(dep, ap->a_vap, ap->a_cred);
	if (error == 0 && (ap->a_vp->v_mount->mnt_flag & MNT_SYNCHRONOUS) != 0)
		error = msdosfs_deupdat(dep, true);
	if (error == 0)
		VN_KNOTE(ap->a_vp, NOTE_ATTRIB);
	return error;
}

int
msdosfs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;
	const struct genfs_limits limits = {
		.gl_link_max = 1,
		.gl_name_max = (register_t)
		    ap->a_vp->v_mount->mnt_stat.f_namemax,
		.gl_filesizebits = 32,
	};

	return genfs_stdpathconf(v, &limits);
}

int
msdosfs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);

	printf("tag VT_MSDOSFS, cluster %u, attributes 0x%x, size %u\n",
	    dep->de_startcluster, dep->de_attr, dep->de_size);
	return 0;
}
