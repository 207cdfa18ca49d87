/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs.h - the component's own structures.
 *
 * Fields	:	stable after mount or load
 *		u	um_lock
 *		v	vnode lock
 *		i	v_interlock; other fields of i_din: v
 *		x	i_extlock, or the vnode lock exclusively
 *
 * Locking	v_lock -> i_extlock -> um_lock -> a buffer of the device
 *		Nobody asks for a second buffer of the device while he owns
 *		one, so a damaged image cannot make two of them the same.
 */

#ifndef _EXT2FS_EXT2FS_H_
#define	_EXT2FS_EXT2FS_H_

#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include <ufs/ufs/ufsmount.h>

#include "ext2fs_format.h"

struct ufsmount {
	struct mount	*um_mountp;	/* : */
	struct vnode	*um_devvp;	/* : */
	dev_t		um_dev;		/* : */
	uint64_t	um_devsize;	/* : bytes */
	int		um_openflags;	/* : FREAD, FWRITE */
	bool		um_orphans;	/* : the mount frees them now */
	kmutex_t	um_lock;	/* counts, bitmaps, descriptors */
	struct m_ext2fs	um_e2fs;
};

struct componentname;

/* A run of blocks. */
struct ext2fs_extent {
	uint32_t x_lbn, x_len;
	uint32_t x_blk;
	bool	x_uninit;		/* reads as zeros */
};

struct ext2fs_treeblk {
	uint32_t t_blk;
	bool	t_written;		/* there is a block of the tree there */
};

/* All runs of an extent-mapped file, and the tree blocks that hold them. */
struct ext2fs_extmap {
	struct ext2fs_extent *xm_ext;	/* x: sorted, disjoint */
	uint32_t xm_count, xm_max;	/* x */
	struct ext2fs_treeblk *xm_tree;	/* x: leaves, then the level above .. */
	uint32_t xm_ntree, xm_maxtree;	/* x */
	uint32_t *xm_dead;		/* v: to be freed after the inode */
	uint32_t xm_ndead, xm_maxdead;	/* v */
	bool	xm_loaded;		/* x */
	bool	xm_dirty;		/* v: differs from the disk */
};

struct inode {
	struct vnode	*i_vnode;	/* : */
	struct ufsmount	*i_ump;		/* : */
	ino_t		i_number;	/* : */
	struct ext2fs_dinode i_din;	/* v, times i */
	u_int		i_flag;		/* atomic: IN_MODIFIED */
	kmutex_t	i_extlock;
	struct ext2fs_extmap i_ext;
	uint64_t	i_dirhint;	/* v: no room before this offset .. */
	uint32_t	i_dirneed;	/* v: .. for entries of this size */
	struct vn_readahead i_ra;	/* (none) */
};
#define	i_size		i_din.e2di_size
#define	i_mode		i_din.e2di_mode

#define	IN_ACCESS	0x0001		/* access time is now */
#define	IN_CHANGE	0x0002		/* change time is now */
#define	IN_UPDATE	0x0004		/* modification time is now */
#define	IN_MODIFIED	0x0008		/* the inode differs from the disk */

#define	VTOI(vp)	((struct inode *)(vp)->v_data)
#define	VFSTOUFS(mp)	((struct ufsmount *)(mp)->mnt_data)
#define	ITOFS(ip)	(&(ip)->i_ump->um_e2fs)

/* File handle. */
struct ufid {
	uint16_t	ufid_len;
	uint16_t	ufid_pad;
	uint32_t	ufid_ino;
	uint32_t	ufid_gen;
};

extern int (**ext2fs_vnodeop_p)(void *);
extern int (**ext2fs_specop_p)(void *);
extern int (**ext2fs_fifoop_p)(void *);
extern const struct vnodeopv_desc ext2fs_vnodeop_opv_desc;
extern const struct vnodeopv_desc ext2fs_specop_opv_desc;
extern const struct vnodeopv_desc ext2fs_fifoop_opv_desc;

/* ext2fs_mount.c */
int	ext2fs_mountfs(struct mount *, struct vnode *devvp);
int	ext2fs_writable(const struct ufsmount *);
int	ext2fs_remount_rw(struct mount *);
void	ext2fs_unmountfs(struct mount *);

/* ext2fs_inode.c */
int	ext2fs_inode_get(struct ufsmount *, ino_t, struct buf **,
	    uint8_t **);
