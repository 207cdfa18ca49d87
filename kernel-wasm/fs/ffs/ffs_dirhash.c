/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_dirhash.c - an index in memory of a large directory: where names are,
 * and which chunks have room.
 *
 * Interface
 *	Made when a directory of more than DIRHASH_MINSIZE bytes is searched;
 *	it may vanish at any time to make room for another (EAGAIN, or nothing
 *	happens): the directory itself is the truth.  Who changes an entry says
 *	so here.  Lookup gives places of names with the same hash.
 *
 * Memory	DIRHASH_MEMORY for all; the index longest unused goes first.
 *
 * Locking	d: dirhash_lock; the vnode lock keeps the directory still.
 * Sleeps	making one reads the directory.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/queue.h>
#include <sys/vnode.h>

#include "ffs.h"

#define	DIRHASH_MINSIZE	(2 * UFS_DIRBLKSIZ)
#define	DIRHASH_MEMORY	(8UL << 20)
#define	DIRHASH_MINSLOTS 128U
#define	DIRHASH_CLASSES	(UFS_DIRSIZE(FFS_MAXNAMLEN) / 4 + 1)
#define	SLOT_EMPTY	UINT32_MAX
#define	SLOT_DELETED	(UINT32_MAX - 1)

struct slot {
	uint32_t s_hash, s_off;
};

struct dirhash {
	TAILQ_ENTRY(dirhash) dh_lru;	/* d: least recently used first */
	struct inode	*dh_ip;		/* d */
	struct slot	*dh_slots;	/* d: open addressing */
	uint32_t	dh_nslots;	/* d: power of two */
	uint32_t	dh_taken;	/* d: not SLOT_EMPTY */
	uint16_t	*dh_room;	/* d: free bytes of a chunk */
	uint32_t	dh_nchunks;	/* d */
	uint32_t	dh_roomsize;	/* d: entries of dh_room */
	uint32_t	dh_first[DIRHASH_CLASSES]; /* d: no chunk before it has
					   4 * class bytes */
};

static kmutex_t dirhash_lock;
static TAILQ_HEAD(, dirhash) dirhash_list;	/* d */
static size_t dirhash_memory;			/* d */

void
ffs_dirhash_init(void)
{
	mutex_init(&dirhash_lock, MUTEX_DEFAULT, IPL_NONE);
	TAILQ_INIT(&dirhash_list);
}

void
ffs_dirhash_fini(void)
{
	KASSERT(TAILQ_EMPTY(&dirhash_list));
	mutex_destroy(&dirhash_lock);
}

static uint32_t
ent_hash(const struct ufs_direntry *d)
{
	return hash32_buf(d->d_name, d->d_namlen, HASH32_BUF_INIT);
}

static size_t
dh_size(const struct dirhash *dh)
{
	return sizeof(*dh) + dh->dh_nslots * sizeof(*dh->dh_slots) +
	    dh->dh_roomsize * sizeof(*dh->dh_room);
}

static void
dh_destroy(struct dirhash *dh)
{
	if (dh->dh_slots != NULL)
		kmem_free(dh->dh_slots, dh->dh_nslots *
		    sizeof(*dh->dh_slots));
	if (dh->dh_room != NULL)
		kmem_free(dh->dh_room, dh->dh_roomsize *
		    sizeof(*dh->dh_room));
	kmem_free(dh, sizeof(*dh));
}

/*
 * The directory has no index any more.
 */
static void
dh_drop(struct dirhash *dh)
{
	KASSERT(mutex_owned(&dirhash_lock));
	TAILQ_REMOVE(&dirhash_list, dh, dh_lru);
	dirhash_memory -= dh_size(dh);
	dh->dh_ip->i_dirhash = NULL;
	dh_destroy(dh);
}

void
ffs_dirhash_free(struct inode *ip)
{
	mutex_enter(&dirhash_lock);
	if (ip->i_dirhash != NULL)
		dh_drop(ip->i_dirhash);
	mutex_exit(&dirhash_lock);
}

