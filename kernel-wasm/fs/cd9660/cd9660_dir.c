/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_dir.c - directories: walking, lookup, readdir.
 *
 * Interface
 *	cd9660_dirstart(); while cd9660_dirnext() == 0 look at dp_*;
 *	cd9660_dirend().  dirnext gives every name a user may see, "." and
 *	".." included, once; ENOENT is the end.
 *	The cookie of a record is the byte behind it.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads the directory.
 * Errors	EINVAL a record that crosses its sector or does not hold
 *		together; EROFS for names that would have to be made.
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

#include "cd9660.h"

/*
 * Number of a directory whose extent begins at a block.
 */
ino_t
cd9660_dirino(const struct iso_mnt *imp, uint32_t block, uint8_t xalen)
{
	return ((ino_t)block + xalen) << imp->im_bshift;
}

void
cd9660_dirstart(struct iso_dirpos *dp, struct vnode *vp, uint64_t off)
{
	dp->dp_vp = vp;
	dp->dp_off = off;
	dp->dp_bp = NULL;
	dp->dp_bpoff = 0;
}

void
cd9660_dirend(struct iso_dirpos *dp)
{
	if (dp->dp_bp != NULL)
		brelse(dp->dp_bp, 0);
	dp->dp_bp = NULL;
}

/*
 * Bytes of the directory's sector at off.
 */
static int
cd9660_dirsector(struct iso_dirpos *dp)
{
	uint64_t base = dp->dp_off & ~(uint64_t)(ISO_SECSIZE - 1);
	int error;

	if (dp->dp_bp != NULL && dp->dp_bpoff == base)
		return 0;
	cd9660_dirend(dp);
	dp->dp_bpoff = base;
	error = bread(dp->dp_vp, (daddr_t)(base >> ISO_SECSHIFT), ISO_SECSIZE,
	    0, &dp->dp_bp);
	if (error == 0 && dp->dp_bp->b_resid != 0) {
		brelse(dp->dp_bp, BC_INVAL);
		dp->dp_bp = NULL;
		error = EIO;
	}
	return error;
}

/*
 * The record at or behind dp_off, whatever it is.
 */
static int
cd9660_dirrecord(struct iso_dirpos *dp)
{
	struct iso_node *dip = VTOI(dp->dp_vp);
	size_t at, left;
	const uint8_t *p;
	int error;

	for (;;) {
		if (dp->dp_off >= dip->i_size)
			return ENOENT;
		error = cd9660_dirsector(dp);
		if (error != 0)
			return error;
		at = (size_t)(dp->dp_off - dp->dp_bpoff);
		p = (const uint8_t *)dp->dp_bp->b_data + at;
		left = ISO_SECSIZE - at;
		if (left > dip->i_size - dp->dp_off)
			left = (size_t)(dip->i_size - dp->dp_off);
		if (*p != 0)
			break;
		/* The rest of the sector is empty. */
		dp->dp_off = dp->dp_bpoff + ISO_SECSIZE;
	}
	error = iso_record_parse(p, left, &dp->dp_rec);
	if (error != 0)
		return error;
	dp->dp_recoff = dp->dp_off;
	dp->dp_off += dp->dp_rec.r_len;
	return 0;
}

/*
 * Skip the further extents of the file just found.
 */
static int
cd9660_dirskipmore(struct iso_dirpos *dp)
{
	uint64_t recoff = dp->dp_recoff;
	int error = 0;

	while (error == 0 && (dp->dp_rec.r_flags & DRF_MORE) != 0)
		error = cd9660_dirrecord(dp);
	dp->dp_recoff = recoff;
	return error == ENOENT ? 0 : error;
}

static void
cd9660_dirsetname(struct iso_dirpos *dp, const char *name, size_t len)
{
	memcpy(dp->dp_name, name, len);
	dp->dp_namelen = len;
}

/*
 * Make a name safe: what comes off a disc may hold anything.
 */
static bool
cd9660_dirclean(struct iso_dirpos *dp)
{
	size_t i;

	for (i = 0; i < dp->dp_namelen; i++) {
		if (dp->dp_name[i] == '/' || dp->dp_name[i] == '\0')
			dp->dp_name[i] = '_';
	}
	if (dp->dp_namelen == 0 || (dp->dp_namelen == 1 &&
	    dp->dp_name[0] == '.'))
		return false;
	return dp->dp_namelen != 2 || dp->dp_name[0] != '.' ||
	    dp->dp_name[1] != '.';
}

