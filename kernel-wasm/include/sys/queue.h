/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/queue.h - queue(3): lists linked through their elements.
 */

#ifndef _SYS_QUEUE_H_
#define _SYS_QUEUE_H_

/* SLIST: single link. */
#define	SLIST_HEAD(name, type)						\
struct name { struct type *slh_first; }
#define	SLIST_HEAD_INITIALIZER(head)	{ 0 }
#define	SLIST_ENTRY(type)						\
struct { struct type *sle_next; }
#define	SLIST_FIRST(head)	((head)->slh_first)
#define	SLIST_EMPTY(head)	(SLIST_FIRST(head) == 0)
#define	SLIST_END(head)		0
#define	SLIST_NEXT(e, f)	((e)->f.sle_next)
#define	SLIST_INIT(head)	((void)(SLIST_FIRST(head) = 0))
#define	SLIST_FOREACH(v, head, f)					\
	for ((v) = SLIST_FIRST(head); (v) != 0; (v) = SLIST_NEXT(v, f))
#define	SLIST_FOREACH_SAFE(v, head, f, t)				\
	for ((v) = SLIST_FIRST(head);					\
	    (v) != 0 && ((t) = SLIST_NEXT(v, f), 1); (v) = (t))
#define	SLIST_INSERT_HEAD(head, e, f) do {				\
	SLIST_NEXT(e, f) = SLIST_FIRST(head);				\
	SLIST_FIRST(head) = (e);					\
} while (0)
#define	SLIST_INSERT_AFTER(p, e, f) do {				\
	SLIST_NEXT(e, f) = SLIST_NEXT(p, f);				\
	SLIST_NEXT(p, f) = (e);						\
} while (0)
#define	SLIST_REMOVE_HEAD(head, f)					\
	((void)(SLIST_FIRST(head) = SLIST_NEXT(SLIST_FIRST(head), f)))
#define	SLIST_REMOVE_AFTER(e, f)					\
	((void)(SLIST_NEXT(e, f) = SLIST_NEXT(SLIST_NEXT(e, f), f)))
#define	SLIST_REMOVE(head, e, type, f) do {				\
	struct type **_pp = &SLIST_FIRST(head);				\
	while (*_pp != (e))						\
		_pp = &SLIST_NEXT(*_pp, f);				\
	*_pp = SLIST_NEXT(e, f);					\
} while (0)

/* LIST: double link, head of one pointer. */
#define	LIST_HEAD(name, type)						\
struct name { struct type *lh_first; }
#define	LIST_HEAD_INITIALIZER(head)	{ 0 }
#define	LIST_ENTRY(type)						\
struct { struct type *le_next; struct type **le_prev; }
#define	LIST_FIRST(head)	((head)->lh_first)
#define	LIST_EMPTY(head)	(LIST_FIRST(head) == 0)
#define	LIST_END(head)		0
#define	LIST_NEXT(e, f)		((e)->f.le_next)
#define	LIST_INIT(head)		((void)(LIST_FIRST(head) = 0))
#define	LIST_FOREACH(v, head, f)					\
	for ((v) = LIST_FIRST(head); (v) != 0; (v) = LIST_NEXT(v, f))
#define	LIST_FOREACH_SAFE(v, head, f, t)				\
	for ((v) = LIST_FIRST(head);					\
	    (v) != 0 && ((t) = LIST_NEXT(v, f), 1); (v) = (t))
#define	_LIST_LINK(e, at, f) do {					\
	if ((LIST_NEXT(e, f) = *(at)) != 0)				\
		LIST_NEXT(e, f)->f.le_prev = &LIST_NEXT(e, f);		\
	*(at) = (e);							\
	(e)->f.le_prev = (at);						\
} while (0)
#define	LIST_INSERT_HEAD(head, e, f)	_LIST_LINK(e, &LIST_FIRST(head), f)
#define	LIST_INSERT_AFTER(p, e, f)	_LIST_LINK(e, &LIST_NEXT(p, f), f)
#define	LIST_INSERT_BEFORE(n, e, f) do {				\
	(e)->f.le_prev = (n)->f.le_prev;				\
	LIST_NEXT(e, f) = (n);						\
	*(n)->f.le_prev = (e);						\
	(n)->f.le_prev = &LIST_NEXT(e, f);				\
} while (0)
#define	LIST_REMOVE(e, f) do {						\
	if (LIST_NEXT(e, f) != 0)					\
		LIST_NEXT(e, f)->f.le_prev = (e)->f.le_prev;		\
	*(e)->f.le_prev = LIST_NEXT(e, f);				\
} while (0)

