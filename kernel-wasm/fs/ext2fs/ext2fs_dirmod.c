/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_dirmod.c - entries of directories: entering, removing, changing.
 *
 * A new entry takes the first place that is large enough; i_dirhint remembers
 * up to where there is none, so that filling a directory does not search it
 * from the start each time.
 *
 * Locking	the directory's vnode is locked exclusively.
 * Sleeps	reads and writes the directory.
 * Errors	ENOENT no such name, or the directory was removed; ENOSPC;
 *		EFBIG; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "ext2fs.h"

#define	DIR_MAXSIZE	((uint64_t)1 << 30)

static uint8_t
dirmod_type(const struct m_ext2fs *fs, enum vtype type)
{
	static const uint8_t types[] = {
		[VREG] = 1, [VDIR] = 2, [VCHR] = 3, [VBLK] = 4, [VFIFO] = 5,
		[VSOCK] = 6, [VLNK] = 7
	};

	KASSERT(type < VBAD);
	return EXT2F_HAS_INCOMPAT(fs, EXT2F_INCOMPAT_FTYPE) ? types[type] : 0;
}

void
ext2fs_direct_put(const struct m_ext2fs *fs, uint8_t *p,
    const struct ext2fs_newent *ne, uint32_t reclen)
{
	KASSERT(reclen >= EXT2FS_DIRSIZ(ne->ne_len));
	le32enc(p, (uint32_t)ne->ne_ino);
	le16enc(p + 4, (uint16_t)reclen);
	p[6] = (uint8_t)ne->ne_len;
	p[7] = dirmod_type(fs, ne->ne_type);
	memcpy(p + E2D_HDRSIZE, ne->ne_name, ne->ne_len);
}

/*
 * Put an entry into a block of `size` bytes where there is room for it.
 */
bool
ext2fs_direct_fit(const struct m_ext2fs *fs, uint8_t *block, uint32_t size,
    const struct ext2fs_newent *ne)
{
	uint32_t need = EXT2FS_DIRSIZ(ne->ne_len), at = 0, used;
	struct ext2fs_direct d;

	while (at < size) {
		if (ext2fs_direct_decode(fs, block + at, size - at, &d) != 0)
			return false;
		used = d.e2d_ino == 0 ? 0 : EXT2FS_DIRSIZ(d.e2d_namlen);
		if (d.e2d_reclen - used >= need) {
			if (used > 0)
				le16enc(block + at + 4, (uint16_t)used);
			ext2fs_direct_put(fs, block + at + used, ne,
			    d.e2d_reclen - used);
			return true;
		}
		at += d.e2d_reclen;
	}
	return false;
}

/*
 * Enter into an existing block; ENOSPC when none has room.
 */
static int
direnter_fit(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct inode *dp = VTOI(dvp);
	struct m_ext2fs *fs = ITOFS(dp);
	uint32_t need = EXT2FS_DIRSIZ(ne->ne_len);
	uint64_t off = need >= dp->i_dirneed ? dp->i_dirhint : 0;
	struct buf *bp;
	int error;

	for (; off < dp->i_size; off += fs->e2fs_bsize) {
		error = bread(dvp, ext2_lblkno(fs, off), (int)fs->e2fs_bsize,
		    0, &bp);
		if (error != 0)
			return error;
		if (bp->b_resid == 0 && ext2fs_direct_fit(fs, bp->b_data,
		    fs->e2fs_bsize, ne)) {
			dp->i_dirhint = off;
			dp->i_dirneed = need;
			return ext2fs_metawrite(dvp, bp);
		}
		brelse(bp, bp->b_resid == 0 ? 0 : BC_INVAL);
	}
	return ENOSPC;
}

/*
 * One block more, filled by the caller and written with
 * ext2fs_dir_grown(); *lbnp its number.
 */
int
ext2fs_dir_grow(struct vnode *dvp, struct buf **bpp, daddr_t *lbnp)
{
	struct inode *dp = VTOI(dvp);
	struct m_ext2fs *fs = ITOFS(dp);

	if (dp->i_size + fs->e2fs_bsize > DIR_MAXSIZE)
		return EFBIG;
	*lbnp = ext2_lblkno(fs, dp->i_size);
	return ext2fs_balloc(dp, (off_t)dp->i_size, (int)fs->e2fs_bsize, true,
	    NOCRED, bpp);
}

int
ext2fs_dir_grown(struct vnode *dvp, struct buf *bp)
{
	struct inode *dp = VTOI(dvp);
	int error;

	error = ext2fs_metawrite(dvp, bp);
	if (error != 0)
		return error;
	dp->i_size += ITOFS(dp)->e2fs_bsize;
	uvm_vnp_setsize(dvp, (voff_t)dp->i_size);
	ext2fs_modified(dp);
	return ext2fs_update_ordered(dp);
}

