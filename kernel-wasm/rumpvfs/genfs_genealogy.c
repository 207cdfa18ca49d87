/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * genfs_genealogy.c - whose ancestor is a directory?  The walk that a rename
 * between two directories needs.
 *
 * The rename lock of the mount keeps directories in their places.  A damaged
 * disk can hold a ring: every so often a directory is remembered, and met
 * again when it is one.
 *
 * Interface	see miscfs/genfs/genfs.h
 * Locking	the caller holds the mount's rename lock and no vnode.
 * Sleeps	yes
 * Errors	ENOENT a directory was removed; ELOOP a ring; EIO its parent is
 *		no directory; what the file system's own step says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

/*
 * The directory above vp, referenced; NULL: vp is the root.
 */
static int
genealogy_step(struct mount *mp, struct vnode *vp, genfs_parent_t *parent,
    struct vnode **upp)
{
	int error;

	*upp = NULL;
	error = vn_lock(vp, LK_SHARED);
	if (error != 0)
		return error;
	error = (*parent)(mp, vp, upp);
	VOP_UNLOCK(vp);
	if (error == 0 && *upp != NULL &&
	    ((*upp)->v_type != VDIR || *upp == vp)) {
		vrele(*upp);
		*upp = NULL;
		error = EIO;
	}
	return error;
}

int
genfs_genealogy(struct mount *mp, struct vnode *fdvp, struct vnode *tdvp,
    genfs_parent_t *parent, struct vnode **childp)
{
	struct vnode *vp = tdvp, *mark = tdvp, *up;
	unsigned long steps = 0, until = 16;
	int error;

	*childp = NULL;
	vref(vp);
	vref(mark);
	for (;;) {
		error = genealogy_step(mp, vp, parent, &up);
		if (error != 0 || up == NULL)
			break;
		if (up == fdvp) {
			vrele(up);
			vrele(mark);
			*childp = vp;
			return 0;
		}
		vrele(vp);
		vp = up;
		if (vp == mark) {
			error = ELOOP;
			break;
		}
		if (++steps == until) {
			vrele(mark);
			vref(mark = vp);
			until *= 2;
		}
	}
	vrele(vp);
	vrele(mark);
	return error;
}

int
genfs_lock_directory(struct vnode *vp, bool (*removed)(struct vnode *))
{
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0 && (*removed)(vp)) {
		VOP_UNLOCK(vp);
		error = ENOENT;
	}
	return error;
}
