/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_random.c - random operations on a fast file system against a model in
 * memory.
 */

#include "h_ffs_mount.h"

#include "h_random.h"

static void
randomly(const struct h_ffs_params *p, int flags, uint32_t seed)
{
	unsigned round;

	begin(p, 16 * MB, flags);
	h_random_begin(seed);
	for (round = 0; round < 4; round++) {
		h_random_round(150);
		checkit();
		CHECK_EQ(ffs_mountit(flags), 0);
		h_random_check();
	}
	h_random_end();
	end();
}

TEST_FLAGS(random_ops, T_LEAKS)
{
	struct h_ffs_params p = plain;
	unsigned i;

	for (i = 0; i < 6; i++) {
		p.p_ufs2 = (i & 1) != 0;
		p.p_be = (i & 2) != 0;
		p.p_bsize = i < 3 ? 4096 : 16384;
		p.p_fsize = p.p_bsize / (i % 3 == 0 ? 8 : 4);
		p.p_ipg = 512;
		randomly(&p, i % 2 == 0 ? 0 : MNT_ASYNC, 12345 + i);
		randomly(&p, MNT_LOG, 54321 + i);
	}
}
