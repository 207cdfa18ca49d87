/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_bpb.c - what the boot sector says, checked.
 *
 * Interface	msdosfs_bpb_decode() fills the geometry of a mount; pm_devsize
 *		and pm_flags are set before.  Afterwards every cluster up to
 *		pm_maxcluster has an entry in the FAT and lies on the device.
 * Errors	EINVAL not a FAT file system, or one that contradicts itself.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "msdosfs.h"

#define	SECSIZE_MAX	4096u
#define	CLUSTER_MAX	65536u

static bool
bpb_ispow2(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* Sizes and counts that everything else is computed from. */
static int
bpb_basics(struct msdosfsmount *pmp, const uint8_t *b)
{
	uint32_t bps = le16dec(b + BPB_BYTESPERSEC), spc = b[BPB_SECPERCLUST];

	if ((pmp->pm_flags & MSDOSFSMNT_GEMDOSFS) == 0 &&
	    (b[BPB_SIGNATURE] != 0x55 || b[BPB_SIGNATURE + 1] != 0xaa))
		return EINVAL;
	if (!bpb_ispow2(bps) || bps < DEV_BSIZE || bps > SECSIZE_MAX ||
	    !bpb_ispow2(spc) || bps * spc > CLUSTER_MAX)
		return EINVAL;
	if (le16dec(b + BPB_RESSECTORS) == 0 || b[BPB_FATS] == 0)
		return EINVAL;
	pmp->pm_bytespersec = bps;
	pmp->pm_bpcluster = bps * spc;
	pmp->pm_cnshift = ffs32(bps * spc) - 1;
	pmp->pm_fats = b[BPB_FATS];
	pmp->pm_rootents = le16dec(b + BPB_ROOTDIRENTS);
	pmp->pm_fatoff = (uint64_t)le16dec(b + BPB_RESSECTORS) * bps;
	return 0;
}

static int
bpb_fat32(struct msdosfsmount *pmp, const uint8_t *b)
{
	uint16_t ext = le16dec(b + BPB_EXTFLAGS);
	uint16_t info = le16dec(b + BPB_FSINFO);

	if (le16dec(b + BPB_SECTORS) != 0 || le16dec(b + BPB_FATSECS) != 0 ||
	    le16dec(b + BPB_FSVERS) != 0)
		return EINVAL;
	pmp->pm_fatmask = FAT32_MASK;
	pmp->pm_fatbytes = (uint64_t)le32dec(b + BPB_BIGFATSECS) *
	    pmp->pm_bytespersec;
	pmp->pm_rootclust = le32dec(b + BPB_ROOTCLUST);
	if ((ext & FATMIRROR_OFF) != 0) {
		pmp->pm_curfat = ext & FATNUM;
		pmp->pm_mirror = false;
		if (pmp->pm_curfat >= pmp->pm_fats)
			return EINVAL;
	}
	if (info != 0 && info != 0xffff)
		pmp->pm_fsinfo = (uint64_t)info * pmp->pm_bytespersec;
	if (pmp->pm_fsinfo >= pmp->pm_fatoff)
		pmp->pm_fsinfo = 0;
	return 0;
}

static void
bpb_fat16(struct msdosfsmount *pmp, const uint8_t *b)
{
	pmp->pm_fatbytes = (uint64_t)le16dec(b + BPB_FATSECS) *
	    pmp->pm_bytespersec;
	pmp->pm_rootbytes = roundup2(pmp->pm_rootents * DE_SIZE,
	    pmp->pm_bytespersec);
}

/* Entries that a FAT of this many bytes has. */
static uint64_t
bpb_fatentries(const struct msdosfsmount *pmp)
{
	if (FAT32(pmp))
		return pmp->pm_fatbytes / 4;
	return FAT12(pmp) ? pmp->pm_fatbytes * 2 / 3 : pmp->pm_fatbytes / 2;
}

/* The clusters between the first data byte and the end. */
static int
bpb_clusters(struct msdosfsmount *pmp, const uint8_t *b)
{
	uint64_t sectors = le16dec(b + BPB_SECTORS), bytes, n;

	if (sectors == 0)
		sectors = le32dec(b + BPB_HUGESECTORS);
	pmp->pm_rootoff = pmp->pm_fatoff + pmp->pm_fats * pmp->pm_fatbytes;
	pmp->pm_dataoff = pmp->pm_rootoff + pmp->pm_rootbytes;
	bytes = MIN(sectors * pmp->pm_bytespersec, pmp->pm_devsize);
	if (pmp->pm_fatbytes == 0 || bytes < pmp->pm_dataoff ||
	    bytes - pmp->pm_dataoff < pmp->pm_bpcluster)
		return EINVAL;
	n = ((bytes - pmp->pm_dataoff) >> pmp->pm_cnshift) + 1;
	if (!FAT32(pmp))
		pmp->pm_fatmask = n <= FAT12_MAXCLUST ? FAT12_MASK :
		    FAT16_MASK;
	n = MIN(n, (CLUST_RSRVD & pmp->pm_fatmask) - 1);
	n = MIN(n, bpb_fatentries(pmp) - 1);
	if (n < CLUST_FIRST)
		return EINVAL;
	pmp->pm_maxcluster = (uint32_t)n;
	return 0;
}

int
msdosfs_bpb_decode(struct msdosfsmount *pmp, const uint8_t *b)
{
	int error;

	pmp->pm_mirror = true;
	error = bpb_basics(pmp, b);
	if (error != 0)
		return error;
	if (pmp->pm_rootents == 0)
		error = bpb_fat32(pmp, b);
	else
		bpb_fat16(pmp, b);
	if (error == 0)
		error = bpb_clusters(pmp, b);
	if (error == 0 && FAT32(pmp) &&
	    !msdosfs_isclust(pmp, pmp->pm_rootclust))
		error = EINVAL;
	return error;
}
