/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_devsw.c - device switches: which driver has which major number.
 *
 * Interface
 *	devsw_attach() with *majorp -1 takes the next free number.  The
 *	cdev_* and bdev_* functions find the driver and call it.
 *
 * Locking	devsw_lock to change; a slot is read without it (a pointer).
 * Errors	ENXIO no driver; EEXIST, ENOMEM from devsw_attach().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/poll.h>

#define	NDEVSW		400
#define	DEVSW_DYNAMIC	160	/* first number given out */

static kmutex_t devsw_lock;
static const struct bdevsw *bdevsw[NDEVSW];
static const struct cdevsw *cdevsw[NDEVSW];
static const char *bdevname[NDEVSW], *cdevname[NDEVSW];

void
devsw_init(void)
{

	mutex_init(&devsw_lock, MUTEX_DEFAULT, IPL_NONE);
}

/* A free number, or the one wanted; -1 when taken by another driver. */
static int
devsw_number(const void *const tab[], const void *dev, devmajor_t *majorp)
{
	int i;

	if (*majorp >= 0) {
		if (*majorp >= NDEVSW)
			return EINVAL;
		return tab[*majorp] == NULL || tab[*majorp] == dev ? 0 : EEXIST;
	}
	for (i = DEVSW_DYNAMIC; i < NDEVSW && tab[i] != NULL; i++)
		continue;
	if (i == NDEVSW)
		return ENOMEM;
	*majorp = i;
	return 0;
}

int
devsw_attach(const char *name, const struct bdevsw *bdev, devmajor_t *bmajor,
    const struct cdevsw *cdev, devmajor_t *cmajor)
{
	int error = 0;

	mutex_enter(&devsw_lock);
	if (bdev != NULL)
		error = devsw_number((const void *const *)bdevsw, bdev, bmajor);
	if (error == 0 && cdev != NULL)
		error = devsw_number((const void *const *)cdevsw, cdev, cmajor);
	if (error == 0 && bdev != NULL) {
		bdevname[*bmajor] = name;
		atomic_store_release(&bdevsw[*bmajor], bdev);
	}
	if (error == 0 && cdev != NULL) {
		cdevname[*cmajor] = name;
		atomic_store_release(&cdevsw[*cmajor], cdev);
	}
	mutex_exit(&devsw_lock);
	return error;
}

int
devsw_detach(const struct bdevsw *bdev, const struct cdevsw *cdev)
{

	mutex_enter(&devsw_lock);
	for (int i = 0; i < NDEVSW; i++) {
		if (bdev != NULL && bdevsw[i] == bdev) {
			bdevsw[i] = NULL;
			bdevname[i] = NULL;
		}
		if (cdev != NULL && cdevsw[i] == cdev) {
			cdevsw[i] = NULL;
			cdevname[i] = NULL;
		}
	}
	mutex_exit(&devsw_lock);
	return 0;
}

const struct bdevsw *
bdevsw_lookup(dev_t dev)
{
	devmajor_t m = major(dev);

	if (dev == NODEV || m < 0 || m >= NDEVSW)
		return NULL;
	return atomic_load_consume(&bdevsw[m]);
}

const struct cdevsw *
cdevsw_lookup(dev_t dev)
{
	devmajor_t m = major(dev);

	if (dev == NODEV || m < 0 || m >= NDEVSW)
		return NULL;
	return atomic_load_consume(&cdevsw[m]);
}

devmajor_t
bdevsw_lookup_major(const struct bdevsw *bdev)
{

	for (int i = 0; i < NDEVSW; i++)
		if (bdevsw[i] == bdev)
			return i;
	return NODEVMAJOR;
}

devmajor_t
cdevsw_lookup_major(const struct cdevsw *cdev)
{

	for (int i = 0; i < NDEVSW; i++)
		if (cdevsw[i] == cdev)
			return i;
	return NODEVMAJOR;
}

const char *
devsw_blk2name(devmajor_t m)
{

	return m >= 0 && m < NDEVSW ? bdevname[m] : NULL;
}

