/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs.h - the component's own structures.
 *
 * Fields	:	stable after mount or load
 *		v	vnode lock
 *		l	um_lock
 *		a	atomic
 *		d	ffs_dirhash.c
 *
 * Lock order	vnode -> bufs of the file (data, then indirect blocks from the
 *		top) -> group -> block of inodes -> um_lock
 */

#ifndef _FFS_FFS_H_
#define	_FFS_FFS_H_

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include <ufs/ufs/ufsmount.h>

#include "ffs_cg.h"
#include "ffs_format.h"

struct componentname;
struct dirhash;
struct ffslog;

struct ufsmount {
	struct mount	*um_mountp;	/* : */
	struct vnode	*um_devvp;	/* : */
	struct mfsnode	*um_mfsnode;	/* : of mfs, or NULL */
	dev_t		um_dev;		/* : */
	uint64_t	um_devsize;	/* : bytes */
	int		um_openflags;	/* mnt_updating: FREAD, FWRITE */
	kmutex_t	um_lock;
	struct fs	um_fs;		/* as ffs_format.h says */
	uint8_t		*um_sb;		/* l: the superblock as it was read */
	struct csum	*um_csum;	/* l: one for each group; NULL: r/o */
	uint8_t		*um_contigdirs;	/* l: directories made in a row */
	struct ffslog	*um_log;	/* mnt_updating: NULL: no journal */
	struct ffslog	*um_oldlog;	/* mnt_updating: its orphans */
};

/* i_flag */
#define	IN_ACCESS	0x01		/* to be made: atime */
#define	IN_CHANGE	0x02		/* ctime */
#define	IN_UPDATE	0x04		/* mtime */
#define	IN_ACCESSED	0x08		/* atime differs from the disk's */
#define	IN_MODIFIED	0x10		/* more than that differs */

struct inode {
	struct vnode	*i_vnode;	/* : */
	struct ufsmount	*i_ump;		/* : */
	ino_t		i_number;	/* : */
	volatile unsigned i_flag;	/* a: IN_* */
	struct ufs_dinode i_din;	/* v: decoded; times: l */
	struct vn_readahead i_ra;	/* (none) */
	struct dirhash	*i_dirhash;	/* d */
	uint32_t	i_dirhint;	/* v: chunks before it are full */
	mode_t		i_freemode;	/* v: what a freed inode was */
};
#define	i_size		i_din.di_size
#define	i_mode		i_din.di_mode
#define	i_nlink		i_din.di_nlink
#define	i_flags		i_din.di_flags

#define	VTOI(vp)	((struct inode *)(vp)->v_data)
#define	VFSTOUFS(mp)	((struct ufsmount *)(mp)->mnt_data)
#define	ITOFS(ip)	(&(ip)->i_ump->um_fs)

/* File handle. */
struct ufid {
	uint16_t	ufid_len;
	uint16_t	ufid_pad;
	uint32_t	ufid_ino;
	int32_t		ufid_gen;
};

#define	FFS_DIRMAXSIZE	((uint64_t)1 << 30)
#define	FFS_HOLE	(-1)		/* ffs_bmap: no block there */

extern int (**ffs_vnodeop_p)(void *);
extern int (**ffs_specop_p)(void *);
extern int (**ffs_fifoop_p)(void *);
extern const struct vnodeopv_desc ffs_vnodeop_opv_desc;
extern const struct vnodeopv_desc ffs_specop_opv_desc;
extern const struct vnodeopv_desc ffs_fifoop_opv_desc;

static inline void
ffs_setflag(struct inode *ip, unsigned flag)
{
	if ((atomic_load_relaxed(&ip->i_flag) & flag) != flag)
		atomic_or_uint(&ip->i_flag, flag);
}

static inline bool
ffs_isrdonly(const struct ufsmount *ump)
{
	return ump->um_fs.fs_ronly;
}

/*
 * Does metadata wait in memory?  Otherwise it goes out at once, in the order
 * in which it was changed.
 */
