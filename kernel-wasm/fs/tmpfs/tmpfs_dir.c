/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs_dir.c - directories: entries by name, and by offset.
 *
 * Entries stay in the order they were made and carry a number, the offset a
 * reader sees; from TMPFS_DIRHASH_MIN entries on a hash table finds names.
 * When the numbers run out the directory is renumbered, which moves readers
 * as any rewrite of a directory may.
 *
 * Locking	vnode lock of the directory, exclusive to change.
 *		tn_readahead is a hint under tn_lock, since readers share.
 * Sleeps	allocation.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/uio.h>

#include "tmpfs.h"

#define	TMPFS_DIRHASH_MIN	16

static int hash_grow(struct tmpfs_dir *);

/* An entry, its name charged to the mount. */
int
tmpfs_dirent_alloc(struct tmpfs_mount *tmp, const char *name, size_t len,
    struct tmpfs_dirent **dep)
{
	struct tmpfs_dirent *de;
	int error;

	KASSERT(len > 0 && len <= TMPFS_MAXNAMLEN);
	if ((error = kmem_room()) != 0)
		return error;
	de = kmem_zalloc(sizeof(*de), KM_SLEEP);
	de->td_name = tmpfs_string_alloc(tmp, len);
	if (de->td_name == NULL) {
		kmem_free(de, sizeof(*de));
		return ENOSPC;
	}
	memcpy(de->td_name, name, len);
	de->td_namelen = (uint16_t)len;
	de->td_hashval = hash32_buf(name, len, HASH32_BUF_INIT);
	*dep = de;
	return 0;
}

void
tmpfs_dirent_free(struct tmpfs_mount *tmp, struct tmpfs_dirent *de)
{

	tmpfs_string_free(tmp, de->td_name, de->td_namelen);
	kmem_free(de, sizeof(*de));
}

/* Linear search through a small directory. */
static struct tmpfs_dirent *
lookup_list(struct tmpfs_dir *dir, const char *name, size_t len)
{
	struct tmpfs_dirent *de;

	TAILQ_FOREACH(de, &dir->tn_entries, td_list)
		if (de->td_namelen == len &&
		    memcmp(de->td_name, name, len) == 0)
			return de;
	return NULL;
}

/* The entry of a name, or NULL. */
struct tmpfs_dirent *
tmpfs_dir_lookup(struct tmpfs_node *dnode, const char *name, size_t len)
{
	struct tmpfs_dir *dir = &dnode->tn_u.tn_dir;
	struct tmpfs_dirent *de;
	uint32_t hash;

	KASSERT(dnode->tn_type == VDIR);
	if (dir->tn_hash == NULL)
		return lookup_list(dir, name, len);
	hash = hash32_buf(name, len, HASH32_BUF_INIT);
	LIST_FOREACH(de, &dir->tn_hash[hash & dir->tn_hashmask], td_hash)
		if (de->td_hashval == hash && de->td_namelen == len &&
		    memcmp(de->td_name, name, len) == 0)
			return de;
	return NULL;
}

static void
hash_insert(struct tmpfs_dir *dir, struct tmpfs_dirent *de)
{

	if (dir->tn_hash != NULL)
		LIST_INSERT_HEAD(&dir->tn_hash[de->td_hashval &
		    dir->tn_hashmask], de, td_hash);
}

static void
hash_free(struct tmpfs_dir *dir)
{

	if (dir->tn_hash != NULL)
		kmem_free(dir->tn_hash,
		    (dir->tn_hashmask + 1) * sizeof(*dir->tn_hash));
	dir->tn_hash = NULL;
	dir->tn_hashmask = 0;
}

/* Twice as many chains; the old table stays when there is no memory. */
static int
hash_grow(struct tmpfs_dir *dir)
{
	uint32_t size = dir->tn_hash == NULL ? 2 * TMPFS_DIRHASH_MIN :
	    4 * (dir->tn_hashmask + 1);
	struct tmpfs_dirchain *table;
	struct tmpfs_dirent *de;

	table = kmem_zalloc(size * sizeof(*table), KM_NOSLEEP);
	if (table == NULL)
		return ENOMEM;
	hash_free(dir);
	dir->tn_hash = table;
	dir->tn_hashmask = size - 1;
	TAILQ_FOREACH(de, &dir->tn_entries, td_list)
		hash_insert(dir, de);
	return 0;
}

