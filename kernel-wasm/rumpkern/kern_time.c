/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_time.c - clocks and sleeping for processes.
 *
 * Setting the time moves the kernel's own clock, never the host's.
 *
 * Locking	nanosleep_lock is only what a condvar needs.
 * Sleeps	nanosleep1(), interruptibly ("nanoslp").
 * Errors	EINVAL, EINTR.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/time.h>

#define	NS	1000000000LL

static kmutex_t nanosleep_lock;

void	itimer_init(void);	/* kern_timer.c */

void
time_init(void)
{

	mutex_init(&nanosleep_lock, MUTEX_DEFAULT, IPL_NONE);
	itimer_init();
}

/* Ticks, rounded up, with one more for the tick under way. */
int
tstohz(const struct timespec *ts)
{
	int64_t ns;

	if (ts->tv_sec < 0)
		return 1;
	if (ts->tv_sec >= INT_MAX / hz)
		return INT_MAX;
	ns = ts->tv_sec * NS + ts->tv_nsec;
	return (int)((ns + NS / hz - 1) / (NS / hz)) + 1;
}

int
tvtohz(const struct timeval *tv)
{
	struct timespec ts;

	TIMEVAL_TO_TIMESPEC(tv, &ts);
	return tstohz(&ts);
}

int
itimespecfix(struct timespec *ts)
{

	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NS)
		return EINVAL;
	return 0;
}

int
itimerfix(struct timeval *tv)
{

	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return EINVAL;
	return 0;
}

/* A time to sleep until or for, in ticks; *start is when it began. */
int
ts2timo(clockid_t clk, int flags, struct timespec *ts, int *timo,
    struct timespec *start)
{
	struct timespec now;
	int error;

	if ((flags & ~TIMER_ABSTIME) != 0 || itimespecfix(ts) != 0)
		return EINVAL;
	if ((error = clock_gettime1(clk, &now)) != 0)
		return error;
	if (start != NULL)
		*start = now;
	if ((flags & TIMER_ABSTIME) != 0)
		timespecsub(ts, &now, ts);
	if (ts->tv_sec < 0 || !timespecisset(ts))
		return ETIMEDOUT;
	*timo = tstohz(ts);
	return 0;
}

int
clock_gettime1(clockid_t clk, struct timespec *ts)
{

	switch (clk) {
	case CLOCK_REALTIME:
		nanotime(ts);
		return 0;
	case CLOCK_MONOTONIC:
		nanouptime(ts);
		return 0;
	default:
		return EINVAL;
	}
}

int
clock_settime1(struct proc *p, clockid_t clk, const struct timespec *ts,
    bool check)
{
	int error;

	if (check && (error = kauth_authorize_system(kauth_cred_get(),
	    KAUTH_SYSTEM_TIME, KAUTH_REQ_SYSTEM_TIME_SYSTEM,
	    __UNCONST(ts), NULL, NULL)) != 0)
		return error;
	if (clk != CLOCK_REALTIME || ts->tv_sec < 0 || ts->tv_nsec < 0 ||
	    ts->tv_nsec >= NS)
		return EINVAL;
	tc_setclock(ts);
	return 0;
}

int
sys___clock_gettime50(struct lwp *l, const struct sys___clock_gettime50_args *uap,
    register_t *retval)
{
	struct timespec ts;
	int error;

	if ((error = clock_gettime1(SCARG(uap, clock_id), &ts)) != 0)
		return error;
	return copyout(&ts, SCARG(uap, tp), sizeof(ts));
}

int
sys___clock_settime50(struct lwp *l, const struct sys___clock_settime50_args *uap,
    register_t *retval)
{
	struct timespec ts;
	int error;

	if ((error = copyin(SCARG(uap, tp), &ts, sizeof(ts))) != 0)
		return error;
	return clock_settime1(l->l_proc, SCARG(uap, clock_id), &ts, true);
}

int
sys___clock_getres50(struct lwp *l, const struct sys___clock_getres50_args *uap,
    register_t *retval)
{
	struct timespec ts = { .tv_nsec = 1 };

	if (SCARG(uap, clock_id) != CLOCK_REALTIME &&
	    SCARG(uap, clock_id) != CLOCK_MONOTONIC)
		return EINVAL;
	return SCARG(uap, tp) == NULL ? 0 :
	    copyout(&ts, SCARG(uap, tp), sizeof(ts));
}

int
nanosleep1(struct lwp *l, clockid_t clk, int flags, struct timespec *rqt,
    struct timespec *rmt)
{
	struct timespec now, left = *rqt;
	int64_t ns, deadline;
	kcondvar_t cv;
	int error;

