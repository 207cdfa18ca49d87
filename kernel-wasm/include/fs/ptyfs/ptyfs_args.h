/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs/ptyfs/ptyfs_args.h - arguments of mount(2) for type "ptyfs".
 * Source: mount_ptyfs(8), measured layout (16 bytes on ILP32).
 */

#ifndef _FS_PTYFS_PTYFS_ARGS_H_
#define	_FS_PTYFS_PTYFS_ARGS_H_

#include <sys/types.h>

#define	PTYFS_ARGSVERSION	2

struct ptyfs_args {
	int	version;
	gid_t	gid;			/* of the slaves */
	mode_t	mode;
	int	flags;
};

#endif /* !_FS_PTYFS_PTYFS_ARGS_H_ */
