/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_cut.h - the power goes after the n-th write of a file system that is at
 * work, for every n; with a disk that caches, what it had not yet written is
 * written in part, sector by sector.
 */

#ifndef _TESTS_H_CUT_H_
#define	_TESTS_H_CUT_H_

#include <sys/types.h>

/* A file system to be made on h_memdisk and mounted on /m. */
struct h_cut {
	const void *c_arg;
	size_t	c_size;			/* of the disk */
	int	c_flags;		/* of the mount */
	bool	c_cache;		/* the disk has one */
	void	(*c_newfs)(const void *arg, uint8_t *img, size_t size);
	int	(*c_mount)(const void *arg, int flags);
	/* The disk after the cut; NULL: nothing to be said about it. */
	void	(*c_torn)(const void *arg);
	/* The disk after one more mount for writing, or NULL. */
	void	(*c_after)(const void *arg);
};

/*
 * Cut after writes 1, 1 + step, 1 + 2 * step, .. until the scenario comes to
 * its end.  A file that was synced before is there every time.
 */
void	h_cut_every(const struct h_cut *, unsigned step);

/* A disk that fails from its n-th write on: errors and no panic. */
void	h_cut_broken(const struct h_cut *, unsigned n);

#endif /* !_TESTS_H_CUT_H_ */
