/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_alloc.c - free blocks, free inodes, and the superblock that knows them.
 *
 * Blocks	come from the top of a stack and go back there.  The stack is
 *		read once when the mount becomes writable: then fs_free has a
 *		bit for each block in it, so that a damaged stack is found
 *		before it does harm and no block is freed twice.
 *
 * Inodes	a number from the cache may be in use after all, for the cache
 *		is only a hint; the inode itself decides.
 *
 * Order	The superblock on the disk is as old as the last sync.  It never
 *		leads to a part of the stack that is not there: a part is
 *		written before the superblock that leads to it, and leaves the
 *		superblock before its block is used.  But a block that it calls
 *		free may be a file's by now: after a crash fsck_v7fs(8) is
 *		needed, as it was in 1979.
 *
 * Locking	fs_lock inside, over buffers of the device.
 * Sleeps	yes.
 * Errors	ENOSPC; EIO; EINVAL the stack is damaged.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include "v7fs_extern.h"

static size_t
free_mapsize(const struct v7fs_mount *fs)
{
	return howmany(fs->fs_super.s_fsize, NBBY);
}

static bool
free_isset(const struct v7fs_mount *fs, uint32_t blk)
{
	return (fs->fs_free[blk / NBBY] & (1u << (blk % NBBY))) != 0;
}

static void
free_set(struct v7fs_mount *fs, uint32_t blk)
{
	fs->fs_free[blk / NBBY] |= (uint8_t)(1u << (blk % NBBY));
	fs->fs_bfree++;
}

static void
free_clear(struct v7fs_mount *fs, uint32_t blk)
{
	fs->fs_free[blk / NBBY] &= (uint8_t)~(1u << (blk % NBBY));
	fs->fs_bfree--;
}

/*
 * The part of the stack that is kept in a free block.  The buffer does not
 * outlive this: the block may soon be a file's.
 */
static int
stack_read(struct v7fs_mount *fs, uint32_t blk, unsigned *countp,
    uint32_t *list)
{
	struct buf *bp;
	const uint8_t *p;
	unsigned i;
	int error;

	error = bread(fs->fs_devvp, blk, V7FS_BSIZE, 0, &bp);
	if (error != 0)
		return error;
	p = bp->b_data;
	*countp = v7fs_get16(fs->fs_endian, p + V7FB_NFREE);
	for (i = 0; i < V7FS_MAX_FREEBLOCK; i++)
		list[i] = v7fs_get32(fs->fs_endian, p + V7FB_FREE + 4 * i);
	if (bp->b_resid != 0)
		error = EIO;
	else if (*countp > V7FS_MAX_FREEBLOCK)
		error = EINVAL;
	brelse(bp, BC_INVAL);
	return error;
}

static int
stack_write(struct v7fs_mount *fs, uint32_t blk)
{
	struct v7fs_super *s = &fs->fs_super;
	struct buf *bp;
	uint8_t *p;
	unsigned i;

	bp = getblk(fs->fs_devvp, blk, V7FS_BSIZE, 0, 0);
	clrbuf(bp);
	p = bp->b_data;
	v7fs_put16(fs->fs_endian, p + V7FB_NFREE, (uint16_t)s->s_nfree);
	for (i = 0; i < V7FS_MAX_FREEBLOCK; i++)
		v7fs_put32(fs->fs_endian, p + V7FB_FREE + 4 * i,
		    s->s_free[i]);
	return v7fs_metawrite(fs, bp);
}

/*
 * Mark one part of the stack; *nextp: the block with the part below, or 0.
 * A block that is met again is damage, and so the stack has an end.
 */
static int
stack_mark(struct v7fs_mount *fs, unsigned count, const uint32_t *list,
    uint32_t *nextp)
{
	unsigned i;

	*nextp = count > 0 ? list[0] : 0;
	for (i = 0; i < count; i++) {
		if (i == 0 && list[0] == 0)
			continue;
		if (!v7fs_isdata(&fs->fs_super, list[i]) ||
		    free_isset(fs, list[i]))
			return EINVAL;
		free_set(fs, list[i]);
	}
	return 0;
}

static int
stack_load(struct v7fs_mount *fs)
{
	struct v7fs_super *s = &fs->fs_super;
	uint32_t *list, next;
	unsigned count;
	int error;

	list = kmem_alloc(V7FS_MAX_FREEBLOCK * sizeof(*list), KM_SLEEP);
	error = stack_mark(fs, s->s_nfree, s->s_free, &next);
	while (error == 0 && next != 0) {
		error = stack_read(fs, next, &count, list);
		if (error == 0)
			error = stack_mark(fs, count, list, &next);
	}
	kmem_free(list, V7FS_MAX_FREEBLOCK * sizeof(*list));
	return error;
}

