/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resourcevar.h - limits inside the kernel.
 */

#ifndef _SYS_RESOURCEVAR_H_
#define	_SYS_RESOURCEVAR_H_

#include <sys/resource.h>
#include <sys/mutex.h>

struct lwp;
struct proc;

/* Shared by processes until one changes its own.  pl_refcnt is atomic. */
struct plimit {
	struct rlimit	pl_rlimit[RLIM_NLIMITS];
	u_int		pl_refcnt;
};

extern struct plimit	limit0;
extern int		maxproc;

void	resource_init(void);
struct plimit *lim_hold(struct plimit *);
void	lim_free(struct plimit *);
int	dosetrlimit(struct lwp *, struct proc *, int, struct rlimit *);
/* Would the user have more than RLIMIT_NPROC?  Returns the new count. */
int	chgproccnt(uid_t, int);
int	chgsbsize(uid_t, u_long *, u_long, rlim_t);

#endif /* _SYS_RESOURCEVAR_H_ */
