/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_fat.c - the file allocation table and the map of free clusters.
 *
 * Interface
 *	A chain is made from its end: msdosfs_clust_alloc() gives a cluster
 *	that ends a chain; msdosfs_fat_link() hangs it behind another one.
 *	msdosfs_chain_free() gives a chain back and stops at the first cluster
 *	that is free already, so a ring ends it.
 *
 * Memory	a bit a cluster, made at mount from the whole FAT, and so right
 *		whatever FSInfo says.
 *		Unless the mount is asynchronous, a cluster that was freed is
 *		held: it is given out again when a flush has brought to the
 *		disk that nothing leads to it any more.
 * Writing	delayed, in all copies unless mirroring is off; the caller
 *		orders with msdosfs_flush().
 *
 * Locking	f: pm_lock.  Buffers of the FAT are taken with it held.
 * Sleeps	yes.
 * Errors	EIO a number that is no cluster, or of the device; ENOSPC.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "msdosfs.h"

/* A place in a FAT: an entry of FAT12 can lie in two sectors. */
struct fatpos {
	uint64_t	fp_byte;	/* in the FAT */
	unsigned	fp_len;		/* bytes it touches */
};

static struct fatpos
fat_pos(const struct msdosfsmount *pmp, uint32_t cn)
{
	struct fatpos fp;

	if (FAT12(pmp)) {
		fp.fp_byte = (uint64_t)cn + cn / 2;
		fp.fp_len = 2;
	} else {
		fp.fp_len = FAT32(pmp) ? 4 : 2;
		fp.fp_byte = (uint64_t)cn * fp.fp_len;
	}
	return fp;
}

/* The sector of a FAT that holds a byte, owned. */
static int
fat_sector(struct msdosfsmount *pmp, uint32_t fat, uint64_t byte,
    struct buf **bpp)
{
	uint64_t at = pmp->pm_fatoff + fat * pmp->pm_fatbytes +
	    rounddown2(byte, (uint64_t)pmp->pm_bytespersec);

	return bread(pmp->pm_devvp, (daddr_t)(at >> DEV_BSHIFT),
	    (int)pmp->pm_bytespersec, 0, bpp);
}

static int
fat_readbytes(struct msdosfsmount *pmp, const struct fatpos *fp, uint8_t *out)
{
	uint64_t mask = pmp->pm_bytespersec - 1;
	struct buf *bp;
	unsigned i, n;
	int error;

	for (i = 0; i < fp->fp_len; i += n) {
		uint64_t byte = fp->fp_byte + i;

		n = (unsigned)MIN(fp->fp_len - i,
		    pmp->pm_bytespersec - (byte & mask));
		error = fat_sector(pmp, pmp->pm_curfat, byte, &bp);
		if (error != 0)
			return error;
		memcpy(out + i, (uint8_t *)bp->b_data + (byte & mask), n);
		brelse(bp, 0);
	}
	return 0;
}

static int
fat_writebytes(struct msdosfsmount *pmp, uint32_t fat,
    const struct fatpos *fp, const uint8_t *in)
{
	uint64_t mask = pmp->pm_bytespersec - 1;
	struct buf *bp;
	unsigned i, n;
	int error;

	for (i = 0; i < fp->fp_len; i += n) {
		uint64_t byte = fp->fp_byte + i;

		n = (unsigned)MIN(fp->fp_len - i,
		    pmp->pm_bytespersec - (byte & mask));
		error = fat_sector(pmp, fat, byte, &bp);
		if (error != 0)
			return error;
		memcpy((uint8_t *)bp->b_data + (byte & mask), in + i, n);
		bdwrite(bp);
	}
	return 0;
}

/* The raw entry of any number, 0 and 1 too. */
static int
fat_read(struct msdosfsmount *pmp, uint32_t cn, uint32_t *valp)
{
	struct fatpos fp = fat_pos(pmp, cn);
	uint8_t raw[4] = { 0 };
	int error = fat_readbytes(pmp, &fp, raw);
	uint32_t v = le32dec(raw);

	if (FAT12(pmp) && (cn & 1) != 0)
		v >>= 4;
	*valp = v;
	return error;
}

