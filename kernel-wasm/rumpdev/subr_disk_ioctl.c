/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_disk_ioctl.c - ioctls that all disks answer alike.
 *
 * Interface
 *	A driver calls disk_ioctl() first, and handles what comes back with
 *	EPASSTHROUGH.  Size and geometry are those of dk_geom, the label is
 *	dk_label if the driver has one.
 *
 * Sleeps	what concerns wedges.
 * Errors	EPASSTHROUGH not for all disks; EBADF not open for writing.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/fcntl.h>

#include <rump-sys/dev.h>

int	dkwedge_add(struct dkwedge_info *) __weak;
int	dkwedge_del(struct dkwedge_info *) __weak;
void	dkwedge_delidle(struct disk *) __weak;
int	dkwedge_list(struct disk *, struct dkwedge_list *, struct lwp *) __weak;
void	dkwedge_discover(struct disk *) __weak;

/*
 * Wedges of this disk.
 */
static int
disk_ioctl_wedges(struct disk *dk, u_long cmd, void *data, int flag,
    struct lwp *l)
{
	struct dkwedge_info *dkw = data;

	if (dkwedge_list == NULL || dk->dk_dev == NODEV)
		return EPASSTHROUGH;
	if (cmd == DIOCLWEDGES)
		return dkwedge_list(dk, data, l);
	if ((flag & FWRITE) == 0)
		return EBADF;
	switch (cmd) {
	case DIOCAWEDGE:
	case DIOCDWEDGE:
		strlcpy(dkw->dkw_parent, dk->dk_name, sizeof(dkw->dkw_parent));
		return cmd == DIOCAWEDGE ? dkwedge_add(dkw) : dkwedge_del(dkw);
	case DIOCMWEDGES:
		dkwedge_discover(dk);
		return 0;
	default:
		dkwedge_delidle(dk);
		return 0;
	}
}

int
disk_ioctl(struct disk *dk, dev_t dev, u_long cmd, void *data, int flag,
    struct lwp *l)
{
	const struct disk_geom *dg = &dk->dk_geom;

	(void)dev;
	switch (cmd) {
	case DIOCGSECTORSIZE:
		*(u_int *)data = dg->dg_secsize;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)dg->dg_secsize * dg->dg_secperunit;
		return 0;
	case DIOCGDINFO:
		if (dk->dk_label == NULL)
			return EPASSTHROUGH;
		memcpy(data, dk->dk_label, sizeof(*dk->dk_label));
		return 0;
	case DIOCAWEDGE:
	case DIOCDWEDGE:
	case DIOCLWEDGES:
	case DIOCMWEDGES:
	case DIOCRMWEDGES:
		return disk_ioctl_wedges(dk, cmd, data, flag, l);
	default:
		return EPASSTHROUGH;
	}
}
