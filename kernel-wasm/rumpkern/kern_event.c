/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_event.c - kqueue(2).
 *
 * A knote ties an object to a kqueue.  The object calls knote() under its own
 * lock; the filter decides, and an active knote is queued once.
 *
 * States of a knote			(who moves it)
 *	idle -> active, queued		knote_activate()
 *	queued -> busy			kqueue_scan() looks at it
 *	busy -> queued or idle		kqueue_scan()
 *	any but busy -> gone		knote_detach()
 *
 * Locking	r: kq_reg   k: kq_lock
 *	Order: kq_reg -> locks of objects -> kq_lock; fd_lock -> nothing here.
 *
 * Sleeps	kevent(2) ("kqread"); knote_detach() while a scan has the knote.
 * Errors	per change: EV_ERROR records, or the call's errno.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/eventvar.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/timevar.h>

#define	KQ_NEVENTS	8	/* copied in and out at a time */

static pool_cache_t knote_cache;

static int	filt_fileattach(struct knote *);

static const struct filterops file_filtops = {
	.f_isfd = 1, .f_attach = filt_fileattach,
};

static const struct {
	const char		*name;
	const struct filterops	*ops;
} kfilters[] = {
	[EVFILT_READ] = { "EVFILT_READ", &file_filtops },
	[EVFILT_WRITE] = { "EVFILT_WRITE", &file_filtops },
	[EVFILT_AIO] = { "EVFILT_AIO", NULL },
	[EVFILT_VNODE] = { "EVFILT_VNODE", &file_filtops },
	[EVFILT_PROC] = { "EVFILT_PROC", &kqueue_proc_filtops },
	[EVFILT_SIGNAL] = { "EVFILT_SIGNAL", &kqueue_sig_filtops },
	[EVFILT_TIMER] = { "EVFILT_TIMER", &kqueue_timer_filtops },
};

