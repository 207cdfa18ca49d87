/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null_vnops.c - vnode operations of the null layer: all of a layer's, none of
 * its own.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "null.h"

int (**null_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc null_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lookup_desc, layer_lookup },
	{ &vop_create_desc, layer_create },
	{ &vop_whiteout_desc, layer_bypass },
	{ &vop_mknod_desc, layer_mknod },
	{ &vop_open_desc, layer_open },
	{ &vop_close_desc, layer_bypass },
	{ &vop_access_desc, layer_access },
	{ &vop_getattr_desc, layer_getattr },
	{ &vop_setattr_desc, layer_setattr },
	{ &vop_read_desc, layer_bypass },
	{ &vop_write_desc, layer_bypass },
	{ &vop_fallocate_desc, layer_bypass },
	{ &vop_fdiscard_desc, layer_bypass },
	{ &vop_ioctl_desc, layer_bypass_unlocked },
	{ &vop_fcntl_desc, layer_bypass },
	{ &vop_poll_desc, layer_bypass_unlocked },
	{ &vop_kqfilter_desc, layer_bypass_unlocked },
	{ &vop_revoke_desc, layer_revoke },
	{ &vop_mmap_desc, layer_bypass_unlocked },
	{ &vop_fsync_desc, layer_bypass },
	{ &vop_seek_desc, layer_bypass_unlocked },
	{ &vop_remove_desc, layer_remove },
	{ &vop_link_desc, layer_link },
	{ &vop_rename_desc, layer_rename },
	{ &vop_mkdir_desc, layer_mkdir },
	{ &vop_rmdir_desc, layer_rmdir },
	{ &vop_symlink_desc, layer_symlink },
	{ &vop_readdir_desc, layer_bypass },
	{ &vop_readlink_desc, layer_bypass },
	{ &vop_abortop_desc, layer_bypass_unlocked },
	{ &vop_inactive_desc, layer_inactive },
	{ &vop_reclaim_desc, layer_reclaim },
	{ &vop_lock_desc, layer_lock },
	{ &vop_unlock_desc, layer_unlock },
	{ &vop_bmap_desc, layer_bypass_unlocked },
	{ &vop_strategy_desc, layer_bypass_unlocked },
	{ &vop_print_desc, layer_print },
	{ &vop_islocked_desc, layer_bypass },
	{ &vop_pathconf_desc, layer_bypass },
	{ &vop_advlock_desc, layer_bypass_unlocked },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ &vop_openextattr_desc, layer_bypass },
	{ &vop_closeextattr_desc, layer_bypass },
	{ &vop_getextattr_desc, layer_bypass },
	{ &vop_setextattr_desc, layer_bypass },
	{ &vop_listextattr_desc, layer_bypass },
	{ &vop_deleteextattr_desc, layer_bypass },
	{ NULL, NULL }
};
const struct vnodeopv_desc null_vnodeop_opv_desc = {
	&null_vnodeop_p, null_vnodeop_entries
};