/*
 * Look for free inodes: with `cache`, to fill s_inode; otherwise to count
 * them.
 */
static int
inodes_scan(struct v7fs_mount *fs, bool cache)
{
	struct v7fs_super *s = &fs->fs_super;
	struct buf *bp = NULL;
	uint32_t ino;
	uint8_t *p;
	int error;

	for (ino = V7FS_ROOT_INODE + 1; ino <= fs->fs_maxino; ino++) {
		if (cache && s->s_ninode == V7FS_MAX_FREEINODE)
			break;
		error = v7fs_dinode_get(fs, ino, &bp, &p);
		if (error != 0)
			return error;
		if (v7fs_get16(fs->fs_endian, p + V7DI_MODE) == 0) {
			if (cache)
				s->s_inode[s->s_ninode++] = (uint16_t)ino;
			else
				fs->fs_ifree++;
		}
		brelse(bp, 0);
	}
	return 0;
}

/*
 * Before the first mount(2) returns: what is free?  Free blocks matter to who
 * writes; who only reads takes what can be counted.
 */
int
v7fs_free_load(struct v7fs_mount *fs)
{
	int error;

	mutex_enter(&fs->fs_lock);
	KASSERT(fs->fs_free == NULL);
	fs->fs_free = kmem_zalloc(free_mapsize(fs), KM_SLEEP);
	fs->fs_bfree = fs->fs_ifree = 0;
	error = stack_load(fs);
	if (error == 0)
		error = inodes_scan(fs, false);
	mutex_exit(&fs->fs_lock);
	if (error != 0)
		v7fs_free_unload(fs);
	return error;
}

void
v7fs_free_unload(struct v7fs_mount *fs)
{
	if (fs->fs_free != NULL)
		kmem_free(fs->fs_free, free_mapsize(fs));
	fs->fs_free = NULL;
}

