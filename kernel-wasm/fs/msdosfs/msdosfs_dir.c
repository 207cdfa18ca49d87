/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_dir.c - walking through directories.
 *
 * Interface
 *	begin, next until ENOENT, end.  Entries have the place of their first
 *	slot and of their short one; volume labels, deleted slots and parts of
 *	long names that do not belong together are passed over.
 *
 * A directory's blocks are buffers of the device: a file's entry can be
 * written without its directory's vnode.
 *
 * Locking	the directory's vnode is locked.
 * Sleeps	reads.
 * Errors	ENOENT the end, or no such name; EIO a damaged chain.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/vnode.h>

#include "msdosfs.h"

void
msdosfs_ent_decode(const struct msdosfsmount *pmp, const uint8_t *p,
    struct dosent *e)
{
	memcpy(e->e_name, p + DE_NAME, DE_NAMELEN);
	e->e_attr = p[DE_ATTR];
	e->e_case = p[DE_CASE];
	e->e_ctime.dt_hundredth = MIN(p[DE_CHUNDREDTH], 199);
	e->e_ctime.dt_time = le16dec(p + DE_CTIME);
	e->e_ctime.dt_date = le16dec(p + DE_CDATE);
	e->e_mtime.dt_hundredth = 0;
	e->e_mtime.dt_time = le16dec(p + DE_MTIME);
	e->e_mtime.dt_date = le16dec(p + DE_MDATE);
	e->e_adate = le16dec(p + DE_ADATE);
	e->e_clust = le16dec(p + DE_STARTCLUST);
	if (FAT32(pmp))
		e->e_clust |= (uint32_t)le16dec(p + DE_HIGHCLUST) << 16;
	e->e_size = le32dec(p + DE_FILESIZE);
}

void
msdosfs_ent_encode(const struct msdosfsmount *pmp, const struct dosent *e,
    uint8_t *p)
{
	memcpy(p + DE_NAME, e->e_name, DE_NAMELEN);
	p[DE_ATTR] = e->e_attr;
	p[DE_CASE] = e->e_case;
	p[DE_CHUNDREDTH] = e->e_ctime.dt_hundredth;
	le16enc(p + DE_CTIME, e->e_ctime.dt_time);
	le16enc(p + DE_CDATE, e->e_ctime.dt_date);
	le16enc(p + DE_MTIME, e->e_mtime.dt_time);
	le16enc(p + DE_MDATE, e->e_mtime.dt_date);
	le16enc(p + DE_ADATE, e->e_adate);
	le16enc(p + DE_STARTCLUST, (uint16_t)e->e_clust);
	le16enc(p + DE_HIGHCLUST, FAT32(pmp) ?
	    (uint16_t)(e->e_clust >> 16) : 0);
	le32enc(p + DE_FILESIZE, e->e_size);
}

void
msdosfs_dir_begin(struct dosdir *dd, struct denode *dp, uint32_t off)
{
	KASSERT(dp->de_vnode->v_type == VDIR);
	dd->dd_dp = dp;
	dd->dd_off = rounddown2(off, DE_SIZE);
	dd->dd_bp = NULL;
	dd->dd_wincount = 0;
}

void
msdosfs_dir_end(struct dosdir *dd)
{
	if (dd->dd_bp != NULL)
		brelse(dd->dd_bp, 0);
	dd->dd_bp = NULL;
}

/* Where the block of a byte of the directory is, and its size. */
static int
dir_block(struct denode *dp, uint32_t off, uint64_t *basep, uint64_t *addrp,
    int *sizep)
{
	struct msdosfsmount *pmp = dp->de_pmp;
	uint32_t cn;
	int error;

	if (msdosfs_isroot(dp) && !FAT32(pmp)) {
		*basep = rounddown2(off, pmp->pm_bytespersec);
		*addrp = pmp->pm_rootoff + *basep;
		*sizep = (int)pmp->pm_bytespersec;
		return 0;
	}
	error = msdosfs_pcbmap(dp, off >> pmp->pm_cnshift, &cn);
	if (error != 0)
		return error == E2BIG ? EIO : error;
	*basep = rounddown2(off, pmp->pm_bpcluster);
	*addrp = msdosfs_clustaddr(pmp, cn);
	*sizep = (int)pmp->pm_bpcluster;
	return 0;
}

/*
 * The bytes of the slot at dd_off, in an owned buf.
 */
