/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_cd9660.c - libFuzzer target: damaged cd9660 images.
 */

#include <sys/param.h>

#include <isofs/cd9660/cd9660_mount.h>

#include "h_fuzz.h"

static struct iso_args args = { .fspec = "/dev/img" };
const struct fuzz_target fuzz_target = {
	.f_type = "cd9660",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 2048,
	.f_size = 2 << 20,
	.f_flags = &args.flags,
	.f_flagmask = 0x3f,
};
