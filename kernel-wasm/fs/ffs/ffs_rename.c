/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_rename.c - rename, on genfs's locking and checks.
 *
 * Order	the file gets a link more, then its new name, loses its old name
 *		and then the link: at every moment it has a name, and never
 *		more names than links.
 *
 * Locking	as genfs_sane_rename() says: gro_rename has all four vnodes
 *		exclusively.
 * Sleeps	reads and writes.
 * Errors	EMLINK, ENOSPC; EIO a tree whose ".." leads nowhere.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"
#include "ffs_log.h"

#define	FFS_IMMUTABLE	(UF_IMMUTABLE | SF_IMMUTABLE)
#define	FFS_APPEND	(UF_APPEND | SF_APPEND)
static bool
ffs_gro_directory_empty_p(struct mount *mp __unused, kauth_cred_t cred __unused,
    struct vnode *vp, struct vnode *dvp __unused)
{
	return ffs_dir_empty(vp);
}

static int
ffs_gro_rename_check_possible(struct mount *mp __unused, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	return genfs_ufslike_rename_check_possible(VTOI(fdvp)->i_flags,
	    VTOI(fvp)->i_flags, VTOI(tdvp)->i_flags,
	    tvp != NULL ? VTOI(tvp)->i_flags : 0, tvp != NULL,
	    FFS_IMMUTABLE, FFS_APPEND);
}

static int
ffs_gro_rename_check_permitted(struct mount *mp __unused, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{
	const struct inode *fd = VTOI(fdvp), *td = VTOI(tdvp);

	return genfs_ufslike_rename_check_permitted(cred, fdvp,
	    (mode_t)fd->i_mode, fd->i_din.di_uid, fvp,
	    VTOI(fvp)->i_din.di_uid, tdvp, (mode_t)td->i_mode,
	    td->i_din.di_uid, tvp, tvp != NULL ? VTOI(tvp)->i_din.di_uid : 0);
}

static int
ffs_gro_remove_check_possible(struct mount *mp __unused, struct vnode *dvp,
    struct vnode *vp)
{
	return genfs_ufslike_remove_check_possible(VTOI(dvp)->i_flags,
	    VTOI(vp)->i_flags, FFS_IMMUTABLE, FFS_APPEND);
}

static int
ffs_gro_remove_check_permitted(struct mount *mp __unused, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{
	const struct inode *dp = VTOI(dvp);

	return genfs_ufslike_remove_check_permitted(cred, dvp,
	    (mode_t)dp->i_mode, dp->i_din.di_uid, vp,
	    VTOI(vp)->i_din.di_uid);
}

/*
 * Count the links of a file up or down; up is on the disk before a name is.
 */
static int
rename_links(struct inode *ip, int delta)
{
	if (delta > 0 && ip->i_nlink >= UFS_LINK_MAX)
		return EMLINK;
	if (delta < 0 && ip->i_nlink == 0)
		return 0;
	ip->i_nlink += (uint32_t)delta;
	ffs_setflag(ip, IN_CHANGE);
	return ffs_update(ip, delta > 0 && !ffs_delayed(ip->i_ump));
}

/*
 * The new name, in the place of an old file or as one more entry.
 */
static int
rename_enter(struct vnode *tdvp, const struct componentname *tcnp,
    struct inode *ip, struct vnode *tvp)
{
	const uint8_t type = (uint8_t)IFTODT(ip->i_mode);

	if (tvp != NULL)
		return ffs_dir_rewrite(tdvp, tcnp->cn_nameptr,
		    tcnp->cn_namelen, VTOI(tvp)->i_number, ip->i_number,
		    type);
	if ((tcnp->cn_flags & ISWHITEOUT) != 0)
		return ffs_dir_rewrite(tdvp, tcnp->cn_nameptr,
		    tcnp->cn_namelen, UFS_WINO, ip->i_number, type);
	return ffs_dir_enter(tdvp, tcnp, ip->i_number, type);
}

/*
 * The file that had the name has one less.
 */
static void
rename_replaced(struct vnode *tdvp, struct vnode *tvp)
{
	struct inode *ip = VTOI(tvp);

	if (tvp->v_type == VDIR) {
		(void)rename_links(VTOI(tdvp), -1);
		ip->i_nlink = 0;
		(void)ffs_truncate(ip, 0, NOCRED);
		ffs_dirhash_free(ip);
	} else if (ip->i_nlink > 0)
		ip->i_nlink--;
	if (ip->i_nlink == 0)
		ffs_orphan(ip);
	ffs_setflag(ip, IN_CHANGE);
	(void)ffs_update(ip, false);
}

static int
rename_logged(struct vnode *fdvp, const struct componentname *fcnp,
    struct vnode *fvp, struct vnode *tdvp, const struct componentname *tcnp,
    struct vnode *tvp)
{
	struct inode *ip = VTOI(fvp), *fdp = VTOI(fdvp), *tdp = VTOI(tdvp);
	bool dirmove = fvp->v_type == VDIR && fdvp != tdvp;
	int error;

	error = rename_links(ip, 1);
	if (error != 0)
		return error;
	if (dirmove && (error = rename_links(tdp, 1)) != 0)
		goto unlink;
	error = rename_enter(tdvp, tcnp, ip, tvp);
	if (error != 0)
		goto unparent;
	if (tvp != NULL)
		rename_replaced(tdvp, tvp);
	error = ffs_dir_remove(fdvp, fcnp, ip->i_number);
	if (error != 0)
		return error;	/* it has both names */
	if (dirmove) {
		error = ffs_dir_rewrite(fvp, "..", 2, fdp->i_number,
		    tdp->i_number, DT_DIR);
		(void)rename_links(fdp, -1);
	}
	(void)rename_links(ip, -1);
	return error;

unparent:
	if (dirmove)
		(void)rename_links(tdp, -1);
unlink:
	(void)rename_links(ip, -1);
	return error;
}

static int
ffs_gro_rename(struct mount *mp, kauth_cred_t cred __unused,
    struct vnode *fdvp, struct componentname *fcnp, void *fde __unused,
    struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp,
    void *tde __unused, struct vnode *tvp)
{
	int error;

	ffs_log_begin(VFSTOUFS(mp));
	error = rename_logged(fdvp, fcnp, fvp, tdvp, tcnp, tvp);
	ffs_log_end(VFSTOUFS(mp));
	return error;
}

/*
 * Two names of one file: the BSD rename removes the source name.
 */
static int
ffs_gro_remove(struct mount *mp __unused, kauth_cred_t cred __unused,
    struct vnode *dvp, struct componentname *cnp, void *de __unused,
    struct vnode *vp)
{
	return ffs_unlink(dvp, cnp, vp);
}

static int
ffs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de_ret __unused, struct vnode **vpp)
{
	uint64_t off;
	ino_t ino;
	int error;

	if (cnp->cn_namelen > FFS_MAXNAMLEN)
		return ENAMETOOLONG;
	cnp->cn_flags &= ~(uint32_t)ISWHITEOUT;
	error = ffs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &off,
	    &ino);
	if (error == 0 && ino == UFS_WINO) {
		cnp->cn_flags |= ISWHITEOUT;
		error = ENOENT;
	}
	return error != 0 ? error : vcache_get(mp, &ino, sizeof(ino), vpp);
}

