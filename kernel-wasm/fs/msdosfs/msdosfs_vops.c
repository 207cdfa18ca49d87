/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_vops.c - FAT's table of vnode operations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "msdosfs.h"

int (**msdosfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc msdosfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, msdosfs_lookup },
	{ &vop_create_desc, msdosfs_create },
	{ &vop_whiteout_desc, genfs_eopnotsupp },
	{ &vop_mknod_desc, msdosfs_mknod },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, msdosfs_access },
	{ &vop_getattr_desc, msdosfs_getattr },
	{ &vop_setattr_desc, msdosfs_setattr },
	{ &vop_read_desc, msdosfs_read },
	{ &vop_write_desc, msdosfs_write },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, msdosfs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, msdosfs_remove },
	{ &vop_link_desc, genfs_eopnotsupp },
	{ &vop_rename_desc, msdosfs_rename },
	{ &vop_mkdir_desc, msdosfs_mkdir },
	{ &vop_rmdir_desc, msdosfs_rmdir },
	{ &vop_symlink_desc, genfs_eopnotsupp },
	{ &vop_readdir_desc, msdosfs_readdir },
	{ &vop_readlink_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, msdosfs_inactive },
	{ &vop_reclaim_desc, msdosfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, msdosfs_bmap },
	{ &vop_strategy_desc, msdosfs_strategy },
	{ &vop_print_desc, msdosfs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, msdosfs_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc msdosfs_vnodeop_opv_desc = {
	&msdosfs_vnodeop_p, msdosfs_vnodeop_entries
};
