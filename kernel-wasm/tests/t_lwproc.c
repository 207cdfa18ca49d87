/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_lwproc.c - processes, lwps, groups, sessions, credentials.
 */

#include "h_test.h"

#include <sys/kauth.h>
#include <sys/syscall.gen.h>
#include <rump/rump_syscalls.h>

TEST_FLAGS(rfork_and_release, T_OUTSIDE)
{
	struct lwp *first, *second;
	int pid;

	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	first = rump_pub_lwproc_curlwp();
	CHECK(first != NULL);
	pid = first->l_proc->p_pid;
	CHECK_EQ(rump_sys_getpid(), pid);
	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	second = rump_pub_lwproc_curlwp();
	CHECK(second != first);
	CHECK(second->l_proc->p_pptr == first->l_proc);
	CHECK(rump_sys_getpid() != pid);

	rump_pub_lwproc_switch(first);
	CHECK_EQ(rump_sys_getpid(), pid);
	rump_pub_lwproc_releaselwp();
	CHECK(rump_pub_lwproc_curlwp() == NULL);
	/* The child has a new parent. */
	CHECK(second->l_proc->p_pptr == initproc);
	rump_pub_lwproc_switch(second);
	rump_pub_lwproc_releaselwp();
	CHECK_EQ(rump_sys_getpid(), 1);
}

TEST_FLAGS(rfork_flags, T_OUTSIDE)
{

	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFFDG | RUMP_RFCFDG), EINVAL);
	CHECK_EQ(rump_pub_lwproc_rfork(77), EINVAL);
	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFFD_SHARE), 0);
	rump_pub_lwproc_releaselwp();
}

TEST_FLAGS(newlwp, T_OUTSIDE)
{
	struct lwp *l1, *l2;
	int pid;

	CHECK_EQ(rump_pub_lwproc_newlwp(29999), ESRCH);
	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	l1 = rump_pub_lwproc_curlwp();
	pid = rump_sys_getpid();
	CHECK_EQ(rump_pub_lwproc_newlwp(pid), 0);
	l2 = rump_pub_lwproc_curlwp();
	CHECK(l1 != l2 && l1->l_proc == l2->l_proc);
	CHECK_EQ(l1->l_proc->p_nlwps, 2);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(l1);
	CHECK_EQ(l1->l_proc->p_nlwps, 1);
	rump_pub_lwproc_releaselwp();
}

TEST_FLAGS(switch_null, T_OUTSIDE)
{
	struct lwp *l;

	CHECK_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	l = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(NULL);
	CHECK(rump_pub_lwproc_curlwp() == NULL);
	CHECK_EQ(rump_sys_getpid(), 1);
	rump_pub_lwproc_switch(l);
	rump_pub_lwproc_releaselwp();
}

TEST(groups)
{
	struct proc *p = curproc;
	struct session *s;

	CHECK(p->p_pgrp == initproc->p_pgrp);
	CHECK_EQ(proc_enterpgrp(p, p->p_pid, p->p_pid, false), 0);
	CHECK_EQ(p->p_pgid, p->p_pid);
	/* A group of somebody else's choice does not exist. */
	CHECK_EQ(proc_enterpgrp(p, p->p_pid, 29999, false), EPERM);
	/* A group leader cannot make a session. */
	CHECK_EQ(proc_enterpgrp(p, p->p_pid, p->p_pid, true), EPERM);
	s = p->p_session;
	CHECK(s == initproc->p_session);
	CHECK_EQ(pgid_in_session(p, p->p_pid), 0);
	CHECK_EQ(pgid_in_session(p, 29999), EPERM);
}

TEST(session)
{
	struct proc *p = curproc;

	CHECK_EQ(proc_enterpgrp(p, p->p_pid, p->p_pid, true), 0);
	CHECK(p->p_session != initproc->p_session);
	CHECK_EQ(p->p_session->s_sid, p->p_pid);
	CHECK(p->p_session->s_leader == p);
	CHECK_EQ(p->p_session->s_count, 1);
}

