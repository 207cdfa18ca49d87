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
struct device;
struct disk;
struct dkwedge_softc;
struct lwp;
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

/* DIOCLWEDGES */
struct dkwedge_list {
	void	*dkwl_buf;		/* array of dkwedge_info */
	size_t	dkwl_bufsize;		/* bytes */
	u_int	dkwl_nwedges;		/* out: that there are */
	u_int	dkwl_ncopied;		/* out: that found room */
};

/* dkw_ptype: what is in a wedge */
#define	DKW_PTYPE_UNKNOWN	""
#define	DKW_PTYPE_UNUSED	"unused"
#define	DKW_PTYPE_SWAP		"swap"
#define	DKW_PTYPE_FFS		"ffs"
#define	DKW_PTYPE_LFS		"lfs"
#define	DKW_PTYPE_EXT2FS	"ext2fs"
#define	DKW_PTYPE_ISO9660	"cd9660"
#define	DKW_PTYPE_APPLEHFS	"hfs"
#define	DKW_PTYPE_FAT		"msdos"
#define	DKW_PTYPE_NTFS		"ntfs"
#define	DKW_PTYPE_RAIDFRAME	"raidframe"
#define	DKW_PTYPE_CCD		"ccd"
#define	DKW_PTYPE_CGD		"cgd"
#define	DKW_PTYPE_UDF		"udf"
#define	DKW_PTYPE_ZFS		"zfs"

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
	dev_t	dk_dev;			/* block device; NODEV: has no wedges */
	struct disk_geom dk_geom;
	struct disklabel *dk_label;	/* o */
	int	dk_blkshift;		/* sector shift - DEV_BSHIFT */
	int	dk_byteshift;		/* sector shift */
	kmutex_t dk_openlock;
	int	dk_copenmask;		/* o */
	int	dk_bopenmask;		/* o */
	int	dk_openmask;		/* o */
	LIST_HEAD(, dkwedge_softc) dk_wedges; /* o */
	struct vnode *dk_rawvp;		/* o: dk_dev, opened for wedges */
	u_int	dk_rawopens;		/* o: open wedges */
	bool	dk_rawrdonly;		/* o: it could not be opened to write */
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
void	disk_set_info(struct device *, struct disk *, const char *);
int	disk_ioctl(struct disk *, dev_t, u_long, void *, int, struct lwp *);
int	disk_bounds(const struct disk *, struct buf *);
int	getdisksize(struct vnode *, uint64_t *, unsigned int *);
int	disk_names(char *, size_t, size_t *);

/* Wedges, dk(4): absent without the component dkwedge. */
int	dkwedge_add(struct dkwedge_info *);
int	dkwedge_del(struct dkwedge_info *);
void	dkwedge_delall(struct disk *);
void	dkwedge_delidle(struct disk *);
int	dkwedge_list(struct disk *, struct dkwedge_list *, struct lwp *);
void	dkwedge_discover(struct disk *);
__END_DECLS

#endif /* !_SYS_DISK_H_ */
