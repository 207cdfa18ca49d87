/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_format.h - where things are on a FAT file system.  All numbers are
 * little-endian and unaligned; offsets in bytes.  From Microsoft's FAT
 * specification, version 1.03.
 */

#ifndef _MSDOSFS_FORMAT_H_
#define	_MSDOSFS_FORMAT_H_

/* The boot sector. */
#define	BPB_BYTESPERSEC		11	/* u16 */
#define	BPB_SECPERCLUST		13	/* u8 */
#define	BPB_RESSECTORS		14	/* u16 */
#define	BPB_FATS		16	/* u8 */
#define	BPB_ROOTDIRENTS		17	/* u16; 0: FAT32 */
#define	BPB_SECTORS		19	/* u16; 0: see BPB_HUGESECTORS */
#define	BPB_MEDIA		21	/* u8 */
#define	BPB_FATSECS		22	/* u16; 0 on FAT32 */
#define	BPB_HUGESECTORS		32	/* u32 */
#define	BPB_BIGFATSECS		36	/* u32, FAT32 */
#define	BPB_EXTFLAGS		40	/* u16, FAT32 */
#define	BPB_FSVERS		42	/* u16, FAT32 */
#define	BPB_ROOTCLUST		44	/* u32, FAT32 */
#define	BPB_FSINFO		48	/* u16, FAT32: sector */
#define	BPB_SIGNATURE		510	/* 55 AA */
#define	BPB_SIZE		512

#define	FATNUM			0x000f	/* BPB_EXTFLAGS: the one FAT in use */
#define	FATMIRROR_OFF		0x0080	/* only that one is written */

/* The information sector of FAT32. */
#define	FSI_SIG1		0	/* "RRaA" */
#define	FSI_SIG2		484	/* "rrAa" */
#define	FSI_NFREE		488	/* u32; ~0: unknown */
#define	FSI_NXTFREE		492	/* u32; ~0: unknown */
#define	FSI_SIG3		508	/* 00 00 55 AA */
#define	FSI_SIZE		512

/* Clusters. */
#define	CLUST_FREE		0u
#define	CLUST_FIRST		2u
#define	CLUST_RSRVD		0x0ffffff6u	/* and above: not a cluster */
#define	CLUST_BAD		0x0ffffff7u
#define	CLUST_EOFS		0x0ffffff8u	/* and above: end */
#define	CLUST_EOFE		0x0fffffffu
#define	FAT12_MASK		0x00000fffu
#define	FAT16_MASK		0x0000ffffu
#define	FAT32_MASK		0x0fffffffu
#define	FAT12_MAXCLUST		4084u		/* highest cluster of FAT12 */

/* In entry 1 of the FAT: no mount was left behind, no error was seen. */
#define	FAT16_CLEAN		0x00008000u
#define	FAT32_CLEAN		0x08000000u

/* A directory entry. */
#define	DE_NAME			0	/* 8 + 3, blank padded */
#define	DE_ATTR			11	/* u8 */
#define	DE_CASE			12	/* u8 */
#define	DE_CHUNDREDTH		13	/* u8 */
#define	DE_CTIME		14	/* u16 */
#define	DE_CDATE		16	/* u16 */
#define	DE_ADATE		18	/* u16 */
#define	DE_HIGHCLUST		20	/* u16 */
#define	DE_MTIME		22	/* u16 */
#define	DE_MDATE		24	/* u16 */
#define	DE_STARTCLUST		26	/* u16 */
#define	DE_FILESIZE		28	/* u32 */
#define	DE_SIZE			32
#define	DE_NAMELEN		11
#define	DIR_MAXSIZE		(65536u * DE_SIZE)

#define	SLOT_EMPTY		0x00	/* no entry here or behind */
#define	SLOT_E5			0x05	/* the name begins with E5 */
#define	SLOT_DELETED		0xe5

#define	ATTR_READONLY		0x01
#define	ATTR_HIDDEN		0x02
#define	ATTR_SYSTEM		0x04
#define	ATTR_VOLUME		0x08
#define	ATTR_DIRECTORY		0x10
#define	ATTR_ARCHIVE		0x20
#define	ATTR_WIN95		0x0f	/* part of a long name */
#define	CASE_LOWER_BASE		0x08
#define	CASE_LOWER_EXT		0x10

/* A part of a long name. */
#define	WIN_CNT			0	/* u8: 1.., WIN_LAST */
#define	WIN_LAST		0x40
#define	WIN_CNTMASK		0x3f
#define	WIN_CHKSUM		13	/* u8 */
#define	WIN_CHARS		13	/* characters a slot */
#define	WIN_MAXSLOTS		20
#define	WIN_MAXLEN		255

#endif /* !_MSDOSFS_FORMAT_H_ */
