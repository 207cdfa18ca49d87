/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_file.c - contents of regular files.
 *
 * The first TMPFS_CHUNK bytes are one buffer that doubles as the file grows,
 * so that a small file costs a small allocation and any file's head is one
 * run; what lies beyond is an array of chunks, allocated when written.
 *
 * Interface
 *	tmpfs_file_resize() is the only place that changes tn_size of a
 *	regular file.  Bytes between the old and the new length read as zeros.
 *	Everything allocated beyond tn_size is kept zeroed.
 *
 * Locking	vnode lock: exclusive to resize and write, shared to read.
 * Sleeps	in uiomove(); allocation does not wait, it fails with ENOSPC.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/uio.h>

#include "tmpfs.h"

#define	CHUNK_OF(off)	((uint32_t)((off) >> TMPFS_CHUNK_SHIFT))
#define	IN_CHUNK(off)	((uint32_t)((off) & (TMPFS_CHUNK - 1)))
/* Slots of tn_chunks for a file of this size; chunk 0 is the head. */
#define	SLOTS(size)	((uint32_t)(((uint64_t)(size) + TMPFS_CHUNK - 1) >> TMPFS_CHUNK_SHIFT))

static const uint8_t zeros[TMPFS_PAGE];

/* Allocated size of the head for a file of `size` bytes. */
static uint32_t
head_room(off_t size)
{
	uint32_t room = 256;

	if (size == 0)
		return 0;
	if (size >= TMPFS_CHUNK)
		return TMPFS_CHUNK;
	while (room < (uint32_t)size)
		room <<= 1;
	return room;
}

static int
head_resize(struct tmpfs_file *f, uint32_t room)
{
	uint8_t *head = NULL;

	if (room == f->tn_headsize)
		return 0;
	if (room != 0 && (head = kmem_zalloc(room, KM_NOSLEEP)) == NULL)
		return ENOSPC;
	if (f->tn_headsize != 0) {
		if (room != 0)
			memcpy(head, f->tn_head, MIN(room, f->tn_headsize));
		kmem_free(f->tn_head, f->tn_headsize);
	}
	f->tn_head = head;
	f->tn_headsize = room;
	return 0;
}

/* Make the array of chunks `slots` long, freeing chunks beyond it. */
static int
chunks_resize(struct tmpfs_file *f, uint32_t slots)
{
	uint8_t **chunks = NULL;
	uint32_t i;

	if (slots <= 1)
		slots = 0;
	if (slots == f->tn_nchunks)
		return 0;
	if (slots != 0) {
		chunks = kmem_zalloc(slots * sizeof(*chunks), KM_NOSLEEP);
		if (chunks == NULL)
			return ENOSPC;
	}
	for (i = 1; i < f->tn_nchunks; i++) {
		if (i < slots)
			chunks[i] = f->tn_chunks[i];
		else if (f->tn_chunks[i] != NULL)
			kmem_free(f->tn_chunks[i], TMPFS_CHUNK);
	}
	if (f->tn_nchunks != 0)
		kmem_free(f->tn_chunks, f->tn_nchunks * sizeof(*f->tn_chunks));
	f->tn_chunks = chunks;
	f->tn_nchunks = slots;
	return 0;
}

/* Slots to keep for a file of `size`: grown by halves, so that appending is linear. */
static uint32_t
slots_for(const struct tmpfs_file *f, off_t size, off_t oldsize)
{
	uint32_t slots = SLOTS(size);

	if (size > oldsize && slots > f->tn_nchunks && f->tn_nchunks > 1)
		slots = MAX(slots, f->tn_nchunks + f->tn_nchunks / 2);
	else if (size > oldsize && slots <= f->tn_nchunks)
		slots = f->tn_nchunks;
	return slots;
}

/* Where the byte at off lies and how many follow in one run; NULL for a hole. */
static uint8_t *
file_run(struct tmpfs_file *f, off_t off, size_t *lenp)
{
	uint32_t chunk = CHUNK_OF(off), in = IN_CHUNK(off);

	if (chunk == 0) {
		*lenp = in < f->tn_headsize ? f->tn_headsize - in :
		    TMPFS_CHUNK - in;
		return in < f->tn_headsize ? f->tn_head + in : NULL;
	}
	*lenp = TMPFS_CHUNK - in;
	if (chunk >= f->tn_nchunks || f->tn_chunks[chunk] == NULL)
		return NULL;
	return f->tn_chunks[chunk] + in;
}

/* Zero what is allocated in [from, to). */
static void
file_zero(struct tmpfs_file *f, off_t from, off_t to)
{
	uint8_t *run;
	size_t len;

	while (from < to) {
		run = file_run(f, from, &len);
		if ((off_t)len > to - from)
			len = (size_t)(to - from);
		if (run != NULL)
			memset(run, 0, len);
		from += (off_t)len;
	}
}

