/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syscallargs.h - argument blocks and handlers of the system calls.
 */

#ifndef _SYS_SYSCALLARGS_H_
#define	_SYS_SYSCALLARGS_H_

#include <sys/types.h>
#include <sys/syscallargs.gen.h>

#endif /* _SYS_SYSCALLARGS_H_ */