dev_t	ext2fs_rdev(const struct inode *);
struct inode *ext2fs_inode_alloc(struct mount *, struct vnode *, ino_t);
void	ext2fs_inode_free(struct inode *);
void	ext2fs_vinit(struct vnode *, struct inode *);
int	ext2fs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
void	ext2fs_touch(struct inode *, u_int what);

/* ext2fs_bmap.c */
/* Way from the inode to a block: level 0 is direct. */
struct ext2fs_indir {
	int	in_level;		/* indirections */
	daddr_t	in_start;		/* first block of the tree */
	daddr_t	in_rest;		/* lbn - in_start */
	uint64_t in_span[EXT2FS_NIADDR + 1]; /* blocks under a pointer */
};
int	ext2fs_indir_path(const struct m_ext2fs *, daddr_t lbn,
	    struct ext2fs_indir *);
int	ext2fs_indir_get(struct inode *, daddr_t metalbn, uint32_t blk,
	    struct buf **);
int	ext2fs_bmap_lbn(struct inode *, daddr_t lbn, uint32_t *blkp,
	    int *runp);
int	ext2fs_bmap(void *);
int	ext2fs_strategy(void *);

/* ext2fs_extents.c */
int	ext2fs_ext_load(struct inode *);
void	ext2fs_ext_free(struct inode *);
uint32_t ext2fs_ext_find(const struct ext2fs_extmap *, uint32_t lbn);
int	ext2fs_ext_bmap(struct inode *, uint32_t lbn, uint32_t *blkp,
	    int *runp);
void	ext2fs_ext_addtree(struct ext2fs_extmap *, uint32_t blk,
	    bool written);
void	ext2fs_ext_adddead(struct ext2fs_extmap *, uint32_t blk);

/* ext2fs_extwrite.c */
int	ext2fs_ext_alloc(struct inode *, uint32_t lbn, kauth_cred_t,
	    uint32_t *blkp, bool *newp);
void	ext2fs_ext_cut(struct inode *, uint32_t lbn,
	    struct ext2fs_extent **, uint32_t *countp);
void	ext2fs_ext_init(uint8_t *root);
int	ext2fs_ext_write(struct inode *);
void	ext2fs_ext_reap(struct inode *);
void	ext2fs_addblocks(struct inode *, int64_t count);

/* ext2fs_bitmap.c: um_lock held */
int	ext2fs_bitmap_get(struct ufsmount *, uint32_t cg, bool inodes,
	    struct buf **);
uint32_t ext2fs_bitmap_find(const uint8_t *map, uint32_t from, uint32_t to,
	    bool runs);
void	ext2fs_damaged(struct ufsmount *, const char *what, uint32_t);

/* ext2fs_alloc.c */
int	ext2fs_blkalloc(struct ufsmount *, uint32_t goal, kauth_cred_t,
	    uint32_t *blkp);
bool	ext2fs_blkfree(struct ufsmount *, uint32_t blk, uint32_t count);
void	ext2fs_metafree(struct ufsmount *, uint32_t blk);

/* ext2fs_ialloc.c */
int	ext2fs_ialloc(struct ufsmount *, ino_t parent, bool dir, ino_t *);
void	ext2fs_ifree(struct ufsmount *, ino_t, bool dir);
bool	ext2fs_iallocated(struct ufsmount *, ino_t);

/* ext2fs_balloc.c */
uint32_t ext2fs_blkpref(const struct inode *);
int	ext2fs_metawrite(struct vnode *, struct buf *);
int	ext2fs_balloc(struct inode *, off_t off, int len, bool whole,
	    kauth_cred_t, struct buf **);

/* ext2fs_free.c */
int	ext2fs_inactive(void *);
int	ext2fs_reclaim(void *);
void	ext2fs_orphans(struct mount *);

/* ext2fs_truncate.c */
int	ext2fs_truncate(struct inode *, uint64_t length, kauth_cred_t);

/* ext2fs_update.c */
void	ext2fs_modified(struct inode *);
int	ext2fs_update(struct inode *, bool wait);
int	ext2fs_update_ordered(struct inode *);
int	ext2fs_sbupdate(struct ufsmount *, bool wait);
int	ext2fs_cachesync(struct ufsmount *);
int	ext2fs_flush(struct ufsmount *, bool wait);
int	ext2fs_setstate(struct ufsmount *, bool clean);

