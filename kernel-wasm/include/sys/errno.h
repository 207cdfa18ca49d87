/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/errno.h - error numbers (generated list).
 */

#ifndef _SYS_ERRNO_H_
#define _SYS_ERRNO_H_

#include <sys/errno.gen.h>

#ifndef EWOULDBLOCK
#define	EWOULDBLOCK	EAGAIN
#endif

#endif /* _SYS_ERRNO_H_ */
