/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_lookup.c - VOP_LOOKUP.
 *
 * Locking	the directory's vnode is locked; what is found is not.
 * Sleeps	reads the directory and the inode.
 * Errors	ENOENT no such name; EJUSTRETURN it may be made; EROFS names
 *		to be changed on a read-only mount; ENAMETOOLONG.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "v7fs_extern.h"

static bool
lookup_removed(struct vnode *dvp)
{
	return VTOV7(dvp)->n_din.di_nlink == 0;
}

static int
lookup_find(struct vnode *dvp, struct componentname *cnp, struct vnode **vpp)
{
	return v7fs_dir_vnode(VTOV7(dvp), cnp->cn_nameptr, cnp->cn_namelen,
	    vpp);
}

static void
lookup_owner(struct vnode *vp, mode_t *modep, uid_t *uidp)
{
	const struct v7fs_node *np = VTOV7(vp);

	*modep = np->n_din.di_mode;
	*uidp = np->n_din.di_uid;
}

int
v7fs_lookup(void *v)
{
	static const struct genfs_lookup v7fs = {
		.gl_removed = lookup_removed,
		.gl_find = lookup_find,
		.gl_owner = lookup_owner,
	};

	return genfs_lookup(v, &v7fs);
}
