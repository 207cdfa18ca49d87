/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs.h - a file system whose nodes, names and data live in kernel memory.
 *
 * A mount owns nodes; a directory node owns entries, each naming a node.  The
 * key of a node in the vnode cache is its address, which is stable while any
 * entry, or the vnode itself, holds it.
 *
 * Locking	v: lock of the node's vnode (exclusive to write)
 *		t: tn_lock	m: tm_lock	a: atomic	:: stable
 *	Order: vnode lock -> tn_lock; vnode lock -> tm_lock.
 */

#ifndef _FS_TMPFS_TMPFS_H_
#define _FS_TMPFS_TMPFS_H_

#include <sys/param.h>
#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/vnode.h>
#include <sys/mount.h>

#define	TMPFS_PAGE		4096u
#define	TMPFS_PAGES(bytes)	(((uint64_t)(bytes) + TMPFS_PAGE - 1) / TMPFS_PAGE)
#define	TMPFS_MAXNAMLEN		255
#define	TMPFS_LINK_MAX		32767
#define	TMPFS_SIZE_MAX		((off_t)0x7fffffffffff0000LL)

/* A file's data up to one chunk is one buffer that grows; larger files have chunks. */
#define	TMPFS_CHUNK_SHIFT	16
#define	TMPFS_CHUNK		(1u << TMPFS_CHUNK_SHIFT)

/* Directory offsets: "." and ".." are 0 and 1, the end is 2, entries count from 3. */
#define	TMPFS_COOKIE_DOT	0
#define	TMPFS_COOKIE_DOTDOT	1
#define	TMPFS_COOKIE_EOF	2
#define	TMPFS_COOKIE_FIRST	3

struct tmpfs_node;

/* A name in a directory; td_node is NULL for a whiteout. */
struct tmpfs_dirent {
	TAILQ_ENTRY(tmpfs_dirent) td_list;	/* v: in order of creation */
	LIST_ENTRY(tmpfs_dirent) td_hash;	/* v: chain of the name's hash */
	struct tmpfs_node *td_node;		/* v: */
	uint32_t	td_seq;			/* :: cookie */
	uint32_t	td_hashval;		/* v: */
	uint16_t	td_namelen;		/* v: */
	char		*td_name;		/* v: not terminated */
};

TAILQ_HEAD(tmpfs_dirlist, tmpfs_dirent);
LIST_HEAD(tmpfs_dirchain, tmpfs_dirent);

struct tmpfs_dir {
	struct tmpfs_node *tn_parent;		/* v: NULL once removed */
	struct tmpfs_dirlist tn_entries;	/* v: */
	struct tmpfs_dirchain *tn_hash;		/* v: NULL while small */
	uint32_t	tn_hashmask;		/* v: */
	uint32_t	tn_count;		/* v: entries */
	uint32_t	tn_nextseq;		/* v: */
	struct tmpfs_dirent *tn_readahead;	/* t: where a reader stopped */
};

struct tmpfs_file {
	uint8_t		*tn_head;		/* v: data of the first chunk */
	uint32_t	tn_headsize;		/* v: bytes allocated there */
	uint32_t	tn_nchunks;		/* v: slots of tn_chunks */
	uint8_t		**tn_chunks;		/* v: from chunk 1; NULL = hole */
};

struct tmpfs_node {
	LIST_ENTRY(tmpfs_node) tn_nodes;	/* m: all nodes of the mount */
	enum vtype	tn_type;		/* :: */
	ino_t		tn_id;			/* :: */
	struct vnode	*tn_vnode;		/* v: or NULL */
	off_t		tn_size;		/* v: */
	mode_t		tn_mode;		/* v: */
	uid_t		tn_uid;			/* v: */
	gid_t		tn_gid;			/* v: */
	u_long		tn_flags;		/* v: UF_, SF_ */
	nlink_t		tn_links;		/* v: entries that name it */
	u_long		tn_gen;			/* :: */
	struct timespec	tn_atime;		/* t: */
	struct timespec	tn_mtime;		/* t: */
	struct timespec	tn_ctime;		/* t: */
	struct timespec	tn_birthtime;		/* t: */
	kmutex_t	tn_lock;
	union {
		struct tmpfs_dir	tn_dir;
		struct tmpfs_file	tn_reg;
		char			*tn_link;	/* :: target, tn_size bytes */
		dev_t			tn_rdev;	/* :: */
	} tn_u;
};

struct tmpfs_mount {
	uint64_t	tm_pages_max;		/* m: limit of data, in pages */
	uint64_t	tm_pages_used;		/* m: */
	uint32_t	tm_bytes_used;		/* m: of names and nodes, below a page */
	uint32_t	tm_nodes_max;		/* m: */
	uint32_t	tm_nodes_cnt;		/* m: */
	ino_t		tm_nextid;		/* m: */
	struct tmpfs_node *tm_root;		/* :: */
	kmutex_t	tm_lock;
	LIST_HEAD(, tmpfs_node) tm_nodes;	/* m: */
};

/* tmpfs_update(): which times become now. */
#define	TMPFS_ATIME	0x1
#define	TMPFS_MTIME	0x2
#define	TMPFS_CTIME	0x4

