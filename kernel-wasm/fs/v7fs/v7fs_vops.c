/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_vops.c - v7fs's tables of vnode operations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "v7fs_extern.h"

int (**v7fs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc v7fs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, v7fs_lookup },
	{ &vop_create_desc, v7fs_create },
	{ &vop_whiteout_desc, genfs_eopnotsupp },
	{ &vop_mknod_desc, v7fs_mknod },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, v7fs_access },
	{ &vop_getattr_desc, v7fs_getattr },
	{ &vop_setattr_desc, v7fs_setattr },
	{ &vop_read_desc, v7fs_read },
	{ &vop_write_desc, v7fs_write },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, v7fs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, v7fs_remove },
	{ &vop_link_desc, v7fs_link },
	{ &vop_rename_desc, v7fs_rename },
	{ &vop_mkdir_desc, v7fs_mkdir },
	{ &vop_rmdir_desc, v7fs_rmdir },
	{ &vop_symlink_desc, v7fs_symlink },
	{ &vop_readdir_desc, v7fs_readdir },
	{ &vop_readlink_desc, v7fs_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, v7fs_inactive },
	{ &vop_reclaim_desc, v7fs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, v7fs_bmap },
	{ &vop_strategy_desc, v7fs_strategy },
	{ &vop_print_desc, v7fs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, v7fs_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc v7fs_vnodeop_opv_desc = {
	&v7fs_vnodeop_p, v7fs_vnodeop_entries
};

int (**v7fs_specop_p)(void *);
static const struct vnodeopv_entry_desc v7fs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, v7fs_access },
	{ &vop_getattr_desc, v7fs_getattr },
	{ &vop_setattr_desc, v7fs_setattr },
	{ &vop_read_desc, v7fs_spec_read },
	{ &vop_write_desc, v7fs_spec_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, spec_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, v7fs_spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_inactive_desc, v7fs_inactive },
	{ &vop_reclaim_desc, v7fs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, v7fs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc v7fs_specop_opv_desc = {
	&v7fs_specop_p, v7fs_specop_entries
};

int (**v7fs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc v7fs_fifoop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_access_desc, v7fs_access },
	{ &vop_getattr_desc, v7fs_getattr },
	{ &vop_setattr_desc, v7fs_setattr },
	{ &vop_read_desc, v7fs_fifo_read },
	{ &vop_write_desc, v7fs_fifo_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, v7fs_fsync },
	{ &vop_inactive_desc, v7fs_inactive },
	{ &vop_reclaim_desc, v7fs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_print_desc, v7fs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, fifo_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc v7fs_fifoop_opv_desc = {
	&v7fs_fifoop_p, v7fs_fifoop_entries
};
