/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_misc.c - small section-9 interfaces: evcnt, RUN_ONCE, percpu, xcall,
 * cprng, hash tables, hooks, functions of no operation.
 *
 * Locking	misc_lock: event list, hook lists, once.
 * Sleeps	_init_once() while another runs it; allocations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/cprng.h>
#include <sys/evcnt.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/once.h>
#include <sys/percpu.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/xcall.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

static kmutex_t misc_lock;
static kcondvar_t once_cv;

void
rump_misc_init(void)
{

	mutex_init(&misc_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&once_cv, "once");
}

/*
 * Event counters.
 */
struct evcntlist allevents = TAILQ_HEAD_INITIALIZER(allevents);
__link_set_decl(evcnts, struct evcnt);

void
evcnt_attach_static(struct evcnt *ev)
{

	ev->ev_grouplen = (unsigned char)strlen(ev->ev_group);
	ev->ev_namelen = (unsigned char)strlen(ev->ev_name);
	mutex_enter(&misc_lock);
	TAILQ_INSERT_TAIL(&allevents, ev, ev_list);
	mutex_exit(&misc_lock);
}

void
evcnt_init(void)
{
	struct evcnt *const *evp;

	for (evp = __link_set_start(evcnts); evp < __link_set_end(evcnts);
	    evp++)
		evcnt_attach_static(*evp);
}

void
evcnt_attach_dynamic_nozero(struct evcnt *ev, int type,
    const struct evcnt *parent, const char *group, const char *name)
{

	ev->ev_type = (unsigned char)type;
	ev->ev_parent = parent;
	ev->ev_group = group;
	ev->ev_name = name;
	evcnt_attach_static(ev);
}

void
evcnt_attach_dynamic(struct evcnt *ev, int type, const struct evcnt *parent,
    const char *group, const char *name)
{

	memset(ev, 0, sizeof(*ev));
	evcnt_attach_dynamic_nozero(ev, type, parent, group, name);
}

void
evcnt_detach(struct evcnt *ev)
{

	mutex_enter(&misc_lock);
	TAILQ_REMOVE(&allevents, ev, ev_list);
	mutex_exit(&misc_lock);
}

void
rump_printevcnts(void)
{
	struct evcnt *ev;

	TAILQ_FOREACH(ev, &allevents, ev_list) {
		if (ev->ev_count != 0)
			rumpuser_dprintf("%s %s: %llu\n", ev->ev_group,
			    ev->ev_name, (unsigned long long)ev->ev_count);
	}
}

/*
 * RUN_ONCE.
 */
int
_init_once(once_t *o, int (*func)(void))
{
	int error;

	mutex_enter(&misc_lock);
	while (o->o_status == 1)
		cv_wait(&once_cv, &misc_lock);
	if (o->o_status == 0) {
		o->o_status = 1;
		mutex_exit(&misc_lock);
		error = func();
		mutex_enter(&misc_lock);
		o->o_error = error;
		__atomic_store_n(&o->o_status, 2, __ATOMIC_RELEASE);
		cv_broadcast(&once_cv);
	}
	mutex_exit(&misc_lock);
	return o->o_error;
}

/*
 * Storage for each CPU.  The holder of the CPU needs no lock.
 */
struct percpu {
	size_t	pc_size;	/* of one CPU's part, rounded */
};

static inline void *
percpu_at(percpu_t *pc, int i)
{

	return (char *)(pc + 1) + pc->pc_size * (size_t)i;
}

percpu_t *
percpu_alloc(size_t size)
{
	percpu_t *pc;

	size = roundup2(size, (size_t)CACHE_LINE_SIZE);
	pc = kmem_zalloc(sizeof(*pc) + size * (size_t)ncpu, KM_SLEEP);
	pc->pc_size = size;
	return pc;
}

void
percpu_free(percpu_t *pc, size_t size)
{

	kmem_free(pc, sizeof(*pc) + pc->pc_size * (size_t)ncpu);
}

void *
percpu_getref(percpu_t *pc)
{

	return percpu_at(pc, cpu_number());
}

void
percpu_putref(percpu_t *pc)
{
}

void
percpu_foreach(percpu_t *pc, percpu_callback_t func, void *arg)
{
	int i;

	for (i = 0; i < ncpu; i++)
		func(percpu_at(pc, i), arg, &rump_cpus[i]);
}

/*
 * Cross calls: move from CPU to CPU and call there.
 */
static void
xc_visit(struct cpu_info *ci, xcfunc_t func, void *a1, void *a2)
{

	rump_cpu_move(ci);
	func(a1, a2);
}

uint64_t
xc_broadcast(u_int flags, xcfunc_t func, void *a1, void *a2)
{
	int i;

	for (i = 0; i < ncpu; i++)
		xc_visit(&rump_cpus[i], func, a1, a2);
	return 0;
}

uint64_t
xc_unicast(u_int flags, xcfunc_t func, void *a1, void *a2, struct cpu_info *ci)
{

	xc_visit(ci, func, a1, a2);
	return 0;
}

