/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_fuzz.h - one file system against damaged images, in a whole kernel
 * without threads inside this process.
 *
 * Input	records of { unit number, 16 bits little-endian; unit bytes };
 *		all other units of the image are zero.  So seeds are small
 *		and a mutation hits something that means something.
 */

#ifndef _TESTS_FUZZ_H_FUZZ_H_
#define	_TESTS_FUZZ_H_FUZZ_H_

#include <sys/types.h>

struct fuzz_target {
	const char	*f_type;	/* file system */
	void		*f_args;	/* of mount(2) */
	size_t		f_argslen;
	size_t		f_unit;		/* bytes of a record */
	uint64_t	f_size;		/* bytes of the image */
	bool		f_writes;	/* mounted for writing as well */
	int		f_logflags;	/* and now and then with these */
	int		*f_flags;	/* NULL, or: of the arguments, chosen by a */
	int		f_flagmask;	/*   byte behind the records: these bits */
};

/* The one of this program: fuzz_*.c. */
extern const struct fuzz_target fuzz_target;

void	fuzz_write(void);

#endif
