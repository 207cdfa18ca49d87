/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_reboot.c - reboot(2): the kernel stops in order.
 *
 * Sleeps	yes: file systems are synced and unmounted.
 * Errors	EPERM
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/reboot.h>
#include <sys/syscallargs.h>

int
sys_reboot(struct lwp *l, const struct sys_reboot_args *uap,
    register_t *retval)
{
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_REBOOT, 0, NULL,
	    NULL, NULL);
	if (error != 0)
		return error;
	/* There is no boot loader that a boot string could go to. */
	cpu_reboot(SCARG(uap, opt), NULL);
	return 0;
}
