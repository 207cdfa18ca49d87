/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpuser_errtrans.c - Linux errno to NetBSD errno.
 */

#include "host.h"

static const struct { int host, netbsd; } errtab[] = {
	{ EAGAIN, 35 }, { EDEADLK, 11 }, { EINPROGRESS, 36 }, { EALREADY, 37 },
	{ ENOTSOCK, 38 }, { EDESTADDRREQ, 39 }, { EMSGSIZE, 40 },
	{ EPROTOTYPE, 41 }, { ENOPROTOOPT, 42 }, { EPROTONOSUPPORT, 43 },
	{ EOPNOTSUPP, 45 }, { EAFNOSUPPORT, 47 }, { EADDRINUSE, 48 },
	{ EADDRNOTAVAIL, 49 }, { ENETDOWN, 50 }, { ENETUNREACH, 51 },
	{ ENETRESET, 52 }, { ECONNABORTED, 53 }, { ECONNRESET, 54 },
	{ ENOBUFS, 55 }, { EISCONN, 56 }, { ENOTCONN, 57 }, { ESHUTDOWN, 58 },
	{ ETOOMANYREFS, 59 }, { ETIMEDOUT, 60 }, { ECONNREFUSED, 61 },
	{ ELOOP, 62 }, { ENAMETOOLONG, 63 }, { EHOSTDOWN, 64 },
	{ EHOSTUNREACH, 65 }, { ENOTEMPTY, 66 }, { EUSERS, 68 },
	{ EDQUOT, 69 }, { ESTALE, 70 }, { ENOLCK, 77 }, { ENOSYS, 78 },
	{ EIDRM, 82 }, { ENOMSG, 83 }, { EOVERFLOW, 84 }, { EILSEQ, 85 },
	{ ECANCELED, 87 }, { EBADMSG, 88 }, { ENODATA, 89 }, { EPROTO, 96 },
};

int
rumpuser__errtrans(int host)
{
	size_t i;

	if (host >= 0 && host <= 34 && host != EDEADLK && host != EAGAIN)
		return host;	/* the numbers of the seventh edition */
	for (i = 0; i < sizeof(errtab) / sizeof(errtab[0]); i++) {
		if (errtab[i].host == host)
			return errtab[i].netbsd;
	}
	return 22;	/* EINVAL */
}

int
rumpuser_component_errtrans(int host)
{

	return rumpuser__errtrans(host);
}
