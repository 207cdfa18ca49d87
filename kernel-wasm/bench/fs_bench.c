/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs_bench.c - what a disk file system does in a second, asked by a
 * rump(3) program.
 *
 * Linked into bench builds of the kernel module; the caller attaches an
 * image in memory as /dev/rd0 and takes the time around a call.
 *
 * Interface
 *	rump_fsbench_mount(type, flags)	on /fs; flags of mount(2)
 *	rump_fsbench_unmount()
 *	rump_fsbench(which, n)		one piece of work on the mounted
 *					file system; 0 or errno
 */

#include <sys/param.h>
#include <sys/types.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <msdosfs/msdosfsmount.h>
#include <ufs/ufs/ufsmount.h>
#include <rump/rump_syscalls.h>

#define	FS_BLOCK	65536u
#define	FS_SMALL	1024u

int	rump_fsbench_mount(int, int);
int	rump_fsbench_unmount(void);
int	rump_fsbench(int, int);

static char block[FS_BLOCK];

/*
 * "/fs/d/000000" for i, in a buffer of the file's own.
 */
static const char *
small_name(int i)
{
	static char name[] = "/fs/d/000000";
	char *p = name + sizeof(name) - 2;

	for (; *p != '/'; p--, i /= 10)
		*p = (char)('0' + i % 10);
	return name;
}

/* n blocks of 64 KiB into a new file, and onto the disk. */
static int
write_file(int n)
{
	int error = 0, f;

	if ((f = rump_sys_open("/fs/big", O_CREAT | O_TRUNC | O_WRONLY,
	    0644)) < 0)
		return EIO;
	while (error == 0 && n-- > 0)
		if (rump_sys_write(f, block, FS_BLOCK) != FS_BLOCK)
			error = ENOSPC;
	if (error == 0 && rump_sys_fsync(f) != 0)
		error = EIO;
	(void)rump_sys_close(f);
	return error;
}

static int
read_file(int n)
{
	int error = 0, f;

	if ((f = rump_sys_open("/fs/big", O_RDONLY, 0)) < 0)
		return EIO;
	while (error == 0 && n-- > 0)
		if (rump_sys_read(f, block, FS_BLOCK) != FS_BLOCK)
			error = EIO;
	(void)rump_sys_close(f);
	return error;
}

static int
create_unlink(int n)
{
	int f;

	while (n-- > 0) {
		if ((f = rump_sys_open("/fs/new", O_CREAT | O_RDWR, 0644)) < 0)
			return EIO;
		(void)rump_sys_close(f);
		if (rump_sys_unlink("/fs/new") != 0)
			return EIO;
	}
	return 0;
}

/* n files of 1 KiB in a new directory. */
static int
create_small(int n)
{
	int f, i;

	if (rump_sys_mkdir("/fs/d", 0755) != 0)
		return EIO;
	for (i = 0; i < n; i++) {
		if ((f = rump_sys_open(small_name(i), O_CREAT | O_WRONLY,
		    0644)) < 0)
			return EIO;
		if (rump_sys_write(f, block, FS_SMALL) != FS_SMALL)
			return ENOSPC;
		(void)rump_sys_close(f);
	}
	return 0;
}

static int
stat_small(int n)
{
	struct stat st;
	int i;

	for (i = 0; i < n; i++)
		if (rump_sys_stat(small_name(i), &st) != 0)
			return EIO;
	return 0;
}

static int
remove_small(int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (rump_sys_unlink(small_name(i)) != 0)
			return EIO;
	return rump_sys_rmdir("/fs/d") != 0 ? EIO : 0;
}

static int (*const works[])(int) = {
	write_file, read_file, create_unlink, create_small, stat_small,
	remove_small
};

int
rump_fsbench(int which, int n)
{

	if (which < 0 || which >= (int)__arraycount(works))
		return EINVAL;
	return works[which](n);
}

/*
 * type: 0 ffs, 1 ext2fs, 2 msdos.
 */
int
rump_fsbench_mount(int type, int flags)
{
	static const char *const names[] = { "ffs", "ext2fs", "msdos" };
	static char fspec[] = "/dev/rd0";
	struct ufs_args ufs = { .fspec = fspec };
	struct msdosfs_args msdos = { .fspec = fspec, .mask = 0755,
	    .version = MSDOSFSMNT_VERSION };
	void *args = &ufs;
	size_t len = sizeof(ufs);

	if (type < 0 || type >= (int)__arraycount(names))
		return EINVAL;
	if (type == 2) {
		args = &msdos;
		len = sizeof(msdos);
	}
	(void)rump_sys_mkdir("/fs", 0755);
	return rump_sys_mount(names[type], "/fs", flags, args, len) != 0 ?
	    EIO : 0;
}

int
rump_fsbench_unmount(void)
{

	return rump_sys_unmount("/fs", 0) != 0 ? EBUSY : 0;
}
