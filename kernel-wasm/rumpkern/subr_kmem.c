/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_kmem.c - kmem(9) and malloc(9).
 *
 * Small sizes come from free lists: one list per size class and CPU, touched
 * only by the holder of the CPU (no atomics), filled from and emptied to a
 * common list in batches.  The common lists are cut from chunks of the host
 * that are never given back; larger sizes go to the host each time.
 *
 * Under the address sanitizer everything goes to the host, so that it sees
 * each object.
 *
 * Locking	class_lock: raw, the common lists.  The counters are atomic.
 * Sleeps	KM_SLEEP when memory is short: reclaim, then wait.
 * Errors	NULL with KM_NOSLEEP.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/malloc.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>
#include <uvm/uvm_extern.h>

#include "rump_private.h"

#define	KMEM_STEP	16		/* granularity of sizes */
#define	KMEM_SMALL	2048		/* largest size of the lists */
#define	KMEM_CHUNK	16384		/* what we take from the host */
#define	KMEM_RESERVE	(64 * 1024)	/* least kept back for KM_SLEEP */

static const uint16_t class_size[] = {
	16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448,
	512, 640, 768, 1024, 1280, 1536, 2048,
};
#define	NCLASS		((int)__arraycount(class_size))
CTASSERT(__arraycount(class_size) <= KMEM_NCLASS);

static uint8_t class_of[KMEM_SMALL / KMEM_STEP + 1];

static struct kmem_class {
	int32_t	lock;
	void	*free;
	uint32_t nfree;
} __cacheline_aligned classes[NCLASS];

unsigned long rump_physmemlimit = RUMPMEM_UNLIMITED;
int physmem = 256 * 1024;
struct uvmexp uvmexp = { .pagesize = PAGE_SIZE, .pagemask = PAGE_MASK,
    .pageshift = PAGE_SHIFT };

static size_t host_bytes;	/* atomic */
static size_t large_bytes;	/* atomic: given out in the large way */
static size_t nlarge;		/* atomic */
static size_t nfail, nreclaim;	/* atomic */

static struct reclaimer {
	void	(*r_func)(void *);
	void	*r_arg;
} reclaimers[16];
static int nreclaimers;

void
rump_kmem_init(void)
{
	int c = 0, i;

	for (i = 1; i <= KMEM_SMALL / KMEM_STEP; i++) {
		if (class_size[c] < i * KMEM_STEP)
			c++;
		class_of[i] = (uint8_t)c;
	}
}

void
kmem_reclaim_establish(void (*func)(void *), void *arg)
{

	KASSERT(nreclaimers < (int)__arraycount(reclaimers));
	reclaimers[nreclaimers].r_func = func;
	reclaimers[nreclaimers].r_arg = arg;
	__atomic_store_n(&nreclaimers, nreclaimers + 1, __ATOMIC_RELEASE);
}

static void
kmem_reclaim(void)
{
	int i;

	__atomic_fetch_add(&nreclaim, 1, __ATOMIC_RELAXED);
	for (i = 0; i < nreclaimers; i++)
		reclaimers[i].r_func(reclaimers[i].r_arg);
}

static void *
host_try(size_t size, int align, bool reserve)
{
	/* What may fail leaves a 32nd part to what may not. */
	const size_t keep = reserve ? 0 :
	    MAX(KMEM_RESERVE, rump_physmemlimit / 32);
	size_t now;
	void *p;

	now = __atomic_add_fetch(&host_bytes, size, __ATOMIC_RELAXED);
	if ((now + keep > rump_physmemlimit &&
	    rump_physmemlimit != RUMPMEM_UNLIMITED) ||
	    rumpuser_malloc(size, align, &p) != 0) {
		__atomic_fetch_sub(&host_bytes, size, __ATOMIC_RELAXED);
		return NULL;
	}
	return p;
}

/* Half of what is kept back is for those who cannot ask. */
int
kmem_room(void)
{
	const size_t keep = MAX(KMEM_RESERVE, rump_physmemlimit / 32) / 2;

	if (__predict_true(rump_physmemlimit == RUMPMEM_UNLIMITED ||
	    __atomic_load_n(&host_bytes, __ATOMIC_RELAXED) + keep <=
	    rump_physmemlimit))
		return 0;
	return ENOSPC;
}

/*
 * Memory of the host, counted.  Sleeping callers first ask for reclaim,
 * then wait for others to free.
 */
void *
rump_hypermalloc(size_t size, int align, bool waitok, const char *wmesg)
{
	int tries = 0;
	void *p;

	while ((p = host_try(size, align, waitok)) == NULL) {
		if (!waitok) {
			__atomic_fetch_add(&nfail, 1, __ATOMIC_RELAXED);
			return NULL;
		}
		if (tries == 0)
			printf("kmem: out of memory (%zu bytes wanted)\n", size);
		if (++tries > 50)
			panic("out of memory: %zu bytes for %s, %zu held",
			    size, wmesg, host_bytes);
		kmem_reclaim();
		(void)kpause("kmem", false, 1, NULL);
	}
	return p;
}

