/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/genfs/genfs_node.h - the common head of file systems' nodes.
 *
 * File data goes through the buffer cache here, so the head only carries the
 * operations a NetBSD driver expects to register.
 */

#ifndef _MISCFS_GENFS_GENFS_NODE_H_
#define _MISCFS_GENFS_GENFS_NODE_H_

#include <sys/types.h>
#include <sys/rwlock.h>

struct buf;
struct vnode;

struct genfs_ops {
	void	(*gop_size)(struct vnode *, off_t, off_t *, int);
	int	(*gop_alloc)(struct vnode *, off_t, off_t, int, kauth_cred_t);
	int	(*gop_write)(struct vnode *, struct vm_page **, int, int);
	void	(*gop_markupdate)(struct vnode *, int);
	void	(*gop_putrange)(struct vnode *, off_t, off_t *, off_t *);
};

#define	GOP_UPDATE_ACCESSED	1
#define	GOP_UPDATE_MODIFIED	2
#define	GOP_SIZE_MEM		4

struct genfs_node {
	const struct genfs_ops	*g_op;
	krwlock_t		g_glock;
};

#define	VTOG(vp)	((struct genfs_node *)(vp)->v_data)

void	genfs_node_init(struct vnode *, const struct genfs_ops *);
void	genfs_node_destroy(struct vnode *);
void	genfs_size(struct vnode *, off_t, off_t *, int);
void	genfs_node_wrlock(struct vnode *);
void	genfs_node_rdlock(struct vnode *);
int	genfs_node_rdtrylock(struct vnode *);
void	genfs_node_unlock(struct vnode *);
int	genfs_node_wrlocked(struct vnode *);

#endif /* _MISCFS_GENFS_GENFS_NODE_H_ */
