/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_vnops.c - operations on files that change nothing but times.
 *
 * Data		buffers of one block on the file's vnode.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	reads.
 * Errors	EROFS writing to a read-only mount; EIO a file that leads
 *		where none can be.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ext2fs.h"

int
ext2fs_open(void *v)
{
	struct vop_open_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	if ((ip->i_din.e2di_flags & EXT2_APPEND) != 0 &&
	    ap->a_vp->v_type == VREG &&
	    (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
	return 0;
}

int
ext2fs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	mode_t mode = (mode_t)ap->a_mode;

	KASSERT(VOP_ISLOCKED(vp));
	if ((mode & VWRITE) != 0) {
		if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
		    (vp->v_type == VDIR || vp->v_type == VREG ||
		    vp->v_type == VLNK))
			return EROFS;
		if ((ip->i_din.e2di_flags & EXT2_IMMUTABLE) != 0)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, ip->i_mode), vp, NULL,
	    genfs_can_access(vp->v_type, ip->i_mode & ALLPERMS,
	    ip->i_din.e2di_uid, ip->i_din.e2di_gid, mode, ap->a_cred));
}

/*
 * BSD's flags from ext2's.
 */
u_long
ext2fs_bsdflags(const struct inode *ip)
{
	uint32_t flags = ip->i_din.e2di_flags;

	return ((flags & EXT2_IMMUTABLE) != 0 ? SF_IMMUTABLE : 0) |
	    ((flags & EXT2_APPEND) != 0 ? SF_APPEND : 0) |
	    ((flags & EXT2_NODUMP) != 0 ? UF_NODUMP : 0);
}

int
ext2fs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	const struct ext2fs_dinode *di = &ip->i_din;
	bool dev = vp->v_type == VCHR || vp->v_type == VBLK;

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = di->e2di_mode & ALLPERMS;
	vap->va_nlink = di->e2di_nlink;
	vap->va_uid = di->e2di_uid;
	vap->va_gid = di->e2di_gid;
	vap->va_fsid = ip->i_ump->um_dev;
	vap->va_fileid = ip->i_number;
	vap->va_size = dev ? 0 : di->e2di_size;
	vap->va_blocksize = dev ? BLKDEV_IOSIZE :
	    (long)ITOFS(ip)->e2fs_bsize;
	mutex_enter(vp->v_interlock);
	vap->va_atime = di->e2di_atime;
	vap->va_mtime = di->e2di_mtime;
	vap->va_ctime = di->e2di_ctime;
	vap->va_birthtime = di->e2di_birthtime;
	mutex_exit(vp->v_interlock);
	vap->va_gen = di->e2di_gen;
	vap->va_flags = ext2fs_bsdflags(ip);
	vap->va_rdev = dev ? vp->v_rdev : NODEV;
	vap->va_bytes = di->e2di_nblock << DEV_BSHIFT;
	vap->va_filerev = 0;
	return 0;
}

static int
vnops_doread(struct inode *ip, struct uio *uio)
{
	struct bioread br;

	br.br_vp = ip->i_vnode;
	br.br_size = (off_t)ip->i_size;
	br.br_bshift = ITOFS(ip)->e2fs_bshift;
	br.br_blksize = NULL;
	br.br_arg = ip;
	br.br_ra = &ip->i_ra;
	return vn_bioread(&br, uio);
}

int
ext2fs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	if (ap->a_uio->uio_offset < 0)
		return EINVAL;
	if ((uint64_t)ap->a_uio->uio_offset > ext2fs_maxfilesize(ITOFS(ip),
	    (ip->i_din.e2di_flags & EXT2_EXTENTS) != 0))
		return EFBIG;
	if (ap->a_uio->uio_resid == 0)
		return 0;
	error = vnops_doread(ip, ap->a_uio);
	ext2fs_touch(ip, IN_ACCESS);
	return error;
}

/*
 * Is the text of this link in the inode itself?  Then its only block, if
 * any, is that of extended attributes.
 */
bool
ext2fs_shortlink(const struct inode *ip)
{
	const struct ext2fs_dinode *di = &ip->i_din;
	uint64_t ea = di->e2di_facl != 0 ?
	    ITOFS(ip)->e2fs_bsize >> DEV_BSHIFT : 0;

	return di->e2di_size < sizeof(di->e2di_blocks) &&
	    di->e2di_nblock == ea && (di->e2di_flags & EXT2_EXTENTS) == 0;
}

int
ext2fs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	int error;

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	if (ext2fs_shortlink(ip))
		error = uiomove(ip->i_din.e2di_blocks,
		    MIN((size_t)ip->i_size, ap->a_uio->uio_resid), ap->a_uio);
	else
		error = vnops_doread(ip, ap->a_uio);
	ext2fs_touch(ip, IN_ACCESS);
	return error;
}

int
ext2fs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	printf("tag VT_EXT2FS, inode %llu, mode 0%o, %u links, size %llu\n",
	    (unsigned long long)ip->i_number, ip->i_mode,
	    ip->i_din.e2di_nlink, (unsigned long long)ip->i_size);
	return 0;
}

int
ext2fs_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = LINK_MAX,
		.gl_name_max = EXT2FS_MAXNAMLEN,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 42,
		.gl_symlink_max = PATH_MAX,
		.gl_symlinks = 1,
	};

	return genfs_stdpathconf(v, &limits);
}

/* Devices and fifos: their times are ours, the rest is specfs's and fifofs's. */
int
ext2fs_spec_read(void *v)
{
	struct vop_read_args *ap = v;

	ext2fs_touch(VTOI(ap->a_vp), IN_ACCESS);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

int
ext2fs_spec_write(void *v)
{
	struct vop_write_args *ap = v;

	ext2fs_touch(VTOI(ap->a_vp), IN_UPDATE | IN_CHANGE);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

int
ext2fs_fifo_read(void *v)
{
	struct vop_read_args *ap = v;

	ext2fs_touch(VTOI(ap->a_vp), IN_ACCESS);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_read), v);
}

int
ext2fs_fifo_write(void *v)
{
	struct vop_write_args *ap = v;

	ext2fs_touch(VTOI(ap->a_vp), IN_UPDATE | IN_CHANGE);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_write), v);
}
