/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/kmem.h - kmem(9).
 *
 * kmem_free() gets the size given to kmem_alloc().  With KM_SLEEP the call
 * never returns NULL: it asks subsystems to give memory back and waits.
 */

#ifndef _SYS_KMEM_H_
#define _SYS_KMEM_H_

#include <sys/types.h>
#include <sys/stdarg.h>

typedef unsigned int km_flag_t;

#define	KM_SLEEP	0x00000001
#define	KM_NOSLEEP	0x00000002

void	*kmem_alloc(size_t, km_flag_t);
void	*kmem_zalloc(size_t, km_flag_t);
void	kmem_free(void *, size_t);
void	*kmem_intr_alloc(size_t, km_flag_t);
void	*kmem_intr_zalloc(size_t, km_flag_t);
void	kmem_intr_free(void *, size_t);
char	*kmem_asprintf(const char *, ...) __printflike(1, 2);
char	*kmem_strdupsize(const char *, size_t *, km_flag_t);
char	*kmem_strdup(const char *, km_flag_t);
void	kmem_strfree(char *);

#define	KMEM_ALLOC_STRUCT(t)	((t *)kmem_zalloc(sizeof(t), KM_SLEEP))

/* What the kernel has of the host's memory (ours). */
struct kmem_stat {
	size_t	ks_limit;	/* RUMP_MEMLIMIT, 0 none */
	size_t	ks_host;	/* bytes held from the host */
	size_t	ks_inuse;	/* bytes given out */
	size_t	ks_nalloc;	/* allocations alive */
	size_t	ks_reclaims;	/* rounds of reclaim */
	size_t	ks_fail;	/* NULLs returned */
};
void	kmem_getstat(struct kmem_stat *);
/* Ask before making small things at a user's wish: ENOSPC near the limit. */
int	kmem_room(void);

/*
 * Register a function that frees what it can when memory is short; called
 * without locks, may not allocate with KM_SLEEP.
 */
void	kmem_reclaim_establish(void (*)(void *), void *);

#endif /* _SYS_KMEM_H_ */
