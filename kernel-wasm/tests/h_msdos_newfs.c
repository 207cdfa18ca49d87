/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_msdos_newfs.c - make an empty FAT file system in memory.
 */

#include "h_test.h"

#include <sys/endian.h>

#include "h_msdos.h"

#define	SEC	512u

static void
boot_sector(const struct h_msdos_params *p, uint8_t *b, uint32_t sectors,
    uint32_t fatsecs)
{
	bool wide = p->p_bits == 32;

	memcpy(b, "\353\130\220TESTTEST", 11);
	le16enc(b + 11, SEC);
	b[13] = (uint8_t)p->p_spc;
	le16enc(b + 14, wide ? 32 : 1);
	b[16] = 2;
	le16enc(b + 17, wide ? 0 : (uint16_t)p->p_rootents);
	b[21] = 0xf8;
	le16enc(b + 24, 63);
	le16enc(b + 26, 255);
	le32enc(b + 32, sectors);
	if (wide) {
		le32enc(b + 36, fatsecs);
		le32enc(b + 44, 2);
		le16enc(b + 48, 1);
		le16enc(b + 50, 6);
	} else
		le16enc(b + 22, (uint16_t)fatsecs);
	b[wide ? 66 : 38] = 0x29;
	memcpy(b + (wide ? 71 : 43), "NO NAME    ", 11);
	b[510] = 0x55;
	b[511] = 0xaa;
}

static void
info_sector(uint8_t *b, uint32_t nfree)
{
	memcpy(b, "RRaA", 4);
	memcpy(b + 484, "rrAa", 4);
	le32enc(b + 488, nfree);
	le32enc(b + 492, 3);
	b[510] = 0x55;
	b[511] = 0xaa;
}

void
h_msdos_newfs(const struct h_msdos_params *p, uint8_t *img, size_t size)
{
	uint32_t sectors = (uint32_t)(size / SEC), res, root, fatsecs, i;
	bool wide = p->p_bits == 32;
	uint8_t *fat;

	KASSERT(p->p_bits == 12 || p->p_bits == 16 || wide);
	res = wide ? 32 : 1;
	root = wide ? 0 : howmany(p->p_rootents * 32, SEC);
	fatsecs = howmany((sectors / p->p_spc + 2) * p->p_bits / 8 + 1, SEC);
	memset(img, 0, (res + 2 * fatsecs + root + p->p_spc) * SEC);
	boot_sector(p, img, sectors, fatsecs);
	for (i = 0; i < 2; i++) {
		fat = img + (res + i * fatsecs) * SEC;
		memset(fat, 0xff, p->p_bits * 2 / 8);
		fat[0] = 0xf8;
		if (wide) {
			le32enc(fat, 0x0ffffff8);
			le32enc(fat + 4, 0x0fffffff);
			le32enc(fat + 8, 0x0fffffff);
		}
	}
	if (!wide)
		return;
	info_sector(img + SEC, (sectors - res - 2 * fatsecs) / p->p_spc - 1);
	memcpy(img + 6 * SEC, img, 2 * SEC);
}
