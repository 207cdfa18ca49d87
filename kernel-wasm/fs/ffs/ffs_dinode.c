/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_dinode.c - inodes from bytes and to bytes.
 *
 * Interface	pure.  Fields that this code does not know keep their bytes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/stat.h>

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
	D2_GEN = 80, D2_FLAGS = 88, D2_EXTSIZE = 92, D2_EXTB = 96,
	D2_DB = 112, D2_IB = 208
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
	di->di_extsize = ufs_rd32(fs, p + D2_EXTSIZE);
	for (i = 0; i < UFS_NXADDR; i++)
		di->di_extb[i] = (int64_t)ufs_rd64(fs, p + D2_EXTB + 8 * i);
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


size_t
ufs_dinode_size(const struct fs *fs)
{
	return fs->fs_ufs2 ? DINODE2_SIZE : DINODE1_SIZE;
}

static bool
dinode_isdev(const struct ufs_dinode *di)
{
	return S_ISCHR(di->di_mode) || S_ISBLK(di->di_mode);
}

static void
dinode1_settime(const struct fs *fs, uint8_t *p, const struct timespec *ts)
{
	ufs_wr32(fs, p, (uint32_t)ts->tv_sec);
	ufs_wr32(fs, p + 4, (uint32_t)ts->tv_nsec);
}

static void
dinode1_blocks(const struct fs *fs, const struct ufs_dinode *di,
    bool shortlink, uint8_t *p)
{
	int i;

	if (shortlink) {
		memcpy(p + D1_DB, di->di_short, 60);
		return;
	}
	for (i = 0; i < UFS_NDADDR; i++)
		ufs_wr32(fs, p + D1_DB + 4 * i, (uint32_t)di->di_db[i]);
	for (i = 0; i < UFS_NIADDR; i++)
		ufs_wr32(fs, p + D1_IB + 4 * i, (uint32_t)di->di_ib[i]);
	if (dinode_isdev(di))
		ufs_wr32(fs, p + D1_DB, (uint32_t)di->di_rdev);
}

static void
dinode1_encode(const struct fs *fs, const struct ufs_dinode *di,
    bool shortlink, uint8_t *p)
{
	ufs_wr16(fs, p + D1_OLDUID, (uint16_t)di->di_uid);
	ufs_wr16(fs, p + D1_OLDGID, (uint16_t)di->di_gid);
	if (!fs->fs_oldinode) {
		ufs_wr32(fs, p + D1_UID, di->di_uid);
		ufs_wr32(fs, p + D1_GID, di->di_gid);
	}
	ufs_wr64(fs, p + D1_SIZE, di->di_size);
	ufs_wr32(fs, p + D1_BLOCKS, (uint32_t)di->di_blocks);
	dinode1_settime(fs, p + D1_ATIME, &di->di_atime);
	dinode1_settime(fs, p + D1_MTIME, &di->di_mtime);
	dinode1_settime(fs, p + D1_CTIME, &di->di_ctime);
	ufs_wr32(fs, p + D1_FLAGS, di->di_flags);
	ufs_wr32(fs, p + D1_GEN, (uint32_t)di->di_gen);
	dinode1_blocks(fs, di, shortlink, p);
}

static void
dinode2_settime(const struct fs *fs, uint8_t *sec, uint8_t *nsec,
    const struct timespec *ts)
{
	ufs_wr64(fs, sec, (uint64_t)ts->tv_sec);
	ufs_wr32(fs, nsec, (uint32_t)ts->tv_nsec);
}

static void
dinode2_blocks(const struct fs *fs, const struct ufs_dinode *di,
    bool shortlink, uint8_t *p)
{
	int i;

	if (shortlink) {
		memcpy(p + D2_DB, di->di_short, 120);
		return;
	}
	for (i = 0; i < UFS_NDADDR; i++)
		ufs_wr64(fs, p + D2_DB + 8 * i, (uint64_t)di->di_db[i]);
	for (i = 0; i < UFS_NIADDR; i++)
		ufs_wr64(fs, p + D2_IB + 8 * i, (uint64_t)di->di_ib[i]);
	if (dinode_isdev(di))
		ufs_wr64(fs, p + D2_DB, (uint64_t)di->di_rdev);
}

static void
dinode2_encode(const struct fs *fs, const struct ufs_dinode *di,
    bool shortlink, uint8_t *p)
{
	int i;

	ufs_wr32(fs, p + D2_UID, di->di_uid);
	ufs_wr32(fs, p + D2_GID, di->di_gid);
	ufs_wr64(fs, p + D2_SIZE, di->di_size);
	ufs_wr64(fs, p + D2_BLOCKS, di->di_blocks);
	dinode2_settime(fs, p + D2_ATIME, p + D2_ATIMENS, &di->di_atime);
	dinode2_settime(fs, p + D2_MTIME, p + D2_MTIMENS, &di->di_mtime);
	dinode2_settime(fs, p + D2_CTIME, p + D2_CTIMENS, &di->di_ctime);
	dinode2_settime(fs, p + D2_BIRTH, p + D2_BIRTHNS, &di->di_birthtime);
	ufs_wr32(fs, p + D2_FLAGS, di->di_flags);
	ufs_wr32(fs, p + D2_GEN, (uint32_t)di->di_gen);
	ufs_wr32(fs, p + D2_EXTSIZE, di->di_extsize);
	for (i = 0; i < UFS_NXADDR; i++)
		ufs_wr64(fs, p + D2_EXTB + 8 * i, (uint64_t)di->di_extb[i]);
	dinode2_blocks(fs, di, shortlink, p);
}

/*
 * shortlink: the text of a symbolic link lies where block addresses would.
 */
void
ufs_dinode_encode(const struct fs *fs, const struct ufs_dinode *di,
    bool shortlink, uint8_t *p)
{
	ufs_wr16(fs, p, (uint16_t)di->di_mode);
	ufs_wr16(fs, p + 2, (uint16_t)di->di_nlink);
	if (fs->fs_ufs2)
		dinode2_encode(fs, di, shortlink, p);
	else
		dinode1_encode(fs, di, shortlink, p);
}
