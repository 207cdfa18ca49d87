/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_lookup.c - VOP_LOOKUP.
 *
 * Locking	the directory's vnode is locked; what is found is not.
 * Sleeps	reads the directory and the inode.
 * Errors	ENOENT no such name; EJUSTRETURN it may be made; EROFS names
 *		to be changed on a read-only mount.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ext2fs.h"

static bool
lookup_removed(struct vnode *dvp)
{
	return VTOI(dvp)->i_din.e2di_nlink == 0;
}

static int
lookup_find(struct vnode *dvp, struct componentname *cnp, struct vnode **vpp)
{
	ino_t ino;
	int error;

	if (cnp->cn_namelen > EXT2FS_MAXNAMLEN)
		return ENAMETOOLONG;
	error = ext2fs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &ino);
	if (error != 0)
		return error == EINVAL || error == ESTALE ? EIO : error;
	/* A name that leads nowhere is there all the same. */
	error = vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
	return error == EINVAL || error == ESTALE ? EIO : error;
}

static void
lookup_owner(struct vnode *vp, mode_t *modep, uid_t *uidp)
{
	const struct inode *ip = VTOI(vp);

	*modep = ip->i_mode;
	*uidp = ip->i_din.e2di_uid;
}

int
ext2fs_lookup(void *v)
{
	static const struct genfs_lookup ext2fs = {
		.gl_removed = lookup_removed,
		.gl_find = lookup_find,
		.gl_owner = lookup_owner,
	};

	return genfs_lookup(v, &ext2fs);
}
