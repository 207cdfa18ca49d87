/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_pool.c - pool(9) and pool_cache(9).
 *
 * Pages are aligned to their size, so that the header of an item's page is
 * found by masking.  A pool_cache has an array of constructed items per CPU.
 *
 * Under the address sanitizer each item is an allocation of its own.
 *
 * Locking	m: pr_lock of the pool (spin: usable everywhere)
 *		pool_head_lock: list of pools.  The CPU arrays belong to the
 *		holder of the CPU.
 * Sleeps	pool_get() with PR_WAITOK.
 * Errors	NULL with PR_NOWAIT, or at the hard limit with PR_LIMITFAIL.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/pool.h>

#include "rump_private.h"

struct pool_item {
	struct pool_item *pi_next;
};

struct pool_page {
	LIST_ENTRY(pool_page) pp_list;
	struct pool	*pp_pool;
	struct pool_item *pp_free;
	uint32_t	pp_nfree;
	uint32_t	pp_fresh;	/* items never given out yet */
};

#define	PC_DEPTH	16

struct pool_cache_cpu {
	uint32_t	pcc_n;
	void		*pcc_obj[PC_DEPTH];
};

struct pool_cache {
	struct pool	pc_pool;
	int		(*pc_ctor)(void *, void *, int);
	void		(*pc_dtor)(void *, void *);
	void		*pc_arg;
	int		pc_ncpu;
	struct pool_cache_cpu *pc_cpu;
};

struct pool_allocator pool_allocator_kmem, pool_allocator_nointr;

static kmutex_t pool_head_lock;
static LIST_HEAD(, pool) pool_head = LIST_HEAD_INITIALIZER(pool_head);

static void
pool_reclaim_all(void *arg)
{
	struct pool *pr;

	mutex_enter(&pool_head_lock);
	LIST_FOREACH(pr, &pool_head, pr_list)
		(void)pool_reclaim(pr);
	mutex_exit(&pool_head_lock);
}

void
rump_pool_init(void)
{

	mutex_init(&pool_head_lock, MUTEX_DEFAULT, IPL_NONE);
	kmem_reclaim_establish(pool_reclaim_all, NULL);
}

void
pool_init(struct pool *pr, size_t size, u_int align, u_int align_offset,
    int flags, const char *wchan, struct pool_allocator *pa, int ipl)
{
	size_t page = PAGE_SIZE;

	memset(pr, 0, sizeof(*pr));
	if (align == 0)
		align = 2 * sizeof(void *);
	KASSERT(powerof2(align));
	size = roundup2(MAX(size, sizeof(struct pool_item)), (size_t)align);
	while (page < 4 * size && page < 65536)
		page *= 2;
	while (page < size + sizeof(struct pool_page) + align)
		page *= 2;
	mutex_init(&pr->pr_lock, MUTEX_SPIN, ipl);
	pr->pr_wchan = wchan;
	pr->pr_alloc = pa;
	pr->pr_size = size;
	pr->pr_align = align;
	pr->pr_pagesize = page;
	pr->pr_itemsperpage = (u_int)((page -
	    roundup2(sizeof(struct pool_page), (size_t)align)) / size);
	pr->pr_maxempty = 4;
	pr->pr_hardlimit = UINT_MAX;
	mutex_enter(&pool_head_lock);
	LIST_INSERT_HEAD(&pool_head, pr, pr_list);
	mutex_exit(&pool_head_lock);
}

static inline uint8_t *
page_items(const struct pool *pr, struct pool_page *pp)
{

	return (uint8_t *)pp +
	    roundup2(sizeof(*pp), (size_t)pr->pr_align);
}

static inline struct pool_page *
page_of(const struct pool *pr, void *item)
{

	return (struct pool_page *)((uintptr_t)item &
	    ~(uintptr_t)(pr->pr_pagesize - 1));
}

