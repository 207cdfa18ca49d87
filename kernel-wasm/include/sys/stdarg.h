/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/stdarg.h - variable arguments.
 */

#ifndef _SYS_STDARG_H_
#define _SYS_STDARG_H_

typedef __builtin_va_list va_list;
#define	va_start(ap, l)	__builtin_va_start((ap), l)
#define	va_arg(ap, t)	__builtin_va_arg((ap), t)
#define	va_copy(d, s)	__builtin_va_copy((d), (s))
#define	va_end(ap)	__builtin_va_end((ap))

#endif /* _SYS_STDARG_H_ */
