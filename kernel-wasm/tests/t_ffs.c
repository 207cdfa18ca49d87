/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ffs.c - the fast file system written to: after every test the image is
 * unmounted and checked bit by bit.
 */

#include "h_vfs.h"

#include <sys/errno.h>
#include <ufs/ufs/ufsmount.h>

#include "h_ffs.h"
#include "h_memdisk.h"

#define	MB	((size_t)1 << 20)

static const struct h_ffs_params plain = {
	.p_ufs2 = false, .p_bsize = 8192, .p_fsize = 1024, .p_ncg = 4,
	.p_ipg = 4096, .p_contigsumsize = 8, .p_minfree = 5,
};

static int
ffs_mountit(int flags)
{
	static char dev[] = "/dev/hd";
	struct ufs_args args = { .fspec = dev };

	return (int)h_mount("ffs", "/m", flags, &args, sizeof(args));
}

static void
begin(const struct h_ffs_params *p, size_t size, int flags)
{
	h_memdisk_attach(size);
	h_ffs_newfs(p, h_memdisk.md_bytes, size);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, size), 0);
	(void)h_mkdir("/m", 0755);
	CHECK_EQ(ffs_mountit(flags), 0);
}

static void
checkit(void)
{
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(h_ffs_check(h_memdisk.md_bytes, h_memdisk.md_size), 0);
}

static void
end(void)
{
	checkit();
	h_memdisk_detach();
}

static uint8_t
pattern(uint32_t seed, uint64_t off)
{
	return (uint8_t)((off * 2654435761U >> 13) + seed);
}

/* Write [off, off + n) of a file, made if need be. */
static long
put(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_CREAT | O_RDWR, 0644), rv;
	size_t i;

	CHECK(fd >= 0);
	for (i = 0; i < n; i++)
		buf[i] = pattern(seed, off + i);
	rv = h_pwrite(fd, buf, n, (off_t)off);
	CHECK_EQ(h_close(fd), 0);
	kmem_free(buf, n);
	return rv;
}

static void
get(const char *path, uint32_t seed, uint64_t off, size_t n)
{
	uint8_t *buf = kmem_alloc(n, KM_SLEEP);
	long fd = h_open(path, O_RDONLY, 0);
	size_t i;

	CHECK(fd >= 0);
	CHECK_EQ(h_pread(fd, buf, n, (off_t)off), (long)n);
	for (i = 0; i < n && buf[i] == pattern(seed, off + i); i++)
		continue;
	CHECK_EQ(i, n);
	(void)h_close(fd);
	kmem_free(buf, n);
}

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
	end();
}

static uint32_t rnd;

static uint32_t
chance(uint32_t n)
{
	rnd = rnd * 1664525 + 1013904223;
	return (rnd >> 8) % n;
}

#define	NFILES	24
#define	FMAX	400000

/* What every file should hold; NULL: it is not there. */
static uint8_t *model[NFILES];
static uint32_t modelsize[NFILES];

static void
model_write(unsigned f, const char *path)
{
	uint32_t off = chance(4) == 0 ? chance(FMAX / 2) :
	    chance(modelsize[f] + 1), n = 1 + chance(chance(3) == 0 ? 60000 :
	    2000), i;
	long fd = h_open(path, O_CREAT | O_RDWR, 0644), rv;

	if (fd == -ENOSPC)
		return;
	CHECK(fd >= 0);
	if (model[f] == NULL) {
		model[f] = kmem_zalloc(FMAX, KM_SLEEP);
		modelsize[f] = 0;
	}
	n = MIN(n, FMAX - off);
	for (i = 0; i < n; i++)
		model[f][off + i] = (uint8_t)chance(256);
	rv = h_pwrite(fd, model[f] + off, n, (off_t)off);
	CHECK_EQ(rv, n);
	modelsize[f] = MAX(modelsize[f], off + n);
	if (chance(10) == 0)
		CHECK_EQ(H_SC(fsync, A(fd, (int)fd)), 0);
	CHECK_EQ(h_close(fd), 0);
}

static void
model_truncate(unsigned f, const char *path)
{
	uint32_t n = chance(2) == 0 ? chance(modelsize[f] + 1) :
	    chance(FMAX / 2);
	long fd = h_open(path, O_RDWR, 0);

	CHECK_EQ(fd >= 0, model[f] != NULL);
	if (fd < 0)
		return;
	CHECK_EQ(h_ftruncate(fd, n), 0);
	if (n < modelsize[f])
		memset(model[f] + n, 0, modelsize[f] - n);
	modelsize[f] = n;
	CHECK_EQ(h_close(fd), 0);
}

static void
model_drop(unsigned f)
{
	if (model[f] != NULL)
		kmem_free(model[f], FMAX);
	model[f] = NULL;
}

