/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs_dir.c - directories of the root file system.
 *
 * A directory is a list of names, the newest first; "." and ".." are not in
 * it.  There are no hard links and no rename.
 *
 * Locking	d: v_lock of the directory
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "rumpfs.h"

static struct rumpfs_dent *
dir_find(struct rumpfs_node *rn, const char *name, size_t len)
{
	struct rumpfs_dent *rd;

	LIST_FOREACH(rd, &rn->rn_dir, rd_entries) {
		if (rd->rd_namelen == len &&
		    memcmp(rd->rd_name, name, len) == 0)
			return rd;
	}
	return NULL;
}

static bool
node_isroot(const struct rumpfs_node *rn)
{

	return rn->rn_parent == rn;
}

static void
dir_enter(struct rumpfs_node *dir, struct rumpfs_node *rn, const char *name,
    size_t len)
{
	struct rumpfs_dent *rd = kmem_alloc(sizeof(*rd) + len, KM_SLEEP);

	rn->rn_isdev = node_isroot(dir) && len == 3 &&
	    memcmp(name, "dev", 3) == 0;
	rd->rd_node = rn;
	rd->rd_namelen = len;
	memcpy(rd->rd_name, name, len);
	rn->rn_linked = true;
	LIST_INSERT_HEAD(&dir->rn_dir, rd, rd_entries);
}

static void
dir_remove(struct rumpfs_dent *rd)
{

	rd->rd_node->rn_linked = false;
	LIST_REMOVE(rd, rd_entries);
	kmem_free(rd, sizeof(*rd) + rd->rd_namelen);
}

static bool
cn_isdot(const struct componentname *cnp)
{

	return cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.';
}

/* A name that is not there: in /dev a driver may have the device. */
static struct rumpfs_dent *
lookup_device(struct vnode *dvp, struct componentname *cnp)
{
	struct rumpfs_node *dir = VPTORN(dvp), *rn;
	struct rumpfs_dent *rd;

	if (!dir->rn_isdev)
		return NULL;
	rn = rumpfs_dev_make(dir, cnp->cn_nameptr, cnp->cn_namelen);
	if (rn == NULL)
		return NULL;
	/* The lookup may hold a shared lock only. */
	VOP_UNLOCK(dvp);
	vn_lock(dvp, LK_EXCLUSIVE | LK_RETRY);
	rd = dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd != NULL)
		rumpfs_node_free(rn);
	else {
		dir_enter(dir, rn, cnp->cn_nameptr, cnp->cn_namelen);
		rd = LIST_FIRST(&dir->rn_dir);
	}
	return rd;
}

/* A name that is not there. */
static int
lookup_missing(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if ((cnp->cn_flags & ISLASTCN) == 0 || cnp->cn_nameiop != CREATE) {
		if ((cnp->cn_flags & MAKEENTRY) != 0 &&
		    cnp->cn_nameiop != CREATE)
			cache_enter(dvp, NULL, cnp->cn_nameptr,
			    cnp->cn_namelen, cnp->cn_flags);
		return ENOENT;
	}
	if (dvp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;
	if ((error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred)) != 0)
		return error;
	return EJUSTRETURN;
}

/* Names of the host go before names of the directory. */
static int
lookup_etfs(struct vnode *dvp, struct componentname *cnp, bool *donep,
    struct vnode **vpp)
{
	struct rumpfs_node *rn = VPTORN(dvp);

	*donep = false;
	if (rn->rn_hostpath != NULL) {
		*donep = true;
		return rumpfs_etfs_dirlookup(dvp, cnp, vpp);
	}
	if ((dvp->v_vflag & VV_ROOT) == 0 ||
	    (cnp->cn_nameiop != LOOKUP && cnp->cn_nameiop != CREATE))
		return 0;
	return rumpfs_etfs_lookup(dvp->v_mount, cnp, donep, vpp);
}

