/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_vnops.c - operations on files of the fast file system, reading.
 *
 * Data		buffers of one logical block on the file's vnode, the last one
 *		as many frags as it has.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	reads.
 * Errors	EROFS for all changes; EIO a file that leads outside the disk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "ffs.h"

int
ffs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	mode_t mode = (mode_t)ap->a_mode;

	if ((mode & VWRITE) != 0 && (vp->v_type == VDIR ||
	    vp->v_type == VREG || vp->v_type == VLNK)) {
		if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
			return EROFS;
		if ((ip->i_din.di_flags & (UF_IMMUTABLE | SF_IMMUTABLE)) != 0)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, ip->i_mode), vp, NULL,
	    genfs_can_access(vp->v_type, ip->i_mode & ALLPERMS,
	    ip->i_din.di_uid, ip->i_din.di_gid, mode, ap->a_cred));
}

int
ffs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	const struct ufs_dinode *di = &ip->i_din;

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = di->di_mode & ALLPERMS;
	vap->va_nlink = di->di_nlink;
	vap->va_uid = di->di_uid;
	vap->va_gid = di->di_gid;
	vap->va_fsid = ip->i_ump->um_dev;
	vap->va_fileid = ip->i_number;
	vap->va_size = vp->v_type == VCHR || vp->v_type == VBLK ? 0 :
	    di->di_size;
	if (vp->v_type == VCHR || vp->v_type == VBLK)
		vap->va_blocksize = BLKDEV_IOSIZE;
	else
		vap->va_blocksize = (long)ITOFS(ip)->fs_bsize;
	vap->va_atime = di->di_atime;
	vap->va_mtime = di->di_mtime;
	vap->va_ctime = di->di_ctime;
	vap->va_birthtime = di->di_birthtime;
	vap->va_gen = (u_long)(uint32_t)di->di_gen;
	vap->va_flags = di->di_flags;
	vap->va_rdev = vp->v_type == VCHR || vp->v_type == VBLK ?
	    (dev_t)di->di_rdev : NODEV;
	vap->va_bytes = di->di_blocks << DEV_BSHIFT;
	vap->va_filerev = 0;
	return 0;
}

int
ffs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	const struct vattr *vap = ap->a_vap;

	if (vap->va_size != (u_quad_t)VNOVAL && ap->a_vp->v_type == VDIR)
		return EISDIR;
	if (vap->va_flags != (u_long)VNOVAL ||
	    vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL ||
	    vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL ||
	    vap->va_birthtime.tv_sec != VNOVAL ||
	    vap->va_mode != (mode_t)VNOVAL)
		return EROFS;
	if (vap->va_size != (u_quad_t)VNOVAL && (ap->a_vp->v_type == VREG ||
	    ap->a_vp->v_type == VLNK))
		return EROFS;
	return 0;
}

static int
ffs_readsize(const void *arg, daddr_t lbn)
{
	const struct inode *ip = arg;

	return ffs_blksize(ITOFS(ip), ip->i_size, lbn);
}

static int
ffs_doread(struct inode *ip, struct uio *uio)
{
	struct bioread br;

	br.br_vp = ip->i_vnode;
	br.br_size = (off_t)ip->i_size;
	br.br_bshift = ITOFS(ip)->fs_bshift;
	br.br_blksize = ffs_readsize;
	br.br_arg = ip;
	br.br_ra = &ip->i_ra;
	return vn_bioread(&br, uio);
}

int
ffs_read(void *v)
{
	struct vop_read_args *ap = v;

	return ffs_doread(VTOI(ap->a_vp), ap->a_uio);
}

/*
 * Is the text of this link in the inode itself?
 */
static bool
ffs_shortlink(const struct inode *ip)
{
	const struct fs *fs = ITOFS(ip);

	if (fs->fs_maxsymlinklen > 0)
		return ip->i_size < (uint64_t)fs->fs_maxsymlinklen;
	return fs->fs_maxsymlinklen == 0 && ip->i_din.di_blocks == 0 &&
	    ip->i_size < 60;
}

int
ffs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	if (ffs_shortlink(ip))
		return uiomove(ip->i_din.di_short, (size_t)ip->i_size,
		    ap->a_uio);
	return ffs_doread(ip, ap->a_uio);
}

int
ffs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
ffs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	printf("tag VT_UFS, inode %llu, mode 0%o, size %llu\n",
	    (unsigned long long)ip->i_number, ip->i_mode,
	    (unsigned long long)ip->i_size);
	return 0;
}

int
ffs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = UFS_LINK_MAX;
		return 0;
	case _PC_NAME_MAX:
		*ap->a_retval = FFS_MAXNAMLEN;
		return 0;
	case _PC_PATH_MAX:
	case _PC_SYMLINK_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
	case _PC_2_SYMLINKS:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 42;
		return 0;
	default:
		return EINVAL;
	}
}

int
ffs_advlock(void *v)
{
	struct vop_advlock_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	return lf_advlock(ap, &ip->i_lockf, (off_t)ip->i_size);
}

int
ffs_erofs(void *v)
{
	(void)v;
	return EROFS;
}
