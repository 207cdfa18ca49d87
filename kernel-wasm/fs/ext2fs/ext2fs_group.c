/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_group.c - group descriptors, and where the file system itself lies.
 *
 * Zones
 *	Superblocks, descriptors, bitmaps and inode tables of all groups as a
 *	sorted list of ranges.  No pointer of a file may lead into one: so a
 *	damaged file cannot be used to overwrite what holds the others.
 *
 * Interface	group numbers are below e2fs_ncg.
 * Locking	um_lock for what changes: counts, flags, checksums.
 * Errors	EINVAL a descriptor that points outside the file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "ext2fs_format.h"

#define	CRC16_POLY	0xa001

static const uint8_t *
gd_at(const struct m_ext2fs *fs, uint32_t cg)
{
	KASSERT(cg < fs->e2fs_ncg);
	return fs->e2fs_gd + (size_t)cg * E2FS_GDSIZE;
}

uint32_t
ext2fs_gd32(const struct m_ext2fs *fs, uint32_t cg, uint32_t off)
{
	return le32dec(gd_at(fs, cg) + off);
}

/*
 * A word; flags and unused inodes exist with checksums only.
 */
uint16_t
ext2fs_gd16(const struct m_ext2fs *fs, uint32_t cg, uint32_t off)
{
	if (off >= GD_FLAGS &&
	    !EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_GDT_CSUM))
		return 0;
	return le16dec(gd_at(fs, cg) + off);
}

static uint16_t
crc16(uint16_t crc, const uint8_t *p, size_t len)
{
	int bit;

	while (len-- > 0) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = (uint16_t)((crc >> 1) ^
			    ((crc & 1) != 0 ? CRC16_POLY : 0));
	}
	return crc;
}

/*
 * Over the file system's identity, the group's number and its descriptor.
 */
static uint16_t
gd_checksum(const struct m_ext2fs *fs, uint32_t cg)
{
	uint8_t number[4];
	uint16_t crc;

	le32enc(number, cg);
	crc = crc16(0xffff, fs->e2fs_sb + SB_UUID, 16);
	crc = crc16(crc, number, sizeof(number));
	return crc16(crc, gd_at(fs, cg), GD_CHECKSUM);
}

void
ext2fs_gd_set16(struct m_ext2fs *fs, uint32_t cg, uint32_t off, uint16_t v)
{
	uint8_t *gd = fs->e2fs_gd + (size_t)cg * E2FS_GDSIZE;

	KASSERT(cg < fs->e2fs_ncg);
	le16enc(gd + off, v);
	if (EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_GDT_CSUM))
		le16enc(gd + GD_CHECKSUM, gd_checksum(fs, cg));
	fs->e2fs_gddirty[((size_t)cg * E2FS_GDSIZE) >> fs->e2fs_bshift] = 1;
	fs->e2fs_fmod = true;
}

bool
ext2fs_gd_checksums_ok(const struct m_ext2fs *fs)
{
	uint32_t cg;

	if (!EXT2F_HAS_ROCOMPAT(fs, EXT2F_ROCOMPAT_GDT_CSUM))
		return true;
	for (cg = 0; cg < fs->e2fs_ncg; cg++) {
		if (ext2fs_gd16(fs, cg, GD_CHECKSUM) != gd_checksum(fs, cg))
			return false;
	}
	return true;
}

static bool
gd_inside(const struct m_ext2fs *fs, uint32_t blk, uint32_t count)
{
	return blk >= fs->e2fs_first_dblock && blk < fs->e2fs_bcount &&
	    count <= fs->e2fs_bcount - blk;
}

int
ext2fs_gd_check(const struct m_ext2fs *fs)
{
	uint32_t cg;

	for (cg = 0; cg < fs->e2fs_ncg; cg++) {
		if (!gd_inside(fs, ext2fs_gd32(fs, cg, GD_BBITMAP), 1) ||
		    !gd_inside(fs, ext2fs_gd32(fs, cg, GD_IBITMAP), 1) ||
		    !gd_inside(fs, ext2fs_gd32(fs, cg, GD_ITABLES),
		    fs->e2fs_itpg))
			return EINVAL;
	}
	return 0;
}

static void
zone_add(struct m_ext2fs *fs, uint32_t start, uint32_t count)
{
	struct ext2fs_zone *z = &fs->e2fs_zones[fs->e2fs_nzones++];

	z->z_start = start;
	z->z_end = start + count;
}

/*
 * Sort in place (heap sort: the list is long and not always random).
 */
static void
zone_sift(struct ext2fs_zone *z, uint32_t i, uint32_t n)
{
	struct ext2fs_zone tmp;
	uint32_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && z[child + 1].z_start > z[child].z_start)
			child++;
		if (z[i].z_start >= z[child].z_start)
			return;
		tmp = z[i];
		z[i] = z[child];
		z[child] = tmp;
		i = child;
	}
}

