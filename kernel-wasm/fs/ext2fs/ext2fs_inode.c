/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_inode.c - from an inode number to a loaded vnode, and back.
 *
 * Locking	none: the vnode is not visible yet, or not any more.
 *		Times: v_interlock.
 * Sleeps	reads the inode's block.
 * Errors	EINVAL a number out of range; ESTALE a free inode; EIO an inode
 *		that is no file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ext2fs.h"

#define	DIR_MAXSIZE	((uint64_t)1 << 30)

/*
 * The block of the inode table with this inode, owned; *pp: its slot.
 */
int
ext2fs_inode_get(struct ufsmount *ump, ino_t ino, struct buf **bpp,
    uint8_t **pp)
{
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t blk, off;
	int error;

	error = ext2fs_inode_place(fs, ino, &blk, &off);
	if (error != 0)
		return error;
	error = bread(ump->um_devvp, EXT2_FSBTODB(fs, blk),
	    (int)fs->e2fs_bsize, 0, bpp);
	if (error != 0)
		return error;
	if ((*bpp)->b_resid != 0) {
		brelse(*bpp, BC_INVAL);
		return EIO;
	}
	*pp = (uint8_t *)(*bpp)->b_data + off;
	return 0;
}

static int
inode_read(struct inode *ip)
{
	struct m_ext2fs *fs = ITOFS(ip);
	struct buf *bp;
	uint8_t *p;
	int error;

	error = ext2fs_inode_get(ip->i_ump, ip->i_number, &bp, &p);
	if (error != 0)
		return error;
	ext2fs_dinode_decode(fs, p, &ip->i_din);
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
	const struct m_ext2fs *fs = ITOFS(ip);
	bool extents = (ip->i_din.e2di_flags & EXT2_EXTENTS) != 0;

	if (ip->i_mode == 0 || (ip->i_din.e2di_nlink == 0 &&
	    !ip->i_ump->um_orphans))
		return ESTALE;
	if ((ip->i_din.e2di_flags & EXT2_FOREIGN) != 0)
		return EIO;
	switch (ip->i_mode & S_IFMT) {
	case S_IFDIR:
		if (ip->i_size > (uint64_t)fs->e2fs_bcount <<
		    fs->e2fs_bshift || ip->i_size > DIR_MAXSIZE ||
		    ext2_blkoff(fs, ip->i_size) != 0)
			return EIO;
		return 0;
	case S_IFREG:
	case S_IFLNK:
		return ip->i_size > ext2fs_maxfilesize(fs, extents) ? EIO : 0;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	default:
		return EIO;
	}
}

/*
 * The device number: the old form, or when that is zero the new one.
 */
dev_t
ext2fs_rdev(const struct inode *ip)
{
	uint32_t v = le32dec(ip->i_din.e2di_blocks);

	if (v != 0)
		return makedev((v >> 8) & 0xff, v & 0xff);
	v = le32dec(ip->i_din.e2di_blocks + 4);
	return makedev((v >> 8) & 0xfff, (v & 0xff) | ((v >> 12) & 0xfff00));
}

struct inode *
ext2fs_inode_alloc(struct mount *mp, struct vnode *vp, ino_t ino)
{
	struct inode *ip = kmem_zalloc(sizeof(*ip), KM_SLEEP);

	ip->i_number = ino;
	ip->i_ump = VFSTOUFS(mp);
	ip->i_vnode = vp;
	mutex_init(&ip->i_extlock, MUTEX_DEFAULT, 0);
	return ip;
}

void
ext2fs_inode_free(struct inode *ip)
{
	ext2fs_ext_free(ip);
	mutex_destroy(&ip->i_extlock);
	kmem_free(ip, sizeof(*ip));
}

/*
 * A fresh vnode becomes the file ip tells of.
 */
void
ext2fs_vinit(struct vnode *vp, struct inode *ip)
{
	vp->v_tag = VT_EXT2FS;
	vp->v_op = ext2fs_vnodeop_p;
	vp->v_data = ip;
	vp->v_type = IFTOVT(ip->i_mode);
	if (ip->i_number == EXT2_ROOTINO)
		vp->v_vflag |= VV_ROOT;
	if (vp->v_type == VFIFO)
		vp->v_op = ext2fs_fifoop_p;
	else if (vp->v_type == VCHR || vp->v_type == VBLK) {
		vp->v_op = ext2fs_specop_p;
		spec_node_init(vp, ext2fs_rdev(ip));
	}
	uvm_vnp_setsize(vp, (voff_t)ip->i_size);
}

int
ext2fs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct inode *ip;
	ino_t ino;
	int error;

	KASSERT(keylen == sizeof(ino));
	memcpy(&ino, key, sizeof(ino));
	ip = ext2fs_inode_alloc(mp, vp, ino);
	error = inode_read(ip);
	if (error == 0)
		error = inode_check(ip);
	if (error == 0 && (ip->i_ump->um_openflags & FWRITE) != 0 &&
	    !ext2fs_iallocated(ip->i_ump, ino))
		error = EIO;
	if (error != 0) {
		ext2fs_inode_free(ip);
		return error;
	}
	ext2fs_vinit(vp, ip);
	*newkey = &ip->i_number;
	return 0;
}

/*
 * Times become the present, as far as the mount wants it.
 */
void
ext2fs_touch(struct inode *ip, u_int what)
{
	struct vnode *vp = ip->i_vnode;
	struct ext2fs_dinode *di = &ip->i_din;
	int flag = vp->v_mount->mnt_flag;
	struct timespec now;

	if ((flag & MNT_RDONLY) != 0)
		return;
	if ((flag & MNT_NOATIME) != 0)
		what &= ~(u_int)IN_ACCESS;
	if (what == 0)
		return;
	vfs_timestamp(&now);
	ext2fs_dinode_clip(ITOFS(ip), di, &now);
	mutex_enter(vp->v_interlock);
	if ((flag & MNT_RELATIME) != 0 && what == IN_ACCESS &&
	    timespeccmp(&di->e2di_atime, &di->e2di_mtime, >) &&
	    timespeccmp(&di->e2di_atime, &di->e2di_ctime, >) &&
	    now.tv_sec - di->e2di_atime.tv_sec < 24 * 60 * 60) {
		mutex_exit(vp->v_interlock);
		return;
	}
	if ((what & IN_ACCESS) != 0)
		di->e2di_atime = now;
	if ((what & IN_UPDATE) != 0)
		di->e2di_mtime = now;
	if ((what & IN_CHANGE) != 0)
		di->e2di_ctime = now;
	mutex_exit(vp->v_interlock);
	ext2fs_modified(ip);
}
