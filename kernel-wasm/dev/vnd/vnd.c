/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vnd.c - files as disks, vnd(4): the device switch and transfers.
 *
 * Interface
 *	/dev/rvndN opens without a file; VNDIOCSET gives it one, VNDIOCCLR
 *	takes it away (vnd_conf.c).  Requests wait in a queue for a thread
 *	that reads and writes the file; a kernel without threads works the
 *	queue off in the strategy routine.
 *
 * Locking	q: sc_lock of the unit
 *		Nothing is held while the file is read or written.
 * Sleeps	open no; the thread in the file system below.
 * Errors	ENXIO no file; EROFS writing open of a read-only unit; EINVAL
 *		beyond the end; of the file system below.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <rump-sys/kern.h>

#include "vnd_private.h"

struct vnd_softc vnd_sc[VND_UNITS];

struct vnd_softc *
vnd_unit(dev_t dev)
{
	devminor_t unit = minor(dev);

	return unit < 0 || unit >= VND_UNITS ? NULL : &vnd_sc[unit];
}

static int
vndopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct vnd_softc *sc = vnd_unit(dev);
	int error = 0;

	(void)l;
	if (sc == NULL)
		return ENXIO;
	mutex_enter(&sc->sc_lock);
	if (fmt == S_IFBLK && sc->sc_state != VND_READY)
		error = ENXIO;
	else if (fmt == S_IFBLK && (flag & FWRITE) != 0 && sc->sc_rdonly)
		error = EROFS;
	else
		sc->sc_opens |= fmt == S_IFBLK ? VND_BOPEN : VND_COPEN;
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
vndclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct vnd_softc *sc = vnd_unit(dev);

	(void)flag;
	(void)l;
	mutex_enter(&sc->sc_lock);
	sc->sc_opens &= ~(fmt == S_IFBLK ? VND_BOPEN : VND_COPEN);
	mutex_exit(&sc->sc_lock);
	return 0;
}

/*
 * What somebody waits for is on the medium when he is told, as with a disk
 * of the host: one flush for the request, not one for each block of the file.
 */
