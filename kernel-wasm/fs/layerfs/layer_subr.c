/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer_subr.c - vnodes of a layer: making, locking, letting go.
 *
 * Interface	layer_node_create() is the only way to a layer's vnode; the key
 *		in the vnode cache is the address of the lower vnode, which the
 *		node's reference keeps in place.
 *
 * A vnode that is taken away while somebody waits for its lock
 *	layer_lock() holds a reference of its own to the lower vnode while it
 *	waits, and looks at VI_XLOCK when it has the lock.  The reclaimer sets
 *	VI_XLOCK with the lock held, so the answer stays true.
 *
 * Locking	i: v_interlock for the step from the vnode to its node
 * Sleeps	all but layer_unlock.
 * Errors	ENOENT the vnode is being reclaimed; EBUSY LK_NOWAIT.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/layer.h>
#include <miscfs/specfs/specdev.h>

int
layer_node_create(struct mount *mp, struct vnode *lowervp, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &lowervp, sizeof(lowervp), vpp);
	/* The node has its own reference. */
	vrele(lowervp);
	return error;
}

int
layerfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct layer_mount *lmp = MOUNTTOLAYERMOUNT(mp);
	struct layer_node *xp;
	struct vnode *lowervp;

	KASSERT(key_len == sizeof(lowervp));
	memcpy(&lowervp, key, key_len);
	vref(lowervp);
	xp = kmem_alloc(sizeof(*xp), KM_SLEEP);
	xp->layer_lowervp = lowervp;
	vp->v_tag = lmp->layerm_tag;
	vp->v_type = lowervp->v_type;
	vp->v_op = lmp->layerm_vnodeop_p;
	vp->v_data = xp;
	if (vp->v_type == VBLK || vp->v_type == VCHR)
		spec_node_init(vp, lowervp->v_rdev);
	if (lowervp == lmp->layerm_rootvp)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, lowervp->v_size);
	*new_key = &xp->layer_lowervp;
	return 0;
}

/*
 * Nothing is known here that the lower vnode does not know: gone at once.
 */
int
layer_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = true;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
layer_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct layer_node *xp = VTOLAYER(vp);

	mutex_enter(vp->v_interlock);
	vp->v_data = NULL;
	mutex_exit(vp->v_interlock);
	vrele(xp->layer_lowervp);
	kmem_free(xp, sizeof(*xp));
	return 0;
}

struct vnode *
layer_getlower(struct vnode *vp)
{
	struct vnode *lowervp = NULL;

	mutex_enter(vp->v_interlock);
	if (VTOLAYER(vp) != NULL) {
		lowervp = LAYERVPTOLOWERVP(vp);
		vref(lowervp);
	}
	mutex_exit(vp->v_interlock);
	return lowervp;
}

static bool
layer_isdying(struct vnode *vp)
{
	bool dying;

	mutex_enter(vp->v_interlock);
	dying = (vp->v_iflag & (VI_XLOCK | VI_CLEAN)) != 0;
	mutex_exit(vp->v_interlock);
	return dying;
}

int
layer_lock(void *v)
{
	struct vop_lock_args *ap = v;
	struct vnode *vp = ap->a_vp, *lowervp;
	int error = ENOENT;

	lowervp = layer_getlower(vp);
	if (lowervp != NULL) {
		/* A dead lower vnode can be locked, and says EIO later. */
		error = vn_lock(lowervp, ap->a_flags | LK_RETRY);
		if (error == 0 && layer_isdying(vp)) {
			VOP_UNLOCK(lowervp);
			error = ENOENT;
		}
		vrele(lowervp);
	}
	if (error == ENOENT && (ap->a_flags & LK_NOWAIT) == 0)
		(void)vdead_check(vp, 0);
	if (error == 0)
		atomic_or_uint(&vp->v_usecount, VUSECOUNT_INACT);
	return error == ENOENT && (ap->a_flags & LK_NOWAIT) != 0 ? EBUSY : error;
}

int
layer_unlock(void *v)
{
	struct vop_unlock_args *ap = v;

	VOP_UNLOCK(LAYERVPTOLOWERVP(ap->a_vp));
	return 0;
}

/* All operations on one vnode have it behind the descriptor. */
struct layer_onevp_args {
	const struct vnodeop_desc *a_desc;
	struct vnode	*a_vp;
};

static int
layer_call(struct layer_onevp_args *ap, struct vnode *lowervp)
{
	struct vnode *vp = ap->a_vp;
	int error;

	ap->a_vp = lowervp;
	error = lowervp->v_op[ap->a_desc->vdesc_offset](ap);
	ap->a_vp = vp;
	return error;
}

int
layer_bypass(void *v)
{
	struct layer_onevp_args *ap = v;

	return layer_call(ap, LAYERVPTOLOWERVP(ap->a_vp));
}

int
layer_bypass_unlocked(void *v)
{
	struct layer_onevp_args *ap = v;
	struct vnode *lowervp = layer_getlower(ap->a_vp);
	int error;

	if (lowervp == NULL)
		return EIO;
	error = layer_call(ap, lowervp);
	vrele(lowervp);
	return error;
}

int
layer_revoke(void *v)
{
	struct vop_revoke_args *ap = v;
	struct vnode *lowervp = layer_getlower(ap->a_vp);
	int error;

	if (lowervp == NULL)
		return 0;
	error = VOP_REVOKE(lowervp, ap->a_flags);
	vrele(lowervp);
	return error;
}

int
layer_print(void *v)
{
	struct vop_print_args *ap = v;

	printf("layer over %p: ", (void *)LAYERVPTOLOWERVP(ap->a_vp));
	return VOP_PRINT(LAYERVPTOLOWERVP(ap->a_vp));
}
