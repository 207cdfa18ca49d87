/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_dir.c - directories: walking, finding, and changing entries.
 *
 * A chunk of 512 bytes whose entries do not hold together is skipped from
 * the bad entry on: the rest of the directory stays readable.  Nothing is put
 * into such a chunk.
 *
 * Order	a changed block of a directory is written at once unless the mount
 *		is asynchronous: what a new entry names is on the disk before.
 *
 * Locking	the directory's vnode is locked, exclusively to change.
 * Sleeps	reads and writes.
 * Errors	ENOENT the end, or no such name; EIO damage.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/hash.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include "ffs.h"

void
ffs_dir_end(struct dirpos *dp)
{
	if (dp->dp_bp != NULL)
		brelse(dp->dp_bp, 0);
	dp->dp_bp = NULL;
}

/*
 * The block under dp_off; *atp, *leftp: the rest of its chunk.
 */
static int
dir_chunk(struct dirpos *dp, const uint8_t **atp, size_t *leftp)
{
	struct inode *ip = VTOI(dp->dp_vp);
	struct fs *fs = ITOFS(ip);
	daddr_t lbn = ffs_lblkno(fs, dp->dp_off);
	uint32_t off = ffs_blkoff(fs, dp->dp_off);
	int error;

	if (dp->dp_bp == NULL || dp->dp_lbn != lbn) {
		ffs_dir_end(dp);
		error = ffs_metaread(ip->i_ump, dp->dp_vp, lbn,
		    ffs_blksize(fs, ip->i_size, lbn), &dp->dp_bp);
		if (error != 0) {
			dp->dp_bp = NULL;
			return error;
		}
		dp->dp_lbn = lbn;
	}
	if ((int)off >= dp->dp_bp->b_bcount - dp->dp_bp->b_resid)
		return EIO;
	*atp = (const uint8_t *)dp->dp_bp->b_data + off;
	*leftp = UFS_DIRBLKSIZ - (size_t)(off & (UFS_DIRBLKSIZ - 1));
	if (*leftp > ip->i_size - dp->dp_off)
		*leftp = (size_t)(ip->i_size - dp->dp_off);
	return 0;
}

/*
 * The next entry, unused ones too: d_ino is 0 then.
 */
int
ffs_dir_next(struct dirpos *dp)
{
	struct inode *ip = VTOI(dp->dp_vp);
	const uint8_t *at;
	size_t left;
	int error;

	while (dp->dp_off < ip->i_size) {
		error = dir_chunk(dp, &at, &left);
		if (error != 0)
			return error;
		dp->dp_here = dp->dp_off;
		if (ufs_direntry_decode(ITOFS(ip), at, left,
		    &dp->dp_ent) == 0) {
			dp->dp_off += dp->dp_ent.d_reclen;
			return 0;
		}
		dp->dp_off += left;
	}
	return ENOENT;
}

static bool
ent_is(const struct ufs_direntry *d, const char *name, size_t len)
{
	return d->d_ino != 0 && d->d_namlen == len &&
	    memcmp(d->d_name, name, len) == 0;
}

/*
 * By the index; EAGAIN: it is gone.
 */
static int
find_hashed(struct dirpos *dp, const char *name, size_t len)
{
	const uint32_t hash = hash32_buf(name, len, HASH32_BUF_INIT);
	struct inode *ip = VTOI(dp->dp_vp);
	unsigned cursor = 0;
	int error;

	for (;;) {
		error = ffs_dirhash_lookup(ip, hash, &cursor, &dp->dp_off);
		if (error != 0)
			return error;
		error = ffs_dir_next(dp);
		if (error != 0)
			return error == ENOENT ? EIO : error;
		if (ent_is(&dp->dp_ent, name, len))
			return 0;
	}
}

static int
find_linear(struct dirpos *dp, const char *name, size_t len)
{
	int error;

	dp->dp_off = 0;
	while ((error = ffs_dir_next(dp)) == 0) {
		if (ent_is(&dp->dp_ent, name, len))
			return 0;
	}
	return error;
}

/*
 * Where a name is, and what it names (UFS_WINO: a whiteout).
 */
int
ffs_dir_find(struct vnode *dvp, const char *name, size_t len,
    uint64_t *offp, ino_t *inop)
{
	struct dirpos dp = { .dp_vp = dvp };
	int error = EAGAIN;

	if (ffs_dirhash_ready(VTOI(dvp)))
		error = find_hashed(&dp, name, len);
	if (error == EAGAIN)
		error = find_linear(&dp, name, len);
	if (error == 0) {
		*offp = dp.dp_here;
		*inop = dp.dp_ent.d_ino;
		if (dp.dp_ent.d_type == DT_WHT)
			*inop = UFS_WINO;
	}
	ffs_dir_end(&dp);
	return error;
}

/*
 * The chunk at off, in its owned buf.
 */
