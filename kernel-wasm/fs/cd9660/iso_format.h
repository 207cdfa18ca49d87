/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_format.h - ISO 9660 (ECMA-119) on the disc, and its pure readers.
 *
 * Nothing here trusts a byte: every reader is told how many bytes there are
 * and says EINVAL, or "absent", when they do not make sense.
 */

#ifndef _CD9660_ISO_FORMAT_H_
#define	_CD9660_ISO_FORMAT_H_

#include <sys/param.h>
#include <sys/endian.h>
#include <sys/time.h>

#define	ISO_SECSHIFT		11
#define	ISO_SECSIZE		(1 << ISO_SECSHIFT)	/* logical sector */
#define	ISO_FIRSTVD		16	/* sector of the first descriptor */
#define	ISO_LASTVD		99
#define	ISO_MAXNAMLEN		255
#define	ISO_MAXLINK		1024	/* longest symlink text, with NUL */

/* volume descriptor */
enum {
	VD_TYPE = 0, VD_ID = 1, VD_VERSION = 6, VD_FLAGS = 7,
	VD_VOLID = 40, VD_SPACE = 80, VD_ESCAPES = 88, VD_BLKSIZE = 128,
	VD_ROOT = 156
};
#define	VD_IDTEXT	"CD001"
enum { VDT_BOOT = 0, VDT_PRIMARY = 1, VDT_SUPPL = 2, VDT_END = 255 };

/* directory record */
enum {
	DR_LEN = 0, DR_XALEN = 1, DR_EXTENT = 2, DR_SIZE = 10, DR_DATE = 18,
	DR_FLAGS = 25, DR_UNIT = 26, DR_GAP = 27, DR_NAMELEN = 32,
	DR_NAME = 33, DR_MIN = 34
};
#define	DRF_HIDDEN	0x01
#define	DRF_DIR		0x02
#define	DRF_ASSOC	0x04
#define	DRF_MORE	0x80	/* not the last extent of the file */

/* One record, decoded. */
struct iso_record {
	const uint8_t	*r_base;	/* the record itself */
	unsigned int	r_len;		/* all of it */
	uint32_t	r_extent;	/* block of the data */
	uint32_t	r_size;		/* bytes of data */
	uint8_t		r_xalen;	/* blocks before the data */
	uint8_t		r_flags;	/* DRF_* */
	bool		r_interleaved;
	struct timespec	r_date;
	const uint8_t	*r_name;
	unsigned int	r_namelen;
	unsigned int	r_suoff;	/* system use area in the record */
};

/* How names of a volume are read. */
enum iso_names { ISO_NAMES_PLAIN, ISO_NAMES_RAW, ISO_NAMES_JOLIET,
	ISO_NAMES_RRIP };

struct iso_nameconf {
	enum iso_names	nc_mode;
	bool		nc_keepcase;	/* plain: no lower case */
	bool		nc_gens;	/* versions and associated files */
	bool		nc_caseins;	/* Rock Ridge: compare without case */
};

int	iso_record_parse(const uint8_t *, size_t avail, struct iso_record *);
bool	iso_record_isdot(const struct iso_record *);
bool	iso_record_isdotdot(const struct iso_record *);
void	iso_date7(const uint8_t *, struct timespec *);
bool	iso_date17(const uint8_t *, struct timespec *);
int	iso_joliet_level(const uint8_t *vd);
size_t	iso_name_convert(const struct iso_nameconf *,
	    const struct iso_record *, char *out);
bool	iso_name_equal(const struct iso_nameconf *, const char *entry,
	    size_t entrylen, const char *want, size_t wantlen);

#endif /* !_CD9660_ISO_FORMAT_H_ */
