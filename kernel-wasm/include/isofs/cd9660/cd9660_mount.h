/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isofs/cd9660/cd9660_mount.h - arguments of mount(2) for type "cd9660".
 */

#ifndef _ISOFS_CD9660_CD9660_MOUNT_H_
#define	_ISOFS_CD9660_CD9660_MOUNT_H_

#include <sys/types.h>

struct iso_args {
	const char	*fspec;		/* block device */
	char		_pad1[108];	/* once: exports */
	int		flags;		/* ISOFSMNT_* */
};

#define	ISOFSMNT_NORRIP		0x00000001	/* no Rock Ridge */
#define	ISOFSMNT_GENS		0x00000002	/* all versions, raw names */
#define	ISOFSMNT_EXTATT		0x00000004	/* extended attributes */
#define	ISOFSMNT_NOJOLIET	0x00000008	/* no Joliet */
#define	ISOFSMNT_NOCASETRANS	0x00000010	/* names not in lower case */
#define	ISOFSMNT_RRCASEINS	0x00000020	/* Rock Ridge without case */

#define	ISOFSMNT_BITS \
    "\20\1NORRIP\2GENS\3EXTATT\4NOJOLIET\5NOCASETRANS\6RRCASEINS"

#endif /* !_ISOFS_CD9660_CD9660_MOUNT_H_ */
