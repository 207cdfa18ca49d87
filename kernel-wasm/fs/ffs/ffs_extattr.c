/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_extattr.c - extended attributes of UFS2 inodes.
 *
 * Format	di_extb name at most two blocks of di_extsize bytes, the last one
 *		as many frags as it has: records of u32 length, u8 name space,
 *		u8 padding at the end, u8 length of the name, name, zeros to a
 *		multiple of 8, contents, zeros to a multiple of 8.
 *
 * Interface
 *	Only on volumes whose magic promises them (FFSv2ea); elsewhere the area
 *	means nothing and every call is EOPNOTSUPP.
 *	A change writes the whole area to new frags, then the inode, then the
 *	old frags are free.  A record that does not hold together ends the
 *	area.
 *
 * Locking	the vnode, exclusively to change.
 * Sleeps	reads, writes.
 * Errors	EOPNOTSUPP; ENOATTR; EINVAL a name that cannot be; ENOSPC no
 *		room in the area or on the disk; ERANGE; EPERM, EACCES.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/extattr.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "ffs.h"
#include "ffs_log.h"

#define	EA_LENGTH	0
#define	EA_SPACE	4
#define	EA_PAD		5
#define	EA_NAMELEN	6
#define	EA_NAME		7

/* The area of an inode in memory. */
struct eaarea {
	uint8_t	*ea_data;
	uint32_t ea_len, ea_alloc;
};

/* A record in it. */
struct earecord {
	uint32_t er_off, er_len;	/* in the area */
	const uint8_t *er_name, *er_content;
	uint32_t er_namelen, er_contentlen;
	int	er_space;
};

static uint32_t
ea_max(const struct fs *fs)
{
	return UFS_NXADDR * fs->fs_bsize;
}

/*
 * Frags of block i of an area of so many bytes.
 */
static uint32_t
ea_frags(const struct fs *fs, uint32_t size, int i)
{
	uint32_t start = (uint32_t)i << fs->fs_bshift;

	if (size <= start)
		return 0;
	return howmany(MIN(size - start, fs->fs_bsize), fs->fs_fsize);
}

static void
ea_release(struct eaarea *ea)
{
	if (ea->ea_data != NULL)
		kmem_free(ea->ea_data, ea->ea_alloc);
	ea->ea_data = NULL;
}

/*
 * The area, with room for `more` bytes.
 */
static int
ea_read(struct inode *ip, uint32_t more, struct eaarea *ea)
{
	const struct fs *fs = ITOFS(ip);
	uint32_t size = ip->i_din.di_extsize, n;
	struct buf *bp;
	int64_t addr;
	int i, error = 0;

	if (size > ea_max(fs))
		return EIO;
	ea->ea_len = size;
	ea->ea_alloc = roundup2(size, fs->fs_fsize) + more + 8;
	ea->ea_data = kmem_zalloc(ea->ea_alloc, KM_SLEEP);
	for (i = 0; i < UFS_NXADDR && error == 0; i++) {
		n = ea_frags(fs, size, i);
		addr = ip->i_din.di_extb[i];
		if (n == 0)
			break;
		if (!ffs_frags_valid(fs, addr, n)) {
			error = EIO;
			break;
		}
		error = ffs_metaread(ip->i_ump, ip->i_ump->um_devvp,
		    fsbtodb(fs, addr), (int)(n << fs->fs_fshift), &bp);
		if (error != 0)
			break;
		memcpy(ea->ea_data + ((uint32_t)i << fs->fs_bshift),
		    bp->b_data, (size_t)n << fs->fs_fshift);
		brelse(bp, 0);
	}
	if (error != 0)
		ea_release(ea);
	return error;
}

/*
 * The record at an offset; false: there is none.
 */
static bool
ea_record(const struct fs *fs, const struct eaarea *ea, uint32_t off,
    struct earecord *er)
{
	const uint8_t *p = ea->ea_data + off;
	uint32_t head;

	if (off > ea->ea_len || ea->ea_len - off < EA_NAME + 1)
		return false;
	er->er_off = off;
	er->er_len = ufs_rd32(fs, p + EA_LENGTH);
	er->er_space = p[EA_SPACE];
	er->er_namelen = p[EA_NAMELEN];
	er->er_name = p + EA_NAME;
	head = roundup2(EA_NAME + er->er_namelen, 8);
	if (er->er_len > ea->ea_len - off || er->er_len % 8 != 0 ||
	    er->er_len < head + p[EA_PAD] || er->er_namelen == 0)
		return false;
	er->er_content = p + head;
	er->er_contentlen = er->er_len - head - p[EA_PAD];
	return true;
}

