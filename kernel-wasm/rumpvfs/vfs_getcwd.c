/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_getcwd.c - from a directory back to its path.
 *
 * Step by step upwards: the name cache knows most parents, otherwise "..",
 * and the parent is searched for the child's file number.
 *
 * Sleeps	yes; one vnode is locked at a time.
 * Errors	ENOENT: the directory was removed; ERANGE: no room.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cwdinfo.h>
#include <sys/dirent.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#define	GETCWD_DIRBUF	4096

/* ".." of dvp (locked), referenced. */
static int
getcwd_parent(struct vnode *dvp, struct vnode **upp)
{
	struct componentname cn;

	memset(&cn, 0, sizeof(cn));
	cn.cn_nameiop = LOOKUP;
	cn.cn_flags = ISLASTCN | ISDOTDOT;
	cn.cn_cred = kauth_cred_get();
	cn.cn_nameptr = "..";
	cn.cn_namelen = 2;
	return VOP_LOOKUP(dvp, upp, &cn);
}

/* One buffer of directory entries: look for the number. */
static const struct dirent *
getcwd_match(const char *buf, size_t len, ino_t fileno)
{
	const struct dirent *dp;
	size_t off;

	for (off = 0; off < len; off += dp->d_reclen) {
		dp = (const void *)(buf + off);
		if (dp->d_reclen == 0 || off + dp->d_reclen > len)
			break;
		if (dp->d_fileno != fileno || dp->d_type == DT_WHT)
			continue;
		if (dp->d_namlen == 1 && dp->d_name[0] == '.')
			continue;
		if (dp->d_namlen == 2 && dp->d_name[0] == '.' &&
		    dp->d_name[1] == '.')
			continue;
		return dp;
	}
	return NULL;
}

/* The name of the file with this number in uvp (locked). */
static int
getcwd_scandir(struct vnode *uvp, ino_t fileno, char **bpp, char *bufp,
    struct lwp *l)
{
	char *dirbuf = kmem_alloc(GETCWD_DIRBUF, KM_SLEEP);
	const struct dirent *dp = NULL;
	struct iovec iov;
	struct uio uio;
	off_t off = 0;
	int error, eof = 0;

	do {
		iov.iov_base = dirbuf;
		iov.iov_len = GETCWD_DIRBUF;
		memset(&uio, 0, sizeof(uio));
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_offset = off;
		uio.uio_resid = GETCWD_DIRBUF;
		uio.uio_rw = UIO_READ;
		UIO_SETUP_SYSSPACE(&uio);
		error = VOP_READDIR(uvp, &uio, l->l_cred, &eof, NULL, NULL);
		off = uio.uio_offset;
		if (error == 0 && uio.uio_resid == GETCWD_DIRBUF)
			eof = 1;
		if (error == 0)
			dp = getcwd_match(dirbuf,
			    GETCWD_DIRBUF - uio.uio_resid, fileno);
	} while (error == 0 && dp == NULL && !eof);
	if (error == 0 && dp == NULL)
		error = ENOENT;
	if (error == 0 && bpp != NULL) {
		if (*bpp - bufp < dp->d_namlen)
			error = ERANGE;
		else {
			*bpp -= dp->d_namlen;
			memcpy(*bpp, dp->d_name, dp->d_namlen);
		}
	}
	kmem_free(dirbuf, GETCWD_DIRBUF);
	return error;
}

/* One step without the name cache: parent and name of lvp (referenced). */
static int
getcwd_step(struct vnode *lvp, struct vnode **upp, char **bpp, char *bufp,
    struct lwp *l)
{
	struct vnode *uvp = NULL;
	struct vattr va;
	int error;

	if ((error = vn_lock(lvp, LK_EXCLUSIVE)) != 0)
		return error;
	error = VOP_GETATTR(lvp, &va, l->l_cred);
	if (error == 0)
		error = getcwd_parent(lvp, &uvp);
	VOP_UNLOCK(lvp);
	if (error != 0)
		return error;
	if (bpp != NULL) {
		if ((error = vn_lock(uvp, LK_EXCLUSIVE)) == 0) {
			error = getcwd_scandir(uvp, va.va_fileid, bpp, bufp,
			    l);
			VOP_UNLOCK(uvp);
		}
	}
	if (error != 0) {
		vrele(uvp);
		return error;
	}
	*upp = uvp;
	return 0;
}

