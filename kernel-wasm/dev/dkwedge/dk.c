/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk.c - disk wedges, dk(4): the device switch.
 *
 * Interface
 *	The first open of a wedge opens the block device of its parent, which
 *	is then busy for others; the last close closes it.  A request becomes
 *	one of the parent, moved by the wedge's offset.
 *
 * Locking	see dkwedge_private.h
 * Sleeps	open and close (as the parent).
 * Errors	ENXIO no such wedge, or it is being deleted; EBUSY the parent
 *		is in use; EACCES writing open, and the parent can only be
 *		read; EINVAL beyond the end; of the parent.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include "dkwedge_private.h"

static void	dkstrategy(struct buf *);

/*
 * The parent's device, for reading and writing if that can be.
 */
static int
parent_vopen(struct vnode *vp, bool *rdonlyp)
{
	int error;

	*rdonlyp = false;
	error = VOP_OPEN(vp, FREAD | FWRITE, NOCRED);
	if (error != EACCES && error != EROFS)
		return error;
	*rdonlyp = true;
	return VOP_OPEN(vp, FREAD, NOCRED);
}

int
dkwedge_parent_open(struct disk *pdk)
{
	struct vnode *vp;
	int error;

	KASSERT(mutex_owned(&pdk->dk_openlock));
	if (pdk->dk_rawopens == 0) {
		error = bdevvp(pdk->dk_dev, &vp);
		if (error != 0)
			return error;
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		error = parent_vopen(vp, &pdk->dk_rawrdonly);
		VOP_UNLOCK(vp);
		if (error != 0) {
			vgone(vp);
			return error;
		}
		pdk->dk_rawvp = vp;
	}
	pdk->dk_rawopens++;
	return 0;
}

void
dkwedge_parent_close(struct disk *pdk)
{
	struct vnode *vp = pdk->dk_rawvp;

	KASSERT(mutex_owned(&pdk->dk_openlock));
	KASSERT(pdk->dk_rawopens > 0);
	if (--pdk->dk_rawopens != 0)
		return;
	pdk->dk_rawvp = NULL;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_CLOSE(vp, FREAD | (pdk->dk_rawrdonly ? 0 : FWRITE), NOCRED);
	VOP_UNLOCK(vp);
	vgone(vp);
}

static int
dkopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_enter(dev);
	struct disk *pdk;
	bool first;
	int error = 0;

	(void)l;
	if (sc == NULL)
		return ENXIO;
	pdk = sc->sc_parent;
	mutex_enter(&pdk->dk_openlock);
	first = sc->sc_opens == 0;
	if (sc->sc_dying)
		error = ENXIO;
	else if (first)
		error = dkwedge_parent_open(pdk);
	if (error == 0 && (flag & FWRITE) != 0 && pdk->dk_rawrdonly) {
		if (first)
			dkwedge_parent_close(pdk);
		error = EACCES;
	}
	if (error == 0)
		sc->sc_opens |= fmt == S_IFBLK ? DKW_BOPEN : DKW_COPEN;
	mutex_exit(&pdk->dk_openlock);
	dkwedge_exit(sc);
	return error;
}

static int
dkclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_enter(dev);
	u_int bit = fmt == S_IFBLK ? DKW_BOPEN : DKW_COPEN;

	(void)flag;
	(void)l;
	if (sc == NULL)
		return 0;
	mutex_enter(&sc->sc_parent->dk_openlock);
	if ((sc->sc_opens & bit) != 0) {
		sc->sc_opens &= ~bit;
		if (sc->sc_opens == 0)
			dkwedge_parent_close(sc->sc_parent);
	}
	mutex_exit(&sc->sc_parent->dk_openlock);
	dkwedge_exit(sc);
	return 0;
}

/*
 * The parent is through with a request of ours.
 */
static void
dkiodone(struct buf *nbp)
{
	struct buf *bp = nbp->b_private;
	struct dkwedge_softc *sc = (void *)(uintptr_t)nbp->b_dcookie;

	bp->b_error = nbp->b_error;
	bp->b_resid = bp->b_bcount - (nbp->b_bcount - nbp->b_resid);
	disk_unbusy(&sc->sc_dk, bp->b_bcount - bp->b_resid, BUF_ISREAD(bp));
	putiobuf(nbp);
	dkwedge_exit(sc);
	biodone(bp);
}

static void
dkstrategy(struct buf *bp)
{
	struct dkwedge_softc *sc = dkwedge_enter(bp->b_dev);
	struct buf *nbp;
	int len = 0;

	if (sc == NULL || sc->sc_dying || sc->sc_opens == 0)
		bp->b_error = ENXIO;
	else
		len = disk_bounds(&sc->sc_dk, bp);
	if (len == 0) {
		if (sc != NULL)
			dkwedge_exit(sc);
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	nbp = getiobuf(NULL, true);
	nbp->b_flags = bp->b_flags & (B_READ | B_ASYNC | B_PHYS | B_RAW |
	    B_MEDIA_FUA | B_MEDIA_DPO);
	nbp->b_dev = sc->sc_parent->dk_dev;
	nbp->b_data = bp->b_data;
	nbp->b_bcount = nbp->b_bufsize = nbp->b_resid = len;
	nbp->b_blkno = nbp->b_rawblkno = bp->b_blkno +
	    (sc->sc_info.dkw_offset << sc->sc_parent->dk_blkshift);
	nbp->b_iodone = dkiodone;
	nbp->b_private = bp;
	nbp->b_dcookie = (uintptr_t)sc;
	BIO_COPYPRIO(nbp, bp);
	disk_busy(&sc->sc_dk);
	bdev_strategy(nbp);
}

static int
dkread(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(dkstrategy, NULL, dev, B_READ, minphys, uio);
}

static int
dkwrite(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(dkstrategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
dkioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_enter(dev);
	int error;

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case DIOCGWEDGEINFO:
		memcpy(data, &sc->sc_info, sizeof(sc->sc_info));
		error = 0;
		break;
	case DIOCCACHESYNC:
		error = sc->sc_opens == 0 ? ENXIO :
		    bdev_ioctl(sc->sc_parent->dk_dev, cmd, data, flag, l);
		break;
	default:
		error = disk_ioctl(&sc->sc_dk, dev, cmd, data, flag, l);
		break;
	}
	dkwedge_exit(sc);
	return error == EPASSTHROUGH ? ENOTTY : error;
}

/*
 * In DEV_BSIZE blocks, or -1 when that does not fit.
 */
static int
dksize(dev_t dev)
{
	struct dkwedge_softc *sc = dkwedge_enter(dev);
	uint64_t size;

	if (sc == NULL)
		return -1;
	size = sc->sc_info.dkw_size << sc->sc_parent->dk_blkshift;
	dkwedge_exit(sc);
	return size > INT_MAX ? -1 : (int)size;
}

static const struct bdevsw dk_bdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_strategy = dkstrategy,
	.d_ioctl = dkioctl,
	.d_dump = nodump,
	.d_psize = dksize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw dk_cdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_read = dkread,
	.d_write = dkwrite,
	.d_ioctl = dkioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

void
dkwedge_attach_devsw(void)
{
	devmajor_t bmajor = DKW_DEVMAJOR, cmajor = DKW_DEVMAJOR;

	if (devsw_attach("dk", &dk_bdevsw, &bmajor, &dk_cdevsw, &cmajor) != 0)
		panic("dk: no device switch entry");
}
