/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptm.c - /dev/ptm hands out a free pair of pseudo terminals (TIOCPTMGET);
 * opening /dev/ptmx gives a master at once, which knows its slave's name
 * (TIOCPTSNAME).
 *
 * The slave becomes the caller's, 0620, and whoever had it open has it no
 * more, before anybody gets a descriptor.
 *
 * Locking	ptm_lock guards the handler.
 * Sleeps	yes.
 * Errors	ENOENT no free pair; of opening.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/pty.h>
#include <sys/stat.h>
#include <sys/ttycom.h>
#include <sys/vnode.h>

#include <rump-sys/kern.h>

#define	TTY_GID		4
#define	PTMX_MINOR	0
#define	PTM_MINOR	1

int	rump_vfs_makeonedevnode(dev_t, const char *, devmajor_t, devminor_t);

static dev_t
pty_dev(int n, char ms)
{
	return makedev(ms == 'p' ? PTC_MAJOR : PTS_MAJOR, n);
}

/* Names of old: nothing needs to be mounted. */
static int
bsdpty_getmp(struct lwp *l __unused, struct mount **mpp)
{
	*mpp = NULL;
	return 0;
}

static int
bsdpty_makename(struct mount *mp __unused, struct lwp *l __unused, char *buf,
    size_t len, dev_t dev, char ms)
{
	snprintf(buf, len, "/dev/%cty%c%x", ms, 'p', (unsigned)minor(dev));
	return 0;
}

static int
bsdpty_allocvp(struct mount *mp, struct lwp *l, struct vnode **vpp, dev_t dev,
    char ms)
{
	char name[16];

	(void)bsdpty_makename(mp, l, name, sizeof(name), dev, ms);
	return namei_simple_kernel(name, NSM_FOLLOW_NOEMULROOT, vpp);
}

static void
bsdpty_getvattr(struct mount *mp __unused, struct lwp *l, struct vattr *vap)
{
	vattr_null(vap);
	vap->va_uid = kauth_cred_getuid(l->l_cred);
	vap->va_gid = TTY_GID;
	vap->va_mode = S_IRUSR | S_IWUSR | S_IWGRP;
}

static const struct ptm_pty ptm_bsdpty = {
	.getmp = bsdpty_getmp,
	.allocvp = bsdpty_allocvp,
	.makename = bsdpty_makename,
	.getvattr = bsdpty_getvattr,
	.npty = PTY_BSDNAMES,
};
static const struct ptm_pty *ptm_handler = &ptm_bsdpty;

void
pty_sethandler(const struct ptm_pty *ptm)
{
	atomic_store_release(&ptm_handler, ptm != NULL ? ptm : &ptm_bsdpty);
}

/* Open one side into a new descriptor. */
static int
ptm_openvp(struct lwp *l, struct vnode *vp, int *fdp)
{
	struct file *fp;
	int error, indx;

	error = fd_allocfile(&fp, &indx);
	if (error != 0)
		return error;
	vref(vp);
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0) {
		error = VOP_OPEN(vp, FREAD | FWRITE | O_NOCTTY, l->l_cred);
		VOP_UNLOCK(vp);
	}
	if (error != 0) {
		vrele(vp);
		fd_abort(l->l_proc, fp, (unsigned)indx);
		return error;
	}
	mutex_enter(vp->v_interlock);
	vp->v_writecount++;
	mutex_exit(vp->v_interlock);
	fp->f_flag = FREAD | FWRITE;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = &vnops;
	fp->f_vnode = vp;
	fd_affix(l->l_proc, fp, (unsigned)indx);
	*fdp = indx;
	return 0;
}

static int
ptm_open(const struct ptm_pty *ptm, struct mount *mp, struct lwp *l, int n,
    char ms, int *fdp)
{
	struct vnode *vp;
	int error;

	error = ptm->allocvp(mp, l, &vp, pty_dev(n, ms), ms);
	if (error != 0)
		return error;
	error = ptm_openvp(l, vp, fdp);
	vrele(vp);
	return error;
}

/* The slave becomes the caller's, and nobody else's. */
static int
ptm_grant(const struct ptm_pty *ptm, struct mount *mp, struct lwp *l, int n)
{
	kauth_cred_t cred;
	struct vnode *vp;
	struct vattr va;
	int error;

	error = ptm->allocvp(mp, l, &vp, pty_dev(n, 't'), 't');
	if (error != 0)
		return error;
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) == 0) {
		cred = kauth_cred_alloc();
		ptm->getvattr(mp, l, &va);
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		error = VOP_SETATTR(vp, &va, cred);
		VOP_UNLOCK(vp);
		kauth_cred_free(cred);
	}
	if (error == 0)
		(void)VOP_REVOKE(vp, REVOKEALL);
	vrele(vp);
	return error;
}

