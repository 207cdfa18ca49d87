/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_module.c - module(9), RUN_ONCE, evcnt(9).
 */

#include "h_test.h"

#include <sys/evcnt.h>
#include <sys/module.h>
#include <sys/once.h>

static int base_up, top_up;

static int
base_modcmd(modcmd_t cmd, void *arg)
{

	base_up = cmd == MODULE_CMD_INIT;
	return 0;
}

static int
top_modcmd(modcmd_t cmd, void *arg)
{

	if (cmd == MODULE_CMD_INIT && !base_up)
		return EINVAL;
	top_up = cmd == MODULE_CMD_INIT;
	return 0;
}

static int
bad_modcmd(modcmd_t cmd, void *arg)
{

	return ENXIO;
}

static const modinfo_t base_info = { __NetBSD_Version__, MODULE_CLASS_MISC,
    base_modcmd, "t_base", NULL };
static const modinfo_t top_info = { __NetBSD_Version__, MODULE_CLASS_MISC,
    top_modcmd, "t_top", "t_base" };
static const modinfo_t bad_info = { __NetBSD_Version__, MODULE_CLASS_MISC,
    bad_modcmd, "t_bad", NULL };
static const modinfo_t lost_info = { __NetBSD_Version__, MODULE_CLASS_MISC,
    top_modcmd, "t_lost", "nowhere" };

TEST(requirements)
{
	const modinfo_t *all[] = { &top_info, &base_info };

	CHECK_EQ(module_builtin_add(all, 2, false), 0);
	CHECK_EQ(module_builtin_add(all, 1, false), EEXIST);
	CHECK_EQ(module_load("t_top", 0, NULL, MODULE_CLASS_ANY), 0);
	CHECK(base_up && top_up);
	CHECK_EQ(module_load("t_top", 0, NULL, MODULE_CLASS_ANY), EEXIST);
	CHECK_EQ(module_unload("t_base"), EBUSY);
	CHECK_EQ(module_unload("t_top"), 0);
	CHECK_EQ(module_unload("t_base"), 0);
	CHECK(!base_up && !top_up);
	CHECK_EQ(module_builtin_remove(&top_info, false), 0);
	CHECK_EQ(module_builtin_remove(&base_info, false), 0);
}

TEST(failures)
{
	const modinfo_t *bad[] = { &bad_info }, *lost[] = { &lost_info };

	CHECK_EQ(module_load("no such", 0, NULL, MODULE_CLASS_ANY), ENOENT);
	CHECK_EQ(module_unload("no such"), ENOENT);
	CHECK_EQ(module_builtin_add(bad, 1, true), ENXIO);
	CHECK_EQ(module_builtin_add(lost, 1, true), ENOENT);
	CHECK_EQ(module_builtin_remove(&bad_info, false), 0);
	CHECK_EQ(module_builtin_remove(&lost_info, false), 0);
}

static int times;

static int
once_func(void)
{

	times++;
	return 3;
}

TEST(once)
{
	static once_t control;

	CHECK_EQ(RUN_ONCE(&control, once_func), 3);
	CHECK_EQ(RUN_ONCE(&control, once_func), 3);
	CHECK_EQ(times, 1);
}

TEST(counters)
{
	struct evcnt ev, *e;
	bool found = false;

	evcnt_attach_dynamic(&ev, EVCNT_TYPE_MISC, NULL, "test", "event");
	ev.ev_count++;
	TAILQ_FOREACH(e, &allevents, ev_list)
		found |= e == &ev;
	CHECK(found);
	evcnt_detach(&ev);
}
