/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fifo_vnops.c - named pipes, for all file systems.
 *
 * Interface
 *	A file system routes open, close, read, write, ioctl, poll and kqfilter
 *	of its VFIFO vnodes here (vn_fifo_bypass()).
 *
 * States	A fifo has readers and writers.  When the last writer closes, one
 *	end of file is delivered; after that the fifo is merely empty.
 *
 * Locking	f: fi_lock.  The vnode is unlocked while a call sleeps.
 * Sleeps	open, read, write; interruptibly.
 * Errors	ENXIO: no reader for a non-blocking writer; EAGAIN; EPIPE; EINTR.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>

#define	FIFO_SIZE	4096
#define	FIFO_ATOMIC	512		/* PIPE_BUF */

struct fifoinfo {
	kmutex_t	fi_lock;
	kcondvar_t	fi_opencv;	/* an open waits for the other side */
	kcondvar_t	fi_rcv;		/* data or end of file */
	kcondvar_t	fi_wcv;		/* room or no reader */
	struct selinfo	fi_rsel, fi_wsel;
	int		fi_opens;	/* f: all opens of the vnode */
	int		fi_readers;	/* f */
	int		fi_writers;	/* f */
	unsigned	fi_ropens;	/* f: reader opens so far */
	unsigned	fi_wopens;	/* f: writer opens so far */
	bool		fi_eof;		/* f: not yet delivered */
	size_t		fi_head;	/* f: first byte */
	size_t		fi_len;		/* f: bytes */
	char		fi_buf[FIFO_SIZE];
};

int (**fifo_vnodeop_p)(void *);

/* The vnode's fifo, made at the first open. */
static struct fifoinfo *
fifo_get(struct vnode *vp)
{
	struct fifoinfo *fip = vp->v_fifoinfo;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (fip != NULL)
		return fip;
	fip = kmem_zalloc(sizeof(*fip), KM_SLEEP);
	mutex_init(&fip->fi_lock, MUTEX_DEFAULT, 0);
	cv_init(&fip->fi_opencv, "fifoopen");
	cv_init(&fip->fi_rcv, "fifoin");
	cv_init(&fip->fi_wcv, "fifoout");
	selinit(&fip->fi_rsel);
	selinit(&fip->fi_wsel);
	vp->v_fifoinfo = fip;
	return fip;
}

static void
fifo_free(struct vnode *vp)
{
	struct fifoinfo *fip = vp->v_fifoinfo;

	vp->v_fifoinfo = NULL;
	seldestroy(&fip->fi_rsel);
	seldestroy(&fip->fi_wsel);
	cv_destroy(&fip->fi_opencv);
	cv_destroy(&fip->fi_rcv);
	cv_destroy(&fip->fi_wcv);
	mutex_destroy(&fip->fi_lock);
	kmem_free(fip, sizeof(*fip));
}

/*
 * The vnode goes and was never closed: a forced unmount took the file away
 * from those who had it open.
 */
void
fifo_destroy(struct vnode *vp)
{

	if (vp->v_fifoinfo != NULL)
		fifo_free(vp);
}

static void
fifo_wake_readers(struct fifoinfo *fip)
{

	KASSERT(mutex_owned(&fip->fi_lock));
	cv_broadcast(&fip->fi_rcv);
	selnotify(&fip->fi_rsel, POLLIN | POLLRDNORM, 0);
}

static void
fifo_wake_writers(struct fifoinfo *fip)
{

	KASSERT(mutex_owned(&fip->fi_lock));
	cv_broadcast(&fip->fi_wcv);
	selnotify(&fip->fi_wsel, POLLOUT | POLLWRNORM, 0);
}

/* Take back an open (or close): the other side may have lost its partner. */
static void
fifo_leave(struct fifoinfo *fip, int mode)
{

	KASSERT(mutex_owned(&fip->fi_lock));
	if ((mode & FREAD) != 0 && --fip->fi_readers == 0)
		fifo_wake_writers(fip);
	if ((mode & FWRITE) != 0 && --fip->fi_writers == 0) {
		fip->fi_eof = true;
		fifo_wake_readers(fip);
	}
	if (--fip->fi_opens == 0) {
		fip->fi_head = fip->fi_len = 0;
		fip->fi_eof = false;
	}
}

