/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * border.h - the smallest kernel that meets rumpuser(3): one header, shared by its files.
 */
#ifndef _BORDER_H_
#define _BORDER_H_

#include <rump/rumpuser.h>

#define	EXPORT(name)	__attribute__((__export_name__(name)))
#define	NULL_LWP	((struct lwp *)0)

struct lwp {
	int	l_id;
	int	l_pid;
};

/* sched.c: upcalls, and what a thread needs to enter the kernel */
extern const struct rumpuser_hyperup border_hyperup;
extern struct rumpuser_mtx *sched_mtx;
extern _Thread_local struct lwp *curlwp;
extern int upcall_unschedules;
void	sched_init(void);
void	enter(void);
void	leave(void);
int	cpu_held(void);
struct lwp *lwp_new(int pid);
void	lwp_free(struct lwp *l);

/* check.c */
void	check(int ok, const char *what);
int	failures(void);
int	checks(void);
int	same(const void *a, const void *b, size_t n);
size_t	length(const char *s);

/* groups of tests */
void	test_mem(void);
void	test_params(void);
void	test_clock(void);
void	test_misc(void);
void	test_locks(void);
void	test_threads(void);
void	test_cv(void);
void	test_files(void);
void	test_bio(void);

#endif
