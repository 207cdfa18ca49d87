/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpvfs_if_pub.h - the vfs part of rump(3): vnodes, names and mounts
 * for clients that work below the system calls.
 *
 * Each function enters the kernel, does what its name says and leaves.
 */

#ifndef _RUMP_RUMPVFS_IF_PUB_H_
#define _RUMP_RUMPVFS_IF_PUB_H_

#ifdef __cplusplus
extern "C" {
#endif

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

void	rump_pub_getvninfo(struct vnode *, int *, __INT64_TYPE__ *, __UINT64_TYPE__ *);
struct vfsops *rump_pub_vfslist_iterate(struct vfsops *);
struct vfsops *rump_pub_vfs_getopsbyname(const char *);
struct vattr *rump_pub_vattr_init(void);
void	rump_pub_vattr_settype(struct vattr *, int);
void	rump_pub_vattr_setmode(struct vattr *, __UINT32_TYPE__);
void	rump_pub_vattr_setrdev(struct vattr *, __UINT64_TYPE__);
void	rump_pub_vattr_free(struct vattr *);
void	rump_pub_vp_incref(struct vnode *);
int	rump_pub_vp_getref(struct vnode *);
void	rump_pub_vp_rele(struct vnode *);
void	rump_pub_vp_interlock(struct vnode *);
struct componentname *rump_pub_makecn(unsigned long, unsigned long, const char *, __SIZE_TYPE__,
	    struct kauth_cred *, struct lwp *);
void	rump_pub_freecn(struct componentname *, int);
int	rump_pub_namei(__UINT32_TYPE__, __UINT32_TYPE__, const char *, struct vnode **,
	    struct vnode **, struct componentname **);
int	rump_pub_vfs_unmount(struct mount *, int);
int	rump_pub_vfs_root(struct mount *, struct vnode **, int);
int	rump_pub_vfs_statvfs(struct mount *, struct statvfs *);
int	rump_pub_vfs_sync(struct mount *, int, struct kauth_cred *);
int	rump_pub_vfs_fhtovp(struct mount *, struct fid *, struct vnode **);
int	rump_pub_vfs_vptofh(struct vnode *, struct fid *, __SIZE_TYPE__ *);
void	rump_pub_vfs_syncwait(struct mount *);
int	rump_pub_vfs_getmp(const char *, struct mount **);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPVFS_IF_PUB_H_ */
