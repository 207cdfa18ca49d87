/* SPDX-License-Identifier: BSD-2-Clause */
/* miscfs/deadfs/deadfs.h - operations of a reclaimed vnode. */

#ifndef _MISCFS_DEADFS_DEADFS_H_
#define _MISCFS_DEADFS_DEADFS_H_

struct mount;

extern int (**dead_vnodeop_p)(void *);
extern const struct vnodeopv_desc dead_vnodeop_opv_desc;
extern struct mount *dead_rootmount;

#endif /* _MISCFS_DEADFS_DEADFS_H_ */
