/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/vnode.h - the vnode: a file of any file system.
 *
 * Fields	:	stable after creation
 *		i	v_interlock
 *		v	v_lock (the vnode lock, VOP_LOCK)
 *		a	atomic
 *		b	bufcache_lock
 *		m	mntvnode_lock
 *		u	the lock of the object
 *
 * What an operation expects of the vnode lock (L locked, U unlocked but
 * referenced, - not touched, = unchanged), and what it leaves.
 *
 *	op			vnode	in  out error	notes
 *	vop_lookup		dvp	L   L   L
 *				*vpp	-   U   -	may equal dvp
 *	vop_create		dvp	L   L   L
 *				*vpp	-   U   -
 *	vop_mknod		dvp	L   L   L
 *				*vpp	-   U   -
 *	vop_mkdir		dvp	L   L   L
 *				*vpp	-   U   -
 *	vop_symlink		dvp	L   L   L
 *				*vpp	-   U   -
 *	vop_whiteout		dvp	L   L   L
 *	vop_open		vp	L   L   L
 *	vop_close		vp	L   L   L
 *	vop_access		vp	L   L   L
 *	vop_getattr		vp	L   L   L	shared is enough
 *	vop_setattr		vp	L   L   L	exclusive
 *	vop_read		vp	L   L   L	shared is enough
 *	vop_write		vp	L   L   L	exclusive
 *	vop_fallocate		vp	L   L   L
 *	vop_fdiscard		vp	L   L   L
 *	vop_ioctl		vp	U   U   U
 *	vop_fcntl		vp	L   L   L
 *	vop_poll		vp	U   U   U
 *	vop_kqfilter		vp	U   U   U
 *	vop_revoke		vp	U   U   U
 *	vop_mmap		vp	=   =   =
 *	vop_fsync		vp	L   L   L
 *	vop_seek		vp	U   U   U
 *	vop_remove		dvp	L   -   -	released (vput)
 *				vp	L   -   -	released (vput)
 *	vop_rmdir		dvp	L   -   -	released (vput)
 *				vp	L   -   -	released (vput)
 *	vop_link		dvp	L   L   L	vp stays referenced
 *				vp	U   U   U
 *	vop_rename		fdvp	U   -   -	released (vrele)
 *				fvp	U   -   -	released (vrele)
 *				tdvp	L   -   -	released
 *				tvp	L   -   -	released; may be NULL
 *	vop_readdir		vp	L   L   L
 *	vop_readlink		vp	L   L   L
 *	vop_abortop		dvp	=   =   =
 *	vop_inactive		vp	L   U   U	unlocks
 *	vop_reclaim		vp	U   U   U
 *	vop_lock		vp	U   L   U
 *	vop_unlock		vp	L   U   L
 *	vop_bmap		vp	=   =   =
 *	vop_strategy		vp	=   =   =
 *	vop_pathconf		vp	L   L   L
 *	vop_advlock		vp	U   U   U
 *	vop_bwrite		vp	=   =   =
 *	vop_{get,set,list,delete,open,close}extattr	vp	L   L   L
 */

#ifndef _SYS_VNODE_H_
#define _SYS_VNODE_H_

#include <sys/types.h>
#include <sys/atomic.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/condvar.h>
#include <sys/time.h>
#include <sys/event.h>
#include <sys/uio.h>
#include <sys/kauth.h>

#include <sys/vnode_if.gen.h>

struct buf;
struct file;
struct iovec;
struct knote;
struct lwp;
struct mount;
struct nameidata;
struct socket;
struct specnode;
struct fifoinfo;
struct stat;
struct uio;

enum vtype { VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD };

#define	VNODE_TYPES \
	"VNON", "VREG", "VDIR", "VBLK", "VCHR", "VLNK", "VSOCK", "VFIFO", "VBAD"

/* Which file system a vnode belongs to; for pstat-like programs only. */
enum vtagtype {
	VT_NON, VT_UFS, VT_NFS, VT_MFS, VT_MSDOSFS, VT_LFS, VT_LOFS, VT_FDESC,
	VT_PORTAL, VT_NULL, VT_UMAP, VT_KERNFS, VT_PROCFS, VT_AFS, VT_ISOFS,
	VT_UNION, VT_ADOSFS, VT_EXT2FS, VT_CODA, VT_FILECORE, VT_NTFS, VT_VFS,
	VT_OVERLAY, VT_SMBFS, VT_PTYFS, VT_TMPFS, VT_UDF, VT_SYSVBFS, VT_PUFFS,
	VT_HFS, VT_EFS, VT_ZFS, VT_RUMP, VT_NILFS, VT_V7FS, VT_CHFS
};

