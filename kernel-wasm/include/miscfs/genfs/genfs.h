/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/genfs/genfs.h - operations and checks shared by file systems.
 */

#ifndef _MISCFS_GENFS_GENFS_H_
#define _MISCFS_GENFS_GENFS_H_

#include <sys/types.h>
#include <sys/vnode.h>

struct componentname;
struct mount;
struct statvfs;

/* Ready operations. */
int	genfs_abortop(void *);
int	genfs_advlock(void *);
int	genfs_badop(void *);		/* panics: the VOP must not get here */
int	genfs_nullop(void *);		/* success */
int	genfs_einval(void *);
int	genfs_eopnotsupp(void *);	/* EOPNOTSUPP, releases what it must */
int	genfs_ebadf(void *);
int	genfs_enoioctl(void *);
int	genfs_fcntl(void *);
int	genfs_kqfilter(void *);
int	genfs_poll(void *);
int	genfs_revoke(void *);
int	genfs_seek(void *);
int	genfs_fsync(void *);
int	genfs_pathconf(void *);		/* knows nothing but _PC_PATH_MAX */
int	genfs_mmap(void *);
int	genfs_getpages(void *);
int	genfs_putpages(void *);
int	genfs_null_putpages(void *);
int	genfs_nolock(void *);		/* for objects without a lock */
int	genfs_nounlock(void *);
int	genfs_noislocked(void *);
int	genfs_lock(void *);		/* v_lock */
int	genfs_unlock(void *);
int	genfs_islocked(void *);
int	genfs_deadlock(void *);
int	genfs_deadunlock(void *);

/* Permission checks; 0 or EPERM/EACCES/EFTYPE, before the super-user's word. */
int	genfs_can_access(enum vtype, mode_t file_mode, uid_t, gid_t,
	    mode_t acc_mode, kauth_cred_t);
int	genfs_can_chmod(enum vtype, kauth_cred_t, uid_t cur_uid, gid_t cur_gid,
	    mode_t new_mode);
int	genfs_can_chown(kauth_cred_t, uid_t cur_uid, gid_t cur_gid,
	    uid_t new_uid, gid_t new_gid);
int	genfs_can_chtimes(struct vnode *, u_int vaflags, uid_t owner,
	    kauth_cred_t);
int	genfs_can_chflags(kauth_cred_t, enum vtype, uid_t owner,
	    bool changing_sysflags);
int	genfs_can_sticky(kauth_cred_t, uid_t dir_uid, uid_t file_uid);
int	genfs_can_extattr(kauth_cred_t, int access_mode, struct vnode *,
	    const char *attr);

/*
 * VOP_PATHCONF of a file system by its limits; 0: no answer to that.
 */
struct genfs_limits {
	register_t	gl_link_max;
	register_t	gl_name_max;
	register_t	gl_pipe_buf;
	register_t	gl_filesizebits;
	register_t	gl_symlink_max;
	register_t	gl_symlinks;	/* _PC_2_SYMLINKS */
};
int	genfs_stdpathconf(void *v, const struct genfs_limits *);

/*
 * VOP_LOOKUP of a file system by its own part of it.
 *
 *	gl_removed	the directory, locked, has no name any more
 *	gl_find		look into the directory: what is found is referenced and
 *			not locked; ENOENT, and ISWHITEOUT in cn_flags where a
 *			whiteout is the reason; ENAMETOOLONG
 *	gl_owner	mode and owner of a locked vnode; NULL: no sticky bit
 *	gl_nonegative	that a name is missing is not to be remembered
 *	gl_noparent	nor what ".." is
 *	gl_keepdot	a removal of "." is EINVAL here already
 */
struct genfs_lookup {
	bool	(*gl_removed)(struct vnode *dvp);
	int	(*gl_find)(struct vnode *dvp, struct componentname *,
		    struct vnode **vpp);
	void	(*gl_owner)(struct vnode *, mode_t *, uid_t *);
	bool	gl_nonegative;
	bool	gl_noparent;
	bool	gl_keepdot;
};
int	genfs_lookup(void *v, const struct genfs_lookup *);

/* For the benefit of VFS_RENAMELOCK_*, see also sys/mount.h. */
int	genfs_suspendctl(struct mount *, int);
int	genfs_statvfs(struct mount *, struct statvfs *);

