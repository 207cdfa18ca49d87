/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_log.c - the journal in memory: what the operations since the last
 * commit changed.
 *
 * Design
 *	Metadata are kept here as copies of sectors, not as pinned bufs: a buf
 *	that was changed is clean at once and may be thrown away; who reads it
 *	again gets the copy (ffs_log_overlay()).  So nothing in the buffer
 *	cache depends on the journal, and a vnode may go at any time.
 *	Frags that are freed stay in use until the commit, which frees them in
 *	the same step as what named them: no crash can give them to two files.
 *
 * Interface
 *	ffs_log_begin() may be nested by one thread, also through the
 *	reclaiming of another vnode.  Vnode locks are taken before, except
 *	that of a vnode nobody else knows.  begin commits when the journal is
 *	a quarter full.
 *
 * Locking	g: lg_lock, innermost but for um_lock and the allocator.
 * Sleeps	begin; allocation.
 * Errors	EIO freeing what is free already.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>

#include "ffs.h"
#include "ffs_log.h"

#define	LOG_PENDINGMAX	8192		/* sectors in memory */
#define	LOG_LOWSPACE	512		/* frags: commit to get freed ones */

struct ffslog *
ffs_log_alloc(const struct ffslog_place *place)
{
	struct ffslog *lg = kmem_zalloc(sizeof(*lg), KM_SLEEP);
	int i;

	mutex_init(&lg->lg_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&lg->lg_cv, "ffslog");
	for (i = 0; i < LOG_CHAINS; i++) {
		LIST_INIT(&lg->lg_sectors[i]);
		LIST_INIT(&lg->lg_deallocs[i]);
	}
	lg->lg_place = *place;
	return lg;
}

void
ffs_log_free(struct ffslog *lg)
{
	struct logdealloc *ld;
	int i;

	KASSERT(lg->lg_nactive == 0);
	ffs_log_empty(lg);
	for (i = 0; i < LOG_CHAINS; i++) {
		while ((ld = LIST_FIRST(&lg->lg_deallocs[i])) != NULL) {
			LIST_REMOVE(ld, ld_hash);
			kmem_free(ld, sizeof(*ld));
		}
	}
	if (lg->lg_orphans != NULL)
		kmem_free(lg->lg_orphans, lg->lg_maxorphans *
		    sizeof(*lg->lg_orphans));
	cv_destroy(&lg->lg_cv);
	mutex_destroy(&lg->lg_lock);
	kmem_free(lg, sizeof(*lg));
}

static uint32_t
log_chain(uint64_t key)
{
	return (uint32_t)(key * 2654435761U >> 7) & (LOG_CHAINS - 1);
}

static struct logsector *
log_find(struct ffslog *lg, uint64_t sector)
{
	struct logsector *ls;

	LIST_FOREACH(ls, &lg->lg_sectors[log_chain(sector)], ls_hash)
		if (ls->ls_sector == sector)
			return ls;
	return NULL;
}

/*
 * A sector will have these bytes; lg_lock is held.
 */
void
ffs_log_put(struct ffslog *lg, uint64_t sector, const void *data)
{
	struct logsector *ls = log_find(lg, sector);

	if (ls == NULL) {
		ls = kmem_alloc(sizeof(*ls), KM_SLEEP);
		ls->ls_sector = sector;
		LIST_INSERT_HEAD(&lg->lg_sectors[log_chain(sector)], ls,
		    ls_hash);
		lg->lg_nsectors++;
	}
	memcpy(ls->ls_data, data, DEV_BSIZE);
}

/*
 * Sectors have no contents of interest any more; lg_lock is held.
 */
void
ffs_log_drop(struct ffslog *lg, uint64_t sector, uint64_t n)
{
	struct logsector *ls;

	for (; n > 0; n--, sector++) {
		if ((ls = log_find(lg, sector)) == NULL)
			continue;
		LIST_REMOVE(ls, ls_hash);
		lg->lg_nsectors--;
		kmem_free(ls, sizeof(*ls));
	}
}

/*
 * All sectors are where they belong.
 */
