/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_inode.c - inodes in memory: load, make, write back, free.
 *
 * States of a removed file
 *	i_nlink 0, open -> ffs_inactive(): truncated, mode 0 on the disk ->
 *	ffs_reclaim(): its number is free.  The number is given back last, so
 *	that who gets it next never meets the old vnode.
 *
 * Locking	loading: none, the vnode is not visible yet; else the vnode
 *		lock; um_lock over the times.
 * Sleeps	reads and writes the inode's block.
 * Errors	EINVAL a number out of range; ESTALE a free inode; EIO an inode
 *		that is no file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/cprng.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/pool.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ffs.h"
#include "ffs_log.h"

#define	VALLOC_TRIES	8		/* inodes that were not free */

static pool_cache_t ffs_inode_cache;

/*
 * The block that holds the inode, and where in it.
 */
static int
inode_block(struct inode *ip, struct buf **bpp, uint8_t **atp)
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
	error = ffs_metaread(ump, ump->um_devvp, fsbtodb(fs, blk),
	    (int)fs->fs_bsize, &bp);
	if (error != 0)
		return error;
	*bpp = bp;
	*atp = (uint8_t *)bp->b_data + off;
	return 0;
}

static int
inode_read(struct inode *ip)
{
	struct buf *bp;
	uint8_t *at;
	int error;

	error = inode_block(ip, &bp, &at);
	if (error != 0)
		return error;
	ufs_dinode_decode(ITOFS(ip), at, &ip->i_din);
	brelse(bp, 0);
	return 0;
}

/*
 * Is the text of this link in the inode itself?
 */
bool
ffs_shortlink(const struct inode *ip)
{
	const struct fs *fs = ITOFS(ip);

	if (fs->fs_maxsymlinklen > 0)
		return ip->i_size < (uint64_t)fs->fs_maxsymlinklen;
	return fs->fs_maxsymlinklen == 0 && ip->i_din.di_blocks == 0 &&
	    ip->i_size < 60;
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
		    ip->i_size > FFS_DIRMAXSIZE)
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

static struct inode *
inode_alloc(struct ufsmount *ump, struct vnode *vp, ino_t ino)
{
	struct inode *ip = pool_cache_get(ffs_inode_cache, PR_WAITOK);

	memset(ip, 0, sizeof(*ip));
	ip->i_number = ino;
	ip->i_ump = ump;
	ip->i_vnode = vp;
	return ip;
}

void
ffs_inode_init(void)
{
	ffs_inode_cache = pool_cache_init(sizeof(struct inode), 0, 0, 0,
	    "ffsinopl", NULL, 0, NULL, NULL, NULL);
}

void
ffs_inode_fini(void)
{
	pool_cache_destroy(ffs_inode_cache);
}

/*
 * Bind a vnode to its inode.
 */
static void
inode_attach(struct inode *ip)
{
	struct vnode *vp = ip->i_vnode;

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
}

int
ffs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct inode *ip;
	ino_t ino;
	int error;

	KASSERT(keylen == sizeof(ino));
	memcpy(&ino, key, sizeof(ino));
	ip = inode_alloc(VFSTOUFS(mp), vp, ino);
	error = inode_read(ip);
	if (error == 0)
		error = inode_check(ip);
	if (error != 0) {
		pool_cache_put(ffs_inode_cache, ip);
		return error;
	}
	inode_attach(ip);
	*newkey = &ip->i_number;
	return 0;
}

/*
 * A free inode near dp.  One that is in use whatever its bit said stays
 * marked, and another is tried.
 */
static int
newvnode_inode(struct inode *dp, struct inode *ip, mode_t mode)
{
	int error, tries;

	for (tries = 0; tries < VALLOC_TRIES; tries++) {
		error = ffs_valloc(dp, mode, &ip->i_number);
		if (error != 0)
			return error;
		error = inode_read(ip);
		if (error != 0)
			return error;
		if (ip->i_mode == 0 && !vcache_inuse(ip->i_ump->um_mountp,
		    &ip->i_number, sizeof(ip->i_number)))
			return 0;
		printf("ffs: inode %llu marked free is in use, mode 0%o\n",
		    (unsigned long long)ip->i_number, ip->i_mode);
	}
	return EIO;
}

