/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwproc.c - making, switching and releasing lwps and processes.
 *
 * There is no fork, exec or exit in this kernel: a program asks for a new
 * process with rump_lwproc_rfork(), works as it by being its lwp, and is
 * gone when the last lwp is released.
 *
 * States of an lwp
 *	IDLE -> BUSY		made current in a thread (lwproc_switch)
 *	BUSY -> IDLE		another one made current
 *	BUSY -> DEAD		released; taken apart at unschedule or switch
 *
 * Locking	P: proc_lock (list of lwps)  p: p_lock (lwps of a process)
 * Sleeps	rfork and release (hooks of subsystems may).
 * Errors	EINVAL flags, ESRCH no such process, EBUSY it is going away.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/timevar.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

_Thread_local struct lwp *rump_curlwp_tls;

struct lwplist alllwp = LIST_HEAD_INITIALIZER(alllwp);
#define	DEADLWP_MAX	8

static LIST_HEAD(, rump_proc_hooks) hooks = LIST_HEAD_INITIALIZER(hooks);


/* Who runs in this thread; the host hears of it for its tools. */
void
lwp_settls(struct lwp *l)
{
	struct lwp *old = curlwp;

	if (old != NULL)
		rumpuser_curlwpop(RUMPUSER_LWP_CLEAR, old);
	curlwp = l;
	if (l != NULL)
		rumpuser_curlwpop(RUMPUSER_LWP_SET, l);
}

void
rump_proc_hooks_register(struct rump_proc_hooks *ph)
{
	struct rump_proc_hooks *at, *prev = NULL;

	mutex_enter(proc_lock);
	LIST_FOREACH(at, &hooks, ph_entry) {
		if (at->ph_order > ph->ph_order)
			break;
		prev = at;
	}
	if (prev == NULL)
		LIST_INSERT_HEAD(&hooks, ph, ph_entry);
	else
		LIST_INSERT_AFTER(prev, ph, ph_entry);
	mutex_exit(proc_lock);
}

/* Run the exit hooks of those before "stop", last first. */
static void
hooks_exit(struct proc *p, const struct rump_proc_hooks *stop)
{
	struct rump_proc_hooks *ph, *last;
	const struct rump_proc_hooks *end = stop;

	while ((ph = LIST_FIRST(&hooks)) != end) {
		for (last = NULL; ph != end; ph = LIST_NEXT(ph, ph_entry))
			last = ph;
		if (last->ph_exit != NULL)
			last->ph_exit(p);
		end = last;
	}
}

static int
hooks_fork(struct proc *parent, struct proc *child, int flags)
{
	struct rump_proc_hooks *ph;
	int error;

	LIST_FOREACH(ph, &hooks, ph_entry) {
		if (ph->ph_fork == NULL)
			continue;
		if ((error = ph->ph_fork(parent, child, flags)) != 0) {
			hooks_exit(child, ph);
			return error;
		}
	}
	return 0;
}

/*
 * Processes.
 */
static void
proc_prepare(struct proc *p, struct proc *parent)
{

	p->p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&p->p_auxlock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&p->p_waitcv, "wait");
	cv_init(&p->p_lwpcv, "lwpwait");
	LIST_INIT(&p->p_children);
	LIST_INIT(&p->p_lwps);
	p->p_stat = SIDL;
	p->p_emul = &emul_netbsd;
	p->p_nice = 20;
	p->p_vmspace = rump_vmspace_local;
	p->p_cred = parent->p_cred;
	kauth_cred_hold(p->p_cred);
	p->p_starttime = (uint64_t)time_second;
	strlcpy(p->p_comm, parent == &proc0 ? "rumplocal" : parent->p_comm,
	    sizeof(p->p_comm));
}

static void
proc_unprepare(struct proc *p)
{

	kauth_cred_free(p->p_cred);
	cv_destroy(&p->p_lwpcv);
	cv_destroy(&p->p_waitcv);
	mutex_destroy(&p->p_auxlock);
	mutex_obj_free(p->p_lock);
	kmem_free(p, sizeof(*p));
}

