/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_ktrace.c - fktrace(2) writes what a process does.
 */

#include "h_test.h"

#include <sys/fcntl.h>
#include <sys/ktrace.h>
#include <sys/syscall.gen.h>
#include <sys/syscallargs.h>

static long
sc(int num, const void *args)
{
	register_t rv[2];
	int error = rump_syscall_inkernel(curlwp, num, args, rv);

	return error != 0 ? -error : rv[0];
}

#define	SC(name, ...)							\
	({ struct sys_##name##_args a__ = { __VA_ARGS__ };		\
	   sc(SYS_##name, &a__); })

TEST_FLAGS(records, T_LEAKS)
{
	static char buf[4096];
	struct ktr_header h;
	struct ktr_syscall s;
	struct ktr_sysret r;
	int fd, ops = KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_SYSRET) |
	    KTRFAC(KTR_USER);
	size_t off = 0, n;

	fd = (int)SC(open, .path = { .datum = "/ktr.out" },
	    .flags = { .datum = O_CREAT | O_RDWR | O_TRUNC },
	    .mode = { .datum = 0600 });
	CHECK(fd >= 0);
	CHECK_EQ(SC(fktrace, .fd = { .datum = fd }, .ops = { .datum = KTROP_SET },
	    .facs = { .datum = ops }, .pid = { .datum = curproc->p_pid }), 0);
	CHECK((rump_trace_flags & RUMP_TRACE_KTRACE) != 0);
	(void)sc(SYS_getppid, NULL);
	CHECK_EQ(SC(utrace, .label = { .datum = "mark" },
	    .addr = { .datum = (void *)(uintptr_t)"data" },
	    .len = { .datum = 4 }), 0);
	CHECK_EQ(SC(fktrace, .fd = { .datum = fd },
	    .ops = { .datum = KTROP_CLEAR }, .facs = { .datum = ops },
	    .pid = { .datum = curproc->p_pid }), 0);
	CHECK_EQ(rump_trace_flags & RUMP_TRACE_KTRACE, 0);
	n = (size_t)SC(pread, .fd = { .datum = fd }, .buf = { .datum = buf },
	    .nbyte = { .datum = sizeof(buf) });
	memcpy(&h, buf, sizeof(h));
	CHECK_EQ(h.ktr_type, KTR_SYSCALL);
	CHECK_EQ(h.ktr_version, 2);
	CHECK_EQ(h.ktr_pid, curproc->p_pid);
	memcpy(&s, buf + sizeof(h), sizeof(s));
	CHECK_EQ(s.ktr_code, SYS_getppid);
	off = sizeof(h) + (size_t)h.ktr_len;
	memcpy(&h, buf + off, sizeof(h));
	CHECK_EQ(h.ktr_type, KTR_SYSRET);
	memcpy(&r, buf + off + sizeof(h), sizeof(r));
	CHECK_EQ(r.ktr_code, SYS_getppid);
	CHECK_EQ(r.ktr_retval, curproc->p_pptr->p_pid);
	off += sizeof(h) + (size_t)h.ktr_len;
	memcpy(&h, buf + off, sizeof(h));
	CHECK_EQ(h.ktr_type, KTR_SYSCALL);
	off += sizeof(h) + (size_t)h.ktr_len;
	memcpy(&h, buf + off, sizeof(h));
	CHECK_EQ(h.ktr_type, KTR_USER);
	CHECK_EQ(h.ktr_len, 24);
	CHECK_STR(buf + off + sizeof(h), "mark");
	CHECK(n > off);
}
