/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_diskfs.c - the pure readers of cd9660 and ffs.
 */

#include "h_test.h"

#include <sys/dirent.h>
#include <sys/errno.h>

#include "fs/cd9660/iso_rrip.h"
#include "fs/ffs/ffs_format.h"

TEST(iso_date7)
{
	static const uint8_t y2k[7] = { 100, 1, 1, 0, 0, 0, 0 };
	static const uint8_t east[7] = { 100, 1, 1, 1, 0, 0, 4 };
	static const uint8_t leap[7] = { 116, 2, 29, 23, 59, 59, 0 };
	static const uint8_t none[7] = { 100, 0, 0, 0, 0, 0, 0 };
	struct timespec ts;

	iso_date7(y2k, &ts);
	CHECK_EQ(ts.tv_sec, 946684800);
	iso_date7(east, &ts);
	CHECK_EQ(ts.tv_sec, 946684800);
	iso_date7(leap, &ts);
	CHECK_EQ(ts.tv_sec, 1456790399);
	iso_date7(none, &ts);
	CHECK_EQ(ts.tv_sec, 0);
}

TEST(iso_date17)
{
	struct timespec ts;

	CHECK(iso_date17((const uint8_t *)"2000010100000050\0", &ts));
	CHECK_EQ(ts.tv_sec, 946684800);
	CHECK_EQ(ts.tv_nsec, 500000000);
	CHECK(!iso_date17((const uint8_t *)"0000000000000000\0", &ts));
	CHECK(!iso_date17((const uint8_t *)"20000101000000x0\0", &ts));
}

/* A record with this name and system use area. */
static size_t
record(uint8_t *p, const char *name, size_t namelen, const void *su,
    size_t sulen)
{
	size_t off = DR_NAME + namelen + ((namelen & 1) == 0);

	memset(p, 0, 256);
	p[DR_LEN] = (uint8_t)(off + sulen);
	p[DR_NAMELEN] = (uint8_t)namelen;
	memcpy(p + DR_NAME, name, namelen);
	memcpy(p + off, su, sulen);
	return p[DR_LEN];
}

static void
check_name(const struct iso_nameconf *nc, const char *raw, size_t rawlen,
    const char *want)
{
	char out[ISO_MAXNAMLEN + 1];
	uint8_t rec[256];
	struct iso_record r;
	size_t n;

	CHECK_EQ(iso_record_parse(rec, record(rec, raw, rawlen, "", 0), &r),
	    0);
	n = iso_name_convert(nc, &r, out);
	CHECK(n <= ISO_MAXNAMLEN);
	out[n] = '\0';
	CHECK_STR(out, want);
}

TEST(iso_names)
{
	struct iso_nameconf plain = { .nc_mode = ISO_NAMES_PLAIN };
	struct iso_nameconf joliet = { .nc_mode = ISO_NAMES_JOLIET };
	struct iso_nameconf raw = { .nc_mode = ISO_NAMES_RAW,
	    .nc_gens = true };

	check_name(&plain, "README.TXT;1", 12, "readme.txt");
	check_name(&plain, "MAKEFILE.;1", 11, "makefile");
	check_name(&plain, "A;X", 3, "a;x");
	check_name(&plain, "A/B", 3, "a_b");
	check_name(&raw, "README.TXT;1", 12, "README.TXT;1");
	check_name(&joliet, "\0A\0b\0;\0001", 8, "Ab");
	check_name(&joliet, "\0\xfc\x20\xac", 4, "\xc3\xbc\xe2\x82\xac");
	check_name(&joliet, "\xd8\x3d\xde\x00", 4, "\xf0\x9f\x98\x80");
	plain.nc_keepcase = true;
	check_name(&plain, "README.TXT;1", 12, "README.TXT");
	CHECK(iso_name_equal(&plain, "readme.txt", 10, "README.TXT;1", 12));
	CHECK(!iso_name_equal(&joliet, "a", 1, "A", 1));
}

TEST(iso_record_bounds)
{
	uint8_t rec[256];
	struct iso_record r;
	size_t n = record(rec, "NAME", 4, "", 0);

	CHECK_EQ(iso_record_parse(rec, n, &r), 0);
	CHECK_EQ(iso_record_parse(rec, n - 1, &r), EINVAL);
	rec[DR_NAMELEN] = 200;
	CHECK_EQ(iso_record_parse(rec, n, &r), EINVAL);
	rec[DR_NAMELEN] = 0;
	CHECK_EQ(iso_record_parse(rec, n, &r), EINVAL);
	rec[DR_LEN] = 3;
	CHECK_EQ(iso_record_parse(rec, n, &r), EINVAL);
}

