/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_names.c - lookup, and making and removing names.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	yes.
 * Errors	those of msdosfs_dir.c and msdosfs_dirmod.c; EJUSTRETURN the name
 *		may be made.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "msdosfs.h"

#define	NAMELEN_MAX	255

static bool
lookup_removed(struct vnode *dvp)
{
	return VTODE(dvp)->de_removed;
}

static int
lookup_dotdot(struct denode *dp, struct vnode **vpp)
{
	uint32_t clust;
	int error = msdosfs_dir_parent(dp, &clust);

	if (error != 0)
		return error;
	if (clust == dp->de_key.dk_dirclust)
		return EIO;
	return msdosfs_getdir(dp->de_pmp, clust, vpp);
}

static int
lookup_find(struct vnode *dvp, struct componentname *cnp, struct vnode **vpp)
{
	struct denode *dp = VTODE(dvp);
	struct dosdir dd;
	int error;

	if ((cnp->cn_flags & ISDOTDOT) != 0)
		return lookup_dotdot(dp, vpp);
	if (cnp->cn_namelen > NAMELEN_MAX)
		return ENAMETOOLONG;
	error = msdosfs_dir_find(&dd, dp, cnp->cn_nameptr, cnp->cn_namelen);
	msdosfs_dir_end(&dd);
	return error != 0 ? error : msdosfs_deget(dp, &dd, vpp);
}

/*
 * The name cache knows names that are there, in each mixture of cases that
 * was asked for; all of them go with the file.  It never says that a name is
 * missing: a new file has too many.
 */
int
msdosfs_lookup(void *v)
{
	static const struct genfs_lookup msdosfs = {
		.gl_removed = lookup_removed,
		.gl_find = lookup_find,
		.gl_nonegative = true,
		.gl_noparent = true,
		.gl_keepdot = true,
	};

	return genfs_lookup(v, &msdosfs);
}

/* A new entry's fields. */
static void
make_entry(const struct msdosfsmount *pmp, struct dosent *e, uint8_t attr)
{
	memset(e, 0, sizeof(*e));
	e->e_attr = attr;
	msdosfs_now(pmp, &e->e_ctime);
	e->e_mtime = e->e_ctime;
	e->e_mtime.dt_hundredth = 0;
	e->e_adate = e->e_ctime.dt_date;
}

static int
make_file(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    const struct vattr *vap)
{
	struct denode *dp = VTODE(dvp);
	struct dosent e;
	uint32_t slot;
	uint64_t addr;
	int error;

	*vpp = NULL;
	make_entry(dp->de_pmp, &e, (vap->va_mode & S_IWUSR) != 0 ?
	    ATTR_ARCHIVE : ATTR_ARCHIVE | ATTR_READONLY);
	error = msdosfs_direnter(dp, cnp, &e, &slot, &addr);
	if (error == 0)
		error = msdosfs_getfile(dp, slot, vpp);
	if (error == 0) {
		VN_KNOTE(dvp, NOTE_WRITE);
		if (cnp->cn_namelen < NAMELEN_MAX)	/* not found again */
			cache_enter(dvp, *vpp, cnp->cn_nameptr,
			    cnp->cn_namelen, cnp->cn_flags);
	}
	return error;
}

int
msdosfs_create(void *v)
{
	struct vop_create_v3_args *ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap);
}

int
msdosfs_mknod(void *v)
{
	struct vop_mknod_v3_args *ap = v;

	*ap->a_vpp = NULL;
	if (ap->a_vap->va_type != VREG)
		return EOPNOTSUPP;
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap);
}

int
msdosfs_mkdir(void *v)
{
	struct vop_mkdir_v3_args *ap = v;
	struct denode *dp = VTODE(ap->a_dvp);
	struct msdosfsmount *pmp = dp->de_pmp;
	struct dosent e;
	uint32_t slot;
	uint64_t addr;
	int error;

	*ap->a_vpp = NULL;
	make_entry(pmp, &e, ATTR_DIRECTORY);
	error = msdosfs_clust_alloc(pmp, 0, &e.e_clust);
	if (error != 0)
		return error;
	error = msdosfs_dirinit(pmp, &e, dp->de_key.dk_dirclust);
	/* The cluster is taken before a name leads to it. */
	if (error == 0 && (pmp->pm_mountp->mnt_flag & MNT_ASYNC) == 0)
		error = msdosfs_flush(pmp, false);
	if (error == 0)
		error = msdosfs_direnter(dp, ap->a_cnp, &e, &slot, &addr);
	if (error != 0) {
		msdosfs_clust_forget(pmp, e.e_clust);
		(void)msdosfs_chain_free(pmp, e.e_clust);
		return error;
	}
	error = msdosfs_getdir(pmp, e.e_clust, ap->a_vpp);
	if (error == 0)
		VN_KNOTE(ap->a_dvp, NOTE_WRITE | NOTE_LINK);
	return error;
}

int
msdosfs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	if (vp->v_type == VDIR)
		error = EPERM;
	else if (VTODE(vp)->de_removed)
		error = ENOENT;
	else
		error = msdosfs_dirremove(VTODE(dvp), VTODE(vp));
	if (error == 0) {
		cache_purge(vp);
		msdosfs_unlinked(VTODE(vp));
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	vput(dvp);
	return error;
}

int
msdosfs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	int error;

	if (dvp == vp)
		error = EINVAL;
	else if (VTODE(vp)->de_removed)
		error = ENOENT;
	else if (!msdosfs_dir_empty(VTODE(vp)))
		error = ENOTEMPTY;
	else
		error = msdosfs_dirremove(VTODE(dvp), VTODE(vp));
	if (error == 0) {
		cache_purge(vp);
		msdosfs_unlinked(VTODE(vp));
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
	}
	vput(vp);
	vput(dvp);
	return error;
}
