/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_vnops.c - operations on files of a CD.
 *
 * Data		buffers of 32 KiB for files, of one sector for directories,
 *		on the file's own vnode; strategy turns them into runs of the
 *		device.  A buffer that spans two extents is split.
 *
 * Locking	as sys/vnode.h says; nothing here changes after load.
 * Sleeps	reads.
 * Errors	EROFS for all changes; EOPNOTSUPP interleaved files; EFTYPE
 *		files that zisofs compressed; EIO data outside the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "cd9660.h"

static int
cd9660_bufshift(const struct vnode *vp)
{
	return vp->v_type == VDIR ? ISO_SECSHIFT : CD9660_CHUNKSHIFT;
}

static int
cd9660_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);
	mode_t mode = (mode_t)ap->a_mode;

	if ((mode & VWRITE) != 0 && (vp->v_type == VDIR ||
	    vp->v_type == VREG || vp->v_type == VLNK))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(mode, vp->v_type, ip->i_mode), vp, NULL,
	    genfs_can_access(vp->v_type, ip->i_mode & ALLPERMS, ip->i_uid,
	    ip->i_gid, mode, ap->a_cred));
}

static int
cd9660_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vattr *vap = ap->a_vap;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = ip->i_mode & ALLPERMS;
	vap->va_nlink = ip->i_nlink;
	vap->va_uid = ip->i_uid;
	vap->va_gid = ip->i_gid;
	vap->va_fsid = ip->i_mnt->im_dev;
	vap->va_fileid = ip->i_number;
	vap->va_size = ip->i_size;
	vap->va_blocksize = (long)ip->i_mnt->im_bsize;
	vap->va_atime = ip->i_atime;
	vap->va_mtime = ip->i_mtime;
	vap->va_ctime = ip->i_ctime;
	vap->va_birthtime = ip->i_birthtime;
	vap->va_gen = 1;
	vap->va_flags = 0;
	vap->va_rdev = ip->i_rdev;
	vap->va_bytes = ip->i_size;
	vap->va_filerev = 0;
	return 0;
}

static int
cd9660_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	const struct vattr *vap = ap->a_vap;

	if (vap->va_flags != (u_long)VNOVAL ||
	    vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL ||
	    vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL ||
	    vap->va_mode != (mode_t)VNOVAL)
		return EROFS;
	if (vap->va_size != (u_quad_t)VNOVAL) {
		switch (ap->a_vp->v_type) {
		case VDIR:
			return EISDIR;
		case VREG:
		case VLNK:
			return EROFS;
		default:
			break;
		}
	}
	return 0;
}

static int
cd9660_chunksize(const void *arg, daddr_t lbn)
{
	const struct iso_node *ip = arg;
	uint64_t off = (uint64_t)lbn << CD9660_CHUNKSHIFT;
	uint64_t left = roundup2(ip->i_size - off, (uint64_t)ISO_SECSIZE);

	if (left > 1U << CD9660_CHUNKSHIFT)
		return 1 << CD9660_CHUNKSHIFT;
	return (int)left;
}

/*
 * Better no contents than what nobody can read: once a mount it is said why.
 */
static int
cd9660_compressed(struct iso_mnt *imp)
{
	if (!imp->im_saidzf)
		printf("cd9660: %s: some files are compressed (zisofs); "
		    "-o norrip shows them as they are stored\n",
		    imp->im_mountp->mnt_stat.f_mntonname);
	imp->im_saidzf = true;
	return EFTYPE;
}

static int
cd9660_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);
	struct bioread br;

	if (ap->a_uio->uio_offset < 0)
		return EINVAL;
	if (ip->i_interleaved)
		return EOPNOTSUPP;
	if (ip->i_zisofs)
		return cd9660_compressed(ip->i_mnt);
	br.br_vp = vp;
	br.br_size = (off_t)ip->i_size;
	br.br_bshift = cd9660_bufshift(vp);
	br.br_blksize = vp->v_type == VDIR ? NULL : cd9660_chunksize;
	br.br_arg = ip;
	br.br_ra = &ip->i_ra;
	return vn_bioread(&br, ap->a_uio);
}

static int
cd9660_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	char *text;
	size_t len;
	int error;

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	text = kmem_alloc(ISO_MAXLINK, KM_SLEEP);
	error = cd9660_readlinktext(VTOI(ap->a_vp), text, &len);
	if (error == 0)
		error = uiomove(text, len, ap->a_uio);
	kmem_free(text, ISO_MAXLINK);
	return error;
}

/*
 * Where a byte of the file is: device address and how many bytes follow it
 * there.  Sectors are whole: the run goes on to the end of the last one.
 */
static bool
cd9660_run(const struct iso_node *ip, uint64_t off, uint64_t *addrp,
    uint64_t *runp)
{
	unsigned int i;

	for (i = 0; i < ip->i_nextents; i++) {
		const struct iso_extent *e = &ip->i_extents[i];
		uint64_t len = roundup2(e->e_len, (uint64_t)ISO_SECSIZE);

		if (i + 1 < ip->i_nextents)
			len = e->e_len;
		if (off < len) {
			*addrp = e->e_start + off;
			*runp = len - off;
			return true;
		}
		off -= len;
	}
	return false;
}

