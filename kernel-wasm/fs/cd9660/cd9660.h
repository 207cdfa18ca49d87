/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660.h - the component's own structures.
 *
 * Fields	:	stable after mount or load
 *		v	vnode lock (shared is enough to read)
 */

#ifndef _CD9660_CD9660_H_
#define	_CD9660_CD9660_H_

#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <isofs/cd9660/cd9660_mount.h>

#include "iso_format.h"
#include "iso_rrip.h"

#define	CD9660_CHUNKSHIFT	15	/* file data: buffers of 32 KiB */
#define	CD9660_MAXEXTENTS	4096	/* of one file */

struct iso_mnt {
	struct mount	*im_mountp;	/* : */
	struct vnode	*im_devvp;	/* : */
	dev_t		im_dev;		/* : */
	uint64_t	im_devsize;	/* : bytes */
	int		im_flags;	/* : ISOFSMNT_* */
	int		im_joliet;	/* : level, 0: not in use */
	bool		im_rrip;	/* : Rock Ridge in use */
	unsigned int	im_bsize;	/* : logical block */
	unsigned int	im_bshift;	/* : */
	uint32_t	im_space;	/* : blocks of the volume */
	uint32_t	im_session;	/* : first sector of the last session */
	bool		im_saidzf;	/* (none) "compressed" was said */
	ino_t		im_rootino;	/* : */
	struct iso_nameconf im_names;	/* : */
	struct iso_susp	im_susp;	/* : for all records but the root's */
};

/* One run of a file's data. */
struct iso_extent {
	uint64_t	e_start;	/* byte of the device */
	uint64_t	e_len;		/* bytes */
};

/*
 * A file.  Its number is the device's byte address of a directory record:
 * the "." of a directory, the entry of anything else; so a number is all
 * that is needed to load it.
 */
struct iso_node {
	struct vnode	*i_vnode;	/* : */
	struct iso_mnt	*i_mnt;		/* : */
	ino_t		i_number;	/* : */
	uint64_t	i_size;		/* : */
	mode_t		i_mode;		/* : with S_IFMT */
	nlink_t		i_nlink;	/* : */
	uid_t		i_uid;		/* : */
	gid_t		i_gid;		/* : */
	dev_t		i_rdev;		/* : */
	bool		i_interleaved;	/* : cannot be read */
	bool		i_zisofs;	/* : compressed: not for us */
	struct timespec	i_atime, i_mtime, i_ctime, i_birthtime; /* : */
	unsigned int	i_nextents;	/* : */
	struct iso_extent *i_extents;	/* : */
	struct iso_extent i_extent1;	/* : where i_extents points for one */
	struct vn_readahead i_ra;	/* (none) */
};

/* A place in a directory and what is there. */
struct iso_dirpos {
	struct vnode	*dp_vp;
	uint64_t	dp_off;		/* of the next record */
	uint64_t	dp_recoff;	/* of the one found */
	struct buf	*dp_bp;		/* the sector, or NULL */
	uint64_t	dp_bpoff;	/* first byte of it */
	struct iso_record dp_rec;	/* valid until the next step */
	struct iso_rr	dp_rr;
	ino_t		dp_ino;
	uint8_t		dp_type;	/* DT_* */
	size_t		dp_namelen;
	char		dp_name[ISO_MAXNAMLEN + 1];
};

#define	VTOI(vp)		((struct iso_node *)(vp)->v_data)
#define	VFSTOISOFS(mp)		((struct iso_mnt *)(mp)->mnt_data)

/* File handle: the number, in 12 bytes. */
struct iso_fid {
	uint16_t	ifid_len;
	uint16_t	ifid_pad;
	uint32_t	ifid_inolo;
	uint32_t	ifid_inohi;
};

extern int (**cd9660_vnodeop_p)(void *);
extern int (**cd9660_specop_p)(void *);
extern int (**cd9660_fifoop_p)(void *);
extern const struct vnodeopv_desc cd9660_vnodeop_opv_desc;
extern const struct vnodeopv_desc cd9660_specop_opv_desc;
extern const struct vnodeopv_desc cd9660_fifoop_opv_desc;

/* cd9660_session.c */
int	cd9660_lastsession(struct iso_mnt *);

/* cd9660_volume.c */
int	cd9660_readbytes(void *, uint64_t off, void *, size_t);
int	cd9660_readvolume(struct iso_mnt *);

/* cd9660_node.c */
int	cd9660_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	cd9660_reclaim(void *);
int	cd9660_readlinktext(struct iso_node *, char *, size_t *);

/* cd9660_dir.c */
ino_t	cd9660_dirino(const struct iso_mnt *, uint32_t block, uint8_t xalen);
void	cd9660_dirstart(struct iso_dirpos *, struct vnode *, uint64_t off);
int	cd9660_dirnext(struct iso_dirpos *);
void	cd9660_dirend(struct iso_dirpos *);
int	cd9660_lookup(void *);
int	cd9660_readdir(void *);

#endif /* !_CD9660_CD9660_H_ */
