/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_physio.c - raw transfers, and helpers of block drivers.
 *
 * Interface
 *	physio() runs a uio through a driver's strategy routine in pieces of
 *	at most minphys() bytes.  The client's memory may belong to another
 *	machine's process, so each piece goes through a buffer of ours.
 *
 * Sleeps	physio(), getdisksize().
 * Errors	EINVAL offset not on a DEV_BSIZE boundary, beyond the end;
 *		the driver's.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/uio.h>
#include <sys/vnode.h>

void
minphys(buf_t *bp)
{
	if (bp->b_bcount > MAXPHYS)
		bp->b_bcount = MAXPHYS;
}

/*
 * One piece; *donep: bytes moved.
 */
static int
physio_piece(void (*strategy)(buf_t *), buf_t *bp, struct uio *uio,
    size_t *donep)
{
	size_t len = (size_t)bp->b_bcount;
	bool reading = BUF_ISREAD(bp);
	int error = 0;

	*donep = 0;
	bp->b_blkno = bp->b_rawblkno = uio->uio_offset >> DEV_BSHIFT;
	if (!reading)
		error = uiomove(bp->b_data, len, uio);
	if (error != 0)
		return error;
	(*strategy)(bp);
	error = biowait(bp);
	if (error != 0)
		return error;
	*donep = len - (size_t)bp->b_resid;
	if (reading)
		return uiomove(bp->b_data, *donep, uio);
	/* What was not written is not consumed. */
	uio->uio_resid += len - *donep;
	uio->uio_offset -= (off_t)(len - *donep);
	return 0;
}

int
physio(void (*strategy)(buf_t *), buf_t *obp, dev_t dev, int rw,
    void (*min_phys)(buf_t *), struct uio *uio)
{
	size_t bufsize, done;
	void *data;
	buf_t *bp;
	int error = 0;

	KASSERT(obp == NULL);
	if (uio->uio_offset < 0 || (uio->uio_offset & (DEV_BSIZE - 1)) != 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	bufsize = uio->uio_resid > MAXPHYS ? MAXPHYS : uio->uio_resid;
	data = kmem_alloc(bufsize, KM_SLEEP);
	while (uio->uio_resid > 0) {
		bp = getiobuf(NULL, true);
		bp->b_dev = dev;
		bp->b_data = data;
		bp->b_flags = B_PHYS | B_RAW | (u_int)rw;
		bp->b_bcount = (int)(uio->uio_resid > bufsize ? bufsize :
		    uio->uio_resid);
		(*min_phys)(bp);
		bp->b_bufsize = bp->b_resid = bp->b_bcount;
		error = physio_piece(strategy, bp, uio, &done);
		if (error == 0 && bp->b_resid != 0) {
			putiobuf(bp);
			break;
		}
		putiobuf(bp);
		if (error != 0)
			break;
	}
	kmem_free(data, bufsize);
	return error;
}

/*
 * Trim a request to a device of so many sectors.  1: go on; 0: it is at the
 * end or wrong, b_resid and b_error say which, call biodone().
 */
int
bounds_check_with_mediasize(buf_t *bp, int secsize, uint64_t mediasize)
{
	uint64_t total = mediasize * (uint64_t)secsize >> DEV_BSHIFT;
	uint64_t want = (uint64_t)bp->b_bcount >> DEV_BSHIFT;

	bp->b_error = 0;
	if (bp->b_blkno < 0 || (uint64_t)bp->b_blkno > total ||
	    (bp->b_bcount & (secsize - 1)) != 0) {
		bp->b_error = EINVAL;
		bp->b_resid = bp->b_bcount;
		return 0;
	}
	if (want > total - (uint64_t)bp->b_blkno) {
		want = total - (uint64_t)bp->b_blkno;
		if (want == 0) {
			bp->b_resid = bp->b_bcount;
			return 0;
		}
		bp->b_bcount = (int)(want << DEV_BSHIFT);
	}
	return 1;
}

/*
 * The checksum that makes the words of a label xor to zero.
 */
uint16_t
dkcksum(const struct disklabel *lp)
{
	size_t n = offsetof(struct disklabel, d_partitions) +
	    lp->d_npartitions * sizeof(lp->d_partitions[0]);
	const uint8_t *p = (const uint8_t *)lp;
	uint16_t sum = 0;
	size_t i;

	if (n > sizeof(*lp))
		return 0;
	for (i = 0; i + 1 < n; i += 2) {
		if (i != offsetof(struct disklabel, d_checksum))
			sum ^= le16dec(p + i);
	}
	return sum;
}

/*
 * Sectors and bytes per sector of an open disk.
 */
int
getdisksize(struct vnode *vp, uint64_t *numsecp, unsigned int *secsizep)
{
	u_int secsize;
	off_t size;
	int error;

	error = VOP_IOCTL(vp, DIOCGSECTORSIZE, &secsize, FREAD, NOCRED);
	if (error == ENOTTY || error == ENODEV) {
		secsize = DEV_BSIZE;
		error = 0;
	}
	if (error == 0)
		error = VOP_IOCTL(vp, DIOCGMEDIASIZE, &size, FREAD, NOCRED);
	if (error != 0)
		return error;
	if (secsize < DEV_BSIZE || !powerof2(secsize) || size < 0)
		return EINVAL;
	*secsizep = secsize;
	*numsecp = (uint64_t)size / secsize;
	return 0;
}
