/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_rumpfs.c - the root file system through system calls.
 */

#include "h_vfs.h"

TEST_FLAGS(root, T_LEAKS)
{
	struct stat sb;

	CHECK_EQ(h_stat("/", &sb), 0);
	CHECK(S_ISDIR(sb.st_mode));
	CHECK_EQ(sb.st_mode & 07777, 0755);
	CHECK_EQ(h_stat("/dev", &sb), 0);
	CHECK_EQ(h_stat("/tmp", &sb), 0);
	CHECK_EQ(sb.st_mode & 07777, 01777);
	CHECK_EQ(h_stat("/none", &sb), -ENOENT);
	CHECK_EQ(h_unmount("/", 0), -EINVAL);
}

TEST_FLAGS(readwrite, T_LEAKS)
{
	char buf[64];
	struct stat sb;
	long fd;

	fd = h_open("/f", O_CREAT | O_RDWR, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(h_write(fd, "hello", 5), 5);
	CHECK_EQ(h_pread(fd, buf, 64, 0), 5);
	CHECK(memcmp(buf, "hello", 5) == 0);
	CHECK_EQ(h_pread(fd, buf, 64, 5), 0);
	CHECK_EQ(h_pread(fd, buf, 10, 31), 10);
	CHECK_EQ(h_stat("/f", &sb), 0);
	CHECK_EQ(sb.st_size, 5);
	CHECK_EQ(h_ftruncate(fd, 2), 0);
	CHECK_EQ(h_ftruncate(fd, 10), 0);
	CHECK_EQ(h_pread(fd, buf, 64, 0), 10);
	/* Bytes cut off show again, as in the model. */
	CHECK(memcmp(buf, "hello\0\0\0\0\0", 10) == 0);
	CHECK_EQ(h_unlink("/f"), 0);
	CHECK_EQ(h_stat("/f", &sb), -ENOENT);
	CHECK_EQ(h_pread(fd, buf, 64, 0), 10);
	CHECK_EQ(h_close(fd), 0);
}

TEST_FLAGS(dirs, T_LEAKS)
{
	char buf[64];
	struct stat sb;

	CHECK_EQ(h_mkdir("/d", 0755), 0);
	CHECK_EQ(h_mkdir("/d/e/", 0755), 0);
	CHECK_EQ(h_mkdir("/d", 0755), -EEXIST);
	CHECK_EQ(h_rmdir("/d"), -ENOTEMPTY);
	CHECK_EQ(h_chdir("/d/e"), 0);
	CHECK_EQ(h_getcwd(buf, sizeof(buf)), 5);
	CHECK_STR(buf, "/d/e");
	CHECK_EQ(h_chdir(".."), 0);
	CHECK_EQ(h_getcwd(buf, sizeof(buf)), 3);
	CHECK_EQ(h_chdir("/"), 0);
	CHECK_EQ(h_symlink("d/e", "/l"), 0);
	CHECK_EQ(h_stat("/l", &sb), 0);
	CHECK(S_ISDIR(sb.st_mode));
	CHECK_EQ(h_lstat("/l", &sb), 0);
	CHECK(S_ISLNK(sb.st_mode));
	CHECK_EQ(h_readlink("/l", buf, sizeof(buf)), 3);
	CHECK_EQ(h_unlink("/l"), 0);
	CHECK_EQ(h_rmdir("/d/e/."), -EINVAL);
	CHECK_EQ(h_rmdir("/d/e"), 0);
	CHECK_EQ(h_rmdir("/d"), 0);
	CHECK_EQ(h_rmdir("/"), -EBUSY);
	CHECK_EQ(h_rename("/dev", "/x"), -EOPNOTSUPP);
}

TEST_FLAGS(many, T_LEAKS)
{
	char name[64];
	struct stat sb;
	int i;

	CHECK_EQ(h_mkdir("/many", 0755), 0);
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "/many/f%d", i);
		long fd = h_open(name, O_CREAT | O_EXCL | O_RDWR, 0644);

		CHECK(fd >= 0);
		CHECK_EQ(h_close(fd), 0);
	}
	CHECK((int)numvnodes <= desiredvnodes + 16);
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "/many/f%d", i);
		CHECK_EQ(h_stat(name, &sb), 0);
		CHECK_EQ(h_unlink(name), 0);
	}
	CHECK_EQ(h_rmdir("/many"), 0);
}