static struct slot *
slots_alloc(uint32_t n)
{
	struct slot *s = kmem_alloc(n * sizeof(*s), KM_NOSLEEP);
	uint32_t i;

	for (i = 0; s != NULL && i < n; i++)
		s[i].s_off = SLOT_EMPTY;
	return s;
}

static void
slots_put(struct slot *slots, uint32_t nslots, uint32_t hash, uint32_t off)
{
	uint32_t i = hash & (nslots - 1);

	while (slots[i].s_off != SLOT_EMPTY)
		i = (i + 1) & (nslots - 1);
	slots[i].s_hash = hash;
	slots[i].s_off = off;
}

/*
 * Twice the slots, or the same without those of deleted names.
 */
static bool
dh_rehash(struct dirhash *dh)
{
	uint32_t i, live = 0, n = dh->dh_nslots;
	struct slot *new;

	for (i = 0; i < dh->dh_nslots; i++)
		live += dh->dh_slots[i].s_off < SLOT_DELETED;
	if (live >= n / 2)
		n *= 2;
	new = slots_alloc(n);
	if (new == NULL)
		return false;
	for (i = 0; i < dh->dh_nslots; i++)
		if (dh->dh_slots[i].s_off < SLOT_DELETED)
			slots_put(new, n, dh->dh_slots[i].s_hash,
			    dh->dh_slots[i].s_off);
	kmem_free(dh->dh_slots, dh->dh_nslots * sizeof(*dh->dh_slots));
	dh->dh_slots = new;
	dh->dh_nslots = n;
	dh->dh_taken = live;
	return true;
}

static bool
dh_insert(struct dirhash *dh, uint32_t hash, uint32_t off)
{
	if (dh->dh_taken >= dh->dh_nslots / 4 * 3 && !dh_rehash(dh))
		return false;
	slots_put(dh->dh_slots, dh->dh_nslots, hash, off);
	dh->dh_taken++;
	return true;
}

/*
 * A chunk has so many bytes of room.
 */
static bool
dh_setroom(struct dirhash *dh, uint32_t chunk, uint16_t room)
{
	uint32_t size, class;
	uint16_t *new;

	if (chunk >= dh->dh_roomsize) {
		size = MAX(chunk + 1, 2 * dh->dh_roomsize);
		new = kmem_zalloc(size * sizeof(*new), KM_NOSLEEP);
		if (new == NULL)
			return false;
		memcpy(new, dh->dh_room, dh->dh_nchunks * sizeof(*new));
		kmem_free(dh->dh_room, dh->dh_roomsize * sizeof(*new));
		dh->dh_room = new;
		dh->dh_roomsize = size;
	}
	if (chunk >= dh->dh_nchunks)
		dh->dh_nchunks = chunk + 1;
	dh->dh_room[chunk] = room;
	for (class = 0; class < DIRHASH_CLASSES && class <= room / 4; class++)
		if (dh->dh_first[class] > chunk)
			dh->dh_first[class] = chunk;
	return true;
}

static struct dirhash *
dh_create(struct inode *ip)
{
	struct dirhash *dh = kmem_zalloc(sizeof(*dh), KM_SLEEP);
	uint32_t n = DIRHASH_MINSLOTS;

	while (n < ip->i_size / 16)
		n *= 2;
	dh->dh_ip = ip;
	dh->dh_nslots = n;
	dh->dh_slots = slots_alloc(n);
	dh->dh_roomsize = (uint32_t)(ip->i_size / UFS_DIRBLKSIZ) + 16;
	dh->dh_room = kmem_zalloc(dh->dh_roomsize * sizeof(*dh->dh_room),
	    KM_NOSLEEP);
	if (dh->dh_slots == NULL || dh->dh_room == NULL) {
		dh_destroy(dh);
		return NULL;
	}
	return dh;
}

/*
 * Enter what a chunk holds; a damaged one has names up to the damage.
 */
