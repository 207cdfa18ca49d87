/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/vfs_devmount.h - the device under a file system: what every mount of a
 * disk does.  Ours, see rumpvfs/vfs_devmount.c.
 */

#ifndef _SYS_VFS_DEVMOUNT_H_
#define	_SYS_VFS_DEVMOUNT_H_

#include <sys/types.h>

struct mount;
struct vnode;

/* The device a user names, referenced; accmode VREAD, VWRITE. */
int	vfs_devmount_find(struct mount *, const char *fspec, int accmode,
	    struct vnode **);
/* Open it for a mount (FREAD, FWRITE) and tell its size. */
int	vfs_devmount_open(struct vnode *, int flags, uint64_t *bytesp,
	    unsigned int *secsizep);
/* Close, forgetting what is cached, and give the reference back. */
void	vfs_devmount_close(struct vnode *, int flags);
/* f_fsidx, f_fsid, f_namemax, MNT_LOCAL */
void	vfs_devmount_fill(struct mount *, struct vnode *, const char *type,
	    unsigned long namemax);

#endif /* !_SYS_VFS_DEVMOUNT_H_ */
