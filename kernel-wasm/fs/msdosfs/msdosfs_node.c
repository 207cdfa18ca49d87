/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_node.c - files in memory: loading, writing back, letting go.
 *
 * A file is read from its short entry, a directory from its own "." entry;
 * the root has none.  A file without a name keeps its clusters until nobody
 * uses it.
 *
 * Locking	the vnode is locked; the entry's block is a buffer of the
 *		device and is not held over anything else.
 * Sleeps	yes.
 * Errors	EIO the entry is none, or leads outside; ESTALE a free slot.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "msdosfs.h"

ino_t
msdosfs_dirfileid(const struct msdosfsmount *pmp, uint32_t clust)
{
	if (clust == MSDOSFSROOT || clust == pmp->pm_rootclust ||
	    !msdosfs_isclust(pmp, clust))
		return 1;
	return msdosfs_clustaddr(pmp, clust);
}

void
msdosfs_now(const struct msdosfsmount *pmp, struct dostime *dt)
{
	struct timespec ts;

	vfs_timestamp(&ts);
	msdosfs_unix2dostime(pmp, &ts, dt);
}

/* The address of a slot of the directory that starts at a cluster. */
static int
node_slotaddr(struct msdosfsmount *pmp, const struct denode_key *k,
    uint64_t *addrp)
{
	uint32_t cn = k->dk_dirclust, n = k->dk_diroffset >> pmp->pm_cnshift;
	int error = 0;

	if (cn == MSDOSFSROOT && !FAT32(pmp)) {
		*addrp = pmp->pm_rootoff + k->dk_diroffset;
		return k->dk_diroffset < pmp->pm_rootbytes ? 0 : ESTALE;
	}
	if (cn == MSDOSFSROOT)
		cn = pmp->pm_rootclust;
	if (n > pmp->pm_maxcluster)
		return ESTALE;
	for (; error == 0 && n > 0 && cn != CLUST_EOFE; n--)
		error = msdosfs_fat_get(pmp, cn, &cn);
	if (error != 0 || !msdosfs_isclust(pmp, cn))
		return error != 0 ? error : ESTALE;
	*addrp = msdosfs_clustaddr(pmp, cn) +
	    (k->dk_diroffset & (pmp->pm_bpcluster - 1));
	return 0;
}

/*
 * The block of the device that an entry is in, owned; *pp the entry.
 */
static int
node_entblock(struct msdosfsmount *pmp, uint64_t addr, struct buf **bpp,
    uint8_t **pp)
{
	uint64_t base, unit = pmp->pm_bpcluster;
	uint64_t start = pmp->pm_dataoff;
	int error;

	if (addr < pmp->pm_dataoff) {
		unit = pmp->pm_bytespersec;
		start = pmp->pm_rootoff;
	}
	base = start + rounddown2(addr - start, unit);
	error = bread(pmp->pm_devvp, (daddr_t)(base >> DEV_BSHIFT), (int)unit,
	    0, bpp);
	if (error == 0)
		*pp = (uint8_t *)(*bpp)->b_data + (addr - base);
	return error;
}

static void
node_fill(struct denode *dep, const struct dosent *e)
{
	memcpy(dep->de_name, e->e_name, DE_NAMELEN);
	dep->de_case = e->e_case;
	dep->de_attr = e->e_attr;
	dep->de_ctime = e->e_ctime;
	dep->de_mtime = e->e_mtime;
	dep->de_adate = e->e_adate;
	dep->de_startcluster = e->e_clust;
	dep->de_size = e->e_size;
}

void
msdosfs_node2ent(const struct denode *dep, struct dosent *e)
{
	memcpy(e->e_name, dep->de_name, DE_NAMELEN);
	e->e_case = dep->de_case;
	e->e_attr = dep->de_attr;
	e->e_ctime = dep->de_ctime;
	e->e_mtime = dep->de_mtime;
	e->e_adate = dep->de_adate;
	e->e_clust = dep->de_startcluster;
	e->e_size = (dep->de_attr & ATTR_DIRECTORY) != 0 ? 0 : dep->de_size;
}

