/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_msdos.c - FAT file systems of each width: random operations against a
 * model, with checks of every bit between; power cuts; a disk that fails.
 */

#include "h_cut.h"
#include "h_files.h"
#include "h_memdisk.h"
#include "h_msdos.h"
#include "h_random.h"

#include <sys/errno.h>
#include <sys/statvfs.h>

#include <msdosfs/msdosfsmount.h>

#define	MB	((size_t)1 << 20)

/* Sizes that have as many clusters as the width wants. */
static const struct fat {
	struct h_msdos_params f_params;
	size_t	f_size;
} large[] = {
	{ { 12, 8, 512 }, 15 * MB },
	{ { 16, 2, 512 }, 14 * MB },
	{ { 32, 1, 0 }, 12 * MB },
	{ { 32, 8, 0 }, 16 * MB },
}, small[] = {
	{ { 12, 4, 64 }, 4 * MB },
	{ { 16, 1, 512 }, 4 * MB },
	{ { 32, 1, 0 }, 4 * MB },
	{ { 32, 8, 0 }, 4 * MB },
};

static int
mountit(const void *arg, int flags)
{
	static char dev[] = "/dev/hd";
	struct msdosfs_args args = { .fspec = dev, .mask = 0755,
	    .dirmask = 0755, .flags = MSDOSFSMNT_LONGNAME |
	    MSDOSFSMNT_VERSIONED, .version = MSDOSFSMNT_VERSION };

	return (int)h_mount("msdos", "/m", flags, &args, sizeof(args));
}

static void
newfs(const void *arg, uint8_t *img, size_t size)
{
	h_msdos_newfs(arg, img, size);
}

static void
begin(const struct fat *f, int flags)
{
	h_memdisk_attach(f->f_size);
	newfs(&f->f_params, h_memdisk.md_bytes, f->f_size);
	CHECK_EQ(h_msdos_faults(h_memdisk.md_bytes, f->f_size), 0);
	(void)h_mkdir("/m", 0755);
	CHECK_EQ(mountit(NULL, flags), 0);
}

/* Unmounted, it is marked clean and nothing is wrong. */
static void
checkit(void)
{
	struct h_msdos_faults f;

	CHECK_EQ(h_unmount("/m", 0), 0);
	h_msdos_check(h_memdisk.md_bytes, h_memdisk.md_size, true, &f);
	CHECK_EQ(f.f_loose + f.f_short + f.f_broken, 0);
	CHECK(!f.f_dirty);
}

TEST_FLAGS(fat_random, T_LEAKS)
{
	unsigned i, round;

	for (i = 0; i < 2 * __arraycount(large); i++) {
		int flags = i % 2 == 0 ? 0 : MNT_ASYNC;

		begin(&large[i / 2], flags);
		h_random_begin(4321 + i);
		for (round = 0; round < 3; round++) {
			h_random_round(120);
			checkit();
			CHECK_EQ(mountit(NULL, flags), 0);
			h_random_check();
		}
		h_random_end();
		checkit();
		h_memdisk_detach();
	}
}

/*
 * Two files in one piece a cluster, read from their ends: what is remembered
 * of their chains is right, also when they become shorter and grow again.
 */
TEST_FLAGS(fat_backwards, T_LEAKS)
{
	static const char *const path[] = { "/m/one", "/m/other" };
	const unsigned pieces = 5000;
	unsigned i;
	long fd;

	begin(&large[2], MNT_ASYNC);
	for (i = 0; i < 2 * pieces; i++)
		CHECK_EQ(put(path[i % 2], i % 2, i / 2 * 512, 512), 512);
	for (i = pieces; i-- > 0;)
		get(path[0], 0, i * 512, 512);
	fd = h_open(path[0], O_RDWR, 0);
	CHECK_EQ(h_ftruncate(fd, 3000 * 512), 0);
	CHECK_EQ(h_close(fd), 0);
	for (i = 3000; i < pieces; i++)
		CHECK_EQ(put(path[0], 2, i * 512, 512), 512);
	for (i = pieces; i > 0; i -= 500) {
		get(path[0], i > 3000 ? 2 : 0, (i - 500) * 512, 500 * 512);
		get(path[1], 1, (i - 500) * 512, 500 * 512);
	}
	checkit();
	h_memdisk_detach();
}

