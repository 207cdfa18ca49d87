/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_descrip.c - descriptor tables and open files.
 *
 * Interface
 *	fd_getfile() finds a file without a lock and pins its descriptor;
 *	every success is paired with fd_putfile().  fd_allocfile() reserves
 *	a number and a file, fd_affix() publishes them, fd_abort() undoes.
 *	fd_close() is called with the descriptor pinned and unpins it.
 *
 * States of a descriptor		(who moves it)
 *	free -> reserved		fd_alloc(), fd_dup2()
 *	reserved -> open		fd_affix()
 *	open -> closing			fd_close(): ff_file is NULL, pins remain
 *	closing -> free			the last fd_putfile() wakes fd_close()
 *
 * Locking	d: fd_lock   F: filelist_lock
 *	fd_lock is a leaf except for memory; closef() is called without it.
 *	ff_refcnt, f_count, fd_refcnt and fd_dt are atomic.
 *
 * Sleeps	fd_close() until the users of the descriptor have left.
 * Errors	0 or errno.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/vnode.h>

#include <rump/rump.h>

#pragma weak VOP_ADVLOCK

struct filelist	filehead = LIST_HEAD_INITIALIZER(filehead);
kmutex_t	filelist_lock;
u_int		nfiles;
u_int		maxfiles = 3404;

static pool_cache_t file_cache;

static int
fd_ph_fork(struct proc *parent, struct proc *child, int flags)
{

	switch (flags) {
	case RUMP_RFFD_SHARE:
		child->p_fd = parent->p_fd;
		atomic_inc_uint(&child->p_fd->fd_refcnt);
		break;
	case RUMP_RFFDG:
		child->p_fd = fd_copy();
		break;
	default:
		child->p_fd = fd_init(NULL);
		break;
	}
	return 0;
}

static void	fd_advunlock(struct file *, struct proc *);

/* The table stays with others: the record locks of this process do not. */
static void
fd_advunlock_all(filedesc_t *fdp, struct proc *p)
{
	struct file *fp;

	for (int i = fdp->fd_lastfile; i >= 0; i--) {
		if ((fp = fd_getfile((unsigned)i)) == NULL)
			continue;
		fd_advunlock(fp, p);
		fd_putfile((unsigned)i);
	}
}

/* curlwp may be of the parent, when a later hook failed. */
static void
fd_ph_exit(struct proc *p)
{
	struct lwp *l = curlwp;
	filedesc_t *fdp = l->l_fd;

	l->l_fd = p->p_fd;
	if (l->l_fd->fd_advlock && l->l_fd->fd_refcnt > 1)
		fd_advunlock_all(l->l_fd, p);
	fd_free();
	p->p_fd = NULL;
	if (l->l_proc != p)
		l->l_fd = fdp;
}

static struct rump_proc_hooks fd_hooks = {
	.ph_name = "filedesc", .ph_order = PH_ORDER_FD,
	.ph_fork = fd_ph_fork, .ph_exit = fd_ph_exit,
};

