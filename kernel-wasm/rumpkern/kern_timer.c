/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_timer.c - timers of processes: setitimer(2) and timer_create(2).
 *
 * A timer is a callout that posts a signal.  Numbers 0 to 3 are the itimers,
 * made on first use; the virtual ones keep their value but never run, for no
 * CPU time is charged to a process here.
 *
 * Locking	x: p_auxlock.  A callout is stopped without it.
 * Errors	EINVAL, EAGAIN.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/timevar.h>

#define	NS		1000000000LL
#define	TIMER_MAX	32
#define	TIMER_MIN	4	/* the first of timer_create(2) */

void	itimer_init(void);

struct ptimer {
	callout_t	pt_callout;
	struct proc	*pt_proc;	/* stable */
	int		pt_signo;	/* stable: 0 none */
	clockid_t	pt_clock;	/* stable */
	bool		pt_runs;	/* stable */
	int64_t		pt_interval;	/* x: ns */
	int64_t		pt_due;		/* x: uptime ns, 0 off */
	int		pt_overruns;	/* x */
	struct sigevent	pt_ev;		/* stable */
};

struct ptimers {
	struct ptimer	*pts_timers[TIMER_MAX];	/* x */
};

static void
ptimers_ph_exit(struct proc *p)
{

	ptimers_free(p);
}

static struct rump_proc_hooks timer_hooks = {
	.ph_name = "timers", .ph_order = PH_ORDER_SIGNAL + 1,
	.ph_exit = ptimers_ph_exit,
};

void
itimer_init(void)
{

	rump_proc_hooks_register(&timer_hooks);
}

static int64_t
uptime_ns(void)
{
	struct timespec ts;

	nanouptime(&ts);
	return timespec2ns(&ts);
}

static void
ptimer_fire(void *arg)
{
	struct ptimer *pt = arg;
	struct proc *p = pt->pt_proc;
	int64_t now = uptime_ns();

	mutex_enter(&p->p_auxlock);
	if (pt->pt_due == 0) {
		mutex_exit(&p->p_auxlock);
		return;
	}
	pt->pt_overruns = 0;
	if (pt->pt_interval == 0) {
		pt->pt_due = 0;
	} else {
		pt->pt_due += pt->pt_interval;
		if (pt->pt_due <= now) {
			int64_t n = (now - pt->pt_due) / pt->pt_interval + 1;

			pt->pt_due += n * pt->pt_interval;
			pt->pt_overruns = (int)MIN(n, INT_MAX);
		}
		callout_reset_ns(&pt->pt_callout, pt->pt_due - now,
		    ptimer_fire, pt);
	}
	mutex_exit(&p->p_auxlock);
	if (pt->pt_signo != 0)
		psignal(p, pt->pt_signo);
}

static struct ptimers *
ptimers_get(struct proc *p)
{
	struct ptimers *pts, *new;

	if ((pts = p->p_timers) != NULL)
		return pts;
	new = kmem_zalloc(sizeof(*new), KM_SLEEP);
	mutex_enter(&p->p_auxlock);
	if (p->p_timers == NULL) {
		p->p_timers = new;
		new = NULL;
	}
	mutex_exit(&p->p_auxlock);
	if (new != NULL)
		kmem_free(new, sizeof(*new));
	return p->p_timers;
}

static struct ptimer *
ptimer_alloc(struct proc *p, clockid_t clk, int signo)
{
	struct ptimer *pt = kmem_zalloc(sizeof(*pt), KM_SLEEP);

	callout_init(&pt->pt_callout, CALLOUT_MPSAFE);
	pt->pt_proc = p;
	pt->pt_clock = clk;
	pt->pt_signo = signo;
	pt->pt_runs = clk == CLOCK_REALTIME || clk == CLOCK_MONOTONIC;
	return pt;
}

static void
ptimer_free(struct ptimer *pt)
{

	mutex_enter(&pt->pt_proc->p_auxlock);
	pt->pt_due = 0;
	mutex_exit(&pt->pt_proc->p_auxlock);
	callout_halt(&pt->pt_callout, NULL);
	callout_destroy(&pt->pt_callout);
	kmem_free(pt, sizeof(*pt));
}

void
ptimers_free(struct proc *p)
{
	struct ptimers *pts = p->p_timers;

	if (pts == NULL)
		return;
	p->p_timers = NULL;
	for (int i = 0; i < TIMER_MAX; i++) {
		if (pts->pts_timers[i] != NULL)
			ptimer_free(pts->pts_timers[i]);
	}
	kmem_free(pts, sizeof(*pts));
}

