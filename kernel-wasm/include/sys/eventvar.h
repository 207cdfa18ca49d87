/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eventvar.h - struct kqueue.
 */

#ifndef _SYS_EVENTVAR_H_
#define	_SYS_EVENTVAR_H_

#include <sys/event.h>
#include <sys/selinfo.h>
#include <sys/mutex.h>
#include <sys/condvar.h>

struct filedesc;

#define	KN_HASHSIZE	64

/*
 *	k: kq_lock   f: fd_lock of kq_fdp
 */
struct kqueue {
	kmutex_t		kq_lock;
	kcondvar_t		kq_cv;		/* k */
	TAILQ_HEAD(kqlist, knote) kq_head;	/* k: active knotes */
	u_int			kq_count;	/* k: of kq_head */
	u_int			kq_flags;	/* k */
	struct selinfo		kq_sel;		/* k */
	struct filedesc		*kq_fdp;	/* stable */
	LIST_HEAD(, knote)	kq_knhash[KN_HASHSIZE];	/* k */
};
#define	KQ_RESTART	0x1u
#define	KQ_CLOSING	0x2u

#endif /* _SYS_EVENTVAR_H_ */
