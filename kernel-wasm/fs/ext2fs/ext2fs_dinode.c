/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_dinode.c - inodes and directory entries from bytes, and back.
 *
 * Times
 *	An inode of 128 bytes has 32 unsigned bits of seconds.  A larger one
 *	that says it uses the room has 34 bits, counted from 1901, and
 *	nanoseconds, and the time of birth.
 *
 * Interface	pure.
 * Errors	EINVAL an entry that does not hold together.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "ext2fs_format.h"

static bool
dinode_fine(const struct m_ext2fs *fs, const struct ext2fs_dinode *di)
{
	return di->e2di_extra >= EXT2_NSECSIZE && fs->e2fs_inode_size >=
	    EXT2_REV0_DINODE_SIZE + EXT2_NSECSIZE;
}

static void
dinode_time(const uint8_t *p, uint32_t off, uint32_t extraoff, bool fine,
    struct timespec *ts)
{
	uint32_t sec = le32dec(p + off), extra;

	ts->tv_sec = sec;
	ts->tv_nsec = 0;
	if (!fine)
		return;
	extra = le32dec(p + extraoff);
	ts->tv_sec = (int32_t)sec + ((int64_t)(extra & 3) << 32);
	if (extra >> 2 < 1000000000)
		ts->tv_nsec = (long)(extra >> 2);
}

static uint64_t
dinode_nblock(const struct m_ext2fs *fs, const uint8_t *p, uint32_t flags)
{
	uint64_t n = le32dec(p + DI_NBLOCK);

	if (!EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_HUGE_FILE))
		return n;
	n |= (uint64_t)le16dec(p + DI_NBLOCKHIGH) << 32;
	if ((flags & EXT2_HUGE_FILE) != 0)
		n <<= fs->e2fs_bshift - DEV_BSHIFT;
	return n;
}

/*
 * An inode from its slot of e2fs_inode_size bytes.
 */
void
ext2fs_dinode_decode(const struct m_ext2fs *fs, const uint8_t *p,
    struct ext2fs_dinode *di)
{
	bool fine;

	memset(di, 0, sizeof(*di));
	di->e2di_mode = le16dec(p + DI_MODE);
	di->e2di_nlink = le16dec(p + DI_NLINK);
	di->e2di_uid = le16dec(p + DI_UID);
	di->e2di_gid = le16dec(p + DI_GID);
	di->e2di_size = le32dec(p + DI_SIZE);
	di->e2di_dtime = le32dec(p + DI_DTIME);
	di->e2di_flags = le32dec(p + DI_FLAGS);
	di->e2di_nblock = dinode_nblock(fs, p, di->e2di_flags);
	di->e2di_gen = le32dec(p + DI_GEN);
	di->e2di_facl = le32dec(p + DI_FACL);
	memcpy(di->e2di_blocks, p + DI_BLOCKS, sizeof(di->e2di_blocks));
	if (fs->e2fs_rev > E2FS_REV0) {
		di->e2di_uid |= (uint32_t)le16dec(p + DI_UIDHIGH) << 16;
		di->e2di_gid |= (uint32_t)le16dec(p + DI_GIDHIGH) << 16;
		if ((di->e2di_mode & 0170000) == 0100000)
			di->e2di_size |=
			    (uint64_t)le32dec(p + DI_SIZEHIGH) << 32;
	}
	if (fs->e2fs_inode_size > EXT2_REV0_DINODE_SIZE)
		di->e2di_extra = le16dec(p + DI_EXTRAISIZE);
	fine = dinode_fine(fs, di);
	dinode_time(p, DI_ATIME, DI_ATIMEX, fine, &di->e2di_atime);
	dinode_time(p, DI_CTIME, DI_CTIMEX, fine, &di->e2di_ctime);
	dinode_time(p, DI_MTIME, DI_MTIMEX, fine, &di->e2di_mtime);
	if (fine)
		dinode_time(p, DI_CRTIME, DI_CRTIMEX, true,
		    &di->e2di_birthtime);
}

static void
dinode_puttime(uint8_t *p, uint32_t off, uint32_t extraoff, bool fine,
    const struct timespec *ts)
{
	int64_t epoch;

	le32enc(p + off, (uint32_t)ts->tv_sec);
	if (!fine)
		return;
	epoch = (ts->tv_sec - (int32_t)(uint32_t)ts->tv_sec) >> 32;
	le32enc(p + extraoff, (uint32_t)(epoch & 3) |
	    (uint32_t)ts->tv_nsec << 2);
}

/*
 * What a time becomes when it is kept in this inode.
 */
