/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_ffs.c - walk an image of the fast file system: walk_ffs image
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

	return fswalk_main(argc, argv, "ffs", &args, sizeof(args));
}
