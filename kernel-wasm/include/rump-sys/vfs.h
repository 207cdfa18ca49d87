/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump-sys/vfs.h - inside the rump kernel: the file system faction.
 */

#ifndef _RUMP_SYS_VFS_H_
#define _RUMP_SYS_VFS_H_

#include <rump-sys/kern.h>

struct vnode;
extern struct vnode *rootvnode;

#endif /* _RUMP_SYS_VFS_H_ */