/*
 * Where the entry leads, from the record alone.
 */
static void
cd9660_dirplain(struct iso_dirpos *dp)
{
	struct iso_node *dip = VTOI(dp->dp_vp);
	const struct iso_record *r = &dp->dp_rec;

	if ((r->r_flags & DRF_DIR) != 0) {
		dp->dp_type = DT_DIR;
		dp->dp_ino = cd9660_dirino(dip->i_mnt, r->r_extent,
		    r->r_xalen);
	} else {
		dp->dp_type = DT_REG;
		dp->dp_ino = dip->i_extents[0].e_start + dp->dp_recoff;
	}
	if (iso_record_isdot(r)) {
		cd9660_dirsetname(dp, ".", 1);
		dp->dp_ino = dip->i_number;
		dp->dp_type = DT_DIR;
	} else if (iso_record_isdotdot(r)) {
		cd9660_dirsetname(dp, "..", 2);
		dp->dp_type = DT_DIR;
		if (dip->i_number == dip->i_mnt->im_rootino)
			dp->dp_ino = dip->i_number;
	} else
		dp->dp_namelen = iso_name_convert(&dip->i_mnt->im_names, r,
		    dp->dp_name);
}

/*
 * What Rock Ridge changes; false hides the entry.
 */
static bool
cd9660_dirrrip(struct iso_dirpos *dp)
{
	struct iso_mnt *imp = VTOI(dp->dp_vp)->i_mnt;
	const struct iso_rr *rr = &dp->dp_rr;
	bool dot = iso_record_isdot(&dp->dp_rec);
	bool dotdot = iso_record_isdotdot(&dp->dp_rec);

	if (dotdot && (rr->rr_have & RRH_PL) != 0)
		dp->dp_ino = cd9660_dirino(imp, rr->rr_pl, 0);
	if (dot || dotdot)
		return true;
	if ((rr->rr_have & RRH_RE) != 0)
		return false;
	if ((rr->rr_have & RRH_NM) != 0)
		dp->dp_namelen = rr->rr_namelen;
	if ((rr->rr_have & RRH_CL) != 0) {
		dp->dp_type = DT_DIR;
		dp->dp_ino = cd9660_dirino(imp, rr->rr_cl, 0);
	} else if ((rr->rr_have & RRH_PX) != 0 && dp->dp_type == DT_REG)
		dp->dp_type = (uint8_t)IFTODT(rr->rr_mode);
	return true;
}

/*
 * One record looked at; *showp: it is an entry to be seen.
 */
static int
cd9660_direntry(struct iso_dirpos *dp, bool *showp)
{
	struct iso_mnt *imp = VTOI(dp->dp_vp)->i_mnt;
	int error;

	*showp = false;
	cd9660_dirplain(dp);
	if ((dp->dp_rec.r_flags & DRF_ASSOC) != 0 && !imp->im_names.nc_gens)
		return cd9660_dirskipmore(dp);
	*showp = true;
	if (imp->im_rrip) {
		char rrname[ISO_MAXNAMLEN + 1];

		dp->dp_rr.rr_name = rrname;
		dp->dp_rr.rr_link = NULL;
		error = iso_rr_parse(&imp->im_susp, &dp->dp_rec, &dp->dp_rr);
		if (error != 0)
			return error;
		*showp = cd9660_dirrrip(dp);
		if (*showp && (dp->dp_rr.rr_have & RRH_NM) != 0 &&
		    !iso_record_isdot(&dp->dp_rec) &&
		    !iso_record_isdotdot(&dp->dp_rec))
			memcpy(dp->dp_name, rrname, dp->dp_namelen);
	}
	if (*showp && !iso_record_isdot(&dp->dp_rec) &&
	    !iso_record_isdotdot(&dp->dp_rec))
		*showp = cd9660_dirclean(dp);
	return cd9660_dirskipmore(dp);
}

int
cd9660_dirnext(struct iso_dirpos *dp)
{
	bool show;
	int error;

	do {
		error = cd9660_dirrecord(dp);
		if (error == 0)
			error = cd9660_direntry(dp, &show);
	} while (error == 0 && !show);
	return error;
}

/*
 * The number a name leads to.
 */