void
fd_sys_init(void)
{

	mutex_init(&filelist_lock, MUTEX_DEFAULT, IPL_NONE);
	file_cache = pool_cache_init(sizeof(struct file), 0, 0, 0, "filepl",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	proc0.p_fd = lwp0.l_fd = fd_init(NULL);
	rump_proc_hooks_register(&fd_hooks);
}

/* Numbers a process may use now. */
static u_int
fd_limit(struct proc *p)
{
	rlim_t lim = p->p_limit->pl_rlimit[RLIMIT_NOFILE].rlim_cur;

	return lim < maxfiles ? (u_int)lim : maxfiles;
}

/* Make room for number "want".  The old table stays for its readers. */
void
fd_grow(filedesc_t *fdp, u_int want)
{
	fdtab_t *old = fdp->fd_dt, *new;
	u_int n = old->dt_nfiles;

	KASSERT(mutex_owned(&fdp->fd_lock));
	if (want < n)
		return;
	while (n <= want)
		n *= 2;
	new = fd_dtab_alloc(n);
	memcpy(new->dt_ff, old->dt_ff, old->dt_nfiles * sizeof(old->dt_ff[0]));
	new->dt_link = old;
	atomic_store_release(&fdp->fd_dt, new);
}

/* Take number fd. */
fdfile_t *
fd_used(filedesc_t *fdp, u_int fd)
{
	fdtab_t *dt = fdp->fd_dt;
	fdfile_t *ff = dt->dt_ff[fd];

	KASSERT(mutex_owned(&fdp->fd_lock));
	if (ff == NULL) {
		ff = kmem_zalloc(sizeof(*ff), KM_SLEEP);
		atomic_store_release(&dt->dt_ff[fd], ff);
	}
	KASSERT(!ff->ff_allocated && ff->ff_file == NULL);
	ff->ff_allocated = true;
	if ((int)fd > fdp->fd_lastfile)
		fdp->fd_lastfile = (int)fd;
	if ((int)fd == fdp->fd_freefile)
		fdp->fd_freefile++;
	fdp->fd_nused++;
	return ff;
}

static void
fd_unused(filedesc_t *fdp, u_int fd)
{
	fdtab_t *dt = fdp->fd_dt;
	fdfile_t *ff = dt->dt_ff[fd];

	KASSERT(mutex_owned(&fdp->fd_lock));
	KASSERT(ff->ff_allocated && ff->ff_file == NULL);
	ff->ff_allocated = false;
	ff->ff_exclose = false;
	if ((int)fd < fdp->fd_freefile)
		fdp->fd_freefile = (int)fd;
	if ((int)fd == fdp->fd_lastfile) {
		int i = (int)fd - 1;

		while (i >= 0 &&
		    (dt->dt_ff[i] == NULL || !dt->dt_ff[i]->ff_allocated))
			i--;
		fdp->fd_lastfile = i;
	}
	fdp->fd_nused--;
}

struct file *
fd_getfile(unsigned fd)
{
	fdtab_t *dt = atomic_load_consume(&curlwp->l_fd->fd_dt);
	struct file *fp;
	fdfile_t *ff;

	if (__predict_false(fd >= dt->dt_nfiles))
		return NULL;
	ff = atomic_load_consume(&dt->dt_ff[fd]);
	if (__predict_false(ff == NULL || ff->ff_file == NULL))
		return NULL;
	atomic_inc_uint(&ff->ff_refcnt);
	fp = atomic_load_acquire(&ff->ff_file);
	if (__predict_false(fp == NULL)) {
		fd_putfile(fd);
		return NULL;
	}
	return fp;
}

void
fd_putfile(unsigned fd)
{
	filedesc_t *fdp = curlwp->l_fd;
	fdtab_t *dt = atomic_load_consume(&fdp->fd_dt);
	fdfile_t *ff = dt->dt_ff[fd];

	KASSERT((ff->ff_refcnt & ~FR_CLOSING) > 0);
	if (__predict_false(atomic_dec_uint_nv(&ff->ff_refcnt) == FR_CLOSING)) {
		mutex_enter(&fdp->fd_lock);
		cv_broadcast(&fdp->fd_closing);
		mutex_exit(&fdp->fd_lock);
	}
}

/* The file of another process's descriptor; the caller has f_count + 1. */
struct file *
fd_getfile2(struct proc *p, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;
	fdfile_t *ff;
	struct file *fp = NULL;

	if (fdp == NULL)
		return NULL;
	mutex_enter(&fdp->fd_lock);
	if (fd < fdp->fd_dt->dt_nfiles &&
	    (ff = fdp->fd_dt->dt_ff[fd]) != NULL && (fp = ff->ff_file) != NULL)
		atomic_inc_uint(&fp->f_count);
	mutex_exit(&fdp->fd_lock);
	return fp;
}

int
fd_getvnode(unsigned fd, struct file **fpp)
{
	struct file *fp = fd_getfile(fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_VNODE)) {
		fd_putfile(fd);
		return EINVAL;
	}
	*fpp = fp;
	return 0;
}

int
fd_getsock1(unsigned fd, struct socket **sop, struct file **fpp)
{
	struct file *fp = fd_getfile(fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_SOCKET)) {
		fd_putfile(fd);
		return ENOTSOCK;
	}
	*sop = fp->f_socket;
	*fpp = fp;
	return 0;
}

int
fd_getsock(unsigned fd, struct socket **sop)
{
	struct file *fp;

	return fd_getsock1(fd, sop, &fp);
}

/* Reserve the lowest free number >= want. */
int
fd_alloc(struct proc *p, int want, int *result)
{
	filedesc_t *fdp = p->p_fd;
	u_int i, lim = fd_limit(p);
	fdfile_t *ff;

	mutex_enter(&fdp->fd_lock);
	i = (u_int)MAX(want, fdp->fd_freefile);
	for (;; i++) {
		if (i >= lim) {
			mutex_exit(&fdp->fd_lock);
			return EMFILE;
		}
		fd_grow(fdp, i);
		ff = fdp->fd_dt->dt_ff[i];
		if (ff == NULL || !ff->ff_allocated)
			break;
	}
	if (want <= fdp->fd_freefile)
		fdp->fd_freefile = (int)i;
	fd_used(fdp, i);
	mutex_exit(&fdp->fd_lock);
	*result = (int)i;
	return 0;
}

