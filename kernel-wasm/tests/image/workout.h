/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout.h - change a mounted image in every way there is, by a script.
 */

#ifndef _TESTS_IMAGE_WORKOUT_H_
#define	_TESTS_IMAGE_WORKOUT_H_

#include <sys/types.h>

/* workout_TYPE IMAGE work|storm|corners|finish [files [mount flags]] */
void	workout_storm(void);
int	workout_main(int argc, char **argv, const char *type, void *args,
	    size_t argslen);

#endif
