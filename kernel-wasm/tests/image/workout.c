/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workout.c - the script of a work-out: thousands of files, deep trees, links,
 * a sparse file of 5 GB, renames, files removed while open, a full disk.
 *
 * Parts	work	everything, and the 5 GB file stays
 *		storm	many threads at once, see workout_storm.c
 *		corners	what workout.sh prepared with debugfs
 *		finish	reads that file, cuts and removes it
 *		So a checker of another system can look in between.
 *
 * Every file's contents follow from its number, and are checked when it is
 * read again: workout.sh lets another system compare what is left.
 */

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/unistd.h>

#include <lib/libkern/libkern.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "host.h"
#include "workout.h"

#define	TOP		"/mnt/work"
#define	PATHSIZE	1024
#define	CHUNK		65536
#define	DEPTH		40
#define	COMB		3000
#define	GB		(1LL << 30)

int workout_lacks;
static unsigned char chunk[CHUNK], back[CHUNK];

/* Where the sparse file has data: around 0, blocks of each indirection. */
static const off_t sparse_at[] = {
	0, 12 * 1024 - 3, 300 * 1024, 70 * 1024 * 1024 + 1, GB + 17,
	2 * GB - 5, 4 * GB - 2, 5 * GB - 7
};

static unsigned int
must(int rv, const char *what, const char *path)
{
	if (rv == -1)
		rump_h_fail("%s %s", what, path);
	return (unsigned int)rv;
}

static void
pattern(unsigned int seed, unsigned char *p, size_t n)
{
	uint32_t x = seed * 2654435761U + 1;
	size_t i;

	for (i = 0; i < n; i++) {
		x = x * 1664525U + 1013904223U;
		p[i] = (unsigned char)(x >> 24);
	}
}

static size_t
file_size(unsigned int i)
{
	return i % 97 == 0 ? 20000 + i % 7000 : i * 37 % 900;
}

static void
file_write(const char *path, unsigned int i)
{
	size_t n = file_size(i);
	int fd;

	pattern(i, chunk, n);
	fd = rump_sys_open(path, O_CREAT | O_EXCL | O_RDWR,
	    (i % 3) != 0 ? 0644 : 0600);
	must(fd, "create", path);
	if (rump_sys_write(fd, chunk, n) != (ssize_t)n)
		rump_h_fail("write %s", path);
	must(rump_sys_close(fd), "close", path);
}

static void
file_check(const char *path, unsigned int i)
{
	size_t n = file_size(i);
	int fd = rump_sys_open(path, O_RDONLY);

	must(fd, "open", path);
	pattern(i, chunk, n);
	if (rump_sys_read(fd, back, CHUNK) != (ssize_t)n ||
	    memcmp(chunk, back, n) != 0)
		rump_h_fail("contents of %s", path);
	must(rump_sys_close(fd), "close", path);
}

static void
many_path(char *path, unsigned int i, const char *dir)
{
	snprintf(path, PATHSIZE, TOP "/%s/file-%05u%s", dir, i,
	    i % 11 == 0 ? "-with-a-name-that-is-somewhat-longer" : "");
}

/*
 * Create; move a third into another directory, remove a fifth, make them
 * again under other numbers.
 */
static void
work_many(unsigned int count)
{
	char path[PATHSIZE], to[PATHSIZE];
	unsigned int i;

	must(rump_sys_mkdir(TOP "/many", 0755), "mkdir", "many");
	must(rump_sys_mkdir(TOP "/moved", 0755), "mkdir", "moved");
	for (i = 0; i < count; i++) {
		many_path(path, i, "many");
		file_write(path, i);
	}
	for (i = 0; i < count; i += 3) {
		many_path(path, i, "many");
		many_path(to, i, "moved");
		must(rump_sys_rename(path, to), "rename", path);
	}
	for (i = 1; i < count; i += 5) {
		many_path(path, i, i % 3 == 0 ? "moved" : "many");
		must(rump_sys_unlink(path), "unlink", path);
	}
	for (i = 1; i < count; i += 10) {
		many_path(path, i + count, "many");
		file_write(path, i);
	}
	for (i = 0; i < count; i += 7) {
		many_path(path, i, i % 3 == 0 ? "moved" : "many");
		if (i % 5 != 1)
			file_check(path, i);
		else if (rump_sys_open(path, O_RDONLY) != -1)
			rump_h_fail("removed %s is there", path);
	}
}

