/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_msdos.c - libFuzzer target: damaged FAT images.
 */

#include <sys/param.h>

#include <msdosfs/msdosfsmount.h>

#include "h_fuzz.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);

static char dev[] = "/dev/img";
static struct msdosfs_args args = { .fspec = dev, .mask = 0755,
    .dirmask = 0755, .version = MSDOSFSMNT_VERSION,
    .flags = MSDOSFSMNT_LONGNAME | MSDOSFSMNT_VERSIONED };
static const struct fuzz_target target = {
	.f_type = "msdos",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 512,
	.f_size = 4 << 20,
	.f_writes = true,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_one(&target, data, len);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxsize,
    unsigned int seed)
{
	return fuzz_mutate(&target, data, size, maxsize, seed);
}