int
msdosfs_dir_slot(struct dosdir *dd, uint8_t **pp)
{
	struct denode *dp = dd->dd_dp;
	uint64_t base;
	int size, error;

	if (dd->dd_off >= dp->de_size)
		return ENOENT;
	if (dd->dd_bp == NULL || dd->dd_off < dd->dd_base ||
	    dd->dd_off - dd->dd_base >= (uint32_t)dd->dd_bp->b_bcount) {
		msdosfs_dir_end(dd);
		error = dir_block(dp, dd->dd_off, &base, &dd->dd_addr, &size);
		if (error == 0)
			error = bread(dp->de_pmp->pm_devvp, (daddr_t)
			    (dd->dd_addr >> DEV_BSHIFT), size, 0, &dd->dd_bp);
		if (error != 0) {
			dd->dd_bp = NULL;
			return error;
		}
		dd->dd_base = base;
	}
	*pp = (uint8_t *)dd->dd_bp->b_data + (dd->dd_off - dd->dd_base);
	return 0;
}

/* A long name under way: the number and checksum the next part must have. */
struct winparts {
	unsigned	wp_next;	/* 0: complete */
	uint8_t		wp_sum;
	bool		wp_valid;
};

static void
win_chars(const uint8_t *p, uint16_t out[WIN_CHARS])
{
	static const uint8_t at[WIN_CHARS] = { 1, 3, 5, 7, 9, 14, 16, 18, 20,
	    22, 24, 28, 30 };
	int i;

	for (i = 0; i < WIN_CHARS; i++)
		out[i] = le16dec(p + at[i]);
}

/*
 * One part of a long name; they come last part first.
 */
static void
win_part(struct dosdir *dd, struct winparts *wp, const uint8_t *p)
{
	unsigned n = p[WIN_CNT] & WIN_CNTMASK, i;
	uint16_t *at;

	if ((p[WIN_CNT] & WIN_LAST) != 0) {
		wp->wp_valid = n >= 1 && n <= WIN_MAXSLOTS;
		wp->wp_sum = p[WIN_CHKSUM];
		dd->dd_first = dd->dd_off;
	} else if (n == 0 || n != wp->wp_next || p[WIN_CHKSUM] != wp->wp_sum)
		wp->wp_valid = false;
	if (!wp->wp_valid)
		return;
	at = &dd->dd_win[(n - 1) * WIN_CHARS];
	win_chars(p, at);
	if ((p[WIN_CNT] & WIN_LAST) != 0) {
		for (i = 0; i < WIN_CHARS && at[i] != 0; i++)
			continue;
		dd->dd_wincount = (n - 1) * WIN_CHARS + i;
	}
	wp->wp_next = n - 1;
}

/* The short entry at dd_off ends what was collected. */
static void
dir_entry(struct dosdir *dd, const struct winparts *wp, const uint8_t *p)
{
	msdosfs_ent_decode(dd->dd_dp->de_pmp, p, &dd->dd_ent);
	dd->dd_slot = dd->dd_off;
	if (!wp->wp_valid || wp->wp_next != 0 || dd->dd_wincount == 0 ||
	    dd->dd_wincount > WIN_MAXLEN ||
	    wp->wp_sum != msdosfs_checksum(dd->dd_ent.e_name)) {
		dd->dd_wincount = 0;
		dd->dd_first = dd->dd_off;
	}
}

int
msdosfs_dir_next(struct dosdir *dd)
{
	bool nowin = (dd->dd_dp->de_pmp->pm_flags & MSDOSFSMNT_NOWIN95) != 0;
	struct winparts wp = { .wp_valid = false };
	uint8_t *p;
	int error;

	dd->dd_wincount = 0;
	for (;; dd->dd_off += DE_SIZE) {
		error = msdosfs_dir_slot(dd, &p);
		if (error != 0)
			return error;
		if (p[0] == SLOT_EMPTY)
			return ENOENT;
		if (p[0] == SLOT_DELETED)
			wp.wp_valid = false;
		else if ((p[DE_ATTR] & 0x3f) == ATTR_WIN95) {
			if (!nowin)
				win_part(dd, &wp, p);
		} else if ((p[DE_ATTR] & ATTR_VOLUME) != 0)
			wp.wp_valid = false;
		else {
			dir_entry(dd, &wp, p);
			dd->dd_off += DE_SIZE;
			return 0;
		}
	}
}

/* "." and "..", which only the walk itself sees. */
static bool
ent_isdots(const struct dosent *e)
{
	return e->e_name[0] == '.';
}

/* What a name is looked for by. */
struct dirkey {
	const struct msdosfsmount *k_pmp;
	uint16_t	k_win[WIN_MAXLEN];
	unsigned	k_count;
	uint8_t		k_short[DE_NAMELEN];	/* where names are only 8.3 */
};

