/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dev/md.h - memory disks, md(4).
 */

#ifndef _DEV_MD_H_
#define	_DEV_MD_H_

#include <sys/ioccom.h>
#include <sys/ioctl.gen.h>
#include <sys/types.h>

enum md_type {
	MD_UNCONFIGURED = 0,
	MD_KMEM_FIXED = 1,		/* from the boot loader */
	MD_KMEM_ALLOCATED = 2,
	MD_UMEM_SERVER = 3,		/* a process serves it */
};

struct md_conf {
	char	*md_addr;
	size_t	md_size;		/* bytes */
	int	md_type;
};

/* Their size depends on that of a pointer. */
#undef MD_GETCONF
#undef MD_SETCONF
#define	MD_GETCONF	_IOR('r', 0, struct md_conf)
#define	MD_SETCONF	_IOW('r', 1, struct md_conf)

#endif /* !_DEV_MD_H_ */
