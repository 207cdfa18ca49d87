/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_ktrace.c - ktrace(2): records of what a process does, into a file.
 *
 * A record is queued where it arises, under whatever locks are held there,
 * and written when the traced lwp leaves its system call with none.
 *
 * Locking	t: ktrace_lock, a leaf: p_traceflag, p_ktracep, queues.
 * Sleeps	only the writing.
 * Errors	EINVAL, EPERM, ESRCH, EBADF.  A failing write ends the trace.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/intr.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/siginfo.h>
#include <sys/signalvar.h>
#include <sys/syscall.gen.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>

#include <rump-sys/kern.h>

#define	KTR_MAXQUEUE	(256 * 1024u)	/* bytes that may wait */
#define	KTR_GENIO_MAX	1024u		/* of data in one record */

struct ktr_rec {
	TAILQ_ENTRY(ktr_rec) kr_entry;
	size_t		kr_size;	/* of the allocation */
	struct ktr_header kr_hdr;	/* data follows */
};

/* Where the records of one or more processes go. */
struct ktr_desc {
	u_int		ktd_refcnt;	/* t */
	struct file	*ktd_fp;	/* stable, holds f_count */
	TAILQ_HEAD(, ktr_rec) ktd_queue;	/* t */
	size_t		ktd_queued;	/* t: bytes */
	u_int		ktd_dropped;	/* t */
	bool		ktd_writing;	/* t: one lwp writes */
	struct ktr_desc	*ktd_next;	/* t: of ktrace_dead */
};

static kmutex_t ktrace_lock;
static u_int ktrace_procs;		/* t: traced processes */
static struct ktr_desc *ktrace_dead;	/* t: to be freed without proc_lock */

static void
ktr_flags(void)
{

	if (ktrace_procs != 0)
		rump_trace_on(RUMP_TRACE_KTRACE);
	else
		rump_trace_off(RUMP_TRACE_KTRACE);
}

static void
ktd_free(struct ktr_desc *ktd)
{
	struct ktr_rec *kr;

	while ((kr = TAILQ_FIRST(&ktd->ktd_queue)) != NULL) {
		TAILQ_REMOVE(&ktd->ktd_queue, kr, kr_entry);
		kmem_free(kr, kr->kr_size);
	}
	(void)closef(ktd->ktd_fp);
	kmem_free(ktd, sizeof(*ktd));
}

/* Drop one reference; ktrace_lock is held and released. */
static void
ktd_rele(struct ktr_desc *ktd)
{
	bool last = --ktd->ktd_refcnt == 0;

	mutex_exit(&ktrace_lock);
	if (last)
		ktd_free(ktd);
}

/* Write what waits.  Called without locks. */
static void
ktd_flush(struct ktr_desc *ktd)
{
	struct lwp *l = curlwp;
	struct file *fp = ktd->ktd_fp;
	struct ktr_rec *kr;
	int error = 0;

	mutex_enter(&ktrace_lock);
	if (ktd->ktd_writing) {
		mutex_exit(&ktrace_lock);
		return;
	}
	ktd->ktd_writing = true;
	while ((kr = TAILQ_FIRST(&ktd->ktd_queue)) != NULL) {
		struct iovec iov = {
			.iov_base = &kr->kr_hdr,
			.iov_len = sizeof(kr->kr_hdr) +
			    (size_t)kr->kr_hdr.ktr_len,
		};
		struct uio uio = {
			.uio_iov = &iov, .uio_iovcnt = 1,
			.uio_resid = iov.iov_len, .uio_rw = UIO_WRITE,
		};

		TAILQ_REMOVE(&ktd->ktd_queue, kr, kr_entry);
		ktd->ktd_queued -= kr->kr_size;
		mutex_exit(&ktrace_lock);
		uio_setup_sysspace(&uio);
		l->l_pflag |= LP_KTRACTIVE;
		if (error == 0)
			error = (*fp->f_ops->fo_write)(fp, &fp->f_offset, &uio,
			    fp->f_cred, FOF_UPDATE_OFFSET);
		l->l_pflag &= ~LP_KTRACTIVE;
		kmem_free(kr, kr->kr_size);
		mutex_enter(&ktrace_lock);
	}
	ktd->ktd_writing = false;
	mutex_exit(&ktrace_lock);
}

void
ktrderef(struct proc *p)
{
	struct ktr_desc *ktd;

	mutex_enter(&ktrace_lock);
	ktd = p->p_ktracep;
	p->p_ktracep = NULL;
	p->p_traceflag = 0;
	if (ktd == NULL) {
		mutex_exit(&ktrace_lock);
		return;
	}
	ktrace_procs--;
	ktr_flags();
	mutex_exit(&ktrace_lock);
	ktd_flush(ktd);
	mutex_enter(&ktrace_lock);
	ktd_rele(ktd);
}

