/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs.h - the component's own structures.
 *
 * Fields	:	stable after mount or load
 *		v	vnode lock
 */

#ifndef _FFS_FFS_H_
#define	_FFS_FFS_H_

#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <ufs/ufs/ufsmount.h>

#include "ffs_format.h"

struct ufsmount {
	struct mount	*um_mountp;	/* : */
	struct vnode	*um_devvp;	/* : */
	dev_t		um_dev;		/* : */
	uint64_t	um_devsize;	/* : bytes */
	struct fs	um_fs;		/* : (read-only so far) */
};

struct inode {
	struct vnode	*i_vnode;	/* : */
	struct ufsmount	*i_ump;		/* : */
	ino_t		i_number;	/* : */
	struct ufs_dinode i_din;	/* v: decoded */
	struct vn_readahead i_ra;	/* (none) */
	struct lockf	*i_lockf;	/* lf_advlock's */
};
#define	i_size		i_din.di_size
#define	i_mode		i_din.di_mode

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

#define	FFS_HOLE	(-1)		/* ffs_bmap: no block there */

extern int (**ffs_vnodeop_p)(void *);
extern int (**ffs_specop_p)(void *);
extern int (**ffs_fifoop_p)(void *);
extern const struct vnodeopv_desc ffs_vnodeop_opv_desc;
extern const struct vnodeopv_desc ffs_specop_opv_desc;
extern const struct vnodeopv_desc ffs_fifoop_opv_desc;

/* ffs_inode.c */
int	ffs_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	ffs_reclaim(void *);

/* ffs_bmap.c */
int	ffs_bmap_lbn(struct inode *, daddr_t lbn, int64_t *addrp, int *runp);
int	ffs_bmap(void *);
int	ffs_strategy(void *);

/* ffs_lookup.c */
int	ffs_lookup(void *);
int	ffs_readdir(void *);

/* ffs_vnops.c */
int	ffs_access(void *);
int	ffs_getattr(void *);
int	ffs_setattr(void *);
int	ffs_read(void *);
int	ffs_readlink(void *);
int	ffs_inactive(void *);
int	ffs_print(void *);
int	ffs_pathconf(void *);
int	ffs_advlock(void *);
int	ffs_erofs(void *);

#endif /* !_FFS_FFS_H_ */
