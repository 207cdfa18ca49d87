/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/proc.h - processes, process groups, sessions.
 *
 * Field markings: p = p_lock, P = proc_lock, s = stable after creation,
 * a = atomic, c = kauth (p_lock to change, reference to read).
 */

#ifndef _SYS_PROC_H_
#define _SYS_PROC_H_

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/queue.h>
#include <sys/event.h>

struct cwdinfo;
struct emul;
struct filedesc;
struct kauth_cred;
struct ktr_desc;
struct plimit;
struct pstats;
struct ptimers;
struct sigacts;
struct tty;
struct vmspace;
struct vnode;

/*
 * A session: process groups with one controlling terminal.  P guards all.
 */
struct session {
	int		s_count;	/* groups and ttys that refer to it */
	u_int		s_flags;
	struct proc	*s_leader;	/* NULL when it has gone */
	struct vnode	*s_ttyvp;	/* vnode of the controlling terminal */
	struct tty	*s_ttyp;	/* controlling terminal */
	char		s_login[MAXLOGNAME];
	pid_t		s_sid;		/* s: pid of the leader */
};
#define	S_LOGIN_SET	1

struct pgrp {
	LIST_ENTRY(pgrp) pg_hash;	/* P */
	LIST_HEAD(, proc) pg_members;	/* P */
	struct session	*pg_session;	/* s */
	pid_t		pg_id;		/* s */
	int		pg_jobc;	/* P: members whose parent can do jobs */
};

/* Kinds of system call interface; we have one. */
struct emul {
	const char	*e_name;
	const char	*e_path;
	int		e_flags;
	int		e_nsysent;
	const char	*const *e_syscallnames;
};
extern struct emul emul_netbsd;

struct proc {
	LIST_ENTRY(proc) p_list;	/* P: allproc or zombproc */
	kmutex_t	*p_lock;	/* s */
	kmutex_t	p_auxlock;	/* limits, stats, timers */
	kcondvar_t	p_waitcv;	/* p */
	kcondvar_t	p_lwpcv;	/* p: an lwp went away */

	struct kauth_cred *p_cred;	/* c */
	struct filedesc	*p_fd;		/* s */
	struct cwdinfo	*p_cwdi;	/* s */
	struct pstats	*p_stats;	/* s */
	struct plimit	*p_limit;	/* p */
	struct vmspace	*p_vmspace;	/* s: RUMP_LOCALPROC_P, or a client */
	struct sigacts	*p_sigacts;	/* s */
	struct ptimers	*p_timers;	/* p_auxlock */
	void		*p_sigdata;	/* p: pending set (kern_sig.c) */
	void		*p_ktracep;	/* ktrace lock: where to */
	int		p_traceflag;	/* ktrace lock: what */
	void		*p_sctp;

	int		p_exitsig;	/* p */
	int		p_flag;		/* p: PK_* */
	int		p_sflag;	/* p: PS_* */
	int		p_slflag;	/* p: PSL_* */
	int		p_lflag;	/* P: PL_* */
	int		p_stflag;	/* p */
	char		p_stat;		/* p: S* */
	pid_t		p_pid;		/* s */
	struct proc	*p_pptr;	/* P */
	LIST_ENTRY(proc) p_pglist;	/* P */
	LIST_ENTRY(proc) p_sibling;	/* P */
	LIST_HEAD(, proc) p_children;	/* P */
	LIST_ENTRY(proc) p_pidhash;	/* P */
	LIST_HEAD(, lwp) p_lwps;	/* p */
	int		p_nlwps;	/* p */
	int		p_nlwpid;	/* p: last lid */
	int		p_nrlwps;	/* p */
	u_short		p_xstat;	/* p */
	u_short		p_acflag;
	u_char		p_nice;		/* p */
	struct pgrp	*p_pgrp;	/* P */
	char		p_comm[MAXCOMLEN + 1];	/* p */
	const struct emul *p_emul;	/* s */
	uint64_t	p_starttime;	/* s: realtime seconds */
	struct klist	p_klist;	/* p: knotes on the process */
	struct { struct vnode *dummy; } p_pad;
	int64_t		p_rtime;
	uint32_t	p_pctcpu;
};
#define	p_session	p_pgrp->pg_session
#define	p_pgid		p_pgrp->pg_id

