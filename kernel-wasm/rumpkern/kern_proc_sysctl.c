/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_proc_sysctl.c - kern.proc2 and kern.file2: processes and open files as
 * ps(1) and fstat(1) read them.
 *
 * The records are built by offset, so that they are the same in every build.
 *
 * Locking	proc_lock while a record is made; not while it is copied.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/cpu.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/tty.h>

#define	KP2_SIZE	680
#define	KF_SIZE		120
#define	KP2_NODEV	0xffffffffu

/* p_eflag */
#define	EPROC_CTTY	0x01
#define	EPROC_SLEADER	0x02

/* Offsets of struct kinfo_proc2. */
enum {
	KP_EFLAG = 104, KP_EXITSIG = 108, KP_FLAG = 112, KP_PID = 116,
	KP_PPID = 120, KP_SID = 124, KP_PGID = 128, KP_TPGID = 132,
	KP_UID = 136, KP_RUID = 140, KP_GID = 144, KP_RGID = 148,
	KP_GROUPS = 152, KP_NGROUPS = 216, KP_JOBC = 218, KP_TDEV = 220,
	KP_RTIME = 228, KP_TRACEFLAG = 288, KP_SIGLIST = 296,
	KP_SIGIGNORE = 328, KP_SIGCATCH = 344, KP_STAT = 360, KP_PRIO = 361,
	KP_NICE = 363, KP_COMM = 368, KP_WMESG = 392, KP_LOGIN = 408,
	KP_UVALID = 448, KP_USTART = 456, KP_NVCSW = 576, KP_CPUID = 600,
	KP_NLWPS = 616, KP_NRLWPS = 624, KP_REALSTAT = 632, KP_SVUID = 640,
	KP_SVGID = 644, KP_ENAME = 648,
};

static void
put16(uint8_t *p, uint16_t v)
{

	memcpy(p, &v, sizeof(v));
}

static void
put32(uint8_t *p, uint32_t v)
{

	memcpy(p, &v, sizeof(v));
}

static void
put64(uint8_t *p, uint64_t v)
{

	memcpy(p, &v, sizeof(v));
}

static void
kp2_cred(uint8_t *b, kauth_cred_t cr)
{
	u_int n = MIN(kauth_cred_ngroups(cr), NGROUPS);

	put32(b + KP_UID, kauth_cred_geteuid(cr));
	put32(b + KP_RUID, kauth_cred_getuid(cr));
	put32(b + KP_GID, kauth_cred_getegid(cr));
	put32(b + KP_RGID, kauth_cred_getgid(cr));
	put32(b + KP_SVUID, kauth_cred_getsvuid(cr));
	put32(b + KP_SVGID, kauth_cred_getsvgid(cr));
	for (u_int i = 0; i < n; i++)
		put32(b + KP_GROUPS + 4 * i, kauth_cred_group(cr, i));
	put16(b + KP_NGROUPS, (uint16_t)n);
}

static void
kp2_pgrp(uint8_t *b, struct proc *p)
{
	struct session *s = p->p_pgrp->pg_session;
	uint32_t eflag = s->s_leader == p ? EPROC_SLEADER : 0;

	put32(b + KP_SID, (uint32_t)s->s_sid);
	put32(b + KP_PGID, (uint32_t)p->p_pgrp->pg_id);
	put16(b + KP_JOBC, (uint16_t)p->p_pgrp->pg_jobc);
	put32(b + KP_TDEV, KP2_NODEV);
	if ((p->p_lflag & PL_CONTROLT) != 0 && s->s_ttyp != NULL) {
		struct tty *tp = s->s_ttyp;

		eflag |= EPROC_CTTY;
		put32(b + KP_TDEV, (uint32_t)tp->t_dev);
		put32(b + KP_TPGID, tp->t_pgrp != NULL ?
		    (uint32_t)tp->t_pgrp->pg_id : (uint32_t)-1);
	}
	put32(b + KP_EFLAG, eflag);
	strlcpy((char *)b + KP_LOGIN, s->s_login, 24);
}

static void
kp2_lwps(uint8_t *b, struct proc *p)
{
	struct lwp *l = LIST_FIRST(&p->p_lwps);
	uint64_t nsw = 0;
	int stat = LSSLEEP;

	if (l != NULL) {
		struct cpu_info *ci = l->l_cpu;

		stat = ci != NULL && ci->ci_curlwp == l ? LSONPROC :
		    l->l_wmesg != NULL ? LSSLEEP :
		    (l->l_flag & LW_RUMP_BUSY) != 0 ? LSRUN : LSSLEEP;
		if (l->l_wmesg != NULL)
			strlcpy((char *)b + KP_WMESG, l->l_wmesg, 8);
		b[KP_PRIO] = (uint8_t)l->l_priority;
		if (l->l_cpu != NULL)
			put64(b + KP_CPUID, (uint64_t)l->l_cpu->ci_index);
	}
	LIST_FOREACH(l, &p->p_lwps, l_sibling)
		nsw += l->l_ncsw;
	if ((p->p_sflag & PS_STOPPING) != 0)
		stat = LSSTOP;
	b[KP_STAT] = (uint8_t)stat;
	put64(b + KP_NVCSW, nsw);
	put64(b + KP_NLWPS, (uint64_t)p->p_nlwps);
	put64(b + KP_NRLWPS, (uint64_t)p->p_nrlwps);
}

