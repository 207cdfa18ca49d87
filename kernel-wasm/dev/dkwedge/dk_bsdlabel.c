/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk_bsdlabel.c - wedges from a BSD disklabel.
 *
 * The label is looked for in the first 8 KiB of the disk, or of a partition
 * of an MBR: ports of NetBSD keep it at different places.  Its partitions
 * are named after the disk with the letters from a on; those without a type,
 * such as the whole disk, are not wedges.
 *
 * Errors	ENOENT no label; of the disk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disklabel.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "dkwedge_private.h"

#define	LABEL_AREA	8192
#define	LABEL_PARTS	22		/* what ports have at most */

#define	LP_SECSIZE	40
#define	LP_MAGIC2	132
#define	LP_NPARTITIONS	138
#define	LP_PARTITIONS	148
#define	LP_PARTSIZE	16

static const char *
label_ptype(uint8_t fstype)
{
	switch (fstype) {
	case FS_SWAP:
		return DKW_PTYPE_SWAP;
	case FS_BSDFFS:
		return DKW_PTYPE_FFS;
	case FS_MSDOS:
		return DKW_PTYPE_FAT;
	case FS_BSDLFS:
		return DKW_PTYPE_LFS;
	case FS_ISO9660:
		return DKW_PTYPE_ISO9660;
	case FS_EX2FS:
		return DKW_PTYPE_EXT2FS;
	case FS_NTFS:
		return DKW_PTYPE_NTFS;
	case FS_RAID:
		return DKW_PTYPE_RAIDFRAME;
	case FS_CCD:
		return DKW_PTYPE_CCD;
	case FS_CGD:
		return DKW_PTYPE_CGD;
	case FS_UDF:
		return DKW_PTYPE_UDF;
	default:
		return DKW_PTYPE_UNKNOWN;
	}
}

static bool
label_isvalid(const uint8_t *lp, size_t room)
{
	uint16_t sum = 0;
	size_t parts, i;

	if (le32dec(lp) != DISKMAGIC || le32dec(lp + LP_MAGIC2) != DISKMAGIC)
		return false;
	parts = le16dec(lp + LP_NPARTITIONS);
	if (parts == 0 || parts > LABEL_PARTS ||
	    LP_PARTITIONS + parts * LP_PARTSIZE > room)
		return false;
	for (i = 0; i < LP_PARTITIONS + parts * LP_PARTSIZE; i += 2)
		sum ^= le16dec(lp + i);
	return sum == 0;
}

static const uint8_t *
label_find(const uint8_t *area, size_t len)
{
	size_t at;

	for (at = 0; at + LP_PARTITIONS <= len; at += 4) {
		if (label_isvalid(area + at, len - at))
			return area + at;
	}
	return NULL;
}

static void
label_wedges(struct dkwedge_scan *ds, const uint8_t *lp, uint64_t base)
{
	int i, n = le16dec(lp + LP_NPARTITIONS);
	struct dkwedge_info *dkw;
	const uint8_t *pp;

	/* An old label of FreeBSD counts from the start of the disk. */
	pp = lp + LP_PARTITIONS + RAW_PART * LP_PARTSIZE;
	if (n > RAW_PART && le32dec(pp + 4) != 0)
		base = 0;
	for (i = 0; i < n; i++) {
		pp = lp + LP_PARTITIONS + i * LP_PARTSIZE;
		if (pp[12] == FS_UNUSED || le32dec(pp) == 0)
			continue;
		dkw = dkwedge_scan_add(ds, base + le32dec(pp + 4),
		    le32dec(pp), label_ptype(pp[12]));
		if (dkw != NULL)
			snprintf((char *)dkw->dkw_wname,
			    sizeof(dkw->dkw_wname), "%s%c",
			    ds->ds_disk->dk_name, 'a' + i);
	}
}

/*
 * The label in the area at lba; base is added to its offsets if it counts
 * from the start of its partition.
 */
int
dkwedge_scan_bsdlabel(struct dkwedge_scan *ds, uint64_t lba, uint64_t base)
{
	size_t len = LABEL_AREA;
	const uint8_t *lp;
	uint8_t *area;
	int error;

	if (lba >= ds->ds_nsecs)
		return ENOENT;
	if (ds->ds_nsecs - lba < len / ds->ds_secsize)
		len = (size_t)(ds->ds_nsecs - lba) * ds->ds_secsize;
	area = kmem_alloc(len, KM_SLEEP);
	error = dkwedge_scan_read(ds, lba, area, len);
	if (error == 0) {
		lp = label_find(area, len);
		if (lp != NULL && le32dec(lp + LP_SECSIZE) == ds->ds_secsize)
			label_wedges(ds, lp, base);
		else
			error = ENOENT;
	}
	kmem_free(area, len);
	return error;
}
