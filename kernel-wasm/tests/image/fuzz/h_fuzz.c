/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_fuzz.c - mount, walk, read, unmount; then the same writing, where there is a
 * way to; bounded.  And a mutator that keeps the records of the input whole.
 */

#include <sys/param.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <lib/libkern/libkern.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "h_fuzz.h"
#include "../walk.h"
#include "../host.h"

#define	FUZZ_FILES	400
#define	FUZZ_BYTES	(256UL << 10)
#define	FUZZ_DEPTH	12

size_t	LLVMFuzzerMutate(uint8_t *, size_t, size_t);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
size_t	LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned int);

static char fuzz_path[64];
static int fuzz_fd = -1;

static void
fuzz_boot(void)
{
	rump_h_setenv("RUMP_THREADS", "0");
	rump_h_setenv("RUMP_NCPU", "1");
	rump_h_setenv("RUMP_MEMLIMIT", "64m");
	fuzz_fd = rump_h_memfile(fuzz_path, sizeof(fuzz_path));
	if (rump_init() != 0 || rump_sys_mkdir("/mnt", 0755) == -1)
		rump_h_fail("boot");
}

/*
 * Lookups of names that are not there, and through handles.
 */
static void
fuzz_handles(const char *path)
{
	struct stat st;
	struct statvfs *sv = rump_h_alloc(sizeof(*sv));
	char handle[64];
	size_t len = sizeof(handle);

	(void)rump_sys_lstat("/mnt/none", &st);
	(void)rump_sys_lstat("/mnt/..", &st);
	(void)rump_sys_statvfs1("/mnt", sv, ST_WAIT);
	if (rump_sys_getfh(path, handle, &len) == 0) {
		(void)rump_sys_fhstat(handle, len, &st);
		handle[len - 3] ^= 0x11;
		(void)rump_sys_fhstat(handle, len, &st);
	}
	rump_h_dealloc(sv);
}

/*
 * Mostly without waiting for each write: more runs.
 */
static int
fuzz_writeflags(size_t len)
{
	const struct fuzz_target *f = &fuzz_target;

	switch (len / f->f_unit % 4) {
	case 0:
		return 0;
	case 1:
		return f->f_logflags != 0 ? f->f_logflags : MNT_ASYNC;
	default:
		return MNT_ASYNC;
	}
}

/*
 * The arguments' flags; answers the length without the byte for them.
 */
static size_t
fuzz_setflags(const uint8_t *data, size_t len)
{
	const struct fuzz_target *f = &fuzz_target;

	if (f->f_flags == NULL)
		return len;
	*f->f_flags = 0;
	if (len == 0 || len % (f->f_unit + 2) != 1)
		return len;
	*f->f_flags = data[len - 1] & f->f_flagmask;
	return len - 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct fuzz_target *f = &fuzz_target;
	struct fswalk w = { .w_maxfiles = FUZZ_FILES,
	    .w_maxbytes = FUZZ_BYTES, .w_maxdepth = FUZZ_DEPTH };

	if (fuzz_fd == -1)
		fuzz_boot();
	len = fuzz_setflags(data, len);
	if (rump_h_memfile_set(fuzz_fd, data, len, f->f_unit, f->f_size) != 0)
		rump_h_fail("image");
	if (rump_pub_etfs_register("/dev/img", fuzz_path,
	    RUMP_ETFS_BLK) != 0)
		rump_h_fail("etfs");
	if (rump_sys_mount(f->f_type, "/mnt", MNT_RDONLY, f->f_args,
	    f->f_argslen) == 0) {
		fswalk_dir(&w, "/mnt", 0);
		fuzz_handles("/mnt");
		if (rump_sys_unmount("/mnt", 0) == -1)
			rump_h_fail("unmount");
	}
	if (f->f_writes && rump_sys_mount(f->f_type, "/mnt",
	    fuzz_writeflags(len), f->f_args, f->f_argslen) == 0) {
		fuzz_write();
		if (rump_sys_unmount("/mnt", 0) == -1)
			rump_h_fail("unmount after writing");
	}
	if (rump_pub_etfs_remove("/dev/img") != 0)
		rump_h_fail("etfs remove");
	return 0;
}

static unsigned int
fuzz_random(unsigned int *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

/*
 * Put a number that often matters somewhere aligned.
 */
static void
fuzz_poke(uint8_t *p, size_t unit, unsigned int *r)
{
	static const uint32_t magic[] = {
		0, 1, 2, 3, 7, 8, 11, 12, 16, 24, 31, 127, 128, 255, 256, 511,
		512, 2047, 2048, 4096, 0x7fff, 0xffff, 0x10000, 0x7fffffff,
		0x80000000U, 0xfffffffeU, 0xffffffffU,
	};
	uint32_t v = magic[fuzz_random(r) % __arraycount(magic)];
	size_t at = fuzz_random(r) % (unit - 8);

	if ((fuzz_random(r) & 3) == 0)
		v += le32dec(p + at);
	switch (fuzz_random(r) % 5) {
	case 0:
		p[at] = (uint8_t)v;
		break;
	case 1:
		le16enc(p + at, (uint16_t)v);
		break;
	case 2:
		le32enc(p + (at & ~(size_t)3), v);
		break;
	case 3:
		be32enc(p + (at & ~(size_t)3), v);
		break;
	default:
		/* both orders, as ISO 9660 has it */
		le32enc(p + at, v);
		be32enc(p + at + 4, v);
		break;
	}
}

/*
 * Change some of the n records, which are all of the input.
 */
static size_t
fuzz_mutate(uint8_t *data, size_t n, size_t maxsize, unsigned int seed)
{
	const struct fuzz_target *f = &fuzz_target;
	size_t rec = f->f_unit + 2, size = n * rec;
	unsigned int r = seed, rounds;
	uint8_t *p, *q;

	for (rounds = 1 + fuzz_random(&r) % 4; rounds > 0; rounds--) {
		p = data + fuzz_random(&r) % n * rec;
		q = data + fuzz_random(&r) % n * rec;
		switch (fuzz_random(&r) % 10) {
		case 0:
			memcpy(p + 2, q + 2, f->f_unit);
			break;
		case 1:
			le16enc(p, (uint16_t)(le16dec(q) + fuzz_random(&r) %
			    3));
			break;
		case 2:
		case 3:
			(void)LLVMFuzzerMutate(p + 2, f->f_unit, f->f_unit);
			break;
		case 4:
			if (size + rec > maxsize)
				break;
			memcpy(data + size, p, rec);
			le16enc(data + size, (uint16_t)fuzz_random(&r));
			size += rec;
			n++;
			break;
		default:
			fuzz_poke(p + 2, f->f_unit, &r);
			break;
		}
	}
	return size;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxsize,
    unsigned int seed)
{
	size_t n = size / (fuzz_target.f_unit + 2);

	if (n == 0)
		return LLVMFuzzerMutate(data, size, maxsize);
	size = fuzz_mutate(data, n, maxsize, seed);
	if (fuzz_target.f_flags != NULL && size < maxsize && seed % 3 == 0)
		data[size++] = (uint8_t)(seed >> 8);
	return size;
}
