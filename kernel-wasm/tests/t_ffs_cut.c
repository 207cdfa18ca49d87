/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_cut.c - power cuts of a fast file system.
 *
 * With a journal the next mount makes the file system whole, bit by bit.
 * Without one what was synced is there and the rest can be mounted.
 */

#include "h_cut.h"
#include "h_ffs_mount.h"

static void
newfs(const void *arg, uint8_t *img, size_t size)
{
	h_ffs_newfs(arg, img, size);
}

static int
mount(const void *arg, int flags)
{
	return ffs_mountit(flags);
}

static void
whole(const void *arg)
{
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size), 0);
}

static struct h_cut
volume(const struct h_ffs_params *p, int flags, bool cache)
{
	return (struct h_cut){ .c_arg = p, .c_size = 8 * MB,
	    .c_flags = flags, .c_cache = cache, .c_newfs = newfs,
	    .c_mount = mount,
	    .c_after = (flags & MNT_LOG) != 0 ? whole : NULL };
}

static void
every_write(const struct h_ffs_params *p, int flags, unsigned step,
    bool cache)
{
	struct h_cut c = volume(p, flags, cache);

	h_cut_every(&c, step);
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

TEST_FLAGS(broken_disk, T_LEAKS)
{
	static const int flags[] = { 0, MNT_ASYNC, MNT_LOG };
	struct h_cut c;
	unsigned n, i;

	for (n = 1; n < 200; n += 9)
		for (i = 0; i < __arraycount(flags); i++) {
			c = volume(&plain, flags[i], false);
			h_cut_broken(&c, n);
		}
}
