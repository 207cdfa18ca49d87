/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_ffs_newfs.c - a small newfs(8), for any version, byte order and sizes.
 *
 * Inodes of UFS2 that were never initialised hold rubbish, as on a disk that
 * was used before.
 */

#include "h_test.h"

#include <sys/dirent.h>
#include <sys/stat.h>

#include "h_ffs.h"

/* What is being made. */
struct mk {
	const struct h_ffs_params *p;
	uint8_t	*disk;
	struct fs fs;
	uint8_t	*sb;
};

static void
put32(struct mk *m, size_t off, uint64_t v)
{
	ufs_wr32(&m->fs, m->sb + off, (uint32_t)v);
}

static void
put64(struct mk *m, size_t off, uint64_t v)
{
	ufs_wr64(&m->fs, m->sb + off, v);
}

static uint32_t
log2of(uint32_t v)
{
	return (uint32_t)ilog2(v);
}

static void
layout(struct mk *m, size_t size)
{
	const struct h_ffs_params *p = m->p;
	struct fs *fs = &m->fs;
	uint32_t sbfrags;

	fs->fs_be = p->p_be;
	fs->fs_ufs2 = p->p_ufs2;
	fs->fs_ea = p->p_ea;
	fs->fs_updated = !p->p_old;
	fs->fs_oldinode = fs->fs_olddir = p->p_old;
	fs->fs_bsize = p->p_bsize;
	fs->fs_fsize = p->p_fsize;
	fs->fs_frag = p->p_bsize / p->p_fsize;
	fs->fs_bshift = (int)log2of(p->p_bsize);
	fs->fs_fshift = (int)log2of(p->p_fsize);
	fs->fs_fragshift = fs->fs_bshift - fs->fs_fshift;
	fs->fs_ncg = p->p_ncg;
	fs->fs_ipg = p->p_ipg;
	fs->fs_contigsumsize = p->p_contigsumsize;
	fs->fs_inopb = p->p_bsize / (p->p_ufs2 ? DINODE2_SIZE : DINODE1_SIZE);
	fs->fs_nindir = p->p_bsize / (p->p_ufs2 ? 8 : 4);
	fs->fs_sblockloc = p->p_ufs2 ? 65536 : 8192;
	sbfrags = (uint32_t)howmany(SBLOCKSIZE, p->p_fsize);
	fs->fs_sblkno = (uint32_t)roundup((fs->fs_sblockloc + SBLOCKSIZE) /
	    p->p_fsize, fs->fs_frag);
	if (p->p_fsize > SBLOCKSIZE)
		fs->fs_sblkno += fs->fs_frag;
	fs->fs_cblkno = fs->fs_sblkno + roundup(sbfrags, fs->fs_frag);
	fs->fs_iblkno = fs->fs_cblkno + fs->fs_frag;
	fs->fs_dblkno = fs->fs_iblkno + howmany(fs->fs_ipg, fs->fs_inopb) *
	    fs->fs_frag;
	fs->fs_size = size / p->p_fsize;
	fs->fs_fpg = (uint32_t)roundup(howmany(fs->fs_size, p->p_ncg),
	    fs->fs_frag);
	fs->fs_csaddr = fs->fs_dblkno;
	fs->fs_cssize = roundup(fs->fs_ncg * CSUM_SIZE, p->p_fsize);
	fs->fs_cgsize = p->p_bsize;
	fs->fs_clean = FS_ISCLEAN;
}

