/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_inode.c - from an inode number to a loaded vnode, and back.
 *
 * Locking	none: the vnode is not visible yet.
 * Sleeps	reads the inode's block.
 * Errors	EINVAL a number out of range; ESTALE a free inode; EIO an inode
 *		that is no file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ffs.h"

#define	DIR_MAXSIZE	((uint64_t)1 << 30)

static int
inode_read(struct inode *ip)
{
	struct ufsmount *ump = ip->i_ump;
	struct fs *fs = &ump->um_fs;
	struct buf *bp;
	uint64_t blk;
	uint32_t off;
	int error;

	error = ffs_inode_place(fs, ip->i_number, &blk, &off);
	if (error != 0)
		return error;
	error = bread(ump->um_devvp, fsbtodb(fs, blk), (int)fs->fs_bsize, 0,
	    &bp);
	if (error != 0)
		return error;
	if (bp->b_resid != 0) {
		brelse(bp, BC_INVAL);
		return EIO;
	}
	ufs_dinode_decode(fs, (const uint8_t *)bp->b_data + off, &ip->i_din);
	brelse(bp, 0);
	return 0;
}

/*
 * What no honest inode says.  A directory has no holes, so that it cannot be
 * larger than the disk; one that claims so would be read for years.
 */
static int
inode_check(const struct inode *ip)
{
	const struct fs *fs = ITOFS(ip);

	if (ip->i_mode == 0)
		return ESTALE;
	switch (ip->i_mode & S_IFMT) {
	case S_IFDIR:
		if (ip->i_size > fsbtobyte(fs, fs->fs_size) ||
		    ip->i_size > DIR_MAXSIZE)
			return EIO;
		return 0;
	case S_IFREG:
	case S_IFLNK:
		if (ip->i_size > ITOFS(ip)->fs_maxfilesize)
			return EIO;
		return 0;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	default:
		return EIO;
	}
}

int
ffs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct inode *ip;
	int error;

	KASSERT(keylen == sizeof(ip->i_number));
	ip = kmem_zalloc(sizeof(*ip), KM_SLEEP);
	memcpy(&ip->i_number, key, sizeof(ip->i_number));
	ip->i_ump = VFSTOUFS(mp);
	ip->i_vnode = vp;
	error = inode_read(ip);
	if (error == 0)
		error = inode_check(ip);
	if (error != 0) {
		kmem_free(ip, sizeof(*ip));
		return error;
	}
	vp->v_tag = VT_UFS;
	vp->v_op = ffs_vnodeop_p;
	vp->v_data = ip;
	vp->v_type = IFTOVT(ip->i_mode);
	if (ip->i_number == UFS_ROOTINO)
		vp->v_vflag |= VV_ROOT;
	if (vp->v_type == VFIFO)
		vp->v_op = ffs_fifoop_p;
	else if (vp->v_type == VCHR || vp->v_type == VBLK) {
		vp->v_op = ffs_specop_p;
		spec_node_init(vp, (dev_t)ip->i_din.di_rdev);
	}
	uvm_vnp_setsize(vp, (voff_t)ip->i_size);
	*newkey = &ip->i_number;
	return 0;
}

int
ffs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);

	vcache_remove(vp->v_mount, &ip->i_number, sizeof(ip->i_number));
	vp->v_data = NULL;
	kmem_free(ip, sizeof(*ip));
	return 0;
}
