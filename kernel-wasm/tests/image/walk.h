/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.h - mount an image in a rump kernel and walk all of it.
 */

#ifndef _TESTS_IMAGE_WALK_H_
#define	_TESTS_IMAGE_WALK_H_

#include <sys/types.h>

/* How far a walk may go; 0: no limit. */
struct fswalk {
	unsigned long	w_maxfiles;
	unsigned long	w_maxbytes;	/* read in all */
	int		w_maxdepth;
	bool		w_print;	/* a line per file */
	bool		w_strict;	/* any error ends the test */
	unsigned long	w_files, w_bytes;
};

void	fswalk_dir(struct fswalk *, const char *path, int depth);
int	fswalk_main(int argc, char **argv, const char *type, void *args,
	    size_t argslen);

#endif
