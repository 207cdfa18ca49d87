/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - run a fuzzer's target on stored inputs, without the fuzzer.
 * Compiled with the host's headers.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t);

size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxsize)
{
	(void)data;
	(void)maxsize;
	return size;
}

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		return -1;
	rewind(f);
	data = malloc((size_t)size + 1);
	if (data == NULL || fread(data, 1, (size_t)size, f) != (size_t)size)
		return -1;
	fclose(f);
	(void)LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int i, failed = 0;

	for (i = 1; i < argc; i++) {
		if (replay(argv[i]) != 0) {
			fprintf(stderr, "cannot read %s\n", argv[i]);
			failed++;
		}
	}
	printf("%d passed, %d failed\n", argc - 1 - failed, failed);
	return failed != 0;
}