int
fd_allocfile(struct file **fpp, int *resultfd)
{
	struct proc *p = curproc;
	kauth_cred_t cred = curlwp->l_cred;
	struct file *fp;
	int error;

	if ((error = fd_alloc(p, 0, resultfd)) != 0)
		return error;
	if (atomic_inc_uint_nv(&nfiles) > maxfiles) {
		atomic_dec_uint(&nfiles);
		mutex_enter(&p->p_fd->fd_lock);
		fd_unused(p->p_fd, (u_int)*resultfd);
		mutex_exit(&p->p_fd->fd_lock);
		return ENFILE;
	}
	fp = pool_cache_get(file_cache, PR_WAITOK);
	memset(fp, 0, sizeof(*fp));
	mutex_init(&fp->f_lock, MUTEX_DEFAULT, IPL_NONE);
	kauth_cred_hold(cred);
	fp->f_cred = cred;
	mutex_enter(&filelist_lock);
	LIST_INSERT_HEAD(&filehead, fp, f_list);
	mutex_exit(&filelist_lock);
	*fpp = fp;
	return 0;
}

void
ffree(struct file *fp)
{

	KASSERT(fp->f_count == 0);
	mutex_enter(&filelist_lock);
	LIST_REMOVE(fp, f_list);
	mutex_exit(&filelist_lock);
	kauth_cred_free(fp->f_cred);
	mutex_destroy(&fp->f_lock);
	pool_cache_put(file_cache, fp);
	atomic_dec_uint(&nfiles);
}

/* Publish: the descriptor takes one count of the file. */
void
fd_affix(struct proc *p, struct file *fp, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;
	fdfile_t *ff = fdp->fd_dt->dt_ff[fd];

	KASSERT(ff->ff_allocated && ff->ff_file == NULL);
	KASSERT(fp->f_ops != NULL);
	atomic_inc_uint(&fp->f_count);
	atomic_store_release(&ff->ff_file, fp);
}

/* Give back a reserved number, and the file nobody has seen if fp != NULL. */
void
fd_abort(struct proc *p, struct file *fp, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;

	mutex_enter(&fdp->fd_lock);
	fd_unused(fdp, fd);
	cv_broadcast(&fdp->fd_closing);
	mutex_exit(&fdp->fd_lock);
	if (fp != NULL)
		ffree(fp);
}

/* All record locks of a process on the file go with any close. */
static void
fd_advunlock(struct file *fp, struct proc *p)
{
	struct flock lf = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if (fp->f_type == DTYPE_VNODE && VOP_ADVLOCK != NULL)
		(void)VOP_ADVLOCK(fp->f_vnode, p, F_UNLCK, &lf, F_POSIX);
}

struct advunlock {
	filedesc_t	*au_fdp;
	struct file	*au_fp;
};

static int
advunlock_sharer(struct proc *p, void *arg)
{
	struct advunlock *au = arg;

	if (p->p_fd == au->au_fdp)
		fd_advunlock(au->au_fp, p);
	return 0;
}

/* A descriptor of the table was closed, for everybody who has the table. */
static void
fd_advunlock_table(filedesc_t *fdp, struct file *fp)
{
	struct advunlock au = { fdp, fp };

	if (fdp->fd_refcnt == 1)
		fd_advunlock(fp, curproc);
	else
		(void)proclist_foreach_call(&allproc, advunlock_sharer, &au);
}

int
closef(struct file *fp)
{
	struct flock lf = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	int error = 0;

	KASSERT(fp->f_count > 0);
	if (atomic_dec_uint_nv(&fp->f_count) > 0)
		return 0;
	if ((fp->f_flag & FHASLOCK) != 0 && fp->f_type == DTYPE_VNODE &&
	    VOP_ADVLOCK != NULL)
		(void)VOP_ADVLOCK(fp->f_vnode, fp, F_UNLCK, &lf, F_FLOCK);
	if (fp->f_ops != NULL)
		error = (*fp->f_ops->fo_close)(fp);
	ffree(fp);
	return error;
}