static inline bool
ffs_delayed(const struct ufsmount *ump)
{
	return (ump->um_mountp->mnt_flag & MNT_ASYNC) != 0 ||
	    ump->um_log != NULL;
}

/* ffs_inode.c */
void	ffs_inode_init(void);
void	ffs_inode_fini(void);
int	ffs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	ffs_newvnode(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, kauth_cred_t, size_t *, const void **);
void	ffs_itimes(struct inode *);
int	ffs_update(struct inode *, bool wait);
void	ffs_later(struct inode *);
void	ffs_orphan(struct inode *);
int	ffs_inactive(void *);
int	ffs_reclaim(void *);
bool	ffs_shortlink(const struct inode *);

/* ffs_super_io.c */
int	ffs_findsuper(struct ufsmount *, bool force);
int	ffs_sbupdate(struct ufsmount *, bool wait);
int	ffs_summary_load(struct ufsmount *);
void	ffs_summary_free(struct ufsmount *);
int	ffs_summary_update(struct ufsmount *, bool wait);
int	ffs_metaread(struct ufsmount *, struct vnode *, daddr_t, int size,
	    struct buf **);
int	ffs_metawrite(struct ufsmount *, struct buf *, uint32_t off,
	    uint32_t len);
void	ffs_metadelay(struct ufsmount *, struct buf *, uint32_t off,
	    uint32_t len);
bool	ffs_summary_changed(struct ufsmount *);
int	ffs_cachesync(struct ufsmount *);

/* ffs_alloc.c */
int	ffs_cgread(struct ufsmount *, uint32_t cgx, struct buf **,
	    struct cg *);
void	ffs_cgwrite(struct ufsmount *, struct buf *, struct cg *);
int	ffs_hashalloc(struct ufsmount *, uint32_t cgx, int64_t pref,
	    int (*)(struct ufsmount *, uint32_t, int64_t, uint32_t,
	    int64_t *), uint32_t arg, int64_t *resultp);
int64_t	ffs_blkpref(struct inode *, daddr_t lbn, int64_t prev);
int	ffs_alloc(struct inode *, int64_t pref, uint32_t frags, kauth_cred_t,
	    int64_t *addrp);
int	ffs_extend(struct inode *, int64_t addr, uint32_t have, uint32_t want,
	    kauth_cred_t);
int	ffs_blkfree(struct inode *, int64_t addr, uint32_t frags);
int	ffs_blkfree_now(struct ufsmount *, int64_t addr, uint32_t frags);

/* ffs_ialloc.c */
int	ffs_valloc(struct inode *dp, mode_t, ino_t *);
int	ffs_vfree(struct ufsmount *, ino_t, mode_t);

/* ffs_bmap.c */
struct bmap_path {			/* from the inode to a block */
	int	bp_level;		/* indirections; 0: direct */
	daddr_t	bp_start;		/* first block of the tree */
	daddr_t	bp_rest;		/* lbn - bp_start */
	uint64_t bp_span[UFS_NIADDR + 1]; /* blocks under a pointer, by level */
};
int	ffs_bmap_path(const struct fs *, daddr_t lbn, struct bmap_path *);
int	ffs_getindir(struct inode *, daddr_t metalbn, int64_t addr,
	    struct buf **);
int64_t	ffs_indir_get(const struct fs *, const void *table, uint32_t i);
void	ffs_indir_set(const struct fs *, void *table, uint32_t i, int64_t);
int	ffs_bmap_lbn(struct inode *, daddr_t lbn, int64_t *addrp, int *runp);
int	ffs_bmap(void *);
int	ffs_strategy(void *);

/* ffs_balloc.c */
int	ffs_balloc(struct inode *, off_t off, int len, bool whole,
	    kauth_cred_t, struct buf **);

int	ffs_setblock(struct inode *, daddr_t lbn, int64_t addr);

/* ffs_truncate.c */
int	ffs_truncate(struct inode *, uint64_t length, kauth_cred_t);

