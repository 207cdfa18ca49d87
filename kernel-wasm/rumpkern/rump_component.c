/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_component.c - the parts that are linked in.
 *
 * Each part leaves a struct rump_component in the link set; they are
 * initialised type by type.  Within a type the one loaded last goes first,
 * as in NetBSD.
 *
 * Locking	boot only.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>

#include "rump_private.h"

__link_set_decl(rump_components, struct rump_component);

static LIST_HEAD(, rump_component) components[RUMP_COMPONENT_MAX];
int rump_component_factions[RUMP_COMPONENT_MAX];

static const char *const type_name[RUMP_COMPONENT_MAX] = {
	[RUMP_COMPONENT_DEV] = "device",
	[RUMP_COMPONENT_NET] = "network",
	[RUMP_COMPONENT_VFS] = "file system",
	[RUMP_COMPONENT_KERN] = "kernel",
	[RUMP__FACTION_DEV] = "device faction",
	[RUMP__FACTION_VFS] = "file system faction",
	[RUMP__FACTION_NET] = "network faction",
};

/* The host's loader or the link set brings a component. */
void
rump_component_load(const struct rump_component *crc)
{
	struct rump_component *rc = __UNCONST(crc);

	if (!cold)
		return;
	KASSERT(rc->rc_type < RUMP_COMPONENT_MAX);
	rump_component_factions[rc->rc_type]++;
	LIST_INSERT_HEAD(&components[rc->rc_type], rc, rc_entries);
}

void
rump_component_attach_static(void)
{
	struct rump_component *const *rcp;

	for (rcp = __link_set_start(rump_components);
	    rcp < __link_set_end(rump_components); rcp++)
		rump_component_load(*rcp);
}

int
rump_component_count(enum rump_component_type type)
{

	return rump_component_factions[type];
}

void
rump_component_init(enum rump_component_type type)
{
	const bool faction = type == RUMP__FACTION_DEV ||
	    type == RUMP__FACTION_VFS || type == RUMP__FACTION_NET;
	struct rump_component *rc;
	int n = 0;

	KASSERTMSG(!faction || rump_component_factions[type] <= 1,
	    "more than one %s", type_name[type]);
	LIST_FOREACH(rc, &components[type], rc_entries) {
		rc->rc_init();
		n++;
	}
	if (n != 0 && type_name[type] != NULL)
		aprint_verbose("rump: %s%s attached\n", type_name[type],
		    faction ? "" : n == 1 ? " component" : " components");
}
