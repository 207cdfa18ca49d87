/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_mfs.c - ffs on memory that the mount takes over.
 */

#include "h_ffs_mount.h"

#include <sys/errno.h>
#include <sys/statvfs.h>

static int
mfs(uint8_t *image, size_t size, int flags)
{
	static char name[] = "mfs:1";
	struct mfs_args args = { .fspec = name, .base = image, .size = size };

	(void)h_mkdir("/m", 0755);
	return (int)h_mount("mfs", "/m", flags, &args, sizeof(args));
}

TEST_FLAGS(mfs, T_LEAKS)
{
	const size_t size = 4 * MB;
	uint8_t *image = kmem_zalloc(size, KM_SLEEP);
	struct stat sb;
	int i;

	h_ffs_newfs(&plain, image, size);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(mfs(image, size, 0), 0);
		/* The memory is ours again. */
		if (i == 2)
			memset(image, 0, size);
		CHECK_EQ(put("/m/f", 1, 0, 300000), 300000);
		get("/m/f", 1, 0, 300000);
		CHECK_EQ(mfs(NULL, 0, MNT_UPDATE | MNT_RDONLY), 0);
		CHECK_EQ(h_unlink("/m/f"), -EROFS);
		CHECK_EQ(mfs(NULL, 0, MNT_UPDATE), 0);
		CHECK_EQ(h_unlink("/m/f"), 0);
		CHECK_EQ(put("/m/g", 1, 0, 10), 10);
		CHECK_EQ(h_unmount("/m", 0), 0);
		CHECK_EQ(h_stat("/m/g", &sb), -ENOENT);
	}
	CHECK_EQ(mfs(image, size, 0), -EINVAL);
	CHECK_EQ(mfs(image, 0, 0), -EINVAL);
	kmem_free(image, size);
}

TEST_FLAGS(two_mfs, T_LEAKS)
{
	const size_t size = 4 * MB;
	uint8_t *image = kmem_zalloc(size, KM_SLEEP);
	struct mfs_args args = { .fspec = __UNCONST("mfs:2"), .base = image,
	    .size = size };
	struct stat sb;

	h_ffs_newfs(&plain, image, size);
	CHECK_EQ(mfs(image, size, 0), 0);
	(void)h_mkdir("/m2", 0755);
	CHECK_EQ(h_mount("mfs", "/m2", 0, &args, sizeof(args)), 0);
	CHECK_EQ(put("/m/one", 1, 0, 10), 10);
	CHECK_EQ(put("/m2/two", 1, 0, 10), 10);
	CHECK_EQ(h_stat("/m2/one", &sb), -ENOENT);
	CHECK_EQ(h_unmount("/m", 0), 0);
	get("/m2/two", 1, 0, 10);
	CHECK_EQ(h_unmount("/m2", MNT_FORCE), 0);
	kmem_free(image, size);
}