/* ffs_dir.c */
struct dirpos {				/* a place in a directory */
	struct vnode	*dp_vp;
	uint64_t	dp_off;		/* next entry */
	uint64_t	dp_here;	/* entry in dp_ent */
	struct buf	*dp_bp;		/* block, or NULL */
	daddr_t		dp_lbn;		/* of dp_bp */
	struct ufs_direntry dp_ent;	/* valid until the next step */
};
int	ffs_dir_next(struct dirpos *);
void	ffs_dir_end(struct dirpos *);
int	ffs_dir_find(struct vnode *, const char *, size_t, uint64_t *offp,
	    ino_t *);
int	ffs_dir_enter(struct vnode *, const struct componentname *, ino_t,
	    uint8_t type);
int	ffs_dir_remove(struct vnode *, const struct componentname *, ino_t);
int	ffs_dir_rewrite(struct vnode *, const char *, size_t, ino_t old,
	    ino_t new, uint8_t type);
bool	ffs_dir_empty(struct vnode *);

/* ffs_dirhash.c */
void	ffs_dirhash_init(void);
void	ffs_dirhash_fini(void);
bool	ffs_dirhash_ready(struct inode *);
int	ffs_dirhash_lookup(struct inode *, uint32_t hash, unsigned *cursor,
	    uint64_t *offp);
void	ffs_dirhash_add(struct inode *, const struct ufs_direntry *,
	    uint64_t off);
void	ffs_dirhash_remove(struct inode *, const struct ufs_direntry *,
	    uint64_t off);
int	ffs_dirhash_findfree(struct inode *, size_t need, uint64_t *offp);
void	ffs_dirhash_chunk(struct inode *, uint64_t off, const uint8_t *);
uint64_t ffs_dirhash_end(struct inode *);
void	ffs_dirhash_cut(struct inode *);
void	ffs_dirhash_free(struct inode *);

/* ffs_lookup.c */
int	ffs_lookup(void *);
int	ffs_readdir(void *);

/* ffs_vnops.c: names */
int	ffs_create(void *);
int	ffs_mknod(void *);
int	ffs_remove(void *);
int	ffs_link(void *);
int	ffs_mkdir(void *);
int	ffs_rmdir(void *);
int	ffs_symlink(void *);
int	ffs_whiteout(void *);
int	ffs_unlink(struct vnode *dvp, const struct componentname *,
	    struct vnode *);

/* ffs_rename.c */
int	ffs_rename(void *);

/* ffs_attr.c */
int	ffs_access(void *);
int	ffs_getattr(void *);
int	ffs_setattr(void *);

/* ffs_rwops.c: contents */
int	ffs_open(void *);
int	ffs_read(void *);
int	ffs_write(void *);
int	ffs_writeshort(struct vnode *, const void *, size_t, kauth_cred_t);
int	ffs_readlink(void *);
int	ffs_fsync(void *);
int	ffs_print(void *);
int	ffs_pathconf(void *);
int	ffs_spec_read(void *);
int	ffs_spec_write(void *);
int	ffs_spec_fsync(void *);
int	ffs_fifo_read(void *);
int	ffs_fifo_write(void *);

/* ffs_extattr.c */
void	ffs_ea_free(struct inode *);
int	ffs_getextattr(void *);
int	ffs_listextattr(void *);
int	ffs_setextattr(void *);
int	ffs_deleteextattr(void *);

/* ffs_mount.c */
int	ffs_mount(struct mount *, const char *, void *, size_t *);
int	ffs_mountfs(struct mount *, struct vnode *devvp);
struct ufs_args;
int	ffs_remount(struct mount *, const struct ufs_args *);
int	ffs_unmount(struct mount *, int);

/* ffs_vfsops.c */
extern struct vfsops ffs_vfsops;
int	ffs_sync(struct mount *, int, kauth_cred_t);

#endif /* !_FFS_FFS_H_ */
