/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_auth.c - kauth(9): credentials, and the suser security model.
 *
 * Uid 0 may do everything.  Others may do what the listeners or the table
 * here allow; file permissions are decided by the file system and handed to
 * the vnode scope.
 *
 * Locking	a cred with more than one reference never changes; the count
 *		is atomic.  Listeners: added at boot, scope_lock.
 * Sleeps	allocation.
 * Errors	EPERM; in the vnode scope the error of the file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/intr.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/queue.h>

#include "rump_private.h"

struct kauth_cred {
	u_int	cr_refcnt;
	uid_t	cr_uid, cr_euid, cr_svuid;
	gid_t	cr_gid, cr_egid, cr_svgid;
	u_int	cr_ngroups;
	gid_t	cr_groups[NGROUPS];
};

struct kauth_listener {
	kauth_scope_callback_t	kl_func;
	void			*kl_cookie;
	struct kauth_scope	*kl_scope;
	LIST_ENTRY(kauth_listener) kl_entry;
};

struct kauth_scope {
	const char	*ks_id;
	kauth_scope_callback_t ks_default;	/* for all but uid 0 */
	LIST_HEAD(, kauth_listener) ks_listeners;
};

static kmutex_t scope_lock;

static int user_system(kauth_cred_t, kauth_action_t, void *, void *, void *,
    void *, void *);
static int user_process(kauth_cred_t, kauth_action_t, void *, void *, void *,
    void *, void *);
static int user_network(kauth_cred_t, kauth_action_t, void *, void *, void *,
    void *, void *);
static int user_device(kauth_cred_t, kauth_action_t, void *, void *, void *,
    void *, void *);

enum { S_GENERIC, S_SYSTEM, S_PROCESS, S_NETWORK, S_MACHDEP, S_DEVICE, S_CRED,
    S_VNODE, S_COUNT };
static struct kauth_scope scopes[S_COUNT] = {
	[S_GENERIC] = { .ks_id = KAUTH_SCOPE_GENERIC },
	[S_SYSTEM] = { .ks_id = KAUTH_SCOPE_SYSTEM, .ks_default = user_system },
	[S_PROCESS] = { .ks_id = KAUTH_SCOPE_PROCESS,
	    .ks_default = user_process },
	[S_NETWORK] = { .ks_id = KAUTH_SCOPE_NETWORK,
	    .ks_default = user_network },
	[S_MACHDEP] = { .ks_id = KAUTH_SCOPE_MACHDEP },
	[S_DEVICE] = { .ks_id = KAUTH_SCOPE_DEVICE, .ks_default = user_device },
	[S_CRED] = { .ks_id = KAUTH_SCOPE_CRED },
	[S_VNODE] = { .ks_id = KAUTH_SCOPE_VNODE },
};

void
rump_kauth_init(void)
{

	mutex_init(&scope_lock, MUTEX_DEFAULT, IPL_NONE);
	proc0.p_cred = kauth_cred_alloc();
	kauth_cred_hold(proc0.p_cred);
	lwp0.l_cred = proc0.p_cred;
}

/*
 * Credentials.
 */
kauth_cred_t
kauth_cred_alloc(void)
{
	kauth_cred_t cred = kmem_zalloc(sizeof(*cred), KM_SLEEP);

	cred->cr_refcnt = 1;
	return cred;
}

void
kauth_cred_hold(kauth_cred_t cred)
{

	KASSERT(atomic_load_relaxed(&cred->cr_refcnt) > 0);
	atomic_inc_uint(&cred->cr_refcnt);
}

void
kauth_cred_free(kauth_cred_t cred)
{

	KASSERT(atomic_load_relaxed(&cred->cr_refcnt) > 0);
	if (atomic_dec_uint_nv(&cred->cr_refcnt) == 0)
		kmem_free(cred, sizeof(*cred));
}

void
kauth_cred_clone(kauth_cred_t from, kauth_cred_t to)
{

	/* All but the count of references. */
	memcpy(&to->cr_uid, &from->cr_uid,
	    sizeof(*to) - offsetof(struct kauth_cred, cr_uid));
}

kauth_cred_t
kauth_cred_dup(kauth_cred_t cred)
{
	kauth_cred_t new = kauth_cred_alloc();

	kauth_cred_clone(cred, new);
	return new;
}

