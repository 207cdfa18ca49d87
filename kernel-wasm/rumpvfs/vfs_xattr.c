/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_xattr.c - extended attributes by the names Linux uses: "user.x" and
 * "system.x" are the attribute x of the two name spaces.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extattr.h>
#include <sys/lwp.h>
#include <sys/syscallargs.h>
#include <sys/vnode.h>

#include "vfs_extattr.h"

#define	XATTR_NAMEBUF	(XATTR_NAME_MAX + 16)

/* The name space of a name in user memory; *namep points behind the dot. */
static int
xattr_name(const char *uname, char *buf, int *nsp, const char **namep)
{
	int error;

	error = copyinstr(uname, buf, XATTR_NAMEBUF, NULL);
	if (error != 0)
		return error == ENAMETOOLONG ? ERANGE : error;
	if (strncmp(buf, "user.", 5) == 0) {
		*nsp = EXTATTR_NAMESPACE_USER;
		*namep = buf + 5;
	} else {
		*nsp = EXTATTR_NAMESPACE_SYSTEM;
		*namep = strncmp(buf, "system.", 7) == 0 ? buf + 7 : buf;
	}
	return 0;
}

static int
xattr_set(const char *path, int fd, enum extattr_by by, const char *uname,
    const void *value, size_t size, int flags, struct lwp *l)
{
	char buf[XATTR_NAMEBUF];
	register_t done;
	struct vnode *vp;
	const char *name;
	int error, ns;

	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	if ((error = xattr_name(uname, buf, &ns, &name)) == 0)
		error = extattr_set_vp(vp, ns, name, value, size, l, &done,
		    flags);
	vrele(vp);
	return error;
}

static int
xattr_get(const char *path, int fd, enum extattr_by by, const char *uname,
    void *value, size_t size, struct lwp *l, register_t *retval)
{
	char buf[XATTR_NAMEBUF];
	struct vnode *vp;
	const char *name;
	int error, ns;

	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	if ((error = xattr_name(uname, buf, &ns, &name)) == 0)
		error = extattr_get_vp(vp, ns, name, value, size, l, retval);
	vrele(vp);
	return error;
}

/* Only the user name space is listed. */
static int
xattr_list(const char *path, int fd, enum extattr_by by, char *list,
    size_t size, struct lwp *l, register_t *retval)
{
	struct vnode *vp;
	int error;

	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	error = extattr_list_vp(vp, EXTATTR_NAMESPACE_USER, list, size, l,
	    retval);
	vrele(vp);
	return error;
}

static int
xattr_remove(const char *path, int fd, enum extattr_by by, const char *uname,
    struct lwp *l)
{
	char buf[XATTR_NAMEBUF];
	struct vnode *vp;
	const char *name;
	int error, ns;

	if ((error = extattr_vnode(path, fd, by, &vp)) != 0)
		return error;
	if ((error = xattr_name(uname, buf, &ns, &name)) == 0)
		error = extattr_delete_vp(vp, ns, name, l);
	vrele(vp);
	return error;
}

int
sys_setxattr(struct lwp *l, const struct sys_setxattr_args *uap,
    register_t *retval __unused)
{

	return xattr_set(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size),
	    SCARG(uap, flags), l);
}

int
sys_getxattr(struct lwp *l, const struct sys_getxattr_args *uap,
    register_t *retval)
{

	return xattr_get(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size), l, retval);
}

int
sys_listxattr(struct lwp *l, const struct sys_listxattr_args *uap,
    register_t *retval)
{

	return xattr_list(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, list), SCARG(uap, size), l, retval);
}

int
sys_removexattr(struct lwp *l, const struct sys_removexattr_args *uap,
    register_t *retval __unused)
{

	return xattr_remove(SCARG(uap, path), -1, EXTATTR_BY_PATH,
	    SCARG(uap, name), l);
}

int
sys_lsetxattr(struct lwp *l, const struct sys_lsetxattr_args *uap,
    register_t *retval __unused)
{

	return xattr_set(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size),
	    SCARG(uap, flags), l);
}

int
sys_lgetxattr(struct lwp *l, const struct sys_lgetxattr_args *uap,
    register_t *retval)
{

	return xattr_get(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size), l, retval);
}

int
sys_llistxattr(struct lwp *l, const struct sys_llistxattr_args *uap,
    register_t *retval)
{

	return xattr_list(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, list), SCARG(uap, size), l, retval);
}

int
sys_lremovexattr(struct lwp *l, const struct sys_lremovexattr_args *uap,
    register_t *retval __unused)
{

	return xattr_remove(SCARG(uap, path), -1, EXTATTR_BY_LINK,
	    SCARG(uap, name), l);
}

int
sys_fsetxattr(struct lwp *l, const struct sys_fsetxattr_args *uap,
    register_t *retval __unused)
{

	return xattr_set(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size),
	    SCARG(uap, flags), l);
}

int
sys_fgetxattr(struct lwp *l, const struct sys_fgetxattr_args *uap,
    register_t *retval)
{

	return xattr_get(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, name), SCARG(uap, value), SCARG(uap, size), l, retval);
}

int
sys_flistxattr(struct lwp *l, const struct sys_flistxattr_args *uap,
    register_t *retval)
{

	return xattr_list(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, list), SCARG(uap, size), l, retval);
}

int
sys_fremovexattr(struct lwp *l, const struct sys_fremovexattr_args *uap,
    register_t *retval __unused)
{

	return xattr_remove(NULL, SCARG(uap, fd), EXTATTR_BY_FD,
	    SCARG(uap, name), l);
}
