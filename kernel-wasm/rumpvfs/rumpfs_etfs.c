/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs_etfs.c - objects of the host in the root file system.
 *
 * Interface
 *	rump_pub_etfs_register*(), _remove().  A key is a path; it is matched
 *	as a whole where a lookup starts in the root directory, and is seen by
 *	no readdir.  Directories of the host show their files on lookup.
 *
 * Locking	e: etfs_lock
 * Sleeps	in the host.
 * Errors	EINVAL, EEXIST, ENOTDIR, EISDIR, EBUSY, EACCES and the host's.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <rump/rump.h>
#include <rump/rumpuser.h>
#include <rump-sys/vfs.h>

#include <dev/rumpblk.h>
#include <miscfs/specfs/specdev.h>

#include "rumpfs.h"

int	rumpblk_register(const char *, const char *, devminor_t *, uint64_t,
	    uint64_t) __weak;
void	rumpblk_search(devminor_t) __weak;
int	rumpblk_deregister(const char *) __weak;

struct etfs {
	LIST_ENTRY(etfs) et_entries;	/* e */
	char		*et_key;	/* : without leading slashes */
	size_t		et_keylen;	/* : */
	struct rumpfs_node *et_node;	/* : */
	char		*et_blkpath;	/* : of a block or raw device */
};

static kmutex_t etfs_lock;
static LIST_HEAD(, etfs) etfs_list;	/* e */

void
rumpfs_etfs_init(void)
{

	mutex_init(&etfs_lock, MUTEX_DEFAULT, 0);
}

static bool
etfs_isdir(const struct etfs *et)
{

	return et->et_node->rn_ettype == RUMP_ETFS_DIR ||
	    et->et_node->rn_ettype == RUMP_ETFS_DIR_SUBDIRS;
}

/* Does the rest of a path begin with the key? */
static bool
etfs_matches(const struct etfs *et, const char *path)
{

	if (strncmp(path, et->et_key, et->et_keylen) != 0)
		return false;
	return path[et->et_keylen] == '\0' || path[et->et_keylen] == '/';
}

/* Is the name the beginning of a key?  Then it may not be cached. */
bool
rumpfs_etfs_hidden(const char *name, size_t len)
{
	struct etfs *et;

	mutex_enter(&etfs_lock);
	LIST_FOREACH(et, &etfs_list, et_entries) {
		if (et->et_keylen >= len && strncmp(et->et_key, name, len) ==
		    0 && (et->et_key[len] == '\0' || et->et_key[len] == '/'))
			break;
	}
	mutex_exit(&etfs_lock);
	return et != NULL;
}

/* A lookup in the root directory: *found and the vnode, or nothing. */
int
rumpfs_etfs_lookup(struct mount *mp, struct componentname *cnp, bool *found,
    struct vnode **vpp)
{
	struct rumpfs_node *rn = NULL;
	struct etfs *et;

	*found = false;
	if (LIST_EMPTY(&etfs_list))
		return 0;
	mutex_enter(&etfs_lock);
	LIST_FOREACH(et, &etfs_list, et_entries) {
		if (etfs_matches(et, cnp->cn_nameptr)) {
			rn = et->et_node;
			cnp->cn_consume = et->et_keylen - cnp->cn_namelen;
			break;
		}
	}
	mutex_exit(&etfs_lock);
	if (rn == NULL)
		return 0;
	*found = true;
	return rumpfs_getvp(mp, rn, vpp);
}

/* Node for a host object of a known type and size. */
static struct rumpfs_node *
etfs_node(const char *hostpath, enum rump_etfs_type type, enum vtype vtype,
    uint64_t begin, uint64_t size)
{
	struct rumpfs_node *rn = rumpfs_node_alloc(vtype, NULL);

	rn->rn_hostpath = kmem_strdup(hostpath, KM_SLEEP);
	rn->rn_ettype = type;
	rn->rn_begin = begin;
	rn->rn_linked = true;
	rn->rn_va.va_mode = 0755;
	if (vtype == VREG)
		rn->rn_va.va_size = size;
	return rn;
}

/*
 * Registration
 */