/* Called without the lock; the page goes to the partial list. */
static bool
pool_grow(struct pool *pr, bool waitok)
{
	struct pool_page *pp;

	pp = rump_hypermalloc(pr->pr_pagesize, (int)pr->pr_pagesize, waitok,
	    pr->pr_wchan);
	if (pp == NULL)
		return false;
	pp->pp_pool = pr;
	pp->pp_free = NULL;
	pp->pp_nfree = pp->pp_fresh = pr->pr_itemsperpage;
	mutex_enter(&pr->pr_lock);
	LIST_INSERT_HEAD(&pr->pr_empty, pp, pp_list);
	pr->pr_npages++;
	pr->pr_nempty++;
	mutex_exit(&pr->pr_lock);
	return true;
}

/* An item, or NULL if there is no page with one.  The lock is held. */
static void *
pool_take(struct pool *pr)
{
	struct pool_page *pp = LIST_FIRST(&pr->pr_partial);
	struct pool_item *pi;

	if (pp == NULL) {
		if ((pp = LIST_FIRST(&pr->pr_empty)) == NULL)
			return NULL;
		LIST_REMOVE(pp, pp_list);
		pr->pr_nempty--;
		LIST_INSERT_HEAD(&pr->pr_partial, pp, pp_list);
	}
	if ((pi = pp->pp_free) != NULL)
		pp->pp_free = pi->pi_next;
	else
		pi = (void *)(page_items(pr, pp) + --pp->pp_fresh * pr->pr_size);
	if (--pp->pp_nfree == 0) {
		LIST_REMOVE(pp, pp_list);
		LIST_INSERT_HEAD(&pr->pr_full, pp, pp_list);
	}
	return pi;
}

/* Reserve room below the hard limit. */
static bool
pool_admit(struct pool *pr, int flags)
{

	for (;;) {
		mutex_enter(&pr->pr_lock);
		if (pr->pr_nout < pr->pr_hardlimit) {
			pr->pr_nout++;
			pr->pr_nget++;
			return true;		/* locked */
		}
		pr->pr_nfail++;
		mutex_exit(&pr->pr_lock);
		if (pr->pr_drain != NULL)
			pr->pr_drain(pr->pr_drainarg, flags);
		if ((flags & PR_WAITOK) == 0 || (flags & PR_LIMITFAIL) != 0)
			return false;
		(void)kpause(pr->pr_wchan, false, 1, NULL);
	}
}

static void
pool_unadmit(struct pool *pr)
{

	mutex_enter(&pr->pr_lock);
	pr->pr_nout--;
	pr->pr_nfail++;
	mutex_exit(&pr->pr_lock);
}

void *
pool_get(struct pool *pr, int flags)
{
	const bool waitok = (flags & PR_WAITOK) != 0;
	void *item;

	if (!pool_admit(pr, flags))
		return NULL;
#ifdef RUMP_ASAN
	mutex_exit(&pr->pr_lock);
	item = rump_hypermalloc(pr->pr_size, (int)MAX(pr->pr_align, 16), waitok,
	    pr->pr_wchan);
	if (item == NULL)
		pool_unadmit(pr);
#else
	while ((item = pool_take(pr)) == NULL) {
		mutex_exit(&pr->pr_lock);
		if (!pool_grow(pr, waitok)) {
			pool_unadmit(pr);
			return NULL;
		}
		mutex_enter(&pr->pr_lock);
	}
	mutex_exit(&pr->pr_lock);
#endif
	if (item != NULL && (flags & PR_ZERO) != 0)
		memset(item, 0, pr->pr_size);
	return item;
}

