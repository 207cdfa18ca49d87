/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ffs_check.c - a strict check of an unmounted fast file system: nothing
 * may differ from what the tree of its files implies.
 *
 *	inodes		type, size, block addresses in range and owned once,
 *			none behind the end, di_blocks
 *	directories	chunks whole, names unique by inode, "." and "..",
 *			links counted
 *	groups		maps, counters, frsum, clusters, summary, totals
 */

#include "h_test.h"

#include <sys/dirent.h>
#include <sys/stat.h>

#include "h_ffs.h"

struct ck {
	const uint8_t *disk;
	size_t	size;
	struct fs fs;
	uint8_t	*owned;			/* a bit for each frag */
	uint16_t *mode, *nlink, *links;	/* by inode */
	int	wrong;
};

static void
bad(struct ck *c, const char *what, uint64_t a, uint64_t b)
{
	if (c->wrong++ < 12)
		h_fail("ffs", 0, "%s (%llu, %llu)", what,
		    (unsigned long long)a, (unsigned long long)b);
}

static void
own(struct ck *c, uint64_t addr, uint32_t n, uint64_t who)
{
	uint32_t i;

	if (!ffs_frags_valid(&c->fs, (int64_t)addr, n)) {
		bad(c, "address out of range", who, addr);
		return;
	}
	for (i = 0; i < n; i++) {
		if ((c->owned[(addr + i) / 8] >> ((addr + i) % 8) & 1) != 0)
			bad(c, "frag owned twice", who, addr + i);
		c->owned[(addr + i) / 8] |= (uint8_t)(1U << ((addr + i) % 8));
	}
}

static int64_t
pointer(struct ck *c, uint64_t addr, uint32_t i)
{
	const uint8_t *p = c->disk + fsbtobyte(&c->fs, addr);

	return c->fs.fs_ufs2 ? (int64_t)ufs_rd64(&c->fs, p + 8 * i) :
	    (int32_t)ufs_rd32(&c->fs, p + 4 * i);
}

/*
 * A tree that maps blocks from lbn on; nblk: blocks of the file.
 */
static uint64_t
tree(struct ck *c, uint64_t ino, uint64_t addr, int level, uint64_t lbn,
    uint64_t nblk)
{
	const struct fs *fs = &c->fs;
	uint64_t frags = fs->fs_frag, span = 1, at;
	int64_t child;
	uint32_t i;
	int k;

	own(c, addr, fs->fs_frag, ino);
	if (!ffs_frags_valid(fs, (int64_t)addr, fs->fs_frag))
		return 0;
	for (k = 1; k < level; k++)
		span *= fs->fs_nindir;
	for (i = 0; i < fs->fs_nindir; i++) {
		child = pointer(c, addr, i);
		at = lbn + i * span;
		if (child == 0)
			continue;
		if (at >= nblk)
			bad(c, "pointer behind the end", ino, at);
		if (level > 1)
			frags += tree(c, ino, (uint64_t)child, level - 1, at,
			    nblk);
		else {
			own(c, (uint64_t)child, fs->fs_frag, ino);
			frags += fs->fs_frag;
		}
	}
	return frags;
}

static void
blocks(struct ck *c, uint64_t ino, const struct ufs_dinode *di)
{
	const struct fs *fs = &c->fs;
	uint64_t nblk = howmany(di->di_size, fs->fs_bsize), frags = 0;
	uint64_t lbn = UFS_NDADDR, span = 1;
	uint32_t n;
	int i;

	for (i = 0; i < UFS_NDADDR; i++) {
		if (di->di_db[i] == 0)
			continue;
		if ((uint64_t)i >= nblk) {
			bad(c, "direct block behind the end", ino,
			    (uint64_t)i);
			continue;
		}
		n = (uint32_t)ffs_blksize(fs, di->di_size, i) >> fs->fs_fshift;
		own(c, (uint64_t)di->di_db[i], n, ino);
		frags += n;
	}
	for (i = 0; i < UFS_NIADDR; i++) {
		span *= fs->fs_nindir;
		if (di->di_ib[i] != 0) {
			if (lbn >= nblk)
				bad(c, "tree behind the end", ino, lbn);
			frags += tree(c, ino, (uint64_t)di->di_ib[i], i + 1,
			    lbn, nblk);
		}
		lbn += span;
	}
	for (i = 0; i < UFS_NXADDR && fs->fs_ufs2; i++) {
		if (di->di_extb[i] == 0)
			continue;
		n = (uint32_t)ffs_blksize(fs, di->di_extsize, i) >>
		    fs->fs_fshift;
		own(c, (uint64_t)di->di_extb[i], n, ino);
		frags += n;
	}
	if (frags * (fs->fs_fsize / 512) != di->di_blocks)
		bad(c, "di_blocks", ino, di->di_blocks);
}

