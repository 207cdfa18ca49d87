/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_disk.c - memory disks, wedges as devices, files as disks.
 */

#include "h_ptable.h"

#include <sys/errno.h>

#include <dev/md.h>
#include <dev/vndvar.h>

static struct dkwedge_info
wedge(const char *name, int64_t start, uint64_t size)
{
	struct dkwedge_info dkw = { .dkw_offset = start, .dkw_size = size };

	strlcpy((char *)dkw.dkw_wname, name, sizeof(dkw.dkw_wname));
	strlcpy(dkw.dkw_ptype, "ffs", sizeof(dkw.dkw_ptype));
	return dkw;
}

/* Does the name appear in hw.disknames? */
static bool
disk_known(const char *name)
{
	char names[256];
	size_t need;

	CHECK_EQ(disk_names(names, sizeof(names), &need), 0);
	return strstr(names, name) != NULL;
}

TEST(md)
{
	struct md_conf conf = { .md_size = 1024 };
	uint8_t buf[1024];
	struct stat sb;
	long fd;

	CHECK_EQ(h_open("/dev/md0", O_RDWR, 0), -ENXIO);
	CHECK_EQ(h_open("/dev/md99", O_RDWR, 0), -ENOENT);
	CHECK_EQ(h_open("/dev/md00", O_RDWR, 0), -ENOENT);
	h_pt_begin();
	fd = h_open("/dev/rmd0", O_RDWR, 0);
	CHECK_EQ(h_stat("/dev/md0", &sb), 0);
	CHECK(S_ISBLK(sb.st_mode));
	CHECK(disk_known("md0"));
	CHECK_EQ(h_ioctl(fd, MD_GETCONF, &conf), 0);
	CHECK_EQ(conf.md_size, PT_SIZE);
	CHECK_EQ(h_ioctl(fd, MD_SETCONF, &conf), -EBUSY);
	conf.md_type = MD_UMEM_SERVER;
	CHECK_EQ(h_ioctl(fd, MD_SETCONF, &conf), -EOPNOTSUPP);
	memset(buf, 0xa5, sizeof(buf));
	CHECK_EQ(h_pwrite(fd, buf, 512, PT_SIZE - 512), 512);
	memset(buf, 0, sizeof(buf));
	CHECK_EQ(h_pread(fd, buf, 1024, PT_SIZE - 512), 512);
	CHECK_EQ(buf[511], 0xa5);
	CHECK_EQ(h_pread(fd, buf, 512, PT_SIZE), 0);
	CHECK_EQ(h_pread(fd, buf, 512, PT_SIZE + 512), -EINVAL);
	CHECK_EQ(h_pread(fd, buf, 100, 0), -EINVAL);
	CHECK_EQ(h_close(fd), 0);
	h_pt_end();
	CHECK(!disk_known("md0"));
}

TEST(wedge_bounds)
{
	struct dkwedge_info dkw;
	uint8_t buf[1024];
	off_t size = 0;
	long fd, raw;

	h_pt_begin();
	memset(h_pt_image, 1, PT_SIZE);
	memset(h_pt_image + 100 * 512, 2, 10 * 512);
	h_pt_write();
	raw = h_open("/dev/rmd0", O_RDWR, 0);
	dkw = wedge("one", 100, 10);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &dkw), 0);
	CHECK_STR(dkw.dkw_devname, "dk0");
	CHECK_STR(dkw.dkw_parent, "md0");
	CHECK(disk_known("dk0"));
	fd = h_open("/dev/rdk0", O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK_EQ(h_ioctl(fd, DIOCGMEDIASIZE, &size), 0);
	CHECK_EQ(size, 10 * 512);
	CHECK_EQ(h_pread(fd, buf, 1024, 9 * 512), 512);
	CHECK_EQ(buf[0], 2);
	CHECK_EQ(h_pread(fd, buf, 512, 10 * 512), 0);
	CHECK_EQ(h_pread(fd, buf, 512, 11 * 512), -EINVAL);
	memset(buf, 7, sizeof(buf));
	CHECK_EQ(h_pwrite(fd, buf, 1024, 9 * 512), 512);
	CHECK_EQ(h_pread(raw, buf, 1024, 109 * 512), 1024);
	CHECK_EQ(buf[0], 7);
	CHECK_EQ(buf[512], 1);
	memset(&dkw, 0, sizeof(dkw));
	CHECK_EQ(h_ioctl(fd, DIOCGWEDGEINFO, &dkw), 0);
	CHECK_STR((char *)dkw.dkw_wname, "one");
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_close(raw), 0);
	h_pt_end();
	CHECK_EQ(h_open("/dev/rdk0", O_RDWR, 0), -ENOENT);
}

