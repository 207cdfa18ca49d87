/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/cdefs.h - compiler vocabulary and link sets.
 */

#ifndef _SYS_CDEFS_H_
#define _SYS_CDEFS_H_

#ifdef __cplusplus
#define	__BEGIN_DECLS	extern "C" {
#define	__END_DECLS	}
#else
#define	__BEGIN_DECLS
#define	__END_DECLS
#endif

#define	__CONCAT1(x, y)		x ## y
#define	__CONCAT(x, y)		__CONCAT1(x, y)
#define	__STRING(x)		#x
#define	___STRING(x)		__STRING(x)

#define	__dead			__attribute__((__noreturn__))
#define	__pure			__attribute__((__pure__))
#define	__constfunc		__attribute__((__const__))
#define	__unused		__attribute__((__unused__))
#define	__used			__attribute__((__used__))
#define	__noinline		__attribute__((__noinline__))
#define	__always_inline		inline __attribute__((__always_inline__))
#define	__packed		__attribute__((__packed__))
#define	__aligned(n)		__attribute__((__aligned__(n)))
#define	__section(s)		__attribute__((__section__(s)))
#define	__weak			__attribute__((__weak__))
#define	__printflike(f, a)	__attribute__((__format__(__printf__, f, a)))
#define	__predict_true(e)	__builtin_expect((e) != 0, 1)
#define	__predict_false(e)	__builtin_expect((e) != 0, 0)
#define	__cacheline_aligned	__aligned(64)
#define	__read_mostly
#define	__diagused		__unused
#define	__debugused		__unused
#define	__arraycount(a)		(sizeof(a) / sizeof((a)[0]))
#define	__UNCONST(p)		((void *)(unsigned long)(const void *)(p))
#define	__UNVOLATILE(p)		((void *)(unsigned long)(volatile void *)(p))
#define	__BIT(n)		((__UINTMAX_TYPE__)1 << (n))
#define	__BITS(hi, lo)		((__BIT(hi) | (__BIT(hi) - 1)) & ~(__BIT(lo) - 1))
#define	__RCSID(x)		struct __hack
#define	__KERNEL_RCSID(n, x)	struct __hack
#define	__COPYRIGHT(x)		struct __hack
#define	__type_max(t)		((t)((t)-1 > 0 ? (t)-1 : (t)(((__UINTMAX_TYPE__)1 << (sizeof(t) * 8 - 1)) - 1)))

#define	__strong_alias(a, s)	extern __typeof(s) a __attribute__((__alias__(#s)));
#define	__weak_alias(a, s)	extern __typeof(s) a __attribute__((__weak__, __alias__(#s)));

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define	RUMP_ASAN	1
#endif
#if __has_feature(thread_sanitizer)
#define	RUMP_TSAN	1
#endif
#endif

/*
 * Link sets: pointers collected by the linker in one section each.
 * Start and stop are weak, for a set may be empty.
 */
#define	__link_set_add(set, sym, kind)					\
	static const void *const __CONCAT(__link_##set##_, sym)	\
	    __attribute__((__section__("link_set_" #set), __used__,	\
	    __no_sanitize__("address"))) = &sym
#define	__link_set_add_rodata(set, sym)	__link_set_add(set, sym, 0)
#define	__link_set_add_data(set, sym)	__link_set_add(set, sym, 0)
#define	__link_set_decl(set, ptype)					\
	extern ptype *const __CONCAT(__start_link_set_, set)[] __weak;	\
	extern ptype *const __CONCAT(__stop_link_set_, set)[] __weak
#define	__link_set_start(set)	(__CONCAT(__start_link_set_, set))
#define	__link_set_end(set)	(__CONCAT(__stop_link_set_, set))
#define	__link_set_count(set)						\
	((__SIZE_TYPE__)(__link_set_end(set) - __link_set_start(set)))

/* Reads that race on purpose; the comment beside it says why. */
#define	__no_tsan	__attribute__((__no_sanitize__("thread")))

#endif /* _SYS_CDEFS_H_ */
