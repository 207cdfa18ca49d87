/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_v7fs.c - walk an image of v7fs: walk_v7fs image
 */

#include <sys/param.h>

#include <fs/v7fs/v7fs_args.h>

#include "walk.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct v7fs_args args = { .fspec = dev };

	return fswalk_main(argc, argv, "v7fs", &args, sizeof(args));
}
