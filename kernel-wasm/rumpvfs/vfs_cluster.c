/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_cluster.c - reading files whose data are logical blocks: the body of
 * VOP_READ, with read-ahead when a file is read in sequence.
 *
 * Interface
 *	vn_bioread() copies [uio_offset, br_size) through bread().  Blocks
 *	are br_bshift wide; br_blksize says how long a short last one is.
 *
 * Read-ahead
 *	A read that begins where the last one ended doubles the window, any
 *	other clears it.  Blocks of the window are started before the block
 *	needed is waited for, so that the host sees them together.
 *
 * Locking	the vnode is locked, shared will do.
 * Sleeps	yes.
 * Errors	of the device and of uiomove().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "vfs_bio_private.h"

#define	RA_FIRST	2		/* blocks after the first sequential hit */
#define	RA_BYTES	(512 * 1024)	/* never more than this ahead */

static int
br_blksize(const struct bioread *br, daddr_t lbn)
{
	if (br->br_blksize == NULL)
		return 1 << br->br_bshift;
	return (*br->br_blksize)(br->br_arg, lbn);
}

/*
 * Keep the window ahead of block lbn filled.
 */
static void
br_ahead(const struct bioread *br, daddr_t lbn)
{
	struct vn_readahead *ra = br->br_ra;
	daddr_t last, n;
	int max = RA_BYTES >> br->br_bshift;

	if (ra == NULL)
		return;
	if (lbn + 1 == ra->ra_expect)
		return;			/* same block again */
	if (lbn != ra->ra_expect) {
		ra->ra_window = 0;
		ra->ra_expect = ra->ra_done = lbn + 1;
		return;
	}
	ra->ra_window = ra->ra_window == 0 ? RA_FIRST : ra->ra_window * 2;
	if (ra->ra_window > max)
		ra->ra_window = max;
	ra->ra_expect = lbn + 1;
	n = ra->ra_done > lbn ? ra->ra_done : lbn + 1;
	/* Top up only when half of it is used: fewer, larger batches. */
	if (n - lbn > ra->ra_window / 2)
		return;
	last = (br->br_size - 1) >> br->br_bshift;
	if (last > lbn + ra->ra_window)
		last = lbn + ra->ra_window;
	for (; n <= last; n++)
		bio_readahead(br->br_vp, n, br_blksize(br, n));
	ra->ra_done = n;
}

int
vn_bioread(const struct bioread *br, struct uio *uio)
{
	const off_t mask = ((off_t)1 << br->br_bshift) - 1;
	buf_t *bp;
	int error = 0;

	if (uio->uio_offset < 0)
		return EINVAL;
	while (uio->uio_resid > 0 && uio->uio_offset < br->br_size) {
		daddr_t lbn = uio->uio_offset >> br->br_bshift;
		int off = (int)(uio->uio_offset & mask);
		int size = br_blksize(br, lbn);
		off_t left = br->br_size - uio->uio_offset;
		size_t n = (size_t)(size - off);

		if (size <= off)
			return EIO;
		if ((off_t)n > left)
			n = (size_t)left;
		if (n > uio->uio_resid)
			n = uio->uio_resid;
		if (off == 0 || br->br_ra == NULL ||
		    lbn + 1 != br->br_ra->ra_expect)
			br_ahead(br, lbn);
		error = bread(br->br_vp, lbn, size, 0, &bp);
		if (error != 0)
			break;
		if (bp->b_resid != 0 && bp->b_bcount - bp->b_resid < off +
		    (int)n) {
			brelse(bp, BC_INVAL);
			return EIO;
		}
		error = uiomove((char *)bp->b_data + off, n, uio);
		brelse(bp, 0);
		if (error != 0)
			break;
	}
	return error;
}