static void
work_deep(void)
{
	char path[PATHSIZE] = TOP "/deep", to[PATHSIZE];
	size_t len = strlen(path);
	unsigned int i;

	must(rump_sys_mkdir(path, 0755), "mkdir", path);
	for (i = 0; i < DEPTH; i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len,
		    "/level%u", i);
		must(rump_sys_mkdir(path, 0755), "mkdir", path);
		snprintf(to, sizeof(to), "%s/here", path);
		file_write(to, i);
	}
	/* A subtree moves up: its ".." changes. */
	must(rump_sys_rename(TOP "/deep/level0/level1/level2",
	    TOP "/deep/up"), "rename", "level2");
	must(rump_sys_mkdir(TOP "/deep/gone", 0700), "mkdir", "gone");
	must(rump_sys_mkdir(TOP "/deep/over", 0700), "mkdir", "over");
	must(rump_sys_rename(TOP "/deep/gone", TOP "/deep/over"), "rename",
	    "gone");
	for (i = 0; i < 300; i++) {
		snprintf(to, sizeof(to), TOP "/deep/up/dir%u", i);
		must(rump_sys_mkdir(to, 0755), "mkdir", to);
	}
	for (i = 0; i < 300; i += 2) {
		snprintf(to, sizeof(to), TOP "/deep/up/dir%u", i);
		must(rump_sys_rmdir(to), "rmdir", to);
	}
}

static void
work_links(void)
{
	char path[PATHSIZE], text[512];
	unsigned int i;

	must(rump_sys_mkdir(TOP "/links", 0755), "mkdir", "links");
	file_write(TOP "/links/first", 194);
	if ((workout_lacks & WORKOUT_NOLINKS) != 0)
		return;
	for (i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), TOP "/links/name%u", i);
		must(rump_sys_link(TOP "/links/first", path), "link", path);
	}
	for (i = 0; i < 200; i += 2) {
		snprintf(path, sizeof(path), TOP "/links/name%u", i);
		must(rump_sys_unlink(path), "unlink", path);
	}
	must(rump_sys_rename(TOP "/links/name1", TOP "/links/name3"),
	    "rename", "name1");
	for (i = 1; i < 500; i += 7) {
		memset(text, 't', i);
		text[i] = '\0';
		snprintf(path, sizeof(path), TOP "/links/sym%u", i);
		must(rump_sys_symlink(text, path), "symlink", path);
	}
	must(rump_sys_mkfifo(TOP "/links/fifo", 0600), "mkfifo", "fifo");
	file_check(TOP "/links/name199", 194);
}

static void
work_open_unlinked(void)
{
	char path[PATHSIZE];
	int fd[20];
	unsigned int i;

	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), TOP "/unlinked%u", i);
		file_write(path, 97);
		fd[i] = rump_sys_open(path, O_RDWR);
		must(fd[i], "open", path);
		must(rump_sys_unlink(path), "unlink", path);
	}
	for (i = 0; i < 20; i++) {
		pattern(i, chunk, CHUNK);
		if (rump_sys_pwrite(fd[i], chunk, CHUNK, i * 100000) !=
		    CHUNK || rump_sys_pread(fd[i], back, CHUNK, i * 100000) !=
		    CHUNK || memcmp(chunk, back, CHUNK) != 0)
			rump_h_fail("unlinked file %u", i);
		must(rump_sys_close(fd[i]), "close", "unlinked");
	}
}

/*
 * Lengths up and down, and holes that are filled backwards.
 */
static void
work_lengths(void)
{
	const char *path = TOP "/lengths";
	off_t size = 0, at;
	unsigned int i;
	int fd;

	fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);
	must(fd, "create", path);
	for (i = 0; i < 60; i++) {
		at = (off_t)(i * 7919U % 61U) * 3001;
		pattern(i, chunk, 3001);
		if (rump_sys_pwrite(fd, chunk, 3001, at) != 3001)
			rump_h_fail("pwrite %s", path);
		size = MAX(size, at + 3001);
		if (i % 13 == 12) {
			size = size * 2 / 3;
			must(rump_sys_ftruncate(fd, size), "truncate", path);
			size += 5000;
			must(rump_sys_ftruncate(fd, size), "truncate", path);
		}
	}
	must(rump_sys_fsync(fd), "fsync", path);
	must(rump_sys_close(fd), "close", path);
}

