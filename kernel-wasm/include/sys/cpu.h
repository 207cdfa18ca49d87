/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/cpu.h - virtual CPUs.
 *
 * A thread in the kernel holds one and is the only one to touch the fields
 * marked "h".
 */

#ifndef _SYS_CPU_H_
#define _SYS_CPU_H_

#include <sys/types.h>
#include <sys/param.h>
#include <sys/lwp.h>

#define	KMEM_NCLASS	32

struct cpu_info {
	int32_t		ci_busy;	/* a: 0 free, 1 held (scheduler.c) */
	u_int		ci_index;	/* s */
	struct lwp	*ci_curlwp;	/* h: who holds it */
	void		*ci_kmem[KMEM_NCLASS];	/* h: free items by size */
	uint32_t	ci_nkmem[KMEM_NCLASS];	/* h */
	size_t		ci_kmemout;	/* h: bytes given out, mod 2^n */
	size_t		ci_nkmemout;	/* h */
	struct lwp	*ci_deadlwp;	/* h: memory of released lwps */
	u_int		ci_ndeadlwp;	/* h */
	uint64_t	ci_random;	/* h: state of cprng_fast */
	uint64_t	ci_nsyscall;	/* h: system calls */
	uint64_t	ci_nswitch;	/* h: given to another lwp */
	int32_t		ci_lastpid;	/* h: of the last record of a switch */
	int32_t		ci_lastlid;
	int		ci_mtx_count;	/* h: spin mutexes held */
	int		ci_idepth;
	uint32_t	ci_schedstate_flags;
} __cacheline_aligned;

extern struct cpu_info rump_cpus[MAXCPUS];
extern int ncpu, ncpuonline;

#define	CPU_INFO_ITERATOR	int
#define	CPU_INFO_FOREACH(i, ci)						\
	(i) = 0, (ci) = &rump_cpus[0]; (i) < ncpu; (i)++, (ci)++

#define	curcpu()		(curlwp->l_cpu)
#define	cpu_number()		((int)curcpu()->ci_index)
#define	cpu_index(ci)		((ci)->ci_index)
#define	cpu_name(ci)		"rumpcpu"
#define	CPU_IS_PRIMARY(ci)	((ci)->ci_index == 0)
#define	cpu_lookup(i)		(&rump_cpus[i])
#define	cpu_intr_p()		(false)
#define	cpu_softintr_p()	((curlwp->l_pflag & LP_INTR) != 0)
#define	aston(l)		((void)(l))

#endif /* _SYS_CPU_H_ */