void
ffs_log_empty(struct ffslog *lg)
{
	struct logsector *ls;
	int i;

	mutex_enter(&lg->lg_lock);
	for (i = 0; i < LOG_CHAINS; i++) {
		while ((ls = LIST_FIRST(&lg->lg_sectors[i])) != NULL) {
			LIST_REMOVE(ls, ls_hash);
			kmem_free(ls, sizeof(*ls));
		}
	}
	lg->lg_nsectors = 0;
	mutex_exit(&lg->lg_lock);
}

/*
 * The slot of the calling thread, or -1.
 */
static int
log_slot(const struct ffslog *lg)
{
	unsigned i, seen = 0;

	for (i = 0; i < LOG_THREADS && seen < lg->lg_nactive; i++) {
		if (lg->lg_active[i] == curlwp)
			return (int)i;
		seen += lg->lg_active[i] != NULL;
	}
	return -1;
}

static bool
log_full(struct ufsmount *ump, const struct ffslog *lg)
{
	const struct fs *fs = &ump->um_fs;
	uint64_t avail;

	if (lg->lg_nsectors > MIN(lg->lg_place.lp_count / 4, LOG_PENDINGMAX))
		return true;
	if (lg->lg_ndeallocs == 0)
		return false;
	mutex_enter(&ump->um_lock);
	avail = fs->fs_nbfree * fs->fs_frag + fs->fs_nffree;
	mutex_exit(&ump->um_lock);
	return avail < LOG_LOWSPACE + fs->fs_dsize * fs->fs_minfree / 100;
}

/*
 * Is there anything to commit?
 */
bool
ffs_log_pending(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	bool pending;

	if (lg == NULL)
		return false;
	mutex_enter(&lg->lg_lock);
	pending = lg->lg_nsectors > 0 || lg->lg_ndeallocs > 0 ||
	    lg->lg_changed;
	mutex_exit(&lg->lg_lock);
	return pending;
}

/*
 * Is the calling thread inside an operation, or commits?
 */
bool
ffs_log_mine(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	bool mine;

	mutex_enter(&lg->lg_lock);
	mine = lg->lg_owner == curlwp || log_slot(lg) >= 0;
	mutex_exit(&lg->lg_lock);
	return mine;
}

static void
log_enter(struct ffslog *lg)
{
	unsigned i = 0;

	KASSERT(mutex_owned(&lg->lg_lock));
	while (lg->lg_active[i] != NULL)
		i++;
	lg->lg_active[i] = curlwp;
	lg->lg_depth[i] = 1;
	lg->lg_nactive++;
}

void
ffs_log_begin(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	bool committed = false;
	int slot;

	if (lg == NULL || lg->lg_readonly)
		return;
	mutex_enter(&lg->lg_lock);
	slot = log_slot(lg);
	if (slot >= 0)
		lg->lg_depth[slot]++;
	else if (lg->lg_owner != curlwp) {
		for (;;) {
			if (!committed && lg->lg_owner == NULL &&
			    log_full(ump, lg)) {
				mutex_exit(&lg->lg_lock);
				(void)ffs_log_commit(ump);
				committed = true;
				mutex_enter(&lg->lg_lock);
				continue;
			}
			if (lg->lg_owner == NULL &&
			    lg->lg_nactive < LOG_THREADS)
				break;
			cv_wait(&lg->lg_cv, &lg->lg_lock);
		}
		log_enter(lg);
	}
	mutex_exit(&lg->lg_lock);
}

void
ffs_log_end(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	int slot;

	if (lg == NULL || lg->lg_readonly)
		return;
	mutex_enter(&lg->lg_lock);
	slot = log_slot(lg);
	KASSERT(slot >= 0 || lg->lg_owner == curlwp);
	if (slot >= 0 && --lg->lg_depth[slot] == 0) {
		lg->lg_active[slot] = NULL;
		lg->lg_nactive--;
		cv_broadcast(&lg->lg_cv);
	}
	mutex_exit(&lg->lg_lock);
}

/*
 * Bytes [off, off + len) of an owned buf changed: the sectors that hold them
 * are copied, the buf is released, clean.
 */
