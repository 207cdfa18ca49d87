/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_node.c - files in memory: from an inode to a vnode and back.
 *
 * A file without a name lives on until nobody has it open: then VOP_INACTIVE
 * gives its blocks back, and VOP_RECLAIM its inode, when no vnode stands for
 * it any more.
 *
 * Locking	a vnode that is loaded is not visible yet, one that is
 *		reclaimed not any more; else it is locked.  Times: v_interlock.
 * Sleeps	yes.
 * Errors	EINVAL no such number; ESTALE a free inode; EIO an inode that
 *		is no file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "v7fs_extern.h"

#define	DIR_MAXSIZE	(16u << 20)	/* a million names are enough */

/*
 * The block of the i-list with this inode, owned; *pp: its 64 bytes.
 */
int
v7fs_dinode_get(struct v7fs_mount *fs, ino_t ino, struct buf **bpp,
    uint8_t **pp)
{
	uint32_t n;
	int error;

	if (ino < V7FS_ROOT_INODE || ino > fs->fs_maxino)
		return EINVAL;
	n = (uint32_t)ino - 1;
	error = bread(fs->fs_devvp, V7FS_ILIST_SECTOR +
	    n / V7FS_INODE_PER_BLOCK, V7FS_BSIZE, 0, bpp);
	if (error != 0)
		return error;
	if ((*bpp)->b_resid != 0) {
		brelse(*bpp, BC_INVAL);
		return EIO;
	}
	*pp = (uint8_t *)(*bpp)->b_data +
	    n % V7FS_INODE_PER_BLOCK * V7FS_INODE_SIZE;
	return 0;
}

static int
node_read(struct v7fs_node *np)
{
	struct buf *bp;
	uint8_t *p;
	int error;

	error = v7fs_dinode_get(np->n_fs, np->n_ino, &bp, &p);
	if (error != 0)
		return error;
	v7fs_dinode_decode(np->n_fs->fs_endian, p, &np->n_din);
	brelse(bp, 0);
	return 0;
}

/*
 * What no honest inode says.  A directory has no holes, so it cannot be
 * larger than the disk.
 */
static int
node_check(const struct v7fs_node *np)
{
	const struct v7fs_dinode *di = &np->n_din;

	if (di->di_mode == 0 || di->di_nlink == 0)
		return ESTALE;
	switch (di->di_mode & V7FS_IFMT) {
	case V7FS_IFDIR:
		return di->di_size % V7FS_DIRENT_SIZE != 0 ||
		    di->di_size > DIR_MAXSIZE || di->di_size >>
		    V7FS_BSHIFT > np->n_fs->fs_super.s_fsize ? EIO : 0;
	case V7FS_IFREG:
	case V7FS_IFLNK:
		return di->di_size > V7FS_MAX_FILESIZE ? EIO : 0;
	case V7FS_IFCHR:
	case V7FS_IFBLK:
	case V7FS_IFIFO:
	case V7FS_IFSOCK:
		return 0;
	default:
		return EIO;
	}
}

/*
 * A fresh vnode becomes the file np tells of.
 */
static void
node_vinit(struct vnode *vp, struct v7fs_node *np)
{
	uint32_t dev = np->n_din.di_addr[0];

	np->n_vnode = vp;
	vp->v_tag = VT_V7FS;
	vp->v_op = v7fs_vnodeop_p;
	vp->v_data = np;
	vp->v_type = IFTOVT(np->n_din.di_mode);
	if (np->n_ino == V7FS_ROOT_INODE)
		vp->v_vflag |= VV_ROOT;
	if (vp->v_type == VFIFO)
		vp->v_op = v7fs_fifoop_p;
	else if (vp->v_type == VCHR || vp->v_type == VBLK) {
		vp->v_op = v7fs_specop_p;
		spec_node_init(vp, makedev(dev >> 8 & 0xff, dev & 0xff));
	}
	uvm_vnp_setsize(vp, (voff_t)np->n_din.di_size);
}

int
v7fs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct v7fs_node *np = kmem_zalloc(sizeof(*np), KM_SLEEP);
	int error;

	KASSERT(keylen == sizeof(np->n_ino));
	memcpy(&np->n_ino, key, keylen);
	np->n_fs = VFSTOV7FS(mp);
	error = node_read(np);
	if (error == 0)
		error = node_check(np);
	if (error != 0) {
		kmem_free(np, sizeof(*np));
		return error;
	}
	node_vinit(vp, np);
	*newkey = &np->n_ino;
	return 0;
}

/*
 * The inode of a new file of dvp's.
 */
