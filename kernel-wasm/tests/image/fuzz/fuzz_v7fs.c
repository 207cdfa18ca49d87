/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_v7fs.c - libFuzzer target: damaged v7fs images, in any byte order.
 */

#include <sys/param.h>

#include <fs/v7fs/v7fs_args.h>

#include "h_fuzz.h"

static char dev[] = "/dev/img";
static struct v7fs_args args = { .fspec = dev };
const struct fuzz_target fuzz_target = {
	.f_type = "v7fs",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 512,
	.f_size = 256 << 10,
	.f_writes = true,
};
