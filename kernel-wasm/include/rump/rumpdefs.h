/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpdefs.h - constants of the kernel for clients whose own headers
 * say something else: the same numbers as the kernel's, under RUMP_ names.
 */

#ifndef _RUMP_RUMPDEFS_H_
#define _RUMP_RUMPDEFS_H_

#include <rump/rumpdefs.gen.h>
#include <rump/rumperr.gen.h>

/* vn_lock(), VOP_LOCK() */
#define	RUMP_LK_NONE		0x00000000
#define	RUMP_LK_SHARED		0x00000001
#define	RUMP_LK_EXCLUSIVE	0x00000002
#define	RUMP_LK_NOWAIT		0x00000100
#define	RUMP_LK_RETRY		0x00000200

/* rump_pub_namei(), rump_pub_makecn() */
#define	RUMP_NAMEI_LOOKUP	0
#define	RUMP_NAMEI_CREATE	1
#define	RUMP_NAMEI_DELETE	2
#define	RUMP_NAMEI_RENAME	3
#define	RUMP_NAMEI_LOCKLEAF	0x00000004
#define	RUMP_NAMEI_LOCKPARENT	0x00000008
#define	RUMP_NAMEI_FOLLOW	0x00000040
#define	RUMP_NAMEI_NOFOLLOW	0x00000000
#define	RUMP_NAMEI_ISDOTDOT	0x00002000
#define	RUMP_NAMEI_ISLASTCN	0x00008000

/* modctl(2) */
#define	RUMP_MODCTL_LOAD	0
#define	RUMP_MODCTL_UNLOAD	1
#define	RUMP_MODCTL_STAT	2
#define	RUMP_MODCTL_EXISTS	3

enum rump_vtype {
	RUMP_VNON, RUMP_VREG, RUMP_VDIR, RUMP_VBLK, RUMP_VCHR, RUMP_VLNK,
	RUMP_VSOCK, RUMP_VFIFO, RUMP_VBAD
};

#endif /* _RUMP_RUMPDEFS_H_ */