/* Size of the window, checked against the object. */
static int
etfs_window(const char *hostpath, enum rump_etfs_type type, uint64_t begin,
    uint64_t *sizep)
{
	bool isdir = type == RUMP_ETFS_DIR || type == RUMP_ETFS_DIR_SUBDIRS;
	uint64_t fsize;
	int error, ftype;

	error = rumpuser_getfileinfo(hostpath, &fsize, &ftype);
	if (error != 0)
		return error;
	if (isdir) {
		if (ftype != RUMPUSER_FT_DIR)
			return ENOTDIR;
		return begin != 0 || *sizep != RUMP_ETFS_SIZE_ENDOFF ? EISDIR :
		    0;
	}
	if (begin > fsize)
		return EINVAL;
	if (*sizep == RUMP_ETFS_SIZE_ENDOFF)
		*sizep = fsize - begin;
	else if (*sizep > fsize - begin)
		return EINVAL;
	if (type != RUMP_ETFS_REG && ftype != RUMPUSER_FT_REG &&
	    ftype != RUMPUSER_FT_BLK && ftype != RUMPUSER_FT_CHR)
		return EINVAL;
	return 0;
}

static int
etfs_make(struct etfs *et, const char *hostpath, enum rump_etfs_type type,
    uint64_t begin, uint64_t size, bool fixed)
{
	enum vtype vtype;
	const char *name;
	devminor_t dmin;
	int error;

	switch (type) {
	case RUMP_ETFS_REG:
		vtype = VREG;
		break;
	case RUMP_ETFS_BLK:
		vtype = VBLK;
		break;
	case RUMP_ETFS_CHR:
		vtype = VCHR;
		break;
	default:
		vtype = VDIR;
		break;
	}
	et->et_node = etfs_node(hostpath, type, vtype, begin, size);
	et->et_node->rn_fixed = fixed;
	if (vtype != VBLK && vtype != VCHR)
		return 0;
	if (rumpblk_register == NULL)
		return ENXIO;
	name = strrchr(et->et_key, '/');
	error = rumpblk_register(hostpath, name != NULL ? name + 1 :
	    et->et_key, &dmin, begin, size);
	if (error != 0)
		return error;
	et->et_node->rn_va.va_rdev = makedev(RUMPBLK_DEVMAJOR, dmin);
	et->et_node->rn_va.va_size = size;
	et->et_blkpath = kmem_strdup(hostpath, KM_SLEEP);
	return 0;
}

static void
etfs_free(struct etfs *et)
{

	if (et->et_node != NULL)
		rumpfs_node_free(et->et_node);
	if (et->et_blkpath != NULL)
		kmem_strfree(et->et_blkpath);
	kmem_strfree(et->et_key);
	kmem_free(et, sizeof(*et));
}

/* Two keys are in each other's way. */
static bool
etfs_conflict(const struct etfs *a, const struct etfs *b)
{

	if (strcmp(a->et_key, b->et_key) == 0)
		return true;
	return (etfs_isdir(a) && etfs_matches(a, b->et_key)) ||
	    (etfs_isdir(b) && etfs_matches(b, a->et_key));
}

/* The root directory may have the first name of the key in the cache. */
static void
etfs_purge(const char *key)
{
	const char *end = strchr(key, '/');

	if (rootvnode != NULL)
		cache_purge1(rootvnode, key, end != NULL ?
		    (size_t)(end - key) : strlen(key), 0);
}

static int
etfs_register(const char *key, const char *hostpath, enum rump_etfs_type type,
    uint64_t begin, uint64_t size)
{
	bool fixed = size != RUMP_ETFS_SIZE_ENDOFF || begin != 0;
	struct etfs *et, *other;
	int error;

	if (key[0] != '/')
		return EINVAL;
	while (*key == '/')
		key++;
	if (type > RUMP_ETFS_DIR_SUBDIRS || *key == '\0')
		return EINVAL;
	error = etfs_window(hostpath, type, begin, &size);
	if (error != 0)
		return error;
	et = kmem_zalloc(sizeof(*et), KM_SLEEP);
	et->et_key = kmem_strdup(key, KM_SLEEP);
	et->et_keylen = strlen(key);
	error = etfs_make(et, hostpath, type, begin, size, fixed);
	if (error != 0) {
		etfs_free(et);
		return error;
	}
	mutex_enter(&etfs_lock);
	LIST_FOREACH(other, &etfs_list, et_entries) {
		if (etfs_conflict(et, other))
			break;
	}
	if (other == NULL)
		LIST_INSERT_HEAD(&etfs_list, et, et_entries);
	mutex_exit(&etfs_lock);
	if (other != NULL) {
		/* NetBSD's way: the failed attempt takes the unit with it. */
		if (et->et_blkpath != NULL)
			(void)rumpblk_deregister(et->et_blkpath);
		etfs_free(et);
		return EEXIST;
	}
	etfs_purge(et->et_key);
	if (type == RUMP_ETFS_BLK)
		rumpblk_search(minor(et->et_node->rn_va.va_rdev));
	return 0;
}

