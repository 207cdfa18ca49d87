/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl.h - the ioctl(2) numbers.
 */

#ifndef _SYS_IOCTL_H_
#define	_SYS_IOCTL_H_

#include <sys/ioccom.h>
#include <sys/filio.h>
#include <sys/ttycom.h>
#include <sys/ioctl.gen.h>

#endif /* _SYS_IOCTL_H_ */