/* Wait for a partner; an open and close meanwhile counts. */
static int
fifo_wait_partner(struct fifoinfo *fip, int mode)
{
	unsigned seen;
	int error = 0;

	if ((mode & FREAD) != 0) {
		for (seen = fip->fi_wopens; error == 0 &&
		    fip->fi_writers == 0 && fip->fi_wopens == seen;)
			error = cv_wait_sig(&fip->fi_opencv, &fip->fi_lock);
		if (error != 0 && (fip->fi_writers != 0 ||
		    fip->fi_wopens != seen))
			error = 0;
		return error;
	}
	for (seen = fip->fi_ropens; error == 0 && fip->fi_readers == 0 &&
	    fip->fi_ropens == seen;)
		error = cv_wait_sig(&fip->fi_opencv, &fip->fi_lock);
	if (error != 0 && (fip->fi_readers != 0 || fip->fi_ropens != seen))
		error = 0;
	return error;
}

int
fifo_open(void *v)
{
	struct vop_open_args *ap = v;
	struct vnode *vp = ap->a_vp;
	int mode = ap->a_mode & (FREAD | FWRITE), error = 0;
	struct fifoinfo *fip = fifo_get(vp);

	mutex_enter(&fip->fi_lock);
	if (mode == FWRITE && (ap->a_mode & O_NONBLOCK) != 0 &&
	    fip->fi_readers == 0) {
		bool unused = fip->fi_opens == 0;

		mutex_exit(&fip->fi_lock);
		if (unused)
			fifo_free(vp);
		return ENXIO;
	}
	fip->fi_opens++;
	if (mode & FREAD) {
		fip->fi_readers++;
		fip->fi_ropens++;
	}
	if (mode & FWRITE) {
		if (fip->fi_writers++ == 0)
			fip->fi_eof = false;
		fip->fi_wopens++;
	}
	cv_broadcast(&fip->fi_opencv);
	if ((ap->a_mode & O_NONBLOCK) == 0 && mode != (FREAD | FWRITE)) {
		VOP_UNLOCK(vp);
		error = fifo_wait_partner(fip, mode);
		mutex_exit(&fip->fi_lock);
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		mutex_enter(&fip->fi_lock);
	}
	if (error != 0)
		fifo_leave(fip, mode);
	mode = fip->fi_opens;
	mutex_exit(&fip->fi_lock);
	if (mode == 0)
		fifo_free(vp);
	return error;
}

int
fifo_close(void *v)
{
	struct vop_close_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct fifoinfo *fip = vp->v_fifoinfo;
	int opens;

	if (fip == NULL)
		return 0;
	mutex_enter(&fip->fi_lock);
	if (fip->fi_opens != 0)
		fifo_leave(fip, ap->a_fflag & (FREAD | FWRITE));
	opens = fip->fi_opens;
	mutex_exit(&fip->fi_lock);
	if (opens == 0)
		fifo_free(vp);
	return 0;
}

static int
fifo_copyout(struct fifoinfo *fip, struct uio *uio)
{
	size_t n;
	int error = 0;

	while (error == 0 && fip->fi_len > 0 && uio->uio_resid > 0) {
		n = MIN(fip->fi_len, FIFO_SIZE - fip->fi_head);
		n = MIN(n, uio->uio_resid);
		error = uiomove(fip->fi_buf + fip->fi_head, n, uio);
		if (error == 0) {
			fip->fi_head = (fip->fi_head + n) % FIFO_SIZE;
			fip->fi_len -= n;
		}
	}
	return error;
}

static int
fifo_copyin(struct fifoinfo *fip, struct uio *uio)
{
	size_t tail, n;
	int error = 0;

	while (error == 0 && fip->fi_len < FIFO_SIZE && uio->uio_resid > 0) {
		tail = (fip->fi_head + fip->fi_len) % FIFO_SIZE;
		n = MIN(FIFO_SIZE - fip->fi_len, FIFO_SIZE - tail);
		n = MIN(n, uio->uio_resid);
		error = uiomove(fip->fi_buf + tail, n, uio);
		if (error == 0)
			fip->fi_len += n;
	}
	return error;
}

