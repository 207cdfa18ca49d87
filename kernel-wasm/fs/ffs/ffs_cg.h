/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_cg.h - a cylinder group: which of its frags and inodes are in use.
 *
 * Works on the bytes of the group's block, without I/O.  Frag and inode
 * numbers count from the group's first.
 */

#ifndef _FFS_FFS_CG_H_
#define	_FFS_FFS_CG_H_

#include "ffs_format.h"

#define	CG_MAGIC	0x00090255U

/* byte offsets in the group's block */
enum {
	CG_MAGICOFF = 4, CG_OLDTIME = 8, CG_CGX = 12, CG_NDBLK = 20,
	CG_CS = 24, CG_ROTOR = 40, CG_FROTOR = 44, CG_IROTOR = 48,
	CG_FRSUM = 52, CG_IUSEDOFF = 92, CG_FREEOFF = 96,
	CG_CLUSTERSUMOFF = 104, CG_CLUSTEROFF = 108, CG_NCLUSTERBLKS = 112,
	CG_NIBLK = 116, CG_INITEDIBLK = 120, CG_TIME = 136, CG_MAPS = 168
};

/* The counters that the group, the summary and the superblock share. */
struct csum {
	int32_t	cs_ndir, cs_nbfree, cs_nifree, cs_nffree;
};

/* A group that passed cg_open(): maps lie inside the block. */
struct cg {
	const struct fs *cg_fs;
	uint8_t	*cg_data;
	uint32_t cg_cgx;
	uint32_t cg_ndblk;		/* frags that exist */
	uint32_t cg_dlower, cg_dupper;	/* frags between: not for data */
	uint32_t cg_nclusterblks;
	uint8_t	*cg_inosused, *cg_blksfree;
	uint8_t	*cg_clustersfree;	/* NULL: no cluster maps */
	uint8_t	*cg_clustersum;
};

int	cg_open(const struct fs *, uint8_t *data, uint32_t cgx, struct cg *);
void	cg_summary(const struct cg *, struct csum *);
void	cg_settime(struct cg *, uint64_t now);

/* -1: nothing found */
int64_t	cg_allocblk(struct cg *, int64_t pref);
int64_t	cg_allocfrags(struct cg *, uint32_t n, int64_t pref);
bool	cg_take(struct cg *, uint32_t frag, uint32_t n);
int	cg_free(struct cg *, uint32_t frag, uint32_t n);
int64_t	cg_allocino(struct cg *, int64_t pref, bool isdir);
int	cg_freeino(struct cg *, uint32_t ino, bool isdir);
uint32_t cg_longestrun(const struct cg *, uint32_t want, uint32_t *fragp);
bool	cg_isused(const struct cg *, uint32_t frag, uint32_t n);
bool	cg_inoused(const struct cg *, uint32_t ino);

#endif /* !_FFS_FFS_CG_H_ */