/* The bits outside the mask stay what they are. */
static int
fat_write(struct msdosfsmount *pmp, uint32_t cn, uint32_t val)
{
	struct fatpos fp = fat_pos(pmp, cn);
	uint32_t mask = pmp->pm_fatmask, old, fat;
	uint8_t raw[4] = { 0 };
	int error = fat_readbytes(pmp, &fp, raw);

	if (error != 0)
		return error;
	old = le32dec(raw);
	val &= mask;
	if (FAT12(pmp) && (cn & 1) != 0) {
		mask <<= 4;
		val <<= 4;
	}
	le32enc(raw, (old & ~mask) | val);
	if (!pmp->pm_mirror)
		return fat_writebytes(pmp, pmp->pm_curfat, &fp, raw);
	for (fat = 0; fat < pmp->pm_fats && error == 0; fat++)
		error = fat_writebytes(pmp, fat, &fp, raw);
	return error;
}

/*
 * What follows cluster cn: a cluster, or CLUST_EOFE.
 */
int
msdosfs_fat_get(struct msdosfsmount *pmp, uint32_t cn, uint32_t *nextp)
{
	uint32_t next;
	int error;

	if (!msdosfs_isclust(pmp, cn))
		return EIO;
	error = fat_read(pmp, cn, &next);
	if (error != 0)
		return error;
	next &= pmp->pm_fatmask;
	if (next >= (CLUST_EOFS & pmp->pm_fatmask))
		next = CLUST_EOFE;
	else if (!msdosfs_isclust(pmp, next))
		return EIO;
	*nextp = next;
	return 0;
}

#define	MAPWORD(cn)	((cn) >> 5)
#define	MAPBIT(cn)	(1u << ((cn) & 31))

static bool
map_isused(const struct msdosfsmount *pmp, uint32_t cn)
{
	return (pmp->pm_inuse[MAPWORD(cn)] & MAPBIT(cn)) != 0;
}

static size_t
map_words(const struct msdosfsmount *pmp)
{
	return MAPWORD((size_t)pmp->pm_maxcluster) + 1;
}

/* The three maps stand in one piece. */
static size_t
map_bytes(const struct msdosfsmount *pmp)
{
	return 3 * map_words(pmp) * sizeof(uint32_t);
}

/* The clusters of a word of the map that cannot be given out. */
static uint32_t
map_taken(const struct msdosfsmount *pmp, uint32_t word)
{
	return pmp->pm_inuse[word] | pmp->pm_held[word] |
	    pmp->pm_settling[word];
}

/*
 * Where FSInfo is sound, start where it points.
 */
static int
fat_fsinfo(struct msdosfsmount *pmp)
{
	struct buf *bp;
	const uint8_t *p;
	uint32_t next;
	int error;

	pmp->pm_nextfree = CLUST_FIRST;
	if (pmp->pm_fsinfo == 0)
		return 0;
	error = bread(pmp->pm_devvp, (daddr_t)(pmp->pm_fsinfo >> DEV_BSHIFT),
	    (int)pmp->pm_bytespersec, 0, &bp);
	if (error != 0)
		return error;
	p = bp->b_data;
	next = le32dec(p + FSI_NXTFREE);
	if (memcmp(p + FSI_SIG1, "RRaA", 4) != 0 ||
	    memcmp(p + FSI_SIG2, "rrAa", 4) != 0 ||
	    memcmp(p + FSI_SIG3, "\0\0\125\252", 4) != 0)
		pmp->pm_fsinfo = 0;
	else if (msdosfs_isclust(pmp, next))
		pmp->pm_nextfree = next;
	brelse(bp, 0);
	return 0;
}

/* The clean mark as it was found; FAT12 has none. */
static int
fat_wasclean(struct msdosfsmount *pmp)
{
	uint32_t val;
	int error = fat_read(pmp, 1, &val);

	pmp->pm_wasclean = (val & (FAT32(pmp) ? FAT32_CLEAN : FAT16_CLEAN)) !=
	    0;
	return error;
}

static void
load_entry(struct msdosfsmount *pmp, uint32_t cn, uint32_t val)
{
	if ((val & pmp->pm_fatmask) == CLUST_FREE)
		pmp->pm_freecount++;
	else
		pmp->pm_inuse[MAPWORD(cn)] |= MAPBIT(cn);
}

