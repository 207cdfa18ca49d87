/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.c - mount an image, walk it, print what is there.
 *
 * Lines	type mode nlink uid gid size path [-> target | contents' hash]
 *		in the order of the directory; images.sh sorts.
 */

#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <lib/libkern/libkern.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "walk.h"
#include "host.h"

#define	BLOCK	65536
#define	PATHSIZE 4096

static uint64_t
walk_hash(uint64_t h, const unsigned char *p, size_t n)
{
	while (n-- > 0)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

static void
walk_error(struct fswalk *w, const char *what, const char *path)
{
	if (w->w_strict)
		rump_h_fail("%s %s", what, path);
}

/*
 * Read to the end, in pieces of odd sizes, then compare a piece read alone.
 */
static void
walk_file(struct fswalk *w, const char *path, off_t size, uint64_t *hashp)
{
	unsigned char *buf = rump_h_alloc(BLOCK);
	uint64_t h = 0xcbf29ce484222325ULL;
	off_t total = 0;
	ssize_t n = 0;
	int fd, i = 0;

	fd = rump_sys_open(path, O_RDONLY);
	if (fd == -1) {
		walk_error(w, "open", path);
		rump_h_dealloc(buf);
		return;
	}
	while (w->w_maxbytes == 0 || w->w_bytes < w->w_maxbytes) {
		size_t want = (i++ & 1) != 0 ? BLOCK : 7001;

		n = rump_sys_read(fd, buf, want);
		if (n <= 0)
			break;
		h = walk_hash(h, buf, (size_t)n);
		total += n;
		w->w_bytes += (unsigned long)n;
	}
	if (n == -1 || (w->w_strict && total != size))
		walk_error(w, "read", path);
	n = rump_sys_pread(fd, buf, 512, size / 2);
	if (n == -1)
		walk_error(w, "pread", path);
	(void)rump_sys_close(fd);
	rump_h_dealloc(buf);
	*hashp = h;
}

static void
walk_one(struct fswalk *w, const char *path, int depth)
{
	static const char types[] = "?pc?d?b?-?l?s???";
	char target[1100];
	uint64_t hash = 0;
	struct stat st;
	ssize_t n;

	if (rump_sys_lstat(path, &st) == -1) {
		walk_error(w, "lstat", path);
		return;
	}
	if (w->w_print)
		rump_h_out("%c %04o %u %u %u %lld %s",
		    types[(st.st_mode & S_IFMT) >> 12], st.st_mode & 07777,
		    st.st_nlink, st.st_uid, st.st_gid,
		    S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size, path);
	if (S_ISLNK(st.st_mode)) {
		n = rump_sys_readlink(path, target, sizeof(target) - 1);
		if (n == -1)
			walk_error(w, "readlink", path);
		target[n < 0 ? 0 : n] = '\0';
		if (w->w_print)
			rump_h_out(" -> %s", target);
	} else if (S_ISREG(st.st_mode)) {
		walk_file(w, path, st.st_size, &hash);
		if (w->w_print)
			rump_h_out(" %016llx", (unsigned long long)hash);
	} else if (w->w_print && (S_ISCHR(st.st_mode) ||
	    S_ISBLK(st.st_mode)))
		rump_h_out(" %d,%d", (int)major(st.st_rdev), (int)minor(st.st_rdev));
	if (w->w_print)
		rump_h_out("\n");
	if (S_ISDIR(st.st_mode))
		fswalk_dir(w, path, depth + 1);
}

static void
walk_entries(struct fswalk *w, const char *path, const char *buf, int len,
    int depth)
{
	char *child = rump_h_alloc(PATHSIZE);
	int at = 0;

	while (at < len) {
		const struct dirent *de = (const void *)(buf + at);

		if (de->d_reclen < 16 || at + de->d_reclen > len)
			rump_h_fail("bad record in %s", path);
		at += de->d_reclen;
		if (de->d_fileno == 0)	/* a slot without a name */
			continue;
		if (strcmp(de->d_name, ".") == 0 ||
		    strcmp(de->d_name, "..") == 0)
			continue;
		if (w->w_maxfiles != 0 && w->w_files >= w->w_maxfiles)
			break;
		w->w_files++;
		if (strlen(path) + strlen(de->d_name) + 2 > PATHSIZE)
			continue;
		strlcpy(child, path, PATHSIZE);
		strlcat(child, "/", PATHSIZE);
		strlcat(child, de->d_name, PATHSIZE);
		walk_one(w, child, depth);
	}
	rump_h_dealloc(child);
}

void
fswalk_dir(struct fswalk *w, const char *path, int depth)
{
	char *buf;
	int fd, n;

	if (w->w_maxdepth != 0 && depth > w->w_maxdepth)
		return;
	fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	if (fd == -1) {
		walk_error(w, "opendir", path);
		return;
	}
	buf = rump_h_alloc(8192);
	while ((n = rump_sys_getdents(fd, buf, 8192)) > 0) {
		walk_entries(w, path, buf, n, depth);
		if (w->w_maxfiles != 0 && w->w_files >= w->w_maxfiles)
			break;
	}
	if (n == -1)
		walk_error(w, "getdents", path);
	rump_h_dealloc(buf);
	(void)rump_sys_close(fd);
}

static void
expect(const char *what, int rv, int want)
{
	if (rv != -1 || rump_h_errno() != want)
		rump_h_fail("%s: %d, wanted errno %d", what, rv, want);
}

/*
 * What must fail on a file system that is only read.
 */
static void
walk_refusals(const char *type, void *args, size_t argslen)
{
	struct statvfs *sv = rump_h_alloc(sizeof(*sv));

	expect("create", rump_sys_open("/mnt/new", O_CREAT | O_RDWR, 0644),
	    EROFS);
	expect("mkdir", rump_sys_mkdir("/mnt/newdir", 0755), EROFS);
	expect("symlink", rump_sys_symlink("x", "/mnt/newlink"), EROFS);
	expect("chmod", rump_sys_chmod("/mnt", 0700), EROFS);
	expect("noent", rump_sys_open("/mnt/ no such", O_RDONLY), ENOENT);
	expect("busy", rump_sys_mount(type, "/mnt2", MNT_RDONLY, args,
	    argslen), EBUSY);
	if (rump_sys_statvfs1("/mnt", sv, ST_WAIT) == -1)
		rump_h_fail("statvfs");
	if (strcmp(sv->f_fstypename, type) != 0 || sv->f_bsize == 0 ||
	    (sv->f_flag & MNT_RDONLY) == 0)
		rump_h_fail("statvfs: %s", sv->f_fstypename);
	rump_h_dealloc(sv);
}

int
fswalk_main(int argc, char **argv, const char *type, void *args,
    size_t argslen)
{
	struct fswalk w = { .w_print = true, .w_strict = true };
	int round;

	if (argc < 2)
		rump_h_fail("usage: %s image", argv[0]);
	if (rump_init() != 0)
		rump_h_fail("rump_init");
	if (rump_sys_mkdir("/mnt", 0755) == -1 ||
	    rump_sys_mkdir("/mnt2", 0755) == -1)
		rump_h_fail("mkdir");
	if (rump_pub_etfs_register("/dev/img", argv[1], RUMP_ETFS_BLK) != 0)
		rump_h_fail("etfs %s", argv[1]);
	/* The one that has no way to write. */
	if (strcmp(type, MOUNT_CD9660) == 0)
		expect("rw mount", rump_sys_mount(type, "/mnt", 0, args,
		    argslen), EROFS);
	for (round = 0; round < 2; round++) {
		if (rump_sys_mount(type, "/mnt", MNT_RDONLY, args, argslen) ==
		    -1)
			rump_h_fail("mount %s", argv[1]);
		w.w_print = round == 1;
		fswalk_dir(&w, "/mnt", 0);
		walk_refusals(type, args, argslen);
		if (rump_sys_unmount("/mnt", 0) == -1)
			rump_h_fail("unmount");
	}
	if (rump_pub_etfs_remove("/dev/img") != 0)
		rump_h_fail("etfs remove");
	return 0;
}
