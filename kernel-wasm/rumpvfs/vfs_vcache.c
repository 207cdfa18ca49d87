/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vcache.c - the vnodes of files, by (mount, key).
 *
 * Interface
 *	vcache_get() finds or loads the vnode of a file, vcache_new() makes a
 *	new file, vcache_rekey_*() give a file another key.  The states of a
 *	vnode are told in vfs_vnode.c.
 *
 * Locking	c: vcache_lock, for the hash chains, keys and states.
 * Sleeps	vcache_get(), vcache_new(): the file system loads.
 * Errors	0 or errno; vcache_get() gives NULL when an unmount by force is
 *	under way.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/hash.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include "vfs_vnode_private.h"

#define	VCACHE_BUCKETS	1024		/* power of two */

SLIST_HEAD(vcache_bucket, vnode_impl);

kmutex_t vcache_lock;
kcondvar_t vcache_cv;		/* c: some vnode changed its state */
static struct vcache_bucket vcache_hash[VCACHE_BUCKETS];	/* c */

void
vcache_sysinit(void)
{
	size_t i;

	mutex_init(&vcache_lock, MUTEX_DEFAULT, 0);
	cv_init(&vcache_cv, "vcache");
	for (i = 0; i < VCACHE_BUCKETS; i++)
		SLIST_INIT(&vcache_hash[i]);
}

void
vcache_set_state(struct vnode_impl *vip, enum vnode_state state)
{

	mutex_enter(&vcache_lock);
	vip->vi_state = state;
	cv_broadcast(&vcache_cv);
	mutex_exit(&vcache_lock);
}

void
vcache_wait_reclaimed(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);

	mutex_enter(&vcache_lock);
	while (vip->vi_state != VS_RECLAIMED)
		cv_wait(&vcache_cv, &vcache_lock);
	mutex_exit(&vcache_lock);
}

static struct vcache_bucket *
vcache_bucket(const struct mount *mp, const void *key, size_t len)
{
	uint32_t h = hash32_buf(key, len, HASH32_BUF_INIT);

	return &vcache_hash[(h ^ ((uintptr_t)mp >> 6)) & (VCACHE_BUCKETS - 1)];
}

void
vcache_unhash_locked(struct vnode_impl *vip)
{

	KASSERT(mutex_owned(&vcache_lock));
	if (vip->vi_key.vk_key == NULL)
		return;
	SLIST_REMOVE(vcache_bucket(vip->vi_key.vk_mount, vip->vi_key.vk_key,
	    vip->vi_key.vk_key_len), vip, vnode_impl, vi_hash);
	vip->vi_key.vk_key = NULL;
	vip->vi_key.vk_key_len = 0;
}

static struct vnode_impl *
vcache_find(const struct vcache_bucket *b, const struct mount *mp,
    const void *key, size_t len)
{
	struct vnode_impl *vip;

	KASSERT(mutex_owned(&vcache_lock));
	SLIST_FOREACH(vip, b, vi_hash) {
		if (vip->vi_key.vk_mount == mp &&
		    vip->vi_key.vk_key_len == len &&
		    memcmp(vip->vi_key.vk_key, key, len) == 0)
			return vip;
	}
	return NULL;
}

void
vcache_activate(struct vnode_impl *vip, struct mount *mp)
{

	insmntque(VIMPL_TO_VNODE(vip), mp);
	vn_lru_insert(vip);
	atomic_or_uint(&VIMPL_TO_VNODE(vip)->v_usecount, VUSECOUNT_INACT);
	vcache_set_state(vip, VS_ACTIVE);
}

/* A vnode that never became a file. */
void
vcache_discard(struct vnode_impl *vip)
{
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	mutex_enter(&vcache_lock);
	vcache_unhash_locked(vip);
	vip->vi_state = VS_RECLAIMED;
	cv_broadcast(&vcache_cv);
	mutex_exit(&vcache_lock);
	insmntque(vp, NULL);
	KASSERT(vrefcnt(vp) == 1);
	vimpl_free(vip);
}

/*
 * Look; true when *vpp is the answer (NULL: going away by force), false:
 * insert your own.
 */
static bool
vcache_lookup(struct mount *mp, const void *key, size_t len,
    struct vnode_impl *own, bool patient, struct vnode **vpp)
{
	struct vcache_bucket *b = vcache_bucket(mp, key, len);
	struct vnode_impl *vip;

