/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_v7fs.c - Seventh Edition file systems in the three byte orders, checked
 * after every unmount.
 */

#include "h_vfs.h"

#include <sys/errno.h>
#include <sys/statvfs.h>

#include <fs/v7fs/v7fs.h>

#include "fs/v7fs/v7fs_extern.h"
#include "h_files.h"
#include "h_memdisk.h"
#include "h_random.h"
#include "h_v7fs.h"

static const int orders[] = { V7FS_LITTLE_ENDIAN, V7FS_BIG_ENDIAN,
    V7FS_PDP_ENDIAN };

static int
mountit(int endian, int flags)
{
	static char dev[] = "/dev/hd";
	struct v7fs_args args = { .fspec = dev, .endian = endian };

	return (int)h_mount("v7fs", "/m", flags, &args, sizeof(args));
}

static void
begin(int endian, size_t size, unsigned inodes)
{
	h_memdisk_attach(size);
	h_v7fs_newfs(endian, h_memdisk.md_bytes, size, inodes);
	CHECK_EQ(h_v7fs_check(endian, h_memdisk.md_bytes, size), 0);
	(void)h_mkdir("/m", 0755);
	CHECK_EQ(mountit(endian, 0), 0);
}

static void
checkit(int endian)
{
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(h_memdisk.md_bytes[V7FS_BSIZE + V7SB_FMOD], 0);
	CHECK_EQ(h_v7fs_check(endian, h_memdisk.md_bytes,
	    h_memdisk.md_size), 0);
}

static void
end(int endian)
{
	checkit(endian);
	h_memdisk_detach();
}

TEST(v7_numbers)
{
	static const uint8_t want4[3][4] = { { 0x0d, 0x0c, 0x0b, 0x0a },
	    { 0x0a, 0x0b, 0x0c, 0x0d }, { 0x0b, 0x0a, 0x0d, 0x0c } };
	static const uint8_t want3[3][3] = { { 0x0d, 0x0c, 0x0b },
	    { 0x0b, 0x0c, 0x0d }, { 0x0b, 0x0d, 0x0c } };
	uint8_t b[4];
	int i;

	for (i = 0; i < 3; i++) {
		v7fs_put32(orders[i], b, 0x0a0b0c0d);
		CHECK(memcmp(b, want4[i], 4) == 0);
		CHECK_EQ(v7fs_get32(orders[i], b), 0x0a0b0c0d);
		v7fs_put24(orders[i], b, 0x0b0c0d);
		CHECK(memcmp(b, want3[i], 3) == 0);
		CHECK_EQ(v7fs_get24(orders[i], b), 0x0b0c0d);
	}
}

/* Around a block and the first block of each level. */
static const uint32_t sizes[] = { 1, 511, 512, 513, 5120, 5121, 5632,
    70655, 70656, 70657, 200000 };

static void
workout(int endian)
{
	char path[32], text[700], other[700];
	struct stat sb;
	uint32_t i;

	begin(endian, 1 << 20, 64);
	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	for (i = 0; i < __arraycount(sizes); i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		CHECK_EQ(put(path, i, 0, sizes[i]), sizes[i]);
		get(path, i, 0, sizes[i]);
	}
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	CHECK_EQ(h_symlink(text, "/m/long"), 0);
	CHECK_EQ(h_link("/m/d/f3", "/m/hard"), 0);
	CHECK_EQ(h_mkfifo("/m/fifo", 0600), 0);
	CHECK_EQ(h_mkdir("/m/e", 0755), 0);
	CHECK_EQ(h_rename("/m/d/f1", "/m/d/f0"), 0);
	CHECK_EQ(h_rename("/m/d", "/m/e/d"), 0);
	CHECK_EQ(h_unlink("/m/e/d/f9"), 0);
	checkit(endian);
	CHECK_EQ(mountit(endian, MNT_RDONLY), 0);
	get("/m/e/d/f0", 1, 0, sizes[1]);
	get("/m/hard", 3, 0, sizes[3]);
	get("/m/e/d/f10", 10, 0, sizes[10]);
	CHECK_EQ(h_readlink("/m/long", other, sizeof(other)), 699);
	CHECK(memcmp(text, other, 699) == 0);
	CHECK_EQ(h_stat("/m/hard", &sb), 0);
	CHECK_EQ(sb.st_nlink, 2);
	CHECK_EQ(h_stat("/m/e/d/../..", &sb), 0);
	CHECK_EQ(sb.st_ino, 2);
	CHECK_EQ(h_unlink("/m/hard"), -EROFS);
	end(endian);
}

