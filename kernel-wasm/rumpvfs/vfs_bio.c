/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_bio.c - buffer cache.
 *
 * The only road between a file system and a block device.
 *
 * Interface
 *	bread() returns a busy buf with valid data; the caller owns it until
 *	brelse(), bwrite(), bawrite() or bdwrite().  Do not wait for a second
 *	buf of the same vnode out of order while holding one.
 *	On error bread() has released the buf already.
 *
 * States	(who moves it)
 *	none -> BUSY		getblk() of a block not in memory
 *	FREE -> BUSY		getblk() of one that is
 *	BUSY -> reading		bread() on a miss
 *	reading -> BUSY		biodone()
 *	BUSY -> DIRTY		bdwrite(): BO_DELWRI, on the lru list
 *	DIRTY -> writing	syncer, fsync, recycling
 *	writing -> FREE		biodone() of an asynchronous write
 *	BUSY -> FREE		brelse()
 *	FREE -> none		recycling, vinvalbuf()
 *
 * Locking	c: bufcache_lock   o: b_objlock   b: owner of BC_BUSY
 *	Order: c before o.  Neither is held over a transfer or an allocation.
 *
 * Memory
 *	Each buf owns b_bufsize bytes.  Above the limit getblk() recycles:
 *	first the age list (worthless or never used data), then lru.
 *	Busy bufs cannot be recycled, so the limit may be passed for as long
 *	as more than that much is busy; nobody ever waits for memory here.
 *
 * Sleeps	getblk() for BC_BUSY, bread(), bwrite().
 * Errors	0 or errno; a device error stays in b_error until release.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/pool.h>
#include <sys/vnode.h>

#include "vfs_bio_private.h"

#define	BUFHASH_MIN	256		/* chains; power of two */
#define	BUFHASH_MAX	16384
#define	BUF_LIMIT_MIN	(1024UL * 1024)
#define	BUF_LIMIT_FREE	(256UL * 1024 * 1024)	/* no memory limit given */
#define	BUF_SHARE	6		/* limit = memory / BUF_SHARE */

kmutex_t bufcache_lock;
kmutex_t buffer_lock;
struct bufcache_stats bufcache_stats;
u_int nbuf;

struct bqueue bufqueues[BQ_COUNT];
static struct buflists *bufhash;		/* c: chains */
static u_int bufhash_mask;
static struct pool buf_pool;

static void	buf_reclaim(void *);

static struct buflists *
buf_chain(const struct vnode *vp, daddr_t blkno)
{
	uintptr_t v = (uintptr_t)vp;
	uint32_t h;

	h = (uint32_t)(v >> 5) * 0x9e3779b1U + (uint32_t)blkno * 0x85ebca6bU;
	h ^= h >> 15;
	return &bufhash[h & bufhash_mask];
}

u_long
buf_memcalc(void)
{
	u_long limit = BUF_LIMIT_FREE;
	struct kmem_stat ks;

	kmem_getstat(&ks);
	if (ks.ks_limit != 0 && ks.ks_limit / BUF_SHARE < limit)
		limit = ks.ks_limit / BUF_SHARE;
	return limit < BUF_LIMIT_MIN ? BUF_LIMIT_MIN : limit;
}

void
bufinit(void)
{
	u_int i, chains = BUFHASH_MIN;

	mutex_init(&bufcache_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&buffer_lock, MUTEX_DEFAULT, IPL_NONE);
	pool_init(&buf_pool, sizeof(struct buf), 0, 0, 0, "bufpl", NULL,
	    IPL_NONE);
	bufcache_stats.bs_limit = buf_memcalc();
	while (chains < BUFHASH_MAX &&
	    (uint64_t)chains * 8192 < bufcache_stats.bs_limit)
		chains <<= 1;
	bufhash = kmem_alloc(chains * sizeof(*bufhash), KM_SLEEP);
	bufhash_mask = chains - 1;
	for (i = 0; i < chains; i++)
		LIST_INIT(&bufhash[i]);
	for (i = 0; i < BQ_COUNT; i++)
		TAILQ_INIT(&bufqueues[i]);
	kmem_reclaim_establish(buf_reclaim, NULL);
}

void
bufinit2(void)
{
	/* Everything is set up by bufinit(). */
}

/*
 * Give everything back; all vnodes are gone.
 */
