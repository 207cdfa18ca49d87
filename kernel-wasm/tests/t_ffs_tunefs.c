/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_tunefs.c - what tunefs(8) leaves in the superblock for the next mount:
 * a journal of a certain size to be made, or the one there to be removed.
 */

#include "h_ffs_mount.h"

#include "fs/ffs/ffs_log.h"

static uint8_t *
superblock(size_t off)
{
	return h_memdisk.md_bytes + 8192 + off;
}

static uint64_t
jloc(unsigned i)
{
	return le64dec(superblock(SB_JLOCS + 8 * i));
}

static void
set_jloc(unsigned i, uint64_t v)
{
	le64enc(superblock(SB_JLOCS + 8 * i), v);
}

static void
wish(uint64_t size)
{
	*superblock(SB_JVERSION) = FSJ_VERSION;
	*superblock(SB_JLOCATION) = FSJ_INFS;
	le32enc(superblock(SB_JFLAGS), FSJ_CREATE);
	set_jloc(JL_ADDR, 0);
	set_jloc(JL_COUNT, size);
	set_jloc(JL_BLKSZ, 0);
	set_jloc(JL_INO, 0);
}

static void
mounted(int flags)
{
	CHECK_EQ(ffs_mountit(flags), 0);
	checkit();
}

static uint64_t
free_blocks(void)
{
	return le64dec(superblock(SB_CSTOTAL + 8));
}

TEST_FLAGS(size, T_LEAKS)
{
	uint64_t before;

	begin(&plain, 32 * MB, 0);
	checkit();
	before = free_blocks();
	wish(3 * MB);
	mounted(0);			/* not yet */
	CHECK_EQ(free_blocks(), before);
	mounted(MNT_LOG);
	CHECK_EQ(jloc(JL_COUNT) * jloc(JL_BLKSZ), 3 * MB);
	CHECK_EQ(le32dec(superblock(SB_JFLAGS)), 0);
	CHECK(free_blocks() < before - 3 * MB / 8192);
	mounted(MNT_LOG);
	CHECK_EQ(jloc(JL_COUNT) * jloc(JL_BLKSZ), 3 * MB);
	le32enc(superblock(SB_JFLAGS), FSJ_CLEAR);
	mounted(MNT_RDONLY);
	CHECK_EQ(le32dec(superblock(SB_JFLAGS)), FSJ_CLEAR);
	mounted(0);
	CHECK_EQ(*superblock(SB_JVERSION), 0);
	CHECK_EQ(jloc(JL_INO), 0);
	CHECK_EQ(free_blocks(), before);
	CHECK_EQ(ffs_mountit(0), 0);
	end();
}

/* Removed and made anew in one mount. */
TEST_FLAGS(again, T_LEAKS)
{
	begin(&plain, 32 * MB, MNT_LOG);
	checkit();
	CHECK_EQ(jloc(JL_COUNT) * jloc(JL_BLKSZ), 1 * MB);
	le32enc(superblock(SB_JFLAGS), FSJ_CLEAR);
	mounted(MNT_LOG);
	CHECK_EQ(jloc(JL_COUNT) * jloc(JL_BLKSZ), 1 * MB);
	CHECK_EQ(le32dec(superblock(SB_JFLAGS)), 0);
	CHECK_EQ(ffs_mountit(0), 0);
	end();
}

/* Only a journal is removed, whatever the superblock says. */
TEST_FLAGS(liars, T_LEAKS)
{
	static const uint64_t inos[] = { 0, 1, 2, 3, 999999, UINT64_MAX };
	static const uint64_t sizes[] = { 0, 1, UINT64_MAX, (uint64_t)1 << 40 };
	struct stat sb;
	unsigned i;

	begin(&plain, 32 * MB, 0);
	CHECK_EQ(put("/m/f", 1, 0, 5000), 5000);
	CHECK_EQ(h_stat("/m/f", &sb), 0);
	CHECK_EQ(sb.st_ino, 3);
	checkit();
	for (i = 0; i < __arraycount(inos); i++) {
		wish(0);
		set_jloc(JL_INO, inos[i]);
		le32enc(superblock(SB_JFLAGS), FSJ_CLEAR);
		mounted(0);
		CHECK_EQ(*superblock(SB_JVERSION), 0);
	}
	for (i = 0; i < __arraycount(sizes); i++) {
		wish(sizes[i]);
		set_jloc(JL_BLKSZ, sizes[i]);
		mounted(MNT_LOG);
		CHECK(jloc(JL_COUNT) * 512 >= 1 * MB);
		le32enc(superblock(SB_JFLAGS), FSJ_CLEAR);
		mounted(0);
	}
	CHECK_EQ(ffs_mountit(0), 0);
	get("/m/f", 1, 0, 5000);
	end();
}
