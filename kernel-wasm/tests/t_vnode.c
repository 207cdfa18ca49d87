/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_vnode.c - life cycle, name cache, mounts, locks and fifos, one body for
 * every file system that can be mounted empty.
 */

#include "h_vfs.h"

#include <fs/tmpfs/tmpfs_args.h>
#include <fs/v7fs/v7fs_args.h>
#include <miscfs/nullfs/null.h>

#include "h_memdisk.h"
#include "h_v7fs.h"

/* rumpfs has no hard links, no rename and no fifos that carry data. */
static const char *const h_fss[] = { "rumpfs", "tmpfs", "null", "v7fs",
    NULL };

static bool
h_is(const char *fs, const char *name)
{

	return strcmp(fs, name) == 0;
}

static void
h_mount_tmpfs(const char *dir)
{
	struct tmpfs_args ta = { .ta_version = TMPFS_ARGS_VERSION,
	    .ta_root_mode = 0755 };

	CHECK_EQ(h_mount("tmpfs", dir, 0, &ta, sizeof(ta)), 0);
}

/* "v7fs": on a disk in memory, checked at the end. */
static void
h_mount_v7fs(const char *dir)
{
	static char dev[] = "/dev/hd";
	struct v7fs_args va = { .fspec = dev, .endian = V7FS_PDP_ENDIAN };

	h_memdisk_attach(1 << 20);
	h_v7fs_newfs(va.endian, h_memdisk.md_bytes, h_memdisk.md_size, 200);
	CHECK_EQ(h_mount("v7fs", dir, 0, &va, sizeof(va)), 0);
}

/* "null": a tmpfs on /lower, seen through /m. */
static void
h_testfs(const char *fs)
{
	struct null_args na = { .nulla_target = __UNCONST("/lower") };

	CHECK_EQ(h_mkdir("/m", 0755), 0);
	if (h_is(fs, "tmpfs"))
		h_mount_tmpfs("/m");
	if (h_is(fs, "v7fs"))
		h_mount_v7fs("/m");
	if (h_is(fs, "null")) {
		CHECK_EQ(h_mkdir("/lower", 0755), 0);
		h_mount_tmpfs("/lower");
		CHECK_EQ(h_mount("null", "/m", 0, &na, sizeof(na)), 0);
	}
}

static void
h_endfs(const char *fs)
{

	if (!h_is(fs, "rumpfs"))
		CHECK_EQ(h_unmount("/m", 0), 0);
	if (h_is(fs, "v7fs")) {
		CHECK_EQ(h_v7fs_check(V7FS_PDP_ENDIAN, h_memdisk.md_bytes,
		    h_memdisk.md_size), 0);
		h_memdisk_detach();
	}
	if (h_is(fs, "null")) {
		CHECK_EQ(h_unmount("/lower", 0), 0);
		CHECK_EQ(h_rmdir("/lower"), 0);
	}
	CHECK_EQ(h_rmdir("/m"), 0);
}

#define	FSTEST(name)							\
static void fstest_##name(const char *);				\
TEST_FLAGS(name, T_LEAKS)						\
{									\
	for (int i_ = 0; h_fss[i_] != NULL; i_++) {			\
		h_testfs(h_fss[i_]);					\
		fstest_##name(h_fss[i_]);				\
		h_endfs(h_fss[i_]);					\
	}								\
}									\
static void fstest_##name(const char *fs __unused)