void
buf_fini(void)
{
	while (buf_drain(INT_MAX) > 0)
		continue;
	kmem_free(bufhash, (bufhash_mask + 1) * sizeof(*bufhash));
	pool_destroy(&buf_pool);
	mutex_destroy(&buffer_lock);
	mutex_destroy(&bufcache_lock);
}

void
buf_init(buf_t *bp)
{
	memset(bp, 0, sizeof(*bp));
	bp->b_freelistindex = BQ_NONE;
	bp->b_dev = NODEV;
	bp->b_objlock = &buffer_lock;
	bp->b_prio = BPRIO_DEFAULT;
	cv_init(&bp->b_busy, "biolock");
	cv_init(&bp->b_done, "biowait");
}

void
buf_destroy(buf_t *bp)
{
	cv_destroy(&bp->b_done);
	cv_destroy(&bp->b_busy);
}

buf_t *
buf_structalloc(void)
{
	buf_t *bp = pool_get(&buf_pool, PR_WAITOK);

	buf_init(bp);
	return bp;
}

void
buf_structfree(buf_t *bp)
{
	buf_destroy(bp);
	pool_put(&buf_pool, bp);
}

static void
binsfree(buf_t *bp, int queue, bool tail)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_freelistindex == BQ_NONE);

	if (tail)
		TAILQ_INSERT_TAIL(&bufqueues[queue], bp, b_freelist);
	else
		TAILQ_INSERT_HEAD(&bufqueues[queue], bp, b_freelist);
	bp->b_freelistindex = queue;
}

void
bremfree(buf_t *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(bp->b_freelistindex != BQ_NONE);

	TAILQ_REMOVE(&bufqueues[bp->b_freelistindex], bp, b_freelist);
	bp->b_freelistindex = BQ_NONE;
}

/*
 * Own a buf.  EPASSTHROUGH: the lock was dropped, look it up again.
 */
int
bbusy(buf_t *bp, bool intr, int timo, kmutex_t *interlock)
{
	int error;

	KASSERT(mutex_owned(&bufcache_lock));
	if ((bp->b_cflags & BC_BUSY) != 0) {
		bp->b_cflags |= BC_WANTED;
		bp->b_refcnt++;
		if (interlock != NULL)
			mutex_exit(interlock);
		if (intr)
			error = cv_timedwait_sig(&bp->b_busy, &bufcache_lock,
			    timo);
		else
			error = cv_timedwait(&bp->b_busy, &bufcache_lock,
			    timo);
		bp->b_refcnt--;
		if (bp->b_refcnt == 0 && (bp->b_cflags & BC_GONE) != 0)
			buf_structfree(bp);
		if (interlock != NULL)
			mutex_enter(interlock);
		return error != 0 ? error : EPASSTHROUGH;
	}
	bp->b_cflags |= BC_BUSY;
	bremfree(bp);
	return 0;
}

/*
 * Is the block in memory?  Returns it without owning it.
 */
buf_t *
incore(struct vnode *vp, daddr_t blkno)
{
	buf_t *bp;

	KASSERT(mutex_owned(&bufcache_lock));
	LIST_FOREACH(bp, buf_chain(vp, blkno), b_hash) {
		if (bp->b_lblkno == blkno && bp->b_vp == vp &&
		    (bp->b_cflags & BC_INVAL) == 0)
			return bp;
	}
	return NULL;
}

/*
 * Forget an owned buf's identity and free it.  bufcache_lock is held and
 * dropped for the memory; returns the bytes freed.
 */
static int
buf_discard(buf_t *bp)
{
	int size = bp->b_bufsize;
	void *data;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	KASSERT((bp->b_oflags & BO_DELWRI) == 0);

	if (bp->b_hashed) {
		LIST_REMOVE(bp, b_hash);
		bp->b_hashed = false;
	}
	if (bp->b_vp != NULL)
		brelvp(bp);
	bufcache_stats.bs_bytes -= (uint64_t)size;
	bufcache_stats.bs_count--;
	nbuf--;
	data = bp->b_data;
	bp->b_data = NULL;
	bp->b_bufsize = 0;
	if (bp->b_refcnt != 0) {
		/* Sleepers in bbusy() hold the structure; the last frees. */
		bp->b_cflags |= BC_GONE;
		cv_broadcast(&bp->b_busy);
		bp = NULL;
	}
	mutex_exit(&bufcache_lock);
	if (size != 0)
		kmem_free(data, (size_t)size);
	if (bp != NULL)
		buf_structfree(bp);
	mutex_enter(&bufcache_lock);
	return size;
}

