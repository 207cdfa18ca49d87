/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/mount.h - mounted file systems and their operations.
 *
 * Fields	:	stable after creation
 *		l	mountlist_lock
 *		m	mntvnode_lock
 *		u	mnt_updating (and the mount is busy)
 *		a	atomic
 */

#ifndef _SYS_MOUNT_H_
#define _SYS_MOUNT_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/condvar.h>
#include <sys/fstypes.h>
#include <sys/statvfs.h>
#include <sys/kauth.h>
#include <sys/vnode.h>

struct lwp;
struct quotactl_args;
struct vattr;
struct vfsops;
struct vnode;
struct vnodeopv_desc;

#define	MFSNAMELEN	32
#define	MNAMELEN	1024

#define	MOUNT_FFS	"ffs"
#define	MOUNT_UFS	MOUNT_FFS
#define	MOUNT_NFS	"nfs"
#define	MOUNT_MFS	"mfs"
#define	MOUNT_MSDOS	"msdos"
#define	MOUNT_LFS	"lfs"
#define	MOUNT_FDESC	"fdesc"
#define	MOUNT_NULL	"null"
#define	MOUNT_KERNFS	"kernfs"
#define	MOUNT_PROCFS	"procfs"
#define	MOUNT_CD9660	"cd9660"
#define	MOUNT_UNION	"union"
#define	MOUNT_EXT2FS	"ext2fs"
#define	MOUNT_PTYFS	"ptyfs"
#define	MOUNT_V7FS	"v7fs"
#define	MOUNT_TMPFS	"tmpfs"
#define	MOUNT_UDF	"udf"
#define	MOUNT_RUMPFS	"rumpfs"

TAILQ_HEAD(vnodelst, vnode);

struct mount {
	TAILQ_ENTRY(mount) mnt_list;		/* l: all mounts */
	struct vfsops	*mnt_op;		/* : */
	void		*mnt_data;		/* : the file system's */
	struct vnode	*mnt_vnodecovered;	/* : mounted on */
	struct vnodelst	mnt_vnodelist;		/* m */
	krwlock_t	mnt_unmounting;		/* busy = reader */
	kmutex_t	mnt_updating;		/* serialises mount, unmount */
	kmutex_t	mnt_renamelock;		/* one rename across dirs */
	volatile unsigned mnt_refcnt;		/* a */
	unsigned	mnt_recursecnt;
	int		mnt_flag;		/* u: MNT_* */
	int		mnt_iflag;		/* u: IMNT_* */
	int		mnt_fs_bshift;		/* log2(block size of the fs) */
	int		mnt_dev_bshift;		/* log2(sector size) */
	bool		mnt_onsynclist;		/* syncer's */
	void		*mnt_transinfo;
	struct statvfs	mnt_stat;		/* u: cached */
	volatile uint32_t mnt_generation;	/* a: order of mounting */
};

/*
 * Operations of a file system type.  vfs_root, vfs_vget, vfs_fhtovp return a
 * referenced and locked vnode.
 */
struct vfsops {
	const char	*vfs_name;
	size_t		vfs_min_mount_data;
	int	(*vfs_mount)(struct mount *, const char *, void *, size_t *);
	int	(*vfs_start)(struct mount *, int);
	int	(*vfs_unmount)(struct mount *, int);
	int	(*vfs_root)(struct mount *, struct vnode **);
	int	(*vfs_quotactl)(struct mount *, struct quotactl_args *);
	int	(*vfs_statvfs)(struct mount *, struct statvfs *);
	int	(*vfs_sync)(struct mount *, int, kauth_cred_t);
	int	(*vfs_vget)(struct mount *, ino_t, struct vnode **);
	int	(*vfs_loadvnode)(struct mount *, struct vnode *,
		    const void *, size_t, const void **);
	int	(*vfs_newvnode)(struct mount *, struct vnode *, struct vnode *,
		    struct vattr *, kauth_cred_t, size_t *, const void **);
	int	(*vfs_fhtovp)(struct mount *, struct fid *, struct vnode **);
	int	(*vfs_vptofh)(struct vnode *, struct fid *, size_t *);
	void	(*vfs_init)(void);
	void	(*vfs_reinit)(void);
	void	(*vfs_done)(void);
	int	(*vfs_mountroot)(void);
	int	(*vfs_snapshot)(struct mount *, struct vnode *,
		    struct timespec *);
	int	(*vfs_extattrctl)(struct mount *, int, struct vnode *, int,
		    const char *);
	int	(*vfs_suspendctl)(struct mount *, int);
	void	(*vfs_renamelock_enter)(struct mount *);
	void	(*vfs_renamelock_exit)(struct mount *);
	int	(*vfs_fsync)(struct vnode *, int);
	const struct vnodeopv_desc * const *vfs_opv_descs;
	int		vfs_refcount;		/* vfs_list_lock: mounts */
	LIST_ENTRY(vfsops) vfs_list;		/* vfs_list_lock */
};

