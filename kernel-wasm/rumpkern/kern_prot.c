/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_prot.c - identity: process numbers, groups, sessions, user and group
 * ids, login name.
 *
 * A change of ids makes a new credential; files opened before keep the old.
 *
 * Locking	P: proc_lock for groups and sessions; credentials change
 *		between proc_crmod_enter() and proc_crmod_leave().
 * Errors	EPERM, ESRCH, EINVAL, EACCES.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/syscallargs.h>

/* Which ids a call changes, and from which of the present ones it may. */
#define	ID_R_EQ_R	0x01u	/* real id: may be the real one */
#define	ID_R_EQ_E	0x02u
#define	ID_R_EQ_S	0x04u
#define	ID_E_EQ_R	0x10u
#define	ID_E_EQ_E	0x20u
#define	ID_E_EQ_S	0x40u

int
sys_getpid_with_ppid(struct lwp *l, const void *v, register_t *retval)
{

	retval[0] = l->l_proc->p_pid;
	retval[1] = l->l_proc->p_pptr != NULL ? l->l_proc->p_pptr->p_pid : 0;
	return 0;
}

int
sys_getppid(struct lwp *l, const void *v, register_t *retval)
{

	mutex_enter(proc_lock);
	*retval = l->l_proc->p_pptr != NULL ? l->l_proc->p_pptr->p_pid : 0;
	mutex_exit(proc_lock);
	return 0;
}

int
sys_getpgrp(struct lwp *l, const void *v, register_t *retval)
{

	mutex_enter(proc_lock);
	*retval = l->l_proc->p_pgrp->pg_id;
	mutex_exit(proc_lock);
	return 0;
}

/* The process itself for 0; proc_lock held. */
static struct proc *
find_self(struct lwp *l, pid_t pid)
{

	return pid == 0 ? l->l_proc : pid < 0 ? NULL : proc_find(pid);
}

int
sys_getpgid(struct lwp *l, const struct sys_getpgid_args *uap,
    register_t *retval)
{
	struct proc *p;

	mutex_enter(proc_lock);
	if ((p = find_self(l, SCARG(uap, pid))) != NULL)
		*retval = p->p_pgrp->pg_id;
	mutex_exit(proc_lock);
	return p == NULL ? ESRCH : 0;
}

int
sys_getsid(struct lwp *l, const struct sys_getsid_args *uap, register_t *retval)
{
	struct proc *p;

	mutex_enter(proc_lock);
	if ((p = find_self(l, SCARG(uap, pid))) != NULL)
		*retval = p->p_pgrp->pg_session->s_sid;
	mutex_exit(proc_lock);
	return p == NULL ? ESRCH : 0;
}

int
sys_setsid(struct lwp *l, const void *v, register_t *retval)
{
	struct proc *p = l->l_proc;

	*retval = p->p_pid;
	return proc_enterpgrp(p, p->p_pid, p->p_pid, true);
}

int
sys_setpgid(struct lwp *l, const struct sys_setpgid_args *uap,
    register_t *retval)
{
	pid_t pid = SCARG(uap, pid), pgid = SCARG(uap, pgid);

	if (pgid < 0)
		return EINVAL;
	if (pid == 0)
		pid = l->l_proc->p_pid;
	if (pgid == 0)
		pgid = pid;
	return proc_enterpgrp(l->l_proc, pid, pgid, false);
}

int
sys_getuid_with_euid(struct lwp *l, const void *v, register_t *retval)
{

	retval[0] = (register_t)kauth_cred_getuid(l->l_cred);
	retval[1] = (register_t)kauth_cred_geteuid(l->l_cred);
	return 0;
}

int
sys_geteuid(struct lwp *l, const void *v, register_t *retval)
{

	*retval = (register_t)kauth_cred_geteuid(l->l_cred);
	return 0;
}

int
sys_getgid_with_egid(struct lwp *l, const void *v, register_t *retval)
{

	retval[0] = (register_t)kauth_cred_getgid(l->l_cred);
	retval[1] = (register_t)kauth_cred_getegid(l->l_cred);
	return 0;
}

int
sys_getegid(struct lwp *l, const void *v, register_t *retval)
{

	*retval = (register_t)kauth_cred_getegid(l->l_cred);
	return 0;
}