static void
renumber(struct tmpfs_dir *dir)
{
	struct tmpfs_dirent *de;

	dir->tn_nextseq = TMPFS_COOKIE_FIRST;
	TAILQ_FOREACH(de, &dir->tn_entries, td_list)
		de->td_seq = dir->tn_nextseq++;
}

/* Put an entry naming `node` (NULL: a whiteout) into a directory. */
void
tmpfs_dir_attach(struct tmpfs_node *dnode, struct tmpfs_dirent *de,
    struct tmpfs_node *node)
{
	struct tmpfs_dir *dir = &dnode->tn_u.tn_dir;

	KASSERT(dnode->tn_type == VDIR && de->td_node == NULL);
	if (dir->tn_nextseq >= INT32_MAX)
		renumber(dir);
	de->td_seq = dir->tn_nextseq++;
	de->td_node = node;
	if (node != NULL) {
		KASSERT(node->tn_links < TMPFS_LINK_MAX);
		node->tn_links++;
	}
	TAILQ_INSERT_TAIL(&dir->tn_entries, de, td_list);
	dir->tn_count++;
	if (dir->tn_count < TMPFS_DIRHASH_MIN ||
	    (dir->tn_hash != NULL && dir->tn_count <= 2 * dir->tn_hashmask) ||
	    hash_grow(dir) != 0)
		hash_insert(dir, de);
	dnode->tn_size += (off_t)sizeof(*de);
	if (node != NULL && node->tn_type == VDIR) {
		node->tn_u.tn_dir.tn_parent = dnode;
		dnode->tn_links++;
	}
	tmpfs_update(dnode, TMPFS_MTIME | TMPFS_CTIME);
}

/* Take an entry out of a directory; the caller frees or moves it. */
void
tmpfs_dir_detach(struct tmpfs_node *dnode, struct tmpfs_dirent *de)
{
	struct tmpfs_dir *dir = &dnode->tn_u.tn_dir;
	struct tmpfs_node *node = de->td_node;

	KASSERT(dnode->tn_type == VDIR && dir->tn_count > 0);
	if (node != NULL) {
		KASSERT(node->tn_links > 0);
		node->tn_links--;
		if (node->tn_type == VDIR) {
			KASSERT(dnode->tn_links > 0);
			dnode->tn_links--;
			node->tn_u.tn_dir.tn_parent = NULL;
		}
	}
	mutex_enter(&dnode->tn_lock);
	if (dir->tn_readahead == de)
		dir->tn_readahead = NULL;
	mutex_exit(&dnode->tn_lock);
	de->td_node = NULL;
	TAILQ_REMOVE(&dir->tn_entries, de, td_list);
	if (dir->tn_hash != NULL)
		LIST_REMOVE(de, td_hash);
	if (--dir->tn_count == 0) {
		hash_free(dir);
		dir->tn_nextseq = TMPFS_COOKIE_FIRST;
	}
	dnode->tn_size -= (off_t)sizeof(*de);
	tmpfs_update(dnode, TMPFS_MTIME | TMPFS_CTIME);
}

void
tmpfs_dir_init(struct tmpfs_node *node, struct tmpfs_node *parent)
{
	struct tmpfs_dir *dir = &node->tn_u.tn_dir;

	TAILQ_INIT(&dir->tn_entries);
	dir->tn_parent = parent;
	dir->tn_nextseq = TMPFS_COOKIE_FIRST;
	node->tn_links = 1;		/* its own "." */
}

void
tmpfs_dir_fini(struct tmpfs_node *node)
{

	KASSERT(TAILQ_EMPTY(&node->tn_u.tn_dir.tn_entries));
	hash_free(&node->tn_u.tn_dir);
}

/* The entry with this offset; the place where the last reader stopped is tried first. */
static struct tmpfs_dirent *
lookup_seq(struct tmpfs_node *dnode, off_t seq)
{
	struct tmpfs_dir *dir = &dnode->tn_u.tn_dir;
	struct tmpfs_dirent *de;

	mutex_enter(&dnode->tn_lock);
	de = dir->tn_readahead;
	mutex_exit(&dnode->tn_lock);
	if (de != NULL && de->td_seq == seq)
		return de;
	TAILQ_FOREACH(de, &dir->tn_entries, td_list)
		if (de->td_seq == seq)
			return de;
	return NULL;
}