static int
vnd_settle(struct vnd_softc *sc, off_t off, int len, bool locked)
{
	int error;

	if (!locked)
		vn_lock(sc->sc_vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(sc->sc_vp, sc->sc_cred, FSYNC_WAIT | FSYNC_DATAONLY |
	    FSYNC_CACHE, off, off + len);
	if (!locked)
		VOP_UNLOCK(sc->sc_vp);
	return error;
}

/*
 * len bytes of the request, from or to the file.
 */
static void
vnd_transfer(struct vnd_softc *sc, struct buf *bp, int len)
{
	const bool reading = BUF_ISREAD(bp);
	/* Without threads a lock that is held is ours. */
	const bool locked = !rump_threads && VOP_ISLOCKED(sc->sc_vp) != 0;
	off_t off = (off_t)bp->b_blkno << DEV_BSHIFT;
	size_t resid = 0;
	int error;

	disk_busy(&sc->sc_dk);
	error = vn_rdwr(reading ? UIO_READ : UIO_WRITE, sc->sc_vp, bp->b_data,
	    len, off, UIO_SYSSPACE, locked ? IO_NODELOCKED : 0, sc->sc_cred,
	    &resid, curlwp);
	if (error == 0 && resid != 0)
		error = EIO;
	if (error == 0 && !reading && ((bp->b_flags & B_ASYNC) == 0 ||
	    (bp->b_flags & B_MEDIA_FUA) != 0))
		error = vnd_settle(sc, off, len, locked);
	disk_unbusy(&sc->sc_dk, error == 0 ? len : 0, reading);
	bp->b_error = error;
	bp->b_resid = error != 0 ? bp->b_bcount : bp->b_bcount - len;
	biodone(bp);
}

/*
 * Work the queue off; a request that the file system below causes itself,
 * by making room in the buffer cache, waits for its turn.
 */
static void
vnd_run(struct vnd_softc *sc)
{
	struct buf *bp;

	KASSERT(mutex_owned(&sc->sc_lock));
	sc->sc_running = true;
	while ((bp = TAILQ_FIRST(&sc->sc_queue)) != NULL) {
		TAILQ_REMOVE(&sc->sc_queue, bp, b_actq);
		mutex_exit(&sc->sc_lock);
		vnd_transfer(sc, bp, disk_bounds(&sc->sc_dk, bp));
		mutex_enter(&sc->sc_lock);
	}
	sc->sc_running = false;
	cv_broadcast(&sc->sc_cv);
}

void
vnd_thread(void *arg)
{
	struct vnd_softc *sc = arg;

	mutex_enter(&sc->sc_lock);
	for (;;) {
		vnd_run(sc);
		if (sc->sc_state == VND_CLEARING)
			break;
		while (TAILQ_EMPTY(&sc->sc_queue) &&
		    sc->sc_state != VND_CLEARING)
			cv_wait(&sc->sc_cv, &sc->sc_lock);
	}
	mutex_exit(&sc->sc_lock);
	kthread_exit(0);
}

static void
vndstrategy(struct buf *bp)
{
	struct vnd_softc *sc = vnd_unit(bp->b_dev);
	int len = 0;

	mutex_enter(&sc->sc_lock);
	if (sc->sc_state != VND_READY)
		bp->b_error = ENXIO;
	else if (BUF_ISWRITE(bp) && sc->sc_rdonly)
		bp->b_error = EROFS;
	else
		len = disk_bounds(&sc->sc_dk, bp);
	if (len == 0) {
		mutex_exit(&sc->sc_lock);
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	TAILQ_INSERT_TAIL(&sc->sc_queue, bp, b_actq);
	if (rump_threads)
		cv_broadcast(&sc->sc_cv);
	else if (!sc->sc_running)
		vnd_run(sc);
	mutex_exit(&sc->sc_lock);
}

static int
vndread(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(vndstrategy, NULL, dev, B_READ, minphys, uio);
}

static int
vndwrite(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(vndstrategy, NULL, dev, B_WRITE, minphys, uio);
}

/*
 * What was written is on the disk below.
 */
static int
vnd_cachesync(struct vnd_softc *sc, struct lwp *l)
{
	struct vnode *vp = NULL;
	int error;

	mutex_enter(&sc->sc_lock);
	if (sc->sc_state == VND_READY) {
		vp = sc->sc_vp;
		vref(vp);
	}
	mutex_exit(&sc->sc_lock);
	if (vp == NULL)
		return ENXIO;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = sc->sc_rdonly ? 0 : VOP_FSYNC(vp, l->l_cred, FSYNC_WAIT |
	    FSYNC_DATAONLY | FSYNC_CACHE, 0, 0);
	VOP_UNLOCK(vp);
	vrele(vp);
	return error;
}

static int
vndioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct vnd_softc *sc = vnd_unit(dev);
	int error;

	switch (cmd) {
	case VNDIOCSET:
		return (flag & FWRITE) == 0 ? EBADF : vnd_set(sc, data);
	case VNDIOCCLR:
		return (flag & FWRITE) == 0 ? EBADF : vnd_clear(sc, data);
	case VNDIOCGET:
		return vnd_get(sc, data);
	default:
		break;
	}
	if (sc->sc_state != VND_READY)
		return ENXIO;
	if (cmd == DIOCCACHESYNC)
		return vnd_cachesync(sc, l);
	error = disk_ioctl(&sc->sc_dk, dev, cmd, data, flag, l);
	return error == EPASSTHROUGH ? ENOTTY : error;
}

/*
 * In DEV_BSIZE blocks, or -1 when that does not fit.
 */
static int
vndsize(dev_t dev)
{
	struct vnd_softc *sc = vnd_unit(dev);
	uint64_t size;

	if (sc == NULL || sc->sc_state != VND_READY)
		return -1;
	size = (uint64_t)sc->sc_dk.dk_geom.dg_secperunit <<
	    sc->sc_dk.dk_blkshift;
	return size > INT_MAX ? -1 : (int)size;
}

static const struct bdevsw vnd_bdevsw = {
	.d_open = vndopen,
	.d_close = vndclose,
	.d_strategy = vndstrategy,
	.d_ioctl = vndioctl,
	.d_dump = nodump,
	.d_psize = vndsize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw vnd_cdevsw = {
	.d_open = vndopen,
	.d_close = vndclose,
	.d_read = vndread,
	.d_write = vndwrite,
	.d_ioctl = vndioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

void
vnd_attach_devsw(void)
{
	devmajor_t bmajor = VND_DEVMAJOR, cmajor = VND_DEVMAJOR;

	if (devsw_attach("vnd", &vnd_bdevsw, &bmajor, &vnd_cdevsw, &cmajor) !=
	    0)
		panic("vnd: no device switch entry");
}
