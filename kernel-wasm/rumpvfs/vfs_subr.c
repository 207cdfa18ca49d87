/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_subr.c - small helpers of the file layer: attributes, device vnodes,
 * statistics, file handles.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/cwdinfo.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

const enum vtype iftovt_tab[16] = {
	VNON, VFIFO, VCHR, VNON, VDIR, VNON, VBLK, VNON,
	VREG, VNON, VLNK, VNON, VSOCK, VNON, VNON, VBAD,
};

const int vttoif_tab[9] = {
	0, S_IFREG, S_IFDIR, S_IFBLK, S_IFCHR, S_IFLNK, S_IFSOCK, S_IFIFO,
	S_IFMT,
};

static void
ts_unset(struct timespec *ts)
{

	ts->tv_sec = VNOVAL;
	ts->tv_nsec = VNOVAL;
}

void
vattr_null(struct vattr *vap)
{

	memset(vap, 0, sizeof(*vap));
	vap->va_type = VNON;
	vap->va_mode = (mode_t)VNOVAL;
	vap->va_nlink = (nlink_t)VNOVAL;
	vap->va_uid = (uid_t)VNOVAL;
	vap->va_gid = (gid_t)VNOVAL;
	vap->va_fsid = (dev_t)VNOVAL;
	vap->va_fileid = (ino_t)VNOVAL;
	vap->va_size = (u_quad_t)VNOVAL;
	vap->va_blocksize = VNOVAL;
	ts_unset(&vap->va_atime);
	ts_unset(&vap->va_mtime);
	ts_unset(&vap->va_ctime);
	ts_unset(&vap->va_birthtime);
	vap->va_gen = (u_long)VNOVAL;
	vap->va_flags = (u_long)VNOVAL;
	vap->va_rdev = (dev_t)VNOVAL;
	vap->va_bytes = (u_quad_t)VNOVAL;
}

uint8_t
vtype2dt(enum vtype type)
{

	return (uint8_t)IFTODT(VTTOIF(type));
}

/*
 * Device vnodes
 */

static int
getdevvp(dev_t dev, struct vnode **vpp, enum vtype type)
{
	struct vnode *vp;
	int error;

	if (dev == NODEV) {
		*vpp = NULL;
		return 0;
	}
	error = getnewvnode(VT_NON, NULL, spec_vnodeop_p, NULL, &vp);
	if (error != 0)
		return error;
	vp->v_type = type;
	vp->v_vflag |= VV_MPSAFE;
	spec_node_init(vp, dev);
	*vpp = vp;
	return 0;
}

int
bdevvp(dev_t dev, struct vnode **vpp)
{

	return getdevvp(dev, vpp, VBLK);
}

int
cdevvp(dev_t dev, struct vnode **vpp)
{

	return getdevvp(dev, vpp, VCHR);
}

int
vfinddev(dev_t dev, enum vtype type, struct vnode **vpp)
{

	return spec_node_lookup_by_dev(type, dev, vpp) == 0;
}

/* The device's minors minl..minh are going away. */
void
vdevgone(int maj, int minl, int minh, enum vtype type)
{
	struct vnode *vp;
	int mn;

	for (mn = minl; mn <= minh; mn++) {
		while (spec_node_lookup_by_dev(type, makedev(maj, mn),
		    &vp) == 0)
			vgone(vp);
	}
}

int
vcount(struct vnode *vp)
{

	if (vp->v_type != VBLK && vp->v_type != VCHR)
		return vrefcnt(vp);
	return (int)vp->v_specnode->sn_dev->sd_opencnt;
}

bool
vn_isdisk(struct vnode *vp, int *errp)
{
	int error = 0;

	if (vp->v_type != VBLK && vp->v_type != VCHR)
		error = ENOTBLK;
	else if (vp->v_type == VBLK && bdevsw_lookup(vp->v_rdev) == NULL)
		error = ENXIO;
	if (errp != NULL)
		*errp = error;
	return error == 0;
}