/* p_stat */
#define	SIDL		1
#define	SACTIVE		2
#define	SDYING		3
#define	SSTOP		4
#define	SZOMB		5
#define	SDEAD		6

/* p_flag */
#define	PK_ADVLOCK	0x00000001
#define	PK_SYSTEM	0x00000002
#define	PK_SUGID	0x00000100
#define	PK_KMEM		0x00000200
#define	PK_EXEC		0x00004000

/* p_sflag */
#define	PS_NOCLDSTOP	0x00000008
#define	PS_PPWAIT	0x00000010
#define	PS_WCORE	0x00001000
#define	PS_WEXIT	0x00002000
#define	PS_STOPFORK	0x00800000
#define	PS_RUMP_LWPEXIT	0x20000000
#define	PS_STOPPING	0x80000000
#define	PS_CONTINUED	0x40000000
#define	PS_ORPHANPG	0x00400000
#define	PS_NOTIFYSTOP	0x10000000
#define	PS_WAITED	0x01000000
#define	PS_NOCLDWAIT	0x02000000

/* p_lflag */
#define	PL_CONTROLT	0x00000002
#define	PL_ORPHANPG	0x00000040

LIST_HEAD(proclist, proc);
extern struct proclist allproc;		/* proc_lock */
extern kmutex_t *proc_lock;
extern struct proc proc0;
extern struct proc *initproc;
extern struct vmspace *rump_vmspace_local;
extern int nprocs, maxproc;

/* True for a process that lives in this program (not a remote client). */
#define	RUMP_LOCALPROC_P(p)	((p)->p_vmspace == rump_vmspace_local)

struct proc *proc_find(pid_t);
struct proc *proc_find_raw(pid_t);
struct pgrp *pgrp_find(pid_t);
int	proc_enterpgrp(struct proc *, pid_t, pid_t, bool);
void	proc_leavepgrp(struct proc *);
void	proc_sesshold(struct session *);
void	proc_sessrele(struct session *);	/* drops proc_lock */
void	fixjobc(struct proc *, struct pgrp *, int);
int	pgid_in_session(struct proc *, pid_t);
void	proc_reparent(struct proc *, struct proc *);
bool	p_inferior(struct proc *, struct proc *);
int	proclist_foreach_call(struct proclist *,
	    int (*)(struct proc *, void *), void *);
void	proc_crmod_enter(void);
void	proc_crmod_leave(struct kauth_cred *, struct kauth_cred *, bool);
extern void (*rump_orphanpg_hook)(struct pgrp *);
#define	PROCLIST_FOREACH(v, h)	LIST_FOREACH(v, h, p_list)

/*
 * Subsystems that keep something for each process or lwp (ours).
 *
 * ph_fork runs before the child is visible and may sleep; on its error the
 * hooks already done are undone with ph_exit.  ph_exit runs in the last lwp
 * of the process (or, on undo, in the parent): look at the argument, not at
 * curproc.  Fork hooks run in order of ph_order, exit hooks in reverse.
 */
struct rump_proc_hooks {
	const char	*ph_name;
	int		ph_order;	/* see PH_ORDER_* */
	int		(*ph_fork)(struct proc *, struct proc *, int);
	void		(*ph_exit)(struct proc *);
	int		(*ph_lwp_create)(struct lwp *);
	void		(*ph_lwp_exit)(struct lwp *);
	LIST_ENTRY(rump_proc_hooks) ph_entry;
};
#define	PH_ORDER_LIMIT	10
#define	PH_ORDER_SIGNAL	20
#define	PH_ORDER_CWD	30
#define	PH_ORDER_FD	40
#define	PH_ORDER_TRACE	50
void	rump_proc_hooks_register(struct rump_proc_hooks *);

#endif /* _SYS_PROC_H_ */
