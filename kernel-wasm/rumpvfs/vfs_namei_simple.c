/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_namei_simple.c - namei(9) for those who want a vnode and nothing else.
 *
 * Interface
 *	The result is referenced, not locked.
 *
 * Locking	none.
 * Sleeps	yes.
 * Errors	those of namei().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/namei.h>
#include <sys/vnode.h>

struct namei_simple_flags_type namei_simple_nofollow_notry,
    namei_simple_follow_notry;

int
nameiat_simple(struct vnode *dvp, struct pathbuf *pb,
    namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct nameidata nd;
	int error;

	NDINIT(&nd, LOOKUP, sflags == NSM_FOLLOW_NOEMULROOT ? FOLLOW : NOFOLLOW,
	    pb);
	if (dvp != NULL)
		NDAT(&nd, dvp);
	error = namei(&nd);
	if (error == 0)
		*vpp = nd.ni_vp;
	return error;
}

int
nameiat_simple_kernel(struct vnode *dvp, const char *path,
    namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct pathbuf *pb;
	int error;

	if ((pb = pathbuf_create(path)) == NULL)
		return ENAMETOOLONG;
	error = nameiat_simple(dvp, pb, sflags, vpp);
	pathbuf_destroy(pb);
	return error;
}

int
nameiat_simple_user(struct vnode *dvp, const char *path,
    namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct pathbuf *pb;
	int error;

	if ((error = pathbuf_copyin(path, &pb)) != 0)
		return error;
	error = nameiat_simple(dvp, pb, sflags, vpp);
	pathbuf_destroy(pb);
	return error;
}

int
namei_simple_kernel(const char *path, namei_simple_flags_t sflags,
    struct vnode **vpp)
{

	return nameiat_simple_kernel(NULL, path, sflags, vpp);
}

int
namei_simple_user(const char *path, namei_simple_flags_t sflags,
    struct vnode **vpp)
{

	return nameiat_simple_user(NULL, path, sflags, vpp);
}
