/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_bio_private.h - shared by the files of the buffer cache.
 */

#ifndef _RUMPVFS_VFS_BIO_PRIVATE_H_
#define	_RUMPVFS_VFS_BIO_PRIVATE_H_

#include <sys/buf.h>

/* free lists, b_freelistindex */
#define	BQ_NONE		(-1)
#define	BQ_LOCKED	0	/* held by a journal */
#define	BQ_LRU		1	/* useful, least recent first */
#define	BQ_AGE		2	/* to be reused first */
#define	BQ_COUNT	3

TAILQ_HEAD(bqueue, buf);
extern struct bqueue bufqueues[BQ_COUNT];	/* bufcache_lock */

/* b_cflags: thrown away while others slept on it */
#define	BC_GONE		0x00000040

buf_t	*buf_structalloc(void);
void	buf_structfree(buf_t *);
void	buf_clean(buf_t *);	/* bufcache_lock: no longer dirty */
void	buf_resize(buf_t *, int);
void	bio_readahead(struct vnode *, daddr_t, int);

#endif
