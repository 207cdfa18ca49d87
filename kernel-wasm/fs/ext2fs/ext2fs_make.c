/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_make.c - new files: an inode, its vnode and its name.
 *
 * Order	The inode is on the disk before its name; a directory's first
 *		block before that.
 *
 * Files of a file system with extents are mapped by extents, as Linux does
 * it; devices and links whose text fits the inode have no map.
 *
 * Locking	the directory is locked exclusively and stays so.
 * Sleeps	yes.
 * Errors	ENOSPC; EMLINK; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/cprng.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ext2fs.h"

/*
 * A device number in the form that holds it.
 */
static void
make_rdev(struct inode *ip, dev_t dev)
{
	uint32_t maj = (uint32_t)major(dev), min = (uint32_t)minor(dev);

	if (maj < 256 && min < 256)
		le32enc(ip->i_din.e2di_blocks, maj << 8 | min);
	else
		le32enc(ip->i_din.e2di_blocks + 4, (min & 0xff) | maj << 8 |
		    (min & ~0xffU) << 12);
}

static void
make_mapped(struct inode *ip)
{
	if (!EXT2F_HAS_INCOMPAT(ITOFS(ip), EXT2F_INCOMPAT_EXTENTS))
		return;
	ip->i_din.e2di_flags |= EXT2_EXTENTS;
	ext2fs_ext_init(ip->i_din.e2di_blocks);
}

static void
make_dinode(struct inode *ip, const struct inode *dp, const struct vattr *vap,
    kauth_cred_t cred)
{
	const struct m_ext2fs *fs = ITOFS(ip);
	struct ext2fs_dinode *di = &ip->i_din;
	struct timespec now;
	int member = 0;

	di->e2di_mode = (uint16_t)MAKEIMODE(vap->va_type,
	    vap->va_mode & ALLPERMS);
	di->e2di_uid = kauth_cred_geteuid(cred);
	di->e2di_gid = dp->i_din.e2di_gid;
	if ((di->e2di_mode & S_ISGID) != 0 && di->e2di_uid != 0 &&
	    kauth_cred_getegid(cred) != di->e2di_gid &&
	    (kauth_cred_ismember_gid(cred, di->e2di_gid, &member) != 0 ||
	    !member))
		di->e2di_mode &= (uint16_t)~S_ISGID;
	di->e2di_nlink = vap->va_type == VDIR ? 2 : 1;
	di->e2di_gen = cprng_fast32();
	if (fs->e2fs_inode_size > EXT2_REV0_DINODE_SIZE)
		di->e2di_extra = (uint16_t)fs->e2fs_wantextra;
	vfs_timestamp(&now);
	ext2fs_dinode_clip(fs, di, &now);
	di->e2di_atime = di->e2di_mtime = di->e2di_ctime = now;
	if (di->e2di_extra >= EXT2_NSECSIZE)
		di->e2di_birthtime = now;
	if (vap->va_type == VCHR || vap->va_type == VBLK)
		make_rdev(ip, vap->va_rdev);
	else if (vap->va_type == VREG || vap->va_type == VDIR)
		make_mapped(ip);
}

/*
 * The slot of a new inode: nothing of the last one stays.
 */
static int
make_slot(struct inode *ip)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct buf *bp;
	uint8_t *p;
	int error;

	error = ext2fs_inode_get(ip->i_ump, ip->i_number, &bp, &p);
	if (error != 0)
		return error;
	memset(p, 0, fs->e2fs_inode_size);
	ext2fs_dinode_encode(fs, &ip->i_din, p);
	if ((ip->i_ump->um_mountp->mnt_flag & MNT_ASYNC) == 0)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

