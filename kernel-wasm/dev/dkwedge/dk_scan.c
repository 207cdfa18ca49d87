/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk_scan.c - searching a disk for partitions.
 *
 * A disk is searched when it is attached and for DIOCMWEDGES, with one read
 * if it has no table.  The methods are tried in turn, GPT, BSD label, MBR,
 * until one finds a table; what it says is trusted in nothing:
 * dkwedge_scan_add() takes what lies within the disk and over no other.
 *
 * Locking	none held while the disk is read.
 * Sleeps	all.
 * Errors	ENOENT no such table; of the disk.  dkwedge_discover() tells
 *		nobody: a disk that cannot be read has no wedges.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>

#include <rump-sys/kern.h>

#include "dkwedge_private.h"

/* All tables begin in here: most disks are read once. */
#define	SCAN_HEAD	8192

static int
scan_disk(struct dkwedge_scan *ds, uint64_t lba, void *data, size_t len)
{
	buf_t *bp;
	int error;

	bp = getiobuf(NULL, true);
	bp->b_dev = ds->ds_disk->dk_dev;
	bp->b_flags = B_READ | B_PHYS | B_RAW;
	bp->b_data = data;
	bp->b_bcount = bp->b_bufsize = bp->b_resid = (int)len;
	bp->b_blkno = bp->b_rawblkno =
	    (daddr_t)(lba * (ds->ds_secsize >> DEV_BSHIFT));
	bdev_strategy(bp);
	error = biowait(bp);
	if (error == 0 && bp->b_resid != 0)
		error = EIO;
	putiobuf(bp);
	return error;
}

/*
 * len bytes from sector lba on; both whole sectors of the disk.
 */
int
dkwedge_scan_read(struct dkwedge_scan *ds, uint64_t lba, void *data, size_t len)
{
	uint64_t off = lba * ds->ds_secsize;

	KASSERT(len % ds->ds_secsize == 0 && len <= MAXPHYS);
	if (lba >= ds->ds_nsecs || len / ds->ds_secsize > ds->ds_nsecs - lba)
		return EINVAL;
	if (off + len > ds->ds_headlen)
		return scan_disk(ds, lba, data, len);
	memcpy(data, ds->ds_head + off, len);
	return 0;
}

/*
 * A partition was found: room for its name, or NULL when it cannot be.
 */
struct dkwedge_info *
dkwedge_scan_add(struct dkwedge_scan *ds, uint64_t start, uint64_t size,
    const char *ptype)
{
	const struct disk *dk = ds->ds_disk;
	const uint32_t scale = ds->ds_secsize / dk->dk_geom.dg_secsize;
	struct dkwedge_info *dkw;
	int i;

	if (ds->ds_nfound == DKW_UNITS || size == 0 || start >= ds->ds_nsecs ||
	    size > ds->ds_nsecs - start) {
		aprint_normal("%s: partition at %llu, %llu blocks: outside\n",
		    dk->dk_name, (unsigned long long)start,
		    (unsigned long long)size);
		return NULL;
	}
	start *= scale;
	size *= scale;
	for (i = 0; i < ds->ds_nfound; i++) {
		dkw = &ds->ds_found[i];
		if (start < (uint64_t)dkw->dkw_offset + dkw->dkw_size &&
		    (uint64_t)dkw->dkw_offset < start + size) {
			/* Two tables may name the same partition. */
			if (start != (uint64_t)dkw->dkw_offset ||
			    size != dkw->dkw_size)
				aprint_normal("%s: partition at %llu "
				    "overlaps\n", dk->dk_name,
				    (unsigned long long)start);
			return NULL;
		}
	}
	dkw = &ds->ds_found[ds->ds_nfound++];
	memset(dkw, 0, sizeof(*dkw));
	dkw->dkw_offset = (daddr_t)start;
	dkw->dkw_size = size;
	strlcpy(dkw->dkw_parent, dk->dk_name, sizeof(dkw->dkw_parent));
	strlcpy(dkw->dkw_ptype, ptype, sizeof(dkw->dkw_ptype));
	return dkw;
}

/*
 * Some disks of 4096 byte sectors arrive as images with sectors of 512.
 */
static int
scan_gpt(struct dkwedge_scan *ds)
{
	const uint32_t secsize = ds->ds_secsize;
	const uint64_t nsecs = ds->ds_nsecs;
	int error;

	error = dkwedge_scan_gpt(ds);
	if (error != ENOENT || secsize != DEV_BSIZE)
		return error;
	ds->ds_secsize = 4096;
	ds->ds_nsecs = nsecs / (4096 / DEV_BSIZE);
	error = dkwedge_scan_gpt(ds);
	if (error != 0) {
		ds->ds_secsize = secsize;
		ds->ds_nsecs = nsecs;
	}
	return error;
}

static int
scan(struct dkwedge_scan *ds)
{
	int error;

	error = scan_gpt(ds);
	if (error == ENOENT)
		error = dkwedge_scan_bsdlabel(ds, 0, 0);
	if (error == ENOENT)
		error = dkwedge_scan_mbr(ds);
	return error;
}

/*
 * What was found becomes wedges; idle ones that are no more go.
 */
static void
scan_commit(struct disk *dk, struct dkwedge_scan *ds)
{
	int i, error;

	dkwedge_delother(dk, ds->ds_found, ds->ds_nfound);
	for (i = 0; i < ds->ds_nfound; i++) {
		if (dkwedge_has(dk, &ds->ds_found[i]))
			continue;
		error = dkwedge_add(&ds->ds_found[i]);
		if (error != 0)
			aprint_normal("%s: wedge \"%s\" not made, error %d\n",
			    dk->dk_name,
			    (const char *)ds->ds_found[i].dkw_wname, error);
	}
}

void
dkwedge_discover(struct disk *dk)
{
	struct dkwedge_scan ds = { .ds_disk = dk };
	const size_t size = DKW_UNITS * sizeof(*ds.ds_found);
	size_t headlen;
	int error;

	if (dk->dk_dev == NODEV || cold)
		return;
	ds.ds_secsize = dk->dk_geom.dg_secsize;
	ds.ds_nsecs = (uint64_t)dk->dk_geom.dg_secperunit;
	if (ds.ds_nsecs < 4 || ds.ds_secsize > SCAN_HEAD)
		return;
	mutex_enter(&dk->dk_openlock);
	error = dkwedge_parent_open(dk);
	mutex_exit(&dk->dk_openlock);
	if (error != 0)
		return;
	ds.ds_found = kmem_alloc(size, KM_SLEEP);
	ds.ds_head = kmem_alloc(SCAN_HEAD, KM_SLEEP);
	headlen = (size_t)MIN(SCAN_HEAD, ds.ds_nsecs * ds.ds_secsize);
	error = scan_disk(&ds, 0, ds.ds_head, headlen);
	if (error == 0) {
		ds.ds_headlen = headlen;
		error = scan(&ds);
	}
	mutex_enter(&dk->dk_openlock);
	dkwedge_parent_close(dk);
	mutex_exit(&dk->dk_openlock);
	if (error == 0 || error == ENOENT)
		scan_commit(dk, &ds);
	kmem_free(ds.ds_head, SCAN_HEAD);
	kmem_free(ds.ds_found, size);
}