void
kqueue_init(void)
{

	knote_cache = pool_cache_init(sizeof(struct knote), 0, 0, 0, "knotepl",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	rump_proc_hooks_register(&kqueue_proc_hooks);
}

/* Called by whoever changed an object, with the object's lock held. */
void
knote(struct klist *list, long hint)
{
	struct knote *kn, *next;

	SLIST_FOREACH_SAFE(kn, list, kn_selnext, next) {
		if ((*kn->kn_fop->f_event)(kn, hint))
			knote_activate(kn);
	}
}

static void
knote_enqueue(struct kqueue *kq, struct knote *kn)
{

	KASSERT(mutex_owned(&kq->kq_lock));
	if ((kn->kn_status & (KN_QUEUED | KN_DISABLED | KN_BUSY)) != 0)
		return;
	kn->kn_status |= KN_QUEUED;
	TAILQ_INSERT_TAIL(&kq->kq_head, kn, kn_tqe);
	kq->kq_count++;
	cv_broadcast(&kq->kq_cv);
	selnotify(&kq->kq_sel, POLLIN, NOTE_SUBMIT);
}

static void
knote_dequeue(struct kqueue *kq, struct knote *kn)
{

	if ((kn->kn_status & KN_QUEUED) == 0)
		return;
	TAILQ_REMOVE(&kq->kq_head, kn, kn_tqe);
	kn->kn_status &= ~KN_QUEUED;
	kq->kq_count--;
}

void
knote_activate(struct knote *kn)
{
	struct kqueue *kq = kn->kn_kq;

	mutex_enter(&kq->kq_lock);
	kn->kn_status |= KN_ACTIVE;
	knote_enqueue(kq, kn);
	mutex_exit(&kq->kq_lock);
}

/* Cut the knote off everything and free it.  kq_reg is held. */
void
knote_detach(struct knote *kn)
{
	struct kqueue *kq = kn->kn_kq;

	KASSERT(mutex_owned(&kq->kq_reg));
	(*kn->kn_fop->f_detach)(kn);
	mutex_enter(&kq->kq_lock);
	while ((kn->kn_status & KN_BUSY) != 0)
		cv_wait(&kq->kq_cv, &kq->kq_lock);
	knote_dequeue(kq, kn);
	mutex_exit(&kq->kq_lock);
	LIST_REMOVE(kn, kn_hash);
	if (kfilters[kn->kn_filter].ops->f_isfd) {
		mutex_enter(&kq->kq_fdp->fd_lock);
		LIST_REMOVE(kn, kn_fdlink);
		mutex_exit(&kq->kq_fdp->fd_lock);
	}
	pool_cache_put(knote_cache, kn);
}

void
kqueue_rele(struct kqueue *kq)
{

	if (atomic_dec_uint_nv(&kq->kq_refcnt) > 0)
		return;
	seldestroy(&kq->kq_sel);
	mutex_destroy(&kq->kq_reg);
	mutex_destroy(&kq->kq_lock);
	cv_destroy(&kq->kq_cv);
	kmem_free(kq, sizeof(*kq));
}

/* The descriptor closes: its knotes go.  fd_lock is not held. */
void
knote_fdclose(int fd)
{
	filedesc_t *fdp = curlwp->l_fd;
	struct knote *kn;
	struct kqueue *kq;

	for (;;) {
		mutex_enter(&fdp->fd_lock);
		kn = LIST_FIRST(&fdp->fd_dt->dt_ff[fd]->ff_knotes);
		if (kn == NULL) {
			mutex_exit(&fdp->fd_lock);
			return;
		}
		kq = kn->kn_kq;
		atomic_inc_uint(&kq->kq_refcnt);
		mutex_exit(&fdp->fd_lock);
		mutex_enter(&kq->kq_reg);
		/* Only holders of kq_reg take its knotes off this list. */
		LIST_FOREACH(kn, &fdp->fd_dt->dt_ff[fd]->ff_knotes, kn_fdlink) {
			if (kn->kn_kq == kq) {
				knote_detach(kn);
				break;
			}
		}
		mutex_exit(&kq->kq_reg);
		kqueue_rele(kq);
	}
}

static inline u_int
kn_hashval(uintptr_t ident)
{

	return (u_int)((ident ^ (ident >> 8)) & (KN_HASHSIZE - 1));
}

static struct knote *
kqueue_find(struct kqueue *kq, const struct kevent *kev)
{
	struct knote *kn;

	LIST_FOREACH(kn, &kq->kq_hash[kn_hashval(kev->ident)], kn_hash) {
		if (kn->kn_id == kev->ident && kn->kn_filter == kev->filter)
			return kn;
	}
	return NULL;
}

/* A new knote; the object is attached and looked at. */
static int
kqueue_add(struct kqueue *kq, struct kevent *kev, const struct filterops *fop,
    struct file *fp)
{
	struct knote *kn = pool_cache_get(knote_cache, PR_WAITOK);
	filedesc_t *fdp = kq->kq_fdp;
	int error;

	memset(kn, 0, sizeof(*kn));
	kn->kn_kq = kq;
	kn->kn_fop = fop;
	kn->kn_obj = fp;
	kn->kn_kevent = *kev;
	kn->kn_flags &= ~(EV_DELETE | EV_ENABLE | EV_RECEIPT);
	kn->kn_sfflags = kev->fflags;
	kn->kn_sdata = kev->data;
	kn->kn_fflags = 0;
	kn->kn_data = 0;
	if ((kev->flags & EV_DISABLE) != 0)
		kn->kn_status |= KN_DISABLED;
	if ((error = (*fop->f_attach)(kn)) != 0) {
		pool_cache_put(knote_cache, kn);
		return error;
	}
	LIST_INSERT_HEAD(&kq->kq_hash[kn_hashval(kev->ident)], kn, kn_hash);
	if (fp != NULL) {
		mutex_enter(&fdp->fd_lock);
		LIST_INSERT_HEAD(&fdp->fd_dt->dt_ff[kev->ident]->ff_knotes, kn,
		    kn_fdlink);
		mutex_exit(&fdp->fd_lock);
	}
	if ((*kn->kn_fop->f_event)(kn, 0))
		knote_activate(kn);
	return 0;
}

static void
kqueue_modify(struct kqueue *kq, struct knote *kn, const struct kevent *kev)
{

	if ((kev->flags & EV_ADD) != 0) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = kev->data;
		kn->kn_udata = kev->udata;
		if (kn->kn_fop == &kqueue_timer_filtops) {
			(*kn->kn_fop->f_detach)(kn);
			(void)(*kn->kn_fop->f_attach)(kn);
		} else if ((*kn->kn_fop->f_event)(kn, 0))
			knote_activate(kn);
	}
	mutex_enter(&kq->kq_lock);
	if ((kev->flags & EV_DISABLE) != 0)
		kn->kn_status |= KN_DISABLED;
	if ((kev->flags & EV_ENABLE) != 0) {
		kn->kn_status &= ~KN_DISABLED;
		if ((kn->kn_status & KN_ACTIVE) != 0)
			knote_enqueue(kq, kn);
	}
	mutex_exit(&kq->kq_lock);
}

