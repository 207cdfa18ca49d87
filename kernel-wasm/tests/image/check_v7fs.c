/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_v7fs.c - check_v7fs image, in the byte order that fits
 */

#include <sys/param.h>

#include <fs/v7fs/v7fs_args.h>

#include "fs/v7fs/v7fs_extern.h"
#include "../h_v7fs.h"
#include "check.h"

int	main(int, char **);

static int
check(const uint8_t *image, size_t size)
{
	static const int orders[] = { V7FS_LITTLE_ENDIAN, V7FS_PDP_ENDIAN,
	    V7FS_BIG_ENDIAN };
	struct v7fs_super s;
	unsigned i;

	for (i = 0; i < __arraycount(orders); i++) {
		if (size >= 2 * V7FS_BSIZE && v7fs_super_decode(orders[i],
		    image + V7FS_BSIZE, &s) == 0)
			return h_v7fs_check(orders[i], image, size);
	}
	return 1;
}

int
main(int argc, char **argv)
{
	return check_main(argc, argv, check);
}
