/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_chain.c - the clusters of a file: mapping, growing, shortening.
 *
 * A walk takes at most as many steps as there are clusters, so that a ring
 * ends.  Runs of clusters that follow each other on the disk are remembered:
 * a walk begins in the one nearest before the block, and most files are few.
 * Of a long chain points at equal distances are remembered too, so that a
 * step back in a file in many pieces is no walk from its beginning.
 *
 * Locking	the file's vnode is locked, shared for msdosfs_pcbmap().
 * Sleeps	yes.
 * Errors	E2BIG a block behind the end of the chain; EIO a damaged chain;
 *		ENOSPC; EFBIG.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "msdosfs.h"

#define	FC_POINTBYTES	(FC_POINTS * sizeof(uint32_t))

static uint32_t
chain_first(const struct denode *dep)
{
	if (msdosfs_isroot(dep))
		return dep->de_pmp->pm_rootclust;
	return dep->de_startcluster;
}

void
msdosfs_fc_purge(struct denode *dep)
{
	mutex_enter(&dep->de_fclock);
	memset(dep->de_fcrun, 0, sizeof(dep->de_fcrun));
	if (dep->de_fcpoint != NULL)
		kmem_free(dep->de_fcpoint, FC_POINTBYTES);
	dep->de_fcpoint = NULL;
	mutex_exit(&dep->de_fclock);
}

/*
 * From now on points are kept; without memory they are not.
 */
static void
fc_longwalk(struct denode *dep)
{
	uint32_t *points;

	if (dep->de_fcpoint != NULL)
		return;
	points = kmem_zalloc(FC_POINTBYTES, KM_NOSLEEP);
	mutex_enter(&dep->de_fclock);
	if (dep->de_fcpoint == NULL) {
		dep->de_fcpoint = points;
		dep->de_fcshift = FC_POINTSHIFT;
		points = NULL;
	}
	mutex_exit(&dep->de_fclock);
	if (points != NULL)
		kmem_free(points, FC_POINTBYTES);
}

/*
 * A walk has come to a block.
 */
static void
fc_passed(struct denode *dep, uint32_t lbn, uint32_t cn)
{
	uint32_t *point, i;

	if ((lbn & ((1u << FC_POINTSHIFT) - 1)) != 0)
		return;
	mutex_enter(&dep->de_fclock);
	point = dep->de_fcpoint;
	/* Twice as far apart, every other one is still right. */
	while (point != NULL && lbn >> dep->de_fcshift >= FC_POINTS) {
		for (i = 0; i < FC_POINTS; i++)
			point[i] = i < FC_POINTS / 2 ? point[2 * i] : 0;
		dep->de_fcshift++;
	}
	if (point != NULL && (lbn & ((1u << dep->de_fcshift) - 1)) == 0)
		point[lbn >> dep->de_fcshift] = cn;
	mutex_exit(&dep->de_fclock);
}

/* The last known point at or before lbn, if it is behind what is known. */
static bool
fc_nearpoint(const struct denode *dep, uint32_t lbn, struct fcrun *at,
    bool found)
{
	uint32_t i = MIN(lbn >> dep->de_fcshift, FC_POINTS - 1);

	if (dep->de_fcpoint == NULL)
		return found;
	while (i > 0 && dep->de_fcpoint[i] == 0)
		i--;
	if (i == 0 || (found && i << dep->de_fcshift <= at->fr_lbn))
		return found;
	at->fr_lbn = i << dep->de_fcshift;
	at->fr_cn = dep->de_fcpoint[i];
	return true;
}

/*
 * Remember a run: behind the one that it goes on from, or in the place of
 * the one that came first.
 */
static void
fc_enter(struct denode *dep, const struct fcrun *new)
{
	struct fcrun *r, *end = dep->de_fcrun + FC_RUNS;

	mutex_enter(&dep->de_fclock);
	for (r = dep->de_fcrun; r < end; r++)
		if (r->fr_len != 0 && r->fr_lbn <= new->fr_lbn &&
		    new->fr_lbn - r->fr_lbn <= r->fr_len &&
		    r->fr_cn + (new->fr_lbn - r->fr_lbn) == new->fr_cn)
			break;
	if (r < end) {
		r->fr_len = MAX(r->fr_len,
		    new->fr_lbn - r->fr_lbn + new->fr_len);
	} else {
		dep->de_fcrun[dep->de_fcnext] = *new;
		dep->de_fcnext = (dep->de_fcnext + 1) % FC_RUNS;
	}
	mutex_exit(&dep->de_fclock);
}

/*
 * The known block nearest at or before lbn, as a run of one; false: none.
 */
