/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_v7fs_check.c - is a v7fs image whole?
 *
 * Every block behind the i-list belongs to one file or is free, every inode
 * in use has as many names as it says, and every directory has its dots.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include <fs/v7fs/v7fs.h>

#include "fs/v7fs/v7fs_extern.h"
#include "h_v7fs.h"

struct check {
	int		c_endian;
	const uint8_t	*c_img;
	struct v7fs_super c_super;
	uint32_t	c_maxino;
	uint8_t		*c_used;	/* a byte for each block */
	uint16_t	*c_links;	/* names found of each inode */
	uint32_t	c_nfree;
	int		c_bad;
};

#define	BAD(c, ...)							\
	do {								\
		(c)->c_bad++;						\
		printf("v7fs check: " __VA_ARGS__);			\
		printf("\n");						\
	} while (0)

static const uint8_t *
block(const struct check *c, uint32_t blk)
{
	return c->c_img + (size_t)blk * V7FS_BSIZE;
}

static const uint8_t *
inode(const struct check *c, uint32_t ino)
{
	return block(c, V7FS_ILIST_SECTOR) + (ino - 1) * V7FS_INODE_SIZE;
}

static bool
use(struct check *c, uint32_t blk, const char *who)
{
	if (!v7fs_isdata(&c->c_super, blk))
		BAD(c, "%s: block %u is outside", who, blk);
	else if (c->c_used[blk]++ != 0)
		BAD(c, "%s: block %u is used twice", who, blk);
	else
		return true;
	return false;
}

static void
check_free(struct check *c)
{
	const uint32_t *list = c->c_super.s_free;
	unsigned n = c->c_super.s_nfree, i;
	uint32_t copy[V7FS_MAX_FREEBLOCK], next;
	const uint8_t *p;

	do {
		next = n > 0 ? list[0] : 0;
		for (i = 0; i < n; i++) {
			if (i == 0 && list[0] == 0)
				continue;
			if (!use(c, list[i], "free list"))
				return;
			c->c_nfree++;
		}
		if (next == 0)
			return;
		p = block(c, next);
		n = v7fs_get16(c->c_endian, p);
		if (n > V7FS_MAX_FREEBLOCK) {
			BAD(c, "free list: %u in block %u", n, next);
			return;
		}
		for (i = 0; i < n; i++)
			copy[i] = v7fs_get32(c->c_endian,
			    p + V7FB_FREE + 4 * i);
		list = copy;
	} while (true);
}

static void
check_tree(struct check *c, uint32_t blk, int level)
{
	uint32_t i, child;

	if (blk == 0 || !use(c, blk, "file") || level == 0)
		return;
	for (i = 0; i < V7FS_NINDIR; i++) {
		child = v7fs_get32(c->c_endian, block(c, blk) + 4 * i);
		check_tree(c, child, level - 1);
	}
}

static void
check_dirblock(struct check *c, uint32_t ino, uint32_t at, uint32_t blk,
    uint32_t size)
{
	const uint8_t *p = block(c, blk);
	uint32_t off, to;

	for (off = 0; off < V7FS_BSIZE && at + off < size;
	    off += V7FS_DIRENT_SIZE, p += V7FS_DIRENT_SIZE) {
		to = v7fs_get16(c->c_endian, p);
		if (at + off == 0 && (to != ino || strcmp((const char *)p + 2,
		    ".") != 0))
			BAD(c, "directory %u: no \".\"", ino);
		if (at + off == 16 && strcmp((const char *)p + 2, "..") != 0)
			BAD(c, "directory %u: no \"..\"", ino);
		if (to > c->c_maxino)
			BAD(c, "directory %u: inode %u", ino, to);
		else if (to != 0)
			c->c_links[to]++;
	}
}