static buf_t *
buf_victim(struct bqueue *q, bool cleanonly)
{
	buf_t *bp = TAILQ_FIRST(q);

	while (cleanonly && bp != NULL && (bp->b_oflags & BO_DELWRI) != 0)
		bp = TAILQ_NEXT(bp, b_freelist);
	return bp;
}

/*
 * Recycle the least valuable buf.  A dirty one is written and stays.
 * Returns bytes freed, 0 when only started a write, -1 when nothing is left.
 */
static int
buf_trim(bool cleanonly)
{
	buf_t *bp;

	KASSERT(mutex_owned(&bufcache_lock));
	bp = buf_victim(&bufqueues[BQ_AGE], cleanonly);
	if (bp == NULL)
		bp = buf_victim(&bufqueues[BQ_LRU], cleanonly);
	if (bp == NULL)
		return -1;
	KASSERT((bp->b_cflags & BC_BUSY) == 0);
	bp->b_cflags |= BC_BUSY;
	bremfree(bp);
	if ((bp->b_oflags & BO_DELWRI) != 0) {
		mutex_exit(&bufcache_lock);
		bawrite(bp);
		mutex_enter(&bufcache_lock);
		return 0;
	}
	bufcache_stats.bs_recycled++;
	return buf_discard(bp);
}

/*
 * Make room for a number of bytes, as far as idle bufs go.
 */
static void
buf_makeroom(size_t size)
{
	int tries = 64;		/* writes may not free anything at once */

	while (bufcache_stats.bs_bytes + size > bufcache_stats.bs_limit &&
	    tries > 0) {
		int n = buf_trim(false);

		if (n < 0)
			break;
		if (n == 0)
			tries--;
	}
}

/*
 * Free about n bytes of clean bufs for others; returns bytes freed.
 */
int
buf_drain(int n)
{
	int got, sum = 0;

	mutex_enter(&bufcache_lock);
	while (sum < n && (got = buf_trim(true)) > 0)
		sum += got;
	mutex_exit(&bufcache_lock);
	return sum;
}

/*
 * The kernel is short of memory: give back a quarter.
 */
static void
buf_reclaim(void *arg)
{
	uint64_t n = bufcache_stats.bs_bytes / 4 + 65536;

	(void)arg;
	(void)buf_drain(n > INT_MAX ? INT_MAX : (int)n);
}

int
buf_setvalimit(size_t limit)
{
	mutex_enter(&bufcache_lock);
	bufcache_stats.bs_limit = limit < BUF_LIMIT_MIN ? BUF_LIMIT_MIN :
	    limit;
	buf_makeroom(0);
	mutex_exit(&bufcache_lock);
	return 0;
}

int
buf_nbuf(void)
{
	return (int)nbuf;
}

size_t
buf_memory(void)
{
	return (size_t)bufcache_stats.bs_bytes;
}

/*
 * A new busy buf with memory, without identity.  No lock held.
 */
static buf_t *
buf_create(int size)
{
	buf_t *bp = buf_structalloc();

	mutex_enter(&bufcache_lock);
	buf_makeroom((size_t)size);
	bufcache_stats.bs_bytes += (uint64_t)size;
	bufcache_stats.bs_count++;
	nbuf++;
	mutex_exit(&bufcache_lock);
	bp->b_data = kmem_alloc((size_t)size, KM_SLEEP);
	bp->b_bufsize = bp->b_bcount = size;
	bp->b_cflags = BC_BUSY;
	return bp;
}

/*
 * Change the size of an owned buf; with preserve the common part is kept.
 */
int
allocbuf(buf_t *bp, int size, int preserve)
{
	int want = roundup2(size, DEV_BSIZE), old = bp->b_bufsize;
	void *data;

	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	if (want != old) {
		data = kmem_alloc((size_t)want, KM_SLEEP);
		if (preserve)
			memcpy(data, bp->b_data,
			    (size_t)(want < old ? want : old));
		if (old != 0)
			kmem_free(bp->b_data, (size_t)old);
		bp->b_data = data;
		bp->b_bufsize = want;
		mutex_enter(&bufcache_lock);
		bufcache_stats.bs_bytes += (uint64_t)want;
		bufcache_stats.bs_bytes -= (uint64_t)old;
		if ((bp->b_oflags & BO_DELWRI) != 0) {
			bufcache_stats.bs_dirty += (uint64_t)want;
			bufcache_stats.bs_dirty -= (uint64_t)old;
		}
		mutex_exit(&bufcache_lock);
	}
	bp->b_bcount = size;
	return 0;
}

