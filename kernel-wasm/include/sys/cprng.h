/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/cprng.h - cprng(9).
 */

#ifndef _SYS_CPRNG_H_
#define _SYS_CPRNG_H_

#include <sys/types.h>

size_t	cprng_fast(void *, size_t);
uint32_t cprng_fast32(void);
uint64_t cprng_fast64(void);

struct cprng_strong;
typedef struct cprng_strong cprng_strong_t;
extern cprng_strong_t *kern_cprng;
size_t	cprng_strong(cprng_strong_t *, void *, size_t, int);
uint32_t cprng_strong32(void);
uint64_t cprng_strong64(void);

#endif /* _SYS_CPRNG_H_ */
