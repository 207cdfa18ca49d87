/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_event_file.c - a kqueue as an open file, and as an object another
 * kqueue watches.
 *
 * Locking	r: kq_reg   k: kq_lock
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/event.h>
#include <sys/eventvar.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/intr.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>

static const struct fileops kqueueops;

static int
kqueue1(struct lwp *l, int flags, register_t *retval)
{
	struct kqueue *kq;
	struct file *fp;
	int error, fd;

	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE)) != 0)
		return EINVAL;
	if ((error = fd_allocfile(&fp, &fd)) != 0)
		return error;
	kq = kmem_zalloc(sizeof(*kq), KM_SLEEP);
	mutex_init(&kq->kq_reg, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&kq->kq_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&kq->kq_cv, "kqread");
	TAILQ_INIT(&kq->kq_head);
	selinit(&kq->kq_sel);
	kq->kq_refcnt = 1;
	kq->kq_fdp = l->l_fd;
	fp->f_flag = FREAD | FWRITE | (u_int)flags;
	fp->f_type = DTYPE_KQUEUE;
	fp->f_ops = &kqueueops;
	fp->f_kqueue = kq;
	if ((flags & O_CLOEXEC) != 0)
		(void)fd_set_exclose(l, fd, true);
	fd_affix(l->l_proc, fp, (unsigned)fd);
	*retval = fd;
	return 0;
}

int
sys_kqueue(struct lwp *l, const void *v, register_t *retval)
{

	return kqueue1(l, 0, retval);
}

int
sys_kqueue1(struct lwp *l, const struct sys_kqueue1_args *uap,
    register_t *retval)
{

	return kqueue1(l, SCARG(uap, flags), retval);
}

static int
kqueue_ioctl(struct file *fp, u_long com, void *data)
{

	switch (com) {
	case FIONBIO:
	case FIOASYNC:
		return 0;
	default:
		return ENOTTY;
	}
}

static int
kqueue_poll(struct file *fp, int events)
{
	struct kqueue *kq = fp->f_kqueue;
	int revents = 0;

	mutex_enter(&kq->kq_lock);
	if ((events & (POLLIN | POLLRDNORM)) != 0) {
		if (kq->kq_count != 0)
			revents |= events & (POLLIN | POLLRDNORM);
		else
			selrecord(curlwp, &kq->kq_sel);
	}
	mutex_exit(&kq->kq_lock);
	return revents;
}

/* Events come by kevent(2) alone. */
static int
kqueue_norw(struct file *fp, off_t *offset, struct uio *uio,
    kauth_cred_t cred, int flags)
{

	return ENXIO;
}

static int
kqueue_stat(struct file *fp, struct stat *st)
{

	memset(st, 0, sizeof(*st));
	st->st_size = fp->f_kqueue->kq_count;
	st->st_blksize = sizeof(struct kevent);
	st->st_mode = S_IFIFO;
	st->st_uid = kauth_cred_geteuid(fp->f_cred);
	st->st_gid = kauth_cred_getegid(fp->f_cred);
	return 0;
}

static int
kqueue_close(struct file *fp)
{
	struct kqueue *kq = fp->f_kqueue;
	struct knote *kn;

	mutex_enter(&kq->kq_reg);
	for (u_int i = 0; i < KN_HASHSIZE; i++) {
		while ((kn = LIST_FIRST(&kq->kq_hash[i])) != NULL)
			knote_detach(kn);
	}
	mutex_exit(&kq->kq_reg);
	fp->f_kqueue = NULL;
	kqueue_rele(kq);
	return 0;
}

static void
kqueue_restart(struct file *fp)
{
	struct kqueue *kq = fp->f_kqueue;

	mutex_enter(&kq->kq_lock);
	kq->kq_restart++;
	cv_broadcast(&kq->kq_cv);
	mutex_exit(&kq->kq_lock);
}

static void
filt_kqdetach(struct knote *kn)
{
	struct kqueue *kq = ((struct file *)kn->kn_obj)->f_kqueue;

	mutex_enter(&kq->kq_lock);
	SLIST_REMOVE(&kq->kq_sel.sel_klist, kn, knote, kn_selnext);
	mutex_exit(&kq->kq_lock);
}

static int
filt_kqueue(struct knote *kn, long hint)
{
	struct kqueue *kq = ((struct file *)kn->kn_obj)->f_kqueue;

	kn->kn_data = (int64_t)__atomic_load_n(&kq->kq_count, __ATOMIC_RELAXED);
	return kn->kn_data > 0;
}

static const struct filterops kqread_filtops = {
	.f_isfd = 1, .f_detach = filt_kqdetach, .f_event = filt_kqueue,
};

/* A kqueue watched by another. */
static int
kqueue_kqfilter(struct file *fp, struct knote *kn)
{
	struct kqueue *kq = fp->f_kqueue;

	if (kn->kn_filter != EVFILT_READ || kn->kn_kq == kq)
		return EINVAL;
	kn->kn_fop = &kqread_filtops;
	mutex_enter(&kq->kq_lock);
	SLIST_INSERT_HEAD(&kq->kq_sel.sel_klist, kn, kn_selnext);
	mutex_exit(&kq->kq_lock);
	return 0;
}

static const struct fileops kqueueops = {
	.fo_read = kqueue_norw,
	.fo_write = kqueue_norw,
	.fo_ioctl = kqueue_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = kqueue_poll,
	.fo_stat = kqueue_stat,
	.fo_close = kqueue_close,
	.fo_kqfilter = kqueue_kqfilter,
	.fo_restart = kqueue_restart,
};
