/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_extents.h - the form of extent trees.
 */

#ifndef _EXT2FS_EXT2FS_EXTENTS_H_
#define	_EXT2FS_EXT2FS_EXTENTS_H_

#define	EXT_MAGIC	0xf30a
#define	EXT_DEPTHMAX	5
#define	EXT_LENMAX	32768U		/* longer: uninitialised */
#define	EXT_UNINITMAX	32767U
#define	EXT_ROOTSIZE	60U		/* the area in the inode */
#define	EXT_ROOTENTRIES	4U
#define	EXT_MAX		(1U << 21)

enum {					/* header */
	EH_MAGIC = 0, EH_COUNT = 2, EH_MAX = 4, EH_DEPTH = 6, EH_GEN = 8,
	EH_SIZE = 12
};
enum {					/* leaf entry */
	EE_LBN = 0, EE_LEN = 4, EE_STARTHI = 6, EE_STARTLO = 8, EE_SIZE = 12
};
enum {					/* index entry */
	EI_LBN = 0, EI_LEAFLO = 4, EI_LEAFHI = 8
};

/* Room for `want` elements. */
void	ext2fs_ext_grow(void **arrayp, uint32_t *maxp, size_t elem,
	    uint32_t want);

#endif /* !_EXT2FS_EXT2FS_EXTENTS_H_ */
