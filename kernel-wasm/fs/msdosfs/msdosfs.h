/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs.h - the component's own structures.
 *
 * Fields	:	stable after mount or load
 *		v	vnode lock
 *		f	pm_lock
 *
 * Locking	vnode -> pm_flushlock -> pm_lock -> buffers of the FAT
 */

#ifndef _MSDOSFS_MSDOSFS_H_
#define	_MSDOSFS_MSDOSFS_H_

#include <sys/param.h>
#include <sys/buf.h>
#include <sys/endian.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include <msdosfs/msdosfsmount.h>

#include "msdosfs_format.h"

struct msdosfsmount {
	struct mount	*pm_mountp;	/* : */
	struct vnode	*pm_devvp;	/* : */
	dev_t		pm_dev;		/* : */
	int		pm_openflags;	/* mnt_updating: FREAD, FWRITE */
	uint64_t	pm_devsize;	/* : bytes */
	uid_t		pm_uid;		/* : and what else mount(2) said */
	gid_t		pm_gid;		/* : */
	mode_t		pm_mask;	/* : */
	mode_t		pm_dirmask;	/* : */
	int		pm_flags;	/* : MSDOSFSMNT_* */
	int		pm_gmtoff;	/* : seconds */

	uint32_t	pm_bytespersec;	/* : */
	uint32_t	pm_fatmask;	/* : FAT12_MASK .. */
	uint32_t	pm_fats;	/* : copies */
	uint32_t	pm_curfat;	/* : the one that is read */
	bool		pm_mirror;	/* : all copies are written */
	uint64_t	pm_fatoff;	/* : first byte of the first FAT */
	uint64_t	pm_fatbytes;	/* : of one */
	uint64_t	pm_rootoff;	/* : FAT12, 16: first byte of the root */
	uint32_t	pm_rootbytes;	/* : and its length; 0: FAT32 */
	uint32_t	pm_rootclust;	/* : FAT32 */
	uint32_t	pm_rootents;	/* : as the boot sector says */
	uint64_t	pm_dataoff;	/* : first byte of cluster 2 */
	uint32_t	pm_bpcluster;	/* : bytes a cluster */
	int		pm_cnshift;	/* : log2 of it */
	uint32_t	pm_maxcluster;	/* : highest cluster */
	uint64_t	pm_fsinfo;	/* : byte offset; 0: none */
	bool		pm_wasclean;	/* : nobody left it half written */

	kmutex_t	pm_flushlock;	/* held over a flush that is waited for */
	kmutex_t	pm_lock;	/* FAT, free map */
	uint32_t	*pm_inuse;	/* f: a bit a cluster */
	uint32_t	*pm_held;	/* f: freed, not to be given out yet */
	uint32_t	*pm_settling;	/* f: those that a flush brings to the disk */
	bool		pm_isheld;	/* f: one of the two has bits */
	uint32_t	pm_freecount;	/* f: with those that are held */
	uint32_t	pm_nextfree;	/* f: where to look first */
};
#define	FAT32(pmp)	((pmp)->pm_fatmask == FAT32_MASK)
#define	FAT12(pmp)	((pmp)->pm_fatmask == FAT12_MASK)

/*
 * What a vnode is found by.  A file: its short entry, as offset in the
 * directory that starts at a cluster.  A directory: its own first cluster and
 * offset 0, for ".." leads there too.  The root is cluster 0.  A file without
 * a name has a generation that no other has.
 */
struct denode_key {
	uint32_t	dk_dirclust;
	uint32_t	dk_diroffset;
	uint64_t	dk_gen;
};
#define	MSDOSFSROOT	0u

/* Times as the disk has them. */
struct dostime {
	uint16_t	dt_date;
	uint16_t	dt_time;
	uint8_t		dt_hundredth;
};

/* Clusters that follow each other in a file and on the disk. */
struct fcrun {
	uint32_t	fr_lbn;		/* block of the file */
	uint32_t	fr_cn;		/* its cluster */
	uint32_t	fr_len;		/* clusters; 0: not in use */
};
#define	FC_RUNS		8		/* remembered of a file */
#define	FC_WORTH	16		/* clusters passed that are worth it */
#define	FC_POINTS	512		/* of a long chain, at equal distances */
#define	FC_POINTSHIFT	5		/* log2 of the least distance */
#define	FC_LONG		256		/* steps after which they are kept */

