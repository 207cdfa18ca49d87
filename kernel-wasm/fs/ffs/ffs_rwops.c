/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_rwops.c - operations on the contents of one file.
 *
 * Data		buffers of one logical block on the file's vnode, the last one
 *		as many frags as it has.
 *
 * Locking	as sys/vnode.h says.
 * Sleeps	reads, writes.
 * Errors	EFBIG behind fs_maxfilesize; ENOSPC; EROFS; EIO a file that
 *		leads outside the disk.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vfs_devmount.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ffs.h"
#include "ffs_log.h"

#define	FFS_APPEND	(UF_APPEND | SF_APPEND)

int
ffs_open(void *v)
{
	struct vop_open_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	if ((ip->i_flags & FFS_APPEND) != 0 &&
	    (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
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
	int error;

	br.br_vp = ip->i_vnode;
	br.br_size = (off_t)ip->i_size;
	br.br_bshift = ITOFS(ip)->fs_bshift;
	br.br_blksize = ffs_readsize;
	br.br_arg = ip;
	br.br_ra = &ip->i_ra;
	error = vn_bioread(&br, uio);
	if ((ip->i_ump->um_mountp->mnt_flag &
	    (MNT_NOATIME | MNT_RDONLY)) == 0)
		ffs_setflag(ip, IN_ACCESS);
	return error;
}

/*
 * The bytes of a directory, as the journal has them.
 */
static int
ffs_readmeta(struct inode *ip, struct uio *uio)
{
	const struct fs *fs = ITOFS(ip);
	uint64_t left;
	struct buf *bp;
	uint32_t off;
	daddr_t lbn;
	int size, error = 0;

	while (error == 0 && uio->uio_resid > 0 &&
	    (uint64_t)uio->uio_offset < ip->i_size) {
		lbn = ffs_lblkno(fs, uio->uio_offset);
		off = ffs_blkoff(fs, uio->uio_offset);
		size = ffs_blksize(fs, ip->i_size, lbn);
		left = MIN(ip->i_size - (uint64_t)uio->uio_offset,
		    (uint64_t)size - off);
		error = ffs_metaread(ip->i_ump, ip->i_vnode, lbn, size, &bp);
		if (error != 0)
			break;
		error = uiomove((char *)bp->b_data + off,
		    MIN(uio->uio_resid, (size_t)left), uio);
		brelse(bp, 0);
	}
	return error;
}

int
ffs_read(void *v)
{
	struct vop_read_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	struct uio *uio = ap->a_uio;

	KASSERT(VOP_ISLOCKED(ap->a_vp));
	if (uio->uio_offset < 0)
		return EINVAL;
	if ((uint64_t)uio->uio_offset > ITOFS(ip)->fs_maxfilesize)
		return EFBIG;
	if (uio->uio_resid == 0)
		return 0;
	if (ap->a_vp->v_type == VDIR && ip->i_ump->um_log != NULL)
		return ffs_readmeta(ip, uio);
	return ffs_doread(ip, uio);
}

int
ffs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	if (!ffs_shortlink(ip))
		return ffs_doread(ip, ap->a_uio);
	if ((ap->a_vp->v_mount->mnt_flag & (MNT_NOATIME | MNT_RDONLY)) == 0)
		ffs_setflag(ip, IN_ACCESS);
	return uiomove(ip->i_din.di_short, (size_t)ip->i_size, ap->a_uio);
}

/* A write under way. */
struct ffswrite {
	struct inode	*fw_ip;
	kauth_cred_t	fw_cred;
	uint64_t	fw_end;		/* behind what was allocated */
};

static void
write_setsize(struct ffswrite *fw, off_t size)
{
	struct inode *ip = fw->fw_ip;

	if ((uint64_t)size <= ip->i_size)
		return;
	ip->i_size = (uint64_t)size;
	uvm_vnp_setsize(ip->i_vnode, size);
}

static int
write_balloc(struct ffswrite *fw, off_t off, int len, bool whole, struct buf **bpp)
{
	struct inode *ip = fw->fw_ip;
	int error;

	ffs_log_begin(ip->i_ump);
	error = ffs_balloc(ip, off, len, whole, fw->fw_cred, bpp);
	if (error == 0) {
		fw->fw_end = MAX(fw->fw_end, (uint64_t)off + (uint32_t)len);
		/* What is allocated and what names it are one step. */
		if (ip->i_ump->um_log != NULL)
			write_setsize(fw, off + len);
	}
	if (ip->i_ump->um_log != NULL)
		(void)ffs_update(ip, false);
	ffs_log_end(ip->i_ump);
	return error;
}

/*
 * Block after block.
 */
static int
write_blocks(struct ffswrite *fw, struct uio *uio, int ioflag)
{
	const struct fs *fs = ITOFS(fw->fw_ip);
	struct buf *bp;
	uint32_t off;
	size_t n;
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		off = ffs_blkoff(fs, uio->uio_offset);
		n = MIN(uio->uio_resid, (size_t)(fs->fs_bsize - off));
		error = write_balloc(fw, uio->uio_offset, (int)n, off == 0 &&
		    (n == fs->fs_bsize || (uint64_t)uio->uio_offset + n >=
		    fw->fw_ip->i_size), &bp);
		if (error != 0)
			break;
		error = uiomove((char *)bp->b_data + off, n, uio);
		if (error != 0) {
			if ((bp->b_oflags & BO_DONE) == 0)
				clrbuf(bp);
			bdwrite(bp);
			break;
		}
		write_setsize(fw, uio->uio_offset);
		if ((ioflag & IO_SYNC) != 0)
			error = bwrite(bp);
		else if (off + n == fs->fs_bsize)
			bawrite(bp);
		else
			bdwrite(bp);
	}
	return error;
}

