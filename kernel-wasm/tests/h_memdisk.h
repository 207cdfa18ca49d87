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
};
extern struct memdisk h_memdisk;

void	h_memdisk_attach(size_t);
void	h_memdisk_detach(void);

#endif /* !_TESTS_H_MEMDISK_H_ */
