/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_cache.c - the name cache, namecache(9).
 *
 * Remembers (directory, name) -> vnode, and names that do not exist.  An
 * entry has no reference: it is dropped before its vnode is reclaimed.
 *
 * Interface
 *	A file system enters what VOP_LOOKUP found when MAKEENTRY is set and
 *	purges what it removes, renames or creates.  "." is never entered.
 *	namei() asks cache_lookup_raw() before it calls VOP_LOOKUP.
 *
 * Locking	n: namecache_lock; lookups take it shared.
 *	Order: v_lock -> vcache_lock -> namecache_lock
 *
 * Sleeps	only for memory, before the lock is taken.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/rwlock.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#define	NC_BUCKETS	4096		/* power of two */
#define	NC_SHORT	32		/* names up to here come from the pool */

struct namecache {
	LIST_ENTRY(namecache) nc_hash;		/* n */
	LIST_ENTRY(namecache) nc_vlist;		/* n: of nc_vp */
	LIST_ENTRY(namecache) nc_dvlist;	/* n: of nc_dvp */
	TAILQ_ENTRY(namecache) nc_lru;		/* n */
	struct vnode	*nc_dvp;		/* : */
	struct vnode	*nc_vp;			/* : NULL: no such name */
	uint32_t	nc_key;			/* : hash of dvp and name */
	uint32_t	nc_cnflags;		/* : ISWHITEOUT */
	bool		nc_used;		/* a: second chance */
	uint8_t		nc_nlen;		/* : */
	char		nc_name[];		/* : */
};

LIST_HEAD(nc_bucket, namecache);
TAILQ_HEAD(nc_lru, namecache);

struct nchstats nchstats;

static krwlock_t namecache_lock;
static struct nc_bucket nc_hash[NC_BUCKETS];		/* n */
static struct nc_lru nc_lru = TAILQ_HEAD_INITIALIZER(nc_lru);	/* n */
static int nc_count;					/* n */
static pool_cache_t nc_pool;

void
nchinit(void)
{

	rw_init(&namecache_lock);
	nc_pool = pool_cache_init(sizeof(struct namecache) + NC_SHORT, 0, 0, 0,
	    "ncachepl", NULL, 0, NULL, NULL, NULL);
}

static uint32_t
nc_key(const struct vnode *dvp, const char *name, size_t len)
{
	uint32_t h;

	h = hash32_buf(name, len, HASH32_BUF_INIT);
	return h ^ (uint32_t)((uintptr_t)dvp >> 4) * 2654435761U;
}

static struct nc_bucket *
nc_bucket(uint32_t key)
{

	return &nc_hash[(key ^ (key >> 16)) & (NC_BUCKETS - 1)];
}

static struct namecache *
nc_find(const struct vnode *dvp, const char *name, size_t len, uint32_t key)
{
	struct namecache *nc;

	LIST_FOREACH(nc, nc_bucket(key), nc_hash) {
		if (nc->nc_key == key && nc->nc_dvp == dvp &&
		    nc->nc_nlen == len && memcmp(nc->nc_name, name, len) == 0)
			return nc;
	}
	return NULL;
}

static void
nc_memfree(struct namecache *nc)
{

	if (nc->nc_nlen <= NC_SHORT)
		pool_cache_put(nc_pool, nc);
	else
		kmem_free(nc, sizeof(*nc) + nc->nc_nlen);
}

static void
nc_remove(struct namecache *nc)
{

	KASSERT(rw_write_held(&namecache_lock));
	LIST_REMOVE(nc, nc_hash);
	LIST_REMOVE(nc, nc_dvlist);
	if (nc->nc_vp != NULL)
		LIST_REMOVE(nc, nc_vlist);
	TAILQ_REMOVE(&nc_lru, nc, nc_lru);
	nc_count--;
	nc_memfree(nc);
}

/* Remove one name; the entry may be gone or another one by now. */
static void
nc_forget(const struct vnode *dvp, const char *name, size_t len, uint32_t key)
{
	struct namecache *nc;

	rw_enter(&namecache_lock, RW_WRITER);
	if ((nc = nc_find(dvp, name, len, key)) != NULL)
		nc_remove(nc);
	rw_exit(&namecache_lock);
}

/*
 * Result of a name: true when known.  *vpp is referenced and unlocked.  An
 * answer that the operation would make wrong is forgotten.
 */
bool
cache_lookup(struct vnode *dvp, const char *name, size_t len, uint32_t nameiop,
    uint32_t cnflags, int *iswht, struct vnode **vpp)
{
	uint32_t key = nc_key(dvp, name, len);
	struct namecache *nc;
	bool last = (cnflags & ISLASTCN) != 0, drop = false, hit = false;

	*vpp = NULL;
	if (iswht != NULL)
		*iswht = 0;
	if (len > NCHNAMLEN)
		return false;
	rw_enter(&namecache_lock, RW_READER);
	if ((nc = nc_find(dvp, name, len, key)) != NULL) {
		if ((cnflags & MAKEENTRY) == 0) {
			drop = true;
		} else if (nc->nc_vp == NULL) {
			if (last && (nameiop == CREATE || nameiop == RENAME)) {
				drop = true;
			} else {
				if (iswht != NULL)
					*iswht = (nc->nc_cnflags &
					    ISWHITEOUT) != 0;
				hit = true;
			}
		} else if (vcache_tryvget(nc->nc_vp) == 0) {
			*vpp = nc->nc_vp;
			hit = true;
		}
		atomic_store_relaxed(&nc->nc_used, true);
	}
	rw_exit(&namecache_lock);
	if (drop)
		nc_forget(dvp, name, len, key);
	return hit;
}

