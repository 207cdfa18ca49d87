/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_log_commit.c - the journal on the disk: committing what is in memory.
 *
 * Order	records into the circle - cache flushed - header that names them -
 *		cache flushed - sectors to their places.
 *	The next commit's first flush makes the places durable before its
 *	header forgets these records; a group takes at most half of the
 *	circle, so that it never overwrites the one before.
 *
 * Locking	lg_owner: alone, no operation is under way.
 * Sleeps	all.
 * Errors	of the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/timevar.h>
#include <sys/vnode.h>

#include <lib/libkern/libkern.h>

#include "ffs.h"
#include "ffs_log.h"

#define	LOG_HEADERS	2		/* sectors before the circle */
#define	BLK_PERRECORD	((DEV_BSIZE - WC_ENTRIES) / WC_BLKENTRY)
#define	INO_PERRECORD	((DEV_BSIZE - WC_ENTRIES) / WC_INOENTRY)

/*
 * Bytes of the device from or to memory.
 */
int
ffs_log_io(struct ufsmount *ump, uint64_t sector, void *data, size_t len,
    bool write)
{
	struct buf *bp;
	size_t n;
	int error = 0;

	for (; len > 0 && error == 0; len -= n) {
		n = MIN(len, MAXPHYS);
		bp = getiobuf(ump->um_devvp, true);
		bp->b_flags = write ? B_WRITE : B_READ;
		bp->b_dev = ump->um_dev;
		bp->b_blkno = bp->b_lblkno = (daddr_t)sector;
		bp->b_data = data;
		bp->b_bufsize = bp->b_bcount = bp->b_resid = (int)n;
		if (write) {
			mutex_enter(bp->b_objlock);
			ump->um_devvp->v_numoutput++;
			mutex_exit(bp->b_objlock);
		}
		(void)VOP_STRATEGY(ump->um_devvp, bp);
		error = biowait(bp);
		if (error == 0 && bp->b_resid != 0)
			error = EIO;
		bp->b_vp = NULL;
		putiobuf(bp);
		data = (uint8_t *)data + n;
		sector += n / DEV_BSIZE;
	}
	return error;
}

static uint64_t
circle_size(const struct ffslog *lg)
{
	return lg->lg_place.lp_count - LOG_HEADERS;
}

/*
 * Into the circle at its head.
 */
static int
circle_write(struct ufsmount *ump, struct ffslog *lg, uint8_t *data,
    uint64_t nsec)
{
	uint64_t start = lg->lg_place.lp_sector + LOG_HEADERS;
	uint64_t first = MIN(nsec, circle_size(lg) - lg->lg_head);
	int error;

	error = ffs_log_io(ump, start + lg->lg_head, data, first * DEV_BSIZE,
	    true);
	if (error == 0 && first < nsec)
		error = ffs_log_io(ump, start, data + first * DEV_BSIZE,
		    (nsec - first) * DEV_BSIZE, true);
	lg->lg_head = (lg->lg_head + nsec) % circle_size(lg);
	return error;
}

/*
 * A header: records lie in [tail, head), sectors of the circle; both ~0:
 * there are none.
 */
int
ffs_log_header(struct ufsmount *ump, struct ffslog *lg, uint64_t head,
    uint64_t tail)
{
	const struct fs *fs = &ump->um_fs;
	uint8_t *h = kmem_zalloc(DEV_BSIZE, KM_SLEEP);
	bool empty = head == UINT64_MAX;
	struct timespec now;
	int error;

	vfs_timestamp(&now);
	lg->lg_generation++;
	ufs_wr32(fs, h + WC_TYPE, WC_HEADER);
	ufs_wr32(fs, h + WC_LEN, DEV_BSIZE);
	ufs_wr32(fs, h + WH_GENERATION, lg->lg_generation);
	ufs_wr32(fs, h + WH_FSID, (uint32_t)fs->fs_id[0]);
	ufs_wr32(fs, h + WH_FSID + 4, (uint32_t)fs->fs_id[1]);
	ufs_wr64(fs, h + WH_TIME, (uint64_t)now.tv_sec);
	ufs_wr32(fs, h + WH_NSEC, (uint32_t)now.tv_nsec);
	ufs_wr32(fs, h + WH_VERSION, FSJ_VERSION);
	ufs_wr32(fs, h + WH_LOGSHIFT, DEV_BSHIFT);
	ufs_wr32(fs, h + WH_FSSHIFT, DEV_BSHIFT);
	ufs_wr64(fs, h + WH_HEAD, empty ? 0 : (head + LOG_HEADERS) *
	    DEV_BSIZE);
	ufs_wr64(fs, h + WH_TAIL, empty ? 0 : (tail + LOG_HEADERS) *
	    DEV_BSIZE);
	ufs_wr64(fs, h + WH_CIRCOFF, LOG_HEADERS * DEV_BSIZE);
	ufs_wr64(fs, h + WH_CIRCSIZE, circle_size(lg) * DEV_BSIZE);
	error = ffs_log_io(ump, lg->lg_place.lp_sector +
	    (lg->lg_generation & 1), h, DEV_BSIZE, true);
	kmem_free(h, DEV_BSIZE);
	return error != 0 ? error : ffs_cachesync(ump);
}

