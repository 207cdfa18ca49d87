/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event.h - kqueue(2) and the knotes behind it.
 */

#ifndef _SYS_EVENT_H_
#define	_SYS_EVENT_H_

#include <sys/types.h>
#include <sys/queue.h>

#define	EVFILT_READ	0u
#define	EVFILT_WRITE	1u
#define	EVFILT_AIO	2u
#define	EVFILT_VNODE	3u
#define	EVFILT_PROC	4u
#define	EVFILT_SIGNAL	5u
#define	EVFILT_TIMER	6u
#define	EVFILT_SYSCOUNT	7u

#define	EV_ADD		0x0001u
#define	EV_DELETE	0x0002u
#define	EV_ENABLE	0x0004u
#define	EV_DISABLE	0x0008u
#define	EV_ONESHOT	0x0010u
#define	EV_CLEAR	0x0020u
#define	EV_RECEIPT	0x0040u
#define	EV_DISPATCH	0x0080u
#define	EV_SYSFLAGS	0xf000u
#define	EV_FLAG1	0x2000u
#define	EV_ERROR	0x4000u
#define	EV_EOF		0x8000u

#define	NOTE_SUBMIT	0x01000000
#define	NOTE_LOWAT	0x0001u

#define	NOTE_SIGNAL	0x08000000u	/* hint only: ORed with the number */

#define	NOTE_DELETE	0x0001u
#define	NOTE_WRITE	0x0002u
#define	NOTE_EXTEND	0x0004u
#define	NOTE_ATTRIB	0x0008u
#define	NOTE_LINK	0x0010u
#define	NOTE_RENAME	0x0020u
#define	NOTE_REVOKE	0x0040u

#define	NOTE_EXIT	0x80000000u
#define	NOTE_FORK	0x40000000u
#define	NOTE_EXEC	0x20000000u
#define	NOTE_PCTRLMASK	0xf0000000u
#define	NOTE_PDATAMASK	0x000fffffu
#define	NOTE_TRACK	0x00000001u
#define	NOTE_TRACKERR	0x00000002u
#define	NOTE_CHILD	0x00000004u

struct kevent {
	uintptr_t	ident;
	uint32_t	filter;
	uint32_t	flags;
	uint32_t	fflags;
	int64_t		data;
	intptr_t	udata;
};

struct file;
struct kqueue;
struct knote;
struct lwp;
struct proc;
struct fdfile;
struct timespec;

SLIST_HEAD(klist, knote);

/*
 * f_isfd: ident is a descriptor.  f_event with a hint of 0 comes from the
 * kqueue and takes the object's lock; any other hint comes from knote(), whose
 * caller holds it.  f_detach takes it.
 */
struct filterops {
	int	f_isfd;
	int	(*f_attach)(struct knote *);
	void	(*f_detach)(struct knote *);
	int	(*f_event)(struct knote *, long hint);
};

/*
 *	k: lock of the kqueue   o: lock of the watched object
 *	(: stable after creation
 */
struct knote {
	SLIST_ENTRY(knote)	kn_selnext;	/* o: on the object's klist */
	LIST_ENTRY(knote)	kn_hash;	/* k: of the kqueue */
	LIST_ENTRY(knote)	kn_fdlink;	/* fd_lock: of the descriptor */
	TAILQ_ENTRY(knote)	kn_tqe;		/* k: active queue */
	struct kqueue		*kn_kq;		/* (: */
	struct kevent		kn_kevent;
	uint32_t		kn_status;	/* k: KN_* */
	uint32_t		kn_sfflags;	/* k: fflags asked for */
	int64_t			kn_sdata;	/* k: data asked for */
	void			*kn_obj;	/* file when f_isfd, else the filter's */
	const struct filterops	*kn_fop;	/* set by f_attach at the latest */
	void			*kn_hook;	/* the filter's */
};
#define	kn_id		kn_kevent.ident
#define	kn_filter	kn_kevent.filter
#define	kn_flags	kn_kevent.flags
#define	kn_fflags	kn_kevent.fflags
#define	kn_data		kn_kevent.data
#define	kn_udata	kn_kevent.udata

#define	KN_ACTIVE	0x01u
#define	KN_QUEUED	0x02u
#define	KN_DISABLED	0x04u
#define	KN_DETACHED	0x08u
#define	KN_MARKER	0x10u
#define	KN_BUSY		0x20u

#define	KNOTE(list, hint)	do {					\
	struct klist *__l = (list);					\
	if (!SLIST_EMPTY(__l))						\
		knote(__l, (hint));					\
} while (/*CONSTCOND*/0)

void	kqueue_init(void);
void	knote(struct klist *, long);
void	knote_fdclose(int);
void	knote_activate(struct knote *);
int	kqueue_register(struct kqueue *, struct kevent *);
int	kfilter_register(const char *, const struct filterops *, int *);
int	seltrue_kqfilter(dev_t, struct knote *);
int	filt_seltrue(struct knote *, long);

/* Filters of genfs for vnodes (the vfs faction) may share this one. */
extern const struct filterops seltrue_filtops;

#endif /* _SYS_EVENT_H_ */