static void
ns2ts(int64_t ns, struct timespec *ts)
{

	ts->tv_sec = ns / NS;
	ts->tv_nsec = (long)(ns % NS);
}

/* What is left, and the interval.  p_auxlock held. */
static void
ptimer_get(const struct ptimer *pt, struct itimerspec *its)
{
	int64_t left = 0;

	if (pt != NULL && pt->pt_due != 0)
		left = pt->pt_runs ? MAX(pt->pt_due - uptime_ns(), 1) :
		    pt->pt_due;
	ns2ts(left, &its->it_value);
	ns2ts(pt != NULL ? pt->pt_interval : 0, &its->it_interval);
}

static int
ptimer_set(struct ptimer *pt, int flags, const struct itimerspec *its,
    struct itimerspec *oits)
{
	struct timespec value = its->it_value, interval = its->it_interval, now;
	struct proc *p = pt->pt_proc;
	int64_t ns;

	if (itimespecfix(&value) != 0 || itimespecfix(&interval) != 0)
		return EINVAL;
	ns = timespec2ns(&value);
	if ((flags & TIMER_ABSTIME) != 0 && ns != 0) {
		(void)clock_gettime1(pt->pt_clock, &now);
		ns = MAX(ns - timespec2ns(&now), 1);
	}
	callout_stop(&pt->pt_callout);
	mutex_enter(&p->p_auxlock);
	if (oits != NULL)
		ptimer_get(pt, oits);
	pt->pt_interval = timespec2ns(&interval);
	if (ns == 0)
		pt->pt_due = 0;
	else if (pt->pt_runs) {
		pt->pt_due = uptime_ns() + ns;
		callout_reset_ns(&pt->pt_callout, ns, ptimer_fire, pt);
	} else
		pt->pt_due = ns;
	mutex_exit(&p->p_auxlock);
	return 0;
}

static const struct {
	clockid_t	clk;
	int		sig;
} itimers[TIMER_MIN] = {
	[ITIMER_REAL] = { CLOCK_REALTIME, SIGALRM },
	[ITIMER_VIRTUAL] = { CLOCK_VIRTUAL, SIGVTALRM },
	[ITIMER_PROF] = { CLOCK_PROF, SIGPROF },
	[ITIMER_MONOTONIC] = { CLOCK_MONOTONIC, SIGALRM },
};

static void
its2itv(const struct itimerspec *its, struct itimerval *itv)
{

	memset(itv, 0, sizeof(*itv));
	TIMESPEC_TO_TIMEVAL(&itv->it_value, &its->it_value);
	TIMESPEC_TO_TIMEVAL(&itv->it_interval, &its->it_interval);
}

static struct ptimer *
itimer_get(struct proc *p, int which, bool make)
{
	struct ptimers *pts = make ? ptimers_get(p) : p->p_timers;

	if (pts == NULL)
		return NULL;
	if (pts->pts_timers[which] == NULL && make)
		pts->pts_timers[which] = ptimer_alloc(p, itimers[which].clk,
		    itimers[which].sig);
	return pts->pts_timers[which];
}

int
sys___getitimer50(struct lwp *l, const struct sys___getitimer50_args *uap,
    register_t *retval)
{
	int which = SCARG(uap, which);
	struct itimerspec its;
	struct itimerval itv;

	if (which < 0 || which >= TIMER_MIN)
		return EINVAL;
	mutex_enter(&l->l_proc->p_auxlock);
	ptimer_get(itimer_get(l->l_proc, which, false), &its);
	mutex_exit(&l->l_proc->p_auxlock);
	its2itv(&its, &itv);
	return copyout(&itv, SCARG(uap, itv), sizeof(itv));
}

int
sys___setitimer50(struct lwp *l, const struct sys___setitimer50_args *uap,
    register_t *retval)
{
	int error, which = SCARG(uap, which);
	struct itimerspec its, oits;
	struct itimerval itv;

	if (which < 0 || which >= TIMER_MIN)
		return EINVAL;
	memset(&oits, 0, sizeof(oits));
	if (SCARG(uap, itv) != NULL) {
		error = copyin(SCARG(uap, itv), &itv, sizeof(itv));
		if (error != 0)
			return error;
		if (itimerfix(&itv.it_value) != 0 ||
		    itimerfix(&itv.it_interval) != 0)
			return EINVAL;
		TIMEVAL_TO_TIMESPEC(&itv.it_value, &its.it_value);
		TIMEVAL_TO_TIMESPEC(&itv.it_interval, &its.it_interval);
		error = ptimer_set(itimer_get(l->l_proc, which, true), 0, &its,
		    &oits);
		if (error != 0)
			return error;
	}
	if (SCARG(uap, oitv) == NULL)
		return 0;
	its2itv(&oits, &itv);
	return copyout(&itv, SCARG(uap, oitv), sizeof(itv));
}