#define	VNODE_TAGS \
	"VT_NON", "VT_UFS", "VT_NFS", "VT_MFS", "VT_MSDOSFS", "VT_LFS", \
	"VT_LOFS", "VT_FDESC", "VT_PORTAL", "VT_NULL", "VT_UMAP", \
	"VT_KERNFS", "VT_PROCFS", "VT_AFS", "VT_ISOFS", "VT_UNION", \
	"VT_ADOSFS", "VT_EXT2FS", "VT_CODA", "VT_FILECORE", "VT_NTFS", \
	"VT_VFS", "VT_OVERLAY", "VT_SMBFS", "VT_PTYFS", "VT_TMPFS", \
	"VT_UDF", "VT_SYSVBFS", "VT_PUFFS", "VT_HFS", "VT_EFS", "VT_ZFS", \
	"VT_RUMP", "VT_NILFS", "VT_V7FS", "VT_CHFS"

#ifndef _BUFLISTS_DECLARED
#define	_BUFLISTS_DECLARED
LIST_HEAD(buflists, buf);
#endif

typedef off_t voff_t;

struct vnode {
	int		(**v_op)(void *);	/* : operations; changes to dead */
	struct mount	*v_mount;		/* : */
	void		*v_data;		/* : the file system's node */
	enum vtype	v_type;			/* : */
	enum vtagtype	v_tag;			/* : */

	volatile unsigned v_usecount;		/* a: references */
	int		v_iflag;		/* i: VI_* */
	int		v_vflag;		/* v: VV_* */
	int		v_uflag;		/* u: VU_*, the file system's */
	int		v_writecount;		/* i: open for writing */
	int		v_holdcnt;		/* i: buffers hold the vnode */
	int		v_synclist_slot;	/* syncer's */
	int		v_numoutput;		/* i: writes in flight */

	kmutex_t	*v_interlock;		/* : */
	krwlock_t	v_lock;			/* v: */
	kcondvar_t	v_cv;			/* i: state, v_numoutput */

	voff_t		v_size;			/* v: length known to the VM */
	voff_t		v_writesize;

	union {
		struct mount	*vu_mountedhere;	/* v: VDIR */
		struct socket	*vu_socket;		/* v: VSOCK */
		struct specnode	*vu_specnode;		/* v: VCHR, VBLK */
		struct fifoinfo	*vu_fifoinfo;		/* v: VFIFO */
	} v_un;

	TAILQ_ENTRY(vnode) v_mntvnodes;		/* m: vnodes of the mount */
	LIST_ENTRY(vnode) v_synclist;		/* syncer's: dirty vnodes */
	struct buflists	v_cleanblkhd;		/* b: clean buffers */
	struct buflists	v_dirtyblkhd;		/* b: dirty buffers */
	void		*v_buftree;		/* b: owner vfs_bio.c */

	struct klist	v_klist;		/* i: knotes */
	struct lockf	*v_lockf;		/* advisory locks, see lockf.h */
	void		*v_segvguard;		/* i: free for modules */
};

#define	v_mountedhere	v_un.vu_mountedhere
#define	v_socket	v_un.vu_socket
#define	v_specnode	v_un.vu_specnode
#define	v_fifoinfo	v_un.vu_fifoinfo

typedef struct vnode vnode_t;

/* v_vflag: under v_lock */
#define	VV_ROOT		0x00000001	/* root of its file system */
#define	VV_SYSTEM	0x00000002	/* used by the kernel itself */
#define	VV_ISTTY	0x00000004
#define	VV_MAPPED	0x00000008
#define	VV_MPSAFE	0x00000010	/* the file system locks for itself */

/* v_iflag: under v_interlock */
#define	VI_TEXT		0x00000100
#define	VI_EXECMAP	0x00000200
#define	VI_WRMAP	0x00000400
#define	VI_WRMAPDIRTY	0x00000800
#define	VI_ONWORKLST	0x00004000
#define	VI_DEADCHECK	0x00008000
#define	VI_INACTNOW	0x00020000
#define	VI_XLOCK	0x00040000	/* being reclaimed */
#define	VI_CLEAN	0x00080000	/* reclaimed, on deadfs */
#define	VI_LOCKSWORK	0x00100000	/* the vnode lock works after reclaim */