struct denode {
	struct vnode	*de_vnode;	/* : */
	struct msdosfsmount *de_pmp;	/* : */
	struct denode_key de_key;	/* v */
	struct denode_key de_keystore[2]; /* what the vnode cache looks at */
	int		de_keyslot;	/* v: which of them */
	uint64_t	de_entry;	/* v: byte address of the entry, 0: none */
	uint8_t		de_name[DE_NAMELEN];	/* v */
	uint8_t		de_case;	/* v */
	uint8_t		de_attr;	/* v: ATTR_* */
	struct dostime	de_ctime, de_mtime;	/* v */
	uint16_t	de_adate;	/* v */
	uint32_t	de_startcluster; /* v: 0: none */
	uint32_t	de_size;	/* v: bytes; directory: of its clusters */
	ino_t		de_fileid;	/* v */
	bool		de_modified;	/* v: the entry is to be written */
	bool		de_removed;	/* v: has no name any more */
	struct vn_readahead de_ra;	/* (none) */
	kmutex_t	de_fclock;	/* of the five below */
	struct fcrun	de_fcrun[FC_RUNS]; /* known parts of the chain */
	unsigned	de_fcnext;	/* replaced next */
	uint32_t	*de_fcpoint;	/* NULL, or clusters; 0: not known */
	unsigned	de_fcshift;	/* log2 of the blocks from one to the next */
	uint32_t	de_dirhint;	/* where a search begins */
};

static inline bool
msdosfs_isroot(const struct denode *dep)
{
	return dep->de_vnode->v_type == VDIR &&
	    dep->de_key.dk_dirclust == MSDOSFSROOT;
}

#define	VTODE(vp)	((struct denode *)(vp)->v_data)
#define	VFSTOMSDOSFS(mp) ((struct msdosfsmount *)(mp)->mnt_data)

/* A directory entry, decoded. */
struct dosent {
	uint8_t		e_name[DE_NAMELEN];
	uint8_t		e_attr, e_case;
	struct dostime	e_ctime, e_mtime;
	uint16_t	e_adate;
	uint32_t	e_clust, e_size;
};

/* A walk through a directory. */
struct dosdir {
	struct denode	*dd_dp;
	uint32_t	dd_off;		/* next slot */
	struct buf	*dd_bp;		/* the slot's block, or NULL */
	uint64_t	dd_base;	/* first byte of dd_bp in the directory */
	uint64_t	dd_addr;	/* and on the device */
	/* The entry found, until the next step. */
	uint32_t	dd_first;	/* its first slot */
	uint32_t	dd_slot;	/* its short entry */
	struct dosent	dd_ent;
	uint16_t	dd_win[WIN_MAXSLOTS * WIN_CHARS]; /* long name */
	unsigned	dd_wincount;	/* its characters, 0: none */
};

/* The slots of an entry, with those of its long name. */
struct dosslots {
	uint32_t	ds_first, ds_last;
};

/* What an 8.3 name keeps of a name. */
enum dosname { DOSNAME_EXACT, DOSNAME_CASE, DOSNAME_LOSSY };

