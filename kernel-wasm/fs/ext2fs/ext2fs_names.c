/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_names.c - operations on names: create, remove, link, rmdir.
 *
 * Interface	vnodeops(9); locks on entry and exit as the table in
 *		sys/vnode.h says, KASSERTed at the top of each operation.
 * Errors	0 or errno; EMLINK, ENOSPC.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ext2fs.h"

#define	EXT2_KEEP	(EXT2_IMMUTABLE | EXT2_APPEND)

static uint32_t
names_linkmax(const struct inode *ip)
{
	return EXT2F_HAS_ROCOMPAT(ITOFS(ip), EXT2F_ROCOMPAT_DIR_NLINK) ?
	    EXT2FS_DIRLINK_MAX : EXT2FS_LINK_MAX;
}

/*
 * One more ".." leads to this directory.  With DIR_NLINK a count of 1 means
 * that there are too many to be counted.
 */
int
ext2fs_linkdir(struct inode *dp)
{
	struct ext2fs_dinode *di = &dp->i_din;
	bool uncounted = EXT2F_HAS_ROCOMPAT(ITOFS(dp),
	    EXT2F_ROCOMPAT_DIR_NLINK);

	if (di->e2di_nlink == 1 && uncounted)
		return 0;
	if (di->e2di_nlink >= names_linkmax(dp)) {
		if (!uncounted)
			return EMLINK;
		di->e2di_nlink = 1;
	} else
		di->e2di_nlink++;
	ext2fs_touch(dp, IN_CHANGE);
	return ext2fs_update_ordered(dp);
}

void
ext2fs_unlinkdir(struct inode *dp)
{
	if (dp->i_din.e2di_nlink > 2)
		dp->i_din.e2di_nlink--;
	ext2fs_touch(dp, IN_CHANGE);
}

int
ext2fs_linkfile(struct inode *ip)
{
	if (ip->i_din.e2di_nlink >= names_linkmax(ip))
		return EMLINK;
	ip->i_din.e2di_nlink++;
	ext2fs_touch(ip, IN_CHANGE);
	return ext2fs_update_ordered(ip);
}

void
ext2fs_unlinkfile(struct inode *ip)
{
	if (ip->i_din.e2di_nlink > 0)
		ip->i_din.e2di_nlink--;
	ext2fs_touch(ip, IN_CHANGE);
}

int
ext2fs_create(void *v)
{
	struct vop_create_args *ap = v;

	KASSERT(ap->a_vap->va_type == VREG || ap->a_vap->va_type == VSOCK);
	return ext2fs_makefile(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    NULL);
}

int
ext2fs_mknod(void *v)
{
	struct vop_mknod_args *ap = v;
	enum vtype vt = ap->a_vap->va_type;

	if (vt != VBLK && vt != VCHR && vt != VFIFO && vt != VREG)
		return EINVAL;
	return ext2fs_makefile(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    NULL);
}

int
ext2fs_mkdir(void *v)
{
	struct vop_mkdir_args *ap = v;

	KASSERT(ap->a_vap->va_type == VDIR);
	return ext2fs_makefile(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    NULL);
}

int
ext2fs_symlink(void *v)
{
	struct vop_symlink_args *ap = v;

	KASSERT(ap->a_vap->va_type == VLNK);
	return ext2fs_makefile(ap->a_dvp, ap->a_vpp, ap->a_vap, ap->a_cnp,
	    ap->a_target);
}

/*
 * Does the name still lead to this file?
 */
static int
names_recheck(struct vnode *dvp, const struct componentname *cnp,
    const struct inode *ip)
{
	const struct inode *dp = VTOI(dvp);
	ino_t ino;
	int error;

	if ((ip->i_din.e2di_flags & EXT2_KEEP) != 0 ||
	    (dp->i_din.e2di_flags & EXT2_APPEND) != 0)
		return EPERM;
	error = ext2fs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &ino);
	if (error == 0 && ino != ip->i_number)
		error = ENOENT;
	return error;
}

int
ext2fs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct componentname *cnp = ap->a_cnp;
	struct inode *ip = VTOI(vp);
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	error = vp->v_type == VDIR ? EPERM : names_recheck(dvp, cnp, ip);
	if (error == 0)
		error = ext2fs_dirremove(dvp, cnp->cn_nameptr,
		    cnp->cn_namelen);
	if (error == 0) {
		ext2fs_unlinkfile(ip);
		/* Also of one name of several, as on NetBSD. */
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	vput(dvp);
	return error;
}

/*
 * A directory without a name: no entry of it counts any more.
 */
void
ext2fs_dirgone(struct vnode *vp)
{
	VTOI(vp)->i_din.e2di_nlink = 0;
	ext2fs_touch(VTOI(vp), IN_CHANGE);
	(void)ext2fs_truncate(VTOI(vp), 0, NOCRED);
	cache_purge(vp);
}

int
ext2fs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct componentname *cnp = ap->a_cnp;
	struct inode *ip = VTOI(vp);
	int error;

	KASSERT(VOP_ISLOCKED(dvp) && VOP_ISLOCKED(vp));
	KASSERT(vp->v_type == VDIR);
	error = dvp == vp ? EINVAL : names_recheck(dvp, cnp, ip);
	if (error == 0 && !ext2fs_dirempty(vp))
		error = ENOTEMPTY;
	if (error == 0)
		error = ext2fs_dirremove(dvp, cnp->cn_nameptr,
		    cnp->cn_namelen);
	if (error == 0) {
		ext2fs_unlinkdir(VTOI(dvp));
		ext2fs_dirgone(vp);
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
	struct ext2fs_newent ne = { ip->i_number, vp->v_type,
	    cnp->cn_nameptr, cnp->cn_namelen };
	int error;

	if (ip->i_din.e2di_nlink == 0)
		return ENOENT;
	if ((ip->i_din.e2di_flags & EXT2_KEEP) != 0)
		return EPERM;
	error = ext2fs_linkfile(ip);
	if (error != 0)
		return error;
	error = ext2fs_direnter(dvp, &ne);
	if (error != 0) {
		ext2fs_unlinkfile(ip);
		return error;
	}
	VN_KNOTE(vp, NOTE_LINK);
	VN_KNOTE(dvp, NOTE_WRITE);
	return 0;
}

int
ext2fs_link(void *v)
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