/* A cred of our own to change: the same if nobody else has it. */
kauth_cred_t
kauth_cred_copy(kauth_cred_t cred)
{
	kauth_cred_t new;

	if (atomic_load_relaxed(&cred->cr_refcnt) == 1)
		return cred;
	new = kauth_cred_dup(cred);
	kauth_cred_free(cred);
	return new;
}

kauth_cred_t
kauth_cred_get(void)
{

	return curlwp->l_cred;
}

void
kauth_proc_fork(struct proc *parent, struct proc *child)
{

	kauth_cred_hold(parent->p_cred);
	child->p_cred = parent->p_cred;
}

/* Change the cred of the current process: between enter and leave. */
void
proc_crmod_enter(void)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	if (l->l_cred != p->p_cred) {
		kauth_cred_free(l->l_cred);
		kauth_cred_hold(p->p_cred);
		l->l_cred = p->p_cred;
	}
}

void
proc_crmod_leave(kauth_cred_t new, kauth_cred_t old, bool sugid)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;

	if (new != NULL) {
		kauth_cred_hold(new);
		p->p_cred = new;
		kauth_cred_free(l->l_cred);
		l->l_cred = new;
		if (sugid)
			p->p_flag |= PK_SUGID;
	}
	mutex_exit(p->p_lock);
	if (old != NULL && old != new)
		kauth_cred_free(old);
}

#define	CRED_FIELD(type, name, field)					\
type kauth_cred_get##name(kauth_cred_t c) { return c->field; }		\
void kauth_cred_set##name(kauth_cred_t c, type v)			\
{ KASSERT(c->cr_refcnt == 1); c->field = v; }
CRED_FIELD(uid_t, uid, cr_uid)
CRED_FIELD(uid_t, euid, cr_euid)
CRED_FIELD(uid_t, svuid, cr_svuid)
CRED_FIELD(gid_t, gid, cr_gid)
CRED_FIELD(gid_t, egid, cr_egid)
CRED_FIELD(gid_t, svgid, cr_svgid)

u_int
kauth_cred_getrefcnt(kauth_cred_t cred)
{

	return cred->cr_refcnt;
}

int
kauth_cred_ismember_gid(kauth_cred_t cred, gid_t gid, int *resultp)
{
	u_int i;

	*resultp = 0;
	for (i = 0; i < cred->cr_ngroups; i++) {
		if (cred->cr_groups[i] == gid)
			*resultp = 1;
	}
	return 0;
}

u_int
kauth_cred_ngroups(kauth_cred_t cred)
{

	return cred->cr_ngroups;
}

gid_t
kauth_cred_group(kauth_cred_t cred, u_int i)
{

	KASSERT(i < cred->cr_ngroups);
	return cred->cr_groups[i];
}

int
kauth_cred_setgroups(kauth_cred_t cred, const gid_t *groups, size_t n,
    uid_t gmuid, int seg)
{

	KASSERT(cred->cr_refcnt == 1);
	if (n > NGROUPS)
		return EINVAL;
	memset(cred->cr_groups, 0xff, sizeof(cred->cr_groups));
	if (n != 0)
		memcpy(cred->cr_groups, groups, n * sizeof(*groups));
	cred->cr_ngroups = (u_int)n;
	return 0;
}

int
kauth_cred_getgroups(kauth_cred_t cred, gid_t *groups, size_t n, int seg)
{

	if (n > cred->cr_ngroups)
		return EINVAL;
	memcpy(groups, cred->cr_groups, n * sizeof(*groups));
	return 0;
}

/* Does one of a's user ids own b? */
int
kauth_cred_uidmatch(kauth_cred_t a, kauth_cred_t b)
{

	return a->cr_uid == b->cr_uid || a->cr_euid == b->cr_uid ||
	    a->cr_uid == b->cr_svuid || a->cr_euid == b->cr_svuid;
}

struct kauth_cred *
rump_cred_create(uid_t uid, gid_t gid, size_t ngroups, gid_t *groups)
{
	kauth_cred_t cred = kauth_cred_alloc();

	cred->cr_uid = cred->cr_euid = cred->cr_svuid = uid;
	cred->cr_gid = cred->cr_egid = cred->cr_svgid = gid;
	(void)kauth_cred_setgroups(cred, groups, ngroups, 0, 0);
	return cred;
}

void
rump_cred_put(struct kauth_cred *cred)
{

	kauth_cred_free(cred);
}

/*
 * Scopes and listeners.
 */