static bool
ea_find(const struct fs *fs, const struct eaarea *ea, int space,
    const char *name, struct earecord *er)
{
	const size_t len = strlen(name);
	uint32_t off;

	for (off = 0; ea_record(fs, ea, off, er); off += er->er_len) {
		if (er->er_space == space && er->er_namelen == len &&
		    memcmp(er->er_name, name, len) == 0)
			return true;
	}
	return false;
}

/*
 * Give back the frags of an area; nothing names them any more.
 */
static void
ea_freeblocks(struct inode *ip, const int64_t *extb, uint32_t size)
{
	const struct fs *fs = ITOFS(ip);
	struct buf *bp;
	uint32_t n;
	int i;

	for (i = 0; i < UFS_NXADDR && size <= ea_max(fs); i++) {
		n = ea_frags(fs, size, i);
		if (n == 0 || !ffs_frags_valid(fs, extb[i], n))
			continue;
		/* A buf that stays would be written over the next owner. */
		bp = getblk(ip->i_ump->um_devvp, fsbtodb(fs, extb[i]),
		    (int)(n << fs->fs_fshift), 0, 0);
		brelse(bp, BC_INVAL);
		(void)ffs_blkfree(ip, extb[i], n);
	}
}

static int
ea_writeblock(struct inode *ip, const struct eaarea *ea, int i,
    kauth_cred_t cred, int64_t *addrp)
{
	const struct fs *fs = ITOFS(ip);
	uint32_t n = ea_frags(fs, ea->ea_len, i);
	uint32_t start = (uint32_t)i << fs->fs_bshift;
	uint32_t size = n << fs->fs_fshift;
	struct buf *bp;
	int error;

	*addrp = 0;
	if (n == 0)
		return 0;
	error = ffs_alloc(ip, ffs_blkpref(ip, 0, 0), n, cred, addrp);
	if (error != 0)
		return error;
	bp = getblk(ip->i_ump->um_devvp, fsbtodb(fs, *addrp), (int)size, 0,
	    0);
	memset(bp->b_data, 0, size);
	memcpy(bp->b_data, ea->ea_data + start, MIN(size,
	    ea->ea_len - start));
	bp->b_resid = 0;
	return ffs_metawrite(ip->i_ump, bp, 0, size);
}

/*
 * The area becomes this one.
 */
static int
ea_write(struct inode *ip, const struct eaarea *ea, kauth_cred_t cred)
{
	const uint32_t oldsize = ip->i_din.di_extsize;
	int64_t old[UFS_NXADDR], new[UFS_NXADDR] = { 0, 0 };
	int i, error = 0;

	memcpy(old, ip->i_din.di_extb, sizeof(old));
	for (i = 0; i < UFS_NXADDR && error == 0; i++)
		error = ea_writeblock(ip, ea, i, cred, &new[i]);
	if (error != 0) {
		ea_freeblocks(ip, new, ea->ea_len);
		return error;
	}
	memcpy(ip->i_din.di_extb, new, sizeof(new));
	ip->i_din.di_extsize = ea->ea_len;
	ffs_setflag(ip, IN_CHANGE);
	error = ffs_update(ip, !ffs_delayed(ip->i_ump));
	if (error == 0)
		ea_freeblocks(ip, old, oldsize);
	(void)ffs_update(ip, false);
	return error;
}

/*
 * The file is going to be free.
 */
void
ffs_ea_free(struct inode *ip)
{
	const struct eaarea none = { NULL, 0, 0 };

	if (ITOFS(ip)->fs_ufs2 && ip->i_din.di_extsize != 0)
		(void)ea_write(ip, &none, NOCRED);
}

static void
ea_cut(struct eaarea *ea, const struct earecord *er)
{
	uint32_t end = er->er_off + er->er_len;

	memmove(ea->ea_data + er->er_off, ea->ea_data + end,
	    ea->ea_len - end);
	ea->ea_len -= er->er_len;
	memset(ea->ea_data + ea->ea_len, 0, er->er_len);
}

/*
 * One more record behind the sound ones; its contents come from the user.
 */
static int
ea_append(const struct fs *fs, struct eaarea *ea, int space,
    const char *name, struct uio *uio)
{
	const uint32_t namelen = (uint32_t)strlen(name);
	const uint32_t len = (uint32_t)uio->uio_resid;
	const uint32_t head = roundup2(EA_NAME + namelen, 8);
	const uint32_t total = head + roundup2(len, 8);
	struct earecord er;
	uint32_t off = 0;
	uint8_t *p;

	while (ea_record(fs, ea, off, &er))
		off += er.er_len;
	if (total > ea_max(fs) || off > ea_max(fs) - total)
		return ENOSPC;
	KASSERT(off + total <= ea->ea_alloc);
	p = ea->ea_data + off;
	memset(p, 0, total);
	ufs_wr32(fs, p + EA_LENGTH, total);
	p[EA_SPACE] = (uint8_t)space;
	p[EA_PAD] = (uint8_t)(total - head - len);
	p[EA_NAMELEN] = (uint8_t)namelen;
	memcpy(p + EA_NAME, name, namelen);
	ea->ea_len = off + total;
	return uiomove(p + head, len, uio);
}

