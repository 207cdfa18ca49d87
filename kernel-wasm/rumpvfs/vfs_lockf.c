/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_lockf.c - advisory locks of fcntl(2) and flock(2).
 *
 * A file's locks are a list ordered by start.  Locks of one owner do not
 * overlap; they are split and cut but not joined.  An owner is a process
 * (F_POSIX) or an open file (F_FLOCK).
 *
 * Interface	lf_advlock() is the body of VOP_ADVLOCK.  The list belongs to the
 *		vnode, which lives as long as anybody refers to it;
 *		lf_purge() empties it when the file goes away.
 * Locking	l: lockf_lock
 * Sleeps	F_SETLK with F_WAIT, interruptibly.
 * Errors	EAGAIN, EDEADLK, EINVAL, EINTR, EOVERFLOW; EBADF the file went away
 *		while the caller slept.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/once.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#define	LF_EOF		INT64_MAX

struct lockf {
	struct lockf	*lf_next;	/* l */
	void		*lf_id;		/* owner */
	int		lf_flags;	/* F_POSIX or F_FLOCK */
	short		lf_type;	/* F_RDLCK, F_WRLCK */
	off_t		lf_start;
	off_t		lf_end;		/* last byte, LF_EOF: to the end */
};

/* An owner that sleeps. */
struct lf_waiter {
	LIST_ENTRY(lf_waiter) lw_list;	/* l */
	void		*lw_id;
	void		*lw_holder;	/* for the search for deadlocks */
	struct lockf	**lw_head;	/* l: NULL: purged */
};

static kmutex_t lockf_lock;
static kcondvar_t lockf_cv;
static LIST_HEAD(, lf_waiter) lockf_waiters;	/* l */

void	lf_init(void);

void
lf_init(void)
{

	mutex_init(&lockf_lock, MUTEX_DEFAULT, 0);
	cv_init(&lockf_cv, "lockf");
}

static struct lockf *
lf_new(const struct lockf *from)
{
	struct lockf *lf = kmem_alloc(sizeof(*lf), KM_SLEEP);

	*lf = *from;
	lf->lf_next = NULL;
	return lf;
}

static bool
lf_overlaps(const struct lockf *a, const struct lockf *b)
{

	return a->lf_start <= b->lf_end && b->lf_start <= a->lf_end;
}

/* The first lock of somebody else that stands in the way. */
static struct lockf *
lf_blocker(struct lockf *head, const struct lockf *want)
{
	struct lockf *lf;

	for (lf = head; lf != NULL; lf = lf->lf_next) {
		if (lf->lf_id != want->lf_id && lf_overlaps(lf, want) &&
		    (lf->lf_type == F_WRLCK || want->lf_type == F_WRLCK))
			return lf;
	}
	return NULL;
}

static void
lf_insert(struct lockf **head, struct lockf *lf)
{

	while (*head != NULL && (*head)->lf_start < lf->lf_start)
		head = &(*head)->lf_next;
	lf->lf_next = *head;
	*head = lf;
}

/*
 * Cut the owner's locks out of the range; spare is used when one falls into
 * two parts.
 */
static void
lf_carve(struct lockf **head, const struct lockf *range, struct lockf **spare)
{
	struct lockf **pp = head, *lf, *tail;

	while ((lf = *pp) != NULL) {
		if (lf->lf_id != range->lf_id || !lf_overlaps(lf, range)) {
			pp = &lf->lf_next;
			continue;
		}
		if (lf->lf_end > range->lf_end) {
			if (lf->lf_start >= range->lf_start) {
				/* Cut at the front: its place changes. */
				*pp = lf->lf_next;
				lf->lf_start = range->lf_end + 1;
				lf_insert(head, lf);
				continue;
			}
			tail = *spare;
			*spare = NULL;
			*tail = *lf;
			tail->lf_start = range->lf_end + 1;
			lf->lf_end = range->lf_start - 1;
			lf_insert(head, tail);
			return;
		}
		if (lf->lf_start < range->lf_start) {
			lf->lf_end = range->lf_start - 1;
			pp = &lf->lf_next;
			continue;
		}
		*pp = lf->lf_next;
		kmem_free(lf, sizeof(*lf));
	}
}

/* Would waiting for holder close a circle back to id? */
static bool
lf_deadlock(const void *id, const void *holder)
{
	struct lf_waiter *w;
	int depth;

	for (depth = 0; depth < 64 && holder != NULL; depth++) {
		if (holder == id)
			return true;
		LIST_FOREACH(w, &lockf_waiters, lw_list) {
			if (w->lw_id == holder)
				break;
		}
		holder = w != NULL ? w->lw_holder : NULL;
	}
	return false;
}

/* Is the range covered by one lock of the same kind already? */
static bool
lf_covered(struct lockf *lf, const struct lockf *want)
{

	for (; lf != NULL; lf = lf->lf_next) {
		if (lf->lf_id == want->lf_id && lf->lf_type == want->lf_type &&
		    lf->lf_start <= want->lf_start &&
		    lf->lf_end >= want->lf_end)
			return true;
	}
	return false;
}

static int
lf_wait(struct lockf **head, struct lockf *want, struct lockf *blocker)
{
	struct lf_waiter w;
	int error;

	if ((want->lf_flags & F_POSIX) && (blocker->lf_flags & F_POSIX) &&
	    lf_deadlock(want->lf_id, blocker->lf_id))
		return EDEADLK;
	w.lw_id = want->lf_id;
	w.lw_holder = blocker->lf_id;
	w.lw_head = head;
	LIST_INSERT_HEAD(&lockf_waiters, &w, lw_list);
	error = cv_wait_sig(&lockf_cv, &lockf_lock);
	LIST_REMOVE(&w, lw_list);
	return w.lw_head == NULL ? EBADF : error;
}

