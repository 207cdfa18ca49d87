/* SPDX-License-Identifier: BSD-2-Clause */
/* sys/specdev.h - device vnodes. */

#ifndef _SYS_SPECDEV_H_
#define _SYS_SPECDEV_H_

#include <miscfs/specfs/specdev.h>

#endif /* _SYS_SPECDEV_H_ */
