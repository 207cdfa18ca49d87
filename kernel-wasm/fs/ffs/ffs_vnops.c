/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_vnops.c - operations on names: make, remove, link.
 *
 * Order (on mounts that are not asynchronous)
 *	A new inode is on the disk before its name; a name is gone before the
 *	link count falls.  A crash leaves too high counts and inodes without a
 *	name, which fsck(8) finds, never a name without an inode.
 *
 * Interface	vnodeops(9); locks as the table in sys/vnode.h says, KASSERTed
 *		at the top of each operation.
 * Errors	0 or errno; ENOSPC, EMLINK, EPERM (immutable files).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"
#include "ffs_log.h"

#define	FFS_APPEND	(UF_APPEND | SF_APPEND)
#define	FFS_KEEP	(UF_IMMUTABLE | SF_IMMUTABLE | FFS_APPEND)

static bool
ffs_ordered(const struct inode *ip)
{
	return !ffs_delayed(ip->i_ump);
}

/*
 * A whiteout of that name gives way to what is about to be made.
 */
static int
drop_whiteout(struct vnode *dvp, const struct componentname *cnp)
{
	if ((cnp->cn_flags & ISWHITEOUT) == 0)
		return 0;
	return ffs_dir_remove(dvp, cnp, UFS_WINO);
}

/*
 * First contents of a directory; its parent gets the link of its "..".
 */
static int
make_dir(struct inode *dp, struct inode *ip, kauth_cred_t cred)
{
	struct buf *bp;
	int error;

	error = ffs_balloc(ip, 0, UFS_DIRBLKSIZ, false, cred, &bp);
	if (error != 0)
		return error;
	ufs_dirtemplate(ITOFS(ip), bp->b_data, (uint32_t)ip->i_number,
	    (uint32_t)dp->i_number);
	ip->i_size = UFS_DIRBLKSIZ;
	uvm_vnp_setsize(ip->i_vnode, UFS_DIRBLKSIZ);
	ip->i_nlink = 2;
	error = ffs_metawrite(ip->i_ump, bp, 0, (uint32_t)bp->b_bcount);
	if (error != 0)
		return error;
	dp->i_nlink++;
	ffs_setflag(dp, IN_CHANGE);
	return ffs_update(dp, ffs_ordered(dp));
}

/*
 * The text of a symbolic link: in the inode when it is short.
 */
static int
make_link(struct inode *ip, const char *target, kauth_cred_t cred)
{
	const size_t len = strlen(target);

	if (ITOFS(ip)->fs_maxsymlinklen > 0 &&
	    len < (size_t)ITOFS(ip)->fs_maxsymlinklen) {
		memcpy(ip->i_din.di_short, target, len);
		ip->i_size = len;
		uvm_vnp_setsize(ip->i_vnode, (voff_t)len);
		return 0;
	}
	return ffs_writeshort(ip->i_vnode, target, len, cred);
}

/*
 * The set-group-id bit is for members of the group.
 */
static void
make_mode(struct inode *ip, kauth_cred_t cred)
{
	int member = 0;

	if ((ip->i_mode & S_ISGID) == 0)
		return;
	if (kauth_cred_ismember_gid(cred, ip->i_din.di_gid, &member) == 0 &&
	    member == 0 && kauth_cred_geteuid(cred) != 0)
		ip->i_mode &= ~(uint32_t)S_ISGID;
}

