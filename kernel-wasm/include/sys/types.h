/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/types.h - the ABI's basic types (ILP32 with 8-aligned 64-bit integers;
 * LP64 in the native build).
 */

#ifndef _SYS_TYPES_H_
#define _SYS_TYPES_H_

#include <sys/cdefs.h>

typedef __INT8_TYPE__	int8_t;
typedef __UINT8_TYPE__	uint8_t;
typedef __INT16_TYPE__	int16_t;
typedef __UINT16_TYPE__	uint16_t;
typedef __INT32_TYPE__	int32_t;
typedef __UINT32_TYPE__	uint32_t;
typedef __INT64_TYPE__	int64_t;
typedef __UINT64_TYPE__	uint64_t;
typedef __INTPTR_TYPE__	intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTMAX_TYPE__	intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t;
typedef __SIZE_TYPE__	size_t;
typedef __PTRDIFF_TYPE__ ssize_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;

typedef uint8_t		u_int8_t;
typedef uint16_t	u_int16_t;
typedef uint32_t	u_int32_t;
typedef uint64_t	u_int64_t;
typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;
typedef unsigned short	ushort;
typedef unsigned int	uint;
typedef unsigned char	unchar;
typedef unsigned long	ulong;
typedef int64_t		quad_t;
typedef uint64_t	u_quad_t;
typedef int64_t		longlong_t;
typedef uint64_t	u_longlong_t;

typedef long		register_t;
typedef unsigned long	vaddr_t;
typedef unsigned long	vsize_t;
typedef unsigned long	paddr_t;
typedef unsigned long	psize_t;
typedef char		*caddr_t;

typedef int64_t		blkcnt_t;
typedef int32_t		blksize_t;
typedef int32_t		clockid_t;
typedef int64_t		daddr_t;
typedef uint64_t	dev_t;
typedef uint32_t	fixpt_t;
typedef uint64_t	fsblkcnt_t;
typedef uint64_t	fsfilcnt_t;
typedef uint32_t	gid_t;
typedef uint32_t	id_t;
typedef uint64_t	ino_t;
typedef uint32_t	in_addr_t;
typedef uint16_t	in_port_t;
typedef long		key_t;
typedef int32_t		lwpid_t;
typedef uint32_t	mode_t;
typedef uint32_t	nlink_t;
typedef int64_t		off_t;
typedef int32_t		pid_t;
typedef int		pri_t;
typedef uint64_t	rlim_t;
typedef uint8_t		sa_family_t;
typedef uint32_t	socklen_t;
typedef int32_t		suseconds_t;
typedef unsigned int	useconds_t;
typedef int64_t		time_t;
typedef int32_t		timer_t;
typedef uint32_t	uid_t;
typedef int64_t		sbintime_t;
typedef uint32_t	cpuid_t;

typedef struct { int32_t __fsid_val[2]; } fsid_t;

#ifndef NULL
#define	NULL	((void *)0)
#endif
#ifndef __cplusplus
#define	bool	_Bool
#define	true	1
#define	false	0
#endif
#define	offsetof(t, m)	__builtin_offsetof(t, m)

#define	major(x)	((int32_t)(((x) >> 8) & 0xfff))
#define	minor(x)	((int32_t)((((x) >> 12) & 0xfff00) | ((x) & 0xff)))
#define	makedev(x, y)							\
	((dev_t)((((dev_t)(x) << 8) & 0xfff00U) |			\
	    (((dev_t)(y) << 12) & 0xfff00000U) | ((dev_t)(y) & 0xffU)))
typedef int32_t		devmajor_t;
typedef int32_t		devminor_t;
#define	NODEV		((dev_t)-1)
#define	NODEVMAJOR	(-1)

#define	INT8_MAX	0x7f
#define	UINT8_MAX	0xff
#define	INT16_MAX	0x7fff
#define	UINT16_MAX	0xffff
#define	INT32_MAX	0x7fffffff
#define	INT32_MIN	(-INT32_MAX - 1)
#define	UINT32_MAX	0xffffffffU
#define	INT64_MAX	((int64_t)0x7fffffffffffffffLL)
#define	INT64_MIN	(-INT64_MAX - 1)
#define	UINT64_MAX	((uint64_t)0xffffffffffffffffULL)
#define	UINTPTR_MAX	__UINTPTR_MAX__

struct lwp;
struct proc;

#endif /* _SYS_TYPES_H_ */
