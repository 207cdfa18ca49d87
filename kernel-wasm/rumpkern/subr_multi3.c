/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_multi3.c - 128-bit multiplication for the compiler.
 *
 * wasm32 has no compiler run-time library here; checked 64-bit arithmetic
 * (UBSan builds, __builtin_mul_overflow) calls __multi3().
 */

#include <sys/types.h>

#ifdef __wasm__

typedef __int128 ti_int;

union twords {
	ti_int		all;
	struct {
		uint64_t	low;
		uint64_t	high;
	} half;			/* little-endian */
};

ti_int __multi3(ti_int, ti_int);

/* Full product of two 64-bit numbers, from their 32-bit halves. */
__attribute__((__no_sanitize__("undefined")))
static union twords
mul64(uint64_t a, uint64_t b)
{
	const uint64_t mask = 0xffffffffU;
	uint64_t ll = (a & mask) * (b & mask);
	uint64_t lh = (a & mask) * (b >> 32);
	uint64_t hl = (a >> 32) * (b & mask);
	uint64_t hh = (a >> 32) * (b >> 32);
	uint64_t mid = (ll >> 32) + (lh & mask) + (hl & mask);
	union twords r;

	r.half.low = (mid << 32) | (ll & mask);
	r.half.high = hh + (lh >> 32) + (hl >> 32) + (mid >> 32);
	return r;
}

__attribute__((__no_sanitize__("undefined")))
ti_int
__multi3(ti_int x, ti_int y)
{
	union twords a = { .all = x }, b = { .all = y }, r;

	r = mul64(a.half.low, b.half.low);
	r.half.high += a.half.low * b.half.high + a.half.high * b.half.low;
	return r.all;
}

#endif /* __wasm__ */