static void
zone_sort(struct ext2fs_zone *z, uint32_t n)
{
	struct ext2fs_zone tmp;
	uint32_t i;

	for (i = n / 2; i > 0; i--)
		zone_sift(z, i - 1, n);
	for (i = n; i > 1; i--) {
		tmp = z[0];
		z[0] = z[i - 1];
		z[i - 1] = tmp;
		zone_sift(z, 0, i - 1);
	}
}

/*
 * Neighbours become one range; an overlap is noted.
 */
static void
zone_merge(struct m_ext2fs *fs)
{
	struct ext2fs_zone *z = fs->e2fs_zones;
	uint32_t in, out = 0;

	for (in = 1; in < fs->e2fs_nzones; in++) {
		if (z[in].z_start < z[out].z_end)
			fs->e2fs_zonesmix = true;
		if (z[in].z_start <= z[out].z_end)
			z[out].z_end = MAX(z[out].z_end, z[in].z_end);
		else
			z[++out] = z[in];
	}
	fs->e2fs_nzones = out + 1;
}

static size_t
zone_bytes(const struct m_ext2fs *fs)
{
	return ((size_t)fs->e2fs_ncg * 4 + 1) * sizeof(*fs->e2fs_zones);
}

void
ext2fs_zones_build(struct m_ext2fs *fs)
{
	uint32_t cg, room, sbsize;

	/* with the blocks a resize would make descriptors of */
	sbsize = 1 + fs->e2fs_ngdb;
	if (EXT2F_HAS_COMPAT(fs, EXT2F_COMPAT_RESIZE_INODE))
		sbsize += le16dec(fs->e2fs_sb + SB_RESGDB);
	fs->e2fs_zones = kmem_alloc(zone_bytes(fs), KM_SLEEP);
	fs->e2fs_nzones = 0;
	if (fs->e2fs_first_dblock > 0)
		zone_add(fs, 0, fs->e2fs_first_dblock);
	for (cg = 0; cg < fs->e2fs_ncg; cg++) {
		room = ext2fs_cg_blocks(fs, cg);
		if (ext2fs_cg_has_sb(fs, cg))
			zone_add(fs, cgbase(fs, cg), MIN(sbsize, room));
		zone_add(fs, ext2fs_gd32(fs, cg, GD_BBITMAP), 1);
		zone_add(fs, ext2fs_gd32(fs, cg, GD_IBITMAP), 1);
		zone_add(fs, ext2fs_gd32(fs, cg, GD_ITABLES), fs->e2fs_itpg);
	}
	zone_sort(fs->e2fs_zones, fs->e2fs_nzones);
	zone_merge(fs);
}

void
ext2fs_zones_free(struct m_ext2fs *fs)
{
	if (fs->e2fs_zones != NULL)
		kmem_free(fs->e2fs_zones, zone_bytes(fs));
	fs->e2fs_zones = NULL;
}

/*
 * Does any of these blocks hold the file system itself?
 */
bool
ext2fs_in_zone(const struct m_ext2fs *fs, uint32_t blk, uint32_t count)
{
	uint32_t lo = 0, hi = fs->e2fs_nzones, mid;

	/* the first zone that ends behind blk */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (fs->e2fs_zones[mid].z_end > blk)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < fs->e2fs_nzones &&
	    fs->e2fs_zones[lo].z_start < (uint64_t)blk + count;
}

/*
 * Can a file's data or its map be there?
 */
bool
ext2fs_blocks_valid(const struct m_ext2fs *fs, uint64_t blk, uint64_t count)
{
	return blk > fs->e2fs_first_dblock && blk < fs->e2fs_avail &&
	    count <= fs->e2fs_avail - blk &&
	    !ext2fs_in_zone(fs, (uint32_t)blk, (uint32_t)count);
}

/*
 * The block that holds an inode, and the byte in it.
 */
int
ext2fs_inode_place(const struct m_ext2fs *fs, uint64_t ino, uint32_t *blkp,
    uint32_t *offp)
{
	uint32_t n, blk;

	if (ino == 0 || ino > fs->e2fs_icount)
		return EINVAL;
	n = (uint32_t)((ino - 1) % fs->e2fs_ipg);
	blk = ext2fs_gd32(fs, ino_to_cg(fs, ino), GD_ITABLES) +
	    n / fs->e2fs_ipb;
	if (blk >= fs->e2fs_avail)
		return EINVAL;
	*blkp = blk;
	*offp = (n % fs->e2fs_ipb) * fs->e2fs_inode_size;
	return 0;
}