TEST(wedge_exclusive)
{
	struct dkwedge_info dkw, bad;
	long raw, fd, blk;
	int bits;

	h_pt_begin();
	raw = h_open("/dev/rmd0", O_RDWR, 0);
	dkw = wedge("one", 100, 100);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &dkw), 0);
	bad = wedge("two", 199, 100);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &bad), -EINVAL);
	bad = wedge("one", 200, 100);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &bad), -EEXIST);
	bad = wedge("two", -1, 100);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &bad), -EINVAL);
	bad = wedge("two", 300, UINT64_MAX - 200);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &bad), -EINVAL);
	bad = wedge("two", 300, 0);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &bad), -EINVAL);
	/* The disk and its wedges are not used at the same time. */
	fd = h_open("/dev/dk0", O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK_EQ(h_open("/dev/md0", O_RDONLY, 0), -EBUSY);
	CHECK_EQ(h_ioctl(raw, DIOCDWEDGE, &dkw), -EBUSY);
	CHECK_EQ(h_ioctl(raw, DIOCRMWEDGES, &bits), 0);
	h_pt_list("/dev/rmd0");
	CHECK_EQ(h_pt_nwedges, 1);
	CHECK_EQ(h_close(fd), 0);
	blk = h_open("/dev/md0", O_RDONLY, 0);
	CHECK(blk >= 0);
	CHECK_EQ(h_open("/dev/dk0", O_RDWR, 0), -EBUSY);
	CHECK_EQ(h_close(blk), 0);
	fd = h_open("/dev/rmd0", O_RDONLY, 0);
	CHECK_EQ(h_ioctl(fd, DIOCDWEDGE, &dkw), -EBADF);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_ioctl(raw, DIOCDWEDGE, &dkw), 0);
	CHECK_EQ(h_ioctl(raw, DIOCDWEDGE, &dkw), -ESRCH);
	/* Who may write the disk may make wedges of it. */
	CHECK_EQ(H_SC(seteuid, A(euid, 1000)), 0);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &dkw), 0);
	CHECK_EQ(h_access("/dev/dk0", F_OK), 0);
	CHECK_EQ(h_ioctl(raw, DIOCDWEDGE, &dkw), 0);
	CHECK_EQ(h_access("/dev/dk0", F_OK), -ENOENT);
	CHECK_EQ(H_SC(seteuid, A(euid, 0)), 0);
	CHECK_EQ(h_close(raw), 0);
	h_pt_end();
}

/* The disk goes under an open wedge.  (The first delayed write of all makes
 * the syncer, which stays.) */
TEST_FLAGS(wedge_forced, T_LEAKS)
{
	struct dkwedge_info dkw;
	uint8_t buf[512];
	long raw, fd;

	h_pt_begin();
	raw = h_open("/dev/rmd0", O_RDWR, 0);
	dkw = wedge("one", 100, 100);
	CHECK_EQ(h_ioctl(raw, DIOCAWEDGE, &dkw), 0);
	fd = h_open("/dev/dk0", O_RDWR, 0);
	CHECK_EQ(h_pread(fd, buf, 512, 0), 512);
	CHECK_EQ(h_pwrite(fd, buf, 512, 512), 512);
	dkwedge_delall(disk_find("md0"));
	CHECK_EQ(h_pread(fd, buf, 512, 0), -EIO);
	CHECK_EQ(h_open("/dev/dk0", O_RDWR, 0), -ENOENT);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_close(raw), 0);
	h_pt_end();
}

static long
make_file(const char *path, size_t size)
{
	long fd = h_open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	CHECK_EQ(h_ftruncate(fd, (off_t)size), 0);
	return fd;
}

