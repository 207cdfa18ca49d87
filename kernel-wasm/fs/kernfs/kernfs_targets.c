/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernfs_targets.c - the files of kernfs and where their text comes from.
 *
 * Row 0 is the directory itself.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/msgbuf.h>
#include <sys/time.h>

#include "kernfs.h"

static size_t
bounded(int n, size_t len)
{

	if (n < 0)
		return 0;
	return (size_t)n < len ? (size_t)n : len - 1;
}

static size_t
read_boottime(char *buf, size_t len)
{

	struct timespec ts;

	nanoboottime(&ts);
	return bounded(snprintf(buf, len, "%lld\n", (long long)ts.tv_sec),
	    len);
}

static size_t
read_copyright(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "%s", copyright), len);
}

static size_t
read_hostname(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "%s\n", hostname), len);
}

static int
write_hostname(const char *text)
{
	const char *end = strchr(text, '\n');
	size_t n = end == NULL ? strlen(text) : (size_t)(end - text);

	if (n >= MAXHOSTNAMELEN)
		return EINVAL;
	memcpy(hostname, text, n);
	hostname[n] = '\0';
	hostnamelen = (int)n;
	return 0;
}

static size_t
read_hz(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "%d\n", hz), len);
}

static size_t
read_loadavg(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "0.00 0.00 0.00 1000\n"), len);
}

static size_t
read_msgbuf(char *buf, size_t len)
{

	return msgbuf_copy(buf, len);
}

static size_t
read_pagesize(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "%d\n", PAGE_SIZE), len);
}

static size_t
read_physmem(char *buf, size_t len)
{
	struct kmem_stat ks;

	kmem_getstat(&ks);
	return bounded(snprintf(buf, len, "%lu\n",
	    (unsigned long)(ks.ks_limit / PAGE_SIZE)), len);
}

static size_t
read_time(char *buf, size_t len)
{
	struct timeval tv;

	microtime(&tv);
	return bounded(snprintf(buf, len, "%lld %ld\n", (long long)tv.tv_sec,
	    (long)tv.tv_usec), len);
}

static size_t
read_version(char *buf, size_t len)
{

	return bounded(snprintf(buf, len, "%s", version), len);
}

const struct kernfs_target kernfs_targets[] = {
	{ ".",		VDIR, 0555, NULL, NULL },
	{ "boottime",	VREG, 0444, read_boottime, NULL },
	{ "copyright",	VREG, 0444, read_copyright, NULL },
	{ "hostname",	VREG, 0644, read_hostname, write_hostname },
	{ "hz",		VREG, 0444, read_hz, NULL },
	{ "loadavg",	VREG, 0444, read_loadavg, NULL },
	{ "msgbuf",	VREG, 0444, read_msgbuf, NULL },
	{ "pagesize",	VREG, 0444, read_pagesize, NULL },
	{ "physmem",	VREG, 0444, read_physmem, NULL },
	{ "root",	VDIR, 0555, NULL, NULL },
	{ "time",	VREG, 0444, read_time, NULL },
	{ "version",	VREG, 0444, read_version, NULL },
};
const unsigned kernfs_ntargets = __arraycount(kernfs_targets);