/* TAILQ: double link, double head. */
#define	TAILQ_HEAD(name, type)						\
struct name { struct type *tqh_first; struct type **tqh_last; }
#define	TAILQ_HEAD_INITIALIZER(head)	{ 0, &(head).tqh_first }
#define	TAILQ_ENTRY(type)						\
struct { struct type *tqe_next; struct type **tqe_prev; }
#define	TAILQ_FIRST(head)	((head)->tqh_first)
#define	TAILQ_EMPTY(head)	(TAILQ_FIRST(head) == 0)
#define	TAILQ_END(head)		0
#define	TAILQ_NEXT(e, f)	((e)->f.tqe_next)
#define	TAILQ_LAST(head, name)						\
	(*(((struct name *)(void *)((head)->tqh_last))->tqh_last))
#define	TAILQ_PREV(e, name, f)						\
	(*(((struct name *)(void *)((e)->f.tqe_prev))->tqh_last))
#define	TAILQ_INIT(head) do {						\
	TAILQ_FIRST(head) = 0;						\
	(head)->tqh_last = &TAILQ_FIRST(head);				\
} while (0)
#define	TAILQ_FOREACH(v, head, f)					\
	for ((v) = TAILQ_FIRST(head); (v) != 0; (v) = TAILQ_NEXT(v, f))
#define	TAILQ_FOREACH_SAFE(v, head, f, t)				\
	for ((v) = TAILQ_FIRST(head);					\
	    (v) != 0 && ((t) = TAILQ_NEXT(v, f), 1); (v) = (t))
#define	TAILQ_FOREACH_REVERSE(v, head, name, f)				\
	for ((v) = TAILQ_LAST(head, name); (v) != 0;			\
	    (v) = TAILQ_PREV(v, name, f))
#define	TAILQ_FOREACH_REVERSE_SAFE(v, head, name, f, t)			\
	for ((v) = TAILQ_LAST(head, name);				\
	    (v) != 0 && ((t) = TAILQ_PREV(v, name, f), 1); (v) = (t))
#define	TAILQ_INSERT_HEAD(head, e, f) do {				\
	if ((TAILQ_NEXT(e, f) = TAILQ_FIRST(head)) != 0)		\
		TAILQ_FIRST(head)->f.tqe_prev = &TAILQ_NEXT(e, f);	\
	else								\
		(head)->tqh_last = &TAILQ_NEXT(e, f);			\
	TAILQ_FIRST(head) = (e);					\
	(e)->f.tqe_prev = &TAILQ_FIRST(head);				\
} while (0)
#define	TAILQ_INSERT_TAIL(head, e, f) do {				\
	TAILQ_NEXT(e, f) = 0;						\
	(e)->f.tqe_prev = (head)->tqh_last;				\
	*(head)->tqh_last = (e);					\
	(head)->tqh_last = &TAILQ_NEXT(e, f);				\
} while (0)
#define	TAILQ_INSERT_AFTER(head, p, e, f) do {				\
	if ((TAILQ_NEXT(e, f) = TAILQ_NEXT(p, f)) != 0)			\
		TAILQ_NEXT(e, f)->f.tqe_prev = &TAILQ_NEXT(e, f);	\
	else								\
		(head)->tqh_last = &TAILQ_NEXT(e, f);			\
	TAILQ_NEXT(p, f) = (e);						\
	(e)->f.tqe_prev = &TAILQ_NEXT(p, f);				\
} while (0)
#define	TAILQ_INSERT_BEFORE(n, e, f) do {				\
	(e)->f.tqe_prev = (n)->f.tqe_prev;				\
	TAILQ_NEXT(e, f) = (n);						\
	*(n)->f.tqe_prev = (e);						\
	(n)->f.tqe_prev = &TAILQ_NEXT(e, f);				\
} while (0)
#define	TAILQ_REMOVE(head, e, f) do {					\
	if (TAILQ_NEXT(e, f) != 0)					\
		TAILQ_NEXT(e, f)->f.tqe_prev = (e)->f.tqe_prev;		\
	else								\
		(head)->tqh_last = (e)->f.tqe_prev;			\
	*(e)->f.tqe_prev = TAILQ_NEXT(e, f);				\
} while (0)
#define	TAILQ_CONCAT(a, b, f) do {					\
	if (!TAILQ_EMPTY(b)) {						\
		*(a)->tqh_last = TAILQ_FIRST(b);			\
		TAILQ_FIRST(b)->f.tqe_prev = (a)->tqh_last;		\
		(a)->tqh_last = (b)->tqh_last;				\
		TAILQ_INIT(b);						\
	}								\
} while (0)

/* SIMPLEQ and STAILQ: single link with a tail. */
#define	SIMPLEQ_HEAD(name, type)					\
struct name { struct type *sqh_first; struct type **sqh_last; }
#define	SIMPLEQ_HEAD_INITIALIZER(head)	{ 0, &(head).sqh_first }
#define	SIMPLEQ_ENTRY(type)						\
struct { struct type *sqe_next; }
#define	SIMPLEQ_FIRST(head)	((head)->sqh_first)
#define	SIMPLEQ_EMPTY(head)	(SIMPLEQ_FIRST(head) == 0)
#define	SIMPLEQ_END(head)	0
#define	SIMPLEQ_NEXT(e, f)	((e)->f.sqe_next)
#define	SIMPLEQ_INIT(head) do {						\
	SIMPLEQ_FIRST(head) = 0;					\
	(head)->sqh_last = &SIMPLEQ_FIRST(head);			\
} while (0)
#define	SIMPLEQ_FOREACH(v, head, f)					\
	for ((v) = SIMPLEQ_FIRST(head); (v) != 0; (v) = SIMPLEQ_NEXT(v, f))
