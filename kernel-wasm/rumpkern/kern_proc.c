/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_proc.c - process table, process groups, sessions.
 *
 * A pid is taken while a process, a group or a session has it.  A group
 * lives while it has members; jobc counts those members whose parent is in
 * another group of the same session, the ones that can be continued by job
 * control.
 *
 * Locking	P: proc_lock, for everything here.
 * Sleeps	proc_enterpgrp() (memory).
 * Errors	EPERM.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/proc.h>

#include <uvm/uvm_extern.h>

#include "rump_private.h"

#define	PID_MAX		30000
#define	PIDHASH_SIZE	64

static struct vmspace vmspace_local;
struct vmspace *rump_vmspace_local = &vmspace_local;

struct proclist allproc = LIST_HEAD_INITIALIZER(allproc);
kmutex_t *proc_lock;
int nprocs = 1, maxproc = 4096;
struct emul emul_netbsd = { .e_name = "netbsd" };

static LIST_HEAD(, proc) pidhash[PIDHASH_SIZE];
static LIST_HEAD(, pgrp) pgrphash[PIDHASH_SIZE];
static pid_t lastpid;

/* Set by kern_sig.c: SIGHUP and SIGCONT to the members; proc_lock held. */
void (*rump_orphanpg_hook)(struct pgrp *);

static struct session session0 = { .s_count = 2 };
static struct pgrp pgrp0 = { .pg_session = &session0 };

struct lwp lwp0 = {
	.l_cpu = &rump_cpus[0], .l_target_cpu = &rump_cpus[0],
	.l_proc = &proc0, .l_flag = LW_SYSTEM, .l_lid = 1, .l_refcnt = 1,
	.l_stat = LSONPROC, .l_name = "boot", .l_sysnum = -1,
};
struct proc proc0 = {
	.p_stat = SACTIVE, .p_flag = PK_SYSTEM, .p_comm = "system",
	.p_emul = &emul_netbsd, .p_nice = 20, .p_pgrp = &pgrp0,
	.p_vmspace = &vmspace_local, .p_nlwpid = 1, .p_nlwps = 1,
	.p_nrlwps = 1,
};
struct proc *initproc;

/* Process 0 and its lwp, which runs the boot. */
void
proc_table_init(void)
{

	proc_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	proc0.p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&proc0.p_auxlock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&proc0.p_waitcv, "wait");
	cv_init(&proc0.p_lwpcv, "lwpwait");
	LIST_INSERT_HEAD(&allproc, &proc0, p_list);
	LIST_INSERT_HEAD(&pidhash[0], &proc0, p_pidhash);
	LIST_INSERT_HEAD(&pgrphash[0], &pgrp0, pg_hash);
	LIST_INSERT_HEAD(&pgrp0.pg_members, &proc0, p_pglist);
	LIST_INSERT_HEAD(&proc0.p_lwps, &lwp0, l_sibling);
	LIST_INSERT_HEAD(&alllwp, &lwp0, l_list);
}

static bool
pid_in_use(pid_t pid)
{
	struct pgrp *pg;
	struct proc *p;

	if (proc_find_raw(pid) != NULL || pgrp_find(pid) != NULL)
		return true;
	LIST_FOREACH(p, &allproc, p_list) {
		pg = p->p_pgrp;
		if (pg != NULL && pg->pg_session->s_sid == pid)
			return true;
	}
	return false;
}

void
proc_table_add_as(struct proc *p, pid_t pid)
{

	p->p_pid = pid;
	LIST_INSERT_HEAD(&pidhash[pid % PIDHASH_SIZE], p, p_pidhash);
}

pid_t
proc_table_add(struct proc *p)
{

	KASSERT(mutex_owned(proc_lock));
	do {
		lastpid = lastpid >= PID_MAX ? 2 : lastpid + 1;
	} while (pid_in_use(lastpid));
	proc_table_add_as(p, lastpid);
	return lastpid;
}

void
proc_table_remove(struct proc *p)
{

	KASSERT(mutex_owned(proc_lock));
	LIST_REMOVE(p, p_pidhash);
}