static int
direnter_append(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct buf *bp;
	daddr_t lbn;
	int error;

	error = ext2fs_dir_grow(dvp, &bp, &lbn);
	if (error != 0)
		return error;
	ext2fs_direct_put(fs, bp->b_data, ne, fs->e2fs_bsize);
	return ext2fs_dir_grown(dvp, bp);
}

static int
direnter_linear(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct inode *dp = VTOI(dvp);
	struct m_ext2fs *fs = ITOFS(dp);
	int error;

	error = direnter_fit(dvp, ne);
	if (error != ENOSPC)
		return error;
	if (EXT2F_HAS_COMPAT(fs, EXT2F_COMPAT_DIRHASHINDEX) &&
	    dp->i_size == fs->e2fs_bsize) {
		error = ext2fs_htree_create(dvp);
		if (error == 0)
			error = ext2fs_htree_insert(dvp, ne);
		if (error != EFTYPE)
			return error;
	}
	return direnter_append(dvp, ne);
}

/*
 * Enter a name that is not there yet.
 */
int
ext2fs_direnter(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct inode *dp = VTOI(dvp);
	int error = EFTYPE;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	if (dp->i_din.e2di_nlink == 0)
		return ENOENT;
	if (ext2fs_htree_active(dp))
		error = ext2fs_htree_insert(dvp, ne);
	if (error == EFTYPE) {
		/* An index that cannot be kept up is given up. */
		dp->i_din.e2di_flags &= ~(uint32_t)EXT2_INDEX;
		error = direnter_linear(dvp, ne);
	}
	if (error == 0)
		ext2fs_touch(dp, IN_CHANGE | IN_UPDATE);
	return error;
}

/*
 * The entry before offset `at` of its block takes its place over; the first
 * one of a block becomes free.
 */
static void
dirremove_at(const struct m_ext2fs *fs, uint8_t *block, uint32_t at)
{
	struct ext2fs_direct d;
	uint32_t prev = 0;

	if (at == 0) {
		le32enc(block, 0);
		return;
	}
	for (;;) {
		if (ext2fs_direct_decode(fs, block + prev,
		    fs->e2fs_bsize - prev, &d) != 0) {
			le32enc(block + at, 0);
			return;
		}
		if (prev + d.e2d_reclen >= at)
			break;
		prev += d.e2d_reclen;
	}
	le16enc(block + prev + 4, (uint16_t)(d.e2d_reclen +
	    le16dec(block + at + 4)));
}

int
ext2fs_dirremove(struct vnode *dvp, const char *name, size_t len)
{
	struct inode *dp = VTOI(dvp);
	struct m_ext2fs *fs = ITOFS(dp);
	struct ext2fs_dirpos pos;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	error = ext2fs_dir_locate(dvp, name, len, &pos);
	if (error != 0)
		return error;
	dirremove_at(fs, pos.dp_bp->b_data, pos.dp_at);
	dp->i_dirhint = MIN(dp->i_dirhint, (uint64_t)pos.dp_lbn <<
	    fs->e2fs_bshift);
	dp->i_dirneed = 0;
	error = ext2fs_metawrite(dvp, pos.dp_bp);
	if (error == 0)
		ext2fs_touch(dp, IN_CHANGE | IN_UPDATE);
	return error;
}

/*
 * Let a name lead to another inode.
 */
int
ext2fs_dirrewrite(struct vnode *dvp, const struct ext2fs_newent *ne)
{
	struct m_ext2fs *fs = ITOFS(VTOI(dvp));
	struct ext2fs_dirpos pos;
	uint8_t *p;
	int error;

	error = ext2fs_dir_locate(dvp, ne->ne_name, ne->ne_len, &pos);
	if (error != 0)
		return error;
	p = (uint8_t *)pos.dp_bp->b_data + pos.dp_at;
	le32enc(p, (uint32_t)ne->ne_ino);
	p[7] = dirmod_type(fs, ne->ne_type);
	error = ext2fs_metawrite(dvp, pos.dp_bp);
	if (error == 0)
		ext2fs_touch(VTOI(dvp), IN_CHANGE | IN_UPDATE);
	return error;
}

/*
 * Has a directory no names but "." and ".."?
 */
bool
ext2fs_dirempty(struct vnode *dvp)
{
	struct ext2fs_dirpos pos = { .dp_vp = dvp };
	const struct ext2fs_direct *d = &pos.dp_ent;
	bool empty = true;
	int error;

	while (empty && (error = ext2fs_dir_next(&pos, UINT64_MAX)) == 0) {
		if (d->e2d_ino == 0)
			continue;
		empty = d->e2d_name[0] == '.' && (d->e2d_namlen == 1 ||
		    (d->e2d_namlen == 2 && d->e2d_name[1] == '.'));
	}
	ext2fs_dir_end(&pos);
	return empty && error == ENOENT;
}
