/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/namei.h - path resolution: namei(9), pathbuf(9), namecache(9).
 */

#ifndef _SYS_NAMEI_H_
#define _SYS_NAMEI_H_

#include <sys/types.h>
#include <sys/kauth.h>
#include <sys/uio.h>

struct lwp;
struct mount;
struct proc;
struct pathbuf;
struct vnode;

/* One component, as VOP_LOOKUP and the VOPs that change directories see it. */
struct componentname {
	uint32_t	cn_nameiop;	/* LOOKUP, CREATE, DELETE, RENAME */
	uint32_t	cn_flags;
	kauth_cred_t	cn_cred;
	const char	*cn_nameptr;	/* not terminated at cn_namelen */
	size_t		cn_namelen;
	size_t		cn_consume;	/* bytes eaten after the name */
};

struct nameidata {
	/* arguments */
	struct vnode	*ni_atdir;	/* start of a relative path, or NULL */
	struct pathbuf	*ni_pathbuf;
	char		*ni_pnbuf;	/* work copy of the path */
	/* where paths begin and end; held during namei */
	struct vnode	*ni_rootdir;
	struct vnode	*ni_erootdir;
	/* results */
	struct vnode	*ni_vp;
	struct vnode	*ni_dvp;
	/* state */
	size_t		ni_pathlen;	/* rest, with the NUL */
	const char	*ni_next;	/* behind the component */
	unsigned	ni_loopcnt;
	struct componentname ni_cnd;
};

/* cn_nameiop */
#define	LOOKUP		0
#define	CREATE		1
#define	DELETE		2
#define	RENAME		3
#define	OPMASK		3

/* caller's flags */
#define	LOCKLEAF	0x00000004
#define	LOCKPARENT	0x00000008
#define	TRYEMULROOT	0x00000010
#define	NOCACHE		0x00000020
#define	FOLLOW		0x00000040
#define	NOFOLLOW	0x00000000
#define	EMULROOTSET	0x00000080
#define	NOCROSSMOUNT	0x00000100
#define	RDONLY		0x00000200
#define	MODMASK		0x000003fc

/* state for the file system */
#define	ISDOTDOT	0x0002000
#define	MAKEENTRY	0x0004000	/* worth a cache entry */
#define	ISLASTCN	0x0008000
#define	WILLBEDIR	0x0010000
#define	ISWHITEOUT	0x0020000
#define	DOWHITEOUT	0x0040000
#define	REQUIREDIR	0x0080000	/* trailing slash */
#define	CREATEDIR	0x0200000	/* mkdir: trailing slash is fine */
#define	INRENAME	0x0400000
#define	INRELOOKUP	0x0800000
#define	PARAMASK	0x0eee000

#define	NDINIT(ndp, op, flags, pb) do {					\
	(ndp)->ni_cnd.cn_nameiop = (op);				\
	(ndp)->ni_cnd.cn_flags = (flags);				\
	(ndp)->ni_atdir = NULL;						\
	(ndp)->ni_pathbuf = (pb);					\
	(ndp)->ni_cnd.cn_cred = kauth_cred_get();			\
} while (0)
#define	NDAT(ndp, dir) ((ndp)->ni_atdir = (dir))

/* Paths: created from user or kernel space, at most PATH_MAX with the NUL. */
struct pathbuf *pathbuf_create(const char *path);
struct pathbuf *pathbuf_create_raw(void);
int	pathbuf_copyin(const char *userpath, struct pathbuf **ret);
int	pathbuf_maybe_copyin(const char *path, enum uio_seg, struct pathbuf **);
void	pathbuf_destroy(struct pathbuf *);
const char *pathbuf_stringcopy_get(struct pathbuf *);
void	pathbuf_stringcopy_put(struct pathbuf *, const char *);
void	pathbuf_copystring(const struct pathbuf *, char *, size_t);

char	*PNBUF_GET(void);
void	PNBUF_PUT(void *);

/*
 * namei() gives ni_vp referenced (locked with LOCKLEAF); with LOCKPARENT also
 * ni_dvp, referenced and locked.  For CREATE and RENAME ni_vp may be NULL.
 */
int	namei(struct nameidata *);
uint32_t namei_hash(const char *, const char **);
int	lookup_for_nfsd(struct nameidata *, struct vnode *, int neverfollow);
int	relookup(struct vnode *dvp, struct vnode **vpp, struct componentname *,
	    int dummy);

/* namei() of one path with one reference as the result. */
typedef struct namei_simple_flags_type *namei_simple_flags_t;
extern struct namei_simple_flags_type {
	int	dummy;
} namei_simple_nofollow_notry, namei_simple_follow_notry;
#define	NSM_NOFOLLOW_NOEMULROOT	(&namei_simple_nofollow_notry)
#define	NSM_FOLLOW_NOEMULROOT	(&namei_simple_follow_notry)
#define	NSM_NOFOLLOW_TRYEMULROOT NSM_NOFOLLOW_NOEMULROOT
#define	NSM_FOLLOW_TRYEMULROOT	NSM_FOLLOW_NOEMULROOT
int	namei_simple_kernel(const char *, namei_simple_flags_t, struct vnode **);
int	namei_simple_user(const char *, namei_simple_flags_t, struct vnode **);
int	nameiat_simple(struct vnode *dvp, struct pathbuf *,
	    namei_simple_flags_t, struct vnode **);
int	nameiat_simple_kernel(struct vnode *, const char *,
	    namei_simple_flags_t, struct vnode **);
int	nameiat_simple_user(struct vnode *, const char *,
	    namei_simple_flags_t, struct vnode **);

/* vfs_cache.c */
#define	NCHNAMLEN	255

void	nchinit(void);
/* true: *iswht and *vpp answer the question; *vpp NULL = known not to exist */
bool	cache_lookup(struct vnode *dvp, const char *name, size_t namelen,
	    uint32_t nameiop, uint32_t cnflags, int *iswht, struct vnode **vpp);
bool	cache_lookup_raw(struct vnode *dvp, const char *name, size_t namelen,
	    uint32_t cnflags, int *iswht, struct vnode **vpp);
/* 0 and the parent (referenced, unlocked), -1 unknown, or errno */
int	cache_revlookup(struct vnode *vp, struct vnode **dvpp, char **bpp,
	    char *bufp);
void	cache_enter(struct vnode *dvp, struct vnode *vp, const char *name,
	    size_t namelen, uint32_t cnflags);
#define	PURGE_PARENTS	1
#define	PURGE_CHILDREN	2
#define	cache_purge(vp)	cache_purge1((vp), NULL, 0, \
	    PURGE_PARENTS | PURGE_CHILDREN)
void	cache_purge1(struct vnode *, const char *name, size_t namelen, int);
void	cache_purgevfs(struct mount *);

struct nchstats {
	uint64_t	ncs_goodhits;
	uint64_t	ncs_neghits;
	uint64_t	ncs_badhits;
	uint64_t	ncs_falsehits;
	uint64_t	ncs_miss;
	uint64_t	ncs_long;
	uint64_t	ncs_pass2;
	uint64_t	ncs_2passes;
	uint64_t	ncs_revhits;
	uint64_t	ncs_revmiss;
};
extern struct nchstats nchstats;

#endif /* _SYS_NAMEI_H_ */
