/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernfs.h - the kernel's facts as small files (mount_kernfs(8)).
 *
 * A node is a row of kernfs_targets[]; its vnode's key is the row's number.
 */

#ifndef _FS_KERNFS_KERNFS_H_
#define _FS_KERNFS_KERNFS_H_

#include <sys/types.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/vnode.h>

#define	KERNFS_TEXT_MAX	65536	/* longest file: the message buffer */

struct kernfs_target {
	const char	*kt_name;
	enum vtype	kt_type;
	mode_t		kt_mode;
	/* contents into buf, at most len bytes; the number of bytes */
	size_t		(*kt_read)(char *buf, size_t len);
	/* new contents, NUL-terminated; NULL: read-only */
	int		(*kt_write)(const char *text);
};

struct kernfs_node {
	const struct kernfs_target *kn_target;
	unsigned	kn_index;
	struct vnode	*kn_vnode;
};

struct kernfs_mount {
	struct timespec	km_time;	/* of mounting */
};

#define	VTOKERN(vp)	((struct kernfs_node *)(vp)->v_data)
#define	KERNFS_ROOT	0u
#define	KERNFS_FILENO(i) ((ino_t)((i) + 2))

extern const struct kernfs_target kernfs_targets[];
extern const unsigned kernfs_ntargets;
extern int (**kernfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc kernfs_vnodeop_opv_desc;

#endif /* _FS_KERNFS_KERNFS_H_ */
