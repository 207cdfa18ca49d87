/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptyfs_vnops.c - the directory of slaves.
 *
 * Interface	vnodeops(9).  Nothing can be made, renamed or removed here:
 *		EROFS from lookup; names come and go with their masters.
 *		Slaves are devices: specfs does the work.
 * Locking	vnode locks only.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/uio.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ptyfs.h"

/*
 * The pair of a name: digits without a leading zero, -1 none.
 */
static int
lookup_pty(const char *name, size_t len)
{
	unsigned n = 0;
	size_t i;

	if (len == 0 || len > PTYFS_NAMEMAX || (name[0] == '0' && len > 1))
		return -1;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9' || n >= PTY_MAX)
			return -1;
		n = n * 10 + (unsigned)(name[i] - '0');
	}
	return n < PTY_MAX && pty_isactive((int)n) ? (int)n : -1;
}

static int
ptyfs_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct componentname *cnp = ap->a_cnp;
	struct vnode *dvp = ap->a_dvp;
	bool last = (cnp->cn_flags & ISLASTCN) != 0;
	int pty, error;

	KASSERT(VOP_ISLOCKED(dvp));
	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (last && (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	pty = lookup_pty(cnp->cn_nameptr, cnp->cn_namelen);
	if (pty < 0)
		return last && cnp->cn_nameiop == CREATE ? EROFS : ENOENT;
	return ptyfs_get(dvp->v_mount, PTYFSpts, (unsigned)pty, ap->a_vpp);
}

static int
put_dirent(struct uio *uio, off_t at)
{
	struct ptyfs_key k = { .ptk_type = PTYFSroot };
	struct dirent d;

	memset(&d, 0, sizeof(d));
	if (at < 2)
		memcpy(d.d_name, "..", (size_t)at + 1);
	else {
		k.ptk_type = PTYFSpts;
		k.ptk_pty = (uint32_t)at - 2;
		snprintf(d.d_name, PTYFS_NAMEMAX, "%u", k.ptk_pty);
	}
	d.d_fileno = ptyfs_fileno(&k);
	d.d_type = at < 2 ? DT_DIR : DT_CHR;
	d.d_namlen = (uint16_t)strlen(d.d_name);
	d.d_reclen = (uint16_t)_DIRENT_SIZE(&d);
	if (d.d_reclen > uio->uio_resid)
		return EJUSTRETURN;
	return uiomove(&d, d.d_reclen, uio);
}

/* Offsets: ".", "..", then 2 and the number of the pair. */
static int
ptyfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct uio *uio = ap->a_uio;
	const off_t end = 2 + PTY_MAX;
	off_t at = uio->uio_offset;
	size_t had = uio->uio_resid;
	int error = 0;

	if (at < 0 || at > end)
		return EINVAL;
	for (; at < end; at++) {
		if (at >= 2 && !pty_isactive((int)at - 2))
			continue;
		error = put_dirent(uio, at);
		if (error != 0)
			break;
	}
	uio->uio_offset = at;
	if (error == EJUSTRETURN)
		error = uio->uio_resid == had ? EINVAL : 0;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = at == end;
	if (ap->a_ncookies != NULL) {
		*ap->a_ncookies = 0;
		*ap->a_cookies = NULL;
	}
	return error;
}

static int
ptyfs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	const struct ptyfs_key *k = &VTOPTYFS(ap->a_vp)->pn_key;

	*ap->a_recycle = k->ptk_type != PTYFSroot &&
	    !pty_isactive((int)k->ptk_pty);
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static int
ptyfs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct ptyfs_node *pn = VTOPTYFS(ap->a_vp);

	ap->a_vp->v_data = NULL;
	vcache_remove(ap->a_vp->v_mount, &pn->pn_key, sizeof(pn->pn_key));
	kmem_free(pn, sizeof(*pn));
	return 0;
}

/* A slave's times tell how long nobody typed: w(1). */
static void
ptyfs_touch(struct vnode *vp, bool wrote)
{
	struct ptyfs_mount *pm = VFSTOPTY(vp->v_mount);
	struct ptyfs_attr *pa = ptyfs_attrof(vp);
	struct timespec now;

	vfs_timestamp(&now);
	mutex_enter(&pm->pm_lock);
	if (wrote)
		pa->pa_mtime = now;
	else
		pa->pa_atime = now;
	mutex_exit(&pm->pm_lock);
}

static int
ptyfs_read(void *v)
{
	struct vop_read_args *ap = v;

	ptyfs_touch(ap->a_vp, false);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

static int
ptyfs_write(void *v)
{
	struct vop_write_args *ap = v;

	ptyfs_touch(ap->a_vp, true);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

int (**ptyfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc ptyfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, ptyfs_lookup },
	{ &vop_create_desc, genfs_eopnotsupp },
	{ &vop_mknod_desc, genfs_eopnotsupp },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, ptyfs_access },
	{ &vop_getattr_desc, ptyfs_getattr },
	{ &vop_setattr_desc, ptyfs_setattr },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, genfs_eopnotsupp },
	{ &vop_link_desc, genfs_eopnotsupp },
	{ &vop_rename_desc, genfs_eopnotsupp },
	{ &vop_mkdir_desc, genfs_eopnotsupp },
	{ &vop_rmdir_desc, genfs_eopnotsupp },
	{ &vop_symlink_desc, genfs_eopnotsupp },
	{ &vop_readdir_desc, ptyfs_readdir },
	{ &vop_readlink_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, ptyfs_inactive },
	{ &vop_reclaim_desc, ptyfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, genfs_eopnotsupp },
	{ &vop_strategy_desc, genfs_badop },
	{ &vop_print_desc, ptyfs_print },
	{ &vop_pathconf_desc, ptyfs_pathconf },
	{ &vop_advlock_desc, genfs_einval },
	{ &vop_bwrite_desc, genfs_eopnotsupp },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc ptyfs_vnodeop_opv_desc = {
	&ptyfs_vnodeop_p, ptyfs_vnodeop_entries
};

int (**ptyfs_specop_p)(void *);
static const struct vnodeopv_entry_desc ptyfs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, ptyfs_access },
	{ &vop_getattr_desc, ptyfs_getattr },
	{ &vop_setattr_desc, ptyfs_setattr },
	{ &vop_read_desc, ptyfs_read },
	{ &vop_write_desc, ptyfs_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, spec_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, spec_seek },
	{ &vop_inactive_desc, ptyfs_inactive },
	{ &vop_reclaim_desc, ptyfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, ptyfs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc ptyfs_specop_opv_desc = {
	&ptyfs_specop_p, ptyfs_specop_entries
};
