/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpuser_sp.c - system call proxy: not offered by this host.
 */

#include "host.h"

#define	ENXIO_NB	6

int
rumpuser_sp_init(const char *url, const char *ostype, const char *osrelease,
    const char *machine)
{

	return ENXIO_NB;
}

int
rumpuser_sp_copyin(void *arg, const void *raddr, void *laddr, size_t len)
{

	return ENXIO_NB;
}

int
rumpuser_sp_copyinstr(void *arg, const void *raddr, void *laddr, size_t *lenp)
{

	return ENXIO_NB;
}

int
rumpuser_sp_copyout(void *arg, const void *laddr, void *raddr, size_t len)
{

	return ENXIO_NB;
}

int
rumpuser_sp_copyoutstr(void *arg, const void *laddr, void *raddr, size_t *lenp)
{

	return ENXIO_NB;
}

int
rumpuser_sp_anonmmap(void *arg, size_t len, void **addr)
{

	return ENXIO_NB;
}

int
rumpuser_sp_raise(void *arg, int signo)
{

	return ENXIO_NB;
}

void
rumpuser_sp_fini(void *arg)
{
}
