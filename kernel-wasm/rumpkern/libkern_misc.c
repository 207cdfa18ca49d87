/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libkern_misc.c - numbers, bits, sorting, checksums.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cprng.h>

static int
digit_of(int c)
{

	if (isdigit(c))
		return c - '0';
	if (isalpha(c))
		return tolower(c) - 'a' + 10;
	return 99;
}

/* The number at s; *endp behind it, or at s if there is none. */
static uint64_t
parse_u64(const char *s, const char **endp, int base, bool *negp)
{
	const char *start = s;
	bool any = false;
	uint64_t v = 0;

	while (isspace(*s))
		s++;
	*negp = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if ((base == 0 || base == 16) && s[0] == '0' &&
	    (s[1] == 'x' || s[1] == 'X') && isxdigit(s[2])) {
		s += 2;
		base = 16;
	} else if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (; digit_of(*s) < base; s++, any = true) {
		const uint64_t d = (uint64_t)digit_of(*s);

		if (v > (UINT64_MAX - d) / (uint64_t)base)
			v = UINT64_MAX;
		else
			v = v * (uint64_t)base + d;
	}
	*endp = any ? s : start;
	return v;
}

uint64_t
strtoull(const char *s, char **endp, int base)
{
	const char *end;
	uint64_t v;
	bool neg;

	v = parse_u64(s, &end, base, &neg);
	if (endp != NULL)
		*endp = __UNCONST(end);
	return neg ? -v : v;
}

int64_t
strtoll(const char *s, char **endp, int base)
{

	return (int64_t)strtoull(s, endp, base);
}

uintmax_t
strtoumax(const char *s, char **endp, int base)
{

	return strtoull(s, endp, base);
}

unsigned long
strtoul(const char *s, char **endp, int base)
{
	const uint64_t v = strtoull(s, endp, base);

	return v > ULONG_MAX && (int64_t)v > 0 ? ULONG_MAX : (unsigned long)v;
}

long
strtol(const char *s, char **endp, int base)
{

	return (long)strtoll(s, endp, base);
}

int
ffs(int n)
{

	return __builtin_ffs(n);
}

unsigned int
popcount32(uint32_t n)
{

	return (unsigned int)__builtin_popcount(n);
}

unsigned int
popcount64(uint64_t n)
{

	return (unsigned int)__builtin_popcountll(n);
}

/* CRC-32 of IEEE 802.3, reflected, four bits at a time. */
uint32_t
crc32(uint32_t crc, const uint8_t *p, size_t len)
{
	static const uint32_t nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	for (; len != 0; len--, p++) {
		crc ^= *p;
		crc = (crc >> 4) ^ nibble[crc & 15];
		crc = (crc >> 4) ^ nibble[crc & 15];
	}
	return ~crc;
}

uint32_t
random(void)
{

	return cprng_fast32() >> 1;
}

static void
swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{

	while (n-- != 0) {
		const uint8_t t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

static void
sift(uint8_t *base, size_t i, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	size_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && cmp(base + child * size,
		    base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + i * size, base + child * size) >= 0)
			break;
		swap_bytes(base + i * size, base + child * size, size);
		i = child;
	}
}

int
kheapsort(void *vbase, size_t n, size_t size,
    int (*cmp)(const void *, const void *), void *scratch)
{
	uint8_t *base = vbase;
	size_t i;

	if (size == 0)
		return -1;
	for (i = n / 2; i-- > 0;)
		sift(base, i, n, size, cmp);
	for (i = n; i-- > 1;) {
		swap_bytes(base, base + i * size, size);
		sift(base, 0, i, size, cmp);
	}
	return 0;
}

/* Shell pattern: 0 no match, 1 a match, 2 exact. */
int
pmatch(const char *s, const char *pat, const char **estr)
{

	for (; *pat != '\0'; s++, pat++) {
		if (*pat == '*') {
			do {
				if (pmatch(s, pat + 1, estr) != 0)
					return 1;
			} while (*s++ != '\0');
			return 0;
		}
		if (*s == '\0' || (*pat != '?' && *pat != *s))
			return 0;
	}
	if (estr != NULL)
		*estr = s;
	return *s == '\0' ? 2 : 1;
}
