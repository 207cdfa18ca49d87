/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_syscalls_rename.c - system calls that remove and rename names.
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
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_private.h"

/*
 * unlink, rmdir
 */

static int
remove_checks(const struct nameidata *ndp, bool isrmdir)
{
	const struct vnode *vp = ndp->ni_vp;

	if ((vp->v_vflag & VV_ROOT) != 0)
		return EBUSY;
	if (isrmdir && vp->v_type != VDIR)
		return ENOTDIR;
	if (vp == ndp->ni_dvp)
		return EINVAL;
	if (vp->v_type != VDIR)
		return 0;
	if (vp->v_mountedhere != NULL)
		return EBUSY;
	return isrmdir ? 0 : EPERM;
}

int
do_sys_unlinkat(struct lwp *l, int fdat, const char *path, int flags,
    enum uio_seg seg)
{
	bool isrmdir = (flags & AT_REMOVEDIR) != 0;
	struct nameidata nd;
	struct pathbuf *pb;
	int error;

	if ((error = pathbuf_maybe_copyin(path, seg, &pb)) != 0)
		return error;
	NDINIT(&nd, DELETE, LOCKPARENT | LOCKLEAF, pb);
	if ((error = fd_nameiat(l, fdat, &nd)) == 0) {
		error = remove_checks(&nd, isrmdir);
		if (error != 0)
			vfs_name_abort(&nd, true);
		else if (isrmdir)
			error = VOP_RMDIR(nd.ni_dvp, nd.ni_vp, &nd.ni_cnd);
		else
			error = VOP_REMOVE(nd.ni_dvp, nd.ni_vp, &nd.ni_cnd);
	}
	pathbuf_destroy(pb);
	return error;
}

int
sys_unlink(struct lwp *l, const struct sys_unlink_args *uap,
    register_t *retval __unused)
{

	return do_sys_unlinkat(l, AT_FDCWD, SCARG(uap, path), 0,
	    UIO_USERSPACE);
}

int
sys_unlinkat(struct lwp *l, const struct sys_unlinkat_args *uap,
    register_t *retval __unused)
{

	return do_sys_unlinkat(l, SCARG(uap, fd), SCARG(uap, path),
	    SCARG(uap, flag), UIO_USERSPACE);
}

int
sys_rmdir(struct lwp *l, const struct sys_rmdir_args *uap,
    register_t *retval __unused)
{

	return do_sys_unlinkat(l, AT_FDCWD, SCARG(uap, path), AT_REMOVEDIR,
	    UIO_USERSPACE);
}

/*
 * rename
 */

static bool
cn_is(const struct componentname *cnp, const char *name, size_t len)
{

	return cnp->cn_namelen == len && memcmp(cnp->cn_nameptr, name, len) ==
	    0;
}

/* The source: nobody renames dots, roots and mount points. */
static int
rename_check_from(const struct nameidata *fnd)
{

	if (cn_is(&fnd->ni_cnd, ".", 1) || cn_is(&fnd->ni_cnd, "..", 2))
		return EINVAL;
	if ((fnd->ni_vp->v_vflag & VV_ROOT) != 0)
		return EBUSY;
	return 0;
}

/*
 * What can be said about the target without the file system.  VOP_RENAME goes
 * by the source's file system, so that a different one is settled here.
 */
static int
rename_check_to(const struct nameidata *fnd, const struct nameidata *tnd)
{
	const struct vnode *tvp = tnd->ni_vp;

	if (cn_is(&tnd->ni_cnd, ".", 1))
		return EISDIR;
	if (cn_is(&tnd->ni_cnd, "..", 2))
		return EINVAL;
	if (tvp != NULL && (tvp->v_vflag & VV_ROOT) != 0)
		return EBUSY;
	if (fnd->ni_dvp->v_mount != tnd->ni_dvp->v_mount)
		return EXDEV;
	if (fnd->ni_vp == tnd->ni_dvp)
		return EINVAL;
	if (tvp == NULL)
		return 0;
	if (fnd->ni_vp->v_type == VDIR && tvp->v_type != VDIR)
		return ENOTDIR;
	if (fnd->ni_vp->v_type != VDIR && tvp->v_type == VDIR)
		return EISDIR;
	/* The target is the directory of the source. */
	if (tvp == fnd->ni_dvp)
		return ENOTEMPTY;
	return 0;
}

