/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/extattr.h - extended attributes.
 */

#ifndef _SYS_EXTATTR_H_
#define _SYS_EXTATTR_H_

#define	EXTATTR_NAMESPACE_USER		1
#define	EXTATTR_NAMESPACE_SYSTEM	2
#define	EXTATTR_MAXNAMELEN		255
#define	EXTATTR_CMD_START		1
#define	EXTATTR_CMD_STOP		2
#define	EXTATTR_LIST_LENPREFIX		1

/* setxattr(2) */
#define	XATTR_CREATE	0x01
#define	XATTR_REPLACE	0x02
#define	XATTR_NAME_MAX	EXTATTR_MAXNAMELEN
#define	XATTR_SIZE_MAX	65536
#define	XATTR_LIST_MAX	65536

#endif /* _SYS_EXTATTR_H_ */
