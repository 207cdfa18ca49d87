/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_format.h - what lies on the disk, and its decoded forms.
 *
 * Everything is little-endian and read by offset.  Words that this driver
 * does not know are kept as they are: the superblock and the descriptors stay
 * in memory as bytes, an inode is changed inside its slot.
 */

#ifndef _EXT2FS_EXT2FS_FORMAT_H_
#define	_EXT2FS_EXT2FS_FORMAT_H_

#include <sys/types.h>
#include <sys/endian.h>
#include <sys/time.h>

#define	SBOFF		1024U
#define	SBSIZE		1024U
#define	E2FS_MAGIC	0xef53
#define	E2FS_REV0	0
#define	E2FS_REV1	1
#define	EXT2_ROOTINO	2
#define	EXT2_FIRSTINO	11
#define	EXT2FS_NDADDR	12
#define	EXT2FS_NIADDR	3
#define	EXT2FS_MAXNAMLEN 255
#define	EXT2FS_LINK_MAX	32000		/* with DIR_NLINK: 65000 */
#define	EXT2FS_DIRLINK_MAX 65000
#define	E2FS_ISCLEAN	1
#define	E2FS_ERRORS	2

/* superblock */
enum {
	SB_ICOUNT = 0, SB_BCOUNT = 4, SB_RBCOUNT = 8, SB_FBCOUNT = 12,
	SB_FICOUNT = 16, SB_FIRSTDB = 20, SB_LOGBSIZE = 24, SB_BPG = 32,
	SB_IPG = 40, SB_MTIME = 44, SB_WTIME = 48, SB_MNTCOUNT = 52,
	SB_MAGIC = 56, SB_STATE = 58, SB_REV = 76, SB_FIRSTINO = 84,
	SB_INODESIZE = 88, SB_GROUPNR = 90, SB_COMPAT = 92, SB_INCOMPAT = 96,
	SB_ROCOMPAT = 100, SB_UUID = 104, SB_FSMNT = 136, SB_RESGDB = 206,
	SB_ORPHAN = 232, SB_HASHSEED = 236, SB_HASHVERSION = 252,
	SB_MINEXTRA = 348, SB_WANTEXTRA = 350, SB_FLAGS = 352,
	SB_BACKUPBGS = 588
};

#define	EXT2F_COMPAT_HASJOURNAL		0x0004
#define	EXT2F_COMPAT_RESIZE_INODE	0x0010
#define	EXT2F_COMPAT_DIRHASHINDEX	0x0020
#define	EXT2F_COMPAT_SPARSESUPER2	0x0200
#define	EXT2F_ROCOMPAT_SPARSESUPER	0x0001
#define	EXT2F_ROCOMPAT_LARGEFILE	0x0002
#define	EXT2F_ROCOMPAT_HUGE_FILE	0x0008
#define	EXT2F_ROCOMPAT_GDT_CSUM		0x0010
#define	EXT2F_ROCOMPAT_DIR_NLINK	0x0020
#define	EXT2F_ROCOMPAT_EXTRA_ISIZE	0x0040
#define	EXT2F_ROCOMPAT_METADATA_CSUM	0x0400
#define	EXT2F_INCOMPAT_COMP		0x0001
#define	EXT2F_INCOMPAT_FTYPE		0x0002
#define	EXT2F_INCOMPAT_RECOVER		0x0004
#define	EXT2F_INCOMPAT_JOURNAL_DEV	0x0008
#define	EXT2F_INCOMPAT_META_BG		0x0010
#define	EXT2F_INCOMPAT_EXTENTS		0x0040
#define	EXT2F_INCOMPAT_64BIT		0x0080
#define	EXT2F_INCOMPAT_MMP		0x0100
#define	EXT2F_INCOMPAT_FLEX_BG		0x0200

#define	EXT2F_ROCOMPAT_SUPP						\
	(EXT2F_ROCOMPAT_SPARSESUPER | EXT2F_ROCOMPAT_LARGEFILE |	\
	EXT2F_ROCOMPAT_HUGE_FILE | EXT2F_ROCOMPAT_GDT_CSUM |		\
	EXT2F_ROCOMPAT_DIR_NLINK | EXT2F_ROCOMPAT_EXTRA_ISIZE)
#define	EXT2F_INCOMPAT_SUPP						\
	(EXT2F_INCOMPAT_FTYPE | EXT2F_INCOMPAT_EXTENTS |		\
	EXT2F_INCOMPAT_FLEX_BG)

