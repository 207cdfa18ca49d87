/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpuser.h - rumpuser(3), version 17.
 */

#ifndef _RUMP_RUMPUSER_H_
#define _RUMP_RUMPUSER_H_

#include <sys/types.h>

#ifndef _RUMPUSER_PID_T
#define	_RUMPUSER_PID_T
#endif

#define	RUMPUSER_VERSION	17

struct lwp;

struct rumpuser_hyperup {
	void (*hyp_schedule)(void);
	void (*hyp_unschedule)(void);
	void (*hyp_backend_unschedule)(int, int *, void *);
	void (*hyp_backend_schedule)(int, void *);
	void (*hyp_lwproc_switch)(struct lwp *);
	void (*hyp_lwproc_release)(void);
	int (*hyp_lwproc_rfork)(void *, int, const char *);
	int (*hyp_lwproc_newlwp)(pid_t);
	struct lwp *(*hyp_lwproc_curlwp)(void);
	int (*hyp_syscall)(int, void *, long *);
	void (*hyp_lwpexit)(void);
	void (*hyp_execnotify)(const char *);
	pid_t (*hyp_getpid)(void);
	void *hyp__extra[8];
};

struct rumpuser_iovec {
	void	*iov_base;
	size_t	iov_len;
};

#define	RUMPUSER_OPEN_RDONLY	0x0000
#define	RUMPUSER_OPEN_WRONLY	0x0001
#define	RUMPUSER_OPEN_RDWR	0x0002
#define	RUMPUSER_OPEN_ACCMODE	0x0003
#define	RUMPUSER_OPEN_CREATE	0x0004
#define	RUMPUSER_OPEN_EXCL	0x0008
#define	RUMPUSER_OPEN_BIO	0x0010

#define	RUMPUSER_FT_OTHER	0
#define	RUMPUSER_FT_DIR		1
#define	RUMPUSER_FT_REG		2
#define	RUMPUSER_FT_BLK		3
#define	RUMPUSER_FT_CHR		4

#define	RUMPUSER_BIO_READ	0x01
#define	RUMPUSER_BIO_WRITE	0x02
#define	RUMPUSER_BIO_SYNC	0x04

#define	RUMPUSER_IOV_NOSEEK	(-1)

#define	RUMPUSER_SYNCFD_READ	0x01
#define	RUMPUSER_SYNCFD_WRITE	0x02
#define	RUMPUSER_SYNCFD_BOTH	0x03
#define	RUMPUSER_SYNCFD_BARRIER	0x04
#define	RUMPUSER_SYNCFD_SYNC	0x08

#define	RUMPUSER_CLOCK_RELWALL	0
#define	RUMPUSER_CLOCK_ABSMONO	1

#define	RUMPUSER_PARAM_NCPU	"_RUMPUSER_NCPU"
#define	RUMPUSER_PARAM_HOSTNAME	"_RUMPUSER_HOSTNAME"

#define	RUMPUSER_RANDOM_HARD	0x01
#define	RUMPUSER_RANDOM_NOWAIT	0x02

#define	RUMPUSER_PID_SELF	((int64_t)-1)
#define	RUMPUSER_PANIC		(-1)

#define	RUMPUSER_LWP_CREATE	0
#define	RUMPUSER_LWP_DESTROY	1
#define	RUMPUSER_LWP_SET	2
#define	RUMPUSER_LWP_CLEAR	3

#define	RUMPUSER_MTX_SPIN	0x01
#define	RUMPUSER_MTX_KMUTEX	0x02

#define	RUMPUSER_RW_READER	0
#define	RUMPUSER_RW_WRITER	1

#include <rump/rumpuser.gen.h>

#endif /* _RUMP_RUMPUSER_H_ */
