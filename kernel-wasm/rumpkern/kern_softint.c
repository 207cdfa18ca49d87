/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_softint.c - softint(9).
 *
 * One thread per level, started when the first handler of the level is
 * established, runs the handlers that were scheduled, each once for any
 * number of calls in between.  Without threads a handler runs in place.
 *
 * Locking	sl_lock: raw, the queue of a level.
 * Sleeps	softint_establish() (thread, memory); handlers may.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lock.h>
#include <sys/queue.h>

#include "rump_private.h"

struct softint {
	SIMPLEQ_ENTRY(softint) si_entry;
	void		(*si_func)(void *);
	void		*si_arg;
	struct softint_level *si_level;
	int		si_flags;
	bool		si_queued;	/* sl_lock */
};

static struct softint_level {
	int32_t		sl_lock;
	SIMPLEQ_HEAD(, softint) sl_queue;
	int32_t		sl_wake;	/* futex: moves with new work */
	bool		sl_started;
	struct softint	*sl_running;
} levels[SOFTINT_COUNT];

static const struct {
	const char *name;
	pri_t pri;
} level_info[SOFTINT_COUNT] = {
	[SOFTINT_BIO] = { "bio", PRI_SOFTBIO },
	[SOFTINT_CLOCK] = { "clk", PRI_SOFTCLOCK },
	[SOFTINT_SERIAL] = { "ser", PRI_SOFTSERIAL },
	[SOFTINT_NET] = { "net", PRI_SOFTNET },
};

void
softint_init(void)
{
	int i;

	for (i = 0; i < SOFTINT_COUNT; i++)
		SIMPLEQ_INIT(&levels[i].sl_queue);
}

static void
softint_run(struct softint *si)
{

	if ((si->si_flags & SOFTINT_MPSAFE) == 0)
		KERNEL_LOCK(1, NULL);
	si->si_func(si->si_arg);
	if ((si->si_flags & SOFTINT_MPSAFE) == 0)
		KERNEL_UNLOCK_ONE(NULL);
}

static struct softint *
softint_next(struct softint_level *sl)
{
	struct softint *si;

	rump_raw_enter(&sl->sl_lock);
	if ((si = SIMPLEQ_FIRST(&sl->sl_queue)) != NULL) {
		SIMPLEQ_REMOVE_HEAD(&sl->sl_queue, si_entry);
		si->si_queued = false;
	}
	sl->sl_running = si;
	rump_raw_exit(&sl->sl_lock);
	return si;
}

static void
softint_thread(void *arg)
{
	struct softint_level *sl = arg;
	struct softint *si;

	curlwp->l_pflag |= LP_INTR;
	for (;;) {
		const int32_t seen =
		    __atomic_load_n(&sl->sl_wake, __ATOMIC_ACQUIRE);

		while ((si = softint_next(sl)) != NULL)
			softint_run(si);
		curlwp->l_wmesg = "softint";
		rump_unschedule_cpu(curlwp);
		(void)rump_futex_wait(&sl->sl_wake, seen, -1);
		rump_schedule_cpu(curlwp);
		curlwp->l_wmesg = NULL;
	}
}

void *
softint_establish(u_int flags, void (*func)(void *), void *arg)
{
	const u_int n = flags & SOFTINT_LVLMASK;
	struct softint *si = kmem_zalloc(sizeof(*si), KM_SLEEP);
	bool start;

	KASSERT(n < SOFTINT_COUNT);
	si->si_func = func;
	si->si_arg = arg;
	si->si_flags = (int)flags;
	si->si_level = &levels[n];
	start = rump_threads &&
	    !__atomic_exchange_n(&levels[n].sl_started, true, __ATOMIC_ACQ_REL);
	if (start && kthread_create(level_info[n].pri, KTHREAD_MPSAFE, NULL,
	    softint_thread, &levels[n], NULL, "softint/%s",
	    level_info[n].name) != 0)
		panic("softint: no thread");
	return si;
}

/* Waits until the handler does not run. */
void
softint_disestablish(void *cookie)
{
	struct softint *si = cookie;
	struct softint_level *sl = si->si_level;
	bool busy;

	for (;;) {
		rump_raw_enter(&sl->sl_lock);
		busy = si->si_queued || sl->sl_running == si;
		rump_raw_exit(&sl->sl_lock);
		if (!busy)
			break;
		(void)kpause("siwait", false, 1, NULL);
	}
	kmem_free(si, sizeof(*si));
}

void
softint_schedule(void *cookie)
{
	struct softint *si = cookie;
	struct softint_level *sl = si->si_level;
	bool wake = false;

	if (!rump_threads) {
		softint_run(si);
		return;
	}
	rump_raw_enter(&sl->sl_lock);
	if (!si->si_queued) {
		si->si_queued = true;
		wake = SIMPLEQ_EMPTY(&sl->sl_queue);
		SIMPLEQ_INSERT_TAIL(&sl->sl_queue, si, si_entry);
	}
	rump_raw_exit(&sl->sl_lock);
	if (wake) {
		__atomic_fetch_add(&sl->sl_wake, 1, __ATOMIC_RELEASE);
		rump_futex_wake(&sl->sl_wake, 1);
	}
}