void
ext2fs_dinode_clip(const struct m_ext2fs *fs, const struct ext2fs_dinode *di,
    struct timespec *ts)
{
	uint8_t slot[8];

	dinode_puttime(slot, 0, 4, dinode_fine(fs, di), ts);
	dinode_time(slot, 0, 4, dinode_fine(fs, di), ts);
}

static void
dinode_putnblock(const struct m_ext2fs *fs, const struct ext2fs_dinode *di,
    uint8_t *p)
{
	uint64_t n = di->e2di_nblock;

	if ((di->e2di_flags & EXT2_HUGE_FILE) != 0)
		n >>= fs->e2fs_bshift - DEV_BSHIFT;
	le32enc(p + DI_NBLOCK, (uint32_t)n);
	if (EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_HUGE_FILE))
		le16enc(p + DI_NBLOCKHIGH, (uint16_t)(n >> 32));
}

/*
 * Into its slot; bytes of the slot that are not decoded stay.
 */
void
ext2fs_dinode_encode(const struct m_ext2fs *fs,
    const struct ext2fs_dinode *di, uint8_t *p)
{
	bool fine = dinode_fine(fs, di);

	le16enc(p + DI_MODE, di->e2di_mode);
	le16enc(p + DI_NLINK, di->e2di_nlink);
	le16enc(p + DI_UID, (uint16_t)di->e2di_uid);
	le16enc(p + DI_GID, (uint16_t)di->e2di_gid);
	le32enc(p + DI_SIZE, (uint32_t)di->e2di_size);
	le32enc(p + DI_DTIME, di->e2di_dtime);
	le32enc(p + DI_FLAGS, di->e2di_flags);
	dinode_putnblock(fs, di, p);
	le32enc(p + DI_GEN, di->e2di_gen);
	le32enc(p + DI_FACL, di->e2di_facl);
	memcpy(p + DI_BLOCKS, di->e2di_blocks, sizeof(di->e2di_blocks));
	if (fs->e2fs_rev > E2FS_REV0) {
		le16enc(p + DI_UIDHIGH, (uint16_t)(di->e2di_uid >> 16));
		le16enc(p + DI_GIDHIGH, (uint16_t)(di->e2di_gid >> 16));
		if ((di->e2di_mode & 0170000) == 0100000)
			le32enc(p + DI_SIZEHIGH,
			    (uint32_t)(di->e2di_size >> 32));
	}
	if (fs->e2fs_inode_size > EXT2_REV0_DINODE_SIZE)
		le16enc(p + DI_EXTRAISIZE, di->e2di_extra);
	dinode_puttime(p, DI_ATIME, DI_ATIMEX, fine, &di->e2di_atime);
	dinode_puttime(p, DI_CTIME, DI_CTIMEX, fine, &di->e2di_ctime);
	dinode_puttime(p, DI_MTIME, DI_MTIMEX, fine, &di->e2di_mtime);
	if (fine)
		dinode_puttime(p, DI_CRTIME, DI_CRTIMEX, true,
		    &di->e2di_birthtime);
}

/*
 * The entry at p; left bytes remain in its block.  Without FTYPE the byte
 * after the length of the name is its high half, which must be zero.
 */
int
ext2fs_direct_decode(const struct m_ext2fs *fs, const uint8_t *p, size_t left,
    struct ext2fs_direct *d)
{
	if (left < E2D_HDRSIZE)
		return EINVAL;
	d->e2d_ino = le32dec(p);
	d->e2d_reclen = le16dec(p + 4);
	d->e2d_namlen = p[6];
	d->e2d_name = (const char *)p + E2D_HDRSIZE;
	if (d->e2d_reclen < E2D_HDRSIZE || (d->e2d_reclen & 3) != 0 ||
	    d->e2d_reclen > left)
		return EINVAL;
	if (d->e2d_ino == 0) {
		d->e2d_namlen = 0;
		return 0;
	}
	if (!EXT2F_HAS_INCOMPAT(fs, EXT2F_INCOMPAT_FTYPE) && p[7] != 0)
		return EINVAL;
	if (d->e2d_namlen == 0 || E2D_HDRSIZE + d->e2d_namlen >
	    d->e2d_reclen || d->e2d_ino > fs->e2fs_icount)
		return EINVAL;
	return 0;
}

/*
 * Can this name be shown?  One with a slash could not be opened.
 */
bool
ext2fs_direct_nameok(const struct ext2fs_direct *d)
{
	return memchr(d->e2d_name, '/', d->e2d_namlen) == NULL &&
	    memchr(d->e2d_name, '\0', d->e2d_namlen) == NULL;
}
