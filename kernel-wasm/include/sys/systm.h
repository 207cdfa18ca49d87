/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/systm.h - what every part of the kernel may call.
 */

#ifndef _SYS_SYSTM_H_
#define _SYS_SYSTM_H_

#include <sys/param.h>
#include <sys/stdarg.h>
#include <lib/libkern/libkern.h>

struct lwp;
struct proc;
struct vnode;
struct uio;

extern int	securelevel;
extern const char *panicstr;
extern int	doing_panic;
extern int	physmem;
extern struct vnode *rootvp;
extern dev_t	rootdev;

void	panic(const char *, ...) __dead __printflike(1, 2);
void	vpanic(const char *, va_list) __dead __printflike(1, 0);

/* Console and message buffer. */
void	printf(const char *, ...) __printflike(1, 2);
void	vprintf(const char *, va_list) __printflike(1, 0);
void	printf_nolog(const char *, ...) __printflike(1, 2);
void	log(int, const char *, ...) __printflike(2, 3);
void	vlog(int, const char *, va_list) __printflike(2, 0);
void	addlog(const char *, ...) __printflike(1, 2);
void	uprintf(const char *, ...) __printflike(1, 2);
int	sprintf(char *, const char *, ...) __printflike(2, 3);
int	snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
int	vsnprintf(char *, size_t, const char *, va_list) __printflike(3, 0);
void	aprint_normal(const char *, ...) __printflike(1, 2);
void	aprint_error(const char *, ...) __printflike(1, 2);
void	aprint_naive(const char *, ...) __printflike(1, 2);
void	aprint_verbose(const char *, ...) __printflike(1, 2);
void	aprint_debug(const char *, ...) __printflike(1, 2);
struct device;
void	aprint_normal_dev(struct device *, const char *, ...) __printflike(2, 3);
void	aprint_error_dev(struct device *, const char *, ...) __printflike(2, 3);
void	aprint_verbose_dev(struct device *, const char *, ...) __printflike(2, 3);
int	format_bytes(char *, size_t, uint64_t);
void	snprintb(char *, size_t, const char *, uint64_t);

#define	LOG_EMERG	0
#define	LOG_ALERT	1
#define	LOG_CRIT	2
#define	LOG_ERR		3
#define	LOG_WARNING	4
#define	LOG_NOTICE	5
#define	LOG_INFO	6
#define	LOG_DEBUG	7

/* Between the kernel and a client's memory: 0, EFAULT or ENAMETOOLONG. */
int	copyin(const void *, void *, size_t);
int	copyout(const void *, void *, size_t);
int	copyinstr(const void *, void *, size_t, size_t *);
int	copyoutstr(const void *, void *, size_t, size_t *);
int	copystr(const void *, void *, size_t, size_t *);
int	kcopy(const void *, void *, size_t);
int	copyin_proc(struct proc *, const void *, void *, size_t);
int	copyout_proc(struct proc *, const void *, void *, size_t);
int	ioctl_copyin(int, const void *, void *, size_t);
int	ioctl_copyout(int, const void *, void *, size_t);

/* Hash tables of list heads. */
enum hashtype { HASH_LIST, HASH_SLIST, HASH_TAILQ, HASH_PSLIST };
void	*hashinit(u_int, enum hashtype, bool, u_long *);
void	hashdone(void *, enum hashtype, u_long);

/* Functions of no operation. */
int	nullop(void *);
int	enodev(void);
int	enxio(void);
int	enosys(void);
int	eopnotsupp(void);
int	enoioctl(void);
void	voidop(void);

/* Hooks run at shutdown; last established runs first. */
void	*shutdownhook_establish(void (*)(void *), void *);
void	shutdownhook_disestablish(void *);
void	doshutdownhooks(void);
void	*exithook_establish(void (*)(struct proc *, void *), void *);
void	exithook_disestablish(void *);

void	delay(unsigned int);
#define	DELAY(n)	delay(n)

bool	trace_is_enabled(struct proc *);
int	trace_enter(register_t, const void *, int);

#include <sys/sleepq.h>

#endif /* _SYS_SYSTM_H_ */
