/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs.c - the fast file system written to: after every test the image is
 * unmounted and checked bit by bit.
 */

#include "h_ffs_mount.h"

#include <sys/errno.h>
#include <sys/extattr.h>

/* Sizes around fragments, blocks and the first indirect block. */
static const uint32_t sizes[] = { 1, 511, 512, 1000, 1025, 4096, 5000, 8191,
    8193, 20000, 65536, 100001, 300000, 524288 };

static void
workout(int flags)
{
	char path[64], other[64], text[128];
	struct stat sb;
	uint32_t i;

	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	CHECK_EQ(h_mkdir("/m/d/e", 0700), 0);
	for (i = 0; i < __arraycount(sizes); i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		CHECK_EQ(put(path, i, 0, sizes[i]), sizes[i]);
		get(path, i, 0, sizes[i]);
	}
	memset(text, 'x', sizeof(text));
	text[40] = '\0';
	CHECK_EQ(h_symlink(text, "/m/short"), 0);
	text[40] = 'x';
	text[127] = '\0';
	CHECK_EQ(h_symlink(text, "/m/long"), 0);
	CHECK_EQ(h_link("/m/d/f3", "/m/hard"), 0);
	CHECK_EQ(h_mkfifo("/m/fifo", 0600), 0);
	CHECK_EQ(h_rename("/m/d/e", "/m/e"), 0);
	CHECK_EQ(h_rename("/m/d/f1", "/m/d/f0"), 0);
	CHECK_EQ(h_rename("/m/d/f2", "/m/e/f2"), 0);
	for (i = 4; i < __arraycount(sizes); i += 3) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		CHECK_EQ(h_unlink(path), 0);
	}
	/* Grow one by small steps: fragments are extended and moved. */
	for (i = 0; i < 60; i++) {
		CHECK_EQ(put("/m/grow", 9, i * 777, 777), 777);
		if (i % 4 == 0)
			CHECK_EQ(put("/m/other", 8, i * 300, 300), 300);
	}
	checkit();
	CHECK_EQ(ffs_mountit(flags), 0);
	get("/m/grow", 9, 0, 60 * 777);
	get("/m/d/f0", 1, 0, sizes[1]);
	get("/m/e/f2", 2, 0, sizes[2]);
	get("/m/hard", 3, 0, sizes[3]);
	get("/m/d/f12", 12, 0, sizes[12]);
	CHECK_EQ(h_readlink("/m/long", other, sizeof(other)), sizeof(other));
	CHECK_EQ(h_stat("/m/e", &sb), 0);
	CHECK_EQ(h_stat("/m/d/f4", &sb), -ENOENT);
}

static void
matrix(int flags)
{
	static const uint32_t bf[][2] = { { 4096, 512 }, { 8192, 1024 },
	    { 8192, 8192 }, { 16384, 2048 }, { 32768, 4096 },
	    { 65536, 8192 }, { 65536, 65536 }, { 16384, 4096 } };
	struct h_ffs_params p = plain;
	unsigned i, v;

	for (v = 0; v < 4; v++) {
		for (i = 0; i < __arraycount(bf); i++) {
			p.p_ufs2 = (v & 1) != 0;
			p.p_be = (v & 2) != 0;
			p.p_bsize = bf[i][0];
			p.p_fsize = bf[i][1];
			p.p_ncg = 3;
			p.p_ipg = 512;
			p.p_contigsumsize = i % 2 == 0 ? 16 : 0;
			begin(&p, 12 * MB, flags);
			workout(flags);
			end();
		}
	}
}

TEST_FLAGS(sizes_sync, T_LEAKS)
{
	matrix(0);
}

/* Directories without types, inodes with short owners. */
TEST_FLAGS(old_format, T_LEAKS)
{
	struct h_ffs_params p = plain;

	p.p_old = true;
	p.p_contigsumsize = 0;
	begin(&p, 12 * MB, 0);
	workout(0);
	end();
	p.p_be = true;
	begin(&p, 12 * MB, MNT_ASYNC);
	workout(MNT_ASYNC);
	end();
}

TEST_FLAGS(sizes_async, T_LEAKS)
{
	matrix(MNT_ASYNC);
}

TEST_FLAGS(sizes_log, T_LEAKS)
{
	matrix(MNT_LOG);
}

