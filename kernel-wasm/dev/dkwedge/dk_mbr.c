/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk_mbr.c - wedges from a master boot record.
 *
 * The four partitions of sector 0 are named after the disk with the letters
 * from e on, those in an extended partition follow.  A partition of a BSD
 * that has a label inside gives its place to the label's.  The boot sector of
 * a FAT file system looks much alike and is told apart by its parameters.
 *
 * Errors	ENOENT no table; of the disk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "dkwedge_private.h"

#define	MBR_MAGIC	0xaa55
#define	MBR_MAGICOFF	510
#define	MBR_PARTOFF	446
#define	MBR_PARTSIZE	16
#define	MBR_PARTS	4
#define	EBR_MAX		64		/* links of a chain */

#define	MBR_EXT		0x05
#define	MBR_EXT_LBA	0x0f
#define	MBR_EXT_LNX	0x85
#define	MBR_FREEBSD	0xa5
#define	MBR_OPENBSD	0xa6
#define	MBR_NETBSD	0xa9
#define	MBR_PMBR	0xee

struct mbr_part {
	uint8_t	flag;
	uint8_t	type;
	uint32_t start, size;
};

static const struct {
	uint8_t type;
	const char *ptype;
} mbr_types[] = {
	{ 0x01, DKW_PTYPE_FAT }, { 0x04, DKW_PTYPE_FAT },
	{ 0x06, DKW_PTYPE_FAT }, { 0x07, DKW_PTYPE_NTFS },
	{ 0x0b, DKW_PTYPE_FAT }, { 0x0c, DKW_PTYPE_FAT },
	{ 0x0e, DKW_PTYPE_FAT }, { 0x82, DKW_PTYPE_SWAP },
	{ 0x83, DKW_PTYPE_EXT2FS }, { 0xaf, DKW_PTYPE_APPLEHFS },
	{ 0xef, DKW_PTYPE_FAT },
	{ MBR_FREEBSD, DKW_PTYPE_FFS }, { MBR_OPENBSD, DKW_PTYPE_FFS },
	{ MBR_NETBSD, DKW_PTYPE_FFS },
};

static const char *
mbr_ptype(uint8_t type)
{
	size_t i;

	for (i = 0; i < __arraycount(mbr_types); i++) {
		if (mbr_types[i].type == type)
			return mbr_types[i].ptype;
	}
	return DKW_PTYPE_UNKNOWN;
}

static bool
mbr_isext(uint8_t type)
{
	return type == MBR_EXT || type == MBR_EXT_LBA || type == MBR_EXT_LNX;
}

static struct mbr_part
mbr_part(const uint8_t *sec, int i)
{
	const uint8_t *p = sec + MBR_PARTOFF + i * MBR_PARTSIZE;

	return (struct mbr_part){
		.flag = p[0], .type = p[4],
		.start = le32dec(p + 8), .size = le32dec(p + 12),
	};
}

/*
 * The boot sector of a file system of DOS or Windows: a jump, and sectors,
 * clusters and FATs that make sense, or the name of the others.
 */
static bool
mbr_isboot(const uint8_t *sec)
{
	uint16_t bps = le16dec(sec + 11);

	if (sec[0] != 0xe9 && (sec[0] != 0xeb || sec[2] != 0x90))
		return false;
	if (memcmp(sec + 3, "NTFS    ", 8) == 0 ||
	    memcmp(sec + 3, "EXFAT   ", 8) == 0)
		return true;
	return bps >= 512 && bps <= 4096 && powerof2(bps) && sec[13] != 0 &&
	    powerof2(sec[13]) && le16dec(sec + 14) != 0 &&
	    (sec[16] == 1 || sec[16] == 2);
}

/* Is this a table of partitions, and has it any? */
static bool
mbr_isvalid(const uint8_t *sec)
{
	struct mbr_part p;
	int i, n = 0;

	if (le16dec(sec + MBR_MAGICOFF) != MBR_MAGIC || mbr_isboot(sec))
		return false;
	for (i = 0; i < MBR_PARTS; i++) {
		p = mbr_part(sec, i);
		if ((p.flag & 0x7f) != 0)
			return false;
		if (p.type != 0 && p.type != MBR_PMBR && p.size != 0)
			n++;
	}
	return n > 0;
}

static void
mbr_wedge(struct dkwedge_scan *ds, const struct mbr_part *p, uint64_t base,
    int number)
{
	struct dkwedge_info *dkw;

	/* Start 0 is the whole disk, as isohybrid images have it. */
	if (p->type == 0 || p->type == MBR_PMBR || p->size == 0 ||
	    base + p->start == 0 || mbr_isext(p->type))
		return;
	if ((p->type == MBR_NETBSD || p->type == MBR_OPENBSD ||
	    p->type == MBR_FREEBSD) && dkwedge_scan_bsdlabel(ds,
	    base + p->start, p->type == MBR_FREEBSD ? base + p->start : 0) ==
	    0)
		return;
	dkw = dkwedge_scan_add(ds, base + p->start, p->size,
	    mbr_ptype(p->type));
	if (dkw != NULL)
		snprintf((char *)dkw->dkw_wname, sizeof(dkw->dkw_wname),
		    number < 22 ? "%s%c" : "%s%d", ds->ds_disk->dk_name,
		    number < 22 ? 'e' + number : number);
}

/*
 * The chain of an extended partition: each link describes a partition,
 * relative to itself, and the next link, relative to the whole.
 */
static void
mbr_extended(struct dkwedge_scan *ds, const struct mbr_part *ext,
    uint8_t *sec, int *numberp)
{
	uint64_t at = ext->start;
	struct mbr_part part, next;
	int links;

	for (links = 0; links < EBR_MAX; links++) {
		if (dkwedge_scan_read(ds, at, sec, ds->ds_secsize) != 0 ||
		    le16dec(sec + MBR_MAGICOFF) != MBR_MAGIC)
			return;
		part = mbr_part(sec, 0);
		next = mbr_part(sec, 1);
		if (part.type != 0 && part.size != 0 && part.start != 0)
			mbr_wedge(ds, &part, at, (*numberp)++);
		if (!mbr_isext(next.type) || next.start == 0 ||
		    next.start >= ext->size)
			return;
		at = (uint64_t)ext->start + next.start;
	}
}

int
dkwedge_scan_mbr(struct dkwedge_scan *ds)
{
	uint8_t *sec = kmem_alloc(ds->ds_secsize, KM_SLEEP);
	struct mbr_part parts[MBR_PARTS];
	int error, i, number = MBR_PARTS;

	error = dkwedge_scan_read(ds, 0, sec, ds->ds_secsize);
	if (error == 0 && !mbr_isvalid(sec))
		error = ENOENT;
	for (i = 0; error == 0 && i < MBR_PARTS; i++)
		parts[i] = mbr_part(sec, i);
	for (i = 0; error == 0 && i < MBR_PARTS; i++)
		mbr_wedge(ds, &parts[i], 0, i);
	for (i = 0; error == 0 && i < MBR_PARTS; i++) {
		if (mbr_isext(parts[i].type) && parts[i].start != 0)
			mbr_extended(ds, &parts[i], sec, &number);
	}
	kmem_free(sec, ds->ds_secsize);
	return error;
}
