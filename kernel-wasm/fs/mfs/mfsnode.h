/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mfsnode.h - the disks under memory file systems.
 */

#ifndef _FS_MFS_MFSNODE_H_
#define	_FS_MFS_MFSNODE_H_

#include <sys/types.h>
#include <sys/disk.h>

#define	MFS_MAJOR	255
#define	MFS_MAX		64

/* Everything is stable from mfs_attach() to mfs_detach(). */
struct mfsnode {
	struct disk	mfs_dk;
	char		mfs_name[8];
	uint8_t		*mfs_base;
	size_t		mfs_size;	/* bytes */
	int		mfs_unit;
};

void	mfs_init(void);
/* A disk of these bytes of kernel memory, which become its own. */
int	mfs_attach(uint8_t *base, size_t size, struct mfsnode **);
void	mfs_detach(struct mfsnode *);

#endif /* !_FS_MFS_MFSNODE_H_ */
