/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_log_replay.c - reading a journal that an unclean unmount left.
 *
 * Interface
 *	The newest contents of every sector the journal holds come into memory,
 *	later records over earlier ones; nothing is written.  Also the inodes
 *	that had no name.
 *
 * Damage	Every length and address is checked against the circle and the
 *		device; the walk ends after one turn.
 *
 * Sleeps	reads.
 * Errors	EINVAL no sound header; EFTYPE a record that does not hold
 *		together; EIO; of the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "ffs.h"
#include "ffs_log.h"

#define	REC_MAXSIZE	(1U << 16)
#define	ORPHANS_MAX	65536

/* A walk around the circle; bytes. */
struct replay {
	struct ufsmount	*r_ump;
	struct ffslog	*r_lg;
	uint64_t r_head, r_tail, r_circoff, r_circsize;
	uint64_t r_at;			/* next byte, from the log's start */
	uint64_t r_left;		/* bytes before the head */
	uint32_t r_blksize;		/* of a record */
	int	r_fsshift;		/* of addresses */
};

/*
 * One header; false: none.
 */
static bool
header_decode(const struct fs *fs, const struct ffslog *lg, const uint8_t *h,
    struct replay *r, uint32_t *genp)
{
	const uint64_t size = lg->lg_place.lp_count * DEV_BSIZE;
	uint32_t logshift = ufs_rd32(fs, h + WH_LOGSHIFT);
	uint32_t fsshift = ufs_rd32(fs, h + WH_FSSHIFT);

	if (ufs_rd32(fs, h + WC_TYPE) != WC_HEADER ||
	    ufs_rd32(fs, h + WH_VERSION) != FSJ_VERSION ||
	    logshift < DEV_BSHIFT || logshift > 15 || fsshift < DEV_BSHIFT ||
	    fsshift > 15)
		return false;
	r->r_blksize = 1U << logshift;
	r->r_fsshift = (int)fsshift;
	r->r_head = ufs_rd64(fs, h + WH_HEAD);
	r->r_tail = ufs_rd64(fs, h + WH_TAIL);
	r->r_circoff = ufs_rd64(fs, h + WH_CIRCOFF);
	r->r_circsize = ufs_rd64(fs, h + WH_CIRCSIZE);
	*genp = ufs_rd32(fs, h + WH_GENERATION);
	return r->r_circoff <= size && r->r_circsize <= size - r->r_circoff &&
	    r->r_circsize > 0 && r->r_circsize % r->r_blksize == 0 &&
	    r->r_circoff % DEV_BSIZE == 0;
}

/*
 * The newer of the two headers.
 */
static int
header_read(struct replay *r)
{
	struct ffslog *lg = r->r_lg;
	const struct fs *fs = &r->r_ump->um_fs;
	uint8_t *h = kmem_alloc(DEV_BSIZE, KM_SLEEP);
	struct replay other = *r;
	uint32_t gen0 = 0, gen1 = 0, second = DEV_BSIZE;
	bool ok0, ok1 = false;
	int error;

	error = ffs_log_io(r->r_ump, lg->lg_place.lp_sector, h, DEV_BSIZE,
	    false);
	ok0 = error == 0 && header_decode(fs, lg, h, r, &gen0);
	if (ok0)
		second = r->r_blksize;
	if (error == 0)
		error = ffs_log_io(r->r_ump, lg->lg_place.lp_sector +
		    second / DEV_BSIZE, h, DEV_BSIZE, false);
	if (error == 0)
		ok1 = header_decode(fs, lg, h, &other, &gen1);
	kmem_free(h, DEV_BSIZE);
	if (error != 0)
		return error;
	if (ok1 && (!ok0 || (int32_t)(gen1 - gen0) > 0)) {
		*r = other;
		gen0 = gen1;
	}
	lg->lg_generation = gen0;
	return ok0 || ok1 ? 0 : EINVAL;
}

/*
 * The next bytes of the circle, whole sectors.
 */
static int
replay_read(struct replay *r, uint8_t *data, uint64_t len)
{
	uint64_t n;
	int error = 0;

	if (len > r->r_left)
		return EFTYPE;
	r->r_left -= len;
	for (; len > 0 && error == 0; len -= n, data += n) {
		n = MIN(len, r->r_circoff + r->r_circsize - r->r_at);
		error = ffs_log_io(r->r_ump, r->r_lg->lg_place.lp_sector +
		    r->r_at / DEV_BSIZE, data, n, false);
		r->r_at += n;
		if (r->r_at == r->r_circoff + r->r_circsize)
			r->r_at = r->r_circoff;
	}
	return error;
}

/*
 * The sectors that an entry of a block record names.
 */