/*
 * Path of lvp below rvp, put in front of *bpp.  bpp NULL: only walk (limit
 * steps), to see whether lvp is below rvp.
 */
int
getcwd_common(struct vnode *lvp, struct vnode *rvp, char **bpp, char *bufp,
    int limit, int flags, struct lwp *l)
{
	struct vnode *uvp, *up;
	int perms = VEXEC, error = 0;

	if (rvp == NULL)
		rvp = rootvnode;
	vref(lvp);
	if (bpp != NULL && lvp == rvp && *bpp > bufp)
		*--*bpp = '/';
	while (lvp != rvp) {
		if (limit-- <= 0) {
			error = ELOOP;
			break;
		}
		if ((lvp->v_vflag & VV_ROOT) != 0 && lvp != rootvnode) {
			if ((up = lvp->v_mount->mnt_vnodecovered) == NULL) {
				error = ENOENT;
				break;
			}
			vref(up);
			vrele(lvp);
			lvp = up;
			continue;
		}
		if (lvp == rootvnode) {
			error = ENOENT;		/* rvp is not above */
			break;
		}
		if ((flags & GETCWD_CHECK_ACCESS) != 0) {
			if ((error = vn_lock(lvp, LK_SHARED)) != 0)
				break;
			error = VOP_ACCESS(lvp, perms, l->l_cred);
			VOP_UNLOCK(lvp);
			if (error != 0)
				break;
			perms = VEXEC | VREAD;
		}
		error = cache_revlookup(lvp, &uvp, bpp, bufp);
		if (error == -1)
			error = getcwd_step(lvp, &uvp, bpp, bufp, l);
		if (error != 0)
			break;
		vrele(lvp);
		lvp = uvp;
		if (bpp != NULL) {
			if (*bpp <= bufp) {
				error = ERANGE;
				break;
			}
			*--*bpp = '/';
		}
	}
	vrele(lvp);
	return error;
}

/* Is lvp at or below rvp? */
int
vn_isunder(struct vnode *lvp, struct vnode *rvp, struct lwp *l)
{

	return getcwd_common(lvp, rvp, NULL, NULL, MAXPATHLEN / 2, 0, l) == 0;
}

int
vnode_to_path(char *path, size_t len, struct vnode *vp, struct lwp *curl,
    struct lwp *l __unused)
{
	struct cwdinfo *cwdi = curproc->p_cwdi;
	char *buf = PNBUF_GET(), *bp = buf + MAXPATHLEN;
	int error;

	*--bp = '\0';
	error = getcwd_common(vp, cwdi->cwdi_rdir, &bp, buf, MAXPATHLEN / 2,
	    0, curl);
	if (error == 0 && strlcpy(path, bp, len) >= len)
		error = ERANGE;
	PNBUF_PUT(buf);
	return error;
}

int
sys___getcwd(struct lwp *l, const struct sys___getcwd_args *uap,
    register_t *retval)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;
	size_t len = SCARG(uap, length), used;
	struct vnode *cdir;
	char *buf, *bp;
	int error;

	if (len > MAXPATHLEN * 4)
		len = MAXPATHLEN * 4;
	else if (len < 2)
		return ERANGE;
	buf = kmem_alloc(len, KM_SLEEP);
	bp = buf + len;
	*--bp = '\0';
	rw_enter(&cwdi->cwdi_lock, RW_READER);
	cdir = cwdi->cwdi_cdir;
	vref(cdir);
	rw_exit(&cwdi->cwdi_lock);
	error = getcwd_common(cdir, cwdi->cwdi_rdir, &bp, buf,
	    (int)(len / 2), GETCWD_CHECK_ACCESS, l);
	if (error == 0) {
		used = (size_t)(buf + len - bp);
		*retval = (register_t)used;
		error = copyout(bp, SCARG(uap, bufp), used);
	}
	vrele(cdir);
	kmem_free(buf, len);
	return error;
}
