/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ext2_cut.c - power cuts of ext2, which has no journal: what was synced is
 * there, and nothing that is damaged is more than an errno.  e2fsck makes it
 * whole; image/cut_ext2.sh lets it.
 */

#include <ufs/ufs/ufsmount.h>

#include "h_cut.h"
#include "h_ext2.h"
#include "h_files.h"
#include "h_memdisk.h"

#define	SIZE	(8U << 20)

static void
newfs(const void *arg, uint8_t *img, size_t size)
{
	h_ext2_newfs(*(const bool *)arg, img, size);
}

static int
mountit(const void *arg, int flags)
{
	static char fspec[] = "/dev/hd";
	struct ufs_args args = { .fspec = fspec };

	return h_mount(MOUNT_EXT2FS, "/m", flags, &args, sizeof(args));
}

static struct h_cut
volume(const bool *extents, int flags, bool cache)
{
	return (struct h_cut){ .c_arg = extents, .c_size = SIZE,
	    .c_flags = flags, .c_cache = cache, .c_newfs = newfs,
	    .c_mount = mountit };
}

static const bool kinds[] = { false, true };

TEST_FLAGS(ext2_powercut, T_LEAKS)
{
	struct h_cut c;
	unsigned i;

	for (i = 0; i < __arraycount(kinds); i++) {
		c = volume(&kinds[i], 0, false);
		h_cut_every(&c, 7);
	}
}

TEST_FLAGS(ext2_powercut_reordered, T_LEAKS)
{
	struct h_cut c;
	unsigned i;

	for (i = 0; i < __arraycount(kinds); i++) {
		c = volume(&kinds[i], 0, true);
		h_cut_every(&c, 7);
	}
}

TEST_FLAGS(ext2_broken_disk, T_LEAKS)
{
	static const int flags[] = { 0, MNT_ASYNC };
	struct h_cut c;
	unsigned n, i;

	for (n = 1; n < 200; n += 9)
		for (i = 0; i < __arraycount(flags); i++) {
			c = volume(&kinds[n % 2], flags[i], false);
			h_cut_broken(&c, n);
		}
}