static void
model_check(unsigned f, const char *path)
{
	uint8_t *buf;
	long fd = h_open(path, O_RDONLY, 0);

	CHECK_EQ(fd >= 0, model[f] != NULL);
	if (fd < 0)
		return;
	buf = kmem_alloc(FMAX, KM_SLEEP);
	CHECK_EQ(h_pread(fd, buf, FMAX, 0), modelsize[f]);
	CHECK(memcmp(buf, model[f], modelsize[f]) == 0);
	kmem_free(buf, FMAX);
	CHECK_EQ(h_close(fd), 0);
}

static void
model_step(void)
{
	unsigned f = chance(NFILES), g = chance(NFILES);
	char path[32], to[32];

	snprintf(path, sizeof(path), "/m/%u/f%u", f % 3, f);
	snprintf(to, sizeof(to), "/m/%u/f%u", g % 3, g);
	switch (chance(10)) {
	case 0:
		CHECK_EQ(h_unlink(path), model[f] != NULL ? 0 : -ENOENT);
		model_drop(f);
		break;
	case 1:
		if (f == g)
			break;
		CHECK_EQ(h_rename(path, to), model[f] != NULL ? 0 : -ENOENT);
		if (model[f] == NULL)
			break;
		model_drop(g);
		model[g] = model[f];
		modelsize[g] = modelsize[f];
		model[f] = NULL;
		break;
	case 2:
	case 3:
		model_truncate(f, path);
		break;
	case 4:
		model_check(f, path);
		break;
	default:
		model_write(f, path);
		break;
	}
}

static void
randomly(const struct h_ffs_params *p, int flags, uint32_t seed)
{
	char path[32];
	unsigned f, round, i;

	rnd = seed;
	begin(p, 16 * MB, flags);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/m/%u", i);
		CHECK_EQ(h_mkdir(path, 0755), 0);
	}
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 150; i++)
			model_step();
		checkit();
		CHECK_EQ(ffs_mountit(flags), 0);
		for (f = 0; f < NFILES; f++) {
			snprintf(path, sizeof(path), "/m/%u/f%u", f % 3, f);
			model_check(f, path);
		}
	}
	for (f = 0; f < NFILES; f++)
		model_drop(f);
	end();
}

TEST_FLAGS(random_ops, T_LEAKS)
{
	struct h_ffs_params p = plain;
	unsigned i;

	for (i = 0; i < 6; i++) {
		p.p_ufs2 = (i & 1) != 0;
		p.p_be = (i & 2) != 0;
		p.p_bsize = i < 3 ? 4096 : 16384;
		p.p_fsize = p.p_bsize / (i % 3 == 0 ? 8 : 4);
		p.p_ipg = 512;
		randomly(&p, i % 2 == 0 ? 0 : MNT_ASYNC, 12345 + i);
		randomly(&p, MNT_LOG, 54321 + i);
	}
}

/*
 * The power goes after the n-th write: with a journal the next mount makes
 * the file system whole, and what was synced is there.
 */
static bool
powercut(unsigned n)
{
	char path[64];
	unsigned i;
	bool done;
	long fd;

	begin(&plain, 8 * MB, MNT_LOG);
	CHECK_EQ(put("/m/kept", 7, 0, 30000), 30000);
	fd = h_open("/m/kept", O_RDWR, 0);
	CHECK_EQ(H_SC(fsync, A(fd, (int)fd)), 0);
	CHECK_EQ(h_close(fd), 0);
	h_memdisk.md_stopafter = h_memdisk.md_writes + n;
	CHECK_EQ(h_mkdir("/m/d", 0755), 0);
	for (i = 0; i < 30; i++) {
		snprintf(path, sizeof(path), "/m/d/f%u", i);
		(void)put(path, i, 0, 1000 + i * 3000);
		if (i % 3 == 0)
			(void)h_unlink(path);
		if (i % 4 == 0)
			(void)h_rename(path, "/m/other");
		if (i % 6 == 0) {
			fd = h_open("/m/d", O_RDONLY, 0);
			(void)H_SC(fsync, A(fd, (int)fd));
			(void)h_close(fd);
		}
	}
	fd = h_open("/m/other", O_RDWR, 0);
	(void)h_unlink("/m/other");
	(void)H_SC(fsync, A(fd, (int)fd));
	done = h_memdisk.md_writes < h_memdisk.md_stopafter;
	CHECK_EQ(h_unmount("/m", MNT_FORCE), 0);
	(void)h_close(fd);
	h_memdisk.md_stopafter = 0;
	CHECK_EQ(ffs_mountit(MNT_RDONLY), 0);
	get("/m/kept", 7, 0, 30000);
	CHECK_EQ(h_unmount("/m", 0), 0);
	CHECK_EQ(ffs_mountit(MNT_LOG), 0);
	get("/m/kept", 7, 0, 30000);
	end();
	return done;
}

TEST_FLAGS(powercut, T_LEAKS)
{
	unsigned n = 1;

	while (!powercut(n))
		n++;
	CHECK(n > 50);
}