TEST_FLAGS(v7_workout, T_LEAKS)
{
	unsigned i;

	for (i = 0; i < __arraycount(orders); i++)
		workout(orders[i]);
}

/* Holes, and files that get shorter through every level. */
TEST_FLAGS(v7_truncate, T_LEAKS)
{
	static const uint32_t ends[] = { 9000000, 8459777, 8459776, 8400000,
	    70657, 70656, 5633, 5120, 100, 0 };
	int e = V7FS_PDP_ENDIAN;
	uint8_t zero[600];
	struct stat sb;
	unsigned i;
	long fd;

	begin(e, 1 << 20, 16);
	CHECK_EQ(put("/m/f", 1, 0, 6000), 6000);
	CHECK_EQ(put("/m/f", 1, 70600, 100), 100);
	CHECK_EQ(put("/m/f", 1, 8459700, 200), 200);
	CHECK_EQ(put("/m/f", 1, 9000000, 5000), 5000);
	get("/m/f", 1, 8459700, 200);
	fd = h_open("/m/f", O_RDWR, 0);
	CHECK_EQ(h_pread(fd, zero, 600, 20000), 600);
	for (i = 0; i < 600 && zero[i] == 0; i++)
		;
	CHECK_EQ(i, 600);
	for (i = 0; i < __arraycount(ends); i++) {
		CHECK_EQ(h_ftruncate(fd, ends[i]), 0);
		CHECK_EQ(h_stat("/m/f", &sb), 0);
		CHECK_EQ(sb.st_size, ends[i]);
		CHECK_EQ(h_close(fd), 0);
		checkit(e);
		CHECK_EQ(mountit(e, 0), 0);
		fd = h_open("/m/f", O_RDWR, 0);
		CHECK(fd >= 0);
		if (ends[i] > 0)
			get("/m/f", 1, 0, MIN(ends[i], 6000));
	}
	CHECK_EQ(h_ftruncate(fd, 50000), 0);
	CHECK_EQ(h_ftruncate(fd, (off_t)V7FS_MAX_FILESIZE + 1), -EFBIG);
	CHECK_EQ(h_pwrite(fd, zero, 600, (off_t)V7FS_MAX_FILESIZE), -EFBIG);
	CHECK_EQ(h_close(fd), 0);
	end(e);
}

/* No block left, no inode left, and both again. */
TEST_FLAGS(v7_full, T_LEAKS)
{
	int e = V7FS_BIG_ENDIAN, i, j;
	char path[32];
	long n;

	begin(e, 200 * V7FS_BSIZE, 150);
	for (j = 0; j < 2; j++) {
		for (i = 0; (n = put("/m/big", 1, (uint64_t)i * 512,
		    512)) == 512; i++)
			;
		CHECK_EQ(n, -ENOSPC);
		get("/m/big", 1, 0, (uint32_t)i * 512);
		CHECK_EQ(h_mkdir("/m/d", 0755), -ENOSPC);
		CHECK_EQ(h_unlink("/m/big"), 0);
		for (i = 0; i < 200; i++) {
			snprintf(path, sizeof(path), "/m/f%d", i);
			n = h_open(path, O_CREAT | O_RDWR, 0644);
			if (n < 0)
				break;
			CHECK_EQ(h_close(n), 0);
		}
		CHECK_EQ(n, -ENOSPC);
		CHECK_EQ(i, 150);
		while (i-- > 0) {
			snprintf(path, sizeof(path), "/m/f%d", i);
			CHECK_EQ(h_unlink(path), 0);
		}
		checkit(e);
		CHECK_EQ(mountit(e, 0), 0);
	}
	end(e);
}

