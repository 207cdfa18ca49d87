/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheduler.c - virtual CPUs.
 *
 * A thread inside the kernel holds one of RUMP_NCPU CPUs and gives it up
 * around everything that blocks.  There is no preemption.
 *
 * Interface
 *	rump_schedule()/rump_unschedule() enter and leave the kernel for a
 *	thread of the program; a thread without an lwp gets an implicit one
 *	in pid 1 for the time of the visit.
 *	rump_schedule_cpu()/rump_unschedule_cpu() take and give a CPU for an
 *	lwp that keeps being current; rump_user_*() are the host's upcalls.
 *
 * Taking a CPU is one compare-and-swap on the CPU held last, giving it up
 * one exchange and a look whether anybody waits.  A waiter that was woken
 * and still got none is "starving"; then newcomers queue behind it.
 *
 * Locking	none; ci_busy, sched_seq, sched_waiters, sched_starving are
 *		atomic.
 * Sleeps	when no CPU is free.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/ktrace.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/sched.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

struct cpu_info rump_cpus[MAXCPUS];
int ncpu = 1, ncpuonline = 1;

static struct {
	int32_t	seq;		/* moves when a CPU became free for a waiter */
	int32_t	waiters;	/* threads looking for a CPU */
	int32_t	starving;	/* of them, woken in vain */
} sched __cacheline_aligned;

void
rump_scheduler_init(int n)
{
	int i;

	KASSERT(n >= 1 && n <= MAXCPUS);
	for (i = 0; i < n; i++)
		rump_cpus[i].ci_index = (u_int)i;
	ncpu = ncpuonline = n;
}