void
ffs_log_write(struct ufsmount *ump, struct buf *bp, uint32_t off,
    uint32_t len)
{
	struct ffslog *lg = ump->um_log;
	uint32_t s, end = (uint32_t)howmany(off + len, DEV_BSIZE);
	const uint8_t *data = bp->b_data;

	KASSERT(end * DEV_BSIZE <= (uint32_t)bp->b_bcount);
	KASSERT((bp->b_oflags & BO_DELWRI) == 0);
	mutex_enter(&lg->lg_lock);
	KASSERT(lg->lg_owner == curlwp || log_slot(lg) >= 0);
	for (s = off / DEV_BSIZE; s < end; s++)
		ffs_log_put(lg, (uint64_t)bp->b_blkno + s,
		    data + (size_t)s * DEV_BSIZE);
	mutex_exit(&lg->lg_lock);
	mutex_enter(bp->b_objlock);
	bp->b_oflags |= BO_DONE;
	mutex_exit(bp->b_objlock);
	brelse(bp, 0);
}

/*
 * A buf was just read from the disk: put what is newer over it.
 */
void
ffs_log_overlay(struct ufsmount *ump, struct buf *bp)
{
	struct ffslog *lg = ump->um_log;
	const struct logsector *ls;
	int s;

	if (lg == NULL)
		return;
	mutex_enter(&lg->lg_lock);
	for (s = 0; s < bp->b_bcount / DEV_BSIZE; s++) {
		ls = log_find(lg, (uint64_t)bp->b_blkno + (uint64_t)s);
		if (ls != NULL)
			memcpy((uint8_t *)bp->b_data + s * DEV_BSIZE,
			    ls->ls_data, DEV_BSIZE);
	}
	mutex_exit(&lg->lg_lock);
}

/*
 * Frags to be free after the commit.
 */
int
ffs_log_dealloc(struct ufsmount *ump, int64_t addr, uint32_t frags)
{
	const uint32_t chain = log_chain((uint64_t)addr);
	struct ffslog *lg = ump->um_log;
	struct logdealloc *ld, *new;

	new = kmem_alloc(sizeof(*new), KM_SLEEP);
	new->ld_addr = addr;
	new->ld_frags = frags;
	mutex_enter(&lg->lg_lock);
	LIST_FOREACH(ld, &lg->lg_deallocs[chain], ld_hash)
		if (ld->ld_addr == addr)
			break;
	if (ld == NULL) {
		LIST_INSERT_HEAD(&lg->lg_deallocs[chain], new, ld_hash);
		lg->lg_ndeallocs++;
		lg->lg_freedfrags += frags;
	}
	mutex_exit(&lg->lg_lock);
	if (ld == NULL)
		return 0;
	kmem_free(new, sizeof(*new));
	return EIO;
}

/*
 * Frags that will be free.
 */
uint64_t
ffs_log_deallocated(struct ufsmount *ump)
{
	return ump->um_log != NULL ? ump->um_log->lg_freedfrags : 0;
}

/*
 * A file lost its last name; ffs_log_freed(): and is gone.
 */
void
ffs_log_unlinked(struct ffslog *lg, ino_t ino, uint32_t mode)
{
	struct logorphan *new;
	uint32_t i, max;

	mutex_enter(&lg->lg_lock);
	for (i = 0; i < lg->lg_norphans; i++)
		if (lg->lg_orphans[i].lo_ino == ino)
			break;
	if (i == lg->lg_maxorphans) {
		max = MAX(32, 2 * lg->lg_maxorphans);
		new = kmem_zalloc(max * sizeof(*new), KM_SLEEP);
		if (lg->lg_orphans != NULL) {
			memcpy(new, lg->lg_orphans, i * sizeof(*new));
			kmem_free(lg->lg_orphans, lg->lg_maxorphans *
			    sizeof(*new));
		}
		lg->lg_orphans = new;
		lg->lg_maxorphans = max;
	}
	lg->lg_orphans[i].lo_ino = (uint32_t)ino;
	lg->lg_orphans[i].lo_mode = mode;
	if (i == lg->lg_norphans)
		lg->lg_norphans++;
	lg->lg_changed = true;
	mutex_exit(&lg->lg_lock);
}

void
ffs_log_freed(struct ffslog *lg, ino_t ino)
{
	uint32_t i;

	mutex_enter(&lg->lg_lock);
	for (i = 0; i < lg->lg_norphans; i++) {
		if (lg->lg_orphans[i].lo_ino != ino)
			continue;
		lg->lg_orphans[i] = lg->lg_orphans[--lg->lg_norphans];
		lg->lg_changed = true;
		break;
	}
	mutex_exit(&lg->lg_lock);
}
