/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/pty.h - between the pairs of pseudo terminals, /dev/ptm which gives
 * them out, and ptyfs(5) which can name them.
 */

#ifndef _SYS_PTY_H_
#define	_SYS_PTY_H_

#include <sys/types.h>

struct lwp;
struct mount;
struct ptmget;
struct vattr;
struct vnode;

#define	PTS_MAJOR	5
#define	PTC_MAJOR	6
#define	PTM_MAJOR	165
#define	PTY_BSDNAMES	9	/* ptyp0 to ptyp8, as rump has them */
#define	PTY_MAX		64	/* with ptyfs */

/*
 * Names and vnodes of the pair `dev`; ms: 'p' the master, 't' the slave.
 *	getmp		the mount to be used, busy until vfs_unbusy(); may be
 *			NULL: none is needed
 *	allocvp		referenced, not locked
 *	getvattr	what the slave is set to before it is given out
 */
struct ptm_pty {
	int	(*getmp)(struct lwp *, struct mount **);
	int	(*allocvp)(struct mount *, struct lwp *, struct vnode **,
		    dev_t, char ms);
	int	(*makename)(struct mount *, struct lwp *, char *, size_t,
		    dev_t, char ms);
	void	(*getvattr)(struct mount *, struct lwp *, struct vattr *);
	int	npty;			/* how many pairs have names */
};

/* ptm.c: who names pairs from now on; NULL: /dev/ptyp0 and so on. */
void	pty_sethandler(const struct ptm_pty *);
/* The slave becomes the caller's; the names of a pair. */
int	pty_grant(struct lwp *, int);
int	pty_names(struct lwp *, int, struct ptmget *);

/* pty.c: a free pair of the first max is taken, -1: there is none. */
int	pty_claim(int max);
void	pty_unclaim(int);
/* Is its master open? */
bool	pty_isactive(int);

#endif /* !_SYS_PTY_H_ */
