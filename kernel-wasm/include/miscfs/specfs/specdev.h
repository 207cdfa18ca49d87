/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/specfs/specdev.h - device vnodes.
 *
 * Every VBLK and VCHR vnode has a specnode; the specnodes of one device
 * share a specdev.  A file system creates the vnode, sets v_type and v_op to
 * its table of spec operations and calls spec_node_init().
 *
 * Fields	d	device_lock	:	stable
 */

#ifndef _MISCFS_SPECFS_SPECDEV_H_
#define _MISCFS_SPECFS_SPECDEV_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/vnode.h>

typedef struct specdev {
	struct mount	*sd_mountpoint;	/* d: mounted from this block device */
	struct lockf	*sd_lockf;
	struct vnode	*sd_bdevvp;	/* d: the open block vnode */
	u_int		sd_opencnt;	/* d: opens of all aliases */
	u_int		sd_refcnt;	/* d: specnodes */
	dev_t		sd_rdev;	/* : */
	volatile u_int	sd_iocnt;
} specdev_t;

typedef struct specnode {
	LIST_ENTRY(specnode) sn_hash;	/* d */
	struct vnode	*sn_vnode;	/* : */
	specdev_t	*sn_dev;	/* : */
	u_int		sn_opencnt;	/* d */
	dev_t		sn_rdev;	/* : */
	bool		sn_gone;	/* d: revoked */
} specnode_t;

#define	v_rdev		v_specnode->sn_rdev
#define	v_speclockf	v_specnode->sn_dev->sd_lockf

extern int (**spec_vnodeop_p)(void *);
extern const struct vnodeopv_desc spec_vnodeop_opv_desc;

void	spec_init(void);
void	spec_node_init(struct vnode *, dev_t);
void	spec_node_destroy(struct vnode *);
int	spec_node_lookup_by_dev(enum vtype, dev_t, struct vnode **);
int	spec_node_lookup_by_mount(struct mount *, struct vnode **);
struct mount *spec_node_getmountedfs(struct vnode *);
void	spec_node_setmountedfs(struct vnode *, struct mount *);
void	spec_node_revoke(struct vnode *);

int	spec_open(void *);
int	spec_close(void *);
int	spec_access(void *);
int	spec_read(void *);
int	spec_write(void *);
int	spec_ioctl(void *);
int	spec_poll(void *);
int	spec_kqfilter(void *);
int	spec_mmap(void *);
int	spec_fsync(void *);
int	spec_seek(void *);
int	spec_inactive(void *);
int	spec_reclaim(void *);
int	spec_bmap(void *);
int	spec_strategy(void *);
int	spec_print(void *);
int	spec_pathconf(void *);
int	spec_advlock(void *);
int	spec_fdiscard(void *);

#define	spec_lookup	genfs_badop
#define	spec_create	genfs_badop
#define	spec_mknod	genfs_badop
#define	spec_link	genfs_badop
#define	spec_rename	genfs_badop
#define	spec_mkdir	genfs_badop
#define	spec_rmdir	genfs_badop
#define	spec_symlink	genfs_badop
#define	spec_readdir	genfs_badop
#define	spec_readlink	genfs_badop
#define	spec_remove	genfs_badop
#define	spec_abortop	genfs_badop
#define	spec_fallocate	genfs_eopnotsupp
#define	spec_revoke	genfs_revoke

#endif /* _MISCFS_SPECFS_SPECDEV_H_ */
