/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk_msdos.c - walk an image of FAT: walk_msdos image
 */

#include <sys/param.h>

#include <msdosfs/msdosfsmount.h>

#include "walk.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct msdosfs_args args = { .fspec = dev, .mask = 0755,
	    .dirmask = 0755, .version = MSDOSFSMNT_VERSION,
	    .flags = MSDOSFSMNT_LONGNAME | MSDOSFSMNT_VERSIONED |
	    MSDOSFSMNT_UTF8 };

	return fswalk_main(argc, argv, "msdos", &args, sizeof(args));
}
