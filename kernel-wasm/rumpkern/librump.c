/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * librump.c - rump(3): what programs call.
 *
 * Each rump_pub_x() enters the kernel, calls rump_x(), leaves.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/reboot.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

int
rump_daemonize_begin(void)
{

	return rump_inited ? EALREADY : rumpuser_daemonize_begin();
}

int
rump_daemonize_done(int error)
{

	return rumpuser_daemonize_done(error);
}

int
rump_init_server(const char *url)
{
	int error;

	rump_schedule();
	error = rumpuser_sp_init(url, ostype, osrelease, machine);
	rump_unschedule();
	return error;
}

int
rump_nativeabi_p(void)
{

	return 0;
}

int
rump_boot_gethowto(void)
{

	return boothowto;
}

void
rump_boot_sethowto(int howto)
{

	boothowto = howto;
}

void
rump_boot_setsigmodel(enum rump_sigmodel model)
{

	if (!rump_inited)
		rump_sigmodel = model == RUMP_SIGMODEL__HOST_NOTANYMORE ?
		    RUMP_SIGMODEL_RAISE : model;
}

void
rump_boot_etfs_register(struct rump_boot_etfs *eb)
{

	eb->_eb_next = ebstart;
	eb->eb_status = -1;
	ebstart = eb;
}

int
rump_pub_getversion(void)
{

	return osrevision;
}

#define	PUB(expr)							\
	do {								\
		rump_schedule();					\
		expr;							\
		rump_unschedule();					\
	} while (0)

int
rump_pub_module_init(const struct modinfo *const *mip, size_t n)
{
	int error;

	PUB(error = module_builtin_add(mip, n, true));
	return error;
}

int
rump_pub_module_fini(const struct modinfo *mi)
{
	int error;

	PUB(error = module_builtin_remove(mi, true));
	return error;
}

int
rump_pub_kernelfsym_load(void *symtab, uint64_t symsize, char *strtab,
    uint64_t strsize)
{

	return rump_dl_symload(symtab, symsize, strtab, strsize);
}

void
rump_pub_allbetsareoff_setid(pid_t pid, int lid)
{

	PUB(rump_allbetsareoff_setid(pid, lid));
}

int
rump_pub_lwproc_rfork(int flags)
{
	int error;

	PUB(error = rump_lwproc_rfork(flags));
	return error;
}

int
rump_pub_lwproc_newlwp(pid_t pid)
{
	int error;

	PUB(error = rump_lwproc_newlwp(pid));
	return error;
}

void
rump_pub_lwproc_switch(struct lwp *l)
{

	PUB(rump_lwproc_switch(l));
}

void
rump_pub_lwproc_releaselwp(void)
{

	PUB(rump_lwproc_releaselwp());
}

/* Needs no CPU: the thread's own lwp is all it looks at. */
void
rump_pub_lwproc_reap(struct lwp *l)
{

	PUB(rump_lwproc_reap(l));
}

/* Name the current process, as a remote client's execnotify does. */
void
rump_pub_lwproc_execnotify(const char *comm)
{

	PUB(strlcpy(curproc->p_comm, comm, sizeof(curproc->p_comm)));
}

struct lwp *
rump_pub_lwproc_curlwp(void)
{

	return rump_lwproc_curlwp();
}

/* Name of the current process, as ps(1) shows it. */
void
rump_pub_lwproc_setcomm(const char *comm)
{

	PUB(strlcpy(curproc->p_comm, comm, sizeof(curproc->p_comm)));
}

void
rump_pub_lwproc_sysent_usenative(void)
{
}

struct kauth_cred *
rump_pub_cred_create(uid_t uid, gid_t gid, size_t ngroups, gid_t *groups)
{
	struct kauth_cred *cred;

	PUB(cred = rump_cred_create(uid, gid, ngroups, groups));
	return cred;
}

void
rump_pub_cred_put(struct kauth_cred *cred)
{

	PUB(rump_cred_put(cred));
}
