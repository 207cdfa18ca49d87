/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_syscall.c - system calls by number, and copying for their arguments.
 *
 * The clients of this kernel share its memory, so copyin and copyout are
 * copies; a null pointer is the one bad address there is.
 *
 * Interface
 *	rump_syscall() enters the kernel, runs the call, leaves.  The table
 *	is filled from the factions' lists at boot; what is missing is ENOSYS.
 *
 * Sleeps	as the call does.
 * Errors	ENOSYS, EFAULT, ENAMETOOLONG, those of the call.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/syscall.gen.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

static int sys_nosys_rump(struct lwp *, const void *, register_t *);

struct sysent rump_sysent[SYS_NSYSENT];
const struct rump_syscall_trace *rump_syscall_trace;

/* Deliver what is pending before going back to the client (kern_sig.c). */
void	lwp_userret(struct lwp *) __weak;

static int
sys_nosys_rump(struct lwp *l, const void *v, register_t *retval)
{

	return ENOSYS;
}

void
rump_syscall_boot_establish(const struct rump_onesyscall *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct sysent *sy = &rump_sysent[calls[i].ros_num];

		KASSERT(calls[i].ros_num < SYS_NSYSENT);
		sy->sy_call = calls[i].ros_handler;
		sy->sy_narg = calls[i].ros_narg;
		sy->sy_argsize = calls[i].ros_argsize;
	}
}

void
rump_syscall_init(void)
{
	int i;

	for (i = 0; i < SYS_NSYSENT; i++)
		rump_sysent[i].sy_call = sys_nosys_rump;
	rump_syscall_boot_establish(rump_base_syscalls, rump_base_nsyscalls);
}

static __noinline int
syscall_traced(struct lwp *l, const struct sysent *sy, int num,
    const void *args, register_t *retval)
{
	const struct rump_syscall_trace *st = rump_syscall_trace;
	int error;

	if (st != NULL && st->st_enter != NULL)
		st->st_enter(l, num, args, sy->sy_argsize);
	error = sy->sy_call(l, args, retval);
	if (st != NULL && st->st_exit != NULL)
		st->st_exit(l, num, error, retval);
	return error;
}

/* The caller is in the kernel. */
int
rump_syscall_inkernel(struct lwp *l, int num, const void *args,
    register_t *retval)
{
	const struct sysent *sy;
	int error;

	if (__predict_false((unsigned int)num >= SYS_NSYSENT))
		return ENOSYS;
	sy = &rump_sysent[num];
	l->l_sysnum = num;
	l->l_nsyscall++;
	retval[0] = retval[1] = 0;
	if (__predict_true(rump_syscall_trace == NULL))
		error = sy->sy_call(l, args, retval);
	else
		error = syscall_traced(l, sy, num, args, retval);
	l->l_sysnum = -1;
	if (__predict_false((l->l_flag & LW_PENDSIG) != 0) &&
	    lwp_userret != NULL)
		lwp_userret(l);
	KASSERTMSG(l->l_blcnt == 0, "system call %d left the big lock", num);
	return __predict_true(error >= 0) ? error :
	    error == EJUSTRETURN ? 0 : error == ERESTART ? EINTR : ENOTTY;
}

int
rump_syscall(int num, void *args, size_t argslen, register_t *retval)
{
	int error;

	rump_schedule();
	if (__predict_false(!rump_threads))
		callout_alone_run();
	error = rump_syscall_inkernel(curlwp, num, args, retval);
	rump_unschedule();
	return error;
}

/*
 * Copies.
 */
int
copyin(const void *from, void *to, size_t len)
{

	if (__predict_false(from == NULL && len != 0))
		return EFAULT;
	if (RUMP_LOCALPROC_P(curproc))
		memcpy(to, from, len);
	else if (len != 0)
		return rumpuser_sp_copyin(curproc->p_vmspace, from, to, len) ?
		    EFAULT : 0;
	return 0;
}

int
copyout(const void *from, void *to, size_t len)
{

	if (__predict_false(to == NULL && len != 0))
		return EFAULT;
	if (RUMP_LOCALPROC_P(curproc))
		memcpy(to, from, len);
	else if (len != 0)
		return rumpuser_sp_copyout(curproc->p_vmspace, from, to, len) ?
		    EFAULT : 0;
	return 0;
}

int
copystr(const void *from, void *to, size_t len, size_t *donep)
{
	const char *s = from;
	const size_t n = strnlen(s, len);

	if (n == len) {
		memcpy(to, s, len);
		if (donep != NULL)
			*donep = len;
		return ENAMETOOLONG;
	}
	memcpy(to, s, n + 1);
	if (donep != NULL)
		*donep = n + 1;
	return 0;
}

int
copyinstr(const void *from, void *to, size_t len, size_t *donep)
{
	size_t got = len;

	if (from == NULL)
		return EFAULT;
	if (RUMP_LOCALPROC_P(curproc))
		return copystr(from, to, len, donep);
	if (rumpuser_sp_copyinstr(curproc->p_vmspace, from, to, &got) != 0)
		return EFAULT;
	if (donep != NULL)
		*donep = strnlen(to, got) + 1;
	return strnlen(to, got) == got ? ENAMETOOLONG : 0;
}

int
copyoutstr(const void *from, void *to, size_t len, size_t *donep)
{
	size_t n;

	if (to == NULL)
		return EFAULT;
	if (RUMP_LOCALPROC_P(curproc))
		return copystr(from, to, len, donep);
	n = MIN(strlen(from) + 1, len);
	if (rumpuser_sp_copyoutstr(curproc->p_vmspace, from, to, &n) != 0)
		return EFAULT;
	if (donep != NULL)
		*donep = n;
	return 0;
}

int
kcopy(const void *from, void *to, size_t len)
{

	memcpy(to, from, len);
	return 0;
}

int
copyin_proc(struct proc *p, const void *from, void *to, size_t len)
{

	return copyin(from, to, len);
}

int
copyout_proc(struct proc *p, const void *from, void *to, size_t len)
{

	return copyout(from, to, len);
}

/* Arguments of an ioctl from inside the kernel need no copying. */
int
ioctl_copyin(int flags, const void *from, void *to, size_t len)
{

	return (flags & 0x80000000) != 0 ? kcopy(from, to, len) :
	    copyin(from, to, len);
}

int
ioctl_copyout(int flags, const void *from, void *to, size_t len)
{

	return (flags & 0x80000000) != 0 ? kcopy(from, to, len) :
	    copyout(from, to, len);
}