/* A file that is removed while it is open lives on; then it is gone. */
TEST_FLAGS(v7_unlinked, T_LEAKS)
{
	int e = V7FS_LITTLE_ENDIAN;
	uint8_t buf[1000];
	long fd;

	begin(e, 100 * V7FS_BSIZE, 16);
	CHECK_EQ(put("/m/f", 1, 0, 1000), 1000);
	fd = h_open("/m/f", O_RDWR, 0);
	CHECK_EQ(h_unlink("/m/f"), 0);
	CHECK_EQ(h_pread(fd, buf, 1000, 0), 1000);
	CHECK_EQ(buf[999], pattern(1, 999));
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_open("/m/123456789012345", O_CREAT | O_RDWR, 0644),
	    -ENAMETOOLONG);
	CHECK_EQ(put("/m/12345678901234", 2, 0, 10), 10);
	end(e);
}

TEST_FLAGS(v7_update, T_LEAKS)
{
	int e = V7FS_PDP_ENDIAN;
	long fd;

	begin(e, 100 * V7FS_BSIZE, 16);
	CHECK_EQ(h_memdisk.md_bytes[V7FS_BSIZE + V7SB_FMOD], 1);
	fd = h_open("/m/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(h_write(fd, "abc", 3), 3);
	CHECK_EQ(mountit(e, MNT_UPDATE | MNT_RDONLY), -EBUSY);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(mountit(e, MNT_UPDATE | MNT_RDONLY), 0);
	CHECK_EQ(h_memdisk.md_bytes[V7FS_BSIZE + V7SB_FMOD], 0);
	CHECK_EQ(h_v7fs_check(e, h_memdisk.md_bytes, h_memdisk.md_size), 0);
	CHECK_EQ(h_unlink("/m/f"), -EROFS);
	CHECK_EQ(mountit(e, MNT_UPDATE), 0);
	CHECK_EQ(h_memdisk.md_bytes[V7FS_BSIZE + V7SB_FMOD], 1);
	CHECK_EQ(h_unlink("/m/f"), 0);
	end(e);
}

/* File handles lead back as long as the file is there; statvfs counts. */
TEST_FLAGS(v7_handles, T_LEAKS)
{
	int e = V7FS_BIG_ENDIAN;
	struct vnode *vp, *again;
	struct statvfs sb;
	struct mount *mp;
	uint8_t space[64];
	struct fid *fid = (struct fid *)space;
	size_t len = 1;

	begin(e, 100 * V7FS_BSIZE, 16);
	CHECK_EQ(put("/m/f", 1, 0, 6000), 6000);
	CHECK_EQ(namei_simple_kernel("/m/f", NSM_FOLLOW_NOEMULROOT, &vp), 0);
	mp = vp->v_mount;
	CHECK_EQ(VFS_VPTOFH(vp, fid, &len), E2BIG);
	CHECK_EQ(VFS_VPTOFH(vp, fid, &len), 0);
	CHECK_EQ(VFS_FHTOVP(mp, fid, &again), 0);
	CHECK(again == vp);
	vput(again);
	vrele(vp);
	CHECK_EQ(VFS_STATVFS(mp, &sb), 0);
	CHECK_EQ(sb.f_bsize, 512);
	CHECK_EQ(sb.f_namemax, 14);
	CHECK_EQ(sb.f_blocks, 96);		/* 2, and an i-list of 2 */
	CHECK_EQ(sb.f_bfree, 96 - 1 - 12 - 1);	/* root, data, indirect */
	CHECK_EQ(sb.f_files, 15);
	CHECK_EQ(sb.f_ffree, 13);
	CHECK_EQ(h_unlink("/m/f"), 0);
	CHECK_EQ(VFS_FHTOVP(mp, fid, &again), ESTALE);
	fid->fid_len = 3;
	CHECK_EQ(VFS_FHTOVP(mp, fid, &again), EINVAL);
	end(e);
}

/* What is no v7fs, or one in another order, is not mounted. */
TEST_FLAGS(v7_refused, T_LEAKS)
{
	int e = V7FS_PDP_ENDIAN;
	uint8_t *sb, *bytes;

	begin(e, 100 * V7FS_BSIZE, 16);
	CHECK_EQ(h_unmount("/m", 0), 0);
	bytes = h_memdisk.md_bytes;
	sb = bytes + V7FS_BSIZE;
	CHECK_EQ(mountit(V7FS_BIG_ENDIAN, 0), -EINVAL);
	CHECK_EQ(mountit(V7FS_LITTLE_ENDIAN, 0), -EINVAL);
	CHECK_EQ(mountit(1, 0), -EINVAL);
	CHECK_EQ(mountit(0, 0), 0);
	CHECK_EQ(h_unmount("/m", 0), 0);
	/* longer than the disk */
	v7fs_put32(e, sb + V7SB_FSIZE, 101);
	CHECK_EQ(mountit(e, 0), -EINVAL);
	v7fs_put32(e, sb + V7SB_FSIZE, 100);
	/* a free list that ends in itself can be read, not written */
	v7fs_put32(e, sb + V7SB_FREE, v7fs_get32(e, sb + V7SB_FREE + 4));
	CHECK_EQ(mountit(e, 0), -EROFS);
	CHECK_EQ(mountit(e, MNT_RDONLY), 0);
	CHECK_EQ(mountit(e, MNT_UPDATE), -EROFS);
	CHECK_EQ(h_unmount("/m", 0), 0);
	/* a root that is none */
	v7fs_put16(e, bytes + V7FS_ILIST_SECTOR * V7FS_BSIZE +
	    V7FS_INODE_SIZE, V7FS_IFREG | 0644);
	CHECK_EQ(mountit(e, MNT_RDONLY), -EINVAL);
	h_memdisk_detach();
}

TEST_FLAGS(v7_random, T_LEAKS)
{
	unsigned i, round;

	for (i = 0; i < 4; i++) {
		begin(orders[i % 3], 16 << 20, 100);
		if (i == 3)
			CHECK_EQ(mountit(orders[i % 3], MNT_UPDATE |
			    MNT_ASYNC), 0);
		h_random_begin(777 + i);
		for (round = 0; round < 3; round++) {
			h_random_round(150);
			checkit(orders[i % 3]);
			CHECK_EQ(mountit(orders[i % 3], 0), 0);
			h_random_check();
		}
		h_random_end();
		end(orders[i % 3]);
	}
}

/*
 * The power goes after the n-th write.  Names lead to files, the free list
 * leads to itself, and what was synced is there.
 */
static bool
powercut(int endian, unsigned n)
{
	char path[32];
	struct stat sb;
	unsigned i;
	bool done;
	long fd;

	begin(endian, 2 << 20, 64);
	CHECK_EQ(put("/m/kept", 7, 0, 30000), 30000);
	fd = h_open("/m/kept", O_RDONLY, 0);
	CHECK_EQ(H_SC(fsync, A(fd, (int)fd)), 0);
	CHECK_EQ(h_close(fd), 0);
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "/m/f%u", i);
		(void)put(path, i, 0, 1000 + i * 3000);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/other");
	}
	done = h_memdisk.md_writes < h_memdisk.md_stopafter;
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	h_memdisk.md_stopafter = 0;
	if (!done)
		CHECK_EQ(h_memdisk.md_bytes[V7FS_BSIZE + V7SB_FMOD], 1);
	CHECK_EQ(mountit(endian, 0), 0);
	get("/m/kept", 7, 0, 30000);
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "/m/f%u", i);
		fd = h_stat(path, &sb);
		CHECK(fd == 0 || fd == -ENOENT);
	}
	CHECK_EQ(h_unmount("/m", 0), 0);
	h_memdisk_detach();
	return done;
}

TEST_FLAGS(v7_powercut, T_LEAKS)
{
	unsigned n;

	for (n = 1; !powercut(orders[n % 3], n); n += n < 40 ? 1 : 7)
		CHECK(n < 5000);
}
