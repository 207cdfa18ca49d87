/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vnode_lru.c - which vnodes to give up: those nobody used for long.
 *
 * Interface
 *	Every vnode with a file is on the list.  A lookup only sets vi_used;
 *	the one who looks for room gives such a vnode another round.
 *
 * Locking	f: vnode_free_lock.
 * Sleeps	vn_reclaim_excess(), vfs_drainvnodes().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include "vfs_vnode_private.h"

#define	VN_TRIM_BATCH	8		/* vnodes to look for at one time */
#define	VN_TRIM_LOOK	64		/* vnodes to look at for that */

TAILQ_HEAD(vnode_lru, vnode_impl);

u_int numvnodes;			/* f; read atomically without it */
int desiredvnodes = 1024;
long numfreevnodes;
static kmutex_t vnode_free_lock;
static struct vnode_lru vnode_lru = TAILQ_HEAD_INITIALIZER(vnode_lru); /* f */

void
vn_lru_sysinit(void)
{

	mutex_init(&vnode_free_lock, MUTEX_DEFAULT, 0);
}

void
vn_lru_insert(struct vnode_impl *vip)
{

	mutex_enter(&vnode_free_lock);
	KASSERT(!vip->vi_onlru);
	TAILQ_INSERT_TAIL(&vnode_lru, vip, vi_lrulist);
	vip->vi_onlru = true;
	atomic_store_relaxed(&numvnodes, numvnodes + 1);
	mutex_exit(&vnode_free_lock);
}

void
vn_lru_remove(struct vnode_impl *vip)
{

	mutex_enter(&vnode_free_lock);
	if (vip->vi_onlru) {
		TAILQ_REMOVE(&vnode_lru, vip, vi_lrulist);
		vip->vi_onlru = false;
		atomic_store_relaxed(&numvnodes, numvnodes - 1);
	}
	mutex_exit(&vnode_free_lock);
}

/* Pick a vnode nobody used lately; the gate is closed, one reference. */
static struct vnode *
vn_trim_pick(void)
{
	struct vnode_impl *vip, *found = NULL;
	struct vnode *vp;
	int n;

	mutex_enter(&vnode_free_lock);
	for (n = 0; n < VN_TRIM_LOOK && found == NULL; n++) {
		if ((vip = TAILQ_FIRST(&vnode_lru)) == NULL)
			break;
		vp = VIMPL_TO_VNODE(vip);
		if (!atomic_load_relaxed(&vip->vi_used) &&
		    atomic_cas_uint(&vp->v_usecount, 0,
		    VUSECOUNT_GATE | 1) == 0) {
			TAILQ_REMOVE(&vnode_lru, vip, vi_lrulist);
			vip->vi_onlru = false;
			atomic_store_relaxed(&numvnodes, numvnodes - 1);
			found = vip;
			break;
		}
		atomic_store_relaxed(&vip->vi_used, false);
		TAILQ_REMOVE(&vnode_lru, vip, vi_lrulist);
		TAILQ_INSERT_TAIL(&vnode_lru, vip, vi_lrulist);
	}
	mutex_exit(&vnode_free_lock);
	return found != NULL ? VIMPL_TO_VNODE(found) : NULL;
}

static inline int
vn_count(void)
{

	return (int)atomic_load_relaxed(&numvnodes);
}

/* Bring the cache back under desiredvnodes, a few vnodes at a time. */
int
vn_reclaim_excess(void)
{
	struct vnode *vp;
	int n;

	for (n = 0; n < VN_TRIM_BATCH && vn_count() >= desiredvnodes; n++) {
		if ((vp = vn_trim_pick()) == NULL)
			break;
		vn_reclaim(vp);
		vrele(vp);
	}
	return n;
}

/* The cache is empty of what nobody uses: for shutdown and leak checks. */
int
vfs_drainvnodes(void)
{
	struct vnode *vp;
	int misses = 0;

	while (misses < 2 + vn_count() / VN_TRIM_LOOK * 2) {
		if ((vp = vn_trim_pick()) == NULL) {
			misses++;
			continue;
		}
		vn_reclaim(vp);
		vrele(vp);
		misses = 0;
	}
	return 0;
}