static int
dir_getchunk(struct inode *ip, uint64_t off, struct buf **bpp,
    uint8_t **chunkp)
{
	const struct fs *fs = ITOFS(ip);
	uint64_t at = off & ~(uint64_t)(UFS_DIRBLKSIZ - 1);
	daddr_t lbn = ffs_lblkno(fs, at);
	int error;

	if (at + UFS_DIRBLKSIZ > ip->i_size)
		return EIO;
	error = ffs_metaread(ip->i_ump, ip->i_vnode, lbn,
	    ffs_blksize(fs, ip->i_size, lbn), bpp);
	if (error != 0)
		return error;
	if ((int)ffs_blkoff(fs, at) + UFS_DIRBLKSIZ >
	    (*bpp)->b_bcount - (*bpp)->b_resid) {
		brelse(*bpp, 0);
		return EIO;
	}
	*chunkp = (uint8_t *)(*bpp)->b_data + ffs_blkoff(fs, at);
	return 0;
}

/*
 * The buf of a directory whose chunk at off changed goes out.
 */
static int
dir_write(struct inode *dp, struct buf *bp, uint64_t off)
{
	int error;

	ffs_setflag(dp, IN_CHANGE | IN_UPDATE);
	ffs_later(dp);
	error = ffs_metawrite(dp->i_ump, bp, ffs_blkoff(ITOFS(dp), off) &
	    ~(uint32_t)(UFS_DIRBLKSIZ - 1), UFS_DIRBLKSIZ);
	if (error != 0)
		ffs_dirhash_free(dp);	/* it knows what was lost */
	return error;
}

/*
 * Tell the index about all entries of a chunk: in or out.
 */
static void
dir_rehash(struct inode *dp, uint64_t off, const uint8_t *chunk,
    void (*tell)(struct inode *, const struct ufs_direntry *, uint64_t))
{
	struct ufs_direntry d;
	uint32_t at;

	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen) {
		if (ufs_direntry_decode(ITOFS(dp), chunk + at,
		    UFS_DIRBLKSIZ - at, &d) != 0)
			break;
		if (d.d_ino != 0)
			(*tell)(dp, &d, off + at);
	}
}

/*
 * Put an entry into a chunk that has room for it.
 */
static int
enter_chunk(struct inode *dp, uint64_t off, const struct ufs_direntry *new)
{
	const struct fs *fs = ITOFS(dp);
	bool moves;
	uint8_t *chunk;
	struct buf *bp;
	size_t at;
	int error;

	error = dir_getchunk(dp, off, &bp, &chunk);
	if (error != 0)
		return error;
	if (ufs_chunk_free(fs, chunk) < (int)UFS_DIRSIZE(new->d_namlen)) {
		brelse(bp, 0);
		return EIO;
	}
	moves = ufs_chunk_gap(fs, chunk, UFS_DIRSIZE(new->d_namlen)) < 0;
	if (moves)
		dir_rehash(dp, off, chunk, ffs_dirhash_remove);
	error = ufs_chunk_enter(fs, chunk, new, &at);
	KASSERT(error == 0);
	if (moves)
		dir_rehash(dp, off, chunk, ffs_dirhash_add);
	else
		ffs_dirhash_add(dp, new, off + at);
	ffs_dirhash_chunk(dp, off, chunk);
	return dir_write(dp, bp, off);
}

/*
 * One more chunk, with the entry in it.
 */
static int
enter_extend(struct inode *dp, const struct ufs_direntry *new,
    kauth_cred_t cred)
{
	const struct fs *fs = ITOFS(dp);
	const uint64_t off = dp->i_size;
	uint8_t *chunk;
	struct buf *bp;
	int error;

	if (off + UFS_DIRBLKSIZ > FFS_DIRMAXSIZE)
		return EFBIG;
	error = ffs_balloc(dp, (off_t)off, UFS_DIRBLKSIZ, false, cred, &bp);
	if (error != 0) {
		(void)ffs_truncate(dp, off, cred);
		return error;
	}
	chunk = (uint8_t *)bp->b_data + ffs_blkoff(fs, off);
	memset(chunk, 0, UFS_DIRBLKSIZ);
	ufs_direntry_init(fs, chunk, UFS_DIRBLKSIZ, new);
	dp->i_size = off + UFS_DIRBLKSIZ;
	uvm_vnp_setsize(dp->i_vnode, (voff_t)dp->i_size);
	ffs_dirhash_add(dp, new, off);
	ffs_dirhash_chunk(dp, off, chunk);
	error = dir_write(dp, bp, off);
	if (error != 0)
		return error;
	return ffs_update(dp, !ffs_delayed(dp->i_ump));
}

/*
 * A chunk with room, from i_dirhint on: chunks before it had none.
 */
static int
findfree_linear(struct inode *dp, size_t need, uint64_t *offp)
{
	struct buf *bp;
	uint8_t *chunk;
	uint64_t off;
	int room, error;

	for (off = (uint64_t)dp->i_dirhint * UFS_DIRBLKSIZ;
	    off + UFS_DIRBLKSIZ <= dp->i_size; off += UFS_DIRBLKSIZ) {
		error = dir_getchunk(dp, off, &bp, &chunk);
		if (error != 0)
			return error;
		room = ufs_chunk_free(ITOFS(dp), chunk);
		brelse(bp, 0);
		if (room >= (int)need) {
			*offp = off;
			return 0;
		}
		if (room < (int)UFS_DIRSIZE(1) &&
		    off == (uint64_t)dp->i_dirhint * UFS_DIRBLKSIZ)
			dp->i_dirhint++;
	}
	return ENOSPC;
}

