/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ptable.c - wedges from partition tables, good and hostile.
 */

#include "h_ptable.h"

#include <sys/disklabel.h>
#include <sys/endian.h>

#define	FFS_GUID	"\x5a\x8d\xf4\x49\x0e\xb1\xdc\x11\xb9\x9b\x00\x19" \
			"\xd1\x87\x96\x48"
#define	LINUX_GUID	"\xaf\x3d\xc6\x0f\x83\x84\x72\x47\x8e\x79\x3d\x69" \
			"\xd8\x47\x7d\xe4"

static void
good_gpt(unsigned secsize)
{
	h_gpt_make(secsize);
	h_gpt_entry(secsize, 0, FFS_GUID, 64, 127, "root");
	h_gpt_entry(secsize, 5, LINUX_GUID, 128, 199, "");
	h_gpt_seal(secsize);
}

TEST(gpt)
{
	h_pt_begin();
	good_gpt(512);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_pt_check(0, "root", 64, 64, "ffs");
	h_pt_check(1, "15151515-1515-1515-1515-151515151515", 128, 72,
	    "ext2fs");
	/* Searched again, they stay; a new table replaces them. */
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_gpt_entry(512, 0, FFS_GUID, 64, 100, "root");
	h_gpt_seal(512);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	memset(h_pt_image, 0, PT_SIZE);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	h_pt_end();
}

TEST(gpt_4096)
{
	h_pt_begin();
	good_gpt(4096);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_pt_check(0, "root", 64 * 8, 64 * 8, "ffs");
	h_pt_end();
}

TEST(gpt_backup)
{
	h_pt_begin();
	good_gpt(512);
	h_gpt_header(512, false)[60] ^= 1;
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_pt_check(0, "root", 64, 64, "ffs");
	/* The table, not the header, is damaged. */
	good_gpt(512);
	h_pt_image[1024 + 40] ^= 1;
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	/* Both are. */
	h_gpt_header(512, true)[60] ^= 1;
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	/* What an older use left at the end does not come back. */
	good_gpt(512);
	memset(h_pt_image, 0, 4096);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	h_pt_end();
}

/* The name is UTF-16: a pair, a lone surrogate, a control character. */
TEST(gpt_name)
{
	static const uint16_t name[] = { 0xe9, 0xd83d, 0xde00, 0xd800, 0x1b,
	    0x20ac };
	size_t i;

	h_pt_begin();
	good_gpt(512);
	for (i = 0; i < __arraycount(name); i++)
		le16enc(h_pt_image + 1024 + 56 + 2 * i, name[i]);
	h_gpt_seal(512);
	h_pt_search();
	h_pt_check(0, "\xc3\xa9\xf0\x9f\x98\x80__\xe2\x82\xac", 64, 64, "ffs");
	/* All 36 of three bytes each. */
	for (i = 0; i < 36; i++)
		le16enc(h_pt_image + 1024 + 56 + 2 * i, 0x20ac);
	h_gpt_seal(512);
	h_pt_search();
	CHECK_EQ(strlen((char *)h_pt_wedges[1].dkw_wname), 108);
	h_pt_end();
}

/* Well sealed, and wrong. */
TEST(gpt_hostile)
{
	static const struct { int off, len; uint64_t v; } lies[] = {
		{ 12, 4, 0 }, { 12, 4, 91 }, { 12, 4, UINT32_MAX },
		{ 24, 8, 2 }, { 40, 8, UINT64_MAX }, { 48, 8, UINT64_MAX },
		{ 72, 8, UINT64_MAX }, { 72, 8, PT_SIZE / 512 - 1 },
		{ 80, 4, 0 }, { 80, 4, UINT32_MAX }, { 84, 4, 0 },
		{ 84, 4, 1 }, { 84, 4, 127 }, { 84, 4, UINT32_MAX },
	};
	size_t i;
	int b;

	h_pt_begin();
	for (i = 0; i < __arraycount(lies); i++) {
		good_gpt(512);
		for (b = 0; b < 2; b++) {
			uint8_t *p = h_gpt_header(512, b == 1) + lies[i].off;

			if (lies[i].len == 4)
				le32enc(p, (uint32_t)lies[i].v);
			else
				le64enc(p, lies[i].v);
		}
		h_gpt_seal(512);
		h_pt_search();
		CHECK_EQ(h_pt_nwedges, 0);
	}
	h_gpt_make(512);
	h_gpt_entry(512, 0, FFS_GUID, 0, 100, "over the table");
	h_gpt_entry(512, 1, FFS_GUID, 100, 99, "backwards");
	h_gpt_entry(512, 2, FFS_GUID, 64, UINT64_MAX, "endless");
	h_gpt_entry(512, 3, FFS_GUID, UINT64_MAX, UINT64_MAX, "far");
	h_gpt_entry(512, 4, FFS_GUID, 64, 127, "good");
	h_gpt_entry(512, 5, FFS_GUID, 127, 130, "overlaps");
	h_gpt_seal(512);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 1);
	h_pt_check(0, "good", 64, 64, "ffs");
	h_pt_end();
}