static int
file_alloc(struct tmpfs_file *f, off_t size, off_t oldsize)
{
	int error;

	if ((uint64_t)size >> TMPFS_CHUNK_SHIFT >= UINT32_MAX / sizeof(void *))
		return EFBIG;
	error = head_resize(f, MAX(head_room(size),
	    size > oldsize ? f->tn_headsize : 0));
	if (error == 0)
		error = chunks_resize(f, slots_for(f, size, oldsize));
	return error;
}

/*
 * Set the length of a regular file.
 *
 * => 0, ENOSPC (limit of the mount, or no memory), EFBIG; the file is
 *    unchanged on error.
 */
int
tmpfs_file_resize(struct tmpfs_mount *tmp, struct tmpfs_node *node, off_t size)
{
	struct tmpfs_file *f = &node->tn_u.tn_reg;
	uint64_t before = TMPFS_PAGES(node->tn_size), after = TMPFS_PAGES(size);
	off_t tail;
	int error = 0;

	KASSERT(node->tn_type == VREG && size >= 0);
	if (after > before &&
	    (error = tmpfs_mem_charge_pages(tmp, after - before)) != 0)
		return error;
	error = file_alloc(f, size, node->tn_size);
	if (error != 0) {
		if (after > before)
			tmpfs_mem_uncharge_pages(tmp, after - before);
		return error;
	}
	if (size < node->tn_size) {
		tail = MIN(node->tn_size,
		    (off_t)roundup2((uint64_t)size + 1, TMPFS_CHUNK));
		file_zero(f, size, tail);
	}
	if (before > after)
		tmpfs_mem_uncharge_pages(tmp, before - after);
	node->tn_size = size;
	return 0;
}

/* Free everything a regular file holds. */
void
tmpfs_file_fini(struct tmpfs_mount *tmp, struct tmpfs_node *node)
{
	int error;

	error = tmpfs_file_resize(tmp, node, 0);
	KASSERT(error == 0);
	(void)error;
	KASSERT(node->tn_u.tn_reg.tn_nchunks == 0);
}

/* Read at uio_offset up to the length of the file; holes read as zeros. */
int
tmpfs_file_read(struct tmpfs_node *node, struct uio *uio)
{
	uint8_t *run;
	size_t len;
	int error = 0;

	while (error == 0 && uio->uio_resid > 0 &&
	    uio->uio_offset < node->tn_size) {
		run = file_run(&node->tn_u.tn_reg, uio->uio_offset, &len);
		if ((off_t)len > node->tn_size - uio->uio_offset)
			len = (size_t)(node->tn_size - uio->uio_offset);
		if (run == NULL)
			error = uiomove(__UNCONST(zeros),
			    MIN(len, sizeof(zeros)), uio);
		else
			error = uiomove(run, len, uio);
	}
	return error;
}

/* The chunk at off becomes memory. */
static int
file_fill(struct tmpfs_file *f, off_t off)
{
	uint32_t chunk = CHUNK_OF(off);

	if (chunk == 0 || f->tn_chunks[chunk] != NULL)
		return 0;
	f->tn_chunks[chunk] = kmem_zalloc(TMPFS_CHUNK, KM_NOSLEEP);
	return f->tn_chunks[chunk] == NULL ? ENOSPC : 0;
}

/* Write at uio_offset inside the length of the file. */
int
tmpfs_file_write(struct tmpfs_node *node, struct uio *uio)
{
	struct tmpfs_file *f = &node->tn_u.tn_reg;
	uint8_t *run;
	size_t len;
	int error = 0;

	KASSERT(uio->uio_offset + (off_t)uio->uio_resid <= node->tn_size);
	while (error == 0 && uio->uio_resid > 0) {
		if ((error = file_fill(f, uio->uio_offset)) != 0)
			break;
		run = file_run(f, uio->uio_offset, &len);
		KASSERT(run != NULL);
		error = uiomove(run, MIN(len, uio->uio_resid), uio);
	}
	return error;
}

/* fdiscard(2): make [from, from + len) read as zeros, giving whole chunks back. */
int
tmpfs_file_discard(struct tmpfs_node *node, off_t from, off_t len)
{
	struct tmpfs_file *f = &node->tn_u.tn_reg;
	off_t end = MIN(node->tn_size, from + len);
	uint32_t chunk;

	if (from >= end)
		return 0;
	file_zero(f, from, end);
	for (chunk = CHUNK_OF(from) + (IN_CHUNK(from) != 0);
	    chunk < CHUNK_OF(end); chunk++) {
		if (chunk == 0 || chunk >= f->tn_nchunks ||
		    f->tn_chunks[chunk] == NULL)
			continue;
		kmem_free(f->tn_chunks[chunk], TMPFS_CHUNK);
		f->tn_chunks[chunk] = NULL;
	}
	return 0;
}
