/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_dir.c - directories: finding, entering, removing and listing names.
 *
 * A directory is an array of entries of 16 bytes, 32 to a block.  One that is
 * free has inode 0.  It never gets shorter.
 *
 * Offsets	of readdir are those of the entry to come.
 *
 * Locking	the directory's vnode is locked; exclusively to change it.
 * Sleeps	yes.
 * Errors	ENOENT the end, or no such name; EFBIG, ENOSPC no room for one
 *		more; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "v7fs_extern.h"

#define	DIR_GROWMAX	(16u << 20)

/* A walk through a directory. */
struct dirwalk {
	struct v7fs_node *w_dp;
	uint32_t	w_off;		/* next entry */
	struct buf	*w_bp;		/* block of the last one, or NULL */
	daddr_t		w_lbn;		/* and its number */
	/* The last one: */
	uint8_t		*w_slot;
	ino_t		w_ino;
	const char	*w_name;	/* not terminated */
	size_t		w_len;
};

static void
walk_end(struct dirwalk *w)
{
	if (w->w_bp != NULL)
		brelse(w->w_bp, 0);
	w->w_bp = NULL;
}

static int
walk_block(struct dirwalk *w)
{
	daddr_t lbn = w->w_off >> V7FS_BSHIFT;
	int error;

	if (w->w_bp != NULL && w->w_lbn == lbn)
		return 0;
	walk_end(w);
	error = bread(w->w_dp->n_vnode, lbn, V7FS_BSIZE, 0, &w->w_bp);
	if (error != 0) {
		w->w_bp = NULL;
		return error;
	}
	w->w_lbn = lbn;
	if (w->w_bp->b_resid == 0)
		return 0;
	walk_end(w);
	return EIO;
}

/*
 * The next entry, in use or free.  A name that cannot be said is none.
 */
static int
walk_next(struct dirwalk *w)
{
	int error;

	if (w->w_off >= w->w_dp->n_din.di_size)
		return ENOENT;
	error = walk_block(w);
	if (error != 0)
		return error;
	w->w_slot = (uint8_t *)w->w_bp->b_data +
	    (w->w_off & (V7FS_BSIZE - 1));
	w->w_ino = v7fs_get16(w->w_dp->n_fs->fs_endian, w->w_slot + V7DE_INO);
	w->w_name = (const char *)w->w_slot + V7DE_NAME;
	w->w_len = strnlen(w->w_name, V7FS_NAME_MAX);
	if (memchr(w->w_name, '/', w->w_len) != NULL)
		w->w_len = 0;
	w->w_off += V7FS_DIRENT_SIZE;
	return 0;
}

/*
 * Find a name; on success its block stays with the walk.
 */
static int
walk_find(struct dirwalk *w, struct v7fs_node *dp, const char *name,
    size_t len)
{
	int error;

	memset(w, 0, sizeof(*w));
	w->w_dp = dp;
	while ((error = walk_next(w)) == 0) {
		if (w->w_ino != 0 && w->w_len == len &&
		    memcmp(w->w_name, name, len) == 0)
			return 0;
	}
	walk_end(w);
	return error;
}

/* The changed block of the walk goes to the disk. */
static int
walk_write(struct dirwalk *w)
{
	struct buf *bp = w->w_bp;
	int error;

	w->w_bp = NULL;
	error = v7fs_metawrite(w->w_dp->n_fs, bp);
	if (error == 0)
		v7fs_touch(w->w_dp, V7N_CHANGE | V7N_UPDATE);
	return error;
}

int
v7fs_dir_find(struct v7fs_node *dp, const char *name, size_t len, ino_t *inop)
{
	struct dirwalk w;
	int error;

	if (len > V7FS_NAME_MAX)
		return ENAMETOOLONG;
	error = walk_find(&w, dp, name, len);
	if (error == 0)
		*inop = w.w_ino;
	walk_end(&w);
	return error;
}

/*
 * The file of a name, referenced.  A name that leads nowhere is there all the
 * same: EIO.
 */
int
v7fs_dir_vnode(struct v7fs_node *dp, const char *name, size_t len,
    struct vnode **vpp)
{
	ino_t ino;
	int error;

	error = v7fs_dir_find(dp, name, len, &ino);
	if (error != 0)
		return error;
	error = vcache_get(dp->n_vnode->v_mount, &ino, sizeof(ino), vpp);
	return error == EINVAL || error == ESTALE ? EIO : error;
}

static void
slot_put(const struct v7fs_node *dp, uint8_t *slot, const char *name,
    size_t len, ino_t ino)
{
	KASSERT(len <= V7FS_NAME_MAX && ino <= V7FS_MAX_INODE);
	memset(slot, 0, V7FS_DIRENT_SIZE);
	v7fs_put16(dp->n_fs->fs_endian, slot + V7DE_INO, (uint16_t)ino);
	memcpy(slot + V7DE_NAME, name, len);
}

/*
 * One entry more at the end: the block first, then the length that makes it
 * part of the directory.
 */
static int
dir_append(struct v7fs_node *dp, const char *name, size_t len, ino_t ino)
{
	uint32_t off = dp->n_din.di_size;
	struct buf *bp;
	int error;

	if (off + V7FS_DIRENT_SIZE > DIR_GROWMAX)
		return EFBIG;
	error = v7fs_getblk(dp, off >> V7FS_BSHIFT,
	    (off & (V7FS_BSIZE - 1)) == 0, &bp);
	if (error != 0)
		return error;
	slot_put(dp, (uint8_t *)bp->b_data + (off & (V7FS_BSIZE - 1)), name,
	    len, ino);
	error = v7fs_metawrite(dp->n_fs, bp);
	if (error != 0)
		return error;
	dp->n_din.di_size = off + V7FS_DIRENT_SIZE;
	uvm_vnp_setsize(dp->n_vnode, (voff_t)dp->n_din.di_size);
	dp->n_dirhint = dp->n_din.di_size;
	v7fs_touch(dp, V7N_CHANGE | V7N_UPDATE);
	return v7fs_update_ordered(dp);
}

