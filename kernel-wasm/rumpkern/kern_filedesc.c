/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_filedesc.c - descriptor tables as a whole: made, copied, shared, freed.
 *
 * Locking	d: fd_lock; of two tables the older first.
 * Sleeps	for memory; fd_free() in the closes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>

/* A table as it is born: the first slots come with it. */
struct filedesc0 {
	filedesc_t	fd0_fd;
	fdfile_t	fd0_ff[NDFILE];
	union {
		fdtab_t	dt;
		char	space[sizeof(fdtab_t) + NDFILE * sizeof(fdfile_t *)];
	} fd0_dt;
};

filedesc_t *
fd_init(filedesc_t *unused)
{
	struct filedesc0 *fd0 = kmem_zalloc(sizeof(*fd0), KM_SLEEP);
	filedesc_t *fdp = &fd0->fd0_fd;
	fdtab_t *dt = &fd0->fd0_dt.dt;

	KASSERT(unused == NULL);
	dt->dt_nfiles = NDFILE;
	for (u_int i = 0; i < NDFILE; i++)
		dt->dt_ff[i] = &fd0->fd0_ff[i];
	fdp->fd_dt = dt;
	mutex_init(&fdp->fd_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&fdp->fd_closing, "fdclose");
	fdp->fd_refcnt = 1;
	fdp->fd_lastfile = -1;
	return fdp;
}

fdtab_t *
fd_dtab_alloc(u_int n)
{
	fdtab_t *dt;

	dt = kmem_zalloc(sizeof(*dt) + n * sizeof(dt->dt_ff[0]), KM_SLEEP);
	dt->dt_nfiles = n;
	return dt;
}

static void
fd_dtab_free(fdtab_t *dt)
{

	kmem_free(dt, sizeof(*dt) + dt->dt_nfiles * sizeof(dt->dt_ff[0]));
}

filedesc_t *
fd_copy(void)
{
	filedesc_t *fdp = curlwp->l_fd, *new = fd_init(NULL);
	fdfile_t *ff, *nff;
	struct file *fp;

	/* Nobody else knows the new table; its lock is for the assertions. */
	mutex_enter(&fdp->fd_lock);
	mutex_enter(&new->fd_lock);
	if (fdp->fd_lastfile >= 0)
		fd_grow(new, (u_int)fdp->fd_lastfile);
	for (int i = 0; i <= fdp->fd_lastfile; i++) {
		ff = fdp->fd_dt->dt_ff[i];
		if (ff == NULL || (fp = ff->ff_file) == NULL ||
		    fp->f_type == DTYPE_KQUEUE)
			continue;
		nff = fd_used(new, (u_int)i);
		nff->ff_exclose = ff->ff_exclose;
		atomic_inc_uint(&fp->f_count);
		nff->ff_file = fp;
	}
	new->fd_exclose = fdp->fd_exclose;
	/* fd_used() moves it only in order: look for the first hole. */
	while ((u_int)new->fd_freefile < new->fd_dt->dt_nfiles &&
	    (ff = new->fd_dt->dt_ff[new->fd_freefile]) != NULL &&
	    ff->ff_allocated)
		new->fd_freefile++;
	mutex_exit(&new->fd_lock);
	mutex_exit(&fdp->fd_lock);
	return new;
}

void
fd_share(struct proc *p)
{
	filedesc_t *fdp = curlwp->l_fd;

	p->p_fd = fdp;
	atomic_inc_uint(&fdp->fd_refcnt);
}

void
fd_hold(struct lwp *l)
{

	atomic_inc_uint(&l->l_fd->fd_refcnt);
}

void
fd_closeexec(void)
{
	filedesc_t *fdp = curlwp->l_fd;

	if (!fdp->fd_exclose)
		return;
	fdp->fd_exclose = false;
	for (int i = 0; i <= fdp->fd_lastfile; i++) {
		fdfile_t *ff = fdp->fd_dt->dt_ff[i];

		if (ff != NULL && ff->ff_exclose &&
		    fd_getfile((unsigned)i) != NULL)
			(void)fd_close((unsigned)i);
	}
}

static void
fd_destroy(filedesc_t *fdp)
{
	struct filedesc0 *fd0 = (struct filedesc0 *)fdp;
	fdtab_t *dt = fdp->fd_dt, *next;

	for (u_int i = NDFILE; i < dt->dt_nfiles; i++) {
		if (dt->dt_ff[i] != NULL)
			kmem_free(dt->dt_ff[i], sizeof(fdfile_t));
	}
	for (; dt != &fd0->fd0_dt.dt; dt = next) {
		next = dt->dt_link;
		fd_dtab_free(dt);
	}
	cv_destroy(&fdp->fd_closing);
	mutex_destroy(&fdp->fd_lock);
	kmem_free(fd0, sizeof(*fd0));
}

/* curlwp lets go of its table; the last one closes everything. */
void
fd_free(void)
{
	struct lwp *l = curlwp;
	filedesc_t *fdp = l->l_fd;

	KASSERT(fdp->fd_refcnt > 0);
	if (atomic_dec_uint_nv(&fdp->fd_refcnt) > 0) {
		l->l_fd = NULL;
		return;
	}
	fdp->fd_refcnt = 1;
	for (int i = fdp->fd_lastfile; i >= 0; i--) {
		if (fd_getfile((unsigned)i) != NULL)
			(void)fd_close((unsigned)i);
	}
	KASSERT(fdp->fd_nused == 0);
	l->l_fd = NULL;
	fd_destroy(fdp);
}
