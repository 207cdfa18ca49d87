/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptyfs_attr.c - owner, mode and times of slaves.
 *
 * Locking	the vnode is locked; pm_lock inside.
 * Errors	EPERM, EACCES from kauth(9); EROFS; EOPNOTSUPP flags.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/unistd.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ptyfs.h"

/*
 * A master has the attributes of its slave.
 */
struct ptyfs_attr *
ptyfs_attrof(struct vnode *vp)
{
	struct ptyfs_mount *pm = VFSTOPTY(vp->v_mount);
	const struct ptyfs_key *k = &VTOPTYFS(vp)->pn_key;

	return &pm->pm_attr[k->ptk_type == PTYFSroot ? 0 : 1 + k->ptk_pty];
}

static void
attr_copy(struct vnode *vp, struct ptyfs_attr *pa)
{
	struct ptyfs_mount *pm = VFSTOPTY(vp->v_mount);

	mutex_enter(&pm->pm_lock);
	*pa = *ptyfs_attrof(vp);
	mutex_exit(&pm->pm_lock);
}

int
ptyfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct ptyfs_attr pa;

	if ((ap->a_mode & VWRITE) != 0 && vp->v_type == VDIR &&
	    (vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	attr_copy(vp, &pa);
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_mode, vp->v_type, pa.pa_mode), vp, NULL,
	    genfs_can_access(vp->v_type, pa.pa_mode, pa.pa_uid, pa.pa_gid,
	    (mode_t)ap->a_mode, ap->a_cred));
}

int
ptyfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct vattr *vap = ap->a_vap;
	struct ptyfs_attr pa;

	attr_copy(vp, &pa);
	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = pa.pa_mode;
	vap->va_nlink = vp->v_type == VDIR ? 2 : 1;
	vap->va_uid = pa.pa_uid;
	vap->va_gid = pa.pa_gid;
	vap->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = ptyfs_fileno(&VTOPTYFS(vp)->pn_key);
	vap->va_size = vap->va_bytes = vp->v_type == VDIR ? DEV_BSIZE : 0;
	vap->va_blocksize = DEV_BSIZE;
	vap->va_atime = pa.pa_atime;
	vap->va_mtime = pa.pa_mtime;
	vap->va_ctime = pa.pa_ctime;
	vap->va_birthtime = VFSTOPTY(vp->v_mount)->pm_time;
	vap->va_gen = 0;
	vap->va_flags = 0;
	vap->va_rdev = vp->v_type == VDIR ? NODEV : vp->v_rdev;
	vap->va_filerev = 0;
	return 0;
}

static int
attr_chown(struct vnode *vp, struct ptyfs_attr *pa, const struct vattr *vap,
    kauth_cred_t cred)
{
	uid_t uid = vap->va_uid == (uid_t)VNOVAL ? pa->pa_uid : vap->va_uid;
	gid_t gid = vap->va_gid == (gid_t)VNOVAL ? pa->pa_gid : vap->va_gid;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp,
	    NULL, genfs_can_chown(cred, pa->pa_uid, pa->pa_gid, uid, gid));
	if (error == 0) {
		pa->pa_uid = uid;
		pa->pa_gid = gid;
	}
	return error;
}

static int
attr_chmod(struct vnode *vp, struct ptyfs_attr *pa, mode_t mode,
    kauth_cred_t cred)
{
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp,
	    NULL, genfs_can_chmod(vp->v_type, cred, pa->pa_uid, pa->pa_gid,
	    mode));
	if (error == 0)
		pa->pa_mode = mode & ALLPERMS;
	return error;
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_sec != VNOVAL || ts->tv_nsec != VNOVAL;
}

static int
attr_chtimes(struct vnode *vp, struct ptyfs_attr *pa, const struct vattr *vap,
    kauth_cred_t cred)
{
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, vap->va_vaflags, pa->pa_uid, cred));
	if (error != 0)
		return error;
	if (time_given(&vap->va_atime))
		pa->pa_atime = vap->va_atime;
	if (time_given(&vap->va_mtime))
		pa->pa_mtime = vap->va_mtime;
	return 0;
}

static int
attr_set(struct vnode *vp, struct ptyfs_attr *pa, const struct vattr *vap,
    kauth_cred_t cred)
{
	int error = vap->va_flags != (u_long)VNOVAL ? EOPNOTSUPP : 0;

	if (error == 0 && (vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL))
		error = attr_chown(vp, pa, vap, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = attr_chmod(vp, pa, vap->va_mode, cred);
	if (error == 0 && (time_given(&vap->va_atime) ||
	    time_given(&vap->va_mtime)))
		error = attr_chtimes(vp, pa, vap, cred);
	return error;
}

int
ptyfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct ptyfs_mount *pm = VFSTOPTY(vp->v_mount);
	struct ptyfs_attr pa;
	int error;

	if (ap->a_vap->va_size != (u_quad_t)VNOVAL)
		return vp->v_type == VDIR ? EISDIR : 0;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		return EROFS;
	attr_copy(vp, &pa);
	error = attr_set(vp, &pa, ap->a_vap, ap->a_cred);
	if (error != 0)
		return error;
	vfs_timestamp(&pa.pa_ctime);
	mutex_enter(&pm->pm_lock);
	*ptyfs_attrof(vp) = pa;
	mutex_exit(&pm->pm_lock);
	VN_KNOTE(vp, NOTE_ATTRIB);
	return 0;
}

int
ptyfs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = LINK_MAX,
		.gl_name_max = PTYFS_NAMEMAX,
	};

	return genfs_stdpathconf(v, &limits);
}

int
ptyfs_print(void *v)
{
	struct vop_print_args *ap = v;
	const struct ptyfs_key *k = &VTOPTYFS(ap->a_vp)->pn_key;

	printf("tag VT_PTYFS, type %u, pty %u\n", k->ptk_type, k->ptk_pty);
	return 0;
}
