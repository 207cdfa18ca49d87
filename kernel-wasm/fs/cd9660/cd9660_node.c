/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cd9660_node.c - from a number to a loaded vnode, and back.
 *
 * Interface
 *	VFS_LOADVNODE for the vnode cache.  The number is the byte address of
 *	a directory record, see struct iso_node; whatever is there is checked
 *	as if an enemy had written it.
 *
 * Locking	none: the vnode is not visible yet.
 * Sleeps	reads the device.
 * Errors	EINVAL no sound record there; EIO outside the device.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "cd9660.h"

#define	REC_BYTES	256		/* a record is shorter than that */

/*
 * Read and decode the record at a byte of the device.
 */
static int
node_record(struct iso_mnt *imp, uint64_t off, uint8_t *buf,
    struct iso_record *r)
{
	size_t len = REC_BYTES;
	int error;

	if (off >= imp->im_devsize)
		return EIO;
	if (len > imp->im_devsize - off)
		len = (size_t)(imp->im_devsize - off);
	error = cd9660_readbytes(imp, off, buf, len);
	if (error != 0)
		return error;
	return iso_record_parse(buf, len, r);
}

static void
node_extent(const struct iso_mnt *imp, const struct iso_record *r,
    struct iso_extent *e)
{
	e->e_start = cd9660_dirino(imp, r->r_extent, r->r_xalen);
	e->e_len = r->r_size;
}

/*
 * The record after the one at off; a sector may end in between.
 */
static int
node_nextrecord(struct iso_mnt *imp, uint64_t *offp, unsigned int len,
    uint8_t *buf, struct iso_record *r)
{
	uint64_t off = *offp + len;
	uint8_t first;
	int error;

	error = cd9660_readbytes(imp, off, &first, 1);
	if (error != 0)
		return error;
	if (first == 0)
		off = roundup2(off, (uint64_t)ISO_SECSIZE);
	*offp = off;
	return node_record(imp, off, buf, r);
}

static int
node_addextent(struct iso_node *ip, unsigned int *spacep,
    const struct iso_extent *e)
{
	struct iso_extent *bigger;
	unsigned int space = *spacep;

	if (ip->i_nextents == CD9660_MAXEXTENTS)
		return EINVAL;
	/* Only the last one may end inside a block. */
	if ((ip->i_size & (ip->i_mnt->im_bsize - 1)) != 0)
		return EINVAL;
	if (ip->i_nextents == space) {
		bigger = kmem_alloc(2 * space * sizeof(*e), KM_SLEEP);
		memcpy(bigger, ip->i_extents, space * sizeof(*e));
		if (ip->i_extents != &ip->i_extent1)
			kmem_free(ip->i_extents, space * sizeof(*e));
		ip->i_extents = bigger;
		*spacep = 2 * space;
	}
	ip->i_extents[ip->i_nextents++] = *e;
	ip->i_size += e->e_len;
	return 0;
}

static void
node_freeextents(struct iso_node *ip, unsigned int space)
{
	if (ip->i_extents != &ip->i_extent1)
		kmem_free(ip->i_extents, space * sizeof(*ip->i_extents));
	ip->i_extents = &ip->i_extent1;
}

/*
 * All extents of a file whose first record says that more follow.
 */
static int
node_moreextents(struct iso_node *ip, unsigned int reclen)
{
	uint64_t off = ip->i_number;
	uint8_t buf[REC_BYTES];
	struct iso_record r;
	struct iso_extent e, *exact;
	unsigned int space = 1;
	int error = 0;

	do {
		error = node_nextrecord(ip->i_mnt, &off, reclen, buf, &r);
		if (error == 0 && (r.r_flags & DRF_DIR) != 0)
			error = EINVAL;
		if (error != 0)
			break;
		node_extent(ip->i_mnt, &r, &e);
		ip->i_interleaved |= r.r_interleaved;
		error = node_addextent(ip, &space, &e);
		reclen = r.r_len;
	} while (error == 0 && (r.r_flags & DRF_MORE) != 0);
	if (error != 0) {
		node_freeextents(ip, space);
		return error;
	}
	/* Exactly the size that reclaim will free. */
	if (space != ip->i_nextents) {
		exact = kmem_alloc(ip->i_nextents * sizeof(e), KM_SLEEP);
		memcpy(exact, ip->i_extents, ip->i_nextents * sizeof(e));
		node_freeextents(ip, space);
		ip->i_extents = exact;
	}
	return 0;
}