int
rumpfs_lookup(void *v)
{
	struct vop_lookup_args *ap = v;
	struct vnode *dvp = ap->a_dvp, **vpp = ap->a_vpp;
	struct componentname *cnp = ap->a_cnp;
	struct rumpfs_node *rn = VPTORN(dvp);
	bool last = (cnp->cn_flags & ISLASTCN) != 0, done;
	struct rumpfs_dent *rd;
	int error;

	KASSERT(VOP_ISLOCKED(dvp));
	*vpp = NULL;
	if ((error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred)) != 0)
		return error;
	if (last && cnp->cn_nameiop == DELETE &&
	    (dvp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	error = lookup_etfs(dvp, cnp, &done, vpp);
	if (error != 0 || done)
		return error;
	if (last && cnp->cn_nameiop == RENAME)
		return EOPNOTSUPP;
	if (cn_isdot(cnp)) {
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	/* A locked directory with a name keeps its parent's node alive. */
	if (cnp->cn_flags & ISDOTDOT)
		return rn->rn_linked || (dvp->v_vflag & VV_ROOT) != 0 ?
		    rumpfs_getvp(dvp->v_mount, rn->rn_parent, vpp) : ENOENT;
	rd = dir_find(rn, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd == NULL)
		rd = lookup_device(dvp, cnp);
	if (rd == NULL)
		return lookup_missing(dvp, cnp);
	if (last && cnp->cn_nameiop == DELETE &&
	    (error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred)) != 0)
		return error;
	error = rumpfs_getvp(dvp->v_mount, rd->rd_node, vpp);
	if (error == 0 && ((dvp->v_vflag & VV_ROOT) == 0 ||
	    !rumpfs_etfs_hidden(cnp->cn_nameptr, cnp->cn_namelen)))
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

/* A new file in dvp. */
static int
dir_make(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    struct vattr *vap, struct rumpfs_node *rn)
{
	int error;

	rn->rn_va.va_mode = vap->va_mode & ALLPERMS;
	dir_enter(VPTORN(dvp), rn, cnp->cn_nameptr, cnp->cn_namelen);
	cache_purge1(dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
	error = rumpfs_getvp(dvp->v_mount, rn, vpp);
	if (error == 0 && ((dvp->v_vflag & VV_ROOT) == 0 ||
	    !rumpfs_etfs_hidden(cnp->cn_nameptr, cnp->cn_namelen)))
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

/* Directories of the host cannot get files; memory may be short. */
static int
dir_maymake(struct vnode *dvp)
{

	return VPTORN(dvp)->rn_hostpath != NULL ? EOPNOTSUPP : kmem_room();
}

int
rumpfs_create(void *v)
{
	struct vop_create_args *ap = v;
	enum vtype type = ap->a_vap->va_type;
	int error;

	if ((error = dir_maymake(ap->a_dvp)) != 0)
		return error;
	return dir_make(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    rumpfs_node_alloc(type == VSOCK ? VSOCK : VREG,
	    VPTORN(ap->a_dvp)));
}

int
rumpfs_mknod(void *v)
{
	struct vop_mknod_args *ap = v;
	struct rumpfs_node *rn;
	int error;

	if ((error = dir_maymake(ap->a_dvp)) != 0)
		return error;
	rn = rumpfs_node_alloc(ap->a_vap->va_type, VPTORN(ap->a_dvp));
	rn->rn_va.va_rdev = ap->a_vap->va_rdev;
	return dir_make(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, rn);
}

int
rumpfs_mkdir(void *v)
{
	struct vop_mkdir_args *ap = v;
	int error;

	if ((error = dir_maymake(ap->a_dvp)) != 0)
		return error;
	return dir_make(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    rumpfs_node_alloc(VDIR, VPTORN(ap->a_dvp)));
}

int
rumpfs_symlink(void *v)
{
	struct vop_symlink_args *ap = v;
	struct rumpfs_node *rn;
	size_t len = strlen(ap->a_target);
	int error;

	if ((error = dir_maymake(ap->a_dvp)) != 0)
		return error;
	rn = rumpfs_node_alloc(VLNK, VPTORN(ap->a_dvp));
	rn->rn_link = kmem_alloc(len + 1, KM_SLEEP);
	memcpy(rn->rn_link, ap->a_target, len + 1);
	rn->rn_va.va_size = len;
	return dir_make(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, rn);
}

/*
 * Take the name out.  The caller releases the file first: a last reference
 * takes the lock, and a parent is locked before its child.
 */
static void
dir_unmake(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct rumpfs_dent *rd;

	rd = dir_find(VPTORN(dvp), cnp->cn_nameptr, cnp->cn_namelen);
	if (rd != NULL && rd->rd_node == VPTORN(vp)) {
		dir_remove(rd);
		cache_purge(vp);
	}
}

int
rumpfs_remove(void *v)
{
	struct vop_remove_args *ap = v;
	int error = 0;

	if (VPTORN(ap->a_vp)->rn_hostpath != NULL)
		error = EBUSY;
	else
		dir_unmake(ap->a_dvp, ap->a_vp, ap->a_cnp);
	vput(ap->a_vp);
	vput(ap->a_dvp);
	return error;
}

int
rumpfs_rmdir(void *v)
{
	struct vop_rmdir_args *ap = v;
	struct rumpfs_node *rn = VPTORN(ap->a_vp);
	int error = 0;

	if (rn->rn_hostpath != NULL)
		error = EBUSY;
	else if (!LIST_EMPTY(&rn->rn_dir))
		error = ENOTEMPTY;
	else
		dir_unmake(ap->a_dvp, ap->a_vp, ap->a_cnp);
	vput(ap->a_vp);
	vput(ap->a_dvp);
	return error;
}

/* The offset is the number of the entry. */
int
rumpfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct rumpfs_node *rn = VPTORN(ap->a_vp);
	struct uio *uio = ap->a_uio;
	struct rumpfs_dent *rd;
	struct dirent *de;
	off_t i = 0, start = uio->uio_offset;
	int error = 0;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (ap->a_ncookies != NULL)
		return EOPNOTSUPP;
	*ap->a_eofflag = 0;
	de = kmem_zalloc(sizeof(*de), KM_SLEEP);
	LIST_FOREACH(rd, &rn->rn_dir, rd_entries) {
		if (i++ < start)
			continue;
		de->d_fileno = rd->rd_node->rn_va.va_fileid;
		de->d_namlen = (uint16_t)rd->rd_namelen;
		de->d_type = vtype2dt(rd->rd_node->rn_va.va_type);
		memset(de->d_name, 0, sizeof(de->d_name));
		memcpy(de->d_name, rd->rd_name, rd->rd_namelen);
		de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
		if (uio->uio_resid < de->d_reclen) {
			/* As the model does: the last one comes again. */
			i -= i - 1 - start > 1 ? 2 : 1;
			break;
		}
		if ((error = uiomove(de, de->d_reclen, uio)) != 0)
			break;
	}
	if (rd == NULL)
		*ap->a_eofflag = 1;
	uio->uio_offset = i;
	kmem_free(de, sizeof(*de));
	return error;
}