static int
lwproc_newproc(struct proc *parent, int flags, struct proc **pp)
{
	struct proc *p = kmem_zalloc(sizeof(*p), KM_SLEEP);
	int error;

	proc_prepare(p, parent);
	if ((error = hooks_fork(parent, p, flags)) != 0) {
		proc_unprepare(p);
		return error;
	}
	mutex_enter(proc_lock);
	p->p_pid = proc_table_add(p);
	p->p_pptr = parent;
	LIST_INSERT_HEAD(&parent->p_children, p, p_sibling);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	p->p_pgrp = parent->p_pgrp;
	p->p_lflag = parent->p_lflag & PL_CONTROLT;
	LIST_INSERT_HEAD(&p->p_pgrp->pg_members, p, p_pglist);
	fixjobc(p, p->p_pgrp, 1);
	p->p_stat = SACTIVE;
	nprocs++;
	mutex_exit(proc_lock);
	*pp = p;
	return 0;
}

/* The last lwp has left the process; it is still current. */
static void
lwproc_freeproc(struct proc *p)
{
	struct proc *child;

	/* Those that left before may still take themselves off the lists. */
	mutex_enter(p->p_lock);
	while (p->p_nlwps > 1)
		cv_wait(&p->p_lwpcv, p->p_lock);
	mutex_exit(p->p_lock);
	rump_exithooks_run(p);
	hooks_exit(p, NULL);

	mutex_enter(proc_lock);
	while ((child = LIST_FIRST(&p->p_children)) != NULL)
		proc_reparent(child, initproc);
	fixjobc(p, p->p_pgrp, 0);
	proc_leavepgrp(p);
	LIST_REMOVE(p, p_sibling);
	LIST_REMOVE(p, p_list);
	proc_table_remove(p);
	nprocs--;
	mutex_exit(proc_lock);
	p->p_stat = SZOMB;
}

/*
 * Lwps.
 */
static struct lwp *
lwproc_memory(void)
{
	struct cpu_info *ci = curcpu();
	struct lwp *l = ci->ci_deadlwp, *extra;

	if (l != NULL) {
		ci->ci_deadlwp = l->l_ctxlink;
		atomic_dec_uint(&ci->ci_ndeadlwp);
	}
	if (ci->ci_ndeadlwp > DEADLWP_MAX) {
		extra = ci->ci_deadlwp;
		ci->ci_deadlwp = extra->l_ctxlink;
		atomic_dec_uint(&ci->ci_ndeadlwp);
		kmem_free(extra, sizeof(*extra));
	}
	if (l == NULL)
		l = kmem_alloc(sizeof(*l), KM_SLEEP);
	memset(l, 0, sizeof(*l));
	return l;
}

/* l becomes an lwp of p, unless the process is going away. */
static bool
lwproc_join(struct proc *p, struct lwp *l)
{

	mutex_enter(p->p_lock);
	if (p->p_stat != SACTIVE || (p->p_sflag & PS_WEXIT) != 0) {
		mutex_exit(p->p_lock);
		return false;
	}
	l->l_lid = ++p->p_nlwpid;
	l->l_proc = p;
	l->l_fd = p->p_fd;
	l->l_cred = p->p_cred;
	kauth_cred_hold(l->l_cred);
	l->l_refcnt = 1;
	l->l_stat = LSIDL;
	l->l_sysnum = -1;
	l->l_target_cpu = curlwp->l_target_cpu;
	p->p_nlwps++;
	p->p_nrlwps++;
	LIST_INSERT_HEAD(&p->p_lwps, l, l_sibling);
	mutex_exit(p->p_lock);
	return true;
}

static struct lwp *
lwproc_announce(struct lwp *l)
{
	struct rump_proc_hooks *ph;

	mutex_enter(proc_lock);
	LIST_INSERT_HEAD(&alllwp, l, l_list);
	mutex_exit(proc_lock);
	LIST_FOREACH(ph, &hooks, ph_entry) {
		if (ph->ph_lwp_create != NULL)
			(void)ph->ph_lwp_create(l);
	}
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, l);
	return l;
}