/* Wait until nobody but the caller (one pin) uses the descriptor. */
static void
fd_drain(filedesc_t *fdp, fdfile_t *ff, struct file *fp)
{

	KASSERT(mutex_owned(&fdp->fd_lock));
	atomic_or_uint(&ff->ff_refcnt, FR_CLOSING);
	atomic_dec_uint(&ff->ff_refcnt);
	while (ff->ff_refcnt != FR_CLOSING) {
		mutex_exit(&fdp->fd_lock);
		(*fp->f_ops->fo_restart)(fp);
		mutex_enter(&fdp->fd_lock);
		if (ff->ff_refcnt != FR_CLOSING)
			cv_wait(&fdp->fd_closing, &fdp->fd_lock);
	}
	ff->ff_refcnt = 0;
}

int
fd_close(unsigned fd)
{
	filedesc_t *fdp = curlwp->l_fd;
	struct file *fp;
	fdfile_t *ff;

	mutex_enter(&fdp->fd_lock);
	ff = fdp->fd_dt->dt_ff[fd];
	fp = ff->ff_file;
	if (__predict_false(fp == NULL)) {
		/* Another lwp closes it already. */
		mutex_exit(&fdp->fd_lock);
		fd_putfile(fd);
		return EBADF;
	}
	atomic_store_release(&ff->ff_file, NULL);
	ff->ff_exclose = false;
	fd_drain(fdp, ff, fp);
	if (__predict_false(!LIST_EMPTY(&ff->ff_knotes))) {
		mutex_exit(&fdp->fd_lock);
		knote_fdclose((int)fd);
		mutex_enter(&fdp->fd_lock);
	}
	fd_unused(fdp, fd);
	cv_broadcast(&fdp->fd_closing);
	mutex_exit(&fdp->fd_lock);
	if (__predict_false(fdp->fd_advlock))
		fd_advunlock_table(fdp, fp);
	return closef(fp);
}

/* A second descriptor for the file, number >= minfd. */
int
fd_dup(struct file *fp, int minfd, int *newp, bool exclose)
{
	struct proc *p = curproc;
	int error;

	if ((error = fd_alloc(p, minfd, newp)) != 0)
		return error;
	p->p_fd->fd_dt->dt_ff[*newp]->ff_exclose = exclose;
	if (exclose)
		p->p_fd->fd_exclose = true;
	fd_affix(p, fp, (unsigned)*newp);
	return 0;
}

/* Make newfd name the file, closing what it named before. */
int
fd_dup2(struct file *fp, unsigned newfd, int flags)
{
	struct proc *p = curproc;
	filedesc_t *fdp = curlwp->l_fd;
	fdfile_t *ff;

	if (newfd >= fd_limit(p))
		return EBADF;
	atomic_inc_uint(&fp->f_count);		/* while we may sleep */
	mutex_enter(&fdp->fd_lock);
	fd_grow(fdp, newfd);
	while ((ff = fdp->fd_dt->dt_ff[newfd]) != NULL && ff->ff_allocated) {
		if (ff->ff_file == NULL) {
			/* Being opened or closed by another lwp. */
			if ((ff->ff_refcnt & FR_CLOSING) == 0) {
				mutex_exit(&fdp->fd_lock);
				(void)closef(fp);
				return EBADF;
			}
			cv_wait(&fdp->fd_closing, &fdp->fd_lock);
			continue;
		}
		atomic_inc_uint(&ff->ff_refcnt);
		mutex_exit(&fdp->fd_lock);
		(void)fd_close(newfd);
		mutex_enter(&fdp->fd_lock);
	}
	ff = fd_used(fdp, newfd);
	ff->ff_exclose = (flags & O_CLOEXEC) != 0;
	if (ff->ff_exclose)
		fdp->fd_exclose = true;
	mutex_enter(&fp->f_lock);
	fp->f_flag |= (u_int)flags & (FNONBLOCK | FNOSIGPIPE);
	mutex_exit(&fp->f_lock);
	atomic_store_release(&ff->ff_file, fp);	/* with the count from above */
	mutex_exit(&fdp->fd_lock);
	return 0;
}

int
fd_set_exclose(struct lwp *l, int fd, bool exclose)
{
	filedesc_t *fdp = l->l_fd;

	mutex_enter(&fdp->fd_lock);
	fdp->fd_dt->dt_ff[fd]->ff_exclose = exclose;
	if (exclose)
		fdp->fd_exclose = true;
	mutex_exit(&fdp->fd_lock);
	return 0;
}

/* Turn a reserved descriptor into a file of a cloning device. */
int
fd_clone(struct file *fp, unsigned fd, int flag, const struct fileops *ops,
    void *data)
{

	fp->f_flag = (u_int)flag;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = ops;
	fp->f_data = data;
	curlwp->l_dupfd = (int)fd;
	fd_affix(curproc, fp, fd);
	return EMOVEFD;
}
