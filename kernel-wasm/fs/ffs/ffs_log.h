/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_log.h - the journal of a fast file system (WAPBL): its form on the
 * disk, and what the rest of the component calls.
 *
 * Every operation that changes metadata runs between ffs_log_begin() and
 * ffs_log_end(); without a journal both do nothing.
 */

#ifndef _FFS_FFS_LOG_H_
#define	_FFS_FFS_LOG_H_

#include <sys/param.h>

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>

struct buf;
struct lwp;
struct ufsmount;

/* records: byte offsets */
#define	WC_HEADER	0x5741424cU
#define	WC_INODES	0x5741424dU
#define	WC_REVOCATIONS	0x5741424eU
#define	WC_BLOCKS	0x5741424fU
enum {
	WC_TYPE = 0, WC_LEN = 4, WC_COUNT = 8, WC_CLEAR = 12, WC_ENTRIES = 16,
	WC_BLKENTRY = 16,		/* daddr s64, unused s32, dlen s32 */
	WC_INOENTRY = 8			/* inumber u32, mode u32 */
};
enum {
	WH_CHECKSUM = 8, WH_GENERATION = 12, WH_FSID = 16, WH_TIME = 24,
	WH_NSEC = 32, WH_VERSION = 36, WH_LOGSHIFT = 40, WH_FSSHIFT = 44,
	WH_HEAD = 48, WH_TAIL = 56, WH_CIRCOFF = 64, WH_CIRCSIZE = 72,
	WH_SIZE = 80
};
#define	FSJ_VERSION	1
#define	FSJ_ENDOFPART	1		/* fs_jlocation */
#define	FSJ_INFS	2
#define	FSJ_CREATE	1		/* fs_jflags: JL_COUNT is the size wanted */
#define	FSJ_CLEAR	2		/* the file shall go */
#define	FSJ_MINSIZE	((uint64_t)1 << 20)
#define	FSJ_MAXSIZE	((uint64_t)64 << 20)
/* indices of fs_jlocs; addresses and counts in units of JL_BLKSZ bytes */
enum { JL_ADDR = 0, JL_COUNT = 1, JL_BLKSZ = 2, JL_INO = 3 };

/* Where a journal is, in sectors of the device. */
struct ffslog_place {
	uint64_t lp_sector, lp_count;
};

#define	LOG_CHAINS	2048		/* power of two */
#define	LOG_THREADS	64		/* operations under way */

/* A sector as it will be. */
struct logsector {
	LIST_ENTRY(logsector) ls_hash;	/* g */
	uint64_t ls_sector;		/* : */
	uint8_t	ls_data[DEV_BSIZE];	/* g */
};

/* Frags that nothing names any more, in use until the commit. */
struct logdealloc {
	LIST_ENTRY(logdealloc) ld_hash;	/* g */
	int64_t	ld_addr;		/* : */
	uint32_t ld_frags;		/* : */
};

/* A file without a name that is still open. */
struct logorphan {
	uint32_t lo_ino, lo_mode;
};

/*
 * Fields	:	stable after attach
 *		g	lg_lock
 *		o	lg_owner, alone
 */
struct ffslog {
	kmutex_t lg_lock;
	kcondvar_t lg_cv;		/* g: lg_owner, lg_nactive */
	struct ffslog_place lg_place;	/* : */
	bool	lg_readonly;		/* : only to read through */
	struct lwp *lg_owner;		/* g: commits */
	struct lwp *lg_active[LOG_THREADS]; /* g */
	unsigned lg_depth[LOG_THREADS];	/* g */
	unsigned lg_nactive;		/* g */
	LIST_HEAD(, logsector) lg_sectors[LOG_CHAINS]; /* g */
	uint32_t lg_nsectors;		/* g */
	LIST_HEAD(, logdealloc) lg_deallocs[LOG_CHAINS]; /* g */
	uint32_t lg_ndeallocs;		/* g */
	uint64_t lg_freedfrags;		/* g */
	struct logorphan *lg_orphans;	/* g */
	uint32_t lg_norphans, lg_maxorphans; /* g */
	bool	lg_changed;		/* g: orphans differ from the disk's */
	uint32_t lg_generation;		/* o */
	uint64_t lg_head;		/* o: sectors from the circle's start */
};

/* ffs_log.c */
struct ffslog *ffs_log_alloc(const struct ffslog_place *);
void	ffs_log_free(struct ffslog *);
void	ffs_log_put(struct ffslog *, uint64_t sector, const void *);
void	ffs_log_drop(struct ffslog *, uint64_t sector, uint64_t n);
void	ffs_log_empty(struct ffslog *);
void	ffs_log_begin(struct ufsmount *);
void	ffs_log_end(struct ufsmount *);
void	ffs_log_write(struct ufsmount *, struct buf *, uint32_t off,
	    uint32_t len);
void	ffs_log_overlay(struct ufsmount *, struct buf *);
int	ffs_log_dealloc(struct ufsmount *, int64_t addr, uint32_t frags);
uint64_t ffs_log_deallocated(struct ufsmount *);
void	ffs_log_unlinked(struct ffslog *, ino_t, uint32_t mode);
void	ffs_log_freed(struct ffslog *, ino_t);
bool	ffs_log_pending(struct ufsmount *);
bool	ffs_log_mine(struct ufsmount *);

/* ffs_log_commit.c */
int	ffs_log_commit(struct ufsmount *);
int	ffs_log_io(struct ufsmount *, uint64_t sector, void *, size_t, bool);
int	ffs_log_home(struct ufsmount *, struct ffslog *);
int	ffs_log_header(struct ufsmount *, struct ffslog *, uint64_t head,
	    uint64_t tail);
int	ffs_log_wipe(struct ufsmount *, struct ffslog *);

/* ffs_log_replay.c */
int	ffs_log_replay(struct ufsmount *, struct ffslog *);

/* ffs_wapbl.c */
int	ffs_wapbl_mount(struct ufsmount *, bool force);
int	ffs_wapbl_settle(struct ufsmount *);
int	ffs_wapbl_start(struct ufsmount *);
int	ffs_wapbl_stop(struct ufsmount *);
void	ffs_wapbl_orphans(struct ufsmount *);

/* ffs_wapbl_file.c */
int	ffs_wapbl_create(struct ufsmount *, uint64_t size);
int	ffs_wapbl_remove(struct ufsmount *);

#endif /* !_FFS_FFS_LOG_H_ */
