/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vnode.c - life cycle of vnodes.  vfs_vcache.c finds them by file,
 * vfs_vnode_lru.c those that nobody used for long.
 *
 * Interface
 *	A vnode lives while somebody has a reference, and longer: without
 *	references it stays in the cache until room is needed.  vref() wants a
 *	reference to exist, vcache_tryvget() turns a pointer that a cache
 *	protects into a reference.  vrele() may sleep (VOP_INACTIVE).
 *
 * States	(who moves it)
 *	LOADING -> ACTIVE		vcache_get(), vcache_new()
 *	ACTIVE -> RECLAIMING		vgone(), vrecycle(), cache trimming
 *	RECLAIMING -> RECLAIMED		the same thread
 *	RECLAIMED -> freed		last vrele()
 *
 * References	v_usecount with VUSECOUNT_GATE: set by the thread that reclaims;
 *	from then on the caches give no new references.  The step 1 -> 0 is one
 *	compare-and-swap unless VUSECOUNT_INACT is set: the vnode was locked
 *	exclusively since its last VOP_INACTIVE.
 *
 * Locking	c: vcache_lock   f: vnode_free_lock   m: mntvnode_lock
 *		i: v_interlock
 *	Order: v_lock -> vcache_lock -> mntvnode_lock -> vnode_free_lock -> i
 *
 * Sleeps	everything that can drop the last reference, load or reclaim.
 * Errors	0 or errno; ENOENT: the vnode went away; EBUSY: being reclaimed.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_vnode_private.h"

kmutex_t mntvnode_lock;

static pool_cache_t vnode_cache;

static void	vn_drop_last(struct vnode *);

void
vfs_vnode_sysinit(void)
{

	mutex_init(&mntvnode_lock, MUTEX_DEFAULT, 0);
	vn_lru_sysinit();
	vcache_sysinit();
	vnode_cache = pool_cache_init(sizeof(struct vnode_impl), 0, 0, 0,
	    "vnodepl", NULL, 0, NULL, NULL, NULL);
}

/* Memory of a vnode: one reference, state LOADING, nothing else. */
struct vnode_impl *
vimpl_alloc(void)
{
	struct vnode_impl *vip;
	struct vnode *vp;

	vip = pool_cache_get(vnode_cache, PR_WAITOK);
	memset(vip, 0, sizeof(*vip));
	vp = VIMPL_TO_VNODE(vip);
	mutex_init(&vip->vi_interlock, MUTEX_DEFAULT, 0);
	vp->v_interlock = &vip->vi_interlock;
	rw_init(&vp->v_lock);
	cv_init(&vp->v_cv, "vnode");
	LIST_INIT(&vp->v_cleanblkhd);
	LIST_INIT(&vp->v_dirtyblkhd);
	SLIST_INIT(&vp->v_klist);
	vp->v_type = VNON;
	vp->v_usecount = 1;
	vp->v_op = dead_vnodeop_p;
	vip->vi_state = VS_LOADING;
	return vip;
}

void
vimpl_free(struct vnode_impl *vip)
{
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	KASSERT(LIST_EMPTY(&vp->v_dirtyblkhd));
	KASSERT(LIST_EMPTY(&vp->v_cleanblkhd));
	KASSERT(LIST_EMPTY(&vip->vi_nclist));
	KASSERT(LIST_EMPTY(&vip->vi_dnclist));
	KASSERT(!vip->vi_onlru);
	KASSERT(SLIST_EMPTY(&vp->v_klist));
	cv_destroy(&vp->v_cv);
	rw_destroy(&vp->v_lock);
	mutex_destroy(&vip->vi_interlock);
	pool_cache_put(vnode_cache, vip);
}

/* Put a vnode on the list of its mount; NULL takes it off. */
void
insmntque(struct vnode *vp, struct mount *mp)
{
	struct mount *omp = vp->v_mount;

	if (omp == mp)
		return;
	mutex_enter(&mntvnode_lock);
	if (omp != NULL)
		TAILQ_REMOVE(&omp->mnt_vnodelist, vp, v_mntvnodes);
	vp->v_mount = mp;
	if (mp != NULL) {
		atomic_inc_uint(&mp->mnt_refcnt);
		TAILQ_INSERT_TAIL(&mp->mnt_vnodelist, vp, v_mntvnodes);
	}
	mutex_exit(&mntvnode_lock);
	if (omp != NULL)
		vfs_destroy(omp);
}

/*
 * References
 */

void
vref(struct vnode *vp)
{

	KASSERT((atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_MASK) != 0);
	atomic_inc_uint(&vp->v_usecount);
}

/* A reference from nothing: the caller's lock keeps vp from being freed. */
int
vcache_tryvget(struct vnode *vp)
{
	unsigned use, next;

	for (use = atomic_load_relaxed(&vp->v_usecount);; use = next) {
		if (use & VUSECOUNT_GATE)
			return EBUSY;
		next = atomic_cas_uint(&vp->v_usecount, use, use + 1);
		if (next == use)
			break;
	}
	if (use == 0)
		atomic_store_relaxed(&VNODE_TO_VIMPL(vp)->vi_used, true);
	return 0;
}