int
kqueue_register(struct kqueue *kq, struct kevent *kev)
{
	const struct filterops *fop;
	struct file *fp = NULL;
	struct knote *kn;
	int error = 0;

	if (kev->filter >= __arraycount(kfilters) ||
	    (fop = kfilters[kev->filter].ops) == NULL)
		return EINVAL;
	if (fop->f_isfd && (kev->ident > INT_MAX ||
	    (fp = fd_getfile((unsigned)kev->ident)) == NULL))
		return EBADF;
	mutex_enter(&kq->kq_reg);
	kn = kqueue_find(kq, kev);
	if (kn == NULL && (kev->flags & EV_ADD) == 0)
		error = ENOENT;
	else if (kn == NULL)
		error = kqueue_add(kq, kev, fop, fp);
	else if ((kev->flags & EV_DELETE) != 0)
		knote_detach(kn);
	else
		kqueue_modify(kq, kn, kev);
	mutex_exit(&kq->kq_reg);
	if (fp != NULL)
		fd_putfile((unsigned)kev->ident);
	return error;
}

/* Take a queued knote; true if it has something to say, which is in *kev. */
static bool
kqueue_take(struct kqueue *kq, struct knote *kn, struct kevent *kev,
    bool *oneshot)
{
	bool report;

	KASSERT(mutex_owned(&kq->kq_lock));
	knote_dequeue(kq, kn);
	*oneshot = false;
	if ((kn->kn_status & KN_DISABLED) != 0)
		return false;
	kn->kn_status |= KN_BUSY;
	kn->kn_status &= ~KN_ACTIVE;	/* what comes now counts again */
	mutex_exit(&kq->kq_lock);
	report = (*kn->kn_fop->f_event)(kn, 0) != 0 ||
	    (kn->kn_flags & EV_ONESHOT) != 0;
	mutex_enter(&kq->kq_lock);
	kn->kn_status &= ~KN_BUSY;
	cv_broadcast(&kq->kq_cv);
	if (!report) {
		if ((kn->kn_status & KN_ACTIVE) != 0)
			knote_enqueue(kq, kn);
		return false;
	}
	*kev = kn->kn_kevent;
	if ((kn->kn_flags & EV_ONESHOT) != 0) {
		*oneshot = true;
	} else if ((kn->kn_flags & EV_CLEAR) != 0) {
		/* knote() may be at it: lose nothing. */
		kev->fflags = __atomic_exchange_n(&kn->kn_fflags, 0,
		    __ATOMIC_SEQ_CST);
		kev->data = __atomic_exchange_n(&kn->kn_data, 0,
		    __ATOMIC_SEQ_CST);
		if ((kn->kn_status & KN_ACTIVE) != 0)
			knote_enqueue(kq, kn);
	} else if ((kn->kn_flags & EV_DISPATCH) != 0) {
		kn->kn_status |= KN_DISABLED;
	} else {
		kn->kn_status |= KN_ACTIVE;
		knote_enqueue(kq, kn);
	}
	return true;
}

static void
kqueue_oneshot(struct kqueue *kq, const struct kevent *kev)
{
	struct knote *kn;

	mutex_enter(&kq->kq_reg);
	if ((kn = kqueue_find(kq, kev)) != NULL)
		knote_detach(kn);
	mutex_exit(&kq->kq_reg);
}

/* Wait until something is queued.  kq_lock held. */
static int
kqueue_wait(struct kqueue *kq, const struct timespec *ts)
{
	u_int gen = kq->kq_restart;
	int64_t deadline = 0, left = -1;
	struct timespec now;
	int error = 0;

	if (ts != NULL) {
		if (!timespecisset(ts))
			return kq->kq_count == 0 ? EWOULDBLOCK : 0;
		nanouptime(&now);
		deadline = timespec2ns(&now) + timespec2ns(ts);
	}
	while (kq->kq_count == 0 && error == 0) {
		if (ts != NULL) {
			nanouptime(&now);
			left = deadline - timespec2ns(&now);
			if (left <= 0)
				return EWOULDBLOCK;
		}
		error = cv_nanowait_sig(&kq->kq_cv, &kq->kq_lock, left);
		if (error == 0 && gen != kq->kq_restart)
			error = EBADF;
	}
	return error == ERESTART ? EINTR : error;
}

