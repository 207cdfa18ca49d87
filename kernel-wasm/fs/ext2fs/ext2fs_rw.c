/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_rw.c - writing files, and making writes durable.
 *
 * Data		IO_SYNC: written before VOP_WRITE returns.  Else a block that
 *		is full goes out soon, a part of one when the syncer comes.
 *
 * Locking	the vnode is locked exclusively.
 * Sleeps	yes.
 * Errors	EFBIG, ENOSPC, EIO; EROFS a mount that became read-only.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "ext2fs.h"

/*
 * One block's part of a write.
 */
static int
rw_block(struct inode *ip, struct uio *uio, int ioflag, kauth_cred_t cred)
{
	struct m_ext2fs *fs = ITOFS(ip);
	off_t off = uio->uio_offset;
	uint32_t boff = ext2_blkoff(fs, off);
	size_t n = MIN(fs->e2fs_bsize - boff, uio->uio_resid);
	bool whole = boff == 0 && (n == fs->e2fs_bsize ||
	    (uint64_t)off + n >= ip->i_size);
	struct buf *bp;
	int error;

	error = ext2fs_balloc(ip, off, (int)n, whole, cred, &bp);
	if (error != 0)
		return error;
	error = uiomove((uint8_t *)bp->b_data + boff, n, uio);
	if ((uint64_t)uio->uio_offset > ip->i_size) {
		ip->i_size = (uint64_t)uio->uio_offset;
		uvm_vnp_setsize(ip->i_vnode, uio->uio_offset);
	}
	if ((ioflag & IO_SYNC) != 0) {
		int e = bwrite(bp);

		return error != 0 ? error : e;
	}
	if (boff + n == fs->e2fs_bsize &&
	    (ip->i_vnode->v_mount->mnt_flag & MNT_ASYNC) == 0)
		bawrite(bp);
	else
		bdwrite(bp);
	return error;
}

/*
 * A write that failed is undone: the file is as long as it was.
 */
static void
rw_undo(struct inode *ip, struct uio *uio, uint64_t size, off_t offset,
    size_t resid)
{
	(void)ext2fs_truncate(ip, size, NOCRED);
	uio->uio_offset = offset;
	uio->uio_resid = resid;
}

/*
 * Who writes to a set-id program is not its owner any more.
 */
static void
rw_dropsetid(struct inode *ip, kauth_cred_t cred)
{
	if ((ip->i_mode & (S_ISUID | S_ISGID)) != 0 && cred != NOCRED &&
	    kauth_cred_geteuid(cred) != 0)
		ip->i_mode &= (uint16_t)~(S_ISUID | S_ISGID);
}

static int
rw_check(struct inode *ip, const struct uio *uio)
{
	struct m_ext2fs *fs = ITOFS(ip);
	uint64_t max = ext2fs_maxfilesize(fs,
	    (ip->i_din.e2di_flags & EXT2_EXTENTS) != 0);

	if ((ip->i_vnode->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	if (uio->uio_offset < 0)
		return EINVAL;
	if ((ip->i_din.e2di_flags & EXT2_APPEND) != 0 &&
	    (uint64_t)uio->uio_offset != ip->i_size)
		return EPERM;
	if ((uint64_t)uio->uio_offset > max ||
	    uio->uio_resid > max - (uint64_t)uio->uio_offset)
		return EFBIG;
	return 0;
}

int
ext2fs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	struct uio *uio = ap->a_uio;
	uint64_t had = ip->i_size;
	size_t resid = uio->uio_resid;
	off_t start;
	int error;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if ((ap->a_ioflag & IO_APPEND) != 0)
		uio->uio_offset = (off_t)ip->i_size;
	error = rw_check(ip, uio);
	if (error != 0 || resid == 0)
		return error;
	start = uio->uio_offset;
	while (error == 0 && uio->uio_resid > 0)
		error = rw_block(ip, uio, ap->a_ioflag, ap->a_cred);
	if (error != 0)
		rw_undo(ip, uio, had, start, resid);
	if (uio->uio_resid < resid) {
		rw_dropsetid(ip, ap->a_cred);
		ext2fs_touch(ip, IN_CHANGE | IN_UPDATE);
		VN_KNOTE(vp, ip->i_size > had ? NOTE_WRITE | NOTE_EXTEND :
		    NOTE_WRITE);
	}
	/* With the indirect blocks that were changed. */
	if (error == 0 && (ap->a_ioflag & IO_SYNC) != 0)
		error = vflushbuf(vp, FSYNC_WAIT);
	if (error == 0 && (ap->a_ioflag & IO_SYNC) != 0)
		error = ext2fs_update(ip, true);
	return error;
}

int
ext2fs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	bool wait = (ap->a_flags & FSYNC_WAIT) != 0;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	error = vflushbuf(vp, ap->a_flags);
	if (error == 0)
		error = ext2fs_update(ip, false);
	/* Inode, block maps and the bits that say that they are in use. */
	if (error == 0 && wait && (ap->a_flags & FSYNC_RECLAIM) == 0)
		error = ext2fs_flush(ip->i_ump, true);
	return error;
}

int
ext2fs_spec_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	int error;

	error = VOCALL(spec_vnodeop_p, VOFFSET(vop_fsync), v);
	if (error == 0)
		error = ext2fs_update(VTOI(ap->a_vp),
		    (ap->a_flags & FSYNC_WAIT) != 0);
	return error;
}
