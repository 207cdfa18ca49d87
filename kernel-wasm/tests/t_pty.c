/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_pty.c - /dev/ptm and /dev/ptmx hand out pairs of pseudo terminals, with
 * the names of old and with those of ptyfs.
 */

#include "h_vfs.h"

#include <sys/errno.h>
#include <sys/ioctl.h>
#include <sys/pty.h>
#include <sys/ttycom.h>

#include <fs/ptyfs/ptyfs_args.h>

static long
ioctl(long fd, u_long cmd, void *data)
{
	return H_SC(ioctl, A(fd, (int)fd), A(com, cmd), A(data, data));
}

static int
mountit(int flags)
{
	struct ptyfs_args args = { .version = PTYFS_ARGSVERSION, .gid = 4,
	    .mode = 0620 };

	(void)h_mkdir("/dev/pts", 0755);
	return (int)h_mount("ptyfs", "/dev/pts", flags, &args, sizeof(args));
}

static void
getpair(struct ptmget *pg)
{
	long fd = h_open("/dev/ptm", O_RDWR, 0);

	CHECK(fd >= 0);
	CHECK_EQ(ioctl(fd, TIOCPTMGET, pg), 0);
	CHECK_EQ(h_close(fd), 0);
}

/* What is written to one side comes out of the other. */
static void
talk(long master, long slave)
{
	char buf[16];

	CHECK_EQ(h_write(master, "hi\n", 3), 3);
	CHECK_EQ(h_read(slave, buf, sizeof(buf)), 3);
	CHECK(memcmp(buf, "hi\n", 3) == 0);
	/* the echo, then what the slave says */
	CHECK_EQ(h_read(master, buf, sizeof(buf)), 4);
	CHECK_EQ(h_write(slave, "ok", 2), 2);
	CHECK_EQ(h_read(master, buf, sizeof(buf)), 2);
	CHECK(memcmp(buf, "ok", 2) == 0);
}

static void
check_slave(const char *name, unsigned minornum)
{
	struct stat sb;

	CHECK_EQ(h_stat(name, &sb), 0);
	CHECK_EQ(sb.st_rdev, makedev(PTS_MAJOR, minornum));
	CHECK_EQ(sb.st_mode, S_IFCHR | 0620);
	CHECK_EQ(sb.st_uid, 0);
	CHECK_EQ(sb.st_gid, 4);
}

TEST_FLAGS(bsd_names, T_LEAKS)
{
	struct ptmget a, b, c;
	int i;

	getpair(&a);
	CHECK_STR(a.cn, "/dev/ptyp0");
	CHECK_STR(a.sn, "/dev/ttyp0");
	check_slave(a.sn, 0);
	talk(a.cfd, a.sfd);
	getpair(&b);
	CHECK_STR(b.sn, "/dev/ttyp1");
	talk(b.cfd, b.sfd);
	CHECK_EQ(h_open("/dev/ptyp1", O_RDWR | O_NOCTTY, 0), -EIO);
	CHECK_EQ(h_close(a.sfd), 0);
	CHECK_EQ(h_close(a.cfd), 0);
	/* what is given back is given out again */
	getpair(&a);
	CHECK_STR(a.sn, "/dev/ttyp0");
	CHECK_EQ(ioctl(a.cfd, TIOCPTSNAME, &c), 0);
	CHECK_STR(c.sn, "/dev/ttyp0");
	for (i = 0; i < 2; i++) {
		CHECK_EQ(h_close(i == 0 ? a.sfd : b.sfd), 0);
		CHECK_EQ(h_close(i == 0 ? a.cfd : b.cfd), 0);
	}
}

TEST_FLAGS(none_left, T_LEAKS)
{
	struct ptmget pg[PTY_BSDNAMES], more;
	long fd = h_open("/dev/ptm", O_RDWR, 0);
	int i;

	for (i = 0; i < PTY_BSDNAMES; i++)
		CHECK_EQ(ioctl(fd, TIOCPTMGET, &pg[i]), 0);
	CHECK_EQ(ioctl(fd, TIOCPTMGET, &more), -ENOENT);
	for (i = 0; i < PTY_BSDNAMES; i++) {
		CHECK_EQ(h_close(pg[i].sfd), 0);
		CHECK_EQ(h_close(pg[i].cfd), 0);
	}
	CHECK_EQ(ioctl(fd, TIOCPTMGET, &more), 0);
	CHECK_EQ(h_close(more.sfd), 0);
	CHECK_EQ(h_close(more.cfd), 0);
	CHECK_EQ(h_close(fd), 0);
}

