/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.c - the tests' strict checks of an image file: check_TYPE image
 */

#include "../h_test.h"

#include <sys/fcntl.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "check.h"
#include "host.h"

void
h_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	(void)file; (void)line;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rump_h_out("%s\n", text);
}

int
check_main(int argc, char **argv, int (*check)(const uint8_t *, size_t))
{
	uint8_t *disk;
	ssize_t n;
	size_t size = 0;
	int fd, wrong;

	if (argc != 2)
		rump_h_fail("usage: %s image", argv[0]);
	if (rump_init() != 0)
		rump_h_fail("rump_init");
	if (rump_pub_etfs_register("/img", argv[1], RUMP_ETFS_REG) != 0)
		rump_h_fail("etfs %s", argv[1]);
	fd = rump_sys_open("/img", O_RDONLY);
	disk = rump_h_alloc((size_t)256 << 20);
	while (fd != -1 && size < (size_t)256 << 20 &&
	    (n = rump_sys_pread(fd, disk + size, 65536, (off_t)size)) > 0)
		size += (size_t)n;
	rump_schedule();
	wrong = (*check)(disk, size);
	rump_unschedule();
	rump_h_dealloc(disk);
	rump_h_out("%s: %zu bytes, %d wrong\n", argv[1], size, wrong);
	return wrong != 0;
}
