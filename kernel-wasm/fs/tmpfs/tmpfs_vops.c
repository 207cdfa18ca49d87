/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_vops.c - tmpfs's tables of vnode operations.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "tmpfs.h"

int (**tmpfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_vnodeop_entries[] = {
	{ &vop_default_desc,	vn_default_error },
	{ &vop_lookup_desc,	tmpfs_lookup },
	{ &vop_create_desc,	tmpfs_create },
	{ &vop_mknod_desc,	tmpfs_mknod },
	{ &vop_open_desc,	tmpfs_open },
	{ &vop_close_desc,	tmpfs_close },
	{ &vop_access_desc,	tmpfs_access },
	{ &vop_getattr_desc,	tmpfs_getattr },
	{ &vop_setattr_desc,	tmpfs_setattr },
	{ &vop_read_desc,	tmpfs_read },
	{ &vop_write_desc,	tmpfs_write },
	{ &vop_fallocate_desc,	tmpfs_fallocate },
	{ &vop_fdiscard_desc,	tmpfs_fdiscard },
	{ &vop_ioctl_desc,	genfs_enoioctl },
	{ &vop_fcntl_desc,	genfs_fcntl },
	{ &vop_poll_desc,	genfs_poll },
	{ &vop_kqfilter_desc,	genfs_kqfilter },
	{ &vop_revoke_desc,	genfs_revoke },
	{ &vop_mmap_desc,	genfs_mmap },
	{ &vop_fsync_desc,	tmpfs_fsync },
	{ &vop_seek_desc,	genfs_seek },
	{ &vop_remove_desc,	tmpfs_remove },
	{ &vop_link_desc,	tmpfs_link },
	{ &vop_rename_desc,	tmpfs_rename },
	{ &vop_mkdir_desc,	tmpfs_mkdir },
	{ &vop_rmdir_desc,	tmpfs_rmdir },
	{ &vop_symlink_desc,	tmpfs_symlink },
	{ &vop_readdir_desc,	tmpfs_readdir },
	{ &vop_readlink_desc,	tmpfs_readlink },
	{ &vop_abortop_desc,	genfs_abortop },
	{ &vop_inactive_desc,	tmpfs_inactive },
	{ &vop_reclaim_desc,	tmpfs_reclaim },
	{ &vop_lock_desc,	genfs_lock },
	{ &vop_unlock_desc,	genfs_unlock },
	{ &vop_bmap_desc,	genfs_eopnotsupp },
	{ &vop_strategy_desc,	genfs_eopnotsupp },
	{ &vop_print_desc,	tmpfs_print },
	{ &vop_islocked_desc,	genfs_islocked },
	{ &vop_pathconf_desc,	tmpfs_pathconf },
	{ &vop_advlock_desc,	genfs_advlock },
	{ &vop_whiteout_desc,	tmpfs_whiteout },
	{ &vop_bwrite_desc,	genfs_nullop },
	{ &vop_getpages_desc,	genfs_eopnotsupp },
	{ &vop_putpages_desc,	genfs_null_putpages },
	{ NULL, NULL }
};
const struct vnodeopv_desc tmpfs_vnodeop_opv_desc = {
	&tmpfs_vnodeop_p, tmpfs_vnodeop_entries
};

/* What devices and fifos have of tmpfs. */
#define	TMPFS_NODE_OPS							\
	{ &vop_default_desc,	vn_default_error },			\
	{ &vop_access_desc,	tmpfs_access },				\
	{ &vop_getattr_desc,	tmpfs_getattr },			\
	{ &vop_setattr_desc,	tmpfs_setattr },			\
	{ &vop_reclaim_desc,	tmpfs_reclaim },			\
	{ &vop_lock_desc,	genfs_lock },				\
	{ &vop_unlock_desc,	genfs_unlock },				\
	{ &vop_islocked_desc,	genfs_islocked },			\
	{ &vop_fcntl_desc,	genfs_fcntl },				\
	{ &vop_lookup_desc,	genfs_badop },				\
	{ &vop_create_desc,	genfs_badop },				\
	{ &vop_mknod_desc,	genfs_badop },				\
	{ &vop_remove_desc,	genfs_badop },				\
	{ &vop_link_desc,	genfs_badop },				\
	{ &vop_rename_desc,	genfs_badop },				\
	{ &vop_mkdir_desc,	genfs_badop },				\
	{ &vop_rmdir_desc,	genfs_badop },				\
	{ &vop_symlink_desc,	genfs_badop },				\
	{ &vop_readdir_desc,	genfs_badop },				\
	{ &vop_readlink_desc,	genfs_badop },				\
	{ &vop_abortop_desc,	genfs_badop },				\
	{ &vop_revoke_desc,	genfs_revoke },				\
	{ &vop_bwrite_desc,	vn_bwrite },				\
	{ &vop_putpages_desc,	genfs_null_putpages },			\
	{ &vop_print_desc,	tmpfs_print }

int (**tmpfs_specop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_specop_entries[] = {
	TMPFS_NODE_OPS,
	{ &vop_open_desc,	spec_open },
	{ &vop_close_desc,	spec_close },
	{ &vop_read_desc,	tmpfs_spec_read },
	{ &vop_write_desc,	tmpfs_spec_write },
	{ &vop_fallocate_desc,	spec_fallocate },
	{ &vop_fdiscard_desc,	spec_fdiscard },
	{ &vop_ioctl_desc,	spec_ioctl },
	{ &vop_poll_desc,	spec_poll },
	{ &vop_kqfilter_desc,	spec_kqfilter },
	{ &vop_mmap_desc,	spec_mmap },
	{ &vop_fsync_desc,	spec_fsync },
	{ &vop_seek_desc,	spec_seek },
	{ &vop_inactive_desc,	tmpfs_inactive },
	{ &vop_bmap_desc,	spec_bmap },
	{ &vop_strategy_desc,	spec_strategy },
	{ &vop_pathconf_desc,	spec_pathconf },
	{ &vop_advlock_desc,	genfs_advlock },
	{ NULL, NULL }
};
const struct vnodeopv_desc tmpfs_specop_opv_desc = {
	&tmpfs_specop_p, tmpfs_specop_entries
};

int (**tmpfs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_fifoop_entries[] = {
	TMPFS_NODE_OPS,
	{ &vop_open_desc,	fifo_open },
	{ &vop_close_desc,	fifo_close },
	{ &vop_read_desc,	tmpfs_fifo_read },
	{ &vop_write_desc,	tmpfs_fifo_write },
	{ &vop_fallocate_desc,	genfs_eopnotsupp },
	{ &vop_fdiscard_desc,	genfs_eopnotsupp },
	{ &vop_ioctl_desc,	fifo_ioctl },
	{ &vop_poll_desc,	fifo_poll },
	{ &vop_kqfilter_desc,	fifo_kqfilter },
	{ &vop_mmap_desc,	genfs_badop },
	{ &vop_fsync_desc,	tmpfs_fsync },
	{ &vop_seek_desc,	genfs_badop },
	{ &vop_inactive_desc,	tmpfs_inactive },
	{ &vop_bmap_desc,	fifo_bmap },
	{ &vop_strategy_desc,	genfs_badop },
	{ &vop_pathconf_desc,	fifo_pathconf },
	{ &vop_advlock_desc,	genfs_einval },
	{ NULL, NULL }
};
const struct vnodeopv_desc tmpfs_fifoop_opv_desc = {
	&tmpfs_fifoop_p, tmpfs_fifoop_entries
};
