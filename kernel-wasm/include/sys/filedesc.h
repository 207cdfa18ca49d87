/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filedesc.h - descriptor tables, filedesc(9).
 */

#ifndef _SYS_FILEDESC_H_
#define	_SYS_FILEDESC_H_

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/queue.h>
#include <sys/event.h>

struct file;
struct fileops;
struct socket;
struct lwp;
struct proc;
struct stat;

#define	NDFILE		20	/* slots a new table has */
#define	OPEN_MAX	128

/*
 * A descriptor.  Its memory lives as long as the table, so that looking it up
 * needs no lock: count up ff_refcnt, then look at ff_file.
 *	a: atomic   d: fd_lock
 */
typedef struct fdfile {
	struct file	*ff_file;	/* a */
	u_int		ff_refcnt;	/* a: users, and FR_CLOSING */
	bool		ff_exclose;	/* d: FD_CLOEXEC */
	bool		ff_allocated;	/* d: number is taken */
	LIST_HEAD(, knote) ff_knotes;	/* of kqueues of this table */
} fdfile_t;
#define	FR_CLOSING	0x80000000u

/* Never freed before its filedesc: a reader may hold an old one. */
typedef struct fdtab {
	u_int		dt_nfiles;
	struct fdtab	*dt_link;	/* the table this one replaced */
	fdfile_t	*dt_ff[];
} fdtab_t;

/*
 *	a: atomic   d: fd_lock
 */
typedef struct filedesc {
	fdtab_t		*fd_dt;		/* a (written under d) */
	kmutex_t	fd_lock;
	kcondvar_t	fd_closing;	/* d: a descriptor ended */
	u_int		fd_refcnt;	/* a: lwps and processes that share it */
	int		fd_lastfile;	/* d: highest in use, -1 none */
	int		fd_freefile;	/* d: no lower one is free */
	int		fd_nused;	/* d */
	bool		fd_exclose;	/* d: some descriptor has FD_CLOEXEC */
	bool		fd_advlock;	/* d: some record lock was taken */
	u_int		fd_nkqueue;	/* a: kqueues made here */
} filedesc_t;

void	fd_sys_init(void);
filedesc_t *fd_init(filedesc_t *);		/* empty table */
filedesc_t *fd_copy(void);			/* copy of curlwp's */
void	fd_share(struct proc *);		/* give curlwp's to the process */
void	fd_hold(struct lwp *);
void	fd_free(void);				/* curlwp lets go of its table */
void	fd_closeexec(void);
/* Between kern_filedesc.c and kern_descrip.c; fd_lock held. */
fdtab_t	*fd_dtab_alloc(u_int);
void	fd_grow(filedesc_t *, u_int);
fdfile_t *fd_used(filedesc_t *, u_int);

int	fd_allocfile(struct file **, int *);	/* EMFILE, ENFILE */
void	fd_affix(struct proc *, struct file *, unsigned);
void	fd_abort(struct proc *, struct file *, unsigned);
int	fd_alloc(struct proc *, int want, int *result);
int	fd_dup(struct file *, int minfd, int *newp, bool exclose);
int	fd_dup2(struct file *, unsigned newfd, int flags);
int	fd_close(unsigned);

struct file *fd_getfile(unsigned);		/* referenced by the number */
void	fd_putfile(unsigned);
struct file *fd_getfile2(struct proc *, unsigned);	/* closef() when done */
int	fd_getvnode(unsigned, struct file **);	/* EBADF, EINVAL */
int	fd_getsock(unsigned, struct socket **);	/* EBADF, ENOTSOCK */
int	fd_getsock1(unsigned, struct socket **, struct file **);
int	fd_set_exclose(struct lwp *, int, bool);
int	fd_clone(struct file *, unsigned, int flag, const struct fileops *,
	    void *);				/* EMOVEFD */
int	closef(struct file *);
void	ffree(struct file *);

int	do_sys_fstat(int, struct stat *);
int	fgetown(pid_t, u_long, void *);
int	fsetown(pid_t *, u_long, const void *);
void	fownsignal(pid_t, int, int, int, void *);

#endif /* _SYS_FILEDESC_H_ */