void
pool_put(struct pool *pr, void *item)
{
#ifdef RUMP_ASAN
	(void)pool_take;
	(void)pool_grow;
	(void)page_of;
	rump_hyperfree(item, pr->pr_size);
	mutex_enter(&pr->pr_lock);
	pr->pr_nout--;
	pr->pr_nput++;
	mutex_exit(&pr->pr_lock);
#else
	struct pool_page *pp = page_of(pr, item), *drop = NULL;
	struct pool_item *pi = item;

	KASSERTMSG(pp->pp_pool == pr, "item %p is not of pool %s", item,
	    pr->pr_wchan);
	mutex_enter(&pr->pr_lock);
	KASSERT(pr->pr_nout > 0 && pp->pp_nfree < pr->pr_itemsperpage);
	pr->pr_nout--;
	pr->pr_nput++;
	pi->pi_next = pp->pp_free;
	pp->pp_free = pi;
	if (++pp->pp_nfree == pr->pr_itemsperpage) {
		LIST_REMOVE(pp, pp_list);
		if (pr->pr_nempty >= pr->pr_maxempty) {
			pr->pr_npages--;
			drop = pp;
		} else {
			pr->pr_nempty++;
			LIST_INSERT_HEAD(&pr->pr_empty, pp, pp_list);
		}
	} else if (pp->pp_nfree == 1) {
		LIST_REMOVE(pp, pp_list);
		LIST_INSERT_HEAD(&pr->pr_partial, pp, pp_list);
	}
	mutex_exit(&pr->pr_lock);
	if (drop != NULL)
		rump_hyperfree(drop, pr->pr_pagesize);
#endif
}

/* Give empty pages back to the host; returns how many. */
int
pool_reclaim(struct pool *pr)
{
	struct pool_page *pp;
	int n = 0;

	for (;;) {
		mutex_enter(&pr->pr_lock);
		if ((pp = LIST_FIRST(&pr->pr_empty)) == NULL)
			break;
		LIST_REMOVE(pp, pp_list);
		pr->pr_nempty--;
		pr->pr_npages--;
		mutex_exit(&pr->pr_lock);
		rump_hyperfree(pp, pr->pr_pagesize);
		n++;
	}
	mutex_exit(&pr->pr_lock);
	return n;
}

void
pool_destroy(struct pool *pr)
{

	mutex_enter(&pool_head_lock);
	LIST_REMOVE(pr, pr_list);
	mutex_exit(&pool_head_lock);
	KASSERTMSG(pr->pr_nout == 0, "pool %s: %u items out", pr->pr_wchan,
	    pr->pr_nout);
	(void)pool_reclaim(pr);
	KASSERT(pr->pr_npages == 0);
	mutex_destroy(&pr->pr_lock);
}

int
pool_prime(struct pool *pr, int n)
{
	int i, pages = (int)howmany((u_int)n, pr->pr_itemsperpage);

	pr->pr_maxempty = MAX(pr->pr_maxempty, (u_int)pages);
	for (i = 0; i < pages; i++) {
		if (!pool_grow(pr, true))
			return ENOMEM;
	}
	return 0;
}

void
pool_setlowat(struct pool *pr, int n)
{

	pr->pr_minitems = (u_int)n;
}

void
pool_sethiwat(struct pool *pr, int n)
{

	pr->pr_maxempty = MAX(1, (u_int)n / pr->pr_itemsperpage);
}

void
pool_sethardlimit(struct pool *pr, int n, const char *msg, int rate)
{

	pr->pr_hardlimit = (u_int)n;
}

void
pool_set_drain_hook(struct pool *pr, void (*func)(void *, int), void *arg)
{

	pr->pr_drain = func;
	pr->pr_drainarg = arg;
}

bool
pool_drain(struct pool **prp)
{

	pool_reclaim_all(NULL);
	if (prp != NULL)
		*prp = NULL;
	return true;
}

void
pool_foreach(void (*func)(struct pool *, void *), void *arg)
{
	struct pool *pr;

	mutex_enter(&pool_head_lock);
	LIST_FOREACH(pr, &pool_head, pr_list)
		func(pr, arg);
	mutex_exit(&pool_head_lock);
}

/*
 * Caches.
 */
