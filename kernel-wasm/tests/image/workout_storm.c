/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout_storm.c - many threads at once in the same directories.
 *
 * What one operation answers depends on the others; that all of them end, and
 * that a checker finds nothing afterwards, does not.
 */

#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "host.h"
#include "workout.h"

#define	TOP		"/mnt/work/storm"
#define	DIRS		4
#define	NAMES		24
#define	THREADS		6
#define	ROUNDS		1500

static unsigned int
storm_random(unsigned int *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 12;
}

static void
storm_path(char *path, size_t size, unsigned int *r)
{
	unsigned int n = storm_random(r);

	snprintf(path, size, TOP "/d%u/%s%u", n % DIRS,
	    n % 3 == 0 ? "a-longer-name-" : "n", n / DIRS % NAMES);
}

static void
storm_file(const char *path, unsigned int *r)
{
	char buf[3000];
	int fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);

	if (fd == -1)
		return;
	memset(buf, (int)*r, sizeof(buf));
	(void)rump_sys_pwrite(fd, buf, storm_random(r) % sizeof(buf),
	    storm_random(r) % 300000);
	(void)rump_sys_pread(fd, buf, sizeof(buf), storm_random(r) % 300000);
	if (storm_random(r) % 4 == 0)
		(void)rump_sys_ftruncate(fd, storm_random(r) % 200000);
	if (storm_random(r) % 8 == 0)
		(void)rump_sys_fsync(fd);
	(void)rump_sys_close(fd);
}

static void
storm_list(unsigned int *r)
{
	char path[64], dents[4096];
	int fd;

	snprintf(path, sizeof(path), TOP "/d%u", storm_random(r) % DIRS);
	fd = rump_sys_open(path, O_RDONLY);
	if (fd == -1)
		return;
	while (rump_sys_getdents(fd, dents, sizeof(dents)) > 0)
		continue;
	(void)rump_sys_close(fd);
}

static void
storm_step(unsigned int *r)
{
	char path[128], to[128];
	struct stat st;

	storm_path(path, sizeof(path), r);
	storm_path(to, sizeof(to), r);
	switch (storm_random(r) % 12) {
	case 0:
	case 1:
	case 2:
		storm_file(path, r);
		break;
	case 3:
		(void)rump_sys_unlink(path);
		break;
	case 4:
	case 5:
		(void)rump_sys_rename(path, to);
		break;
	case 6:
		(void)rump_sys_link(path, to);
		break;
	case 7:
		(void)rump_sys_mkdir(path, 0755);
		break;
	case 8:
		(void)rump_sys_rmdir(path);
		break;
	case 9:
		(void)rump_sys_symlink(to, path);
		break;
	case 10:
		(void)rump_sys_lstat(path, &st);
		(void)rump_sys_chmod(to, 0600);
		break;
	default:
		storm_list(r);
		break;
	}
}

static void
storm_thread(int n)
{
	unsigned int r = (unsigned int)n * 7919U + 1;
	int i;

	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		rump_h_fail("rfork");
	for (i = 0; i < ROUNDS; i++) {
		storm_step(&r);
		if (n == 0 && i % 200 == 199)
			rump_sys_sync();
	}
	rump_pub_lwproc_releaselwp();
}

void
workout_storm(void)
{
	char path[64];
	int i;

	if (rump_sys_mkdir(TOP, 0755) == -1)
		rump_h_fail("mkdir " TOP);
	for (i = 0; i < DIRS; i++) {
		snprintf(path, sizeof(path), TOP "/d%d", i);
		if (rump_sys_mkdir(path, 0755) == -1)
			rump_h_fail("mkdir %s", path);
	}
	rump_h_threads(THREADS, storm_thread);
}
