/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/malloc.h - malloc(9), for old code.
 */

#ifndef _SYS_MALLOC_H_
#define _SYS_MALLOC_H_

#include <sys/types.h>

#define	M_WAITOK	0x0000
#define	M_NOWAIT	0x0001
#define	M_ZERO		0x0002
#define	M_CANFAIL	0x0004

struct malloc_type {
	const char	*ks_shortdesc;
};

#define	MALLOC_DECLARE(t)	extern struct malloc_type t[1]
#define	MALLOC_DEFINE(t, s, l)	struct malloc_type t[1] = { { .ks_shortdesc = s } }
#define	MALLOC_JUSTDEFINE(t, s, l) MALLOC_DEFINE(t, s, l)

MALLOC_DECLARE(M_DEVBUF);
MALLOC_DECLARE(M_TEMP);
MALLOC_DECLARE(M_FREE);
MALLOC_DECLARE(M_MOUNT);
MALLOC_DECLARE(M_SONAME);
MALLOC_DECLARE(M_IOV);
MALLOC_DECLARE(M_PCB);

void	*kern_malloc(size_t, int);
void	*kern_realloc(void *, size_t, int);
void	kern_free(void *);
#define	malloc(size, type, flags)	kern_malloc((size), (flags))
#define	realloc(p, size, type, flags)	kern_realloc((p), (size), (flags))
#define	free(p, type)			kern_free(p)

#endif /* _SYS_MALLOC_H_ */
