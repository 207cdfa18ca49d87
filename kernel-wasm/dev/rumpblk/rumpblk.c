/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpblk.c - block and raw device over an object of the host.
 *
 * Interface
 *	rumpblk_register() gives a host path (and a window of it) a minor of
 *	major 197 and a disk(9) name; rumpblk_search() looks for partitions,
 *	dk(4).  Opening the device opens the host object, the last close
 *	closes it.  Requests go to rumpuser_bio(); the host calls
 *	rumpblk_done() when it is through, in any lwp, possibly before
 *	rumpuser_bio() returns.
 *
 * States	FREE -> NAMED		rumpblk_register
 *		NAMED -> OPEN		first open
 *		OPEN -> NAMED		last close
 *		NAMED -> FREE		rumpblk_deregister
 *
 * Locking	r: rumpblk_lock (names, windows, opens)
 *		An open unit's path, window and fd do not change, so that
 *		the transfer path takes no lock.
 * Sleeps	open and close (in the host).
 * Errors	ENXIO no such unit; EBUSY all units in use, or open;
 *		EACCES writing open of an object the host lets us only read;
 *		EINVAL not whole sectors, or beyond the end; EIO injected.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <dev/rumpblk.h>

#include <rump-sys/vfs.h>
#include <rump/rumpuser.h>

#include "rumpblk_params.h"

struct rumpblk_softc {
	char	*sc_path;		/* r: NULL: free */
	uint64_t sc_off;		/* r: first byte of the window */
	uint64_t sc_size;		/* r: bytes */
	int	sc_fd;			/* r: of the host, -1: closed */
	u_int	sc_opens;		/* r: SC_BOPEN, SC_COPEN */
	bool	sc_rdonly;		/* r: the host refused writing */
	uint32_t sc_rawwrites;		/* atomic: not known to be durable */
	char	sc_name[16];		/* stable while named */
	struct disk sc_dk;
	struct disklabel sc_label;	/* r */
};

#define	SC_BOPEN	0x1		/* the block device is open */
#define	SC_COPEN	0x2		/* the raw device is open */

static struct rumpblk_softc rumpblk_sc[RUMPBLK_UNITS];
static kmutex_t rumpblk_lock;

void	dkwedge_discover(struct disk *) __weak;
void	dkwedge_delall(struct disk *) __weak;

static int	rumpblk_open(dev_t, int, int, struct lwp *);
static int	rumpblk_close(dev_t, int, int, struct lwp *);
static int	rumpblk_read(dev_t, struct uio *, int);
static int	rumpblk_write(dev_t, struct uio *, int);
static int	rumpblk_ioctl(dev_t, u_long, void *, int, struct lwp *);
static int	rumpblk_size(dev_t);
static void	rumpblk_strategy(struct buf *);

