/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_memdisk.c - a disk in memory: the test sees every byte of it.
 */

#include "h_vfs.h"

#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dkio.h>
#include <sys/errno.h>

#include "h_memdisk.h"

struct memdisk h_memdisk;

static int
md_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	(void)dev; (void)flag; (void)mode; (void)l;
	return h_memdisk.md_bytes != NULL ? 0 : ENXIO;
}

static int
md_close(dev_t dev, int flag, int mode, struct lwp *l)
{
	(void)dev; (void)flag; (void)mode; (void)l;
	return 0;
}

/*
 * Sectors become durable.
 */
static void
md_settle(uint64_t off, size_t len)
{
	struct memdisk *md = &h_memdisk;

	if (md->md_media == NULL)
		return;
	memcpy(md->md_media + off, md->md_bytes + off, len);
	memset(md->md_cached + off / DEV_BSIZE, 0, len / DEV_BSIZE);
}

static int
md_write(const struct buf *bp, uint64_t off)
{
	struct memdisk *md = &h_memdisk;
	size_t len = (size_t)bp->b_bcount;

	if (atomic_inc_uint_nv(&md->md_writes) > md->md_stopafter &&
	    md->md_stopafter != 0)
		return md->md_fail ? EIO : 0;
	memcpy(md->md_bytes + off, bp->b_data, len);
	if (md->md_media == NULL)
		return 0;
	memset(md->md_cached + off / DEV_BSIZE, 1, len / DEV_BSIZE);
	if ((bp->b_flags & B_MEDIA_FUA) != 0)
		md_settle(off, len);
	return 0;
}

void
h_memdisk_cache(void)
{
	struct memdisk *md = &h_memdisk;

	md->md_media = kmem_alloc(md->md_size, KM_SLEEP);
	md->md_cached = kmem_zalloc(md->md_size / DEV_BSIZE, KM_SLEEP);
	md_settle(0, md->md_size);
}

void
h_memdisk_cut(uint32_t seed)
{
	struct memdisk *md = &h_memdisk;
	size_t i;

	for (i = 0; i < md->md_size / DEV_BSIZE; i++) {
		seed = seed * 1664525 + 1013904223;
		if (md->md_cached[i] != 0 && (seed >> 16) % 2 == 0)
			md_settle(i * DEV_BSIZE, DEV_BSIZE);
	}
	memcpy(md->md_bytes, md->md_media, md->md_size);
	kmem_free(md->md_media, md->md_size);
	kmem_free(md->md_cached, md->md_size / DEV_BSIZE);
	md->md_media = md->md_cached = NULL;
}

static void
md_strategy(struct buf *bp)
{
	struct memdisk *md = &h_memdisk;
	uint64_t off = (uint64_t)bp->b_blkno << DEV_BSHIFT;

	if (off > md->md_size || (uint64_t)bp->b_bcount > md->md_size - off)
		bp->b_error = EIO;
	else {
		if (BUF_ISREAD(bp))
			memcpy(bp->b_data, md->md_bytes + off,
			    (size_t)bp->b_bcount);
		else
			bp->b_error = md_write(bp, off);
		bp->b_resid = 0;
	}
	biodone(bp);
}

static int
md_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	(void)dev; (void)flag; (void)l;
	switch (cmd) {
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)h_memdisk.md_size;
		return 0;
	case DIOCGSECTORSIZE:
		*(u_int *)data = DEV_BSIZE;
		return 0;
	case DIOCCACHESYNC:
		if (h_memdisk.md_stopafter == 0 ||
		    h_memdisk.md_writes < h_memdisk.md_stopafter)
			md_settle(0, h_memdisk.md_size);
		return 0;
	default:
		return ENOTTY;
	}
}

static int
md_psize(dev_t dev)
{
	(void)dev;
	return (int)(h_memdisk.md_size >> DEV_BSHIFT);
}

static const struct bdevsw md_bdevsw = {
	.d_open = md_open,
	.d_close = md_close,
	.d_strategy = md_strategy,
	.d_ioctl = md_ioctl,
	.d_dump = nodump,
	.d_psize = md_psize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

void
h_memdisk_attach(size_t size)
{
	static devmajor_t bmajor = -1, cmajor = -1;
	static bool attached;

	if (!attached) {
		CHECK_EQ(devsw_attach("hd", &md_bdevsw, &bmajor, NULL,
		    &cmajor), 0);
		CHECK_EQ(H_SC(__mknod50, A(path, "/dev/hd"),
		    A(mode, S_IFBLK | 0600), A(dev, makedev(bmajor, 0))), 0);
		attached = true;
	}
	KASSERT(h_memdisk.md_bytes == NULL);
	h_memdisk.md_bytes = kmem_zalloc(size, KM_SLEEP);
	h_memdisk.md_size = size;
	h_memdisk.md_writes = h_memdisk.md_stopafter = 0;
	h_memdisk.md_fail = false;
}

void
h_memdisk_detach(void)
{
	kmem_free(h_memdisk.md_bytes, h_memdisk.md_size);
	h_memdisk.md_bytes = NULL;
}