#define	VFS_MOUNT(mp, path, data, len) \
	((*(mp)->mnt_op->vfs_mount)((mp), (path), (data), (len)))
#define	VFS_START(mp, f)	((*(mp)->mnt_op->vfs_start)((mp), (f)))
#define	VFS_UNMOUNT(mp, f)	((*(mp)->mnt_op->vfs_unmount)((mp), (f)))
#define	VFS_ROOT(mp, vpp)	((*(mp)->mnt_op->vfs_root)((mp), (vpp)))
#define	VFS_QUOTACTL(mp, a)	((*(mp)->mnt_op->vfs_quotactl)((mp), (a)))
#define	VFS_STATVFS(mp, sbp)	((*(mp)->mnt_op->vfs_statvfs)((mp), (sbp)))
#define	VFS_SYNC(mp, w, c)	((*(mp)->mnt_op->vfs_sync)((mp), (w), (c)))
#define	VFS_VGET(mp, ino, vpp)	((*(mp)->mnt_op->vfs_vget)((mp), (ino), (vpp)))
#define	VFS_LOADVNODE(mp, vp, key, len, nkey) \
	((*(mp)->mnt_op->vfs_loadvnode)((mp), (vp), (key), (len), (nkey)))
#define	VFS_NEWVNODE(mp, dvp, vp, vap, cred, len, nkey) \
	((*(mp)->mnt_op->vfs_newvnode)((mp), (dvp), (vp), (vap), (cred), \
	    (len), (nkey)))
#define	VFS_FHTOVP(mp, fid, vpp) \
	((*(mp)->mnt_op->vfs_fhtovp)((mp), (fid), (vpp)))
#define	VFS_VPTOFH(vp, fid, sz) \
	((*(vp)->v_mount->mnt_op->vfs_vptofh)((vp), (fid), (sz)))
#define	VFS_SNAPSHOT(mp, vp, ts) \
	((*(mp)->mnt_op->vfs_snapshot)((mp), (vp), (ts)))
#define	VFS_EXTATTRCTL(mp, cmd, vp, ns, name) \
	((*(mp)->mnt_op->vfs_extattrctl)((mp), (cmd), (vp), (ns), (name)))
#define	VFS_SUSPENDCTL(mp, cmd)	((*(mp)->mnt_op->vfs_suspendctl)((mp), (cmd)))
#define	VFS_RENAMELOCK_ENTER(mp) ((*(mp)->mnt_op->vfs_renamelock_enter)(mp))
#define	VFS_RENAMELOCK_EXIT(mp)	((*(mp)->mnt_op->vfs_renamelock_exit)(mp))
#define	VFS_FSYNC(mp, vp, f)	((*(mp)->mnt_op->vfs_fsync)((vp), (f)))
#define	VFS_MAX_MOUNT_DATA	8192

LIST_HEAD(vfs_list_head, vfsops);
TAILQ_HEAD(mntlist, mount);

extern struct vfs_list_head	vfs_list;
extern kmutex_t			vfs_list_lock;
extern struct mntlist		mountlist;
extern kmutex_t			mountlist_lock;
extern int			dovfsusermount;

/* vfs_init.c */
void	vfsinit(void);
int	vfs_attach(struct vfsops *);
int	vfs_detach(struct vfsops *);
void	vfs_reinit(void);
struct vfsops *vfs_getopsbyname(const char *);
void	vfs_delref(struct vfsops *);
void	vfs_opv_init(const struct vnodeopv_desc * const *);
void	vfs_opv_free(const struct vnodeopv_desc * const *);

