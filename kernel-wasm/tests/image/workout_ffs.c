/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout_ffs.c - work-out of an image of the fast file system
 */

#include <sys/param.h>

#include <ufs/ufs/ufsmount.h>

#include "workout.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct ufs_args args = { .fspec = dev };

	return workout_main(argc, argv, "ffs", &args, sizeof(args));
}