static void
ptm_close(int fd)
{
	if (fd_getfile((unsigned)fd) != NULL)
		(void)fd_close((unsigned)fd);
}

/*
 * A pair; slave NULL: its master alone.
 */
static int
ptm_pair(const struct ptm_pty *ptm, struct mount *mp, struct lwp *l,
    int *np, int *master, int *slave)
{
	int n = pty_claim(ptm->npty), error;

	if (n < 0)
		return ENOENT;
	error = ptm_open(ptm, mp, l, n, 'p', master);
	if (error != 0) {
		pty_unclaim(n);
		return error;
	}
	/* From here on closing the master gives the pair back. */
	error = ptm_grant(ptm, mp, l, n);
	if (error == 0 && slave != NULL)
		error = ptm_open(ptm, mp, l, n, 't', slave);
	if (error != 0)
		ptm_close(*master);
	*np = n;
	return error;
}

static int
ptm_get(struct lwp *l, struct ptmget *pg)
{
	const struct ptm_pty *ptm = atomic_load_acquire(&ptm_handler);
	struct mount *mp;
	int error, n;

	error = ptm->getmp(l, &mp);
	if (error != 0)
		return error;
	memset(pg, 0, sizeof(*pg));
	error = ptm_pair(ptm, mp, l, &n, &pg->cfd, &pg->sfd);
	if (error == 0) {
		(void)ptm->makename(mp, l, pg->cn, sizeof(pg->cn),
		    pty_dev(n, 'p'), 'p');
		(void)ptm->makename(mp, l, pg->sn, sizeof(pg->sn),
		    pty_dev(n, 't'), 't');
	}
	if (mp != NULL)
		vfs_unbusy(mp, false, NULL);
	return error;
}

/*
 * For who opened a master by its name: TIOCGRANTPT.
 */
int
pty_grant(struct lwp *l, int n)
{
	const struct ptm_pty *ptm = atomic_load_acquire(&ptm_handler);
	struct mount *mp;
	int error;

	error = ptm->getmp(l, &mp);
	if (error != 0)
		return error;
	error = ptm_grant(ptm, mp, l, n);
	if (mp != NULL)
		vfs_unbusy(mp, false, NULL);
	return error;
}

/*
 * The names of a pair whose master somebody has: TIOCPTSNAME.
 */
int
pty_names(struct lwp *l, int n, struct ptmget *pg)
{
	const struct ptm_pty *ptm = atomic_load_acquire(&ptm_handler);
	struct mount *mp;
	int error;

	error = ptm->getmp(l, &mp);
	if (error != 0)
		return error;
	memset(pg, 0, sizeof(*pg));
	pg->cfd = pg->sfd = -1;
	error = ptm->makename(mp, l, pg->cn, sizeof(pg->cn), pty_dev(n, 'p'),
	    'p');
	if (error == 0)
		error = ptm->makename(mp, l, pg->sn, sizeof(pg->sn),
		    pty_dev(n, 't'), 't');
	if (mp != NULL)
		vfs_unbusy(mp, false, NULL);
	return error;
}

/* /dev/ptmx: the descriptor is the master's. */
static int
ptmopen(dev_t dev, int flag, int mode, struct lwp *l)
{
	const struct ptm_pty *ptm = atomic_load_acquire(&ptm_handler);
	struct mount *mp;
	int error, n, fd;

	switch (minor(dev)) {
	case PTM_MINOR:
		return 0;
	case PTMX_MINOR:
		break;
	default:
		return ENODEV;
	}
	error = ptm->getmp(l, &mp);
	if (error != 0)
		return error;
	error = ptm_pair(ptm, mp, l, &n, &fd, NULL);
	if (mp != NULL)
		vfs_unbusy(mp, false, NULL);
	if (error != 0)
		return error;
	l->l_dupfd = fd;
	return EMOVEFD;
}

static int
ptmioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	switch (cmd) {
	case TIOCPTMGET:
		return ptm_get(l, data);
	case FIONBIO:
	case FIOASYNC:
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

static const struct cdevsw ptm_cdevsw = {
	.d_open = ptmopen, .d_close = nullclose, .d_read = noread,
	.d_write = nowrite, .d_ioctl = ptmioctl, .d_stop = nostop,
	.d_tty = notty, .d_poll = nopoll, .d_kqfilter = nokqfilter,
	.d_discard = nodiscard, .d_flag = D_TTY | D_MPSAFE,
};

RUMP_COMPONENT_N(RUMP_COMPONENT_KERN_VFS, ptm)
{
	devmajor_t maj = PTM_MAJOR;

	(void)devsw_attach("ptm", NULL, NULL, &ptm_cdevsw, &maj);
	(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/ptmx", PTM_MAJOR,
	    PTMX_MINOR);
	(void)rump_vfs_makeonedevnode(S_IFCHR, "/dev/ptm", PTM_MAJOR,
	    PTM_MINOR);
}