FSTEST(lookup)
{
	size_t namemax = h_is(fs, "v7fs") ? 14 : 255;
	struct stat sb;
	char name[300];

	CHECK_EQ(h_mkdir("/m/a", 0755), 0);
	CHECK_EQ(h_mkdir("/m/a/b", 0755), 0);
	CHECK_EQ(h_close(h_open("/m/a/b/f", O_CREAT | O_RDWR, 0644)), 0);
	CHECK_EQ(h_stat("/m/a/b/f", &sb), 0);
	CHECK_EQ(h_stat("/m/a/b/f", &sb), 0);
	CHECK_EQ(h_stat("//m///a/./b/../b/f", &sb), 0);
	CHECK_EQ(h_stat("/m/a/b/f/", &sb), -ENOTDIR);
	CHECK_EQ(h_stat("/m/a/b/f/..", &sb), -ENOTDIR);
	CHECK_EQ(h_stat("/m/a/b/none", &sb), -ENOENT);
	CHECK_EQ(h_stat("/m/a/b/none", &sb), -ENOENT);
	CHECK_EQ(h_close(h_open("/m/a/b/none", O_CREAT | O_RDWR, 0644)), 0);
	CHECK_EQ(h_stat("/m/a/b/none", &sb), 0);
	CHECK_EQ(h_unlink("/m/a/b/none"), 0);
	CHECK_EQ(h_stat("/m/a/b/none", &sb), -ENOENT);
	CHECK_EQ(h_stat("", &sb), -ENOENT);
	CHECK_EQ(h_stat("/../../m/a", &sb), 0);
	memset(name, 'n', sizeof(name));
	memcpy(name, "/m/", 3);
	name[3 + namemax + 1] = '\0';
	CHECK_EQ(h_stat(name, &sb), -ENAMETOOLONG);
	name[3 + namemax] = '\0';
	CHECK_EQ(h_stat(name, &sb), -ENOENT);
	CHECK_EQ(h_symlink("loop", "/m/loop"), 0);
	CHECK_EQ(h_stat("/m/loop", &sb), -ELOOP);
	CHECK_EQ(h_symlink("a/b/", "/m/dir"), 0);
	CHECK_EQ(h_stat("/m/dir/f", &sb), 0);
	CHECK_EQ(h_unlink("/m/dir"), 0);
	CHECK_EQ(h_unlink("/m/loop"), 0);
	CHECK_EQ(h_unlink("/m/a/b/f"), 0);
	CHECK_EQ(h_rmdir("/m/a/b"), 0);
	CHECK_EQ(h_rmdir("/m/a"), 0);
}

FSTEST(chrooted)
{
	struct stat sb;
	char buf[64];
	struct lwp *l = curlwp;

	CHECK_EQ(h_mkdir("/m/r", 0755), 0);
	CHECK_EQ(h_mkdir("/m/r/in", 0755), 0);
	CHECK_EQ(rump_lwproc_rfork(RUMP_RFFDG), 0);
	CHECK_EQ(h_chdir("/m/r"), 0);
	CHECK_EQ(h_chroot("/m/r"), 0);
	CHECK_EQ(h_stat("/in", &sb), 0);
	CHECK_EQ(h_stat("/../../in", &sb), 0);
	CHECK_EQ(h_stat("/m", &sb), -ENOENT);
	CHECK_EQ(h_chdir("/in"), 0);
	CHECK_EQ(h_getcwd(buf, sizeof(buf)), 4);
	CHECK_STR(buf, "/in");
	rump_lwproc_releaselwp();
	rump_lwproc_switch(l);
	CHECK_EQ(h_rmdir("/m/r/in"), 0);
	CHECK_EQ(h_rmdir("/m/r"), 0);
}

FSTEST(fcntl_locks)
{
	struct flock fl = { .l_type = F_WRLCK, .l_start = 10, .l_len = 10 };
	long fd = h_open("/m/f", O_CREAT | O_RDWR, 0644);

	CHECK(fd >= 0);
	CHECK_EQ(h_fcntl(fd, F_SETLK, &fl), 0);
	fl.l_start = 14;
	fl.l_len = 2;
	fl.l_type = F_UNLCK;
	CHECK_EQ(h_fcntl(fd, F_SETLK, &fl), 0);
	fl.l_start = -1;
	CHECK_EQ(h_fcntl(fd, F_SETLK, &fl), -EINVAL);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_unlink("/m/f"), 0);
}

FSTEST(hardlinks)
{
	struct stat sb;

	if (h_is(fs, "rumpfs"))
		return;				/* no links */
	CHECK_EQ(h_close(h_open("/m/a", O_CREAT | O_RDWR, 0644)), 0);
	CHECK_EQ(h_link("/m/a", "/m/b"), 0);
	CHECK_EQ(h_stat("/m/b", &sb), 0);
	CHECK_EQ(sb.st_nlink, 2);
	CHECK_EQ(h_rename("/m/a", "/m/c"), 0);
	CHECK_EQ(h_stat("/m/a", &sb), -ENOENT);
	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	CHECK_EQ(h_mkdir("/m/d/e", 0755), 0);
	CHECK_EQ(h_rename("/m/d", "/m/d/e/x"), -EINVAL);
	CHECK_EQ(h_rename("/m/c", "/m/d/e/c"), 0);
	CHECK_EQ(h_stat("/m/d/e/c", &sb), 0);
	CHECK_EQ(h_rename("/m/d/e", "/m/e"), 0);
	CHECK_EQ(h_stat("/m/e/..", &sb), 0);
	CHECK_EQ(h_unlink("/m/e/c"), 0);
	CHECK_EQ(h_unlink("/m/b"), 0);
	CHECK_EQ(h_rmdir("/m/e"), 0);
	CHECK_EQ(h_rmdir("/m/d"), 0);
}

