/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernfs_vnops.c - operations of kernfs.
 *
 * Interface	vnodeops(9).  Nothing can be made, renamed or removed: EROFS
 *		from lookup, as on any read-only file system.  A write sets
 *		the value as a whole.
 * Locking	vnode locks only; a text is made anew for each read.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <miscfs/genfs/genfs.h>

#include "kernfs.h"

#define	KERNFS_WRITE_MAX	512

static bool
is_root_target(const struct kernfs_target *kt)
{

	return kt->kt_type == VDIR && kt != &kernfs_targets[KERNFS_ROOT];
}

static int
lookup_missing(const struct componentname *cnp)
{

	if ((cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP)
		return EROFS;
	return ENOENT;
}

static int
kernfs_lookup(void *v)
{
	struct vop_lookup_args *ap = v;
	struct componentname *cnp = ap->a_cnp;
	struct vnode *dvp = ap->a_dvp;
	unsigned i;

	KASSERT(VOP_ISLOCKED(dvp));
	*ap->a_vpp = NULL;
	if ((cnp->cn_flags & ISLASTCN) != 0 &&
	    (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	for (i = 1; i < kernfs_ntargets; i++)
		if (strlen(kernfs_targets[i].kt_name) == cnp->cn_namelen &&
		    memcmp(kernfs_targets[i].kt_name, cnp->cn_nameptr,
		    cnp->cn_namelen) == 0)
			break;
	if (i == kernfs_ntargets)
		return lookup_missing(cnp);
	if (is_root_target(&kernfs_targets[i])) {
		vref(rootvnode);
		*ap->a_vpp = rootvnode;
		return 0;
	}
	if (kernfs_targets[i].kt_type != VDIR &&
	    (cnp->cn_flags & ISLASTCN) == 0)
		return ENOTDIR;
	return vcache_get(dvp->v_mount, &i, sizeof(i), ap->a_vpp);
}

static int
kernfs_open(void *v)
{

	(void)v;
	return 0;
}

static int
kernfs_access(void *v)
{
	struct vop_access_args *ap = v;
	const struct kernfs_target *kt = VTOKERN(ap->a_vp)->kn_target;

	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_mode, ap->a_vp->v_type, kt->kt_mode),
	    ap->a_vp, NULL, genfs_can_access(ap->a_vp->v_type, kt->kt_mode, 0,
	    0, (mode_t)ap->a_mode, ap->a_cred));
}

/* The text of a file; *bufp is KERNFS_TEXT_MAX bytes that the caller frees. */
static size_t
target_text(const struct kernfs_target *kt, char **bufp)
{

	*bufp = kmem_alloc(KERNFS_TEXT_MAX, KM_SLEEP);
	return kt->kt_read(*bufp, KERNFS_TEXT_MAX);
}

static off_t
target_size(const struct kernfs_target *kt)
{
	char *buf;
	size_t len;

	if (kt->kt_read == NULL)
		return DEV_BSIZE;
	len = target_text(kt, &buf);
	kmem_free(buf, KERNFS_TEXT_MAX);
	return (off_t)len;
}

static int
kernfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct kernfs_node *kn = VTOKERN(vp);
	struct kernfs_mount *km = vp->v_mount->mnt_data;
	struct vattr *vap = ap->a_vap;

	vattr_null(vap);
	vap->va_type = kn->kn_target->kt_type;
	vap->va_mode = kn->kn_target->kt_mode;
	vap->va_nlink = vap->va_type == VDIR ? 2 : 1;
	vap->va_uid = 0;
	vap->va_gid = 0;
	vap->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = KERNFS_FILENO(kn->kn_index);
	vap->va_size = (u_quad_t)target_size(kn->kn_target);
	vap->va_blocksize = DEV_BSIZE;
	vap->va_atime = vap->va_mtime = km->km_time;
	vap->va_ctime = vap->va_birthtime = km->km_time;
	vap->va_gen = 0;
	vap->va_flags = 0;
	vap->va_bytes = vap->va_size;
	vap->va_filerev = 0;
	vap->va_vaflags = 0;
	return 0;
}

/* Truncation on open is accepted and does nothing; the rest is fixed. */
static int
kernfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vattr *vap = ap->a_vap;

	if (vap->va_size != (u_quad_t)VNOVAL &&
	    VTOKERN(ap->a_vp)->kn_target->kt_write != NULL)
		return 0;
	return EOPNOTSUPP;
}

static int
kernfs_read(void *v)
{
	struct vop_read_args *ap = v;
	const struct kernfs_target *kt = VTOKERN(ap->a_vp)->kn_target;
	struct uio *uio = ap->a_uio;
	char *buf;
	size_t len;
	int error = 0;

	if (kt->kt_type == VDIR)
		return EISDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	len = target_text(kt, &buf);
	if ((size_t)uio->uio_offset < len)
		error = uiomove(buf + uio->uio_offset,
		    MIN(len - (size_t)uio->uio_offset, uio->uio_resid), uio);
	kmem_free(buf, KERNFS_TEXT_MAX);
	return error;
}

static int
kernfs_write(void *v)
{
	struct vop_write_args *ap = v;
	const struct kernfs_target *kt = VTOKERN(ap->a_vp)->kn_target;
	char text[KERNFS_WRITE_MAX];
	size_t len = ap->a_uio->uio_resid;
	int error;

	if (kt->kt_write == NULL)
		return kt->kt_type == VDIR ? EISDIR : EPERM;
	if (ap->a_uio->uio_offset != 0 || len >= sizeof(text))
		return EINVAL;
	if ((error = uiomove(text, len, ap->a_uio)) != 0)
		return error;
	text[len] = '\0';
	return kt->kt_write(text);
}

