/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_mutex.c - mutex(9).
 *
 * Free and uncontended locks cost one atomic operation each way and no
 * hypercall.  mtx_word: 0 free, 1 held, 2 held and somebody may sleep on it.
 *
 * Interface
 *	As mutex(9).  Not recursive.  The owner is known to mutex_owned().
 *
 * Sleeps	mutex_enter() of an adaptive mutex: the CPU is given up while
 *		another lwp holds it.  A spin mutex keeps the CPU; its holder
 *		has one too and may not sleep, so it gets done.
 * Errors	panic on misuse under DIAGNOSTIC, on relocking always.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>

#include "rump_private.h"

#define	MTX_LIVE	0xa5
#define	SPIN_TRIES	200


void
mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl)
{

	memset(mtx, 0, sizeof(*mtx));
	mtx->mtx_spin = type == MUTEX_SPIN ||
	    (type != MUTEX_ADAPTIVE && ipl > IPL_SOFTSERIAL);
	mtx->mtx_ipl = (uint8_t)ipl;
	mtx->mtx_live = MTX_LIVE;
}

void
mutex_destroy(kmutex_t *mtx)
{

	KASSERTMSG(mtx->mtx_live == MTX_LIVE, "mutex %p not initialised", mtx);
	KASSERTMSG(mtx->mtx_word == 0, "mutex %p destroyed while held", mtx);
	mtx->mtx_live = 0;
}

static inline bool
mutex_try(kmutex_t *mtx)
{
	int32_t idle = 0;

	return __atomic_compare_exchange_n(&mtx->mtx_word, &idle, 1, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* The holder runs on some CPU right now: it may be done in a moment. */
static bool
mutex_spin_a_while(kmutex_t *mtx)
{
	int i;

	if (ncpu == 1)
		return false;
	for (i = 0; i < SPIN_TRIES; i++) {
		if (__atomic_load_n(&mtx->mtx_word, __ATOMIC_RELAXED) == 0 &&
		    mutex_try(mtx))
			return true;
	}
	return false;
}

static __noinline void
mutex_wait(kmutex_t *mtx)
{
	struct lwp *l = curlwp;
	int nlocks;

	KASSERTMSG(mtx->mtx_live == MTX_LIVE, "mutex %p not initialised", mtx);
	if (__atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED) == l)
		panic("mutex %p: locking against myself", mtx);
	if (mutex_spin_a_while(mtx))
		return;
	if (!rump_threads)
		panic("mutex %p: would block without threads", mtx);

	while (__atomic_exchange_n(&mtx->mtx_word, 2, __ATOMIC_ACQUIRE) != 0) {
		if (mtx->mtx_spin) {
			(void)rump_futex_wait(&mtx->mtx_word, 2, -1);
			continue;
		}
		rump_user_unschedule(0, &nlocks, NULL);
		(void)rump_futex_wait(&mtx->mtx_word, 2, -1);
		rump_user_schedule(nlocks, NULL);
	}
}

void
mutex_enter(kmutex_t *mtx)
{

	KASSERT(rump_context_held());
	if (__predict_false(!mutex_try(mtx)))
		mutex_wait(mtx);
	KASSERTMSG(mtx->mtx_live == MTX_LIVE, "mutex %p not initialised", mtx);
	__atomic_store_n(&mtx->mtx_owner, curlwp, __ATOMIC_RELAXED);
}

int
mutex_tryenter(kmutex_t *mtx)
{

	if (!mutex_try(mtx))
		return 0;
	__atomic_store_n(&mtx->mtx_owner, curlwp, __ATOMIC_RELAXED);
	return 1;
}

void
mutex_exit(kmutex_t *mtx)
{

	KASSERTMSG(mtx->mtx_owner == curlwp,
	    "mutex %p: exit by %p, owner %p", mtx, curlwp, mtx->mtx_owner);
	__atomic_store_n(&mtx->mtx_owner, NULL, __ATOMIC_RELAXED);
	if (__predict_false(
	    __atomic_exchange_n(&mtx->mtx_word, 0, __ATOMIC_RELEASE) == 2))
		rump_futex_wake(&mtx->mtx_word, 1);
}

void
mutex_spin_enter(kmutex_t *mtx)
{

	mutex_enter(mtx);
}

void
mutex_spin_exit(kmutex_t *mtx)
{

	mutex_exit(mtx);
}

int
mutex_owned(const kmutex_t *mtx)
{

	return __atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED) == curlwp;
}

struct lwp *
mutex_owner(const kmutex_t *mtx)
{

	return __atomic_load_n(&mtx->mtx_owner, __ATOMIC_RELAXED);
}

int
mutex_ownable(const kmutex_t *mtx)
{

	KASSERT(!mutex_owned(mtx));
	return 1;
}

/*
 * Shared mutexes with a reference count.
 */
struct kmutexobj {
	kmutex_t	mo_lock;
	u_int		mo_refcnt;
};

void
mutex_obj_init(void)
{
}

kmutex_t *
mutex_obj_alloc(kmutex_type_t type, int ipl)
{
	struct kmutexobj *mo = kmem_alloc(sizeof(*mo), KM_SLEEP);

	mutex_init(&mo->mo_lock, type, ipl);
	mo->mo_refcnt = 1;
	return &mo->mo_lock;
}

void
mutex_obj_hold(kmutex_t *mtx)
{

	atomic_inc_uint(&CONTAINER_OF(mtx, struct kmutexobj, mo_lock)->mo_refcnt);
}

bool
mutex_obj_free(kmutex_t *mtx)
{
	struct kmutexobj *mo = CONTAINER_OF(mtx, struct kmutexobj, mo_lock);

	if (atomic_dec_uint_nv(&mo->mo_refcnt) != 0)
		return false;
	mutex_destroy(mtx);
	kmem_free(mo, sizeof(*mo));
	return true;
}

u_int
mutex_obj_refcnt(kmutex_t *mtx)
{

	return CONTAINER_OF(mtx, struct kmutexobj, mo_lock)->mo_refcnt;
}
