/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys_select.c - poll(2), select(2), and the selrecord(9) behind them.
 *
 * A call keeps its state on its own stack (struct selcall) and leaves a
 * struct selwait in each object that was not ready; selnotify() takes them
 * all off and wakes the callers, which look again.
 *
 * Interface
 *	fo_poll calls selrecord() under the object's lock; whoever makes the
 *	object ready calls selnotify() under the same lock.  seldestroy()
 *	before the object's memory goes.
 *
 * Locking	s: select_lock, a leaf taken under locks of objects.
 * Sleeps	poll and select, interruptibly ("select").
 * Errors	EINTR, never ERESTART.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/timevar.h>

#define	SEL_NINLINE	8
#define	POLL_NINLINE	32
#define	POLL_EXTRA	1000u	/* entries a call may have above its table */
#define	NSEC_FOREVER	(-1)

struct selwait {
	LIST_ENTRY(selwait)	sw_sip;		/* s: of the object */
	LIST_ENTRY(selwait)	sw_call;	/* owner: of the call */
	struct selcall		*sw_owner;	/* stable */
	bool			sw_linked;	/* s: on an object's list */
	bool			sw_heap;	/* stable */
};

struct selcall {
	kcondvar_t		sc_cv;		/* s */
	bool			sc_ready;	/* s: look again */
	u_int			sc_ninline;
	LIST_HEAD(, selwait)	sc_waits;	/* owner */
	struct selwait		sc_inline[SEL_NINLINE];
};

static kmutex_t select_lock;

void
selsysinit(void)
{

	mutex_init(&select_lock, MUTEX_DEFAULT, IPL_NONE);
}

void
selinit(struct selinfo *sip)
{

	SLIST_INIT(&sip->sel_klist);
	LIST_INIT(&sip->sel_waiters);
}

/* Note that the call of this lwp waits for the object. */
void
selrecord(struct lwp *l, struct selinfo *sip)
{
	struct selcall *sc = l->l_selcluster;
	struct selwait *sw;

	if (sc == NULL)
		return;			/* will not sleep */
	if (sc->sc_ninline < SEL_NINLINE) {
		sw = &sc->sc_inline[sc->sc_ninline++];
		sw->sw_heap = false;
	} else {
		sw = kmem_alloc(sizeof(*sw), KM_SLEEP);
		sw->sw_heap = true;
	}
	sw->sw_owner = sc;
	sw->sw_linked = true;
	LIST_INSERT_HEAD(&sc->sc_waits, sw, sw_call);
	mutex_enter(&select_lock);
	LIST_INSERT_HEAD(&sip->sel_waiters, sw, sw_sip);
	mutex_exit(&select_lock);
}

/* Wake and forget everybody on the object. */
static void
sel_wakeall(struct selinfo *sip)
{
	struct selwait *sw;

	mutex_enter(&select_lock);
	while ((sw = LIST_FIRST(&sip->sel_waiters)) != NULL) {
		LIST_REMOVE(sw, sw_sip);
		sw->sw_linked = false;
		sw->sw_owner->sc_ready = true;
		cv_signal(&sw->sw_owner->sc_cv);
	}
	mutex_exit(&select_lock);
}

void
selnotify(struct selinfo *sip, int events, long knhint)
{

	KNOTE(&sip->sel_klist, knhint);
	if (!LIST_EMPTY(&sip->sel_waiters))
		sel_wakeall(sip);
}

void
selwakeup(struct selinfo *sip)
{

	selnotify(sip, 0, NOTE_SUBMIT);
}

void
seldestroy(struct selinfo *sip)
{

	if (!LIST_EMPTY(&sip->sel_waiters))
		sel_wakeall(sip);
}

/* Take this call off all objects. */
static void
sel_forget(struct selcall *sc)
{
	struct selwait *sw;

	if (LIST_EMPTY(&sc->sc_waits))
		return;
	mutex_enter(&select_lock);
	LIST_FOREACH(sw, &sc->sc_waits, sw_call) {
		if (sw->sw_linked)
			LIST_REMOVE(sw, sw_sip);
	}
	mutex_exit(&select_lock);
	while ((sw = LIST_FIRST(&sc->sc_waits)) != NULL) {
		LIST_REMOVE(sw, sw_call);
		if (sw->sw_heap)
			kmem_free(sw, sizeof(*sw));
	}
	sc->sc_ninline = 0;
}

static int64_t
uptime_ns(void)
{
	struct timespec ts;

	nanouptime(&ts);
	return timespec2ns(&ts);
}

/*
 * Scan until something is ready or the time is over.  scan() returns an errno
 * and counts what is ready in *nready; ns: NSEC_FOREVER, or how long.
 */
