/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_cut.c - the power goes while a journalled file system is written to.
 */

#include "h_ffs_mount.h"

/*
 * The power goes after the n-th write: with a journal the next mount makes
 * the file system whole, and what was synced is there.
 */
static bool
powercut(unsigned n)
{
	char path[64];
	unsigned i;
	bool done;
	long fd;

	begin(&plain, 8 * MB, MNT_LOG);
	CHECK_EQ(put("/m/kept", 7, 0, 30000), 30000);
	fd = h_open("/m/kept", O_RDWR, 0);
	CHECK_EQ(H_SC(fsync, A(fd, (int)fd)), 0);
	CHECK_EQ(h_close(fd), 0);
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	for (i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		(void)put(path, i, 0, 1000 + i * 3000);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/other");
		if (i % 6 == 0) {
			fd = h_open("/m/d", O_RDONLY, 0);
			(void)H_SC(fsync, A(fd, (int)fd));
			(void)h_close(fd);
		}
	}
	fd = h_open("/m/other", O_RDWR, 0);
	(void)h_unlink("/m/other");
	(void)H_SC(fsync, A(fd, (int)fd));
	done = h_memdisk.md_writes < h_memdisk.md_stopafter;
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	(void)h_close(fd);
	h_memdisk.md_stopafter = 0;
	CHECK_EQ(ffs_mountit(MNT_RDONLY), 0);
	get("/m/kept", 7, 0, 30000);
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(ffs_mountit(MNT_LOG), 0);
	get("/m/kept", 7, 0, 30000);
	end();
	return done;
}

TEST_FLAGS(powercut, T_LEAKS)
{
	unsigned n = 1;

	while (!powercut(n))
		n++;
	CHECK(n > 50);
}