/*
 * Write, or leave the file as long as it was.
 */
static int
ffs_dowrite(struct vnode *vp, struct uio *uio, int ioflag, kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	const uint64_t osize = ip->i_size;
	const size_t resid = uio->uio_resid;
	const off_t start = uio->uio_offset;
	struct ffswrite fw = { .fw_ip = ip, .fw_cred = cred };
	int error;

	error = write_blocks(&fw, uio, ioflag);
	if (error != 0) {
		ip->i_size = MAX(ip->i_size, fw.fw_end);
		(void)ffs_truncate(ip, osize, cred);
		uio->uio_offset = start;
		uio->uio_resid = resid;
		return error;
	}
	if ((ip->i_mode & (S_ISUID | S_ISGID)) != 0 &&
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID |
	    KAUTH_VNODE_RETAIN_SGID, vp, NULL, EPERM) != 0)
		ip->i_mode &= ~(uint32_t)(S_ISUID | S_ISGID);
	ffs_setflag(ip, IN_CHANGE | IN_UPDATE);
	ffs_later(ip);
	return (ioflag & IO_SYNC) != 0 ? ffs_update(ip, true) : 0;
}

int
ffs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct inode *ip = VTOI(vp);
	struct uio *uio = ap->a_uio;
	const uint64_t osize = ip->i_size;
	int error;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ffs_isrdonly(ip->i_ump))
		return EROFS;	/* opened before the mount became read-only */
	if ((ap->a_ioflag & IO_APPEND) != 0)
		uio->uio_offset = (off_t)ip->i_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if ((ip->i_flags & FFS_APPEND) != 0 &&
	    (uint64_t)uio->uio_offset != ip->i_size)
		return EPERM;
	if ((uint64_t)uio->uio_offset + uio->uio_resid >
	    ITOFS(ip)->fs_maxfilesize)
		return EFBIG;
	if (uio->uio_resid == 0)
		return 0;
	error = ffs_dowrite(vp, uio, ap->a_ioflag, ap->a_cred);
	if (error == 0)
		VN_KNOTE(vp, ip->i_size > osize ? NOTE_WRITE | NOTE_EXTEND :
		    NOTE_WRITE);
	return error;
}

/*
 * The whole contents of a small new file, on the disk unless the mount is
 * asynchronous.
 */
int
ffs_writeshort(struct vnode *vp, const void *text, size_t len,
    kauth_cred_t cred)
{
	struct iovec iov = { .iov_base = __UNCONST(text), .iov_len = len };
	struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1,
	    .uio_resid = len, .uio_rw = UIO_WRITE };

	UIO_SETUP_SYSSPACE(&uio);
	return ffs_dowrite(vp, &uio, (vp->v_mount->mnt_flag & MNT_ASYNC) != 0 ?
	    0 : IO_SYNC, cred);
}

int
ffs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct ufsmount *ump = VTOI(vp)->i_ump;
	bool wait = (ap->a_flags & FSYNC_WAIT) != 0;
	int error;

	KASSERT(VOP_ISLOCKED(vp));
	error = vflushbuf(vp, ap->a_flags);
	if (error != 0 || (ap->a_flags & FSYNC_RECLAIM) != 0)
		return error;
	error = ffs_update(VTOI(vp), wait);
	if ((ap->a_flags & FSYNC_LAZY) != 0 && ffs_log_pending(ump))
		wait = true;	/* the syncer: the journal has waited long */
	if (error != 0 || !wait || (ap->a_flags & FSYNC_NOLOG) != 0)
		return error;
	return ump->um_log != NULL ? ffs_log_commit(ump) :
	    ffs_cachesync(ump);
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
	static const struct genfs_limits limits = {
		.gl_link_max = UFS_LINK_MAX,
		.gl_name_max = FFS_MAXNAMLEN,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 42,
		.gl_symlink_max = PATH_MAX,
		.gl_symlinks = 1,
	};

	return genfs_stdpathconf(v, &limits);
}

/*
 * Devices and fifos: their times are ours, the rest is specfs's and fifofs's.
 */
static void
special_read(struct vnode *vp)
{
	if ((vp->v_mount->mnt_flag & (MNT_NOATIME | MNT_RDONLY)) == 0)
		ffs_setflag(VTOI(vp), IN_ACCESS);
}

static void
special_write(struct vnode *vp)
{
	if ((vp->v_mount->mnt_flag & (MNT_NODEVMTIME | MNT_RDONLY)) == 0)
		ffs_setflag(VTOI(vp), IN_CHANGE | IN_UPDATE);
}

int
ffs_spec_read(void *v)
{
	struct vop_read_args *ap = v;

	special_read(ap->a_vp);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

int
ffs_spec_write(void *v)
{
	struct vop_write_args *ap = v;

	special_write(ap->a_vp);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

int
ffs_spec_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	int error;

	error = ffs_update(VTOI(ap->a_vp), (ap->a_flags & FSYNC_WAIT) != 0);
	return error != 0 ? error :
	    VOCALL(spec_vnodeop_p, VOFFSET(vop_fsync), v);
}

int
ffs_fifo_read(void *v)
{
	struct vop_read_args *ap = v;

	special_read(ap->a_vp);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_read), v);
}

int
ffs_fifo_write(void *v)
{
	struct vop_write_args *ap = v;

	special_write(ap->a_vp);
	return VOCALL(fifo_vnodeop_p, VOFFSET(vop_write), v);
}
