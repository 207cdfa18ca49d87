/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_v7fs.c - libFuzzer target: damaged v7fs images, in any byte order.
 */

#include <sys/param.h>

#include <fs/v7fs/v7fs_args.h>

#include "h_fuzz.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);

static char dev[] = "/dev/img";
static struct v7fs_args args = { .fspec = dev };
static const struct fuzz_target target = {
	.f_type = "v7fs",
	.f_args = &args,
	.f_argslen = sizeof(args),
	.f_unit = 512,
	.f_size = 256 << 10,
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
