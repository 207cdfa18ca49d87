/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_ffs.c - check_ffs image
 */

#include <sys/param.h>

#include "../h_ffs.h"
#include "check.h"

int	main(int, char **);

int
main(int argc, char **argv)
{
	return check_main(argc, argv, h_ffs_check);
}
