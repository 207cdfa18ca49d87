/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timevar.h - the kernel's clocks: reading them, and the timers of a process.
 */

#ifndef _SYS_TIMEVAR_H_
#define	_SYS_TIMEVAR_H_

#include <sys/time.h>
#include <sys/types.h>

struct timespec;
struct timeval;
struct bintime;
struct itimerspec;
struct lwp;
struct proc;

#define	time_second	(getrealtime_sec())
#define	time_uptime	(getuptime_sec())

time_t	getrealtime_sec(void);
time_t	getuptime_sec(void);

/* Wall clock (with the offset clock_settime(2) gave it) and time since boot. */
void	nanotime(struct timespec *);
void	getnanotime(struct timespec *);
void	microtime(struct timeval *);
void	getmicrotime(struct timeval *);
void	bintime(struct bintime *);
void	nanouptime(struct timespec *);
void	getnanouptime(struct timespec *);
void	microuptime(struct timeval *);
void	getmicrouptime(struct timeval *);
void	nanoboottime(struct timespec *);
void	vfs_timestamp(struct timespec *);

/*
 * Nanoseconds of a time; far away is a quarter of the range, so that sums
 * of a few do not overflow.
 */
static inline int64_t
timespec2ns(const struct timespec *ts)
{
	const int64_t far = INT64_MAX / 4, ns = 1000000000;

	if (ts->tv_sec >= far / ns)
		return far;
	if (ts->tv_sec <= -far / ns)
		return -far;
	return (int64_t)ts->tv_sec * ns + ts->tv_nsec;
}

int	tstohz(const struct timespec *);
int	tvtohz(const struct timeval *);
int	itimespecfix(struct timespec *);	/* EINVAL or rounded up */
int	itimerfix(struct timeval *);
int	ts2timo(clockid_t, int, struct timespec *, int *, struct timespec *);

void	tc_setclock(const struct timespec *);
int	clock_gettime1(clockid_t, struct timespec *);
int	clock_settime1(struct proc *, clockid_t, const struct timespec *, bool);
int	nanosleep1(struct lwp *, clockid_t, int, struct timespec *,
	    struct timespec *);

/* Drop every timer of a process that ends. */
void	ptimers_free(struct proc *);
void	time_init(void);

#endif /* _SYS_TIMEVAR_H_ */
