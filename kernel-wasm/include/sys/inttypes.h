/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/inttypes.h - printf formats of the fixed types.
 */

#ifndef _SYS_INTTYPES_H_
#define _SYS_INTTYPES_H_

#include <sys/types.h>

#define	PRId32	__INT32_FMTd__
#define	PRIi32	__INT32_FMTi__
#define	PRIu32	__UINT32_FMTu__
#define	PRIx32	__UINT32_FMTx__
#define	PRId64	__INT64_FMTd__
#define	PRIi64	__INT64_FMTi__
#define	PRIu64	__UINT64_FMTu__
#define	PRIx64	__UINT64_FMTx__
#define	PRIX64	__UINT64_FMTX__
#define	PRIo64	__UINT64_FMTo__
#define	PRIdMAX	__INTMAX_FMTd__
#define	PRIuMAX	__UINTMAX_FMTu__
#define	PRIxPTR	__UINTPTR_FMTx__

#endif /* _SYS_INTTYPES_H_ */
