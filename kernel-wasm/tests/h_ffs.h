/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ffs.h - fast file systems for tests: making one in the bytes of a disk,
 * and a strict check of one that is not mounted.
 */

#ifndef _TESTS_H_FFS_H_
#define	_TESTS_H_FFS_H_

#include <sys/types.h>

#include "fs/ffs/ffs_cg.h"

struct h_ffs_params {
	bool	p_ufs2, p_be, p_ea;
	bool	p_old;		/* UFS1 as 4.2BSD had it */
	uint32_t p_bsize, p_fsize;
	uint32_t p_ncg, p_ipg, p_contigsumsize;
	uint32_t p_minfree;
};

/* The frags of a group, counted. */
struct h_ffs_counts {
	struct csum c_cs;
	uint32_t c_frsum[8], c_clustersum[FS_MAXCONTIGSUM + 1];
};

void	h_ffs_newfs(const struct h_ffs_params *, uint8_t *disk, size_t size);
/* How many things are wrong; each is reported by h_fail(). */
int	h_ffs_check(const uint8_t *disk, size_t size);
void	h_ffs_count(const struct fs *, const uint8_t *freemap, uint32_t ndblk,
	    struct h_ffs_counts *);

#endif /* !_TESTS_H_FFS_H_ */