int
sys_timer_create(struct lwp *l, const struct sys_timer_create_args *uap,
    register_t *retval)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
	    .sigev_signo = SIGALRM };
	clockid_t clk = SCARG(uap, clock_id);
	struct proc *p = l->l_proc;
	struct ptimers *pts;
	struct ptimer *pt;
	timer_t id;
	int error;

	if (clk < CLOCK_REALTIME || clk > CLOCK_MONOTONIC)
		return EINVAL;
	if (SCARG(uap, evp) != NULL) {
		if ((error = copyin(SCARG(uap, evp), &ev, sizeof(ev))) != 0)
			return error;
		if (ev.sigev_notify != SIGEV_NONE &&
		    (ev.sigev_notify != SIGEV_SIGNAL || ev.sigev_signo <= 0 ||
		    ev.sigev_signo >= NSIG))
			return EINVAL;
	}
	pt = ptimer_alloc(p, clk,
	    ev.sigev_notify == SIGEV_SIGNAL ? ev.sigev_signo : 0);
	pt->pt_ev = ev;
	pts = ptimers_get(p);
	mutex_enter(&p->p_auxlock);
	for (id = TIMER_MIN; id < TIMER_MAX; id++)
		if (pts->pts_timers[id] == NULL)
			break;
	if (id < TIMER_MAX)
		pts->pts_timers[id] = pt;
	mutex_exit(&p->p_auxlock);
	if (id == TIMER_MAX) {
		ptimer_free(pt);
		return EAGAIN;
	}
	return copyout(&id, SCARG(uap, timerid), sizeof(id));
}

static struct ptimer *
timer_find(struct proc *p, timer_t id)
{

	if (id < TIMER_MIN || id >= TIMER_MAX || p->p_timers == NULL)
		return NULL;
	return p->p_timers->pts_timers[id];
}

int
sys_timer_delete(struct lwp *l, const struct sys_timer_delete_args *uap,
    register_t *retval)
{
	struct proc *p = l->l_proc;
	struct ptimer *pt;

	mutex_enter(&p->p_auxlock);
	if ((pt = timer_find(p, SCARG(uap, timerid))) != NULL)
		p->p_timers->pts_timers[SCARG(uap, timerid)] = NULL;
	mutex_exit(&p->p_auxlock);
	if (pt == NULL)
		return EINVAL;
	ptimer_free(pt);
	return 0;
}

int
sys_timer_getoverrun(struct lwp *l, const struct sys_timer_getoverrun_args *uap,
    register_t *retval)
{
	struct ptimer *pt = timer_find(l->l_proc, SCARG(uap, timerid));

	if (pt == NULL)
		return EINVAL;
	*retval = pt->pt_overruns;
	return 0;
}

int
sys___timer_settime50(struct lwp *l, const struct sys___timer_settime50_args *uap,
    register_t *retval)
{
	struct ptimer *pt = timer_find(l->l_proc, SCARG(uap, timerid));
	struct itimerspec its, oits;
	int error;

	if (pt == NULL)
		return EINVAL;
	if ((error = copyin(SCARG(uap, value), &its, sizeof(its))) != 0 ||
	    (error = ptimer_set(pt, SCARG(uap, flags), &its, &oits)) != 0)
		return error;
	return SCARG(uap, ovalue) == NULL ? 0 :
	    copyout(&oits, SCARG(uap, ovalue), sizeof(oits));
}

int
sys___timer_gettime50(struct lwp *l, const struct sys___timer_gettime50_args *uap,
    register_t *retval)
{
	struct ptimer *pt = timer_find(l->l_proc, SCARG(uap, timerid));
	struct itimerspec its;

	if (pt == NULL)
		return EINVAL;
	memset(&its, 0, sizeof(its));
	mutex_enter(&l->l_proc->p_auxlock);
	ptimer_get(pt, &its);
	mutex_exit(&l->l_proc->p_auxlock);
	return copyout(&its, SCARG(uap, value), sizeof(its));
}