static int reads;

/* Every continuation area is a CE that points at itself. */
static int
read_loop(void *arg, uint64_t off, void *buf, size_t len)
{
	uint8_t *p = buf;

	(void)arg;
	(void)off;
	reads++;
	memset(p, 0, len);
	memcpy(p, "CE\x1c\x01", 4);
	le32enc(p + 4, 1);
	le32enc(p + 20, 28);
	return 0;
}

TEST(rrip_fields)
{
	static const uint8_t su[] = {
		'N', 'M', 8, 1, 1, 'a', 'b', 'c',
		'N', 'M', 7, 1, 0, 'd', 'e',
		'S', 'L', 19, 1, 0, 8, 0, 0, 3, 'u', 's', 'r', 4, 0,
		0, 3, 'b', 'i', 'n',
	};
	struct iso_susp susp = { .s_read = read_loop };
	char name[ISO_MAXNAMLEN], link[ISO_MAXLINK];
	struct iso_rr rr = { .rr_name = name, .rr_link = link };
	uint8_t rec[256];
	struct iso_record r;

	CHECK_EQ(iso_record_parse(rec, record(rec, "X", 1, su, sizeof(su)),
	    &r), 0);
	CHECK_EQ(iso_rr_parse(&susp, &r, &rr), 0);
	CHECK_EQ(rr.rr_namelen, 5);
	CHECK(memcmp(name, "abcde", 5) == 0);
	CHECK_EQ(rr.rr_linklen, 11);
	CHECK(memcmp(link, "/usr/../bin", 11) == 0);
}

TEST(rrip_loop)
{
	uint8_t su[28] = { 'C', 'E', 28, 1 };
	struct iso_susp susp = { .s_read = read_loop };
	struct iso_rr rr = { .rr_have = 0 };
	uint8_t rec[256];
	struct iso_record r;

	le32enc(su + 20, 28);
	CHECK_EQ(iso_record_parse(rec, record(rec, "X", 1, su, sizeof(su)),
	    &r), 0);
	reads = 0;
	CHECK_EQ(iso_rr_parse(&susp, &r, &rr), 0);
	CHECK(reads > 0 && reads <= 32);
}

TEST(ffs_blksize)
{
	struct fs fs = { .fs_bsize = 8192, .fs_fsize = 1024,
	    .fs_bshift = 13 };

	CHECK_EQ(ffs_blksize(&fs, 1, 0), 1024);
	CHECK_EQ(ffs_blksize(&fs, 8192, 0), 8192);
	CHECK_EQ(ffs_blksize(&fs, 8193, 1), 1024);
	CHECK_EQ(ffs_blksize(&fs, 20000, 2), 4096);
	CHECK_EQ(ffs_blksize(&fs, 13 * 8192 + 1, 13), 8192);
}

TEST(ffs_direntry)
{
	static const uint8_t ent[12] = { 7, 0, 0, 0, 12, 0, DT_REG, 2,
	    'h', 'i', 0, 0 };
	struct fs fs = { .fs_be = false };
	struct ufs_direntry d;
	uint8_t bad[12];

	CHECK_EQ(ufs_direntry_decode(&fs, ent, 12, &d), 0);
	CHECK_EQ(d.d_ino, 7);
	CHECK_EQ(d.d_namlen, 2);
	CHECK_EQ(ufs_direntry_decode(&fs, ent, 8, &d), EINVAL);
	memcpy(bad, ent, sizeof(bad));
	bad[8] = '/';
	CHECK_EQ(ufs_direntry_decode(&fs, bad, 12, &d), EINVAL);
	memcpy(bad, ent, sizeof(bad));
	bad[4] = 0;
	CHECK_EQ(ufs_direntry_decode(&fs, bad, 12, &d), EINVAL);
	memcpy(bad, ent, sizeof(bad));
	bad[7] = 9;
	CHECK_EQ(ufs_direntry_decode(&fs, bad, 12, &d), EINVAL);
}

TEST(ffs_super_garbage)
{
	uint8_t *sb = kmem_zalloc(SBLOCKSIZE, KM_SLEEP);
	struct fs fs;

	CHECK_EQ(ffs_super_decode(sb, 65536, false, &fs), ENOENT);
	le32enc(sb + SB_MAGIC, FS_UFS2_MAGIC);
	CHECK_EQ(ffs_super_decode(sb, 65536, false, &fs), ENOENT);
	le64enc(sb + SB_SBLOCKLOC, 65536);
	CHECK_EQ(ffs_super_decode(sb, 65536, false, &fs), EINVAL);
	kmem_free(sb, SBLOCKSIZE);
}
