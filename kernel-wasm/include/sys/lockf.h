/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/lockf.h - advisory byte-range locks of a file.
 */

#ifndef _SYS_LOCKF_H_
#define _SYS_LOCKF_H_

#include <sys/types.h>

struct lockf;
struct vop_advlock_args;

/*
 * Body of VOP_ADVLOCK: the list head is the vnode's v_lockf (of a device, the
 * one all its vnodes share), size is the file's length for SEEK_END.  Sleeps
 * for F_SETLKW.  genfs_advlock() is all that a file system needs.
 */
int	lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size);
off_t	lf_size(const struct vop_advlock_args *);
void	lf_purge(struct lockf **head);

#endif /* _SYS_LOCKF_H_ */
