/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spec_vnops.c - device vnodes.
 *
 * Interface
 *	A file system with device nodes puts these operations into a vector of
 *	its own (attributes are the file system's) and calls spec_node_init().
 *	All vnodes of one device share a specdev: a block device is open once
 *	at most, a character device is closed with the last of its opens.
 *
 * Locking	d: device_lock
 *	The vnode is unlocked while the driver works: it may sleep long.
 *
 * Sleeps	as the driver.
 * Errors	ENXIO: no driver, or a nodev mount; EBUSY: block device in use.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/tty.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#define	SPEC_BUCKETS	64

int (**spec_vnodeop_p)(void *);

static kmutex_t device_lock;
static LIST_HEAD(, specnode) spec_hash[SPEC_BUCKETS];	/* d */

void
spec_init(void)
{

	mutex_init(&device_lock, MUTEX_DEFAULT, 0);
}

static unsigned
spec_bucket(dev_t dev)
{

	return (unsigned)((dev ^ (dev >> 8)) % SPEC_BUCKETS);
}

/* Give vp (v_type is set) its place among the vnodes of the device. */
void
spec_node_init(struct vnode *vp, dev_t rdev)
{
	struct specnode *sn = kmem_zalloc(sizeof(*sn), KM_SLEEP), *other;
	struct specdev *sd = kmem_zalloc(sizeof(*sd), KM_SLEEP);

	KASSERT(vp->v_type == VBLK || vp->v_type == VCHR);
	sn->sn_vnode = vp;
	sn->sn_rdev = rdev;
	mutex_enter(&device_lock);
	LIST_FOREACH(other, &spec_hash[spec_bucket(rdev)], sn_hash) {
		if (other->sn_rdev == rdev &&
		    other->sn_vnode->v_type == vp->v_type)
			break;
	}
	if (other != NULL)
		sn->sn_dev = other->sn_dev;
	else {
		sd->sd_rdev = rdev;
		sn->sn_dev = sd;
		sd = NULL;
	}
	sn->sn_dev->sd_refcnt++;
	LIST_INSERT_HEAD(&spec_hash[spec_bucket(rdev)], sn, sn_hash);
	mutex_exit(&device_lock);
	vp->v_specnode = sn;
	if (sd != NULL)
		kmem_free(sd, sizeof(*sd));
}

void
spec_node_destroy(struct vnode *vp)
{
	struct specnode *sn = vp->v_specnode;
	struct specdev *sd = sn->sn_dev;
	bool last;

	mutex_enter(&device_lock);
	KASSERT(sn->sn_opencnt == 0);
	LIST_REMOVE(sn, sn_hash);
	last = --sd->sd_refcnt == 0;
	vp->v_specnode = NULL;
	mutex_exit(&device_lock);
	if (last)
		kmem_free(sd, sizeof(*sd));
	kmem_free(sn, sizeof(*sn));
}

int
spec_node_lookup_by_dev(enum vtype type, dev_t dev, struct vnode **vpp)
{
	struct specnode *sn;
	int error = ENOENT;

	mutex_enter(&device_lock);
	LIST_FOREACH(sn, &spec_hash[spec_bucket(dev)], sn_hash) {
		if (sn->sn_rdev == dev && sn->sn_vnode->v_type == type &&
		    vcache_tryvget(sn->sn_vnode) == 0) {
			*vpp = sn->sn_vnode;
			error = 0;
			break;
		}
	}
	mutex_exit(&device_lock);
	return error;
}

int
spec_node_lookup_by_mount(struct mount *mp, struct vnode **vpp)
{
	struct specnode *sn;
	int i, error = ENOENT;

	mutex_enter(&device_lock);
	for (i = 0; i < SPEC_BUCKETS && error != 0; i++) {
		LIST_FOREACH(sn, &spec_hash[i], sn_hash) {
			if (sn->sn_vnode->v_type != VBLK ||
			    sn->sn_dev->sd_mountpoint != mp)
				continue;
			if (vcache_tryvget(sn->sn_vnode) == 0) {
				*vpp = sn->sn_vnode;
				error = 0;
				break;
			}
		}
	}
	mutex_exit(&device_lock);
	return error;
}

struct mount *
spec_node_getmountedfs(struct vnode *vp)
{

	return vp->v_specnode->sn_dev->sd_mountpoint;
}

void
spec_node_setmountedfs(struct vnode *vp, struct mount *mp)
{
	struct specdev *sd = vp->v_specnode->sn_dev;

	KASSERT(vp->v_type == VBLK);
	KASSERT(sd->sd_mountpoint == NULL || mp == NULL);
	sd->sd_mountpoint = mp;
}

static int
spec_dev_close(struct vnode *vp, int flag)
{
	dev_t dev = vp->v_rdev;
	int error;

	if (vp->v_type == VBLK) {
		(void)vinvalbuf(vp, V_SAVE, NOCRED, curlwp, false, 0);
		VOP_UNLOCK(vp);
		error = bdev_close(dev, flag, S_IFBLK, curlwp);
	} else {
		VOP_UNLOCK(vp);
		error = cdev_close(dev, flag, S_IFCHR, curlwp);
	}
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	return error;
}

/* The vnode goes away under its users: it has no opens any more. */
void
spec_node_revoke(struct vnode *vp)
{
	struct specnode *sn = vp->v_specnode;
	bool last = false;

	mutex_enter(&device_lock);
	sn->sn_gone = true;
	if (sn->sn_opencnt != 0) {
		sn->sn_dev->sd_opencnt -= sn->sn_opencnt;
		sn->sn_opencnt = 0;
		last = sn->sn_dev->sd_opencnt == 0;
	}
	mutex_exit(&device_lock);
	if (last)
		(void)spec_dev_close(vp, FNONBLOCK);
}

/* Count the open; a block device has one owner. */
static int
spec_open_enter(struct vnode *vp)
{
	struct specnode *sn = vp->v_specnode;
	struct specdev *sd = sn->sn_dev;
	int error = 0;

	mutex_enter(&device_lock);
	if (sn->sn_gone)
		error = EBADF;
	else if (vp->v_type == VBLK && sd->sd_opencnt != 0)
		error = EBUSY;
	else {
		sn->sn_opencnt++;
		sd->sd_opencnt++;
		if (vp->v_type == VBLK)
			sd->sd_bdevvp = vp;
	}
	mutex_exit(&device_lock);
	return error;
}

/* Uncount; true for the last one of the device. */
static bool
spec_open_exit(struct vnode *vp)
{
	struct specnode *sn = vp->v_specnode;
	struct specdev *sd = sn->sn_dev;
	bool last = false;

	mutex_enter(&device_lock);
	if (sn->sn_opencnt != 0) {
		sn->sn_opencnt--;
		last = --sd->sd_opencnt == 0;
		if (last && vp->v_type == VBLK)
			sd->sd_bdevvp = NULL;
	}
	mutex_exit(&device_lock);
	return last;
}

int
spec_open(void *v)
{
	struct vop_open_args *ap = v;
	struct vnode *vp = ap->a_vp;
	dev_t dev = vp->v_rdev;
	int error;

	if (vp->v_mount != NULL && (vp->v_mount->mnt_flag & MNT_NODEV) != 0)
		return ENXIO;
	if (vp->v_type == VCHR ? cdevsw_lookup(dev) == NULL :
	    bdevsw_lookup(dev) == NULL)
		return ENXIO;
	if ((error = spec_open_enter(vp)) != 0)
		return error;
	VOP_UNLOCK(vp);
	if (vp->v_type == VCHR)
		error = cdev_open(dev, ap->a_mode, S_IFCHR, curlwp);
	else
		error = bdev_open(dev, ap->a_mode, S_IFBLK, curlwp);
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (error != 0) {
		spec_open_exit(vp);
		return error;
	}
	if (vp->v_type == VCHR && cdev_type(dev) == D_TTY)
		vp->v_vflag |= VV_ISTTY;
	return 0;
}

int
spec_close(void *v)
{
	struct vop_close_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if (!spec_open_exit(vp))
		return 0;
	return spec_dev_close(vp, ap->a_fflag);
}

int
spec_access(void *v __unused)
{

	return 0;
}

/* One piece of a block device through the buffer cache. */
static int
spec_blkio(struct vnode *vp, struct uio *uio, bool *eofp)
{
	const int bscale = BLKDEV_IOSIZE >> DEV_BSHIFT;
	daddr_t bn = (uio->uio_offset >> DEV_BSHIFT) &
	    ~(daddr_t)(bscale - 1);
	size_t on = (size_t)(uio->uio_offset % BLKDEV_IOSIZE), n, have;
	struct buf *bp;
	int error;

	n = MIN(BLKDEV_IOSIZE - on, uio->uio_resid);
	if (uio->uio_rw == UIO_WRITE && n == BLKDEV_IOSIZE) {
		bp = getblk(vp, bn, BLKDEV_IOSIZE, 0, 0);
		bp->b_resid = 0;
		error = 0;
	} else
		error = bread(vp, bn, BLKDEV_IOSIZE, 0, &bp);
	if (error != 0) {
		if (bp != NULL)
			brelse(bp, 0);
		return error;
	}
	have = BLKDEV_IOSIZE - (size_t)bp->b_resid;
	if (on >= have) {
		*eofp = true;
		brelse(bp, 0);
		return 0;
	}
	n = MIN(n, have - on);
	error = uiomove((char *)bp->b_data + on, n, uio);
	if (uio->uio_rw == UIO_READ || error != 0)
		brelse(bp, error != 0 ? BC_INVAL : 0);
	else if (n + on == BLKDEV_IOSIZE)
		bawrite(bp);
	else
		bdwrite(bp);
	return error;
}

static int
spec_io(struct vnode *vp, struct uio *uio, int ioflag)
{
	bool eof = false;
	int error = 0;

	if (vp->v_type == VCHR) {
		VOP_UNLOCK(vp);
		if (uio->uio_rw == UIO_READ)
			error = cdev_read(vp->v_rdev, uio, ioflag);
		else
			error = cdev_write(vp->v_rdev, uio, ioflag);
		vn_lock(vp, (uio->uio_rw == UIO_READ ? LK_SHARED :
		    LK_EXCLUSIVE) | LK_RETRY);
		return error;
	}
	if (uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && uio->uio_resid > 0 && !eof)
		error = spec_blkio(vp, uio, &eof);
	return error;
}

int
spec_read(void *v)
{
	struct vop_read_args *ap = v;

	if (ap->a_uio->uio_resid == 0)
		return 0;
	return spec_io(ap->a_vp, ap->a_uio, ap->a_ioflag);
}

int
spec_write(void *v)
{
	struct vop_write_args *ap = v;

	return spec_io(ap->a_vp, ap->a_uio, ap->a_ioflag);
}

int
spec_ioctl(void *v)
{
	struct vop_ioctl_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if (vp->v_type == VCHR)
		return cdev_ioctl(vp->v_rdev, ap->a_command, ap->a_data,
		    ap->a_fflag, curlwp);
	return bdev_ioctl(vp->v_rdev, ap->a_command, ap->a_data, ap->a_fflag,
	    curlwp);
}

int
spec_poll(void *v)
{
	struct vop_poll_args *ap = v;

	if (ap->a_vp->v_type != VCHR)
		return genfs_poll(v);
	return cdev_poll(ap->a_vp->v_rdev, ap->a_events, curlwp);
}

int
spec_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;

	if (ap->a_vp->v_type != VCHR)
		return EOPNOTSUPP;
	return cdev_kqfilter(ap->a_vp->v_rdev, ap->a_kn);
}