static int
make_locked(struct vnode *dvp, struct vnode *vp, struct componentname *cnp,
    const char *target)
{
	struct inode *dp = VTOI(dvp), *ip = VTOI(vp);
	bool linked = false;
	int error = 0;

	ip->i_nlink = 1;
	make_mode(ip, cnp->cn_cred);
	if (vp->v_type == VDIR) {
		error = make_dir(dp, ip, cnp->cn_cred);
		linked = ip->i_nlink == 2;
	} else if (vp->v_type == VLNK)
		error = make_link(ip, target, cnp->cn_cred);
	if (error == 0) {
		ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
		error = ffs_update(ip, ffs_ordered(ip));
	}
	if (error == 0)
		error = drop_whiteout(dvp, cnp);
	if (error == 0)
		error = ffs_dir_enter(dvp, cnp, ip->i_number,
		    (uint8_t)IFTODT(ip->i_mode));
	if (error == 0)
		return 0;
	if (linked) {
		dp->i_nlink--;
		ffs_setflag(dp, IN_CHANGE);
		(void)ffs_update(dp, false);
	}
	ip->i_nlink = 0;
	ffs_orphan(ip);
	ffs_setflag(ip, IN_CHANGE);
	return error;
}

static int
make_logged(struct vnode *dvp, struct vnode **vpp, struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct vnode *vp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	*vpp = NULL;
	if (VTOI(dvp)->i_nlink == 0)
		return ENOENT;		/* the directory was removed */
	if (vap->va_type == VDIR && VTOI(dvp)->i_nlink >= UFS_LINK_MAX)
		return EMLINK;
	error = vcache_new(dvp->v_mount, dvp, vap, cnp->cn_cred, &vp);
	if (error != 0)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0) {
		error = make_locked(dvp, vp, cnp, target);
		VOP_UNLOCK(vp);
	}
	if (error != 0) {
		vrele(vp);
		return error;
	}
	VN_KNOTE(dvp, vap->va_type == VDIR ? NOTE_WRITE | NOTE_LINK :
	    NOTE_WRITE);
	cache_enter(dvp, vp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_flags);
	*vpp = vp;
	return 0;
}

/*
 * A file of any type under the name cnp in dvp.  *vpp is referenced and
 * unlocked.
 */
static int
make_node(struct vnode *dvp, struct vnode **vpp, struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct ufsmount *ump = VTOI(dvp)->i_ump;
	int error;

	ffs_log_begin(ump);
	error = make_logged(dvp, vpp, vap, cnp, target);
	ffs_log_end(ump);
	return error;
}

