/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/disklabel.h - BSD disklabel as in memory and in DIOCGDINFO.
 */

#ifndef _SYS_DISKLABEL_H_
#define	_SYS_DISKLABEL_H_

#include <sys/types.h>

#define	DISKMAGIC	0x82564557U
#define	MAXPARTITIONS	16
#define	RAW_PART	2
#define	LABELSECTOR	1
#define	LABELOFFSET	0

#define	DISKUNIT(dev)	(minor(dev) / MAXPARTITIONS)
#define	DISKPART(dev)	(minor(dev) % MAXPARTITIONS)
#define	MAKEDISKDEV(maj, unit, part) \
	makedev((maj), (unit) * MAXPARTITIONS + (part))

struct partition {
	uint32_t p_size;		/* sectors */
	uint32_t p_offset;		/* first sector */
	uint32_t p_fsize;		/* fragment size, or session start */
	uint8_t	p_fstype;		/* FS_* */
	uint8_t	p_frag;			/* fragments per block */
	uint16_t p_cpg;
};
#define	p_cdsession	p_fsize

struct disklabel {
	uint32_t d_magic;
	uint16_t d_type;		/* DKTYPE_* */
	uint16_t d_subtype;
	char	d_typename[16];
	union {
		char	un_d_packname[16];
		uint64_t un_d_pad;	/* gives the structure its alignment */
	} d_un;
	uint32_t d_secsize;		/* bytes */
	uint32_t d_nsectors;		/* of a track */
	uint32_t d_ntracks;
	uint32_t d_ncylinders;
	uint32_t d_secpercyl;
	uint32_t d_secperunit;
	uint16_t d_sparespertrack;
	uint16_t d_sparespercyl;
	uint32_t d_acylinders;
	uint16_t d_rpm;
	uint16_t d_interleave;
	uint16_t d_trackskew;
	uint16_t d_cylskew;
	uint32_t d_headswitch;
	uint32_t d_trkseek;
	uint32_t d_flags;
	uint32_t d_drivedata[5];
	uint32_t d_spare[5];
	uint32_t d_magic2;
	uint16_t d_checksum;
	uint16_t d_npartitions;
	uint32_t d_bbsize;
	uint32_t d_sbsize;
	struct partition d_partitions[MAXPARTITIONS];
};
#define	d_packname	d_un.un_d_packname

#define	DKTYPE_SCSI	4
#define	DKTYPE_FLOPPY	10
#define	DKTYPE_VND	12
#define	DKTYPE_RUMPD	21
#define	DKTYPE_MD	22

#define	FS_UNUSED	0
#define	FS_SWAP		1
#define	FS_V7		3
#define	FS_BSDFFS	7
#define	FS_MSDOS	8
#define	FS_BSDLFS	9
#define	FS_OTHER	10
#define	FS_ISO9660	12
#define	FS_BOOT		13
#define	FS_EX2FS	17
#define	FS_NTFS		18
#define	FS_RAID		19
#define	FS_CCD		20
#define	FS_UDF		24
#define	FS_CGD		28

struct partinfo {
	struct disklabel *disklab;
	struct partition *part;
};

__BEGIN_DECLS
uint16_t dkcksum(const struct disklabel *);
__END_DECLS

#endif /* !_SYS_DISKLABEL_H_ */
