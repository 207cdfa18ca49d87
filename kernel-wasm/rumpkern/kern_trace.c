/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_trace.c - the event ring behind the inspector, and the switch that
 * turns the hooks of the system call path on.
 *
 * One ring a CPU, written only by the thread that holds the CPU, read by
 * anybody at any time: a reader copies a record and takes it only if rt_seq
 * was the number it wanted before and after.  Nothing waits; a reader that is
 * too slow counts what it missed from tr_head.
 *
 * Locking	trace_lock to switch on and off.
 * Sleeps	rump_trace_enable() (memory).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#include <rump-sys/kern.h>

#define	TRACE_RECORDS	4096u		/* a CPU; power of two */

u_int rump_trace_flags;

static struct rump_trace_ring *rings[MAXCPUS];

static const struct rump_syscall_trace trace_ops = {
	.st_enter = trace_syscall_enter,
	.st_exit = trace_syscall_exit,
};

void
rump_trace_on(u_int bit)
{

	atomic_or_uint(&rump_trace_flags, bit);
	atomic_store_release(&rump_syscall_trace, &trace_ops);
}

void
rump_trace_off(u_int bit)
{

	atomic_and_uint(&rump_trace_flags, ~bit);
	if (rump_trace_flags == 0)
		atomic_store_release(&rump_syscall_trace, NULL);
}

static size_t
ring_size(void)
{

	return sizeof(struct rump_trace_ring) +
	    TRACE_RECORDS * sizeof(struct rump_trace_record);
}

int
rump_trace_enable(int on)
{

	if (!on) {
		rump_trace_off(RUMP_TRACE_RING);
		return 0;
	}
	for (int i = 0; i < ncpu; i++) {
		struct rump_trace_ring *tr;

		if (rings[i] != NULL)
			continue;
		if ((tr = kmem_zalloc(ring_size(), KM_NOSLEEP)) == NULL)
			return ENOMEM;
		tr->tr_mask = TRACE_RECORDS - 1;
		tr->tr_recsize = sizeof(struct rump_trace_record);
		if (atomic_cas_ptr(&rings[i], NULL, tr) != NULL)
			kmem_free(tr, ring_size());
	}
	rump_trace_on(RUMP_TRACE_RING);
	return 0;
}

struct rump_trace_ring *
rump_trace_ring(int cpu, uint32_t *sizep)
{

	if (cpu < 0 || cpu >= ncpu)
		return NULL;
	if (sizep != NULL)
		*sizep = (uint32_t)ring_size();
	return rings[cpu];
}

void
rump_trace_event(int kind, uint32_t a0, uint32_t a1)
{
	struct lwp *l = curlwp;
	struct rump_trace_record *rt;
	struct rump_trace_ring *tr;
	struct timespec ts;
	uint32_t n;

	if (l == NULL || l->l_cpu == NULL ||
	    (tr = rings[l->l_cpu->ci_index]) == NULL)
		return;
	n = tr->tr_head;
	rt = &tr->tr_rec[n & tr->tr_mask];
	atomic_store_release(&rt->rt_seq, 0);
	nanouptime(&ts);
	rt->rt_time = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
	rt->rt_kind = (uint16_t)kind;
	rt->rt_cpu = (uint16_t)l->l_cpu->ci_index;
	rt->rt_pid = l->l_proc->p_pid;
	rt->rt_lid = l->l_lid;
	rt->rt_arg[0] = a0;
	rt->rt_arg[1] = a1;
	atomic_store_release(&rt->rt_seq, n + 1);
	atomic_store_release(&tr->tr_head, n + 1);
}

/* Who had the CPU before, unless it is the same lwp again. */
void
rump_trace_switch(struct cpu_info *ci)
{
	struct lwp *l = curlwp;
	int32_t pid = ci->ci_lastpid, lid = ci->ci_lastlid;

	if (l == NULL || l->l_cpu != ci ||
	    (l->l_proc->p_pid == pid && l->l_lid == lid))
		return;
	ci->ci_lastpid = l->l_proc->p_pid;
	ci->ci_lastlid = l->l_lid;
	rump_trace_event(RUMP_TRACE_LWP_SWITCH, (uint32_t)pid, (uint32_t)lid);
}

/* The call number, and the first argument or the errno. */
void
trace_syscall_enter(struct lwp *l, int num, const void *args, size_t argsize)
{
	uint32_t first = 0;

	if ((rump_trace_flags & RUMP_TRACE_RING) != 0) {
		if (argsize >= sizeof(first))
			memcpy(&first, args, sizeof(first));
		rump_trace_event(RUMP_TRACE_SYSCALL_ENTER, (uint32_t)num,
		    first);
	}
	if ((rump_trace_flags & RUMP_TRACE_KTRACE) != 0)
		ktr_syscall_enter(l, num, args, argsize);
}

void
trace_syscall_exit(struct lwp *l, int num, int error,
    const register_t retval[2])
{

	if ((rump_trace_flags & RUMP_TRACE_RING) != 0)
		rump_trace_event(RUMP_TRACE_SYSCALL_EXIT, (uint32_t)num,
		    error != 0 ? (uint32_t)error << 24 :
		    (uint32_t)retval[0] & 0xffffffu);
	if ((rump_trace_flags & RUMP_TRACE_KTRACE) != 0)
		ktr_syscall_exit(l, num, error, retval);
}
