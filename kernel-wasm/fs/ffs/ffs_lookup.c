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
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"

static bool
lookup_removed(struct vnode *dvp)
{
	return VTOI(dvp)->i_nlink == 0;
}

static int
lookup_find(struct vnode *dvp, struct componentname *cnp, struct vnode **vpp)
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
	return error != 0 ? error :
	    vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
}

static void
lookup_owner(struct vnode *vp, mode_t *modep, uid_t *uidp)
{
	const struct inode *ip = VTOI(vp);

	*modep = ip->i_mode;
	*uidp = ip->i_din.di_uid;
}

int
ffs_lookup(void *v)
{
	static const struct genfs_lookup ffs = {
		.gl_removed = lookup_removed,
		.gl_find = lookup_find,
		.gl_owner = lookup_owner,
	};

	return genfs_lookup(v, &ffs);
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