static int
cd9660_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);
	int shift = cd9660_bufshift(ap->a_vp);
	uint64_t addr, run;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ip->i_mnt->im_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0 || ap->a_bn > INT64_MAX >> shift)
		return EINVAL;
	*ap->a_bnp = -1;
	run = 0;
	if (cd9660_run(ip, (uint64_t)ap->a_bn << shift, &addr, &run))
		*ap->a_bnp = (daddr_t)(addr >> DEV_BSHIFT);
	if (ap->a_runp != NULL) {
		run >>= shift;
		*ap->a_runp = run > 1 ? (int)MIN(run - 1, 64) : 0;
	}
	return 0;
}

static void
cd9660_strategyfail(struct buf *bp, int error)
{
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
}

/*
 * A buffer over several extents, piece by piece.
 */
static void
cd9660_scatter(struct iso_node *ip, struct buf *bp, uint64_t off)
{
	struct vnode *devvp = ip->i_mnt->im_devvp;
	int done = 0, len = bp->b_bcount;
	uint64_t addr, run;
	struct buf *nbp;
	size_t n;

	while (done < len) {
		if (!cd9660_run(ip, off + (uint64_t)done, &addr, &run)) {
			nestiobuf_done(bp, len - done, EIO);
			return;
		}
		n = run > (uint64_t)(len - done) ? (size_t)(len - done) :
		    (size_t)run;
		nbp = getiobuf(NULL, true);
		nestiobuf_setup(bp, nbp, done, n);
		nbp->b_blkno = (daddr_t)(addr >> DEV_BSHIFT);
		done += (int)n;
		(void)VOP_STRATEGY(devvp, nbp);
	}
}

static int
cd9660_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;
	struct iso_node *ip = VTOI(ap->a_vp);
	int shift = cd9660_bufshift(ap->a_vp);
	uint64_t off, addr, run;

	KASSERT(BUF_ISREAD(bp));
	if (bp->b_lblkno < 0 || bp->b_lblkno > INT64_MAX >> shift) {
		cd9660_strategyfail(bp, EINVAL);
		return 0;
	}
	off = (uint64_t)bp->b_lblkno << shift;
	if (!cd9660_run(ip, off, &addr, &run) ||
	    addr >= ip->i_mnt->im_devsize) {
		cd9660_strategyfail(bp, EIO);
		return 0;
	}
	bp->b_resid = bp->b_bcount;
	if (run < (uint64_t)bp->b_bcount && ip->i_nextents > 1) {
		cd9660_scatter(ip, bp, off);
		return 0;
	}
	bp->b_blkno = (daddr_t)(addr >> DEV_BSHIFT);
	return VOP_STRATEGY(ip->i_mnt->im_devvp, bp);
}

static int
cd9660_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static int
cd9660_print(void *v)
{
	struct vop_print_args *ap = v;
	struct iso_node *ip = VTOI(ap->a_vp);

	printf("tag VT_ISOFS, record at byte %llu\n",
	    (unsigned long long)ip->i_number);
	return 0;
}

static int
cd9660_pathconf(void *v)
{
	static const struct genfs_limits limits = {
		.gl_link_max = 1,
		.gl_name_max = ISO_MAXNAMLEN,
		.gl_pipe_buf = PIPE_BUF,
		.gl_filesizebits = 44,
	};

	return genfs_stdpathconf(v, &limits);
}

static int
cd9660_erofs(void *v)
{
	(void)v;
	return EROFS;
}

int (**cd9660_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, cd9660_lookup },
	{ &vop_create_desc, cd9660_erofs },
	{ &vop_mknod_desc, cd9660_erofs },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, cd9660_access },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, cd9660_read },
	{ &vop_write_desc, cd9660_erofs },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, genfs_eopnotsupp },
	{ &vop_link_desc, cd9660_erofs },
	{ &vop_rename_desc, genfs_eopnotsupp },
	{ &vop_mkdir_desc, cd9660_erofs },
	{ &vop_rmdir_desc, genfs_eopnotsupp },
	{ &vop_symlink_desc, cd9660_erofs },
	{ &vop_readdir_desc, cd9660_readdir },
	{ &vop_readlink_desc, cd9660_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, cd9660_bmap },
	{ &vop_strategy_desc, cd9660_strategy },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, cd9660_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_vnodeop_opv_desc = {
	&cd9660_vnodeop_p, cd9660_vnodeop_entries
};

/* Device nodes of a Rock Ridge disc. */
int (**cd9660_specop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, cd9660_access },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, spec_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_specop_opv_desc = {
	&cd9660_specop_p, cd9660_specop_entries
};

int (**cd9660_fifoop_p)(void *);
static const struct vnodeopv_entry_desc cd9660_fifoop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_access_desc, cd9660_access },
	{ &vop_getattr_desc, cd9660_getattr },
	{ &vop_setattr_desc, cd9660_setattr },
	{ &vop_read_desc, fifo_read },
	{ &vop_write_desc, fifo_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_inactive_desc, cd9660_inactive },
	{ &vop_reclaim_desc, cd9660_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_print_desc, cd9660_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, fifo_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc cd9660_fifoop_opv_desc = {
	&cd9660_fifoop_p, cd9660_fifoop_entries
};