/* A directory is as long as its chain, but not longer than one may be. */
static int
node_dirsize(struct denode *dep, uint32_t first)
{
	uint32_t n;
	int error = msdosfs_chain_length(dep->de_pmp, first, &n);

	n = MIN(n, DIR_MAXSIZE >> dep->de_pmp->pm_cnshift);
	dep->de_size = n << dep->de_pmp->pm_cnshift;
	return error;
}

static int
node_loadroot(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;

	dep->de_attr = ATTR_DIRECTORY;
	dep->de_fileid = 1;
	if (FAT32(pmp))
		return node_dirsize(dep, pmp->pm_rootclust);
	dep->de_size = pmp->pm_rootbytes;
	return 0;
}

/* Is this what the key promises? */
static int
node_check(struct denode *dep, const struct dosent *e, bool isdir)
{
	const struct msdosfsmount *pmp = dep->de_pmp;

	if (!isdir && (e->e_name[0] == SLOT_EMPTY ||
	    e->e_name[0] == SLOT_DELETED))
		return ESTALE;
	if ((e->e_attr & ATTR_VOLUME) != 0 ||
	    ((e->e_attr & ATTR_DIRECTORY) != 0) != isdir ||
	    (isdir && e->e_name[0] != '.'))
		return EIO;
	if (!isdir && e->e_clust != 0 && !msdosfs_isclust(pmp, e->e_clust))
		return EIO;
	return 0;
}

static int
node_load(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct denode_key *k = &dep->de_key;
	bool isdir = k->dk_diroffset == 0 && k->dk_dirclust != MSDOSFSROOT;
	struct dosent e;
	struct buf *bp;
	uint8_t *p;
	int error;

	if (k->dk_diroffset == UINT32_MAX)
		return node_loadroot(dep);
	error = node_slotaddr(pmp, k, &dep->de_entry);
	if (error == 0)
		error = node_entblock(pmp, dep->de_entry, &bp, &p);
	if (error != 0)
		return error;
	msdosfs_ent_decode(pmp, p, &e);
	brelse(bp, 0);
	error = node_check(dep, &e, isdir);
	if (error != 0)
		return error;
	node_fill(dep, &e);
	dep->de_fileid = dep->de_entry;
	if (!isdir)
		return 0;
	dep->de_startcluster = k->dk_dirclust;
	return node_dirsize(dep, k->dk_dirclust);
}

int
msdosfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct denode *dep = kmem_zalloc(sizeof(*dep), KM_SLEEP);
	int error;

	KASSERT(keylen == sizeof(dep->de_key));
	memcpy(&dep->de_key, key, keylen);
	dep->de_keystore[0] = dep->de_key;
	dep->de_pmp = VFSTOMSDOSFS(mp);
	dep->de_vnode = vp;
	mutex_init(&dep->de_fclock, MUTEX_DEFAULT, 0);
	error = node_load(dep);
	if (error != 0) {
		msdosfs_fc_purge(dep);
		mutex_destroy(&dep->de_fclock);
		kmem_free(dep, sizeof(*dep));
		return error;
	}
	vp->v_tag = VT_MSDOSFS;
	vp->v_op = msdosfs_vnodeop_p;
	vp->v_data = dep;
	vp->v_type = (dep->de_attr & ATTR_DIRECTORY) != 0 ? VDIR : VREG;
	if (dep->de_key.dk_dirclust == MSDOSFSROOT && vp->v_type == VDIR)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, dep->de_size);
	*newkey = &dep->de_keystore[0];
	return 0;
}

static int
node_get(struct msdosfsmount *pmp, uint32_t clust, uint32_t off,
    struct vnode **vpp)
{
	struct denode_key k = { .dk_dirclust = clust, .dk_diroffset = off };
	int error = vcache_get(pmp->pm_mountp, &k, sizeof(k), vpp);

	return error == EINVAL || error == ESTALE ? EIO : error;
}

int
msdosfs_getdir(struct msdosfsmount *pmp, uint32_t clust, struct vnode **vpp)
{
	if (clust == MSDOSFSROOT || clust == pmp->pm_rootclust)
		return node_get(pmp, MSDOSFSROOT, UINT32_MAX, vpp);
	if (!msdosfs_isclust(pmp, clust))
		return EIO;
	return node_get(pmp, clust, 0, vpp);
}

/*
 * The file whose short entry is a slot of dp.
 */
