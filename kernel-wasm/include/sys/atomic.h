/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/atomic.h - atomic_ops(3) and membar_ops(3).
 */

#ifndef _SYS_ATOMIC_H_
#define _SYS_ATOMIC_H_

#include <sys/types.h>

#define	_ATOMIC_FETCH(name, type, op)					\
static inline void							\
atomic_##op##_##name(volatile type *p, type v)				\
{									\
									\
	(void)__atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST);		\
}									\
static inline type							\
atomic_##op##_##name##_nv(volatile type *p, type v)			\
{									\
									\
	return __atomic_##op##_fetch(p, v, __ATOMIC_SEQ_CST);		\
}
#define	_ATOMIC_COUNT(name, type)					\
static inline void atomic_inc_##name(volatile type *p)			\
{ (void)__atomic_fetch_add(p, 1, __ATOMIC_SEQ_CST); }			\
static inline void atomic_dec_##name(volatile type *p)			\
{ (void)__atomic_fetch_sub(p, 1, __ATOMIC_SEQ_CST); }			\
static inline type atomic_inc_##name##_nv(volatile type *p)		\
{ return __atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST); }			\
static inline type atomic_dec_##name##_nv(volatile type *p)		\
{ return __atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST); }
#define	_ATOMIC_SWAP(name, type)					\
static inline type atomic_swap_##name(volatile type *p, type v)		\
{ return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); }			\
static inline type							\
atomic_cas_##name(volatile type *p, type o, type n)			\
{									\
	__atomic_compare_exchange_n(p, &o, n, false,			\
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);			\
	return o;							\
}

_ATOMIC_FETCH(32, uint32_t, and)
_ATOMIC_FETCH(32, uint32_t, or)
_ATOMIC_FETCH(uint, unsigned int, and)
_ATOMIC_FETCH(uint, unsigned int, or)
_ATOMIC_FETCH(ulong, unsigned long, and)
_ATOMIC_FETCH(ulong, unsigned long, or)
_ATOMIC_FETCH(64, uint64_t, and)
_ATOMIC_FETCH(64, uint64_t, or)
_ATOMIC_COUNT(32, uint32_t)
_ATOMIC_COUNT(uint, unsigned int)
_ATOMIC_COUNT(ulong, unsigned long)
_ATOMIC_COUNT(64, uint64_t)
_ATOMIC_SWAP(32, uint32_t)
_ATOMIC_SWAP(uint, unsigned int)
_ATOMIC_SWAP(ulong, unsigned long)
_ATOMIC_SWAP(64, uint64_t)

#define	_ATOMIC_ADD(name, type, dtype)					\
static inline void atomic_add_##name(volatile type *p, dtype v)		\
{ (void)__atomic_fetch_add(p, (type)v, __ATOMIC_SEQ_CST); }		\
static inline type atomic_add_##name##_nv(volatile type *p, dtype v)	\
{ return __atomic_add_fetch(p, (type)v, __ATOMIC_SEQ_CST); }
_ATOMIC_ADD(32, uint32_t, int32_t)
_ATOMIC_ADD(int, unsigned int, int)
_ATOMIC_ADD(long, unsigned long, long)
_ATOMIC_ADD(64, uint64_t, int64_t)

static inline void *
atomic_swap_ptr(volatile void *p, void *v)
{

	return __atomic_exchange_n((void *volatile *)p, v, __ATOMIC_SEQ_CST);
}

static inline void *
atomic_cas_ptr(volatile void *p, void *o, void *n)
{

	__atomic_compare_exchange_n((void *volatile *)p, &o, n, false,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return o;
}

#define	atomic_load_relaxed(p)	__atomic_load_n((p), __ATOMIC_RELAXED)
#define	atomic_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_load_consume(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define	atomic_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

#define	membar_enter()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define	membar_exit()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define	membar_sync()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define	membar_producer()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define	membar_consumer()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define	membar_acquire()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define	membar_release()	__atomic_thread_fence(__ATOMIC_RELEASE)
#define	membar_datadep_consumer() __atomic_thread_fence(__ATOMIC_ACQUIRE)

#endif /* _SYS_ATOMIC_H_ */