static int
sel_do_scan(int (*scan)(struct lwp *, void *, int *), void *arg, int64_t ns,
    const sigset_t *mask, int *nready)
{
	struct lwp *l = curlwp;
	struct selcall sc;
	int64_t deadline = 0, left = ns;
	int error;

	*nready = 0;
	if (ns == 0) {
		l->l_selcluster = NULL;
		return (*scan)(l, arg, nready);
	}
	cv_init(&sc.sc_cv, "select");
	LIST_INIT(&sc.sc_waits);
	sc.sc_ninline = 0;
	sc.sc_ready = false;
	if (mask != NULL)
		sigsuspendsetup(l, mask);
	if (ns > 0)
		deadline = uptime_ns() + ns;
	if (deadline < 0)
		deadline = INT64_MAX;
	for (;;) {
		l->l_selcluster = &sc;
		error = (*scan)(l, arg, nready);
		l->l_selcluster = NULL;
		if (error != 0 || *nready != 0)
			break;
		mutex_enter(&select_lock);
		while (!sc.sc_ready && error == 0) {
			if (ns > 0 && (left = deadline - uptime_ns()) <= 0)
				error = EWOULDBLOCK;
			else
				error = cv_nanowait_sig(&sc.sc_cv,
				    &select_lock, left);
		}
		if (sc.sc_ready)
			error = 0;
		sc.sc_ready = false;
		mutex_exit(&select_lock);
		sel_forget(&sc);
		if (error != 0)
			break;
	}
	sel_forget(&sc);
	cv_destroy(&sc.sc_cv);
	if (mask != NULL)
		sigsuspendteardown(l);
	if (error == EWOULDBLOCK)
		error = 0;
	return error == ERESTART ? EINTR : error;
}

struct pollscan {
	struct pollfd	*ps_fds;
	u_int		ps_n;
};

static int
pollscan(struct lwp *l, void *arg, int *nready)
{
	struct pollscan *ps = arg;
	struct file *fp;

	for (struct pollfd *pf = ps->ps_fds; pf < ps->ps_fds + ps->ps_n; pf++) {
		pf->revents = 0;
		if (pf->fd < 0)
			continue;
		if ((fp = fd_getfile((unsigned)pf->fd)) == NULL) {
			pf->revents = POLLNVAL;
		} else {
			pf->revents = (short)(*fp->f_ops->fo_poll)(fp,
			    pf->events | POLLERR | POLLHUP);
			fd_putfile((unsigned)pf->fd);
		}
		if (pf->revents != 0) {
			(*nready)++;
			l->l_selcluster = NULL;	/* no sleep after all */
		}
	}
	return 0;
}

int
pollcommon(register_t *retval, void *ufds, u_int nfds, struct timespec *ts,
    sigset_t *mask)
{
	struct pollfd small[POLL_NINLINE], *fds = small;
	size_t ni = (size_t)nfds * sizeof(*fds);
	struct pollscan ps;
	int error, nready;

	if (nfds > curlwp->l_fd->fd_dt->dt_nfiles + POLL_EXTRA)
		return EINVAL;
	if (nfds > POLL_NINLINE)
		fds = kmem_alloc(ni, KM_SLEEP);
	if (ni == 0 || (error = copyin(ufds, fds, ni)) == 0) {
		ps = (struct pollscan){ .ps_fds = fds, .ps_n = nfds };
		error = sel_do_scan(pollscan, &ps,
		    ts == NULL ? NSEC_FOREVER : timespec2ns(ts), mask, &nready);
		if (error == 0 && ni != 0)
			error = copyout(fds, ufds, ni);
		*retval = nready;
	}
	if (fds != small)
		kmem_free(fds, ni);
	return error;
}

int
sys_poll(struct lwp *l, const struct sys_poll_args *uap, register_t *retval)
{
	int ms = SCARG(uap, timeout);
	struct timespec ts;

	ts.tv_sec = ms / 1000;
	ts.tv_nsec = (ms % 1000) * 1000000L;
	if (ms < 0 && ms != INFTIM)
		return EINVAL;
	return pollcommon(retval, SCARG(uap, fds), SCARG(uap, nfds),
	    ms == INFTIM ? NULL : &ts, NULL);
}

int
sys___pollts50(struct lwp *l, const struct sys___pollts50_args *uap,
    register_t *retval)
{
	struct timespec ts, *tsp = NULL;
	sigset_t mask, *maskp = NULL;
	int error;

	if (SCARG(uap, ts) != NULL) {
		if ((error = copyin(SCARG(uap, ts), &ts, sizeof(ts))) != 0)
			return error;
		if (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000L ||
		    ts.tv_sec < 0)
			return EINVAL;
		tsp = &ts;
	}
	if (SCARG(uap, mask) != NULL) {
		error = copyin(SCARG(uap, mask), &mask, sizeof(mask));
		if (error != 0)
			return error;
		maskp = &mask;
	}
	return pollcommon(retval, SCARG(uap, fds), SCARG(uap, nfds), tsp,
	    maskp);
}

