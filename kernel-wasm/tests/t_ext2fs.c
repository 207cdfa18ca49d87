/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ext2fs.c - the pure parts of ext2fs.  Hashes and the checksum are what
 * debugfs and mke2fs make of the same input.
 */

#include "h_test.h"

#include <sys/errno.h>

#include "fs/ext2fs/ext2fs.h"

static const uint8_t uuid[16] = {
	0x22, 0xf1, 0x14, 0x6e, 0x2d, 0xd1, 0x46, 0xc6,
	0x9e, 0x23, 0xfc, 0x51, 0x15, 0xe0, 0x0b, 0x7a
};

TEST(ext2_hash)
{
	static const char *const names[] = {
		"a", "lost+found",
		"name-of-a-file-that-is-longer-than-thirty-two-characters",
		"\xc3\xa9t\xc3\xa9"
	};
	static const uint32_t want[3][4] = {
		{ 0xe74b53e2, 0x5e2aba24, 0x569ebfea, 0x70d7b7fc },
		{ 0x7d8bbac8, 0x2579b9e2, 0x3e50e3be, 0x838308e6 },
		{ 0x873ac9c8, 0x42188bba, 0xf5e0b596, 0x6e2e1c4e },
	};
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	uint32_t hash;
	int version, i;

	for (i = 0; i < 4; i++)
		fs->e2fs_hash_seed[i] = le32dec(uuid + 4 * i);
	for (version = 0; version < 3; version++) {
		for (i = 0; i < 4; i++) {
			CHECK_EQ(ext2fs_hash(fs, version, names[i],
			    strlen(names[i]), &hash), 0);
			CHECK_EQ(hash, want[version][i]);
			/* Only bytes above 127 tell signed from unsigned. */
			CHECK_EQ(ext2fs_hash(fs, version + 3, names[i],
			    strlen(names[i]), &hash), 0);
			CHECK_EQ(hash == want[version][i], i < 3);
		}
	}
	CHECK_EQ(ext2fs_hash(fs, 6, "a", 1, &hash), EINVAL);
	kmem_free(fs, sizeof(*fs));
}

/* A superblock of 4 MB in blocks of 1 KB, as mke2fs makes it. */
static void
super(struct m_ext2fs *fs)
{
	uint8_t *p = fs->e2fs_sb;

	memset(fs, 0, sizeof(*fs));
	le32enc(p + SB_ICOUNT, 96);
	le32enc(p + SB_BCOUNT, 4096);
	le32enc(p + SB_RBCOUNT, 204);
	le32enc(p + SB_FBCOUNT, 4000);
	le32enc(p + SB_FICOUNT, 85);
	le32enc(p + SB_FIRSTDB, 1);
	le32enc(p + SB_BPG, 8192);
	le32enc(p + SB_IPG, 96);
	le16enc(p + SB_MAGIC, E2FS_MAGIC);
	le16enc(p + SB_STATE, E2FS_ISCLEAN);
	le32enc(p + SB_REV, E2FS_REV1);
	le32enc(p + SB_FIRSTINO, EXT2_FIRSTINO);
	le16enc(p + SB_INODESIZE, 256);
	le32enc(p + SB_ROCOMPAT, EXT2F_ROCOMPAT_GDT_CSUM);
	memcpy(p + SB_UUID, uuid, sizeof(uuid));
}

static int
refused(struct m_ext2fs *fs, uint32_t off, uint32_t value)
{
	super(fs);
	le32enc(fs->e2fs_sb + off, value);
	return ext2fs_super_decode(fs, 4 << 20);
}

