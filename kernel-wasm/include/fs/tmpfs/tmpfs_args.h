/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs/tmpfs/tmpfs_args.h - arguments of mount(2) for type "tmpfs".
 * Source: mount_tmpfs(8), measured layout (40 bytes on ILP32).
 */

#ifndef _FS_TMPFS_TMPFS_ARGS_H_
#define _FS_TMPFS_TMPFS_ARGS_H_

#include <sys/types.h>

#define	TMPFS_ARGS_VERSION	1

struct tmpfs_args {
	int		ta_version;
	ino_t		ta_nodes_max;	/* at most 3: derived from the size */
	off_t		ta_size_max;	/* bytes; below a page: all memory */
	uid_t		ta_root_uid;
	gid_t		ta_root_gid;
	mode_t		ta_root_mode;
};

#endif /* _FS_TMPFS_TMPFS_ARGS_H_ */
