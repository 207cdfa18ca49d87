/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs_storm.c - many threads at once in one small tree of a fast file
 * system; what they get does not matter, what is left must be sound.
 */

#include "h_ffs_mount.h"

#define	NTHREADS	6
#define	STEPS		400

struct storm {
	uint32_t s_rnd;
	struct lwp *s_lwp;
};

static uint32_t
chance(struct storm *s, uint32_t n)
{
	s->s_rnd = s->s_rnd * 1664525 + 1013904223;
	return (s->s_rnd >> 8) % n;
}

static void
a_name(struct storm *s, char *path, size_t len)
{
	uint32_t d = chance(s, 4), f = chance(s, 12);

	if (d == 3)
		snprintf(path, len, "/m/f%u", f);
	else
		snprintf(path, len, "/m/d%u/f%u", d, f);
}

static void
storm_write(struct storm *s, const char *path)
{
	char buf[3000];
	long fd = h_open(path, O_CREAT | O_RDWR, 0644);

	if (fd < 0)
		return;
	memset(buf, (int)s->s_rnd, sizeof(buf));
	(void)h_pwrite(fd, buf, 1 + chance(s, sizeof(buf)),
	    chance(s, 120000));
	if (chance(s, 8) == 0)
		(void)H_SC(fsync, A(fd, (int)fd));
	if (chance(s, 6) == 0)
		(void)h_ftruncate(fd, chance(s, 100000));
	(void)h_close(fd);
}

static void
storm_step(struct storm *s)
{
	char path[40], to[40];
	struct stat sb;

	a_name(s, path, sizeof(path));
	a_name(s, to, sizeof(to));
	switch (chance(s, 12)) {
	case 0:
		(void)h_mkdir(path, 0755);
		break;
	case 1:
		(void)h_rmdir(path);
		break;
	case 2:
	case 3:
		(void)h_rename(path, to);
		break;
	case 4:
		(void)h_link(path, to);
		break;
	case 5:
		(void)h_symlink(to, path);
		break;
	case 6:
	case 7:
		(void)h_unlink(path);
		break;
	case 8:
		(void)h_lstat(path, &sb);
		if (chance(s, 10) == 0)
			(void)h_sc(SYS_sync, NULL);
		break;
	default:
		storm_write(s, path);
		break;
	}
}

static void
storm_thread(void *arg)
{
	struct storm *s = arg;
	int i;

	for (i = 0; i < STEPS; i++)
		storm_step(s);
	h_thread_end();
}

static void
storm(int flags, bool ufs2)
{
	struct h_ffs_params p = plain;
	struct storm s[NTHREADS];
	unsigned i;

	p.p_ufs2 = ufs2;
	p.p_ipg = 512;
	begin(&p, 12 * MB, flags);
	CHECK_EQ(h_mkdir("/m/d0", 0755), 0);
	CHECK_EQ(h_mkdir("/m/d1", 0755), 0);
	CHECK_EQ(h_mkdir("/m/d2", 0755), 0);
	for (i = 0; i < NTHREADS; i++) {
		s[i].s_rnd = 77 * i + (uint32_t)flags;
		s[i].s_lwp = h_thread(storm_thread, &s[i]);
	}
	for (i = 0; i < NTHREADS; i++)
		h_join(s[i].s_lwp);
	end();
}

TEST_FLAGS(storm_sync, T_LEAKS)
{
	storm(0, false);
}

TEST_FLAGS(storm_async, T_LEAKS)
{
	storm(MNT_ASYNC, true);
}

TEST_FLAGS(storm_log, T_LEAKS)
{
	storm(MNT_LOG, true);
	storm(MNT_LOG, false);
}
