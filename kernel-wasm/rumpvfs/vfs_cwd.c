/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_cwd.c - current directory, root directory and umask of a process.
 *
 * Locking	w: cwdi_lock
 *	A process other than the current one is looked at under proc_lock
 *	only; p_cwdi changes under it.  Order: proc_lock -> cwdi_lock
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cwdinfo.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/vnode.h>
#include <rump/rump.h>

#define	CMASK	022

static struct cwdinfo *
cwd_alloc(void)
{
	struct cwdinfo *cwdi = kmem_zalloc(sizeof(*cwdi), KM_SLEEP);

	rw_init(&cwdi->cwdi_lock);
	cwdi->cwdi_refcnt = 1;
	cwdi->cwdi_cmask = CMASK;
	return cwdi;
}

static struct cwdinfo *
cwd_copy(struct cwdinfo *from)
{
	struct cwdinfo *cwdi = cwd_alloc();

	if (from == NULL)
		return cwdi;
	rw_enter(&from->cwdi_lock, RW_READER);
	cwdi->cwdi_cdir = from->cwdi_cdir;
	cwdi->cwdi_rdir = from->cwdi_rdir;
	if (cwdi->cwdi_cdir != NULL)
		vref(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vref(cwdi->cwdi_rdir);
	cwdi->cwdi_cmask = from->cwdi_cmask;
	rw_exit(&from->cwdi_lock);
	return cwdi;
}

struct cwdinfo *
cwdinit(void)
{

	return cwd_copy(curproc->p_cwdi);
}

void
cwdshare(struct proc *p)
{
	struct cwdinfo *cwdi = curproc->p_cwdi;

	atomic_inc_uint(&cwdi->cwdi_refcnt);
	p->p_cwdi = cwdi;
}

/* What the process had: nobody finds it through the process any more. */
static struct cwdinfo *
cwd_swap(struct proc *p, struct cwdinfo *cwdi)
{
	struct cwdinfo *old;

	mutex_enter(proc_lock);
	old = p->p_cwdi;
	p->p_cwdi = cwdi;
	mutex_exit(proc_lock);
	return old;
}

void
cwdunshare(struct proc *p)
{

	if (p->p_cwdi->cwdi_refcnt > 1)
		cwdfree(cwd_swap(p, cwd_copy(p->p_cwdi)));
}

void
cwdfree(struct cwdinfo *cwdi)
{

	if (atomic_dec_uint_nv(&cwdi->cwdi_refcnt) > 0)
		return;
	if (cwdi->cwdi_cdir != NULL)
		vrele(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vrele(cwdi->cwdi_rdir);
	rw_destroy(&cwdi->cwdi_lock);
	kmem_free(cwdi, sizeof(*cwdi));
}

static int
cwd_fork(struct proc *parent, struct proc *child, int flags __unused)
{

	child->p_cwdi = cwd_copy(parent != NULL ? parent->p_cwdi : NULL);
	return 0;
}

static void
cwd_exit(struct proc *p)
{
	struct cwdinfo *cwdi = cwd_swap(p, NULL);

	if (cwdi != NULL)
		cwdfree(cwdi);
}

static struct rump_proc_hooks cwd_hooks = {
	.ph_name = "cwd",
	.ph_order = PH_ORDER_CWD,
	.ph_fork = cwd_fork,
	.ph_exit = cwd_exit,
};

void	cwd_sys_init(void);
void	cwd_setroot(struct vnode *);

void
cwd_sys_init(void)
{

	rump_proc_hooks_register(&cwd_hooks);
	if (proc0.p_cwdi == NULL)
		proc0.p_cwdi = cwd_alloc();
}

static int
cwd_setroot_proc(struct proc *p, void *arg)
{
	struct vnode *root = arg;

	if (p->p_cwdi == NULL)
		p->p_cwdi = cwd_alloc();
	if (p->p_cwdi->cwdi_cdir == NULL) {
		vref(root);
		p->p_cwdi->cwdi_cdir = root;
	}
	return 0;
}

/* The root is mounted: everybody starts there. */
void
cwd_setroot(struct vnode *root)
{

	(void)cwd_setroot_proc(&proc0, root);
	(void)proclist_foreach_call(&allproc, cwd_setroot_proc, root);
}
