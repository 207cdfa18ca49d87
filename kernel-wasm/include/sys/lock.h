/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/lock.h - lock order of the whole kernel.
 *
 * Take them from left to right.  A file's header repeats its own part.
 *
 *	kernel_lock (big lock, old code only)
 *	rename lock of a mount (mnt_renamelock)
 *	vnode lock, parent before child (v_lock)
 *	fd_lock, cwdi_lock
 *	tty_lock
 *	proc_lock -> p_lock
 *	mount list, mnt_updating
 *	v_interlock
 *	bufcache_lock -> b_objlock
 *	softc and driver locks
 *	kmem, pool and sleep-queue locks (leaves)
 */

#ifndef _SYS_LOCK_H_
#define _SYS_LOCK_H_

#include <sys/types.h>
#include <sys/mutex.h>

#define	KERNEL_LOCK(n, l)	_kernel_lock(n)
#define	KERNEL_UNLOCK_ONE(l)	_kernel_unlock(1, NULL)
#define	KERNEL_UNLOCK_ALL(l, p)	_kernel_unlock(0, (p))
#define	KERNEL_UNLOCK_LAST(l)	_kernel_unlock(-1, NULL)
#define	KERNEL_LOCKED_P()	_kernel_locked_p()

void	_kernel_lock(int);
void	_kernel_unlock(int, int *);
bool	_kernel_locked_p(void);

#define	SPINLOCK_BACKOFF_MIN	4
#define	SPINLOCK_BACKOFF(c)	((void)(c))

#endif /* _SYS_LOCK_H_ */
