/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_memdisk.h - a disk in the memory of a test, as /dev/hd.
 */

#ifndef _TESTS_H_MEMDISK_H_
#define	_TESTS_H_MEMDISK_H_

#include <sys/types.h>

struct memdisk {
	uint8_t	*md_bytes;
	size_t	md_size;
	volatile unsigned md_writes;	/* requests so far */
	unsigned md_stopafter;		/* 0, or: later ones are dropped */
	bool	md_fail;		/* and are an error */
	uint8_t	*md_media;		/* NULL, or: without what is cached */
	uint8_t	*md_cached;		/* a byte for each sector */
};
extern struct memdisk h_memdisk;

void	h_memdisk_attach(size_t);
void	h_memdisk_detach(void);
/* From now on writes that are not FUA wait in a cache for a flush. */
void	h_memdisk_cache(void);
/* The power goes: of the cache some sectors are written, in no order. */
void	h_memdisk_cut(uint32_t seed);

#endif /* !_TESTS_H_MEMDISK_H_ */
