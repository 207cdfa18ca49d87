/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_rw.c - contents of files: read, write, length, syncing.
 *
 * Data		buffers of one cluster on the file's vnode.  There are no
 *		holes: what is skipped is written as zeros, and so are the
 *		bytes behind the end of a file that grows.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	yes.
 * Errors	EFBIG behind 4 GB - 1; ENOSPC; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "msdosfs.h"

#define	FILESIZE_MAX	UINT32_MAX
#define	RUN_MAX		63		/* clusters that msdosfs_bmap looks ahead */

static uint32_t
rw_clusters(const struct msdosfsmount *pmp, uint64_t size)
{
	return (uint32_t)((size + pmp->pm_bpcluster - 1) >> pmp->pm_cnshift);
}

/* The slots of a directory as they are. */
static int
rw_readdir(struct denode *dp, struct uio *uio)
{
	struct dosdir dd;
	uint8_t *p;
	int error = 0;

	while (error == 0 && uio->uio_resid > 0 &&
	    (uint64_t)uio->uio_offset < dp->de_size) {
		size_t off = (size_t)uio->uio_offset % DE_SIZE;

		msdosfs_dir_begin(&dd, dp, (uint32_t)uio->uio_offset);
		error = msdosfs_dir_slot(&dd, &p);
		if (error == 0)
			error = uiomove(p + off, MIN(DE_SIZE - off,
			    uio->uio_resid), uio);
		msdosfs_dir_end(&dd);
	}
	return error;
}

int
msdosfs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);
	struct bioread br = { .br_vp = ap->a_vp, .br_size = dep->de_size,
	    .br_bshift = dep->de_pmp->pm_cnshift, .br_ra = &dep->de_ra };

	if (ap->a_vp->v_type == VDIR)
		return ap->a_uio->uio_offset < 0 ? EINVAL :
		    rw_readdir(dep, ap->a_uio);
	return vn_bioread(&br, ap->a_uio);
}

/*
 * A cluster of the file, owned.  Nothing is read of one that holds no byte
 * of the file yet, or that will be overwritten as a whole.
 */
static int
rw_getblk(struct denode *dep, uint32_t lbn, bool whole, struct buf **bpp)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	bool fresh = lbn >= rw_clusters(pmp, dep->de_size);
	uint32_t cn;
	int error;

	if (!whole && !fresh)
		return bread(dep->de_vnode, lbn, (int)pmp->pm_bpcluster, 0,
		    bpp);
	error = msdosfs_pcbmap(dep, lbn, &cn);
	if (error != 0)
		return error == E2BIG ? EIO : error;
	*bpp = getblk(dep->de_vnode, lbn, (int)pmp->pm_bpcluster, 0, 0);
	/* Known here: buffers are written in any order, chains are walked. */
	(*bpp)->b_blkno = (daddr_t)(msdosfs_clustaddr(pmp, cn) >> DEV_BSHIFT);
	if (!whole)
		clrbuf(*bpp);
	return 0;
}

static void
rw_setsize(struct denode *dep, uint64_t size)
{
	dep->de_size = (uint32_t)size;
	dep->de_modified = true;
	uvm_vnp_setsize(dep->de_vnode, (voff_t)size);
}

/* Zeros from byte `from' of a block on. */
static int
rw_zerotail(struct denode *dep, uint64_t from)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t off = (uint32_t)from & (pmp->pm_bpcluster - 1);
	struct buf *bp;
	int error;

	if (off == 0)
		return 0;
	error = rw_getblk(dep, (uint32_t)(from >> pmp->pm_cnshift), false,
	    &bp);
	if (error != 0)
		return error;
	memset((uint8_t *)bp->b_data + off, 0, pmp->pm_bpcluster - off);
	bdwrite(bp);
	return 0;
}

/*
 * Make the file longer with zeros.
 */
static int
rw_grow(struct denode *dep, uint64_t size)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t lbn, end = rw_clusters(pmp, size);
	struct buf *bp;
	int error;

	error = msdosfs_extend(dep, end);
	if (error == 0 && size > FILESIZE_MAX)
		error = EFBIG;
	if (error == 0)
		error = rw_zerotail(dep, dep->de_size);
	for (lbn = rw_clusters(pmp, dep->de_size); error == 0 && lbn < end;
	    lbn++) {
		error = rw_getblk(dep, lbn, false, &bp);
		if (error == 0)
			bdwrite(bp);
	}
	if (error == 0)
		rw_setsize(dep, size);
	return error;
}

/*
 * Set the length of a file; a directory's clusters are msdosfs_shorten()'s.
 */
int
msdosfs_truncate(struct denode *dep, uint64_t size)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	int error;

	KASSERT(dep->de_vnode->v_type == VREG);
	if (size > dep->de_size)
		return rw_grow(dep, size);
	error = vtruncbuf(dep->de_vnode, rw_clusters(pmp, size), false, 0);
	if (error == 0 && size < dep->de_size)
		error = rw_zerotail(dep, size);
	if (error != 0)
		return error;
	rw_setsize(dep, size);
	/* The entry first: a cut leaves lost clusters, never shared ones. */
	if ((pmp->pm_mountp->mnt_flag & MNT_ASYNC) == 0)
		error = msdosfs_deupdat(dep, true);
	return error != 0 ? error :
	    msdosfs_shorten(dep, rw_clusters(pmp, size));
}