static void
fifo_writer(void *arg __unused)
{
	long fd = h_open("/m/p", O_WRONLY, 0);

	CHECK(fd >= 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(h_write(fd, "0123456789", 10), 10);
	char big[9000];

	memset(big, 'b', sizeof(big));
	CHECK_EQ(h_write(fd, big, sizeof(big)), (long)sizeof(big));
	CHECK_EQ(h_close(fd), 0);
	h_thread_end();
}

FSTEST(fifo)
{
	struct lwp *w;
	char buf[777];
	long fd, n, total = 0;

	if (h_is(fs, "rumpfs"))
		return;				/* its fifos carry nothing */
	CHECK_EQ(h_mkfifo("/m/p", 0644), 0);
	CHECK_EQ(h_open("/m/p", O_WRONLY | O_NONBLOCK, 0), -ENXIO);
	w = h_thread(fifo_writer, NULL);
	fd = h_open("/m/p", O_RDONLY, 0);
	CHECK(fd >= 0);
	while ((n = h_read(fd, buf, sizeof(buf))) > 0)
		total += n;
	CHECK_EQ(n, 0);
	CHECK_EQ(total, 10000);
	h_join(w);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_unlink("/m/p"), 0);
}

TEST_FLAGS(forced_unmount, T_LEAKS)
{
	struct stat sb;
	char buf[4];
	long fd;

	h_testfs("tmpfs");
	fd = h_open("/m/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(h_write(fd, "abc", 3), 3);
	CHECK_EQ(h_unmount("/m", 0), -EBUSY);
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	CHECK_EQ(h_pread(fd, buf, 3, 0), -EIO);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_stat("/m/f", &sb), -ENOENT);
	CHECK_EQ(h_rmdir("/m"), 0);
}

