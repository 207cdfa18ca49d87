/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_disk.c - generic disk framework, disk(9): names, open masks, counters.
 *
 * Interface
 *	A driver: disk_init(), disk_attach(), around each request disk_busy()
 *	and disk_unbusy(), disk_detach(), disk_destroy().
 *
 * Locking	d: disklist_lock   s: dk_statlock of each disk
 * Sleeps	no.
 * Errors	none.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/time.h>

#include <rump-sys/dev.h>

static TAILQ_HEAD(, disk) disklist = TAILQ_HEAD_INITIALIZER(disklist); /* d */
static kmutex_t disklist_lock;

RUMP_COMPONENT(RUMP_COMPONENT_KERN)
{
	mutex_init(&disklist_lock, MUTEX_DEFAULT, IPL_NONE);
}

void
disk_init(struct disk *dk, const char *name, const struct dkdriver *driver)
{
	memset(dk, 0, sizeof(*dk));
	dk->dk_name = name;
	dk->dk_driver = driver;
	dk->dk_dev = NODEV;
	LIST_INIT(&dk->dk_wedges);
	mutex_init(&dk->dk_openlock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&dk->dk_statlock, MUTEX_DEFAULT, IPL_NONE);
	disk_blocksize(dk, DEV_BSIZE);
}

void
disk_destroy(struct disk *dk)
{
	mutex_destroy(&dk->dk_statlock);
	mutex_destroy(&dk->dk_openlock);
}

void
disk_blocksize(struct disk *dk, int blocksize)
{
	KASSERT(blocksize >= DEV_BSIZE && powerof2(blocksize));
	dk->dk_byteshift = 0;
	while (1 << dk->dk_byteshift < blocksize)
		dk->dk_byteshift++;
	dk->dk_blkshift = dk->dk_byteshift - DEV_BSHIFT;
}

/*
 * The driver has filled in dg_secsize and dg_secperunit.
 */
void
disk_set_info(struct device *dev, struct disk *dk, const char *type)
{
	struct disk_geom *dg = &dk->dk_geom;

	(void)dev;
	(void)type;
	disk_blocksize(dk, (int)dg->dg_secsize);
	if (dg->dg_nsectors == 0)
		dg->dg_nsectors = 1;
	if (dg->dg_ntracks == 0)
		dg->dg_ntracks = 1;
}

void
disk_attach(struct disk *dk)
{
	getmicrotime(&dk->dk_attachtime);
	mutex_enter(&disklist_lock);
	TAILQ_INSERT_TAIL(&disklist, dk, dk_link);
	mutex_exit(&disklist_lock);
}

void
disk_detach(struct disk *dk)
{
	mutex_enter(&disklist_lock);
	TAILQ_REMOVE(&disklist, dk, dk_link);
	mutex_exit(&disklist_lock);
}

struct disk *
disk_find(const char *name)
{
	struct disk *dk;

	mutex_enter(&disklist_lock);
	TAILQ_FOREACH(dk, &disklist, dk_link) {
		if (strcmp(dk->dk_name, name) == 0)
			break;
	}
	mutex_exit(&disklist_lock);
	return dk;
}

void
disk_busy(struct disk *dk)
{
	mutex_enter(&dk->dk_statlock);
	dk->dk_busy++;
	mutex_exit(&dk->dk_statlock);
}

void
disk_unbusy(struct disk *dk, long bytes, int reading)
{
	mutex_enter(&dk->dk_statlock);
	KASSERT(dk->dk_busy > 0);
	dk->dk_busy--;
	if (reading) {
		dk->dk_rxfer++;
		dk->dk_rbytes += (uint64_t)bytes;
	} else {
		dk->dk_wxfer++;
		dk->dk_wbytes += (uint64_t)bytes;
	}
	mutex_exit(&dk->dk_statlock);
}

bool
disk_isbusy(struct disk *dk)
{
	return dk->dk_busy != 0;
}

/*
 * Bytes of a request that are on the disk: fewer than asked for at its end;
 * 0 there, or with b_error when it is beyond, or not whole sectors.
 */
int
disk_bounds(const struct disk *dk, struct buf *bp)
{
	const uint64_t size = (uint64_t)dk->dk_geom.dg_secperunit <<
	    dk->dk_blkshift;
	const int mask = (1 << dk->dk_byteshift) - 1;
	uint64_t left;

	if (bp->b_blkno < 0 || (uint64_t)bp->b_blkno > size ||
	    (bp->b_bcount & mask) != 0 ||
	    (bp->b_blkno & (mask >> DEV_BSHIFT)) != 0) {
		bp->b_error = EINVAL;
		return 0;
	}
	left = size - (uint64_t)bp->b_blkno;
	if (left < (uint64_t)bp->b_bcount >> DEV_BSHIFT)
		return (int)(left << DEV_BSHIFT);
	return bp->b_bcount;
}

/*
 * The names for hw.disknames, blank separated; *needp: bytes with the NUL.
 */
int
disk_names(char *buf, size_t len, size_t *needp)
{
	struct disk *dk;
	size_t need = 1;

	if (len > 0)
		buf[0] = '\0';
	mutex_enter(&disklist_lock);
	TAILQ_FOREACH(dk, &disklist, dk_link) {
		if (need > 1) {
			need++;
			(void)strlcat(buf, " ", len);
		}
		need += strlen(dk->dk_name);
		(void)strlcat(buf, dk->dk_name, len);
	}
	mutex_exit(&disklist_lock);
	*needp = need;
	return need > len ? ENOMEM : 0;
}
