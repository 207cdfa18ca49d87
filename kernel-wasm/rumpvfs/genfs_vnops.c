/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * genfs_vnops.c - vnode operations that many file systems share.
 *
 * Interface
 *	Entries for a table of vnode operations; see miscfs/genfs/genfs.h.
 *
 * Locking	genfs_lock() and friends: v_lock.
 * Sleeps	genfs_lock().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/unistd.h>
#include <sys/file.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <miscfs/specfs/specdev.h>

int
genfs_nullop(void *v __unused)
{

	return 0;
}

int
genfs_badop(void *v __unused)
{

	panic("genfs_badop: vnode operation on the wrong file system");
}

int
genfs_einval(void *v __unused)
{

	return EINVAL;
}

int
genfs_ebadf(void *v __unused)
{

	return EBADF;
}

int
genfs_enoioctl(void *v __unused)
{

	return EPASSTHROUGH;
}

int
genfs_fcntl(void *v)
{
	struct vop_fcntl_args *ap = v;

	return ap->a_command == F_SETFL ? 0 : EOPNOTSUPP;
}

/* EOPNOTSUPP; operations that eat references and locks eat them here too. */
int
genfs_eopnotsupp(void *v)
{
	const struct vnodeop_desc *desc =
	    ((struct vop_lookup_args *)v)->a_desc;

	if (desc == &vop_remove_desc || desc == &vop_rmdir_desc) {
		struct vop_remove_args *ap = v;

		if (ap->a_dvp == ap->a_vp)
			vrele(ap->a_vp);
		else
			vput(ap->a_vp);
		vput(ap->a_dvp);
	} else if (desc == &vop_rename_desc) {
		struct vop_rename_args *ap = v;

		if (ap->a_tvp == ap->a_tdvp)
			vrele(ap->a_tvp);
		else if (ap->a_tvp != NULL)
			vput(ap->a_tvp);
		vput(ap->a_tdvp);
		vrele(ap->a_fvp);
		vrele(ap->a_fdvp);
	} else if (desc == &vop_inactive_desc) {
		struct vop_inactive_args *ap = v;

		VOP_UNLOCK(ap->a_vp);
		return 0;
	}
	return EOPNOTSUPP;
}

int
genfs_abortop(void *v __unused)
{

	return 0;
}

/* Locks hang on the vnode: the node may go while somebody sleeps here. */
int
genfs_advlock(void *v)
{
	struct vop_advlock_args *ap = v;

	return lf_advlock(ap, &ap->a_vp->v_lockf, lf_size(ap));
}

int
genfs_seek(void *v)
{
	struct vop_seek_args *ap = v;

	return ap->a_newoff < 0 ? EINVAL : 0;
}

int
genfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;

	return vflushbuf(ap->a_vp, ap->a_flags);
}

int
genfs_poll(void *v)
{
	struct vop_poll_args *ap = v;

	return ap->a_events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

int
genfs_revoke(void *v)
{
	struct vop_revoke_args *ap = v;

	vrevoke(ap->a_vp);
	return 0;
}

int
genfs_mmap(void *v __unused)
{

	return EOPNOTSUPP;
}

int
genfs_getpages(void *v __unused)
{

	return EOPNOTSUPP;
}

/* There are no pages; the caller holds v_interlock and loses it here. */
int
genfs_putpages(void *v)
{
	struct vop_putpages_args *ap = v;

	mutex_exit(ap->a_vp->v_interlock);
	return 0;
}

int
genfs_null_putpages(void *v)
{

	return genfs_putpages(v);
}

int
genfs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_PATH_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	default:
		return EINVAL;
	}
}

static int
pathconf_limit(register_t limit, register_t *retval)
{

	*retval = limit;
	return limit != 0 ? 0 : EINVAL;
}

int
genfs_stdpathconf(void *v, const struct genfs_limits *gl)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		return pathconf_limit(gl->gl_link_max, ap->a_retval);
	case _PC_NAME_MAX:
		return pathconf_limit(gl->gl_name_max, ap->a_retval);
	case _PC_PATH_MAX:
		return pathconf_limit(PATH_MAX, ap->a_retval);
	case _PC_PIPE_BUF:
		return pathconf_limit(gl->gl_pipe_buf, ap->a_retval);
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
		return pathconf_limit(1, ap->a_retval);
	case _PC_FILESIZEBITS:
		return pathconf_limit(gl->gl_filesizebits, ap->a_retval);
	case _PC_SYMLINK_MAX:
		return pathconf_limit(gl->gl_symlink_max, ap->a_retval);
	case _PC_2_SYMLINKS:
		return pathconf_limit(gl->gl_symlinks, ap->a_retval);
	default:
		return EINVAL;
	}
}

/*
 * The vnode lock
 */

static int
genfs_lock_common(struct vnode *vp, int flags)
{
	krw_t op = (flags & LK_EXCLUSIVE) ? RW_WRITER : RW_READER;

	if (__predict_false(flags & LK_NOWAIT)) {
		if (!rw_tryenter(&vp->v_lock, op))
			return EBUSY;
	} else
		rw_enter(&vp->v_lock, op);
	if (op == RW_WRITER && (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_INACT) == 0)
		atomic_or_uint(&vp->v_usecount, VUSECOUNT_INACT);
	return 0;
}

int
genfs_lock(void *v)
{
	struct vop_lock_args *ap = v;

	return genfs_lock_common(ap->a_vp, ap->a_flags);
}