/* vfs_mount.c */
void	vfs_mount_sysinit(void);
struct mount *vfs_mountalloc(struct vfsops *, struct vnode *covered);
int	vfs_busy(struct mount *, struct mount **nextp);
void	vfs_unbusy(struct mount *, bool keepref, struct mount **nextp);
void	vfs_destroy(struct mount *);
int	mount_domount(struct lwp *, struct vnode **, struct vfsops *,
	    const char *, int flags, void *data, size_t *datalen);
int	dounmount(struct mount *, int flags, struct lwp *);
int	vfs_rootmountalloc(const char *fstype, const char *devname,
	    struct mount **);
bool	vfs_unmountall(struct lwp *);
bool	vfs_unmountall1(struct lwp *, bool force, bool verbose);
void	vfs_sync_all(struct lwp *);
void	do_sys_sync(struct lwp *);
void	vfs_shutdown(void);
int	vfs_mountroot(void);
void	vfs_set_lowermount(struct mount *, struct mount *);
struct mount *vfs_getvfs(fsid_t *);
void	vfs_getnewfsid(struct mount *);
int	vfs_drainvnodes(void);
int	vfs_stdextattrctl(struct mount *, int, struct vnode *, int,
	    const char *);
int	vfs_stdsuspendctl(struct mount *, int);
void	genfs_renamelock_enter(struct mount *);
void	genfs_renamelock_exit(struct mount *);

/* vfs_stdops.c */
int	vfs_stdquotactl(struct mount *, struct quotactl_args *);
int	vfs_stdvget(struct mount *, ino_t, struct vnode **);
int	vfs_stdnewvnode(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, kauth_cred_t, size_t *, const void **);
int	vfs_stdsnapshot(struct mount *, struct vnode *, struct timespec *);
int	vfs_stdfsync(struct vnode *, int);
int	vfs_stdfhtovp(struct mount *, struct fid *, struct vnode **);
int	vfs_stdvptofh(struct vnode *, struct fid *, size_t *);
int	vfs_inovget(struct mount *, ino_t, struct vnode **);
int	vfs_putfid(const void *, size_t, struct fid *, size_t *);
int	vfs_stdstart(struct mount *, int);
int	vfs_stdsync(struct mount *, int, kauth_cred_t);
void	vfs_stdinit(void);

/* vfs_subr.c */
int	set_statvfs_info(const char *onp, int ukon, const char *fromp,
	    int ukfrom, const char *vfsname, struct mount *, struct lwp *);
void	set_statvfs_fsid(struct statvfs *, dev_t, int typenum);
void	copy_statvfs_info(struct statvfs *, const struct mount *);
int	makefstype(const char *);
int	vfs_composefh(struct vnode *, fhandle_t *, size_t *);
int	vfs_composefh_alloc(struct vnode *, fhandle_t **);
void	vfs_composefh_free(fhandle_t *);
int	vfs_fhtovp(fhandle_t *, struct vnode **);
int	vfs_copyinfh_alloc(const void *, size_t, fhandle_t **);
void	vfs_copyinfh_free(fhandle_t *);
struct mount *vfs_mountedon_get(struct vnode *);
int	vfs_mountedon(struct vnode *);
int	eopnotsupp(void);
int	vfs_vnode_getattr_dev(struct mount *, dev_t *);

/* vfs_syscalls_mount.c */
int	do_sys_mount(struct lwp *, struct vfsops *, const char *type,
	    const char *path, int flags, void *data, int dataseg,
	    size_t data_len, register_t *);
int	do_sys_pstatvfs(struct lwp *, const char *, int flags,
	    struct statvfs *);
int	dostatvfs(struct mount *, struct statvfs *, struct lwp *, int flags,
	    int root);

/* vfs_hooks.c */
struct vfs_hooks {
	LIST_ENTRY(vfs_hooks) vfs_hooks_list;
	void	(*vh_unmount)(struct mount *);
	int	(*vh_reexport)(struct mount *, const char *, void *);
	void	(*vh_future_expansion_1)(void);
};
int	vfs_hooks_attach(struct vfs_hooks *);
int	vfs_hooks_detach(struct vfs_hooks *);
void	vfs_hooks_unmount(struct mount *);
int	vfs_hooks_reexport(struct mount *, const char *, void *);

#endif /* _SYS_MOUNT_H_ */
