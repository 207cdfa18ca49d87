/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/kernel.h - global state of the kernel.
 */

#ifndef _SYS_KERNEL_H_
#define _SYS_KERNEL_H_

#include <sys/types.h>

extern char	hostname[];
extern int	hostnamelen;
extern char	domainname[];
extern int	domainnamelen;
extern long	hostid;

extern int	hz, tick, tickadj, stathz, profhz, schedhz;
extern int	cold;		/* 1 until the components are up */
extern bool	doing_shutdown;
extern int	rtc_offset;

/* Ticks since boot, computed from the clock at each use. */
int	getticks(void);
#define	hardclock_ticks	getticks()

extern const char ostype[], osrelease[], version[], copyright[], machine[],
    machine_arch[], kernel_ident[];
extern const int osrevision;

#endif /* _SYS_KERNEL_H_ */