static void
kp2_fill(uint8_t *b, struct proc *p)
{

	memset(b, 0, KP2_SIZE);
	put32(b + KP_FLAG, (uint32_t)p->p_flag);
	put32(b + KP_EXITSIG, (uint32_t)p->p_exitsig);
	put32(b + KP_PID, (uint32_t)p->p_pid);
	put32(b + KP_PPID, p->p_pptr != NULL ? (uint32_t)p->p_pptr->p_pid : 0);
	kp2_cred(b, p->p_cred);
	kp2_pgrp(b, p);
	put32(b + KP_TRACEFLAG, (uint32_t)p->p_traceflag);
	b[KP_NICE] = p->p_nice;
	put64(b + KP_REALSTAT, (uint64_t)p->p_stat);
	strlcpy((char *)b + KP_COMM, p->p_comm, 24);
	strlcpy((char *)b + KP_ENAME, "netbsd", 16);
	put64(b + KP_UVALID, 1);
	put32(b + KP_USTART, (uint32_t)p->p_starttime);
	mutex_enter(p->p_lock);
	kp2_lwps(b, p);
	if (p->p_sigacts != NULL) {
		memcpy(b + KP_SIGLIST, &p->p_sigacts->sa_pend, 16);
		memcpy(b + KP_SIGIGNORE, &p->p_sigacts->sa_ignore, 16);
		memcpy(b + KP_SIGCATCH, &p->p_sigacts->sa_catch, 16);
	}
	mutex_exit(p->p_lock);
}

static bool
kp2_match(struct proc *p, int op, int arg)
{

	switch (op) {
	case KERN_PROC_ALL:
		return true;
	case KERN_PROC_PID:
		return p->p_pid == arg;
	case KERN_PROC_PGRP:
		return p->p_pgrp->pg_id == arg;
	case KERN_PROC_SESSION:
		return p->p_pgrp->pg_session->s_sid == arg;
	case KERN_PROC_TTY: {
		struct tty *tp = p->p_pgrp->pg_session->s_ttyp;

		if (arg == -1)
			return (p->p_lflag & PL_CONTROLT) == 0;
		return tp != NULL && (int)tp->t_dev == arg;
	}
	case KERN_PROC_UID:
		return kauth_cred_geteuid(p->p_cred) == (uid_t)arg;
	case KERN_PROC_RUID:
		return kauth_cred_getuid(p->p_cred) == (uid_t)arg;
	case KERN_PROC_GID:
		return kauth_cred_getegid(p->p_cred) == (gid_t)arg;
	case KERN_PROC_RGID:
		return kauth_cred_getgid(p->p_cred) == (gid_t)arg;
	default:
		return false;
	}
}

/* kern.proc2.op.arg.elem_size.elem_count */
static int
sysctl_kern_proc2(SYSCTLFN_ARGS)
{
	size_t elem, max, n = 0, left, room = 0;
	uint8_t *buf = NULL;
	struct proc *p;
	int error = 0;

	if (namelen == 1 && name[0] == CTL_QUERY)
		return sysctl_query(SYSCTLFN_CALL(rnode));
	if (namelen != 4 || name[2] <= 0 || name[3] < 0)
		return EINVAL;
	elem = MIN((size_t)name[2], KP2_SIZE);
	max = (size_t)name[3];
	left = oldp != NULL && oldlenp != NULL ? *oldlenp : 0;
	if (oldp != NULL) {
		room = MIN(max, left / (size_t)name[2]);
		room = MIN(room, (size_t)nprocs + 16);
		if (room != 0)
			buf = kmem_alloc(room * KP2_SIZE, KM_SLEEP);
	}
	mutex_enter(proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		if (!kp2_match(p, name[0], name[1]))
			continue;
		if (n < room)
			kp2_fill(buf + n * KP2_SIZE, p);
		n++;
	}
	mutex_exit(proc_lock);
	for (size_t i = 0; i < MIN(n, room) && error == 0; i++)
		error = sysctl_copyout(l, buf + i * KP2_SIZE,
		    (char *)oldp + i * (size_t)name[2], elem);
	if (buf != NULL)
		kmem_free(buf, room * KP2_SIZE);
	if (oldlenp != NULL) {
		if (oldp == NULL)
			*oldlenp = (n + 5) * (size_t)name[2];
		else {
			*oldlenp = MIN(n, room) * (size_t)name[2];
			if (error == 0 && n > room && room < max)
				error = ENOMEM;
		}
	}
	return error;
}

