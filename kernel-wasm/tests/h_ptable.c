/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ptable.c - a memory disk for tests, and partition tables for it.
 */

#include "h_ptable.h"

#include <sys/disklabel.h>
#include <sys/endian.h>

#include <dev/md.h>
#include <lib/libkern/libkern.h>

#define	GPT_ENTRIES	128
#define	GPT_ENTSIZE	128
#define	GPT_TABLE	(GPT_ENTRIES * GPT_ENTSIZE)

uint8_t *h_pt_image;
struct dkwedge_info h_pt_wedges[PT_MAXWEDGES];
int h_pt_nwedges;

static long pt_fd;

void
h_pt_begin(void)
{
	struct md_conf conf = { .md_size = PT_SIZE,
	    .md_type = MD_KMEM_ALLOCATED };

	h_pt_image = kmem_zalloc(PT_SIZE, KM_SLEEP);
	pt_fd = h_open("/dev/rmd0", O_RDWR, 0);
	CHECK(pt_fd >= 0);
	CHECK_EQ(h_ioctl(pt_fd, MD_SETCONF, &conf), 0);
}

void
h_pt_end(void)
{
	struct md_conf conf = { .md_type = MD_UNCONFIGURED };

	CHECK_EQ(h_ioctl(pt_fd, MD_SETCONF, &conf), 0);
	CHECK_EQ(h_close(pt_fd), 0);
	kmem_free(h_pt_image, PT_SIZE);
	CHECK_EQ(h_unlink("/dev/rmd0"), 0);
	(void)h_unlink("/dev/md0");
}

void
h_pt_write(void)
{
	CHECK_EQ(h_pwrite(pt_fd, h_pt_image, PT_SIZE, 0), PT_SIZE);
}

void
h_pt_list(const char *rawdev)
{
	struct dkwedge_list list = { .dkwl_buf = h_pt_wedges,
	    .dkwl_bufsize = sizeof(h_pt_wedges) };
	long fd = h_open(rawdev, O_RDONLY, 0);

	CHECK_EQ(h_ioctl(fd, DIOCLWEDGES, &list), 0);
	CHECK_EQ(list.dkwl_ncopied, list.dkwl_nwedges);
	h_pt_nwedges = (int)list.dkwl_ncopied;
	CHECK_EQ(h_close(fd), 0);
}

void
h_pt_search(void)
{
	int bits;

	h_pt_write();
	CHECK_EQ(h_ioctl(pt_fd, DIOCMWEDGES, &bits), 0);
	h_pt_list("/dev/rmd0");
}

void
h_pt_check(int i, const char *name, uint64_t start, uint64_t size,
    const char *ptype)
{
	const struct dkwedge_info *dkw = &h_pt_wedges[i];

	CHECK(i < h_pt_nwedges);
	CHECK_STR((const char *)dkw->dkw_wname, name);
	CHECK_STR(dkw->dkw_parent, "md0");
	CHECK_STR(dkw->dkw_ptype, ptype);
	CHECK_EQ(dkw->dkw_offset, start);
	CHECK_EQ(dkw->dkw_size, size);
}

uint8_t *
h_gpt_header(unsigned secsize, bool backup)
{
	return h_pt_image + (backup ? PT_SIZE - secsize : secsize);
}

static uint8_t *
gpt_table(unsigned secsize, bool backup)
{
	return h_pt_image + (backup ? PT_SIZE - secsize - GPT_TABLE :
	    2 * secsize);
}

void
h_gpt_make(unsigned secsize)
{
	const uint64_t last = PT_SIZE / secsize - 1;
	const uint64_t table = GPT_TABLE / secsize;
	uint8_t *hdr;
	int i;

	memset(h_pt_image, 0, PT_SIZE);
	h_mbr_part(0, 0, 0xee, 1, PT_SIZE / secsize - 1);
	for (i = 0; i < 2; i++) {
		hdr = h_gpt_header(secsize, i == 1);
		memcpy(hdr, "EFI PART", 8);
		le32enc(hdr + 8, 0x10000);
		le32enc(hdr + 12, 92);
		le64enc(hdr + 24, i == 0 ? 1 : last);
		le64enc(hdr + 32, i == 0 ? last : 1);
		le64enc(hdr + 40, 2 + table);
		le64enc(hdr + 48, last - table - 1);
		memset(hdr + 56, 0x5a, 16);
		le64enc(hdr + 72, i == 0 ? 2 : last - table);
		le32enc(hdr + 80, GPT_ENTRIES);
		le32enc(hdr + 84, GPT_ENTSIZE);
	}
}

void
h_gpt_entry(unsigned secsize, int i, const char *guid16, uint64_t first,
    uint64_t last, const char *name)
{
	uint8_t *ent = gpt_table(secsize, false) + i * GPT_ENTSIZE;
	int at;

	memcpy(ent, guid16, 16);
	memset(ent + 16, 0x10 + i, 16);
	le64enc(ent + 32, first);
	le64enc(ent + 40, last);
	for (at = 0; name[at] != '\0'; at++)
		le16enc(ent + 56 + 2 * at, (uint8_t)name[at]);
	memcpy(gpt_table(secsize, true) + i * GPT_ENTSIZE, ent, GPT_ENTSIZE);
}

void
h_gpt_seal(unsigned secsize)
{
	uint32_t size;
	uint8_t *hdr;
	int i;

	for (i = 0; i < 2; i++) {
		hdr = h_gpt_header(secsize, i == 1);
		le32enc(hdr + 88, crc32(0, gpt_table(secsize, i == 1),
		    GPT_TABLE));
		le32enc(hdr + 16, 0);
		size = le32dec(hdr + 12);
		le32enc(hdr + 16, crc32(0, hdr, size > secsize ? secsize :
		    size));
	}
}

void
h_mbr_part(uint64_t lba, int i, uint8_t type, uint32_t start, uint32_t size)
{
	uint8_t *sec = h_pt_image + lba * DEV_BSIZE, *p = sec + 446 + i * 16;

	p[4] = type;
	le32enc(p + 8, start);
	le32enc(p + 12, size);
	le16enc(sec + 510, 0xaa55);
}

static void
label_seal(uint8_t *lp)
{
	uint16_t sum = 0;
	int i;

	le16enc(lp + 136, 0);
	for (i = 0; i < 148 + 16 * 16; i += 2)
		sum ^= le16dec(lp + i);
	le16enc(lp + 136, sum);
}

void
h_label_make(uint64_t lba)
{
	uint8_t *lp = h_pt_image + (lba + LABELSECTOR) * DEV_BSIZE;

	memset(lp, 0, DEV_BSIZE);
	le32enc(lp, DISKMAGIC);
	le32enc(lp + 132, DISKMAGIC);
	le32enc(lp + 40, DEV_BSIZE);
	le16enc(lp + 138, 16);
	label_seal(lp);
}

void
h_label_part(uint64_t lba, int i, uint8_t fstype, uint32_t start, uint32_t size)
{
	uint8_t *lp = h_pt_image + (lba + LABELSECTOR) * DEV_BSIZE;
	uint8_t *pp = lp + 148 + i * 16;

	le32enc(pp, size);
	le32enc(pp + 4, start);
	pp[12] = fstype;
	label_seal(lp);
}
