/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_ext2fs.c - libFuzzer target: damaged ext2 images.
 */

#include <sys/param.h>

#include <ufs/ufs/ufsmount.h>

#include "h_fuzz.h"

static char dev[] = "/dev/img";
static struct ufs_args args = { .fspec = dev };
const struct fuzz_target fuzz_target = {
	.f_type = "ext2fs",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 1024,
	.f_size = 4 << 20,
	.f_writes = true,
};
