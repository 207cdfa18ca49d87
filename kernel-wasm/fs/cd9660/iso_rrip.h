/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_rrip.h - System Use Sharing Protocol and Rock Ridge (IEEE P1282).
 */

#ifndef _CD9660_ISO_RRIP_H_
#define	_CD9660_ISO_RRIP_H_

#include "iso_format.h"

/* rr_have */
#define	RRH_PX		0x0001	/* mode, nlink, uid, gid */
#define	RRH_PN		0x0002	/* device number */
#define	RRH_SL		0x0004	/* symbolic link */
#define	RRH_NM		0x0008	/* name */
#define	RRH_CL		0x0010	/* the directory is elsewhere */
#define	RRH_PL		0x0020	/* ".." is elsewhere */
#define	RRH_RE		0x0040	/* hide: relocated directory */
#define	RRH_BIRTH	0x0080
#define	RRH_MTIME	0x0100
#define	RRH_ATIME	0x0200
#define	RRH_CTIME	0x0400
#define	RRH_SF		0x0800	/* sparse file: not supported */
#define	RRH_ER		0x1000	/* this volume has Rock Ridge */
#define	RRH_SP		0x2000	/* SUSP is in use */
#define	RRH_ZF		0x4000	/* compressed (zisofs): not supported */

/* What a record says; the strings only when there is room for them. */
struct iso_rr {
	unsigned int	rr_have;
	uint32_t	rr_mode, rr_nlink, rr_uid, rr_gid;
	dev_t		rr_rdev;
	uint32_t	rr_cl, rr_pl;	/* blocks */
	struct timespec	rr_birth, rr_mtime, rr_atime, rr_ctime;
	unsigned int	rr_skip;	/* SP: bytes before other records' */
	size_t		rr_namelen;
	size_t		rr_linklen;
	char		*rr_name;	/* ISO_MAXNAMLEN bytes, or NULL */
	char		*rr_link;	/* ISO_MAXLINK bytes, or NULL */
};

/* How continuation areas are read: bytes at a byte offset of the volume. */
struct iso_susp {
	int	(*s_read)(void *, uint64_t off, void *buf, size_t len);
	void	*s_arg;
	unsigned int s_blkshift;
	unsigned int s_skip;
};

int	iso_rr_parse(const struct iso_susp *, const struct iso_record *,
	    struct iso_rr *);

#endif /* !_CD9660_ISO_RRIP_H_ */
