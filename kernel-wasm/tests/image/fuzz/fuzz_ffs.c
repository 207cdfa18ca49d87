/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_ffs.c - libFuzzer target: damaged ffs images.
 */

#include <sys/param.h>
#include <sys/mount.h>

#include <ufs/ufs/ufsmount.h>

#include "h_fuzz.h"

static char dev[] = "/dev/img";
static struct ufs_args args = { .fspec = dev };
const struct fuzz_target fuzz_target = {
	.f_type = "ffs",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 512,
	.f_size = 4 << 20,
	.f_writes = true,
	.f_logflags = MNT_LOG,
};