/* Children inherit with KTRFAC_INHERIT. */
void
ktr_fork(struct proc *parent, struct proc *child)
{

	if (parent->p_ktracep == NULL)
		return;
	mutex_enter(&ktrace_lock);
	if (parent->p_ktracep != NULL &&
	    (parent->p_traceflag & KTRFAC_INHERIT) != 0) {
		child->p_ktracep = parent->p_ktracep;
		child->p_traceflag = parent->p_traceflag;
		((struct ktr_desc *)child->p_ktracep)->ktd_refcnt++;
		ktrace_procs++;
	}
	mutex_exit(&ktrace_lock);
}

static int
ktr_ph_fork(struct proc *parent, struct proc *child, int flags)
{

	ktr_fork(parent, child);
	return 0;
}

static struct rump_proc_hooks ktr_hooks = {
	.ph_name = "ktrace", .ph_order = PH_ORDER_TRACE,
	.ph_fork = ktr_ph_fork, .ph_exit = ktrderef,
};

void
ktrinit(void)
{

	mutex_init(&ktrace_lock, MUTEX_DEFAULT, IPL_NONE);
	rump_proc_hooks_register(&ktr_hooks);
}

bool
ktr_point(struct proc *p, int type)
{

	return (p->p_traceflag & KTRFAC(type)) != 0 &&
	    (curlwp->l_pflag & LP_KTRACTIVE) == 0;
}

/* Queue a record of two parts for process p. */
static void
ktr_add(struct proc *p, int type, const void *a, size_t alen, const void *b,
    size_t blen)
{
	size_t size = sizeof(struct ktr_rec) + alen + blen;
	struct ktr_rec *kr = kmem_zalloc(size, KM_SLEEP);
	char *data = (char *)(&kr->kr_hdr + 1);
	struct ktr_desc *ktd;

	kr->kr_size = size;
	kr->kr_hdr.ktr_len = (int32_t)(alen + blen);
	kr->kr_hdr.ktr_type = (int16_t)type;
	kr->kr_hdr.ktr_version = KTR_VERSION;
	kr->kr_hdr.ktr_pid = p->p_pid;
	kr->kr_hdr.ktr_lid = curlwp->l_lid;
	strlcpy(kr->kr_hdr.ktr_comm, p->p_comm, sizeof(kr->kr_hdr.ktr_comm));
	nanotime(&kr->kr_hdr.ktr_time);
	memcpy(data, a, alen);
	if (blen != 0)
		memcpy(data + alen, b, blen);
	mutex_enter(&ktrace_lock);
	ktd = p->p_ktracep;
	if (ktd != NULL && ktd->ktd_queued + size <= KTR_MAXQUEUE) {
		TAILQ_INSERT_TAIL(&ktd->ktd_queue, kr, kr_entry);
		ktd->ktd_queued += size;
		kr = NULL;
	} else if (ktd != NULL)
		ktd->ktd_dropped++;
	mutex_exit(&ktrace_lock);
	if (kr != NULL)
		kmem_free(kr, size);
}

/* Called by the system call path while tracing is on. */
void
ktr_syscall_enter(struct lwp *l, int num, const void *args, size_t argsize)
{
	struct ktr_syscall rec;

	if (!ktr_point(l->l_proc, KTR_SYSCALL))
		return;
	rec.ktr_code = num;
	rec.ktr_argsize = (int32_t)argsize;
	ktr_add(l->l_proc, KTR_SYSCALL, &rec, sizeof(rec), args, argsize);
}

void
ktr_syscall_exit(struct lwp *l, int num, int error, const register_t retval[2])
{
	struct ktr_sysret rec;
	struct ktr_desc *ktd;

	if (ktr_point(l->l_proc, KTR_SYSRET)) {
		rec.ktr_code = (int16_t)num;
		rec.ktr_eosys = 0;
		rec.ktr_error = error;
		rec.ktr_retval = error == 0 ? retval[0] : 0;
		rec.ktr_retval_1 = error == 0 ? retval[1] : 0;
		ktr_add(l->l_proc, KTR_SYSRET, &rec, sizeof(rec), NULL, 0);
	}
	mutex_enter(&ktrace_lock);
	if ((ktd = l->l_proc->p_ktracep) != NULL)
		ktd->ktd_refcnt++;
	mutex_exit(&ktrace_lock);
	if (ktd != NULL) {
		ktd_flush(ktd);
		mutex_enter(&ktrace_lock);
		ktd_rele(ktd);
	}
}

