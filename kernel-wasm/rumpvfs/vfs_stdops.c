/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_stdops.c - vfsops(9) for what a file system does not have, and bodies
 * of those that many have alike.
 *
 * A vector has no empty slot: the vfs_std* answer EOPNOTSUPP, typed as the
 * slots are, so that no call goes through a function pointer of another type.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>

int
vfs_stdquotactl(struct mount *mp __unused, struct quotactl_args *args __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdvget(struct mount *mp __unused, ino_t ino __unused,
    struct vnode **vpp __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdnewvnode(struct mount *mp __unused, struct vnode *dvp __unused,
    struct vnode *vp __unused, struct vattr *vap __unused,
    kauth_cred_t cred __unused, size_t *key_len __unused,
    const void **new_key __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdsnapshot(struct mount *mp __unused, struct vnode *vp __unused,
    struct timespec *ts __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdfsync(struct vnode *vp __unused, int flags __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdfhtovp(struct mount *mp __unused, struct fid *fhp __unused,
    struct vnode **vpp __unused)
{

	return EOPNOTSUPP;
}

int
vfs_stdvptofh(struct vnode *vp __unused, struct fid *fhp __unused,
    size_t *fh_size __unused)
{

	return EOPNOTSUPP;
}

/*
 * VFS_VGET where vnodes are kept by inode number: locked exclusively.
 */
int
vfs_inovget(struct mount *mp, ino_t ino, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

/*
 * The end of VFS_VPTOFH: hand out a file system's own form of a file id.
 */
int
vfs_putfid(const void *fid, size_t len, struct fid *fhp, size_t *fh_size)
{
	size_t room = *fh_size;

	*fh_size = len;
	if (room < len)
		return E2BIG;
	memcpy(fhp, fid, len);
	return 0;
}

/* Nothing to start, to write back, or to set up. */
int
vfs_stdstart(struct mount *mp __unused, int flags __unused)
{

	return 0;
}

int
vfs_stdsync(struct mount *mp __unused, int waitfor __unused,
    kauth_cred_t cred __unused)
{

	return 0;
}

void
vfs_stdinit(void)
{
}

int
vn_default_error(void *v __unused)
{

	return EOPNOTSUPP;
}