/*
 * v_usecount: references, and two bits.  GATE: vgone() got the vnode, the
 * caches give no new references.  INACT: locked exclusively since the last
 * VOP_INACTIVE, so the last vrele() has to call it.
 */
#define	VUSECOUNT_GATE	0x80000000u
#define	VUSECOUNT_INACT	0x40000000u
#define	VUSECOUNT_MASK	0x3fffffffu
#define	vrefcnt(vp)							\
	((int)(atomic_load_relaxed(&(vp)->v_usecount) & VUSECOUNT_MASK))

/* v_uflag */
#define	VU_DIROP	0x01000000

#define	VNODE_FLAGBITS \
	"\20\1ROOT\2SYSTEM\3ISTTY\4MAPPED\5MPSAFE\11TEXT\12EXECMAP" \
	"\13WRMAP\14WRMAPDIRTY\17ONWORKLST\22INACTNOW\23XLOCK\24CLEAN"

/* Attributes; VNOVAL in a field means: not set. */
struct vattr {
	enum vtype	va_type;
	mode_t		va_mode;
	nlink_t		va_nlink;
	uid_t		va_uid;
	gid_t		va_gid;
	dev_t		va_fsid;
	ino_t		va_fileid;
	u_quad_t	va_size;
	long		va_blocksize;
	struct timespec	va_atime;
	struct timespec	va_mtime;
	struct timespec	va_ctime;
	struct timespec	va_birthtime;
	u_long		va_gen;
	u_long		va_flags;
	dev_t		va_rdev;
	u_quad_t	va_bytes;	/* bytes of storage */
	u_quad_t	va_filerev;
	u_int		va_vaflags;
	long		va_spare;
};

#define	VNOVAL		(-1)
#define	VA_UTIMES_NULL	0x01		/* utimes(NULL): write is enough */
#define	VA_EXCLUSIVE	0x02		/* O_EXCL */

/* ioflag of VOP_READ, VOP_WRITE */
#define	IO_UNIT		0x00010		/* all or nothing */
#define	IO_APPEND	0x00020
#define	IO_SYNC		(0x40 | IO_DSYNC)
#define	IO_NODELOCKED	0x00080
#define	IO_NDELAY	0x00100
#define	IO_DSYNC	0x00200
#define	IO_ALTSEMANTICS	0x00400
#define	IO_NORMAL	0x00800
#define	IO_EXT		0x01000
#define	IO_DIRECT	0x02000
#define	IO_JOURNALLOCKED 0x04000
#define	IO_ADV_MASK	0x00003
#define	IO_ADV_ENCODE(a)	(((a) << 0) & IO_ADV_MASK)
#define	IO_ADV_DECODE(f)	(((f) & IO_ADV_MASK) >> 0)

/* VOP_ACCESS: octal bits of the owner class */
#define	VEXEC		00100
#define	VWRITE		00200
#define	VREAD		00400
#define	VADMIN		010000

/* flags of VOP_LOCK, vn_lock */
#define	LK_NONE		0x00000000
#define	LK_SHARED	0x00000001
#define	LK_EXCLUSIVE	0x00000002
#define	LK_UPGRADE	0x00000010
#define	LK_DOWNGRADE	0x00000020
#define	LK_NOWAIT	0x00000100
#define	LK_RETRY	0x00000200	/* vn_lock: also a reclaimed vnode */

/* flags of vflush, vinvalbuf, VOP_FSYNC, VOP_REVOKE, vclean */
#define	SKIPSYSTEM	0x0001
#define	FORCECLOSE	0x0002
#define	WRITECLOSE	0x0004
#define	DOCLOSE		0x0008
#define	V_SAVE		0x0001

#define	FSYNC_WAIT	0x0001
#define	FSYNC_DATAONLY	0x0002
#define	FSYNC_RECLAIM	0x0008
#define	FSYNC_LAZY	0x0010
#define	FSYNC_NOLOG	0x0040
#define	FSYNC_VFS	0x0080
#define	FSYNC_CACHE	0x0100		/* flush the device's cache too */

#define	UPDATE_WAIT	0x0001
#define	UPDATE_DIROP	0x0002
#define	UPDATE_CLOSE	0x0004

#define	REVOKEALL	0x0001		/* VOP_REVOKE: all aliases */