int
ext2fs_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp,
    struct vattr *vap, kauth_cred_t cred, size_t *key_len,
    const void **new_key)
{
	struct inode *dp = VTOI(dvp), *ip;
	bool dir = vap->va_type == VDIR;
	ino_t ino;
	int error;

	error = ext2fs_ialloc(dp->i_ump, dp->i_number, dir, &ino);
	if (error != 0)
		return error;
	if (vcache_inuse(mp, &ino, sizeof(ino))) {
		mutex_enter(&dp->i_ump->um_lock);
		ext2fs_damaged(dp->i_ump, "marked free is an inode in use",
		    (uint32_t)ino);
		mutex_exit(&dp->i_ump->um_lock);
		return EIO;
	}
	ip = ext2fs_inode_alloc(mp, vp, ino);
	make_dinode(ip, dp, vap, cred);
	error = make_slot(ip);
	if (error != 0) {
		ext2fs_inode_free(ip);
		ext2fs_ifree(dp->i_ump, ino, dir);
		return error;
	}
	ext2fs_vinit(vp, ip);
	*key_len = sizeof(ip->i_number);
	*new_key = &ip->i_number;
	return 0;
}

/*
 * The first block of a directory.
 */
static int
make_dir(struct vnode *vp, const struct vnode *dvp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(vp));
	struct ext2fs_newent dot = { VTOI(vp)->i_number, VDIR, ".", 1 };
	struct ext2fs_newent dotdot = { VTOI(dvp)->i_number, VDIR, "..", 2 };
	struct buf *bp;
	daddr_t lbn;
	int error;

	error = ext2fs_dir_grow(vp, &bp, &lbn);
	if (error != 0)
		return error;
	ext2fs_direct_put(fs, bp->b_data, &dot, EXT2FS_DIRSIZ(1));
	ext2fs_direct_put(fs, (uint8_t *)bp->b_data + EXT2FS_DIRSIZ(1),
	    &dotdot, fs->e2fs_bsize - EXT2FS_DIRSIZ(1));
	return ext2fs_dir_grown(vp, bp);
}

static int
make_link(struct vnode *vp, const char *target, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	size_t len = strlen(target);
	struct buf *bp;
	int error;

	if (len < sizeof(ip->i_din.e2di_blocks))
		memcpy(ip->i_din.e2di_blocks, target, len);
	else if (len > ITOFS(ip)->e2fs_bsize)
		return ENAMETOOLONG;
	else {
		make_mapped(ip);
		error = ext2fs_balloc(ip, 0, (int)len, true, cred, &bp);
		if (error != 0)
			return error;
		memcpy(bp->b_data, target, len);
		error = ext2fs_metawrite(vp, bp);
		if (error != 0)
			return error;
	}
	ip->i_size = len;
	uvm_vnp_setsize(vp, (voff_t)len);
	ext2fs_modified(ip);
	return ext2fs_update_ordered(ip);
}

/*
 * Contents, then the name.  vp is locked.
 */
static int
make_named(struct vnode *dvp, struct vnode *vp, const struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct inode *dp = VTOI(dvp);
	struct ext2fs_newent ne = { VTOI(vp)->i_number, vap->va_type,
	    cnp->cn_nameptr, cnp->cn_namelen };
	int error = 0;

	if (vap->va_type == VDIR) {
		error = make_dir(vp, dvp);
		if (error == 0)
			error = ext2fs_linkdir(dp);
	} else if (vap->va_type == VLNK)
		error = make_link(vp, target, cnp->cn_cred);
	if (error != 0)
		return error;
	error = ext2fs_direnter(dvp, &ne);
	if (error != 0 && vap->va_type == VDIR)
		ext2fs_unlinkdir(dp);
	return error;
}

/*
 * Make a file of any type under the name cnp in dvp; *vpp is referenced and
 * unlocked.
 */
int
ext2fs_makefile(struct vnode *dvp, struct vnode **vpp, struct vattr *vap,
    struct componentname *cnp, const char *target)
{
	struct vnode *vp;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	*vpp = NULL;
	if (VTOI(dvp)->i_din.e2di_nlink == 0)
		return ENOENT;		/* the directory was removed */
	error = vcache_new(dvp->v_mount, dvp, vap, cnp->cn_cred, &vp);
	if (error != 0)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(vp);
		return error;
	}
	error = make_named(dvp, vp, vap, cnp, target);
	if (error != 0) {
		/* What nobody names goes with its last reference. */
		VTOI(vp)->i_din.e2di_nlink = 0;
		ext2fs_modified(VTOI(vp));
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