/*
 * ECMA-119 9.5: a permission bit that is set denies.
 */
static void
node_extattr(struct iso_node *ip, const struct iso_record *r)
{
	struct iso_mnt *imp = ip->i_mnt;
	uint8_t xa[64];
	unsigned int deny, who;

	if ((imp->im_flags & ISOFSMNT_EXTATT) == 0 || r->r_xalen == 0)
		return;
	if (cd9660_readbytes(imp, cd9660_dirino(imp, r->r_extent, 0), xa,
	    sizeof(xa)) != 0)
		return;
	ip->i_uid = le16dec(xa);
	ip->i_gid = le16dec(xa + 4);
	deny = be16dec(xa + 8);
	ip->i_mode &= ~(mode_t)0777;
	for (who = 0; who < 3; who++) {
		if ((deny & (1U << (4 + 4 * who))) == 0)
			ip->i_mode |= (mode_t)(0400 >> (3 * who));
		if ((deny & (1U << (6 + 4 * who))) == 0)
			ip->i_mode |= (mode_t)(0100 >> (3 * who));
	}
	if (iso_date17(xa + 10, &ip->i_birthtime))
		ip->i_ctime = ip->i_birthtime;
	if (iso_date17(xa + 27, &ip->i_mtime))
		ip->i_atime = ip->i_mtime;
}

static void
node_rripmode(struct iso_node *ip, const struct iso_rr *rr, bool isdir)
{
	mode_t fmt = rr->rr_mode & S_IFMT;

	if ((rr->rr_have & RRH_PX) == 0) {
		if (!isdir && (rr->rr_have & RRH_SL) != 0)
			ip->i_mode = S_IFLNK | 0777;
		return;
	}
	if (isdir)
		fmt = S_IFDIR;
	else if (fmt != S_IFREG && fmt != S_IFLNK && fmt != S_IFCHR &&
	    fmt != S_IFBLK && fmt != S_IFIFO && fmt != S_IFSOCK)
		fmt = S_IFREG;
	ip->i_mode = fmt | (rr->rr_mode & 07777);
	ip->i_nlink = rr->rr_nlink != 0 ? rr->rr_nlink : 1;
	ip->i_uid = rr->rr_uid;
	ip->i_gid = rr->rr_gid;
	if (fmt == S_IFCHR || fmt == S_IFBLK)
		ip->i_rdev = (rr->rr_have & RRH_PN) != 0 ? rr->rr_rdev : NODEV;
}

static int
node_rrip(struct iso_node *ip, const struct iso_record *r, bool isdir)
{
	struct iso_mnt *imp = ip->i_mnt;
	struct iso_susp susp = imp->im_susp;
	struct iso_rr rr;
	int error;

	memset(&rr, 0, sizeof(rr));
	if (ip->i_number == imp->im_rootino)
		susp.s_skip = 0;
	error = iso_rr_parse(&susp, r, &rr);
	if (error != 0)
		return error;
	node_rripmode(ip, &rr, isdir);
	if ((rr.rr_have & RRH_MTIME) != 0)
		ip->i_mtime = ip->i_atime = ip->i_ctime = ip->i_birthtime =
		    rr.rr_mtime;
	if ((rr.rr_have & RRH_ATIME) != 0)
		ip->i_atime = rr.rr_atime;
	if ((rr.rr_have & RRH_CTIME) != 0)
		ip->i_ctime = rr.rr_ctime;
	if ((rr.rr_have & RRH_BIRTH) != 0)
		ip->i_birthtime = rr.rr_birth;
	if (S_ISLNK(ip->i_mode))
		ip->i_size = rr.rr_linklen;
	if ((rr.rr_have & RRH_SF) != 0)
		ip->i_interleaved = true;
	ip->i_zisofs = (rr.rr_have & RRH_ZF) != 0 && S_ISREG(ip->i_mode);
	return 0;
}

