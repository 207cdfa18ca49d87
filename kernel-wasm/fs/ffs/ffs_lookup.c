/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_lookup.c - names to vnodes, and directories for readers.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads the directory.
 * Errors	ENOENT no such name; EJUSTRETURN it may be made; EROFS names
 *		to be changed; EINVAL a buffer that holds no chunk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"

/*
 * The name is not there: EJUSTRETURN where it may be made, else ENOENT.
 */
static int
lookup_missing(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if ((cnp->cn_flags & ISLASTCN) != 0 &&
	    (cnp->cn_nameiop == CREATE || cnp->cn_nameiop == RENAME)) {
		if (ffs_isrdonly(VTOI(dvp)->i_ump))
			return EROFS;
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		return error != 0 ? error : EJUSTRETURN;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return ENOENT;
}

/*
 * May the name be taken away?
 */
static int
lookup_permitted(struct vnode *dvp, struct vnode *vp,
    const struct componentname *cnp)
{
	const struct inode *dp = VTOI(dvp);
	int error;

	if ((cnp->cn_flags & ISLASTCN) == 0 ||
	    (cnp->cn_nameiop != DELETE && cnp->cn_nameiop != RENAME))
		return 0;
	error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
	if (error != 0 || (dp->i_mode & S_ISTXT) == 0)
		return error;
	return kauth_authorize_vnode(cnp->cn_cred, KAUTH_VNODE_DELETE, vp,
	    dvp, genfs_can_sticky(cnp->cn_cred, dp->i_din.di_uid,
	    VTOI(vp)->i_din.di_uid));
}

static int
lookup_name(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	uint64_t off;
	ino_t ino;
	int error;

	if (cnp->cn_namelen > FFS_MAXNAMLEN)
		return ENAMETOOLONG;
	error = ffs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &off,
	    &ino);
	if (error == 0 && ino == UFS_WINO) {
		cnp->cn_flags |= ISWHITEOUT;
		error = ENOENT;
	}
	if (error == ENOENT)
		return lookup_missing(dvp, cnp);
	if (error == 0)
		error = vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
	if (error != 0)
		return error;
	error = lookup_permitted(dvp, *vpp, cnp);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
		return error;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return 0;
}

int
ffs_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	bool last = (cnp->cn_flags & ISLASTCN) != 0;
	int error, iswhiteout;

	KASSERT(VOP_ISLOCKED(dvp));
	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (VTOI(dvp)->i_nlink == 0)
		return ENOENT;		/* the directory was removed */
	if (last && ffs_isrdonly(VTOI(dvp)->i_ump) &&
	    (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, &iswhiteout, ap->a_vpp)) {
		if (iswhiteout)
			cnp->cn_flags |= ISWHITEOUT;
		if (*ap->a_vpp == NULL)
			return ENOENT;
		error = lookup_permitted(dvp, *ap->a_vpp, cnp);
		if (error != 0) {
			vrele(*ap->a_vpp);
			*ap->a_vpp = NULL;
		}
		return error;
	}
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		if (last && cnp->cn_nameiop == RENAME)
			return EISDIR;
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	return lookup_name(dvp, ap->a_vpp, cnp);
}

/*
 * Hand one entry to the user; EFBIG when there is no room for it.
 */
static int
dir_putent(const struct ufs_direntry *ent, struct dirent *de,
    struct uio *uio)
{
	memset(de, 0, _DIRENT_NAMEOFF(de));
	de->d_fileno = ent->d_ino;
	de->d_type = ent->d_type;
	de->d_namlen = ent->d_namlen;
	memcpy(de->d_name, ent->d_name, ent->d_namlen);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	memset(de->d_name + ent->d_namlen, 0,
	    de->d_reclen - _DIRENT_NAMEOFF(de) - ent->d_namlen);
	if (uio->uio_resid < de->d_reclen)
		return EFBIG;
	return uiomove(de, de->d_reclen, uio);
}

struct dircookies {
	off_t	*c_array;
	int	c_count, c_max;
};

/*
 * Entries from dp on, before `end`, until no more fits; ENOENT the end, EFBIG
 * full.  Unused slots are shown, with file number 0.
 */
static int
dir_fill(struct dirpos *dp, uint64_t end, struct uio *uio,
    struct dircookies *c)
{
	struct dirent *de = kmem_alloc(sizeof(*de), KM_SLEEP);
	const size_t had = uio->uio_resid;
	off_t here = uio->uio_offset;
	int error = 0;

	while (error == 0) {
		/* Something is given, however much damage is in front of it. */
		if (dp->dp_off >= end && uio->uio_resid != had &&
		    dp->dp_off < VTOI(dp->dp_vp)->i_size)
			error = EFBIG;
		else
			error = ffs_dir_next(dp);
		if (error != 0)
			break;
		error = dir_putent(&dp->dp_ent, de, uio);
		if (error != 0)
			break;
		here = (off_t)dp->dp_off;
		if (c->c_array != NULL && c->c_count < c->c_max)
			c->c_array[c->c_count++] = here;
	}
	/* The cookie is the place in the directory, not bytes moved. */
	uio->uio_offset = here;
	kmem_free(de, sizeof(*de));
	return error;
}

static int
readdir_checked(struct vop_readdir_args *ap, uint64_t end)
{
	struct uio *uio = ap->a_uio;
	struct dirpos dp = { .dp_vp = ap->a_vp };
	struct dircookies c = { NULL, 0, 0 };
	size_t had = uio->uio_resid;
	int error;

	if (ap->a_ncookies != NULL) {
		c.c_max = had > MAXPHYS ? MAXPHYS / 16 : (int)(had / 16) + 1;
		c.c_array = malloc((size_t)c.c_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	dp.dp_off = (uint64_t)uio->uio_offset;
	error = dir_fill(&dp, end, uio, &c);
	ffs_dir_end(&dp);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == ENOENT;
	if (error == EFBIG)
		error = uio->uio_resid == had ? EINVAL : 0;
	if (error == ENOENT)
		error = 0;
	if (c.c_array != NULL && error != 0)
		free(c.c_array, M_TEMP);
	else if (c.c_array != NULL) {
		*ap->a_cookies = c.c_array;
		*ap->a_ncookies = c.c_count;
	}
	return error;
}

/*
 * As much of the directory as the buffer has bytes, in whole chunks.
 */
int
ffs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct uio *uio = ap->a_uio;
	uint64_t end;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	end = ((uint64_t)uio->uio_offset + uio->uio_resid) &
	    ~(uint64_t)(UFS_DIRBLKSIZ - 1);
	if (end <= (uint64_t)uio->uio_offset)
		return EINVAL;
	error = readdir_checked(ap, end);
	if ((vp->v_mount->mnt_flag & (MNT_NOATIME | MNT_RDONLY)) == 0)
		ffs_setflag(VTOI(vp), IN_ACCESS);
	return error;
}
