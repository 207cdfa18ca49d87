/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf.h - device switches, devsw(9).
 */

#ifndef _SYS_CONF_H_
#define	_SYS_CONF_H_

#include <sys/types.h>
#include <sys/queue.h>

struct buf;
struct knote;
struct lwp;
struct tty;
struct uio;

/* d_flag: what a device is, and that its driver needs no big lock. */
#define	D_OTHER		0x0000
#define	D_TAPE		0x0001
#define	D_DISK		0x0002
#define	D_TTY		0x0003
#define	D_TYPEMASK	0x00ff
#define	D_MPSAFE	0x0100
#define	D_NEGOFFSAFE	0x0200

struct bdevsw {
	int	(*d_open)(dev_t, int, int, struct lwp *);
	int	(*d_close)(dev_t, int, int, struct lwp *);
	void	(*d_strategy)(struct buf *);
	int	(*d_ioctl)(dev_t, u_long, void *, int, struct lwp *);
	int	(*d_dump)(dev_t, daddr_t, void *, size_t);
	int	(*d_psize)(dev_t);
	int	(*d_discard)(dev_t, off_t, off_t);
	int	d_flag;
};

struct cdevsw {
	int	(*d_open)(dev_t, int, int, struct lwp *);
	int	(*d_close)(dev_t, int, int, struct lwp *);
	int	(*d_read)(dev_t, struct uio *, int);
	int	(*d_write)(dev_t, struct uio *, int);
	int	(*d_ioctl)(dev_t, u_long, void *, int, struct lwp *);
	void	(*d_stop)(struct tty *, int);
	struct tty *(*d_tty)(dev_t);
	int	(*d_poll)(dev_t, int, struct lwp *);
	int	(*d_kqfilter)(dev_t, struct knote *);
	int	(*d_discard)(dev_t, off_t, off_t);
	int	d_flag;
};

/* Slots a driver lacks: ENODEV; "null" ones succeed. */
int	nullopen(dev_t, int, int, struct lwp *);
int	nullclose(dev_t, int, int, struct lwp *);
int	noopen(dev_t, int, int, struct lwp *);
int	noclose(dev_t, int, int, struct lwp *);
int	nullread(dev_t, struct uio *, int);
int	nullwrite(dev_t, struct uio *, int);
int	noread(dev_t, struct uio *, int);
int	nowrite(dev_t, struct uio *, int);
int	noioctl(dev_t, u_long, void *, int, struct lwp *);
int	nullioctl(dev_t, u_long, void *, int, struct lwp *);
void	nostop(struct tty *, int);
struct tty *notty(dev_t);
int	nopoll(dev_t, int, struct lwp *);
int	nokqfilter(dev_t, struct knote *);
int	nodump(dev_t, daddr_t, void *, size_t);
int	nosize(dev_t);
int	nodiscard(dev_t, off_t, off_t);
int	seltrue(dev_t, int, struct lwp *);

/* *bmajor, *cmajor: the number wanted, or -1 for any; set on return. */
int	devsw_attach(const char *, const struct bdevsw *, devmajor_t *,
	    const struct cdevsw *, devmajor_t *);
int	devsw_detach(const struct bdevsw *, const struct cdevsw *);
const struct bdevsw *bdevsw_lookup(dev_t);
const struct cdevsw *cdevsw_lookup(dev_t);
devmajor_t bdevsw_lookup_major(const struct bdevsw *);
devmajor_t cdevsw_lookup_major(const struct cdevsw *);
const char *devsw_blk2name(devmajor_t);
const char *cdevsw_getname(devmajor_t);
devmajor_t devsw_name2blk(const char *, char *, size_t);
devmajor_t devsw_name2chr(const char *, char *, size_t);
dev_t	devsw_chr2blk(dev_t);
dev_t	devsw_blk2chr(dev_t);
void	devsw_init(void);

int	bdev_open(dev_t, int, int, struct lwp *);
int	bdev_close(dev_t, int, int, struct lwp *);
void	bdev_strategy(struct buf *);
int	bdev_ioctl(dev_t, u_long, void *, int, struct lwp *);
int	bdev_dump(dev_t, daddr_t, void *, size_t);
int	bdev_size(dev_t);
int	bdev_type(dev_t);
int	bdev_discard(dev_t, off_t, off_t);

int	cdev_open(dev_t, int, int, struct lwp *);
int	cdev_close(dev_t, int, int, struct lwp *);
int	cdev_read(dev_t, struct uio *, int);
int	cdev_write(dev_t, struct uio *, int);
int	cdev_ioctl(dev_t, u_long, void *, int, struct lwp *);
void	cdev_stop(struct tty *, int);
struct tty *cdev_tty(dev_t);
int	cdev_poll(dev_t, int, struct lwp *);
int	cdev_kqfilter(dev_t, struct knote *);
int	cdev_type(dev_t);
int	cdev_discard(dev_t, off_t, off_t);

/* A write-only log of kernel console text for pid 1's first descriptors. */
void	rumpconsdev_init(void);

#endif /* _SYS_CONF_H_ */
