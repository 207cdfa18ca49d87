/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ufs/ufs/ufsmount.h - arguments of mount(2) for type "ffs".
 */

#ifndef _UFS_UFS_UFSMOUNT_H_
#define	_UFS_UFS_UFSMOUNT_H_

struct ufs_args {
	char	*fspec;			/* block device */
};

#endif /* !_UFS_UFS_UFSMOUNT_H_ */
