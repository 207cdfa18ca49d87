/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_conv.c - times of FAT: local time, years 1980 to 2107, two seconds
 * a step.  All zero stands for what is outside, and is the epoch.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "msdosfs.h"

#define	SECSPERDAY	86400
#define	DAYS_1980	3652		/* from 1970 */
#define	YEARS		128

static bool
conv_isleap(unsigned year)
{
	/* 2100 is in range, 2000 is a leap year. */
	return year % 4 == 0 && year != 2100;
}

static unsigned
conv_monthdays(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	return days[month - 1] + (month == 2 && conv_isleap(year) ? 1u : 0);
}

static unsigned
conv_yeardays(unsigned year)
{
	return conv_isleap(year) ? 366 : 365;
}

void
msdosfs_dos2unixtime(const struct msdosfsmount *pmp,
    const struct dostime *dt, struct timespec *ts)
{
	unsigned year = 1980 + (dt->dt_date >> 9), y, m;
	unsigned month = (dt->dt_date >> 5) & 15, day = dt->dt_date & 31;
	int64_t days = DAYS_1980, secs;

	ts->tv_sec = 0;
	ts->tv_nsec = 0;
	if (month < 1 || month > 12 || day < 1)
		return;
	for (y = 1980; y < year; y++)
		days += conv_yeardays(y);
	for (m = 1; m < month; m++)
		days += conv_monthdays(year, m);
	secs = (int64_t)(dt->dt_time >> 11) * 3600 +
	    ((dt->dt_time >> 5) & 63) * 60 + (dt->dt_time & 31) * 2 +
	    dt->dt_hundredth / 100;
	ts->tv_sec = (days + day - 1) * SECSPERDAY + secs - pmp->pm_gmtoff;
	ts->tv_nsec = dt->dt_hundredth % 100 * 10000000;
}

void
msdosfs_unix2dostime(const struct msdosfsmount *pmp,
    const struct timespec *ts, struct dostime *dt)
{
	int64_t secs, days;
	unsigned year = 1980, month = 1;

	memset(dt, 0, sizeof(*dt));
	if (ts->tv_sec < 0 || ts->tv_sec > ((int64_t)1 << 40))
		return;
	secs = ts->tv_sec + pmp->pm_gmtoff;
	days = secs / SECSPERDAY - DAYS_1980;
	secs %= SECSPERDAY;
	if (days < 0)
		return;
	for (; year < 1980 + YEARS && days >= conv_yeardays(year); year++)
		days -= conv_yeardays(year);
	if (year == 1980 + YEARS)
		return;
	for (; days >= conv_monthdays(year, month); month++)
		days -= conv_monthdays(year, month);
	dt->dt_date = (uint16_t)((year - 1980) << 9 | month << 5 |
	    (unsigned)(days + 1));
	dt->dt_time = (uint16_t)((unsigned)(secs / 3600) << 11 |
	    (unsigned)(secs / 60 % 60) << 5 | (unsigned)(secs % 60 / 2));
	dt->dt_hundredth = (uint8_t)(secs % 2 * 100 + ts->tv_nsec / 10000000);
}