TEST(ext2_super)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);

	super(fs);
	CHECK_EQ(ext2fs_super_decode(fs, 4 << 20), 0);
	CHECK_EQ(fs->e2fs_ncg, 1);
	CHECK_EQ(fs->e2fs_itpg, 24);
	CHECK_EQ(fs->e2fs_wantextra, 32);
	CHECK(ext2fs_unsupported(fs) == NULL);
	CHECK_EQ(ext2fs_overhead(fs), 1 + 2 + 2 + 24);
	CHECK_EQ(ext2fs_cg_blocks(fs, 0), 4095);
	/* half of the device: what is there can be read */
	super(fs);
	CHECK_EQ(ext2fs_super_decode(fs, 2 << 20), 0);
	CHECK_EQ(fs->e2fs_avail, 2048);
	CHECK_EQ(refused(fs, SB_LOGBSIZE, 3), EINVAL);
	CHECK_EQ(refused(fs, SB_BPG, 0), EINVAL);
	CHECK_EQ(refused(fs, SB_BPG, 8193), EINVAL);
	CHECK_EQ(refused(fs, SB_IPG, 0), EINVAL);
	CHECK_EQ(refused(fs, SB_FIRSTDB, 4096), EINVAL);
	CHECK_EQ(refused(fs, SB_RBCOUNT, 4097), EINVAL);
	CHECK_EQ(refused(fs, SB_FBCOUNT, 4097), EINVAL);
	CHECK_EQ(refused(fs, SB_FIRSTINO, 12), EINVAL);
	CHECK_EQ(refused(fs, SB_INODESIZE, 0), EINVAL);
	CHECK_EQ(refused(fs, SB_INODESIZE, 192), EINVAL);
	CHECK_EQ(refused(fs, SB_INODESIZE, 2048), EINVAL);
	CHECK_EQ(refused(fs, SB_REV, 2), EINVAL);
	CHECK_EQ(refused(fs, SB_INCOMPAT, EXT2F_INCOMPAT_RECOVER), 0);
	CHECK(ext2fs_unsupported(fs) != NULL);
	CHECK_EQ(refused(fs, SB_INCOMPAT, EXT2F_INCOMPAT_FLEX_BG |
	    EXT2F_INCOMPAT_EXTENTS | EXT2F_INCOMPAT_FTYPE), 0);
	CHECK(ext2fs_unsupported(fs) == NULL);
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_backup_groups)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	uint32_t cg, n = 0;

	fs->e2fs_rocompat = EXT2F_ROCOMPAT_SPARSESUPER;
	for (cg = 0; cg < 130; cg++)
		n += ext2fs_cg_has_sb(fs, cg);
	/* 0, 1, 3 9 27 81, 5 25 125, 7 49 */
	CHECK_EQ(n, 11);
	CHECK(ext2fs_cg_has_sb(fs, 2401) && !ext2fs_cg_has_sb(fs, 2187 + 1));
	fs->e2fs_rocompat = 0;
	CHECK(ext2fs_cg_has_sb(fs, 4));
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_descriptor_checksum)
{
	static const uint8_t gd[32] = {
		0x03, 0x00, 0x00, 0x00, 0x13, 0x00, 0x00, 0x00,
		0x23, 0x00, 0x00, 0x00, 0xd6, 0x0f, 0x55, 0x00,
		0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x55, 0x00, 0xc6, 0x59,
	};
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	uint8_t block[1024] = { 0 }, dirty = 0;

	super(fs);
	CHECK_EQ(ext2fs_super_decode(fs, 4 << 20), 0);
	fs->e2fs_gd = block;
	fs->e2fs_gddirty = &dirty;
	memcpy(block, gd, sizeof(gd));
	CHECK(ext2fs_gd_checksums_ok(fs));
	CHECK_EQ(ext2fs_gd_check(fs), 0);
	ext2fs_gd_set16(fs, 0, GD_NBFREE, 17);
	CHECK(ext2fs_gd_checksums_ok(fs) && dirty == 1 && fs->e2fs_fmod);
	block[GD_NIFREE] ^= 1;
	CHECK(!ext2fs_gd_checksums_ok(fs));
	le32enc(block + GD_ITABLES, 4090);
	CHECK_EQ(ext2fs_gd_check(fs), EINVAL);
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_zones)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	uint8_t block[1024] = { 0 };

	super(fs);
	CHECK_EQ(ext2fs_super_decode(fs, 4 << 20), 0);
	fs->e2fs_gd = block;
	le32enc(block + GD_BBITMAP, 3);
	le32enc(block + GD_IBITMAP, 100);
	le32enc(block + GD_ITABLES, 200);
	ext2fs_zones_build(fs);
	CHECK(!fs->e2fs_zonesmix);
	CHECK_EQ(fs->e2fs_nzones, 3);	/* 0-3, 100, 200-223 */
	CHECK(ext2fs_in_zone(fs, 3, 1) && !ext2fs_in_zone(fs, 4, 96));
	CHECK(ext2fs_in_zone(fs, 4, 97) && ext2fs_in_zone(fs, 223, 1));
	CHECK(ext2fs_blocks_valid(fs, 224, 4096 - 224));
	CHECK(!ext2fs_blocks_valid(fs, 224, 4096 - 223));
	CHECK(!ext2fs_blocks_valid(fs, 0, 1));
	ext2fs_zones_free(fs);
	le32enc(block + GD_IBITMAP, 210);
	ext2fs_zones_build(fs);
	CHECK(fs->e2fs_zonesmix);
	ext2fs_zones_free(fs);
	kmem_free(fs, sizeof(*fs));
}