/* NULL: the process is going away.  The caller sees to it that p stays. */
struct lwp *
rump__lwproc_alloclwp(struct proc *p)
{
	struct lwp *l = lwproc_memory();

	if (lwproc_join(p, l))
		return lwproc_announce(l);
	kmem_free(l, sizeof(*l));
	return NULL;
}

static void
lwproc_unlink(struct lwp *l)
{
	struct rump_proc_hooks *ph;
	struct proc *p = l->l_proc;

	LIST_FOREACH(ph, &hooks, ph_entry) {
		if (ph->ph_lwp_exit != NULL)
			ph->ph_lwp_exit(l);
	}
	mutex_enter(proc_lock);
	LIST_REMOVE(l, l_list);
	mutex_exit(proc_lock);
	mutex_enter(p->p_lock);
	LIST_REMOVE(l, l_sibling);
	p->p_nlwps--;
	cv_broadcast(&p->p_lwpcv);
	mutex_exit(p->p_lock);
	kauth_cred_free(l->l_cred);
	if (l->l_namebuf != NULL)
		kmem_strfree(l->l_namebuf);
	l->l_namebuf = NULL;
}

/*
 * One running lwp less.  True: it was the last, nobody can join the process
 * any more and the caller takes it apart; decided once, under one lock.
 */
static bool
lwproc_leave(struct proc *p)
{
	bool last;

	mutex_enter(p->p_lock);
	last = --p->p_nrlwps == 0;
	KASSERTMSG(!last || (p != &proc0 && p != initproc),
	    "last lwp of a process that stays");
	if (last) {
		p->p_stat = SDYING;
		p->p_sflag |= PS_WEXIT;
	}
	mutex_exit(p->p_lock);
	return last;
}

/* Take the current lwp apart; only its memory remains. */
void
rump_lwproc_exit(struct lwp *l)
{
	struct proc *p = l->l_proc;
	bool last;

	KASSERT(l == curlwp && l != &lwp0);
	if ((last = lwproc_leave(p)))
		lwproc_freeproc(p);
	lwproc_unlink(l);
	if (last)
		proc_unprepare(p);
	rumpuser_curlwpop(RUMPUSER_LWP_DESTROY, l);
}

/* Undo rump__lwproc_alloclwp() for an lwp that never ran. */
void
rump_lwproc_discard(struct lwp *l)
{

	(void)lwproc_leave(l->l_proc);
	lwproc_unlink(l);
	rumpuser_curlwpop(RUMPUSER_LWP_DESTROY, l);
	kmem_free(l, sizeof(*l));
}

/* Keep the memory for the next lwp of this CPU: nobody else touches it. */
void
rump_lwproc_bury(struct cpu_info *ci, struct lwp *l)
{

	if ((l->l_prflag & LPR_MUSTJOIN) != 0)
		return;
	l->l_ctxlink = ci->ci_deadlwp;
	ci->ci_deadlwp = l;
	atomic_inc_uint(&ci->ci_ndeadlwp);
}

/* Make l the current lwp of this thread, on the CPU it holds. */
static void
lwproc_become(struct lwp *l)
{
	struct lwp *old = curlwp;
	struct cpu_info *ci = old->l_cpu;
	const bool dead =
	    (old->l_flag & (LW_RUMP_IMPLICIT | LW_RUMP_DEAD)) != 0;

	if (dead) {
		rump_lwproc_exit(old);
		ci = old->l_cpu;
	}
	atomic_or_uint(&l->l_flag, LW_RUMP_BUSY);
	l->l_cpu = l->l_target_cpu = ci;
	l->l_stat = LSONPROC;
	ci->ci_curlwp = l;
	ci->ci_nswitch++;
	lwp_settls(l);
	RUMP_TRACE_SWITCH(ci);
	if (dead) {
		rump_lwproc_bury(ci, old);
		return;
	}
	old->l_cpu = NULL;
	old->l_stat = LSRUN;
	atomic_and_uint(&old->l_flag, ~LW_RUMP_BUSY);
}

/*
 * An lwp of pid 1 for a thread that has none.  The caller took the CPU; a
 * stand-in on the stack is current until the lwp exists.
 */