/* Disk full: what fails leaves no trace, and what is deleted comes back. */
static void
fulldisk(const struct h_ffs_params *p, int flags)
{
	char path[64];
	long fd, n;
	int i, last;

	begin(p, 6 * MB, flags);
	fd = h_open("/m/big", O_CREAT | O_RDWR, 0644);
	for (i = 0; (n = put("/m/big", 5, (uint64_t)i * 50000, 50000)) ==
	    50000; i++)
		continue;
	CHECK_EQ(n, -ENOSPC);
	(void)h_close(fd);
	get("/m/big", 5, 0, (size_t)i * 50000);
	/* Names need room too; then not even a byte is left. */
	for (last = 0; last < 9000; last++) {
		snprintf(path, sizeof(path), "/m/n%d", last);
		fd = h_open(path, O_CREAT | O_RDWR, 0644);
		if (fd < 0)
			break;
		(void)h_close(fd);
		if (put(path, 1, 0, 1) != 1)
			break;
	}
	CHECK(last < 9000);
	checkit();
	CHECK_EQ(ffs_mountit(flags), 0);
	get("/m/big", 5, 0, (size_t)i * 50000);
	CHECK_EQ(h_unlink("/m/big"), 0);
	for (i = 0; i <= last; i++) {
		snprintf(path, sizeof(path), "/m/n%d", i);
		(void)h_unlink(path);
	}
	CHECK_EQ(put("/m/again", 6, 0, 2 * MB), (long)(2 * MB));
	end();
}

TEST_FLAGS(full, T_LEAKS)
{
	struct h_ffs_params p = plain;

	p.p_ncg = 2;
	p.p_ipg = 1024;
	fulldisk(&p, 0);
	p.p_ufs2 = p.p_be = true;
	fulldisk(&p, MNT_ASYNC);
	fulldisk(&p, MNT_LOG);
}

/* All three levels of indirect blocks, holes everywhere. */
static void
sparse(bool ufs2)
{
	struct h_ffs_params p = plain;
	static const uint64_t at[] = { 0, 90000, 200000, 3 * MB + 1,
	    900 * MB + 77, (uint64_t)5 << 30, ((uint64_t)37 << 30) + 12345 };
	long fd;
	unsigned i;

	p.p_ufs2 = ufs2;
	p.p_bsize = 4096;
	p.p_fsize = 512;
	p.p_ipg = 256;
	begin(&p, 8 * MB, 0);
	for (i = 0; i < __arraycount(at); i++)
		CHECK_EQ(put("/m/s", 3, at[i], 5000), 5000);
	checkit();
	CHECK_EQ(ffs_mountit(0), 0);
	for (i = __arraycount(at) - 1; i > 0; i--) {
		get("/m/s", 3, at[i], 5000);
		fd = h_open("/m/s", O_RDWR, 0);
		CHECK_EQ(h_ftruncate(fd, (off_t)at[i] + 3), 0);
		CHECK_EQ(h_close(fd), 0);
		get("/m/s", 3, at[i - 1], 5000);
		checkit();
		CHECK_EQ(ffs_mountit(0), 0);
	}
	fd = h_open("/m/s", O_RDWR, 0);
	CHECK_EQ(h_ftruncate(fd, (off_t)6 << 30), 0);
	CHECK_EQ(h_ftruncate(fd, 17), 0);
	CHECK_EQ(h_close(fd), 0);
	get("/m/s", 3, 0, 17);
	end();
}

TEST_FLAGS(sparse, T_LEAKS)
{
	sparse(false);
	sparse(true);
}

static void
name(char *path, size_t len, unsigned i)
{
	snprintf(path, len, "/m/d/%s%u", i % 7 == 0 ?
	    "a-rather-long-name-that-fills-a-chunk-sooner-" : "f", i);
}

TEST_FLAGS(manyfiles, T_LEAKS)
{
	struct h_ffs_params p = plain;
	char path[128];
	struct stat sb;
	unsigned i, n = 10000;

	p.p_ufs2 = true;
	p.p_ncg = 4;
	begin(&p, 48 * MB, MNT_ASYNC);
	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	for (i = 0; i < n; i++) {
		name(path, sizeof(path), i);
		CHECK_EQ(put(path, i, 0, 100), 100);
	}
	for (i = 0; i < n; i += 97) {
		name(path, sizeof(path), i);
		get(path, i, 0, 100);
	}
	checkit();
	CHECK_EQ(ffs_mountit(MNT_ASYNC), 0);
	for (i = 0; i < n; i++) {
		name(path, sizeof(path), (i * 7919) % n);
		if (i % 5 != 0)
			CHECK_EQ(h_unlink(path), 0);
	}
	for (i = 0; i < n; i++) {
		name(path, sizeof(path), (i * 7919) % n);
		CHECK_EQ(h_stat(path, &sb), i % 5 != 0 ? -ENOENT : 0);
	}
	for (i = 0; i < n; i += 5) {
		name(path, sizeof(path), (i * 7919) % n);
		CHECK_EQ(h_unlink(path), 0);
	}
	/* The next name gives the empty chunks back. */
	CHECK_EQ(put("/m/d/last", 1, 0, 1), 1);
	CHECK_EQ(h_stat("/m/d", &sb), 0);
	CHECK_EQ(sb.st_size, 512);
	end();
}