static void
kf_fill(uint8_t *b, struct file *fp, pid_t pid, int fd)
{

	memset(b, 0, KF_SIZE);
	put64(b + 0, (uint64_t)(uintptr_t)fp);
	put32(b + 8, fp->f_flag);
	put32(b + 16, fp->f_type);
	put32(b + 20, fp->f_count);
	put32(b + 24, fp->f_msgcount);
	put32(b + 40, kauth_cred_geteuid(fp->f_cred));
	put32(b + 44, kauth_cred_getegid(fp->f_cred));
	put64(b + 56, (uint64_t)fp->f_offset);
	put64(b + 64, (uint64_t)(uintptr_t)fp->f_data);
	put32(b + 104, (uint32_t)pid);
	put32(b + 108, (uint32_t)fd);
}

struct kf_out {
	struct lwp	*ko_lwp;
	char		*ko_ucp;
	size_t		ko_room;	/* records */
	size_t		ko_n;
	size_t		ko_elem;
};

static int
kf_put(struct kf_out *ko, struct file *fp, pid_t pid, int fd)
{
	uint8_t rec[KF_SIZE];
	size_t i = ko->ko_n++;

	if (i >= ko->ko_room)
		return 0;
	kf_fill(rec, fp, pid, fd);
	return sysctl_copyout(ko->ko_lwp, rec, ko->ko_ucp + i * ko->ko_elem,
	    MIN(ko->ko_elem, KF_SIZE));
}

static int
kf_proc(struct kf_out *ko, struct proc *p)
{
	filedesc_t *fdp = p->p_fd;
	int error = 0;

	if (fdp == NULL)
		return 0;
	mutex_enter(&fdp->fd_lock);
	for (int fd = 0; fd <= fdp->fd_lastfile && error == 0; fd++) {
		fdfile_t *ff = fdp->fd_dt->dt_ff[fd];

		if (ff != NULL && ff->ff_file != NULL)
			error = kf_put(ko, ff->ff_file, p->p_pid, fd);
	}
	mutex_exit(&fdp->fd_lock);
	return error;
}

/* kern.file2.op.arg.elem_size.elem_count; descriptors of processes. */
static int
sysctl_kern_file2(SYSCTLFN_ARGS)
{
	struct kf_out ko = { .ko_lwp = l, .ko_ucp = oldp };
	struct file *fp;
	struct proc *p;
	int error = 0;

	if (namelen == 1 && name[0] == CTL_QUERY)
		return sysctl_query(SYSCTLFN_CALL(rnode));
	if (namelen != 4 || name[2] <= 0 || name[3] < 0)
		return EINVAL;
	ko.ko_elem = (size_t)name[2];
	if (oldp != NULL && oldlenp != NULL)
		ko.ko_room = MIN(*oldlenp / ko.ko_elem, (size_t)name[3]);
	if (name[0] == KERN_FILE_BYFILE) {
		mutex_enter(&filelist_lock);
		LIST_FOREACH(fp, &filehead, f_list)
			if (fp->f_ops != NULL && error == 0)
				error = kf_put(&ko, fp, 0, -1);
		mutex_exit(&filelist_lock);
	} else if (name[0] == KERN_FILE_BYPID) {
		if (name[1] < -1)
			return EINVAL;
		mutex_enter(proc_lock);
		PROCLIST_FOREACH(p, &allproc)
			if (error == 0 && p->p_stat == SACTIVE &&
			    (name[1] <= 0 || p->p_pid == name[1]))
				error = kf_proc(&ko, p);
		mutex_exit(proc_lock);
	} else
		return EINVAL;
	if (oldlenp != NULL)
		*oldlenp = oldp == NULL ? (ko.ko_n + 10) * ko.ko_elem :
		    MIN(ko.ko_n, ko.ko_room) * ko.ko_elem;
	return error;
}

SYSCTL_SETUP(sysctl_proc_setup, "sysctl kern.proc2 and kern.file2 setup")
{

	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT,
	    CTLTYPE_NODE, "proc2", "Processes", sysctl_kern_proc2, 0, NULL, 0,
	    CTL_KERN, KERN_PROC2, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT,
	    CTLTYPE_NODE, "file2", "Open files", sysctl_kern_file2, 0, NULL, 0,
	    CTL_KERN, KERN_FILE2, CTL_EOL);
}