/* As above, but wait for the end of a reclaim: ENOENT then. */
int
vcache_vget(struct vnode *vp)
{

	if (vcache_tryvget(vp) == 0)
		return 0;
	return ENOENT;
}

int
vget(struct vnode *vp, int flags, bool wait)
{
	int error;

	if ((error = vcache_vget(vp)) != 0)
		return wait ? ENOENT : EBUSY;
	if ((flags & (LK_SHARED | LK_EXCLUSIVE)) != 0 &&
	    (error = vn_lock(vp, flags)) != 0)
		vrele(vp);
	return error;
}

void
vrele(struct vnode *vp)
{
	unsigned use, next;

	for (use = atomic_load_relaxed(&vp->v_usecount);; use = next) {
		KASSERT((use & VUSECOUNT_MASK) != 0);
		if ((use & VUSECOUNT_MASK) == 1 && use != 1)
			break;
		next = atomic_cas_uint(&vp->v_usecount, use, use - 1);
		if (next == use)
			return;
	}
	vn_drop_last(vp);
}

void
vrele_async(struct vnode *vp)
{

	vrele(vp);
}

void
vput(struct vnode *vp)
{

	VOP_UNLOCK(vp);
	vrele(vp);
}

/* Turn the reference into the right to reclaim, if it is the only one. */
static bool
vn_close_gate(struct vnode *vp)
{

	unsigned use = atomic_load_relaxed(&vp->v_usecount) & (VUSECOUNT_INACT | 1);

	use |= 1;
	return atomic_cas_uint(&vp->v_usecount, use,
	    use | VUSECOUNT_GATE) == use;
}

static void
vn_free_dead(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);

	KASSERT(vip->vi_state == VS_RECLAIMED);
	KASSERT(vp->v_holdcnt == 0);
	if ((vp->v_type == VBLK || vp->v_type == VCHR) &&
	    vp->v_specnode != NULL)
		spec_node_destroy(vp);
	else if (vp->v_type == VFIFO)
		fifo_destroy(vp);
	if (vp->v_lockf != NULL)
		lf_purge(&vp->v_lockf);
	insmntque(vp, NULL);
	vimpl_free(vip);
}

/* The slow end of vrele(): probably the last reference. */
static void
vn_drop_last(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	bool recycle = false;
	unsigned use;

	if (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) {
		use = atomic_dec_uint_nv(&vp->v_usecount);
		if ((use & VUSECOUNT_MASK) == 0)
			vn_free_dead(vp);
		return;
	}
	KASSERT(vip->vi_state == VS_ACTIVE || vip->vi_state == VS_LOADING);
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (vrefcnt(vp) == 1 && (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) == 0) {
		atomic_and_uint(&vp->v_usecount, ~VUSECOUNT_INACT);
		VOP_INACTIVE(vp, &recycle);
	} else
		VOP_UNLOCK(vp);
	if (recycle && vn_close_gate(vp)) {
		vn_reclaim(vp);
		vn_drop_last(vp);
		return;
	}
	vrele(vp);
}

/*
 * Hold counts of the vnode's buffers; a reclaim takes the buffers away first.
 */

void
vholdl(struct vnode *vp)
{

	KASSERT(mutex_owned(vp->v_interlock));
	vp->v_holdcnt++;
}

void
vhold(struct vnode *vp)
{

	mutex_enter(vp->v_interlock);
	vholdl(vp);
	mutex_exit(vp->v_interlock);
}

void
holdrelel(struct vnode *vp)
{

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vp->v_holdcnt > 0);
	vp->v_holdcnt--;
}

void
holdrele(struct vnode *vp)
{

	mutex_enter(vp->v_interlock);
	holdrelel(vp);
	mutex_exit(vp->v_interlock);
}

/*
 * Reclaiming
 */

/* Throw the file's buffers out; data that cannot be written is lost. */
static void
vn_flush_bufs(struct vnode *vp)
{

	if (LIST_EMPTY(&vp->v_dirtyblkhd) && LIST_EMPTY(&vp->v_cleanblkhd))
		return;
	if (vinvalbuf(vp, V_SAVE, NOCRED, curlwp, false, 0) != 0)
		(void)vinvalbuf(vp, 0, NOCRED, curlwp, false, 0);
}

static bool
vn_isspec(const struct vnode *vp)
{

	return vp->v_type == VBLK || vp->v_type == VCHR;
}

/*
 * Take the file away from the vnode.  The gate is closed, the caller has a
 * reference; other references may exist and find deadfs.
 */
