/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dev/vndvar.h - files as disks, vnd(4).
 */

#ifndef _DEV_VNDVAR_H_
#define	_DEV_VNDVAR_H_

#include <sys/ioccom.h>
#include <sys/ioctl.gen.h>
#include <sys/types.h>

struct vndgeom {
	uint32_t vng_secsize;		/* bytes */
	uint32_t vng_nsectors;		/* of a track */
	uint32_t vng_ntracks;		/* of a cylinder */
	uint32_t vng_ncylinders;
};

struct vnd_ioctl {
	char	*vnd_file;		/* the image */
	int	vnd_flags;		/* VNDIOF_* */
	struct vndgeom vnd_geom;	/* with VNDIOF_HASGEOM */
	unsigned int vnd_osize;		/* out: bytes, as of old */
	uint64_t vnd_size;		/* out: bytes */
};

#define	VNDIOF_HASGEOM	0x01
#define	VNDIOF_READONLY	0x02
#define	VNDIOF_FORCE	0x04		/* VNDIOCCLR: also when it is open */

struct vnd_user {
	int	vnu_unit;		/* in: -1 is that of the device */
	dev_t	vnu_dev;		/* of the image's file system */
	ino_t	vnu_ino;		/* of the image; 0: not configured */
};

/* Their size depends on that of a pointer. */
#undef VNDIOCSET
#undef VNDIOCCLR
#define	VNDIOCSET	_IOWR('F', 0, struct vnd_ioctl)
#define	VNDIOCCLR	_IOW('F', 1, struct vnd_ioctl)

#endif /* !_DEV_VNDVAR_H_ */
