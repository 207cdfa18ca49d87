/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dead_vnops.c - operations of a vnode whose file went away.
 *
 * Reading a revoked terminal gives end of file, everything else EIO or EBADF.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/event.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>

int (**dead_vnodeop_p)(void *);
struct mount *dead_rootmount;

static int
dead_eio(void *v __unused)
{

	return EIO;
}

static int
dead_lookup(void *v)
{
	struct vop_lookup_args *ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

static int
dead_open(void *v __unused)
{

	return ENXIO;
}

static int
dead_read(void *v)
{
	struct vop_read_args *ap = v;

	return (ap->a_vp->v_vflag & VV_ISTTY) ? 0 : EIO;
}

static int
dead_poll(void *v __unused)
{

	return POLLERR | POLLHUP;
}

/* Requests of a file system whose device went away. */
static int
dead_strategy(void *v)
{
	struct vop_strategy_args *ap = v;
	struct buf *bp = ap->a_bp;

	bp->b_error = EIO;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
	return EIO;
}

static int
dead_remove(void *v)
{

	(void)genfs_eopnotsupp(v);
	return EIO;
}

static int
dead_inactive(void *v)
{
	struct vop_inactive_args *ap = v;

	*ap->a_recycle = false;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

static const struct vnodeopv_entry_desc dead_vnodeop_entries[] = {
	{ &vop_default_desc, dead_eio },
	{ &vop_lookup_desc, dead_lookup },
	{ &vop_open_desc, dead_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, genfs_ebadf },
	{ &vop_getattr_desc, genfs_ebadf },
	{ &vop_setattr_desc, genfs_ebadf },
	{ &vop_read_desc, dead_read },
	{ &vop_readdir_desc, genfs_ebadf },
	{ &vop_readlink_desc, genfs_ebadf },
	{ &vop_pathconf_desc, genfs_ebadf },
	{ &vop_ioctl_desc, genfs_ebadf },
	{ &vop_poll_desc, dead_poll },
	{ &vop_revoke_desc, genfs_nullop },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_nullop },
	{ &vop_remove_desc, dead_remove },
	{ &vop_rmdir_desc, dead_remove },
	{ &vop_rename_desc, dead_remove },
	{ &vop_strategy_desc, dead_strategy },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, dead_inactive },
	{ &vop_reclaim_desc, genfs_nullop },
	{ &vop_lock_desc, genfs_deadlock },
	{ &vop_unlock_desc, genfs_deadunlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, genfs_nullop },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ &vop_advlock_desc, genfs_ebadf },
	{ NULL, NULL }
};

const struct vnodeopv_desc dead_vnodeop_opv_desc =
	{ &dead_vnodeop_p, dead_vnodeop_entries };
