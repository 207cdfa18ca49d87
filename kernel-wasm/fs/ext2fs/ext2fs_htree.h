/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2fs_htree.h - the form of indexed directories.
 */

#ifndef _EXT2FS_EXT2FS_HTREE_H_
#define	_EXT2FS_EXT2FS_HTREE_H_

#include <sys/types.h>

struct inode;
struct vnode;

#define	HR_INFO		24U	/* root: after "." and ".." */
#define	HR_INFOSIZE	8U
#define	HN_ENTRIES	8U	/* inside: after an entry that is free */
#define	HE_SIZE		8U
enum {				/* root info */
	HR_VERSION = 4, HR_INFOLEN = 5, HR_LEVELS = 6, HR_FLAGS = 7
};
enum {				/* entry; the first has no hash */
	HE_HASH = 0, HE_LIMIT = 0, HE_COUNT = 2, HE_BLOCK = 4
};

/* One index block on the way to a leaf: a copy of it. */
struct ht_frame {
	uint8_t	*hf_block;
	uint32_t hf_lbn;
	uint32_t hf_entries;	/* offset of the first entry */
	uint32_t hf_limit, hf_count;
	uint32_t hf_at;		/* the entry taken */
};

struct ht_path {
	struct ht_frame hp_frame[2];
	int	hp_levels;	/* 0: the root's entries are leaves */
	int	hp_version;
	uint32_t hp_hash;
};

int	ext2fs_htree_open(struct vnode *, const char *name, size_t len,
	    struct ht_path *);
void	ext2fs_htree_close(struct vnode *, struct ht_path *);
uint32_t ext2fs_htree_hash(const struct ht_frame *, uint32_t i);
uint32_t ext2fs_htree_child(const struct ht_frame *, uint32_t i);

#endif /* !_EXT2FS_EXT2FS_HTREE_H_ */