static void
super_fields(struct mk *m)
{
	const struct fs *fs = &m->fs;
	uint32_t magic = fs->fs_ea ? FS_UFS2EA_MAGIC :
	    fs->fs_ufs2 ? FS_UFS2_MAGIC : FS_UFS1_MAGIC;

	put32(m, SB_SBLKNO, fs->fs_sblkno);
	put32(m, SB_CBLKNO, fs->fs_cblkno);
	put32(m, SB_IBLKNO, fs->fs_iblkno);
	put32(m, SB_DBLKNO, fs->fs_dblkno);
	put32(m, SB_OLDCGMASK, 0xffffffff);
	put32(m, SB_NCG, fs->fs_ncg);
	put32(m, SB_BSIZE, fs->fs_bsize);
	put32(m, SB_FSIZE, fs->fs_fsize);
	put32(m, SB_FRAG, fs->fs_frag);
	put32(m, SB_MINFREE, m->p->p_minfree);
	put32(m, SB_BMASK, ~(fs->fs_bsize - 1));
	put32(m, SB_FMASK, ~(fs->fs_fsize - 1));
	put32(m, SB_BSHIFT, (uint32_t)fs->fs_bshift);
	put32(m, SB_FSHIFT, (uint32_t)fs->fs_fshift);
	put32(m, SB_FRAGSHIFT, (uint32_t)fs->fs_fragshift);
	put32(m, SB_FSBTODB, log2of(fs->fs_fsize / DEV_BSIZE));
	put32(m, SB_SBSIZE, 2048);
	put32(m, SB_MAXCONTIG, 8);
	put32(m, SB_MAXBPG, fs->fs_nindir);
	put32(m, SB_NINDIR, fs->fs_nindir);
	put32(m, SB_INOPB, fs->fs_inopb);
	put32(m, SB_ID, 77);
	put32(m, SB_ID + 4, 78);
	put32(m, SB_CSSIZE, fs->fs_cssize);
	put32(m, SB_CGSIZE, fs->fs_cgsize);
	put32(m, SB_IPG, fs->fs_ipg);
	put32(m, SB_FPG, fs->fs_fpg);
	put32(m, SB_AVGFILESIZE, 16384);
	put32(m, SB_AVGFPDIR, 64);
	put32(m, SB_CONTIGSUM, fs->fs_contigsumsize);
	put32(m, SB_MAXSYMLINK, m->p->p_old ? 0 : fs->fs_ufs2 ? 120 : 60);
	put32(m, SB_OLDINODEFMT, m->p->p_old ? UINT32_MAX : FS_44INODEFMT);
	put32(m, SB_MAGIC, magic);
	put64(m, SB_MAXFILESIZE, ((uint64_t)1 << 40) - 1);
	put64(m, SB_SBLOCKLOC, fs->fs_sblockloc);
	put64(m, SB_SIZE, fs->fs_size);
	put64(m, SB_DSIZE, fs->fs_size - (uint64_t)fs->fs_dblkno *
	    fs->fs_ncg);
	put64(m, SB_CSADDR, fs->fs_csaddr);
	put32(m, SB_OLDSIZE, fs->fs_size);
	put32(m, SB_OLDCSADDR, fs->fs_csaddr);
	put32(m, SB_OLDDSIZE, fs->fs_size - (uint64_t)fs->fs_dblkno *
	    fs->fs_ncg);
	m->sb[SB_OLDFLAGS] = m->p->p_old ? 0 : FS_FLAGS_UPDATED;
}

/*
 * Runs of free frags and blocks.
 */
void
h_ffs_count(const struct fs *fs, const uint8_t *map, uint32_t ndblk,
    struct h_ffs_counts *c)
{
	uint32_t i, run = 0, blocks = 0, in, n;

	memset(c, 0, sizeof(*c));
	for (i = 0; i <= fs->fs_fpg; i += fs->fs_frag) {
		for (n = in = 0; i < ndblk && in < fs->fs_frag; in++)
			n += i + in < ndblk &&
			    (map[(i + in) / 8] >> ((i + in) % 8) & 1);
		if (n == fs->fs_frag && i < ndblk) {
			c->c_cs.cs_nbfree++;
			blocks++;
			continue;
		}
		if (blocks > 0 && fs->fs_contigsumsize > 0)
			c->c_clustersum[MIN(blocks, fs->fs_contigsumsize)]++;
		blocks = 0;
		c->c_cs.cs_nffree += (int32_t)n;
		for (in = run = 0; i < ndblk && in <= fs->fs_frag; in++) {
			if (in < fs->fs_frag && i + in < ndblk &&
			    (map[(i + in) / 8] >> ((i + in) % 8) & 1)) {
				run++;
				continue;
			}
			if (run > 0)
				c->c_frsum[run]++;
			run = 0;
		}
	}
}

