/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ffs_mount.h - tests on a fast file system in memory, mounted on /m: made
 * before, checked bit by bit after every unmount.
 */

#ifndef _TESTS_H_FFS_MOUNT_H_
#define	_TESTS_H_FFS_MOUNT_H_

#include "h_files.h"

#include <ufs/ufs/ufsmount.h>

#include "h_ffs.h"
#include "h_memdisk.h"

#define	MB	((size_t)1 << 20)

static const struct h_ffs_params plain __unused = {
	.p_ufs2 = false, .p_bsize = 8192, .p_fsize = 1024, .p_ncg = 4,
	.p_ipg = 4096, .p_contigsumsize = 8, .p_minfree = 5,
};

static inline __unused int
ffs_mountit(int flags)
{
	static char dev[] = "/dev/hd";
	struct ufs_args args = { .fspec = dev };

	return (int)h_mount("ffs", "/m", flags, &args, sizeof(args));
}

static inline __unused void
begin(const struct h_ffs_params *p, size_t size, int flags)
{
	h_memdisk_attach(size);
	h_ffs_newfs(p, h_memdisk.md_bytes, size);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, size), 0);
	(void)h_mkdir("/m", 0755);
	CHECK_EQ(ffs_mountit(flags), 0);
}

static inline __unused void
checkit(void)
{
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size), 0);
}

static inline __unused void
end(void)
{
	checkit();
	h_memdisk_detach();
}

#endif /* !_TESTS_H_FFS_MOUNT_H_ */
