/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * genfs_can.c - permission checks of file attributes.
 *
 * The answers are the file system's opinion; kauth_authorize_vnode() lets the
 * super-user past them.
 *
 * Errors	EACCES, EPERM, EFTYPE.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extattr.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

static bool
cred_in_group(kauth_cred_t cred, gid_t gid)
{
	int member = 0;

	if (kauth_cred_getegid(cred) == gid)
		return true;
	return kauth_cred_ismember_gid(cred, gid, &member) == 0 && member;
}

/* The first class that fits decides: owner, group, others. */
int
genfs_can_access(enum vtype type __unused, mode_t file_mode, uid_t uid,
    gid_t gid, mode_t acc_mode, kauth_cred_t cred)
{
	mode_t need = (acc_mode & (VREAD | VWRITE | VEXEC)) >> 6, have;

	if (kauth_cred_geteuid(cred) == uid)
		have = file_mode >> 6;
	else if (cred_in_group(cred, gid))
		have = file_mode >> 3;
	else
		have = file_mode;
	return (have & need) == need ? 0 : EACCES;
}

int
genfs_can_chmod(enum vtype type, kauth_cred_t cred, uid_t uid, gid_t gid,
    mode_t mode)
{
	int member = 0;

	if (kauth_cred_geteuid(cred) != uid)
		return EPERM;
	if (type != VDIR && (mode & S_ISTXT) != 0)
		return EFTYPE;
	/* Only the supplementary groups count here. */
	if ((mode & S_ISGID) != 0 &&
	    (kauth_cred_ismember_gid(cred, gid, &member) != 0 || !member))
		return EPERM;
	return 0;
}

int
genfs_can_chown(kauth_cred_t cred, uid_t uid, gid_t gid, uid_t newuid,
    gid_t newgid)
{

	if (kauth_cred_geteuid(cred) != uid || newuid != uid)
		return EPERM;
	if (newgid != gid && !cred_in_group(cred, newgid))
		return EPERM;
	return 0;
}

int
genfs_can_chtimes(struct vnode *vp, u_int vaflags, uid_t owner,
    kauth_cred_t cred)
{

	if (kauth_cred_geteuid(cred) == owner)
		return 0;
	if ((vaflags & VA_UTIMES_NULL) == 0)
		return EPERM;
	return VOP_ACCESS(vp, VWRITE, cred);
}

int
genfs_can_chflags(kauth_cred_t cred, enum vtype type, uid_t owner,
    bool sysflags)
{

	if (kauth_cred_geteuid(cred) != owner)
		return EPERM;
	if (sysflags || type == VCHR || type == VBLK)
		return EPERM;
	return 0;
}

/* Who may remove a file from a sticky directory. */
int
genfs_can_sticky(kauth_cred_t cred, uid_t dir_uid, uid_t file_uid)
{
	uid_t euid = kauth_cred_geteuid(cred);

	return euid == dir_uid || euid == file_uid ? 0 : EPERM;
}

int
genfs_can_extattr(kauth_cred_t cred, int accmode, struct vnode *vp,
    const char *attr __unused)
{

	return VOP_ACCESS(vp, accmode, cred);
}

int
vaccess(enum vtype type, mode_t file_mode, uid_t uid, gid_t gid,
    mode_t acc_mode, kauth_cred_t cred)
{
	bool exec_ok;

	if (kauth_cred_geteuid(cred) == 0) {
		exec_ok = (acc_mode & VEXEC) == 0 || type == VDIR ||
		    (file_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
		return exec_ok ? 0 : EACCES;
	}
	return genfs_can_access(type, file_mode, uid, gid, acc_mode, cred);
}
