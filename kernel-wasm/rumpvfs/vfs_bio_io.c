/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_bio_io.c - transfers: between a buf and the layer below it.
 *
 * Interface
 *	A transfer starts with VOP_STRATEGY() or a driver's strategy routine
 *	and ends with exactly one biodone(), in any lwp, possibly inside the
 *	strategy call.  biodone() runs b_iodone, or releases the buf
 *	(B_ASYNC), or wakes biowait().
 *
 * Locking	o: b_objlock (v_interlock of b_vp, buffer_lock without b_vp)
 *		Order: bufcache_lock before o.
 *
 * Sleeps	biowait() and all that is not asynchronous.
 * Errors	errno in b_error, returned by biowait().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/vnode.h>

#include "vfs_bio_private.h"

/*
 * Get the block and, unless it is valid, start reading it; *waitp: it is to
 * be waited for.
 */
static buf_t *
bio_startread(struct vnode *vp, daddr_t blkno, int size, bool async,
    bool *waitp)
{
	buf_t *bp;

	*waitp = false;
	bp = getblk(vp, blkno, size, 0, 0);
	if (bp == NULL)
		return NULL;
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) != 0) {
		if (async)
			brelse(bp, 0);
		return bp;
	}
	bp->b_flags |= B_READ | (async ? B_ASYNC : 0U);
	bp->b_error = 0;
	bp->b_resid = bp->b_bcount;
	BIO_SETPRIO(bp, async ? BPRIO_TIMELIMITED : BPRIO_TIMECRITICAL);
	mutex_enter(&bufcache_lock);
	bufcache_stats.bs_reads++;
	if (async)
		bufcache_stats.bs_readahead++;
	mutex_exit(&bufcache_lock);
	*waitp = true;
	(void)VOP_STRATEGY(vp, bp);
	return bp;
}

static int
bio_finishread(buf_t *bp, bool wait, buf_t **bpp)
{
	int error;

	if (bp == NULL) {
		*bpp = NULL;
		return ENOMEM;
	}
	error = wait ? biowait(bp) : 0;
	if (error != 0) {
		brelse(bp, 0);
		bp = NULL;
	}
	*bpp = bp;
	return error;
}

int
bread(struct vnode *vp, daddr_t blkno, int size, int flags, buf_t **bpp)
{
	buf_t *bp;
	bool wait;

	(void)flags;
	bp = bio_startread(vp, blkno, size, false, &wait);
	return bio_finishread(bp, wait, bpp);
}

/*
 * Ask for blocks that will be needed soon; nothing is waited for.
 */
void
bio_readahead(struct vnode *vp, daddr_t blkno, int size)
{
	bool there, wait;

	mutex_enter(&bufcache_lock);
	there = incore(vp, blkno) != NULL;
	mutex_exit(&bufcache_lock);
	if (!there)
		(void)bio_startread(vp, blkno, size, true, &wait);
}

int
breadn(struct vnode *vp, daddr_t blkno, int size, daddr_t *rablks,
    int *rasizes, int nrablks, int flags, buf_t **bpp)
{
	buf_t *bp;
	bool wait;
	int i;

	(void)flags;
	bp = bio_startread(vp, blkno, size, false, &wait);
	for (i = 0; i < nrablks; i++)
		bio_readahead(vp, rablks[i], rasizes[i]);
	return bio_finishread(bp, wait, bpp);
}

/*
 * Count out or in a buf's bytes among the dirty ones.
 */
static void
buf_setdirty(buf_t *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	if ((bp->b_oflags & BO_DELWRI) != 0)
		return;
	bp->b_oflags |= BO_DELWRI;
	bp->b_dirtysince = (int)time_uptime;
	bufcache_stats.bs_dirty += (uint64_t)bp->b_bufsize;
	if (bp->b_vp != NULL)
		reassignbuf(bp, bp->b_vp);
}

void
buf_clean(buf_t *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	if ((bp->b_oflags & BO_DELWRI) == 0)
		return;
	bp->b_oflags &= ~(u_int)BO_DELWRI;
	bufcache_stats.bs_dirty -= (uint64_t)bp->b_bufsize;
	if (bp->b_vp != NULL)
		reassignbuf(bp, bp->b_vp);
}

/*
 * Write an owned buf now, wait, release it.  With B_ASYNC only start.
 */
int
bwrite(buf_t *bp)
{
	struct vnode *vp = bp->b_vp;
	bool async = (bp->b_flags & B_ASYNC) != 0;
	int error;

	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	KASSERT(vp != NULL);

	mutex_enter(&bufcache_lock);
	buf_clean(bp);
	bufcache_stats.bs_writes++;
	mutex_enter(bp->b_objlock);
	bp->b_oflags &= ~(u_int)BO_DONE;
	vp->v_numoutput++;
	mutex_exit(bp->b_objlock);
	mutex_exit(&bufcache_lock);
	bp->b_flags &= ~(u_int)B_READ;
	bp->b_error = 0;
	bp->b_resid = bp->b_bcount;
	BIO_SETPRIO(bp, async ? BPRIO_TIMELIMITED : BPRIO_TIMECRITICAL);
	(void)VOP_STRATEGY(vp, bp);
	if (async)
		return 0;
	error = biowait(bp);
	brelse(bp, 0);
	return error;
}

