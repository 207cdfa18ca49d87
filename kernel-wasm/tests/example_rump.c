/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * example_rump.c - a program written against rump(3) alone: it sees the
 * installed headers, the library, and nothing else of this tree.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpvfs_if_pub.h>
#include <rump/rumpvnode_if.h>

#define	FAIL(what)							\
	do {								\
		printf("example_rump: %s: %s\n", (what), strerror(errno)); \
		return 1;						\
	} while (0)

/* Below the system calls: a vnode by its name, a file in it, its type. */
static int
vnodes(void)
{
	struct vnode *vp = NULL;
	__INT64_TYPE__ size;
	__UINT64_TYPE__ dev;
	int fd, type = RUMP_VNON;

	fd = rump_sys_open("/tmp/file", RUMP_O_CREAT | RUMP_O_RDWR, 0644);
	if (fd == -1)
		FAIL("open");
	if (rump_pub_namei(RUMP_NAMEI_LOOKUP, RUMP_NAMEI_LOCKLEAF,
	    "/tmp/file", NULL, &vp, NULL) != 0)
		FAIL("namei");
	rump_pub_getvninfo(vp, &type, &size, &dev);
	if (type != RUMP_VREG || size != 0)
		FAIL("getvninfo");
	if (RUMP_VOP_ISLOCKED(vp) == 0 || RUMP_VOP_UNLOCK(vp) != 0)
		FAIL("RUMP_VOP_UNLOCK");
	rump_pub_vp_rele(vp);
	if (rump_sys_mkdir("/tmp/file", 0755) != -1 || errno != RUMP_EEXIST)
		FAIL("EEXIST");
	return 0;
}

int
main(void)
{
	char out = 'x', in = 0;
	int fd[2];

	if (rump_init() != 0)
		FAIL("rump_init");
	if (rump_pub_getversion() != 799003400)
		FAIL("version");
	if (rump_sys_getpid() != 1)
		FAIL("pid of an implicit thread");
	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
		FAIL("rfork");
	if (rump_sys_getpid() <= 1)
		FAIL("pid of a new process");
	if (rump_sys_pipe2(fd, 0) == -1)
		FAIL("pipe2");
	if (rump_sys_write(fd[1], &out, 1) != 1 ||
	    rump_sys_read(fd[0], &in, 1) != 1 || in != out)
		FAIL("a byte through a pipe");
	if (rump_sys_close(99) != -1 || errno != 9)
		FAIL("EBADF");
	if (vnodes() != 0)
		return 1;
	rump_pub_lwproc_releaselwp();
	return 0;
}