/*
 * As many holes as blocks, made from the end: the worst of block maps.
 */
static void
work_comb(void)
{
	const char *path = TOP "/comb";
	const off_t stride = 8192;
	unsigned int i;
	int fd;

	fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);
	must(fd, "create", path);
	for (i = COMB; i-- > 0;) {
		pattern(i, chunk, 10);
		if (rump_sys_pwrite(fd, chunk, 10, i * stride) != 10)
			rump_h_fail("pwrite %s", path);
		if (i % 97 == 0)
			must(rump_sys_fsync(fd), "fsync", path);
	}
	for (i = 0; i < COMB; i += 3) {
		pattern(i, chunk, 10);
		if (rump_sys_pread(fd, back, 10, i * stride) != 10 ||
		    memcmp(chunk, back, 10) != 0)
			rump_h_fail("%s at %lld", path,
			    (long long)(i * stride));
	}
	must(rump_sys_ftruncate(fd, COMB / 4 * stride + 5), "truncate", path);
	for (i = 0; i < COMB / 8; i += 2) {
		pattern(i, chunk, 4096);
		if (rump_sys_pwrite(fd, chunk, 4096, i * stride + 4096) !=
		    4096)
			rump_h_fail("pwrite %s", path);
	}
	must(rump_sys_close(fd), "close", path);
}

static void
work_sparse(void)
{
	const char *path = TOP "/sparse";
	unsigned int i;
	int fd;

	fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);
	must(fd, "create", path);
	for (i = __arraycount(sparse_at); i-- > 0;) {
		pattern(i, chunk, 7);
		if (rump_sys_pwrite(fd, chunk, 7, sparse_at[i]) != 7)
			rump_h_fail("pwrite %s at %lld", path,
			    (long long)sparse_at[i]);
	}
	must(rump_sys_close(fd), "close", path);
}

static void
finish_sparse(void)
{
	const char *path = TOP "/sparse";
	struct stat st;
	unsigned int i;
	int fd;

	fd = rump_sys_open(path, O_RDWR);
	must(fd, "open", path);
	must(rump_sys_fstat(fd, &st), "fstat", path);
	if (st.st_size != 5 * GB)
		rump_h_fail("size of %s: %lld", path, (long long)st.st_size);
	for (i = 0; i < __arraycount(sparse_at); i++) {
		pattern(i, chunk, 7);
		if (rump_sys_pread(fd, back, 7, sparse_at[i]) != 7 ||
		    memcmp(chunk, back, 7) != 0)
			rump_h_fail("%s at %lld", path,
			    (long long)sparse_at[i]);
	}
	if (rump_sys_pread(fd, back, 100, 3 * GB) != 100 || back[0] != 0)
		rump_h_fail("hole of %s", path);
	must(rump_sys_ftruncate(fd, 2 * GB), "truncate", path);
	must(rump_sys_ftruncate(fd, 300 * 1024 + 3), "truncate", path);
	must(rump_sys_close(fd), "close", path);
	must(rump_sys_rename(path, TOP "/cut"), "rename", path);
}

/* Where there are no holes: what was skipped was written as zeros. */
static void
finish_comb(void)
{
	const char *path = TOP "/comb";
	int fd = rump_sys_open(path, O_RDWR);

	must(fd, "open", path);
	pattern(0, chunk, 10);
	if (rump_sys_pread(fd, back, 4096, 0) != 4096 ||
	    memcmp(chunk, back, 10) != 0 || back[10] != 0 || back[4095] != 0)
		rump_h_fail("contents of %s", path);
	must(rump_sys_ftruncate(fd, 300 * 1024 + 3), "truncate", path);
	must(rump_sys_close(fd), "close", path);
	must(rump_sys_rename(path, TOP "/cut"), "rename", path);
}

/*
 * Until nothing fits any more; what was there stays as it was.
 */