static bool
id_allowed(uint32_t id, uint32_t r, uint32_t e, uint32_t s, u_int flags,
    u_int shift)
{

	flags >>= shift;
	return ((flags & ID_R_EQ_R) != 0 && id == r) ||
	    ((flags & ID_R_EQ_E) != 0 && id == e) ||
	    ((flags & ID_R_EQ_S) != 0 && id == s);
}

/* -1 leaves an id alone. */
static int
do_setresuid(struct lwp *l, uid_t r, uid_t e, uid_t sv, u_int flags)
{
	kauth_cred_t cred = l->l_cred, ncred;
	uid_t ru = kauth_cred_getuid(cred), eu = kauth_cred_geteuid(cred),
	    su = kauth_cred_getsvuid(cred);
	int error;

	if ((r != (uid_t)-1 && !id_allowed(r, ru, eu, su, flags, 0)) ||
	    (e != (uid_t)-1 && !id_allowed(e, ru, eu, su, flags, 4))) {
		error = kauth_authorize_process(cred, KAUTH_PROCESS_SETID,
		    l->l_proc, NULL, NULL, NULL);
		if (error != 0)
			return error;
	}
	if ((r == (uid_t)-1 || r == ru) && (e == (uid_t)-1 || e == eu) &&
	    (sv == (uid_t)-1 || sv == su))
		return 0;
	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = l->l_proc->p_cred;
	kauth_cred_clone(cred, ncred);
	if (r != (uid_t)-1)
		kauth_cred_setuid(ncred, r);
	if (e != (uid_t)-1)
		kauth_cred_seteuid(ncred, e);
	if (sv != (uid_t)-1)
		kauth_cred_setsvuid(ncred, sv);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

static int
do_setresgid(struct lwp *l, gid_t r, gid_t e, gid_t sv, u_int flags)
{
	kauth_cred_t cred = l->l_cred, ncred;
	gid_t rg = kauth_cred_getgid(cred), eg = kauth_cred_getegid(cred),
	    sg = kauth_cred_getsvgid(cred);
	int error;

	if ((r != (gid_t)-1 && !id_allowed(r, rg, eg, sg, flags, 0)) ||
	    (e != (gid_t)-1 && !id_allowed(e, rg, eg, sg, flags, 4))) {
		error = kauth_authorize_process(cred, KAUTH_PROCESS_SETID,
		    l->l_proc, NULL, NULL, NULL);
		if (error != 0)
			return error;
	}
	if ((r == (gid_t)-1 || r == rg) && (e == (gid_t)-1 || e == eg) &&
	    (sv == (gid_t)-1 || sv == sg))
		return 0;
	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = l->l_proc->p_cred;
	kauth_cred_clone(cred, ncred);
	if (r != (gid_t)-1)
		kauth_cred_setgid(ncred, r);
	if (e != (gid_t)-1)
		kauth_cred_setegid(ncred, e);
	if (sv != (gid_t)-1)
		kauth_cred_setsvgid(ncred, sv);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

int
sys_setuid(struct lwp *l, const struct sys_setuid_args *uap, register_t *retval)
{
	uid_t uid = SCARG(uap, uid);

	return do_setresuid(l, uid, uid, uid, ID_R_EQ_R | ID_E_EQ_R);
}

int
sys_seteuid(struct lwp *l, const struct sys_seteuid_args *uap,
    register_t *retval)
{

	return do_setresuid(l, (uid_t)-1, SCARG(uap, euid), (uid_t)-1,
	    ID_E_EQ_R | ID_E_EQ_S);
}

/* The saved id follows the effective one when the real one changes. */
int
sys_setreuid(struct lwp *l, const struct sys_setreuid_args *uap,
    register_t *retval)
{
	uid_t r = SCARG(uap, ruid), e = SCARG(uap, euid), sv;

	if (r == (uid_t)-1)
		sv = (uid_t)-1;
	else
		sv = e != (uid_t)-1 ? e : kauth_cred_geteuid(l->l_cred);
	return do_setresuid(l, r, e, sv,
	    ID_R_EQ_R | ID_R_EQ_E | ID_E_EQ_R | ID_E_EQ_E | ID_E_EQ_S);
}

int
sys_setgid(struct lwp *l, const struct sys_setgid_args *uap, register_t *retval)
{
	gid_t gid = SCARG(uap, gid);

	return do_setresgid(l, gid, gid, gid, ID_R_EQ_R | ID_E_EQ_R);
}

int
sys_setegid(struct lwp *l, const struct sys_setegid_args *uap,
    register_t *retval)
{

	return do_setresgid(l, (gid_t)-1, SCARG(uap, egid), (gid_t)-1,
	    ID_E_EQ_R | ID_E_EQ_S);
}

int
sys_setregid(struct lwp *l, const struct sys_setregid_args *uap,
    register_t *retval)
{
	gid_t r = SCARG(uap, rgid), e = SCARG(uap, egid), sv;

	if (r == (gid_t)-1)
		sv = (gid_t)-1;
	else
		sv = e != (gid_t)-1 ? e : kauth_cred_getegid(l->l_cred);
	return do_setresgid(l, r, e, sv,
	    ID_R_EQ_R | ID_R_EQ_E | ID_E_EQ_R | ID_E_EQ_E | ID_E_EQ_S);
}

int
sys_issetugid(struct lwp *l, const void *v, register_t *retval)
{

	*retval = (l->l_proc->p_flag & PK_SUGID) != 0;
	return 0;
}

int
sys_getgroups(struct lwp *l, const struct sys_getgroups_args *uap,
    register_t *retval)
{
	int n = (int)kauth_cred_ngroups(l->l_cred), size = SCARG(uap, gidsetsize);
	gid_t groups[NGROUPS];

	*retval = n;
	if (size == 0)
		return 0;
	if (size < n)
		return EINVAL;
	for (int i = 0; i < n; i++)
		groups[i] = kauth_cred_group(l->l_cred, (u_int)i);
	return n == 0 ? 0 : copyout(groups, SCARG(uap, gidset),
	    (size_t)n * sizeof(groups[0]));
}

int
sys_setgroups(struct lwp *l, const struct sys_setgroups_args *uap,
    register_t *retval)
{
	int error, n = SCARG(uap, gidsetsize);
	gid_t groups[NGROUPS];
	kauth_cred_t ncred, ocred;

	if (n < 0 || n > NGROUPS)
		return EINVAL;
	if ((error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_SETID,
	    l->l_proc, NULL, NULL, NULL)) != 0)
		return error;
	if (n != 0 && (error = copyin(SCARG(uap, gidset), groups,
	    (size_t)n * sizeof(groups[0]))) != 0)
		return error;
	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	ocred = l->l_proc->p_cred;
	kauth_cred_clone(ocred, ncred);
	(void)kauth_cred_setgroups(ncred, groups, (size_t)n, (uid_t)-1, 0);
	proc_crmod_leave(ncred, ocred, true);
	return 0;
}

int
sys___getlogin(struct lwp *l, const struct sys___getlogin_args *uap,
    register_t *retval)
{
	size_t len = MIN(SCARG(uap, namelen), sizeof(((struct session *)0)->s_login));
	char login[sizeof(((struct session *)0)->s_login)];

	mutex_enter(proc_lock);
	memcpy(login, l->l_proc->p_pgrp->pg_session->s_login, sizeof(login));
	mutex_exit(proc_lock);
	return copyout(login, SCARG(uap, namebuf), len);
}

int
sys___setlogin(struct lwp *l, const struct sys___setlogin_args *uap,
    register_t *retval)
{
	char login[sizeof(((struct session *)0)->s_login)];
	int error;

	if ((error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_SETID,
	    l->l_proc, NULL, NULL, NULL)) != 0)
		return error;
	memset(login, 0, sizeof(login));
	error = copyinstr(SCARG(uap, namebuf), login, sizeof(login), NULL);
	if (error != 0)
		return error == ENAMETOOLONG ? EINVAL : error;
	mutex_enter(proc_lock);
	memcpy(l->l_proc->p_pgrp->pg_session->s_login, login, sizeof(login));
	l->l_proc->p_pgrp->pg_session->s_flags |= S_LOGIN_SET;
	mutex_exit(proc_lock);
	return 0;
}