/*
 * An empty journal: both headers say so.
 */
int
ffs_log_wipe(struct ufsmount *ump, struct ffslog *lg)
{
	int error;

	lg->lg_head = 0;
	error = ffs_cachesync(ump);
	if (error == 0)
		error = ffs_log_header(ump, lg, UINT64_MAX, UINT64_MAX);
	if (error == 0)
		error = ffs_log_header(ump, lg, UINT64_MAX, UINT64_MAX);
	return error;
}

static int
sector_cmp(const void *a, const void *b)
{
	const struct logsector *x = *(struct logsector *const *)a;
	const struct logsector *y = *(struct logsector *const *)b;

	return x->ls_sector < y->ls_sector ? -1 : x->ls_sector > y->ls_sector;
}

/*
 * All sectors in order.
 */
static struct logsector **
log_sorted(struct ffslog *lg)
{
	struct logsector **v, *ls, *tmp;
	uint32_t n = 0;
	int i;

	v = kmem_alloc(MAX(lg->lg_nsectors, 1) * sizeof(*v), KM_SLEEP);
	for (i = 0; i < LOG_CHAINS; i++)
		LIST_FOREACH(ls, &lg->lg_sectors[i], ls_hash)
			v[n++] = ls;
	KASSERT(n == lg->lg_nsectors);
	if (n > 1)
		(void)kheapsort(v, n, sizeof(*v), sector_cmp, &tmp);
	return v;
}

/*
 * Sectors from v on that follow each other, at most max.
 */
static uint32_t
log_run(struct logsector *const *v, uint32_t n, uint32_t max)
{
	uint32_t i = 1;

	while (i < n && i < max && v[i]->ls_sector == v[0]->ls_sector + i)
		i++;
	return i;
}

/*
 * Everything to its place.
 */
int
ffs_log_home(struct ufsmount *ump, struct ffslog *lg)
{
	struct logsector **v = log_sorted(lg);
	uint32_t i, run, k, n = lg->lg_nsectors;
	uint8_t *data = kmem_alloc(MAXPHYS, KM_SLEEP);
	int error = 0;

	for (i = 0; i < n && error == 0; i += run) {
		run = log_run(v + i, n - i, MAXPHYS / DEV_BSIZE);
		for (k = 0; k < run; k++)
			memcpy(data + (size_t)k * DEV_BSIZE, v[i + k]->ls_data,
			    DEV_BSIZE);
		error = ffs_log_io(ump, v[i]->ls_sector, data,
		    (size_t)run * DEV_BSIZE, true);
	}
	kmem_free(data, MAXPHYS);
	kmem_free(v, MAX(n, 1) * sizeof(*v));
	return error;
}

/*
 * The records of all sectors and orphans; returns how many sectors they take,
 * writing them when out is not NULL.
 */
static uint64_t
log_blocks(const struct fs *fs, struct logsector *const *v, uint32_t n,
    uint8_t *out)
{
	uint32_t i = 0, k, count, run, data;
	uint64_t at = 0;
	uint8_t *rec, *ent;

	while (i < n) {
		rec = out == NULL ? NULL : out + at * DEV_BSIZE;
		at++;
		data = 0;
		for (count = 0; i < n && count < BLK_PERRECORD; count++) {
			run = log_run(v + i, n - i, MAXPHYS / DEV_BSIZE);
			if (rec != NULL) {
				ent = rec + WC_ENTRIES + count * WC_BLKENTRY;
				ufs_wr64(fs, ent, v[i]->ls_sector);
				ufs_wr32(fs, ent + 12, run * DEV_BSIZE);
				for (k = 0; k < run; k++)
					memcpy(out + (at + data + k) *
					    DEV_BSIZE, v[i + k]->ls_data,
					    DEV_BSIZE);
			}
			data += run;
			i += run;
		}
		if (rec != NULL) {
			ufs_wr32(fs, rec + WC_TYPE, WC_BLOCKS);
			ufs_wr32(fs, rec + WC_LEN, (1 + data) * DEV_BSIZE);
			ufs_wr32(fs, rec + WC_COUNT, count);
		}
		at += data;
	}
	return at;
}

