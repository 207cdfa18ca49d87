/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched.c - the scheduler of the border kernel: NCPU interchangeable CPUs behind one SPIN mutex and one condition variable.
 *
 * Interface	enter() before, leave() after using the kernel; the upcalls for the host.
 * Locking	sched_mtx protects cpus_free.  backend_unschedule(.., interlock == sched_mtx) takes it before it
 *		gives up the CPU and keeps it; backend_schedule with the same interlock releases it.
 */
#include "border.h"

#define	NCPU	2
#define	NLWP	64

struct rumpuser_mtx *sched_mtx;
static struct rumpuser_cv *sched_cv;
static int cpus_free = NCPU;
static struct lwp lwps[NLWP];
static int nlwps;
int upcall_unschedules;

_Thread_local struct lwp *curlwp;
static _Thread_local int have_cpu;
static _Thread_local struct lwp *parked;

void
sched_init(void)
{

	rumpuser_mutex_init(&sched_mtx, RUMPUSER_MTX_SPIN);
	rumpuser_cv_init(&sched_cv);
}

int
cpu_held(void)
{

	return have_cpu;
}

static void
cpu_get(int mutex_is_held)
{

	if (!mutex_is_held)
		rumpuser_mutex_enter_nowrap(sched_mtx);
	while (cpus_free == 0)
		rumpuser_cv_wait_nowrap(sched_cv, sched_mtx);
	cpus_free--;
	have_cpu = 1;
	rumpuser_mutex_exit(sched_mtx);
}

static void
cpu_put(int keep_mutex)
{

	rumpuser_mutex_enter_nowrap(sched_mtx);
	cpus_free++;
	have_cpu = 0;
	rumpuser_cv_signal(sched_cv);
	if (!keep_mutex)
		rumpuser_mutex_exit(sched_mtx);
}

struct lwp *
lwp_new(int pid)
{
	struct lwp *l;

	l = &lwps[__atomic_fetch_add(&nlwps, 1, __ATOMIC_SEQ_CST) % NLWP];
	l->l_id = (int)(l - lwps) + 1;
	l->l_pid = pid;
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	return l;
}

void
lwp_free(struct lwp *l)
{

	rumpuser_curlwpop(RUMPUSER_LWP_DESTROY, l);
	l->l_id = 0;
}

static void
setlwp(struct lwp *l)
{

	if (curlwp != NULL_LWP)
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, curlwp);
	curlwp = l;
	if (l != NULL_LWP)
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
}

void
enter(void)
{

	cpu_get(0);
	if (curlwp == NULL_LWP)
		setlwp(lwp_new(1));
}

void
leave(void)
{
	struct lwp *l = curlwp;

	if (parked == NULL_LWP && l != NULL_LWP && l->l_pid == 1) {
		setlwp(NULL_LWP);
		lwp_free(l);
	}
	cpu_put(0);
}

static void
backend_unschedule(int nlocks, int *nlocksp, void *interlock)
{

	(void)nlocks;
	*nlocksp = 7;
	__atomic_fetch_add(&upcall_unschedules, 1, __ATOMIC_SEQ_CST);
	cpu_put(interlock == (void *)sched_mtx);
}

static void
backend_schedule(int nlocks, void *interlock)
{

	check(nlocks == 7 || nlocks == 0, "nlocks comes back");
	cpu_get(interlock == (void *)sched_mtx);
}

static void
lwproc_switch(struct lwp *l)
{

	setlwp(l);
}

static void
lwproc_release(void)
{
	struct lwp *l = curlwp;

	setlwp(NULL_LWP);
	lwp_free(l);
}

static int
lwproc_rfork(void *priv, int flags, const char *comm)
{

	return 78;
}

static int
lwproc_newlwp(pid_t pid)
{

	setlwp(lwp_new(pid));
	return 0;
}

static struct lwp *
lwproc_curlwp(void)
{

	return curlwp;
}

static int
hyp_syscall(int num, void *args, long *retval)
{

	return 78;
}

static void
nothing(void)
{
}

static void
execnotify(const char *comm)
{
}

static pid_t
hyp_getpid(void)
{

	return curlwp != NULL_LWP ? curlwp->l_pid : 1;
}

const struct rumpuser_hyperup border_hyperup = {
	.hyp_schedule = enter,
	.hyp_unschedule = leave,
	.hyp_backend_unschedule = backend_unschedule,
	.hyp_backend_schedule = backend_schedule,
	.hyp_lwproc_switch = lwproc_switch,
	.hyp_lwproc_release = lwproc_release,
	.hyp_lwproc_rfork = lwproc_rfork,
	.hyp_lwproc_newlwp = lwproc_newlwp,
	.hyp_lwproc_curlwp = lwproc_curlwp,
	.hyp_syscall = hyp_syscall,
	.hyp_lwpexit = nothing,
	.hyp_execnotify = execnotify,
	.hyp_getpid = hyp_getpid,
};