TEST_FLAGS(vnd, T_LEAKS)
{
	struct vnd_ioctl vio = { .vnd_file = (char *)(uintptr_t)"/tmp/img" };
	struct vnd_user vnu = { .vnu_unit = -1 };
	uint8_t buf[1024];
	long raw, fd, file;

	file = make_file("/tmp/img", 100 * 512 + 5);
	raw = h_open("/dev/rvnd0", O_RDWR, 0);
	CHECK(raw >= 0);
	CHECK_EQ(h_open("/dev/vnd0", O_RDWR, 0), -ENXIO);
	CHECK_EQ(h_ioctl(raw, VNDIOCGET, &vnu), 0);
	CHECK_EQ(vnu.vnu_ino, 0);
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), -ENXIO);
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), 0);
	CHECK_EQ(vio.vnd_size, 100 * 512);
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), -EBUSY);
	CHECK_EQ(h_ioctl(raw, VNDIOCGET, &vnu), 0);
	CHECK(vnu.vnu_ino != 0);
	memset(buf, 3, sizeof(buf));
	fd = h_open("/dev/vnd0", O_RDWR, 0);
	CHECK_EQ(h_pwrite(fd, buf, 100, 700), 100);
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), -EBUSY);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_pread(file, buf, 1024, 512), 1024);
	CHECK_EQ(buf[187], 0);
	CHECK_EQ(buf[188], 3);
	CHECK_EQ(h_pwrite(raw, buf, 1024, 99 * 512), 512);
	CHECK_EQ(h_pread(raw, buf, 512, 100 * 512), 0);
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), 0);
	vio.vnd_flags = VNDIOF_READONLY;
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), 0);
	CHECK_EQ(h_open("/dev/vnd0", O_RDWR, 0), -EROFS);
	CHECK_EQ(h_pwrite(raw, buf, 512, 0), -EROFS);
	vio.vnd_flags = VNDIOF_FORCE;
	fd = h_open("/dev/vnd0", O_RDONLY, 0);
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), 0);
	CHECK_EQ(h_pread(fd, buf, 512, 0), -EIO);
	CHECK_EQ(h_close(fd), 0);
	vio.vnd_flags = VNDIOF_HASGEOM;
	vio.vnd_geom = (struct vndgeom){ 512, UINT32_MAX, UINT32_MAX, 2 };
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), -EINVAL);
	vio.vnd_geom = (struct vndgeom){ 1000, 1, 1, 1 };
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), -EINVAL);
	vio.vnd_geom = (struct vndgeom){ 2048, 2, 3, 4 };
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), 0);
	CHECK_EQ(vio.vnd_size, 2048 * 24);
	CHECK_EQ(h_pread(raw, buf, 512, 512), -EINVAL);
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), 0);
	vio.vnd_flags = 0;
	vio.vnd_file = (char *)(uintptr_t)"/tmp";
	CHECK(h_ioctl(raw, VNDIOCSET, &vio) < 0);
	CHECK_EQ(h_close(raw), 0);
	CHECK_EQ(h_close(file), 0);
	CHECK_EQ(h_unlink("/tmp/img"), 0);
	CHECK_EQ(h_unlink("/dev/rvnd0"), 0);
	CHECK_EQ(h_unlink("/dev/vnd0"), 0);
}

/* A table in the file: a wedge of a vnd. */
TEST(vnd_wedge)
{
	struct vnd_ioctl vio = { .vnd_file = (char *)(uintptr_t)"/tmp/img" };
	uint8_t buf[512] = { [446 + 4] = 0x83, [446 + 8] = 20, [446 + 12] = 30,
	    [510] = 0x55, [511] = 0xaa };
	long raw, file;

	file = make_file("/tmp/img", 100 * 512);
	CHECK_EQ(h_pwrite(file, buf, 512, 0), 512);
	raw = h_open("/dev/rvnd1", O_RDWR, 0);
	CHECK_EQ(h_ioctl(raw, VNDIOCSET, &vio), 0);
	h_pt_list("/dev/rvnd1");
	CHECK_EQ(h_pt_nwedges, 1);
	CHECK_STR((char *)h_pt_wedges[0].dkw_wname, "vnd1e");
	CHECK_EQ(h_ioctl(raw, VNDIOCCLR, &vio), 0);
	CHECK_EQ(h_open("/dev/dk0", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(h_close(raw), 0);
	CHECK_EQ(h_close(file), 0);
	CHECK_EQ(h_unlink("/tmp/img"), 0);
	CHECK_EQ(h_unlink("/dev/rvnd1"), 0);
}
