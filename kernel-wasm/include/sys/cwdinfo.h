/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/cwdinfo.h - current and root directory of a process, and its umask.
 *
 * Fields	w	cwdi_lock	a	atomic
 */

#ifndef _SYS_CWDINFO_H_
#define _SYS_CWDINFO_H_

#include <sys/types.h>
#include <sys/rwlock.h>

struct proc;
struct vnode;

struct cwdinfo {
	struct vnode	*cwdi_cdir;	/* w: current directory */
	struct vnode	*cwdi_rdir;	/* w: root directory, NULL: the real one */
	struct vnode	*cwdi_edir;	/* w: emulation root: unused */
	krwlock_t	cwdi_lock;
	u_short		cwdi_cmask;	/* w: umask */
	volatile u_int	cwdi_refcnt;	/* a */
};

struct cwdinfo *cwdinit(void);		/* copy of curproc's */
void	cwdshare(struct proc *);	/* the process shares curproc's */
void	cwdfree(struct cwdinfo *);
void	cwdunshare(struct proc *);

#endif /* _SYS_CWDINFO_H_ */
