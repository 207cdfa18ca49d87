/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_ext2fs.c - walk an image of ext2: walk_ext2fs image
 */

#include <sys/param.h>

#include <ufs/ufs/ufsmount.h>

#include "walk.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct ufs_args args = { .fspec = dev };

	return fswalk_main(argc, argv, "ext2fs", &args, sizeof(args));
}
