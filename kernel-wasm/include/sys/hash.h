/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/hash.h - hash functions (FNV-1a).
 */

#ifndef _SYS_HASH_H_
#define _SYS_HASH_H_

#include <sys/types.h>

#define	HASH32_BUF_INIT	2166136261U
#define	HASH32_STR_INIT	2166136261U

static inline uint32_t
hash32_buf(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *p = buf;

	while (len-- != 0)
		hash = (hash ^ *p++) * 16777619U;
	return hash;
}

static inline uint32_t
hash32_strn(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *p = buf;

	while (len-- != 0 && *p != 0)
		hash = (hash ^ *p++) * 16777619U;
	return hash;
}

static inline uint32_t
hash32_str(const void *buf, uint32_t hash)
{

	return hash32_strn(buf, (size_t)-1, hash);
}

#endif /* _SYS_HASH_H_ */