static void
chunk(struct ck *c, uint64_t ino, const uint8_t *p, bool first)
{
	struct ufs_direntry d;
	uint32_t at, nth = 0;

	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen, nth++) {
		if (ufs_direntry_decode(&c->fs, p + at, UFS_DIRBLKSIZ - at,
		    &d) != 0) {
			bad(c, "directory entry", ino, at);
			return;
		}
		if (first && nth == 0 && (d.d_ino != ino ||
		    d.d_namlen != 1 || d.d_name[0] != '.'))
			bad(c, "no dot", ino, d.d_ino);
		if (first && nth == 1 && (d.d_namlen != 2 ||
		    d.d_name[0] != '.' || d.d_name[1] != '.'))
			bad(c, "no dotdot", ino, d.d_ino);
		if (d.d_ino == 0 || d.d_ino == UFS_WINO)
			continue;
		if (d.d_ino >= c->fs.fs_ipg * c->fs.fs_ncg ||
		    c->mode[d.d_ino] == 0) {
			bad(c, "name of no file", ino, d.d_ino);
			continue;
		}
		if (!c->fs.fs_olddir &&
		    d.d_type != IFTODT(c->mode[d.d_ino]))
			bad(c, "type of entry", ino, d.d_ino);
		c->links[d.d_ino]++;
	}
}

/* Tests make directories without holes and of few blocks. */
static void
directory(struct ck *c, uint64_t ino, const struct ufs_dinode *di)
{
	const struct fs *fs = &c->fs;
	uint64_t off, lbn, addr;

	if (di->di_size == 0 || di->di_size % UFS_DIRBLKSIZ != 0)
		bad(c, "size of directory", ino, di->di_size);
	for (off = 0; off < di->di_size; off += UFS_DIRBLKSIZ) {
		lbn = off >> fs->fs_bshift;
		if (lbn < UFS_NDADDR)
			addr = (uint64_t)di->di_db[lbn];
		else
			addr = (uint64_t)pointer(c, (uint64_t)di->di_ib[0],
			    (uint32_t)lbn - UFS_NDADDR);
		if (!ffs_frags_valid(fs, (int64_t)addr, 1)) {
			bad(c, "hole in directory", ino, off);
			return;
		}
		chunk(c, ino, c->disk + fsbtobyte(fs, addr) +
		    ffs_blkoff(fs, off), off == 0);
	}
}

static void
inode(struct ck *c, uint64_t ino, struct ufs_dinode *di)
{
	uint64_t blk;
	uint32_t off;

	memset(di, 0, sizeof(*di));
	if (ffs_inode_place(&c->fs, ino, &blk, &off) == 0)
		ufs_dinode_decode(&c->fs, c->disk + fsbtobyte(&c->fs, blk) +
		    off, di);
}