void
xc_wait(uint64_t where)
{
}

/*
 * Random numbers: the host's are good.  The fast ones are stretched from
 * a seed of each CPU (xorshift), good for hashing and back-off only.
 */
struct cprng_strong { int unused; };
static cprng_strong_t kern_cprng_store;
cprng_strong_t *kern_cprng = &kern_cprng_store;

size_t
cprng_strong(cprng_strong_t *c, void *buf, size_t len, int flags)
{
	size_t done = 0, got;

	while (done < len) {
		got = 0;
		if (rumpuser_getrandom((char *)buf + done, len - done, 0,
		    &got) != 0)
			panic("the host has no random numbers");
		done += got;
	}
	return len;
}

uint64_t
cprng_strong64(void)
{
	uint64_t v;

	(void)cprng_strong(kern_cprng, &v, sizeof(v), 0);
	return v;
}

uint32_t
cprng_strong32(void)
{

	return (uint32_t)cprng_strong64();
}

uint64_t
cprng_fast64(void)
{
	struct cpu_info *ci = curcpu();
	uint64_t s = ci->ci_random;

	while (s == 0)
		s = cprng_strong64();
	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	ci->ci_random = s;
	return s * 0x2545f4914f6cdd1dULL;
}

uint32_t
cprng_fast32(void)
{

	return (uint32_t)(cprng_fast64() >> 32);
}

size_t
cprng_fast(void *buf, size_t len)
{
	uint8_t *p = buf;
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (uint8_t)cprng_fast32();
	return len;
}

/*
 * Hash tables: an array of list heads, a power of two.
 */
LIST_HEAD(hash_list, proc);
TAILQ_HEAD(hash_tailq, proc);

static size_t
hash_headsize(enum hashtype type)
{

	return type == HASH_TAILQ ? sizeof(struct hash_tailq) :
	    sizeof(struct hash_list);
}

void *
hashinit(u_int n, enum hashtype type, bool waitok, u_long *maskp)
{
	const size_t one = hash_headsize(type);
	struct hash_tailq *tq;
	size_t size = 1, i;
	void *table;

	KASSERT(n > 0);
	while (size < n)
		size *= 2;
	table = kmem_zalloc(size * one, waitok ? KM_SLEEP : KM_NOSLEEP);
	if (table == NULL)
		return NULL;
	tq = table;
	for (i = 0; type == HASH_TAILQ && i < size; i++)
		TAILQ_INIT(&tq[i]);
	*maskp = size - 1;
	return table;
}

void
hashdone(void *table, enum hashtype type, u_long mask)
{

	kmem_free(table, (mask + 1) * hash_headsize(type));
}

/*
 * Hooks.
 */
struct hook {
	LIST_ENTRY(hook) h_list;
	void	(*h_shutdown)(void *);
	void	(*h_exit)(struct proc *, void *);
	void	*h_arg;
};
LIST_HEAD(hooklist, hook);
static struct hooklist shutdownhooks, exithooks;

static void *
hook_add(struct hooklist *list, struct hook h)
{
	struct hook *hp = kmem_alloc(sizeof(*hp), KM_SLEEP);

	*hp = h;
	mutex_enter(&misc_lock);
	LIST_INSERT_HEAD(list, hp, h_list);
	mutex_exit(&misc_lock);
	return hp;
}

static void
hook_remove(struct hook *hp)
{

	mutex_enter(&misc_lock);
	LIST_REMOVE(hp, h_list);
	mutex_exit(&misc_lock);
	kmem_free(hp, sizeof(*hp));
}

void *
shutdownhook_establish(void (*func)(void *), void *arg)
{

	return hook_add(&shutdownhooks,
	    (struct hook){ .h_shutdown = func, .h_arg = arg });
}

void
shutdownhook_disestablish(void *hp)
{

	hook_remove(hp);
}

/* Each hook runs once, also if one of them panics. */
void
doshutdownhooks(void)
{
	struct hook *hp;

	while ((hp = LIST_FIRST(&shutdownhooks)) != NULL) {
		LIST_REMOVE(hp, h_list);
		hp->h_shutdown(hp->h_arg);
		kmem_free(hp, sizeof(*hp));
	}
}

void *
exithook_establish(void (*func)(struct proc *, void *), void *arg)
{

	return hook_add(&exithooks,
	    (struct hook){ .h_exit = func, .h_arg = arg });
}

void
exithook_disestablish(void *hp)
{

	hook_remove(hp);
}

void
rump_exithooks_run(struct proc *p)
{
	struct hook *hp;

	LIST_FOREACH(hp, &exithooks, h_list)
		hp->h_exit(p, hp->h_arg);
}

int nullop(void *v) { return 0; }
int enodev(void) { return ENODEV; }
int enxio(void) { return ENXIO; }
int enosys(void) { return ENOSYS; }
int eopnotsupp(void) { return EOPNOTSUPP; }
int enoioctl(void) { return ENOTTY; }
void voidop(void) { }