int
genfs_unlock(void *v)
{
	struct vop_unlock_args *ap = v;

	rw_exit(&ap->a_vp->v_lock);
	return 0;
}

int
genfs_islocked(void *v)
{
	struct vop_islocked_args *ap = v;
	struct vnode *vp = ap->a_vp;

	if (rw_write_held(&vp->v_lock))
		return LK_EXCLUSIVE;
	return rw_read_held(&vp->v_lock) ? LK_SHARED : 0;
}

/* Of a reclaimed vnode: only for those who know (LK_RETRY). */
int
genfs_deadlock(void *v)
{
	struct vop_lock_args *ap = v;

	if ((ap->a_flags & LK_RETRY) == 0)
		return ENOENT;
	return genfs_lock_common(ap->a_vp, ap->a_flags);
}

int
genfs_deadunlock(void *v)
{

	return genfs_unlock(v);
}

int
genfs_nolock(void *v __unused)
{

	return 0;
}

int
genfs_nounlock(void *v __unused)
{

	return 0;
}

int
genfs_noislocked(void *v __unused)
{

	return LK_EXCLUSIVE;
}

/*
 * Knotes
 */

static void
filt_genfsdetach(struct knote *kn)
{
	struct vnode *vp = kn->kn_hook;

	mutex_enter(vp->v_interlock);
	SLIST_REMOVE(&vp->v_klist, kn, knote, kn_selnext);
	mutex_exit(vp->v_interlock);
}

/* Regular files: always ready, data is the distance to the end. */
static int
filt_genfsread(struct knote *kn, long hint)
{
	struct vnode *vp = kn->kn_hook;
	struct vattr va;
	off_t size;

	if (hint == NOTE_REVOKE) {
		kn->kn_flags |= EV_EOF | EV_ONESHOT;
		return 1;
	}
	if (hint == 0 && vn_lock(vp, LK_SHARED) == 0) {
		size = VOP_GETATTR(vp, &va, kauth_cred_get()) == 0 ?
		    (off_t)va.va_size : 0;
		VOP_UNLOCK(vp);
	} else
		size = vp->v_size;
	kn->kn_data = size - ((struct file *)kn->kn_obj)->f_offset;
	return kn->kn_data != 0;
}

static int
filt_genfsvnode(struct knote *kn, long hint)
{
	struct vnode *vp = kn->kn_hook;
	int ready;

	/* Hints come with the interlock held, the question does not. */
	if (hint == 0) {
		mutex_enter(vp->v_interlock);
		ready = kn->kn_fflags != 0;
		mutex_exit(vp->v_interlock);
		return ready;
	}
	if (hint == (long)NOTE_REVOKE)
		kn->kn_flags |= EV_EOF;
	kn->kn_fflags |= kn->kn_sfflags & (uint32_t)hint;
	return kn->kn_fflags != 0;
}

static int
filt_genfswrite(struct knote *kn, long hint)
{

	if (hint == NOTE_REVOKE) {
		kn->kn_flags |= EV_EOF | EV_ONESHOT;
		return 1;
	}
	kn->kn_data = 0;
	return 1;
}

static const struct filterops genfsread_filtops = {
	.f_isfd = 1, .f_detach = filt_genfsdetach, .f_event = filt_genfsread,
};
static const struct filterops genfswrite_filtops = {
	.f_isfd = 1, .f_detach = filt_genfsdetach, .f_event = filt_genfswrite,
};
static const struct filterops genfsvnode_filtops = {
	.f_isfd = 1, .f_detach = filt_genfsdetach, .f_event = filt_genfsvnode,
};

int
genfs_kqfilter(void *v)
{
	struct vop_kqfilter_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct knote *kn = ap->a_kn;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &genfsread_filtops;
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &genfswrite_filtops;
		break;
	case EVFILT_VNODE:
		kn->kn_fop = &genfsvnode_filtops;
		break;
	default:
		return EINVAL;
	}
	kn->kn_hook = vp;
	mutex_enter(vp->v_interlock);
	SLIST_INSERT_HEAD(&vp->v_klist, kn, kn_selnext);
	mutex_exit(vp->v_interlock);
	return 0;
}

/*
 * The common head of nodes
 */

void
genfs_node_init(struct vnode *vp, const struct genfs_ops *ops)
{
	struct genfs_node *gp = VTOG(vp);

	rw_init(&gp->g_glock);
	gp->g_op = ops;
}

void
genfs_node_destroy(struct vnode *vp)
{

	rw_destroy(&VTOG(vp)->g_glock);
}

void
genfs_size(struct vnode *vp __unused, off_t size, off_t *eobp,
    int flags __unused)
{

	*eobp = size;
}

void
genfs_node_wrlock(struct vnode *vp)
{

	rw_enter(&VTOG(vp)->g_glock, RW_WRITER);
}

void
genfs_node_rdlock(struct vnode *vp)
{

	rw_enter(&VTOG(vp)->g_glock, RW_READER);
}

int
genfs_node_rdtrylock(struct vnode *vp)
{

	return rw_tryenter(&VTOG(vp)->g_glock, RW_READER);
}

void
genfs_node_unlock(struct vnode *vp)
{

	rw_exit(&VTOG(vp)->g_glock);
}

int
genfs_node_wrlocked(struct vnode *vp)
{

	return rw_write_held(&VTOG(vp)->g_glock);
}