/* The lowest free number, whatever order names come and go in. */
TEST_FLAGS(fat_aliases, T_LEAKS)
{
	static const char *const gone[] = { "~7", "~77", "~1100" };
	char path[64];
	struct stat sb;
	unsigned i;

	begin(&large[2], MNT_ASYNC);
	for (i = 1; i <= 1200; i++) {
		snprintf(path, sizeof(path), "/m/a file of many %u", i);
		CHECK_EQ(put(path, i, 0, 1), 1);
	}
	for (i = 0; i < 3; i++) {
		unsigned base = 6 - (i == 0 ? 0 : i == 1 ? 1 : 3);

		snprintf(path, sizeof(path), "/m/%.*s%s", (int)base, "AFILEO",
		    gone[i]);
		CHECK_EQ(h_unlink(path), 0);
		CHECK_EQ(h_stat(path, &sb), -ENOENT);
	}
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/m/a file of many+%u", i);
		CHECK_EQ(put(path, i, 0, 1), 1);
	}
	CHECK_EQ(h_stat("/m/AFILEO~7", &sb), 0);
	CHECK_EQ(h_stat("/m/AFILE~77", &sb), 0);
	CHECK_EQ(h_stat("/m/AFI~1100", &sb), 0);
	CHECK_EQ(h_stat("/m/AFI~1201", &sb), -ENOENT);
	checkit();
	h_memdisk_detach();
}

/*
 * After a cut nothing is shared and no directory is broken, and what is
 * wrong is known to be wrong: fsck -p has to look.
 */
static void
torn(const void *arg)
{
	struct h_msdos_faults f;

	h_msdos_check(h_memdisk.md_bytes, h_memdisk.md_size, false, &f);
	CHECK_EQ(f.f_broken, 0);
	if (f.f_loose + f.f_short > 0 &&
	    ((const struct h_msdos_params *)arg)->p_bits != 12)
		CHECK(f.f_dirty);
}

/* An entry of FAT12 may lie in two sectors, and one of them be lost. */
static struct h_cut
volume(const struct fat *f, int flags, bool cache)
{
	return (struct h_cut){ .c_arg = &f->f_params, .c_size = f->f_size,
	    .c_flags = flags, .c_cache = cache, .c_newfs = newfs,
	    .c_mount = mountit,
	    .c_torn = cache && f->f_params.p_bits == 12 ? NULL : torn };
}

TEST_FLAGS(fat_powercut, T_LEAKS)
{
	unsigned i;

	for (i = 0; i < __arraycount(small); i++) {
		struct h_cut c = volume(&small[i], 0, false);

		h_cut_every(&c, 29);
	}
}

TEST_FLAGS(fat_powercut_reordered, T_LEAKS)
{
	unsigned i;

	for (i = 0; i < __arraycount(small); i++) {
		struct h_cut c = volume(&small[i], 0, true);

		h_cut_every(&c, 43);
	}
}

/*
 * The mark of a mount is on the disk before anything else is.
 */
TEST_FLAGS(fat_marked_first, T_LEAKS)
{
	char path[32];
	unsigned n, i;

	for (n = 1; n < 40; n += 3) {
		begin(&small[1], 0);
		h_memdisk_cache();
		h_memdisk.md_stopafter = h_memdisk.md_writes + n;
		for (i = 0; i < 8; i++) {
			snprintf(path, sizeof(path), "/m/file %u", i);
			(void)put(path, i, 0, 5000);
			if (i == 5)
				(void)h_sc(SYS_sync, NULL);
		}
		CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
		h_memdisk_cut(n);
		torn(&small[1].f_params);
		h_memdisk_detach();
	}
}

static long
statvfs_of(const char *path, struct statvfs *sb)
{
	return H_SC(statvfs1, A(path, path), A(buf, sb), A(flags, ST_WAIT));
}

/* What a removed file had is free at once, and given out when it must be. */
TEST_FLAGS(fat_held, T_LEAKS)
{
	struct statvfs before, after;
	size_t most;
	unsigned i;

	begin(&small[2], 0);
	h_memdisk_cache();
	CHECK_EQ(statvfs_of("/m", &before), 0);
	most = (size_t)(before.f_bavail * before.f_frsize) / 10 * 9;
	for (i = 0; i < 4; i++) {
		CHECK_EQ(put("/m/large", i, 0, most), (long)most);
		get("/m/large", i, 0, most);
		CHECK_EQ(h_unlink("/m/large"), 0);
		CHECK_EQ(statvfs_of("/m", &after), 0);
		CHECK_EQ(after.f_bavail, before.f_bavail);
	}
	checkit();
	h_memdisk_detach();
}

TEST_FLAGS(fat_broken_disk, T_LEAKS)
{
	unsigned n, i;

	for (i = 0; i < 4; i++)
		for (n = 1; n < 200; n += 17) {
			struct h_cut c = volume(&small[i], i == 1 ? MNT_ASYNC :
			    0, false);

			h_cut_broken(&c, n);
		}
}