struct proc *
proc_find_raw(pid_t pid)
{
	struct proc *p;

	KASSERT(mutex_owned(proc_lock));
	if (pid < 0)
		return NULL;
	LIST_FOREACH(p, &pidhash[pid % PIDHASH_SIZE], p_pidhash) {
		if (p->p_pid == pid)
			break;
	}
	return p;
}

struct proc *
proc_find(pid_t pid)
{
	struct proc *p = proc_find_raw(pid);

	return p != NULL && p->p_stat == SACTIVE ? p : NULL;
}

int
proclist_foreach_call(struct proclist *list,
    int (*callback)(struct proc *, void *), void *arg)
{
	struct proc *p, *next;
	int ret = 0;

	mutex_enter(proc_lock);
	LIST_FOREACH_SAFE(p, list, p_list, next) {
		if ((ret = callback(p, arg)) != 0)
			break;
	}
	mutex_exit(proc_lock);
	return ret;
}

bool
p_inferior(struct proc *p, struct proc *q)
{

	for (; p != q; p = p->p_pptr) {
		if (p == NULL || p->p_pid == 0)
			return false;
	}
	return true;
}

void
proc_reparent(struct proc *child, struct proc *parent)
{

	KASSERT(mutex_owned(proc_lock));
	if (child->p_pptr == parent)
		return;
	fixjobc(child, child->p_pgrp, 0);
	LIST_REMOVE(child, p_sibling);
	LIST_INSERT_HEAD(&parent->p_children, child, p_sibling);
	child->p_pptr = parent;
	fixjobc(child, child->p_pgrp, 1);
}

/*
 * Groups and sessions.
 */
struct pgrp *
pgrp_find(pid_t pgid)
{
	struct pgrp *pg;

	KASSERT(mutex_owned(proc_lock));
	if (pgid < 0)
		return NULL;
	LIST_FOREACH(pg, &pgrphash[pgid % PIDHASH_SIZE], pg_hash) {
		if (pg->pg_id == pgid)
			break;
	}
	return pg;
}

void
proc_sesshold(struct session *s)
{

	KASSERT(mutex_owned(proc_lock));
	s->s_count++;
}

static void
session_drop(struct session *s)
{

	KASSERT(s->s_count > 0);
	if (--s->s_count == 0) {
		KASSERT(s != &session0);
		kmem_free(s, sizeof(*s));
	}
}

void
proc_sessrele(struct session *s)
{

	KASSERT(mutex_owned(proc_lock));
	session_drop(s);
	mutex_exit(proc_lock);
}

/* Does the member p count for jobc of pg?  Its parent decides. */
static bool
job_counts(const struct proc *parent, const struct pgrp *pg)
{

	return parent != NULL && parent->p_pgrp != NULL &&
	    parent->p_pgrp != pg &&
	    parent->p_pgrp->pg_session == pg->pg_session;
}

/* A group with a stopped member lost its last way to be continued. */
static void
orphanpg(struct pgrp *pg)
{
	struct proc *p;

	if (rump_orphanpg_hook == NULL)
		return;
	LIST_FOREACH(p, &pg->pg_members, p_pglist) {
		if (p->p_stat == SSTOP) {
			rump_orphanpg_hook(pg);
			return;
		}
	}
}

/*
 * p enters or leaves pg: count it there, and count again its children,
 * whose parent it is.
 */
void
fixjobc(struct proc *p, struct pgrp *pg, int entering)
{
	struct proc *child;

	KASSERT(mutex_owned(proc_lock));
	if (job_counts(p->p_pptr, pg)) {
		if (entering)
			pg->pg_jobc++;
		else if (--pg->pg_jobc == 0)
			orphanpg(pg);
	}
	LIST_FOREACH(child, &p->p_children, p_sibling) {
		struct pgrp *cpg = child->p_pgrp;

		if (cpg == pg || cpg->pg_session != pg->pg_session)
			continue;
		if (entering)
			cpg->pg_jobc++;
		else if (--cpg->pg_jobc == 0)
			orphanpg(cpg);
	}
}

static void
pgrp_remove(struct pgrp *pg)
{

	KASSERT(pg != &pgrp0);
	LIST_REMOVE(pg, pg_hash);
	session_drop(pg->pg_session);
	kmem_free(pg, sizeof(*pg));
}

