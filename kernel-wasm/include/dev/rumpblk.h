/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dev/rumpblk.h - block devices on host objects.
 */

#ifndef _DEV_RUMPBLK_H_
#define	_DEV_RUMPBLK_H_

#include <sys/types.h>

#define	RUMPBLK_DEVMAJOR	197
#define	RUMPBLK_UNITS		16
#define	RUMPBLK_SIZE_ENDOFF	UINT64_MAX	/* = RUMP_ETFS_SIZE_ENDOFF */

void	rumpblk_init(void);
void	rumpblk_fini(void);
/*
 * [off, off + size) of a host object becomes minor *dmin, or keeps it; name is
 * that of the disk.
 */
int	rumpblk_register(const char *path, const char *name, devminor_t *dmin,
	    uint64_t off, uint64_t size);
/* Look for partitions on it. */
void	rumpblk_search(devminor_t);
int	rumpblk_deregister(const char *path);

#endif /* !_DEV_RUMPBLK_H_ */