static int
new_dinode(const struct v7fs_node *dp, const struct vattr *vap,
    kauth_cred_t cred, struct v7fs_dinode *di)
{
	struct timespec now;
	int member = 0;

	memset(di, 0, sizeof(*di));
	if (kauth_cred_geteuid(cred) > UINT16_MAX)
		return EINVAL;
	di->di_uid = (uint16_t)kauth_cred_geteuid(cred);
	di->di_gid = dp->n_din.di_gid;
	di->di_mode = (uint16_t)MAKEIMODE(vap->va_type,
	    vap->va_mode & ALLPERMS);
	if ((di->di_mode & S_ISGID) != 0 && di->di_uid != 0 &&
	    kauth_cred_getegid(cred) != di->di_gid &&
	    (kauth_cred_ismember_gid(cred, di->di_gid, &member) != 0 ||
	    !member))
		di->di_mode &= (uint16_t)~S_ISGID;
	di->di_nlink = vap->va_type == VDIR ? 2 : 1;
	vfs_timestamp(&now);
	di->di_atime = di->di_mtime = di->di_ctime = (uint32_t)now.tv_sec;
	if (vap->va_type == VCHR || vap->va_type == VBLK) {
		if (major(vap->va_rdev) > 255 || minor(vap->va_rdev) > 255)
			return EINVAL;
		di->di_addr[0] = (uint32_t)(major(vap->va_rdev) << 8 |
		    minor(vap->va_rdev));
	}
	return 0;
}

int
v7fs_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp,
    struct vattr *vap, kauth_cred_t cred, size_t *key_len,
    const void **new_key)
{
	struct v7fs_node *np = kmem_zalloc(sizeof(*np), KM_SLEEP);
	int error;

	np->n_fs = VFSTOV7FS(mp);
	error = new_dinode(VTOV7(dvp), vap, cred, &np->n_din);
	if (error == 0)
		error = v7fs_ialloc(np->n_fs, &np->n_din, &np->n_ino);
	if (error == 0 && vcache_inuse(mp, &np->n_ino, sizeof(np->n_ino)))
		error = EIO;	/* free on the disk only */
	if (error != 0) {
		kmem_free(np, sizeof(*np));
		return error;
	}
	node_vinit(vp, np);
	*key_len = sizeof(np->n_ino);
	*new_key = &np->n_ino;
	return 0;
}

/*
 * The inode differs from the disk; the syncer writes it if nobody does
 * before.
 */
void
v7fs_modified(struct v7fs_node *np)
{
	if ((atomic_load_relaxed(&np->n_flag) & V7N_MODIFIED) != 0)
		return;
	atomic_or_uint(&np->n_flag, V7N_MODIFIED);
	vn_syncer_add_to_worklist(np->n_vnode, filedelay);
}

/*
 * Times become the present, as far as the mount wants it.
 */
void
v7fs_touch(struct v7fs_node *np, u_int what)
{
	struct vnode *vp = np->n_vnode;
	struct v7fs_dinode *di = &np->n_din;
	int flag = vp->v_mount->mnt_flag;
	struct timespec now;

	if ((flag & MNT_NOATIME) != 0)
		what &= ~V7N_ACCESS;
	if (what == 0 || (flag & MNT_RDONLY) != 0)
		return;
	vfs_timestamp(&now);
	mutex_enter(vp->v_interlock);
	if ((what & V7N_ACCESS) != 0)
		di->di_atime = (uint32_t)now.tv_sec;
	if ((what & V7N_UPDATE) != 0)
		di->di_mtime = (uint32_t)now.tv_sec;
	if ((what & V7N_CHANGE) != 0)
		di->di_ctime = (uint32_t)now.tv_sec;
	mutex_exit(vp->v_interlock);
	v7fs_modified(np);
}

int
v7fs_update(struct v7fs_node *np, bool wait)
{
	struct v7fs_mount *fs = np->n_fs;
	struct vnode *vp = np->n_vnode;
	struct buf *bp;
	uint8_t *p;
	int error;

	if ((atomic_load_relaxed(&np->n_flag) & V7N_MODIFIED) == 0 ||
	    fs->fs_ronly)
		return 0;
	error = v7fs_dinode_get(fs, np->n_ino, &bp, &p);
	if (error != 0)
		return error;
	/* Who changes a time from here on says so again. */
	atomic_and_uint(&np->n_flag, ~V7N_MODIFIED);
	mutex_enter(vp->v_interlock);
	v7fs_dinode_encode(fs->fs_endian, &np->n_din, p);
	mutex_exit(vp->v_interlock);
	if (wait)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/*
 * As the mount wants changes of names and lengths: now, or with MNT_ASYNC
 * some time.
 */
int
v7fs_update_ordered(struct v7fs_node *np)
{
	return v7fs_update(np,
	    (np->n_fs->fs_mountp->mnt_flag & MNT_ASYNC) == 0);
}

/* Without a name, on a disk that can be written: the end of a file. */
static bool
node_gone(const struct v7fs_node *np)
{
	return np->n_din.di_nlink == 0 && !np->n_fs->fs_ronly;
}

int
v7fs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct v7fs_node *np = VTOV7(vp);

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (node_gone(np) && (vp->v_type == VREG || vp->v_type == VDIR ||
	    vp->v_type == VLNK))
		(void)v7fs_truncate(np, 0);
	*ap->a_recycle = np->n_din.di_nlink == 0;
	VOP_UNLOCK(vp);
	return 0;
}

int
v7fs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct v7fs_node *np = VTOV7(vp);

	(void)v7fs_update(np, false);
	vcache_remove(vp->v_mount, &np->n_ino, sizeof(np->n_ino));
	vp->v_data = NULL;
	if (node_gone(np) && np->n_ino > V7FS_ROOT_INODE)
		v7fs_ifree(np->n_fs, np->n_ino);
	kmem_free(np, sizeof(*np));
	return 0;
}