static const struct bdevsw rumpblk_bdevsw = {
	.d_open = rumpblk_open,
	.d_close = rumpblk_close,
	.d_strategy = rumpblk_strategy,
	.d_ioctl = rumpblk_ioctl,
	.d_dump = nodump,
	.d_psize = rumpblk_size,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw rumpblk_cdevsw = {
	.d_open = rumpblk_open,
	.d_close = rumpblk_close,
	.d_read = rumpblk_read,
	.d_write = rumpblk_write,
	.d_ioctl = rumpblk_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

void
rumpblk_init(void)
{
	devmajor_t bmaj = RUMPBLK_DEVMAJOR, cmaj = RUMPBLK_DEVMAJOR;
	int error, i;

	mutex_init(&rumpblk_lock, MUTEX_DEFAULT, IPL_NONE);
	for (i = 0; i < RUMPBLK_UNITS; i++)
		rumpblk_sc[i].sc_fd = -1;
	rumpblk_params();
	error = devsw_attach("rumpblk", &rumpblk_bdevsw, &bmaj,
	    &rumpblk_cdevsw, &cmaj);
	if (error != 0)
		panic("rumpblk: no device switch entry: %d", error);
}

static void
rumpblk_makelabel(struct rumpblk_softc *sc)
{
	struct disklabel *lp = &sc->sc_label;
	struct partition *pp = &lp->d_partitions[sc - rumpblk_sc];
	uint64_t n = sc->sc_size >> rumpblk_sectshift;
	uint32_t sectors = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;

	memset(lp, 0, sizeof(*lp));
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	lp->d_type = DKTYPE_RUMPD;
	strlcpy(lp->d_typename, "rumpd", sizeof(lp->d_typename));
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_secsize = 1U << rumpblk_sectshift;
	lp->d_nsectors = lp->d_secpercyl = lp->d_secperunit = sectors;
	lp->d_ntracks = lp->d_ncylinders = 1;
	lp->d_rpm = 11;
	lp->d_npartitions = MAXPARTITIONS;
	pp->p_size = sectors;
	pp->p_fstype = FS_BSDFFS;
	lp->d_checksum = dkcksum(lp);
	sc->sc_dk.dk_geom.dg_secsize = lp->d_secsize;
	sc->sc_dk.dk_geom.dg_secperunit = (int64_t)n;
	disk_set_info(NULL, &sc->sc_dk, "rumpd");
}

/*
 * Become the disk of that name, or rumpblkN if it is taken or too long.
 */
static void
rumpblk_attachdisk(struct rumpblk_softc *sc, const char *name)
{
	if (strlcpy(sc->sc_name, name, sizeof(sc->sc_name)) >=
	    sizeof(sc->sc_name) || disk_find(name) != NULL)
		snprintf(sc->sc_name, sizeof(sc->sc_name), "rumpblk%d",
		    (int)(sc - rumpblk_sc));
	disk_init(&sc->sc_dk, sc->sc_name, NULL);
	sc->sc_dk.dk_dev = makedev(RUMPBLK_DEVMAJOR, sc - rumpblk_sc);
	sc->sc_dk.dk_label = &sc->sc_label;
	disk_attach(&sc->sc_dk);
}

static struct rumpblk_softc *
rumpblk_bypath(const char *path)
{
	int i;

	KASSERT(mutex_owned(&rumpblk_lock));
	for (i = 0; i < RUMPBLK_UNITS; i++) {
		if (rumpblk_sc[i].sc_path != NULL &&
		    strcmp(rumpblk_sc[i].sc_path, path) == 0)
			return &rumpblk_sc[i];
	}
	return NULL;
}

static struct rumpblk_softc *
rumpblk_byfree(void)
{
	int i;

	KASSERT(mutex_owned(&rumpblk_lock));
	for (i = 0; i < RUMPBLK_UNITS; i++) {
		if (rumpblk_sc[i].sc_path == NULL)
			return &rumpblk_sc[i];
	}
	return NULL;
}

/*
 * Check the window against the object and resolve "to the end".
 */
static int
rumpblk_window(const char *path, uint64_t off, uint64_t *sizep)
{
	uint64_t fsize;
	int error, type;

	error = rumpuser_getfileinfo(path, &fsize, &type);
	if (error != 0)
		return error;
	if (type != RUMPUSER_FT_REG && type != RUMPUSER_FT_BLK &&
	    type != RUMPUSER_FT_CHR)
		return EINVAL;
	if (off > fsize)
		return EINVAL;
	if (*sizep == RUMPBLK_SIZE_ENDOFF)
		*sizep = fsize - off;
	else if (*sizep > fsize - off)
		return EINVAL;
	return 0;
}

int
rumpblk_register(const char *path, const char *name, devminor_t *dmin,
    uint64_t off, uint64_t size)
{
	struct rumpblk_softc *sc;
	int error;

	error = rumpblk_window(path, off, &size);
	if (error != 0)
		return error;
	mutex_enter(&rumpblk_lock);
	sc = rumpblk_bypath(path);
	if (sc == NULL) {
		sc = rumpblk_byfree();
		if (sc == NULL) {
			mutex_exit(&rumpblk_lock);
			return EBUSY;
		}
		sc->sc_path = kmem_strdup(path, KM_SLEEP);
		sc->sc_fd = -1;
		sc->sc_opens = 0;
		rumpblk_attachdisk(sc, name);
	}
	if (sc->sc_opens == 0) {
		sc->sc_off = off;
		sc->sc_size = size;
		rumpblk_makelabel(sc);
	}
	*dmin = (devminor_t)(sc - rumpblk_sc);
	mutex_exit(&rumpblk_lock);
	return 0;
}

/*
 * Make wedges of the partitions.
 */
void
rumpblk_search(devminor_t dmin)
{
	KASSERT(dmin >= 0 && dmin < RUMPBLK_UNITS);
	if (dkwedge_discover != NULL)
		dkwedge_discover(&rumpblk_sc[dmin].sc_dk);
}

/*
 * Forget a path: its unit answers ENXIO from here on, its wedges are gone.
 */
int
rumpblk_deregister(const char *path)
{
	struct rumpblk_softc *sc;
	int error = 0;

	mutex_enter(&rumpblk_lock);
	sc = rumpblk_bypath(path);
	mutex_exit(&rumpblk_lock);
	if (sc == NULL)
		return ENOENT;
	if (dkwedge_delall != NULL)
		dkwedge_delall(&sc->sc_dk);
	mutex_enter(&rumpblk_lock);
	sc = rumpblk_bypath(path);
	if (sc == NULL)
		error = ENOENT;
	else if (sc->sc_opens != 0)
		error = EBUSY;
	else {
		kmem_strfree(sc->sc_path);
		sc->sc_path = NULL;
		disk_detach(&sc->sc_dk);
		disk_destroy(&sc->sc_dk);
	}
	mutex_exit(&rumpblk_lock);
	return error;
}

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{
	rumpblk_init();
}

/* What was registered before boot is searched at its end. */
RUMP_COMPONENT_N(RUMP_COMPONENT_POSTINIT, rumpblk_search)
{
	devminor_t i;

	for (i = 0; i < RUMPBLK_UNITS; i++) {
		if (rumpblk_sc[i].sc_path != NULL)
			rumpblk_search(i);
	}
}

void
rumpblk_fini(void)
{
	int i;

	for (i = 0; i < RUMPBLK_UNITS; i++) {
		if (rumpblk_sc[i].sc_path != NULL)
			kmem_strfree(rumpblk_sc[i].sc_path);
		rumpblk_sc[i].sc_path = NULL;
	}
	(void)devsw_detach(&rumpblk_bdevsw, &rumpblk_cdevsw);
	mutex_destroy(&rumpblk_lock);
}

static struct rumpblk_softc *
rumpblk_unit(dev_t dev)
{
	devminor_t unit = minor(dev);

	if (unit < 0 || unit >= RUMPBLK_UNITS ||
	    rumpblk_sc[unit].sc_path == NULL)
		return NULL;
	return &rumpblk_sc[unit];
}

static int
rumpblk_hostopen(struct rumpblk_softc *sc)
{
	int error;

	KASSERT(mutex_owned(&rumpblk_lock));
	sc->sc_rdonly = false;
	error = rumpuser_open(sc->sc_path,
	    RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &sc->sc_fd);
	if (error == 0)
		return 0;
	sc->sc_rdonly = true;
	error = rumpuser_open(sc->sc_path,
	    RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &sc->sc_fd);
	if (error != 0)
		sc->sc_fd = -1;
	return error;
}

static void
rumpblk_hostclose(struct rumpblk_softc *sc)
{
	KASSERT(mutex_owned(&rumpblk_lock));
	if (sc->sc_opens == 0) {
		(void)rumpuser_close(sc->sc_fd);
		sc->sc_fd = -1;
	}
}

static u_int
rumpblk_openbit(int fmt)
{
	return fmt == S_IFBLK ? SC_BOPEN : SC_COPEN;
}

/*
 * Called for every open, rumpblk_close() for the last close only, of the
 * block and of the raw device each.
 */
static int
rumpblk_open(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct rumpblk_softc *sc;
	int error = 0;

	(void)l;
	mutex_enter(&rumpblk_lock);
	sc = rumpblk_unit(dev);
	if (sc == NULL) {
		mutex_exit(&rumpblk_lock);
		return ENXIO;
	}
	if (sc->sc_opens == 0)
		error = rumpblk_hostopen(sc);
	if (error == 0 && (flag & FWRITE) != 0 && sc->sc_rdonly) {
		rumpblk_hostclose(sc);
		error = EACCES;
	}
	if (error == 0)
		sc->sc_opens |= rumpblk_openbit(fmt);
	mutex_exit(&rumpblk_lock);
	return error;
}

/*
 * As the cache of a disk drive: what was written raw is durable after
 * DIOCCACHESYNC, and after the last close.
 */
static int
rumpblk_cachesync(struct rumpblk_softc *sc)
{

	atomic_store_relaxed(&sc->sc_rawwrites, 0);
	return rumpuser_syncfd(sc->sc_fd, RUMPUSER_SYNCFD_BOTH |
	    RUMPUSER_SYNCFD_SYNC, 0, 0);
}

static int
rumpblk_close(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct rumpblk_softc *sc;
	int error = 0;

	(void)flag;
	(void)l;
	mutex_enter(&rumpblk_lock);
	sc = rumpblk_unit(dev);
	if (sc != NULL && (sc->sc_opens & rumpblk_openbit(fmt)) != 0) {
		if (atomic_load_relaxed(&sc->sc_rawwrites) != 0)
			error = rumpblk_cachesync(sc);
		sc->sc_opens &= ~rumpblk_openbit(fmt);
		rumpblk_hostclose(sc);
	}
	mutex_exit(&rumpblk_lock);
	return error;
}

static void
rumpblk_fail(struct buf *bp, int error)
{
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
}

/*
 * The host is done with a request.
 */
static void
rumpblk_done(void *arg, size_t count, int error)
{
	struct buf *bp = arg;

	KASSERT(count <= (size_t)bp->b_bcount);
	RUMP_TRACE(RUMP_TRACE_BIO_DONE, bp->b_blkno, error);
	disk_unbusy(&rumpblk_sc[minor(bp->b_dev)].sc_dk, (long)count,
	    BUF_ISREAD(bp));
	bp->b_resid = bp->b_bcount - (int)count;
	bp->b_error = error;
	if (error == 0 && BUF_ISREAD(bp) && bp->b_resid != 0)
		memset((char *)bp->b_data + count, 0, (size_t)bp->b_resid);
	biodone(bp);
}

static void
rumpblk_strategy(struct buf *bp)
{
	struct rumpblk_softc *sc = rumpblk_unit(bp->b_dev);
	const int secmask = (1 << rumpblk_sectshift) - 1;
	uint64_t off;
	size_t len;
	int op;

	if (sc == NULL || sc->sc_fd == -1) {
		rumpblk_fail(bp, ENXIO);
		return;
	}
	off = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	if (bp->b_blkno < 0 || bp->b_blkno > INT64_MAX >> DEV_BSHIFT ||
	    off > sc->sc_size || ((int64_t)off & secmask) != 0 ||
	    (bp->b_bcount & secmask) != 0) {
		rumpblk_fail(bp, EINVAL);
		return;
	}
	len = (size_t)bp->b_bcount;
	if (len > sc->sc_size - off)
		len = (size_t)(sc->sc_size - off);
	if (len == 0) {
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	if (rumpblk_inject()) {
		rumpblk_fail(bp, EIO);
		return;
	}
	if (BUF_ISREAD(bp))
		op = RUMPUSER_BIO_READ;
	else if (sc->sc_rdonly) {
		rumpblk_fail(bp, EROFS);
		return;
	} else if ((bp->b_flags & (B_ASYNC | B_RAW)) == 0 ||
	    (bp->b_flags & B_MEDIA_FUA) != 0)
		op = RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC;
	else {
		op = RUMPUSER_BIO_WRITE;
		if ((bp->b_flags & B_RAW) != 0)
			atomic_store_relaxed(&sc->sc_rawwrites, 1);
	}
	disk_busy(&sc->sc_dk);
	/* DEV_BSIZE block; bytes with bit 31 for a write */
	RUMP_TRACE(RUMP_TRACE_BIO_START, bp->b_blkno,
	    (uint32_t)len | (BUF_ISREAD(bp) ? 0U : 1U << 31));
	rumpuser_bio(sc->sc_fd, op, bp->b_data, len,
	    (int64_t)(sc->sc_off + off), rumpblk_done, bp);
}

static int
rumpblk_read(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(rumpblk_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
rumpblk_write(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(rumpblk_strategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
rumpblk_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct rumpblk_softc *sc = rumpblk_unit(dev);
	struct partinfo *pi;
	int error;

	if (sc == NULL || sc->sc_fd == -1)
		return ENXIO;
	switch (cmd) {
	case DIOCGPARTINFO:
		pi = data;
		pi->disklab = &sc->sc_label;
		pi->part = &sc->sc_label.d_partitions[sc - rumpblk_sc];
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)sc->sc_size;
		return 0;
	case DIOCCACHESYNC:
		if (sc->sc_rdonly)
			return 0;
		return rumpblk_cachesync(sc);
	default:
		error = disk_ioctl(&sc->sc_dk, dev, cmd, data, flag, l);
		return error == EPASSTHROUGH ? ENOTTY : error;
	}
}

/*
 * In DEV_BSIZE blocks, or -1 when that does not fit.
 */
static int
rumpblk_size(dev_t dev)
{
	struct rumpblk_softc *sc = rumpblk_unit(dev);

	if (sc == NULL || sc->sc_size >> DEV_BSHIFT > INT_MAX)
		return -1;
	return (int)(sc->sc_size >> DEV_BSHIFT);
}
