/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ufs/ufs/ufsmount.h - arguments of mount(2) for types "ffs" and "mfs".
 */

#ifndef _UFS_UFS_UFSMOUNT_H_
#define	_UFS_UFS_UFSMOUNT_H_

#include <sys/types.h>

struct ufs_args {
	char	*fspec;			/* block device */
};

struct mfs_args {
	char	*fspec;			/* name for the table of mounts */
	char	_pad1[108];		/* once export arguments */
	void	*base;			/* an image of ffs in memory */
	u_long	size;			/* its bytes */
};

#endif /* !_UFS_UFS_UFSMOUNT_H_ */
