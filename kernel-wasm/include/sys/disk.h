/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/disk.h - generic disk framework, disk(9).
 */

#ifndef _SYS_DISK_H_
#define	_SYS_DISK_H_

#include <sys/types.h>
#include <sys/dkio.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/time.h>

struct buf;
struct disk;
struct vnode;

/* 208 bytes on every machine. */
struct dkwedge_info {
	char	dkw_devname[16];
	uint8_t	dkw_wname[128];
	char	dkw_parent[16];
	daddr_t	dkw_offset;
	uint64_t dkw_size;
	char	dkw_ptype[32];
};

struct disk_geom {
	int64_t	dg_secperunit;
	uint32_t dg_secsize;
	uint32_t dg_nsectors;
	uint32_t dg_ntracks;
	uint32_t dg_ncylinders;
	uint32_t dg_secpercyl;
};

struct dkdriver {
	void	(*d_strategy)(struct buf *);
	void	(*d_minphys)(struct buf *);
};

/*
 * Fields	d: disklist_lock   o: dk_openlock   s: dk_statlock
 *		(none): driver, stable while attached
 */
struct disk {
	TAILQ_ENTRY(disk) dk_link;	/* d */
	const char *dk_name;
	const struct dkdriver *dk_driver;
	struct disk_geom dk_geom;
	struct disklabel *dk_label;	/* o */
	int	dk_blkshift;		/* sector shift - DEV_BSHIFT */
	int	dk_byteshift;		/* sector shift */
	kmutex_t dk_openlock;
	int	dk_copenmask;		/* o */
	int	dk_bopenmask;		/* o */
	int	dk_openmask;		/* o */
	kmutex_t dk_statlock;
	int	dk_busy;		/* s: requests under way */
	struct timeval dk_attachtime;
	uint64_t dk_rxfer, dk_wxfer;	/* s: requests */
	uint64_t dk_rbytes, dk_wbytes;	/* s */
};

__BEGIN_DECLS
void	disk_init(struct disk *, const char *, const struct dkdriver *);
void	disk_attach(struct disk *);
void	disk_detach(struct disk *);
void	disk_destroy(struct disk *);
void	disk_busy(struct disk *);
void	disk_unbusy(struct disk *, long, int);
bool	disk_isbusy(struct disk *);
struct disk *disk_find(const char *);
void	disk_blocksize(struct disk *, int);
int	getdisksize(struct vnode *, uint64_t *, unsigned int *);
int	disk_names(char *, size_t, size_t *);
__END_DECLS

#endif /* !_SYS_DISK_H_ */
