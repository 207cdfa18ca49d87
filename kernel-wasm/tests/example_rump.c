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

#define	FAIL(what)							\
	do {								\
		printf("example_rump: %s: %s\n", (what), strerror(errno)); \
		return 1;						\
	} while (0)

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
	rump_pub_lwproc_releaselwp();
	return 0;
}