static void
files(struct ck *c)
{
	const uint32_t n = c->fs.fs_ipg * c->fs.fs_ncg;
	struct ufs_dinode di;
	uint32_t i, cgi;
	const uint8_t *cg;

	for (i = UFS_ROOTINO; i < n; i++) {
		cgi = i % c->fs.fs_ipg;
		cg = c->disk + fsbtobyte(&c->fs, ffs_cgstart(&c->fs,
		    i / c->fs.fs_ipg) + c->fs.fs_cblkno);
		if (c->fs.fs_ufs2 && cgi >= ufs_rd32(&c->fs,
		    cg + CG_INITEDIBLK))
			continue;
		inode(c, i, &di);
		c->mode[i] = (uint16_t)di.di_mode;
		c->nlink[i] = (uint16_t)di.di_nlink;
		/* The journal has no name. */
		if ((di.di_flags & SF_LOG) != 0)
			c->links[i] = c->nlink[i];
		if (S_ISREG(di.di_mode) || S_ISDIR(di.di_mode) ||
		    (S_ISLNK(di.di_mode) && (int64_t)di.di_size >=
		    c->fs.fs_maxsymlinklen && (c->fs.fs_maxsymlinklen > 0 ||
		    di.di_blocks != 0)))
			blocks(c, i, &di);
		else if (di.di_blocks != 0)
			bad(c, "blocks of a special file", i, di.di_blocks);
	}
	for (i = UFS_ROOTINO; i < n; i++) {
		if (!S_ISDIR(c->mode[i]))
			continue;
		inode(c, i, &di);
		directory(c, i, &di);
	}
	for (i = UFS_ROOTINO; i < n; i++)
		if (c->links[i] != (c->mode[i] == 0 ? 0 : c->nlink[i]))
			bad(c, "links", i, c->links[i]);
}

/*
 * What no file owns but is not free.
 */
static void
own_metadata(struct ck *c)
{
	const struct fs *fs = &c->fs;
	uint32_t cgx;
	uint64_t base;

	for (cgx = 0; cgx < fs->fs_ncg; cgx++) {
		base = (uint64_t)cgx * fs->fs_fpg;
		own(c, base + fs->fs_sblkno, fs->fs_dblkno - fs->fs_sblkno,
		    0);
	}
	for (base = 0; base < fs->fs_sblkno; base++)
		c->owned[base / 8] |= (uint8_t)(1U << (base % 8));
	own(c, fs->fs_csaddr, fs->fs_cssize / fs->fs_fsize, 0);
}

static void
same(struct ck *c, const char *what, uint32_t cgx, uint32_t has,
    uint32_t should)
{
	if (has != should) {
		bad(c, what, cgx, has);
		bad(c, "  should be", cgx, should);
	}
}

static void
clusters(struct ck *c, uint32_t cgx, const uint8_t *cg,
    const struct h_ffs_counts *n, const uint8_t *map, uint32_t ndblk)
{
	const struct fs *fs = &c->fs;
	const uint8_t *sum = cg + ufs_rd32(fs, cg + CG_CLUSTERSUMOFF);
	const uint8_t *bits = cg + ufs_rd32(fs, cg + CG_CLUSTEROFF);
	uint32_t i, k;
	bool isfree;

	for (i = 1; i <= fs->fs_contigsumsize; i++)
		same(c, "cluster sum", cgx, ufs_rd32(fs, sum + 4 * i),
		    n->c_clustersum[i]);
	for (i = 0; i < ndblk / fs->fs_frag; i++) {
		isfree = true;
		for (k = i * fs->fs_frag; k < (i + 1) * fs->fs_frag; k++)
			isfree = isfree && (map[k / 8] >> (k % 8) & 1) != 0;
		if (isfree != ((bits[i / 8] >> (i % 8) & 1) != 0))
			bad(c, "cluster map", cgx, i);
	}
}

static void
group_inodes(struct ck *c, uint32_t cgx, const uint8_t *cg,
    struct csum *cs)
{
	const struct fs *fs = &c->fs;
	const uint8_t *map = cg + ufs_rd32(fs, cg + CG_IUSEDOFF);
	uint32_t i, ino;
	bool used;

	for (i = 0; i < fs->fs_ipg; i++) {
		ino = cgx * fs->fs_ipg + i;
		used = ino < UFS_ROOTINO || c->mode[ino] != 0;
		if (used != ((map[i / 8] >> (i % 8) & 1) != 0))
			bad(c, "inode map", ino, used);
		cs->cs_nifree += !used;
		cs->cs_ndir += S_ISDIR(c->mode[ino]);
	}
}