/* FAT12 is small, and its entries cross sectors. */
static int
load_entries(struct msdosfsmount *pmp)
{
	uint32_t cn, val;
	int error;

	for (cn = CLUST_FIRST; cn <= pmp->pm_maxcluster; cn++) {
		error = fat_read(pmp, cn, &val);
		if (error != 0)
			return error;
		load_entry(pmp, cn, val);
	}
	return 0;
}

static int
load_sectors(struct msdosfsmount *pmp)
{
	const unsigned size = FAT32(pmp) ? 4 : 2;
	const uint32_t count = pmp->pm_bytespersec / size;
	uint32_t first, i;
	const uint8_t *p;
	struct buf *bp;
	int error;

	for (first = 0; first <= pmp->pm_maxcluster; first += count) {
		error = fat_sector(pmp, pmp->pm_curfat,
		    (uint64_t)first * size, &bp);
		if (error != 0)
			return error;
		p = bp->b_data;
		for (i = first == 0 ? CLUST_FIRST : 0;
		    i < count && first + i <= pmp->pm_maxcluster; i++)
			load_entry(pmp, first + i, size == 4 ?
			    le32dec(p + i * 4) : le16dec(p + i * 2));
		brelse(bp, 0);
	}
	return 0;
}

int
msdosfs_fat_load(struct msdosfsmount *pmp)
{
	int error;

	pmp->pm_inuse = kmem_zalloc(map_bytes(pmp), KM_SLEEP);
	pmp->pm_held = pmp->pm_inuse + map_words(pmp);
	pmp->pm_settling = pmp->pm_held + map_words(pmp);
	pmp->pm_freecount = 0;
	error = FAT12(pmp) ? load_entries(pmp) : load_sectors(pmp);
	if (error == 0)
		error = fat_wasclean(pmp);
	if (error == 0)
		error = fat_fsinfo(pmp);
	if (error != 0)
		msdosfs_fat_unload(pmp);
	return error;
}

void
msdosfs_fat_unload(struct msdosfsmount *pmp)
{
	if (pmp->pm_inuse != NULL)
		kmem_free(pmp->pm_inuse, map_bytes(pmp));
	pmp->pm_inuse = NULL;
}

/*
 * The mark of a file system that is not in use; FAT12 has none.  It is on the
 * disk when this returns: before anything that a mount changes, and after it.
 */
int
msdosfs_fat_setclean(struct msdosfsmount *pmp, bool clean)
{
	uint32_t mark = FAT32(pmp) ? FAT32_CLEAN : FAT16_CLEAN, val;
	int error;

	if (FAT12(pmp))
		return 0;
	mutex_enter(&pmp->pm_lock);
	error = fat_read(pmp, 1, &val);
	if (error == 0)
		error = fat_write(pmp, 1, clean ? val | mark : val & ~mark);
	mutex_exit(&pmp->pm_lock);
	return error != 0 ? error : msdosfs_flushdev(pmp, true);
}

int
msdosfs_fsinfo_write(struct msdosfsmount *pmp)
{
	struct buf *bp;
	uint8_t *p;
	int error;

	if (pmp->pm_fsinfo == 0)
		return 0;
	error = bread(pmp->pm_devvp, (daddr_t)(pmp->pm_fsinfo >> DEV_BSHIFT),
	    (int)pmp->pm_bytespersec, 0, &bp);
	if (error != 0)
		return error;
	p = bp->b_data;
	mutex_enter(&pmp->pm_lock);
	le32enc(p + FSI_NFREE, pmp->pm_freecount);
	le32enc(p + FSI_NXTFREE, pmp->pm_nextfree);
	mutex_exit(&pmp->pm_lock);
	bdwrite(bp);
	return 0;
}

/* The first free cluster from one on, or 0. */
static uint32_t
map_find(const struct msdosfsmount *pmp, uint32_t from, uint32_t to)
{
	uint32_t cn = from;

	while (cn <= to) {
		uint32_t taken = map_taken(pmp, MAPWORD(cn));

		if (taken == ~0u)
			cn = rounddown2(cn, 32u) + 32;
		else if ((taken & MAPBIT(cn)) != 0)
			cn++;
		else
			return cn;
	}
	return 0;
}

