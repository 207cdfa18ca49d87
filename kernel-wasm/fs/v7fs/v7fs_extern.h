/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_extern.h - the component's own structures.
 *
 * Where to begin reading: fs/v7fs/v7fs.h, what is on the disk.  Then
 *	v7fs_format.c	bytes to numbers and back
 *	v7fs_alloc.c	free blocks and free inodes
 *	v7fs_bmap.c	which block of the disk is block n of a file?
 *	v7fs_dir.c	names
 *	v7fs_node.c	files in memory
 * and the operations: v7fs_names.c, v7fs_rename.c, v7fs_rw.c, v7fs_vnops.c.
 *
 * Fields	:	stable after mount or load
 *		v	vnode lock
 *		f	fs_lock
 *
 * Locking	vnode -> indirect block -> fs_lock -> buffers of the device
 */

#ifndef _V7FS_V7FS_EXTERN_H_
#define	_V7FS_V7FS_EXTERN_H_

#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include <fs/v7fs/v7fs.h>
#include <fs/v7fs/v7fs_args.h>

/* The superblock, decoded. */
struct v7fs_super {
	uint32_t	s_isize, s_fsize;	/* : */
	unsigned	s_nfree, s_ninode;	/* f */
	uint32_t	s_free[V7FS_MAX_FREEBLOCK];	/* f */
	uint16_t	s_inode[V7FS_MAX_FREEINODE];	/* f */
};

struct v7fs_mount {
	struct mount	*fs_mountp;	/* : */
	struct vnode	*fs_devvp;	/* : */
	dev_t		fs_dev;		/* : */
	int		fs_openflags;	/* mnt_updating: of the device */
	bool		fs_ronly;	/* mnt_updating: the disk stays as it is */
	uint64_t	fs_devsize;	/* : bytes */
	int		fs_endian;	/* : V7FS_*_ENDIAN */
	uint32_t	fs_maxino;	/* : last inode */

	kmutex_t	fs_lock;
	struct v7fs_super fs_super;	/* f, sizes : */
	uint8_t		*fs_free;	/* f: a bit a block; NULL: unknown */
	uint32_t	fs_bfree;	/* f: free blocks */
	uint32_t	fs_ifree;	/* f: free inodes */
	bool		fs_fmod;	/* f: superblock is to be written */
	bool		fs_dirty;	/* f: V7SB_FMOD */
	bool		fs_wasdirty;	/* : it was found set */
};

/* An inode, decoded. */
struct v7fs_dinode {
	uint16_t	di_mode, di_nlink, di_uid, di_gid;
	uint32_t	di_size;
	uint32_t	di_addr[V7FS_NADDR];
	uint32_t	di_atime, di_mtime, di_ctime;
};

/* A file in memory. */
struct v7fs_node {
	struct vnode	*n_vnode;	/* : */
	struct v7fs_mount *n_fs;	/* : */
	ino_t		n_ino;		/* : */
	struct v7fs_dinode n_din;	/* v, times: v_interlock */
	u_int		n_flag;		/* atomic: V7N_MODIFIED */
	uint32_t	n_dirhint;	/* v: directory: all taken before */
	struct vn_readahead n_ra;	/* (none) */
};
#define	V7N_ACCESS	1u		/* access time is now */
#define	V7N_CHANGE	2u		/* change time is now */
#define	V7N_UPDATE	4u		/* modification time is now */
#define	V7N_MODIFIED	8u		/* the inode differs from the disk */

#define	VTOV7(vp)	((struct v7fs_node *)(vp)->v_data)
#define	VFSTOV7FS(mp)	((struct v7fs_mount *)(mp)->mnt_data)

struct componentname;

extern int (**v7fs_vnodeop_p)(void *);
extern int (**v7fs_specop_p)(void *);
extern int (**v7fs_fifoop_p)(void *);
extern const struct vnodeopv_desc v7fs_vnodeop_opv_desc;
extern const struct vnodeopv_desc v7fs_specop_opv_desc;
extern const struct vnodeopv_desc v7fs_fifoop_opv_desc;

