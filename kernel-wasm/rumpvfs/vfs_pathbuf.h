/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_pathbuf.h - the inside of a path buffer, for the walk.
 */

#ifndef _RUMPVFS_VFS_PATHBUF_H_
#define	_RUMPVFS_VFS_PATHBUF_H_

#include <sys/param.h>

struct pathbuf {
	char	*pb_path;	/* PATH_MAX bytes, the walk works in place */
	char	pb_store[PATH_MAX];
};

#endif /* _RUMPVFS_VFS_PATHBUF_H_ */
