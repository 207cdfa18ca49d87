/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dkwedge_private.h - wedges: parts of a disk that are disks of their own.
 *
 *	dk.c		the device switch: open, transfers, ioctls
 *	dk_table.c	the wedges there are: add, delete, list
 *	dk_scan.c	searching a disk; dk_gpt.c, dk_mbr.c, dk_bsdlabel.c know
 *			one kind of table each
 *
 * Locking	t: dkwedges_lock (which wedges there are, who uses one)
 *		o: dk_openlock of the parent (opens, its list)
 *		Order: dk_openlock of the parent, the vnode of the parent's
 *		device, its driver's locks, dkwedges_lock.
 */

#ifndef _DKWEDGE_PRIVATE_H_
#define	_DKWEDGE_PRIVATE_H_

#include <sys/types.h>
#include <sys/disk.h>
#include <sys/queue.h>

#define	DKW_DEVMAJOR	168
#define	DKW_UNITS	128

/*
 * States	RUNNING -> DYING	dkwedge_del() and its relatives
 *		DYING -> gone		when sc_refs is 0
 */
struct dkwedge_softc {
	LIST_ENTRY(dkwedge_softc) sc_link; /* o: of the parent */
	struct disk	sc_dk;
	struct disk	*sc_parent;	/* stable */
	struct dkwedge_info sc_info;	/* stable; sectors of the parent */
	int		sc_unit;	/* stable */
	u_int		sc_opens;	/* o: DKW_BOPEN, DKW_COPEN */
	u_int		sc_refs;	/* t: requests and calls under way */
	bool		sc_dying;	/* t */
};

#define	DKW_BOPEN	0x1		/* the block device is open */
#define	DKW_COPEN	0x2		/* the raw device is open */

/* One search of a disk. */
struct dkwedge_scan {
	struct disk	*ds_disk;
	uint32_t	ds_secsize;	/* bytes; of the table that is read */
	uint64_t	ds_nsecs;
	uint8_t		*ds_head;	/* the first ds_headlen bytes */
	size_t		ds_headlen;
	struct dkwedge_info *ds_found;	/* of DKW_UNITS */
	int		ds_nfound;
};

/* dk.c */
void	dkwedge_attach_devsw(void);
int	dkwedge_parent_open(struct disk *);
void	dkwedge_parent_close(struct disk *);

/* dk_table.c */
struct dkwedge_softc *dkwedge_enter(dev_t);
void	dkwedge_exit(struct dkwedge_softc *);
bool	dkwedge_has(struct disk *, const struct dkwedge_info *);
void	dkwedge_delother(struct disk *, const struct dkwedge_info *, int);

/* dk_scan.c: for the methods; errors are errno, "nothing here" is ENOENT. */
int	dkwedge_scan_read(struct dkwedge_scan *, uint64_t lba, void *, size_t);
struct dkwedge_info *dkwedge_scan_add(struct dkwedge_scan *, uint64_t start,
	    uint64_t size, const char *ptype);
int	dkwedge_scan_gpt(struct dkwedge_scan *);
int	dkwedge_scan_mbr(struct dkwedge_scan *);
int	dkwedge_scan_bsdlabel(struct dkwedge_scan *, uint64_t lba,
	    uint64_t base);

#endif /* !_DKWEDGE_PRIVATE_H_ */