int
vn_bwrite(void *v)
{
	struct vop_bwrite_args *ap = v;

	return bwrite(ap->a_bp);
}

/*
 * Write it some time: the owner lets go of a dirty buf.  When half of the
 * cache is dirty the write starts at once.
 */
void
bdwrite(buf_t *bp)
{
	bool flood;

	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	mutex_enter(&bufcache_lock);
	bufcache_stats.bs_delwri++;
	buf_setdirty(bp);
	bp->b_oflags |= BO_DONE;
	flood = bufcache_stats.bs_dirty > bufcache_stats.bs_limit / 2;
	if (!flood)
		brelsel(bp, 0);
	mutex_exit(&bufcache_lock);
	if (flood)
		bawrite(bp);
	else
		vfs_syncer_bufs();
}

void
bawrite(buf_t *bp)
{
	bp->b_flags |= B_ASYNC;
	(void)VOP_BWRITE(bp->b_vp, bp);
}

/*
 * A write of the vnode has ended: b_objlock is held.
 */
static void
buf_outputdone(buf_t *bp)
{
	struct vnode *vp = bp->b_vp;

	if (vp == NULL || BUF_ISREAD(bp))
		return;
	KASSERT(vp->v_numoutput > 0);
	if (--vp->v_numoutput == 0)
		cv_broadcast(&vp->v_cv);
}

void
biodone(buf_t *bp)
{
	void (*done)(buf_t *) = bp->b_iodone;
	bool async = (bp->b_flags & B_ASYNC) != 0;
	kmutex_t *lock = bp->b_objlock;

	mutex_enter(lock);
	KASSERT((bp->b_oflags & BO_DONE) == 0);
	bp->b_oflags |= BO_DONE;
	bp->b_iodone = NULL;
	buf_outputdone(bp);
	if (done == NULL && !async)
		cv_broadcast(&bp->b_done);
	mutex_exit(lock);
	/* A synchronous buf may be gone by now. */
	if (done != NULL)
		(*done)(bp);
	else if (async)
		brelse(bp, 0);
}

int
biowait(buf_t *bp)
{
	mutex_enter(bp->b_objlock);
	while ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0)
		cv_wait(&bp->b_done, bp->b_objlock);
	mutex_exit(bp->b_objlock);
	return bp->b_error;
}

/*
 * A buf that is only a request: no memory, not in the cache.
 */
buf_t *
getiobuf(struct vnode *vp, bool waitok)
{
	buf_t *bp;

	(void)waitok;
	bp = buf_structalloc();
	bp->b_cflags = BC_BUSY;
	bp->b_vp = vp;
	if (vp != NULL)
		bp->b_objlock = vp->v_interlock;
	return bp;
}

void
putiobuf(buf_t *bp)
{
	KASSERT(!bp->b_onvnode && !bp->b_hashed);
	buf_structfree(bp);
}

/*
 * Part of a request: bytes [offset, offset + size) of mbp.
 */
void
nestiobuf_setup(buf_t *mbp, buf_t *bp, int offset, size_t size)
{
	struct vnode *vp = mbp->b_vp;

	bp->b_flags = mbp->b_flags & (B_READ | B_PHYS | B_RAW | B_MEDIA_FUA |
	    B_MEDIA_DPO);
	bp->b_flags |= B_ASYNC;
	bp->b_vp = vp;
	bp->b_objlock = mbp->b_objlock;
	bp->b_dev = mbp->b_dev;
	bp->b_data = (char *)mbp->b_data + offset;
	bp->b_bufsize = bp->b_bcount = bp->b_resid = (int)size;
	bp->b_iodone = nestiobuf_iodone;
	bp->b_private = mbp;
	BIO_COPYPRIO(bp, mbp);
	if (vp != NULL && BUF_ISWRITE(bp)) {
		mutex_enter(bp->b_objlock);
		vp->v_numoutput++;
		mutex_exit(bp->b_objlock);
	}
}

void
nestiobuf_iodone(buf_t *bp)
{
	buf_t *mbp = bp->b_private;
	int error = bp->b_error;
	int done = error != 0 ? bp->b_bcount : bp->b_bcount - bp->b_resid;

	if (error == 0 && bp->b_resid != 0) {
		error = EIO;
		done = bp->b_bcount;
	}
	bp->b_vp = NULL;
	putiobuf(bp);
	nestiobuf_done(mbp, done, error);
}

void
nestiobuf_done(buf_t *mbp, int donebytes, int error)
{
	bool last;

	if (donebytes == 0)
		return;
	mutex_enter(mbp->b_objlock);
	KASSERT(mbp->b_resid >= donebytes);
	mbp->b_resid -= donebytes;
	if (error != 0)
		mbp->b_error = error;
	last = mbp->b_resid == 0;
	mutex_exit(mbp->b_objlock);
	if (last)
		biodone(mbp);
}