extern int (**msdosfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc msdosfs_vnodeop_opv_desc;

/* msdosfs_bpb.c */
int	msdosfs_bpb_decode(struct msdosfsmount *, const uint8_t *);

/* msdosfs_fat.c */
int	msdosfs_fat_get(struct msdosfsmount *, uint32_t cn, uint32_t *nextp);
int	msdosfs_fat_load(struct msdosfsmount *);
void	msdosfs_fat_unload(struct msdosfsmount *);
int	msdosfs_fat_setclean(struct msdosfsmount *, bool);
int	msdosfs_fsinfo_write(struct msdosfsmount *);
int	msdosfs_clust_alloc(struct msdosfsmount *, uint32_t after,
	    uint32_t *cnp);
int	msdosfs_chain_free(struct msdosfsmount *, uint32_t cn);
void	msdosfs_settle_begin(struct msdosfsmount *);
void	msdosfs_settle_end(struct msdosfsmount *, bool settled);
int	msdosfs_chain_cut(struct msdosfsmount *, uint32_t last);
static inline bool
msdosfs_isclust(const struct msdosfsmount *pmp, uint32_t cn)
{
	return cn >= CLUST_FIRST && cn <= pmp->pm_maxcluster;
}
static inline uint64_t
msdosfs_clustaddr(const struct msdosfsmount *pmp, uint32_t cn)
{
	return pmp->pm_dataoff +
	    ((uint64_t)(cn - CLUST_FIRST) << pmp->pm_cnshift);
}

/* msdosfs_chain.c */
int	msdosfs_pcbmap(struct denode *, uint32_t lbn, uint32_t *cnp);
void	msdosfs_fc_purge(struct denode *);
int	msdosfs_extend(struct denode *, uint32_t clusters);
int	msdosfs_chain_length(struct msdosfsmount *, uint32_t cn,
	    uint32_t *countp);
int	msdosfs_shorten(struct denode *, uint32_t clusters);

/* msdosfs_conv.c */
void	msdosfs_dos2unixtime(const struct msdosfsmount *,
	    const struct dostime *, struct timespec *);
void	msdosfs_unix2dostime(const struct msdosfsmount *,
	    const struct timespec *, struct dostime *);

/* msdosfs_name.c */
size_t	msdosfs_trimname(const char *name, size_t len);
int	msdosfs_unix2dosname(const char *name, size_t len,
	    uint8_t out[DE_NAMELEN], enum dosname *);
void	msdosfs_alias(const uint8_t plain[DE_NAMELEN], unsigned gen,
	    uint8_t out[DE_NAMELEN]);
unsigned msdosfs_aliasgen(const uint8_t name[DE_NAMELEN]);
uint8_t	msdosfs_checksum(const uint8_t name[DE_NAMELEN]);
int	msdosfs_unix2win(const struct msdosfsmount *, const char *name,
	    size_t len, uint16_t out[WIN_MAXLEN], unsigned *countp);
unsigned msdosfs_dos2win(const struct dosent *, uint16_t *out);
size_t	msdosfs_win2unix(const struct msdosfsmount *, const uint16_t *,
	    unsigned count, char *out, size_t room);
bool	msdosfs_winequal(const uint16_t *, const uint16_t *, unsigned count);

/* msdosfs_dir.c */
void	msdosfs_ent_decode(const struct msdosfsmount *, const uint8_t *,
	    struct dosent *);
void	msdosfs_ent_encode(const struct msdosfsmount *,
	    const struct dosent *, uint8_t *);
void	msdosfs_dir_begin(struct dosdir *, struct denode *, uint32_t off);
void	msdosfs_dir_end(struct dosdir *);
int	msdosfs_dir_slot(struct dosdir *, uint8_t **);
int	msdosfs_dir_next(struct dosdir *);
void	msdosfs_dir_sethint(struct denode *, uint32_t);
int	msdosfs_dir_find(struct dosdir *, struct denode *, const char *name,
	    size_t len);
bool	msdosfs_dir_empty(struct denode *);
int	msdosfs_dir_parent(struct denode *, uint32_t *clustp);
int	msdosfs_readdir(void *);

/* msdosfs_dirmod.c */
int	msdosfs_direnter(struct denode *dp, const struct componentname *,
	    struct dosent *, uint32_t *slotp, uint64_t *addrp);
int	msdosfs_dirremove(struct denode *dp, const struct denode *);
int	msdosfs_dirlocate(struct denode *dp, const struct denode *,
	    struct dosslots *);
int	msdosfs_dirfree(struct denode *dp, const struct dosslots *);
int	msdosfs_dirinit(struct msdosfsmount *, const struct dosent *,
	    uint32_t parent);
int	msdosfs_dirreparent(struct denode *, uint32_t parent);
void	msdosfs_clust_forget(struct msdosfsmount *, uint32_t first);

/* msdosfs_node.c */
int	msdosfs_loadvnode(struct mount *, struct vnode *, const void *,
	    size_t, const void **);
int	msdosfs_deget(struct denode *dp, const struct dosdir *,
	    struct vnode **);
int	msdosfs_getfile(struct denode *dp, uint32_t slot, struct vnode **);
int	msdosfs_getdir(struct msdosfsmount *, uint32_t clust,
	    struct vnode **);
int	msdosfs_inactive(void *);
int	msdosfs_reclaim(void *);
int	msdosfs_deupdat(struct denode *, bool wait);
void	msdosfs_touch(struct denode *);
void	msdosfs_rename_node(struct denode *, const struct denode *dp,
	    const struct dosent *, uint32_t slot, uint64_t addr);
void	msdosfs_unlinked(struct denode *);
ino_t	msdosfs_dirfileid(const struct msdosfsmount *, uint32_t clust);
void	msdosfs_now(const struct msdosfsmount *, struct dostime *);
void	msdosfs_node2ent(const struct denode *, struct dosent *);

/* msdosfs_rw.c */
int	msdosfs_read(void *);
int	msdosfs_write(void *);
int	msdosfs_bmap(void *);
int	msdosfs_strategy(void *);
int	msdosfs_fsync(void *);
int	msdosfs_truncate(struct denode *, uint64_t size);
int	msdosfs_flush(struct msdosfsmount *, bool wait);
int	msdosfs_flushdev(struct msdosfsmount *, bool wait);

/* msdosfs_vnops.c */
int	msdosfs_access(void *);
int	msdosfs_getattr(void *);
int	msdosfs_setattr(void *);
int	msdosfs_pathconf(void *);
int	msdosfs_print(void *);
mode_t	msdosfs_mode(const struct denode *);

/* msdosfs_names.c, msdosfs_rename.c */
int	msdosfs_lookup(void *);
int	msdosfs_create(void *);
int	msdosfs_mknod(void *);
int	msdosfs_mkdir(void *);
int	msdosfs_remove(void *);
int	msdosfs_rmdir(void *);
int	msdosfs_rename(void *);

#endif /* !_MSDOSFS_MSDOSFS_H_ */
