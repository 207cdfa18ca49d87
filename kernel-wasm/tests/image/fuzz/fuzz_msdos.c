/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_msdos.c - libFuzzer target: damaged FAT images.
 */

#include <sys/param.h>

#include <msdosfs/msdosfsmount.h>

#include "h_fuzz.h"

static char dev[] = "/dev/img";
static struct msdosfs_args args = { .fspec = dev, .mask = 0755,
    .dirmask = 0755, .version = MSDOSFSMNT_VERSION,
    .flags = MSDOSFSMNT_LONGNAME | MSDOSFSMNT_VERSIONED };
const struct fuzz_target fuzz_target = {
	.f_type = "msdos",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 512,
	.f_size = 4 << 20,
	.f_writes = true,
};
