/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_vfs.h - system calls on files for tests: the result or -errno; and one
 * body for all file systems: FSTEST(name) { ... "root" is a directory of the
 * file system under test ... }
 */

#ifndef _TESTS_H_VFS_H_
#define _TESTS_H_VFS_H_

#include "h_test.h"

#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/syscall.gen.h>
#include <sys/syscallargs.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

static inline long
h_sc(int num, const void *args)
{
	register_t rv[2] = { 0, 0 };
	int error = rump_syscall_inkernel(curlwp, num, args, rv);

	return error != 0 ? -error : (long)rv[0];
}

#define	H_SC(name, ...)							\
	({ struct sys_##name##_args a__ = { __VA_ARGS__ };		\
	   h_sc(SYS_##name, &a__); })
#define	A(f, v)		.f = { .datum = (v) }

#define	H_FN	static inline __unused long

H_FN h_open(const char *p, int fl, int m)
{ return H_SC(open, A(path, p), A(flags, fl), A(mode, (mode_t)m)); }
H_FN h_close(long fd)
{ return H_SC(close, A(fd, (int)fd)); }
H_FN h_read(long fd, void *b, size_t n)
{ return H_SC(read, A(fd, (int)fd), A(buf, b), A(nbyte, n)); }
H_FN h_write(long fd, const void *b, size_t n)
{ return H_SC(write, A(fd, (int)fd), A(buf, b), A(nbyte, n)); }
H_FN h_pread(long fd, void *b, size_t n, off_t o)
{ return H_SC(pread, A(fd, (int)fd), A(buf, b), A(nbyte, n), A(offset, o)); }
H_FN h_pwrite(long fd, const void *b, size_t n, off_t o)
{ return H_SC(pwrite, A(fd, (int)fd), A(buf, b), A(nbyte, n), A(offset, o)); }
H_FN h_mkdir(const char *p, int m)
{ return H_SC(mkdir, A(path, p), A(mode, (mode_t)m)); }
H_FN h_rmdir(const char *p)
{ return H_SC(rmdir, A(path, p)); }
H_FN h_unlink(const char *p)
{ return H_SC(unlink, A(path, p)); }
H_FN h_symlink(const char *t, const char *p)
{ return H_SC(symlink, A(path, t), A(link, p)); }
H_FN h_readlink(const char *p, char *b, size_t n)
{ return H_SC(readlink, A(path, p), A(buf, b), A(count, n)); }
H_FN h_link(const char *a, const char *b)
{ return H_SC(link, A(path, a), A(link, b)); }
H_FN h_rename(const char *a, const char *b)
{ return H_SC(rename, A(from, a), A(to, b)); }
H_FN h_chdir(const char *p)
{ return H_SC(chdir, A(path, p)); }
H_FN h_chroot(const char *p)
{ return H_SC(chroot, A(path, p)); }
H_FN h_mkfifo(const char *p, int m)
{ return H_SC(mkfifo, A(path, p), A(mode, (mode_t)m)); }
H_FN h_ftruncate(long fd, off_t n)
{ return H_SC(ftruncate, A(fd, (int)fd), A(length, n)); }
H_FN h_chmod(const char *p, int m)
{ return H_SC(chmod, A(path, p), A(mode, (mode_t)m)); }
H_FN h_access(const char *p, int m)
{ return H_SC(access, A(path, p), A(flags, m)); }
H_FN h_unmount(const char *p, int f)
{ return H_SC(unmount, A(path, p), A(flags, f)); }
H_FN h_fcntl(long fd, int cmd, void *arg)
{ return H_SC(fcntl, A(fd, (int)fd), A(cmd, cmd), A(arg, arg)); }

static inline __unused long
h_stat(const char *p, struct stat *sb)
{
	struct sys___stat50_args a = { A(path, p), A(ub, sb) };

	return h_sc(SYS___stat50, &a);
}

static inline __unused long
h_lstat(const char *p, struct stat *sb)
{
	struct sys___lstat50_args a = { A(path, p), A(ub, sb) };

	return h_sc(SYS___lstat50, &a);
}

static inline __unused long
h_mount(const char *type, const char *dir, int flags, void *data, size_t len)
{
	struct sys___mount50_args a = { A(type, type), A(path, dir),
	    A(flags, flags), A(data, data), A(data_len, len) };

	return h_sc(SYS___mount50, &a);
}

static inline __unused long
h_getcwd(char *b, size_t n)
{
	struct sys___getcwd_args a = { A(bufp, b), A(length, n) };

	return h_sc(SYS___getcwd, &a);
}

static inline __unused long
h_getdents(long fd, void *b, size_t n)
{
	struct sys___getdents30_args a = { A(fd, (int)fd), A(buf, b),
	    A(count, n) };

	return h_sc(SYS___getdents30, &a);
}

#endif /* _TESTS_H_VFS_H_ */
