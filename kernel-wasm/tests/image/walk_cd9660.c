/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_cd9660.c - walk an ISO 9660 image: walk_cd9660 image [isoflags]
 */

#include <sys/param.h>

#include <isofs/cd9660/cd9660_mount.h>
#include <lib/libkern/libkern.h>

#include "walk.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static struct iso_args args = { .fspec = "/dev/img" };

	if (argc > 2)
		args.flags = (int)strtol(argv[2], NULL, 0);
	return fswalk_main(argc, argv, "cd9660", &args, sizeof(args));
}
