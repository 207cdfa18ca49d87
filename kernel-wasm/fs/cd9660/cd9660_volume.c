/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_volume.c - find out what kind of volume this is.
 *
 * Interface
 *	cd9660_readvolume() fills the rest of an iso_mnt whose device is open:
 *	block size, root directory, Rock Ridge or Joliet.
 *
 * Sleeps	reads the device.
 * Errors	EINVAL no primary volume descriptor, a block size that is not a
 *		power of two in 512..65536, a root that is no directory.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/vnode.h>

#include "cd9660.h"

/*
 * Bytes of the device, through its buffers of one sector.
 */
int
cd9660_readbytes(void *arg, uint64_t off, void *buf, size_t len)
{
	struct iso_mnt *imp = arg;
	char *p = buf;
	struct buf *bp;
	int error;

	if (off > imp->im_devsize || len > imp->im_devsize - off)
		return EIO;
	while (len > 0) {
		uint64_t sec = off >> ISO_SECSHIFT;
		size_t at = (size_t)(off & (ISO_SECSIZE - 1));
		size_t n = ISO_SECSIZE - at;

		if (n > len)
			n = len;
		error = bread(imp->im_devvp, (daddr_t)(sec <<
		    (ISO_SECSHIFT - DEV_BSHIFT)), ISO_SECSIZE, 0, &bp);
		if (error != 0)
			return error;
		memcpy(p, (char *)bp->b_data + at, n);
		brelse(bp, 0);
		p += n;
		off += n;
		len -= n;
	}
	return 0;
}

/*
 * Copy the first primary descriptor and the first one of Joliet, and tell
 * which were there.
 */
static int
cd9660_findvds(struct iso_mnt *imp, uint8_t *primary, uint8_t *joliet,
    bool *havejolietp)
{
	bool haveprimary = false;
	uint8_t *vd;
	unsigned int sec;
	int error = 0;

	*havejolietp = false;
	vd = kmem_alloc(ISO_SECSIZE, KM_SLEEP);
	for (sec = ISO_FIRSTVD; sec <= ISO_LASTVD; sec++) {
		error = cd9660_readbytes(imp, ((uint64_t)imp->im_session +
		    sec) << ISO_SECSHIFT, vd, ISO_SECSIZE);
		if (error != 0)
			break;
		if (memcmp(vd + VD_ID, VD_IDTEXT, 5) != 0) {
			error = EINVAL;
			break;
		}
		if (vd[VD_TYPE] == VDT_END)
			break;
		if (vd[VD_TYPE] == VDT_PRIMARY && !haveprimary) {
			memcpy(primary, vd, ISO_SECSIZE);
			haveprimary = true;
		} else if (vd[VD_TYPE] == VDT_SUPPL && !*havejolietp &&
		    iso_joliet_level(vd) != 0) {
			memcpy(joliet, vd, ISO_SECSIZE);
			*havejolietp = true;
		}
	}
	kmem_free(vd, ISO_SECSIZE);
	/* A set without terminator is accepted when it has what we need. */
	if (haveprimary)
		return 0;
	return error == EIO || error == 0 ? EINVAL : error;
}

/*
 * The root of a descriptor: its number is the address of its "." record.
 */
static int
cd9660_setroot(struct iso_mnt *imp, const uint8_t *vd)
{
	struct iso_record r;
	int error;

	error = iso_record_parse(vd + VD_ROOT, DR_MIN, &r);
	if (error != 0)
		return error;
	if ((r.r_flags & DRF_DIR) == 0)
		return EINVAL;
	imp->im_rootino = cd9660_dirino(imp, r.r_extent, r.r_xalen);
	return 0;
}

/*
 * Does the root's "." record promise Rock Ridge?
 */
