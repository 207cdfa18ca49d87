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
 * kq_reg serialises changes of the set of knotes and is held over f_attach,
 * f_detach and the first f_event; kq_lock is taken under the locks of objects.
 *	r: kq_reg   k: kq_lock   a: atomic
 */
struct kqueue {
	kmutex_t		kq_reg;
	kmutex_t		kq_lock;
	kcondvar_t		kq_cv;		/* k */
	TAILQ_HEAD(kqlist, knote) kq_head;	/* k: active knotes */
	u_int			kq_count;	/* k: of kq_head */
	u_int			kq_restart;	/* k: generation */
	u_int			kq_refcnt;	/* a */
	struct selinfo		kq_sel;		/* k */
	struct filedesc		*kq_fdp;	/* stable */
	LIST_HEAD(, knote)	kq_hash[KN_HASHSIZE];	/* r */
};

extern const struct filterops kqueue_timer_filtops, kqueue_proc_filtops,
    kqueue_sig_filtops;
extern struct rump_proc_hooks kqueue_proc_hooks;

void	knote_detach(struct knote *);	/* kq_reg held */
void	kqueue_rele(struct kqueue *);

#endif /* _SYS_EVENTVAR_H_ */