int
fifo_read(void *v)
{
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct fifoinfo *fip = vp->v_fifoinfo;
	int error = 0;

	if (ap->a_uio->uio_resid == 0)
		return 0;
	VOP_UNLOCK(vp);
	mutex_enter(&fip->fi_lock);
	while (fip->fi_len == 0) {
		if (fip->fi_eof) {
			fip->fi_eof = false;
			break;
		}
		if (ap->a_ioflag & IO_NDELAY) {
			error = fip->fi_writers != 0 ? EAGAIN : 0;
			break;
		}
		if ((error = cv_wait_sig(&fip->fi_rcv, &fip->fi_lock)) != 0)
			break;
	}
	if (error == 0 && fip->fi_len != 0) {
		error = fifo_copyout(fip, ap->a_uio);
		fifo_wake_writers(fip);
	}
	mutex_exit(&fip->fi_lock);
	vn_lock(vp, LK_SHARED | LK_RETRY);
	return error;
}

int
fifo_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct fifoinfo *fip = vp->v_fifoinfo;
	struct uio *uio = ap->a_uio;
	size_t need;
	int error = 0;

	VOP_UNLOCK(vp);
	mutex_enter(&fip->fi_lock);
	while (error == 0 && uio->uio_resid > 0) {
		if (fip->fi_readers == 0) {
			error = EPIPE;
			break;
		}
		/* A short write is never split. */
		need = uio->uio_resid <= FIFO_ATOMIC ? uio->uio_resid :
		    FIFO_ATOMIC;
		if (FIFO_SIZE - fip->fi_len >= need) {
			error = fifo_copyin(fip, uio);
			fifo_wake_readers(fip);
			continue;
		}
		if (ap->a_ioflag & IO_NDELAY)
			error = EAGAIN;
		else
			error = cv_wait_sig(&fip->fi_wcv, &fip->fi_lock);
	}
	mutex_exit(&fip->fi_lock);
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	return error;
}

