/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_bench.c - loops of system calls, as a rump(3) program would make them.
 *
 * Linked into bench builds of the kernel module and into the native bench
 * program; the caller takes the time around a call.
 *
 * Interface
 *	rump_bench_setup()	once, in a process of its own: makes the files
 *	rump_bench(which, n)	n rounds of one loop; 0 or errno
 *	rump_bench_name(which)	its name, NULL past the last
 *
 * Needs tmpfs.
 */

#include <sys/param.h>
#include <sys/types.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <fs/tmpfs/tmpfs_args.h>
#include <rump/rump_syscalls.h>

#define	BENCH_FILE_SIZE	(4u << 20)
#define	BENCH_BLOCK	65536u

int	rump_bench_setup(void);
int	rump_bench(int, int);
const char *rump_bench_name(int);

static char block[BENCH_BLOCK];
static int fd = -1, pipefd[2];

static int
b_getpid(int n)
{

	while (n-- > 0)
		(void)rump_sys_getpid();
	return 0;
}

static int
b_fstat(int n)
{
	struct stat st;

	while (n-- > 0)
		if (rump_sys_fstat(fd, &st) != 0)
			return EIO;
	return 0;
}

static int
b_stat5(int n)
{
	struct stat st;

	while (n-- > 0)
		if (rump_sys_stat("/bench/a/b/c/file", &st) != 0)
			return EIO;
	return 0;
}

static int
b_open_close(int n)
{
	int f;

	while (n-- > 0) {
		if ((f = rump_sys_open("/bench/file", O_RDONLY)) < 0)
			return EIO;
		(void)rump_sys_close(f);
	}
	return 0;
}

static int
b_create_unlink(int n)
{
	int f;

	while (n-- > 0) {
		if ((f = rump_sys_open("/bench/new", O_CREAT | O_RDWR,
		    0644)) < 0)
			return EIO;
		(void)rump_sys_close(f);
		if (rump_sys_unlink("/bench/new") != 0)
			return EIO;
	}
	return 0;
}

static int
b_mkdir_rmdir(int n)
{

	while (n-- > 0)
		if (rump_sys_mkdir("/bench/dir", 0755) != 0 ||
		    rump_sys_rmdir("/bench/dir") != 0)
			return EIO;
	return 0;
}

static int
b_pread4k(int n)
{

	while (n-- > 0)
		if (rump_sys_pread(fd, block, 4096, 0) != 4096)
			return EIO;
	return 0;
}

static int
b_pipe(int n)
{
	char c = 'x';

	while (n-- > 0)
		if (rump_sys_write(pipefd[1], &c, 1) != 1 ||
		    rump_sys_read(pipefd[0], &c, 1) != 1)
			return EIO;
	return 0;
}

/* One round reads the whole file of 4 MiB. */
static int
b_read64k(int n)
{
	off_t off;

	while (n-- > 0)
		for (off = 0; off < (off_t)BENCH_FILE_SIZE; off += BENCH_BLOCK)
			if (rump_sys_pread(fd, block, BENCH_BLOCK, off) !=
			    BENCH_BLOCK)
				return EIO;
	return 0;
}

static const struct {
	const char *name;
	int (*loop)(int);
} loops[] = {
	{ "getpid", b_getpid },
	{ "fstat", b_fstat },
	{ "stat-depth-5", b_stat5 },
	{ "open-close", b_open_close },
	{ "create-unlink", b_create_unlink },
	{ "mkdir-rmdir", b_mkdir_rmdir },
	{ "pread-4k", b_pread4k },
	{ "pipe-byte", b_pipe },
	{ "tmpfs-read-64k", b_read64k },
};
#define	NLOOPS	((int)(sizeof(loops) / sizeof(loops[0])))

int
rump_bench(int which, int n)
{

	if (which < 0 || which >= NLOOPS)
		return EINVAL;
	return loops[which].loop(n);
}

const char *
rump_bench_name(int which)
{

	return which >= 0 && which < NLOOPS ? loops[which].name : NULL;
}

static int
make_file(const char *path, unsigned size)
{
	unsigned done;
	int f;

	if ((f = rump_sys_open(path, O_CREAT | O_RDWR, 0644)) < 0)
		return -1;
	for (done = 0; done < size; done += BENCH_BLOCK)
		if (rump_sys_write(f, block, BENCH_BLOCK) != BENCH_BLOCK)
			return -1;
	return f;
}

int
rump_bench_setup(void)
{
	struct tmpfs_args args = {
		.ta_version = TMPFS_ARGS_VERSION, .ta_root_mode = 0755
	};

	if (rump_sys_mkdir("/bench", 0755) != 0 ||
	    rump_sys_mount(MOUNT_TMPFS, "/bench", 0, &args,
	    sizeof(args)) != 0)
		return EIO;
	if (rump_sys_mkdir("/bench/a", 0755) != 0 ||
	    rump_sys_mkdir("/bench/a/b", 0755) != 0 ||
	    rump_sys_mkdir("/bench/a/b/c", 0755) != 0 ||
	    make_file("/bench/a/b/c/file", 0) < 0)
		return EIO;
	if ((fd = make_file("/bench/file", BENCH_FILE_SIZE)) < 0 ||
	    rump_sys_pipe(pipefd) != 0)
		return EIO;
	return 0;
}