/*
 * Enter a name that is not there yet.
 */
int
v7fs_dir_enter(struct v7fs_node *dp, const char *name, size_t len, ino_t ino)
{
	struct dirwalk w = { .w_dp = dp, .w_off = dp->n_dirhint };
	int error;

	KASSERT(VOP_ISLOCKED(dp->n_vnode) == LK_EXCLUSIVE);
	if (len > V7FS_NAME_MAX)
		return ENAMETOOLONG;
	if (dp->n_din.di_nlink == 0)
		return ENOENT;		/* the directory was removed */
	while ((error = walk_next(&w)) == 0) {
		dp->n_dirhint = w.w_off;
		if (w.w_ino == 0) {
			slot_put(dp, w.w_slot, name, len, ino);
			return walk_write(&w);
		}
	}
	walk_end(&w);
	return error == ENOENT ? dir_append(dp, name, len, ino) : error;
}

/*
 * Let a name lead to another inode; 0 removes it.
 */
int
v7fs_dir_rewrite(struct v7fs_node *dp, const char *name, size_t len,
    ino_t ino)
{
	struct dirwalk w;
	int error;

	KASSERT(VOP_ISLOCKED(dp->n_vnode) == LK_EXCLUSIVE);
	error = walk_find(&w, dp, name, len);
	if (error != 0)
		return error;
	v7fs_put16(dp->n_fs->fs_endian, w.w_slot + V7DE_INO, (uint16_t)ino);
	if (ino == 0)
		dp->n_dirhint = MIN(dp->n_dirhint,
		    w.w_off - V7FS_DIRENT_SIZE);
	return walk_write(&w);
}

int
v7fs_dir_remove(struct v7fs_node *dp, const char *name, size_t len)
{
	return v7fs_dir_rewrite(dp, name, len, 0);
}

static bool
name_isdots(const char *name, size_t len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/*
 * Has a directory no names but "." and ".."?
 */
bool
v7fs_dir_empty(struct v7fs_node *dp)
{
	struct dirwalk w = { .w_dp = dp };
	bool empty = true;
	int error;

	while (empty && (error = walk_next(&w)) == 0)
		empty = w.w_ino == 0 || name_isdots(w.w_name, w.w_len);
	walk_end(&w);
	return empty && error == ENOENT;
}

struct listing {
	struct uio	*l_uio;
	struct dirent	*l_de;
	off_t		*l_cookies;
	int		l_count, l_max;
};

/* Hand out the walk's entry; EFBIG when there is no room for it. */
static int
list_put(struct listing *l, const struct dirwalk *w)
{
	struct dirent *de = l->l_de;
	int error;

	de->d_fileno = w->w_ino;
	de->d_type = DT_UNKNOWN;	/* the inode knows */
	de->d_namlen = (uint16_t)w->w_len;
	memcpy(de->d_name, w->w_name, w->w_len);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	memset(de->d_name + w->w_len, 0, de->d_reclen - _DIRENT_NAMEOFF(de) -
	    w->w_len);
	if (l->l_uio->uio_resid < de->d_reclen)
		return EFBIG;
	error = uiomove(de, de->d_reclen, l->l_uio);
	if (error == 0 && l->l_cookies != NULL && l->l_count < l->l_max)
		l->l_cookies[l->l_count++] = (off_t)w->w_off;
	return error;
}

/*
 * Entries from w on until no more fits, or the end: ENOENT.
 */
static int
list_fill(struct listing *l, struct dirwalk *w)
{
	uint32_t here = w->w_off;
	int error;

	while ((error = walk_next(w)) == 0) {
		if (w->w_ino != 0 && w->w_len != 0)
			error = list_put(l, w);
		if (error != 0)
			break;
		here = w->w_off;
	}
	walk_end(w);
	l->l_uio->uio_offset = here;
	return error;
}

int
v7fs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct uio *uio = ap->a_uio;
	struct v7fs_node *dp = VTOV7(ap->a_vp);
	struct dirwalk w = { .w_dp = dp };
	struct listing l = { .l_uio = uio };
	size_t had = uio->uio_resid;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0 || uio->uio_offset > UINT32_MAX ||
	    uio->uio_offset % V7FS_DIRENT_SIZE != 0)
		return EINVAL;
	l.l_de = kmem_alloc(sizeof(*l.l_de), KM_SLEEP);
	if (ap->a_ncookies != NULL) {
		l.l_max = (int)(MIN(had, MAXPHYS) / V7FS_DIRENT_SIZE) + 1;
		l.l_cookies = malloc((size_t)l.l_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	w.w_off = (uint32_t)uio->uio_offset;
	error = list_fill(&l, &w);
	kmem_free(l.l_de, sizeof(*l.l_de));
	v7fs_touch(dp, V7N_ACCESS);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = error == ENOENT;
	if (error == EFBIG)
		error = uio->uio_resid == had ? EINVAL : 0;
	if (error == ENOENT)
		error = 0;
	if (l.l_cookies != NULL && error != 0)
		free(l.l_cookies, M_TEMP);
	else if (l.l_cookies != NULL) {
		*ap->a_cookies = l.l_cookies;
		*ap->a_ncookies = l.l_count;
	}
	return error;
}
