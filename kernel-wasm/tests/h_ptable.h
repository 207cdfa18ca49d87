/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ptable.h - a memory disk for tests, and partition tables for it.
 *
 * The image is built in memory, written with h_pt_write() and searched with
 * h_pt_search(), which leaves the wedges in h_pt_wedges.
 */

#ifndef _TESTS_H_PTABLE_H_
#define _TESTS_H_PTABLE_H_

#include "h_vfs.h"

#include <sys/disk.h>
#include <sys/dkio.h>

#define	PT_SIZE		(8U << 20)
#define	PT_MAXWEDGES	128

extern uint8_t *h_pt_image;		/* PT_SIZE bytes */
extern struct dkwedge_info h_pt_wedges[PT_MAXWEDGES];
extern int h_pt_nwedges;

H_FN h_ioctl(long fd, u_long com, void *data)
{ return H_SC(ioctl, A(fd, (int)fd), A(com, com), A(data, data)); }

void	h_pt_begin(void);		/* md0 of PT_SIZE bytes, all zero */
void	h_pt_end(void);
void	h_pt_write(void);		/* the image goes to the disk */
void	h_pt_search(void);		/* write, DIOCMWEDGES, list */
void	h_pt_list(const char *rawdev);
/* Is wedge i so? */
void	h_pt_check(int i, const char *name, uint64_t start, uint64_t size,
	    const char *ptype);

/* Sectors of secsize bytes; the header's checksums are made by _seal(). */
void	h_gpt_make(unsigned secsize);
void	h_gpt_entry(unsigned secsize, int i, const char *guid16, uint64_t first,
	    uint64_t last, const char *name);
uint8_t	*h_gpt_header(unsigned secsize, bool backup);
void	h_gpt_seal(unsigned secsize);

void	h_mbr_part(uint64_t lba, int i, uint8_t type, uint32_t start,
	    uint32_t size);
void	h_label_make(uint64_t lba);
void	h_label_part(uint64_t lba, int i, uint8_t fstype, uint32_t start,
	    uint32_t size);

#endif /* _TESTS_H_PTABLE_H_ */
