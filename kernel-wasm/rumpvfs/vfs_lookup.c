/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_lookup.c - path resolution: namei(9).
 *
 * Interface
 *	NDINIT(), namei(), use of ni_vp and ni_dvp, release, pathbuf_destroy().
 *	cn_nameptr points into the path buffer: it is valid until then.
 *
 * How a path is walked
 *	One component after the other: the name cache first (search permission
 *	checked under the shared vnode lock), then VOP_LOOKUP with the directory
 *	locked exclusively.  A symbolic link replaces the walked part of the
 *	buffer by its text.  ".." stops at the process's root directory and
 *	steps out of mounts, a covered directory is replaced by the root of the
 *	mount.  "." is left to the file system.
 *
 * Locking	with LOCKPARENT the parent is locked before the leaf.
 * Sleeps	yes.
 * Errors	ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES, EROFS, EEXIST or
 *	EBUSY (a change of "/"), or what the file system says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/hash.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <sys/syslog.h>

#include "vfs_pathbuf.h"

#define	KERNEL_NAME_MAX	255

/*
 * The walk
 */

/* Is dir below (or at) the process's root? */
static bool
dir_inside_root(struct nameidata *ndp, struct vnode *dir)
{

	return ndp->ni_rootdir == rootvnode ||
	    vn_isunder(dir, ndp->ni_rootdir, curlwp);
}

/* Where the walk begins; the result is referenced. */
static int
namei_start(struct nameidata *ndp, struct vnode **dirp)
{
	struct cwdinfo *cwdi = curproc->p_cwdi;
	struct vnode *dir;

	ndp->ni_loopcnt = 0;
	ndp->ni_vp = ndp->ni_dvp = NULL;
	ndp->ni_pnbuf = ndp->ni_pathbuf->pb_path;
	ndp->ni_cnd.cn_consume = 0;
	ndp->ni_cnd.cn_nameptr = ndp->ni_next = ndp->ni_pnbuf;
	rw_enter(&cwdi->cwdi_lock, RW_READER);
	if ((ndp->ni_rootdir = cwdi->cwdi_rdir) == NULL)
		ndp->ni_rootdir = rootvnode;
	else
		vref(ndp->ni_rootdir);
	if (ndp->ni_pnbuf[0] == '/')
		dir = ndp->ni_rootdir;
	else if (ndp->ni_atdir != NULL)
		dir = ndp->ni_atdir;
	else
		dir = cwdi->cwdi_cdir;
	vref(dir);
	rw_exit(&cwdi->cwdi_lock);
	ndp->ni_erootdir = ndp->ni_rootdir;
	*dirp = dir;
	if (ndp->ni_pnbuf[0] == '\0')
		return ENOENT;
	if (dir->v_type != VDIR)
		return ENOTDIR;
	return 0;
}

static void
namei_end(struct nameidata *ndp)
{

	if (ndp->ni_rootdir != rootvnode)
		vrele(ndp->ni_rootdir);
	ndp->ni_rootdir = ndp->ni_erootdir = NULL;
}

/*
 * Cut the next component out of the path.  cn_namelen 0: there is none (the
 * path was "/").
 */
static int
namei_parse(struct nameidata *ndp)
{
	struct componentname *cnp = &ndp->ni_cnd;
	const char *p = ndp->ni_next, *q;

	while (*p == '/')
		p++;
	for (q = p; *q != '\0' && *q != '/'; q++)
		continue;
	cnp->cn_nameptr = p;
	cnp->cn_namelen = (size_t)(q - p);
	cnp->cn_consume = 0;
	cnp->cn_flags &= ~(ISLASTCN | REQUIREDIR | ISDOTDOT | MAKEENTRY);
	if (cnp->cn_namelen > KERNEL_NAME_MAX)
		return ENAMETOOLONG;
	ndp->ni_next = q;
	if (*q == '/') {
		while (*q == '/')
			q++;
		if (*q == '\0')
			cnp->cn_flags |= REQUIREDIR;
	}
	if (*q == '\0')
		cnp->cn_flags |= ISLASTCN;
	ndp->ni_pathlen = strlen(ndp->ni_next) + 1;
	if (cnp->cn_namelen == 2 && p[0] == '.' && p[1] == '.')
		cnp->cn_flags |= ISDOTDOT;
	if ((cnp->cn_flags & NOCACHE) == 0 &&
	    !((cnp->cn_flags & ISLASTCN) != 0 && (cnp->cn_nameiop == DELETE ||
	    cnp->cn_nameiop == RENAME)))
		cnp->cn_flags |= MAKEENTRY;
	return 0;
}

