/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout_v7fs.c - work-out of an image of v7fs: the storm alone, for its
 * names are short.
 */

#include <sys/param.h>

#include <fs/v7fs/v7fs_args.h>

#include "workout.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	static char dev[] = "/dev/img";
	static struct v7fs_args args = { .fspec = dev };

	return workout_main(argc, argv, "v7fs", &args, sizeof(args));
}
