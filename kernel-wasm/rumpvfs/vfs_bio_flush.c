/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_bio_flush.c - writing dirty buffers of the whole cache.
 *
 * Locking	c: bufcache_lock, dropped around each write.
 * Sleeps	yes.
 * Errors	of a write: the buf is lost, as brelse() says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/kernel.h>
#include <sys/timevar.h>

#include "vfs_bio_private.h"

static void
buf_flush_queue(struct bqueue *q, int since)
{
	buf_t *bp;

	KASSERT(mutex_owned(&bufcache_lock));
again:
	TAILQ_FOREACH(bp, q, b_freelist) {
		if ((bp->b_oflags & BO_DELWRI) == 0 ||
		    bp->b_dirtysince > since)
			continue;
		bp->b_cflags |= BC_BUSY | BC_VFLUSH;
		bremfree(bp);
		mutex_exit(&bufcache_lock);
		bawrite(bp);
		mutex_enter(&bufcache_lock);
		goto again;
	}
}

/*
 * The syncer's hook: start writing all that has been dirty for longer than a
 * number of seconds.
 */
void
buf_syncdelayed(int seconds)
{
	int since = (int)time_uptime - seconds;

	mutex_enter(&bufcache_lock);
	if (bufcache_stats.bs_dirty != 0) {
		buf_flush_queue(&bufqueues[BQ_AGE], since);
		buf_flush_queue(&bufqueues[BQ_LRU], since);
	}
	mutex_exit(&bufcache_lock);
}

/*
 * Write everything and wait for it: at shutdown.  Returns bytes that could
 * not be written.
 */
int
buf_syncwait(void)
{
	uint64_t left, before = UINT64_MAX;

	for (;;) {
		buf_syncdelayed(-1);
		mutex_enter(&bufcache_lock);
		left = bufcache_stats.bs_dirty;
		mutex_exit(&bufcache_lock);
		if (left == 0 || left >= before)
			break;
		before = left;
	}
	return left > INT_MAX ? INT_MAX : (int)left;
}