/* The file system took more than the component (etfs keys with slashes). */
static void
namei_consume(struct nameidata *ndp)
{
	struct componentname *cnp = &ndp->ni_cnd;
	const char *q;

	ndp->ni_next += cnp->cn_consume;
	cnp->cn_consume = 0;
	for (q = ndp->ni_next; *q == '/'; q++)
		continue;
	if (*q == '\0')
		cnp->cn_flags |= ISLASTCN;
}

/*
 * ".." at the root of a mount or of the process: replace *dirp so that the
 * file system's ".." is the right one, or *vpp is the answer (the root).
 */
static int
namei_dotdot(struct nameidata *ndp, struct vnode **dirp, struct vnode **vpp)
{
	struct vnode *dir = *dirp, *up;

	for (;;) {
		if (dir == ndp->ni_rootdir || dir == rootvnode) {
			vref(dir);
			*vpp = dir;
			return 0;
		}
		if (!dir_inside_root(ndp, dir)) {
			log(LOG_WARNING, "chroot: pid %d (%s) tried to leave\n",
			    curproc->p_pid, curproc->p_comm);
			vrele(dir);
			vref(ndp->ni_rootdir);
			*dirp = ndp->ni_rootdir;
			vref(ndp->ni_rootdir);
			*vpp = ndp->ni_rootdir;
			return 0;
		}
		if ((dir->v_vflag & VV_ROOT) == 0 ||
		    (ndp->ni_cnd.cn_flags & NOCROSSMOUNT) != 0)
			return 0;
		if ((up = dir->v_mount->mnt_vnodecovered) == NULL)
			return ENOENT;
		vref(up);
		vrele(dir);
		*dirp = dir = up;
	}
}

/* Search permission and the name cache.  *known: *vpp (or NULL) is it. */
static int
namei_cached(struct vnode *dir, struct componentname *cnp, bool *known,
    struct vnode **vpp)
{
	int error;

	*known = false;
	if (vn_lock(dir, LK_SHARED) != 0)
		return ENOENT;
	error = VOP_ACCESS(dir, VEXEC, cnp->cn_cred);
	if (error == 0 && (cnp->cn_flags & NOCACHE) == 0)
		*known = cache_lookup_raw(dir, cnp->cn_nameptr,
		    cnp->cn_namelen, cnp->cn_flags, NULL, vpp);
	VOP_UNLOCK(dir);
	return error;
}

