/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * time.h - times and clocks of the public interface.
 */

#ifndef _SYS_TIME_H_
#define	_SYS_TIME_H_

#include <sys/types.h>

struct timespec {
	time_t	tv_sec;
	long	tv_nsec;
};

struct timeval {
	time_t		tv_sec;
	suseconds_t	tv_usec;
};

struct timezone {
	int	tz_minuteswest;
	int	tz_dsttime;
};

struct itimerval {
	struct timeval	it_interval;
	struct timeval	it_value;
};

struct itimerspec {
	struct timespec	it_interval;
	struct timespec	it_value;
};

/* Seconds and a 64-bit binary fraction. */
struct bintime {
	time_t		sec;
	uint64_t	frac;
};

struct clockinfo {
	int	hz;
	int	tick;		/* microseconds */
	int	tickadj;
	int	stathz;
	int	profhz;
};

#define	CLOCK_REALTIME		0
#define	CLOCK_VIRTUAL		1
#define	CLOCK_PROF		2
#define	CLOCK_MONOTONIC		3

#define	TIMER_RELTIME		0
#define	TIMER_ABSTIME		1

#define	ITIMER_REAL		0
#define	ITIMER_VIRTUAL		1
#define	ITIMER_PROF		2
#define	ITIMER_MONOTONIC	3

#define	timespecclear(t)	((t)->tv_sec = 0, (t)->tv_nsec = 0)
#define	timespecisset(t)	((t)->tv_sec != 0 || (t)->tv_nsec != 0)
#define	timespeccmp(a, b, op)						\
	((a)->tv_sec == (b)->tv_sec ? (a)->tv_nsec op (b)->tv_nsec :	\
	    (a)->tv_sec op (b)->tv_sec)
#define	timespecadd(a, b, r)	do {					\
	(r)->tv_sec = (a)->tv_sec + (b)->tv_sec;			\
	(r)->tv_nsec = (a)->tv_nsec + (b)->tv_nsec;			\
	if ((r)->tv_nsec >= 1000000000L) {				\
		(r)->tv_sec++;						\
		(r)->tv_nsec -= 1000000000L;				\
	}								\
} while (/*CONSTCOND*/0)
#define	timespecsub(a, b, r)	do {					\
	(r)->tv_sec = (a)->tv_sec - (b)->tv_sec;			\
	(r)->tv_nsec = (a)->tv_nsec - (b)->tv_nsec;			\
	if ((r)->tv_nsec < 0) {						\
		(r)->tv_sec--;						\
		(r)->tv_nsec += 1000000000L;				\
	}								\
} while (/*CONSTCOND*/0)

#define	timerclear(t)		((t)->tv_sec = 0, (t)->tv_usec = 0)
#define	timerisset(t)		((t)->tv_sec != 0 || (t)->tv_usec != 0)
#define	timercmp(a, b, op)						\
	((a)->tv_sec == (b)->tv_sec ? (a)->tv_usec op (b)->tv_usec :	\
	    (a)->tv_sec op (b)->tv_sec)

#define	TIMEVAL_TO_TIMESPEC(v, s)	do {				\
	(s)->tv_sec = (v)->tv_sec;					\
	(s)->tv_nsec = (long)(v)->tv_usec * 1000;			\
} while (/*CONSTCOND*/0)
#define	TIMESPEC_TO_TIMEVAL(v, s)	do {				\
	(v)->tv_sec = (s)->tv_sec;					\
	(v)->tv_usec = (suseconds_t)((s)->tv_nsec / 1000);		\
} while (/*CONSTCOND*/0)

#include <sys/timevar.h>

#endif /* _SYS_TIME_H_ */