/*
 * Owner is the effective user, group the directory's (BSD rule).  The new
 * file has no link until its name is made.
 */
int
ffs_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp,
    struct vattr *vap, kauth_cred_t cred, size_t *keylen,
    const void **newkey)
{
	mode_t mode = (mode_t)MAKEIMODE(vap->va_type, vap->va_mode);
	struct inode *dp = VTOI(dvp), *ip;
	struct ufs_dinode *di;
	int32_t gen;
	int error;

	ip = inode_alloc(VFSTOUFS(mp), vp, 0);
	error = newvnode_inode(dp, ip, mode);
	if (error != 0) {
		pool_cache_put(ffs_inode_cache, ip);
		return error;
	}
	di = &ip->i_din;
	gen = di->di_gen + 1;
	if (gen <= 1)
		gen = (int32_t)(cprng_fast32() >> 2) + 1;
	memset(di, 0, sizeof(*di));
	di->di_gen = gen;
	di->di_mode = mode;
	di->di_uid = kauth_cred_geteuid(cred);
	di->di_gid = dp->i_din.di_gid;
	if (vap->va_type == VCHR || vap->va_type == VBLK)
		di->di_rdev = (int64_t)(uint32_t)vap->va_rdev;
	if (ITOFS(ip)->fs_ufs2)
		vfs_timestamp(&di->di_birthtime);
	ffs_setflag(ip, IN_ACCESS | IN_CHANGE | IN_UPDATE);
	inode_attach(ip);
	*keylen = sizeof(ip->i_number);
	*newkey = &ip->i_number;
	return 0;
}

/*
 * Is the access time to be remembered?
 */
static bool
itimes_atime(const struct inode *ip, const struct timespec *now)
{
	const struct ufs_dinode *di = &ip->i_din;
	int flags = ip->i_ump->um_mountp->mnt_flag;

	if ((flags & MNT_RELATIME) == 0)
		return true;
	return timespeccmp(&di->di_atime, &di->di_mtime, <=) ||
	    timespeccmp(&di->di_atime, &di->di_ctime, <=) ||
	    now->tv_sec - di->di_atime.tv_sec >= 24 * 60 * 60;
}

/*
 * Times that are due become now.
 */
void
ffs_itimes(struct inode *ip)
{
	struct ufs_dinode *di = &ip->i_din;
	struct timespec now;
	unsigned flag = atomic_load_relaxed(&ip->i_flag);

	if ((flag & (IN_ACCESS | IN_CHANGE | IN_UPDATE)) == 0)
		return;
	vfs_timestamp(&now);
	if (!ITOFS(ip)->fs_ufs2)
		now.tv_sec = (int32_t)now.tv_sec;
	mutex_enter(&ip->i_ump->um_lock);
	if ((flag & IN_ACCESS) != 0 && itimes_atime(ip, &now)) {
		di->di_atime = now;
		atomic_or_uint(&ip->i_flag, IN_ACCESSED);
	}
	if ((flag & IN_UPDATE) != 0)
		di->di_mtime = now;
	if ((flag & IN_CHANGE) != 0)
		di->di_ctime = now;
	if ((flag & (IN_UPDATE | IN_CHANGE)) != 0)
		atomic_or_uint(&ip->i_flag, IN_MODIFIED);
	atomic_and_uint(&ip->i_flag, ~(unsigned)(IN_ACCESS | IN_CHANGE |
	    IN_UPDATE));
	mutex_exit(&ip->i_ump->um_lock);
}

static void
inode_encode(struct inode *ip, uint8_t *at)
{
	atomic_and_uint(&ip->i_flag, ~(unsigned)(IN_MODIFIED | IN_ACCESSED));
	ufs_dinode_encode(ITOFS(ip), &ip->i_din, ip->i_vnode->v_type ==
	    VLNK && ffs_shortlink(ip), at);
}

/*
 * The inode into the journal.
 */