static bool
dh_scan(struct dirhash *dh, const struct fs *fs, const uint8_t *chunk,
    uint32_t off)
{
	struct ufs_direntry d;
	uint32_t at;

	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen) {
		if (ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d) != 0)
			break;
		if (d.d_ino != 0 && !dh_insert(dh, ent_hash(&d), off + at))
			return false;
	}
	return dh_setroom(dh, off / UFS_DIRBLKSIZ,
	    (uint16_t)ufs_chunk_free(fs, chunk));
}

static bool
dh_build(struct dirhash *dh)
{
	struct inode *ip = dh->dh_ip;
	const struct fs *fs = ITOFS(ip);
	struct buf *bp;
	uint64_t off;
	daddr_t lbn;
	int size, at;
	bool ok = true;

	for (off = 0; ok && off < ip->i_size; off += (uint64_t)size) {
		lbn = ffs_lblkno(fs, off);
		size = ffs_blksize(fs, ip->i_size, lbn);
		if (ffs_metaread(ip->i_ump, ip->i_vnode, lbn, size, &bp) != 0)
			return false;
		ok = bp->b_resid == 0;
		for (at = 0; ok && at < size && off + (uint64_t)at <
		    ip->i_size; at += UFS_DIRBLKSIZ)
			ok = dh_scan(dh, fs, (const uint8_t *)bp->b_data + at,
			    (uint32_t)off + (uint32_t)at);
		brelse(bp, 0);
	}
	return ok;
}

/*
 * Room for one more; the caller's own stays.
 */
static void
dh_evict(const struct dirhash *keep)
{
	struct dirhash *dh, *next;

	for (dh = TAILQ_FIRST(&dirhash_list); dh != NULL &&
	    dirhash_memory > DIRHASH_MEMORY; dh = next) {
		next = TAILQ_NEXT(dh, dh_lru);
		if (dh != keep)
			dh_drop(dh);
	}
}

static bool
dh_publish(struct inode *ip, struct dirhash *dh)
{
	mutex_enter(&dirhash_lock);
	if (ip->i_dirhash != NULL) {
		mutex_exit(&dirhash_lock);
		dh_destroy(dh);
		return true;
	}
	ip->i_dirhash = dh;
	TAILQ_INSERT_TAIL(&dirhash_list, dh, dh_lru);
	dirhash_memory += dh_size(dh);
	dh_evict(dh);
	mutex_exit(&dirhash_lock);
	return true;
}

/*
 * Has the directory an index, or can it get one?
 */
bool
ffs_dirhash_ready(struct inode *ip)
{
	struct dirhash *dh;

	if (ip->i_size <= DIRHASH_MINSIZE || ip->i_size >= DIRHASH_MEMORY ||
	    ip->i_size % UFS_DIRBLKSIZ != 0)
		return false;
	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh != NULL && TAILQ_NEXT(dh, dh_lru) != NULL) {
		TAILQ_REMOVE(&dirhash_list, dh, dh_lru);
		TAILQ_INSERT_TAIL(&dirhash_list, dh, dh_lru);
	}
	mutex_exit(&dirhash_lock);
	if (dh != NULL)
		return true;
	dh = dh_create(ip);
	if (dh == NULL)
		return false;
	if (!dh_build(dh)) {
		dh_destroy(dh);
		return false;
	}
	return dh_publish(ip, dh);
}

/*
 * The next place of a name with this hash; *cursor is 0 at first.
 */
int
ffs_dirhash_lookup(struct inode *ip, uint32_t hash, unsigned *cursor,
    uint64_t *offp)
{
	struct dirhash *dh;
	const struct slot *s;
	uint32_t mask;
	int error = ENOENT;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh == NULL) {
		mutex_exit(&dirhash_lock);
		return EAGAIN;
	}
	mask = dh->dh_nslots - 1;
	for (; *cursor < dh->dh_nslots; (*cursor)++) {
		s = &dh->dh_slots[(hash + *cursor) & mask];
		if (s->s_off == SLOT_EMPTY)
			break;
		if (s->s_off != SLOT_DELETED && s->s_hash == hash) {
			*offp = s->s_off;
			(*cursor)++;
			error = 0;
			break;
		}
	}
	mutex_exit(&dirhash_lock);
	return error;
}

