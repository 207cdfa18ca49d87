/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/lwp.h - threads of execution.
 *
 * Field markings: p = p_lock, P = proc_lock, s = stable after creation,
 * o = owner (the thread that runs the lwp), q = sleep queue lock, a = atomic.
 */

#ifndef _SYS_LWP_H_
#define _SYS_LWP_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/atomic.h>

struct cpu_info;
struct filedesc;
struct kauth_cred;
struct kcondvar;
struct kmutex;
struct ktrace_entry;

typedef struct lwp lwp_t;

struct lwp {
	/* Read at every kernel entry: keep together. */
	struct cpu_info	*l_cpu;		/* o: CPU held */
	struct cpu_info	*l_target_cpu;	/* o: CPU held last, tried first */
	struct proc	*l_proc;	/* s */
	struct kauth_cred *l_cred;	/* o: referenced copy of p_cred */
	struct filedesc	*l_fd;		/* o: p_fd of the process */
	volatile uint32_t l_flag;	/* a: LW_* */
	int		l_lid;		/* s */
	int		l_dupfd;	/* o: descriptor a cloning open made */

	/* Sleeping (kern_condvar.c). */
	int32_t		l_wstate;	/* a: LWS_*, the futex */
	int32_t		l_sleepable;	/* q: interruptible */
	struct kcondvar	*l_cv;		/* q: where it sleeps */
	TAILQ_ENTRY(lwp) l_sleepchain;	/* q */
	const char	*l_wmesg;	/* o: wait message while asleep */
	const void	*l_wchan;	/* o: wait channel while asleep */

	/* Bookkeeping. */
	int		l_stat;		/* o: LS* */
	int		l_refcnt;	/* a */
	pri_t		l_priority;	/* s: advice */
	int		l_blcnt;	/* o: depth of kernel_lock */
	int		l_nopreempt;	/* o */
	int		l_pflag;	/* o: LP_* */
	int		l_prflag;	/* p: LPR_* */
	LIST_ENTRY(lwp)	l_list;		/* P: all lwps */
	LIST_ENTRY(lwp)	l_sibling;	/* p: of the process */
	const char	*l_name;	/* s: kernel threads, or NULL */
	char		*l_namebuf;	/* s: owned copy of the name */
	void		*l_cookie;	/* host thread to join */
	void		*l_ctxlink;	/* s: kthread start block, sysproxy priv */
	void		*l_selcluster;	/* o: select/poll (sys_select.c) */
	void		*l_sysent_private;
	uint64_t	l_ncsw;		/* o: voluntary sleeps */
	uint64_t	l_nsyscall;	/* o: system calls done */
	int64_t		l_rtime;	/* o: ns on a CPU, if counted */

	/* Signals and system calls (kern_sig.c, kern_ktrace.c). */
	void		*l_sigdata;	/* o: masks and pending set */
	int		l_sysnum;	/* o: system call in progress, -1 none */
	uint32_t	l_kaudit;
	struct ktrace_entry *l_ktrent;
	void		*l_vfsdata;	/* o: rumpvfs */
	void		*l_specific;	/* o: lwp_getspecific */
};

/* l_flag */
#define	LW_SINTR	0x00000080	/* sleeps interruptibly */
#define	LW_PENDSIG	0x01000000	/* a signal waits for delivery */
#define	LW_WEXIT	0x00400000	/* the process exits */
#define	LW_SYSTEM	0x00000200	/* kernel thread */
#define	LW_RUMP_QEXIT	0x08000000	/* leave as soon as possible */
#define	LW_RUMP_IMPLICIT 0x10000000	/* made by rump_schedule() */
#define	LW_RUMP_BUSY	0x20000000	/* current in some thread */
#define	LW_RUMP_DEAD	0x40000000	/* release at unschedule */

/* l_stat */
#define	LSIDL		1
#define	LSRUN		2
#define	LSSLEEP		3
#define	LSSTOP		4
#define	LSZOMB		5
#define	LSONPROC	7
#define	LSSUSPENDED	8

/* l_wstate */
#define	LWS_RUN		0
#define	LWS_WAIT	1
#define	LWS_WOKEN	2
#define	LWS_INTR	3

/* l_pflag */
#define	LP_KTRACTIVE	0x00000001
#define	LP_MPSAFE	0x00000020
#define	LP_INTR		0x00000040
#define	LP_TIMEINTR	0x00010000

/* l_prflag */
#define	LPR_MUSTJOIN	0x00000001	/* kthread_join() frees the memory */

/* The lwp this thread runs; NULL outside the kernel without a own lwp. */
extern _Thread_local struct lwp *rump_curlwp_tls;
#define	curlwp		rump_curlwp_tls
#define	curproc		(curlwp->l_proc)

extern struct lwp lwp0;
LIST_HEAD(lwplist, lwp);
extern struct lwplist alllwp;		/* proc_lock */

void	lwp_need_userret(struct lwp *);
struct lwp *lwp_find(struct proc *, lwpid_t);
void	lwp_unsleep(struct lwp *, bool);
#define	lwp_lock(l)	((void)(l))
#define	lwp_unlock(l)	((void)(l))

#endif /* _SYS_LWP_H_ */
