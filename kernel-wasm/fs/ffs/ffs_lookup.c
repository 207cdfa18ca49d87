/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_lookup.c - directories: walking, lookup, readdir.
 *
 * A chunk of 512 bytes whose entries do not hold together is skipped from
 * the bad entry on: the rest of the directory stays readable.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads the directory.
 * Errors	ENOENT the end, or no such name; EROFS names to be changed.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/namei.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "ffs.h"

/* A place in a directory. */
struct dirpos {
	struct vnode	*dp_vp;
	uint64_t	dp_off;		/* next entry */
	struct buf	*dp_bp;		/* block, or NULL */
	daddr_t		dp_lbn;		/* of dp_bp */
	struct ufs_direntry dp_ent;	/* valid until the next step */
};

static void
dir_end(struct dirpos *dp)
{
	if (dp->dp_bp != NULL)
		brelse(dp->dp_bp, 0);
	dp->dp_bp = NULL;
}

/*
 * The block under dp_off; *atp, *leftp: the rest of its chunk.
 */
static int
dir_chunk(struct dirpos *dp, const uint8_t **atp, size_t *leftp)
{
	struct inode *ip = VTOI(dp->dp_vp);
	struct fs *fs = ITOFS(ip);
	daddr_t lbn = ffs_lblkno(fs, dp->dp_off);
	uint32_t off = ffs_blkoff(fs, dp->dp_off);
	int error;

	if (dp->dp_bp == NULL || dp->dp_lbn != lbn) {
		dir_end(dp);
		error = bread(dp->dp_vp, lbn, ffs_blksize(fs, ip->i_size,
		    lbn), 0, &dp->dp_bp);
		if (error != 0)
			return error;
		dp->dp_lbn = lbn;
	}
	if ((int)off >= dp->dp_bp->b_bcount - dp->dp_bp->b_resid)
		return EIO;
	*atp = (const uint8_t *)dp->dp_bp->b_data + off;
	*leftp = UFS_DIRBLKSIZ - (size_t)(off & (UFS_DIRBLKSIZ - 1));
	if (*leftp > ip->i_size - dp->dp_off)
		*leftp = (size_t)(ip->i_size - dp->dp_off);
	return 0;
}

/*
 * The next entry in use.
 */
static int
dir_next(struct dirpos *dp)
{
	struct inode *ip = VTOI(dp->dp_vp);
	const uint8_t *at;
	size_t left;
	int error;

	while (dp->dp_off < ip->i_size) {
		error = dir_chunk(dp, &at, &left);
		if (error != 0)
			return error;
		if (ufs_direntry_decode(ITOFS(ip), at, left,
		    &dp->dp_ent) != 0) {
			dp->dp_off += left;
			continue;
		}
		dp->dp_off += dp->dp_ent.d_reclen;
		if (dp->dp_ent.d_ino != 0 && dp->dp_ent.d_type != DT_WHT &&
		    dp->dp_ent.d_ino != UFS_WINO)
			return 0;
	}
	return ENOENT;
}

static int
dir_find(struct vnode *dvp, const char *name, size_t len, ino_t *inop)
{
	struct dirpos dp = { .dp_vp = dvp };
	int error;

	while ((error = dir_next(&dp)) == 0) {
		if (dp.dp_ent.d_namlen == len &&
		    memcmp(dp.dp_ent.d_name, name, len) == 0) {
			*inop = dp.dp_ent.d_ino;
			break;
		}
	}
	dir_end(&dp);
	return error;
}

int
ffs_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	bool last = (cnp->cn_flags & ISLASTCN) != 0;
	bool rdonly = (dvp->v_mount->mnt_flag & MNT_RDONLY) != 0;
	bool making = last && cnp->cn_nameiop == CREATE;
	ino_t ino;
	int error;

	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (last && rdonly && (cnp->cn_nameiop == DELETE ||
	    cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, NULL, ap->a_vpp)) {
		if (*ap->a_vpp != NULL)
			return 0;
		return making && rdonly ? EROFS : ENOENT;
	}
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	if (cnp->cn_namelen > FFS_MAXNAMLEN)
		return ENAMETOOLONG;
	error = dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &ino);
	if (error == ENOENT && making && rdonly)
		return EROFS;
	if (error == 0)
		error = vcache_get(dvp->v_mount, &ino, sizeof(ino),
		    ap->a_vpp);
	if (error == 0 || error == ENOENT)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr,
		    cnp->cn_namelen, cnp->cn_flags);
	return error;
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
 * Entries from dp on until no more fits; ENOENT the end, EFBIG full.
 */
static int
dir_fill(struct dirpos *dp, struct uio *uio, struct dircookies *c)
{
	struct dirent *de = kmem_alloc(sizeof(*de), KM_SLEEP);
	off_t here = uio->uio_offset;
	int error;

	while ((error = dir_next(dp)) == 0) {
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

int
ffs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct uio *uio = ap->a_uio;
	struct dirpos dp = { .dp_vp = ap->a_vp };
	struct dircookies c = { NULL, 0, 0 };
	size_t had = uio->uio_resid;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (ap->a_ncookies != NULL) {
		c.c_max = had > MAXPHYS ? MAXPHYS / 16 : (int)(had / 16) + 1;
		c.c_array = malloc((size_t)c.c_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	dp.dp_off = (uint64_t)uio->uio_offset;
	error = dir_fill(&dp, uio, &c);
	dir_end(&dp);
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
