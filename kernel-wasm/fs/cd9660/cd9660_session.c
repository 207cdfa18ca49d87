/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_session.c - the last session of a disc that was written in several.
 *
 * A session brings its own volume descriptors, 16 sectors behind its start,
 * and a directory tree that leads into the earlier sessions too.  So the last
 * one is the disc.  A drive would tell where it starts; an image does not:
 * it is looked for behind the end of the session before it.
 *
 *	on a CD		the gap is 11400 sectors after the first session, 6900
 *			after others, and two more if the track has run-out
 *	else		sessions start at multiples of 16 sectors
 *
 * A volume that was simply put behind another is none of its sessions: its
 * root lies before what would be its start.
 *
 * Sleeps	reads the device.
 * Errors	none: what cannot be read is no session.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "cd9660.h"

#define	SESSION_MAX	99		/* of a disc */
#define	SESSION_ALIGN	16u		/* sectors */
#define	SESSION_WINDOW	512u		/* sectors looked at behind the end */
#define	SESSION_MIN	32u		/* sectors that one has at least */

/*
 * Is there a primary descriptor of a session that starts at this sector?
 * *endp: the sector behind the session.
 */
static bool
session_at(struct iso_mnt *imp, uint32_t start, uint8_t *vd, uint32_t *endp)
{
	struct iso_record r;
	uint64_t blocks;
	unsigned int bsize;

	if (cd9660_readbytes(imp, ((uint64_t)start + ISO_FIRSTVD) <<
	    ISO_SECSHIFT, vd, ISO_SECSIZE) != 0 ||
	    vd[VD_TYPE] != VDT_PRIMARY ||
	    memcmp(vd + VD_ID, VD_IDTEXT, 5) != 0)
		return false;
	bsize = le16dec(vd + VD_BLKSIZE);
	if (bsize < DEV_BSIZE || !powerof2(bsize) ||
	    iso_record_parse(vd + VD_ROOT, DR_MIN, &r) != 0 ||
	    (uint64_t)r.r_extent * bsize < (uint64_t)start << ISO_SECSHIFT ||
	    (uint64_t)r.r_extent * bsize >= imp->im_devsize)
		return false;
	blocks = (uint64_t)le32dec(vd + VD_SPACE) * bsize >> ISO_SECSHIFT;
	*endp = (uint32_t)MIN(start + MAX(blocks, SESSION_MIN), UINT32_MAX);
	return true;
}

/*
 * The first session that starts behind `end`; false: there is none.
 */
static bool
session_behind(struct iso_mnt *imp, uint32_t end, uint8_t *vd,
    uint32_t *startp, uint32_t *endp)
{
	static const uint32_t gaps[] = { 11400, 11402, 6900, 6902 };
	uint64_t sectors = imp->im_devsize >> ISO_SECSHIFT, sec;
	uint64_t last = MIN(sectors, (uint64_t)end + SESSION_WINDOW);
	unsigned int i;

	for (i = 0; i < __arraycount(gaps); i++) {
		*startp = end + gaps[i];
		if ((uint64_t)end + gaps[i] + SESSION_MIN <= sectors &&
		    session_at(imp, *startp, vd, endp))
			return true;
	}
	for (sec = roundup2((uint64_t)end, SESSION_ALIGN);
	    sec + SESSION_MIN <= last; sec += SESSION_ALIGN) {
		*startp = (uint32_t)sec;
		if (session_at(imp, *startp, vd, endp))
			return true;
	}
	return false;
}

/*
 * Set im_session.
 */
int
cd9660_lastsession(struct iso_mnt *imp)
{
	uint8_t *vd = kmem_alloc(ISO_SECSIZE, KM_SLEEP);
	uint32_t start = 0, end;
	int n;

	imp->im_session = 0;
	if (session_at(imp, 0, vd, &end)) {
		for (n = 1; n < SESSION_MAX && session_behind(imp, end, vd,
		    &start, &end); n++)
			imp->im_session = start;
	}
	kmem_free(vd, ISO_SECSIZE);
	return 0;
}
