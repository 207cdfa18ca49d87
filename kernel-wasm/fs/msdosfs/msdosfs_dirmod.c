/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_dirmod.c - changing directories.
 *
 * Interface
 *	msdosfs_direnter() finds room, gives the entry its 8.3 name and writes
 *	the long one in front of it where it is needed.
 *
 * Order	the short entry, which makes the name, is written last, and at
 *		once unless the mount is asynchronous.
 *
 * Locking	the directory is locked exclusively.
 * Sleeps	yes.
 * Errors	ENOSPC; EINVAL no name; ENAMETOOLONG; EIO.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include "msdosfs.h"

/* More than a directory has entries: one of these aliases is free. */
#define	GEN_MAX		(DIR_MAXSIZE / DE_SIZE + 64)

/* A name to be entered. */
struct newname {
	uint16_t	n_win[WIN_MAXLEN];
	unsigned	n_count;
	uint8_t		n_short[DE_NAMELEN];
	unsigned	n_slots;	/* of the long name */
};

static int
blk_write(const struct msdosfsmount *pmp, struct buf *bp)
{
	if ((pmp->pm_mountp->mnt_flag & MNT_ASYNC) == 0)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/* The first contents of a directory's cluster: there before a name is. */
static int
blk_init(const struct msdosfsmount *pmp, struct buf *bp)
{
	if ((pmp->pm_mountp->mnt_flag & MNT_ASYNC) == 0)
		bp->b_flags |= B_MEDIA_FUA;
	return blk_write(pmp, bp);
}

/*
 * Which aliases of a plain name are taken?  One pass; bit i of the map: ~i.
 */
static int
names_taken(struct denode *dp, const uint8_t *plain, uint32_t *map)
{
	uint8_t alias[DE_NAMELEN];
	struct dosdir dd;
	unsigned gen;
	int error;

	msdosfs_dir_begin(&dd, dp, 0);
	while ((error = msdosfs_dir_next(&dd)) == 0) {
		gen = msdosfs_aliasgen(dd.dd_ent.e_name);
		if (gen >= GEN_MAX)
			continue;
		msdosfs_alias(plain, gen, alias);
		if (memcmp(alias, dd.dd_ent.e_name, DE_NAMELEN) == 0)
			map[gen / 32] |= 1u << gen % 32;
	}
	msdosfs_dir_end(&dd);
	return error == ENOENT ? 0 : error;
}

/*
 * The alias of the lowest number that is free.
 */
static int
names_alias(struct denode *dp, struct newname *n)
{
	uint8_t plain[DE_NAMELEN];
	uint32_t *map;
	unsigned gen;
	int error;

	memcpy(plain, n->n_short, DE_NAMELEN);
	map = kmem_zalloc(GEN_MAX / 8, KM_SLEEP);
	error = names_taken(dp, plain, map);
	for (gen = 1; (map[gen / 32] & 1u << gen % 32) != 0; gen++)
		KASSERT(gen < GEN_MAX - 1);
	kmem_free(map, GEN_MAX / 8);
	msdosfs_alias(plain, gen, n->n_short);
	return error;
}

/*
 * Is there an entry of this 8.3 name?
 */
static int
names_isthere(struct denode *dp, const uint8_t *name, bool *therep)
{
	struct dosdir dd;
	int error;

	*therep = false;
	msdosfs_dir_begin(&dd, dp, 0);
	while (!*therep && (error = msdosfs_dir_next(&dd)) == 0)
		*therep = memcmp(dd.dd_ent.e_name, name, DE_NAMELEN) == 0;
	msdosfs_dir_end(&dd);
	return *therep || error == ENOENT ? 0 : error;
}

static int
names_make(struct denode *dp, const char *name, size_t len,
    struct newname *n)
{
	struct msdosfsmount *pmp = dp->de_pmp;
	enum dosname kind;
	bool taken = true;
	int error;

	n->n_slots = 0;
	len = msdosfs_trimname(name, len);
	error = msdosfs_unix2dosname(name, len, n->n_short, &kind);
	if (error != 0 || kind == DOSNAME_EXACT || (pmp->pm_flags &
	    (MSDOSFSMNT_SHORTNAME | MSDOSFSMNT_NOWIN95)) != 0)
		return error;
	error = msdosfs_unix2win(pmp, name, len, n->n_win, &n->n_count);
	if (error == 0 && kind == DOSNAME_CASE)
		error = names_isthere(dp, n->n_short, &taken);
	if (error == 0 && taken)
		error = names_alias(dp, n);
	n->n_slots = (n->n_count + WIN_CHARS - 1) / WIN_CHARS;
	return error;
}

/*
 * One more cluster of zeros at the end of the directory.
 */
static int
dir_grow(struct denode *dp)
{
	struct msdosfsmount *pmp = dp->de_pmp;
	uint32_t n = (dp->de_size >> pmp->pm_cnshift), cn;
	struct buf *bp;
	int error;

	if (msdosfs_isroot(dp) && !FAT32(pmp))
		return ENOSPC;
	if (dp->de_size + pmp->pm_bpcluster > DIR_MAXSIZE)
		return ENOSPC;
	error = msdosfs_extend(dp, n + 1);
	if (error == 0)
		error = msdosfs_pcbmap(dp, n, &cn);
	if (error != 0)
		return error;
	bp = getblk(pmp->pm_devvp,
	    (daddr_t)(msdosfs_clustaddr(pmp, cn) >> DEV_BSHIFT),
	    (int)pmp->pm_bpcluster, 0, 0);
	clrbuf(bp);
	error = blk_init(pmp, bp);
	if (error == 0)
		dp->de_size += pmp->pm_bpcluster;
	return error;
}

/*
 * The first of n free slots in a row; *endp: nothing is in use from there.
 */
static int
dir_room(struct denode *dp, unsigned n, uint32_t *offp, bool *endp)
{
	uint32_t start = 0;
	struct dosdir dd;
	unsigned run = 0;
	uint8_t *p;
	int error;

	*endp = false;
	msdosfs_dir_begin(&dd, dp, 0);
	for (; run < n; dd.dd_off += DE_SIZE) {
		error = msdosfs_dir_slot(&dd, &p);
		if (error == ENOENT) {
			msdosfs_dir_end(&dd);
			error = dir_grow(dp);
			if (error == 0)
				error = msdosfs_dir_slot(&dd, &p);
		}
		if (error != 0)
			break;
		if (p[0] == SLOT_EMPTY)
			*endp = true;
		if (!*endp && p[0] != SLOT_DELETED)
			run = 0;
		else if (run++ == 0)
			start = dd.dd_off;
	}
	msdosfs_dir_end(&dd);
	*offp = start;
	return run == n ? 0 : error;
}

static void
win_put(const struct newname *n, unsigned part, uint8_t sum, uint8_t *p)
{
	static const uint8_t at[WIN_CHARS] = { 1, 3, 5, 7, 9, 14, 16, 18, 20,
	    22, 24, 28, 30 };
	unsigned i, c = (part - 1) * WIN_CHARS;

	memset(p, 0, DE_SIZE);
	p[WIN_CNT] = (uint8_t)(part | (part == n->n_slots ? WIN_LAST : 0));
	p[DE_ATTR] = ATTR_WIN95;
	p[WIN_CHKSUM] = sum;
	for (i = 0; i < WIN_CHARS; i++, c++)
		le16enc(p + at[i], c < n->n_count ? n->n_win[c] :
		    c == n->n_count ? 0 : 0xffff);
}

/* Write a slot that is not the last of its entry. */
static int
slot_write(struct dosdir *dd, const uint8_t *raw)
{
	uint8_t *p;
	int error = msdosfs_dir_slot(dd, &p);

	if (error != 0)
		return error;
	memcpy(p, raw, DE_SIZE);
	bdwrite(dd->dd_bp);
	dd->dd_bp = NULL;
	dd->dd_off += DE_SIZE;
	return 0;
}

/* What is behind a new entry at the end is the end. */
static int
dir_setend(struct denode *dp, uint32_t off)
{
	struct dosdir dd;
	uint8_t *p;
	int error;

	if (off >= dp->de_size)
		return 0;
	msdosfs_dir_begin(&dd, dp, off);
	error = msdosfs_dir_slot(&dd, &p);
	if (error == 0 && p[0] != SLOT_EMPTY) {
		p[0] = SLOT_EMPTY;
		bdwrite(dd.dd_bp);
		dd.dd_bp = NULL;
	}
	msdosfs_dir_end(&dd);
	return error;
}

static int
dir_put(struct denode *dp, const struct newname *n, const struct dosent *e,
    uint32_t off, uint64_t *addrp)
{
	uint8_t sum = msdosfs_checksum(n->n_short), raw[DE_SIZE], *p;
	struct dosdir dd;
	unsigned part;
	int error = 0;

	msdosfs_dir_begin(&dd, dp, off);
	for (part = n->n_slots; part > 0 && error == 0; part--) {
		win_put(n, part, sum, raw);
		error = slot_write(&dd, raw);
	}
	if (error == 0)
		error = msdosfs_dir_slot(&dd, &p);
	if (error != 0) {
		msdosfs_dir_end(&dd);
		return error;
	}
	*addrp = dd.dd_addr + (dd.dd_off - dd.dd_base);
	msdosfs_ent_encode(dp->de_pmp, e, p);
	return blk_write(dp->de_pmp, dd.dd_bp);
}

/*
 * Enter e under a name; its 8.3 name is filled in.  *slotp, *addrp: where.
 */
int
msdosfs_direnter(struct denode *dp, const struct componentname *cnp,
    struct dosent *e, uint32_t *slotp, uint64_t *addrp)
{
	struct newname n;
	uint32_t off;
	bool end;
	int error;

	KASSERT(VOP_ISLOCKED(dp->de_vnode) == LK_EXCLUSIVE);
	error = names_make(dp, cnp->cn_nameptr, cnp->cn_namelen, &n);
	if (error == 0)
		error = dir_room(dp, n.n_slots + 1, &off, &end);
	if (error == 0 && end)
		error = dir_setend(dp, off + (n.n_slots + 1) * DE_SIZE);
	if (error != 0)
		return error;
	msdosfs_dir_sethint(dp, 0);
	memcpy(e->e_name, n.n_short, DE_NAMELEN);
	e->e_case = 0;
	*slotp = off + n.n_slots * DE_SIZE;
	return dir_put(dp, &n, e, off, addrp);
}

/* Find the entry of a file or directory in dp. */
static int
dir_locate(struct dosdir *dd, struct denode *dp, const struct denode *dep)
{
	bool isdir = dep->de_vnode->v_type == VDIR;
	uint32_t slot = isdir ? 0 : dep->de_key.dk_diroffset;
	uint32_t back = WIN_MAXSLOTS * DE_SIZE;
	int error;

	msdosfs_dir_begin(dd, dp, slot > back ? slot - back : 0);
	while ((error = msdosfs_dir_next(dd)) == 0) {
		if (isdir ? (dd->dd_ent.e_attr & ATTR_DIRECTORY) != 0 &&
		    dd->dd_ent.e_name[0] != '.' &&
		    dd->dd_ent.e_clust == dep->de_startcluster :
		    dd->dd_slot == slot)
			break;
	}
	msdosfs_dir_end(dd);
	return error;
}

/*
 * The slots of a file's or directory's entry in dp.
 */
int
msdosfs_dirlocate(struct denode *dp, const struct denode *dep,
    struct dosslots *ds)
{
	struct dosdir dd;
	int error = dir_locate(&dd, dp, dep);

	if (error == 0) {
		ds->ds_first = dd.dd_first;
		ds->ds_last = dd.dd_slot;
	}
	return error;
}

/*
 * Free the slots of an entry, the short one last but at once.
 */
int
msdosfs_dirfree(struct denode *dp, const struct dosslots *ds)
{
	struct dosdir dd;
	uint8_t *p;
	int error = 0;

	msdosfs_dir_begin(&dd, dp, ds->ds_first);
	for (; dd.dd_off <= ds->ds_last && error == 0; dd.dd_off += DE_SIZE) {
		error = msdosfs_dir_slot(&dd, &p);
		if (error != 0)
			break;
		p[0] = SLOT_DELETED;
		if (dd.dd_off < ds->ds_last)
			bdwrite(dd.dd_bp);
		else
			error = blk_write(dp->de_pmp, dd.dd_bp);
		dd.dd_bp = NULL;
	}
	msdosfs_dir_end(&dd);
	return error;
}

int
msdosfs_dirremove(struct denode *dp, const struct denode *dep)
{
	struct dosslots ds;
	int error = msdosfs_dirlocate(dp, dep, &ds);

	return error != 0 ? error : msdosfs_dirfree(dp, &ds);
}

/*
 * The first cluster of a new directory: "." and "..".
 */
int
msdosfs_dirinit(struct msdosfsmount *pmp, const struct dosent *e,
    uint32_t parent)
{
	struct dosent dot = *e;
	struct buf *bp;
	uint8_t *p;

	bp = getblk(pmp->pm_devvp,
	    (daddr_t)(msdosfs_clustaddr(pmp, e->e_clust) >> DEV_BSHIFT),
	    (int)pmp->pm_bpcluster, 0, 0);
	clrbuf(bp);
	p = bp->b_data;
	memset(dot.e_name, ' ', DE_NAMELEN);
	dot.e_name[0] = '.';
	msdosfs_ent_encode(pmp, &dot, p);
	dot.e_name[1] = '.';
	dot.e_clust = parent;
	msdosfs_ent_encode(pmp, &dot, p + DE_SIZE);
	return blk_init(pmp, bp);
}

/*
 * The directory has moved below another one.
 */
int
msdosfs_dirreparent(struct denode *dep, uint32_t parent)
{
	struct dosdir dd;
	struct dosent e;
	uint8_t *p;
	int error;

	msdosfs_dir_begin(&dd, dep, DE_SIZE);
	error = msdosfs_dir_slot(&dd, &p);
	if (error != 0)
		return error;
	msdosfs_ent_decode(dep->de_pmp, p, &e);
	e.e_clust = parent;
	msdosfs_ent_encode(dep->de_pmp, &e, p);
	return blk_write(dep->de_pmp, dd.dd_bp);
}

/*
 * The clusters of a removed directory will hold a file's data: nothing of
 * them may come out of the device's buffers.
 */
void
msdosfs_clust_forget(struct msdosfsmount *pmp, uint32_t cn)
{
	uint32_t steps = 0;
	struct buf *bp;

	while (msdosfs_isclust(pmp, cn) && steps++ <= pmp->pm_maxcluster) {
		bp = getblk(pmp->pm_devvp,
		    (daddr_t)(msdosfs_clustaddr(pmp, cn) >> DEV_BSHIFT),
		    (int)pmp->pm_bpcluster, 0, 0);
		brelse(bp, BC_INVAL);
		if (msdosfs_fat_get(pmp, cn, &cn) != 0)
			break;
	}
}