int
vfs_mountedon(struct vnode *vp)
{

	if (vp->v_type != VBLK)
		return ENOTBLK;
	return spec_node_getmountedfs(vp) != NULL ? EBUSY : 0;
}

int
dorevoke(struct vnode *vp, kauth_cred_t cred)
{
	struct vattr va;
	int error;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(vp, &va, cred);
	VOP_UNLOCK(vp);
	if (error != 0)
		return error;
	if (kauth_cred_geteuid(cred) != va.va_uid &&
	    kauth_authorize_generic(cred, KAUTH_GENERIC_ISSUSER, NULL) != 0)
		return EPERM;
	return VOP_REVOKE(vp, REVOKEALL);
}

/*
 * Statistics
 */

/* Small stable numbers for file system names. */
int
makefstype(const char *type)
{
	int rv;

	for (rv = 0; *type != '\0'; type++)
		rv = (rv << 2) ^ *type;
	return rv;
}

void
set_statvfs_fsid(struct statvfs *sbp, dev_t dev, int typenum)
{

	sbp->f_fsidx.__fsid_val[0] = (int32_t)dev;
	sbp->f_fsidx.__fsid_val[1] = typenum;
	sbp->f_fsid = (unsigned long)(uint32_t)dev;
}

void
copy_statvfs_info(struct statvfs *sbp, const struct mount *mp)
{
	const struct statvfs *from = &mp->mnt_stat;

	if (sbp == from)
		return;
	sbp->f_fsidx = from->f_fsidx;
	sbp->f_fsid = from->f_fsid;
	sbp->f_owner = from->f_owner;
	sbp->f_flag = from->f_flag;
	sbp->f_namemax = from->f_namemax;
	memcpy(sbp->f_fstypename, from->f_fstypename,
	    sizeof(sbp->f_fstypename));
	memcpy(sbp->f_mntonname, from->f_mntonname, sizeof(sbp->f_mntonname));
	memcpy(sbp->f_mntfromname, from->f_mntfromname,
	    sizeof(sbp->f_mntfromname));
}

static int
statvfs_setname(char *dst, size_t size, const char *name, int seg)
{
	size_t done;
	int error;

	if (name == NULL)
		return 0;
	memset(dst, 0, size);
	if (seg == UIO_USERSPACE) {
		error = copyinstr(name, dst, size - 1, &done);
		return error == ENAMETOOLONG ? 0 : error;
	}
	strlcpy(dst, name, size);
	return 0;
}

/* Names of a mount as statvfs(2) shows them. */
int
set_statvfs_info(const char *onp, int ukon, const char *fromp, int ukfrom,
    const char *vfsname, struct mount *mp, struct lwp *l)
{
	struct statvfs *sfs = &mp->mnt_stat;
	struct vnode *rdir;
	char *buf, *bp;
	int error;

	strlcpy(sfs->f_fstypename, vfsname, sizeof(sfs->f_fstypename));
	error = statvfs_setname(sfs->f_mntonname, sizeof(sfs->f_mntonname),
	    onp, ukon);
	if (error == 0)
		error = statvfs_setname(sfs->f_mntfromname,
		    sizeof(sfs->f_mntfromname), fromp, ukfrom);
	if (error != 0 || onp == NULL || l->l_proc->p_cwdi == NULL ||
	    (rdir = l->l_proc->p_cwdi->cwdi_rdir) == NULL)
		return error;
	/* Seen from outside the chroot. */
	buf = kmem_alloc(2 * PATH_MAX, KM_SLEEP);
	bp = buf + PATH_MAX;
	*--bp = '\0';
	if (getcwd_common(rdir, rootvnode, &bp, buf, PATH_MAX / 2, 0, l) == 0) {
		strlcpy(buf + PATH_MAX, bp, PATH_MAX);
		strlcat(buf + PATH_MAX, sfs->f_mntonname, PATH_MAX);
		strlcpy(sfs->f_mntonname, buf + PATH_MAX,
		    sizeof(sfs->f_mntonname));
	}
	kmem_free(buf, 2 * PATH_MAX);
	return 0;
}