static void
cg_counts(struct mk *m, uint8_t *cg, const struct h_ffs_counts *c)
{
	const struct fs *fs = &m->fs;
	uint32_t sum = ufs_rd32(fs, cg + CG_CLUSTERSUMOFF), i;

	ufs_wr32(fs, cg + CG_CS, (uint32_t)c->c_cs.cs_ndir);
	ufs_wr32(fs, cg + CG_CS + 4, (uint32_t)c->c_cs.cs_nbfree);
	ufs_wr32(fs, cg + CG_CS + 8, (uint32_t)c->c_cs.cs_nifree);
	ufs_wr32(fs, cg + CG_CS + 12, (uint32_t)c->c_cs.cs_nffree);
	for (i = 0; i < 8; i++)
		ufs_wr32(fs, cg + CG_FRSUM + 4 * i, c->c_frsum[i]);
	for (i = 0; fs->fs_contigsumsize > 0 && i <= fs->fs_contigsumsize;
	    i++)
		ufs_wr32(fs, cg + sum + 4 * i, c->c_clustersum[i]);
}

/*
 * The maps of a group; `used` frags of the data area are taken.
 */
static void
make_maps(struct mk *m, uint8_t *cg, uint32_t cgx, uint32_t used)
{
	const struct fs *fs = &m->fs;
	uint32_t ndblk = ufs_rd32(fs, cg + CG_NDBLK), i, n;
	uint8_t *map = cg + ufs_rd32(fs, cg + CG_FREEOFF);
	uint8_t *clusters = cg + ufs_rd32(fs, cg + CG_CLUSTEROFF);

	for (i = 0; i < ndblk; i++)
		if ((cgx > 0 && i < fs->fs_sblkno) ||
		    i >= fs->fs_dblkno + used)
			map[i / 8] |= (uint8_t)(1U << (i % 8));
	for (i = 0; fs->fs_contigsumsize > 0 && i < ndblk / fs->fs_frag;
	    i++) {
		for (n = 0; n < fs->fs_frag; n++)
			if ((map[(i * fs->fs_frag + n) / 8] >>
			    ((i * fs->fs_frag + n) % 8) & 1) == 0)
				break;
		if (n == fs->fs_frag)
			clusters[i / 8] |= (uint8_t)(1U << (i % 8));
	}
}

