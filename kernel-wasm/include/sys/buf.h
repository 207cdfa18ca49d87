/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/buf.h - a buffer: one block of a file or device in memory, or one
 * request to a block device.  See buffercache(9).
 */

#ifndef _SYS_BUF_H_
#define	_SYS_BUF_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/condvar.h>
#include <sys/mutex.h>

struct buf;
struct proc;
struct vnode;
struct mount;
struct uio;
struct kauth_cred;

typedef struct buf buf_t;

/*
 * Fields	c: bufcache_lock   o: b_objlock (the vnode's v_interlock, or
 *		buffer_lock without a vnode)   b: owner of BC_BUSY
 *		u: driver while the request is under way
 */
struct buf {
	TAILQ_ENTRY(buf) b_actq;	/* u: device queue */
	void	(*b_iodone)(struct buf *); /* b: runs once in biodone() */
	int	b_error;		/* b: errno of the last transfer */
	int	b_resid;		/* b: bytes not transferred */
	u_int	b_flags;		/* b: B_* */
	int	b_prio;			/* b: BPRIO_* */
	int	b_bufsize;		/* b: allocated size */
	int	b_bcount;		/* b: valid size */
	dev_t	b_dev;			/* b: device of the request */
	void	*b_data;		/* b: the bytes */
	daddr_t	b_blkno;		/* b: DEV_BSIZE address below */
	daddr_t	b_rawblkno;		/* u: sector on the whole device */
	struct proc *b_proc;		/* b: B_PHYS: owner of the memory */
	void	*b_private;		/* b: for b_iodone */
	uint64_t b_dcookie;		/* u: driver's word */

	kmutex_t *b_objlock;		/* stable after creation / bgetvp */
	kcondvar_t b_busy;		/* c: waiters for BC_BUSY */
	u_int	b_refcnt;		/* c: holders by reference */
	void	*b_dep;			/* unused: soft dependencies */
	LIST_ENTRY(buf) b_hash;		/* c: hash chain */
	LIST_ENTRY(buf) b_vnbufs;	/* c: v_cleanblkhd or v_dirtyblkhd */
	TAILQ_ENTRY(buf) b_freelist;	/* c: age or lru list */
	TAILQ_ENTRY(buf) b_wapbllist;	/* journal's list */
	daddr_t	b_lblkno;		/* c: logical block in b_vp */
	int	b_freelistindex;	/* c: BQ_*, -1 when on none */
	u_int	b_cflags;		/* c: BC_* */
	struct vnode *b_vp;		/* c: file of the block */
	kcondvar_t b_done;		/* o: waiters for BO_DONE */
	u_int	b_oflags;		/* o: BO_* */
	int	b_dirtysince;		/* c: time_uptime when it became dirty */
	bool	b_hashed;		/* c: on a hash chain */
	bool	b_onvnode;		/* c: on a list of b_vp */
};

/* b_cflags */
#define	BC_AGE		0x00000001	/* first to be reused */
#define	BC_BUSY		0x00000010	/* somebody owns it */
#define	BC_SCANNED	0x00000020	/* flushed in this pass */
#define	BC_INVAL	0x00002000	/* contents are worthless */
#define	BC_NOCACHE	0x00008000	/* forget it on release */
#define	BC_WANTED	0x00800000	/* somebody waits for BC_BUSY */
#define	BC_VFLUSH	0x04000000	/* being written by the syncer */

/* b_oflags */
#define	BO_DELWRI	0x00000080	/* dirty: written later */
#define	BO_DONE		0x00000200	/* transfer complete, data valid */

/* b_flags */
#define	B_WRITE		0x00000000	/* by the absence of B_READ */
#define	B_ASYNC		0x00000004	/* do not wait: released by biodone */
#define	B_COWDONE	0x00000400	/* copied on write */
#define	B_GATHERED	0x00001000	/* no more of this run follow */
#define	B_LOCKED	0x00004000	/* journal holds it: never written */
#define	B_PHYS		0x00040000	/* the memory is the caller's */
#define	B_RAW		0x00080000	/* raw transfer */
#define	B_READ		0x00100000	/* from the device */
#define	B_DEVPRIVATE	0x02000000	/* the driver's own */
#define	B_MEDIA_FUA	0x08000000	/* durable before biodone */
#define	B_MEDIA_DPO	0x10000000	/* advice: do not cache below */

#define	BUF_FLAGBITS \
    "\20\1AGE\3ASYNC\5BUSY\10DELWRI\12DONE\16INVAL\17LOCKED\20NOCACHE" \
    "\23PHYS\24RAW\25READ\30WANTED"

/* flags of getblk(), bread() and getiobuf() */
#define	B_MODIFY	0x00000001	/* hint: the caller will change it */

/* b_prio */
#define	BPRIO_NPRIO		3
#define	BPRIO_TIMECRITICAL	2
#define	BPRIO_TIMELIMITED	1
#define	BPRIO_TIMENONCRITICAL	0
#define	BPRIO_DEFAULT		BPRIO_TIMELIMITED
#define	BIO_GETPRIO(bp)		((bp)->b_prio)
#define	BIO_SETPRIO(bp, prio)	((bp)->b_prio = (prio))
#define	BIO_COPYPRIO(a, b)	BIO_SETPRIO(a, BIO_GETPRIO(b))

