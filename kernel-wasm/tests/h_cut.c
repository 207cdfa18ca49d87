/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_cut.c - cut the power of a file system that is at work.
 *
 * With H_CUT_DUMP=/prefix in the environment the disk of each cut becomes a
 * file /prefix-SERIAL.img, for checkers that run outside; with H_CUT_STEP=n of
 * each n-th cut.  H_CUT_ROUNDS=n makes the scenario longer and cuts after each
 * write of it.
 */

#include "h_cut.h"
#include "h_files.h"
#include "h_memdisk.h"

#define	KEPT	30000u
#define	ROUNDS	30u
#define	ROUNDS_MAX	2000u
#define	SYNCED	5000u		/* bytes of a file synced on the way */

/* Which rounds synced a file of their own before the cut. */
static bool synced[ROUNDS_MAX];

static unsigned
scenario_rounds(void)
{
	char value[16];
	unsigned n;

	if (rumpuser_getparam("H_CUT_ROUNDS", value, sizeof(value)) != 0)
		return ROUNDS;
	n = (unsigned)strtoul(value, NULL, 10);
	return n < ROUNDS ? ROUNDS : MIN(n, ROUNDS_MAX);
}

static void
synced_name(char *path, size_t size, unsigned i)
{
	snprintf(path, size, "/m/s%u", i);
}

/* A file that is there from now on, unless the power is gone already. */
static void
sync_one(unsigned i)
{
	char path[64];

	synced_name(path, sizeof(path), i);
	(void)put(path, i, 0, SYNCED);
	sync_path(path);
	synced[i] = h_memdisk.md_writes < h_memdisk.md_stopafter;
}

static void
churn(unsigned i)
{
	char path[64];

	snprintf(path, sizeof(path), "/m/d/f%u", i);
	(void)put(path, i, 0, 1000 + i % ROUNDS * 3000);
	if (i % 3 == 0)
		(void)h_unlink(path);
	if (i % 4 == 0)
		(void)h_rename(path, "/m/other");
	if (i % 6 == 0)
		sync_path("/m/d");
	if (i % 5 == 2)
		sync_one(i);
	if (i >= 20) {
		snprintf(path, sizeof(path), "/m/d/f%u", i - 20);
		(void)h_unlink(path);
	}
}

/* Files come, go and move; one stays open without a name. */
static long
scenario(void)
{
	unsigned i, n = scenario_rounds();
	long fd;

	memset(synced, 0, sizeof(synced));
	(void)h_mkdir("/m/d", 0755);
	for (i = 0; i < n; i++)
		churn(i);
	fd = h_open("/m/other", O_RDWR, 0);
	(void)h_unlink("/m/other");
	(void)H_SC(fsync, A(fd, (int)fd));
	return fd;
}

static void
begin(const struct h_cut *c)
{
	h_memdisk_attach(c->c_size);
	c->c_newfs(c->c_arg, h_memdisk.md_bytes, c->c_size);
	(void)h_mkdir("/m", 0755);
	CHECK_EQ(c->c_mount(c->c_arg, c->c_flags), 0);
}

/* A file of the host, by hypercalls: the kernel sees no others. */
static void
dump(void)
{
	static unsigned serial;
	struct rumpuser_iovec iov = { h_memdisk.md_bytes, h_memdisk.md_size };
	char prefix[256], path[300], step[16] = "1";
	size_t n;
	int fd;

	if (rumpuser_getparam("H_CUT_DUMP", prefix, sizeof(prefix)) != 0)
		return;
	(void)rumpuser_getparam("H_CUT_STEP", step, sizeof(step));
	if (serial++ % strtoul(step, NULL, 10) != 0)
		return;
	snprintf(path, sizeof(path), "%s-%u.img", prefix, serial - 1);
	CHECK_EQ(rumpuser_open(path, RUMPUSER_OPEN_WRONLY |
	    RUMPUSER_OPEN_CREATE, &fd), 0);
	CHECK_EQ(rumpuser_iovwrite(fd, &iov, 1, 0, &n), 0);
	CHECK_EQ(n, h_memdisk.md_size);
	CHECK_EQ(rumpuser_close(fd), 0);
}

/* What was synced is there, however the disk is mounted. */
static void
remount(const struct h_cut *c, int flags)
{
	char path[64];
	unsigned i;

	CHECK_EQ(c->c_mount(c->c_arg, flags), 0);
	get("/m/kept", 7, 0, KEPT);
	for (i = 0; i < ROUNDS_MAX; i++) {
		if (!synced[i])
			continue;
		synced_name(path, sizeof(path), i);
		get(path, i, 0, SYNCED);
	}
	CHECK_EQ(h_unmount("/m", 0), 0);
}

/* true: the scenario came to its end before. */
static bool
powercut(const struct h_cut *c, unsigned n)
{
	bool done;
	long fd;

	begin(c);
	CHECK_EQ(put("/m/kept", 7, 0, KEPT), KEPT);
	sync_path("/m/kept");
	if (c->c_cache)
		h_memdisk_cache();
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	fd = scenario();
	done = h_memdisk.md_writes < h_memdisk.md_stopafter;
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	(void)h_close(fd);
	if (c->c_cache)
		h_memdisk_cut(n);
	h_memdisk.md_stopafter = 0;
	dump();
	if (c->c_torn != NULL)
		c->c_torn(c->c_arg);
	remount(c, MNT_RDONLY);
	remount(c, c->c_flags);
	if (c->c_after != NULL)
		c->c_after(c->c_arg);
	h_memdisk_detach();
	return done;
}

void
h_cut_every(const struct h_cut *c, unsigned step)
{
	unsigned n = 1;

	if (scenario_rounds() > ROUNDS)
		step = 1;
	while (!powercut(c, n))
		n += step;
	CHECK(n > 50);
	printf("power cut after each of %u writes, step %u\n", n, step);
}

void
h_cut_broken(const struct h_cut *c, unsigned n)
{
	char path[64];
	unsigned i;
	long fd;

	begin(c);
	h_memdisk.md_fail = true;
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	(void)h_mkdir("/m/d", 0755);
	for (i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		fd = h_open(path, O_CREAT | O_RDWR, 0644);
		if (fd < 0)
			continue;
		(void)h_write(fd, "something", 9);
		(void)h_ftruncate(fd, 70000);
		if (i % 5 == 0)
			(void)H_SC(fsync, A(fd, (int)fd));
		(void)h_close(fd);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/moved");
	}
	(void)h_sc(SYS_sync, NULL);
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	h_memdisk_detach();
}
