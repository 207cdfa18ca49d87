/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ffs_direntry.c - directory entries, and the chunks of 512 bytes that hold
 * them.
 *
 * Interface
 *	Pure.  A chunk that is changed must hold together from its first to
 *	its last byte; one that does not has no room and loses no entry.
 * Errors	EINVAL an entry or a chunk that does not hold together; ENOSPC
 *		no room.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/errno.h>

#include "ffs_format.h"

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
	if (d->d_ino == 0) {
		/* The name that was there. */
		if (namlen > FFS_MAXNAMLEN || 8 + namlen > d->d_reclen)
			namlen = 0;
	} else if (namlen == 0 || namlen > FFS_MAXNAMLEN ||
	    8 + namlen > d->d_reclen)
		return EINVAL;
	d->d_namlen = (uint8_t)namlen;
	d->d_name = (const char *)p + 8;
	if (d->d_ino != 0 && (memchr(d->d_name, '/', namlen) != NULL ||
	    memchr(d->d_name, '\0', namlen) != NULL))
		return EINVAL;
	return 0;
}

/*
 * Write an entry of reclen bytes; what the name does not fill is zero.
 */
void
ufs_direntry_init(const struct fs *fs, uint8_t *p, uint16_t reclen,
    const struct ufs_direntry *d)
{
	KASSERT(reclen >= UFS_DIRSIZE(d->d_namlen));
	ufs_wr32(fs, p, d->d_ino);
	ufs_wr16(fs, p + 4, reclen);
	if (fs->fs_olddir)
		ufs_wr16(fs, p + 6, d->d_namlen);
	else {
		p[6] = d->d_type;
		p[7] = d->d_namlen;
	}
	memset(p + 8, 0, UFS_DIRSIZE(d->d_namlen) - 8);
	memcpy(p + 8, d->d_name, d->d_namlen);
}

/*
 * Bytes of an entry that are needed for it.
 */
static size_t
direntry_used(const struct ufs_direntry *d)
{
	return d->d_ino == 0 ? 0 : UFS_DIRSIZE(d->d_namlen);
}

/*
 * Bytes that could be given to a new entry, 0 when there is damage.
 */
int
ufs_chunk_free(const struct fs *fs, const uint8_t *chunk)
{
	struct ufs_direntry d;
	size_t at, used = 0;

	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen) {
		if (ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d) != 0 || direntry_used(&d) > d.d_reclen)
			return 0;
		used += direntry_used(&d);
	}
	return (int)(UFS_DIRBLKSIZ - used);
}

/*
 * Move all entries to the front of a sound chunk; returns the bytes they use.
 */
static size_t
chunk_compact(const struct fs *fs, uint8_t *chunk)
{
	struct ufs_direntry d;
	size_t at, to = 0, used, reclen;

	for (at = 0; at < UFS_DIRBLKSIZ; at += reclen) {
		(void)ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d);
		reclen = d.d_reclen;
		used = direntry_used(&d);
		if (used == 0)
			continue;
		memmove(chunk + to, chunk + at, used);
		ufs_wr16(fs, chunk + to + 4, (uint16_t)used);
		to += used;
	}
	return to;
}

/*
 * A place for an entry of so many bytes between the others of a sound chunk,
 * or -1: they would have to be moved together.
 */
int
ufs_chunk_gap(const struct fs *fs, const uint8_t *chunk, size_t need)
{
	struct ufs_direntry d;
	size_t at;

	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen) {
		(void)ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d);
		if (d.d_reclen - direntry_used(&d) >= need)
			return (int)(at + direntry_used(&d));
	}
	return -1;
}

/*
 * Put a new entry into a chunk; its place by *atp.  When it fits behind
 * another one nothing else moves.
 */
int
ufs_chunk_enter(const struct fs *fs, uint8_t *chunk,
    const struct ufs_direntry *new, size_t *atp)
{
	const size_t need = UFS_DIRSIZE(new->d_namlen);
	struct ufs_direntry d;
	size_t at, used;

	if (ufs_chunk_free(fs, chunk) < (int)need)
		return ENOSPC;
	for (at = 0; at < UFS_DIRBLKSIZ; at += d.d_reclen) {
		(void)ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d);
		used = direntry_used(&d);
		if (d.d_reclen - used < need)
			continue;
		if (used != 0)
			ufs_wr16(fs, chunk + at + 4, (uint16_t)used);
		*atp = at + used;
		ufs_direntry_init(fs, chunk + *atp,
		    (uint16_t)(d.d_reclen - used), new);
		return 0;
	}
	at = chunk_compact(fs, chunk);
	*atp = at;
	ufs_direntry_init(fs, chunk + at, (uint16_t)(UFS_DIRBLKSIZ - at),
	    new);
	return 0;
}

/*
 * Take out the entry at a place: the one before it grows, the first one of a
 * chunk becomes empty.
 */
int
ufs_chunk_remove(const struct fs *fs, uint8_t *chunk, size_t target)
{
	struct ufs_direntry d;
	size_t at, prev = 0;
	uint16_t reclen;

	for (at = 0; at < UFS_DIRBLKSIZ; prev = at, at += d.d_reclen) {
		if (ufs_direntry_decode(fs, chunk + at, UFS_DIRBLKSIZ - at,
		    &d) != 0)
			return EINVAL;
		if (at < target)
			continue;
		if (at != target)
			return EINVAL;
		if (at == 0) {
			ufs_wr32(fs, chunk, 0);
			return 0;
		}
		reclen = ufs_rd16(fs, chunk + prev + 4);
		ufs_wr16(fs, chunk + prev + 4, (uint16_t)(reclen +
		    d.d_reclen));
		return 0;
	}
	return EINVAL;
}

/*
 * The first chunk of a new directory.
 */
void
ufs_dirtemplate(const struct fs *fs, uint8_t *chunk, uint32_t self,
    uint32_t parent)
{
	const struct ufs_direntry dot = { .d_ino = self, .d_type = DT_DIR,
	    .d_namlen = 1, .d_name = "." };
	const struct ufs_direntry dotdot = { .d_ino = parent,
	    .d_type = DT_DIR, .d_namlen = 2, .d_name = ".." };

	memset(chunk, 0, UFS_DIRBLKSIZ);
	ufs_direntry_init(fs, chunk, 12, &dot);
	ufs_direntry_init(fs, chunk + 12, UFS_DIRBLKSIZ - 12, &dotdot);
}