static int
etfs_remove(const char *key)
{
	struct etfs *et, *other;
	struct vnode *vp;
	bool shared = false;

	if (key[0] != '/')
		return EINVAL;
	while (*key == '/')
		key++;
	mutex_enter(&etfs_lock);
	LIST_FOREACH(et, &etfs_list, et_entries) {
		if (strcmp(et->et_key, key) == 0)
			break;
	}
	if (et != NULL)
		LIST_REMOVE(et, et_entries);
	if (et != NULL && et->et_blkpath != NULL) {
		LIST_FOREACH(other, &etfs_list, et_entries) {
			if (other->et_blkpath != NULL &&
			    strcmp(other->et_blkpath, et->et_blkpath) == 0)
				shared = true;
		}
	}
	mutex_exit(&etfs_lock);
	if (et == NULL)
		return ENOENT;
	etfs_purge(et->et_key);
	/* Nobody uses it any more: its vnode goes first. */
	if (rootvnode != NULL &&
	    rumpfs_getvp(rootvnode->v_mount, et->et_node, &vp) == 0)
		vgone(vp);
	if (et->et_blkpath != NULL && !shared && rumpblk_deregister != NULL)
		(void)rumpblk_deregister(et->et_blkpath);
	etfs_free(et);
	return 0;
}

int
rump_etfs_register_withsize(const char *key, const char *hostpath,
    enum rump_etfs_type type, uint64_t begin, uint64_t size)
{

	return etfs_register(key, hostpath, type, begin, size);
}

int
rump_etfs_remove(const char *key)
{

	return etfs_remove(key);
}

/*
 * Files of the host
 */

int
rumpfs_etfs_open(struct rumpfs_node *rn, int mode)
{
	int error;

	if (rn->rn_fd == -1) {
		rn->rn_rdonly = false;
		error = rumpuser_open(rn->rn_hostpath, RUMPUSER_OPEN_RDWR,
		    &rn->rn_fd);
		if (error != 0) {
			rn->rn_rdonly = true;
			error = rumpuser_open(rn->rn_hostpath,
			    RUMPUSER_OPEN_RDONLY, &rn->rn_fd);
		}
		if (error != 0) {
			rn->rn_fd = -1;
			return error;
		}
	}
	return (mode & FWRITE) != 0 && rn->rn_rdonly ? EACCES : 0;
}

void
rumpfs_etfs_close(struct rumpfs_node *rn)
{

	(void)rumpuser_close(rn->rn_fd);
	rn->rn_fd = -1;
}

static int
etfs_io(struct rumpfs_node *rn, struct uio *uio, size_t len)
{
	size_t chunk = MIN(len, (size_t)MAXPHYS), n, done;
	struct rumpuser_iovec iov;
	char *buf;
	int error = 0;

	if (rn->rn_fd == -1 && (error = rumpfs_etfs_open(rn, 0)) != 0)
		return error;
	buf = kmem_alloc(chunk, KM_SLEEP);
	while (error == 0 && len > 0) {
		off_t off = (off_t)rn->rn_begin + uio->uio_offset;

		n = MIN(len, chunk);
		iov.iov_base = buf;
		iov.iov_len = n;
		if (uio->uio_rw == UIO_READ) {
			error = rumpuser_iovread(rn->rn_fd, &iov, 1, off,
			    &done);
			if (error == 0 && done != 0)
				error = uiomove(buf, done, uio);
		} else {
			if ((error = uiomove(buf, n, uio)) != 0)
				break;
			error = rumpuser_iovwrite(rn->rn_fd, &iov, 1, off,
			    &done);
		}
		if (error == 0 && done == 0)
			break;
		len -= MIN(done, len);
	}
	kmem_free(buf, chunk);
	return error;
}

