/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_event_filt.c - the filters of kqueue(2) that watch no descriptor:
 * timers, processes, signals; and the one that is always ready.
 *
 * Locking	p: p_lock guards p_klist and the knotes on it.
 * Errors	EINVAL, ESRCH, EACCES from f_attach.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/event.h>
#include <sys/eventvar.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

static int
kqueue_ph_fork(struct proc *parent, struct proc *child, int flags)
{

	SLIST_INIT(&child->p_klist);
	if (!SLIST_EMPTY(&parent->p_klist)) {
		mutex_enter(parent->p_lock);
		KNOTE(&parent->p_klist, (long)(NOTE_FORK | (u_int)child->p_pid));
		mutex_exit(parent->p_lock);
	}
	return 0;
}

/* Report NOTE_EXIT; the knotes stay, without a process. */
static void
kqueue_ph_exit(struct proc *p)
{
	struct knote *kn;

	mutex_enter(p->p_lock);
	KNOTE(&p->p_klist, (long)NOTE_EXIT);
	while ((kn = SLIST_FIRST(&p->p_klist)) != NULL) {
		SLIST_REMOVE_HEAD(&p->p_klist, kn_selnext);
		atomic_store_release(&kn->kn_obj, NULL);
	}
	mutex_exit(p->p_lock);
}

struct rump_proc_hooks kqueue_proc_hooks = {
	.ph_name = "kqueue", .ph_order = PH_ORDER_FD - 5,
	.ph_fork = kqueue_ph_fork, .ph_exit = kqueue_ph_exit,
};

/* kn_hook is the callout; kn_data counts how often it fired. */
static void
filt_timerexpire(void *arg)
{
	struct knote *kn = arg;

	__atomic_fetch_add(&kn->kn_data, 1, __ATOMIC_RELAXED);
	knote_activate(kn);
	if ((kn->kn_flags & EV_ONESHOT) == 0)
		callout_reset_ns(kn->kn_hook,
		    MAX(kn->kn_sdata, 1) * 1000000LL, filt_timerexpire, kn);
}

static int
filt_timerattach(struct knote *kn)
{
	callout_t *c;

	if (kn->kn_sdata < 0 || kn->kn_sdata > INT64_MAX / 1000000)
		return EINVAL;
	c = kmem_alloc(sizeof(*c), KM_SLEEP);
	callout_init(c, CALLOUT_MPSAFE);
	kn->kn_flags |= EV_CLEAR;
	kn->kn_hook = c;
	kn->kn_data = 0;
	callout_reset_ns(c, MAX(kn->kn_sdata, 1) * 1000000LL,
	    filt_timerexpire, kn);
	return 0;
}

static void
filt_timerdetach(struct knote *kn)
{
	callout_t *c = kn->kn_hook;

	callout_halt(c, NULL);
	/* It may have rearmed itself while it ran. */
	callout_halt(c, NULL);
	callout_destroy(c);
	kmem_free(c, sizeof(*c));
}

static int
filt_timer(struct knote *kn, long hint)
{

	return __atomic_load_n(&kn->kn_data, __ATOMIC_RELAXED) != 0;
}

/* Processes and signals: the knote is on p_klist, under p_lock. */
static int
filt_procattach(struct knote *kn)
{
	struct proc *p;

	if (kn->kn_filter == EVFILT_SIGNAL) {
		p = curproc;
		if (kn->kn_id == 0 || kn->kn_id >= NSIG)
			return EINVAL;
		kn->kn_flags |= EV_CLEAR;
	} else {
		mutex_enter(proc_lock);
		p = proc_find((pid_t)kn->kn_id);
		mutex_exit(proc_lock);
		if (p == NULL)
			return ESRCH;
		if (kauth_authorize_process(kauth_cred_get(),
		    KAUTH_PROCESS_KEVENT_FILTER, p, NULL, NULL, NULL) != 0)
			return EACCES;
		kn->kn_flags |= EV_CLEAR;
	}
	kn->kn_obj = p;
	mutex_enter(p->p_lock);
	SLIST_INSERT_HEAD(&p->p_klist, kn, kn_selnext);
	mutex_exit(p->p_lock);
	return 0;
}

static void
filt_procdetach(struct knote *kn)
{
	struct proc *p = atomic_load_acquire(&kn->kn_obj);

	if (p == NULL)
		return;
	mutex_enter(p->p_lock);
	if (kn->kn_obj != NULL)
		SLIST_REMOVE(&p->p_klist, kn, knote, kn_selnext);
	mutex_exit(p->p_lock);
}

static int
filt_proc(struct knote *kn, long hint)
{
	uint32_t ev = (uint32_t)hint & NOTE_PCTRLMASK & ~NOTE_SIGNAL;

	if (hint == 0 || ((uint32_t)hint & NOTE_SIGNAL) != 0)
		return hint == 0 && kn->kn_fflags != 0;
	if ((kn->kn_sfflags & ev) != 0)
		kn->kn_fflags |= ev;
	if (ev == NOTE_EXIT) {
		struct proc *p = kn->kn_obj;

		if (p != NULL)
			kn->kn_data = p->p_xstat;
		kn->kn_flags |= EV_EOF | EV_ONESHOT;
	}
	return kn->kn_fflags != 0;
}

static int
filt_signal(struct knote *kn, long hint)
{

	if (hint != 0 && ((uint32_t)hint & NOTE_SIGNAL) != 0 &&
	    (uintptr_t)((uint32_t)hint & ~NOTE_SIGNAL) == kn->kn_id)
		kn->kn_data++;
	return kn->kn_data != 0;
}

const struct filterops kqueue_timer_filtops = {
	.f_attach = filt_timerattach, .f_detach = filt_timerdetach,
	.f_event = filt_timer,
};
const struct filterops kqueue_proc_filtops = {
	.f_attach = filt_procattach, .f_detach = filt_procdetach,
	.f_event = filt_proc,
};
const struct filterops kqueue_sig_filtops = {
	.f_attach = filt_procattach, .f_detach = filt_procdetach,
	.f_event = filt_signal,
};
int
filt_seltrue(struct knote *kn, long hint)
{

	kn->kn_data = 0;
	return 1;
}

static void
filt_seltruedetach(struct knote *kn)
{
}

const struct filterops seltrue_filtops = {
	.f_isfd = 1, .f_detach = filt_seltruedetach, .f_event = filt_seltrue,
};

int
seltrue_kqfilter(dev_t dev, struct knote *kn)
{

	if (kn->kn_filter != EVFILT_READ && kn->kn_filter != EVFILT_WRITE)
		return EINVAL;
	kn->kn_fop = &seltrue_filtops;
	return 0;
}
