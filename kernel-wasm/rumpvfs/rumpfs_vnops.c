/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs_vnops.c - files of the root file system.
 *
 * Everything is in memory.  The file system is as simple as the one NetBSD's
 * rump kernel boots from, and answers alike where that can be seen: times
 * never move by themselves, the link count stays 1, fifos carry nothing,
 * new files belong to root.
 *
 * Locking	v: v_lock   d: v_lock of the directory
 * Sleeps	memory; files of the host.
 * Errors	ENOSPC: no memory for data.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "rumpfs.h"

#define	RUMPFS_MAXDATA	((uint64_t)1 << 30)

int (**rump_vnodeop_p)(void *);
int (**rump_specop_p)(void *);

static uint64_t rumpfs_lastino = 1;	/* a */

/*
 * Nodes
 */

struct rumpfs_node *
rumpfs_node_alloc(enum vtype type, struct rumpfs_node *parent)
{
	struct rumpfs_node *rn = kmem_zalloc(sizeof(*rn), KM_SLEEP);
	struct vattr *va = &rn->rn_va;

	rn->rn_self = rn;
	rn->rn_parent = parent != NULL ? parent : rn;
	rn->rn_fd = -1;
	LIST_INIT(&rn->rn_dir);
	va->va_type = type;
	va->va_mode = ACCESSPERMS & ~(mode_t)022;
	va->va_nlink = type == VDIR ? 2 : 1;
	va->va_fileid = atomic_inc_64_nv(&rumpfs_lastino);
	va->va_size = type == VREG ? 0 : DEV_BSIZE;
	va->va_blocksize = DEV_BSIZE;
	va->va_bytes = DEV_BSIZE;
	vfs_timestamp(&va->va_birthtime);
	va->va_atime = va->va_mtime = va->va_ctime = va->va_birthtime;
	return rn;
}

void
rumpfs_node_free(struct rumpfs_node *rn)
{

	KASSERT(LIST_EMPTY(&rn->rn_dir));
	if (rn->rn_data != NULL)
		kmem_free(rn->rn_data, rn->rn_dcap);
	if (rn->rn_link != NULL)
		kmem_free(rn->rn_link, rn->rn_va.va_size + 1);
	if (rn->rn_hostpath != NULL)
		kmem_strfree(rn->rn_hostpath);
	kmem_free(rn, sizeof(*rn));
}

int
rumpfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t len, const void **newkey)
{
	struct rumpfs_node *rn;

	KASSERT(len == sizeof(rn));
	memcpy(&rn, key, len);
	vp->v_tag = VT_RUMP;
	vp->v_type = rn->rn_va.va_type;
	vp->v_data = rn;
	vp->v_op = rump_vnodeop_p;
	vp->v_size = vp->v_writesize = (off_t)rn->rn_va.va_size;
	rn->rn_va.va_fsid = (dev_t)mp->mnt_stat.f_fsid;
	if (vp->v_type == VBLK || vp->v_type == VCHR) {
		vp->v_op = rump_specop_p;
		spec_node_init(vp, rn->rn_va.va_rdev);
	}
	if (mp->mnt_data == rn)
		vp->v_vflag |= VV_ROOT;
	*newkey = &rn->rn_self;
	return 0;
}

/* The node's vnode, referenced. */
int
rumpfs_getvp(struct mount *mp, struct rumpfs_node *rn, struct vnode **vpp)
{

	return vcache_get(mp, &rn->rn_self, sizeof(rn->rn_self), vpp);
}

/*
 * Operations
 */

static int
rumpfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	const struct vattr *va = &VPTORN(vp)->rn_va;
	int error;

	if ((ap->a_mode & VWRITE) != 0 &&
	    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK) &&
	    (vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	error = genfs_can_access(vp->v_type, va->va_mode & ALLPERMS,
	    va->va_uid, va->va_gid, (mode_t)ap->a_mode, ap->a_cred);
	return kauth_authorize_vnode(ap->a_cred, KAUTH_ACCESS_ACTION(ap->a_mode,
	    vp->v_type, va->va_mode & ALLPERMS), vp, NULL, error);
}

static int
rumpfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;

	*ap->a_vap = VPTORN(ap->a_vp)->rn_va;
	return 0;
}

static int
rumpfs_setattr_owner(struct vnode *vp, const struct vattr *vap,
    kauth_cred_t cred)
{
	struct vattr *va = &VPTORN(vp)->rn_va;
	uid_t uid = vap->va_uid == (uid_t)VNOVAL ? va->va_uid : vap->va_uid;
	gid_t gid = vap->va_gid == (gid_t)VNOVAL ? va->va_gid : vap->va_gid;
	int error;

	if (vap->va_uid == (uid_t)VNOVAL && vap->va_gid == (gid_t)VNOVAL)
		return 0;
	error = genfs_can_chown(cred, va->va_uid, va->va_gid, uid, gid);
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp,
	    NULL, error);
	if (error == 0) {
		va->va_uid = uid;
		va->va_gid = gid;
	}
	return error;
}