/* A child in its own group can be continued by its parent's session. */
TEST(jobc)
{
	struct lwp *me = curlwp;
	struct proc *p = curproc, *child;
	struct lwp *l;

	CHECK_EQ(proc_enterpgrp(p, p->p_pid, p->p_pid, true), 0);
	CHECK_EQ(rump_lwproc_rfork(RUMP_RFCFDG), 0);
	l = curlwp;
	child = curproc;
	CHECK_EQ(child->p_pgid, p->p_pid);
	CHECK_EQ(p->p_pgrp->pg_jobc, 0);
	CHECK_EQ(proc_enterpgrp(child, child->p_pid, child->p_pid, false), 0);
	CHECK_EQ(child->p_pgrp->pg_jobc, 1);
	rump_lwproc_switch(me);
	CHECK_EQ(child->p_pgrp->pg_jobc, 1);
	rump_lwproc_switch(l);
	rump_lwproc_releaselwp();
	rump_lwproc_switch(me);
	CHECK(p->p_pgrp->pg_jobc == 0);
}

TEST(credentials)
{
	kauth_cred_t root = curlwp->l_cred, user, copy;
	int member;
	gid_t groups[] = { 5, 7 };

	CHECK_EQ(kauth_cred_getuid(root), 0);
	user = rump_cred_create(1000, 100, 2, groups);
	CHECK_EQ(kauth_cred_geteuid(user), 1000);
	CHECK_EQ(kauth_cred_getegid(user), 100);
	CHECK_EQ(kauth_cred_ngroups(user), 2);
	kauth_cred_ismember_gid(user, 7, &member);
	CHECK(member);
	kauth_cred_ismember_gid(user, 8, &member);
	CHECK(!member);
	CHECK_EQ(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL), 0);
	CHECK_EQ(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL),
	    EPERM);
	CHECK_EQ(kauth_authorize_system(user, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL, NULL, NULL), EPERM);
	CHECK_EQ(kauth_authorize_system(user, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL, NULL), 0);
	CHECK_EQ(kauth_authorize_vnode(user, KAUTH_VNODE_READ_DATA, NULL, NULL,
	    EACCES), EACCES);
	CHECK_EQ(kauth_authorize_vnode(root, KAUTH_VNODE_READ_DATA, NULL, NULL,
	    EACCES), 0);
	copy = kauth_cred_dup(user);
	kauth_cred_seteuid(copy, 2000);
	CHECK_EQ(kauth_cred_geteuid(user), 1000);
	kauth_cred_free(copy);
	rump_cred_put(user);
}

/*
 * Lwps join a process while its own leaves it: it ends once, whoever was last.
 */
static int exiting_pid, exiting_stop;	/* atomic */

static void
exit_joiner(void *arg __unused)
{
	struct lwp *self = curlwp;
	int error;

	while (!__atomic_load_n(&exiting_stop, __ATOMIC_RELAXED)) {
		error = rump_lwproc_newlwp(__atomic_load_n(&exiting_pid,
		    __ATOMIC_RELAXED));
		CHECK(error == 0 || error == ESRCH || error == EBUSY);
		if (error != 0)
			continue;
		rump_lwproc_releaselwp();
		rump_lwproc_switch(self);
	}
	h_thread_end();
}

TEST(exit_race)
{
	struct lwp *me = curlwp, *joiner[2];
	const int procs = nprocs;
	int i;

	exiting_pid = 29999;
	exiting_stop = 0;
	for (i = 0; i < 2; i++)
		joiner[i] = h_thread(exit_joiner, NULL);
	for (i = 0; i < 3000; i++) {
		CHECK_EQ(rump_lwproc_rfork(RUMP_RFCFDG), 0);
		__atomic_store_n(&exiting_pid, curproc->p_pid,
		    __ATOMIC_RELAXED);
		rump_lwproc_releaselwp();
		rump_lwproc_switch(me);
	}
	__atomic_store_n(&exiting_stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		h_join(joiner[i]);
	CHECK_EQ(nprocs, procs);
}
