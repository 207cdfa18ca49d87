/* SPDX-License-Identifier: BSD-2-Clause */
/* vfs_extattr.h - shared by vfs_extattr.c and vfs_xattr.c. */

#ifndef _RUMPVFS_VFS_EXTATTR_H_
#define _RUMPVFS_VFS_EXTATTR_H_

#include <sys/types.h>

struct lwp;
struct vnode;

enum extattr_by { EXTATTR_BY_PATH, EXTATTR_BY_LINK, EXTATTR_BY_FD };

int	extattr_vnode(const char *, int, enum extattr_by, struct vnode **);
int	extattr_set_vp(struct vnode *, int, const char *, const void *, size_t,
	    struct lwp *, register_t *, int);
int	extattr_get_vp(struct vnode *, int, const char *, void *, size_t,
	    struct lwp *, register_t *);
int	extattr_delete_vp(struct vnode *, int, const char *, struct lwp *);
int	extattr_list_vp(struct vnode *, int, void *, size_t, struct lwp *,
	    register_t *);

#endif /* _RUMPVFS_VFS_EXTATTR_H_ */
