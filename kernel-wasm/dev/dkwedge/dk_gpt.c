/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk_gpt.c - wedges from a GUID partition table (UEFI specification, 5.3).
 *
 * The table is used when the checksums of header and entries are right.  If
 * the first is damaged the one at the end of the disk is taken, provided that
 * sector 0 is a protective MBR or sector 1 says it was a header: a table that
 * an older use of the disk left at its end does not come back.
 *
 * Errors	ENOENT no (sound) table; ENOMEM; of the disk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>

#include <lib/libkern/libkern.h>

#include "dkwedge_private.h"

#define	GPT_SIG		"EFI PART"
#define	GPT_REVISION	0x00010000
#define	GPT_HDRSIZE	92
#define	GPT_ENTSIZE	128
#define	GPT_TABLE_MAX	(1024 * 1024)

/* Header */
#define	HDR_REVISION	8
#define	HDR_SIZE	12
#define	HDR_CRC		16
#define	HDR_SELF	24
#define	HDR_FIRST	40
#define	HDR_LAST	48
#define	HDR_TABLE	72
#define	HDR_ENTRIES	80
#define	HDR_ENTSIZE	84
#define	HDR_TABLECRC	88

/* Entry */
#define	ENT_UNIQUE	16
#define	ENT_FIRST	32
#define	ENT_LAST	40
#define	ENT_NAME	56
#define	ENT_NAMELEN	36

#define	GUID_STRLEN	37

static const struct {
	const char *guid;
	const char *ptype;
} gpt_types[] = {
	{ "49f48d32-b10e-11dc-b99b-0019d1879648", DKW_PTYPE_SWAP },
	{ "49f48d5a-b10e-11dc-b99b-0019d1879648", DKW_PTYPE_FFS },
	{ "49f48d82-b10e-11dc-b99b-0019d1879648", DKW_PTYPE_LFS },
	{ "49f48daa-b10e-11dc-b99b-0019d1879648", DKW_PTYPE_RAIDFRAME },
	{ "2db519c4-b10f-11dc-b99b-0019d1879648", DKW_PTYPE_CCD },
	{ "2db519ec-b10f-11dc-b99b-0019d1879648", DKW_PTYPE_CGD },
	{ "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", DKW_PTYPE_FAT },
	{ "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", DKW_PTYPE_FAT },
	{ "0fc63daf-8483-4772-8e79-3d69d8477de4", DKW_PTYPE_EXT2FS },
	{ "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", DKW_PTYPE_SWAP },
	{ "516e7cb5-6ecf-11d6-8ff8-00022d09712b", DKW_PTYPE_SWAP },
	{ "516e7cb6-6ecf-11d6-8ff8-00022d09712b", DKW_PTYPE_FFS },
	{ "516e7cba-6ecf-11d6-8ff8-00022d09712b", DKW_PTYPE_ZFS },
	{ "824cc7a0-36a8-11e3-890a-952519ad3f61", DKW_PTYPE_FFS },
	{ "48465300-0000-11aa-aa11-00306543ecac", DKW_PTYPE_APPLEHFS },
};

struct gpt {
	uint64_t first, last;		/* usable sectors */
	uint8_t	*table;
	size_t	tablesize;		/* bytes in memory: whole sectors */
	uint32_t entries, entsize;
};

static void
gpt_guid(const uint8_t *p, char *text)
{
	snprintf(text, GUID_STRLEN,
	    "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    le32dec(p), le16dec(p + 4), le16dec(p + 6), p[8], p[9], p[10],
	    p[11], p[12], p[13], p[14], p[15]);
}

/*
 * One character of the name as UTF-8; what a terminal must not see becomes
 * an underscore.
 */
static size_t
gpt_utf8(uint32_t c, uint8_t *out)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0xd800 && c < 0xe000))
		c = '_';
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* 36 units are at most 108 bytes. */
static void
gpt_name(const uint8_t *ent, uint8_t *out)
{
	uint32_t c, low;
	int i;

	for (i = 0; i < ENT_NAMELEN; i++) {
		c = le16dec(ent + ENT_NAME + 2 * i);
		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && i + 1 < ENT_NAMELEN) {
			low = le16dec(ent + ENT_NAME + 2 * (i + 1));
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (low - 0xdc00);
				i++;
			}
		}
		out += gpt_utf8(c, out);
	}
	*out = '\0';
}

/*
 * The header at lba, if it is one: into g.
 */
static int
gpt_header(struct dkwedge_scan *ds, uint8_t *hdr, uint64_t lba, struct gpt *g,
    uint64_t *tablep, uint32_t *crcp)
{
	uint32_t size = le32dec(hdr + HDR_SIZE), crc;

	if (memcmp(hdr, GPT_SIG, 8) != 0 ||
	    le32dec(hdr + HDR_REVISION) != GPT_REVISION ||
	    size < GPT_HDRSIZE || size > ds->ds_secsize)
		return ENOENT;
	crc = le32dec(hdr + HDR_CRC);
	le32enc(hdr + HDR_CRC, 0);
	if (crc32(0, hdr, size) != crc || le64dec(hdr + HDR_SELF) != lba)
		return ENOENT;
	g->first = le64dec(hdr + HDR_FIRST);
	g->last = le64dec(hdr + HDR_LAST);
	g->entries = le32dec(hdr + HDR_ENTRIES);
	g->entsize = le32dec(hdr + HDR_ENTSIZE);
	if (g->first > g->last || g->last >= ds->ds_nsecs ||
	    g->entsize < GPT_ENTSIZE || g->entsize > GPT_TABLE_MAX ||
	    g->entsize % 8 != 0 || g->entries == 0 ||
	    g->entries > GPT_TABLE_MAX / g->entsize)
		return ENOENT;
	*tablep = le64dec(hdr + HDR_TABLE);
	*crcp = le32dec(hdr + HDR_TABLECRC);
	return 0;
}