/*
 * The text of a symbolic link; buf holds ISO_MAXLINK bytes.
 */
int
cd9660_readlinktext(struct iso_node *ip, char *buf, size_t *lenp)
{
	uint8_t rec[REC_BYTES];
	struct iso_record r;
	struct iso_rr rr;
	int error;

	memset(&rr, 0, sizeof(rr));
	rr.rr_link = buf;
	error = node_record(ip->i_mnt, ip->i_number, rec, &r);
	if (error == 0)
		error = iso_rr_parse(&ip->i_mnt->im_susp, &r, &rr);
	*lenp = rr.rr_linklen;
	return error;
}

/*
 * Fill in what the record says.
 */
static int
node_load(struct iso_node *ip)
{
	uint8_t buf[REC_BYTES];
	struct iso_record r;
	bool isdir;
	int error;

	error = node_record(ip->i_mnt, ip->i_number, buf, &r);
	if (error != 0)
		return error;
	isdir = (r.r_flags & DRF_DIR) != 0;
	/* Directories go by their "." alone, and files never do. */
	if (isdir != iso_record_isdot(&r) || iso_record_isdotdot(&r))
		return EINVAL;
	node_extent(ip->i_mnt, &r, &ip->i_extent1);
	if (isdir && ip->i_extent1.e_start != ip->i_number)
		return EINVAL;
	ip->i_extents = &ip->i_extent1;
	ip->i_nextents = 1;
	ip->i_size = ip->i_extent1.e_len;
	ip->i_interleaved = r.r_interleaved;
	ip->i_mode = (isdir ? S_IFDIR : S_IFREG) | 0555;
	ip->i_nlink = 1;
	ip->i_atime = ip->i_mtime = ip->i_ctime = ip->i_birthtime = r.r_date;
	node_extattr(ip, &r);
	if (ip->i_mnt->im_rrip)
		error = node_rrip(ip, &r, isdir);
	if (error == 0 && !isdir && (r.r_flags & DRF_MORE) != 0 &&
	    S_ISREG(ip->i_mode))
		error = node_moreextents(ip, r.r_len);
	return error;
}

int
cd9660_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t keylen, const void **newkey)
{
	struct iso_node *ip;
	int error;

	KASSERT(keylen == sizeof(ip->i_number));
	ip = kmem_zalloc(sizeof(*ip), KM_SLEEP);
	memcpy(&ip->i_number, key, sizeof(ip->i_number));
	ip->i_mnt = VFSTOISOFS(mp);
	ip->i_vnode = vp;
	error = node_load(ip);
	if (error != 0) {
		kmem_free(ip, sizeof(*ip));
		return error;
	}
	vp->v_tag = VT_ISOFS;
	vp->v_op = cd9660_vnodeop_p;
	vp->v_data = ip;
	vp->v_type = IFTOVT(ip->i_mode);
	if (ip->i_number == ip->i_mnt->im_rootino)
		vp->v_vflag |= VV_ROOT;
	if (vp->v_type == VFIFO)
		vp->v_op = cd9660_fifoop_p;
	else if (vp->v_type == VCHR || vp->v_type == VBLK) {
		vp->v_op = cd9660_specop_p;
		spec_node_init(vp, ip->i_rdev);
	}
	uvm_vnp_setsize(vp, (voff_t)ip->i_size);
	*newkey = &ip->i_number;
	return 0;
}

int
cd9660_reclaim(void *v)
{
	struct vop_reclaim_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);

	vcache_remove(vp->v_mount, &ip->i_number, sizeof(ip->i_number));
	node_freeextents(ip, ip->i_nextents);
	vp->v_data = NULL;
	kmem_free(ip, sizeof(*ip));
	return 0;
}