void
ktr_namei(const char *path, size_t len)
{

	ktr_add(curproc, KTR_NAMEI, path, len, NULL, 0);
}

void
ktr_genio_iov(int fd, int rw, const struct iovec *iov, size_t len, int error)
{
	struct ktr_genio rec = { .ktr_fd = fd, .ktr_rw = rw };
	char *buf;

	if (error != 0)
		return;
	len = MIN(len, MIN(iov->iov_len, KTR_GENIO_MAX));
	buf = kmem_alloc(KTR_GENIO_MAX, KM_SLEEP);
	if (copyin(iov->iov_base, buf, len) == 0)
		ktr_add(curproc, KTR_GENIO, &rec, sizeof(rec), buf, len);
	kmem_free(buf, KTR_GENIO_MAX);
}

void
ktr_psig(int sig, const struct ksiginfo *ksi)
{
	struct ktr_psig rec;

	memset(&rec, 0, sizeof(rec));
	rec.signo = sig;
	rec.code = ksi != NULL ? ksi->ksi_code : SI_NOINFO;
	ktr_add(curproc, KTR_PSIG, &rec, sizeof(rec), NULL, 0);
}

void
ktr_csw(int out, int user)
{
	struct ktr_csw rec = { .out = out, .user = user };

	ktr_add(curproc, KTR_CSW, &rec, sizeof(rec), NULL, 0);
}

void
ktr_mib(const int *mib, u_int n)
{

	ktr_add(curproc, KTR_MIB, mib, n * sizeof(*mib), NULL, 0);
}

void
ktr_user(const char *id, void *addr, size_t len, int ustr)
{
	struct ktr_user rec;
	char *buf;

	memset(&rec, 0, sizeof(rec));
	if (ustr)
		(void)copyinstr(id, rec.ktr_id, sizeof(rec.ktr_id), NULL);
	else
		strlcpy(rec.ktr_id, id, sizeof(rec.ktr_id));
	buf = kmem_alloc(KTR_USER_MAXLEN, KM_SLEEP);
	if (copyin(addr, buf, len) == 0)
		ktr_add(curproc, KTR_USER, &rec, sizeof(rec), buf, len);
	kmem_free(buf, KTR_USER_MAXLEN);
}

int
sys_utrace(struct lwp *l, const struct sys_utrace_args *uap, register_t *retval)
{

	if (SCARG(uap, len) > KTR_USER_MAXLEN)
		return EINVAL;
	if (KTRPOINT(l->l_proc, KTR_USER))
		ktr_user(SCARG(uap, label), SCARG(uap, addr), SCARG(uap, len),
		    1);
	return 0;
}

/* Change one process.  ktrace_lock held; *drop gets a reference to give up. */
static void
ktr_op(struct proc *p, int op, int facs, struct ktr_desc *ktd,
    struct ktr_desc **drop)
{
	struct ktr_desc *old = p->p_ktracep;

	*drop = NULL;
	if (op == KTROP_SET) {
		if (old != ktd) {
			*drop = old;
			if (old == NULL)
				ktrace_procs++;
			p->p_ktracep = ktd;
			ktd->ktd_refcnt++;
		}
		p->p_traceflag |= facs;
		return;
	}
	p->p_traceflag &= ~facs;
	if ((p->p_traceflag & KTRFAC_MASK) == 0 && old != NULL) {
		p->p_traceflag = 0;
		p->p_ktracep = NULL;
		ktrace_procs--;
		*drop = old;
	}
}

static int
ktr_set(struct lwp *l, struct proc *p, int op, int facs, struct ktr_desc *ktd)
{
	struct ktr_desc *drop;

	if (kauth_authorize_process(l->l_cred, KAUTH_PROCESS_KTRACE, p, NULL,
	    NULL, NULL) != 0)
		return EPERM;
	mutex_enter(&ktrace_lock);
	ktr_op(p, op, facs, ktd, &drop);
	ktr_flags();
	if (drop != NULL && --drop->ktd_refcnt == 0) {
		drop->ktd_next = ktrace_dead;
		ktrace_dead = drop;
	}
	mutex_exit(&ktrace_lock);
	return 0;
}

