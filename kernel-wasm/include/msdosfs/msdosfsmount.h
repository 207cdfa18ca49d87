/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs/msdosfsmount.h - arguments of mount(2) for type "msdos".
 */

#ifndef _MSDOSFS_MSDOSFSMOUNT_H_
#define	_MSDOSFS_MSDOSFSMOUNT_H_

#include <sys/types.h>

struct msdosfs_args {
	char	*fspec;			/* block device */
	char	_pad1[108];		/* once export arguments */
	uid_t	uid;			/* owner of all files */
	gid_t	gid;
	mode_t	mask;			/* permissions of files */
	int	flags;			/* MSDOSFSMNT_* */
	int	version;		/* MSDOSFSMNT_VERSION */
	mode_t	dirmask;		/* permissions of directories */
	int	gmtoff;			/* seconds east of UTC */
};

#define	MSDOSFSMNT_SHORTNAME	0x01	/* make only 8.3 names */
#define	MSDOSFSMNT_LONGNAME	0x02	/* make long names too */
#define	MSDOSFSMNT_NOWIN95	0x04	/* as if there were no long names */
#define	MSDOSFSMNT_GEMDOSFS	0x08	/* no signature needed */
#define	MSDOSFSMNT_VERSIONED	0x10	/* fields from version on are there */
#define	MSDOSFSMNT_UTF8		0x20	/* names are UTF-8, not Latin 1 */
#define	MSDOSFSMNT_VERSION	3

#endif /* !_MSDOSFS_MSDOSFSMOUNT_H_ */