TEST(mbr)
{
	h_pt_begin();
	h_mbr_part(0, 0, 0x06, 64, 100);
	h_mbr_part(0, 1, 0x05, 1000, 3000);
	h_mbr_part(0, 2, 0x83, 5000, 1000);
	h_mbr_part(0, 3, 0x83, 0, 5000);
	h_mbr_part(1000, 0, 0xa9, 63, 100);
	h_mbr_part(1000, 1, 0x05, 500, 500);
	h_mbr_part(1500, 0, 0x83, 63, 200);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 4);
	h_pt_check(0, "md0e", 64, 100, "msdos");
	h_pt_check(1, "md0g", 5000, 1000, "ext2fs");
	h_pt_check(2, "md0i", 1063, 100, "ffs");
	h_pt_check(3, "md0j", 1563, 200, "ext2fs");
	h_pt_end();
}

TEST(mbr_hostile)
{
	static const uint8_t fat[] = { 0xeb, 0x3c, 0x90, 'm', 'k', 'f', 's',
	    '.', 'f', 'a', 't', 0, 2, 4, 1, 0, 2 };
	int i;

	h_pt_begin();
	/* A chain that comes back to itself. */
	h_mbr_part(0, 0, 0x05, 1000, 3000);
	h_mbr_part(1000, 0, 0x83, 1, 100);
	h_mbr_part(1000, 1, 0x05, 500, 500);
	h_mbr_part(1500, 0, 0x83, 1, 100);
	h_mbr_part(1500, 1, 0x05, 500, 500);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	/* Beyond the end; sums above 2^32. */
	memset(h_pt_image, 0, PT_SIZE);
	h_mbr_part(0, 0, 0x83, UINT32_MAX, UINT32_MAX);
	h_mbr_part(0, 1, 0x0f, UINT32_MAX, UINT32_MAX);
	h_mbr_part(0, 2, 0x83, 1, UINT32_MAX);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	/* Not a table: a flag that is none, the boot sector of a FAT. */
	memset(h_pt_image, 0, PT_SIZE);
	h_mbr_part(0, 0, 0x83, 64, 64);
	h_pt_image[446] = 0x42;
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	h_pt_image[446] = 0x80;
	memcpy(h_pt_image, fat, sizeof(fat));
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	memset(h_pt_image, 0, 446);
	memcpy(h_pt_image, "\xeb\x52\x90NTFS    ", 11);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	/* More logical partitions than a chain may have. */
	memset(h_pt_image, 0, PT_SIZE);
	h_mbr_part(0, 0, 0x05, 1000, 15000);
	for (i = 0; i < 200; i++) {
		h_mbr_part(1000 + i * 10, 0, 0x83, 1, 5);
		h_mbr_part(1000 + i * 10, 1, 0x05, (i + 1) * 10, 10);
	}
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 64);
	h_pt_end();
}

TEST(bsdlabel)
{
	h_pt_begin();
	h_label_make(0);
	h_label_part(0, 0, FS_BSDFFS, 64, 1000);
	h_label_part(0, 1, FS_SWAP, 1064, 100);
	h_label_part(0, 2, FS_UNUSED, 0, PT_SIZE / 512);
	h_label_part(0, 4, FS_MSDOS, UINT32_MAX, 2);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_pt_check(0, "md0a", 64, 1000, "ffs");
	h_pt_check(1, "md0b", 1064, 100, "swap");
	h_pt_image[512 + 60] ^= 1;
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 0);
	/* In a partition of an MBR, NetBSD's way and FreeBSD's. */
	memset(h_pt_image, 0, PT_SIZE);
	h_mbr_part(0, 0, 0xa9, 2000, 1000);
	h_label_make(2000);
	h_label_part(2000, 0, FS_BSDFFS, 2100, 200);
	h_mbr_part(0, 1, 0xa5, 4000, 1000);
	h_label_make(4000);
	h_label_part(4000, 3, FS_EX2FS, 100, 200);
	h_pt_search();
	CHECK_EQ(h_pt_nwedges, 2);
	h_pt_check(0, "md0a", 2100, 200, "ffs");
	h_pt_check(1, "md0d", 4100, 200, "ext2fs");
	h_pt_end();
}

/* Bytes of a good table change; whatever is found lies within the disk. */
TEST(ptable_random)
{
	uint32_t seed = 20261129;
	int round, i, j;

	h_pt_begin();
	for (round = 0; round < 150; round++) {
		good_gpt(512);
		if (round % 3 != 0) {
			h_mbr_part(0, 0, 0x0f, 1000, 8000);
			h_mbr_part(1000, 0, 0xa9, 10, 500);
			h_mbr_part(1000, 1, 0x05, 500, 600);
			h_label_make(1010);
			h_label_part(1010, 0, FS_BSDFFS, 1040, 100);
		}
		for (i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			j = (int)(seed >> 8) % 2048;
			h_pt_image[i % 2 == 0 ? j : 1000 * 512 + j * 4] ^=
			    (uint8_t)(1 << (seed >> 5 & 7));
		}
		if (round % 3 == 0)
			h_gpt_seal(512);
		h_pt_search();
		for (i = 0; i < h_pt_nwedges; i++) {
			const struct dkwedge_info *a = &h_pt_wedges[i];

			CHECK(a->dkw_offset > 0 && a->dkw_size > 0);
			CHECK((uint64_t)a->dkw_offset + a->dkw_size <=
			    PT_SIZE / 512);
			for (j = 0; j < i; j++)
				CHECK(h_pt_wedges[j].dkw_offset +
				    (int64_t)h_pt_wedges[j].dkw_size <=
				    a->dkw_offset || a->dkw_offset +
				    (int64_t)a->dkw_size <=
				    h_pt_wedges[j].dkw_offset);
		}
	}
	h_pt_end();
}