/*
 * May this be done with attributes of the name space?
 */
static int
ea_permitted(struct vnode *vp, int space, int accmode, kauth_cred_t cred)
{
	if (!ITOFS(VTOI(vp))->fs_ea || vp->v_type == VCHR ||
	    vp->v_type == VBLK)
		return EOPNOTSUPP;
	if (accmode == VWRITE && ffs_isrdonly(VTOI(vp)->i_ump))
		return EROFS;
	if (cred == NOCRED)
		return 0;		/* the kernel's own */
	switch (space) {
	case EXTATTR_NAMESPACE_SYSTEM:
		return kauth_cred_geteuid(cred) == 0 ? 0 : EPERM;
	case EXTATTR_NAMESPACE_USER:
		return VOP_ACCESS(vp, accmode, cred);
	default:
		return EPERM;
	}
}

int
ffs_getextattr(void *v)
{
	struct vop_getextattr_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	struct eaarea ea;
	struct earecord er;
	int error;

	error = ea_permitted(ap->a_vp, ap->a_attrnamespace, VREAD,
	    ap->a_cred);
	if (error == 0 && ap->a_name[0] == '\0')
		error = EINVAL;
	if (error == 0)
		error = ea_read(ip, 0, &ea);
	if (error != 0)
		return error;
	if (!ea_find(ITOFS(ip), &ea, ap->a_attrnamespace, ap->a_name, &er))
		error = ENOATTR;
	else {
		if (ap->a_size != NULL)
			*ap->a_size = er.er_contentlen;
		if (ap->a_uio != NULL)
			error = uiomove(__UNCONST(er.er_content),
			    MIN(er.er_contentlen, ap->a_uio->uio_resid),
			    ap->a_uio);
	}
	ea_release(&ea);
	return error;
}

/*
 * Each name with its length in front.
 */
int
ffs_listextattr(void *v)
{
	struct vop_listextattr_args *ap = v;
	struct inode *ip = VTOI(ap->a_vp);
	struct eaarea ea;
	struct earecord er;
	uint32_t off;
	size_t total = 0;
	int error;

	error = ea_permitted(ap->a_vp, ap->a_attrnamespace, VREAD,
	    ap->a_cred);
	if (error == 0)
		error = ea_read(ip, 0, &ea);
	if (error != 0)
		return error;
	for (off = 0; error == 0 && ea_record(ITOFS(ip), &ea, off, &er);
	    off += er.er_len) {
		if (er.er_space != ap->a_attrnamespace)
			continue;
		total += 1 + er.er_namelen;
		if (ap->a_uio != NULL)
			error = uiomove(__UNCONST(er.er_name - 1),
			    MIN(1 + er.er_namelen, ap->a_uio->uio_resid),
			    ap->a_uio);
	}
	if (ap->a_size != NULL)
		*ap->a_size = total;
	ea_release(&ea);
	return error;
}

/*
 * uio NULL: take the attribute away.
 */
static int
ea_change(struct vnode *vp, int space, const char *name, struct uio *uio,
    kauth_cred_t cred)
{
	struct inode *ip = VTOI(vp);
	const struct fs *fs = ITOFS(ip);
	const size_t len = strlen(name);
	struct eaarea ea;
	struct earecord er;
	bool found;
	int error;

	error = ea_permitted(vp, space, VWRITE, cred);
	if (error != 0)
		return error;
	if (len == 0 || len > EXTATTR_MAXNAMELEN)
		return EINVAL;
	if (uio != NULL && uio->uio_resid > ea_max(fs))
		return ENOSPC;
	error = ea_read(ip, uio == NULL ? 0 : (uint32_t)(uio->uio_resid +
	    EA_NAME + len + 16), &ea);
	if (error != 0)
		return error;
	found = ea_find(fs, &ea, space, name, &er);
	if (found)
		ea_cut(&ea, &er);
	if (uio != NULL)
		error = ea_append(fs, &ea, space, name, uio);
	else if (!found)
		error = ENOATTR;
	if (error == 0) {
		ffs_log_begin(ip->i_ump);
		error = ea_write(ip, &ea, cred);
		ffs_log_end(ip->i_ump);
	}
	ea_release(&ea);
	return error;
}

int
ffs_setextattr(void *v)
{
	struct vop_setextattr_args *ap = v;

	return ea_change(ap->a_vp, ap->a_attrnamespace, ap->a_name, ap->a_uio,
	    ap->a_cred);
}

int
ffs_deleteextattr(void *v)
{
	struct vop_deleteextattr_args *ap = v;

	return ea_change(ap->a_vp, ap->a_attrnamespace, ap->a_name, NULL,
	    ap->a_cred);
}