/* A time through an inode of this size. */
static void
clip(struct m_ext2fs *fs, int extra, int64_t sec, int64_t wantsec,
    long wantnsec)
{
	struct ext2fs_dinode di = { .e2di_extra = (uint16_t)extra };
	struct timespec ts = { sec, 123456789 };

	fs->e2fs_inode_size = extra != 0 ? 256 : 128;
	ext2fs_dinode_clip(fs, &di, &ts);
	CHECK_EQ(ts.tv_sec, wantsec);
	CHECK_EQ(ts.tv_nsec, wantnsec);
}

TEST(ext2_times)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);

	clip(fs, 0, 1000, 1000, 0);
	clip(fs, 0, -5, 4294967291LL, 0);
	clip(fs, 0, 1LL << 32, 0, 0);
	clip(fs, 32, 1000, 1000, 123456789);
	clip(fs, 32, -5, -5, 123456789);
	clip(fs, 32, 4000000000LL, 4000000000LL, 123456789);
	clip(fs, 32, 15032385535LL, 15032385535LL, 123456789);
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_dinode)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	struct ext2fs_dinode di, back;
	uint8_t slot[256];

	super(fs);
	CHECK_EQ(ext2fs_super_decode(fs, 4 << 20), 0);
	fs->e2fs_rocompat |= EXT2F_ROCOMPAT_HUGE_FILE;
	memset(&di, 0, sizeof(di));
	memset(slot, 0xa5, sizeof(slot));
	di.e2di_mode = 0100640;
	di.e2di_nlink = 3;
	di.e2di_uid = 0x12345;
	di.e2di_gid = 0x54321;
	di.e2di_size = 5LL << 30;
	di.e2di_nblock = 1LL << 40;
	di.e2di_flags = EXT2_HUGE_FILE;
	di.e2di_extra = 32;
	di.e2di_mtime.tv_sec = 5000000000LL;
	di.e2di_mtime.tv_nsec = 999999999;
	ext2fs_dinode_encode(fs, &di, slot);
	ext2fs_dinode_decode(fs, slot, &back);
	CHECK(memcmp(&di, &back, sizeof(di)) == 0);
	CHECK_EQ(slot[200], 0xa5);	/* not ours */
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_direct)
{
	struct m_ext2fs *fs = kmem_zalloc(sizeof(*fs), KM_SLEEP);
	struct ext2fs_newent ne = { 12, VREG, "twelve", 6 };
	struct ext2fs_direct d;
	uint8_t block[64] = { 0 };
	int n = 0;

	fs->e2fs_icount = 100;
	le16enc(block + 4, sizeof(block));
	while (ext2fs_direct_fit(fs, block, sizeof(block), &ne))
		n++;
	CHECK_EQ(n, 4);			/* 16 bytes each */
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), 0);
	CHECK(d.e2d_ino == 12 && d.e2d_namlen == 6 && d.e2d_reclen == 16);
	block[16 + 7] = 1;		/* a name of 262 bytes */
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), EINVAL);
	fs->e2fs_incompat = EXT2F_INCOMPAT_FTYPE;
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), 0);
	le32enc(block + 16, 101);
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), EINVAL);
	le32enc(block + 16, 12);
	le16enc(block + 20, 52);
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), EINVAL);
	le16enc(block + 20, 14);
	CHECK_EQ(ext2fs_direct_decode(fs, block + 16, 48, &d), EINVAL);
	CHECK(!ext2fs_direct_fit(fs, block, sizeof(block), &ne));
	kmem_free(fs, sizeof(*fs));
}

TEST(ext2_bitmap_find)
{
	uint8_t map[8] = { 0xff, 0xef, 0x01, 0x00, 0xff, 0xff, 0xff, 0x7f };

	CHECK_EQ(ext2fs_bitmap_find(map, 0, 64, false), 12);
	CHECK_EQ(ext2fs_bitmap_find(map, 0, 64, true), 24);
	CHECK_EQ(ext2fs_bitmap_find(map, 13, 64, false), 17);
	CHECK_EQ(ext2fs_bitmap_find(map, 25, 64, true), 25);
	CHECK_EQ(ext2fs_bitmap_find(map, 32, 64, false), 63);
	CHECK_EQ(ext2fs_bitmap_find(map, 32, 63, false), 63);
}