static void
work_full(void)
{
	const char *path = TOP "/full";
	char name[PATHSIZE];
	size_t n = CHUNK;
	unsigned int i;
	int fd;

	fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);
	must(fd, "create", path);
	pattern(1, chunk, CHUNK);
	while (n >= 512) {
		if (rump_sys_write(fd, chunk, n) == -1) {
			if (rump_h_errno() != ENOSPC)
				rump_h_fail("write %s", path);
			n /= 2;
		}
	}
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), TOP "/many/too-much-%u", i);
		if (rump_sys_mkdir(name, 0755) == -1)
			break;
	}
	if (rump_h_errno() != ENOSPC)
		rump_h_fail("mkdir %s", name);
	file_check(TOP "/links/first", 194);
	must(rump_sys_close(fd), "close", path);
	must(rump_sys_unlink(path), "unlink", path);
	while (i-- > 0) {
		snprintf(name, sizeof(name), TOP "/many/too-much-%u", i);
		must(rump_sys_rmdir(name), "rmdir", name);
	}
}

/*
 * What workout.sh has prepared with debugfs: an extent without data, files
 * with a block of extended attributes, a directory at the limit of links.
 */
static void
work_corners(void)
{
	const char *path = "/mnt/uninit";
	int fd, i;

	fd = rump_sys_open(path, O_RDWR);
	must(fd, "open", path);
	memset(chunk, 0, CHUNK);
	if (rump_sys_pwrite(fd, "hello", 5, 50000) != 5 ||
	    rump_sys_pwrite(fd, "x", 1, 0) != 1 ||
	    rump_sys_pread(fd, back, CHUNK, 0) != CHUNK || back[0] != 'x' ||
	    memcmp(back + 50000, "hello", 5) != 0)
		rump_h_fail("contents of %s", path);
	back[0] = 0;
	memset(back + 50000, 0, 5);
	if (memcmp(back, chunk, CHUNK) != 0)
		rump_h_fail("%s is not zero", path);
	must(rump_sys_close(fd), "close", path);
	must(rump_sys_unlink("/mnt/ea"), "unlink", "ea");
	must(rump_sys_unlink("/mnt/ealink"), "unlink", "ealink");
	for (i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "/mnt/links/%d", i);
		must(rump_sys_mkdir(name, 0755), "mkdir", name);
	}
}

static void
work_all(unsigned int count)
{
	must(rump_sys_mkdir(TOP, 0755), "mkdir", TOP);
	work_links();
	work_many(count);
	work_deep();
	work_open_unlinked();
	work_lengths();
	work_comb();
	work_full();
	if ((workout_lacks & WORKOUT_NOHOLES) == 0)
		work_sparse();
}

int
workout_main(int argc, char **argv, const char *type, void *args,
    size_t argslen)
{
	int flags = argc <= 4 ? 0 : strcmp(argv[4], "async") == 0 ?
	    MNT_ASYNC : strcmp(argv[4], "log") == 0 ? MNT_LOG : 0;
	unsigned int count = argc > 3 ?
	    (unsigned int)strtoul(argv[3], NULL, 10) : 1000;

	if (argc < 3)
		rump_h_fail("usage: %s image work|storm|corners|finish "
		    "[files [async|log]]", argv[0]);
	if (rump_init() != 0)
		rump_h_fail("rump_init");
	must(rump_sys_mkdir("/mnt", 0755), "mkdir", "/mnt");
	if (rump_pub_etfs_register("/dev/img", argv[1], RUMP_ETFS_BLK) != 0)
		rump_h_fail("etfs %s", argv[1]);
	must(rump_sys_mount(type, "/mnt", flags, args, argslen), "mount",
	    argv[1]);
	if (strcmp(argv[2], "work") == 0)
		work_all(count);
	else if (strcmp(argv[2], "storm") == 0) {
		(void)rump_sys_mkdir(TOP, 0755);
		workout_storm();
	} else if (strcmp(argv[2], "corners") == 0)
		work_corners();
	else if ((workout_lacks & WORKOUT_NOHOLES) == 0)
		finish_sparse();
	else
		finish_comb();
	rump_sys_sync();
	must(rump_sys_unmount("/mnt", 0), "unmount", argv[1]);
	if (rump_pub_etfs_remove("/dev/img") != 0)
		rump_h_fail("etfs remove");
	return 0;
}
