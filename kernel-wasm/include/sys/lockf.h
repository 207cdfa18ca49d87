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
 * Body of VOP_ADVLOCK: the list head lives in the file system's node (or in
 * the vnode), size is the file's length for SEEK_END.  Sleeps for F_SETLKW.
 */
int	lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size);
off_t	lf_size(const struct vop_advlock_args *);

#endif /* _SYS_LOCKF_H_ */
