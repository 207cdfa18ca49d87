/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/device.h - the little of autoconf(9) that pseudo devices need.
 */

#ifndef _SYS_DEVICE_H_
#define _SYS_DEVICE_H_

#include <sys/types.h>
#include <sys/queue.h>

typedef enum devclass {
	DV_DULL, DV_CPU, DV_DISK, DV_IFNET, DV_TAPE, DV_TTY,
	DV_AUDIODEV, DV_DISPLAYDEV, DV_BUS, DV_VIRTUAL,
} devclass_t;

typedef struct device {
	devclass_t	dv_class;
	int		dv_unit;
	char		dv_xname[16];
	void		*dv_private;
	struct device	*dv_parent;
	TAILQ_ENTRY(device) dv_list;
} *device_t;

#define	device_xname(d)		((d) == NULL ? "(null)" : (d)->dv_xname)
#define	device_unit(d)		((d)->dv_unit)
#define	device_private(d)	((d)->dv_private)
#define	device_class(d)		((d)->dv_class)

#endif /* _SYS_DEVICE_H_ */