static int
rw_block(struct denode *dep, struct uio *uio, int ioflag)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint64_t off = (uint64_t)uio->uio_offset;
	uint32_t boff = (uint32_t)off & (pmp->pm_bpcluster - 1);
	size_t n = MIN(pmp->pm_bpcluster - boff, uio->uio_resid);
	struct buf *bp;
	int error, e = 0;

	error = rw_getblk(dep, (uint32_t)(off >> pmp->pm_cnshift),
	    n == pmp->pm_bpcluster, &bp);
	if (error != 0)
		return error;
	error = uiomove((uint8_t *)bp->b_data + boff, n, uio);
	if (error != 0 && n == pmp->pm_bpcluster)
		brelse(bp, BC_INVAL);	/* in part whatever was in memory */
	else if ((ioflag & IO_SYNC) != 0)
		e = bwrite(bp);
	else if (boff + n == pmp->pm_bpcluster &&
	    (dep->de_vnode->v_mount->mnt_flag & MNT_ASYNC) == 0)
		bawrite(bp);
	else
		bdwrite(bp);
	if (error == 0 && (uint64_t)uio->uio_offset > dep->de_size)
		rw_setsize(dep, (uint64_t)uio->uio_offset);
	return error != 0 ? error : e;
}

static int
rw_prepare(struct denode *dep, const struct uio *uio)
{
	uint64_t start = (uint64_t)uio->uio_offset;
	int error;

	if (uio->uio_offset < 0)
		return EINVAL;
	if (start > FILESIZE_MAX || uio->uio_resid > FILESIZE_MAX - start)
		return EFBIG;
	if (start > dep->de_size) {
		error = rw_grow(dep, start);
		if (error != 0)
			return error;
	}
	return msdosfs_extend(dep, rw_clusters(dep->de_pmp,
	    start + uio->uio_resid));
}

int
msdosfs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct denode *dep = VTODE(vp);
	struct uio *uio = ap->a_uio;
	size_t resid = uio->uio_resid;
	uint64_t had = dep->de_size;
	int error;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (vp->v_type != VREG)
		return EISDIR;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	if ((ap->a_ioflag & IO_APPEND) != 0)
		uio->uio_offset = (off_t)dep->de_size;
	if (resid == 0)
		return 0;
	error = rw_prepare(dep, uio);
	while (error == 0 && uio->uio_resid > 0)
		error = rw_block(dep, uio, ap->a_ioflag);
	if (error != 0) {
		(void)msdosfs_truncate(dep, had);
		uio->uio_offset -= (off_t)(resid - uio->uio_resid);
		uio->uio_resid = resid;
		return error;
	}
	msdosfs_touch(dep);
	VN_KNOTE(vp, dep->de_size > had ? NOTE_WRITE | NOTE_EXTEND :
	    NOTE_WRITE);
	return (ap->a_ioflag & IO_SYNC) != 0 ?
	    msdosfs_deupdat(dep, true) : 0;
}

/* How many clusters after cn follow on the disk. */
static int
rw_run(struct msdosfsmount *pmp, uint32_t cn)
{
	uint32_t next;
	int n = 0;

	while (n < RUN_MAX && msdosfs_fat_get(pmp, cn, &next) == 0 &&
	    next == cn + 1) {
		cn = next;
		n++;
	}
	return n;
}

int
msdosfs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t cn;
	int error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = pmp->pm_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0 || ap->a_bn > UINT32_MAX)
		return EFBIG;
	error = msdosfs_pcbmap(dep, (uint32_t)ap->a_bn, &cn);
	if (error != 0)
		return error;
	*ap->a_bnp = (daddr_t)(msdosfs_clustaddr(pmp, cn) >> DEV_BSHIFT);
	if (ap->a_runp != NULL)
		*ap->a_runp = rw_run(pmp, cn);
	return 0;
}

int
msdosfs_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	struct denode *dep = VTODE(ap->a_vp);
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t cn;
	int error;

	if (bp->b_blkno == bp->b_lblkno) {
		error = msdosfs_pcbmap(dep, (uint32_t)bp->b_lblkno, &cn);
		if (error != 0) {
			bp->b_error = error == E2BIG ? EIO : error;
			bp->b_resid = bp->b_bcount;
			biodone(bp);
			return error;
		}
		bp->b_blkno = (daddr_t)(msdosfs_clustaddr(pmp, cn) >>
		    DEV_BSHIFT);
	}
	return VOP_STRATEGY(pmp->pm_devvp, bp);
}

static int
flush_buffers(struct vnode *devvp, int flags)
{
	int error;

	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(devvp, NOCRED, flags, 0, 0);
	VOP_UNLOCK(devvp);
	return error;
}

/*
 * What lies in the device's buffers: FAT, directories, FSInfo; and with wait
 * what lies in the device's own cache.
 */
int
msdosfs_flushdev(struct msdosfsmount *pmp, bool wait)
{
	int force = 1, error;

	if (!wait)
		return flush_buffers(pmp->pm_devvp, 0);
	msdosfs_settle_begin(pmp);
	error = flush_buffers(pmp->pm_devvp, FSYNC_WAIT);
	if (error == 0)
		error = VOP_IOCTL(pmp->pm_devvp, DIOCCACHESYNC, &force,
		    FWRITE, NOCRED);
	if (error == ENOTTY || error == EOPNOTSUPP)
		error = 0;
	msdosfs_settle_end(pmp, error == 0);
	return error;
}

/*
 * The same with FSInfo as it is now.
 */
int
msdosfs_flush(struct msdosfsmount *pmp, bool wait)
{
	int error = msdosfs_fsinfo_write(pmp), e = msdosfs_flushdev(pmp, wait);

	return error != 0 ? error : e;
}

int
msdosfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);
	bool wait = (ap->a_flags & FSYNC_WAIT) != 0;
	int error;

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	error = vflushbuf(ap->a_vp, ap->a_flags);
	if (error == 0)
		error = msdosfs_deupdat(dep, false);
	if (error == 0 && wait && (ap->a_flags & FSYNC_RECLAIM) == 0)
		error = msdosfs_flush(dep->de_pmp, true);
	return error;
}
