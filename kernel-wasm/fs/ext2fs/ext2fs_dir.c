/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_dir.c - directories: walking, finding, readdir.
 *
 * A block whose entries do not hold together is skipped from the bad entry
 * on: the rest of the directory stays readable.
 *
 * Offsets	readdir reads whole blocks, as on NetBSD: a request that
 *		does not reach the end of a block is EINVAL.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads the directory.
 * Errors	ENOENT the end, or no such name.
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

#include "ext2fs.h"

void
ext2fs_dir_end(struct ext2fs_dirpos *dp)
{
	if (dp->dp_bp != NULL)
		brelse(dp->dp_bp, 0);
	dp->dp_bp = NULL;
}

/*
 * The block under dp_off; dp_at: the offset in it.
 */
static int
dir_block(struct ext2fs_dirpos *dp)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dp->dp_vp));
	daddr_t lbn = ext2_lblkno(fs, dp->dp_off);
	int error;

	dp->dp_at = ext2_blkoff(fs, dp->dp_off);
	if (dp->dp_bp != NULL && dp->dp_lbn == lbn)
		return 0;
	ext2fs_dir_end(dp);
	error = bread(dp->dp_vp, lbn, (int)fs->e2fs_bsize, 0, &dp->dp_bp);
	if (error != 0) {
		dp->dp_bp = NULL;
		return error;
	}
	dp->dp_lbn = lbn;
	if (dp->dp_bp->b_resid == 0)
		return 0;
	ext2fs_dir_end(dp);
	return EIO;
}

/*
 * The next entry, free or in use, that begins before `end`.
 */
int
ext2fs_dir_next(struct ext2fs_dirpos *dp, uint64_t end)
{
	struct inode *ip = VTOI(dp->dp_vp);
	struct m_ext2fs *fs = ITOFS(ip);
	size_t left;
	int error;

	if (end > ip->i_size)
		end = ip->i_size;
	while (dp->dp_off < end) {
		error = dir_block(dp);
		if (error != 0)
			return error;
		left = fs->e2fs_bsize - dp->dp_at;
		if (ext2fs_direct_decode(fs, (const uint8_t *)
		    dp->dp_bp->b_data + dp->dp_at, left, &dp->dp_ent) == 0) {
			dp->dp_off += dp->dp_ent.e2d_reclen;
			return 0;
		}
		dp->dp_off += left;
	}
	return ENOENT;
}

/*
 * Search [dp_off, end); on success the entry's block stays in dp.
 */
int
ext2fs_dir_search(struct ext2fs_dirpos *dp, uint64_t end, const char *name,
    size_t len)
{
	int error;

	while ((error = ext2fs_dir_next(dp, end)) == 0) {
		if (dp->dp_ent.e2d_ino != 0 && dp->dp_ent.e2d_namlen == len &&
		    memcmp(dp->dp_ent.e2d_name, name, len) == 0)
			return 0;
	}
	ext2fs_dir_end(dp);
	return error;
}

/*
 * Find a name, by the index where there is a sound one.  On success dp holds
 * its block: ext2fs_dir_end().
 */
int
ext2fs_dir_locate(struct vnode *dvp, const char *name, size_t len,
    struct ext2fs_dirpos *dp)
{
	bool dots = name[0] == '.' && (len == 1 || (len == 2 &&
	    name[1] == '.'));
	int error;

	memset(dp, 0, sizeof(*dp));
	dp->dp_vp = dvp;
	if (!dots && ext2fs_htree_active(VTOI(dvp))) {
		error = ext2fs_htree_find(dvp, name, len, dp);
		if (error != EFTYPE)
			return error;
		memset(dp, 0, sizeof(*dp));
		dp->dp_vp = dvp;
	}
	return ext2fs_dir_search(dp, VTOI(dvp)->i_size, name, len);
}

