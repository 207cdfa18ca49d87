/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_devnull.c - slots for operations a driver lacks, the memory devices
 * /dev/null and /dev/zero, and the console of pid 1.
 *
 * Errors	ENODEV, or ENOTTY for ioctl(2).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <rump/rumpuser.h>
#include <rump-sys/kern.h>

#define	MEM_MAJOR	2
#define	DEV_NULL	2
#define	DEV_ZERO	12

int nullopen(dev_t dev, int flag, int mode, struct lwp *l) { return 0; }
int nullclose(dev_t dev, int flag, int mode, struct lwp *l) { return 0; }
int noopen(dev_t dev, int flag, int mode, struct lwp *l) { return ENODEV; }
int noclose(dev_t dev, int flag, int mode, struct lwp *l) { return ENODEV; }
int nullread(dev_t dev, struct uio *uio, int flag) { return 0; }
int noread(dev_t dev, struct uio *uio, int flag) { return ENODEV; }
int nowrite(dev_t dev, struct uio *uio, int flag) { return ENODEV; }
void nostop(struct tty *tp, int flag) { }
struct tty *notty(dev_t dev) { return NULL; }
int nopoll(dev_t dev, int events, struct lwp *l) { return 0; }
int nokqfilter(dev_t dev, struct knote *kn) { return EOPNOTSUPP; }
int nodump(dev_t dev, daddr_t b, void *v, size_t n) { return ENODEV; }
int nosize(dev_t dev) { return -1; }
int nodiscard(dev_t dev, off_t pos, off_t len) { return ENODEV; }

int
nullwrite(dev_t dev, struct uio *uio, int flag)
{

	uio->uio_resid = 0;
	return 0;
}

int
noioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return ENODEV;
}

int
nullioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return 0;
}

int
seltrue(dev_t dev, int events, struct lwp *l)
{

	return events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

static int
mem_open(dev_t dev, int flag, int mode, struct lwp *l)
{

	return minor(dev) == DEV_NULL || minor(dev) == DEV_ZERO ? 0 : ENXIO;
}

static int
mem_read(dev_t dev, struct uio *uio, int flag)
{
	static const char zeros[512];
	int error = 0;

	if (minor(dev) == DEV_NULL)
		return 0;
	while (uio->uio_resid > 0 && error == 0)
		error = uiomove(__UNCONST(zeros),
		    MIN(sizeof(zeros), uio->uio_resid), uio);
	return error;
}

static int
mem_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{

	return cmd == FIONBIO || cmd == FIOASYNC ? 0 : ENOTTY;
}

static const struct cdevsw mem_cdevsw = {
	.d_open = mem_open, .d_close = nullclose, .d_read = mem_read,
	.d_write = nullwrite, .d_ioctl = mem_ioctl, .d_stop = nostop,
	.d_tty = notty, .d_poll = seltrue, .d_kqfilter = seltrue_kqfilter,
	.d_discard = nodiscard, .d_flag = D_OTHER | D_MPSAFE,
};

/* Makes a node below the root file system; of the vfs faction. */
int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t)
	    __weak;

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN, mem)
{
	devmajor_t cmaj = MEM_MAJOR;

	(void)devsw_attach("mem", NULL, NULL, &mem_cdevsw, &cmaj);
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN_VFS, memnodes)
{

	if (rump_vfs_makeonedevnode == NULL)
		return;
	(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/null", MEM_MAJOR, DEV_NULL);
	(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/zero", MEM_MAJOR, DEV_ZERO);
}

/*
 * Descriptors 0, 1 and 2 of pid 1: what is written goes to the host's log,
 * nothing can be read.
 */
static int
rumpcons_read(struct file *fp, off_t *off, struct uio *uio, kauth_cred_t cred,
    int flags)
{

	return 0;
}

static int
rumpcons_write(struct file *fp, off_t *off, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	char buf[128];
	size_t n;
	int error;

	while ((n = MIN(uio->uio_resid, sizeof(buf))) > 0) {
		if ((error = uiomove(buf, n, uio)) != 0)
			return error;
		for (size_t i = 0; i < n; i++)
			rumpuser_putchar((unsigned char)buf[i]);
	}
	return 0;
}

static int
rumpcons_ioctl(struct file *fp, u_long cmd, void *data)
{

	return cmd == TIOCGETA ? 0 : ENOTTY;
}

static int
rumpcons_stat(struct file *fp, struct stat *sb)
{

	memset(sb, 0, sizeof(*sb));
	sb->st_mode = S_IFCHR | S_IRUSR | S_IWUSR;
	return 0;
}

static int
rumpcons_close(struct file *fp)
{

	return 0;
}

static int
rumpcons_poll(struct file *fp, int events)
{

	return events & (POLLOUT | POLLWRNORM);
}

static const struct fileops rumpcons_ops = {
	.fo_read = rumpcons_read,
	.fo_write = rumpcons_write,
	.fo_ioctl = rumpcons_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = rumpcons_poll,
	.fo_stat = rumpcons_stat,
	.fo_close = rumpcons_close,
	.fo_kqfilter = fnullop_kqfilter,
	.fo_restart = fnullop_restart,
};

/* curproc is p; K1's boot calls it when pid 1 exists. */
static void
rumpcons_fds(struct proc *p)
{
	struct file *fp;
	int error, fd, newfd;

	KASSERT(p == curproc);
	if (fd_allocfile(&fp, &fd) != 0)
		return;
	fp->f_flag = FREAD | FWRITE;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = &rumpcons_ops;
	fd_affix(p, fp, (unsigned)fd);
	for (int i = 1; i <= 2; i++) {
		if ((fp = fd_getfile((unsigned)fd)) == NULL)
			return;
		error = fd_dup(fp, i, &newfd, false);
		fd_putfile((unsigned)fd);
		KASSERT(error != 0 || newfd == fd + i);
	}
}

void
rumpconsdev_init(void)
{

	rump_consfds_hook = rumpcons_fds;
}

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN, rumpcons)
{

	rumpconsdev_init();
}
