/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fcntl.h - flags of open(2) and fcntl(2).
 */

#ifndef _SYS_FCNTL_H_
#define	_SYS_FCNTL_H_

#include <sys/types.h>

#define	O_RDONLY	0x00000000
#define	O_WRONLY	0x00000001
#define	O_RDWR		0x00000002
#define	O_ACCMODE	0x00000003
#define	FREAD		0x00000001
#define	FWRITE		0x00000002
#define	O_NONBLOCK	0x00000004
#define	O_NDELAY	O_NONBLOCK
#define	O_APPEND	0x00000008
#define	O_SHLOCK	0x00000010
#define	O_EXLOCK	0x00000020
#define	O_ASYNC		0x00000040
#define	O_SYNC		0x00000080
#define	O_NOFOLLOW	0x00000100
#define	O_CREAT		0x00000200
#define	O_TRUNC		0x00000400
#define	O_EXCL		0x00000800
#define	O_NOCTTY	0x00008000
#define	O_DSYNC		0x00010000
#define	O_RSYNC		0x00020000
#define	O_ALT_IO	0x00040000
#define	O_DIRECT	0x00080000
#define	O_DIRECTORY	0x00200000
#define	O_CLOEXEC	0x00400000
#define	O_SEARCH	0x00800000
#define	O_NOSIGPIPE	0x01000000
#define	O_REGULAR	0x02000000

/* O_ACCMODE counts from 0, f_flag has FREAD and FWRITE. */
#define	FFLAGS(oflags)	((int)((unsigned int)(oflags) + 1))
#define	OFLAGS(fflags)	((int)((unsigned int)(fflags) - 1))

#define	FEXEC		0x00000000	/* no exec here */
#define	FHASLOCK	0x00004000	/* holds an flock(2) lock */
#define	FKIOCTL		0x80000000u	/* ioctl from inside the kernel */
#define	FAPPEND		O_APPEND
#define	FASYNC		O_ASYNC
#define	FFSYNC		O_SYNC
#define	FNONBLOCK	O_NONBLOCK
#define	FNDELAY		O_NONBLOCK
#define	FDSYNC		O_DSYNC
#define	FRSYNC		O_RSYNC
#define	FALTIO		O_ALT_IO
#define	FDIRECT		O_DIRECT
#define	FNOSIGPIPE	O_NOSIGPIPE
#define	FMASK		(FREAD | FWRITE | FCNTLFLAGS)
/* Bits F_SETFL may change. */
#define	FCNTLFLAGS							\
	(FAPPEND | FASYNC | FFSYNC | FNONBLOCK | FDSYNC | FRSYNC |	\
	 FALTIO | FDIRECT | FNOSIGPIPE)

#define	F_DUPFD		0
#define	F_GETFD		1
#define	F_SETFD		2
#define	F_GETFL		3
#define	F_SETFL		4
#define	F_GETOWN	5
#define	F_SETOWN	6
#define	F_GETLK		7
#define	F_SETLK		8
#define	F_SETLKW	9
#define	F_CLOSEM	10
#define	F_MAXFD		11
#define	F_DUPFD_CLOEXEC	12
#define	F_GETNOSIGPIPE	13
#define	F_SETNOSIGPIPE	14
#define	FD_CLOEXEC	1

#define	F_RDLCK		1
#define	F_UNLCK		2
#define	F_WRLCK		3

/* Of the a_flags of VOP_ADVLOCK. */
#define	F_WAIT		0x010
#define	F_FLOCK		0x020
#define	F_POSIX		0x040

#define	F_PARAM_MASK	0xfff
#define	F_PARAM_LEN(x)	(((x) >> 16) & F_PARAM_MASK)
#define	F_PARAM_MAX	4095
#define	F_FSCTL		0x80000000u
#define	F_FSVOID	0x40000000u
#define	F_FSOUT		0x20000000u
#define	F_FSIN		0x10000000u
#define	F_FSPRIV	0x00008000u

struct flock {
	off_t	l_start;
	off_t	l_len;		/* 0: to the end of the file */
	pid_t	l_pid;
	short	l_type;
	short	l_whence;
};

#define	LOCK_SH		1
#define	LOCK_EX		2
#define	LOCK_NB		4
#define	LOCK_UN		8

#define	AT_FDCWD		(-100)
#define	AT_EACCESS		0x100
#define	AT_SYMLINK_NOFOLLOW	0x200
#define	AT_SYMLINK_FOLLOW	0x400
#define	AT_REMOVEDIR		0x800

#define	POSIX_FADV_NORMAL	0
#define	POSIX_FADV_RANDOM	1
#define	POSIX_FADV_SEQUENTIAL	2
#define	POSIX_FADV_WILLNEED	3
#define	POSIX_FADV_DONTNEED	4
#define	POSIX_FADV_NOREUSE	5

#endif /* _SYS_FCNTL_H_ */