/* The same for namei(): a plain question. */
bool
cache_lookup_raw(struct vnode *dvp, const char *name, size_t len,
    uint32_t cnflags, int *iswht, struct vnode **vpp)
{

	return cache_lookup(dvp, name, len, LOOKUP, cnflags | MAKEENTRY, iswht,
	    vpp);
}

/*
 * Where is this directory?  0: *dvpp is its parent (referenced), the name was
 * put in front of *bpp unless that would pass bufp (ERANGE); -1: not known.
 */
int
cache_revlookup(struct vnode *vp, struct vnode **dvpp, char **bpp, char *bufp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct namecache *nc;
	int error = -1;

	*dvpp = NULL;
	rw_enter(&namecache_lock, RW_READER);
	LIST_FOREACH(nc, &vip->vi_nclist, nc_vlist) {
		if (nc->nc_nlen == 2 && nc->nc_name[0] == '.' &&
		    nc->nc_name[1] == '.')
			continue;
		if (vcache_tryvget(nc->nc_dvp) != 0)
			continue;
		if (bpp != NULL) {
			if (*bpp - bufp < nc->nc_nlen) {
				error = ERANGE;
				*dvpp = nc->nc_dvp;
				break;
			}
			*bpp -= nc->nc_nlen;
			memcpy(*bpp, nc->nc_name, nc->nc_nlen);
		}
		*dvpp = nc->nc_dvp;
		error = 0;
		break;
	}
	rw_exit(&namecache_lock);
	if (error == ERANGE) {
		vrele(*dvpp);
		*dvpp = NULL;
	}
	return error;
}

static struct namecache *
nc_new(struct vnode *dvp, struct vnode *vp, const char *name, size_t len,
    uint32_t cnflags)
{
	struct namecache *nc;

	if (len <= NC_SHORT)
		nc = pool_cache_get(nc_pool, PR_WAITOK);
	else
		nc = kmem_alloc(sizeof(*nc) + len, KM_SLEEP);
	nc->nc_dvp = dvp;
	nc->nc_vp = vp;
	nc->nc_key = nc_key(dvp, name, len);
	nc->nc_cnflags = cnflags & ISWHITEOUT;
	nc->nc_used = false;
	nc->nc_nlen = (uint8_t)len;
	memcpy(nc->nc_name, name, len);
	return nc;
}

static void
nc_insert(struct namecache *nc)
{

	LIST_INSERT_HEAD(nc_bucket(nc->nc_key), nc, nc_hash);
	LIST_INSERT_HEAD(&VNODE_TO_VIMPL(nc->nc_dvp)->vi_dnclist, nc,
	    nc_dvlist);
	if (nc->nc_vp != NULL)
		LIST_INSERT_HEAD(&VNODE_TO_VIMPL(nc->nc_vp)->vi_nclist, nc,
		    nc_vlist);
	TAILQ_INSERT_TAIL(&nc_lru, nc, nc_lru);
	nc_count++;
}

/* Keep the cache about as large as twice the number of vnodes. */
static void
nc_trim(void)
{
	struct namecache *nc;
	int looked;

	for (looked = 0; nc_count > 2 * desiredvnodes && looked < 32;
	    looked++) {
		nc = TAILQ_FIRST(&nc_lru);
		if (!atomic_load_relaxed(&nc->nc_used)) {
			nc_remove(nc);
			continue;
		}
		nc->nc_used = false;
		TAILQ_REMOVE(&nc_lru, nc, nc_lru);
		TAILQ_INSERT_TAIL(&nc_lru, nc, nc_lru);
	}
}

/* dvp (and vp) are referenced; vp NULL: the name does not exist. */
void
cache_enter(struct vnode *dvp, struct vnode *vp, const char *name, size_t len,
    uint32_t cnflags)
{
	struct namecache *nc, *old;

	if (len > NCHNAMLEN || (cnflags & NOCACHE) != 0)
		return;
	if (len == 1 && name[0] == '.')
		return;
	if ((cnflags & MAKEENTRY) == 0)
		return;
	nc = nc_new(dvp, vp, name, len, cnflags);
	rw_enter(&namecache_lock, RW_WRITER);
	if ((atomic_load_relaxed(&dvp->v_usecount) & VUSECOUNT_GATE) != 0 ||
	    (vp != NULL && (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) != 0)) {
		rw_exit(&namecache_lock);
		nc_memfree(nc);
		return;
	}
	if ((old = nc_find(dvp, name, len, nc->nc_key)) != NULL)
		nc_remove(old);
	nc_insert(nc);
	nc_trim();
	rw_exit(&namecache_lock);
}

/*
 * Forget: one name in vp, or the names of vp (PURGE_PARENTS) and the names in
 * it (PURGE_CHILDREN).
 */
void
cache_purge1(struct vnode *vp, const char *name, size_t len, int flags)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct namecache *nc;

	if (name != NULL) {
		nc_forget(vp, name, len, nc_key(vp, name, len));
		return;
	}
	rw_enter(&namecache_lock, RW_WRITER);
	if (flags & PURGE_PARENTS)
		while ((nc = LIST_FIRST(&vip->vi_nclist)) != NULL)
			nc_remove(nc);
	if (flags & PURGE_CHILDREN)
		while ((nc = LIST_FIRST(&vip->vi_dnclist)) != NULL)
			nc_remove(nc);
	rw_exit(&namecache_lock);
}

void
cache_purgevfs(struct mount *mp)
{
	struct namecache *nc, *next;

	rw_enter(&namecache_lock, RW_WRITER);
	TAILQ_FOREACH_SAFE(nc, &nc_lru, nc_lru, next) {
		if (nc->nc_dvp->v_mount == mp)
			nc_remove(nc);
	}
	rw_exit(&namecache_lock);
}