/* v7fs_format.c */
uint16_t v7fs_get16(int endian, const uint8_t *);
uint32_t v7fs_get24(int endian, const uint8_t *);
uint32_t v7fs_get32(int endian, const uint8_t *);
void	v7fs_put16(int endian, uint8_t *, uint16_t);
void	v7fs_put24(int endian, uint8_t *, uint32_t);
void	v7fs_put32(int endian, uint8_t *, uint32_t);
int	v7fs_super_decode(int endian, const uint8_t *, struct v7fs_super *);
void	v7fs_super_encode(int endian, const struct v7fs_super *, uint8_t *);
void	v7fs_dinode_decode(int endian, const uint8_t *, struct v7fs_dinode *);
void	v7fs_dinode_encode(int endian, const struct v7fs_dinode *, uint8_t *);
static inline bool
v7fs_isdata(const struct v7fs_super *s, uint32_t blk)
{
	return blk >= s->s_isize && blk < s->s_fsize;
}

/* v7fs_alloc.c */
int	v7fs_free_load(struct v7fs_mount *);
void	v7fs_free_unload(struct v7fs_mount *);
int	v7fs_balloc(struct v7fs_mount *, uint32_t *blkp);
bool	v7fs_bfree(struct v7fs_mount *, uint32_t blk);
int	v7fs_ialloc(struct v7fs_mount *, const struct v7fs_dinode *,
	    ino_t *inop);
void	v7fs_ifree(struct v7fs_mount *, ino_t);
int	v7fs_super_write(struct v7fs_mount *, bool wait);
int	v7fs_setdirty(struct v7fs_mount *, bool);

/* v7fs_bmap.c */
int	v7fs_map(struct v7fs_node *, daddr_t lbn, bool make, uint32_t *blkp,
	    bool *newp);
int	v7fs_getblk(struct v7fs_node *, daddr_t lbn, bool whole,
	    struct buf **);
int	v7fs_indir_get(struct v7fs_node *, daddr_t metalbn, uint32_t blk,
	    struct buf **);
int	v7fs_metawrite(struct v7fs_mount *, struct buf *);
int	v7fs_bmap(void *);
int	v7fs_strategy(void *);

/* v7fs_truncate.c */
int	v7fs_truncate(struct v7fs_node *, uint64_t length);

/* v7fs_node.c */
int	v7fs_dinode_get(struct v7fs_mount *, ino_t, struct buf **,
	    uint8_t **);
int	v7fs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	v7fs_newvnode(struct mount *, struct vnode *, struct vnode *,
	    struct vattr *, kauth_cred_t, size_t *, const void **);
void	v7fs_touch(struct v7fs_node *, u_int what);
void	v7fs_modified(struct v7fs_node *);
int	v7fs_update(struct v7fs_node *, bool wait);
int	v7fs_update_ordered(struct v7fs_node *);
int	v7fs_inactive(void *);
int	v7fs_reclaim(void *);

/* v7fs_dir.c */
int	v7fs_dir_find(struct v7fs_node *, const char *name, size_t len,
	    ino_t *inop);
int	v7fs_dir_enter(struct v7fs_node *, const char *name, size_t len,
	    ino_t);
int	v7fs_dir_remove(struct v7fs_node *, const char *name, size_t len);
int	v7fs_dir_rewrite(struct v7fs_node *, const char *name, size_t len,
	    ino_t);
bool	v7fs_dir_empty(struct v7fs_node *);
int	v7fs_dir_vnode(struct v7fs_node *, const char *name, size_t len,
	    struct vnode **);
int	v7fs_readdir(void *);

/* v7fs_lookup.c, v7fs_names.c, v7fs_rename.c */
int	v7fs_lookup(void *);
int	v7fs_create(void *);
int	v7fs_mknod(void *);
int	v7fs_mkdir(void *);
int	v7fs_symlink(void *);
int	v7fs_remove(void *);
int	v7fs_rmdir(void *);
int	v7fs_link(void *);
int	v7fs_rename(void *);
int	v7fs_linkup(struct v7fs_node *);
void	v7fs_linkdown(struct v7fs_node *);
void	v7fs_dir_gone(struct v7fs_node *);

/* v7fs_rw.c */
int	v7fs_read(void *);
int	v7fs_write(void *);
int	v7fs_readlink(void *);
int	v7fs_fsync(void *);
int	v7fs_spec_fsync(void *);
int	v7fs_flush(struct v7fs_mount *, bool wait);

/* v7fs_vnops.c */
int	v7fs_access(void *);
int	v7fs_getattr(void *);
int	v7fs_setattr(void *);
int	v7fs_pathconf(void *);
int	v7fs_print(void *);
int	v7fs_spec_read(void *);
int	v7fs_spec_write(void *);
int	v7fs_fifo_read(void *);
int	v7fs_fifo_write(void *);

#endif /* !_V7FS_V7FS_EXTERN_H_ */