void
rump_hyperfree(void *p, size_t size)
{

	rumpuser_free(p, size);
	__atomic_fetch_sub(&host_bytes, size, __ATOMIC_RELAXED);
}

/*
 * Size classes.
 */
#define	NEXT(p)		(*(void **)(p))

/* Count for the holder of the CPU; others may read. */
static inline void
cpu_count(struct cpu_info *ci, size_t bytes, size_t n)
{

	__atomic_store_n(&ci->ci_kmemout, ci->ci_kmemout + bytes,
	    __ATOMIC_RELAXED);
	__atomic_store_n(&ci->ci_nkmemout, ci->ci_nkmemout + n,
	    __ATOMIC_RELAXED);
}

static uint32_t
class_batch(int c)
{

	return class_size[c] <= 256 ? 32 : 8;
}

/* Cut a new chunk; all but the first item go to the CPU's list. */
static void *
class_grow(int c, bool waitok)
{
	const size_t size = class_size[c];
	struct cpu_info *ci;
	uint8_t *chunk, *p;

	chunk = rump_hypermalloc(KMEM_CHUNK, KMEM_STEP, waitok, "kmem");
	if (chunk == NULL)
		return NULL;
	ci = curcpu();		/* the allocation may have slept */
	for (p = chunk + size; p + size <= chunk + KMEM_CHUNK; p += size) {
		NEXT(p) = ci->ci_kmem[c];
		ci->ci_kmem[c] = p;
		ci->ci_nkmem[c]++;
	}
	return chunk;
}

static void *
class_refill(int c, bool waitok)
{
	struct kmem_class *kc = &classes[c];
	struct cpu_info *ci = curcpu();
	uint32_t n = class_batch(c);
	void *first = NULL, *p;

	rump_raw_enter(&kc->lock);
	while (n-- != 0 && (p = kc->free) != NULL) {
		kc->free = NEXT(p);
		kc->nfree--;
		if (first == NULL) {
			first = p;
			continue;
		}
		NEXT(p) = ci->ci_kmem[c];
		ci->ci_kmem[c] = p;
		ci->ci_nkmem[c]++;
	}
	rump_raw_exit(&kc->lock);
	return first != NULL ? first : class_grow(c, waitok);
}

static void
class_flush(int c)
{
	struct kmem_class *kc = &classes[c];
	struct cpu_info *ci = curcpu();
	uint32_t n = class_batch(c);
	void *p;

	rump_raw_enter(&kc->lock);
	while (n-- != 0 && (p = ci->ci_kmem[c]) != NULL) {
		ci->ci_kmem[c] = NEXT(p);
		ci->ci_nkmem[c]--;
		NEXT(p) = kc->free;
		kc->free = p;
		kc->nfree++;
	}
	rump_raw_exit(&kc->lock);
}

static void *
large_alloc(size_t size, bool waitok)
{
	void *p = rump_hypermalloc(size, KMEM_STEP, waitok, "kmem");

	if (p != NULL) {
		__atomic_fetch_add(&large_bytes, size, __ATOMIC_RELAXED);
		__atomic_fetch_add(&nlarge, 1, __ATOMIC_RELAXED);
	}
	return p;
}

void *
kmem_intr_alloc(size_t size, km_flag_t flags)
{
	const bool waitok = (flags & KM_SLEEP) != 0;
	struct cpu_info *ci;
	void *p;
	int c;

	KASSERT(size != 0);
	KASSERT(((flags & KM_SLEEP) != 0) != ((flags & KM_NOSLEEP) != 0));
#ifndef RUMP_ASAN
	if (__predict_true(size <= KMEM_SMALL)) {
		c = class_of[(size + KMEM_STEP - 1) / KMEM_STEP];
		ci = curcpu();
		cpu_count(ci, class_size[c], 1);
		if (__predict_true((p = ci->ci_kmem[c]) != NULL)) {
			ci->ci_kmem[c] = NEXT(p);
			ci->ci_nkmem[c]--;
			return p;
		}
		if ((p = class_refill(c, waitok)) == NULL)
			cpu_count(curcpu(), -(size_t)class_size[c], (size_t)-1);
		return p;
	}
#else
	(void)ci;
	(void)c;
	(void)p;
	(void)class_refill;
#endif
	return large_alloc(size, waitok);
}

void
kmem_intr_free(void *p, size_t size)
{
	struct cpu_info *ci;
	int c;

	KASSERT(p != NULL && size != 0);
#ifndef RUMP_ASAN
	if (__predict_true(size <= KMEM_SMALL)) {
		c = class_of[(size + KMEM_STEP - 1) / KMEM_STEP];
		ci = curcpu();
#ifdef DEBUG
		memset(p, 0xdf, class_size[c]);
#endif
		NEXT(p) = ci->ci_kmem[c];
		ci->ci_kmem[c] = p;
		cpu_count(ci, -(size_t)class_size[c], (size_t)-1);
		if (__predict_false(++ci->ci_nkmem[c] > 2 * class_batch(c)) &&
		    ci->ci_nkmem[c] > KMEM_CHUNK / class_size[c])
			class_flush(c);
		return;
	}
#else
	(void)ci;
	(void)c;
	(void)class_flush;
#endif
	__atomic_fetch_sub(&large_bytes, size, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&nlarge, 1, __ATOMIC_RELAXED);
	rump_hyperfree(p, size);
}

