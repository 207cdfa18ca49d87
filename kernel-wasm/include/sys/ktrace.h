/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ktrace.h - ktrace(2) records, and the ring of fixed records behind the inspector.
 */

#ifndef _SYS_KTRACE_H_
#define	_SYS_KTRACE_H_

#include <sys/types.h>
#include <sys/time.h>
#include <sys/signal.h>

struct cpu_info;
struct file;
struct iovec;
struct ksiginfo;
struct lwp;
struct proc;
struct uio;

#define	KTROP_SET	0
#define	KTROP_CLEAR	1
#define	KTROP_CLEARFILE	2
#define	KTROP_MASK	0x3
#define	KTRFLAG_DESCEND	4

#define	KTR_SYSCALL	1
#define	KTR_SYSRET	2
#define	KTR_NAMEI	3
#define	KTR_GENIO	4
#define	KTR_PSIG	5
#define	KTR_CSW		6
#define	KTR_EMUL	7
#define	KTR_USER	8
#define	KTR_EXEC_ARG	10
#define	KTR_EXEC_ENV	11
#define	KTR_MIB		14
#define	KTR_EXEC_FD	15

#define	KTRFAC_MASK	0x00ffffff
#define	KTRFAC(t)	(1 << (t))
#define	KTRFAC_ROOT	0x80000000
#define	KTRFAC_PERSISTENT 0x80000000
#define	KTRFAC_INHERIT	0x40000000
#define	KTRFAC_TRC_EMUL	0x10000000
#define	KTRFAC_VER_MASK	0x0f000000
#define	KTRFAC_VER_SHIFT 24
#define	KTRFACv2	(2 << KTRFAC_VER_SHIFT)

#define	KTR_VERSION	2
#define	KTR_COMMLEN	17

struct ktr_header {
	int32_t		ktr_len;	/* of the data that follows */
	int16_t		ktr_type;
	int16_t		ktr_version;
	pid_t		ktr_pid;
	char		ktr_comm[KTR_COMMLEN];
	char		ktr_pad[3];
	struct timespec	ktr_time;
	lwpid_t		ktr_lid;
};

struct ktr_syscall {
	int32_t		ktr_code;
	int32_t		ktr_argsize;
	/* arguments follow */
};
struct ktr_sysret {
	int16_t		ktr_code;
	int16_t		ktr_eosys;
	int32_t		ktr_error;
	register_t	ktr_retval;
	register_t	ktr_retval_1;
};
struct ktr_genio {
	int32_t		ktr_fd;
	int32_t		ktr_rw;		/* enum uio_rw */
};
struct ktr_psig {
	int32_t		signo;
	uintptr_t	action;
	sigset_t	mask;
	int32_t		code;
};
struct ktr_csw {
	int32_t		out;
	int32_t		user;
};
#define	KTR_USER_MAXIDLEN 20
struct ktr_user {
	char		ktr_id[KTR_USER_MAXIDLEN];
	/* data follows */
};
#define	KTR_USER_MAXLEN	2048

/* Bits of rump_trace_flags, tested once in each system call. */
#define	RUMP_TRACE_KTRACE	0x1u
#define	RUMP_TRACE_RING		0x2u
extern u_int	rump_trace_flags;

/* Slow hooks; call only where rump_trace_flags != 0. */
void	trace_syscall_enter(struct lwp *, int num, const void *args,
	    size_t argsize);
void	trace_syscall_exit(struct lwp *, int num, int error,
	    const register_t retval[2]);

void	ktr_syscall_enter(struct lwp *, int, const void *, size_t);
void	ktr_syscall_exit(struct lwp *, int, int, const register_t [2]);
void	rump_trace_on(u_int bit);
void	rump_trace_off(u_int bit);

#define	KTRPOINT(p, t)							\
	(__builtin_expect((rump_trace_flags & RUMP_TRACE_KTRACE) != 0, 0) && \
	    ktr_point(p, t))
bool	ktr_point(struct proc *, int);
void	ktr_namei(const char *, size_t);
void	ktr_genio_iov(int, int rw, const struct iovec *, size_t len, int error);
void	ktr_psig(int, const struct ksiginfo *);
void	ktr_csw(int out, int user);
void	ktr_user(const char *, void *, size_t, int);
void	ktr_mib(const int *, u_int);
void	ktrinit(void);
void	ktrderef(struct proc *);
void	ktr_fork(struct proc *parent, struct proc *child);

#define	ktrnamei(b, n)	do {						\
	if (KTRPOINT(curlwp->l_proc, KTR_NAMEI))			\
		ktr_namei((b), (n));					\
} while (/*CONSTCOND*/0)

/*
 * The ring.  One writer a CPU (whoever holds it); readers copy a record and
 * look at its sequence again.  Records are 32 bytes in every build.
 */
#define	RUMP_TRACE_SYSCALL_ENTER 1
#define	RUMP_TRACE_SYSCALL_EXIT	2
#define	RUMP_TRACE_LWP_SWITCH	3
#define	RUMP_TRACE_BIO_START	4
#define	RUMP_TRACE_BIO_DONE	5
#define	RUMP_TRACE_HYPERCALL	6
#define	RUMP_TRACE_USER		7

struct rump_trace_record {
	uint64_t	rt_time;	/* ns since boot */
	uint32_t	rt_seq;		/* number of the record, 0 while written */
	uint16_t	rt_kind;
	uint16_t	rt_cpu;
	int32_t		rt_pid;
	int32_t		rt_lid;
	uint32_t	rt_arg[2];
};

struct rump_trace_ring {
	uint32_t	tr_head;	/* records ever written */
	uint32_t	tr_mask;	/* capacity - 1 */
	uint32_t	tr_recsize;
	uint32_t	tr_lost;
	struct rump_trace_record tr_rec[];
};

#define	RUMP_TRACE(kind, a0, a1)	do {				\
	if (__builtin_expect(						\
	    (__atomic_load_n(&rump_trace_flags, __ATOMIC_RELAXED) &	\
	    RUMP_TRACE_RING) != 0, 0))					\
		rump_trace_event((kind), (uint32_t)(a0), (uint32_t)(a1)); \
} while (/*CONSTCOND*/0)

void	rump_trace_event(int, uint32_t, uint32_t);
void	rump_trace_switch(struct cpu_info *);	/* curlwp took this CPU */
#define	RUMP_TRACE_SWITCH(ci)	do {					\
	if (__builtin_expect(						\
	    (__atomic_load_n(&rump_trace_flags, __ATOMIC_RELAXED) &	\
	    RUMP_TRACE_RING) != 0, 0))					\
		rump_trace_switch(ci);					\
} while (/*CONSTCOND*/0)
int	rump_trace_enable(int on);
struct rump_trace_ring *rump_trace_ring(int cpu, uint32_t *sizep);

#endif /* _SYS_KTRACE_H_ */