kauth_listener_t
kauth_listen_scope(const char *id, kauth_scope_callback_t func, void *cookie)
{
	kauth_listener_t kl;
	int i;

	for (i = 0; i < S_COUNT; i++) {
		if (strcmp(scopes[i].ks_id, id) == 0)
			break;
	}
	if (i == S_COUNT)
		return NULL;
	kl = kmem_zalloc(sizeof(*kl), KM_SLEEP);
	kl->kl_func = func;
	kl->kl_cookie = cookie;
	kl->kl_scope = &scopes[i];
	mutex_enter(&scope_lock);
	LIST_INSERT_HEAD(&scopes[i].ks_listeners, kl, kl_entry);
	mutex_exit(&scope_lock);
	return kl;
}

void
kauth_unlisten_scope(kauth_listener_t kl)
{

	if (kl == NULL)
		return;
	mutex_enter(&scope_lock);
	LIST_REMOVE(kl, kl_entry);
	mutex_exit(&scope_lock);
	kmem_free(kl, sizeof(*kl));
}

/* KAUTH_RESULT_*: a denial wins, then any permission. */
static int
scope_ask(struct kauth_scope *s, kauth_cred_t cred, kauth_action_t action,
    void *a0, void *a1, void *a2, void *a3)
{
	kauth_listener_t kl;
	int result = KAUTH_RESULT_DEFER;

	if (cred == NOCRED || cred == FSCRED)
		return KAUTH_RESULT_ALLOW;
	LIST_FOREACH(kl, &s->ks_listeners, kl_entry) {
		switch (kl->kl_func(cred, action, kl->kl_cookie,
		    a0, a1, a2, a3)) {
		case KAUTH_RESULT_DENY:
			return KAUTH_RESULT_DENY;
		case KAUTH_RESULT_ALLOW:
			result = KAUTH_RESULT_ALLOW;
			break;
		default:
			break;
		}
	}
	if (result == KAUTH_RESULT_ALLOW || cred->cr_euid == 0)
		return KAUTH_RESULT_ALLOW;
	return s->ks_default == NULL ? KAUTH_RESULT_DEFER :
	    s->ks_default(cred, action, NULL, a0, a1, a2, a3);
}

int
kauth_authorize_action(kauth_scope_t s, kauth_cred_t cred,
    kauth_action_t action, void *a0, void *a1, void *a2, void *a3)
{

	return scope_ask(s, cred, action, a0, a1, a2, a3) ==
	    KAUTH_RESULT_ALLOW ? 0 : EPERM;
}

int
kauth_authorize_generic(kauth_cred_t cred, kauth_action_t action, void *a0)
{

	return kauth_authorize_action(&scopes[S_GENERIC], cred, action,
	    a0, NULL, NULL, NULL);
}

int
kauth_authorize_system(kauth_cred_t cred, kauth_action_t action,
    enum kauth_system_req req, void *a1, void *a2, void *a3)
{

	return kauth_authorize_action(&scopes[S_SYSTEM], cred, action,
	    KAUTH_ARG(req), a1, a2, a3);
}

int
kauth_authorize_process(kauth_cred_t cred, kauth_action_t action,
    struct proc *p, void *a1, void *a2, void *a3)
{

	return kauth_authorize_action(&scopes[S_PROCESS], cred, action,
	    p, a1, a2, a3);
}

int
kauth_authorize_network(kauth_cred_t cred, kauth_action_t action, int req,
    void *a1, void *a2, void *a3)
{

	return kauth_authorize_action(&scopes[S_NETWORK], cred, action,
	    KAUTH_ARG(req), a1, a2, a3);
}

int
kauth_authorize_machdep(kauth_cred_t cred, kauth_action_t action,
    void *a0, void *a1, void *a2, void *a3)
{

	return kauth_authorize_action(&scopes[S_MACHDEP], cred, action,
	    a0, a1, a2, a3);
}

int
kauth_authorize_device(kauth_cred_t cred, kauth_action_t action,
    void *a0, void *a1, void *a2, void *a3)
{

	return kauth_authorize_action(&scopes[S_DEVICE], cred, action,
	    a0, a1, a2, a3);
}

int
kauth_authorize_device_tty(kauth_cred_t cred, kauth_action_t action,
    struct tty *tty)
{

	return kauth_authorize_device(cred, action, tty, NULL, NULL, NULL);
}

int
kauth_authorize_device_spec(kauth_cred_t cred, enum kauth_device_req req,
    struct vnode *vp)
{