static inline bool
cpu_try(struct cpu_info *ci)
{
	int32_t idle = 0;

	return __atomic_compare_exchange_n(&ci->ci_busy, &idle, 1, false,
	    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static struct cpu_info *
cpu_try_any(struct cpu_info *first)
{
	int i, at = (int)first->ci_index;

	for (i = 0; i < ncpu; i++) {
		struct cpu_info *ci = &rump_cpus[(at + i) % ncpu];

		if (__atomic_load_n(&ci->ci_busy, __ATOMIC_SEQ_CST) == 0 &&
		    cpu_try(ci))
			return ci;
	}
	return NULL;
}

static __noinline struct cpu_info *
cpu_take_slow(struct cpu_info *hint)
{
	struct cpu_info *ci = NULL;
	int tries = 0;

	__atomic_fetch_add(&sched.waiters, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		const int32_t seq =
		    __atomic_load_n(&sched.seq, __ATOMIC_SEQ_CST);

		if (tries >= 2 ||
		    __atomic_load_n(&sched.starving, __ATOMIC_SEQ_CST) == 0)
			ci = cpu_try_any(hint);
		if (ci != NULL)
			break;
		if (++tries == 2)
			__atomic_fetch_add(&sched.starving, 1,
			    __ATOMIC_SEQ_CST);
		else
			(void)rump_futex_wait(&sched.seq, seq, -1);
	}
	__atomic_fetch_sub(&sched.waiters, 1, __ATOMIC_SEQ_CST);
	if (tries >= 2 &&
	    __atomic_sub_fetch(&sched.starving, 1, __ATOMIC_SEQ_CST) == 0) {
		/* Those who stood back may go for the other CPUs. */
		__atomic_fetch_add(&sched.seq, 1, __ATOMIC_SEQ_CST);
		rump_futex_wake(&sched.seq, -1);
	}
	return ci;
}

static __noinline void
cpu_wake(void)
{
	const bool all =
	    __atomic_load_n(&sched.starving, __ATOMIC_SEQ_CST) != 0;

	__atomic_fetch_add(&sched.seq, 1, __ATOMIC_SEQ_CST);
	rump_futex_wake(&sched.seq, all ? -1 : 1);
}

/* Take a CPU, if possible the given one. */
struct cpu_info *
rump_cpu_take(struct cpu_info *hint)
{

	if (__predict_true(
	    __atomic_load_n(&sched.starving, __ATOMIC_RELAXED) == 0 &&
	    cpu_try(hint)))
		return hint;
	return cpu_take_slow(hint);
}

void
rump_cpu_give(struct cpu_info *ci)
{

	(void)__atomic_exchange_n(&ci->ci_busy, 0, __ATOMIC_SEQ_CST);
	if (__predict_false(
	    __atomic_load_n(&sched.waiters, __ATOMIC_SEQ_CST) != 0))
		cpu_wake();
}

void
rump_schedule_cpu(struct lwp *l)
{
	struct cpu_info *ci = rump_cpu_take(l->l_target_cpu);

	l->l_cpu = l->l_target_cpu = ci;
	ci->ci_curlwp = l;
	RUMP_TRACE_SWITCH(ci);
}

void
rump_unschedule_cpu(struct lwp *l)
{
	struct cpu_info *ci = l->l_cpu;

	KASSERT(ci != NULL && ci->ci_curlwp == l);
	l->l_cpu = NULL;
	ci->ci_curlwp = NULL;
	rump_cpu_give(ci);
}

/*
 * Enter the kernel.  The lwp made here is temporary; programs with threads
 * of their own should use rump_pub_lwproc_newlwp().
 */
static __noinline void
schedule_implicit(void)
{
	static uint32_t spread;
	struct cpu_info *ci;

	ci = &rump_cpus[__atomic_fetch_add(&spread, 1, __ATOMIC_RELAXED) %
	    (uint32_t)ncpu];
	ci = rump_cpu_take(ci);
	(void)rump_lwproc_implicit(ci);
	KASSERT(rump_context_held());
}

void
rump_schedule(void)
{
	struct lwp *l = curlwp;

	if (__predict_true(l != NULL))
		rump_schedule_cpu(l);
	else
		schedule_implicit();
}

static __noinline void
unschedule_dead(struct lwp *l)
{
	struct cpu_info *ci;

	rump_lwproc_exit(l);
	ci = l->l_cpu;
	lwp_settls(NULL);
	ci->ci_curlwp = NULL;
	rump_lwproc_bury(ci, l);
	rump_cpu_give(ci);
}

void
rump_unschedule(void)
{
	struct lwp *l = curlwp;

	if (__predict_true(
	    (l->l_flag & (LW_RUMP_IMPLICIT | LW_RUMP_DEAD)) == 0))
		rump_unschedule_cpu(l);
	else
		unschedule_dead(l);
}

/* Upcalls: the host is about to block, or has done so. */
void
rump_user_unschedule(int nlocks, int *countp, void *interlock)
{
	struct lwp *l = curlwp;
	int count = 0;

	if (__predict_false(l->l_blcnt != 0) && nlocks == 0)
		_kernel_unlock(0, &count);
	if (countp != NULL)
		*countp = count;
	rump_unschedule_cpu(l);
}

void
rump_user_schedule(int nlocks, void *interlock)
{

	rump_schedule_cpu(curlwp);
	if (__predict_false(nlocks != 0))
		_kernel_lock(nlocks);
}

void
rump_hyp_leave(int *nlocksp)
{

	rump_user_unschedule(0, nlocksp, NULL);
}

void
rump_hyp_enter(int nlocks)
{

	rump_user_schedule(nlocks, NULL);
}

/* Wait for this very CPU and go there. */
void
rump_cpu_move(struct cpu_info *ci)
{
	struct lwp *l = curlwp;

	while (l->l_cpu != ci) {
		rump_unschedule_cpu(l);
		l->l_target_cpu = ci;
		rump_schedule_cpu(l);
		if (l->l_cpu != ci)
			delay(100);
	}
}

/* Let others have the CPU. */
void
yield(void)
{
	struct lwp *l = curlwp;
	int nlocks;

	if (__atomic_load_n(&sched.waiters, __ATOMIC_RELAXED) == 0)
		return;
	rump_user_unschedule(0, &nlocks, NULL);
	l->l_ncsw++;
	rump_user_schedule(nlocks, NULL);
}

void
preempt(void)
{

	yield();
}