static int
lf_setlock(struct lockf **head, struct lockf *want, int flags)
{
	struct lockf *own = lf_new(want), *spare = lf_new(want), *blocker;
	int error = 0;

	mutex_enter(&lockf_lock);
	while ((blocker = lf_blocker(*head, want)) != NULL) {
		if ((flags & F_WAIT) == 0) {
			error = EAGAIN;
			break;
		}
		/* flock(2) changes the kind by giving up the old lock. */
		if ((want->lf_flags & F_FLOCK) && want->lf_type == F_WRLCK) {
			lf_carve(head, want, &spare);
			cv_broadcast(&lockf_cv);
		}
		if ((error = lf_wait(head, want, blocker)) != 0)
			break;
	}
	if (error == 0 && !lf_covered(*head, want)) {
		lf_carve(head, want, &spare);
		lf_insert(head, own);
		own = NULL;
		cv_broadcast(&lockf_cv);
	}
	mutex_exit(&lockf_lock);
	if (own != NULL)
		kmem_free(own, sizeof(*own));
	if (spare != NULL)
		kmem_free(spare, sizeof(*spare));
	return error;
}

static int
lf_unlock(struct lockf **head, struct lockf *range)
{
	struct lockf *spare = lf_new(range);

	mutex_enter(&lockf_lock);
	lf_carve(head, range, &spare);
	cv_broadcast(&lockf_cv);
	mutex_exit(&lockf_lock);
	if (spare != NULL)
		kmem_free(spare, sizeof(*spare));
	return 0;
}

static int
lf_getlock(struct lockf **head, const struct lockf *want, struct flock *fl)
{
	struct lockf *lf;

	mutex_enter(&lockf_lock);
	if ((lf = lf_blocker(*head, want)) == NULL) {
		fl->l_type = F_UNLCK;
	} else {
		fl->l_type = lf->lf_type;
		fl->l_whence = SEEK_SET;
		fl->l_start = lf->lf_start;
		fl->l_len = lf->lf_end == LF_EOF ? 0 :
		    lf->lf_end - lf->lf_start + 1;
		fl->l_pid = (lf->lf_flags & F_POSIX) ?
		    ((struct proc *)lf->lf_id)->p_pid : -1;
	}
	mutex_exit(&lockf_lock);
	return 0;
}

/* The bytes a struct flock means. */
static int
lf_range(const struct flock *fl, off_t size, struct lockf *lf)
{
	off_t start = fl->l_start, len = fl->l_len;

	switch (fl->l_whence) {
	case SEEK_SET:
	case SEEK_CUR:		/* fcntl(2) added the offset */
		break;
	case SEEK_END:
		if (start > 0 && size > INT64_MAX - start)
			return EOVERFLOW;
		start += size;
		break;
	default:
		return EINVAL;
	}
	if (start < 0)
		return EINVAL;
	if (len < 0) {
		if (start + len < 0)
			return EINVAL;
		lf->lf_start = start + len;
		lf->lf_end = start - 1;
		return 0;
	}
	lf->lf_start = start;
	if (len == 0) {
		lf->lf_end = LF_EOF;
	} else {
		if (len - 1 > INT64_MAX - start)
			return EOVERFLOW;
		lf->lf_end = start + len - 1;
	}
	return 0;
}

/* The file's size where the lock counts from its end; the vnode is unlocked. */
off_t
lf_size(const struct vop_advlock_args *ap)
{
	struct vattr va;
	int error;

	if (ap->a_fl->l_whence != SEEK_END ||
	    vn_lock(ap->a_vp, LK_SHARED) != 0)
		return 0;
	error = VOP_GETATTR(ap->a_vp, &va, curlwp->l_cred);
	VOP_UNLOCK(ap->a_vp);
	return error == 0 ? (off_t)va.va_size : 0;
}

int
lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size)
{
	struct flock *fl = ap->a_fl;
	struct lockf want;
	int error;

	memset(&want, 0, sizeof(want));
	if ((error = lf_range(fl, size, &want)) != 0)
		return error;
	want.lf_id = ap->a_id;
	want.lf_flags = ap->a_flags & (F_POSIX | F_FLOCK);
	want.lf_type = fl->l_type;
	/* A file nobody ever locked: nothing to do. */
	if (*head == NULL && ap->a_op != F_SETLK) {
		fl->l_type = F_UNLCK;
		return 0;
	}
	switch (ap->a_op) {
	case F_SETLK:
		if (fl->l_type == F_UNLCK)
			return lf_unlock(head, &want);
		if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK)
			return EINVAL;
		return lf_setlock(head, &want, ap->a_flags);
	case F_UNLCK:
		return lf_unlock(head, &want);
	case F_GETLK:
		return lf_getlock(head, &want, fl);
	default:
		return EINVAL;
	}
}

/*
 * The file is gone: drop every lock and wake who waits for one.
 */
void
lf_purge(struct lockf **head)
{
	struct lf_waiter *w;
	struct lockf *lf;

	mutex_enter(&lockf_lock);
	while ((lf = *head) != NULL) {
		*head = lf->lf_next;
		kmem_free(lf, sizeof(*lf));
	}
	LIST_FOREACH(w, &lockf_waiters, lw_list) {
		if (w->lw_head == head)
			w->lw_head = NULL;
	}
	cv_broadcast(&lockf_cv);
	mutex_exit(&lockf_lock);
}