static int
gpt_table(struct dkwedge_scan *ds, struct gpt *g, uint64_t lba, uint32_t crc)
{
	size_t used = (size_t)g->entries * g->entsize, at, n;
	int error = 0;

	g->tablesize = roundup2(used, (size_t)ds->ds_secsize);
	g->table = kmem_alloc(g->tablesize, KM_NOSLEEP);
	if (g->table == NULL)
		return ENOMEM;
	for (at = 0; error == 0 && at < g->tablesize; at += n) {
		n = MIN(g->tablesize - at, (size_t)MAXPHYS);
		error = dkwedge_scan_read(ds, lba + at / ds->ds_secsize,
		    g->table + at, n);
	}
	if (error == 0 && crc32(0, g->table, used) != crc)
		error = ENOENT;
	if (error != 0)
		kmem_free(g->table, g->tablesize);
	return error == EINVAL ? ENOENT : error;
}

/*
 * Header and table at lba; *foundp: there was the signature at least.
 */
static int
gpt_load(struct dkwedge_scan *ds, uint64_t lba, struct gpt *g, bool *foundp)
{
	uint8_t *hdr = kmem_alloc(ds->ds_secsize, KM_SLEEP);
	uint64_t table = 0;
	uint32_t crc = 0;
	int error;

	error = dkwedge_scan_read(ds, lba, hdr, ds->ds_secsize);
	if (error == 0) {
		*foundp = memcmp(hdr, GPT_SIG, 8) == 0;
		error = gpt_header(ds, hdr, lba, g, &table, &crc);
	}
	kmem_free(hdr, ds->ds_secsize);
	return error != 0 ? error : gpt_table(ds, g, table, crc);
}

/* Does sector 0 say that the disk has a GPT? */
static bool
gpt_protected(struct dkwedge_scan *ds)
{
	uint8_t *mbr = kmem_alloc(ds->ds_secsize, KM_SLEEP);
	bool found = false;
	int i;

	if (dkwedge_scan_read(ds, 0, mbr, ds->ds_secsize) == 0 &&
	    le16dec(mbr + 510) == 0xaa55) {
		for (i = 0; i < 4; i++)
			found |= mbr[446 + 16 * i + 4] == 0xee;
	}
	kmem_free(mbr, ds->ds_secsize);
	return found;
}

static void
gpt_entry(struct dkwedge_scan *ds, const struct gpt *g, const uint8_t *ent)
{
	uint64_t first = le64dec(ent + ENT_FIRST);
	uint64_t last = le64dec(ent + ENT_LAST);
	const char *ptype = DKW_PTYPE_UNKNOWN;
	struct dkwedge_info *dkw;
	char guid[GUID_STRLEN];
	size_t i;

	gpt_guid(ent, guid);
	for (i = 0; i < __arraycount(gpt_types); i++) {
		if (strcmp(gpt_types[i].guid, guid) == 0)
			ptype = gpt_types[i].ptype;
	}
	if (first < g->first || last > g->last || first > last)
		return;
	dkw = dkwedge_scan_add(ds, first, last - first + 1, ptype);
	if (dkw == NULL)
		return;
	gpt_name(ent, dkw->dkw_wname);
	gpt_guid(ent + ENT_UNIQUE, guid);
	for (i = 0; i + 1 < (size_t)ds->ds_nfound; i++) {
		if (strcmp((char *)ds->ds_found[i].dkw_wname,
		    (char *)dkw->dkw_wname) == 0)
			dkw->dkw_wname[0] = '\0';
	}
	if (dkw->dkw_wname[0] == '\0') {
		memset(dkw->dkw_wname, 0, sizeof(dkw->dkw_wname));
		strlcpy((char *)dkw->dkw_wname, guid, sizeof(dkw->dkw_wname));
	}
}

int
dkwedge_scan_gpt(struct dkwedge_scan *ds)
{
	static const uint8_t unused[16];
	struct gpt g;
	bool found = false, dummy;
	uint32_t i;
	int error;

	error = gpt_load(ds, 1, &g, &found);
	if (error == ENOENT && (found || gpt_protected(ds))) {
		error = gpt_load(ds, ds->ds_nsecs - 1, &g, &dummy);
		if (error == 0)
			aprint_normal("%s: GPT header at block 1 is damaged, "
			    "using the backup\n", ds->ds_disk->dk_name);
	}
	if (error != 0)
		return error;
	for (i = 0; i < g.entries; i++) {
		const uint8_t *ent = g.table + (size_t)i * g.entsize;

		if (memcmp(ent, unused, sizeof(unused)) != 0)
			gpt_entry(ds, &g, ent);
	}
	kmem_free(g.table, g.tablesize);
	return 0;
}
