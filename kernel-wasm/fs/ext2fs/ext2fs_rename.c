/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_rename.c - rename, on genfs's locking and checks.
 *
 * Order	One link more for the file, the new name, the old name gone,
 *		".." of a directory, the link back: whatever is cut off, the
 *		file has a name and not too few links.
 *
 * Locking	as genfs_sane_rename() says: gro_rename has all four vnodes
 *		exclusively.
 * Sleeps	yes.
 * Errors	EMLINK, ENOSPC, EIO; ELOOP directories that form a ring.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ext2fs.h"

static bool
ext2fs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{
	(void)mp; (void)cred; (void)dvp;
	return ext2fs_dirempty(vp);
}

static int
ext2fs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	(void)mp;
	return genfs_ufslike_rename_check_possible(
	    VTOI(fdvp)->i_din.e2di_flags, VTOI(fvp)->i_din.e2di_flags,
	    VTOI(tdvp)->i_din.e2di_flags,
	    tvp != NULL ? VTOI(tvp)->i_din.e2di_flags : 0,
	    tvp != NULL, EXT2_IMMUTABLE, EXT2_APPEND);
}

static int
ext2fs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	const struct inode *fd = VTOI(fdvp), *td = VTOI(tdvp);

	(void)mp;
	return genfs_ufslike_rename_check_permitted(cred,
	    fdvp, fd->i_mode, fd->i_din.e2di_uid,
	    fvp, VTOI(fvp)->i_din.e2di_uid,
	    tdvp, td->i_mode, td->i_din.e2di_uid,
	    tvp, tvp != NULL ? VTOI(tvp)->i_din.e2di_uid : 0);
}

static int
ext2fs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{
	(void)mp;
	return genfs_ufslike_remove_check_possible(
	    VTOI(dvp)->i_din.e2di_flags, VTOI(vp)->i_din.e2di_flags,
	    EXT2_IMMUTABLE, EXT2_APPEND);
}

static int
ext2fs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	const struct inode *dp = VTOI(dvp);

	(void)mp;
	return genfs_ufslike_remove_check_permitted(cred, dvp, dp->i_mode,
	    dp->i_din.e2di_uid, vp, VTOI(vp)->i_din.e2di_uid);
}

/*
 * The new name: taken over from tvp, or made.
 */
static int
rename_enter(struct vnode *tdvp, struct vnode *tvp,
    const struct ext2fs_newent *ne)
{
	int error;

	if (tvp == NULL)
		return ext2fs_direnter(tdvp, ne);
	error = ext2fs_dirrewrite(tdvp, ne);
	if (error != 0)
		return error;
	if (tvp->v_type == VDIR) {
		ext2fs_unlinkdir(VTOI(tdvp));
		ext2fs_dirgone(tvp);
	} else
		ext2fs_unlinkfile(VTOI(tvp));
	return 0;
}

/*
 * A directory has a new parent.
 */
static int
rename_reparent(struct vnode *fvp, struct vnode *fdvp, struct vnode *tdvp)
{
	struct ext2fs_newent dotdot = { VTOI(tdvp)->i_number, VDIR, "..", 2 };
	int error;

	error = ext2fs_dirrewrite(fvp, &dotdot);
	if (error == 0)
		ext2fs_unlinkdir(VTOI(fdvp));
	return error;
}

static int
ext2fs_gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *fvp,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp)
{
	struct inode *ip = VTOI(fvp);
	struct ext2fs_newent ne = { ip->i_number, fvp->v_type,
	    tcnp->cn_nameptr, tcnp->cn_namelen };
	bool moved = fvp->v_type == VDIR && fdvp != tdvp;
	uint16_t nlink = ip->i_din.e2di_nlink;
	int error;

	(void)mp; (void)cred; (void)fde; (void)tde;
	if (moved) {
		error = ext2fs_linkdir(VTOI(tdvp));
		if (error != 0)
			return error;
	}
	/* Not counted against the limit: it is gone before we return. */
	ip->i_din.e2di_nlink++;
	ext2fs_touch(ip, IN_CHANGE);
	error = ext2fs_update_ordered(ip);
	if (error == 0)
		error = rename_enter(tdvp, tvp, &ne);
	if (error != 0) {
		if (moved)
			ext2fs_unlinkdir(VTOI(tdvp));
		ip->i_din.e2di_nlink = nlink;
		ext2fs_modified(ip);
		return error;
	}
	error = ext2fs_dirremove(fdvp, fcnp->cn_nameptr, fcnp->cn_namelen);
	if (error == 0 && moved)
		error = rename_reparent(fvp, fdvp, tdvp);
	if (error == 0)
		ip->i_din.e2di_nlink = nlink;
	ext2fs_touch(ip, IN_CHANGE);
	return error;
}

/* Two names of one file: the BSD rename removes the source name. */
static int
ext2fs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp)
{
	int error;

	(void)mp; (void)cred; (void)de;
	error = ext2fs_dirremove(dvp, cnp->cn_nameptr, cnp->cn_namelen);
	if (error == 0)
		ext2fs_unlinkfile(VTOI(vp));
	return error;
}

static int
ext2fs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de_ret, struct vnode **vpp)
{
	ino_t ino;
	int error;

	(void)de_ret;
	if (cnp->cn_namelen > EXT2FS_MAXNAMLEN)
		return ENAMETOOLONG;
	error = ext2fs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &ino);
	if (error != 0)
		return error;
	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	return error == EINVAL || error == ESTALE ? EIO : error;
}

static bool
rename_removed(struct vnode *vp)
{
	return VTOI(vp)->i_din.e2di_nlink == 0;
}

static int
rename_parent(struct mount *mp, struct vnode *vp, struct vnode **upp)
{
	ino_t ino;
	int error;

	if (rename_removed(vp))
		return ENOENT;
	if (VTOI(vp)->i_number == EXT2_ROOTINO)
		return 0;
	error = ext2fs_dir_find(vp, "..", 2, &ino);
	if (error == 0)
		error = vcache_get(mp, &ino, sizeof(ino), upp);
	return error == EINVAL || error == ESTALE ? EIO : error;
}

static int
ext2fs_gro_genealogy(struct mount *mp, kauth_cred_t cred __unused,
    struct vnode *fdvp, struct vnode *tdvp, struct vnode **intermediate)
{
	return genfs_genealogy(mp, fdvp, tdvp, rename_parent, intermediate);
}

static int
ext2fs_gro_lock_directory(struct mount *mp __unused, struct vnode *vp)
{
	return genfs_lock_directory(vp, rename_removed);
}

static const struct genfs_rename_ops ext2fs_rename_ops = {
	.gro_directory_empty_p = ext2fs_gro_directory_empty_p,
	.gro_rename_check_possible = ext2fs_gro_rename_check_possible,
	.gro_rename_check_permitted = ext2fs_gro_rename_check_permitted,
	.gro_remove_check_possible = ext2fs_gro_remove_check_possible,
	.gro_remove_check_permitted = ext2fs_gro_remove_check_permitted,
	.gro_rename = ext2fs_gro_rename,
	.gro_remove = ext2fs_gro_remove,
	.gro_lookup = ext2fs_gro_lookup,
	.gro_genealogy = ext2fs_gro_genealogy,
	.gro_lock_directory = ext2fs_gro_lock_directory,
};

static int
ext2fs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	return genfs_sane_rename(&ext2fs_rename_ops, fdvp, fcnp, NULL, tdvp,
	    tcnp, NULL, cred, posixly_correct);
}

int
ext2fs_rename(void *v)
{
	return genfs_insane_rename(v, ext2fs_sane_rename);
}