static int
rumpfs_setattr_mode(struct vnode *vp, const struct vattr *vap,
    kauth_cred_t cred)
{
	struct vattr *va = &VPTORN(vp)->rn_va;
	mode_t mode = vap->va_mode & ALLPERMS;
	int error;

	if (vap->va_mode == (mode_t)VNOVAL)
		return 0;
	error = genfs_can_chmod(vp->v_type, cred, va->va_uid, va->va_gid,
	    mode);
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, error);
	if (error == 0)
		va->va_mode = mode;
	return error;
}

static bool
ts_isset(const struct timespec *ts)
{

	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

static int
rumpfs_setattr_times(struct vnode *vp, const struct vattr *vap,
    kauth_cred_t cred)
{
	struct vattr *va = &VPTORN(vp)->rn_va;
	int error;

	if (!ts_isset(&vap->va_atime) && !ts_isset(&vap->va_mtime) &&
	    !ts_isset(&vap->va_ctime) && !ts_isset(&vap->va_birthtime))
		return 0;
	error = genfs_can_chtimes(vp, vap->va_vaflags, va->va_uid, cred);
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    error);
	if (error != 0)
		return error;
	if (ts_isset(&vap->va_atime))
		va->va_atime = vap->va_atime;
	if (ts_isset(&vap->va_mtime))
		va->va_mtime = vap->va_mtime;
	if (ts_isset(&vap->va_ctime))
		va->va_ctime = vap->va_ctime;
	if (ts_isset(&vap->va_birthtime))
		va->va_birthtime = vap->va_birthtime;
	return 0;
}

static int
rumpfs_setattr_flags(struct vnode *vp, const struct vattr *vap,
    kauth_cred_t cred)
{
	struct vattr *va = &VPTORN(vp)->rn_va;
	int error;

	if (vap->va_flags == (u_long)VNOVAL)
		return 0;
	error = genfs_can_chflags(cred, vp->v_type, va->va_uid,
	    (vap->va_flags & SF_SETTABLE) != 0);
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_FLAGS, vp, NULL,
	    error);
	if (error == 0)
		va->va_flags = vap->va_flags;
	return error;
}

/* Room for size bytes, zeroed behind rn_dlen; contents stay. */
static int
rumpfs_reserve(struct rumpfs_node *rn, uint64_t size)
{
	size_t cap = rn->rn_dcap != 0 ? rn->rn_dcap : 64;
	uint8_t *data;

	if (size <= rn->rn_dcap)
		return 0;
	if (size > RUMPFS_MAXDATA)
		return size > INT64_MAX ? EFBIG : ENOSPC;
	while (cap < size)
		cap *= 2;
	if ((data = kmem_zalloc(cap, KM_NOSLEEP)) == NULL)
		return ENOSPC;
	if (rn->rn_data != NULL) {
		memcpy(data, rn->rn_data, rn->rn_dcap);
		kmem_free(rn->rn_data, rn->rn_dcap);
	}
	rn->rn_data = data;
	rn->rn_dcap = cap;
	return 0;
}

static int
rumpfs_resize(struct vnode *vp, uint64_t size)
{
	struct rumpfs_node *rn = VPTORN(vp);
	int error;

	if (rn->rn_hostpath != NULL)
		return EOPNOTSUPP;
	if ((error = rumpfs_reserve(rn, size)) != 0)
		return error;
	/* Bytes cut off show again when the file grows over them. */
	rn->rn_dlen = (size_t)size;
	rn->rn_va.va_size = size;
	uvm_vnp_setsize(vp, (voff_t)size);
	return 0;
}

static int
rumpfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct vattr *vap = ap->a_vap;
	int error;

	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;
	error = rumpfs_setattr_owner(vp, vap, ap->a_cred);
	if (error == 0)
		error = rumpfs_setattr_mode(vp, vap, ap->a_cred);
	if (error == 0)
		error = rumpfs_setattr_times(vp, vap, ap->a_cred);
	if (error == 0)
		error = rumpfs_setattr_flags(vp, vap, ap->a_cred);
	if (error == 0 && vap->va_size != (u_quad_t)VNOVAL &&
	    vp->v_type == VREG)
		error = rumpfs_resize(vp, vap->va_size);
	return error;
}

static int
rumpfs_open(void *v)
{
	struct vop_open_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VPTORN(vp);

	if (vp->v_type != VREG || rn->rn_hostpath == NULL)
		return 0;
	return rumpfs_etfs_open(rn, ap->a_mode);
}