/* Directories of these tests fit the direct and the first indirect blocks. */
static void
check_dir(struct check *c, uint32_t ino, const struct v7fs_dinode *di)
{
	uint32_t i, n = howmany(di->di_size, V7FS_BSIZE), blk;

	for (i = 0; i < n; i++) {
		blk = i < V7FS_NADDR_DIRECT ? di->di_addr[i] :
		    v7fs_get32(c->c_endian, block(c, di->di_addr[10]) +
		    4 * (i - V7FS_NADDR_DIRECT));
		if (i >= V7FS_NADDR_DIRECT + V7FS_NINDIR ||
		    !v7fs_isdata(&c->c_super, blk))
			BAD(c, "directory %u: block %u", ino, i);
		else
			check_dirblock(c, ino, i * V7FS_BSIZE, blk,
			    di->di_size);
	}
}

static uint32_t
check_inodes(struct check *c)
{
	struct v7fs_dinode di;
	uint32_t ino, nfree = 0, type, i;

	for (ino = V7FS_ROOT_INODE; ino <= c->c_maxino; ino++) {
		v7fs_dinode_decode(c->c_endian, inode(c, ino), &di);
		type = di.di_mode & V7FS_IFMT;
		if (di.di_mode == 0) {
			nfree++;
			continue;
		}
		if (type != V7FS_IFREG && type != V7FS_IFDIR &&
		    type != V7FS_IFLNK)
			continue;
		for (i = 0; i < V7FS_NADDR; i++)
			check_tree(c, di.di_addr[i], i < V7FS_NADDR_DIRECT ?
			    0 : (int)i - V7FS_NADDR_DIRECT + 1);
		if (type == V7FS_IFDIR)
			check_dir(c, ino, &di);
	}
	return nfree;
}

static void
check_links(struct check *c)
{
	struct v7fs_dinode di;
	uint32_t ino;

	for (ino = V7FS_ROOT_INODE; ino <= c->c_maxino; ino++) {
		v7fs_dinode_decode(c->c_endian, inode(c, ino), &di);
		if (di.di_mode != 0 && di.di_nlink != c->c_links[ino])
			BAD(c, "inode %u: %u links, %u names", ino,
			    di.di_nlink, c->c_links[ino]);
		if (di.di_mode == 0 && c->c_links[ino] != 0)
			BAD(c, "inode %u is free and has a name", ino);
	}
}

static void
check_all(struct check *c)
{
	const uint8_t *sb = block(c, V7FS_SUPERBLOCK_SECTOR);
	uint32_t blk, ifree;

	check_free(c);
	ifree = check_inodes(c);
	check_links(c);
	for (blk = c->c_super.s_isize; blk < c->c_super.s_fsize; blk++) {
		if (c->c_used[blk] == 0)
			BAD(c, "block %u is nobody's", blk);
	}
	if (v7fs_get32(c->c_endian, sb + V7SB_TIME) != 0 &&
	    (v7fs_get32(c->c_endian, sb + V7SB_TFREE) != c->c_nfree ||
	    v7fs_get16(c->c_endian, sb + V7SB_TINODE) != ifree))
		BAD(c, "superblock: counts");
}

int
h_v7fs_check(int endian, const uint8_t *img, size_t size)
{
	struct check c = { .c_endian = endian, .c_img = img };

	if (v7fs_super_decode(endian, img + V7FS_BSIZE, &c.c_super) != 0 ||
	    c.c_super.s_fsize > size / V7FS_BSIZE) {
		BAD(&c, "superblock");
		return c.c_bad;
	}
	c.c_maxino = MIN((c.c_super.s_isize - V7FS_ILIST_SECTOR) *
	    V7FS_INODE_PER_BLOCK, V7FS_MAX_INODE);
	c.c_used = kmem_zalloc(c.c_super.s_fsize, KM_SLEEP);
	c.c_links = kmem_zalloc((c.c_maxino + 1) * sizeof(uint16_t),
	    KM_SLEEP);
	check_all(&c);
	kmem_free(c.c_links, (c.c_maxino + 1) * sizeof(uint16_t));
	kmem_free(c.c_used, c.c_super.s_fsize);
	return c.c_bad;
}
