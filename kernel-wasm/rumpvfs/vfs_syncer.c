/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syncer.c - writes dirty data out some time later.
 *
 * One thread that sleeps without a timeout while nothing is dirty.  The first
 * vnode or buffer that gets dirty wakes it; it then waits syncdelay seconds and
 * writes all there is.
 *
 * Locking	s: syncer_lock
 * Sleeps	the thread only.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
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
static bool syncer_bufs;	/* s: buffers are dirty; read atomically */
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
		while (LIST_EMPTY(&syncer_list) && !syncer_bufs)
			cv_wait(&syncer_cv, &syncer_lock);
		mutex_exit(&syncer_lock);
		(void)kpause("syncer", false, MAX(syncdelay, 1) * hz, NULL);
		mutex_enter(&syncer_lock);
		syncer_pass();
		if (syncer_bufs) {
			/* What gets dirty from here on asks again. */
			atomic_store_relaxed(&syncer_bufs, false);
			mutex_exit(&syncer_lock);
			buf_syncdelayed(-1);
			mutex_enter(&syncer_lock);
		}
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

/* Called for every buffer that gets dirty: mostly one load. */
void
vfs_syncer_bufs(void)
{

	if (__predict_true(atomic_load_relaxed(&syncer_bufs)) || !syncer_ready)
		return;
	mutex_enter(&syncer_lock);
	atomic_store_relaxed(&syncer_bufs, true);
	if (syncer_started)
		cv_signal(&syncer_cv);
	syncer_start();
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
