/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_kthread.c - kthread(9).
 *
 * A kernel thread is an lwp of process 0 on a thread of the host.
 *
 * Interface
 *	With RUMP_THREADS=0 helpers that only tidy up in the background are
 *	left out silently; for any other the error is EOPNOTSUPP.
 *
 * Sleeps	kthread_create(), kthread_join().
 * Errors	EOPNOTSUPP no threads, EAGAIN the host has none left.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lock.h>
#include <sys/proc.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

struct kthread_start {
	void		(*ks_func)(void *);
	void		*ks_arg;
	struct lwp	*ks_lwp;
	bool		ks_mpsafe;
};

static const char *const dispensable[] = {
	"vrele", "vdrain", "cachegc", "nfssilly", "unpgc", "pmf", "xcall",
	"ioflush", "pdaemon", "softint", "callout",
};

static bool
kthread_dispensable(const char *name)
{
	size_t i;

	for (i = 0; i < __arraycount(dispensable); i++) {
		if (strncmp(name, dispensable[i], strlen(dispensable[i])) == 0)
			return true;
	}
	return false;
}

/* First function of the host thread; kthread_exit() never returns here. */
static void *
kthread_main(void *arg)
{
	struct kthread_start ks = *(struct kthread_start *)arg;

	lwp_settls(ks.ks_lwp);
	atomic_or_uint(&ks.ks_lwp->l_flag, LW_RUMP_BUSY);
	rump_schedule_cpu(ks.ks_lwp);
	kmem_free(arg, sizeof(ks));
	ks.ks_lwp->l_stat = LSONPROC;
	if (!ks.ks_mpsafe)
		KERNEL_LOCK(1, NULL);
	ks.ks_func(ks.ks_arg);
	panic("kernel thread \"%s\" returned", ks.ks_lwp->l_name);
}

int
kthread_create(pri_t pri, int flags, struct cpu_info *ci,
    void (*func)(void *), void *arg, struct lwp **newlp, const char *fmt, ...)
{
	struct kthread_start *ks;
	char name[32];
	struct lwp *l;
	va_list ap;
	int error;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (newlp != NULL)
		*newlp = NULL;
	if (!rump_threads)
		return kthread_dispensable(name) ? 0 : EOPNOTSUPP;

	ks = kmem_alloc(sizeof(*ks), KM_SLEEP);
	l = rump__lwproc_alloclwp(&proc0);
	KASSERT(l != NULL);
	l->l_flag |= LW_SYSTEM;
	l->l_name = l->l_namebuf = kmem_strdup(name, KM_SLEEP);
	l->l_priority = pri;
	l->l_stat = LSRUN;
	if (ci != NULL)
		l->l_target_cpu = ci;
	if ((flags & KTHREAD_MUSTJOIN) != 0)
		l->l_prflag |= LPR_MUSTJOIN;
	ks->ks_func = func;
	ks->ks_arg = arg;
	ks->ks_lwp = l;
	ks->ks_mpsafe = (flags & KTHREAD_MPSAFE) != 0;
	if (newlp != NULL)
		*newlp = l;
	error = rumpuser_thread_create(kthread_main, ks, name,
	    (flags & KTHREAD_MUSTJOIN) != 0, pri,
	    ci != NULL ? (int)ci->ci_index : -1, &l->l_cookie);
	if (error != 0) {
		aprint_error("kthread \"%s\": no thread (%d)\n", name, error);
		rump_lwproc_discard(l);
		kmem_free(ks, sizeof(*ks));
		if (newlp != NULL)
			*newlp = NULL;
	}
	return error;
}

void
kthread_exit(int code)
{
	struct lwp *l = curlwp;
	int nlocks;

	if (l->l_blcnt != 0)
		_kernel_unlock(0, &nlocks);
	rump_lwproc_releaselwp();
	rump_unschedule();
	rumpuser_thread_exit();
}

/*
 * Wait for a thread made with KTHREAD_MUSTJOIN.  Such an lwp lets its memory
 * be freed only here, for the caller names the thread by it.
 */
int
kthread_join(struct lwp *l)
{
	int error;

	KASSERT(l->l_cookie != NULL);
	error = rumpuser_thread_join(l->l_cookie);
	kmem_free(l, sizeof(*l));
	return error;
}