static uint64_t
log_inodes(const struct fs *fs, const struct ffslog *lg, uint8_t *out)
{
	uint32_t i = 0, count;
	uint64_t at = 0;
	uint8_t *rec, *ent;

	do {
		rec = out == NULL ? NULL : out + at * DEV_BSIZE;
		for (count = 0; i < lg->lg_norphans && count < INO_PERRECORD;
		    count++, i++) {
			if (rec == NULL)
				continue;
			ent = rec + WC_ENTRIES + count * WC_INOENTRY;
			ufs_wr32(fs, ent, lg->lg_orphans[i].lo_ino);
			ufs_wr32(fs, ent + 4, lg->lg_orphans[i].lo_mode);
		}
		if (rec != NULL) {
			ufs_wr32(fs, rec + WC_TYPE, WC_INODES);
			ufs_wr32(fs, rec + WC_LEN, DEV_BSIZE);
			ufs_wr32(fs, rec + WC_COUNT, count);
			ufs_wr32(fs, rec + WC_CLEAR, at == 0);
		}
		at++;
	} while (i < lg->lg_norphans);
	return at;
}

/*
 * The group into the circle, and the header that names it.  What is larger
 * than half of the circle goes to its places unprotected: the header forgets
 * the old records before.
 */
static int
commit_records(struct ufsmount *ump, struct ffslog *lg)
{
	const struct fs *fs = &ump->um_fs;
	struct logsector **v = log_sorted(lg);
	uint32_t n = lg->lg_nsectors;
	uint64_t blocks = log_blocks(fs, v, n, NULL), total, tail;
	uint8_t *out;
	int error;

	total = blocks + log_inodes(fs, lg, NULL);
	if (total > circle_size(lg) / 2) {
		kmem_free(v, MAX(n, 1) * sizeof(*v));
		return ffs_log_wipe(ump, lg);
	}
	out = kmem_zalloc(total * DEV_BSIZE, KM_SLEEP);
	(void)log_blocks(fs, v, n, out);
	(void)log_inodes(fs, lg, out + blocks * DEV_BSIZE);
	kmem_free(v, MAX(n, 1) * sizeof(*v));
	tail = lg->lg_head;
	error = circle_write(ump, lg, out, total);
	kmem_free(out, total * DEV_BSIZE);
	if (error == 0)
		error = ffs_cachesync(ump);
	if (error == 0)
		error = ffs_log_header(ump, lg, lg->lg_head, tail);
	return error;
}

/*
 * Frags that were given up are free from here on.
 */
static void
commit_deallocs(struct ufsmount *ump, struct ffslog *lg)
{
	const int shift = ump->um_fs.fs_fshift - DEV_BSHIFT;
	struct logdealloc *ld;
	int i;

	for (i = 0; i < LOG_CHAINS; i++) {
		while ((ld = LIST_FIRST(&lg->lg_deallocs[i])) != NULL) {
			LIST_REMOVE(ld, ld_hash);
			mutex_enter(&lg->lg_lock);
			lg->lg_ndeallocs--;
			lg->lg_freedfrags -= ld->ld_frags;
			ffs_log_drop(lg, (uint64_t)ld->ld_addr << shift,
			    (uint64_t)ld->ld_frags << shift);
			mutex_exit(&lg->lg_lock);
			(void)ffs_blkfree_now(ump, ld->ld_addr, ld->ld_frags);
			kmem_free(ld, sizeof(*ld));
		}
	}
}

static int
commit_owned(struct ufsmount *ump, struct ffslog *lg)
{
	int error = 0;

	commit_deallocs(ump, lg);
	if (ffs_summary_changed(ump))
		error = ffs_summary_update(ump, false);
	if (error != 0)
		return error;
	if (lg->lg_nsectors == 0 && !lg->lg_changed)
		return ffs_cachesync(ump);
	error = commit_records(ump, lg);
	if (error == 0)
		error = ffs_log_home(ump, lg);
	if (error != 0)
		return error;
	lg->lg_changed = false;
	ffs_log_empty(lg);
	return 0;
}

/*
 * Make everything durable that ended before.  Inside an operation nothing
 * happens: its thread commits later.
 */
int
ffs_log_commit(struct ufsmount *ump)
{
	struct ffslog *lg = ump->um_log;
	int error;

	if (lg == NULL || lg->lg_readonly || ffs_log_mine(ump))
		return 0;
	mutex_enter(&lg->lg_lock);
	while (lg->lg_owner != NULL)
		cv_wait(&lg->lg_cv, &lg->lg_lock);
	lg->lg_owner = curlwp;
	while (lg->lg_nactive > 0)
		cv_wait(&lg->lg_cv, &lg->lg_lock);
	mutex_exit(&lg->lg_lock);
	error = commit_owned(ump, lg);
	mutex_enter(&lg->lg_lock);
	lg->lg_owner = NULL;
	cv_broadcast(&lg->lg_cv);
	mutex_exit(&lg->lg_lock);
	return error;
}
