/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_vfs_pub.c - the vfs interface of rump(3) for programs that drive file
 * systems directly (p2k).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <rump/rump.h>
#include <rump-sys/vfs.h>

#include <miscfs/specfs/specdev.h>

#include <rump/rumpvfs_if_pub.h>

#define	PUB(expr) do {							\
	rump_schedule();						\
	expr;								\
	rump_unschedule();						\
} while (0)

void
rump_pub_getvninfo(struct vnode *vp, int *vtype, off_t *size, dev_t *rdev)
{

	*vtype = (int)vp->v_type;
	*size = vp->v_size;
	*rdev = vp->v_type == VBLK || vp->v_type == VCHR ? vp->v_rdev : 0;
}

struct vfsops *
rump_pub_vfslist_iterate(struct vfsops *ops)
{

	return ops == NULL ? LIST_FIRST(&vfs_list) : LIST_NEXT(ops, vfs_list);
}

struct vfsops *
rump_pub_vfs_getopsbyname(const char *name)
{
	struct vfsops *v;

	PUB(v = vfs_getopsbyname(name));
	return v;
}

struct vattr *
rump_pub_vattr_init(void)
{
	struct vattr *va;

	PUB(va = kmem_alloc(sizeof(*va), KM_SLEEP));
	vattr_null(va);
	return va;
}

void
rump_pub_vattr_settype(struct vattr *va, int type)
{

	va->va_type = (enum vtype)type;
}

void
rump_pub_vattr_setmode(struct vattr *va, mode_t mode)
{

	va->va_mode = mode;
}

void
rump_pub_vattr_setrdev(struct vattr *va, dev_t dev)
{

	va->va_rdev = dev;
}

void
rump_pub_vattr_free(struct vattr *va)
{

	PUB(kmem_free(va, sizeof(*va)));
}

void
rump_pub_vp_incref(struct vnode *vp)
{

	PUB(vref(vp));
}

int
rump_pub_vp_getref(struct vnode *vp)
{

	return vrefcnt(vp);
}

void
rump_pub_vp_rele(struct vnode *vp)
{

	PUB(vrele(vp));
}

void
rump_pub_vp_interlock(struct vnode *vp)
{

	PUB(mutex_enter(vp->v_interlock));
}

/* A component; the name is copied. */
struct componentname *
rump_pub_makecn(u_long nameiop, u_long flags, const char *name, size_t namelen,
    struct kauth_cred *creds, struct lwp *l __unused)
{
	struct componentname *cnp;
	char *copy;

	rump_schedule();
	cnp = kmem_zalloc(sizeof(*cnp), KM_SLEEP);
	copy = PNBUF_GET();
	memcpy(copy, name, MIN(namelen, (size_t)MAXPATHLEN - 1));
	copy[MIN(namelen, (size_t)MAXPATHLEN - 1)] = '\0';
	cnp->cn_nameiop = (uint32_t)nameiop;
	cnp->cn_flags = (uint32_t)flags | ISLASTCN;
	cnp->cn_nameptr = copy;
	cnp->cn_namelen = namelen;
	cnp->cn_cred = creds;
	rump_unschedule();
	return cnp;
}

void
rump_pub_freecn(struct componentname *cnp, int flags)
{

	rump_schedule();
	if (flags & RUMPCN_FREECRED)
		kauth_cred_free(cnp->cn_cred);
	PNBUF_PUT(__UNCONST(cnp->cn_nameptr));
	kmem_free(cnp, sizeof(*cnp));
	rump_unschedule();
}

static int
pub_namei(uint32_t op, uint32_t flags, const char *path, struct vnode **dvpp,
    struct vnode **vpp, struct componentname **cnpp)
{
	struct nameidata nd;
	struct pathbuf *pb;
	int error;

	if ((pb = pathbuf_create(path)) == NULL)
		return ENAMETOOLONG;
	NDINIT(&nd, op, flags, pb);
	error = namei(&nd);
	if (error == 0) {
		if (dvpp != NULL)
			*dvpp = nd.ni_dvp;
		if (vpp != NULL)
			*vpp = nd.ni_vp;
		else if (nd.ni_vp != NULL)
			(flags & LOCKLEAF) ? vput(nd.ni_vp) : vrele(nd.ni_vp);
		if (cnpp != NULL) {
			struct componentname *cnp = kmem_alloc(sizeof(*cnp),
			    KM_SLEEP);
			char *copy = PNBUF_GET();

			*cnp = nd.ni_cnd;
			memcpy(copy, cnp->cn_nameptr, cnp->cn_namelen);
			copy[cnp->cn_namelen] = '\0';
			cnp->cn_nameptr = copy;
			*cnpp = cnp;
		}
	}
	pathbuf_destroy(pb);
	return error;
}

int
rump_pub_namei(uint32_t op, uint32_t flags, const char *path,
    struct vnode **dvpp, struct vnode **vpp, struct componentname **cnpp)
{
	int error;

	PUB(error = pub_namei(op, flags, path, dvpp, vpp, cnpp));
	return error;
}

int
rump_pub_vfs_unmount(struct mount *mp, int flags)
{
	int error;

	PUB(error = VFS_UNMOUNT(mp, flags));
	return error;
}

int
rump_pub_vfs_root(struct mount *mp, struct vnode **vpp, int lock)
{
	int error;

	rump_schedule();
	error = VFS_ROOT(mp, vpp);
	if (error == 0 && !lock)
		VOP_UNLOCK(*vpp);
	rump_unschedule();
	return error;
}

int
rump_pub_vfs_statvfs(struct mount *mp, struct statvfs *sb)
{
	int error;

	PUB(error = VFS_STATVFS(mp, sb));
	return error;
}

int
rump_pub_vfs_sync(struct mount *mp, int wait, struct kauth_cred *cred)
{
	int error;

	PUB(error = VFS_SYNC(mp, wait ? MNT_WAIT : MNT_NOWAIT,
	    cred != NULL ? cred : curlwp->l_cred));
	return error;
}

int
rump_pub_vfs_fhtovp(struct mount *mp, struct fid *fid, struct vnode **vpp)
{
	int error;

	PUB(error = mp->mnt_op->vfs_fhtovp == NULL ? EOPNOTSUPP :
	    VFS_FHTOVP(mp, fid, vpp));
	return error;
}

int
rump_pub_vfs_vptofh(struct vnode *vp, struct fid *fid, size_t *size)
{
	int error;

	PUB(error = vp->v_mount->mnt_op->vfs_vptofh == NULL ? EOPNOTSUPP :
	    VFS_VPTOFH(vp, fid, size));
	return error;
}

void
rump_pub_vfs_syncwait(struct mount *mp __unused)
{

	PUB((void)buf_syncwait());
}

/* The mount of a path; it stays as long as the program does not unmount. */
int
rump_pub_vfs_getmp(const char *path, struct mount **mpp)
{
	struct vnode *vp;
	int error;

	rump_schedule();
	error = namei_simple_kernel(path, NSM_FOLLOW_NOEMULROOT, &vp);
	if (error == 0) {
		*mpp = vp->v_mount;
		vrele(vp);
	}
	rump_unschedule();
	return error;
}