/* posix_openpt(3), grantpt, ptsname and opening the slave. */
static void
openpt(const char *want)
{
	struct ptmget pg;
	long low = h_open("/dev/null", O_RDWR, 0), master, slave;

	CHECK_EQ(h_close(low), 0);
	master = h_open("/dev/ptmx", O_RDWR | O_NOCTTY, 0);
	CHECK_EQ(master, low);
	CHECK_EQ(ioctl(master, TIOCGRANTPT, NULL), 0);
	CHECK_EQ(ioctl(master, TIOCPTSNAME, &pg), 0);
	CHECK_STR(pg.sn, want);
	slave = h_open(pg.sn, O_RDWR | O_NOCTTY, 0);
	CHECK(slave > master);
	talk(master, slave);
	CHECK_EQ(h_close(slave), 0);
	CHECK_EQ(h_close(master), 0);
}

TEST_FLAGS(ptmx, T_LEAKS)
{
	openpt("/dev/ttyp0");
	CHECK_EQ(mountit(0), 0);
	openpt("/dev/pts/0");
	CHECK_EQ(h_unmount("/dev/pts", 0), 0);
	openpt("/dev/ttyp0");
}

static int
listed(const char *dir)
{
	char buf[1024];
	long fd = h_open(dir, O_RDONLY, 0), n, at;
	int count = 0;

	n = h_getdents(fd, buf, sizeof(buf));
	CHECK(n > 0);
	for (at = 0; at < n; at += ((struct dirent *)(buf + at))->d_reclen)
		count++;
	CHECK_EQ(h_close(fd), 0);
	return count;
}

TEST_FLAGS(ptyfs, T_LEAKS)
{
	struct ptmget a, b;
	struct stat sb;

	CHECK_EQ(mountit(0), 0);
	CHECK_EQ(listed("/dev/pts"), 2);
	CHECK_EQ(h_stat("/dev/pts/0", &sb), -ENOENT);
	getpair(&a);
	getpair(&b);
	CHECK_STR(a.cn, "/dev/null");
	CHECK_STR(a.sn, "/dev/pts/0");
	CHECK_STR(b.sn, "/dev/pts/1");
	check_slave(b.sn, 1);
	CHECK_EQ(listed("/dev/pts"), 4);
	talk(a.cfd, a.sfd);
	CHECK_EQ(h_stat("/dev/pts/00", &sb), -ENOENT);
	CHECK_EQ(h_stat("/dev/pts/2", &sb), -ENOENT);
	CHECK_EQ(h_stat("/dev/pts/99999999999", &sb), -ENOENT);
	CHECK_EQ(h_open("/dev/pts/x", O_CREAT | O_RDWR, 0644), -EROFS);
	CHECK_EQ(h_unlink("/dev/pts/0"), -EROFS);
	CHECK_EQ(h_chmod("/dev/pts/1", 0600), 0);
	CHECK_EQ(h_stat("/dev/pts/1", &sb), 0);
	CHECK_EQ(sb.st_mode, S_IFCHR | 0600);
	CHECK_EQ(h_unmount("/dev/pts", 0), -EBUSY);
	CHECK_EQ(h_close(b.sfd), 0);
	CHECK_EQ(h_close(b.cfd), 0);
	CHECK_EQ(h_stat("/dev/pts/1", &sb), -ENOENT);
	getpair(&b);			/* with the attributes of the mount */
	check_slave(b.sn, 1);
	CHECK_EQ(h_close(b.sfd), 0);
	CHECK_EQ(h_close(b.cfd), 0);
	CHECK_EQ(h_close(a.sfd), 0);
	CHECK_EQ(h_close(a.cfd), 0);
	CHECK_EQ(h_unmount("/dev/pts", 0), 0);
	getpair(&a);
	CHECK_STR(a.sn, "/dev/ttyp0");
	CHECK_EQ(h_close(a.sfd), 0);
	CHECK_EQ(h_close(a.cfd), 0);
}

/* A chrooted process is told the name under its own root. */
TEST_FLAGS(chrooted, T_LEAKS)
{
	struct ptyfs_args args = { .version = PTYFS_ARGSVERSION, .gid = 4,
	    .mode = 0620 };
	struct lwp *l = curlwp;
	struct ptmget pg;
	long fd = h_open("/dev/ptm", O_RDWR, 0);

	CHECK_EQ(h_mkdir("/jail", 0755), 0);
	CHECK_EQ(h_mkdir("/jail/pts", 0755), 0);
	CHECK_EQ(h_mount("ptyfs", "/jail/pts", 0, &args, sizeof(args)), 0);
	CHECK_EQ(rump_lwproc_rfork(RUMP_RFFDG), 0);
	CHECK_EQ(h_chdir("/jail"), 0);
	CHECK_EQ(h_chroot("/jail"), 0);
	CHECK_EQ(ioctl(fd, TIOCPTMGET, &pg), 0);
	CHECK_STR(pg.sn, "/pts/0");
	talk(pg.cfd, pg.sfd);
	CHECK_EQ(h_close(pg.sfd), 0);
	CHECK_EQ(h_close(pg.cfd), 0);
	rump_lwproc_releaselwp();
	rump_lwproc_switch(l);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_unmount("/jail/pts", 0), 0);
}