#define	E2FS_SIGNED_HASH	1	/* SB_FLAGS */
#define	E2FS_UNSIGNED_HASH	2

/* group descriptor, 32 bytes */
#define	E2FS_GDSIZE		32U
enum {
	GD_BBITMAP = 0, GD_IBITMAP = 4, GD_ITABLES = 8, GD_NBFREE = 12,
	GD_NIFREE = 14, GD_NDIRS = 16, GD_FLAGS = 18, GD_ITUNUSED = 28,
	GD_CHECKSUM = 30
};
#define	E2FS_BG_INODE_UNINIT	1
#define	E2FS_BG_BLOCK_UNINIT	2
#define	E2FS_BG_INODE_ZEROED	4

/* inode */
#define	EXT2_REV0_DINODE_SIZE	128U
#define	EXT2_NSECSIZE		24U	/* extra bytes that hold all times */
enum {
	DI_MODE = 0, DI_UID = 2, DI_SIZE = 4, DI_ATIME = 8, DI_CTIME = 12,
	DI_MTIME = 16, DI_DTIME = 20, DI_GID = 24, DI_NLINK = 26,
	DI_NBLOCK = 28, DI_FLAGS = 32, DI_BLOCKS = 40, DI_GEN = 100,
	DI_FACL = 104, DI_SIZEHIGH = 108, DI_NBLOCKHIGH = 116,
	DI_UIDHIGH = 120, DI_GIDHIGH = 122, DI_EXTRAISIZE = 128,
	DI_CTIMEX = 132, DI_MTIMEX = 136, DI_ATIMEX = 140, DI_CRTIME = 144,
	DI_CRTIMEX = 148
};
#define	EXT2_IMMUTABLE		0x00000010
#define	EXT2_APPEND		0x00000020
#define	EXT2_NODUMP		0x00000040
#define	EXT2_INDEX		0x00001000
#define	EXT2_HUGE_FILE		0x00040000
#define	EXT2_EXTENTS		0x00080000
/* flags whose contents this driver cannot read */
#define	EXT2_FOREIGN		(0x00000800 | 0x10000000) /* encrypted, inline */

/* An inode, decoded. */
struct ext2fs_dinode {
	uint16_t e2di_mode;
	uint16_t e2di_nlink;
	uint32_t e2di_uid, e2di_gid;
	uint64_t e2di_size;
	struct timespec e2di_atime, e2di_mtime, e2di_ctime, e2di_birthtime;
	uint32_t e2di_dtime;
	uint64_t e2di_nblock;		/* 512-byte units */
	uint32_t e2di_flags;
	uint32_t e2di_gen;
	uint32_t e2di_facl;		/* block of extended attributes */
	uint16_t e2di_extra;		/* bytes used after the first 128 */
	uint8_t	e2di_blocks[60];	/* pointers, extents or link text */
};

/* A directory entry, decoded. */
struct ext2fs_direct {
	uint32_t e2d_ino;		/* 0: free */
	uint16_t e2d_reclen;
	uint8_t	e2d_namlen;
	const char *e2d_name;
};
#define	E2D_HDRSIZE	8U
#define	EXT2FS_DIRSIZ(len)	roundup2(E2D_HDRSIZE + (uint32_t)(len), 4U)

/* Blocks that belong to the file system itself, sorted. */
struct ext2fs_zone {
	uint32_t z_start, z_end;	/* [start, end) */
};

/*
 * The superblock in memory.
 *	:  stable after mount   u: um_lock
 */
struct m_ext2fs {
	uint8_t	e2fs_sb[SBSIZE];	/* u: as on the disk */
	uint8_t	*e2fs_gd;		/* u: the descriptors, whole blocks */
	uint8_t	*e2fs_gddirty;		/* u: a byte per block of e2fs_gd */
	struct ext2fs_zone *e2fs_zones;	/* : */
	uint32_t e2fs_nzones;		/* : */
	bool	e2fs_zonesmix;		/* : two of them overlap */
	uint32_t e2fs_icount, e2fs_bcount, e2fs_rbcount;
	uint32_t e2fs_avail;		/* : blocks the device has of these */
	uint32_t e2fs_fbcount, e2fs_ficount;	/* u */
	uint32_t e2fs_first_dblock, e2fs_bpg, e2fs_ipg, e2fs_ncg;
	uint32_t e2fs_compat, e2fs_incompat;
	uint32_t e2fs_rocompat;		/* u */
	uint32_t e2fs_rev, e2fs_inode_size, e2fs_wantextra;
	uint32_t e2fs_bsize, e2fs_ngdb, e2fs_ipb, e2fs_itpg;
	int	e2fs_bshift;
	uint32_t e2fs_hash_seed[4];
	uint8_t	e2fs_hash_version;	/* with +3 for unsigned */
	uint16_t e2fs_state;		/* : on the disk before the mount */
	bool	e2fs_fmod;		/* u: superblock to be written */
};