#define	BUF_ISREAD(bp)		(((bp)->b_flags & B_READ) != 0)
#define	BUF_ISWRITE(bp)		(((bp)->b_flags & B_READ) == 0)
#define	clrbuf(bp) do {						\
	memset((bp)->b_data, 0, (size_t)(bp)->b_bcount);	\
	(bp)->b_resid = 0;					\
} while (0)

/* flags of balloc-like file system calls */
#define	B_CLRBUF	0x01
#define	B_SYNC		0x02
#define	B_METAONLY	0x04
#define	B_CONTIG	0x08

/* What sysctl kern.buf and vmstat -s show. */
struct bufcache_stats {
	uint64_t bs_lookups;	/* getblk calls */
	uint64_t bs_hits;	/* found in memory */
	uint64_t bs_reads;	/* blocks read from below */
	uint64_t bs_readahead;	/* of these: ahead of need */
	uint64_t bs_writes;	/* blocks written */
	uint64_t bs_delwri;	/* bdwrite calls */
	uint64_t bs_recycled;	/* thrown out for room */
	uint64_t bs_bytes;	/* memory in use */
	uint64_t bs_limit;	/* and its limit */
	uint64_t bs_dirty;	/* bytes waiting to be written */
	uint32_t bs_count;	/* buffers */
};

extern kmutex_t bufcache_lock;
extern kmutex_t buffer_lock;
extern struct bufcache_stats bufcache_stats;	/* c: bufcache_lock */
extern u_int nbuf;

__BEGIN_DECLS
void	bufinit(void);
void	bufinit2(void);
void	buf_fini(void);

/* blocks of a vnode */
buf_t	*getblk(struct vnode *, daddr_t, int, int, int);
buf_t	*incore(struct vnode *, daddr_t);
int	bread(struct vnode *, daddr_t, int, int, buf_t **);
int	breadn(struct vnode *, daddr_t, int, daddr_t *, int *, int, int,
	    buf_t **);
int	bwrite(buf_t *);
void	bdwrite(buf_t *);
void	bawrite(buf_t *);
void	brelse(buf_t *, int);
void	brelsel(buf_t *, int);
buf_t	*geteblk(int);
int	allocbuf(buf_t *, int, int);
int	bbusy(buf_t *, bool, int, kmutex_t *);
void	bremfree(buf_t *);

/* requests */
void	biodone(buf_t *);
int	biowait(buf_t *);
void	buf_init(buf_t *);
void	buf_destroy(buf_t *);
buf_t	*getiobuf(struct vnode *, bool);
void	putiobuf(buf_t *);
void	nestiobuf_setup(buf_t *, buf_t *, int, size_t);
void	nestiobuf_iodone(buf_t *);
void	nestiobuf_done(buf_t *, int, int);
void	minphys(buf_t *);
int	physio(void (*)(buf_t *), buf_t *, dev_t, int, void (*)(buf_t *),
	    struct uio *);
int	bounds_check_with_mediasize(buf_t *, int, uint64_t);

/* association with a vnode: bufcache_lock held */
void	bgetvp(struct vnode *, buf_t *);
void	brelvp(buf_t *);
void	reassignbuf(buf_t *, struct vnode *);

/* all buffers of a vnode or device */
int	vinvalbuf(struct vnode *, int, struct kauth_cred *, struct lwp *,
	    bool, int);
int	vtruncbuf(struct vnode *, daddr_t, bool, int);
int	vflushbuf(struct vnode *, int);
void	buf_syncdelayed(int);	/* write what is dirty since n seconds */
int	buf_syncwait(void);
bool	vn_hasdirtybufs(struct vnode *);

/* memory */
u_long	buf_memcalc(void);
int	buf_drain(int);
int	buf_setvalimit(size_t);
int	buf_nbuf(void);
size_t	buf_memory(void);

/*
 * Read-ahead state of an open file, kept in the inode; no lock: a race costs
 * a read-ahead, never data.  All zero is a good start.
 */
struct vn_readahead {
	daddr_t	ra_expect;	/* block that would continue the sequence */
	daddr_t	ra_done;	/* first block not yet asked for */
	int	ra_window;	/* blocks to keep ahead; 0: random access */
};

/* vn_bioread(): VOP_READ of a file whose data are logical blocks */
struct bioread {
	struct vnode *br_vp;
	off_t	br_size;		/* bytes in the file */
	int	br_bshift;		/* log2 of the block size */
	int	(*br_blksize)(const void *, daddr_t); /* NULL: full blocks */
	const void *br_arg;		/* of br_blksize */
	struct vn_readahead *br_ra;	/* NULL: none */
};
int	vn_bioread(const struct bioread *, struct uio *);

/* what VOP_BWRITE and the device side use */
int	vn_bwrite(void *);
__END_DECLS

#endif /* !_SYS_BUF_H_ */