/*
 * Rename.  VOP_RENAME hands over four vnodes, two of them locked in an order
 * that can deadlock; genfs_insane_rename() sorts that out and calls the file
 * system's sane rename with all vnodes unlocked, which calls
 * genfs_sane_rename() with its operations: that takes the locks in order
 * (ancestors first), looks both names up again, makes the checks that are
 * the same everywhere and calls gro_rename with everything locked.
 *
 * fde, tde: storage of the file system's lookup results (directory slots),
 * filled by gro_lookup.
 *
 * struct my_rename_ops in the file system:
 *	gro_directory_empty_p	vp, a directory, may be replaced
 *	gro_rename_check_possible	flags, link limits ...; not permissions
 *	gro_rename_check_permitted
 *	gro_remove_check_possible, _permitted	for the BSD rename of two links
 *				to one file, where the source name goes away
 *	gro_rename		do it; does not release or unlock vnodes
 *	gro_remove		remove the entry cnp/de, file vp, from dvp
 *	gro_lookup		vp_ret unlocked and referenced, or ENOENT
 *	gro_genealogy		walk up from tdvp: *ret = the child of fdvp on
 *				the way (unlocked, referenced), or NULL when
 *				fdvp is not an ancestor; no vnode locked
 *	gro_lock_directory	lock vp; ENOENT when it was removed
 */
struct genfs_rename_ops {
	bool	(*gro_directory_empty_p)(struct mount *, kauth_cred_t,
		    struct vnode *vp, struct vnode *dvp);
	int	(*gro_rename_check_possible)(struct mount *,
		    struct vnode *fdvp, struct vnode *fvp,
		    struct vnode *tdvp, struct vnode *tvp);
	int	(*gro_rename_check_permitted)(struct mount *, kauth_cred_t,
		    struct vnode *fdvp, struct vnode *fvp,
		    struct vnode *tdvp, struct vnode *tvp);
	int	(*gro_remove_check_possible)(struct mount *,
		    struct vnode *dvp, struct vnode *vp);
	int	(*gro_remove_check_permitted)(struct mount *, kauth_cred_t,
		    struct vnode *dvp, struct vnode *vp);
	int	(*gro_rename)(struct mount *, kauth_cred_t,
		    struct vnode *fdvp, struct componentname *fcnp,
		    void *fde, struct vnode *fvp,
		    struct vnode *tdvp, struct componentname *tcnp,
		    void *tde, struct vnode *tvp);
	int	(*gro_remove)(struct mount *, kauth_cred_t,
		    struct vnode *dvp, struct componentname *cnp, void *de,
		    struct vnode *vp);
	int	(*gro_lookup)(struct mount *, struct vnode *dvp,
		    struct componentname *, void *de_ret, struct vnode **);
	int	(*gro_genealogy)(struct mount *, kauth_cred_t,
		    struct vnode *fdvp, struct vnode *tdvp,
		    struct vnode **intermediate_node_ret);
	int	(*gro_lock_directory)(struct mount *, struct vnode *vp);
};

/*
 * The bodies of gro_genealogy and gro_lock_directory.  A genfs_parent_t gives
 * the directory above vp, which is locked: referenced, NULL for the root, and
 * ENOENT when vp was removed.
 */
typedef int genfs_parent_t(struct mount *, struct vnode *vp,
	    struct vnode **upp);
int	genfs_genealogy(struct mount *, struct vnode *fdvp,
	    struct vnode *tdvp, genfs_parent_t *, struct vnode **childp);
int	genfs_lock_directory(struct vnode *vp,
	    bool (*removed)(struct vnode *));

int	genfs_insane_rename(void *v, int (*sane_rename)(struct vnode *fdvp,
	    struct componentname *fcnp, struct vnode *tdvp,
	    struct componentname *tcnp, kauth_cred_t, bool posixly_correct));
int	genfs_sane_rename(const struct genfs_rename_ops *,
	    struct vnode *fdvp, struct componentname *fcnp, void *fde,
	    struct vnode *tdvp, struct componentname *tcnp, void *tde,
	    kauth_cred_t, bool posixly_correct);
void	genfs_rename_knote(struct vnode *fdvp, struct vnode *fvp,
	    struct vnode *tdvp, struct vnode *tvp, bool nonzero_links);
void	genfs_rename_cache_purge(struct vnode *fdvp, struct vnode *fvp,
	    struct vnode *tdvp, struct vnode *tvp);
int	genfs_ufslike_rename_check_possible(unsigned long fdflags,
	    unsigned long fflags, unsigned long tdflags, unsigned long tflags,
	    bool clobber, unsigned long immutable, unsigned long append);
int	genfs_ufslike_rename_check_permitted(kauth_cred_t,
	    struct vnode *fdvp, mode_t fdmode, uid_t fduid,
	    struct vnode *fvp, uid_t fuid,
	    struct vnode *tdvp, mode_t tdmode, uid_t tduid,
	    struct vnode *tvp, uid_t tuid);
int	genfs_ufslike_remove_check_possible(unsigned long dflags,
	    unsigned long flags, unsigned long immutable, unsigned long append);
int	genfs_ufslike_remove_check_permitted(kauth_cred_t,
	    struct vnode *dvp, mode_t dmode, uid_t duid,
	    struct vnode *vp, uid_t uid);

#endif /* _MISCFS_GENFS_GENFS_H_ */