int
msdosfs_getfile(struct denode *dp, uint32_t slot, struct vnode **vpp)
{
	return node_get(dp->de_pmp, dp->de_key.dk_dirclust, slot, vpp);
}

int
msdosfs_deget(struct denode *dp, const struct dosdir *dd, struct vnode **vpp)
{
	KASSERT(dd->dd_bp == NULL);
	if ((dd->dd_ent.e_attr & ATTR_DIRECTORY) == 0)
		return msdosfs_getfile(dp, dd->dd_slot, vpp);
	/* Nothing below leads to the root but "..". */
	if (dd->dd_ent.e_clust == MSDOSFSROOT)
		return EIO;
	return msdosfs_getdir(dp->de_pmp, dd->dd_ent.e_clust, vpp);
}

static void
node_setkey(struct denode *dep, const struct denode_key *k)
{
	struct mount *mp = dep->de_pmp->pm_mountp;
	struct denode_key *old = &dep->de_keystore[dep->de_keyslot];
	struct denode_key *new = &dep->de_keystore[1 - dep->de_keyslot];

	*new = *k;
	if (vcache_rekey_enter(mp, dep->de_vnode, old, sizeof(*old), new,
	    sizeof(*new)) != 0)
		vcache_remove(mp, new, sizeof(*new));
	vcache_rekey_exit(mp, dep->de_vnode, old, sizeof(*old), new,
	    sizeof(*new));
	dep->de_keyslot = 1 - dep->de_keyslot;
	dep->de_key = *k;
}

/*
 * The file has a new name: the entry e in slot of dp.
 */
void
msdosfs_rename_node(struct denode *dep, const struct denode *dp,
    const struct dosent *e, uint32_t slot, uint64_t addr)
{
	struct denode_key k = { .dk_dirclust = dp->de_key.dk_dirclust,
	    .dk_diroffset = slot };

	if (dep->de_vnode->v_type == VDIR)
		return;		/* known by its own cluster */
	memcpy(dep->de_name, e->e_name, DE_NAMELEN);
	dep->de_case = e->e_case;
	dep->de_entry = dep->de_fileid = addr;
	node_setkey(dep, &k);
}

/*
 * The file has no name any more.
 */
void
msdosfs_unlinked(struct denode *dep)
{
	static volatile uint64_t generation;
	struct denode_key k = dep->de_key;

	k.dk_gen = atomic_inc_64_nv(&generation);
	node_setkey(dep, &k);
	dep->de_removed = true;
	dep->de_modified = false;
	dep->de_entry = 0;
}

void
msdosfs_touch(struct denode *dep)
{
	struct dostime now;

	if (dep->de_vnode->v_type == VDIR)
		return;
	msdosfs_now(dep->de_pmp, &now);
	dep->de_mtime = now;
	dep->de_mtime.dt_hundredth = 0;
	dep->de_attr |= ATTR_ARCHIVE;
	dep->de_modified = true;
}

/*
 * Write the entry.
 */
int
msdosfs_deupdat(struct denode *dep, bool wait)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct dosent e;
	struct buf *bp;
	uint8_t *p;
	int error;

	if (!dep->de_modified || dep->de_entry == 0)
		return 0;
	if ((pmp->pm_openflags & FWRITE) == 0)
		return 0;
	error = node_entblock(pmp, dep->de_entry, &bp, &p);
	if (error != 0)
		return error;
	msdosfs_node2ent(dep, &e);
	msdosfs_ent_encode(pmp, &e, p);
	dep->de_modified = false;
	if (wait)
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

int
msdosfs_inactive(void *v)
{
	struct vop_inactive_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);

	if (dep->de_removed && dep->de_startcluster != 0) {
		if (ap->a_vp->v_type == VDIR) {
			msdosfs_clust_forget(dep->de_pmp,
			    dep->de_startcluster);
			(void)msdosfs_shorten(dep, 0);
		} else
			(void)msdosfs_truncate(dep, 0);
	}
	(void)msdosfs_deupdat(dep, false);
	*ap->a_recycle = dep->de_removed;
	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
msdosfs_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct denode *dep = VTODE(ap->a_vp);

	ap->a_vp->v_data = NULL;
	msdosfs_fc_purge(dep);
	mutex_destroy(&dep->de_fclock);
	kmem_free(dep, sizeof(*dep));
	return 0;
}