int
ext2fs_dir_find(struct vnode *dvp, const char *name, size_t len, ino_t *inop)
{
	struct ext2fs_dirpos dp;
	int error;

	error = ext2fs_dir_locate(dvp, name, len, &dp);
	if (error == 0)
		*inop = dp.dp_ent.e2d_ino;
	ext2fs_dir_end(&dp);
	return error;
}

/*
 * Hand one entry to the user; EFBIG when there is no room for it.  The type
 * is not told: NetBSD's does not either.
 */
static int
dir_putent(const struct ext2fs_direct *ent, struct dirent *de,
    struct uio *uio)
{
	memset(de, 0, _DIRENT_NAMEOFF(de));
	de->d_fileno = ent->e2d_ino;
	de->d_type = DT_UNKNOWN;
	de->d_namlen = ent->e2d_namlen;
	memcpy(de->d_name, ent->e2d_name, ent->e2d_namlen);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	memset(de->d_name + ent->e2d_namlen, 0,
	    de->d_reclen - _DIRENT_NAMEOFF(de) - ent->e2d_namlen);
	if (uio->uio_resid < de->d_reclen)
		return EFBIG;
	return uiomove(de, de->d_reclen, uio);
}

struct dircookies {
	off_t	*c_array;
	int	c_count, c_max;
};

/*
 * Entries from dp on until no more fits; ENOENT the end, EFBIG full.
 */
static int
dir_fill(struct ext2fs_dirpos *dp, uint64_t end, struct uio *uio,
    struct dircookies *c)
{
	struct dirent *de = kmem_alloc(sizeof(*de), KM_SLEEP);
	off_t here = uio->uio_offset;
	int error;

	while ((error = ext2fs_dir_next(dp, end)) == 0) {
		if (dp->dp_ent.e2d_ino != 0 &&
		    ext2fs_direct_nameok(&dp->dp_ent)) {
			error = dir_putent(&dp->dp_ent, de, uio);
			if (error != 0)
				break;
			if (c->c_array != NULL && c->c_count < c->c_max)
				c->c_array[c->c_count++] = (off_t)dp->dp_off;
		}
		here = (off_t)dp->dp_off;
	}
	/* What was skipped at the end need not be read again. */
	if (error == ENOENT)
		here = (off_t)MAX((uint64_t)here, dp->dp_off);
	uio->uio_offset = here;
	kmem_free(de, sizeof(*de));
	return error;
}

/*
 * The end of the last whole block a request reaches.
 */
static int
dir_window(const struct m_ext2fs *fs, const struct uio *uio, uint64_t *endp)
{
	uint64_t off = (uint64_t)uio->uio_offset, end;

	if (uio->uio_offset < 0 || uio->uio_resid > INT32_MAX)
		return EINVAL;
	end = (off + uio->uio_resid) & ~(uint64_t)(fs->e2fs_bsize - 1);
	if (end <= off)
		return EINVAL;
	*endp = end;
	return 0;
}

int
ext2fs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	struct uio *uio = ap->a_uio;
	struct ext2fs_dirpos dp = { .dp_vp = ap->a_vp };
	struct dircookies c = { NULL, 0, 0 };
	uint64_t end;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	error = dir_window(ITOFS(ip), uio, &end);
	if (error != 0)
		return error;
	if (ap->a_ncookies != NULL) {
		c.c_max = (int)(MIN(uio->uio_resid, MAXPHYS) / 16) + 1;
		c.c_array = malloc((size_t)c.c_max * sizeof(off_t), M_TEMP,
		    M_WAITOK);
	}
	dp.dp_off = (uint64_t)uio->uio_offset;
	error = dir_fill(&dp, end, uio, &c);
	ext2fs_dir_end(&dp);
	ext2fs_touch(ip, IN_ACCESS);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = (uint64_t)uio->uio_offset >= ip->i_size;
	if (error == EFBIG || error == ENOENT)
		error = 0;
	if (c.c_array != NULL && error != 0)
		free(c.c_array, M_TEMP);
	else if (c.c_array != NULL) {
		*ap->a_cookies = c.c_array;
		*ap->a_ncookies = c.c_count;
	}
	return error;
}
