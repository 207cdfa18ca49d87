/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_mem.c - what a mount may use.
 *
 * Interface
 *	Data is charged in pages of its rounded length, holes included, as
 *	mount_tmpfs(8) limits "the size"; names and link targets in bytes,
 *	which make up pages of their own.  charge fails with ENOSPC before
 *	anything is allocated; uncharge must mirror it exactly.
 *
 * Locking	tm_lock.
 * Sleeps	tmpfs_string_alloc().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include "tmpfs.h"

/* What is said to be free when nobody set RUMP_MEMLIMIT: 512 MiB. */
#define	TMPFS_UNLIMITED_PAGES	(512u * 1024 * 1024 / TMPFS_PAGE)

static int
charge_locked(struct tmpfs_mount *tmp, uint64_t pages)
{

	if (pages > tmp->tm_pages_max ||
	    tmp->tm_pages_used > tmp->tm_pages_max - pages)
		return ENOSPC;
	tmp->tm_pages_used += pages;
	return 0;
}

int
tmpfs_mem_charge_pages(struct tmpfs_mount *tmp, uint64_t pages)
{
	int error;

	mutex_enter(&tmp->tm_lock);
	error = charge_locked(tmp, pages);
	mutex_exit(&tmp->tm_lock);
	return error;
}

void
tmpfs_mem_uncharge_pages(struct tmpfs_mount *tmp, uint64_t pages)
{

	mutex_enter(&tmp->tm_lock);
	KASSERT(tmp->tm_pages_used >= pages);
	tmp->tm_pages_used -= pages;
	mutex_exit(&tmp->tm_lock);
}

int
tmpfs_mem_charge(struct tmpfs_mount *tmp, uint64_t bytes)
{
	uint64_t now, after;
	int error;

	mutex_enter(&tmp->tm_lock);
	now = TMPFS_PAGES(tmp->tm_bytes_used);
	after = TMPFS_PAGES(tmp->tm_bytes_used + bytes);
	error = after > now ? charge_locked(tmp, after - now) : 0;
	if (error == 0)
		tmp->tm_bytes_used += (uint32_t)bytes;
	mutex_exit(&tmp->tm_lock);
	return error;
}

void
tmpfs_mem_uncharge(struct tmpfs_mount *tmp, uint64_t bytes)
{

	mutex_enter(&tmp->tm_lock);
	KASSERT(tmp->tm_bytes_used >= bytes);
	tmp->tm_pages_used -= TMPFS_PAGES(tmp->tm_bytes_used) -
	    TMPFS_PAGES(tmp->tm_bytes_used - bytes);
	tmp->tm_bytes_used -= (uint32_t)bytes;
	mutex_exit(&tmp->tm_lock);
}

/* Pages that the whole kernel may still get; what an unlimited mount can use. */
uint64_t
tmpfs_mem_avail_pages(void)
{

	struct kmem_stat ks;

	kmem_getstat(&ks);
	if (ks.ks_limit == 0)
		return TMPFS_UNLIMITED_PAGES;
	return ks.ks_inuse >= ks.ks_limit ? 0 :
	    (ks.ks_limit - ks.ks_inuse) / TMPFS_PAGE;
}

char *
tmpfs_string_alloc(struct tmpfs_mount *tmp, size_t len)
{

	KASSERT(len > 0 && len <= MAXPATHLEN);
	if (tmpfs_mem_charge(tmp, len) != 0)
		return NULL;
	return kmem_alloc(len, KM_SLEEP);
}

void
tmpfs_string_free(struct tmpfs_mount *tmp, char *str, size_t len)
{

	kmem_free(str, len);
	tmpfs_mem_uncharge(tmp, len);
}
