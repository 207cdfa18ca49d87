/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_readdir.c - VOP_READDIR.
 *
 * An offset is that of the slot behind an entry.  The root has no "." and
 * "..": two slots before its first one stand for them.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads.
 * Errors	EINVAL an offset between slots, no room for a slot or for an
 *		entry; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "msdosfs.h"

#define	ROOT_BIAS	(2 * DE_SIZE)

struct listing {
	struct uio	*l_uio;
	struct dirent	*l_de;
	off_t		*l_cookies;
	int		l_count, l_max;
	off_t		l_here;		/* behind what was handed out */
};

/* Hand out l_de with its name; EFBIG when there is no room for it. */
static int
list_put(struct listing *l, ino_t fileno, uint8_t type, size_t namlen,
    off_t next)
{
	struct dirent *de = l->l_de;
	int error;

	de->d_fileno = fileno;
	de->d_type = type;
	de->d_namlen = (uint16_t)namlen;
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	memset(de->d_name + namlen, 0, de->d_reclen -
	    _DIRENT_NAMEOFF(de) - namlen);
	if (l->l_uio->uio_resid < de->d_reclen)
		return EFBIG;
	error = uiomove(de, de->d_reclen, l->l_uio);
	if (error != 0)
		return error;
	l->l_here = next;
	if (l->l_cookies != NULL && l->l_count < l->l_max)
		l->l_cookies[l->l_count++] = next;
	return 0;
}

static int
list_rootdots(struct listing *l, struct denode *dp)
{
	int error = 0;

	while (error == 0 && l->l_here < ROOT_BIAS) {
		size_t n = l->l_here < DE_SIZE ? 1 : 2;

		memcpy(l->l_de->d_name, "..", n);
		error = list_put(l, dp->de_fileid, DT_DIR, n,
		    (off_t)n * DE_SIZE);
	}
	return error;
}

/* The name to show; one that cannot be said is shown by its 8.3 name. */
static size_t
list_name(const struct dosdir *dd, char *out)
{
	const struct msdosfsmount *pmp = dd->dd_dp->de_pmp;
	uint16_t dos[DE_NAMELEN + 1];
	unsigned n, i;
	size_t len;

	if (dd->dd_ent.e_name[0] == '.') {
		len = dd->dd_ent.e_name[1] == '.' ? 2 : 1;
		memcpy(out, "..", len);
		return len;
	}
	len = msdosfs_win2unix(pmp, dd->dd_win, dd->dd_wincount, out,
	    WIN_MAXLEN);
	if (len != 0)
		return len;
	n = msdosfs_dos2win(&dd->dd_ent, dos);
	for (i = 0; i < n; i++) {
		if (dos[i] < 0x20 || dos[i] == '/' ||
		    (dos[i] > 0xff && (pmp->pm_flags & MSDOSFSMNT_UTF8) == 0))
			dos[i] = '?';
	}
	return msdosfs_win2unix(pmp, dos, n, out, WIN_MAXLEN);
}

static ino_t
list_fileno(const struct dosdir *dd)
{
	const struct msdosfsmount *pmp = dd->dd_dp->de_pmp;

	if ((dd->dd_ent.e_attr & ATTR_DIRECTORY) != 0)
		return msdosfs_dirfileid(pmp, dd->dd_ent.e_clust);
	return dd->dd_addr + (dd->dd_slot - dd->dd_base);
}

static int
list_entries(struct listing *l, struct denode *dp, off_t bias)
{
	struct dosdir *dd = kmem_alloc(sizeof(*dd), KM_SLEEP);
	int error = 0;
	size_t n;

	if (l->l_here - bias > UINT32_MAX)
		error = ENOENT;
	msdosfs_dir_begin(dd, dp, (uint32_t)(l->l_here - bias));
	while (error == 0 && (error = msdosfs_dir_next(dd)) == 0) {
		n = list_name(dd, l->l_de->d_name);
		if (n != 0)
			error = list_put(l, list_fileno(dd),
			    (dd->dd_ent.e_attr & ATTR_DIRECTORY) != 0 ?
			    DT_DIR : DT_REG, n, bias + dd->dd_off);
	}
	msdosfs_dir_end(dd);
	kmem_free(dd, sizeof(*dd));
	return error;
}

int
msdosfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct denode *dp = VTODE(ap->a_vp);
	struct listing l = { .l_uio = ap->a_uio,
	    .l_here = ap->a_uio->uio_offset };
	off_t bias = dp->de_key.dk_dirclust == MSDOSFSROOT ? ROOT_BIAS : 0;
	size_t had = ap->a_uio->uio_resid;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (l.l_here < 0 || l.l_here % DE_SIZE != 0 || had < DE_SIZE)
		return EINVAL;
	l.l_de = kmem_alloc(sizeof(*l.l_de), KM_SLEEP);
	if (ap->a_ncookies != NULL) {
		l.l_max = had > MAXPHYS ? MAXPHYS / 16 : (int)(had / 16) + 1;
		l.l_cookies = malloc((size_t)l.l_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	error = bias != 0 ? list_rootdots(&l, dp) : 0;
	if (error == 0)
		error = list_entries(&l, dp, bias);
	kmem_free(l.l_de, sizeof(*l.l_de));
	ap->a_uio->uio_offset = l.l_here;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == ENOENT;
	if (error == EFBIG)
		error = ap->a_uio->uio_resid == had ? EINVAL : 0;
	if (error == ENOENT)
		error = 0;
	if (l.l_cookies != NULL && error != 0)
		free(l.l_cookies, M_TEMP);
	else if (l.l_cookies != NULL) {
		*ap->a_cookies = l.l_cookies;
		*ap->a_ncookies = l.l_count;
	}
	return error;
}
