/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_fown.c - who gets SIGIO of a file: FIOSETOWN, FIOGETOWN.
 *
 * Errors	ESRCH no such process, EPERM group of another session.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

/* FIOSETOWN and friends: a process, or minus a process group. */
int
fsetown(pid_t *pgid, u_long cmd, const void *data)
{
	pid_t id = *(const int *)data;
	int error = 0;

	if (cmd == 0x80047476UL)	/* TIOCSPGRP */
		id = -id;
	if (id > 0) {
		mutex_enter(proc_lock);
		error = proc_find(id) == NULL ? ESRCH : 0;
		mutex_exit(proc_lock);
	} else if (id < 0)
		error = pgid_in_session(curproc, -id);
	if (error == 0)
		*pgid = id;
	return error;
}

int
fgetown(pid_t pgid, u_long cmd, void *data)
{

	*(int *)data = cmd == 0x40047477UL ? -pgid : pgid;	/* TIOCGPGRP */
	return 0;
}

void
fownsignal(pid_t pgid, int sig, int code, int band, void *data)
{
	struct proc *p;

	if (pgid == 0)
		return;
	mutex_enter(proc_lock);
	if (pgid > 0) {
		if ((p = proc_find(pgid)) != NULL)
			psignal(p, sig);
	} else
		pgsignal(pgrp_find(-pgid), sig, 0);
	mutex_exit(proc_lock);
}
