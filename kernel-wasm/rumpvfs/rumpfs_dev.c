/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs_dev.c - nodes of /dev that are made when they are looked for.
 *
 * Interface
 *	A driver that is rarely used says rump_vfs_lazydevnodes() instead of
 *	making its nodes at boot: a lookup of /dev/NAMEn or /dev/rNAMEn makes
 *	the block or the raw device of unit n.  Before that readdir does not
 *	show it.
 *
 * Locking	none: drivers register during boot.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <rump-sys/vfs.h>

#include "rumpfs.h"

static SLIST_HEAD(, rump_lazydev) lazydevs = SLIST_HEAD_INITIALIZER(lazydevs);

void
rump_vfs_lazydevnodes(struct rump_lazydev *ld)
{

	SLIST_INSERT_HEAD(&lazydevs, ld, ld_link);
}

/* The unit in a name, or -1. */
static int
lazydev_unit(const struct rump_lazydev *ld, const char *name, size_t len)
{
	size_t prefix = strlen(ld->ld_name), i;
	int unit = 0;

	if (len <= prefix || len > prefix + 3 ||
	    memcmp(name, ld->ld_name, prefix) != 0 ||
	    (name[prefix] == '0' && len != prefix + 1))
		return -1;
	for (i = prefix; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		unit = unit * 10 + (name[i] - '0');
	}
	return unit < ld->ld_units ? unit : -1;
}

/*
 * A new node for a name that is not in dir, or NULL.
 */
struct rumpfs_node *
rumpfs_dev_make(struct rumpfs_node *dir, const char *name, size_t len)
{
	const struct rump_lazydev *ld;
	struct rumpfs_node *rn;
	bool raw;
	int unit;

	SLIST_FOREACH(ld, &lazydevs, ld_link) {
		raw = false;
		unit = lazydev_unit(ld, name, len);
		if (unit < 0 && len > 1 && name[0] == 'r') {
			raw = true;
			unit = lazydev_unit(ld, name + 1, len - 1);
		}
		if (unit < 0)
			continue;
		rn = rumpfs_node_alloc(raw ? VCHR : VBLK, dir);
		rn->rn_va.va_mode = 0644;
		rn->rn_va.va_rdev = makedev(ld->ld_major, unit);
		return rn;
	}
	return NULL;
}