#define	SIMPLEQ_FOREACH_SAFE(v, head, f, t)				\
	for ((v) = SIMPLEQ_FIRST(head);					\
	    (v) != 0 && ((t) = SIMPLEQ_NEXT(v, f), 1); (v) = (t))
#define	SIMPLEQ_INSERT_HEAD(head, e, f) do {				\
	if ((SIMPLEQ_NEXT(e, f) = SIMPLEQ_FIRST(head)) == 0)		\
		(head)->sqh_last = &SIMPLEQ_NEXT(e, f);			\
	SIMPLEQ_FIRST(head) = (e);					\
} while (0)
#define	SIMPLEQ_INSERT_TAIL(head, e, f) do {				\
	SIMPLEQ_NEXT(e, f) = 0;						\
	*(head)->sqh_last = (e);					\
	(head)->sqh_last = &SIMPLEQ_NEXT(e, f);				\
} while (0)
#define	SIMPLEQ_INSERT_AFTER(head, p, e, f) do {			\
	if ((SIMPLEQ_NEXT(e, f) = SIMPLEQ_NEXT(p, f)) == 0)		\
		(head)->sqh_last = &SIMPLEQ_NEXT(e, f);			\
	SIMPLEQ_NEXT(p, f) = (e);					\
} while (0)
#define	SIMPLEQ_REMOVE_HEAD(head, f) do {				\
	if ((SIMPLEQ_FIRST(head) =					\
	    SIMPLEQ_NEXT(SIMPLEQ_FIRST(head), f)) == 0)			\
		(head)->sqh_last = &SIMPLEQ_FIRST(head);		\
} while (0)
#define	SIMPLEQ_REMOVE(head, e, type, f) do {				\
	struct type **_pp = &SIMPLEQ_FIRST(head);			\
	while (*_pp != (e))						\
		_pp = &SIMPLEQ_NEXT(*_pp, f);				\
	if ((*_pp = SIMPLEQ_NEXT(e, f)) == 0)				\
		(head)->sqh_last = _pp;					\
} while (0)
#define	SIMPLEQ_CONCAT(a, b) do {					\
	if (!SIMPLEQ_EMPTY(b)) {					\
		*(a)->sqh_last = SIMPLEQ_FIRST(b);			\
		(a)->sqh_last = (b)->sqh_last;				\
		SIMPLEQ_INIT(b);					\
	}								\
} while (0)
#define	SIMPLEQ_LAST(head, type, f)					\
	(SIMPLEQ_EMPTY(head) ? 0 : (struct type *)(void *)		\
	    ((char *)(head)->sqh_last - __builtin_offsetof(struct type, f)))

#define	STAILQ_HEAD(name, type)		SIMPLEQ_HEAD(name, type)
#define	STAILQ_HEAD_INITIALIZER(head)	SIMPLEQ_HEAD_INITIALIZER(head)
#define	STAILQ_ENTRY(type)		SIMPLEQ_ENTRY(type)
#define	STAILQ_FIRST(head)		SIMPLEQ_FIRST(head)
#define	STAILQ_EMPTY(head)		SIMPLEQ_EMPTY(head)
#define	STAILQ_NEXT(e, f)		SIMPLEQ_NEXT(e, f)
#define	STAILQ_INIT(head)		SIMPLEQ_INIT(head)
#define	STAILQ_FOREACH(v, h, f)		SIMPLEQ_FOREACH(v, h, f)
#define	STAILQ_FOREACH_SAFE(v, h, f, t)	SIMPLEQ_FOREACH_SAFE(v, h, f, t)
#define	STAILQ_INSERT_HEAD(h, e, f)	SIMPLEQ_INSERT_HEAD(h, e, f)
#define	STAILQ_INSERT_TAIL(h, e, f)	SIMPLEQ_INSERT_TAIL(h, e, f)
#define	STAILQ_INSERT_AFTER(h, p, e, f)	SIMPLEQ_INSERT_AFTER(h, p, e, f)
#define	STAILQ_REMOVE_HEAD(h, f)	SIMPLEQ_REMOVE_HEAD(h, f)
#define	STAILQ_REMOVE(h, e, t, f)	SIMPLEQ_REMOVE(h, e, t, f)
#define	STAILQ_CONCAT(a, b)		SIMPLEQ_CONCAT(a, b)
#define	STAILQ_LAST(h, t, f)		SIMPLEQ_LAST(h, t, f)

#endif /* _SYS_QUEUE_H_ */
