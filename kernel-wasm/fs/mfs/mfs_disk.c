/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mfs_disk.c - memory as a block device, for one file system each.
 *
 * There are no nodes in /dev: only mfs_vfsops.c opens them.
 *
 * Locking	mfs_lock guards the table; a disk is not looked for after its
 *		file system is gone.
 * Sleeps	no.
 * Errors	EMFILE too many of them.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/ioctl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>

#include "mfsnode.h"

static kmutex_t mfs_lock;
static struct mfsnode *mfs_nodes[MFS_MAX];

static struct mfsnode *
mfs_node(dev_t dev)
{
	struct mfsnode *mfsp = NULL;

	mutex_enter(&mfs_lock);
	if (minor(dev) >= 0 && minor(dev) < MFS_MAX)
		mfsp = mfs_nodes[minor(dev)];
	mutex_exit(&mfs_lock);
	return mfsp;
}

static int
mfs_open(dev_t dev, int flag, int fmt, struct lwp *l)
{
	(void)flag; (void)fmt; (void)l;
	return mfs_node(dev) != NULL ? 0 : ENXIO;
}

static void
mfs_strategy(struct buf *bp)
{
	struct mfsnode *mfsp = mfs_node(bp->b_dev);
	uint8_t *at;
	int len = 0;

	if (mfsp == NULL)
		bp->b_error = ENXIO;
	else
		len = disk_bounds(&mfsp->mfs_dk, bp);
	if (len > 0) {
		at = mfsp->mfs_base + ((size_t)bp->b_blkno << DEV_BSHIFT);
		if (BUF_ISREAD(bp))
			memcpy(bp->b_data, at, (size_t)len);
		else
			memcpy(at, bp->b_data, (size_t)len);
	}
	bp->b_resid = bp->b_bcount - len;
	biodone(bp);
}

static int
mfs_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct mfsnode *mfsp = mfs_node(dev);
	int error;

	if (mfsp == NULL)
		return ENXIO;
	if (cmd == DIOCCACHESYNC)
		return 0;
	error = disk_ioctl(&mfsp->mfs_dk, dev, cmd, data, flag, l);
	return error == EPASSTHROUGH ? ENOTTY : error;
}

static int
mfs_psize(dev_t dev)
{
	struct mfsnode *mfsp = mfs_node(dev);

	return mfsp != NULL ? (int)(mfsp->mfs_size >> DEV_BSHIFT) : -1;
}

static const struct bdevsw mfs_bdevsw = {
	.d_open = mfs_open,
	.d_close = nullclose,
	.d_strategy = mfs_strategy,
	.d_ioctl = mfs_ioctl,
	.d_dump = nodump,
	.d_psize = mfs_psize,
	.d_discard = nodiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

void
mfs_init(void)
{
	devmajor_t bmajor = MFS_MAJOR, cmajor = NODEVMAJOR;

	mutex_init(&mfs_lock, MUTEX_DEFAULT, IPL_NONE);
	if (devsw_attach("mfs", &mfs_bdevsw, &bmajor, NULL, &cmajor) != 0)
		panic("mfs: no device switch entry");
}

static int
mfs_place(struct mfsnode *mfsp)
{
	int i;

	mutex_enter(&mfs_lock);
	for (i = 0; i < MFS_MAX && mfs_nodes[i] != NULL; i++)
		continue;
	if (i < MFS_MAX)
		mfs_nodes[i] = mfsp;
	mutex_exit(&mfs_lock);
	mfsp->mfs_unit = i;
	return i < MFS_MAX ? 0 : EMFILE;
}

int
mfs_attach(uint8_t *base, size_t size, struct mfsnode **mfspp)
{
	struct mfsnode *mfsp = kmem_zalloc(sizeof(*mfsp), KM_SLEEP);
	int error;

	mfsp->mfs_base = base;
	mfsp->mfs_size = size;
	disk_init(&mfsp->mfs_dk, mfsp->mfs_name, NULL);
	mfsp->mfs_dk.dk_geom.dg_secsize = DEV_BSIZE;
	mfsp->mfs_dk.dk_geom.dg_secperunit = (int64_t)(size >> DEV_BSHIFT);
	error = mfs_place(mfsp);
	if (error != 0) {
		disk_destroy(&mfsp->mfs_dk);
		kmem_free(mfsp, sizeof(*mfsp));
		return error;
	}
	snprintf(mfsp->mfs_name, sizeof(mfsp->mfs_name), "mfs%d",
	    mfsp->mfs_unit);
	mfsp->mfs_dk.dk_dev = makedev(MFS_MAJOR, mfsp->mfs_unit);
	disk_set_info(NULL, &mfsp->mfs_dk, "mfs");
	*mfspp = mfsp;
	return 0;
}

void
mfs_detach(struct mfsnode *mfsp)
{
	mutex_enter(&mfs_lock);
	mfs_nodes[mfsp->mfs_unit] = NULL;
	mutex_exit(&mfs_lock);
	disk_destroy(&mfsp->mfs_dk);
	kmem_free(mfsp->mfs_base, mfsp->mfs_size);
	kmem_free(mfsp, sizeof(*mfsp));
}