/* Zeros beyond what the file has. */
static int
rumpfs_read_hole(struct uio *uio)
{
	static const uint8_t zeros[512];
	int error = 0;

	while (error == 0 && uio->uio_resid > 0)
		error = uiomove(__UNCONST(zeros), MIN(sizeof(zeros),
		    uio->uio_resid), uio);
	return error;
}

static int
rumpfs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VPTORN(vp);
	struct uio *uio = ap->a_uio;
	size_t n;

	if (vp->v_type == VDIR)
		return EISDIR;
	if (rn->rn_hostpath != NULL)
		return rumpfs_etfs_read(rn, uio);
	if (uio->uio_offset < 0 ||
	    uio->uio_resid > (uint64_t)(INT64_MAX - uio->uio_offset))
		return EINVAL;
	/* Right at the end there is nothing, past it there are zeros. */
	if ((uint64_t)uio->uio_offset > rn->rn_dlen)
		return rumpfs_read_hole(uio);
	n = rn->rn_dlen - (size_t)uio->uio_offset;
	n = MIN(n, uio->uio_resid);
	if (n == 0)
		return 0;
	return uiomove(rn->rn_data + (size_t)uio->uio_offset, n, uio);
}

static int
rumpfs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VPTORN(vp);
	struct uio *uio = ap->a_uio;
	uint64_t end;
	int error;

	if (vp->v_type != VREG)
		return EINVAL;
	if (rn->rn_hostpath != NULL)
		return rumpfs_etfs_write(rn, uio, ap->a_ioflag);
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = (off_t)rn->rn_va.va_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	end = (uint64_t)uio->uio_offset + uio->uio_resid;
	if (end > INT64_MAX)
		return EFBIG;
	if (end > rn->rn_va.va_size && (error = rumpfs_resize(vp, end)) != 0)
		return error;
	if (uio->uio_resid == 0)
		return 0;
	return uiomove(rn->rn_data + (size_t)uio->uio_offset, uio->uio_resid,
	    uio);
}

static int
rumpfs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct rumpfs_node *rn = VPTORN(ap->a_vp);

	return uiomove(rn->rn_link, MIN((size_t)rn->rn_va.va_size,
	    ap->a_uio->uio_resid), ap->a_uio);
}

static int
rumpfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct rumpfs_node *rn = VPTORN(ap->a_vp);

	if (rn->rn_hostpath == NULL || rn->rn_fd == -1 ||
	    (ap->a_flags & FSYNC_LAZY) != 0)
		return 0;
	return rumpfs_etfs_sync(rn);
}

static int
rumpfs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct rumpfs_node *rn = VPTORN(ap->a_vp);

	if (rn->rn_fd != -1)
		rumpfs_etfs_close(rn);
	*ap->a_recycle = !rn->rn_linked;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static int
rumpfs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VPTORN(vp);

	vp->v_data = NULL;
	vcache_remove(vp->v_mount, &rn->rn_self, sizeof(rn->rn_self));
	if (!rn->rn_linked)
		rumpfs_node_free(rn);
	return 0;
}

static int
rumpfs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = LINK_MAX,
		.gl_name_max = 255,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 43,
		.gl_symlink_max = MAXPATHLEN,
	};

	return genfs_stdpathconf(v, &limits);
}

static int
rumpfs_spec_inactive(void *v)
{

	return rumpfs_inactive(v);
}

static const struct vnodeopv_entry_desc rump_vnodeop_entries[] = {
	{ &vop_default_desc, genfs_eopnotsupp },
	{ &vop_lookup_desc, rumpfs_lookup },
	{ &vop_create_desc, rumpfs_create },
	{ &vop_mknod_desc, rumpfs_mknod },
	{ &vop_mkdir_desc, rumpfs_mkdir },
	{ &vop_symlink_desc, rumpfs_symlink },
	{ &vop_remove_desc, rumpfs_remove },
	{ &vop_rmdir_desc, rumpfs_rmdir },
	{ &vop_readdir_desc, rumpfs_readdir },
	{ &vop_open_desc, rumpfs_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, rumpfs_read },
	{ &vop_write_desc, rumpfs_write },
	{ &vop_readlink_desc, rumpfs_readlink },
	{ &vop_fcntl_desc, genfs_einval },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_fsync_desc, rumpfs_fsync },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, rumpfs_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_print_desc, genfs_nullop },
	{ NULL, NULL }
};

const struct vnodeopv_desc rump_vnodeop_opv_desc =
	{ &rump_vnodeop_p, rump_vnodeop_entries };

static const struct vnodeopv_entry_desc rump_specop_entries[] = {
	{ &vop_default_desc, genfs_eopnotsupp },
	{ &vop_lookup_desc, genfs_badop },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fallocate_desc, spec_fallocate },
	{ &vop_fdiscard_desc, spec_fdiscard },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, spec_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, rumpfs_spec_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, spec_print },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};

const struct vnodeopv_desc rump_specop_opv_desc =
	{ &rump_specop_p, rump_specop_entries };
