/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_format.h - the fast file system, versions 1 and 2, on the disk.
 *
 * Readers and writers of bytes, without I/O.  Units: frag = fs_fsize bytes,
 * all disk addresses count frags; block = fs_frag frags.
 *
 * Fields of struct fs	:	stable after mount
 *			l	um_lock
 */

#ifndef _FFS_FFS_FORMAT_H_
#define	_FFS_FFS_FORMAT_H_

#include <sys/param.h>
#include <sys/endian.h>
#include <sys/time.h>

#define	FS_UFS1_MAGIC	0x00011954U
#define	FS_UFS2_MAGIC	0x19540119U
#define	FS_UFS2EA_MAGIC	0x19012038U	/* with extended attributes */
#define	SBLOCKSIZE	8192
#define	SBLOCKSEARCH	{ 65536, 8192, 0, 262144 }
#define	SBLOCK_UFS2	65536

#define	UFS_ROOTINO	2
#define	UFS_WINO	1		/* whiteout */
#define	UFS_NDADDR	12
#define	UFS_NIADDR	3
#define	UFS_NXADDR	2
#define	UFS_DIRBLKSIZ	512
#define	FFS_MAXNAMLEN	255
#define	UFS_LINK_MAX	32767

/* byte offsets in the superblock */
enum {
	SB_SBLKNO = 8, SB_CBLKNO = 12, SB_IBLKNO = 16, SB_DBLKNO = 20,
	SB_OLDCGOFF = 24, SB_OLDCGMASK = 28, SB_OLDTIME = 32,
	SB_OLDSIZE = 36, SB_OLDDSIZE = 40, SB_NCG = 44, SB_BSIZE = 48,
	SB_FSIZE = 52, SB_FRAG = 56, SB_MINFREE = 60, SB_BMASK = 72,
	SB_FMASK = 76, SB_BSHIFT = 80, SB_FSHIFT = 84, SB_MAXCONTIG = 88,
	SB_MAXBPG = 92, SB_FRAGSHIFT = 96, SB_FSBTODB = 100, SB_SBSIZE = 104,
	SB_NINDIR = 116, SB_INOPB = 120, SB_ID = 144, SB_OLDCSADDR = 152,
	SB_CSSIZE = 156, SB_CGSIZE = 160, SB_IPG = 184, SB_FPG = 188,
	SB_OPTIM = 128, SB_OLDCSTOTAL = 192, SB_FMOD = 208, SB_CLEAN = 209,
	SB_RONLY = 210, SB_OLDFLAGS = 211, SB_FSMNT = 212, SB_VOLNAME = 680,
	SB_CGROTOR = 724, SB_INCORE = 728, SB_JVERSION = 864,
	SB_JLOCATION = 865, SB_JFLAGS = 868, SB_JLOCS = 872,
	SB_SBLOCKLOC = 1000,
	SB_CSTOTAL = 1008, SB_TIME = 1072, SB_SIZE = 1080, SB_DSIZE = 1088,
	SB_CSADDR = 1096, SB_AVGFILESIZE = 1196, SB_AVGFPDIR = 1200,
	SB_FLAGS = 1312, SB_CONTIGSUM = 1316,
	SB_MAXSYMLINK = 1320, SB_OLDINODEFMT = 1324, SB_MAXFILESIZE = 1328,
	SB_MAGIC = 1372, SB_STRUCTSIZE = 1376
};
#define	FS_FLAGS_UPDATED	0x80	/* of the byte at SB_OLDFLAGS */
#define	FS_ISCLEAN	0x01
#define	FS_WASCLEAN	0x02	/* clean when it was mounted */
#define	FS_FSMNTSIZE	468
#define	FS_INCORESIZE	128	/* bytes at SB_INCORE: zero on the disk */
#define	FS_DOSOFTDEP	0x002
#define	FS_DOWAPBL	0x100
#define	FS_DOQUOTA2	0x200
#define	FS_KNOWN_FLAGS	(FS_DOSOFTDEP | FS_DOWAPBL | FS_DOQUOTA2)
#define	FS_44INODEFMT	2
#define	CG_STRUCTSIZE	176
#define	CSUM_SIZE	16	/* ndir, nbfree, nifree, nffree */
#define	FS_MAXCONTIGSUM	16

/* The superblock, decoded and checked. */
struct fs {
	bool	fs_be;			/* big-endian on the disk */
	bool	fs_ufs2;
	bool	fs_ea;			/* UFS2 with extended attributes */
	bool	fs_updated;		/* has the fields of UFS2 */
	bool	fs_olddir;		/* 4.2 directories: no type byte */
	bool	fs_oldinode;		/* 4.2 inodes: 16-bit ids */
	uint64_t fs_sblockloc;
	uint32_t fs_sblkno, fs_cblkno, fs_iblkno, fs_dblkno;
	uint32_t fs_old_cgoffset, fs_old_cgmask;
	uint32_t fs_ncg, fs_bsize, fs_fsize, fs_frag;
	int	fs_bshift, fs_fshift, fs_fragshift;
	uint32_t fs_minfree, fs_nindir, fs_inopb, fs_ipg, fs_fpg;
	uint32_t fs_cssize, fs_cgsize, fs_sbsize;
	uint32_t fs_maxbpg, fs_avgfilesize, fs_avgfpdir, fs_contigsumsize;
	uint32_t fs_optim;
	int32_t	fs_maxsymlinklen;
	uint64_t fs_maxfilesize;
	uint64_t fs_size, fs_dsize, fs_csaddr;	/* frags */
	int32_t	fs_id[2];
	uint8_t	fs_jversion, fs_jlocation;	/* l */
	uint32_t fs_jflags;			/* l */
	uint64_t fs_jlocs[4];			/* l */
	uint8_t	fs_clean;			/* l */
	bool	fs_ronly;			/* l */
	bool	fs_fmod;			/* l: the summary changed */
	uint32_t fs_flags;			/* l */
	uint32_t fs_cgrotor;			/* l */
	uint64_t fs_ndir, fs_nbfree, fs_nifree, fs_nffree;	/* l */
	char	fs_volname[33];
};

