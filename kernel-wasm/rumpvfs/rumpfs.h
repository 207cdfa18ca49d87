/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs.h - inside the root file system.
 *
 * Fields	:	stable after creation
 *		d	the directory's vnode lock
 *		v	the file's vnode lock
 *		r	rump_init() only
 */

#ifndef _RUMPVFS_RUMPFS_H_
#define _RUMPVFS_RUMPFS_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/vnode.h>

#include <rump/rump.h>

struct rumpfs_node;
struct lockf;

struct rumpfs_dent {
	LIST_ENTRY(rumpfs_dent) rd_entries;	/* d */
	struct rumpfs_node *rd_node;		/* : */
	size_t		rd_namelen;		/* : */
	char		rd_name[];		/* : */
};

/* A file: exists while it has a name or a vnode. */
struct rumpfs_node {
	struct rumpfs_node *rn_self;	/* : key of the vnode cache */
	struct rumpfs_node *rn_parent;	/* : directory it was made in */
	struct vattr	rn_va;		/* v */
	LIST_HEAD(, rumpfs_dent) rn_dir;/* d: VDIR, newest first */
	char		*rn_link;	/* : VLNK */
	uint8_t		*rn_data;	/* v: VREG */
	size_t		rn_dlen;	/* v: bytes of the file */
	size_t		rn_dcap;	/* v: bytes of rn_data */
	bool		rn_linked;	/* d: has a name */
	bool		rn_isdev;	/* : entered as /dev; nothing is renamed */

	/* Host objects (etfs). */
	char		*rn_hostpath;	/* : */
	enum rump_etfs_type rn_ettype;	/* : */
	uint64_t	rn_begin;	/* : window */
	bool		rn_fixed;	/* : the window does not grow */
	bool		rn_rdonly;	/* v: the host lets us only read */
	int		rn_fd;		/* v: of the host, -1: closed */
};

#define	VPTORN(vp)	((struct rumpfs_node *)(vp)->v_data)

extern int (**rump_vnodeop_p)(void *);
extern int (**rump_specop_p)(void *);
extern const struct vnodeopv_desc rump_vnodeop_opv_desc;
extern const struct vnodeopv_desc rump_specop_opv_desc;

/* rumpfs_vnops.c */
struct rumpfs_node *rumpfs_node_alloc(enum vtype, struct rumpfs_node *parent);
void	rumpfs_node_free(struct rumpfs_node *);
int	rumpfs_getvp(struct mount *, struct rumpfs_node *, struct vnode **);
int	rumpfs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);

/* rumpfs_dir.c */
int	rumpfs_lookup(void *);
int	rumpfs_create(void *);
int	rumpfs_mknod(void *);
int	rumpfs_mkdir(void *);
int	rumpfs_symlink(void *);
int	rumpfs_remove(void *);
int	rumpfs_rmdir(void *);
int	rumpfs_readdir(void *);

/* rumpfs_dev.c */
struct rumpfs_node *rumpfs_dev_make(struct rumpfs_node *, const char *,
	    size_t);

/* rumpfs_etfs.c */
void	rumpfs_etfs_init(void);
int	rumpfs_etfs_lookup(struct mount *, struct componentname *, bool *found,
	    struct vnode **);
int	rumpfs_etfs_dirlookup(struct vnode *, struct componentname *,
	    struct vnode **);
bool	rumpfs_etfs_hidden(const char *, size_t);
int	rumpfs_etfs_open(struct rumpfs_node *, int mode);
void	rumpfs_etfs_close(struct rumpfs_node *);
int	rumpfs_etfs_read(struct rumpfs_node *, struct uio *);
int	rumpfs_etfs_write(struct rumpfs_node *, struct uio *, int ioflag);
int	rumpfs_etfs_sync(struct rumpfs_node *);

#endif /* _RUMPVFS_RUMPFS_H_ */