/* One directory record to the reader; EJUSTRETURN when it does not fit. */
static int
put_dirent(struct uio *uio, ino_t id, enum vtype type, const char *name,
    size_t len)
{
	struct dirent d;

	KASSERT(len <= TMPFS_MAXNAMLEN);
	memset(&d, 0, offsetof(struct dirent, d_name) + len + 8);
	d.d_fileno = id;
	d.d_type = vtype2dt(type);
	d.d_namlen = (uint16_t)len;
	memcpy(d.d_name, name, len);
	d.d_reclen = (uint16_t)_DIRENT_SIZE(&d);
	if (d.d_reclen > uio->uio_resid)
		return EJUSTRETURN;
	return uiomove(&d, d.d_reclen, uio);
}

/* A reader's progress: the next offset, and the cookies NFS asks for. */
struct reader {
	struct uio	*r_uio;
	off_t		r_next;
	off_t		*r_cookies;
	int		r_ncookies;
	int		r_maxcookies;
};

static void
reader_advance(struct reader *r, off_t next)
{

	r->r_next = next;
	if (r->r_cookies != NULL && r->r_ncookies < r->r_maxcookies)
		r->r_cookies[r->r_ncookies++] = next;
}

static int
read_dots(struct tmpfs_node *dnode, struct reader *r)
{
	struct tmpfs_node *parent = dnode->tn_u.tn_dir.tn_parent;
	struct tmpfs_dirent *first = TAILQ_FIRST(&dnode->tn_u.tn_dir.tn_entries);
	int error;

	if (r->r_next == TMPFS_COOKIE_DOT) {
		error = put_dirent(r->r_uio, dnode->tn_id, VDIR, ".", 1);
		if (error != 0)
			return error;
		reader_advance(r, TMPFS_COOKIE_DOTDOT);
	}
	if (r->r_next == TMPFS_COOKIE_DOTDOT) {
		if (parent == NULL)	/* removed: nothing more to see */
			return 0;
		error = put_dirent(r->r_uio, parent->tn_id, VDIR, "..", 2);
		if (error != 0)
			return error;
		reader_advance(r, first == NULL ? TMPFS_COOKIE_EOF :
		    (off_t)first->td_seq);
	}
	return 0;
}

static int
read_entries(struct tmpfs_node *dnode, struct reader *r)
{
	struct tmpfs_dirent *de, *next;
	int error = 0;

	if (r->r_next < TMPFS_COOKIE_FIRST)
		return 0;
	if ((de = lookup_seq(dnode, r->r_next)) == NULL)
		return EINVAL;
	for (; de != NULL && error == 0; de = next) {
		next = TAILQ_NEXT(de, td_list);
		error = put_dirent(r->r_uio,
		    de->td_node == NULL ? 1 : de->td_node->tn_id,
		    de->td_node == NULL ? VNON : de->td_node->tn_type,
		    de->td_name, de->td_namelen);
		if (error != 0)
			break;
		reader_advance(r, next == NULL ? TMPFS_COOKIE_EOF :
		    (off_t)next->td_seq);
	}
	mutex_enter(&dnode->tn_lock);
	dnode->tn_u.tn_dir.tn_readahead = de;
	mutex_exit(&dnode->tn_lock);
	return error;
}

/*
 * VOP_READDIR: records from uio_offset on, which moves to the next one.
 *
 * => EINVAL for an offset that names no entry.
 */
int
tmpfs_dir_getdents(struct tmpfs_node *dnode, struct uio *uio, off_t **cookies,
    int *ncookies)
{
	struct reader r = { .r_uio = uio, .r_next = uio->uio_offset };
	int error;

	if (uio->uio_offset < 0)
		return EINVAL;
	if (cookies != NULL) {
		r.r_maxcookies = (int)MIN(dnode->tn_u.tn_dir.tn_count + 2,
		    uio->uio_resid / 16 + 1);
		r.r_cookies = kmem_alloc((size_t)r.r_maxcookies *
		    sizeof(off_t), KM_SLEEP);
		*cookies = r.r_cookies;
	}
	error = read_dots(dnode, &r);
	if (error == 0)
		error = read_entries(dnode, &r);
	if (error == EJUSTRETURN)
		error = 0;
	uio->uio_offset = r.r_next;
	if (cookies != NULL)
		*ncookies = r.r_ncookies;
	return error;
}