static int
kqueue_scan(struct kqueue *kq, size_t max, struct kevent *ulist,
    const struct timespec *ts, register_t *retval)
{
	struct kevent buf[KQ_NEVENTS];
	struct knote *kn, marker = { .kn_status = KN_MARKER };
	size_t done = 0, n = 0;
	bool oneshot;
	int error;

	mutex_enter(&kq->kq_lock);
again:
	if ((error = kqueue_wait(kq, ts)) != 0)
		goto out;
	TAILQ_INSERT_TAIL(&kq->kq_head, &marker, kn_tqe);
	while (done + n < max && error == 0) {
		kn = TAILQ_FIRST(&kq->kq_head);
		if (kn == &marker)
			break;
		if ((kn->kn_status & KN_MARKER) != 0) {
			/* Of another scan: step over it. */
			while (kn != &marker &&
			    (kn->kn_status & KN_MARKER) != 0)
				kn = TAILQ_NEXT(kn, kn_tqe);
			if (kn == &marker)
				break;
		}
		if (!kqueue_take(kq, kn, &buf[n], &oneshot))
			continue;
		n++;
		if (oneshot || n == KQ_NEVENTS) {
			mutex_exit(&kq->kq_lock);
			if (oneshot)
				kqueue_oneshot(kq, &buf[n - 1]);
			if (n == KQ_NEVENTS) {
				error = copyout(buf, ulist + done, sizeof(buf));
				done += n;
				n = 0;
			}
			mutex_enter(&kq->kq_lock);
		}
	}
	TAILQ_REMOVE(&kq->kq_head, &marker, kn_tqe);
	if (done + n == 0 && error == 0 && (ts == NULL || timespecisset(ts)))
		goto again;		/* nobody had anything after all */
out:
	mutex_exit(&kq->kq_lock);
	if (error == EWOULDBLOCK)
		error = 0;
	if (error == 0 && n != 0)
		error = copyout(buf, ulist + done, n * sizeof(buf[0]));
	*retval = (register_t)(done + n);
	return error;
}

static int
kevent_changes(struct kqueue *kq, const struct kevent *chg, size_t nchg,
    struct kevent *ev, size_t nev, int *nerrors)
{
	struct kevent kev;
	int error;

	for (; nchg > 0; nchg--, chg++) {
		if ((error = copyin(chg, &kev, sizeof(kev))) != 0)
			return error;
		kev.flags &= ~EV_SYSFLAGS;
		error = kqueue_register(kq, &kev);
		if (error == 0 && (kev.flags & EV_RECEIPT) == 0)
			continue;
		if (nev == (size_t)*nerrors)
			return error;
		kev.flags = EV_ERROR;
		kev.data = error;
		error = copyout(&kev, ev + *nerrors, sizeof(kev));
		if (error != 0)
			return error;
		(*nerrors)++;
	}
	return 0;
}

int
sys___kevent50(struct lwp *l, const struct sys___kevent50_args *uap,
    register_t *retval)
{
	int error, fd = SCARG(uap, fd), nerrors = 0;
	struct timespec ts, *tsp = NULL;
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_KQUEUE) {
		error = EBADF;
		goto out;
	}
	if (SCARG(uap, timeout) != NULL) {
		error = copyin(SCARG(uap, timeout), &ts, sizeof(ts));
		if (error != 0)
			goto out;
		if (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000L) {
			error = EINVAL;
			goto out;
		}
		tsp = &ts;
	}
	error = kevent_changes(fp->f_kqueue, SCARG(uap, changelist),
	    SCARG(uap, nchanges), SCARG(uap, eventlist), SCARG(uap, nevents),
	    &nerrors);
	*retval = nerrors;
	if (error == 0 && nerrors == 0 && SCARG(uap, nevents) != 0)
		error = kqueue_scan(fp->f_kqueue, SCARG(uap, nevents),
		    SCARG(uap, eventlist), tsp, retval);
out:
	fd_putfile((unsigned)fd);
	return error;
}

static int
filt_fileattach(struct knote *kn)
{
	struct file *fp = kn->kn_obj;

	return (*fp->f_ops->fo_kqfilter)(fp, kn);
}
