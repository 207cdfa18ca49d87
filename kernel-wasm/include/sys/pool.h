/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/pool.h - pool(9) and pool_cache(9).
 *
 * Items of one size, cut from page-sized chunks of the host's memory.  A
 * pool_cache keeps constructed items per CPU; the fast path needs no atomic
 * operation because the caller holds its CPU.
 */

#ifndef _SYS_POOL_H_
#define _SYS_POOL_H_

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#define	PR_WAITOK	0x01
#define	PR_NOWAIT	0x02
#define	PR_ZERO		0x04
#define	PR_LIMITFAIL	0x10
#define	PR_RECURSIVE	0x20
#define	PR_NOTOUCH	0x40
#define	PR_NOALIGN	0x800
#define	PR_LARGECACHE	0x1000
#define	POOL_PADDR_INVALID	((paddr_t)-1)

struct pool;
struct pool_page;
struct pool_cache;
typedef struct pool_cache *pool_cache_t;

struct pool_allocator {
	void	*(*pa_alloc)(struct pool *, int);
	void	(*pa_free)(struct pool *, void *);
	unsigned int	pa_pagesz;
};
extern struct pool_allocator pool_allocator_kmem;
extern struct pool_allocator pool_allocator_nointr;

struct pool {
	LIST_ENTRY(pool) pr_list;	/* pool_head_lock */
	LIST_HEAD(, pool_page) pr_partial;	/* m: pages with free items */
	LIST_HEAD(, pool_page) pr_full;		/* m */
	LIST_HEAD(, pool_page) pr_empty;	/* m: all items free */
	kmutex_t	pr_lock;	/* "m" above */
	const char	*pr_wchan;	/* s: name */
	struct pool_allocator *pr_alloc;/* s */
	size_t		pr_size;	/* s: of an item, rounded */
	size_t		pr_pagesize;	/* s */
	unsigned int	pr_align;	/* s */
	unsigned int	pr_itemsperpage;/* s */
	unsigned int	pr_nout;	/* m: items out */
	unsigned int	pr_npages;	/* m */
	unsigned int	pr_nempty;	/* m */
	unsigned int	pr_minitems;	/* m: low water mark */
	unsigned int	pr_maxempty;	/* m: high water, in pages */
	unsigned int	pr_hardlimit;	/* m */
	unsigned long	pr_nget, pr_nput, pr_nfail;	/* m */
	void		(*pr_drain)(void *, int);
	void		*pr_drainarg;
};

void	pool_init(struct pool *, size_t, u_int, u_int, int, const char *,
	    struct pool_allocator *, int);
void	pool_destroy(struct pool *);
void	*pool_get(struct pool *, int);
void	pool_put(struct pool *, void *);
int	pool_prime(struct pool *, int);
void	pool_setlowat(struct pool *, int);
void	pool_sethiwat(struct pool *, int);
void	pool_sethardlimit(struct pool *, int, const char *, int);
int	pool_reclaim(struct pool *);
void	pool_set_drain_hook(struct pool *, void (*)(void *, int), void *);
bool	pool_drain(struct pool **);

pool_cache_t pool_cache_init(size_t, u_int, u_int, u_int, const char *,
	    struct pool_allocator *, int, int (*)(void *, void *, int),
	    void (*)(void *, void *), void *);
void	pool_cache_destroy(pool_cache_t);
void	*pool_cache_get_paddr(pool_cache_t, int, paddr_t *);
void	pool_cache_put_paddr(pool_cache_t, void *, paddr_t);
#define	pool_cache_get(pc, f)	pool_cache_get_paddr((pc), (f), NULL)
#define	pool_cache_put(pc, o)	\
	pool_cache_put_paddr((pc), (o), POOL_PADDR_INVALID)
void	pool_cache_destruct_object(pool_cache_t, void *);
void	pool_cache_invalidate(pool_cache_t);
bool	pool_cache_reclaim(pool_cache_t);
void	pool_cache_set_drain_hook(pool_cache_t, void (*)(void *, int), void *);
void	pool_cache_setlowat(pool_cache_t, int);
void	pool_cache_sethiwat(pool_cache_t, int);
void	pool_cache_sethardlimit(pool_cache_t, int, const char *, int);

/* Walk all pools, for sysctl and vmstat (ours). */
void	pool_foreach(void (*)(struct pool *, void *), void *);

#endif /* _SYS_POOL_H_ */
