/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_resource.c - limits.
 *
 * Processes share a struct plimit until one of them changes its own.
 *
 * Locking	p: p_lock guards the pointer p_limit; the contents of a shared
 *		one are stable, pl_refcnt is atomic.
 * Errors	EINVAL, EPERM.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/syscallargs.h>

struct plimit limit0;

static int
lim_ph_fork(struct proc *parent, struct proc *child, int flags)
{

	mutex_enter(parent->p_lock);
	child->p_limit = lim_hold(parent->p_limit);
	mutex_exit(parent->p_lock);
	return 0;
}

static void
lim_ph_exit(struct proc *p)
{

	/* The lookup of RLIMIT_NOFILE may still come: keep a valid one. */
	if (p->p_limit != &limit0)
		lim_free(p->p_limit);
	p->p_limit = &limit0;
}

static struct rump_proc_hooks lim_hooks = {
	.ph_name = "limit", .ph_order = PH_ORDER_LIMIT,
	.ph_fork = lim_ph_fork, .ph_exit = lim_ph_exit,
};

void
resource_init(void)
{

	for (int i = 0; i < RLIM_NLIMITS; i++)
		limit0.pl_rlimit[i].rlim_cur = limit0.pl_rlimit[i].rlim_max =
		    RLIM_INFINITY;
	limit0.pl_rlimit[RLIMIT_NOFILE].rlim_max = maxfiles;
	limit0.pl_rlimit[RLIMIT_NOFILE].rlim_cur = MIN(maxfiles, NOFILE);
	limit0.pl_rlimit[RLIMIT_NPROC].rlim_max = (rlim_t)maxproc;
	limit0.pl_rlimit[RLIMIT_NPROC].rlim_cur = MIN(maxproc, CHILD_MAX);
	limit0.pl_refcnt = 1;
	proc0.p_limit = &limit0;
	rump_proc_hooks_register(&lim_hooks);
}

struct plimit *
lim_hold(struct plimit *lim)
{

	atomic_inc_uint(&lim->pl_refcnt);
	return lim;
}

void
lim_free(struct plimit *lim)
{

	if (atomic_dec_uint_nv(&lim->pl_refcnt) == 0)
		kmem_free(lim, sizeof(*lim));
}

int
dosetrlimit(struct lwp *l, struct proc *p, int which, struct rlimit *limp)
{
	struct plimit *old, *new;
	struct rlimit *alim;
	int error;

	if (which < 0 || which >= RLIM_NLIMITS)
		return EINVAL;
	alim = &p->p_limit->pl_rlimit[which];
	if (limp->rlim_cur > RLIM_INFINITY || limp->rlim_max > RLIM_INFINITY ||
	    limp->rlim_cur > limp->rlim_max)
		return EINVAL;
	if (limp->rlim_max > alim->rlim_max) {
		error = kauth_authorize_process(l->l_cred,
		    KAUTH_PROCESS_RLIMIT, p,
		    KAUTH_ARG(KAUTH_REQ_PROCESS_RLIMIT_SET), limp,
		    KAUTH_ARG(which));
		if (error != 0)
			return error;
	}
	if (which == RLIMIT_NOFILE) {
		limp->rlim_cur = MIN(limp->rlim_cur, maxfiles);
		limp->rlim_max = MIN(limp->rlim_max, maxfiles);
	} else if (which == RLIMIT_NPROC) {
		limp->rlim_cur = MIN(limp->rlim_cur, (rlim_t)maxproc);
		limp->rlim_max = MIN(limp->rlim_max, (rlim_t)maxproc);
	}
	new = kmem_alloc(sizeof(*new), KM_SLEEP);
	mutex_enter(p->p_lock);
	old = p->p_limit;
	memcpy(new, old, sizeof(*new));
	new->pl_refcnt = 1;
	new->pl_rlimit[which] = *limp;
	p->p_limit = new;
	mutex_exit(p->p_lock);
	lim_free(old);
	return 0;
}

int
sys_setrlimit(struct lwp *l, const struct sys_setrlimit_args *uap,
    register_t *retval)
{
	struct rlimit alim;
	int error;

	if ((error = copyin(SCARG(uap, rlp), &alim, sizeof(alim))) != 0)
		return error;
	return dosetrlimit(l, l->l_proc, SCARG(uap, which), &alim);
}

int
sys_getrlimit(struct lwp *l, const struct sys_getrlimit_args *uap,
    register_t *retval)
{
	int which = SCARG(uap, which);
	struct rlimit rl;

	if (which < 0 || which >= RLIM_NLIMITS)
		return EINVAL;
	mutex_enter(l->l_proc->p_lock);
	rl = l->l_proc->p_limit->pl_rlimit[which];
	mutex_exit(l->l_proc->p_lock);
	return copyout(&rl, SCARG(uap, rlp), sizeof(rl));
}

/* Counts by user are not kept: every process of a rump kernel starts as root. */
int
chgproccnt(uid_t uid, int diff)
{

	return 0;
}

int
chgsbsize(uid_t uid, u_long *hiwat, u_long to, rlim_t xmax)
{

	if (to > xmax)
		return 0;
	*hiwat = to;
	return 1;
}
