/* SPDX-License-Identifier: BSD-2-Clause */
/* rump_vfs_pub.h - prototypes of the vfs part of rump(3). */

#ifndef _RUMPVFS_RUMP_VFS_PUB_H_
#define _RUMPVFS_RUMP_VFS_PUB_H_

#include <sys/types.h>

struct componentname;
struct fid;
struct kauth_cred;
struct lwp;
struct mount;
struct statvfs;
struct vattr;
struct vfsops;
struct vnode;

#define	RUMPCN_FREECRED	0x02

void	rump_pub_getvninfo(struct vnode *, int *, off_t *, dev_t *);
struct vfsops *rump_pub_vfslist_iterate(struct vfsops *);
struct vfsops *rump_pub_vfs_getopsbyname(const char *);
struct vattr *rump_pub_vattr_init(void);
void	rump_pub_vattr_settype(struct vattr *, int);
void	rump_pub_vattr_setmode(struct vattr *, mode_t);
void	rump_pub_vattr_setrdev(struct vattr *, dev_t);
void	rump_pub_vattr_free(struct vattr *);
void	rump_pub_vp_incref(struct vnode *);
int	rump_pub_vp_getref(struct vnode *);
void	rump_pub_vp_rele(struct vnode *);
void	rump_pub_vp_interlock(struct vnode *);
struct componentname *rump_pub_makecn(u_long, u_long, const char *, size_t,
	    struct kauth_cred *, struct lwp *);
void	rump_pub_freecn(struct componentname *, int);
int	rump_pub_namei(uint32_t, uint32_t, const char *, struct vnode **,
	    struct vnode **, struct componentname **);
int	rump_pub_vfs_unmount(struct mount *, int);
int	rump_pub_vfs_root(struct mount *, struct vnode **, int);
int	rump_pub_vfs_statvfs(struct mount *, struct statvfs *);
int	rump_pub_vfs_sync(struct mount *, int, struct kauth_cred *);
int	rump_pub_vfs_fhtovp(struct mount *, struct fid *, struct vnode **);
int	rump_pub_vfs_vptofh(struct vnode *, struct fid *, size_t *);
void	rump_pub_vfs_syncwait(struct mount *);
int	rump_pub_vfs_getmp(const char *, struct mount **);

#endif /* _RUMPVFS_RUMP_VFS_PUB_H_ */