int
genfs_statvfs(struct mount *mp, struct statvfs *sbp)
{

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = DEV_BSIZE;
	sbp->f_blocks = 2;
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

/*
 * File handles
 */

int
vfs_composefh(struct vnode *vp, fhandle_t *fhp, size_t *fh_size)
{
	struct mount *mp = vp->v_mount;
	size_t fidsize, need;
	int error;

	if (mp->mnt_op->vfs_vptofh == NULL)
		return EOPNOTSUPP;
	fidsize = *fh_size < sizeof(fsid_t) ? 0 : *fh_size - sizeof(fsid_t);
	error = VFS_VPTOFH(vp, fhp != NULL ? FHANDLE_FILEID(fhp) : NULL,
	    &fidsize);
	need = FHANDLE_SIZE_FROM_FILEID_SIZE(fidsize);
	if (need < FHANDLE_SIZE_MIN)
		need = FHANDLE_SIZE_MIN;
	if (error == 0 && *fh_size < need)
		error = E2BIG;
	*fh_size = need;
	if (error == 0 && fhp != NULL)
		*FHANDLE_FSID(fhp) = mp->mnt_stat.f_fsidx;
	return error;
}

int
vfs_composefh_alloc(struct vnode *vp, fhandle_t **fhpp)
{
	size_t size = FHANDLE_SIZE_MIN;
	fhandle_t *fhp;
	int error;

	for (;;) {
		size_t have = size;

		fhp = kmem_zalloc(have, KM_SLEEP);
		error = vfs_composefh(vp, fhp, &size);
		if (error == 0) {
			*fhpp = fhp;
			return 0;
		}
		kmem_free(fhp, have);
		if (error != E2BIG || size <= have)
			return error;
	}
}

void
vfs_composefh_free(fhandle_t *fhp)
{
	size_t size;

	size = FHANDLE_SIZE_FROM_FILEID_SIZE(FHANDLE_FILEID(fhp)->fid_len);
	kmem_free(fhp, MAX(size, (size_t)FHANDLE_SIZE_MIN));
}

/* The handle's file, referenced and locked. */
int
vfs_fhtovp(fhandle_t *fhp, struct vnode **vpp)
{
	struct mount *mp;
	int error;

	*vpp = NULL;
	if ((mp = vfs_getvfs(FHANDLE_FSID(fhp))) == NULL)
		return ESTALE;
	if (mp->mnt_op->vfs_fhtovp == NULL)
		return EOPNOTSUPP;
	error = VFS_FHTOVP(mp, FHANDLE_FILEID(fhp), vpp);
	return error;
}

int
vfs_copyinfh_alloc(const void *ufhp, size_t size, fhandle_t **fhpp)
{
	fhandle_t *fhp;
	int error;

	*fhpp = NULL;
	if (size < FHANDLE_SIZE_MIN || size > FHANDLE_SIZE_MAX)
		return EINVAL;
	/* The first word is the size of the allocation. */
	fhp = kmem_alloc(size + sizeof(uint64_t), KM_SLEEP);
	error = copyin(ufhp, (char *)fhp + sizeof(uint64_t), size);
	if (error != 0) {
		kmem_free(fhp, size + sizeof(uint64_t));
		return error;
	}
	*(uint64_t *)(void *)fhp = size;
	*fhpp = (fhandle_t *)(void *)((char *)fhp + sizeof(uint64_t));
	if (FHANDLE_SIZE_FROM_FILEID_SIZE(FHANDLE_FILEID(*fhpp)->fid_len) >
	    size) {
		vfs_copyinfh_free(*fhpp);
		*fhpp = NULL;
		return EINVAL;
	}
	return 0;
}

void
vfs_copyinfh_free(fhandle_t *fhp)
{
	char *base;

	if (fhp == NULL)
		return;
	base = (char *)fhp - sizeof(uint64_t);
	kmem_free(base, *(uint64_t *)(void *)base + sizeof(uint64_t));
}