void
vn_reclaim(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct mount *mp = vp->v_mount;
	uint8_t keybuf[64];
	bool recycle, active, used;

	KASSERT(atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE);
	vcache_set_state(vip, VS_RECLAIMING);
	used = (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_INACT) != 0;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	active = vrefcnt(vp) > 1;
	cache_purge(vp);
	if (active && vn_isspec(vp))
		spec_node_revoke(vp);
	vn_flush_bufs(vp);
	/* From here on vn_lock() lets nobody in until the vnode is dead. */
	mutex_enter(vp->v_interlock);
	vp->v_iflag |= VI_XLOCK;
	mutex_exit(vp->v_interlock);
	if (active || used)
		VOP_INACTIVE(vp, &recycle);
	else
		VOP_UNLOCK(vp);
	/* The key often lies in what VOP_RECLAIM() frees. */
	mutex_enter(&vcache_lock);
	if (vip->vi_key.vk_key != NULL) {
		KASSERT(vip->vi_key.vk_key_len <= sizeof(keybuf));
		memcpy(keybuf, vip->vi_key.vk_key, vip->vi_key.vk_key_len);
		vip->vi_key.vk_key = keybuf;
	}
	mutex_exit(&vcache_lock);
	if (VOP_RECLAIM(vp) != 0)
		panic("vnode %p: reclaim failed", (void *)vp);
	KASSERT(vp->v_data == NULL);
	cache_purge(vp);
	vn_syncer_remove_from_worklist(vp);

	mutex_enter(&vcache_lock);
	vcache_unhash_locked(vip);
	mutex_exit(&vcache_lock);
	rw_enter(&vp->v_lock, RW_WRITER);
	mutex_enter(vp->v_interlock);
	vp->v_op = dead_vnodeop_p;
	vp->v_iflag = (vp->v_iflag & ~VI_XLOCK) | VI_CLEAN;
	vp->v_vflag &= ~VV_ROOT;
	vp->v_tag = VT_NON;
	if (vp->v_type == VDIR)
		vp->v_mountedhere = NULL;
	KNOTE(&vp->v_klist, NOTE_REVOKE);
	mutex_exit(vp->v_interlock);
	rw_exit(&vp->v_lock);
	lf_purge(&vp->v_lockf);
	if (mp != dead_rootmount)
		insmntque(vp, dead_rootmount);
	vn_lru_remove(vip);
	vcache_set_state(vip, VS_RECLAIMED);
}

/* The file goes, whoever uses it.  Takes the caller's reference. */
void
vgone(struct vnode *vp)
{
	unsigned use, next;

	for (use = atomic_load_relaxed(&vp->v_usecount);; use = next) {
		KASSERT((use & VUSECOUNT_MASK) != 0);
		if (use & VUSECOUNT_GATE) {
			vcache_wait_reclaimed(vp);
			vrele(vp);
			return;
		}
		next = atomic_cas_uint(&vp->v_usecount, use,
		    use | VUSECOUNT_GATE);
		if (next == use)
			break;
	}
	vn_reclaim(vp);
	vrele(vp);
}

/* vgone() if nobody else uses the vnode. */
bool
vrecycle(struct vnode *vp)
{

	if (!vn_close_gate(vp))
		return false;
	vn_reclaim(vp);
	vrele(vp);
	return true;
}

/* Revoke every vnode of the device (or just this file). */
void
vrevoke(struct vnode *vp)
{
	struct vnode *vq;
	enum vtype type = vp->v_type;
	dev_t dev;

	if (!vn_isspec(vp)) {
		vref(vp);
		vgone(vp);
		return;
	}
	dev = vp->v_rdev;
	while (spec_node_lookup_by_dev(type, dev, &vq) == 0)
		vgone(vq);
}

int
vdead_check(struct vnode *vp, int flags)
{

	if ((atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) == 0)
		return 0;
	if ((flags & VDEAD_NOWAIT) == 0)
		vcache_wait_reclaimed(vp);
	else if (VNODE_TO_VIMPL(vp)->vi_state != VS_RECLAIMED)
		return EBUSY;
	return ENOENT;
}

/* A vnode outside the cache. */
int
getnewvnode(enum vtagtype tag, struct mount *mp, int (**vops)(void *),
    kmutex_t *slock __unused, struct vnode **vpp)
{
	struct vnode_impl *vip;
	struct vnode *vp;

	vn_reclaim_excess();
	vip = vimpl_alloc();
	vp = VIMPL_TO_VNODE(vip);
	vp->v_tag = tag;
	vp->v_op = vops;
	vcache_activate(vip, mp != NULL ? mp : dead_rootmount);
	*vpp = vp;
	return 0;
}

void
ungetnewvnode(struct vnode *vp)
{

	vn_lru_remove(VNODE_TO_VIMPL(vp));
	vcache_discard(VNODE_TO_VIMPL(vp));
}

/* In words, for panics and VOP_PRINT. */
void
vprint(const char *label, struct vnode *vp)
{
	static const char *const types[] = { VNODE_TYPES };

	printf("%s: vnode %p type %s use %u write %d hold %d tag %d mount %p\n",
	    label != NULL ? label : "", (void *)vp, types[vp->v_type],
	    vp->v_usecount, vp->v_writecount, vp->v_holdcnt, (int)vp->v_tag,
	    (void *)vp->v_mount);
	if (vp->v_data != NULL)
		VOP_PRINT(vp);
}
