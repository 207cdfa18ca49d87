/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpcomp.h - hypercalls of our own components.
 */

#ifndef _RUMP_RUMPCOMP_H_
#define _RUMP_RUMPCOMP_H_

#include <sys/types.h>
#include <rump/rumpcomp.gen.h>

#define	RUMPCOMP_CONS_DATA	1
#define	RUMPCOMP_CONS_WINSIZE	2
#define	RUMPCOMP_CONS_HANGUP	4

#endif /* _RUMP_RUMPCOMP_H_ */