/* ext2fs_dir.c */
struct ext2fs_dirpos {
	struct vnode	*dp_vp;
	uint64_t	dp_off;		/* next entry */
	struct buf	*dp_bp;		/* block, or NULL */
	daddr_t		dp_lbn;		/* of dp_bp */
	uint32_t	dp_at;		/* offset of dp_ent in its block */
	struct ext2fs_direct dp_ent;	/* valid until the next step */
};
int	ext2fs_dir_next(struct ext2fs_dirpos *, uint64_t end);
void	ext2fs_dir_end(struct ext2fs_dirpos *);
int	ext2fs_dir_search(struct ext2fs_dirpos *, uint64_t end,
	    const char *name, size_t len);
int	ext2fs_dir_locate(struct vnode *, const char *name, size_t len,
	    struct ext2fs_dirpos *);
int	ext2fs_dir_find(struct vnode *, const char *name, size_t len,
	    ino_t *inop);
int	ext2fs_readdir(void *);

/* ext2fs_dirmod.c */
/* An entry to be made. */
struct ext2fs_newent {
	ino_t	ne_ino;
	enum vtype ne_type;
	const char *ne_name;
	size_t	ne_len;
};
void	ext2fs_direct_put(const struct m_ext2fs *, uint8_t *,
	    const struct ext2fs_newent *, uint32_t reclen);
bool	ext2fs_direct_fit(const struct m_ext2fs *, uint8_t *block,
	    uint32_t size, const struct ext2fs_newent *);
int	ext2fs_dir_grow(struct vnode *, struct buf **, daddr_t *);
int	ext2fs_dir_grown(struct vnode *, struct buf *);
int	ext2fs_direnter(struct vnode *, const struct ext2fs_newent *);
int	ext2fs_dirremove(struct vnode *, const char *name, size_t len);
int	ext2fs_dirrewrite(struct vnode *, const struct ext2fs_newent *);
bool	ext2fs_dirempty(struct vnode *);

/* ext2fs_htree_insert.c */
int	ext2fs_htree_insert(struct vnode *, const struct ext2fs_newent *);
int	ext2fs_htree_create(struct vnode *);

/* ext2fs_make.c */
int	ext2fs_newvnode(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, kauth_cred_t, size_t *, const void **);
int	ext2fs_makefile(struct vnode *, struct vnode **, struct vattr *,
	    struct componentname *, const char *target);

/* ext2fs_names.c */
int	ext2fs_linkdir(struct inode *);
void	ext2fs_unlinkdir(struct inode *);
int	ext2fs_linkfile(struct inode *);
void	ext2fs_unlinkfile(struct inode *);
void	ext2fs_dirgone(struct vnode *);
int	ext2fs_create(void *);
int	ext2fs_mknod(void *);
int	ext2fs_mkdir(void *);
int	ext2fs_symlink(void *);
int	ext2fs_remove(void *);
int	ext2fs_rmdir(void *);
int	ext2fs_link(void *);

/* ext2fs_rename.c */
int	ext2fs_rename(void *);

/* ext2fs_rw.c */
int	ext2fs_write(void *);
int	ext2fs_fsync(void *);
int	ext2fs_spec_fsync(void *);

/* ext2fs_attr.c */
int	ext2fs_setattr(void *);

/* ext2fs_htree.c */
bool	ext2fs_htree_active(const struct inode *);
int	ext2fs_htree_find(struct vnode *, const char *name, size_t len,
	    struct ext2fs_dirpos *);

/* ext2fs_lookup.c */
int	ext2fs_lookup(void *);

/* ext2fs_vnops.c */
int	ext2fs_open(void *);
int	ext2fs_access(void *);
u_long	ext2fs_bsdflags(const struct inode *);
bool	ext2fs_shortlink(const struct inode *);
int	ext2fs_spec_read(void *);
int	ext2fs_spec_write(void *);
int	ext2fs_fifo_read(void *);
int	ext2fs_fifo_write(void *);
int	ext2fs_getattr(void *);
int	ext2fs_read(void *);
int	ext2fs_readlink(void *);
int	ext2fs_print(void *);
int	ext2fs_pathconf(void *);

#endif /* !_EXT2FS_EXT2FS_H_ */
