/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_pathbuf.c - path buffers: pathbuf(9), and plain buffers for a path.
 *
 * Interface
 *	Every buffer made is destroyed by its maker, after release of what a
 *	lookup left in it.
 *
 * Locking	none: a buffer has one owner.
 * Sleeps	for memory.
 * Errors	ENAMETOOLONG, EFAULT.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/uio.h>

#include "vfs_pathbuf.h"

static pool_cache_t pnbuf_cache;
static pool_cache_t pathbuf_cache;

void	vfs_lookup_sysinit(void);

void
vfs_lookup_sysinit(void)
{

	pnbuf_cache = pool_cache_init(MAXPATHLEN, 0, 0, 0, "pnbufpl", NULL, 0,
	    NULL, NULL, NULL);
	pathbuf_cache = pool_cache_init(sizeof(struct pathbuf), 0, 0, 0,
	    "pathbufpl", NULL, 0, NULL, NULL, NULL);
}

char *
PNBUF_GET(void)
{

	return pool_cache_get(pnbuf_cache, PR_WAITOK);
}

void
PNBUF_PUT(void *p)
{

	pool_cache_put(pnbuf_cache, p);
}

/*
 * Path buffers
 */

struct pathbuf *
pathbuf_create_raw(void)
{
	struct pathbuf *pb = pool_cache_get(pathbuf_cache, PR_WAITOK);

	pb->pb_path = pb->pb_store;
	pb->pb_path[0] = '\0';
	return pb;
}

void
pathbuf_destroy(struct pathbuf *pb)
{

	pool_cache_put(pathbuf_cache, pb);
}

struct pathbuf *
pathbuf_create(const char *path)
{
	struct pathbuf *pb = pathbuf_create_raw();

	if (strlcpy(pb->pb_path, path, PATH_MAX) >= PATH_MAX) {
		pathbuf_destroy(pb);
		return NULL;
	}
	return pb;
}

int
pathbuf_copyin(const char *path, struct pathbuf **pbp)
{
	struct pathbuf *pb = pathbuf_create_raw();
	int error;

	error = copyinstr(path, pb->pb_path, PATH_MAX, NULL);
	if (error != 0) {
		pathbuf_destroy(pb);
		return error;
	}
	*pbp = pb;
	return 0;
}

int
pathbuf_maybe_copyin(const char *path, enum uio_seg seg, struct pathbuf **pbp)
{

	if (seg == UIO_USERSPACE)
		return pathbuf_copyin(path, pbp);
	if ((*pbp = pathbuf_create(path)) == NULL)
		return ENAMETOOLONG;
	return 0;
}

void
pathbuf_copystring(const struct pathbuf *pb, char *buf, size_t len)
{

	strlcpy(buf, pb->pb_path, len);
}

const char *
pathbuf_stringcopy_get(struct pathbuf *pb)
{
	char *s = PNBUF_GET();

	strlcpy(s, pb->pb_path, PATH_MAX);
	return s;
}

void
pathbuf_stringcopy_put(struct pathbuf *pb __unused, const char *s)
{

	PNBUF_PUT(__UNCONST(s));
}
