/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_vops.c - the fast file system's tables of vnode operations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "ffs.h"

int (**ffs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc ffs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, ffs_lookup },
	{ &vop_create_desc, ffs_create },
	{ &vop_whiteout_desc, ffs_whiteout },
	{ &vop_mknod_desc, ffs_mknod },
	{ &vop_open_desc, ffs_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, ffs_access },
	{ &vop_getattr_desc, ffs_getattr },
	{ &vop_setattr_desc, ffs_setattr },
	{ &vop_read_desc, ffs_read },
	{ &vop_write_desc, ffs_write },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, ffs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, ffs_remove },
	{ &vop_link_desc, ffs_link },
	{ &vop_rename_desc, ffs_rename },
	{ &vop_mkdir_desc, ffs_mkdir },
	{ &vop_rmdir_desc, ffs_rmdir },
	{ &vop_symlink_desc, ffs_symlink },
	{ &vop_readdir_desc, ffs_readdir },
	{ &vop_readlink_desc, ffs_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, ffs_inactive },
	{ &vop_reclaim_desc, ffs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, ffs_bmap },
	{ &vop_strategy_desc, ffs_strategy },
	{ &vop_print_desc, ffs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, ffs_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_getextattr_desc, ffs_getextattr },
	{ &vop_listextattr_desc, ffs_listextattr },
	{ &vop_setextattr_desc, ffs_setextattr },
	{ &vop_deleteextattr_desc, ffs_deleteextattr },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc ffs_vnodeop_opv_desc = {
	&ffs_vnodeop_p, ffs_vnodeop_entries
};

int (**ffs_specop_p)(void *);
static const struct vnodeopv_entry_desc ffs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, ffs_access },
	{ &vop_getattr_desc, ffs_getattr },
	{ &vop_setattr_desc, ffs_setattr },
	{ &vop_read_desc, ffs_spec_read },
	{ &vop_write_desc, ffs_spec_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, spec_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, ffs_spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_inactive_desc, ffs_inactive },
	{ &vop_reclaim_desc, ffs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, ffs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc ffs_specop_opv_desc = {
	&ffs_specop_p, ffs_specop_entries
};

int (**ffs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc ffs_fifoop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_access_desc, ffs_access },
	{ &vop_getattr_desc, ffs_getattr },
	{ &vop_setattr_desc, ffs_setattr },
	{ &vop_read_desc, ffs_fifo_read },
	{ &vop_write_desc, ffs_fifo_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, ffs_fsync },
	{ &vop_inactive_desc, ffs_inactive },
	{ &vop_reclaim_desc, ffs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_print_desc, ffs_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, fifo_pathconf },
	{ &vop_advlock_desc, genfs_advlock },
	{ &vop_getextattr_desc, ffs_getextattr },
	{ &vop_listextattr_desc, ffs_listextattr },
	{ &vop_setextattr_desc, ffs_setextattr },
	{ &vop_deleteextattr_desc, ffs_deleteextattr },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc ffs_fifoop_opv_desc = {
	&ffs_fifoop_p, ffs_fifoop_entries
};