void
ffs_dirhash_add(struct inode *ip, const struct ufs_direntry *d, uint64_t off)
{
	struct dirhash *dh;
	size_t was;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh != NULL) {
		was = dh_size(dh);
		if (!dh_insert(dh, ent_hash(d), (uint32_t)off))
			dh_drop(dh);
		else if (dh_size(dh) != was) {
			dirhash_memory += dh_size(dh) - was;
			dh_evict(dh);
		}
	}
	mutex_exit(&dirhash_lock);
}

void
ffs_dirhash_remove(struct inode *ip, const struct ufs_direntry *d,
    uint64_t off)
{
	const uint32_t hash = ent_hash(d);
	struct dirhash *dh;
	struct slot *s;
	uint32_t i;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	for (i = 0; dh != NULL && i < dh->dh_nslots; i++) {
		s = &dh->dh_slots[(hash + i) & (dh->dh_nslots - 1)];
		if (s->s_off == SLOT_EMPTY)
			break;
		if (s->s_hash == hash && s->s_off == off) {
			s->s_off = SLOT_DELETED;
			break;
		}
	}
	mutex_exit(&dirhash_lock);
}

/*
 * A chunk with room for so many bytes; ENOSPC: none has.
 */
int
ffs_dirhash_findfree(struct inode *ip, size_t need, uint64_t *offp)
{
	const uint32_t class = (uint32_t)howmany(need, 4);
	struct dirhash *dh;
	uint32_t i;
	int error = ENOSPC;

	KASSERT(class < DIRHASH_CLASSES);
	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh == NULL)
		error = EAGAIN;
	else {
		for (i = dh->dh_first[class]; i < dh->dh_nchunks; i++)
			if (dh->dh_room[i] >= need)
				break;
		dh->dh_first[class] = i;
		if (i < dh->dh_nchunks) {
			*offp = (uint64_t)i * UFS_DIRBLKSIZ;
			error = 0;
		}
	}
	mutex_exit(&dirhash_lock);
	return error;
}

/*
 * The chunk at off was changed.
 */
void
ffs_dirhash_chunk(struct inode *ip, uint64_t off, const uint8_t *chunk)
{
	struct dirhash *dh;
	size_t was;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh != NULL) {
		was = dh_size(dh);
		if (!dh_setroom(dh, (uint32_t)(off / UFS_DIRBLKSIZ),
		    (uint16_t)ufs_chunk_free(ITOFS(ip), chunk)))
			dh_drop(dh);
		else
			dirhash_memory += dh_size(dh) - was;
	}
	mutex_exit(&dirhash_lock);
}

/*
 * How long the directory would be without empty chunks at its end; 0: not
 * known.
 */
uint64_t
ffs_dirhash_end(struct inode *ip)
{
	struct dirhash *dh;
	uint32_t n = 0;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh != NULL) {
		n = dh->dh_nchunks;
		while (n > 0 && dh->dh_room[n - 1] == UFS_DIRBLKSIZ)
			n--;
	}
	mutex_exit(&dirhash_lock);
	return (uint64_t)n * UFS_DIRBLKSIZ;
}

/*
 * The directory became shorter.
 */
void
ffs_dirhash_cut(struct inode *ip)
{
	struct dirhash *dh;
	uint32_t class;

	mutex_enter(&dirhash_lock);
	dh = ip->i_dirhash;
	if (dh != NULL) {
		dh->dh_nchunks = MIN(dh->dh_nchunks,
		    (uint32_t)(ip->i_size / UFS_DIRBLKSIZ));
		for (class = 0; class < DIRHASH_CLASSES; class++)
			dh->dh_first[class] = MIN(dh->dh_first[class],
			    dh->dh_nchunks);
	}
	mutex_exit(&dirhash_lock);
}
