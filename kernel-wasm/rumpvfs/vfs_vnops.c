/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_vnops.c - vnodes as open files, and vnode helpers with a lock.
 *
 * Interface
 *	vnops is the fileops vector of DTYPE_VNODE.  vn_open() gives ni_vp
 *	open, referenced and locked.
 *
 * Locking	reads and attributes take the vnode lock shared, writes
 *	exclusively; f_offset is f_lock's, and moved under the vnode lock.
 * Sleeps	yes
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/cwdinfo.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/tty.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

static int	vn_read(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	vn_write(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
static int	vn_closefile(struct file *);
static int	vn_poll(struct file *, int);
static int	vn_fcntl(struct file *, u_int, void *);
static int	vn_statfile(struct file *, struct stat *);
static int	vn_ioctl(struct file *, u_long, void *);

const struct fileops vnops = {
	.fo_read = vn_read,
	.fo_write = vn_write,
	.fo_ioctl = vn_ioctl,
	.fo_fcntl = vn_fcntl,
	.fo_poll = vn_poll,
	.fo_stat = vn_statfile,
	.fo_close = vn_closefile,
	.fo_kqfilter = vn_kqfilter,
	.fo_restart = fnullop_restart,
};

/* Got the lock in the middle of a reclaim: whoever waits finds a dead vnode. */
static int
vn_lock_dying(struct vnode *vp, int flags)
{

	VOP_UNLOCK(vp);
	if ((flags & LK_NOWAIT) != 0)
		return EBUSY;
	(void)vdead_check(vp, 0);
	return (flags & LK_RETRY) != 0 ? VOP_LOCK(vp, flags) : ENOENT;
}

int
vn_lock(struct vnode *vp, int flags)
{
	int error;

	KASSERT(vrefcnt(vp) > 0);
	error = VOP_LOCK(vp, flags & ~LK_RETRY);
	if (__predict_true(error == 0)) {
		if (__predict_true((vp->v_iflag & (VI_CLEAN | VI_XLOCK)) == 0))
			return 0;
		if ((vp->v_iflag & VI_XLOCK) != 0)
			return vn_lock_dying(vp, flags);
		if ((flags & LK_RETRY) != 0)
			return 0;
		VOP_UNLOCK(vp);
		return ENOENT;
	}
	/* Only deadfs says ENOENT; VI_CLEAN may be a moment behind. */
	if ((flags & LK_RETRY) != 0 && error == ENOENT)
		error = VOP_LOCK(vp, flags);
	return error;
}

/* May vp be written at all? */
int
vn_writechk(struct vnode *vp)
{

	return (vp->v_iflag & VI_TEXT) ? ETXTBSY : 0;
}

/* Permission for an open with these flags; vp is locked. */
int
vn_openchk(struct vnode *vp, kauth_cred_t cred, int fflags)
{
	int perms = 0, error;

	if ((fflags & O_DIRECTORY) != 0 && vp->v_type != VDIR)
		return ENOTDIR;
	if ((fflags & O_REGULAR) != 0 && vp->v_type != VREG)
		return EFTYPE;
	if (fflags & FREAD)
		perms = VREAD;
	if (fflags & (FWRITE | O_TRUNC)) {
		perms |= VWRITE;
		if (vp->v_type == VDIR)
			return EISDIR;
		if ((error = vn_writechk(vp)) != 0)
			return error;
	}
	return VOP_ACCESS(vp, perms, cred);
}

/* O_CREAT and there is no such name: ni_dvp is locked; it is released. */
static int
vn_open_create(struct nameidata *ndp, int fmode, int cmode)
{
	struct vattr va;
	int error;

	vattr_null(&va);
	va.va_type = VREG;
	va.va_mode = (mode_t)cmode;
	if (fmode & O_EXCL)
		va.va_vaflags |= VA_EXCLUSIVE;
	error = VOP_CREATE(ndp->ni_dvp, &ndp->ni_vp, &ndp->ni_cnd, &va);
	/* The last reference takes the lock: never with the child locked. */
	vput(ndp->ni_dvp);
	if (error == 0 &&
	    (error = vn_lock(ndp->ni_vp, LK_EXCLUSIVE)) != 0) {
		vrele(ndp->ni_vp);
		ndp->ni_vp = NULL;
	}
	return error;
}

/* O_CREAT and the name exists: ni_vp (unlocked) becomes locked. */
static int
vn_open_existing(struct nameidata *ndp, int *fmode)
{
	struct vnode *vp = ndp->ni_vp;
	bool same = ndp->ni_dvp == vp;

	VOP_ABORTOP(ndp->ni_dvp, &ndp->ni_cnd);
	if (same)
		vrele(ndp->ni_dvp);
	else
		vput(ndp->ni_dvp);
	ndp->ni_dvp = NULL;
	if (*fmode & O_EXCL) {
		if (same)
			VOP_UNLOCK(vp);
		vrele(vp);
		ndp->ni_vp = NULL;
		return EEXIST;
	}
	*fmode &= ~O_CREAT;
	return 0;
}

static int
vn_open_lookup(struct nameidata *ndp, int *fmode, int cmode)
{
	struct componentname *cnp = &ndp->ni_cnd;
	bool same;
	int error;

	cnp->cn_flags &= ~(FOLLOW | LOCKPARENT | LOCKLEAF);
	if ((*fmode & O_CREAT) == 0) {
		cnp->cn_nameiop = LOOKUP;
		cnp->cn_flags |= LOCKLEAF;
		if ((*fmode & O_NOFOLLOW) == 0)
			cnp->cn_flags |= FOLLOW;
		return namei(ndp);
	}
	cnp->cn_nameiop = CREATE;
	cnp->cn_flags |= LOCKPARENT;
	if ((*fmode & (O_EXCL | O_NOFOLLOW)) == 0)
		cnp->cn_flags |= FOLLOW;
	if ((error = namei(ndp)) != 0)
		return error;
	if (ndp->ni_vp == NULL)
		return vn_open_create(ndp, *fmode, cmode);
	same = ndp->ni_dvp == ndp->ni_vp;
	if ((error = vn_open_existing(ndp, fmode)) != 0)
		return error;
	/* "." as the last name is locked already. */
	if (!same)
		vn_lock(ndp->ni_vp, LK_EXCLUSIVE | LK_RETRY);
	return 0;
}

int
vn_open(struct nameidata *ndp, int fmode, int cmode)
{
	kauth_cred_t cred = curlwp->l_cred;
	struct vnode *vp;
	struct vattr va;
	int error;

	ndp->ni_vp = NULL;
	if ((fmode & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return EINVAL;
	if ((error = vn_open_lookup(ndp, &fmode, cmode)) != 0)
		return error;
	vp = ndp->ni_vp;
	if (fmode & O_CREAT)
		fmode &= ~O_TRUNC;	/* it is new */
	if (vp->v_type == VSOCK)
		error = EOPNOTSUPP;
	else if (vp->v_type == VLNK)
		error = EFTYPE;
	else if ((fmode & O_CREAT) == 0)
		error = vn_openchk(vp, cred, fmode);
	if (error != 0)
		goto bad;
	if (fmode & O_TRUNC) {
		vattr_null(&va);
		va.va_size = 0;
		if ((error = VOP_SETATTR(vp, &va, cred)) != 0)
			goto bad;
	}
	if ((error = VOP_OPEN(vp, fmode, cred)) != 0)
		goto bad;
	if (fmode & FWRITE) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}
	return 0;
bad:
	vput(vp);
	ndp->ni_vp = NULL;
	return error;
}

/* Takes the reference. */
int
vn_close(struct vnode *vp, int flags, kauth_cred_t cred)
{
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (flags & FWRITE) {
		mutex_enter(vp->v_interlock);
		KASSERT(vp->v_writecount > 0);
		vp->v_writecount--;
		mutex_exit(vp->v_interlock);
	}
	error = VOP_CLOSE(vp, flags, cred);
	vput(vp);
	return error;
}

static int
vn_closefile(struct file *fp)
{

	return vn_close(fp->f_vnode, (int)fp->f_flag, fp->f_cred);
}

int
vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset,
    enum uio_seg segflg, int ioflg, kauth_cred_t cred, size_t *aresid,
    struct lwp *l)
{
	struct iovec iov = { .iov_base = base, .iov_len = (size_t)len };
	struct uio uio;
	int error;

	memset(&uio, 0, sizeof(uio));
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_resid = (size_t)len;
	uio.uio_offset = offset;
	uio.uio_rw = rw;
	if (segflg == UIO_SYSSPACE)
		UIO_SETUP_SYSSPACE(&uio);
	else
		uio.uio_vmspace = l->l_proc->p_vmspace;
	if ((ioflg & IO_NODELOCKED) == 0)
		vn_lock(vp, (rw == UIO_READ ? LK_SHARED : LK_EXCLUSIVE) |
		    LK_RETRY);
	if (rw == UIO_READ)
		error = VOP_READ(vp, &uio, ioflg, cred);
	else
		error = VOP_WRITE(vp, &uio, ioflg, cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (aresid != NULL)
		*aresid = uio.uio_resid;
	else if (uio.uio_resid != 0 && error == 0)
		error = EIO;
	return error;
}

/* Records of an open directory; the offset moves along. */
int
vn_readdir(struct file *fp, char *buf, int segflg, u_int count, int *done,
    struct lwp *l, off_t **cookies, int *ncookies)
{
	struct vnode *vp = fp->f_vnode;
	struct iovec iov = { .iov_base = buf, .iov_len = count };
	struct uio uio;
	int error, eof = 0;

	/* The size a directory block may have. */
	if (count > MAXBSIZE)
		count = MAXBSIZE;
	if (vp->v_type != VDIR)
		return EINVAL;
	iov.iov_len = count;
	memset(&uio, 0, sizeof(uio));
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_resid = count;
	uio.uio_rw = UIO_READ;
	if (segflg == UIO_SYSSPACE)
		UIO_SETUP_SYSSPACE(&uio);
	else
		uio.uio_vmspace = l->l_proc->p_vmspace;
	vn_lock(vp, LK_SHARED | LK_RETRY);
	uio.uio_offset = fp->f_offset;
	error = VOP_READDIR(vp, &uio, fp->f_cred, &eof, cookies, ncookies);
	mutex_enter(&fp->f_lock);
	fp->f_offset = uio.uio_offset;
	mutex_exit(&fp->f_lock);
	VOP_UNLOCK(vp);
	*done = (int)(count - uio.uio_resid);
	return error;
}

static int
vn_read(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct vnode *vp = fp->f_vnode;
	unsigned fflag = fp->f_flag;
	size_t count = uio->uio_resid;
	int ioflag = 0, error;

	if (fflag & FNONBLOCK)
		ioflag |= IO_NDELAY;
	if ((fflag & (FFSYNC | FRSYNC)) == (FFSYNC | FRSYNC))
		ioflag |= IO_SYNC;
	if (fflag & FDIRECT)
		ioflag |= IO_DIRECT;
	vn_lock(vp, LK_SHARED | LK_RETRY);
	uio->uio_offset = *offset;
	error = VOP_READ(vp, uio, ioflag, cred);
	if (flags & FOF_UPDATE_OFFSET)
		*offset += (off_t)(count - uio->uio_resid);
	VOP_UNLOCK(vp);
	return error;
}

static int
vn_write(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred,
    int flags)
{
	struct vnode *vp = fp->f_vnode;
	unsigned fflag = fp->f_flag;
	size_t count = uio->uio_resid;
	int ioflag = IO_UNIT, error;

	if (vp->v_type == VREG && (fflag & O_APPEND) != 0)
		ioflag |= IO_APPEND;
	if (fflag & FNONBLOCK)
		ioflag |= IO_NDELAY;
	if ((fflag & FFSYNC) != 0 || (vp->v_mount != NULL &&
	    (vp->v_mount->mnt_flag & MNT_SYNCHRONOUS) != 0))
		ioflag |= IO_SYNC;
	else if (fflag & FDSYNC)
		ioflag |= IO_DSYNC;
	if (fflag & FDIRECT)
		ioflag |= IO_DIRECT;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	uio->uio_offset = *offset;
	error = VOP_WRITE(vp, uio, ioflag, cred);
	if (flags & FOF_UPDATE_OFFSET) {
		if (ioflag & IO_APPEND)
			*offset = uio->uio_offset;
		else
			*offset += (off_t)(count - uio->uio_resid);
	}
	VOP_UNLOCK(vp);
	return error;
}

static int
vn_statfile(struct file *fp, struct stat *sb)
{
	struct vnode *vp = fp->f_vnode;
	int error;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = vn_stat(vp, sb);
	VOP_UNLOCK(vp);
	return error;
}

/* vp is locked. */
int
vn_stat(struct vnode *vp, struct stat *sb)
{
	struct vattr va;
	int error;

	memset(&va, 0, sizeof(va));
	if ((error = VOP_GETATTR(vp, &va, kauth_cred_get())) != 0)
		return error;
	memset(sb, 0, sizeof(*sb));
	sb->st_dev = va.va_fsid;
	sb->st_ino = va.va_fileid;
	sb->st_mode = (mode_t)((u_int)VTTOIF(va.va_type) |
	    (va.va_mode & ~(mode_t)S_IFMT));
	sb->st_nlink = va.va_nlink;
	sb->st_uid = va.va_uid;
	sb->st_gid = va.va_gid;
	sb->st_rdev = va.va_rdev;
	sb->st_size = (off_t)va.va_size;
	sb->st_atim = va.va_atime;
	sb->st_mtim = va.va_mtime;
	sb->st_ctim = va.va_ctime;
	sb->st_birthtim = va.va_birthtime;
	sb->st_blksize = (blksize_t)va.va_blocksize;
	sb->st_flags = (uint32_t)va.va_flags;
	/* The generation is for the super-user's file handles. */
	sb->st_gen = kauth_cred_geteuid(kauth_cred_get()) == 0 ?
	    (uint32_t)va.va_gen : 0;
	sb->st_blocks = (blkcnt_t)(va.va_bytes / S_BLKSIZE);
	return 0;
}

static int
vn_fcntl(struct file *fp, u_int com, void *data)
{
	struct vnode *vp = fp->f_vnode;
	int error;

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FCNTL(vp, com, data, (int)fp->f_flag, kauth_cred_get());
	VOP_UNLOCK(vp);
	return error;
}

/* FIONREAD and friends of files and directories. */
static int
vn_ioctl_file(struct file *fp, u_long com, void *data)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr va;
	int error;

	switch (com) {
	case FIONREAD:
		vn_lock(vp, LK_SHARED | LK_RETRY);
		error = VOP_GETATTR(vp, &va, kauth_cred_get());
		VOP_UNLOCK(vp);
		if (error == 0)
			*(int *)data = (int)((off_t)va.va_size - fp->f_offset);
		return error;
	case FIOASYNC:
		return 0;
	default:
		return VOP_IOCTL(vp, com, data, (int)fp->f_flag,
		    kauth_cred_get());
	}
}

static int
vn_ioctl(struct file *fp, u_long com, void *data)
{
	struct vnode *vp = fp->f_vnode;

	switch (vp->v_type) {
	case VREG:
	case VDIR:
		if (com == FIONBIO)
			return 0;
		return vn_ioctl_file(fp, com, data);
	case VCHR:
	case VBLK:
	case VFIFO:
		return VOP_IOCTL(vp, com, data, (int)fp->f_flag,
		    kauth_cred_get());
	default:
		return EPASSTHROUGH;
	}
}

static int
vn_poll(struct file *fp, int events)
{

	return VOP_POLL(fp->f_vnode, events);
}

int
vn_kqfilter(struct file *fp, struct knote *kn)
{

	return VOP_KQFILTER(fp->f_vnode, kn);
}

void
vn_marktext(struct vnode *vp)
{

	mutex_enter(vp->v_interlock);
	vp->v_iflag |= VI_TEXT;
	mutex_exit(vp->v_interlock);
}

/* Open a block device for the kernel. */
int
vn_bdev_open(dev_t dev, struct vnode **vpp, struct lwp *l)
{
	struct vnode *vp;
	int error;

	if ((error = bdevvp(dev, &vp)) != 0)
		return error;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_OPEN(vp, FREAD | FWRITE, l->l_cred);
	if (error != 0) {
		vput(vp);
		return error;
	}
	mutex_enter(vp->v_interlock);
	vp->v_writecount++;
	mutex_exit(vp->v_interlock);
	VOP_UNLOCK(vp);
	*vpp = vp;
	return 0;
}

int
vn_bdev_openpath(const char *path, struct vnode **vpp, struct lwp *l)
{
	struct vnode *vp;
	dev_t dev;
	int error;

	error = namei_simple_kernel(path, NSM_FOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	error = vp->v_type == VBLK ? 0 : ENOTBLK;
	dev = error == 0 ? vp->v_rdev : NODEV;
	vrele(vp);
	return error != 0 ? error : vn_bdev_open(dev, vpp, l);
}