static int
update_logged(struct inode *ip, unsigned flag)
{
	struct buf *bp;
	uint8_t *at;
	int error;

	if ((flag & (IN_MODIFIED | IN_ACCESSED)) == 0)
		return 0;
	ffs_log_begin(ip->i_ump);
	error = inode_block(ip, &bp, &at);
	if (error == 0) {
		inode_encode(ip, at);
		ffs_log_write(ip->i_ump, bp, (uint32_t)(at -
		    (uint8_t *)bp->b_data),
		    (uint32_t)ufs_dinode_size(ITOFS(ip)));
	}
	ffs_log_end(ip->i_ump);
	return error;
}

/*
 * The file has no name: the journal remembers it until it is gone.
 */
void
ffs_orphan(struct inode *ip)
{
	if (ip->i_ump->um_log != NULL)
		ffs_log_unlinked(ip->i_ump->um_log, ip->i_number, ip->i_mode);
}

/*
 * The inode into its block; wait: and the block to the disk.
 */
int
ffs_update(struct inode *ip, bool wait)
{
	struct buf *bp;
	uint8_t *at;
	unsigned flag;
	int error;

	if (ffs_isrdonly(ip->i_ump))
		return 0;
	ffs_itimes(ip);
	flag = atomic_load_relaxed(&ip->i_flag);
	if (!wait && (flag & (IN_MODIFIED | IN_ACCESSED)) == 0)
		return 0;
	if (ip->i_ump->um_log != NULL)
		return update_logged(ip, flag);
	error = inode_block(ip, &bp, &at);
	if (error != 0)
		return error;
	if ((flag & (IN_MODIFIED | IN_ACCESSED)) != 0)
		inode_encode(ip, at);
	else if ((bp->b_oflags & BO_DELWRI) == 0) {
		brelse(bp, 0);
		return 0;
	}
	if (!wait) {
		bdwrite(bp);
		return 0;
	}
	bp->b_flags |= B_MEDIA_FUA;
	return bwrite(bp);
}

/*
 * What changed in memory and in no buf goes out with the syncer.
 */
void
ffs_later(struct inode *ip)
{
	struct vnode *vp = ip->i_vnode;

	if (atomic_load_relaxed(&vp->v_synclist_slot) == 0)
		vn_syncer_add_to_worklist(vp, filedelay);
}

/*
 * Nobody uses the file, and nothing names it: its blocks are free, and the
 * disk says so.
 */
static void
inactive_free(struct inode *ip)
{
	struct vnode *vp = ip->i_vnode;

	if (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK)
		(void)ffs_truncate(ip, 0, NOCRED);
	ffs_ea_free(ip);
	ffs_dirhash_free(ip);
	ip->i_freemode = (mode_t)ip->i_mode;
	ip->i_mode = 0;
	ip->i_din.di_rdev = 0;
	ip->i_flags = 0;
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	(void)ffs_update(ip, false);
}

int
ffs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (!ffs_isrdonly(ip->i_ump)) {
		ffs_log_begin(ip->i_ump);
		if (ip->i_nlink == 0 && ip->i_mode != 0 &&
		    (vp->v_vflag & VV_ROOT) == 0)
			inactive_free(ip);
		else if ((atomic_load_relaxed(&ip->i_flag) & (IN_CHANGE |
		    IN_UPDATE | IN_MODIFIED)) != 0)
			(void)ffs_update(ip, false);
		ffs_log_end(ip->i_ump);
	}
	*ap->a_recycle = ip->i_mode == 0;
	VOP_UNLOCK(vp);
	return 0;
}

int
ffs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);

	(void)ffs_update(ip, false);
	ffs_dirhash_free(ip);
	vcache_remove(vp->v_mount, &ip->i_number, sizeof(ip->i_number));
	if (ip->i_mode == 0) {
		ffs_log_begin(ip->i_ump);
		(void)ffs_vfree(ip->i_ump, ip->i_number, ip->i_freemode);
		if (ip->i_ump->um_log != NULL)
			ffs_log_freed(ip->i_ump->um_log, ip->i_number);
		ffs_log_end(ip->i_ump);
	}
	vp->v_data = NULL;
	pool_cache_put(ffs_inode_cache, ip);
	return 0;
}
