/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ffs_mount.h - tests on a fast file system in memory, mounted on /m: made
 * before, checked bit by bit after every unmount.
 */

#ifndef _TESTS_H_FFS_MOUNT_H_
#define	_TESTS_H_FFS_MOUNT_H_

#include "h_vfs.h"

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

static inline __unused uint8_t
pattern(uint32_t seed, uint64_t off)
{
	return (uint8_t)((off * 2654435761U >> 13) + seed);
}

/* Write [off, off + n) of a file, made if need be. */
static inline __unused long
put(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_CREAT | O_RDWR, 0644), rv;
	size_t i;

	CHECK(fd >= 0);
	for (i = 0; i < n; i++)
		buf[i] = pattern(seed, off + i);
	rv = h_pwrite(fd, buf, n, (off_t)off);
	CHECK_EQ(h_close(fd), 0);
	kmem_free(buf, n);
	return rv;
}

static inline __unused void
get(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_RDONLY, 0);
	size_t i;

	CHECK(fd >= 0);
	CHECK_EQ(h_pread(fd, buf, n, (off_t)off), (long)n);
	for (i = 0; i < n && buf[i] == pattern(seed, off + i); i++)
		continue;
	CHECK_EQ(i, n);
	(void)h_close(fd);
	kmem_free(buf, n);
}

#endif /* !_TESTS_H_FFS_MOUNT_H_ */