int
fifo_ioctl(void *v)
{
	struct vop_ioctl_args *ap = v;
	struct fifoinfo *fip = ap->a_vp->v_fifoinfo;

	switch (ap->a_command) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	case FIONREAD:
		if (fip == NULL)
			return EBADF;
		mutex_enter(&fip->fi_lock);
		*(int *)ap->a_data = (int)fip->fi_len;
		mutex_exit(&fip->fi_lock);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

static bool
fifo_readable(const struct fifoinfo *fip)
{

	return fip->fi_len > 0 || fip->fi_eof;
}

static bool
fifo_writable(const struct fifoinfo *fip)
{

	return fip->fi_readers == 0 || FIFO_SIZE - fip->fi_len >= FIFO_ATOMIC;
}

int
fifo_poll(void *v)
{
	struct vop_poll_args *ap = v;
	struct fifoinfo *fip = ap->a_vp->v_fifoinfo;
	int rin = ap->a_events & (POLLIN | POLLRDNORM);
	int rout = ap->a_events & (POLLOUT | POLLWRNORM);
	int revents = 0;

	if (fip == NULL)
		return POLLHUP;
	mutex_enter(&fip->fi_lock);
	if (rin != 0 && fifo_readable(fip))
		revents |= rin;
	if (rout != 0 && fifo_writable(fip))
		revents |= rout;
	if (revents == 0) {
		if (rin != 0)
			selrecord(curlwp, &fip->fi_rsel);
		if (rout != 0)
			selrecord(curlwp, &fip->fi_wsel);
	}
	mutex_exit(&fip->fi_lock);
	return revents;
}

static void
filt_fifordetach(struct knote *kn)
{
	struct fifoinfo *fip = kn->kn_hook;

	mutex_enter(&fip->fi_lock);
	SLIST_REMOVE(&fip->fi_rsel.sel_klist, kn, knote, kn_selnext);
	mutex_exit(&fip->fi_lock);
}

static void
filt_fifowdetach(struct knote *kn)
{
	struct fifoinfo *fip = kn->kn_hook;

	mutex_enter(&fip->fi_lock);
	SLIST_REMOVE(&fip->fi_wsel.sel_klist, kn, knote, kn_selnext);
	mutex_exit(&fip->fi_lock);
}

static int
filt_fiforead(struct knote *kn, long hint __unused)
{
	struct fifoinfo *fip = kn->kn_hook;
	bool own = mutex_owned(&fip->fi_lock);
	int rv;

	if (!own)
		mutex_enter(&fip->fi_lock);
	kn->kn_data = (int64_t)fip->fi_len;
	if (fip->fi_eof) {
		kn->kn_flags |= EV_EOF;
		rv = 1;
	} else {
		kn->kn_flags &= ~EV_EOF;
		rv = fip->fi_len > 0;
	}
	if (!own)
		mutex_exit(&fip->fi_lock);
	return rv;
}

static int
filt_fifowrite(struct knote *kn, long hint __unused)
{
	struct fifoinfo *fip = kn->kn_hook;
	bool own = mutex_owned(&fip->fi_lock);
	int rv;

	if (!own)
		mutex_enter(&fip->fi_lock);
	kn->kn_data = (int64_t)(FIFO_SIZE - fip->fi_len);
	if (fip->fi_readers == 0)
		kn->kn_flags |= EV_EOF;
	else
		kn->kn_flags &= ~EV_EOF;
	rv = fifo_writable(fip);
	if (!own)
		mutex_exit(&fip->fi_lock);
	return rv;
}

static const struct filterops fiforead_filtops = {
	.f_isfd = 1, .f_detach = filt_fifordetach, .f_event = filt_fiforead,
};
static const struct filterops fifowrite_filtops = {
	.f_isfd = 1, .f_detach = filt_fifowdetach, .f_event = filt_fifowrite,
};

int
fifo_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;
	struct fifoinfo *fip = ap->a_vp->v_fifoinfo;
	struct selinfo *sip;

	if (ap->a_kn->kn_filter == EVFILT_VNODE)
		return genfs_kqfilter(v);
	if (fip == NULL)
		return EBADF;
	if (ap->a_kn->kn_filter == EVFILT_READ) {
		ap->a_kn->kn_fop = &fiforead_filtops;
		sip = &fip->fi_rsel;
	} else if (ap->a_kn->kn_filter == EVFILT_WRITE) {
		ap->a_kn->kn_fop = &fifowrite_filtops;
		sip = &fip->fi_wsel;
	} else
		return EINVAL;
	ap->a_kn->kn_hook = fip;
	mutex_enter(&fip->fi_lock);
	SLIST_INSERT_HEAD(&sip->sel_klist, ap->a_kn, kn_selnext);
	mutex_exit(&fip->fi_lock);
	return 0;
}

int
fifo_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
fifo_print(void *v __unused)
{

	return 0;
}

int
fifo_bmap(void *v)
{
	struct vop_bmap_args *ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = 0;
	return 0;
}

int
fifo_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = LINK_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	default:
		return EINVAL;
	}
}

static const struct vnodeopv_entry_desc fifo_vnodeop_entries[] = {
	{ &vop_default_desc, genfs_eopnotsupp },
	{ &vop_lookup_desc, genfs_badop },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_access_desc, genfs_ebadf },
	{ &vop_getattr_desc, genfs_ebadf },
	{ &vop_setattr_desc, genfs_ebadf },
	{ &vop_read_desc, fifo_read },
	{ &vop_write_desc, fifo_write },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_inactive_desc, fifo_inactive },
	{ &vop_reclaim_desc, genfs_nullop },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, fifo_bmap },
	{ &vop_print_desc, fifo_print },
	{ &vop_pathconf_desc, fifo_pathconf },
	{ &vop_advlock_desc, genfs_einval },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};

const struct vnodeopv_desc fifo_vnodeop_opv_desc =
	{ &fifo_vnodeop_p, fifo_vnodeop_entries };

int
vn_fifo_bypass(void *v)
{
	struct vop_open_args *ap = v;

	return fifo_vnodeop_p[ap->a_desc->vdesc_offset](v);
}