/* Closing a file may want proc_lock: what ktr_set() dropped ends here. */
static void
ktr_reap(void)
{
	struct ktr_desc *ktd, *next;

	mutex_enter(&ktrace_lock);
	ktd = ktrace_dead;
	ktrace_dead = NULL;
	mutex_exit(&ktrace_lock);
	for (; ktd != NULL; ktd = next) {
		next = ktd->ktd_next;
		ktd_free(ktd);
	}
}

/* All processes that write to the same file stop. */
static int
ktr_clearfile(struct lwp *l, struct file *fp)
{
	struct proc *p;
	int error = 0;

	mutex_enter(proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		struct ktr_desc *ktd = p->p_ktracep;

		if (ktd != NULL && ktd->ktd_fp->f_data == fp->f_data)
			error = ktr_set(l, p, KTROP_CLEAR, KTRFAC_MASK, NULL);
	}
	mutex_exit(proc_lock);
	ktr_reap();
	return error;
}

static int
ktr_walk(struct lwp *l, int ops, int facs, pid_t pid, struct ktr_desc *ktd)
{
	int error = ESRCH, found = 0, op = ops & KTROP_MASK;
	struct proc *p, *q;
	struct pgrp *pg;

	mutex_enter(proc_lock);
	if (pid < 0) {
		if ((pg = pgrp_find(-pid)) != NULL)
			LIST_FOREACH(p, &pg->pg_members, p_pglist)
				found += (error = ktr_set(l, p, op, facs,
				    ktd)) == 0;
	} else if ((p = proc_find(pid)) != NULL) {
		found += (error = ktr_set(l, p, op, facs, ktd)) == 0;
		if ((ops & KTRFLAG_DESCEND) != 0)
			PROCLIST_FOREACH(q, &allproc)
				if (q != p && p_inferior(q, p))
					found += ktr_set(l, q, op, facs,
					    ktd) == 0;
	}
	mutex_exit(proc_lock);
	ktr_reap();
	return found != 0 ? 0 : error;
}

static int
ktrace_common(struct lwp *l, int ops, int facs, pid_t pid, struct file *fp)
{
	struct ktr_desc *ktd = NULL;
	int error;

	facs &= KTRFAC_MASK | KTRFAC_INHERIT | (int)KTRFAC_PERSISTENT;
	switch (ops & KTROP_MASK) {
	case KTROP_CLEARFILE:
		return fp == NULL ? EINVAL : ktr_clearfile(l, fp);
	case KTROP_SET:
		if (fp == NULL || (facs & KTRFAC_MASK) == 0)
			return EINVAL;
		ktd = kmem_zalloc(sizeof(*ktd), KM_SLEEP);
		TAILQ_INIT(&ktd->ktd_queue);
		ktd->ktd_refcnt = 1;
		ktd->ktd_fp = fp;
		atomic_inc_uint(&fp->f_count);
		break;
	case KTROP_CLEAR:
		break;
	default:
		return EINVAL;
	}
	error = ktr_walk(l, ops, facs, pid, ktd);
	if (ktd != NULL) {
		mutex_enter(&ktrace_lock);
		ktd_rele(ktd);
	}
	return error;
}

int
sys_fktrace(struct lwp *l, const struct sys_fktrace_args *uap,
    register_t *retval)
{
	struct file *fp;
	int error;

	if ((fp = fd_getfile((unsigned)SCARG(uap, fd))) == NULL)
		return EBADF;
	if ((fp->f_flag & FWRITE) == 0)
		error = EBADF;
	else
		error = ktrace_common(l, SCARG(uap, ops), SCARG(uap, facs),
		    SCARG(uap, pid), fp);
	fd_putfile((unsigned)SCARG(uap, fd));
	return error;
}

int
sys_ktrace(struct lwp *l, const struct sys_ktrace_args *uap, register_t *retval)
{
	struct sys_open_args oa;
	register_t rv[2] = { -1, 0 };
	struct file *fp;
	int error;

	if ((SCARG(uap, ops) & KTROP_MASK) == KTROP_CLEAR)
		return ktrace_common(l, SCARG(uap, ops), SCARG(uap, facs),
		    SCARG(uap, pid), NULL);
	memset(&oa, 0, sizeof(oa));
	SCARG(&oa, path) = SCARG(uap, fname);
	SCARG(&oa, flags) = O_WRONLY | O_APPEND | O_NONBLOCK;
	error = rump_syscall_inkernel(l, SYS_open, &oa, rv);
	if (error != 0)
		return error;
	fp = fd_getfile((unsigned)rv[0]);
	error = ktrace_common(l, SCARG(uap, ops), SCARG(uap, facs),
	    SCARG(uap, pid), fp);
	(void)fd_close((unsigned)rv[0]);
	return error;
}