	if (itimespecfix(rqt) != 0 || (flags & ~TIMER_ABSTIME) != 0)
		return EINVAL;
	if ((error = clock_gettime1(clk, &now)) != 0)
		return error;
	if ((flags & TIMER_ABSTIME) != 0)
		timespecsub(rqt, &now, &left);
	if (left.tv_sec < 0 || !timespecisset(&left))
		return 0;
	ns = timespec2ns(&left);
	nanouptime(&now);
	deadline = timespec2ns(&now) + ns;
	cv_init(&cv, "nanoslp");
	mutex_enter(&nanosleep_lock);
	while (ns > 0 && error == 0) {
		error = cv_nanowait_sig(&cv, &nanosleep_lock, ns);
		nanouptime(&now);
		ns = deadline - timespec2ns(&now);
		if (error == EWOULDBLOCK)
			error = 0;
	}
	mutex_exit(&nanosleep_lock);
	cv_destroy(&cv);
	if (rmt != NULL) {
		ns = MAX(ns, 0);
		rmt->tv_sec = ns / NS;
		rmt->tv_nsec = (long)(ns % NS);
	}
	return error == ERESTART ? EINTR : error;
}

static int
nanosleep_common(struct lwp *l, clockid_t clk, int flags,
    const struct timespec *urqt, struct timespec *urmt)
{
	struct timespec rqt, rmt;
	int error, error1;

	if ((error = copyin(urqt, &rqt, sizeof(rqt))) != 0)
		return error;
	timespecclear(&rmt);
	error = nanosleep1(l, clk, flags, &rqt, &rmt);
	if (urmt == NULL || (error != 0 && error != EINTR) ||
	    (flags & TIMER_ABSTIME) != 0)
		return error;
	error1 = copyout(&rmt, urmt, sizeof(rmt));
	return error1 != 0 ? error1 : error;
}

int
sys___nanosleep50(struct lwp *l, const struct sys___nanosleep50_args *uap,
    register_t *retval)
{

	return nanosleep_common(l, CLOCK_MONOTONIC, 0, SCARG(uap, rqtp),
	    SCARG(uap, rmtp));
}

/* The error is the result of the call. */
int
sys_clock_nanosleep(struct lwp *l, const struct sys_clock_nanosleep_args *uap,
    register_t *retval)
{

	*retval = nanosleep_common(l, SCARG(uap, clock_id), SCARG(uap, flags),
	    SCARG(uap, rqtp), SCARG(uap, rmtp));
	return 0;
}

int
sys___gettimeofday50(struct lwp *l, const struct sys___gettimeofday50_args *uap,
    register_t *retval)
{
	struct timezone tz = { 0, 0 };
	struct timeval tv;
	int error = 0;

	if (SCARG(uap, tp) != NULL) {
		microtime(&tv);
		error = copyout(&tv, SCARG(uap, tp), sizeof(tv));
	}
	if (error == 0 && SCARG(uap, tzp) != NULL)
		error = copyout(&tz, SCARG(uap, tzp), sizeof(tz));
	return error;
}

int
sys___settimeofday50(struct lwp *l, const struct sys___settimeofday50_args *uap,
    register_t *retval)
{
	struct timespec ts;
	struct timeval tv;
	int error;

	if (SCARG(uap, tv) == NULL)
		return 0;
	if ((error = copyin(SCARG(uap, tv), &tv, sizeof(tv))) != 0)
		return error;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return EINVAL;
	TIMEVAL_TO_TIMESPEC(&tv, &ts);
	return clock_settime1(l->l_proc, CLOCK_REALTIME, &ts, true);
}

/* The whole correction is made at once; none is ever left over. */
int
sys___adjtime50(struct lwp *l, const struct sys___adjtime50_args *uap,
    register_t *retval)
{
	struct timeval delta, none = { 0, 0 };
	struct timespec now;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_TIME,
	    KAUTH_REQ_SYSTEM_TIME_ADJTIME, NULL, NULL, NULL);
	if (error != 0)
		return error;
	if (SCARG(uap, delta) != NULL) {
		error = copyin(SCARG(uap, delta), &delta, sizeof(delta));
		if (error != 0)
			return error;
		nanotime(&now);
		now.tv_sec += delta.tv_sec;
		now.tv_nsec += (long)delta.tv_usec * 1000;
		while (now.tv_nsec < 0) {
			now.tv_nsec += NS;
			now.tv_sec--;
		}
		while (now.tv_nsec >= NS) {
			now.tv_nsec -= NS;
			now.tv_sec++;
		}
		tc_setclock(&now);
	}
	return SCARG(uap, olddelta) == NULL ? 0 :
	    copyout(&none, SCARG(uap, olddelta), sizeof(none));
}
