/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/dkio.h - ioctls of disks.
 */

#ifndef _SYS_DKIO_H_
#define	_SYS_DKIO_H_

#include <sys/disklabel.h>
#include <sys/ioccom.h>

/* Their size depends on that of a pointer. */
#undef DIOCLWEDGES
#define	DIOCLWEDGES	_IOWR('d', 124, struct dkwedge_list)

#include <sys/ioctl.gen.h>

/* In the kernel only: the answer points into the driver. */
#define	DIOCGPARTINFO	0x4010646DUL	/* struct partinfo */

/* DIOCGCACHE and DIOCCACHESYNC */
#define	DKCACHE_READ	0x000001
#define	DKCACHE_WRITE	0x000002
#define	DKCACHE_RCHANGE	0x000100
#define	DKCACHE_WCHANGE	0x000200
#define	DKCACHE_SAVE	0x010000

#endif /* !_SYS_DKIO_H_ */
