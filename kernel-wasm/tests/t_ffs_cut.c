/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_cut.c - the power goes after the n-th write, for every n; what the
 * disk had in its cache is written in part, sector by sector.
 *
 * With a journal the next mount makes the file system whole, bit by bit.
 * Without one what was synced is there and the rest can be mounted.
 */

#include "h_ffs_mount.h"

static void
sync_path(const char *path)
{
	long fd = h_open(path, O_RDONLY, 0);

	(void)H_SC(fsync, A(fd, (int)fd));
	(void)h_close(fd);
}

/* Files come, go and move; one stays open without a name. */
static long
scenario(void)
{
	char path[64];
	unsigned i;
	long fd;

	(void)h_mkdir("/m/d", 0755);
	for (i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		(void)put(path, i, 0, 1000 + i * 3000);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/other");
		if (i % 6 == 0)
			sync_path("/m/d");
	}
	fd = h_open("/m/other", O_RDWR, 0);
	(void)h_unlink("/m/other");
	(void)H_SC(fsync, A(fd, (int)fd));
	return fd;
}

static bool
powercut(const struct h_ffs_params *p, int flags, unsigned n, bool cache)
{
	bool done;
	long fd;

	begin(p, 8 * MB, flags);
	CHECK_EQ(put("/m/kept", 7, 0, 30000), 30000);
	sync_path("/m/kept");
	if (cache)
		h_memdisk_cache();
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	fd = scenario();
	done = h_memdisk.md_writes < h_memdisk.md_stopafter;
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	(void)h_close(fd);
	if (cache)
		h_memdisk_cut(n);
	h_memdisk.md_stopafter = 0;
	CHECK_EQ(ffs_mountit(MNT_RDONLY), 0);
	get("/m/kept", 7, 0, 30000);
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(ffs_mountit(flags), 0);
	get("/m/kept", 7, 0, 30000);
	CHECK_EQ(h_unmount("/m", 0), 0);
	if ((flags & MNT_LOG) != 0)
		CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size),
		    0);
	h_memdisk_detach();
	return done;
}

static void
every_write(const struct h_ffs_params *p, int flags, unsigned step,
    bool cache)
{
	unsigned n = 1;

	while (!powercut(p, flags, n, cache))
		n += step;
	CHECK(n > 50);
}

TEST_FLAGS(journal, T_LEAKS)
{
	every_write(&plain, MNT_LOG, 1, false);
}

TEST_FLAGS(journal_reordered, T_LEAKS)
{
	struct h_ffs_params p = plain;

	every_write(&plain, MNT_LOG, 1, true);
	p.p_ufs2 = p.p_be = true;
	every_write(&p, MNT_LOG, 1, true);
}

TEST_FLAGS(sync_reordered, T_LEAKS)
{
	every_write(&plain, 0, 7, true);
}

/* A disk that fails: errors, no panic, and a forced unmount ends it. */
static void
broken(int flags, unsigned n)
{
	char path[64];
	unsigned i;
	long fd;

	begin(&plain, 8 * MB, flags);
	h_memdisk.md_fail = true;
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	(void)h_mkdir("/m/d", 0755);
	for (i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		fd = h_open(path, O_CREAT | O_RDWR, 0644);
		if (fd < 0)
			continue;
		(void)h_write(fd, "something", 9);
		(void)h_ftruncate(fd, 70000);
		if (i % 5 == 0)
			(void)H_SC(fsync, A(fd, (int)fd));
		(void)h_close(fd);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/moved");
	}
	(void)h_sc(SYS_sync, NULL);
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	h_memdisk_detach();
}

TEST_FLAGS(broken_disk, T_LEAKS)
{
	unsigned n;

	for (n = 1; n < 200; n += 9) {
		broken(0, n);
		broken(MNT_ASYNC, n);
		broken(MNT_LOG, n);
	}
}