/*
 * A flush begins; what is held now is free if it succeeds.
 */
void
msdosfs_settle_begin(struct msdosfsmount *pmp)
{
	uint32_t *held;

	mutex_enter(&pmp->pm_flushlock);
	mutex_enter(&pmp->pm_lock);
	held = pmp->pm_held;
	pmp->pm_held = pmp->pm_settling;
	pmp->pm_settling = held;
	mutex_exit(&pmp->pm_lock);
}

void
msdosfs_settle_end(struct msdosfsmount *pmp, bool settled)
{
	bool more = false;
	size_t i;

	mutex_enter(&pmp->pm_lock);
	for (i = 0; pmp->pm_isheld && i < map_words(pmp); i++) {
		if (!settled)
			pmp->pm_held[i] |= pmp->pm_settling[i];
		pmp->pm_settling[i] = 0;
		more |= pmp->pm_held[i] != 0;
	}
	pmp->pm_isheld = more;
	mutex_exit(&pmp->pm_lock);
	mutex_exit(&pmp->pm_flushlock);
}

static uint32_t
clust_find(const struct msdosfsmount *pmp, uint32_t after)
{
	uint32_t cn = map_find(pmp, msdosfs_isclust(pmp, after + 1) ?
	    after + 1 : pmp->pm_nextfree, pmp->pm_maxcluster);

	return cn != 0 ? cn : map_find(pmp, CLUST_FIRST, pmp->pm_maxcluster);
}

/*
 * A cluster that ends a chain, behind `after' where possible; 0: anywhere.
 * With `after' it is linked there.  The last free ones cost a flush.
 */
int
msdosfs_clust_alloc(struct msdosfsmount *pmp, uint32_t after, uint32_t *cnp)
{
	uint32_t cn;
	int error;

	mutex_enter(&pmp->pm_lock);
	cn = clust_find(pmp, after);
	if (cn == 0 && pmp->pm_isheld) {
		mutex_exit(&pmp->pm_lock);
		(void)msdosfs_flushdev(pmp, true);
		mutex_enter(&pmp->pm_lock);
		cn = clust_find(pmp, after);
	}
	error = cn == 0 ? ENOSPC : fat_write(pmp, cn, CLUST_EOFE);
	if (error == 0) {
		pmp->pm_inuse[MAPWORD(cn)] |= MAPBIT(cn);
		pmp->pm_freecount--;
		pmp->pm_nextfree = cn;
		if (after != 0)
			error = fat_write(pmp, after, cn);
	}
	mutex_exit(&pmp->pm_lock);
	*cnp = cn;
	return error;
}

static int
chain_freeone(struct msdosfsmount *pmp, uint32_t cn)
{
	int error = fat_write(pmp, cn, CLUST_FREE);

	if (error == 0) {
		pmp->pm_inuse[MAPWORD(cn)] &= ~MAPBIT(cn);
		pmp->pm_freecount++;
		if ((pmp->pm_mountp->mnt_flag & MNT_ASYNC) == 0) {
			pmp->pm_held[MAPWORD(cn)] |= MAPBIT(cn);
			pmp->pm_isheld = true;
		}
	}
	return error;
}

int
msdosfs_chain_free(struct msdosfsmount *pmp, uint32_t cn)
{
	uint32_t next;
	int error = 0;

	mutex_enter(&pmp->pm_lock);
	while (error == 0 && msdosfs_isclust(pmp, cn) && map_isused(pmp, cn)) {
		error = fat_read(pmp, cn, &next);
		if (error == 0)
			error = chain_freeone(pmp, cn);
		cn = next & pmp->pm_fatmask;
	}
	mutex_exit(&pmp->pm_lock);
	return error;
}

/*
 * The chain ends with this cluster; what follows is freed.
 */
int
msdosfs_chain_cut(struct msdosfsmount *pmp, uint32_t last)
{
	uint32_t next;
	int error;

	error = msdosfs_fat_get(pmp, last, &next);
	if (error != 0 || next == CLUST_EOFE)
		return error;
	mutex_enter(&pmp->pm_lock);
	error = fat_write(pmp, last, CLUST_EOFE);
	mutex_exit(&pmp->pm_lock);
	return error != 0 ? error : msdosfs_chain_free(pmp, next);
}
