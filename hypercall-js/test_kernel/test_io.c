/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_io.c - files and block I/O: an object made by the kernel, and the disk `disk:border0` when the host attached one.
 */
#include "border.h"

#define	SECTOR	512
#define	NBIO	8

static struct rumpuser_mtx *io_mtx;
static struct rumpuser_cv *io_cv;
static int done[NBIO], done_error[NBIO], ndone, done_scheduled;
static size_t done_bytes[NBIO];
static unsigned char sector[NBIO][SECTOR * 8], back[NBIO][SECTOR * 8];

void
test_files(void)
{
	struct rumpuser_iovec iov[2];
	char a[8], b[8];
	uint64_t size = 0;
	size_t n = 0;
	int fd = -1, fd2, type = -1;

	check(rumpuser_open("border.file", 3, &fd) == 22, "access mode 3: EINVAL");
	check(rumpuser_open("border.missing", RUMPUSER_OPEN_RDONLY, &fd) == 2, "missing: ENOENT");
	check(rumpuser_getfileinfo("border.missing", &size, &type) == 2, "getfileinfo: ENOENT");
	check(rumpuser_open("border.file", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &fd) == 0, "create");
	check(rumpuser_open("border.file", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &fd2) == 17, "again: EEXIST");
	iov[0].iov_base = "hello, ";
	iov[0].iov_len = 7;
	iov[1].iov_base = "border";
	iov[1].iov_len = 6;
	check(rumpuser_iovwrite(fd, iov, 2, RUMPUSER_IOV_NOSEEK, &n) == 0 && n == 13, "iovwrite");
	check(rumpuser_iovwrite(fd, iov, 1, 100, &n) == 0 && n == 7, "iovwrite at 100");
	check(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_BARRIER, 0, 0) == 22, "syncfd without READ or WRITE: EINVAL");
	check(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_BARRIER, 0, 0) == 0, "barrier");
	check(rumpuser_syncfd(fd, RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_SYNC, 0, 0) == 0, "sync");
	check(rumpuser_getfileinfo("border.file", &size, &type) == 0 && size == 107 && type == RUMPUSER_FT_REG, "getfileinfo");
	check(rumpuser_getfileinfo("border.file", (void *)0, (void *)0) == 0, "getfileinfo with NULLs");
	check(rumpuser_open("border.file", RUMPUSER_OPEN_RDONLY, &fd2) == 0, "open again");
	iov[0].iov_base = a;
	iov[0].iov_len = 7;
	iov[1].iov_base = b;
	iov[1].iov_len = 6;
	check(rumpuser_iovread(fd2, iov, 2, RUMPUSER_IOV_NOSEEK, &n) == 0 && n == 13, "iovread");
	check(same(a, "hello, ", 7) && same(b, "border", 6), "the same bytes");
	check(rumpuser_iovread(fd2, iov, 1, RUMPUSER_IOV_NOSEEK, &n) == 0 && n == 7 && a[0] == 0, "position went on");
	check(rumpuser_iovread(fd2, iov, 1, 100, &n) == 0 && n == 7 && same(a, "hello, ", 7), "absolute read");
	check(rumpuser_iovread(fd2, iov, 1, 107, &n) == 0 && n == 0, "end of file");
	check(rumpuser_iovwrite(fd2, iov, 1, 0, &n) == 9, "read-only descriptor: EBADF");
	check(rumpuser_close(fd2) == 0 && rumpuser_close(fd) == 0, "close");
	check(rumpuser_close(fd) == 9, "closed: EBADF");
}

static void
biodone(void *arg, size_t bytes, int error)
{
	int i = (int)(uintptr_t)arg;

	rumpuser_mutex_enter(io_mtx);
	done[i]++;
	done_bytes[i] = bytes;
	done_error[i] = error;
	done_scheduled += cpu_held();
	ndone++;
	rumpuser_cv_broadcast(io_cv);
	rumpuser_mutex_exit(io_mtx);
}

static void
await(int n)
{

	rumpuser_mutex_enter(io_mtx);
	while (ndone < n)
		rumpuser_cv_wait(io_cv, io_mtx);
	rumpuser_mutex_exit(io_mtx);
}

static void
bio_round(int fd)
{
	int i, j;

	ndone = done_scheduled = 0;
	for (i = 0; i < NBIO; i++) {
		done[i] = 0;
		for (j = 0; j < SECTOR * 8; j++)
			sector[i][j] = (unsigned char)(i * 31 + j);
		rumpuser_bio(fd, RUMPUSER_BIO_WRITE | (i & 1 ? RUMPUSER_BIO_SYNC : 0), sector[i], SECTOR * 8,
		    (int64_t)i * SECTOR * 8, biodone, (void *)(uintptr_t)i);
	}
	await(NBIO);
	for (i = 0; i < NBIO; i++)
		check(done[i] == 1 && done_error[i] == 0 && done_bytes[i] == SECTOR * 8, "write done once");
	check(done_scheduled == NBIO && cpu_held(), "biodone runs with a CPU");
	ndone = 0;
	for (i = 0; i < NBIO; i++)
		rumpuser_bio(fd, RUMPUSER_BIO_READ, back[i], SECTOR * 8, (int64_t)i * SECTOR * 8, biodone, (void *)(uintptr_t)i);
	await(NBIO);
	for (i = 0; i < NBIO; i++)
		check(same(sector[i], back[i], SECTOR * 8), "read what was written");
}

void
test_bio(void)
{
	uint64_t size;
	int fd, type;

	rumpuser_mutex_init(&io_mtx, RUMPUSER_MTX_KMUTEX);
	rumpuser_cv_init(&io_cv);
	check(rumpuser_open("border.disk", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_BIO, &fd) == 0, "open for bio");
	bio_round(fd);
	check(rumpuser_close(fd) == 0, "close");
	ndone = 0;
	rumpuser_bio(99, RUMPUSER_BIO_READ, back[0], SECTOR, 0, biodone, (void *)0);
	await(1);
	check(done_error[0] == 9, "bio on a closed descriptor: EBADF by biodone");
	check(rumpuser_open("disk:nosuch", RUMPUSER_OPEN_RDWR, &fd) == 2, "no such disk: ENOENT");
	check(rumpuser_getfileinfo("disk:nosuch", &size, &type) == 2, "getfileinfo of no disk: ENOENT");
}

/* Called by the test after it attached `disk:border0` (a MiB, first byte 'R') and `disk:border1`, read-only. */
EXPORT("border_disk") int
border_disk(void)
{
	uint64_t size = 0;
	int fd, type;

	enter();
	check(rumpuser_getfileinfo("disk:border0", &size, &type) == 0, "getfileinfo of a disk");
	check(size == 1048576 && type == RUMPUSER_FT_BLK, "a MiB, BLK");
	check(rumpuser_open("disk:border1", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fd) == 30, "read-only disk: EROFS");
	check(rumpuser_open("disk:border0", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fd) == 0, "open disk");
	ndone = 0;
	rumpuser_bio(fd, RUMPUSER_BIO_READ, back[0], SECTOR, 0, biodone, (void *)0);
	await(1);
	check(done_error[0] == 0 && back[0][0] == 'R', "bytes of the disk");
	bio_round(fd);
	check(rumpuser_close(fd) == 0, "close disk");
	leave();
	return failures();
}