static void
group(struct ck *c, uint32_t cgx, struct csum *total)
{
	const struct fs *fs = &c->fs;
	const uint8_t *cg = c->disk + fsbtobyte(fs, ffs_cgstart(fs, cgx) +
	    fs->fs_cblkno);
	const uint8_t *map = cg + ufs_rd32(fs, cg + CG_FREEOFF);
	const uint8_t *sum = c->disk + fsbtobyte(fs, fs->fs_csaddr) +
	    cgx * CSUM_SIZE;
	uint32_t ndblk = ufs_rd32(fs, cg + CG_NDBLK), i;
	struct h_ffs_counts n;
	uint64_t at;

	for (i = 0; i < ndblk; i++) {
		at = (uint64_t)cgx * fs->fs_fpg + i;
		if ((map[i / 8] >> (i % 8) & 1) ==
		    (c->owned[at / 8] >> (at % 8) & 1))
			bad(c, "free map", cgx, i);
	}
	h_ffs_count(fs, map, ndblk, &n);
	group_inodes(c, cgx, cg, &n.c_cs);
	for (i = 1; i < fs->fs_frag; i++)
		same(c, "frsum", cgx, ufs_rd32(fs, cg + CG_FRSUM + 4 * i),
		    n.c_frsum[i]);
	for (i = 0; i < 4; i++) {
		same(c, "cg_cs", cgx, ufs_rd32(fs, cg + CG_CS + 4 * i),
		    (uint32_t)(&n.c_cs.cs_ndir)[i]);
		same(c, "summary", cgx, ufs_rd32(fs, sum + 4 * i),
		    (uint32_t)(&n.c_cs.cs_ndir)[i]);
		(&total->cs_ndir)[i] += (&n.c_cs.cs_ndir)[i];
	}
	if (fs->fs_contigsumsize > 0)
		clusters(c, cgx, cg, &n, map, ndblk);
}

int
h_ffs_check(const uint8_t *disk, size_t size)
{
	static const uint64_t places[] = SBLOCKSEARCH;
	struct ck c = { .disk = disk, .size = size };
	struct csum total = { 0, 0, 0, 0 };
	uint32_t i, n;
	int error = ENOENT;

	for (i = 0; i < 4 && error == ENOENT; i++)
		if (places[i] + SBLOCKSIZE <= size)
			error = ffs_super_decode(disk + places[i], places[i],
			    false, &c.fs);
	if (error != 0) {
		bad(&c, "superblock", (uint64_t)error, 0);
		return c.wrong;
	}
	if (c.fs.fs_clean != FS_ISCLEAN)
		bad(&c, "not clean", c.fs.fs_clean, 0);
	n = c.fs.fs_ipg * c.fs.fs_ncg;
	c.owned = kmem_zalloc(c.fs.fs_size / 8 + 1, KM_SLEEP);
	c.mode = kmem_zalloc(3 * n * sizeof(*c.mode), KM_SLEEP);
	c.nlink = c.mode + n;
	c.links = c.nlink + n;
	own_metadata(&c);
	files(&c);
	for (i = 0; i < c.fs.fs_ncg; i++)
		group(&c, i, &total);
	same(&c, "total ndir", 0, (uint32_t)c.fs.fs_ndir, (uint32_t)total.cs_ndir);
	same(&c, "total nbfree", 0, (uint32_t)c.fs.fs_nbfree, (uint32_t)total.cs_nbfree);
	same(&c, "total nifree", 0, (uint32_t)c.fs.fs_nifree, (uint32_t)total.cs_nifree);
	same(&c, "total nffree", 0, (uint32_t)c.fs.fs_nffree, (uint32_t)total.cs_nffree);
	kmem_free(c.mode, 3 * n * sizeof(*c.mode));
	kmem_free(c.owned, c.fs.fs_size / 8 + 1);
	return c.wrong;
}
