/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_free.c - the end of files: without names, without users.
 *
 * Order	VOP_INACTIVE gives the blocks back and writes the dead inode;
 *		VOP_RECLAIM gives the number back, when no vnode has it any
 *		more.
 *
 * Orphans	files that another system removed while they were open, in a
 *		chain through their time of deletion; freed by the first mount
 *		for writing.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	yes.
 * Errors	what cannot be freed is left to e2fsck.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include "ext2fs.h"

#define	EA_MAGIC	0xea020000U
#define	EA_REFCOUNT	4

/*
 * One user less of a block of extended attributes.
 */
static void
free_ea(struct inode *ip)
{
	struct ufsmount *ump = ip->i_ump;
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t blk = ip->i_din.e2di_facl, refs;
	struct buf *bp;
	uint8_t *p;

	ip->i_din.e2di_facl = 0;
	if (blk == 0 || !ext2fs_blocks_valid(fs, blk, 1) ||
	    bread(ump->um_devvp, EXT2_FSBTODB(fs, blk), (int)fs->e2fs_bsize,
	    0, &bp) != 0)
		return;
	p = bp->b_data;
	refs = le32dec(p + EA_REFCOUNT);
	if (bp->b_resid != 0 || le32dec(p) != EA_MAGIC || refs == 0) {
		brelse(bp, 0);
		return;
	}
	if (refs > 1) {
		le32enc(p + EA_REFCOUNT, refs - 1);
		bdwrite(bp);
	} else {
		brelse(bp, 0);
		ext2fs_metafree(ump, blk);
	}
}

static bool
free_writable(const struct inode *ip)
{
	return (ip->i_ump->um_openflags & FWRITE) != 0;
}

int
ext2fs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	struct ext2fs_dinode *di = &ip->i_din;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	*ap->a_recycle = di->e2di_nlink == 0;
	if (di->e2di_nlink == 0 && free_writable(ip)) {
		/* Set first: the write of the shorter inode has it. */
		di->e2di_dtime = (uint32_t)time_second;
		free_ea(ip);
		(void)ext2fs_truncate(ip, 0, NOCRED);
		di->e2di_nblock = 0;
		ext2fs_modified(ip);
		(void)ext2fs_update_ordered(ip);
	}
	VOP_UNLOCK(vp);
	return 0;
}

int
ext2fs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	struct ufsmount *ump = ip->i_ump;
	bool gone = ip->i_din.e2di_nlink == 0 && free_writable(ip);

	(void)ext2fs_update(ip, false);
	vcache_remove(vp->v_mount, &ip->i_number, sizeof(ip->i_number));
	vp->v_data = NULL;
	if (gone)
		ext2fs_ifree(ump, ip->i_number, vp->v_type == VDIR);
	ext2fs_inode_free(ip);
	return 0;
}

/*
 * One orphan: without links it goes, else only what is behind its end.
 */
static int
orphan_free(struct mount *mp, ino_t ino, uint32_t *nextp)
{
	struct vnode *vp;
	struct inode *ip;
	uint64_t size;
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), &vp);
	if (error != 0)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(vp);
		return error;
	}
	ip = VTOI(vp);
	*nextp = ip->i_din.e2di_dtime;
	ip->i_din.e2di_dtime = 0;
	ext2fs_modified(ip);
	if (ip->i_din.e2di_nlink > 0 && vp->v_type == VREG) {
		size = ip->i_size;
		ip->i_size = size + 1;
		error = ext2fs_truncate(ip, size, NOCRED);
	}
	vput(vp);
	return error;
}

void
ext2fs_orphans(struct mount *mp)
{
	struct ufsmount *ump = VFSTOUFS(mp);
	struct m_ext2fs *fs = &ump->um_e2fs;
	uint32_t ino = le32dec(fs->e2fs_sb + SB_ORPHAN), next, n;

	if (ino == 0)
		return;
	ump->um_orphans = true;
	for (n = 0; ino != 0 && n < fs->e2fs_icount; n++, ino = next) {
		if (ino < EXT2_FIRSTINO || orphan_free(mp, ino, &next) != 0)
			break;
	}
	ump->um_orphans = false;
	printf("ext2fs: %u removed files freed\n", n);
	mutex_enter(&ump->um_lock);
	le32enc(fs->e2fs_sb + SB_ORPHAN, 0);
	fs->e2fs_fmod = true;
	mutex_exit(&ump->um_lock);
}