pool_cache_t
pool_cache_init(size_t size, u_int align, u_int align_offset, u_int flags,
    const char *wchan, struct pool_allocator *pa, int ipl,
    int (*ctor)(void *, void *, int), void (*dtor)(void *, void *), void *arg)
{
	pool_cache_t pc = kmem_zalloc(sizeof(*pc), KM_SLEEP);

	pool_init(&pc->pc_pool, size, align, align_offset, (int)flags, wchan,
	    pa, ipl);
	pc->pc_ctor = ctor;
	pc->pc_dtor = dtor;
	pc->pc_arg = arg;
	pc->pc_ncpu = ncpu;
	pc->pc_cpu = kmem_zalloc(sizeof(*pc->pc_cpu) * (size_t)ncpu, KM_SLEEP);
	return pc;
}

void *
pool_cache_get_paddr(pool_cache_t pc, int flags, paddr_t *pap)
{
	struct pool_cache_cpu *pcc = &pc->pc_cpu[curcpu()->ci_index];
	void *obj;

	if (__predict_true(pcc->pcc_n != 0))
		return pcc->pcc_obj[--pcc->pcc_n];
	obj = pool_get(&pc->pc_pool, flags & ~PR_ZERO);
	if (obj != NULL && pc->pc_ctor != NULL &&
	    pc->pc_ctor(pc->pc_arg, obj, flags) != 0) {
		pool_put(&pc->pc_pool, obj);
		obj = NULL;
	}
	return obj;
}

void
pool_cache_destruct_object(pool_cache_t pc, void *obj)
{

	if (pc->pc_dtor != NULL)
		pc->pc_dtor(pc->pc_arg, obj);
	pool_put(&pc->pc_pool, obj);
}

void
pool_cache_put_paddr(pool_cache_t pc, void *obj, paddr_t pa)
{
#ifndef RUMP_ASAN
	struct pool_cache_cpu *pcc = &pc->pc_cpu[curcpu()->ci_index];

	if (__predict_true(pcc->pcc_n < PC_DEPTH)) {
		pcc->pcc_obj[pcc->pcc_n++] = obj;
		return;
	}
#endif
	pool_cache_destruct_object(pc, obj);
}

/* Drop the items of this CPU; those of the others stay. */
void
pool_cache_invalidate(pool_cache_t pc)
{
	struct pool_cache_cpu *pcc;

	for (;;) {
		/* The destructor may sleep and wake on another CPU. */
		pcc = &pc->pc_cpu[curcpu()->ci_index];
		if (pcc->pcc_n == 0)
			break;
		pool_cache_destruct_object(pc, pcc->pcc_obj[--pcc->pcc_n]);
	}
}

bool
pool_cache_reclaim(pool_cache_t pc)
{

	pool_cache_invalidate(pc);
	return pool_reclaim(&pc->pc_pool) != 0;
}

/* Nobody uses the cache any more. */
void
pool_cache_destroy(pool_cache_t pc)
{
	int i;

	for (i = 0; i < pc->pc_ncpu; i++) {
		struct pool_cache_cpu *pcc = &pc->pc_cpu[i];

		while (pcc->pcc_n != 0)
			pool_cache_destruct_object(pc,
			    pcc->pcc_obj[--pcc->pcc_n]);
	}
	pool_destroy(&pc->pc_pool);
	kmem_free(pc->pc_cpu, sizeof(*pc->pc_cpu) * (size_t)pc->pc_ncpu);
	kmem_free(pc, sizeof(*pc));
}

void
pool_cache_set_drain_hook(pool_cache_t pc, void (*func)(void *, int), void *arg)
{

	pool_set_drain_hook(&pc->pc_pool, func, arg);
}

void
pool_cache_setlowat(pool_cache_t pc, int n)
{

	pool_setlowat(&pc->pc_pool, n);
}

void
pool_cache_sethiwat(pool_cache_t pc, int n)
{

	pool_sethiwat(&pc->pc_pool, n);
}

void
pool_cache_sethardlimit(pool_cache_t pc, int n, const char *msg, int rate)
{

	pool_sethardlimit(&pc->pc_pool, n, msg, rate);
}
