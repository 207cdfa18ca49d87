/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vflush.c - all vnodes of a mount: walking over them, getting rid of
 * them.
 *
 * Locking	m: mntvnode_lock
 * Sleeps	the walk between two vnodes; vflush().
 * Errors	EBUSY: vnodes are in use.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

struct vnode_iterator {
	struct vnode vi_marker;		/* m: on mnt_vnodelist; no real vnode */
};

static bool
vn_ismarker(const struct vnode *vp)
{

	return vp->v_interlock == NULL;
}

void
vfs_vnode_iterator_init(struct mount *mp, struct vnode_iterator **itp)
{
	struct vnode_iterator *it = kmem_zalloc(sizeof(*it), KM_SLEEP);

	mutex_enter(&mntvnode_lock);
	it->vi_marker.v_mount = mp;
	TAILQ_INSERT_HEAD(&mp->mnt_vnodelist, &it->vi_marker, v_mntvnodes);
	mutex_exit(&mntvnode_lock);
	*itp = it;
}

void
vfs_vnode_iterator_destroy(struct vnode_iterator *it)
{
	struct mount *mp = it->vi_marker.v_mount;

	mutex_enter(&mntvnode_lock);
	TAILQ_REMOVE(&mp->mnt_vnodelist, &it->vi_marker, v_mntvnodes);
	mutex_exit(&mntvnode_lock);
	kmem_free(it, sizeof(*it));
}

struct vnode *
vfs_vnode_iterator_next(struct vnode_iterator *it,
    bool (*pick)(void *, struct vnode *), void *arg)
{
	struct vnode *marker = &it->vi_marker, *vp;
	struct mount *mp = marker->v_mount;

	mutex_enter(&mntvnode_lock);
	for (;;) {
		vp = TAILQ_NEXT(marker, v_mntvnodes);
		if (vp == NULL)
			break;
		TAILQ_REMOVE(&mp->mnt_vnodelist, marker, v_mntvnodes);
		TAILQ_INSERT_AFTER(&mp->mnt_vnodelist, vp, marker,
		    v_mntvnodes);
		if (vn_ismarker(vp) ||
		    VNODE_TO_VIMPL(vp)->vi_state != VS_ACTIVE)
			continue;
		if (vcache_tryvget(vp) != 0)
			continue;
		if (pick == NULL || pick(arg, vp))
			break;
		mutex_exit(&mntvnode_lock);
		vrele(vp);
		mutex_enter(&mntvnode_lock);
	}
	mutex_exit(&mntvnode_lock);
	return vp;
}

/* A reclaim in progress on mp? */
static bool
vflush_pending(struct mount *mp)
{
	struct vnode *vp;
	bool found = false;

	mutex_enter(&mntvnode_lock);
	TAILQ_FOREACH(vp, &mp->mnt_vnodelist, v_mntvnodes) {
		if (!vn_ismarker(vp) && (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE)) {
			found = true;
			break;
		}
	}
	mutex_exit(&mntvnode_lock);
	return found;
}

static bool
vflush_one(struct vnode *vp, int flags)
{

	if ((flags & SKIPSYSTEM) && (vp->v_vflag & VV_SYSTEM)) {
		vrele(vp);
		return true;
	}
	if ((flags & WRITECLOSE) &&
	    (vp->v_writecount == 0 || vp->v_type != VREG)) {
		vrele(vp);
		return true;
	}
	if (vrecycle(vp))
		return true;
	if (flags & FORCECLOSE) {
		vgone(vp);
		return true;
	}
	vrele(vp);
	return false;
}

/* Remove all vnodes of a mount but skip; EBUSY when some are in use. */
int
vflush(struct mount *mp, struct vnode *skip, int flags)
{
	struct vnode_iterator *it;
	struct vnode *vp;
	int busy = 0;

	vfs_vnode_iterator_init(mp, &it);
	while ((vp = vfs_vnode_iterator_next(it, NULL, NULL)) != NULL) {
		if (vp == skip) {
			vrele(vp);
			continue;
		}
		if (!vflush_one(vp, flags))
			busy++;
	}
	vfs_vnode_iterator_destroy(it);
	while (vflush_pending(mp)) {
		mutex_enter(&vcache_lock);
		if (vflush_pending(mp))
			cv_wait(&vcache_cv, &vcache_lock);
		mutex_exit(&vcache_lock);
	}
	return busy != 0 ? EBUSY : 0;
}
