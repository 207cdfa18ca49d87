/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/syslimits.h - limits of the system.
 */

#ifndef _SYS_SYSLIMITS_H_
#define _SYS_SYSLIMITS_H_

#define	ARG_MAX			262144
#define	CHILD_MAX		160
#define	GID_MAX			2147483647U
#define	UID_MAX			2147483647U
#define	IOV_MAX			1024
#define	LINK_MAX		32767
#define	LOGIN_NAME_MAX		17
#define	MAX_CANON		255
#define	MAX_INPUT		255
#define	NAME_MAX		511
#define	NGROUPS_MAX		16
#define	OPEN_MAX		128
#define	PATH_MAX		1024
#define	PIPE_BUF		512

#define	CHAR_BIT		8
#define	CHAR_MAX		0x7f
#define	UCHAR_MAX		0xff
#define	SHRT_MAX		0x7fff
#define	SHRT_MIN		(-0x7fff - 1)
#define	USHRT_MAX		0xffff
#define	INT_MAX			0x7fffffff
#define	INT_MIN			(-0x7fffffff - 1)
#define	UINT_MAX		0xffffffffU
#define	LONG_MAX		__LONG_MAX__
#define	LONG_MIN		(-__LONG_MAX__ - 1)
#define	ULONG_MAX		(__LONG_MAX__ * 2UL + 1)
#define	LLONG_MAX		__LONG_LONG_MAX__
#define	LLONG_MIN		(-__LONG_LONG_MAX__ - 1)
#define	ULLONG_MAX		(__LONG_LONG_MAX__ * 2ULL + 1)
#define	SIZE_T_MAX		((size_t)-1)
#define	SSIZE_MAX		__PTRDIFF_MAX__
#define	SSIZE_MIN		(-__PTRDIFF_MAX__ - 1)
#define	QUAD_MAX		((int64_t)0x7fffffffffffffffLL)
#define	UQUAD_MAX		((uint64_t)0xffffffffffffffffULL)

#endif /* _SYS_SYSLIMITS_H_ */