static bool
fc_nearest(struct denode *dep, uint32_t lbn, struct fcrun *at)
{
	const struct fcrun *r;
	uint32_t near;
	bool found = false;

	mutex_enter(&dep->de_fclock);
	for (r = dep->de_fcrun; r < dep->de_fcrun + FC_RUNS; r++) {
		if (r->fr_len == 0 || r->fr_lbn > lbn)
			continue;
		near = MIN(lbn, r->fr_lbn + r->fr_len - 1);
		if (found && near <= at->fr_lbn)
			continue;
		found = true;
		at->fr_lbn = near;
		at->fr_cn = r->fr_cn + (near - r->fr_lbn);
	}
	found = fc_nearpoint(dep, lbn, at, found);
	mutex_exit(&dep->de_fclock);
	at->fr_len = 1;
	return found;
}

/*
 * The cluster of a block.
 */
int
msdosfs_pcbmap(struct denode *dep, uint32_t lbn, uint32_t *cnp)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct fcrun run = { .fr_lbn = 0, .fr_cn = chain_first(dep),
	    .fr_len = 1 };
	uint32_t at, cn;
	int error;

	if (run.fr_cn == 0 || lbn > pmp->pm_maxcluster)
		return E2BIG;
	if (!msdosfs_isclust(pmp, run.fr_cn))
		return EIO;
	if (fc_nearest(dep, lbn, &run) && run.fr_lbn == lbn) {
		*cnp = run.fr_cn;
		return 0;
	}
	if (lbn - run.fr_lbn > FC_LONG)
		fc_longwalk(dep);
	cn = run.fr_cn;
	for (at = run.fr_lbn; at < lbn; at++) {
		error = msdosfs_fat_get(pmp, cn, &cn);
		if (error != 0)
			return error;
		if (cn == CLUST_EOFE)
			return E2BIG;
		fc_passed(dep, at + 1, cn);
		if (cn == run.fr_cn + run.fr_len) {
			run.fr_len++;
			continue;
		}
		if (run.fr_len >= FC_WORTH)
			fc_enter(dep, &run);
		run = (struct fcrun){ at + 1, cn, 1 };
	}
	fc_enter(dep, &run);
	*cnp = cn;
	return 0;
}

/*
 * How many clusters a chain has.
 */
int
msdosfs_chain_length(struct msdosfsmount *pmp, uint32_t cn, uint32_t *countp)
{
	uint32_t n = 0;
	int error;

	for (; cn != CLUST_EOFE; n++) {
		if (n > pmp->pm_maxcluster)
			return EIO;
		error = msdosfs_fat_get(pmp, cn, &cn);
		if (error != 0)
			return error;
	}
	*countp = n;
	return 0;
}

static uint32_t
chain_clusters(const struct denode *dep)
{
	const struct msdosfsmount *pmp = dep->de_pmp;

	return (uint32_t)(((uint64_t)dep->de_size + pmp->pm_bpcluster - 1) >>
	    pmp->pm_cnshift);
}

/*
 * Give the file room for this many clusters; de_size stays.  The contents
 * of new clusters are unknown.
 */
int
msdosfs_extend(struct denode *dep, uint32_t clusters)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t have = chain_clusters(dep), last = 0, cn;
	int error = 0;

	if (clusters <= have)
		return 0;
	if (clusters - have > pmp->pm_freecount)
		return ENOSPC;
	if (have > 0)
		error = msdosfs_pcbmap(dep, have - 1, &last);
	if (error == E2BIG)
		return EIO;		/* shorter than the size says */
	if (error == 0 && have > 0)
		error = msdosfs_chain_cut(pmp, last);	/* or longer */
	for (; error == 0 && have < clusters; have++) {
		error = msdosfs_clust_alloc(pmp, last, &cn);
		if (error != 0)
			break;
		if (last == 0 && dep->de_vnode->v_type != VDIR) {
			dep->de_startcluster = cn;
			dep->de_modified = true;
		}
		last = cn;
		fc_enter(dep, &(struct fcrun){ have, cn, 1 });
	}
	if (error != 0)
		(void)msdosfs_shorten(dep, chain_clusters(dep));
	return error;
}

/*
 * Keep this many clusters and free the rest.
 */
int
msdosfs_shorten(struct denode *dep, uint32_t clusters)
{
	uint32_t cn = dep->de_startcluster;
	int error;

	msdosfs_fc_purge(dep);
	if (clusters == 0) {
		dep->de_startcluster = 0;
		dep->de_modified = true;
		return cn == 0 ? 0 : msdosfs_chain_free(dep->de_pmp, cn);
	}
	error = msdosfs_pcbmap(dep, clusters - 1, &cn);
	if (error != 0)
		return error == E2BIG ? EIO : error;
	return msdosfs_chain_cut(dep->de_pmp, cn);
}
