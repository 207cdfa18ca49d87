/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_rwlock.c - rwlock(9).
 *
 * rw_word holds the number of readers above three flags:
 *	W	a writer holds the lock
 *	S	somebody sleeps; whoever makes the lock free wakes all
 *	P	a writer waits: new readers stand back
 *
 * Sleeps	rw_enter() gives up the CPU while it waits.
 * Errors	panic on relocking by the writer.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/rwlock.h>

#include "rump_private.h"

#define	RW_W		1
#define	RW_S		2
#define	RW_P		4
#define	RW_ONE		8
#define	RW_LIVE		0x5a5a
#define	RW_READERS(w)	((uint32_t)(w) >> 3)

void
rw_init(krwlock_t *rw)
{

	memset(rw, 0, sizeof(*rw));
	rw->rw_live = RW_LIVE;
}

void
rw_destroy(krwlock_t *rw)
{

	KASSERTMSG(rw->rw_live == RW_LIVE, "rwlock %p not initialised", rw);
	KASSERTMSG((rw->rw_word & ~(RW_S | RW_P)) == 0,
	    "rwlock %p destroyed while held", rw);
	rw->rw_live = 0;
}

static inline bool
rw_cas(krwlock_t *rw, int32_t *old, int32_t new)
{

	return __atomic_compare_exchange_n(&rw->rw_word, old, new, false,
	    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* One attempt that only retries when the word moved under it. */
static inline bool
rw_try(krwlock_t *rw, krw_t op, int32_t *seen)
{
	int32_t w = __atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED);

	for (;;) {
		*seen = w;
		if (op == RW_READER) {
			if ((w & (RW_W | RW_P)) != 0)
				return false;
			if (rw_cas(rw, &w, w + RW_ONE))
				return true;
		} else {
			if ((w & RW_W) != 0 || RW_READERS(w) != 0)
				return false;
			if (rw_cas(rw, &w, w | RW_W))
				break;
		}
	}
	__atomic_store_n(&rw->rw_owner, curlwp, __ATOMIC_RELAXED);
	return true;
}

static __noinline void
rw_wait(krwlock_t *rw, krw_t op, int32_t w)
{
	const int32_t flags = op == RW_WRITER ? RW_S | RW_P : RW_S;
	int nlocks;

	KASSERTMSG(rw->rw_live == RW_LIVE, "rwlock %p not initialised", rw);
	if (__atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) == curlwp)
		panic("rwlock %p: locking against myself", rw);
	if (!rump_threads)
		panic("rwlock %p: would block without threads", rw);
	do {
		if ((w & flags) != flags) {
			if (!rw_cas(rw, &w, w | flags))
				continue;
			w |= flags;
		}
		rump_user_unschedule(0, &nlocks, NULL);
		(void)rump_futex_wait(&rw->rw_word, w, -1);
		rump_user_schedule(nlocks, NULL);
	} while (!rw_try(rw, op, &w));
}

void
rw_enter(krwlock_t *rw, const krw_t op)
{
	int32_t w;

	KASSERT(rump_context_held());
	KASSERTMSG(rw->rw_live == RW_LIVE, "rwlock %p not initialised", rw);
	if (__predict_false(!rw_try(rw, op, &w)))
		rw_wait(rw, op, w);
}

int
rw_tryenter(krwlock_t *rw, const krw_t op)
{
	int32_t w;

	KASSERTMSG(rw->rw_live == RW_LIVE, "rwlock %p not initialised", rw);
	return rw_try(rw, op, &w) ? 1 : 0;
}

/* The lock became free or shared: let the sleepers look again. */
static inline void
rw_release(krwlock_t *rw, int32_t take, int32_t give)
{
	int32_t w = __atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED), n;

	do {
		n = w - take + give;
		if (RW_READERS(n) == 0 || give != 0)
			n &= ~(RW_S | RW_P);
	} while (!rw_cas(rw, &w, n));
	if ((w & RW_S) != 0 && (n & RW_S) == 0)
		rump_futex_wake(&rw->rw_word, -1);
}

void
rw_exit(krwlock_t *rw)
{
	const int32_t w = __atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED);

	if ((w & RW_W) != 0) {
		KASSERTMSG(rw->rw_owner == curlwp,
		    "rwlock %p: exit by %p, owner %p", rw, curlwp, rw->rw_owner);
		__atomic_store_n(&rw->rw_owner, NULL, __ATOMIC_RELAXED);
		rw_release(rw, RW_W, 0);
	} else {
		KASSERTMSG(RW_READERS(w) != 0, "rwlock %p not held", rw);
		rw_release(rw, RW_ONE, 0);
	}
}

int
rw_tryupgrade(krwlock_t *rw)
{
	int32_t w = __atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED);

	do {
		KASSERT(RW_READERS(w) != 0 && (w & RW_W) == 0);
		if (RW_READERS(w) != 1)
			return 0;
	} while (!rw_cas(rw, &w, (w - RW_ONE) | RW_W));
	__atomic_store_n(&rw->rw_owner, curlwp, __ATOMIC_RELAXED);
	return 1;
}

void
rw_downgrade(krwlock_t *rw)
{

	KASSERT(rw_write_held(rw));
	__atomic_store_n(&rw->rw_owner, NULL, __ATOMIC_RELAXED);
	rw_release(rw, RW_W, RW_ONE);
}

int
rw_read_held(krwlock_t *rw)
{

	return RW_READERS(__atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED)) != 0;
}

int
rw_write_held(krwlock_t *rw)
{

	return __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) == curlwp;
}

int
rw_lock_held(krwlock_t *rw)
{

	return rw_read_held(rw) ||
	    (__atomic_load_n(&rw->rw_word, __ATOMIC_RELAXED) & RW_W) != 0;
}

krw_t
rw_lock_op(krwlock_t *rw)
{

	return rw_write_held(rw) ? RW_WRITER : RW_READER;
}

struct krwobj {
	krwlock_t	ro_lock;
	u_int		ro_refcnt;
};

krwlock_t *
rw_obj_alloc(void)
{
	struct krwobj *ro = kmem_alloc(sizeof(*ro), KM_SLEEP);

	rw_init(&ro->ro_lock);
	ro->ro_refcnt = 1;
	return &ro->ro_lock;
}

void
rw_obj_hold(krwlock_t *rw)
{

	atomic_inc_uint(&CONTAINER_OF(rw, struct krwobj, ro_lock)->ro_refcnt);
}

bool
rw_obj_free(krwlock_t *rw)
{
	struct krwobj *ro = CONTAINER_OF(rw, struct krwobj, ro_lock);

	if (atomic_dec_uint_nv(&ro->ro_refcnt) != 0)
		return false;
	rw_destroy(rw);
	kmem_free(ro, sizeof(*ro));
	return true;
}
