/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_memlimit.c - memory runs out: file systems say so, and go on when there
 * is room again.
 */

#include "h_vfs.h"

#include <fs/tmpfs/tmpfs_args.h>

#define	ROOM	(4UL << 20)

static char block[16384];

static void
limit_set(bool on)
{
	struct kmem_stat ks;

	kmem_getstat(&ks);
	rump_physmemlimit = on ? ks.ks_host + ROOM : RUMPMEM_UNLIMITED;
}

/* Fill one file until the errno, and free it. */
static void
fill_data(const char *path)
{
	long fd, n;
	int i;

	fd = h_open(path, O_CREAT | O_RDWR, 0644);
	CHECK(fd >= 0);
	for (i = 0; i < 4096; i++) {
		n = h_write(fd, block, sizeof(block));
		if (n != (long)sizeof(block))
			break;
	}
	CHECK_EQ(n < 0 ? n : -ENOSPC, -ENOSPC);
	CHECK(i < 4096);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_unlink(path), 0);
}

/* Make files until the errno, and remove them. */
static void
fill_names(const char *dir)
{
	char path[64];
	long fd = 0;
	int i, n;

	for (n = 0; n < 100000; n++) {
		snprintf(path, sizeof(path), "%s/f%d", dir, n);
		if ((fd = h_open(path, O_CREAT | O_RDWR, 0644)) < 0)
			break;
		(void)h_close(fd);
	}
	CHECK_EQ(fd, -ENOSPC);
	CHECK(n > 100);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/f%d", dir, i);
		CHECK_EQ(h_unlink(path), 0);
	}
}

TEST_FLAGS(memlimit, T_LEAKS)
{
	struct tmpfs_args ta = { .ta_version = TMPFS_ARGS_VERSION,
	    .ta_root_mode = 0755 };

	CHECK_EQ(h_mkdir("/t", 0755), 0);
	CHECK_EQ(h_mkdir("/r", 0755), 0);
	CHECK_EQ(h_mount("tmpfs", "/t", 0, &ta, sizeof(ta)), 0);
	limit_set(true);
	fill_data("/t/f");
	fill_data("/t/f");
	fill_data("/r/f");
	fill_names("/t");
	fill_names("/r");
	fill_data("/t/f");
	limit_set(false);
	CHECK_EQ(h_unmount("/t", 0), 0);
	CHECK_EQ(h_rmdir("/t"), 0);
	CHECK_EQ(h_rmdir("/r"), 0);
}