/* Six bit maps: in, out and exceptional, asked for and found. */
struct selscan {
	uint32_t	*ss_in[3];
	uint32_t	*ss_out[3];
	int		ss_n;
};

static const int sel_events[3] = {
	POLLRDNORM | POLLHUP | POLLERR,
	POLLWRNORM | POLLHUP | POLLERR,
	POLLRDBAND,
};

static int
selscan_fd(struct lwp *l, struct selscan *ss, int set, int fd, int *nready)
{
	struct file *fp;

	if ((fp = fd_getfile((unsigned)fd)) == NULL)
		return EBADF;
	if (((*fp->f_ops->fo_poll)(fp, sel_events[set]) &
	    sel_events[set]) != 0) {
		ss->ss_out[set][fd / NFDBITS] |= 1u << (fd % NFDBITS);
		(*nready)++;
		l->l_selcluster = NULL;
	}
	fd_putfile((unsigned)fd);
	return 0;
}

static int
selscan(struct lwp *l, void *arg, int *nready)
{
	struct selscan *ss = arg;
	int error;

	for (int set = 0; set < 3; set++) {
		if (ss->ss_in[set] == NULL)
			continue;
		for (int w = 0; w < howmany(ss->ss_n, NFDBITS); w++) {
			uint32_t bits = ss->ss_in[set][w];

			ss->ss_out[set][w] = 0;
			for (; bits != 0; bits &= bits - 1) {
				int fd = w * NFDBITS + __builtin_ctz(bits);

				if (fd >= ss->ss_n)
					break;
				error = selscan_fd(l, ss, set, fd, nready);
				if (error != 0)
					return error;
			}
		}
	}
	return 0;
}

int
selcommon(register_t *retval, int nd, fd_set *in, fd_set *ou, fd_set *ex,
    struct timespec *ts, sigset_t *mask)
{
	uint32_t small[6 * 8], *bits = small;
	fd_set *user[3] = { in, ou, ex };
	size_t words, size;
	struct selscan ss;
	int error = 0, nready = 0;

	if (nd < 0)
		return EINVAL;
	nd = MIN(nd, (int)curlwp->l_fd->fd_dt->dt_nfiles);
	words = howmany((size_t)nd, NFDBITS);
	size = words * 6 * sizeof(*bits);
	if (size > sizeof(small))
		bits = kmem_alloc(size, KM_SLEEP);
	ss.ss_n = nd;
	for (int i = 0; i < 3 && error == 0; i++) {
		ss.ss_in[i] = ss.ss_out[i] = NULL;
		if (user[i] == NULL)
			continue;
		ss.ss_in[i] = bits + words * (size_t)i;
		ss.ss_out[i] = bits + words * (size_t)(i + 3);
		if (words != 0)
			error = copyin(user[i], ss.ss_in[i], words * 4);
	}
	if (error == 0)
		error = sel_do_scan(selscan, &ss,
		    ts == NULL ? NSEC_FOREVER : timespec2ns(ts), mask, &nready);
	for (int i = 0; i < 3 && error == 0; i++) {
		if (user[i] != NULL && words != 0)
			error = copyout(ss.ss_out[i], user[i], words * 4);
	}
	*retval = nready;
	if (bits != small)
		kmem_free(bits, size);
	return error;
}

int
sys___select50(struct lwp *l, const struct sys___select50_args *uap,
    register_t *retval)
{
	struct timespec ts, *tsp = NULL;
	struct timeval tv;
	int error;

	if (SCARG(uap, tv) != NULL) {
		if ((error = copyin(SCARG(uap, tv), &tv, sizeof(tv))) != 0)
			return error;
		if (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= 1000000)
			return EINVAL;
		TIMEVAL_TO_TIMESPEC(&tv, &ts);
		tsp = &ts;
	}
	return selcommon(retval, SCARG(uap, nd), SCARG(uap, in),
	    SCARG(uap, ou), SCARG(uap, ex), tsp, NULL);
}

int
sys___pselect50(struct lwp *l, const struct sys___pselect50_args *uap,
    register_t *retval)
{
	struct timespec ts, *tsp = NULL;
	sigset_t mask, *maskp = NULL;
	int error;

	if (SCARG(uap, ts) != NULL) {
		if ((error = copyin(SCARG(uap, ts), &ts, sizeof(ts))) != 0)
			return error;
		if (ts.tv_sec < 0 || ts.tv_nsec < 0 ||
		    ts.tv_nsec >= 1000000000L)
			return EINVAL;
		tsp = &ts;
	}
	if (SCARG(uap, mask) != NULL) {
		error = copyin(SCARG(uap, mask), &mask, sizeof(mask));
		if (error != 0)
			return error;
		maskp = &mask;
	}
	return selcommon(retval, SCARG(uap, nd), SCARG(uap, in),
	    SCARG(uap, ou), SCARG(uap, ex), tsp, maskp);
}
