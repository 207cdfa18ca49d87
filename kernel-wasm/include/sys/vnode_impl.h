/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/vnode_impl.h - the part of a vnode that only rumpvfs/vfs_vnode.c and
 * vfs_cache.c touch.
 *
 * States	LOADING -> ACTIVE	file system filled it in
 *		LOADING -> gone		load failed
 *		ACTIVE -> RECLAIMING	vgone(), last reference and recycling
 *		RECLAIMING -> RECLAIMED	v_op is deadfs, no data
 *
 * Fields	:	stable after creation
 *		c	vcache_lock
 *		f	vnode_free_lock
 *		n	namecache_lock
 *		i	v_interlock
 */

#ifndef _SYS_VNODE_IMPL_H_
#define _SYS_VNODE_IMPL_H_

#include <sys/vnode.h>

enum vnode_state {
	VS_MARKER, VS_LOADING, VS_ACTIVE, VS_RECLAIMING, VS_RECLAIMED
};

struct namecache;

struct vcache_key {
	struct mount	*vk_mount;
	const void	*vk_key;
	size_t		vk_key_len;
};

struct vnode_impl {
	struct vnode	vi_vnode;		/* must be first */
	enum vnode_state vi_state;		/* i */
	kmutex_t	vi_interlock;		/* what v_interlock points to */
	struct vcache_key vi_key;		/* c */
	SLIST_ENTRY(vnode_impl) vi_hash;	/* c */
	TAILQ_ENTRY(vnode_impl) vi_lrulist;	/* f */
	bool		vi_onlru;		/* f */
	volatile bool	vi_used;		/* a: second chance in the cache */
	LIST_HEAD(, namecache) vi_nclist;	/* n: entries leading here */
	LIST_HEAD(, namecache) vi_dnclist;	/* n: entries below here */
};

/* State changes of vnodes: vfs_vnode.c, vfs_vflush.c. */
extern kmutex_t vcache_lock;
extern kcondvar_t vcache_cv;

#define	VNODE_TO_VIMPL(vp)	((struct vnode_impl *)(void *)(vp))
#define	VIMPL_TO_VNODE(vip)	(&(vip)->vi_vnode)

#endif /* _SYS_VNODE_IMPL_H_ */
