/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_private.h - what the files vfs_syscalls_*.c share.
 */

#ifndef _RUMPVFS_VFS_SYSCALLS_PRIVATE_H_
#define _RUMPVFS_VFS_SYSCALLS_PRIVATE_H_

#include <sys/namei.h>

struct lwp;
struct vattr;
struct vnode;

/* Does a path's last symbolic link count: by AT_SYMLINK_NOFOLLOW. */
namei_simple_flags_t vfs_follow_flags(int atflags);
/* Lock, set attributes, unlock. */
int	vfs_setattr_unlocked(struct vnode *, struct vattr *, struct lwp *);
/* The vnode of a descriptor; fd_putfile() afterwards. */
int	vfs_fd_vnode(int fd, struct vnode **);
/* Give back what namei(LOCKPARENT) returned; with or without LOCKLEAF. */
void	vfs_name_abort(struct nameidata *, bool leaflocked);

#endif /* _RUMPVFS_VFS_SYSCALLS_PRIVATE_H_ */
