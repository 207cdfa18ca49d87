/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * md.c - disks in memory, md(4).
 *
 * Interface
 *	/dev/rmdN opens without a disk; MD_SETCONF with MD_KMEM_ALLOCATED
 *	makes one of so many bytes, all zero, MD_UNCONFIGURED takes it away
 *	when nobody else has it open.  A process cannot serve one: there is no
 *	mmap.
 *
 * Locking	m: md_lock (configuration, opens, the memory)
 * Sleeps	MD_SETCONF.
 * Errors	ENXIO not configured; EBUSY configured already, or open;
 *		ENOMEM; EINVAL no such type, size 0, or beyond the end;
 *		EOPNOTSUPP MD_UMEM_SERVER.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/stat.h>

#include <dev/md.h>

#include <rump-sys/vfs.h>

#define	MD_DEVMAJOR	17
#define	MD_UNITS	8

struct md_softc {
	struct disk sc_dk;
	char	sc_name[8];
	uint8_t	*sc_addr;		/* m; NULL: not configured */
	size_t	sc_size;		/* m; bytes */
	u_int	sc_opens;		/* m */
};

#define	MD_BOPEN	0x1
#define	MD_COPEN	0x2

static struct md_softc md_sc[MD_UNITS];
static kmutex_t md_lock;

void	dkwedge_delidle(struct disk *) __weak;

static struct md_softc *
md_unit(dev_t dev)
{
	devminor_t unit = minor(dev);

	return unit < 0 || unit >= MD_UNITS ? NULL : &md_sc[unit];
}

static int
mdopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct md_softc *sc = md_unit(dev);
	int error = 0;

	(void)flag;
	(void)l;
	if (sc == NULL)
		return ENXIO;
	mutex_enter(&md_lock);
	if (fmt == S_IFBLK && sc->sc_addr == NULL)
		error = ENXIO;
	else
		sc->sc_opens |= fmt == S_IFBLK ? MD_BOPEN : MD_COPEN;
	mutex_exit(&md_lock);
	return error;
}

static int
mdclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct md_softc *sc = md_unit(dev);

	(void)flag;
	(void)l;
	mutex_enter(&md_lock);
	sc->sc_opens &= ~(fmt == S_IFBLK ? MD_BOPEN : MD_COPEN);
	mutex_exit(&md_lock);
	return 0;
}

static void
mdstrategy(struct buf *bp)
{
	struct md_softc *sc = md_unit(bp->b_dev);
	uint8_t *at;
	int len = 0;

	mutex_enter(&md_lock);
	if (sc == NULL || sc->sc_addr == NULL)
		bp->b_error = ENXIO;
	else
		len = disk_bounds(&sc->sc_dk, bp);
	if (len > 0) {
		at = sc->sc_addr + ((size_t)bp->b_blkno << DEV_BSHIFT);
		disk_busy(&sc->sc_dk);
		if (BUF_ISREAD(bp))
			memcpy(bp->b_data, at, (size_t)len);
		else
			memcpy(at, bp->b_data, (size_t)len);
		disk_unbusy(&sc->sc_dk, len, BUF_ISREAD(bp));
	}
	mutex_exit(&md_lock);
	bp->b_resid = bp->b_bcount - len;
	biodone(bp);
}

static int
mdread(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(mdstrategy, NULL, dev, B_READ, minphys, uio);
}