struct lwp *
rump_lwproc_implicit(struct cpu_info *ci)
{
	struct lwp tmp = {
		.l_cpu = ci, .l_target_cpu = ci, .l_proc = &proc0,
		.l_cred = proc0.p_cred, .l_fd = proc0.p_fd,
		.l_flag = LW_SYSTEM,
	};
	struct lwp *l;

	ci->ci_curlwp = &tmp;
	curlwp = &tmp;
	l = rump__lwproc_alloclwp(initproc != NULL ? initproc : &proc0);
	KASSERT(l != NULL);
	l->l_flag = LW_RUMP_IMPLICIT | LW_RUMP_BUSY;
	ci = tmp.l_cpu;
	l->l_cpu = l->l_target_cpu = ci;
	l->l_stat = LSONPROC;
	ci->ci_curlwp = l;
	curlwp = NULL;
	lwp_settls(l);
	return l;
}

int
rump_lwproc_rfork(int flags)
{
	struct proc *p;
	struct lwp *l;
	int error;

	if (flags != RUMP_RFFD_SHARE && flags != RUMP_RFFDG &&
	    flags != RUMP_RFCFDG)
		return EINVAL;
	if ((error = lwproc_newproc(curproc, flags, &p)) != 0)
		return error;
	l = rump__lwproc_alloclwp(p);
	KASSERT(l != NULL);
	lwproc_become(l);
	return 0;
}

int
rump_lwproc_newlwp(pid_t pid)
{
	struct lwp *l = lwproc_memory();
	struct proc *p;
	int error = 0;

	mutex_enter(proc_lock);
	if ((p = proc_find_raw(pid)) == NULL)
		error = ESRCH;
	else if (!lwproc_join(p, l))
		error = EBUSY;
	mutex_exit(proc_lock);
	if (error != 0) {
		kmem_free(l, sizeof(*l));
		return error;
	}
	lwproc_become(lwproc_announce(l));
	return 0;
}

void
rump_lwproc_switch(struct lwp *l)
{

	if (l == curlwp)
		return;
	if (l == NULL) {
		if ((curlwp->l_flag & LW_RUMP_IMPLICIT) != 0)
			return;
		l = rump__lwproc_alloclwp(initproc);
		KASSERT(l != NULL);
		l->l_flag |= LW_RUMP_IMPLICIT;
	} else if ((l->l_flag & LW_RUMP_BUSY) != 0)
		panic("lwp %d.%d is current in another thread",
		    (int)l->l_proc->p_pid, l->l_lid);
	lwproc_become(l);
}

void
rump_lwproc_releaselwp(void)
{
	struct lwp *l = curlwp;

	if ((l->l_flag & (LW_RUMP_IMPLICIT | LW_RUMP_DEAD)) != 0 ||
	    l == &lwp0)
		panic("releaselwp: no lwp of its own");
	atomic_or_uint(&l->l_flag, LW_RUMP_DEAD);
}

/*
 * The host ended the thread in which l was current while it was outside
 * the kernel; nobody else can make it current any more.
 */
void
rump_lwproc_reap(struct lwp *l)
{

	KASSERT(l != curlwp);
	atomic_and_uint(&l->l_flag, ~LW_RUMP_BUSY);
	rump_lwproc_switch(l);
	rump_lwproc_releaselwp();
}

struct lwp *
rump_lwproc_curlwp(void)
{
	struct lwp *l = curlwp;

	return l != NULL && (l->l_flag & LW_RUMP_IMPLICIT) == 0 ? l : NULL;
}

struct lwp *
lwp_find(struct proc *p, lwpid_t lid)
{
	struct lwp *l;

	KASSERT(mutex_owned(p->p_lock));
	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		if (l->l_lid == lid)
			break;
	}
	return l;
}

void
lwp_need_userret(struct lwp *l)
{
}

/* Force the ids of the current lwp (p2k). */
void
rump_allbetsareoff_setid(pid_t pid, int lid)
{
	struct proc *p = curproc;

	mutex_enter(proc_lock);
	proc_table_remove(p);
	proc_table_add_as(p, pid);
	mutex_exit(proc_lock);
	curlwp->l_lid = lid;
}
