/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_hash.c - hashes of names, as indexed directories use them.
 *
 * Versions	0 legacy, 1 half MD4 (three rounds of eight steps), 2 TEA; 3, 4
 *		and 5 the same over unsigned characters.
 * Interface	pure.
 * Errors	EINVAL an unknown version.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "ext2fs_format.h"

#define	HASH_LEGACY	0
#define	HASH_HALF_MD4	1
#define	HASH_TEA	2
#define	HASH_UNSIGNED	3
#define	HASH_EOF	0xfffffffeU

static int32_t
hash_char(const char *name, size_t i, bool uns)
{
	return uns ? (int32_t)(uint8_t)name[i] : (int32_t)(int8_t)name[i];
}

static uint32_t
hash_legacy(const char *name, size_t len, bool uns)
{
	uint32_t h0, h1 = 0x12a3fe2d, h2 = 0x37abe8f9;
	size_t i;

	for (i = 0; i < len; i++) {
		h0 = h2 + (h1 ^ ((uint32_t)hash_char(name, i, uns) *
		    0x6d22f5U));
		if ((h0 & 0x80000000U) != 0)
			h0 -= 0x7fffffffU;
		h2 = h1;
		h1 = h0;
	}
	return h1 << 1;
}

/*
 * Pack characters into n words, four each; what is missing is the length.
 */
static void
hash_pack(const char *name, size_t len, bool uns, uint32_t *w, size_t n)
{
	uint32_t pad = (uint32_t)(len & 0xff) * 0x01010101U, v = pad;
	size_t i, words = 0;

	if (len > n * 4)
		len = n * 4;
	for (i = 0; i < len; i++) {
		v = (uint32_t)hash_char(name, i, uns) + (v << 8);
		if ((i & 3) == 3) {
			w[words++] = v;
			v = pad;
		}
	}
	if (words < n)
		w[words++] = v;
	while (words < n)
		w[words++] = pad;
}

static uint32_t
rol(uint32_t v, int s)
{
	return v << s | v >> (32 - s);
}

static uint32_t
md4_f(int round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0:
		return z ^ (x & (y ^ z));
	case 1:
		return (x & y) + ((x ^ y) & z) + 0x5a827999U;
	default:
		return (x ^ y ^ z) + 0x6ed9eba1U;
	}
}

static void
half_md4(uint32_t *state, const uint32_t *in)
{
	static const uint8_t order[3][8] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7 }, { 1, 3, 5, 7, 0, 2, 4, 6 },
		{ 3, 7, 2, 6, 1, 5, 0, 4 },
	};
	static const uint8_t shift[3][4] = {
		{ 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 },
	};
	uint32_t s[4];
	int round, step, a;

	memcpy(s, state, sizeof(s));
	for (round = 0; round < 3; round++) {
		for (step = 0; step < 8; step++) {
			/* a, d, c, b take turns */
			a = (4 - (step & 3)) & 3;
			s[a] += md4_f(round, s[(a + 1) & 3], s[(a + 2) & 3],
			    s[(a + 3) & 3]) + in[order[round][step]];
			s[a] = rol(s[a], shift[round][step & 3]);
		}
	}
	for (a = 0; a < 4; a++)
		state[a] += s[a];
}

static void
tea(uint32_t *state, const uint32_t *key)
{
	uint32_t v0 = state[0], v1 = state[1], sum = 0;
	int i;

	for (i = 0; i < 16; i++) {
		sum += 0x9e3779b9U;
		v0 += ((v1 << 4) + key[0]) ^ (v1 + sum) ^ ((v1 >> 5) + key[1]);
		v1 += ((v0 << 4) + key[2]) ^ (v0 + sum) ^ ((v0 >> 5) + key[3]);
	}
	state[0] += v0;
	state[1] += v1;
}

static void
hash_start(const struct m_ext2fs *fs, uint32_t *state)
{
	static const uint32_t md4[4] = {
		0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476
	};
	const uint32_t *seed = fs->e2fs_hash_seed;

	if ((seed[0] | seed[1] | seed[2] | seed[3]) == 0)
		seed = md4;
	memcpy(state, seed, sizeof(md4));
}

int
ext2fs_hash(const struct m_ext2fs *fs, int version, const char *name,
    size_t len, uint32_t *hashp)
{
	bool uns = version >= HASH_UNSIGNED;
	uint32_t state[4], in[8], hash;
	size_t at, words = version % HASH_UNSIGNED == HASH_TEA ? 4 : 8;

	if (version < 0 || version > HASH_TEA + HASH_UNSIGNED)
		return EINVAL;
	hash_start(fs, state);
	if (version % HASH_UNSIGNED == HASH_LEGACY)
		hash = hash_legacy(name, len, uns);
	else {
		for (at = 0; at < len; at += words * 4) {
			hash_pack(name + at, len - at, uns, in, words);
			if (words == 4)
				tea(state, in);
			else
				half_md4(state, in);
		}
		hash = words == 4 ? state[0] : state[1];
	}
	hash &= ~1U;
	*hashp = hash == HASH_EOF ? HASH_EOF - 2 : hash;
	return 0;
}