int
rumpfs_etfs_read(struct rumpfs_node *rn, struct uio *uio)
{
	uint64_t size = rn->rn_va.va_size;

	if (rn->rn_va.va_type != VREG)
		return EISDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	if ((uint64_t)uio->uio_offset >= size || uio->uio_resid == 0)
		return 0;
	return etfs_io(rn, uio, (size_t)MIN(size - (uint64_t)uio->uio_offset,
	    (uint64_t)uio->uio_resid));
}

int
rumpfs_etfs_write(struct rumpfs_node *rn, struct uio *uio, int ioflag)
{
	uint64_t end;
	int error;

	if (ioflag & IO_APPEND)
		uio->uio_offset = (off_t)rn->rn_va.va_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	end = (uint64_t)uio->uio_offset + uio->uio_resid;
	if (end > rn->rn_va.va_size && rn->rn_fixed)
		return EFBIG;
	error = etfs_io(rn, uio, uio->uio_resid);
	if (error == 0 && end > rn->rn_va.va_size)
		rn->rn_va.va_size = end;
	return error;
}

int
rumpfs_etfs_sync(struct rumpfs_node *rn)
{

	return rumpuser_syncfd(rn->rn_fd,
	    RUMPUSER_SYNCFD_BOTH | RUMPUSER_SYNCFD_SYNC, 0, 0);
}

/*
 * Directories of the host: a node for each name that was looked up.
 */

static int
etfs_child(struct rumpfs_node *dir, const char *name, size_t len,
    struct rumpfs_node **rnp)
{
	struct rumpfs_dent *rd;
	struct rumpfs_node *rn;
	uint64_t size;
	int error, ftype;
	char *path;

	LIST_FOREACH(rd, &dir->rn_dir, rd_entries) {
		if (rd->rd_namelen == len &&
		    memcmp(rd->rd_name, name, len) == 0) {
			*rnp = rd->rd_node;
			return 0;
		}
	}
	path = kmem_asprintf("%s/%.*s", dir->rn_hostpath, (int)len, name);
	error = rumpuser_getfileinfo(path, &size, &ftype);
	if (error == 0 && ftype == RUMPUSER_FT_DIR &&
	    dir->rn_ettype != RUMP_ETFS_DIR_SUBDIRS)
		error = ENOENT;
	else if (error == 0 && ftype != RUMPUSER_FT_DIR &&
	    ftype != RUMPUSER_FT_REG)
		error = ENOENT;
	if (error == 0) {
		rn = etfs_node(path, ftype == RUMPUSER_FT_DIR ?
		    dir->rn_ettype : RUMP_ETFS_REG,
		    ftype == RUMPUSER_FT_DIR ? VDIR : VREG, 0, size);
		rn->rn_parent = dir;
		rd = kmem_alloc(sizeof(*rd) + len, KM_SLEEP);
		rd->rd_node = rn;
		rd->rd_namelen = len;
		memcpy(rd->rd_name, name, len);
		LIST_INSERT_HEAD(&dir->rn_dir, rd, rd_entries);
		*rnp = rn;
	}
	kmem_strfree(path);
	return error;
}

int
rumpfs_etfs_dirlookup(struct vnode *dvp, struct componentname *cnp,
    struct vnode **vpp)
{
	struct rumpfs_node *rn;
	int error;

	if (cnp->cn_flags & ISDOTDOT)
		return EOPNOTSUPP;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	error = etfs_child(VPTORN(dvp), cnp->cn_nameptr, cnp->cn_namelen, &rn);
	if (error == 0)
		return rumpfs_getvp(dvp->v_mount, rn, vpp);
	if (error == ENOENT && (cnp->cn_flags & ISLASTCN) != 0 &&
	    cnp->cn_nameiop == CREATE)
		return EOPNOTSUPP;
	return error;
}
