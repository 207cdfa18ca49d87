/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/genfs/layer.h - file systems that show another one: each vnode stands
 * for a vnode below it, the lower vnode.
 *
 * Lock		A layer's vnode and its lower vnode have one lock, the lower
 *		one's: locking either locks both.
 * Life		A layer's vnode lives as long as it is referenced and keeps a
 *		reference to the lower one; it is not cached after that.
 *
 * Fields	:	stable after creation
 *		i	v_interlock of the layer's vnode
 */

#ifndef _MISCFS_GENFS_LAYER_H_
#define _MISCFS_GENFS_LAYER_H_

#include <sys/mount.h>
#include <sys/vnode.h>

struct layer_args {
	char	*target;		/* path of the directory to show */
	char	pad[108];		/* once export arguments */
};

struct layer_mount {
	struct mount	*layerm_vfs;		/* : the mount below */
	struct vnode	*layerm_rootvp;		/* : lower root, referenced */
	enum vtagtype	layerm_tag;		/* : v_tag of vnodes */
	int		(**layerm_vnodeop_p)(void *);	/* : */
};

struct layer_node {
	struct vnode	*layer_lowervp;		/* : referenced */
};

#define	MOUNTTOLAYERMOUNT(mp)	((struct layer_mount *)(mp)->mnt_data)
#define	VTOLAYER(vp)		((struct layer_node *)(vp)->v_data)
#define	LAYERVPTOLOWERVP(vp)	(VTOLAYER(vp)->layer_lowervp)

/*
 * The layer's vnode of lowervp, referenced and unlocked.  Takes over the
 * caller's reference of lowervp, also when it fails.
 */
int	layer_node_create(struct mount *, struct vnode *lowervp,
	    struct vnode **);

/* The lower vnode, referenced; NULL when the layer's has been reclaimed. */
struct vnode *layer_getlower(struct vnode *);

/* Operations of the mount.  layerfs_start .. as vfsops(9). */
int	layerfs_unmount(struct mount *, int);
int	layerfs_root(struct mount *, struct vnode **);
int	layerfs_quotactl(struct mount *, struct quotactl_args *);
int	layerfs_statvfs(struct mount *, struct statvfs *);
int	layerfs_vget(struct mount *, ino_t, struct vnode **);
int	layerfs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	layerfs_fhtovp(struct mount *, struct fid *, struct vnode **);
int	layerfs_vptofh(struct vnode *, struct fid *, size_t *);
int	layerfs_snapshot(struct mount *, struct vnode *, struct timespec *);
void	layerfs_renamelock_enter(struct mount *);
void	layerfs_renamelock_exit(struct mount *);

/* Operations of the vnodes. */
int	layer_bypass(void *);		/* one vnode, which is locked */
int	layer_bypass_unlocked(void *);	/* one vnode, which is not */
int	layer_lookup(void *);
int	layer_create(void *);
int	layer_mknod(void *);
int	layer_mkdir(void *);
int	layer_symlink(void *);
int	layer_link(void *);
int	layer_remove(void *);
int	layer_rmdir(void *);
int	layer_rename(void *);
int	layer_open(void *);
int	layer_access(void *);
int	layer_getattr(void *);
int	layer_setattr(void *);
int	layer_revoke(void *);
int	layer_inactive(void *);
int	layer_reclaim(void *);
int	layer_lock(void *);
int	layer_unlock(void *);
int	layer_print(void *);

#endif /* _MISCFS_GENFS_LAYER_H_ */
