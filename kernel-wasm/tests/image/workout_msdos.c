/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout_msdos.c - work-out of a FAT image
 */

#include <sys/param.h>

#include <msdosfs/msdosfsmount.h>

#include "workout.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct msdosfs_args args = { .fspec = dev, .mask = 0755,
	    .dirmask = 0755, .version = MSDOSFSMNT_VERSION,
	    .flags = MSDOSFSMNT_LONGNAME | MSDOSFSMNT_VERSIONED };

	workout_lacks = WORKOUT_NOLINKS | WORKOUT_NOHOLES;
	return workout_main(argc, argv, "msdos", &args, sizeof(args));
}