static void
make_group(struct mk *m, uint32_t cgx, struct csum *total)
{
	struct fs *fs = &m->fs;
	uint64_t base = (uint64_t)cgx * fs->fs_fpg;
	uint8_t *cg = m->disk + fsbtobyte(fs, base + fs->fs_cblkno);
	uint32_t ndblk = (uint32_t)MIN(fs->fs_fpg, fs->fs_size - base);
	uint32_t off = CG_MAPS, used = 0;
	struct h_ffs_counts c;

	ufs_wr32(fs, cg + CG_MAGICOFF, CG_MAGIC);
	ufs_wr32(fs, cg + CG_CGX, cgx);
	ufs_wr32(fs, cg + CG_NDBLK, ndblk);
	ufs_wr32(fs, cg + CG_NIBLK, fs->fs_ipg);
	if (fs->fs_ufs2)
		ufs_wr32(fs, cg + CG_INITEDIBLK, MIN(fs->fs_ipg,
		    fs->fs_inopb));
	ufs_wr32(fs, cg + CG_IUSEDOFF, off);
	off += howmany(fs->fs_ipg, 8);
	ufs_wr32(fs, cg + CG_FREEOFF, off);
	off = roundup(off + howmany(fs->fs_fpg, 8), 4);
	if (fs->fs_contigsumsize > 0) {
		ufs_wr32(fs, cg + CG_CLUSTERSUMOFF, off);
		off += 4 * (fs->fs_contigsumsize + 1);
		ufs_wr32(fs, cg + CG_CLUSTEROFF, off);
		ufs_wr32(fs, cg + CG_NCLUSTERBLKS, ndblk / fs->fs_frag);
		off += howmany(fs->fs_fpg / fs->fs_frag, 8);
	}
	KASSERT(off <= fs->fs_bsize);
	if (cgx == 0) {
		used = fs->fs_cssize / fs->fs_fsize + 1;
		cg[CG_MAPS] = 7;	/* inodes 0, 1 and the root */
	}
	make_maps(m, cg, cgx, used);
	h_ffs_count(fs, cg + ufs_rd32(fs, cg + CG_FREEOFF), ndblk, &c);
	c.c_cs.cs_nifree = (int32_t)fs->fs_ipg - (cgx == 0 ? 3 : 0);
	c.c_cs.cs_ndir = cgx == 0;
	cg_counts(m, cg, &c);
	total[cgx] = c.c_cs;
	if (fs->fs_ufs2)
		memset(m->disk + fsbtobyte(fs, base + fs->fs_iblkno) +
		    fs->fs_bsize, 0xa5, fsbtobyte(fs, fs->fs_dblkno -
		    fs->fs_iblkno) - fs->fs_bsize);
}

static void
make_root(struct mk *m)
{
	struct fs *fs = &m->fs;
	uint64_t at = fs->fs_csaddr + fs->fs_cssize / fs->fs_fsize;
	struct ufs_dinode di = {
		.di_mode = S_IFDIR | 0755, .di_nlink = 2, .di_gen = 1,
		.di_size = UFS_DIRBLKSIZ, .di_blocks = fs->fs_fsize / 512,
		.di_db = { (int64_t)at },
	};

	ufs_dinode_encode(fs, &di, false, m->disk + fsbtobyte(fs,
	    fs->fs_iblkno) + UFS_ROOTINO * ufs_dinode_size(fs));
	ufs_dirtemplate(fs, m->disk + fsbtobyte(fs, at), UFS_ROOTINO,
	    UFS_ROOTINO);
}

void
h_ffs_newfs(const struct h_ffs_params *p, uint8_t *disk, size_t size)
{
	struct mk m = { .p = p, .disk = disk };
	struct csum *total;
	uint8_t *at;
	uint32_t i;

	memset(disk, 0, size);
	layout(&m, size);
	m.sb = disk + m.fs.fs_sblockloc;
	total = kmem_zalloc(p->p_ncg * sizeof(*total), KM_SLEEP);
	for (i = 0; i < p->p_ncg; i++) {
		make_group(&m, i, total);
		at = disk + fsbtobyte(&m.fs, m.fs.fs_csaddr) + i * CSUM_SIZE;
		ufs_wr32(&m.fs, at, (uint32_t)total[i].cs_ndir);
		ufs_wr32(&m.fs, at + 4, (uint32_t)total[i].cs_nbfree);
		ufs_wr32(&m.fs, at + 8, (uint32_t)total[i].cs_nifree);
		ufs_wr32(&m.fs, at + 12, (uint32_t)total[i].cs_nffree);
		m.fs.fs_ndir += (uint64_t)total[i].cs_ndir;
		m.fs.fs_nbfree += (uint64_t)total[i].cs_nbfree;
		m.fs.fs_nifree += (uint64_t)total[i].cs_nifree;
		m.fs.fs_nffree += (uint64_t)total[i].cs_nffree;
	}
	kmem_free(total, p->p_ncg * sizeof(*total));
	super_fields(&m);
	ffs_super_encode(&m.fs, 1, m.sb);
	m.sb[SB_OLDFLAGS] = p->p_old ? 0 : FS_FLAGS_UPDATED;
	make_root(&m);
}
