/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump-sys/vfs.h - inside the rump kernel: the file system faction.
 */

#ifndef _RUMP_SYS_VFS_H_
#define _RUMP_SYS_VFS_H_

#include <sys/queue.h>

#include <rump-sys/kern.h>

struct vnode;
extern struct vnode *rootvnode;

/* Device nodes for drivers: S_IFCHR or S_IFBLK, mode 0644. */
int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t);
int	rump_vfs_makedevnodes(dev_t, const char *, char, devmajor_t,
	    devminor_t, int);
int	rump_vfs_makesymlink(const char *, const char *);

/* Nodes NAMEn and rNAMEn that are made when they are looked for. */
struct rump_lazydev {
	SLIST_ENTRY(rump_lazydev) ld_link;
	const char *ld_name;
	devmajor_t ld_major;		/* of both faces */
	int	ld_units;
};
void	rump_vfs_lazydevnodes(struct rump_lazydev *);

#endif /* _RUMP_SYS_VFS_H_ */
