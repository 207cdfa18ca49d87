/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_private.h - between the files of the base kernel only.
 */

#ifndef _RUMPKERN_RUMP_PRIVATE_H_
#define _RUMPKERN_RUMP_PRIVATE_H_

#include <sys/param.h>
#include <sys/cpu.h>
#include <rump-sys/kern.h>

struct modinfo;

/*
 * Raw lock of a few instructions: guards sleep queues and free lists.  It
 * needs no lwp, keeps the CPU, and nothing may sleep under it.
 */
void	rump_raw_wait(int32_t *);

static inline void
rump_raw_enter(int32_t *w)
{
	int32_t idle = 0;

	if (__predict_false(!__atomic_compare_exchange_n(w, &idle, 1, false,
	    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		rump_raw_wait(w);
}

static inline void
rump_raw_exit(int32_t *w)
{

	if (__predict_false(__atomic_exchange_n(w, 0, __ATOMIC_RELEASE) == 2))
		rump_futex_wake(w, 1);
}

/* Memory of the host, counted and limited. */
void	*rump_hypermalloc(size_t, int, bool, const char *);
void	rump_hyperfree(void *, size_t);

/* CPUs. */
struct cpu_info *rump_cpu_take(struct cpu_info *);
void	rump_cpu_give(struct cpu_info *);
void	rump_cpu_move(struct cpu_info *);
#define	rump_context_held()						\
	(curlwp != NULL && curlwp->l_cpu != NULL &&			\
	    curlwp->l_cpu->ci_curlwp == curlwp)

/* Processes. */
void	rump_lwproc_exit(struct lwp *);
void	rump_lwproc_discard(struct lwp *);
void	rump_lwproc_bury(struct cpu_info *, struct lwp *);
struct lwp *rump_lwproc_implicit(struct cpu_info *);
void	proc_table_init(void);
pid_t	proc_table_add(struct proc *);
void	proc_table_add_as(struct proc *, pid_t);
void	rump_allbetsareoff_setid(pid_t, int);
void	proc_table_remove(struct proc *);
void	lwp_settls(struct lwp *);

/* Boot. */
void	rump_kmem_init(void);
void	rump_synch_init(void);
void	rump_pool_init(void);
void	rump_misc_init(void);
void	rump_exithooks_run(struct proc *);
void	rump_component_attach_static(void);
void	rump_syscall_init(void);
void	rump_dl_modinit(const struct modinfo *const *, size_t);
int	rump_dl_symload(void *, uint64_t, char *, uint64_t);
void	rump_tc_init(void);
void	rump_kauth_init(void);

/* Time, nanoseconds. */
int64_t	rump_mono_ns(void);

/* kern_timeout.c: callouts while there are no threads. */
int64_t	callout_alone_next(void);
void	callout_alone_run(void);

#endif /* _RUMPKERN_RUMP_PRIVATE_H_ */