int
ffs_create(void *v)
{
	struct vop_create_args *ap = v;

	KASSERT(ap->a_vap->va_type == VREG || ap->a_vap->va_type == VSOCK);
	return make_node(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
ffs_mknod(void *v)
{
	struct vop_mknod_args *ap = v;
	enum vtype vt = ap->a_vap->va_type;

	if (vt != VBLK && vt != VCHR && vt != VFIFO && vt != VREG)
		return EINVAL;
	return make_node(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
ffs_mkdir(void *v)
{
	struct vop_mkdir_args *ap = v;

	KASSERT(ap->a_vap->va_type == VDIR);
	return make_node(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp, NULL);
}

int
ffs_symlink(void *v)
{
	struct vop_symlink_args *ap = v;

	KASSERT(ap->a_vap->va_type == VLNK);
	return make_node(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    ap->a_target);
}

static int
unlink_logged(struct vnode *dvp, const struct componentname *cnp,
    struct vnode *vp)
{
	struct inode *dp = VTOI(dvp), *ip = VTOI(vp);
	int error;

	error = ffs_dir_remove(dvp, cnp, ip->i_number);
	if (error != 0)
		return error;
	if (vp->v_type == VDIR) {
		if (dp->i_nlink > 0)
			dp->i_nlink--;
		ip->i_nlink = 0;
		cache_purge(vp);
		(void)ffs_update(dp, false);
		(void)ffs_truncate(ip, 0, cnp->cn_cred);
		ffs_dirhash_free(ip);
	} else if (ip->i_nlink > 0)
		ip->i_nlink--;
	if (ip->i_nlink == 0)
		ffs_orphan(ip);
	ffs_setflag(ip, IN_CHANGE);
	return ffs_update(ip, false);
}

/*
 * The name goes, then its link; a directory goes as a whole.
 */
int
ffs_unlink(struct vnode *dvp, const struct componentname *cnp,
    struct vnode *vp)
{
	struct ufsmount *ump = VTOI(dvp)->i_ump;
	int error;

	ffs_log_begin(ump);
	error = unlink_logged(dvp, cnp, vp);
	ffs_log_end(ump);
	return error;
}

static int
remove_permitted(const struct inode *dp, const struct inode *ip)
{
	return (ip->i_flags & FFS_KEEP) != 0 ||
	    (dp->i_flags & FFS_APPEND) != 0 ? EPERM : 0;
}

int
ffs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	error = vp->v_type == VDIR ? EPERM :
	    remove_permitted(VTOI(dvp), VTOI(vp));
	if (error == 0)
		error = ffs_unlink(dvp, ap->a_cnp, vp);
	if (error == 0) {
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	vput(dvp);
	return error;
}

int
ffs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	KASSERT(vp->v_type == VDIR);
	error = dvp == vp ? EINVAL : remove_permitted(VTOI(dvp), VTOI(vp));
	if (error == 0 && !ffs_dir_empty(vp))
		error = ENOTEMPTY;
	if (error == 0)
		error = ffs_unlink(dvp, ap->a_cnp, vp);
	if (error == 0) {
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
	struct inode *ip = VTOI(vp);
	int error;

	if (ip->i_nlink == 0 || VTOI(dvp)->i_nlink == 0)
		return ENOENT;
	if (ip->i_nlink >= UFS_LINK_MAX)
		return EMLINK;
	if ((ip->i_flags & FFS_KEEP) != 0)
		return EPERM;
	ip->i_nlink++;
	ffs_setflag(ip, IN_CHANGE);
	error = ffs_update(ip, ffs_ordered(ip));
	if (error == 0)
		error = drop_whiteout(dvp, cnp);
	if (error == 0)
		error = ffs_dir_enter(dvp, cnp, ip->i_number,
		    (uint8_t)IFTODT(ip->i_mode));
	if (error != 0) {
		ip->i_nlink--;
		ffs_setflag(ip, IN_CHANGE);
		(void)ffs_update(ip, false);
		return error;
	}
	VN_KNOTE(vp, NOTE_LINK);
	VN_KNOTE(dvp, NOTE_WRITE);
	return 0;
}

int
ffs_link(void *v)
{
	struct vop_link_args *ap = v;
	int error;

	KASSERT(VOP_ISLOCKED(ap->a_dvp) && ap->a_dvp != ap->a_vp);
	KASSERT(ap->a_dvp->v_mount == ap->a_vp->v_mount);
	if (ap->a_vp->v_type == VDIR)
		return EPERM;
	if ((error = vn_lock(ap->a_vp, LK_EXCLUSIVE)) != 0)
		return error;
	ffs_log_begin(VTOI(ap->a_dvp)->i_ump);
	error = link_locked(ap->a_dvp, ap->a_vp, ap->a_cnp);
	ffs_log_end(VTOI(ap->a_dvp)->i_ump);
	VOP_UNLOCK(ap->a_vp);
	return error;
}

int
ffs_whiteout(void *v)
{
	struct vop_whiteout_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	int error;

	if (ITOFS(VTOI(dvp))->fs_olddir)
		return EOPNOTSUPP;
	ffs_log_begin(VTOI(dvp)->i_ump);
	switch (ap->a_flags) {
	case LOOKUP:
		error = 0;
		break;
	case CREATE:
		error = ffs_dir_enter(dvp, cnp, UFS_WINO, DT_WHT);
		break;
	case DELETE:
		cnp->cn_flags &= ~(uint32_t)DOWHITEOUT;
		error = ffs_dir_remove(dvp, cnp, UFS_WINO);
		break;
	default:
		error = EINVAL;
		break;
	}
	ffs_log_end(VTOI(dvp)->i_ump);
	return error;
}