static int
cd9660_dirfind(struct vnode *dvp, const struct componentname *cnp,
    ino_t *inop)
{
	const struct iso_nameconf *nc = &VTOI(dvp)->i_mnt->im_names;
	const char *want = cnp->cn_nameptr;
	size_t wantlen = cnp->cn_namelen;
	bool dotdot = (cnp->cn_flags & ISDOTDOT) != 0;
	struct iso_dirpos *dp;
	bool hit = false;
	int error;

	dp = kmem_alloc(sizeof(*dp), KM_SLEEP);
	cd9660_dirstart(dp, dvp, 0);
	while (!hit && (error = cd9660_dirnext(dp)) == 0) {
		bool special = iso_record_isdot(&dp->dp_rec) ||
		    iso_record_isdotdot(&dp->dp_rec);

		if (special)
			hit = dotdot && iso_record_isdotdot(&dp->dp_rec);
		else
			hit = !dotdot && iso_name_equal(nc, dp->dp_name,
			    dp->dp_namelen, want, wantlen);
	}
	if (hit)
		*inop = dp->dp_ino;
	cd9660_dirend(dp);
	kmem_free(dp, sizeof(*dp));
	return hit ? 0 : error;
}

int
cd9660_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	struct componentname *cnp = ap->a_cnp;
	bool last = (cnp->cn_flags & ISLASTCN) != 0;
	ino_t ino;
	int error;

	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (last && (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, NULL, ap->a_vpp)) {
		if (*ap->a_vpp != NULL)
			return 0;
		return last && cnp->cn_nameiop == CREATE ? EROFS : ENOENT;
	}
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	error = cd9660_dirfind(dvp, cnp, &ino);
	if (error == 0)
		error = vcache_get(dvp->v_mount, &ino, sizeof(ino),
		    ap->a_vpp);
	else if (error == ENOENT && last && cnp->cn_nameiop == CREATE)
		return EROFS;
	if (error == 0 || error == ENOENT)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr,
		    cnp->cn_namelen, cnp->cn_flags);
	return error;
}

/*
 * Hand one entry to the user; EFBIG when there is no room for it.
 */
static int
cd9660_putdirent(const struct iso_dirpos *dp, struct dirent *de,
    struct uio *uio)
{
	memset(de, 0, _DIRENT_NAMEOFF(de));
	de->d_fileno = dp->dp_ino;
	de->d_type = dp->dp_type;
	de->d_namlen = (uint16_t)dp->dp_namelen;
	memcpy(de->d_name, dp->dp_name, dp->dp_namelen);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	memset(de->d_name + dp->dp_namelen, 0,
	    de->d_reclen - _DIRENT_NAMEOFF(de) - dp->dp_namelen);
	if (uio->uio_resid < de->d_reclen)
		return EFBIG;
	return uiomove(de, de->d_reclen, uio);
}

/*
 * Cookies for NFS: one per entry given.  There are at most resid divided by
 * the smallest entry.
 */
struct cookies {
	off_t	*c_array;
	int	c_count, c_max;
};

int
cd9660_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct uio *uio = ap->a_uio;
	struct cookies c = { NULL, 0, 0 };
	struct iso_dirpos *dp;
	struct dirent *de;
	size_t had = uio->uio_resid;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	dp = kmem_alloc(sizeof(*dp), KM_SLEEP);
	de = kmem_alloc(sizeof(*de), KM_SLEEP);
	if (ap->a_ncookies != NULL) {
		c.c_max = had > MAXPHYS ? MAXPHYS / 16 : (int)(had / 16) + 1;
		c.c_array = malloc((size_t)c.c_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	cd9660_dirstart(dp, ap->a_vp, (uint64_t)uio->uio_offset);
	while ((error = cd9660_dirnext(dp)) == 0) {
		off_t here = uio->uio_offset;

		error = cd9660_putdirent(dp, de, uio);
		uio->uio_offset = here;
		if (error != 0)
			break;
		uio->uio_offset = (off_t)dp->dp_off;
		if (c.c_array != NULL && c.c_count < c.c_max)
			c.c_array[c.c_count++] = (off_t)dp->dp_off;
	}
	cd9660_dirend(dp);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == ENOENT;
	if (error == EFBIG)
		error = uio->uio_resid == had ? EINVAL : 0;
	if (error == ENOENT)
		error = 0;
	kmem_free(de, sizeof(*de));
	kmem_free(dp, sizeof(*dp));
	if (c.c_array != NULL && error != 0)
		free(c.c_array, M_TEMP);
	else if (c.c_array != NULL) {
		*ap->a_cookies = c.c_array;
		*ap->a_ncookies = c.c_count;
	}
	return error;
}
