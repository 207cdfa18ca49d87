/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * v7fs_format.c - bytes to numbers and back, in three byte orders.
 *
 * Sleeps	no.
 * Errors	EINVAL a superblock that describes no file system.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>

#include "v7fs_extern.h"

/* Words of the PDP-11 have the low byte first, .. */
uint16_t
v7fs_get16(int endian, const uint8_t *p)
{
	return endian == V7FS_BIG_ENDIAN ? be16dec(p) : le16dec(p);
}

void
v7fs_put16(int endian, uint8_t *p, uint16_t v)
{
	if (endian == V7FS_BIG_ENDIAN)
		be16enc(p, v);
	else
		le16enc(p, v);
}

/* .. double words the high word first. */
uint32_t
v7fs_get32(int endian, const uint8_t *p)
{
	switch (endian) {
	case V7FS_BIG_ENDIAN:
		return be32dec(p);
	case V7FS_PDP_ENDIAN:
		return (uint32_t)le16dec(p) << 16 | le16dec(p + 2);
	default:
		return le32dec(p);
	}
}

void
v7fs_put32(int endian, uint8_t *p, uint32_t v)
{
	switch (endian) {
	case V7FS_BIG_ENDIAN:
		be32enc(p, v);
		break;
	case V7FS_PDP_ENDIAN:
		le16enc(p, (uint16_t)(v >> 16));
		le16enc(p + 2, (uint16_t)v);
		break;
	default:
		le32enc(p, v);
		break;
	}
}

/* The four bytes without the one that is 0. */
uint32_t
v7fs_get24(int endian, const uint8_t *p)
{
	switch (endian) {
	case V7FS_BIG_ENDIAN:
		return (uint32_t)p[0] << 16 | be16dec(p + 1);
	case V7FS_PDP_ENDIAN:
		return (uint32_t)p[0] << 16 | le16dec(p + 1);
	default:
		return (uint32_t)p[2] << 16 | le16dec(p);
	}
}

void
v7fs_put24(int endian, uint8_t *p, uint32_t v)
{
	KASSERT(v < V7FS_MAX_FSIZE);
	switch (endian) {
	case V7FS_BIG_ENDIAN:
		p[0] = (uint8_t)(v >> 16);
		be16enc(p + 1, (uint16_t)v);
		break;
	case V7FS_PDP_ENDIAN:
		p[0] = (uint8_t)(v >> 16);
		le16enc(p + 1, (uint16_t)v);
		break;
	default:
		p[2] = (uint8_t)(v >> 16);
		le16enc(p, (uint16_t)v);
		break;
	}
}

/*
 * There is no magic number: every number has to make sense instead.
 */
static bool
super_plausible(const struct v7fs_super *s)
{
	unsigned i;

	if (s->s_isize <= V7FS_ILIST_SECTOR || s->s_fsize <= s->s_isize ||
	    s->s_fsize > V7FS_MAX_FSIZE || s->s_nfree > V7FS_MAX_FREEBLOCK ||
	    s->s_ninode > V7FS_MAX_FREEINODE)
		return false;
	for (i = 0; i < s->s_nfree; i++) {
		/* Only the bottom of the stack may be 0. */
		if (!v7fs_isdata(s, s->s_free[i]) &&
		    (i > 0 || s->s_free[i] != 0))
			return false;
	}
	for (i = 0; i < s->s_ninode; i++) {
		if (s->s_inode[i] == 0 || s->s_inode[i] >
		    (s->s_isize - V7FS_ILIST_SECTOR) * V7FS_INODE_PER_BLOCK)
			return false;
	}
	return true;
}

int
v7fs_super_decode(int endian, const uint8_t *p, struct v7fs_super *s)
{
	unsigned i;

	s->s_isize = v7fs_get16(endian, p + V7SB_ISIZE);
	s->s_fsize = v7fs_get32(endian, p + V7SB_FSIZE);
	s->s_nfree = v7fs_get16(endian, p + V7SB_NFREE);
	s->s_ninode = v7fs_get16(endian, p + V7SB_NINODE);
	for (i = 0; i < V7FS_MAX_FREEBLOCK; i++)
		s->s_free[i] = v7fs_get32(endian, p + V7SB_FREE + 4 * i);
	for (i = 0; i < V7FS_MAX_FREEINODE; i++)
		s->s_inode[i] = v7fs_get16(endian, p + V7SB_INODE + 2 * i);
	return super_plausible(s) ? 0 : EINVAL;
}

/* What is not known here stays as it is. */
void
v7fs_super_encode(int endian, const struct v7fs_super *s, uint8_t *p)
{
	unsigned i;

	v7fs_put16(endian, p + V7SB_NFREE, (uint16_t)s->s_nfree);
	v7fs_put16(endian, p + V7SB_NINODE, (uint16_t)s->s_ninode);
	for (i = 0; i < V7FS_MAX_FREEBLOCK; i++)
		v7fs_put32(endian, p + V7SB_FREE + 4 * i, s->s_free[i]);
	for (i = 0; i < V7FS_MAX_FREEINODE; i++)
		v7fs_put16(endian, p + V7SB_INODE + 2 * i, s->s_inode[i]);
}

void
v7fs_dinode_decode(int endian, const uint8_t *p, struct v7fs_dinode *di)
{
	unsigned i;

	di->di_mode = v7fs_get16(endian, p + V7DI_MODE);
	di->di_nlink = v7fs_get16(endian, p + V7DI_NLINK);
	di->di_uid = v7fs_get16(endian, p + V7DI_UID);
	di->di_gid = v7fs_get16(endian, p + V7DI_GID);
	di->di_size = v7fs_get32(endian, p + V7DI_SIZE);
	for (i = 0; i < V7FS_NADDR; i++)
		di->di_addr[i] = v7fs_get24(endian, p + V7DI_ADDR + 3 * i);
	di->di_atime = v7fs_get32(endian, p + V7DI_ATIME);
	di->di_mtime = v7fs_get32(endian, p + V7DI_MTIME);
	di->di_ctime = v7fs_get32(endian, p + V7DI_CTIME);
}

void
v7fs_dinode_encode(int endian, const struct v7fs_dinode *di, uint8_t *p)
{
	unsigned i;

	v7fs_put16(endian, p + V7DI_MODE, di->di_mode);
	v7fs_put16(endian, p + V7DI_NLINK, di->di_nlink);
	v7fs_put16(endian, p + V7DI_UID, di->di_uid);
	v7fs_put16(endian, p + V7DI_GID, di->di_gid);
	v7fs_put32(endian, p + V7DI_SIZE, di->di_size);
	for (i = 0; i < V7FS_NADDR; i++)
		v7fs_put24(endian, p + V7DI_ADDR + 3 * i, di->di_addr[i]);
	v7fs_put32(endian, p + V7DI_ATIME, di->di_atime);
	v7fs_put32(endian, p + V7DI_MTIME, di->di_mtime);
	v7fs_put32(endian, p + V7DI_CTIME, di->di_ctime);
}
