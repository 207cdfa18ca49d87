/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump-sys/dev.h - inside the rump kernel: the device faction.
 */

#ifndef _RUMP_SYS_DEV_H_
#define _RUMP_SYS_DEV_H_

#include <rump-sys/kern.h>

#endif /* _RUMP_SYS_DEV_H_ */
