/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_open.c - open(2), openat(2), and paths relative to a
 * descriptor.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

/* The directory of an *at call, referenced; NULL: the current one. */
static int
fd_atdir(int fdat, struct vnode **dvpp)
{
	struct file *fp;
	int error;

	*dvpp = NULL;
	if (fdat == AT_FDCWD)
		return 0;
	if ((error = fd_getvnode((unsigned)fdat, &fp)) != 0)
		return error;
	*dvpp = fp->f_vnode;
	vref(*dvpp);
	fd_putfile((unsigned)fdat);
	return 0;
}

int
fd_nameiat(struct lwp *l __unused, int fdat, struct nameidata *ndp)
{
	struct vnode *dvp;
	int error;

	if ((error = fd_atdir(fdat, &dvp)) != 0)
		return error;
	if (dvp != NULL)
		NDAT(ndp, dvp);
	error = namei(ndp);
	if (dvp != NULL)
		vrele(dvp);
	return error;
}

int
fd_nameiat_simple_user(struct lwp *l __unused, int fdat, const char *path,
    namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct vnode *dvp;
	int error;

	if (fdat == AT_FDCWD)
		return namei_simple_user(path, sflags, vpp);
	if ((error = fd_atdir(fdat, &dvp)) != 0)
		return error;
	error = nameiat_simple_user(dvp, path, sflags, vpp);
	if (dvp != NULL)
		vrele(dvp);
	return error;
}

/* O_SHLOCK, O_EXLOCK; vp is unlocked. */
static int
open_lock(struct file *fp, struct vnode *vp, int flags)
{
	struct flock lf = { .l_whence = SEEK_SET };
	int type = F_FLOCK, error;

	lf.l_type = (flags & O_EXLOCK) ? F_WRLCK : F_RDLCK;
	if ((flags & O_NONBLOCK) == 0)
		type |= F_WAIT;
	error = VOP_ADVLOCK(vp, fp, F_SETLK, &lf, type);
	if (error == 0)
		fp->f_flag |= FHASLOCK;
	return error;
}

static int
open_finish(struct lwp *l, struct file *fp, int indx, struct vnode *vp,
    int flags)
{
	int error;

	fp->f_flag = (u_int)flags & FMASK;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = &vnops;
	fp->f_vnode = vp;
	VOP_UNLOCK(vp);
	if ((flags & (O_EXLOCK | O_SHLOCK)) != 0 &&
	    (error = open_lock(fp, vp, flags)) != 0) {
		(void)vn_close(vp, (int)fp->f_flag, fp->f_cred);
		return error;
	}
	if (flags & O_CLOEXEC)
		fd_set_exclose(l, indx, true);
	return 0;
}

/*
 * The device made a descriptor of its own (EMOVEFD): it takes the place of
 * the one that was meant for the device.
 */
static int
open_moved(struct lwp *l, struct file *fp, int indx, int flags, int *fdp)
{
	unsigned from = (unsigned)l->l_dupfd;
	struct file *moved;
	int error;

	fd_abort(l->l_proc, fp, (unsigned)indx);
	if ((moved = fd_getfile(from)) == NULL)
		return EBADF;
	error = fd_dup(moved, 0, fdp, (flags & O_CLOEXEC) != 0);
	(void)fd_close(from);
	return error;
}

int
do_open(struct lwp *l, struct vnode *dvp, struct pathbuf *pb, int open_flags,
    int open_mode, int *fdp)
{
	struct proc *p = l->l_proc;
	int flags = FFLAGS(open_flags), cmode, error, indx;
	struct nameidata nd;
	struct file *fp;

	if ((flags & (FREAD | FWRITE)) == 0)
		return EINVAL;
	if ((error = fd_allocfile(&fp, &indx)) != 0)
		return error;
	cmode = ((open_mode & ~p->p_cwdi->cwdi_cmask) & ALLPERMS) & ~S_ISTXT;
	NDINIT(&nd, LOOKUP, FOLLOW, pb);
	if (dvp != NULL)
		NDAT(&nd, dvp);
	if ((error = vn_open(&nd, flags, cmode)) == 0)
		error = open_finish(l, fp, indx, nd.ni_vp, flags);
	if (error == EMOVEFD)
		return open_moved(l, fp, indx, flags, fdp);
	if (error != 0) {
		fd_abort(p, fp, (unsigned)indx);
		return error;
	}
	fd_affix(p, fp, (unsigned)indx);
	*fdp = indx;
	return 0;
}

int
do_sys_openat(struct lwp *l, int fdat, const char *path, int flags, int mode,
    int *fdp)
{
	struct vnode *dvp;
	struct pathbuf *pb;
	const char *string;
	int error;

	if (path == NULL)
		return EFAULT;
	if ((error = pathbuf_copyin(path, &pb)) != 0)
		return error;
	/* An absolute path needs no directory, not even a good descriptor. */
	string = pathbuf_stringcopy_get(pb);
	if (string[0] == '/')
		fdat = AT_FDCWD;
	pathbuf_stringcopy_put(pb, string);
	if ((error = fd_atdir(fdat, &dvp)) == 0) {
		error = do_open(l, dvp, pb, flags, mode, fdp);
		if (dvp != NULL)
			vrele(dvp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
sys_open(struct lwp *l, const struct sys_open_args *uap, register_t *retval)
{
	int error, fd;

	error = do_sys_openat(l, AT_FDCWD, SCARG(uap, path),
	    SCARG(uap, flags), (int)SCARG(uap, mode), &fd);
	if (error == 0)
		*retval = fd;
	return error;
}

int
sys_openat(struct lwp *l, const struct sys_openat_args *uap,
    register_t *retval)
{
	int error, fd;

	error = do_sys_openat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, oflags), (int)SCARG(uap, mode), &fd);
	if (error == 0)
		*retval = fd;
	return error;
}