#define	fsbtobyte(fs, d)	((uint64_t)(d) << (fs)->fs_fshift)
#define	fsbtodb(fs, d)		((daddr_t)(d) << ((fs)->fs_fshift - DEV_BSHIFT))
#define	ffs_lblkno(fs, off)	((daddr_t)((uint64_t)(off) >> (fs)->fs_bshift))
#define	ffs_blkoff(fs, off)	((uint32_t)(off) & ((fs)->fs_bsize - 1))

/* An inode, decoded. */
struct ufs_dinode {
	uint32_t di_mode, di_nlink, di_uid, di_gid;
	uint64_t di_size, di_blocks;	/* bytes, 512-byte sectors */
	struct timespec di_atime, di_mtime, di_ctime, di_birthtime;
	int32_t	di_gen;
	uint32_t di_flags;
	uint32_t di_extsize;		/* UFS2: bytes of attributes */
	int64_t	di_extb[UFS_NXADDR];
	int64_t	di_db[UFS_NDADDR], di_ib[UFS_NIADDR];
	uint8_t	di_short[120];		/* the same bytes: symlink text */
	int64_t	di_rdev;
};
#define	DINODE1_SIZE	128
#define	DINODE2_SIZE	256

/* One directory entry. */
struct ufs_direntry {
	uint32_t d_ino;
	uint16_t d_reclen;
	uint8_t	d_type;			/* DT_*, DT_UNKNOWN in old ones */
	uint8_t	d_namlen;
	const char *d_name;
};

static inline uint16_t
ufs_rd16(const struct fs *fs, const void *p)
{
	return fs->fs_be ? be16dec(p) : le16dec(p);
}

static inline uint32_t
ufs_rd32(const struct fs *fs, const void *p)
{
	return fs->fs_be ? be32dec(p) : le32dec(p);
}

static inline uint64_t
ufs_rd64(const struct fs *fs, const void *p)
{
	return fs->fs_be ? be64dec(p) : le64dec(p);
}

static inline void
ufs_wr16(const struct fs *fs, void *p, uint16_t v)
{
	if (fs->fs_be)
		be16enc(p, v);
	else
		le16enc(p, v);
}

static inline void
ufs_wr32(const struct fs *fs, void *p, uint32_t v)
{
	if (fs->fs_be)
		be32enc(p, v);
	else
		le32enc(p, v);
}

static inline void
ufs_wr64(const struct fs *fs, void *p, uint64_t v)
{
	if (fs->fs_be)
		be64enc(p, v);
	else
		le64enc(p, v);
}

/* ffs_super.c */
int	ffs_super_decode(const uint8_t *, uint64_t pos, bool force,
	    struct fs *);
void	ffs_super_encode(const struct fs *, uint64_t now, uint8_t *);
bool	ffs_super_writable(const struct fs *);
uint64_t ffs_cgstart(const struct fs *, uint32_t cg);
int	ffs_inode_place(const struct fs *, uint64_t ino, uint64_t *blkp,
	    uint32_t *offp);
bool	ffs_frags_valid(const struct fs *, int64_t addr, uint32_t count);
int	ffs_blksize(const struct fs *, uint64_t size, daddr_t lbn);

/* ffs_dinode.c */
void	ufs_dinode_decode(const struct fs *, const uint8_t *,
	    struct ufs_dinode *);
void	ufs_dinode_encode(const struct fs *, const struct ufs_dinode *,
	    bool shortlink, uint8_t *);
size_t	ufs_dinode_size(const struct fs *);

/* ffs_direntry.c */
#define	UFS_DIRSIZE(namlen)	(8 + roundup2((size_t)(namlen) + 1, 4))
int	ufs_direntry_decode(const struct fs *, const uint8_t *, size_t left,
	    struct ufs_direntry *);
void	ufs_direntry_init(const struct fs *, uint8_t *, uint16_t reclen,
	    const struct ufs_direntry *);
int	ufs_chunk_free(const struct fs *, const uint8_t *);
int	ufs_chunk_gap(const struct fs *, const uint8_t *, size_t need);
int	ufs_chunk_enter(const struct fs *, uint8_t *,
	    const struct ufs_direntry *, size_t *atp);
int	ufs_chunk_remove(const struct fs *, uint8_t *, size_t at);
void	ufs_dirtemplate(const struct fs *, uint8_t *, uint32_t self,
	    uint32_t parent);

#endif /* !_FFS_FFS_FORMAT_H_ */