static int
put_dirent(struct uio *uio, ino_t fileno, enum vtype type, const char *name)
{
	struct dirent d;

	memset(&d, 0, sizeof(d));
	d.d_fileno = fileno;
	d.d_type = vtype2dt(type);
	d.d_namlen = (uint16_t)strlen(name);
	memcpy(d.d_name, name, d.d_namlen);
	d.d_reclen = (uint16_t)_DIRENT_SIZE(&d);
	if (d.d_reclen > uio->uio_resid)
		return EJUSTRETURN;
	return uiomove(&d, d.d_reclen, uio);
}

/* Offsets count entries: ".", "..", then the rows of the table. */
static int
kernfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct uio *uio = ap->a_uio;
	off_t at = uio->uio_offset;
	int error = 0;

	if (VTOKERN(ap->a_vp)->kn_target->kt_type != VDIR)
		return ENOTDIR;
	if (at < 0 || at > (off_t)kernfs_ntargets + 1)
		return EINVAL;
	for (; at < (off_t)kernfs_ntargets + 1; at++) {
		if (at < 2)
			error = put_dirent(uio, KERNFS_FILENO(KERNFS_ROOT),
			    VDIR, at == 0 ? "." : "..");
		else
			error = put_dirent(uio, KERNFS_FILENO(at - 1),
			    kernfs_targets[at - 1].kt_type,
			    kernfs_targets[at - 1].kt_name);
		if (error != 0)
			break;
	}
	uio->uio_offset = at;
	if (error == EJUSTRETURN)
		error = 0;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = at == (off_t)kernfs_ntargets + 1;
	if (ap->a_ncookies != NULL) {
		*ap->a_ncookies = 0;
		*ap->a_cookies = NULL;
	}
	return error;
}

static int
kernfs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static int
kernfs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct kernfs_node *kn = VTOKERN(ap->a_vp);

	ap->a_vp->v_data = NULL;
	vcache_remove(ap->a_vp->v_mount, &kn->kn_index, sizeof(kn->kn_index));
	kmem_free(kn, sizeof(*kn));
	return 0;
}

static int
kernfs_print(void *v)
{
	struct vop_print_args *ap = v;

	printf("tag VT_KERNFS, %s\n", VTOKERN(ap->a_vp)->kn_target->kt_name);
	return 0;
}

static int
kernfs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = LINK_MAX,
		.gl_name_max = 255,
	};

	return genfs_stdpathconf(v, &limits);
}

int (**kernfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc kernfs_vnodeop_entries[] = {
	{ &vop_default_desc,	vn_default_error },
	{ &vop_lookup_desc,	kernfs_lookup },
	{ &vop_create_desc,	genfs_eopnotsupp },
	{ &vop_mknod_desc,	genfs_eopnotsupp },
	{ &vop_open_desc,	kernfs_open },
	{ &vop_close_desc,	genfs_nullop },
	{ &vop_access_desc,	kernfs_access },
	{ &vop_getattr_desc,	kernfs_getattr },
	{ &vop_setattr_desc,	kernfs_setattr },
	{ &vop_read_desc,	kernfs_read },
	{ &vop_write_desc,	kernfs_write },
	{ &vop_ioctl_desc,	genfs_enoioctl },
	{ &vop_fcntl_desc,	genfs_fcntl },
	{ &vop_poll_desc,	genfs_poll },
	{ &vop_kqfilter_desc,	genfs_kqfilter },
	{ &vop_revoke_desc,	genfs_revoke },
	{ &vop_fsync_desc,	genfs_nullop },
	{ &vop_seek_desc,	genfs_seek },
	{ &vop_remove_desc,	genfs_eopnotsupp },
	{ &vop_link_desc,	genfs_eopnotsupp },
	{ &vop_rename_desc,	genfs_eopnotsupp },
	{ &vop_mkdir_desc,	genfs_eopnotsupp },
	{ &vop_rmdir_desc,	genfs_eopnotsupp },
	{ &vop_symlink_desc,	genfs_eopnotsupp },
	{ &vop_readdir_desc,	kernfs_readdir },
	{ &vop_readlink_desc,	genfs_eopnotsupp },
	{ &vop_abortop_desc,	genfs_abortop },
	{ &vop_inactive_desc,	kernfs_inactive },
	{ &vop_reclaim_desc,	kernfs_reclaim },
	{ &vop_lock_desc,	genfs_lock },
	{ &vop_unlock_desc,	genfs_unlock },
	{ &vop_islocked_desc,	genfs_islocked },
	{ &vop_bmap_desc,	genfs_eopnotsupp },
	{ &vop_strategy_desc,	genfs_badop },
	{ &vop_print_desc,	kernfs_print },
	{ &vop_pathconf_desc,	kernfs_pathconf },
	{ &vop_advlock_desc,	genfs_einval },
	{ &vop_bwrite_desc,	genfs_eopnotsupp },
	{ &vop_putpages_desc,	genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc kernfs_vnodeop_opv_desc = {
	&kernfs_vnodeop_p, kernfs_vnodeop_entries
};
