/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/endian.h - byte order.
 */

#ifndef _SYS_ENDIAN_H_
#define _SYS_ENDIAN_H_

#include <sys/types.h>

#define	_LITTLE_ENDIAN	1234
#define	_BIG_ENDIAN	4321
#define	_BYTE_ORDER	_LITTLE_ENDIAN
#define	LITTLE_ENDIAN	_LITTLE_ENDIAN
#define	BIG_ENDIAN	_BIG_ENDIAN
#define	BYTE_ORDER	_BYTE_ORDER

#define	bswap16(x)	((uint16_t)__builtin_bswap16(x))
#define	bswap32(x)	((uint32_t)__builtin_bswap32(x))
#define	bswap64(x)	((uint64_t)__builtin_bswap64(x))

#define	htole16(x)	((uint16_t)(x))
#define	htole32(x)	((uint32_t)(x))
#define	htole64(x)	((uint64_t)(x))
#define	le16toh(x)	((uint16_t)(x))
#define	le32toh(x)	((uint32_t)(x))
#define	le64toh(x)	((uint64_t)(x))
#define	htobe16(x)	bswap16(x)
#define	htobe32(x)	bswap32(x)
#define	htobe64(x)	bswap64(x)
#define	be16toh(x)	bswap16(x)
#define	be32toh(x)	bswap32(x)
#define	be64toh(x)	bswap64(x)
#define	htons(x)	htobe16(x)
#define	htonl(x)	htobe32(x)
#define	ntohs(x)	be16toh(x)
#define	ntohl(x)	be32toh(x)

/* Unaligned access to stored integers, by byte order. */
#define	_ENDIAN_ACCESS(bits, order)					\
static inline uint##bits##_t						\
order##bits##dec(const void *p)						\
{									\
	uint##bits##_t v;						\
									\
	__builtin_memcpy(&v, p, sizeof(v));				\
	return order##bits##toh(v);					\
}									\
static inline void							\
order##bits##enc(void *p, uint##bits##_t v)				\
{									\
									\
	v = hto##order##bits(v);					\
	__builtin_memcpy(p, &v, sizeof(v));				\
}
_ENDIAN_ACCESS(16, le)
_ENDIAN_ACCESS(32, le)
_ENDIAN_ACCESS(64, le)
_ENDIAN_ACCESS(16, be)
_ENDIAN_ACCESS(32, be)
_ENDIAN_ACCESS(64, be)

#endif /* _SYS_ENDIAN_H_ */
