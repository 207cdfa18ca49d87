/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syncer.c - writes dirty data out some time later.
 *
 * One thread that sleeps without a timeout while nothing is dirty.  The first
 * vnode that gets dirty wakes it; it then waits syncdelay seconds and flushes
 * every mount and device that has something.
 *
 * Locking	s: syncer_lock
 * Sleeps	the thread only.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>
#include <rump-sys/kern.h>

int syncdelay = 15, filedelay = 15, dirdelay = 14, metadelay = 12;

static kmutex_t syncer_lock;
static kcondvar_t syncer_cv;
static LIST_HEAD(, vnode) syncer_list;		/* s */
static bool syncer_started;			/* s */
static bool syncer_ready;

void	vfs_syncer_init(void);

void
vfs_syncer_init(void)
{

	mutex_init(&syncer_lock, MUTEX_DEFAULT, 0);
	cv_init(&syncer_cv, "syncer");
	syncer_ready = true;
}

/* Flush what is on the list now. */
static void
syncer_pass(void)
{
	struct vnode *vp;

	KASSERT(mutex_owned(&syncer_lock));
	while ((vp = LIST_FIRST(&syncer_list)) != NULL) {
		LIST_REMOVE(vp, v_synclist);
		vp->v_synclist_slot = 0;
		if (vcache_tryvget(vp) != 0)
			continue;
		mutex_exit(&syncer_lock);
		if (vn_lock(vp, LK_EXCLUSIVE) == 0) {
			(void)VOP_FSYNC(vp, curlwp->l_cred, FSYNC_LAZY, 0, 0);
			VOP_UNLOCK(vp);
		}
		vrele(vp);
		mutex_enter(&syncer_lock);
	}
}

static void
syncer_thread(void *arg __unused)
{

	mutex_enter(&syncer_lock);
	for (;;) {
		while (LIST_EMPTY(&syncer_list))
			cv_wait(&syncer_cv, &syncer_lock);
		(void)cv_timedwait(&syncer_cv, &syncer_lock, syncdelay * hz);
		syncer_pass();
	}
}

/* The thread is made for the first dirty vnode. */
static void
syncer_start(void)
{

	KASSERT(mutex_owned(&syncer_lock));
	if (syncer_started || !rump_threads)
		return;
	syncer_started = true;
	mutex_exit(&syncer_lock);
	if (kthread_create(PRI_NONE, KTHREAD_MPSAFE, NULL, syncer_thread, NULL,
	    NULL, "ioflush") != 0)
		printf("vfs_syncer: no thread, data goes out by sync(2)\n");
	mutex_enter(&syncer_lock);
}

void
vn_syncer_add_to_worklist(struct vnode *vp, int delay __unused)
{
	bool first;

	if (!syncer_ready)
		return;
	mutex_enter(&syncer_lock);
	if (vp->v_synclist_slot == 0) {
		first = LIST_EMPTY(&syncer_list);
		vp->v_synclist_slot = 1;
		LIST_INSERT_HEAD(&syncer_list, vp, v_synclist);
		if (first && syncer_started)
			cv_signal(&syncer_cv);
		syncer_start();
	}
	mutex_exit(&syncer_lock);
}

void
vn_syncer_remove_from_worklist(struct vnode *vp)
{

	if (vp->v_synclist_slot == 0)
		return;
	mutex_enter(&syncer_lock);
	if (vp->v_synclist_slot != 0) {
		vp->v_synclist_slot = 0;
		LIST_REMOVE(vp, v_synclist);
	}
	mutex_exit(&syncer_lock);
}

/* Mounts need no place of their own: their vnodes have one. */
void
vfs_syncer_add_to_worklist(struct mount *mp)
{

	mp->mnt_onsynclist = true;
}

void
vfs_syncer_remove_from_worklist(struct mount *mp)
{

	mp->mnt_onsynclist = false;
}
