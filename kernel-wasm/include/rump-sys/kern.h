/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump-sys/kern.h - inside the rump kernel: components, scheduling, processes.
 */

#ifndef _RUMP_SYS_KERN_H_
#define _RUMP_SYS_KERN_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/lwp.h>
#include <rump/rump.h>
#include <rump-sys/syscall.gen.h>

enum rump_component_type {
	RUMP_COMPONENT_DEV,
	RUMP_COMPONENT_DEV_AFTERMAINBUS,
	RUMP_COMPONENT_NET,
	RUMP_COMPONENT_NET_ROUTE,
	RUMP_COMPONENT_NET_IF,
	RUMP_COMPONENT_NET_IFCFG,
	RUMP_COMPONENT_VFS,
	RUMP_COMPONENT_KERN,
	RUMP_COMPONENT_KERN_VFS,
	RUMP_COMPONENT_POSTINIT,
	RUMP_COMPONENT_SYSCALL,
	RUMP__FACTION_DEV,
	RUMP__FACTION_VFS,
	RUMP__FACTION_NET,
	RUMP_COMPONENT_MAX,
};

struct rump_component {
	enum rump_component_type rc_type;
	void (*rc_init)(void);
	LIST_ENTRY(rump_component) rc_entries;
};

/*
 * A component: RUMP_COMPONENT(RUMP_COMPONENT_VFS) { body }
 * More than one in a file: RUMP_COMPONENT_N(type, tag).
 */
#define	RUMP_COMPONENT_N(type, tag)					\
static void rumpcompinit_##tag(void);					\
static struct rump_component rumpcomp_##tag = {				\
	.rc_type = (type),						\
	.rc_init = rumpcompinit_##tag,					\
};									\
__link_set_add_data(rump_components, rumpcomp_##tag);			\
static void rumpcompinit_##tag(void)
#define	_RUMP_COMPONENT_L(type, line)	RUMP_COMPONENT_N(type, line)
#define	RUMP_COMPONENT(type)	_RUMP_COMPONENT_L(type, __LINE__)

void	rump_component_load(const struct rump_component *);
void	rump_component_init(enum rump_component_type);
int	rump_component_count(enum rump_component_type);
extern int rump_component_factions[];	/* by type: how many are linked */

#define	RUMPMEM_UNLIMITED	((unsigned long)-1)
extern unsigned long rump_physmemlimit;
extern int rump_threads;		/* 0: RUMP_THREADS=0 */
extern int rump_inited;
extern enum rump_sigmodel rump_sigmodel;
extern struct rump_boot_etfs *ebstart;	/* registered before rump_init() */

/* Virtual CPUs (scheduler.c). */
void	rump_scheduler_init(int);
void	rump_schedule_cpu(struct lwp *);
void	rump_unschedule_cpu(struct lwp *);
void	rump_user_unschedule(int, int *, void *);	/* backend upcalls */
void	rump_user_schedule(int, void *);
void	rump_unschedule_cpu1(struct lwp *, void *);
void	rump_schedule_lock_cpu(struct lwp *);

/* Around a component's own hypercall that may block. */
void	rump_hyp_leave(int *);
void	rump_hyp_enter(int);

/* Sleep in the host; the only place that calls the futex hypercall. */
int	rump_futex_wait(int32_t *, int32_t, int64_t);	/* ns, < 0 no limit */
void	rump_futex_wake(int32_t *, int32_t);

/* Processes and lwps (lwproc.c); the caller is scheduled. */
void	rump_lwproc_init(void);
int	rump_lwproc_rfork(int);
int	rump_lwproc_newlwp(pid_t);
void	rump_lwproc_switch(struct lwp *);
void	rump_lwproc_releaselwp(void);
void	rump_lwproc_reap(struct lwp *);
struct lwp *rump_lwproc_curlwp(void);
struct lwp *rump__lwproc_alloclwp(struct proc *);
struct kauth_cred *rump_cred_create(uid_t, gid_t, size_t, gid_t *);
void	rump_cred_put(struct kauth_cred *);
void	rump_lwproc_curlwp_set(struct lwp *);
void	rump_lwproc_curlwp_clear(struct lwp *);
extern struct lwp *rump_lwproc_initlwp;

/* System calls. */
struct sysent {
	sy_call_t	*sy_call;
	uint16_t	sy_narg;
	uint16_t	sy_argsize;
};
extern struct sysent rump_sysent[];
void	rump_syscall_boot_establish(const struct rump_onesyscall *, size_t);
int	rump_syscall_inkernel(struct lwp *, int, const void *, register_t *);

/*
 * Called around every system call when set (ktrace, event ring); one
 * predictable branch when not.
 */
struct rump_syscall_trace {
	void (*st_enter)(struct lwp *, int, const void *, size_t);
	void (*st_exit)(struct lwp *, int, int, const register_t *);
};
extern const struct rump_syscall_trace *rump_syscall_trace;

/* Factions and shutdown; NULL when not linked. */
extern void (*rump_vfs_fini)(void);
extern void (*rump_consfds_hook)(struct proc *);	/* fds 0, 1, 2 of pid 1 */

int	rump_getparam_int(const char *, int *);

#endif /* _RUMP_SYS_KERN_H_ */