/* A new name at the end of the path: is that welcome? */
static int
namei_creating(struct vnode *dir, const struct componentname *cnp)
{

	if ((cnp->cn_flags & (REQUIREDIR | CREATEDIR)) == REQUIREDIR)
		return ENOENT;
	if (dir->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;
	return 0;
}

/*
 * One component.  On success *vpp is referenced (NULL: may be created) and
 * dir is locked exclusively if *lockedp.
 */
static int
namei_once(struct nameidata *ndp, struct vnode **dirp, bool wantparent,
    struct vnode **vpp, bool *lockedp)
{
	struct componentname *cnp = &ndp->ni_cnd;
	struct vnode *dir;
	bool known = false;
	int error;

	*vpp = NULL;
	*lockedp = false;
	if (cnp->cn_flags & ISDOTDOT) {
		if ((error = namei_dotdot(ndp, dirp, vpp)) != 0)
			return error;
		if (*vpp != NULL)
			return 0;
	}
	dir = *dirp;
	if (!wantparent || (cnp->cn_flags & ISLASTCN) == 0) {
		error = namei_cached(dir, cnp, &known, vpp);
		if (error != 0)
			return error;
		if (known)
			return *vpp != NULL ? 0 : ENOENT;
	}
	if (vn_lock(dir, LK_EXCLUSIVE) != 0)
		return ENOENT;
	error = VOP_LOOKUP(dir, vpp, cnp);
	if (error == 0 && cnp->cn_consume != 0)
		namei_consume(ndp);
	if (error == EJUSTRETURN) {
		*vpp = NULL;
		error = namei_creating(dir, cnp);
	}
	if (error != 0 || !wantparent || (cnp->cn_flags & ISLASTCN) == 0)
		VOP_UNLOCK(dir);
	else
		*lockedp = true;
	return error;
}

/* Replace the walked part of the path by the text of link. */
static int
namei_follow(struct nameidata *ndp, struct vnode **dirp, struct vnode *link)
{
	struct componentname *cnp = &ndp->ni_cnd;
	struct iovec iov;
	struct uio uio;
	size_t len;
	char *buf;
	int error;

	if (ndp->ni_loopcnt++ >= MAXSYMLINKS)
		return ELOOP;
	buf = PNBUF_GET();
	iov.iov_base = buf;
	iov.iov_len = PATH_MAX;
	memset(&uio, 0, sizeof(uio));
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_resid = PATH_MAX;
	uio.uio_rw = UIO_READ;
	UIO_SETUP_SYSSPACE(&uio);
	if ((error = vn_lock(link, LK_SHARED)) == 0) {
		if (link->v_mount->mnt_flag & MNT_SYMPERM)
			error = VOP_ACCESS(link, VEXEC, cnp->cn_cred);
		if (error == 0)
			error = VOP_READLINK(link, &uio, cnp->cn_cred);
		VOP_UNLOCK(link);
	}
	len = PATH_MAX - uio.uio_resid;
	if (error == 0 && len == 0)
		error = ENOENT;
	else if (error == 0 && len + strlen(ndp->ni_next) >= PATH_MAX)
		error = ENAMETOOLONG;
	if (error == 0) {
		strlcpy(buf + len, ndp->ni_next, PATH_MAX - len);
		memcpy(ndp->ni_pnbuf, buf, len + strlen(ndp->ni_next) + 1);
		ndp->ni_next = ndp->ni_pnbuf;
		if (ndp->ni_pnbuf[0] == '/') {
			vrele(*dirp);
			*dirp = ndp->ni_rootdir;
			vref(*dirp);
		}
	}
	PNBUF_PUT(buf);
	return error;
}

/* Step from a covered directory to the root of what is mounted there. */
static int
namei_cross(struct vnode **vpp)
{
	struct vnode *vp = *vpp, *root;
	struct mount *mp;
	int error;

	for (;;) {
		if ((error = vn_lock(vp, LK_SHARED)) != 0)
			return error;
		mp = vp->v_mountedhere;
		if (mp != NULL)
			error = vfs_busy(mp, NULL);
		VOP_UNLOCK(vp);
		if (mp == NULL || error != 0)
			break;
		error = VFS_ROOT(mp, &root);
		vfs_unbusy(mp, false, NULL);
		if (error != 0)
			return error;
		VOP_UNLOCK(root);
		vrele(vp);
		*vpp = vp = root;
		if (atomic_load_relaxed(&vp->v_mountedhere) == NULL)
			break;
	}
	/* Lost a race with unmount: the covered directory itself. */
	return 0;
}

static bool
namei_must_follow(const struct componentname *cnp, const struct vnode *vp)
{

	return vp->v_type == VLNK && (cnp->cn_flags & ISLASTCN) == 0;
}

/* The path was "/" (or a link to it). */
static int
namei_isroot(struct nameidata *ndp, struct vnode *dir)
{
	struct componentname *cnp = &ndp->ni_cnd;

	cnp->cn_flags |= ISLASTCN | REQUIREDIR;
	if (cnp->cn_nameiop == CREATE)
		return EEXIST;
	if (cnp->cn_nameiop != LOOKUP || (cnp->cn_flags & LOCKPARENT) != 0)
		return EBUSY;
	vref(dir);
	if ((cnp->cn_flags & LOCKLEAF) != 0)
		vn_lock(dir, LK_EXCLUSIVE | LK_RETRY);
	ndp->ni_vp = dir;
	return 0;
}

/*
 * Lock the parent, and the leaf too: a parent before its child.  A vnode that
 * a forced unmount took away meanwhile is ENOENT, never a half of the pair.
 */
static int
namei_lock_pair(struct vnode *dir, struct vnode *vp, bool locked, bool dotdot)
{
	struct vnode *first = dotdot ? vp : dir, *second = dotdot ? dir : vp;
	int error;

	if (locked && dotdot) {
		VOP_UNLOCK(dir);
		locked = false;
	}
	if (!locked && (error = vn_lock(first, LK_EXCLUSIVE)) != 0)
		return error;
	if ((error = vn_lock(second, LK_EXCLUSIVE)) != 0)
		VOP_UNLOCK(first);
	return error;
}

/*
 * Lock what the caller asked for; vp stays referenced only on success.  A last
 * reference takes the lock: the parent's goes before the leaf is locked.
 */
static int
namei_finish(struct nameidata *ndp, struct vnode **dirp, struct vnode *vp,
    bool locked)
{
	struct componentname *cnp = &ndp->ni_cnd;
	struct vnode *dir = *dirp;
	const bool leaf = (cnp->cn_flags & LOCKLEAF) != 0 && vp != NULL;
	int error = 0;

	if ((cnp->cn_flags & LOCKPARENT) != 0) {
		if (leaf && vp != dir)
			error = namei_lock_pair(dir, vp, locked,
			    (cnp->cn_flags & ISDOTDOT) != 0);
		else if (!locked)
			error = vn_lock(dir, LK_EXCLUSIVE);
		if (error == 0) {
			vref(dir);
			ndp->ni_dvp = dir;
		}
	} else {
		if (locked)
			VOP_UNLOCK(dir);
		vrele(dir);
		*dirp = NULL;
		if (leaf)
			error = vn_lock(vp, LK_EXCLUSIVE);
	}
	if (error != 0 && vp != NULL)
		vrele(vp);
	ndp->ni_vp = vp;
	return error;
}

static int
namei_walk(struct nameidata *ndp, struct vnode **dirp)
{
	struct componentname *cnp = &ndp->ni_cnd;
	bool locked, wantparent = (cnp->cn_flags & LOCKPARENT) != 0;
	struct vnode *vp;
	int error;

	for (;;) {
		if ((error = namei_parse(ndp)) != 0)
			return error;
		if (cnp->cn_namelen == 0)
			return namei_isroot(ndp, *dirp);
		error = namei_once(ndp, dirp, wantparent ||
		    cnp->cn_nameiop != LOOKUP, &vp, &locked);
		if (error != 0)
			return error;
		if (vp == NULL)
			return namei_finish(ndp, dirp, NULL, locked);
		if (namei_must_follow(cnp, vp) || (vp->v_type == VLNK &&
		    (cnp->cn_flags & (FOLLOW | REQUIREDIR)) != 0)) {
			if (locked)
				VOP_UNLOCK(*dirp);
			error = namei_follow(ndp, dirp, vp);
			vrele(vp);
			if (error != 0)
				return error;
			continue;
		}
		if (vp->v_type == VDIR &&
		    atomic_load_relaxed(&vp->v_mountedhere) != NULL &&
		    (cnp->cn_flags & NOCROSSMOUNT) == 0 &&
		    (error = namei_cross(&vp)) != 0)
			break;
		if (vp->v_type != VDIR && ((cnp->cn_flags & ISLASTCN) == 0 ||
		    (cnp->cn_flags & REQUIREDIR) != 0)) {
			error = ENOTDIR;
			break;
		}
		if (cnp->cn_flags & ISLASTCN)
			return namei_finish(ndp, dirp, vp, locked);
		vrele(*dirp);
		*dirp = vp;
	}
	if (locked)
		VOP_UNLOCK(*dirp);
	vrele(vp);
	return error;
}

int
namei(struct nameidata *ndp)
{
	struct vnode *dir;
	int error;

	if (__predict_false(curlwp->l_proc->p_traceflag != 0))
		ktrnamei(ndp->ni_pathbuf->pb_path,
		    strlen(ndp->ni_pathbuf->pb_path));
	error = namei_start(ndp, &dir);
	if (error == 0)
		error = namei_walk(ndp, &dir);
	if (dir != NULL)
		vrele(dir);
	namei_end(ndp);
	if (error != 0)
		ndp->ni_vp = ndp->ni_dvp = NULL;
	return error;
}

/*
 * Look cnp up again in dvp (locked, stays so).  *vpp: referenced, locked with
 * LOCKLEAF.
 */
int
relookup(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp,
    int dummy __unused)
{
	int error;

	cnp->cn_flags |= ISLASTCN;
	if (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME)
		cnp->cn_flags &= ~MAKEENTRY;
	*vpp = NULL;
	error = VOP_LOOKUP(dvp, vpp, cnp);
	if (error == EJUSTRETURN) {
		*vpp = NULL;
		return (dvp->v_mount->mnt_flag & MNT_RDONLY) ? EROFS : 0;
	}
	if (error == 0 && (cnp->cn_flags & LOCKLEAF) != 0 && *vpp != dvp &&
	    (error = vn_lock(*vpp, LK_EXCLUSIVE)) != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

uint32_t
namei_hash(const char *name, const char **ep)
{
	const char *e = *ep;

	if (e == NULL) {
		for (e = name; *e != '\0' && *e != '/'; e++)
			continue;
		*ep = e;
	}
	return hash32_buf(name, (size_t)(e - name), HASH32_STR_INIT);
}