static int
do_rename_pb(struct lwp *l, int fromfd, struct pathbuf *fpb, int tofd,
    struct pathbuf *tpb, bool retain)
{
	struct nameidata fnd, tnd;
	struct vnode *fdvp, *fvp;
	int error;

	NDINIT(&fnd, DELETE, LOCKPARENT | INRENAME, fpb);
	if ((error = fd_nameiat(l, fromfd, &fnd)) != 0)
		return error;
	fdvp = fnd.ni_dvp;
	fvp = fnd.ni_vp;
	VOP_UNLOCK(fdvp);
	if ((error = rename_check_from(&fnd)) != 0)
		goto abort0;
	NDINIT(&tnd, RENAME, LOCKPARENT | INRENAME |
	    (fvp->v_type == VDIR ? CREATEDIR : 0), tpb);
	if ((error = fd_nameiat(l, tofd, &tnd)) != 0)
		goto abort0;
	error = rename_check_to(&fnd, &tnd);
	if (error == 0 && retain && tnd.ni_vp == fvp)
		error = -1;			/* success, nothing to do */
	if (error != 0) {
		VOP_ABORTOP(fdvp, &fnd.ni_cnd);
		vfs_name_abort(&tnd, false);
		vrele(fvp);
		vrele(fdvp);
		return error == -1 ? 0 : error;
	}
	if (tnd.ni_vp != NULL && tnd.ni_vp != tnd.ni_dvp)
		vn_lock(tnd.ni_vp, LK_EXCLUSIVE | LK_RETRY);
	return VOP_RENAME(fdvp, fvp, &fnd.ni_cnd, tnd.ni_dvp, tnd.ni_vp,
	    &tnd.ni_cnd);
abort0:
	VOP_ABORTOP(fdvp, &fnd.ni_cnd);
	vrele(fvp);
	vrele(fdvp);
	return error;
}

static int
do_rename(struct lwp *l, int fromfd, const char *from, int tofd,
    const char *to, enum uio_seg seg, bool retain)
{
	struct pathbuf *fpb, *tpb;
	int error;

	if ((error = pathbuf_maybe_copyin(from, seg, &fpb)) != 0)
		return error;
	if ((error = pathbuf_maybe_copyin(to, seg, &tpb)) == 0) {
		error = do_rename_pb(l, fromfd, fpb, tofd, tpb, retain);
		pathbuf_destroy(tpb);
	}
	pathbuf_destroy(fpb);
	return error;
}

int
do_sys_rename(const char *from, const char *to, enum uio_seg seg, int retain)
{

	return do_rename(curlwp, AT_FDCWD, from, AT_FDCWD, to, seg,
	    retain != 0);
}

int
sys_rename(struct lwp *l, const struct sys_rename_args *uap,
    register_t *retval __unused)
{

	return do_rename(l, AT_FDCWD, SCARG(uap, from), AT_FDCWD,
	    SCARG(uap, to), UIO_USERSPACE, false);
}

int
sys___posix_rename(struct lwp *l, const struct sys___posix_rename_args *uap,
    register_t *retval __unused)
{

	return do_rename(l, AT_FDCWD, SCARG(uap, from), AT_FDCWD,
	    SCARG(uap, to), UIO_USERSPACE, true);
}

int
sys_renameat(struct lwp *l, const struct sys_renameat_args *uap,
    register_t *retval __unused)
{

	return do_rename(l, SCARG(uap, fromfd), SCARG(uap, from),
	    SCARG(uap, tofd), SCARG(uap, to), UIO_USERSPACE, true);
}
