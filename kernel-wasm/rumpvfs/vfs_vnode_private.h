/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vnode_private.h - between the life cycle of vnodes (vfs_vnode.c), the
 * cache by file (vfs_vcache.c) and the list by use (vfs_vnode_lru.c).
 */

#ifndef _RUMPVFS_VFS_VNODE_PRIVATE_H_
#define	_RUMPVFS_VFS_VNODE_PRIVATE_H_

#include <sys/vnode.h>
#include <sys/vnode_impl.h>

/* vfs_vnode.c */
struct vnode_impl *vimpl_alloc(void);
void	vimpl_free(struct vnode_impl *);
void	vn_reclaim(struct vnode *);

/* vfs_vnode_lru.c */
void	vn_lru_sysinit(void);
void	vn_lru_insert(struct vnode_impl *);
void	vn_lru_remove(struct vnode_impl *);

/* vfs_vcache.c */
void	vcache_sysinit(void);
void	vcache_set_state(struct vnode_impl *, enum vnode_state);
void	vcache_unhash_locked(struct vnode_impl *);
void	vcache_wait_reclaimed(struct vnode *);
void	vcache_activate(struct vnode_impl *, struct mount *);
void	vcache_discard(struct vnode_impl *);

#endif
