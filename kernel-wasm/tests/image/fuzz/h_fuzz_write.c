/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_fuzz_write.c - changes to a damaged file system that is mounted for
 * writing.  Whether they succeed does not matter; that they end does.
 */

#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/unistd.h>

#include <lib/libkern/libkern.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "h_fuzz.h"
#include "../host.h"

#define	PATHSIZE	512
#define	DENTS		8192
#define	ENTRIES		40
#define	DEPTH		4

static unsigned char data[20000];

static void
write_file(const char *path)
{
	static const off_t at[] = {
		0, 700, 4096, 12 * 1024 - 5, 40000, 300000, 70000000
	};
	int fd = rump_sys_open(path, O_RDWR);
	size_t i;

	if (fd == -1)
		return;
	for (i = 0; i < __arraycount(at); i++)
		(void)rump_sys_pwrite(fd, data, i * 700 + 5, at[i]);
	(void)rump_sys_fsync(fd);
	/* After the cut: nothing is read ahead of a long hole. */
	(void)rump_sys_ftruncate(fd, 50000);
	(void)rump_sys_pread(fd, data, sizeof(data), 3000);
	(void)rump_sys_ftruncate(fd, 1000);
	(void)rump_sys_ftruncate(fd, 9000000);
	(void)rump_sys_close(fd);
}

/*
 * New names in a directory: enough to fill some blocks.
 */
static void
write_names(const char *dir)
{
	char path[PATHSIZE], to[PATHSIZE];
	int i, fd;

	for (i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "%s/new-name-%d%s", dir, i,
		    i % 3 == 0 ? "-which-is-rather-longer-than-others" : "");
		fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);
		if (fd == -1)
			continue;
		(void)rump_sys_write(fd, data, (size_t)i * 100);
		if (i % 4 == 0)
			(void)rump_sys_unlink(path);
		(void)rump_sys_close(fd);
	}
	snprintf(path, sizeof(path), "%s/new-name-1", dir);
	snprintf(to, sizeof(to), "%s/moved", dir);
	(void)rump_sys_rename(path, to);
	(void)rump_sys_link(to, path);
	snprintf(path, sizeof(path), "%s/symlink", dir);
	(void)rump_sys_symlink("/mnt/some/where/that/is/too/long/for/the/inode"
	    "/of/every/file/system", path);
	snprintf(path, sizeof(path), "%s/dir", dir);
	if (rump_sys_mkdir(path, 0755) == 0) {
		(void)rump_sys_rename(path, "/mnt/dir-moved");
		(void)rump_sys_rmdir("/mnt/dir-moved");
	}
}

static void	write_dir(const char *, int);

/*
 * One name that was there before.
 */
static void
write_entry(const char *path, int n, int depth)
{
	char to[PATHSIZE];
	struct stat st;

	if (rump_sys_lstat(path, &st) == -1)
		return;
	if (S_ISDIR(st.st_mode))
		write_dir(path, depth + 1);
	else if (S_ISREG(st.st_mode))
		write_file(path);
	(void)rump_sys_chmod(path, 0700 + (mode_t)n);
	(void)rump_sys_chown(path, 70000, (gid_t)n);
	snprintf(to, sizeof(to), "%s-%d", path, n);
	switch (n % 4) {
	case 0:
		(void)rump_sys_unlink(path);
		(void)rump_sys_rmdir(path);
		break;
	case 1:
		(void)rump_sys_rename(path, to);
		break;
	case 2:
		(void)rump_sys_link(path, to);
		(void)rump_sys_rename(to, "/mnt/there");
		break;
	}
}

static void
write_dir(const char *dir, int depth)
{
	char *dents = rump_h_alloc(DENTS), path[PATHSIZE];
	const struct dirent *de;
	int fd, n = 0;
	ssize_t got, at;

	write_names(dir);
	fd = rump_sys_open(dir, O_RDONLY);
	got = fd == -1 ? -1 : rump_sys_getdents(fd, dents, DENTS);
	for (at = 0; at < got && n < ENTRIES && depth < DEPTH;
	    at += de->d_reclen) {
		de = (const void *)(dents + at);
		if (de->d_fileno == 0 || strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0 ||
		    snprintf(path, sizeof(path), "%s/%s", dir, de->d_name) >=
		    (int)sizeof(path) - 8)
			continue;
		write_entry(path, n++, depth);
	}
	if (fd != -1)
		(void)rump_sys_close(fd);
	rump_h_dealloc(dents);
}

/*
 * What is mounted on /mnt.
 */
void
fuzz_write(void)
{
	write_dir("/mnt", 0);
	rump_sys_sync();
}