static int
mdwrite(dev_t dev, struct uio *uio, int flags)
{
	(void)flags;
	return physio(mdstrategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
md_configure(struct md_softc *sc, size_t size)
{
	int error = 0;

	size &= ~(size_t)(DEV_BSIZE - 1);
	if (size == 0)
		return EINVAL;
	mutex_enter(&md_lock);
	if (sc->sc_addr != NULL)
		error = EBUSY;
	else if ((sc->sc_addr = kmem_zalloc(size, KM_NOSLEEP)) == NULL)
		error = ENOMEM;
	else {
		snprintf(sc->sc_name, sizeof(sc->sc_name), "md%d",
		    (int)(sc - md_sc));
		disk_init(&sc->sc_dk, sc->sc_name, NULL);
		sc->sc_size = size;
		sc->sc_dk.dk_dev = makedev(MD_DEVMAJOR, sc - md_sc);
		sc->sc_dk.dk_geom.dg_secsize = DEV_BSIZE;
		sc->sc_dk.dk_geom.dg_secperunit = (int64_t)(size >> DEV_BSHIFT);
		disk_set_info(NULL, &sc->sc_dk, "md");
		disk_attach(&sc->sc_dk);
	}
	mutex_exit(&md_lock);
	return error;
}

static int
md_unconfigure(struct md_softc *sc)
{
	int error = 0;

	if (sc->sc_addr == NULL)
		return ENXIO;
	if (dkwedge_delidle != NULL)
		dkwedge_delidle(&sc->sc_dk);
	mutex_enter(&md_lock);
	if (sc->sc_addr == NULL)
		error = ENXIO;
	else if ((sc->sc_opens & MD_BOPEN) != 0 ||
	    !LIST_EMPTY(&sc->sc_dk.dk_wedges))
		error = EBUSY;
	else {
		disk_detach(&sc->sc_dk);
		disk_destroy(&sc->sc_dk);
		kmem_free(sc->sc_addr, sc->sc_size);
		sc->sc_addr = NULL;
	}
	mutex_exit(&md_lock);
	return error;
}

static int
md_setconf(struct md_softc *sc, const struct md_conf *conf)
{
	switch (conf->md_type) {
	case MD_UNCONFIGURED:
		return md_unconfigure(sc);
	case MD_KMEM_ALLOCATED:
		return md_configure(sc, conf->md_size);
	case MD_UMEM_SERVER:
		return EOPNOTSUPP;
	default:
		return EINVAL;
	}
}

static int
mdioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct md_softc *sc = md_unit(dev);
	struct md_conf *conf = data;
	int error;

	if (cmd == MD_SETCONF)
		return (flag & FWRITE) == 0 ? EBADF : md_setconf(sc, conf);
	if (cmd == MD_GETCONF) {
		conf->md_addr = NULL;
		conf->md_size = sc->sc_addr != NULL ? sc->sc_size : 0;
		conf->md_type = sc->sc_addr != NULL ? MD_KMEM_ALLOCATED :
		    MD_UNCONFIGURED;
		return 0;
	}
	if (sc->sc_addr == NULL)
		return ENXIO;
	if (cmd == DIOCCACHESYNC)
		return 0;
	error = disk_ioctl(&sc->sc_dk, dev, cmd, data, flag, l);
	return error == EPASSTHROUGH ? ENOTTY : error;
}

static int
mdsize(dev_t dev)
{
	struct md_softc *sc = md_unit(dev);

	if (sc == NULL || sc->sc_addr == NULL)
		return -1;
	return (int)(sc->sc_size >> DEV_BSHIFT);
}

static const struct bdevsw md_bdevsw = {
	.d_open = mdopen,
	.d_close = mdclose,
	.d_strategy = mdstrategy,
	.d_ioctl = mdioctl,
	.d_dump = nodump,
	.d_psize = mdsize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw md_cdevsw = {
	.d_open = mdopen,
	.d_close = mdclose,
	.d_read = mdread,
	.d_write = mdwrite,
	.d_ioctl = mdioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{
	static struct rump_lazydev nodes = {
		.ld_name = "md", .ld_major = MD_DEVMAJOR, .ld_units = MD_UNITS,
	};
	devmajor_t bmajor = MD_DEVMAJOR, cmajor = MD_DEVMAJOR;

	mutex_init(&md_lock, MUTEX_DEFAULT, IPL_NONE);
	if (devsw_attach("md", &md_bdevsw, &bmajor, &md_cdevsw, &cmajor) != 0)
		panic("md: no device switch entry");
	rump_vfs_lazydevnodes(&nodes);
}
