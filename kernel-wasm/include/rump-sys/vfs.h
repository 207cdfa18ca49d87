/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump-sys/vfs.h - inside the rump kernel: the file system faction.
 */

#ifndef _RUMP_SYS_VFS_H_
#define _RUMP_SYS_VFS_H_

#include <rump-sys/kern.h>

struct vnode;
extern struct vnode *rootvnode;

/* Device nodes for drivers: S_IFCHR or S_IFBLK, mode 0644. */
int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t);
int	rump_vfs_makedevnodes(dev_t, const char *, char, devmajor_t,
	    devminor_t, int);
int	rump_vfs_makesymlink(const char *, const char *);

#endif /* _RUMP_SYS_VFS_H_ */