	return kauth_authorize_device(cred, KAUTH_DEVICE_RAWIO_SPEC,
	    KAUTH_ARG(req), vp, NULL, NULL);
}

int
kauth_authorize_device_passthru(kauth_cred_t cred, dev_t dev, u_long bits,
    void *data)
{

	return kauth_authorize_device(cred, KAUTH_DEVICE_RAWIO_PASSTHRU,
	    KAUTH_ARG(bits), KAUTH_ARG(dev), data, NULL);
}

int
kauth_authorize_vnode(kauth_cred_t cred, kauth_action_t action,
    struct vnode *vp, struct vnode *dvp, int fs_decision)
{

	/* Nobody executes what has no x bit. */
	if ((action & (KAUTH_VNODE_EXECUTE | KAUTH_VNODE_IS_EXEC)) ==
	    KAUTH_VNODE_EXECUTE)
		return fs_decision;
	switch (scope_ask(&scopes[S_VNODE], cred, action, vp, dvp, NULL,
	    NULL)) {
	case KAUTH_RESULT_ALLOW:
		return 0;
	case KAUTH_RESULT_DENY:
		return EACCES;
	default:
		return fs_decision;
	}
}

/*
 * What others than uid 0 may do.
 */
static int
user_system(kauth_cred_t cred, kauth_action_t action, void *cookie, void *a0,
    void *a1, void *a2, void *a3)
{
	const enum kauth_system_req req =
	    (enum kauth_system_req)(unsigned long)a0;

	switch (action) {
	case KAUTH_SYSTEM_MOUNT:
		return req == KAUTH_REQ_SYSTEM_MOUNT_GET ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	case KAUTH_SYSTEM_SYSCTL:
		return req == KAUTH_REQ_SYSTEM_SYSCTL_DESC ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	case KAUTH_SYSTEM_FS_QUOTA:
		return req == KAUTH_REQ_SYSTEM_FS_QUOTA_GET &&
		    (uid_t)(unsigned long)a2 == cred->cr_euid ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	default:
		return KAUTH_RESULT_DENY;
	}
}

static int
user_process(kauth_cred_t cred, kauth_action_t action, void *cookie, void *a0,
    void *a1, void *a2, void *a3)
{
	struct proc *p = a0;
	const unsigned long req = (unsigned long)a1;
	const bool same = p != NULL && kauth_cred_uidmatch(cred, p->p_cred);

	switch (action) {
	case KAUTH_PROCESS_CANSEE:
	case KAUTH_PROCESS_FORK:
	case KAUTH_PROCESS_SCHEDULER_GETPARAM:
	case KAUTH_PROCESS_SCHEDULER_GETAFFINITY:
		return KAUTH_RESULT_ALLOW;
	case KAUTH_PROCESS_SIGNAL:
	case KAUTH_PROCESS_PTRACE:
	case KAUTH_PROCESS_PROCFS:
	case KAUTH_PROCESS_NICE:
	case KAUTH_PROCESS_SCHEDULER_SETPARAM:
	case KAUTH_PROCESS_STOPFLAG:
	case KAUTH_PROCESS_KEVENT_FILTER:
		return same ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	case KAUTH_PROCESS_KTRACE:
		return same && req != KAUTH_REQ_PROCESS_KTRACE_PERSISTENT ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	case KAUTH_PROCESS_RLIMIT:
		return same && req != KAUTH_REQ_PROCESS_RLIMIT_BYPASS ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DENY;
	default:
		return KAUTH_RESULT_DENY;
	}
}

static int
user_network(kauth_cred_t cred, kauth_action_t action, void *cookie, void *a0,
    void *a1, void *a2, void *a3)
{

	switch (action) {
	case KAUTH_NETWORK_BIND:
	case KAUTH_NETWORK_SOCKET:
		return (unsigned long)a0 == 0 ? KAUTH_RESULT_ALLOW :
		    KAUTH_RESULT_DENY;
	default:
		return KAUTH_RESULT_DENY;
	}
}

/* Device files have permissions of their own. */
static int
user_device(kauth_cred_t cred, kauth_action_t action, void *cookie, void *a0,
    void *a1, void *a2, void *a3)
{

	switch (action) {
	case KAUTH_DEVICE_RAWIO_SPEC:
	case KAUTH_DEVICE_TTY_OPEN:
		return KAUTH_RESULT_ALLOW;
	default:
		return KAUTH_RESULT_DENY;
	}
}
