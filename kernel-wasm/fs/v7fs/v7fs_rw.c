/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_rw.c - contents of files: read, write, and making it durable.
 *
 * Data		buffers of one block on the file's vnode.  IO_SYNC: written
 *		before VOP_WRITE returns; else when the syncer comes.
 *
 * fsync(2)	writes the superblock too: a block of the file must not be
 *		among the free ones.
 *
 * Locking	the vnode is locked; exclusively to write.
 * Sleeps	yes.
 * Errors	EFBIG behind 1,082,201,088 bytes; ENOSPC; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "v7fs_extern.h"

static int
rw_read(struct v7fs_node *np, struct uio *uio)
{
	struct bioread br = { .br_vp = np->n_vnode,
	    .br_size = np->n_din.di_size, .br_bshift = V7FS_BSHIFT,
	    .br_ra = &np->n_ra };
	int error;

	error = vn_bioread(&br, uio);
	v7fs_touch(np, V7N_ACCESS);
	return error;
}

int
v7fs_read(void *v)
{
	struct vop_read_args *ap = v;

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	if (ap->a_uio->uio_offset < 0)
		return EINVAL;
	return ap->a_uio->uio_resid == 0 ? 0 :
	    rw_read(VTOV7(ap->a_vp), ap->a_uio);
}

int
v7fs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;

	return ap->a_vp->v_type != VLNK ? EINVAL :
	    rw_read(VTOV7(ap->a_vp), ap->a_uio);
}

/* One block's part of a write. */
static int
rw_block(struct v7fs_node *np, struct uio *uio, int ioflag)
{
	off_t off = uio->uio_offset;
	uint32_t boff = (uint32_t)off & (V7FS_BSIZE - 1);
	size_t n = MIN(V7FS_BSIZE - boff, uio->uio_resid);
	bool whole = boff == 0 && (n == V7FS_BSIZE ||
	    (uint64_t)off + n >= np->n_din.di_size);
	struct buf *bp;
	int error, e;

	error = v7fs_getblk(np, off >> V7FS_BSHIFT, whole, &bp);
	if (error != 0)
		return error;
	error = uiomove((uint8_t *)bp->b_data + boff, n, uio);
	if (uio->uio_offset > np->n_din.di_size) {
		np->n_din.di_size = (uint32_t)uio->uio_offset;
		uvm_vnp_setsize(np->n_vnode, uio->uio_offset);
		v7fs_modified(np);
	}
	if ((ioflag & IO_SYNC) != 0) {
		e = bwrite(bp);
		return error != 0 ? error : e;
	}
	bdwrite(bp);
	return error;
}

/* Who writes to a set-id program is not its owner any more. */
static void
rw_dropsetid(struct v7fs_node *np, kauth_cred_t cred)
{
	if (cred != NOCRED && kauth_cred_geteuid(cred) != 0)
		np->n_din.di_mode &= (uint16_t)~(S_ISUID | S_ISGID);
}

static int
rw_check(struct vnode *vp, const struct uio *uio)
{
	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	if (uio->uio_offset < 0)
		return EINVAL;
	if ((uint64_t)uio->uio_offset > V7FS_MAX_FILESIZE || uio->uio_resid >
	    V7FS_MAX_FILESIZE - (uint64_t)uio->uio_offset)
		return EFBIG;
	return 0;
}

/*
 * All of it, or the file is as long as it was.
 */
static int
rw_write(struct v7fs_node *np, struct uio *uio, int ioflag)
{
	uint32_t had = np->n_din.di_size;
	size_t resid = uio->uio_resid;
	off_t start = uio->uio_offset;
	int error = 0;

	while (error == 0 && uio->uio_resid > 0)
		error = rw_block(np, uio, ioflag);
	if (error != 0) {
		(void)v7fs_truncate(np, had);
		uio->uio_offset = start;
		uio->uio_resid = resid;
	}
	return error;
}

int
v7fs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct v7fs_node *np = VTOV7(vp);
	struct uio *uio = ap->a_uio;
	uint32_t had = np->n_din.di_size;
	int error;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if ((ap->a_ioflag & IO_APPEND) != 0)
		uio->uio_offset = had;
	error = rw_check(vp, uio);
	if (error != 0 || uio->uio_resid == 0)
		return error;
	error = rw_write(np, uio, ap->a_ioflag);
	if (error != 0)
		return error;
	rw_dropsetid(np, ap->a_cred);
	v7fs_touch(np, V7N_CHANGE | V7N_UPDATE);
	VN_KNOTE(vp, np->n_din.di_size > had ? NOTE_WRITE | NOTE_EXTEND :
	    NOTE_WRITE);
	if ((ap->a_ioflag & IO_SYNC) == 0)
		return 0;
	/* With the indirect blocks that were changed. */
	error = vflushbuf(vp, FSYNC_WAIT);
	return error == 0 ? v7fs_update(np, true) : error;
}

/*
 * What was written is durable on return, if the device can do that.
 */
static int
rw_cachesync(struct v7fs_mount *fs)
{
	int force = 1, error;

	error = VOP_IOCTL(fs->fs_devvp, DIOCCACHESYNC, &force, FWRITE,
	    NOCRED);
	return error == ENOTTY || error == EOPNOTSUPP ? 0 : error;
}

/*
 * Superblock, i-list, and the stack of free blocks.
 */
int
v7fs_flush(struct v7fs_mount *fs, bool wait)
{
	struct vnode *devvp = fs->fs_devvp;
	int error, e;

	error = v7fs_super_write(fs, false);
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	e = VOP_FSYNC(devvp, NOCRED, wait ? FSYNC_WAIT : 0, 0, 0);
	VOP_UNLOCK(devvp);
	error = error != 0 ? error : e;
	return error == 0 && wait ? rw_cachesync(fs) : error;
}

int
v7fs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct v7fs_node *np = VTOV7(vp);
	bool wait = (ap->a_flags & FSYNC_WAIT) != 0;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	error = vflushbuf(vp, ap->a_flags);
	if (error == 0)
		error = v7fs_update(np, wait);
	if (error != 0 || !wait || (ap->a_flags & FSYNC_RECLAIM) != 0 ||
	    np->n_fs->fs_ronly)
		return error;
	error = v7fs_super_write(np->n_fs, true);
	return error == 0 ? rw_cachesync(np->n_fs) : error;
}

int
v7fs_spec_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	int error;

	error = VOCALL(spec_vnodeop_p, VOFFSET(vop_fsync), v);
	return error == 0 ? v7fs_update(VTOV7(ap->a_vp),
	    (ap->a_flags & FSYNC_WAIT) != 0) : error;
}
