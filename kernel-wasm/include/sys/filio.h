/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filio.h - ioctls every file understands.
 */

#ifndef _SYS_FILIO_H_
#define	_SYS_FILIO_H_

#include <sys/ioccom.h>
#include <sys/ioctl.gen.h>

#endif /* _SYS_FILIO_H_ */