#define	EXT2F_HAS_COMPAT(fs, f)	(((fs)->e2fs_compat & (f)) != 0)
#define	EXT2F_HAS_ROCOMPAT(fs, f) (((fs)->e2fs_rocompat & (f)) != 0)
#define	EXT2F_HAS_INCOMPAT(fs, f) (((fs)->e2fs_incompat & (f)) != 0)
#define	EXT2_FSBTODB(fs, b)						\
	((daddr_t)(uint32_t)(b) << ((fs)->e2fs_bshift - DEV_BSHIFT))
#define	ext2_lblkno(fs, off)	((daddr_t)((uint64_t)(off) >> (fs)->e2fs_bshift))
#define	ext2_blkoff(fs, off)	((uint32_t)(off) & ((fs)->e2fs_bsize - 1))
#define	EXT2_NINDIR(fs)		((fs)->e2fs_bsize / 4)
#define	ino_to_cg(fs, ino)	((uint32_t)(((ino) - 1) / (fs)->e2fs_ipg))
#define	dtog(fs, b)							\
	(((uint32_t)(b) - (fs)->e2fs_first_dblock) / (fs)->e2fs_bpg)
#define	cgbase(fs, cg)		((fs)->e2fs_first_dblock + (cg) * (fs)->e2fs_bpg)

/* ext2fs_super.c: pure */
int	ext2fs_super_decode(struct m_ext2fs *, uint64_t devsize);
const char *ext2fs_unsupported(const struct m_ext2fs *);
uint64_t ext2fs_maxfilesize(const struct m_ext2fs *, bool extents);
bool	ext2fs_cg_has_sb(const struct m_ext2fs *, uint32_t cg);
uint32_t ext2fs_cg_blocks(const struct m_ext2fs *, uint32_t cg);
uint32_t ext2fs_overhead(const struct m_ext2fs *);

/* ext2fs_group.c: pure, except for the zones' memory */
uint32_t ext2fs_gd32(const struct m_ext2fs *, uint32_t cg, uint32_t off);
uint16_t ext2fs_gd16(const struct m_ext2fs *, uint32_t cg, uint32_t off);
void	ext2fs_gd_set16(struct m_ext2fs *, uint32_t cg, uint32_t off,
	    uint16_t);
int	ext2fs_gd_check(const struct m_ext2fs *);
bool	ext2fs_gd_checksums_ok(const struct m_ext2fs *);
void	ext2fs_zones_build(struct m_ext2fs *);
void	ext2fs_zones_free(struct m_ext2fs *);
bool	ext2fs_in_zone(const struct m_ext2fs *, uint32_t blk, uint32_t count);
bool	ext2fs_blocks_valid(const struct m_ext2fs *, uint64_t blk,
	    uint64_t count);
int	ext2fs_inode_place(const struct m_ext2fs *, uint64_t ino,
	    uint32_t *blkp, uint32_t *offp);

/* ext2fs_dinode.c: pure */
void	ext2fs_dinode_decode(const struct m_ext2fs *, const uint8_t *,
	    struct ext2fs_dinode *);
void	ext2fs_dinode_encode(const struct m_ext2fs *,
	    const struct ext2fs_dinode *, uint8_t *);
void	ext2fs_dinode_clip(const struct m_ext2fs *,
	    const struct ext2fs_dinode *, struct timespec *);
int	ext2fs_direct_decode(const struct m_ext2fs *, const uint8_t *,
	    size_t left, struct ext2fs_direct *);
bool	ext2fs_direct_nameok(const struct ext2fs_direct *);

/* ext2fs_hash.c: pure */
int	ext2fs_hash(const struct m_ext2fs *, int version, const char *name,
	    size_t len, uint32_t *hashp);

#endif /* !_EXT2FS_EXT2FS_FORMAT_H_ */