static int
entry_decode(const struct replay *r, const uint8_t *ent, uint64_t *sectorp,
    uint32_t *lenp)
{
	const struct fs *fs = &r->r_ump->um_fs;
	uint64_t addr = ufs_rd64(fs, ent), max = r->r_ump->um_devsize;
	uint32_t len = ufs_rd32(fs, ent + 12);

	if (len == 0 || len % DEV_BSIZE != 0 || len > max ||
	    addr > (max - len) >> r->r_fsshift)
		return EFTYPE;
	*sectorp = addr << (r->r_fsshift - DEV_BSHIFT);
	*lenp = len;
	return 0;
}

static int
replay_blocks(struct replay *r, const uint8_t *rec, uint32_t count)
{
	struct ffslog *lg = r->r_lg;
	uint8_t *data = kmem_alloc(DEV_BSIZE, KM_SLEEP);
	uint64_t sector;
	uint32_t i, len;
	int error = 0;

	for (i = 0; i < count && error == 0; i++) {
		error = entry_decode(r, rec + WC_ENTRIES + i * WC_BLKENTRY,
		    &sector, &len);
		for (; error == 0 && len > 0; len -= DEV_BSIZE) {
			error = replay_read(r, data, DEV_BSIZE);
			if (error != 0)
				break;
			mutex_enter(&lg->lg_lock);
			ffs_log_put(lg, sector++, data);
			mutex_exit(&lg->lg_lock);
		}
	}
	kmem_free(data, DEV_BSIZE);
	return error;
}

static int
replay_revocations(struct replay *r, const uint8_t *rec, uint32_t count)
{
	struct ffslog *lg = r->r_lg;
	uint64_t sector;
	uint32_t i, len;
	int error = 0;

	for (i = 0; i < count && error == 0; i++) {
		error = entry_decode(r, rec + WC_ENTRIES + i * WC_BLKENTRY,
		    &sector, &len);
		if (error != 0)
			break;
		mutex_enter(&lg->lg_lock);
		ffs_log_drop(lg, sector, len / DEV_BSIZE);
		mutex_exit(&lg->lg_lock);
	}
	return error;
}

static int
replay_inodes(struct replay *r, const uint8_t *rec, uint32_t count)
{
	const struct fs *fs = &r->r_ump->um_fs;
	struct ffslog *lg = r->r_lg;
	const uint8_t *ent;
	uint32_t i;

	if (ufs_rd32(fs, rec + WC_CLEAR) != 0)
		lg->lg_norphans = 0;
	if (count > ORPHANS_MAX - lg->lg_norphans)
		return EFTYPE;
	for (i = 0; i < count; i++) {
		ent = rec + WC_ENTRIES + i * WC_INOENTRY;
		ffs_log_unlinked(lg, ufs_rd32(fs, ent), ufs_rd32(fs, ent + 4));
	}
	return 0;
}

/*
 * One record with what belongs to it.
 */
static int
replay_record(struct replay *r, uint8_t *rec)
{
	const struct fs *fs = &r->r_ump->um_fs;
	const uint64_t before = r->r_left;
	uint32_t type, count;
	int error;

	error = replay_read(r, rec, r->r_blksize);
	if (error != 0)
		return error;
	type = ufs_rd32(fs, rec + WC_TYPE);
	count = ufs_rd32(fs, rec + WC_COUNT);
	if (count > (r->r_blksize - WC_ENTRIES) / (type == WC_INODES ?
	    WC_INOENTRY : WC_BLKENTRY))
		return EFTYPE;
	switch (type) {
	case WC_BLOCKS:
		error = replay_blocks(r, rec, count);
		break;
	case WC_REVOCATIONS:
		error = replay_revocations(r, rec, count);
		break;
	case WC_INODES:
		error = replay_inodes(r, rec, count);
		break;
	default:
		error = EFTYPE;
		break;
	}
	if (error == 0 && roundup2((uint64_t)ufs_rd32(fs, rec + WC_LEN),
	    r->r_blksize) != roundup2(before - r->r_left, r->r_blksize))
		error = EFTYPE;
	return error;
}

/*
 * Is the place inside the circle?
 */
static bool
replay_inside(const struct replay *r, uint64_t at)
{
	return at >= r->r_circoff && at < r->r_circoff + r->r_circsize &&
	    (at - r->r_circoff) % r->r_blksize == 0;
}

int
ffs_log_replay(struct ufsmount *ump, struct ffslog *lg)
{
	struct replay r = { .r_ump = ump, .r_lg = lg };
	uint8_t *rec;
	int error;

	error = header_read(&r);
	if (error != 0 || (r.r_head == 0 && r.r_tail == 0))
		return error;
	if (!replay_inside(&r, r.r_head) || !replay_inside(&r, r.r_tail))
		return EINVAL;
	r.r_at = r.r_tail;
	r.r_left = r.r_head > r.r_tail ? r.r_head - r.r_tail :
	    r.r_head + r.r_circsize - r.r_tail;
	rec = kmem_alloc(REC_MAXSIZE, KM_SLEEP);
	while (r.r_left > 0 && error == 0)
		error = replay_record(&r, rec);
	kmem_free(rec, REC_MAXSIZE);
	return error;
}