#define	PGO_CLEANIT	0x001		/* VOP_PUTPAGES; v_interlock is held */
#define	PGO_SYNCIO	0x002
#define	PGO_DEACTIVATE	0x004
#define	PGO_FREE	0x008
#define	PGO_ALLPAGES	0x010

struct vnodeop_desc {
	int		vdesc_offset;
	const char	*vdesc_name;
};

struct vnodeopv_entry_desc {
	const struct vnodeop_desc *opve_op;
	int		(*opve_impl)(void *);
};

struct vnodeopv_desc {
	int		(***opv_desc_vector_p)(void *);
	const struct vnodeopv_entry_desc *opv_desc_ops;	/* ends with NULL */
};

#define	VDESC(op)	(&(op##_desc))
#define	VCALL(vp, off, ap)	((*(vp)->v_op[off])(ap))
#define	VOCALL(vec, off, ap)	((*(vec)[off])(ap))
#define	VOFFSET(op)	(VDESC(op)->vdesc_offset)

/* The slot of an operation that a vector does not name: EOPNOTSUPP. */
int	vn_default_error(void *);

extern const enum vtype	iftovt_tab[16];
extern const int	vttoif_tab[9];
#define	IFTOVT(mode)	(iftovt_tab[((mode) & 0170000) >> 12])
#define	VTTOIF(indx)	(vttoif_tab[(int)(indx)])
#define	MAKEIMODE(indx, mode)	(int)(VTTOIF(indx) | (mode))

#define	VOP_FLAGS(x)	(x)

/* Without the interlock: who attaches a knote looks at the file afterwards. */
static inline __no_tsan bool
vn_watched(const struct vnode *vp)
{

	return !SLIST_EMPTY(&vp->v_klist);
}

#define	VN_KNOTE(vp, hint) do {						\
	if (vn_watched(vp)) {						\
		mutex_enter((vp)->v_interlock);				\
		KNOTE(&(vp)->v_klist, (hint));				\
		mutex_exit((vp)->v_interlock);				\
	}								\
} while (0)
#define	HOLDRELE(vp)	holdrele(vp)
#define	VHOLD(vp)	vhold(vp)

#define	NULLVP		((struct vnode *)NULL)
#define	DEV_BDIRVP	NULLVP

/* Common vnodes */
extern struct vnode	*rootvnode;
extern u_int		numvnodes;
extern int		desiredvnodes;		/* soft limit, RUMP_NVNODES */
extern long		numfreevnodes;
extern kmutex_t		mntvnode_lock;

/* vfs_vnode.c: life cycle */
void	vfs_vnode_sysinit(void);
int	getnewvnode(enum vtagtype, struct mount *, int (**)(void *),
	    kmutex_t *, struct vnode **);
void	ungetnewvnode(struct vnode *);
struct vnode *vnalloc(struct mount *);
void	vnfree(struct vnode *);
void	vref(struct vnode *);
int	vget(struct vnode *, int flags, bool wait);
void	vrele(struct vnode *);
void	vrele_async(struct vnode *);
void	vput(struct vnode *);
void	vgone(struct vnode *);
bool	vrecycle(struct vnode *);
void	vrevoke(struct vnode *);
void	vhold(struct vnode *);
void	vholdl(struct vnode *);
void	holdrele(struct vnode *);
void	holdrelel(struct vnode *);
void	vmark(struct vnode *, struct vnode *);
struct vnode *vunmark(struct vnode *);
int	vdead_check(struct vnode *, int flags);
#define	VDEAD_NOWAIT	0x0001
int	vcache_get(struct mount *, const void *key, size_t len, struct vnode **);
int	vcache_tryvget(struct vnode *);
int	vcache_vget(struct vnode *);
bool	vcache_inuse(struct mount *, const void *key, size_t len);
int	vcache_new(struct mount *, struct vnode *dvp, struct vattr *,
	    kauth_cred_t, struct vnode **);
int	vcache_rekey_enter(struct mount *, struct vnode *, const void *oldkey,
	    size_t, const void *newkey, size_t);
void	vcache_rekey_exit(struct mount *, struct vnode *, const void *oldkey,
	    size_t, const void *newkey, size_t);
void	vcache_remove(struct mount *, const void *key, size_t);
void	insmntque(struct vnode *, struct mount *);
int	vflush(struct mount *, struct vnode *skip, int flags);
void	vprint(const char *, struct vnode *);
int	vn_reclaim_excess(void);

