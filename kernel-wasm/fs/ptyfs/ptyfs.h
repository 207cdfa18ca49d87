/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptyfs.h - pseudo terminals as files: /dev/pts/0 is the slave of pair 0, and
 * is there as long as its master is open.  Masters have no names.
 *
 * Fields	:	stable after mount or load
 *		p	pm_lock
 */

#ifndef _FS_PTYFS_PTYFS_H_
#define	_FS_PTYFS_PTYFS_H_

#include <sys/param.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/pty.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <fs/ptyfs/ptyfs_args.h>

enum ptyfs_type { PTYFSroot, PTYFSpts, PTYFSptc };

/* What a vnode is found by. */
struct ptyfs_key {
	uint32_t	ptk_type;	/* enum ptyfs_type */
	uint32_t	ptk_pty;
};

/* Attributes; they outlive the vnode. */
struct ptyfs_attr {
	uid_t		pa_uid;
	gid_t		pa_gid;
	mode_t		pa_mode;
	struct timespec	pa_atime, pa_mtime, pa_ctime;
};

struct ptyfs_mount {
	struct mount	*pm_mount;	/* : */
	LIST_ENTRY(ptyfs_mount) pm_list;
	struct ptyfs_args pm_args;	/* p */
	struct timespec	pm_time;	/* : of mounting */
	kmutex_t	pm_lock;
	struct ptyfs_attr pm_attr[1 + PTY_MAX];	/* p: root, slaves */
};

struct ptyfs_node {
	struct ptyfs_key pn_key;	/* : */
	struct vnode	*pn_vnode;	/* : */
};

#define	VTOPTYFS(vp)	((struct ptyfs_node *)(vp)->v_data)
#define	VFSTOPTY(mp)	((struct ptyfs_mount *)(mp)->mnt_data)
#define	PTYFS_NAMEMAX	10

/* The root is 2, a slave 3 and more, a master behind them. */
static inline ino_t
ptyfs_fileno(const struct ptyfs_key *k)
{
	return k->ptk_type == PTYFSroot ? 2 :
	    3 + k->ptk_pty + (k->ptk_type == PTYFSptc ? PTY_MAX : 0);
}

extern int (**ptyfs_vnodeop_p)(void *);
extern int (**ptyfs_specop_p)(void *);
extern const struct vnodeopv_desc ptyfs_vnodeop_opv_desc;
extern const struct vnodeopv_desc ptyfs_specop_opv_desc;

/* ptyfs_vfsops.c */
int	ptyfs_get(struct mount *, enum ptyfs_type, unsigned pty,
	    struct vnode **);
void	ptyfs_attr_reset(struct ptyfs_mount *, unsigned pty);

/* ptyfs_attr.c */
struct ptyfs_attr *ptyfs_attrof(struct vnode *);
int	ptyfs_access(void *);
int	ptyfs_getattr(void *);
int	ptyfs_setattr(void *);
int	ptyfs_pathconf(void *);
int	ptyfs_print(void *);

#endif /* !_FS_PTYFS_PTYFS_H_ */