/*
 * Give chunks at the end that hold nothing back.
 */
static void
dir_shorten(struct inode *dp, kauth_cred_t cred)
{
	uint64_t end = ffs_dirhash_end(dp);

	if (end == 0 || end >= dp->i_size)
		return;
	(void)ffs_truncate(dp, end, cred);
	ffs_dirhash_cut(dp);
}

/*
 * A new name; nothing has it yet.
 */
int
ffs_dir_enter(struct vnode *dvp, const struct componentname *cnp, ino_t ino,
    uint8_t type)
{
	struct inode *dp = VTOI(dvp);
	const struct ufs_direntry new = { .d_ino = (uint32_t)ino,
	    .d_type = type, .d_namlen = (uint8_t)cnp->cn_namelen,
	    .d_name = cnp->cn_nameptr };
	const size_t need = UFS_DIRSIZE(new.d_namlen);
	uint64_t off = 0;
	int error = EAGAIN;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	KASSERT(cnp->cn_namelen > 0 && cnp->cn_namelen <= FFS_MAXNAMLEN);
	if (dp->i_size % UFS_DIRBLKSIZ != 0)
		return EIO;
	if (ffs_dirhash_ready(dp))
		error = ffs_dirhash_findfree(dp, need, &off);
	if (error == EAGAIN)
		error = findfree_linear(dp, need, &off);
	if (error == ENOSPC)
		return enter_extend(dp, &new, cnp->cn_cred);
	if (error == 0)
		error = enter_chunk(dp, off, &new);
	if (error == 0)
		dir_shorten(dp, cnp->cn_cred);
	return error;
}

/*
 * Take a name away; it must name ino.
 */
int
ffs_dir_remove(struct vnode *dvp, const struct componentname *cnp, ino_t ino)
{
	struct inode *dp = VTOI(dvp);
	const struct ufs_direntry gone = {
	    .d_namlen = (uint8_t)cnp->cn_namelen, .d_name = cnp->cn_nameptr };
	uint64_t off, at;
	uint8_t *chunk;
	struct buf *bp;
	ino_t found;
	int error;

	KASSERT(VOP_ISLOCKED(dvp) == LK_EXCLUSIVE);
	error = ffs_dir_find(dvp, cnp->cn_nameptr, cnp->cn_namelen, &off,
	    &found);
	if (error == 0 && found != ino)
		error = ENOENT;
	if (error == 0)
		error = dir_getchunk(dp, off, &bp, &chunk);
	if (error != 0)
		return error;
	at = off & (UFS_DIRBLKSIZ - 1);
	error = ufs_chunk_remove(ITOFS(dp), chunk, (size_t)at);
	if (error != 0) {
		brelse(bp, 0);
		return EIO;
	}
	ffs_dirhash_remove(dp, &gone, off);
	ffs_dirhash_chunk(dp, off - at, chunk);
	dp->i_dirhint = MIN(dp->i_dirhint, (uint32_t)(off / UFS_DIRBLKSIZ));
	return dir_write(dp, bp, off);
}

/*
 * Let a name name another inode.
 */
int
ffs_dir_rewrite(struct vnode *dvp, const char *name, size_t len, ino_t old,
    ino_t new, uint8_t type)
{
	struct inode *dp = VTOI(dvp);
	uint8_t *chunk, *ent;
	struct buf *bp;
	uint64_t off;
	ino_t found;
	int error;

	error = ffs_dir_find(dvp, name, len, &off, &found);
	if (error == 0 && found != old)
		error = ENOENT;
	if (error == 0)
		error = dir_getchunk(dp, off, &bp, &chunk);
	if (error != 0)
		return error;
	ent = chunk + (off & (UFS_DIRBLKSIZ - 1));
	ufs_wr32(ITOFS(dp), ent, (uint32_t)new);
	if (!ITOFS(dp)->fs_olddir)
		ent[6] = type;
	return dir_write(dp, bp, off);
}

/*
 * Nothing but ".", ".." and whiteouts?
 */
bool
ffs_dir_empty(struct vnode *vp)
{
	struct dirpos dp = { .dp_vp = vp };
	const struct ufs_direntry *d = &dp.dp_ent;
	bool empty = true;
	int error = 0;

	while (empty && (error = ffs_dir_next(&dp)) == 0) {
		if (d->d_ino == 0 || d->d_ino == UFS_WINO ||
		    d->d_type == DT_WHT)
			continue;
		empty = d->d_name[0] == '.' && (d->d_namlen == 1 ||
		    (d->d_namlen == 2 && d->d_name[1] == '.'));
	}
	ffs_dir_end(&dp);
	return empty && error == ENOENT;
}