static int
cd9660_proberrip(struct iso_mnt *imp)
{
	struct iso_record r;
	struct iso_rr rr;
	uint8_t rec[256];
	size_t len = sizeof(rec);
	int error;

	memset(&rr, 0, sizeof(rr));
	if (imp->im_rootino >= imp->im_devsize)
		return EINVAL;
	if (len > imp->im_devsize - imp->im_rootino)
		len = (size_t)(imp->im_devsize - imp->im_rootino);
	error = cd9660_readbytes(imp, imp->im_rootino, rec, len);
	if (error == 0)
		error = iso_record_parse(rec, len, &r);
	if (error == 0)
		error = iso_rr_parse(&imp->im_susp, &r, &rr);
	if (error != 0)
		return error;
	if ((rr.rr_have & RRH_SP) != 0 && (rr.rr_have & RRH_ER) != 0) {
		imp->im_rrip = true;
		imp->im_susp.s_skip = rr.rr_skip;
	}
	return 0;
}

static int
cd9660_blocksize(struct iso_mnt *imp, const uint8_t *vd)
{
	unsigned int bsize = le16dec(vd + VD_BLKSIZE);

	/* 65536 does not fit the field; 0 is nothing. */
	if (bsize < DEV_BSIZE || !powerof2(bsize))
		return EINVAL;
	imp->im_bsize = bsize;
	imp->im_bshift = 0;
	while (1U << imp->im_bshift < bsize)
		imp->im_bshift++;
	imp->im_susp.s_blkshift = imp->im_bshift;
	return 0;
}

/*
 * Rock Ridge before Joliet before plain, unless the flags say otherwise.
 */
static int
cd9660_choose(struct iso_mnt *imp, const uint8_t *primary,
    const uint8_t *joliet)
{
	struct iso_nameconf *nc = &imp->im_names;
	int error;

	error = cd9660_blocksize(imp, primary);
	if (error == 0)
		error = cd9660_setroot(imp, primary);
	/* What is said is the length of the session. */
	imp->im_space = le32dec(primary + VD_SPACE) + (uint32_t)
	    (((uint64_t)imp->im_session << ISO_SECSHIFT) >> imp->im_bshift);
	if (error == 0 && (imp->im_flags & ISOFSMNT_NORRIP) == 0)
		error = cd9660_proberrip(imp);
	if (error == 0 && !imp->im_rrip && joliet != NULL &&
	    (imp->im_flags & ISOFSMNT_NOJOLIET) == 0) {
		imp->im_joliet = iso_joliet_level(joliet);
		error = cd9660_blocksize(imp, joliet);
		if (error == 0)
			error = cd9660_setroot(imp, joliet);
	}
	nc->nc_gens = (imp->im_flags & ISOFSMNT_GENS) != 0;
	nc->nc_keepcase = (imp->im_flags & ISOFSMNT_NOCASETRANS) != 0;
	nc->nc_caseins = (imp->im_flags & ISOFSMNT_RRCASEINS) != 0;
	if (imp->im_rrip)
		nc->nc_mode = ISO_NAMES_RRIP;
	else if (imp->im_joliet != 0)
		nc->nc_mode = ISO_NAMES_JOLIET;
	else
		nc->nc_mode = nc->nc_gens ? ISO_NAMES_RAW : ISO_NAMES_PLAIN;
	return error;
}

int
cd9660_readvolume(struct iso_mnt *imp)
{
	uint8_t *primary = kmem_alloc(ISO_SECSIZE, KM_SLEEP);
	uint8_t *joliet = kmem_alloc(ISO_SECSIZE, KM_SLEEP);
	bool havejoliet;
	int error;

	imp->im_susp.s_read = cd9660_readbytes;
	imp->im_susp.s_arg = imp;
	imp->im_susp.s_skip = 0;
	error = cd9660_lastsession(imp);
	if (error == 0)
		error = cd9660_findvds(imp, primary, joliet, &havejoliet);
	if (error == 0)
		error = cd9660_choose(imp, primary,
		    havejoliet ? joliet : NULL);
	kmem_free(joliet, ISO_SECSIZE);
	kmem_free(primary, ISO_SECSIZE);
	return error;
}