	mutex_enter(&vcache_lock);
	while ((vip = vcache_find(b, mp, key, len)) != NULL) {
		if (vip->vi_state == VS_ACTIVE &&
		    vcache_tryvget(VIMPL_TO_VNODE(vip)) == 0) {
			mutex_exit(&vcache_lock);
			*vpp = VIMPL_TO_VNODE(vip);
			return true;
		}
		/* The unmount may wait for a lock that the caller has. */
		if (!patient && (atomic_load_relaxed(&mp->mnt_iflag) &
		    IMNT_FORCED) != 0) {
			mutex_exit(&vcache_lock);
			*vpp = NULL;
			return true;
		}
		cv_wait(&vcache_cv, &vcache_lock);
	}
	if (own != NULL) {
		own->vi_key.vk_mount = mp;
		own->vi_key.vk_key = key;
		own->vi_key.vk_key_len = len;
		SLIST_INSERT_HEAD(b, own, vi_hash);
	}
	mutex_exit(&vcache_lock);
	return false;
}

int
vcache_get(struct mount *mp, const void *key, size_t len, struct vnode **vpp)
{
	struct vnode_impl *vip;
	const void *newkey;
	int error;

	*vpp = NULL;
	if (vcache_lookup(mp, key, len, NULL, false, vpp))
		return *vpp != NULL ? 0 : ENOENT;
	vn_reclaim_excess();
	vip = vimpl_alloc();
	if (vcache_lookup(mp, key, len, vip, false, vpp)) {
		vip->vi_state = VS_RECLAIMED;
		vimpl_free(vip);
		return *vpp != NULL ? 0 : ENOENT;
	}
	insmntque(VIMPL_TO_VNODE(vip), mp);
	error = VFS_LOADVNODE(mp, VIMPL_TO_VNODE(vip), key, len, &newkey);
	if (error != 0) {
		vcache_discard(vip);
		return error;
	}
	KASSERT(newkey != NULL && memcmp(newkey, key, len) == 0);
	mutex_enter(&vcache_lock);
	vip->vi_key.vk_key = newkey;
	mutex_exit(&vcache_lock);
	vcache_activate(vip, mp);
	*vpp = VIMPL_TO_VNODE(vip);
	return 0;
}

/*
 * A file system is about to give this key to a new file: has a file that
 * somebody uses got it?  Then what the disk says about free numbers is wrong.
 */
bool
vcache_inuse(struct mount *mp, const void *key, size_t len)
{
	struct vnode *vp;

	while (vcache_lookup(mp, key, len, NULL, true, &vp)) {
		if (!vrecycle(vp)) {
			vrele(vp);
			return true;
		}
	}
	return false;
}

int
vcache_new(struct mount *mp, struct vnode *dvp, struct vattr *vap,
    kauth_cred_t cred, struct vnode **vpp)
{
	struct vnode_impl *vip;
	struct vnode *other;
	const void *key;
	size_t len;
	int error;

	*vpp = NULL;
	vn_reclaim_excess();
	vip = vimpl_alloc();
	insmntque(VIMPL_TO_VNODE(vip), mp);
	error = VFS_NEWVNODE(mp, dvp, VIMPL_TO_VNODE(vip), vap, cred, &len,
	    &key);
	if (error != 0) {
		vcache_discard(vip);
		return error;
	}
	KASSERT(key != NULL && len > 0);
	/* An old vnode of the same number may still be on its way out. */
	while (vcache_lookup(mp, key, len, vip, true, &other)) {
		if (!vrecycle(other))
			panic("vcache_new: key in use");	/* vcache_inuse() */
	}
	vcache_activate(vip, mp);
	*vpp = VIMPL_TO_VNODE(vip);
	return 0;
}

/* Change the key of a file; the old one is found until exit. */
int
vcache_rekey_enter(struct mount *mp, struct vnode *vp,
    const void *oldkey __unused, size_t oldlen __unused, const void *newkey,
    size_t newlen)
{
	int error = 0;

	mutex_enter(&vcache_lock);
	if (vcache_find(vcache_bucket(mp, newkey, newlen), mp, newkey,
	    newlen) != NULL)
		error = EEXIST;
	KASSERT(VNODE_TO_VIMPL(vp)->vi_key.vk_mount == mp);
	mutex_exit(&vcache_lock);
	return error;
}

void
vcache_rekey_exit(struct mount *mp, struct vnode *vp,
    const void *oldkey __unused, size_t oldlen __unused, const void *newkey,
    size_t newlen)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);

	mutex_enter(&vcache_lock);
	vcache_unhash_locked(vip);
	vip->vi_key.vk_mount = mp;
	vip->vi_key.vk_key = newkey;
	vip->vi_key.vk_key_len = newlen;
	SLIST_INSERT_HEAD(vcache_bucket(mp, newkey, newlen), vip, vi_hash);
	cv_broadcast(&vcache_cv);
	mutex_exit(&vcache_lock);
}

void
vcache_remove(struct mount *mp, const void *key, size_t len)
{
	struct vnode_impl *vip;

	mutex_enter(&vcache_lock);
	vip = vcache_find(vcache_bucket(mp, key, len), mp, key, len);
	if (vip != NULL)
		vcache_unhash_locked(vip);
	mutex_exit(&vcache_lock);
}