int
spec_mmap(void *v __unused)
{

	return EINVAL;
}

int
spec_fsync(void *v)
{
	struct vop_fsync_args *ap = v;

	if (ap->a_vp->v_type != VBLK)
		return 0;
	return vflushbuf(ap->a_vp, ap->a_flags);
}

int
spec_seek(void *v)
{
	struct vop_seek_args *ap = v;

	return ap->a_newoff < 0 ? EINVAL : 0;
}

int
spec_fdiscard(void *v)
{
	struct vop_fdiscard_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if (vp->v_type == VCHR)
		return cdev_discard(vp->v_rdev, ap->a_pos, ap->a_len);
	return bdev_discard(vp->v_rdev, ap->a_pos, ap->a_len);
}

int
spec_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
spec_reclaim(void *v __unused)
{

	return 0;
}

int
spec_bmap(void *v)
{
	struct vop_bmap_args *ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = (MAXBSIZE >> DEV_BSHIFT) - 1;
	return 0;
}

int
spec_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;

	bp->b_dev = ap->a_vp->v_rdev;
	bdev_strategy(bp);
	return 0;
}

int
spec_print(void *v)
{
	struct vop_print_args *ap = v;

	printf("\tdevice %d, %d\n", major(ap->a_vp->v_rdev),
	    minor(ap->a_vp->v_rdev));
	return 0;
}

int
spec_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = LINK_MAX;
		return 0;
	case _PC_MAX_CANON:
		*ap->a_retval = MAX_CANON;
		return 0;
	case _PC_MAX_INPUT:
		*ap->a_retval = MAX_INPUT;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	case _PC_VDISABLE:
		*ap->a_retval = 0xff;
		return 0;
	default:
		return EINVAL;
	}
}

int
spec_advlock(void *v)
{
	struct vop_advlock_args *ap = v;

	return lf_advlock(ap, &ap->a_vp->v_speclockf, 0);
}

static const struct vnodeopv_entry_desc spec_vnodeop_entries[] = {
	{ &vop_default_desc, genfs_eopnotsupp },
	{ &vop_lookup_desc, genfs_badop },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, spec_access },
	{ &vop_getattr_desc, genfs_ebadf },
	{ &vop_setattr_desc, genfs_ebadf },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fallocate_desc, spec_fallocate },
	{ &vop_fdiscard_desc, spec_fdiscard },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_inactive_desc, spec_inactive },
	{ &vop_reclaim_desc, spec_reclaim },
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

const struct vnodeopv_desc spec_vnodeop_opv_desc =
	{ &spec_vnodeop_p, spec_vnodeop_entries };
