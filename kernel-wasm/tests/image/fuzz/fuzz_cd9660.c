/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_cd9660.c - libFuzzer target: damaged cd9660 images.
 */

#include <sys/param.h>

#include <isofs/cd9660/cd9660_mount.h>

#include "h_fuzz.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);

static struct iso_args args = { .fspec = "/dev/img" };
static const struct fuzz_target target = {
	.f_type = "cd9660",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 2048,
	.f_size = 2 << 20,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* The last byte chooses the mount flags: most are 0. */
	args.flags = 0;
	if (len > 0 && len % (target.f_unit + 2) == 1)
		args.flags = data[--len] & 0x3f;
	fuzz_one(&target, data, len);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxsize,
    unsigned int seed)
{
	size = fuzz_mutate(&target, data, size, maxsize, seed);
	if (size < maxsize && seed % 3 == 0)
		data[size++] = (uint8_t)(seed >> 8);
	return size;
}
