/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_dinode.c - inodes and directory entries from bytes.
 *
 * Interface	pure.
 * Errors	EINVAL an entry that does not hold together.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>

#include "ffs_format.h"

/* offsets, UFS1 and UFS2 */
enum {
	D1_NLINK = 2, D1_OLDUID = 4, D1_OLDGID = 6, D1_SIZE = 8,
	D1_ATIME = 16, D1_MTIME = 24, D1_CTIME = 32, D1_DB = 40, D1_IB = 88,
	D1_FLAGS = 100, D1_BLOCKS = 104, D1_GEN = 108, D1_UID = 112,
	D1_GID = 116
};
enum {
	D2_NLINK = 2, D2_UID = 4, D2_GID = 8, D2_SIZE = 16, D2_BLOCKS = 24,
	D2_ATIME = 32, D2_MTIME = 40, D2_CTIME = 48, D2_BIRTH = 56,
	D2_MTIMENS = 64, D2_ATIMENS = 68, D2_CTIMENS = 72, D2_BIRTHNS = 76,
	D2_GEN = 80, D2_FLAGS = 88, D2_DB = 112, D2_IB = 208
};

static void
dinode_time(struct timespec *ts, int64_t sec, uint32_t nsec)
{
	ts->tv_sec = sec;
	ts->tv_nsec = nsec < 1000000000 ? (long)nsec : 0;
}

static void
dinode_time1(const struct fs *fs, const uint8_t *p, struct timespec *ts)
{
	dinode_time(ts, (int32_t)ufs_rd32(fs, p), ufs_rd32(fs, p + 4));
}

static void
dinode1_decode(const struct fs *fs, const uint8_t *p, struct ufs_dinode *di)
{
	int i;

	if (fs->fs_oldinode) {
		di->di_uid = ufs_rd16(fs, p + D1_OLDUID);
		di->di_gid = ufs_rd16(fs, p + D1_OLDGID);
	} else {
		di->di_uid = ufs_rd32(fs, p + D1_UID);
		di->di_gid = ufs_rd32(fs, p + D1_GID);
	}
	di->di_size = ufs_rd64(fs, p + D1_SIZE);
	di->di_blocks = ufs_rd32(fs, p + D1_BLOCKS);
	dinode_time1(fs, p + D1_ATIME, &di->di_atime);
	dinode_time1(fs, p + D1_MTIME, &di->di_mtime);
	dinode_time1(fs, p + D1_CTIME, &di->di_ctime);
	di->di_flags = ufs_rd32(fs, p + D1_FLAGS);
	di->di_gen = (int32_t)ufs_rd32(fs, p + D1_GEN);
	for (i = 0; i < UFS_NDADDR; i++)
		di->di_db[i] = (int32_t)ufs_rd32(fs, p + D1_DB + 4 * i);
	for (i = 0; i < UFS_NIADDR; i++)
		di->di_ib[i] = (int32_t)ufs_rd32(fs, p + D1_IB + 4 * i);
	memcpy(di->di_short, p + D1_DB, 60);
	di->di_rdev = ufs_rd32(fs, p + D1_DB);
}

static void
dinode2_decode(const struct fs *fs, const uint8_t *p, struct ufs_dinode *di)
{
	int i;

	di->di_uid = ufs_rd32(fs, p + D2_UID);
	di->di_gid = ufs_rd32(fs, p + D2_GID);
	di->di_size = ufs_rd64(fs, p + D2_SIZE);
	di->di_blocks = ufs_rd64(fs, p + D2_BLOCKS);
	dinode_time(&di->di_atime, (int64_t)ufs_rd64(fs, p + D2_ATIME),
	    ufs_rd32(fs, p + D2_ATIMENS));
	dinode_time(&di->di_mtime, (int64_t)ufs_rd64(fs, p + D2_MTIME),
	    ufs_rd32(fs, p + D2_MTIMENS));
	dinode_time(&di->di_ctime, (int64_t)ufs_rd64(fs, p + D2_CTIME),
	    ufs_rd32(fs, p + D2_CTIMENS));
	dinode_time(&di->di_birthtime, (int64_t)ufs_rd64(fs, p + D2_BIRTH),
	    ufs_rd32(fs, p + D2_BIRTHNS));
	di->di_flags = ufs_rd32(fs, p + D2_FLAGS);
	di->di_gen = (int32_t)ufs_rd32(fs, p + D2_GEN);
	for (i = 0; i < UFS_NDADDR; i++)
		di->di_db[i] = (int64_t)ufs_rd64(fs, p + D2_DB + 8 * i);
	for (i = 0; i < UFS_NIADDR; i++)
		di->di_ib[i] = (int64_t)ufs_rd64(fs, p + D2_IB + 8 * i);
	memcpy(di->di_short, p + D2_DB, 120);
	di->di_rdev = (int64_t)ufs_rd64(fs, p + D2_DB);
}

void
ufs_dinode_decode(const struct fs *fs, const uint8_t *p,
    struct ufs_dinode *di)
{
	memset(di, 0, sizeof(*di));
	di->di_mode = ufs_rd16(fs, p);
	di->di_nlink = ufs_rd16(fs, p + 2);
	if (fs->fs_ufs2)
		dinode2_decode(fs, p, di);
	else
		dinode1_decode(fs, p, di);
}

/*
 * The entry at p; left bytes remain in its chunk.
 */
int
ufs_direntry_decode(const struct fs *fs, const uint8_t *p, size_t left,
    struct ufs_direntry *d)
{
	unsigned int namlen;

	if (left < 8)
		return EINVAL;
	d->d_ino = ufs_rd32(fs, p);
	d->d_reclen = ufs_rd16(fs, p + 4);
	if (fs->fs_olddir) {
		namlen = ufs_rd16(fs, p + 6);
		d->d_type = DT_UNKNOWN;
	} else {
		d->d_type = p[6];
		namlen = p[7];
	}
	if (d->d_reclen < 8 || (d->d_reclen & 3) != 0 || d->d_reclen > left)
		return EINVAL;
	if (d->d_ino == 0)
		namlen = 0;
	else if (namlen == 0 || namlen > FFS_MAXNAMLEN ||
	    8 + namlen > d->d_reclen)
		return EINVAL;
	d->d_namlen = (uint8_t)namlen;
	d->d_name = (const char *)p + 8;
	if (memchr(d->d_name, '/', namlen) != NULL ||
	    memchr(d->d_name, '\0', namlen) != NULL)
		return EINVAL;
	return 0;
}