/* Iterate over the vnodes of a mount; next() gives a referenced vnode. */
struct vnode_iterator;
void	vfs_vnode_iterator_init(struct mount *, struct vnode_iterator **);
void	vfs_vnode_iterator_destroy(struct vnode_iterator *);
struct vnode *vfs_vnode_iterator_next(struct vnode_iterator *,
	    bool (*)(void *, struct vnode *), void *);

/* vfs_subr.c */
void	vattr_null(struct vattr *);
void	vfs_timestamp(struct timespec *);
int	vaccess(enum vtype, mode_t, uid_t, gid_t, mode_t, kauth_cred_t);
int	vfinddev(dev_t, enum vtype, struct vnode **);
int	bdevvp(dev_t, struct vnode **);
int	cdevvp(dev_t, struct vnode **);
void	vdevgone(int maj, int minl, int minh, enum vtype);
int	vcount(struct vnode *);
bool	vn_isdisk(struct vnode *, int *errp);
int	dorevoke(struct vnode *, kauth_cred_t);
uint8_t	vtype2dt(enum vtype);
void	vntblinit(void);
void	vfs_unixify_accmode(int *);
/* vfs_bio.c (buffer lists of a vnode) */
int	vinvalbuf(struct vnode *, int flags, kauth_cred_t, struct lwp *,
	    bool catch_p, int slptimeo);
int	vtruncbuf(struct vnode *, daddr_t lbn, bool catch_p, int slptimeo);
int	vflushbuf(struct vnode *, int flags);
void	vwakeup(struct buf *);
void	reassignbuf(struct buf *, struct vnode *);
void	brelvp(struct buf *);
void	bgetvp(struct vnode *, struct buf *);

/* vfs_syncer.c: a vnode (or mount) got dirty and wants a flush later */
void	vn_syncer_add_to_worklist(struct vnode *, int delay);
void	vn_syncer_remove_from_worklist(struct vnode *);
void	vfs_syncer_bufs(void);		/* a buffer got dirty */
void	vfs_syncer_add_to_worklist(struct mount *);
void	vfs_syncer_remove_from_worklist(struct mount *);
extern int syncdelay, filedelay, dirdelay, metadelay;

/* vfs_vnops.c: vnodes as files */
extern const struct fileops vnops;
int	vn_open(struct nameidata *, int fmode, int cmode);
int	vn_openchk(struct vnode *, kauth_cred_t, int fflags);
int	vn_writechk(struct vnode *);
int	vn_close(struct vnode *, int flags, kauth_cred_t);
int	vn_lock(struct vnode *, int flags);
int	vn_rdwr(enum uio_rw, struct vnode *, void *base, int len, off_t,
	    enum uio_seg, int ioflg, kauth_cred_t, size_t *aresid, struct lwp *);
int	vn_readdir(struct file *, char *buf, int segflg, u_int count,
	    int *done, struct lwp *, off_t **cookies, int *ncookies);
int	vn_stat(struct vnode *, struct stat *);
int	vn_bdev_open(dev_t, struct vnode **, struct lwp *);
int	vn_bdev_openpath(const char *, struct vnode **, struct lwp *);
int	vn_kqfilter(struct file *, struct knote *);
int	vn_bwrite(void *);
int	vn_extattr_get(struct vnode *, int ioflg, int ns, const char *name,
	    size_t *buflen, void *buf, struct lwp *);
int	vn_extattr_set(struct vnode *, int ioflg, int ns, const char *name,
	    size_t buflen, const void *buf, struct lwp *);
int	vn_extattr_rm(struct vnode *, int ioflg, int ns, const char *name,
	    struct lwp *);
void	vn_marktext(struct vnode *);
int	vn_fifo_bypass(void *);

/* vfs_getcwd.c */
int	vn_isunder(struct vnode *, struct vnode *, struct lwp *);
int	getcwd_common(struct vnode *, struct vnode *, char **, char *, int,
	    int flags, struct lwp *);
#define	GETCWD_CHECK_ACCESS	0x0001
int	vnode_to_path(char *path, size_t len, struct vnode *, struct lwp *,
	    struct lwp *);

/* The vnode knows its length from here on (there is no page cache). */
static inline void
uvm_vnp_setsize(struct vnode *vp, voff_t newsize)
{

	vp->v_size = vp->v_writesize = newsize;
}

static inline void
uvm_vnp_setwritesize(struct vnode *vp, voff_t newsize)
{

	vp->v_writesize = newsize;
}

#endif /* _SYS_VNODE_H_ */