/* Removed but open: everything goes at the last close, also by force. */
TEST_FLAGS(orphans, T_LEAKS)
{
	long fd;

	begin(&plain, 8 * MB, 0);
	CHECK_EQ(put("/m/f", 2, 0, 200000), 200000);
	fd = h_open("/m/f", O_RDWR, 0);
	CHECK_EQ(h_unlink("/m/f"), 0);
	CHECK_EQ(h_pwrite(fd, "x", 1, 500000), 1);
	CHECK_EQ(h_unmount("/m", 0), -EBUSY);
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size), 0);
	(void)h_close(fd);
	h_memdisk_detach();
}

/* Read-only and back; the disk says clean when nothing is written. */
TEST_FLAGS(update, T_LEAKS)
{
	long fd;

	begin(&plain, 8 * MB, 0);
	CHECK_EQ(h_memdisk.md_bytes[8192 + SB_CLEAN], FS_WASCLEAN);
	fd = h_open("/m/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(ffs_mountit(MNT_UPDATE | MNT_RDONLY), -EBUSY);
	CHECK_EQ(h_write(fd, "abc", 3), 3);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(ffs_mountit(MNT_UPDATE | MNT_RDONLY), 0);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size), 0);
	CHECK_EQ(h_open("/m/g", O_CREAT | O_RDWR, 0644), -EROFS);
	CHECK_EQ(ffs_mountit(MNT_UPDATE), 0);
	CHECK_EQ(h_memdisk.md_bytes[8192 + SB_CLEAN], FS_WASCLEAN);
	CHECK_EQ(put("/m/g", 1, 0, 10), 10);
	checkit();
	/* and the other way: read-only first */
	CHECK_EQ(ffs_mountit(MNT_RDONLY), 0);
	CHECK_EQ(ffs_mountit(MNT_UPDATE), 0);
	CHECK_EQ(put("/m/g", 2, 0, 10), 10);
	end();
}

static long
ea_set(const char *path, const char *attr, const void *value, size_t len)
{
	return H_SC(extattr_set_file, A(path, path),
	    A(attrnamespace, EXTATTR_NAMESPACE_USER), A(attrname, attr),
	    A(data, value), A(nbytes, len));
}

static long
ea_get(const char *path, const char *attr, void *value, size_t len)
{
	return H_SC(extattr_get_file, A(path, path),
	    A(attrnamespace, EXTATTR_NAMESPACE_USER), A(attrname, attr),
	    A(data, value), A(nbytes, len));
}

static void
extattr(int flags)
{
	struct h_ffs_params p = plain;
	char attr[32], list[64];
	uint8_t *buf = kmem_zalloc(8192, KM_SLEEP), *got;
	unsigned i;

	got = kmem_zalloc(8192, KM_SLEEP);
	p.p_ufs2 = p.p_ea = true;
	begin(&p, 8 * MB, flags);
	CHECK_EQ(put("/m/f", 1, 0, 3000), 3000);
	CHECK_EQ(ea_get("/m/f", "none", got, 10), -ENOATTR);
	for (i = 0; i < 12; i++) {
		snprintf(attr, sizeof(attr), "attr%u", i);
		memset(buf, (int)i, 8192);
		CHECK_EQ(ea_set("/m/f", attr, buf, i * 100 + 1), i * 100 + 1);
	}
	CHECK_EQ(ea_set("/m/f", "attr3", buf, 5), 5);
	CHECK_EQ(ea_set("/m/f", "huge", buf, 8192), 8192);
	CHECK_EQ(ea_set("/m/f", "more", buf, 8192), -ENOSPC);
	checkit();
	CHECK_EQ(ffs_mountit(flags), 0);
	CHECK_EQ(ea_get("/m/f", "attr3", got, 100), 5);
	CHECK_EQ(ea_get("/m/f", "attr11", got, 8192), 1101);
	CHECK(memcmp(buf, got, 1101) == 0);
	for (i = 1; i < 12; i++) {
		snprintf(attr, sizeof(attr), "attr%u", i);
		CHECK_EQ(H_SC(extattr_delete_file, A(path, "/m/f"),
		    A(attrnamespace, EXTATTR_NAMESPACE_USER),
		    A(attrname, attr)), 0);
	}
	CHECK_EQ(H_SC(extattr_list_file, A(path, "/m/f"),
	    A(attrnamespace, EXTATTR_NAMESPACE_USER), A(data, list),
	    A(nbytes, sizeof(list))), 11);
	CHECK(memcmp(list, "\4huge\5attr0", 11) == 0 ||
	    memcmp(list, "\5attr0\4huge", 11) == 0);
	get("/m/f", 1, 0, 3000);
	checkit();
	CHECK_EQ(ffs_mountit(flags), 0);
	CHECK_EQ(h_unlink("/m/f"), 0);
	end();
	kmem_free(buf, 8192);
	kmem_free(got, 8192);
}

TEST_FLAGS(extattr, T_LEAKS)
{
	extattr(0);
	extattr(MNT_ASYNC);
	extattr(MNT_LOG);
}