/* Unlink from the group; an empty group goes away. */
void
proc_leavepgrp(struct proc *p)
{
	struct pgrp *pg = p->p_pgrp;

	KASSERT(mutex_owned(proc_lock));
	if (pg->pg_session->s_leader == p)
		pg->pg_session->s_leader = NULL;
	LIST_REMOVE(p, p_pglist);
	p->p_pgrp = NULL;
	if (LIST_EMPTY(&pg->pg_members) && pg != &pgrp0)
		pgrp_remove(pg);
}

/* May curp put p into group pgid?  0 or EPERM. */
static int
enterpgrp_check(struct proc *curp, struct proc *p, struct pgrp *pg,
    pid_t pgid, bool mksess)
{

	if (p->p_pgrp->pg_session->s_leader == p && !mksess)
		return pg == p->p_pgrp ? 0 : EPERM;
	if (p != curp && p->p_pgrp->pg_session != curp->p_pgrp->pg_session)
		return EPERM;
	if (mksess)
		return pg != NULL || pgid != p->p_pid ? EPERM : 0;
	if (pg == NULL)
		return pgid == p->p_pid ? 0 : EPERM;
	return pg->pg_session == p->p_pgrp->pg_session ? 0 : EPERM;
}

static struct pgrp *
pgrp_make(struct proc *p, pid_t pgid, struct pgrp *pg, struct session *s)
{

	pg->pg_id = pgid;
	if (s != NULL) {
		s->s_count = 1;
		s->s_leader = p;
		s->s_sid = p->p_pid;
		memcpy(s->s_login, p->p_pgrp->pg_session->s_login,
		    sizeof(s->s_login));
		s->s_flags = p->p_pgrp->pg_session->s_flags;
		p->p_lflag &= ~PL_CONTROLT;
		pg->pg_session = s;
	} else {
		pg->pg_session = p->p_pgrp->pg_session;
		proc_sesshold(pg->pg_session);
	}
	LIST_INSERT_HEAD(&pgrphash[pgid % PIDHASH_SIZE], pg, pg_hash);
	return pg;
}

/*
 * Move process pid of curp into group pgid, which is made if it is pid's
 * own; mksess makes a session with it.
 */
int
proc_enterpgrp(struct proc *curp, pid_t pid, pid_t pgid, bool mksess)
{
	struct pgrp *newpg = kmem_zalloc(sizeof(*newpg), KM_SLEEP);
	struct session *news =
	    mksess ? kmem_zalloc(sizeof(*news), KM_SLEEP) : NULL;
	struct pgrp *pg;
	struct proc *p;
	int error;

	mutex_enter(proc_lock);
	pg = pgrp_find(pgid);
	p = pid == curp->p_pid ? curp : proc_find(pid);
	if (p == NULL || (p != curp && !p_inferior(p, curp))) {
		error = ESRCH;
		goto out;
	}
	if ((error = enterpgrp_check(curp, p, pg, pgid, mksess)) != 0 ||
	    pg == p->p_pgrp)
		goto out;
	if (pg == NULL) {
		pg = pgrp_make(p, pgid, newpg, news);
		newpg = NULL;
		news = NULL;
	}
	fixjobc(p, pg, 1);
	fixjobc(p, p->p_pgrp, 0);
	proc_leavepgrp(p);
	p->p_pgrp = pg;
	LIST_INSERT_HEAD(&pg->pg_members, p, p_pglist);
	if (mksess)
		pg->pg_session->s_leader = p;
 out:
	mutex_exit(proc_lock);
	if (newpg != NULL)
		kmem_free(newpg, sizeof(*newpg));
	if (news != NULL)
		kmem_free(news, sizeof(*news));
	return error;
}

int
pgid_in_session(struct proc *p, pid_t pgid)
{
	struct pgrp *pg;
	int error = 0;

	mutex_enter(proc_lock);
	if (pgid < 0)
		error = EINVAL;
	else if ((pg = pgrp_find(pgid)) == NULL ||
	    pg->pg_session != p->p_pgrp->pg_session)
		error = EPERM;
	mutex_exit(proc_lock);
	return error;
}