const char *
cdevsw_getname(devmajor_t m)
{

	return m >= 0 && m < NDEVSW ? cdevname[m] : NULL;
}

static devmajor_t
devsw_byname(const char *const tab[], const char *name)
{

	for (int i = 0; i < NDEVSW; i++) {
		size_t n;

		if (tab[i] == NULL)
			continue;
		n = strlen(tab[i]);
		if (strncmp(tab[i], name, n) == 0 &&
		    (name[n] == '\0' || isdigit((unsigned char)name[n])))
			return i;
	}
	return NODEVMAJOR;
}

devmajor_t
devsw_name2blk(const char *name, char *devname, size_t len)
{
	devmajor_t m = devsw_byname(bdevname, name);

	if (m != NODEVMAJOR && devname != NULL)
		strlcpy(devname, bdevname[m], len);
	return m;
}

devmajor_t
devsw_name2chr(const char *name, char *devname, size_t len)
{
	devmajor_t m = devsw_byname(cdevname, name);

	if (m != NODEVMAJOR && devname != NULL)
		strlcpy(devname, cdevname[m], len);
	return m;
}

/* The same driver's other face; drivers attach both under one name. */
dev_t
devsw_chr2blk(dev_t cdev)
{
	const char *name = cdevsw_getname(major(cdev));

	for (int i = 0; name != NULL && i < NDEVSW; i++)
		if (bdevname[i] != NULL && strcmp(bdevname[i], name) == 0)
			return makedev(i, minor(cdev));
	return NODEV;
}

dev_t
devsw_blk2chr(dev_t bdev)
{
	const char *name = devsw_blk2name(major(bdev));

	for (int i = 0; name != NULL && i < NDEVSW; i++)
		if (cdevname[i] != NULL && strcmp(cdevname[i], name) == 0)
			return makedev(i, minor(bdev));
	return NODEV;
}

int
bdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_open)(dev, flag, devtype, l);
}

int
bdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_close)(dev, flag, devtype, l);
}

void
bdev_strategy(struct buf *bp)
{
	const struct bdevsw *d = bdevsw_lookup(bp->b_dev);

	if (d == NULL) {
		bp->b_error = ENXIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return;
	}
	(*d->d_strategy)(bp);
}

int
bdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_ioctl)(dev, cmd, data, flag, l);
}

int
bdev_dump(dev_t dev, daddr_t addr, void *data, size_t sz)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_dump)(dev, addr, data, sz);
}

int
bdev_size(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL || d->d_psize == NULL ? -1 : (*d->d_psize)(dev);
}

int
bdev_type(dev_t dev)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? D_OTHER : d->d_flag & D_TYPEMASK;
}

int
bdev_discard(dev_t dev, off_t pos, off_t len)
{
	const struct bdevsw *d = bdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_discard)(dev, pos, len);
}

int
cdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_open)(dev, flag, devtype, l);
}

int
cdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_close)(dev, flag, devtype, l);
}

int
cdev_read(dev_t dev, struct uio *uio, int flag)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_read)(dev, uio, flag);
}

int
cdev_write(dev_t dev, struct uio *uio, int flag)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_write)(dev, uio, flag);
}

int
cdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_ioctl)(dev, cmd, data, flag, l);
}

void
cdev_stop(struct tty *tp, int flag)
{
}

struct tty *
cdev_tty(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL || d->d_tty == NULL ? NULL : (*d->d_tty)(dev);
}

int
cdev_poll(dev_t dev, int events, struct lwp *l)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? POLLERR : (*d->d_poll)(dev, events, l);
}

int
cdev_kqfilter(dev_t dev, struct knote *kn)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_kqfilter)(dev, kn);
}

int
cdev_type(dev_t dev)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? D_OTHER : d->d_flag & D_TYPEMASK;
}

int
cdev_discard(dev_t dev, off_t pos, off_t len)
{
	const struct cdevsw *d = cdevsw_lookup(dev);

	return d == NULL ? ENXIO : (*d->d_discard)(dev, pos, len);
}