static bool
rename_removed(struct vnode *vp)
{
	return VTOI(vp)->i_nlink == 0;
}

static int
rename_parent(struct mount *mp, struct vnode *vp, struct vnode **upp)
{
	uint64_t off;
	ino_t ino;
	int error;

	if (rename_removed(vp))
		return ENOENT;
	if ((vp->v_vflag & VV_ROOT) != 0)
		return 0;
	error = ffs_dir_find(vp, "..", 2, &off, &ino);
	return error != 0 ? error : vcache_get(mp, &ino, sizeof(ino), upp);
}

static int
ffs_gro_genealogy(struct mount *mp, kauth_cred_t cred __unused,
    struct vnode *fdvp, struct vnode *tdvp, struct vnode **intermediate)
{
	return genfs_genealogy(mp, fdvp, tdvp, rename_parent, intermediate);
}

static int
ffs_gro_lock_directory(struct mount *mp __unused, struct vnode *vp)
{
	return genfs_lock_directory(vp, rename_removed);
}

static const struct genfs_rename_ops ffs_rename_ops = {
	.gro_directory_empty_p = ffs_gro_directory_empty_p,
	.gro_rename_check_possible = ffs_gro_rename_check_possible,
	.gro_rename_check_permitted = ffs_gro_rename_check_permitted,
	.gro_remove_check_possible = ffs_gro_remove_check_possible,
	.gro_remove_check_permitted = ffs_gro_remove_check_permitted,
	.gro_rename = ffs_gro_rename,
	.gro_remove = ffs_gro_remove,
	.gro_lookup = ffs_gro_lookup,
	.gro_genealogy = ffs_gro_genealogy,
	.gro_lock_directory = ffs_gro_lock_directory,
};

/* A name's place is looked up when it is changed: no slots are kept. */
static int
ffs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{
	return genfs_sane_rename(&ffs_rename_ops, fdvp, fcnp, NULL, tdvp,
	    tcnp, NULL, cred, posixly_correct);
}

int
ffs_rename(void *v)
{
	return genfs_insane_rename(v, ffs_sane_rename);
}