/* What a null layer decides itself; and its lower file system taken away. */
TEST_FLAGS(null_layer, T_LEAKS)
{
	struct null_args na = { .nulla_target = __UNCONST("/lower/d") };
	struct stat a, b;
	char buf[4];
	long fd;

	CHECK_EQ(h_mkdir("/m", 0755), 0);
	CHECK_EQ(h_mkdir("/lower", 0755), 0);
	h_mount_tmpfs("/lower");
	CHECK_EQ(h_mkdir("/lower/d", 0755), 0);
	CHECK_EQ(h_mount("null", "/lower/d", 0, &na, sizeof(na)), -EDEADLK);
	CHECK_EQ(h_mount("null", "/m", MNT_RDONLY, &na, sizeof(na)), 0);
	fd = h_open("/lower/d/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(h_write(fd, "abc", 3), 3);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_stat("/lower/d/f", &a), 0);
	CHECK_EQ(h_stat("/m/f", &b), 0);
	CHECK(a.st_ino == b.st_ino && a.st_dev != b.st_dev);
	CHECK_EQ(h_open("/m/f", O_RDWR, 0), -EROFS);
	CHECK_EQ(h_open("/m/g", O_CREAT | O_RDWR, 0644), -EROFS);
	CHECK_EQ(h_unlink("/m/f"), -EROFS);
	CHECK_EQ(h_chmod("/m/f", 0600), -EROFS);
	CHECK_EQ(h_unmount("/lower", 0), -EBUSY);
	fd = h_open("/m/f", O_RDONLY, 0);
	CHECK_EQ(h_pread(fd, buf, 3, 0), 3);
	CHECK_EQ(h_unmount("/lower", MNT_FORCE), 0);
	CHECK_EQ(h_pread(fd, buf, 3, 0), -EIO);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(h_rmdir("/lower"), 0);
	CHECK_EQ(h_rmdir("/m"), 0);
}

static long
lock_file(long fd)
{

	return H_SC(flock, A(fd, (int)fd), A(how, LOCK_EX));
}

static long locker_result;

static void
locker(void *arg __unused)
{
	long fd = h_open("/m/f", O_RDWR, 0644);

	locker_result = lock_file(fd);
	CHECK_EQ(h_close(fd), 0);
	h_thread_end();
}

/* Who sleeps for a lock on a file that goes away is told so. */
TEST_FLAGS(forced_unmount_lock, T_LEAKS)
{
	struct lwp *w;
	long fd;

	h_testfs("tmpfs");
	fd = h_open("/m/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(lock_file(fd), 0);
	locker_result = 1;
	w = h_thread(locker, NULL);
	kpause("tlock", false, hz / 20, NULL);
	CHECK_EQ(locker_result, 1);
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	h_join(w);
	CHECK_EQ(locker_result, -EBADF);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_rmdir("/m"), 0);
}

/* A new mount moves the processes that sit below it, as they come and go. */
static int sitter_stop;			/* atomic */

static void
sitter(void *arg)
{
	struct lwp *self = curlwp;

	while (!__atomic_load_n(&sitter_stop, __ATOMIC_RELAXED)) {
		CHECK_EQ(rump_lwproc_rfork(RUMP_RFCFDG), 0);
		if (arg != NULL)
			(void)h_chdir("/m");	/* ENOENT: just unmounted */
		rump_lwproc_releaselwp();
		rump_lwproc_switch(self);
	}
	h_thread_end();
}

TEST_FLAGS(mount_and_exit, T_LEAKS)
{
	struct lwp *w[3];
	long fd;
	int i;

	CHECK_EQ(h_mkdir("/m", 0755), 0);
	fd = h_open("/m", O_RDONLY, 0);
	sitter_stop = 0;
	for (i = 0; i < 3; i++)
		w[i] = h_thread(sitter, i == 0 ? "sit" : NULL);
	for (i = 0; i < 3000; i++) {
		h_mount_tmpfs("/m");
		CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	}
	__atomic_store_n(&sitter_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		h_join(w[i]);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_rmdir("/m"), 0);
}

/* Many threads on the same names, with a cache that is too small. */
static void
stress(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg * 7919 + 1;
	char a[32], b[32];
	struct stat sb;
	long fd;

	for (int i = 0; i < 1500; i++) {
		seed = seed * 1103515245 + 12345;
		snprintf(a, sizeof(a), "/m/s/f%u", (seed >> 16) % 40);
		snprintf(b, sizeof(b), "/m/t/f%u", (seed >> 20) % 40);
		switch ((seed >> 8) % 6) {
		case 0:
			fd = h_open(a, O_CREAT | O_RDWR, 0644);
			if (fd >= 0) {
				(void)h_write(fd, "x", 1);
				(void)h_close(fd);
			}
			break;
		case 1:
			(void)h_unlink(a);
			break;
		case 2:
			(void)h_rename(a, b);
			break;
		case 3:
			(void)h_rename(b, a);
			break;
		case 4:
			(void)h_unlink(b);
			break;
		default:
			(void)h_stat(a, &sb);
			(void)h_lstat(b, &sb);
			break;
		}
	}
	h_thread_end();
}

FSTEST(stress)
{
	struct lwp *t[4];
	char a[32];
	int i, saved = desiredvnodes;

	CHECK_EQ(h_mkdir("/m/s", 0755), 0);
	CHECK_EQ(h_mkdir("/m/t", 0755), 0);
	desiredvnodes = 60;
	for (i = 0; i < 4; i++)
		t[i] = h_thread(stress, (void *)(uintptr_t)(i + 1));
	for (i = 0; i < 4; i++)
		h_join(t[i]);
	desiredvnodes = saved;
	for (i = 0; i < 40; i++) {
		snprintf(a, sizeof(a), "/m/s/f%d", i);
		(void)h_unlink(a);
		snprintf(a, sizeof(a), "/m/t/f%d", i);
		(void)h_unlink(a);
	}
	CHECK_EQ(h_rmdir("/m/s"), 0);
	CHECK_EQ(h_rmdir("/m/t"), 0);
}
