/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout.h - change a mounted image in every way there is, by a script.
 */

#ifndef _TESTS_IMAGE_WORKOUT_H_
#define	_TESTS_IMAGE_WORKOUT_H_

#include <sys/types.h>

/* What a file system has not; set before workout_main(). */
#define	WORKOUT_NOLINKS	0x01	/* links of either kind, fifos */
#define	WORKOUT_NOHOLES	0x02	/* files longer than their blocks, or 4 GB */
extern int workout_lacks;

/* workout_TYPE IMAGE work|storm|corners|finish [files [mount flags]] */
void	workout_storm(void);
int	workout_main(int argc, char **argv, const char *type, void *args,
	    size_t argslen);

#endif