#define	VFS_TO_TMPFS(mp)	((struct tmpfs_mount *)(mp)->mnt_data)
#define	VP_TO_TMPFS_NODE(vp)	((struct tmpfs_node *)(vp)->v_data)

extern int (**tmpfs_vnodeop_p)(void *);
extern int (**tmpfs_specop_p)(void *);
extern int (**tmpfs_fifoop_p)(void *);
extern const struct vnodeopv_desc tmpfs_vnodeop_opv_desc;
extern const struct vnodeopv_desc tmpfs_specop_opv_desc;
extern const struct vnodeopv_desc tmpfs_fifoop_opv_desc;

/* tmpfs_mem.c */
int	tmpfs_mem_charge(struct tmpfs_mount *, uint64_t bytes);
void	tmpfs_mem_uncharge(struct tmpfs_mount *, uint64_t bytes);
int	tmpfs_mem_charge_pages(struct tmpfs_mount *, uint64_t pages);
void	tmpfs_mem_uncharge_pages(struct tmpfs_mount *, uint64_t pages);
uint64_t tmpfs_mem_avail_pages(void);
char	*tmpfs_string_alloc(struct tmpfs_mount *, size_t);
void	tmpfs_string_free(struct tmpfs_mount *, char *, size_t);

/* tmpfs_node.c */
void	tmpfs_node_init(void);
int	tmpfs_node_alloc(struct tmpfs_mount *, struct tmpfs_node *parent,
	    const struct vattr *, kauth_cred_t, struct tmpfs_node **);
void	tmpfs_node_free(struct tmpfs_mount *, struct tmpfs_node *);
void	tmpfs_update(struct tmpfs_node *, unsigned);
void	tmpfs_init_vnode(struct vnode *, struct tmpfs_node *);
int	tmpfs_construct_node(struct vnode *dvp, struct vnode **vpp,
	    struct vattr *, struct componentname *, const char *target);

/* tmpfs_attr.c */
int	tmpfs_chflags(struct vnode *, u_long, kauth_cred_t);
int	tmpfs_chmod(struct vnode *, mode_t, kauth_cred_t);
int	tmpfs_chown(struct vnode *, uid_t, gid_t, kauth_cred_t);
int	tmpfs_chtimes(struct vnode *, const struct vattr *, kauth_cred_t);
int	tmpfs_chsize(struct vnode *, off_t, kauth_cred_t);

/* tmpfs_dir.c */
int	tmpfs_dirent_alloc(struct tmpfs_mount *, const char *, size_t,
	    struct tmpfs_dirent **);
void	tmpfs_dirent_free(struct tmpfs_mount *, struct tmpfs_dirent *);
int	tmpfs_dirent_rename(struct tmpfs_mount *, struct tmpfs_node *dir,
	    struct tmpfs_dirent *, const char *, size_t, char **storage);
struct tmpfs_dirent *tmpfs_dir_lookup(struct tmpfs_node *, const char *, size_t);
void	tmpfs_dir_attach(struct tmpfs_node *, struct tmpfs_dirent *,
	    struct tmpfs_node *);
void	tmpfs_dir_detach(struct tmpfs_node *, struct tmpfs_dirent *);
void	tmpfs_dir_init(struct tmpfs_node *, struct tmpfs_node *parent);
void	tmpfs_dir_fini(struct tmpfs_node *);
int	tmpfs_dir_getdents(struct tmpfs_node *, struct uio *, off_t **, int *);

/* tmpfs_file.c */
int	tmpfs_file_resize(struct tmpfs_mount *, struct tmpfs_node *, off_t);
void	tmpfs_file_fini(struct tmpfs_mount *, struct tmpfs_node *);
int	tmpfs_file_read(struct tmpfs_node *, struct uio *);
int	tmpfs_file_write(struct tmpfs_node *, struct uio *);
int	tmpfs_file_discard(struct tmpfs_node *, off_t, off_t);

/* tmpfs_vnops.c, tmpfs_rwops.c, tmpfs_rename.c: operations */
int	tmpfs_lookup(void *);
int	tmpfs_create(void *);
int	tmpfs_mknod(void *);
int	tmpfs_open(void *);
int	tmpfs_close(void *);
int	tmpfs_access(void *);
int	tmpfs_getattr(void *);
int	tmpfs_setattr(void *);
int	tmpfs_read(void *);
int	tmpfs_write(void *);
int	tmpfs_fallocate(void *);
int	tmpfs_fdiscard(void *);
int	tmpfs_fsync(void *);
int	tmpfs_remove(void *);
int	tmpfs_link(void *);
int	tmpfs_rename(void *);
int	tmpfs_mkdir(void *);
int	tmpfs_rmdir(void *);
int	tmpfs_symlink(void *);
int	tmpfs_readdir(void *);
int	tmpfs_readlink(void *);
int	tmpfs_inactive(void *);
int	tmpfs_reclaim(void *);
int	tmpfs_print(void *);
int	tmpfs_pathconf(void *);
int	tmpfs_whiteout(void *);
int	tmpfs_spec_read(void *);
int	tmpfs_spec_write(void *);
int	tmpfs_fifo_read(void *);
int	tmpfs_fifo_write(void *);
void	tmpfs_unlink_entry(struct vnode *dvp, struct tmpfs_dirent *,
	    struct vnode *vp);

#endif /* _FS_TMPFS_TMPFS_H_ */