/*
 * Put a new buf in the place of a missing block, unless somebody else did
 * while we had no lock.
 */
static bool
buf_enter(buf_t *bp, struct vnode *vp, daddr_t blkno)
{
	KASSERT(mutex_owned(&bufcache_lock));
	if (incore(vp, blkno) != NULL)
		return false;
	bp->b_lblkno = bp->b_blkno = blkno;
	LIST_INSERT_HEAD(buf_chain(vp, blkno), bp, b_hash);
	bp->b_hashed = true;
	bgetvp(vp, bp);
	return true;
}

buf_t *
getblk(struct vnode *vp, daddr_t blkno, int size, int slpflag, int slptimeo)
{
	buf_t *bp, *newbp = NULL;
	int error;

	KASSERT(size > 0 && size <= MAXBSIZE);
	mutex_enter(&bufcache_lock);
	bufcache_stats.bs_lookups++;
	for (;;) {
		bp = incore(vp, blkno);
		if (bp != NULL) {
			error = bbusy(bp, (slpflag & PCATCH) != 0, slptimeo,
			    NULL);
			if (error == EPASSTHROUGH)
				continue;
			if (error == 0)
				bufcache_stats.bs_hits++;
			else
				bp = NULL;
			break;
		}
		if (newbp != NULL && buf_enter(newbp, vp, blkno)) {
			mutex_exit(&bufcache_lock);
			newbp->b_bcount = size;
			return newbp;
		}
		if (newbp == NULL) {
			mutex_exit(&bufcache_lock);
			newbp = buf_create(roundup2(size, DEV_BSIZE));
			mutex_enter(&bufcache_lock);
		}
	}
	if (newbp != NULL)
		(void)buf_discard(newbp);
	mutex_exit(&bufcache_lock);
	if (bp != NULL && bp->b_bcount != size)
		buf_resize(bp, size);
	return bp;
}

/*
 * A block found with another size: growing data beyond the old end is
 * unknown, so a clean one is read again.
 */
void
buf_resize(buf_t *bp, int size)
{
	if (size > bp->b_bcount && (bp->b_oflags & BO_DELWRI) == 0)
		bp->b_oflags &= ~(u_int)BO_DONE;
	(void)allocbuf(bp, size, 1);
}

/*
 * A busy buf that belongs to nobody.
 */
buf_t *
geteblk(int size)
{
	buf_t *bp;

	KASSERT(size > 0 && size <= MAXBSIZE);
	bp = buf_create(roundup2(size, DEV_BSIZE));
	bp->b_bcount = size;
	bp->b_cflags |= BC_INVAL;
	return bp;
}

/*
 * Release an owned buf: bufcache_lock is held; it is dropped and taken again
 * when the buf is thrown away.
 */
void
brelsel(buf_t *bp, int set)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	KASSERT(bp->b_iodone == NULL);

	bp->b_cflags |= (u_int)set;
	if (bp->b_error != 0)
		bp->b_cflags |= BC_INVAL;
	if ((bp->b_cflags & (BC_INVAL | BC_NOCACHE)) != 0 ||
	    bp->b_vp == NULL ||
	    (bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
		buf_clean(bp);
		(void)buf_discard(bp);
		return;
	}
	if ((bp->b_cflags & BC_WANTED) != 0)
		cv_broadcast(&bp->b_busy);
	if ((bp->b_flags & B_LOCKED) != 0)
		binsfree(bp, BQ_LOCKED, true);
	else if ((bp->b_cflags & BC_AGE) != 0)
		binsfree(bp, BQ_AGE, true);
	else
		binsfree(bp, BQ_LRU, true);
	bp->b_cflags &= ~(u_int)(BC_AGE | BC_BUSY | BC_NOCACHE | BC_WANTED |
	    BC_VFLUSH);
	bp->b_flags &= ~(u_int)(B_ASYNC | B_READ | B_MEDIA_FUA);
}

void
brelse(buf_t *bp, int set)
{
	mutex_enter(&bufcache_lock);
	brelsel(bp, set);
	mutex_exit(&bufcache_lock);
}