static int
super_write(struct v7fs_mount *fs, bool wait)
{
	struct buf *bp;
	uint8_t *p;
	int error;

	if (!fs->fs_fmod)
		return 0;
	error = bread(fs->fs_devvp, V7FS_SUPERBLOCK_SECTOR, V7FS_BSIZE, 0,
	    &bp);
	if (error != 0)
		return error;
	fs->fs_fmod = false;
	p = bp->b_data;
	v7fs_super_encode(fs->fs_endian, &fs->fs_super, p);
	p[V7SB_FMOD] = fs->fs_dirty;
	v7fs_put32(fs->fs_endian, p + V7SB_TIME, (uint32_t)time_second);
	v7fs_put32(fs->fs_endian, p + V7SB_TFREE, fs->fs_bfree);
	v7fs_put16(fs->fs_endian, p + V7SB_TINODE, (uint16_t)fs->fs_ifree);
	if (wait)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/* The top of the stack is used up: the part below takes its place. */
static int
stack_below(struct v7fs_mount *fs, uint32_t blk)
{
	struct v7fs_super *s = &fs->fs_super;
	int error;

	error = stack_read(fs, blk, &s->s_nfree, s->s_free);
	if (error != 0)
		return error;
	return super_write(fs, (fs->fs_mountp->mnt_flag & MNT_ASYNC) == 0);
}

/* Pop. */
static int
stack_pop(struct v7fs_mount *fs, uint32_t *blkp)
{
	struct v7fs_super *s = &fs->fs_super;
	uint32_t blk;

	if (s->s_nfree == 0 || (s->s_nfree == 1 && s->s_free[0] == 0))
		return ENOSPC;
	blk = s->s_free[--s->s_nfree];
	fs->fs_fmod = true;
	/* Marked when the stack was read, and nobody else writes to it. */
	if (!v7fs_isdata(s, blk) || !free_isset(fs, blk))
		return EIO;
	free_clear(fs, blk);
	*blkp = blk;
	return s->s_nfree == 0 ? stack_below(fs, blk) : 0;
}

/*
 * A block for a file; what is in it is anything.
 */
int
v7fs_balloc(struct v7fs_mount *fs, uint32_t *blkp)
{
	int error;

	mutex_enter(&fs->fs_lock);
	KASSERT(fs->fs_free != NULL);
	error = stack_pop(fs, blkp);
	if (error != 0 && error != ENOSPC) {
		/* Below there is nothing that can be trusted. */
		printf("v7fs: free list damaged; run fsck_v7fs(8)\n");
		fs->fs_super.s_nfree = 0;
		error = EIO;
	}
	mutex_exit(&fs->fs_lock);
	return error;
}

static void
stack_push(struct v7fs_mount *fs, uint32_t blk)
{
	struct v7fs_super *s = &fs->fs_super;

	free_set(fs, blk);
	s->s_free[s->s_nfree++] = blk;
	fs->fs_fmod = true;
}

/*
 * Push.  False: it was free, or can belong to no file.  One that cannot be
 * written is lost until fsck_v7fs(8) finds it.
 */
bool
v7fs_bfree(struct v7fs_mount *fs, uint32_t blk)
{
	struct v7fs_super *s = &fs->fs_super;
	bool taken;

	mutex_enter(&fs->fs_lock);
	KASSERT(fs->fs_free != NULL);
	taken = v7fs_isdata(s, blk) && !free_isset(fs, blk);
	if (s->s_nfree == 0)
		s->s_free[s->s_nfree++] = 0;	/* the bottom */
	if (!taken)
		printf("v7fs: freeing free block %u\n", blk);
	else if (s->s_nfree < V7FS_MAX_FREEBLOCK)
		stack_push(fs, blk);
	else if (stack_write(fs, blk) == 0) {
		s->s_nfree = 0;
		stack_push(fs, blk);
	}
	mutex_exit(&fs->fs_lock);
	return taken;
}

/*
 * Take inode `ino` if it is free: write di into it.
 */
static int
inode_take(struct v7fs_mount *fs, ino_t ino, const struct v7fs_dinode *di,
    bool *tookp)
{
	struct buf *bp;
	uint8_t *p;
	int error;

	*tookp = false;
	error = v7fs_dinode_get(fs, ino, &bp, &p);
	if (error != 0)
		return error;
	if (v7fs_get16(fs->fs_endian, p + V7DI_MODE) != 0) {
		brelse(bp, 0);
		return 0;
	}
	v7fs_dinode_encode(fs->fs_endian, di, p);
	*tookp = true;
	return v7fs_metawrite(fs, bp);
}

int
v7fs_ialloc(struct v7fs_mount *fs, const struct v7fs_dinode *di, ino_t *inop)
{
	struct v7fs_super *s = &fs->fs_super;
	bool took = false;
	int error = 0;

	KASSERT(di->di_mode != 0);
	mutex_enter(&fs->fs_lock);
	if (fs->fs_ifree == 0)
		error = ENOSPC;
	while (error == 0 && !took) {
		if (s->s_ninode == 0) {
			error = inodes_scan(fs, true);
			if (error == 0 && s->s_ninode == 0)
				error = ENOSPC;
			if (error != 0)
				break;
		}
		*inop = s->s_inode[--s->s_ninode];
		fs->fs_fmod = true;
		if (*inop > V7FS_ROOT_INODE)
			error = inode_take(fs, *inop, di, &took);
	}
	if (error == 0)
		fs->fs_ifree--;
	mutex_exit(&fs->fs_lock);
	return error;
}

void
v7fs_ifree(struct v7fs_mount *fs, ino_t ino)
{
	struct v7fs_super *s = &fs->fs_super;
	struct buf *bp;
	uint8_t *p;

	KASSERT(ino > V7FS_ROOT_INODE && ino <= fs->fs_maxino);
	mutex_enter(&fs->fs_lock);
	if (v7fs_dinode_get(fs, ino, &bp, &p) == 0) {
		memset(p, 0, V7FS_INODE_SIZE);
		if (v7fs_metawrite(fs, bp) == 0) {
			fs->fs_ifree++;
			if (s->s_ninode < V7FS_MAX_FREEINODE)
				s->s_inode[s->s_ninode++] = (uint16_t)ino;
			fs->fs_fmod = true;
		}
	}
	mutex_exit(&fs->fs_lock);
}

/*
 * The superblock goes to the disk if it differs.
 */
int
v7fs_super_write(struct v7fs_mount *fs, bool wait)
{
	int error;

	mutex_enter(&fs->fs_lock);
	error = super_write(fs, wait);
	mutex_exit(&fs->fs_lock);
	return error;
}

/*
 * Writing begins, or has come to an end.  Who begins on a file system that
 * was left half written does not call it whole at the end.
 */
int
v7fs_setdirty(struct v7fs_mount *fs, bool dirty)
{
	mutex_enter(&fs->fs_lock);
	fs->fs_dirty = dirty || fs->fs_wasdirty;
	fs->fs_fmod = true;
	mutex_exit(&fs->fs_lock);
	return v7fs_super_write(fs, true);
}
