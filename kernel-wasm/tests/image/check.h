/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - a program that checks an image file strictly.
 */

#ifndef _TESTS_IMAGE_CHECK_H_
#define	_TESTS_IMAGE_CHECK_H_

#include <sys/types.h>

/* check: problems found in an image in memory. */
int	check_main(int argc, char **argv, int (*check)(const uint8_t *,
	    size_t));

#endif
