/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_msdos.h - FAT images in memory: made and checked without the driver.
 */

#ifndef _TESTS_H_MSDOS_H_
#define	_TESTS_H_MSDOS_H_

#include <sys/types.h>

struct h_msdos_params {
	unsigned p_bits;	/* 12, 16, 32 */
	unsigned p_spc;		/* sectors of 512 bytes a cluster */
	unsigned p_rootents;	/* FAT12, FAT16 */
};

/* What is wrong with an image. */
struct h_msdos_faults {
	/* What may be left by a cut: clusters lost, chains too long, copies
	 * of the FAT that differ, long names without a short one, counts. */
	unsigned f_loose;
	/* An entry whose chain ends too early or is free in the FAT. */
	unsigned f_short;
	/* The rest: shared clusters, directories that are none, bad links. */
	unsigned f_broken;
	bool	f_dirty;	/* not marked clean; never on FAT12 */
};

/* An empty file system. */
void	h_msdos_newfs(const struct h_msdos_params *, uint8_t *img, size_t size);
/* What is broken is printed, with `all' the rest too. */
void	h_msdos_check(const uint8_t *img, size_t size, bool all,
	    struct h_msdos_faults *);
/* All faults together, printed. */
unsigned h_msdos_faults(const uint8_t *img, size_t size);

#endif /* !_TESTS_H_MSDOS_H_ */