/*
 * NetBSD does not find a long name of the greatest length, and neither do we.
 */
static bool
dir_matches(const struct dosdir *dd, const struct dirkey *k)
{
	uint16_t dos[DE_NAMELEN + 1];

	if ((k->k_pmp->pm_flags & (MSDOSFSMNT_SHORTNAME |
	    MSDOSFSMNT_NOWIN95)) != 0 &&
	    memcmp(k->k_short, dd->dd_ent.e_name, DE_NAMELEN) == 0)
		return true;
	if (dd->dd_wincount == k->k_count && k->k_count < WIN_MAXLEN &&
	    msdosfs_winequal(dd->dd_win, k->k_win, k->k_count))
		return true;
	return k->k_count <= DE_NAMELEN + 1 &&
	    msdosfs_dos2win(&dd->dd_ent, dos) == k->k_count &&
	    msdosfs_winequal(dos, k->k_win, k->k_count);
}

/* Look at the entries that begin in [from, to). */
static int
dir_scan(struct dosdir *dd, struct denode *dp, const struct dirkey *k,
    uint32_t from, uint32_t to)
{
	int error;

	msdosfs_dir_begin(dd, dp, from);
	while ((error = msdosfs_dir_next(dd)) == 0 && dd->dd_first < to)
		if (!ent_isdots(&dd->dd_ent) && dir_matches(dd, k))
			return 0;
	return error == 0 ? ENOENT : error;
}

/*
 * Names are often asked for in the order in which they lie: the search begins
 * behind the entry found last, until a new entry may lie across that place.
 */
void
msdosfs_dir_sethint(struct denode *dp, uint32_t off)
{
	mutex_enter(&dp->de_fclock);
	dp->de_dirhint = off;
	mutex_exit(&dp->de_fclock);
}

static uint32_t
dir_hint(struct denode *dp)
{
	uint32_t off;

	mutex_enter(&dp->de_fclock);
	off = dp->de_dirhint;
	mutex_exit(&dp->de_fclock);
	return off < dp->de_size ? off : 0;
}

/*
 * Find a name (not "." or ".."); dd is left at the entry, to be ended.
 */
int
msdosfs_dir_find(struct dosdir *dd, struct denode *dp, const char *name,
    size_t len)
{
	struct dirkey k = { .k_pmp = dp->de_pmp };
	uint32_t hint = dir_hint(dp);
	enum dosname kind;
	int error;

	msdosfs_dir_begin(dd, dp, 0);
	len = msdosfs_trimname(name, len);
	error = msdosfs_unix2dosname(name, len, k.k_short, &kind);
	if (error == 0)
		error = msdosfs_unix2win(dp->de_pmp, name, len, k.k_win,
		    &k.k_count);
	if (error != 0)
		return error;
	error = dir_scan(dd, dp, &k, hint, UINT32_MAX);
	if (error == ENOENT && hint != 0) {
		msdosfs_dir_end(dd);
		error = dir_scan(dd, dp, &k, 0, hint);
	}
	if (error == 0)
		msdosfs_dir_sethint(dp, dd->dd_off);
	return error;
}

bool
msdosfs_dir_empty(struct denode *dp)
{
	struct dosdir dd;
	int error;

	msdosfs_dir_begin(&dd, dp, 0);
	while ((error = msdosfs_dir_next(&dd)) == 0 && ent_isdots(&dd.dd_ent))
		continue;
	msdosfs_dir_end(&dd);
	return error == ENOENT;
}

/*
 * The first cluster of the directory above, MSDOSFSROOT for the root.
 */
int
msdosfs_dir_parent(struct denode *dp, uint32_t *clustp)
{
	struct dosdir dd;
	int error;

	msdosfs_dir_begin(&dd, dp, 0);
	error = msdosfs_dir_next(&dd);
	if (error == 0)
		error = msdosfs_dir_next(&dd);
	msdosfs_dir_end(&dd);
	if (error == 0 && (memcmp(dd.dd_ent.e_name, "..         ",
	    DE_NAMELEN) != 0 || (dd.dd_ent.e_attr & ATTR_DIRECTORY) == 0))
		error = EIO;
	if (error != 0)
		return error == ENOENT ? EIO : error;
	*clustp = dd.dd_ent.e_clust == dp->de_pmp->pm_rootclust ?
	    MSDOSFSROOT : dd.dd_ent.e_clust;
	return 0;
}