void *
kmem_intr_zalloc(size_t size, km_flag_t flags)
{
	void *p = kmem_intr_alloc(size, flags);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void *
kmem_alloc(size_t size, km_flag_t flags)
{

	return kmem_intr_alloc(size, flags);
}

void *
kmem_zalloc(size_t size, km_flag_t flags)
{

	return kmem_intr_zalloc(size, flags);
}

void
kmem_free(void *p, size_t size)
{

	kmem_intr_free(p, size);
}

char *
kmem_strdupsize(const char *s, size_t *lenp, km_flag_t flags)
{
	const size_t len = strlen(s) + 1;
	char *p = kmem_alloc(len, flags);

	if (p == NULL)
		return NULL;
	if (lenp != NULL)
		*lenp = len;
	return memcpy(p, s, len);
}

char *
kmem_strdup(const char *s, km_flag_t flags)
{

	return kmem_strdupsize(s, NULL, flags);
}

void
kmem_strfree(char *s)
{

	if (s != NULL)
		kmem_free(s, strlen(s) + 1);
}

char *
kmem_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = kmem_alloc((size_t)n + 1, KM_SLEEP);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
kmem_getstat(struct kmem_stat *ks)
{
	int i;

	memset(ks, 0, sizeof(*ks));
	ks->ks_limit = rump_physmemlimit == RUMPMEM_UNLIMITED ? 0 :
	    rump_physmemlimit;
	ks->ks_host = atomic_load_relaxed(&host_bytes);
	ks->ks_inuse = atomic_load_relaxed(&large_bytes);
	ks->ks_nalloc = atomic_load_relaxed(&nlarge);
	ks->ks_reclaims = atomic_load_relaxed(&nreclaim);
	ks->ks_fail = atomic_load_relaxed(&nfail);
	/* One CPU may free what another allocated: only the sum means something. */
	for (i = 0; i < MAXCPUS; i++) {
		const struct cpu_info *ci = &rump_cpus[i];
		/* Kept for the next lwp: as good as free. */
		const u_int dead = atomic_load_relaxed(&ci->ci_ndeadlwp);

		ks->ks_inuse += atomic_load_relaxed(&ci->ci_kmemout) -
		    dead * sizeof(struct lwp);
		ks->ks_nalloc += atomic_load_relaxed(&ci->ci_nkmemout) - dead;
	}
}

void
uvmexp_update(void)
{
	struct kmem_stat ks;

	kmem_getstat(&ks);
	uvmexp.npages = physmem;
	uvmexp.active = (int)(ks.ks_inuse >> PAGE_SHIFT);
	uvmexp.inactive = (int)((ks.ks_host - MIN(ks.ks_host, ks.ks_inuse)) >>
	    PAGE_SHIFT);
	uvmexp.free = physmem - (int)(ks.ks_host >> PAGE_SHIFT);
}

/*
 * malloc(9): the size is kept in front of the memory.
 */
MALLOC_DEFINE(M_DEVBUF, "devbuf", "device driver memory");
MALLOC_DEFINE(M_TEMP, "temp", "misc. temporary data buffers");
MALLOC_DEFINE(M_FREE, "free", "should be on free list");
MALLOC_DEFINE(M_MOUNT, "mount", "vfs mount struct");
MALLOC_DEFINE(M_SONAME, "soname", "socket name");
MALLOC_DEFINE(M_IOV, "iov", "large iov");
MALLOC_DEFINE(M_PCB, "pcb", "protocol control block");

struct malloc_head {
	size_t	mh_size;
} __aligned(KMEM_STEP);

void *
kern_malloc(size_t size, int flags)
{
	const km_flag_t km = (flags & M_NOWAIT) != 0 ? KM_NOSLEEP : KM_SLEEP;
	struct malloc_head *mh;

	size += sizeof(*mh);
	mh = (flags & M_ZERO) != 0 ? kmem_intr_zalloc(size, km) :
	    kmem_intr_alloc(size, km);
	if (mh == NULL)
		return NULL;
	mh->mh_size = size;
	return mh + 1;
}

void
kern_free(void *p)
{
	struct malloc_head *mh = p;

	mh--;
	kmem_intr_free(mh, mh->mh_size);
}

void *
kern_realloc(void *p, size_t size, int flags)
{
	size_t old;
	void *new;

	if (p == NULL)
		return kern_malloc(size, flags);
	if (size == 0) {
		kern_free(p);
		return NULL;
	}
	old = ((struct malloc_head *)p)[-1].mh_size - sizeof(struct malloc_head);
	if ((new = kern_malloc(size, flags)) != NULL) {
		memcpy(new, p, MIN(old, size));
		kern_free(p);
	}
	return new;
}
