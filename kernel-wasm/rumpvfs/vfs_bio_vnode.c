/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_bio_vnode.c - the buffers of one vnode.
 *
 * Interface
 *	vinvalbuf()	throw all away, with V_SAVE after writing the dirty
 *	vtruncbuf()	throw away from a logical block on
 *	vflushbuf()	write the dirty; FSYNC_WAIT: and wait
 *	The caller holds the vnode locked (vinvalbuf, vtruncbuf: exclusively)
 *	so that no new buffers appear.
 *
 * Locking	c: bufcache_lock   o: v_interlock; c before o.
 * Sleeps	all three.
 * Errors	EINTR with catch; the errno of a synchronous write.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "vfs_bio_private.h"

void
bgetvp(struct vnode *vp, buf_t *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_vp == NULL);
	KASSERT(!bp->b_onvnode);

	bp->b_vp = vp;
	bp->b_objlock = vp->v_interlock;
	if (vp->v_type == VBLK || vp->v_type == VCHR)
		bp->b_dev = vp->v_rdev;
	else
		bp->b_dev = NODEV;
	LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
	bp->b_onvnode = true;
}

void
brelvp(buf_t *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_onvnode);

	LIST_REMOVE(bp, b_vnbufs);
	bp->b_onvnode = false;
	bp->b_vp = NULL;
	bp->b_objlock = &buffer_lock;
}

/*
 * Move to the list that fits BO_DELWRI.
 */
void
reassignbuf(buf_t *bp, struct vnode *vp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_onvnode);
	KASSERT(bp->b_vp == vp);

	LIST_REMOVE(bp, b_vnbufs);
	if ((bp->b_oflags & BO_DELWRI) != 0)
		LIST_INSERT_HEAD(&vp->v_dirtyblkhd, bp, b_vnbufs);
	else
		LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
}

bool
vn_hasdirtybufs(struct vnode *vp)
{
	return !LIST_EMPTY(&vp->v_dirtyblkhd);
}

static buf_t *
vn_findbuf(struct buflists *list, daddr_t from)
{
	buf_t *bp;

	LIST_FOREACH(bp, list, b_vnbufs) {
		if (bp->b_lblkno >= from)
			return bp;
	}
	return NULL;
}

/*
 * Throw away the buffers from a block on, of both lists.
 */
static int
vn_dropbufs(struct vnode *vp, daddr_t from, bool catch_sig, int slptimeo)
{
	buf_t *bp;
	int error = 0;

	mutex_enter(&bufcache_lock);
	for (;;) {
		bp = vn_findbuf(&vp->v_dirtyblkhd, from);
		if (bp == NULL)
			bp = vn_findbuf(&vp->v_cleanblkhd, from);
		if (bp == NULL)
			break;
		error = bbusy(bp, catch_sig, slptimeo, NULL);
		if (error == EPASSTHROUGH)
			error = 0;
		else if (error != 0)
			break;
		else
			brelsel(bp, BC_INVAL | BC_VFLUSH);
	}
	mutex_exit(&bufcache_lock);
	return error;
}

int
vinvalbuf(struct vnode *vp, int flags, struct kauth_cred *cred,
    struct lwp *l, bool catch_sig, int slptimeo)
{
	int error;

	(void)l;
	if (LIST_EMPTY(&vp->v_dirtyblkhd) && LIST_EMPTY(&vp->v_cleanblkhd))
		return 0;
	if ((flags & V_SAVE) != 0 && !LIST_EMPTY(&vp->v_dirtyblkhd)) {
		error = VOP_FSYNC(vp, cred, FSYNC_WAIT | FSYNC_RECLAIM, 0, 0);
		if (error != 0)
			return error;
	}
	return vn_dropbufs(vp, INT64_MIN, catch_sig, slptimeo);
}

int
vtruncbuf(struct vnode *vp, daddr_t lbn, bool catch_sig, int slptimeo)
{
	return vn_dropbufs(vp, lbn, catch_sig, slptimeo);
}

/*
 * Write one dirty buffer.
 */
static int
vn_writebuf(struct vnode *vp, buf_t *bp)
{
	/* Metadata of another file's blocks cannot be ours: b_vp is vp. */
	KASSERT(bp->b_vp == vp);
	bawrite(bp);
	return 0;
}

int
vflushbuf(struct vnode *vp, int flags)
{
	bool wait = (flags & FSYNC_WAIT) != 0;
	buf_t *bp;
	int error;

again:
	mutex_enter(&bufcache_lock);
	while ((bp = LIST_FIRST(&vp->v_dirtyblkhd)) != NULL) {
		error = bbusy(bp, false, 0, NULL);
		if (error == EPASSTHROUGH)
			continue;
		KASSERT(error == 0);
		mutex_exit(&bufcache_lock);
		error = vn_writebuf(vp, bp);
		if (error != 0)
			return error;
		mutex_enter(&bufcache_lock);
	}
	mutex_exit(&bufcache_lock);
	if (!wait)
		return 0;
	mutex_enter(vp->v_interlock);
	while (vp->v_numoutput != 0)
		cv_wait(&vp->v_cv, vp->v_interlock);
	mutex_exit(vp->v_interlock);
	if (!LIST_EMPTY(&vp->v_dirtyblkhd))
		goto again;
	return 0;
}
