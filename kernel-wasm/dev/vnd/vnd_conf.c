/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vnd_conf.c - giving a vnd its file, and taking it away.
 *
 * The image stays open while it is a disk, so that its file system is busy.
 *
 * Locking	see vnd_private.h
 * Sleeps	all.
 * Errors	EBUSY configured already, or open; ENXIO not configured; EINVAL
 *		not a regular file, empty, or a geometry that does not fit;
 *		of opening the file.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <rump-sys/vfs.h>

#include "vnd_private.h"

#define	VND_SECSIZE_MAX	65536

void	dkwedge_delall(struct disk *) __weak;
void	dkwedge_delidle(struct disk *) __weak;
void	dkwedge_discover(struct disk *) __weak;

RUMP_COMPONENT(RUMP_COMPONENT_VFS)
{
	static struct rump_lazydev nodes = {
		.ld_name = "vnd", .ld_major = VND_DEVMAJOR,
		.ld_units = VND_UNITS,
	};
	int i;

	for (i = 0; i < VND_UNITS; i++) {
		mutex_init(&vnd_sc[i].sc_lock, MUTEX_DEFAULT, IPL_NONE);
		cv_init(&vnd_sc[i].sc_cv, "vnd");
		TAILQ_INIT(&vnd_sc[i].sc_queue);
	}
	vnd_attach_devsw();
	rump_vfs_lazydevnodes(&nodes);
}

/*
 * Sectors and their size: as wanted, or one big track.
 */
static int
vnd_geometry(struct vnd_softc *sc, const struct vnd_ioctl *vio, uint64_t size)
{
	struct disk_geom *dg = &sc->sc_dk.dk_geom;
	const struct vndgeom *vg = &vio->vnd_geom;
	uint64_t secs;

	memset(dg, 0, sizeof(*dg));
	if ((vio->vnd_flags & VNDIOF_HASGEOM) == 0) {
		dg->dg_secsize = DEV_BSIZE;
		dg->dg_secperunit = (int64_t)(size >> DEV_BSHIFT);
		dg->dg_nsectors = 32;
		dg->dg_ntracks = 64;
		dg->dg_ncylinders = (uint32_t)(size >> DEV_BSHIFT) /
		    (32 * 64);
		return dg->dg_secperunit == 0 ? EINVAL : 0;
	}
	if (vg->vng_secsize < DEV_BSIZE || vg->vng_secsize > VND_SECSIZE_MAX ||
	    !powerof2(vg->vng_secsize) || vg->vng_nsectors == 0 ||
	    vg->vng_ntracks == 0 || vg->vng_ncylinders == 0)
		return EINVAL;
	secs = size / vg->vng_secsize;
	if ((uint64_t)vg->vng_nsectors * vg->vng_ntracks >
	    secs / vg->vng_ncylinders)
		return EINVAL;
	dg->dg_secsize = vg->vng_secsize;
	dg->dg_nsectors = vg->vng_nsectors;
	dg->dg_ntracks = vg->vng_ntracks;
	dg->dg_ncylinders = vg->vng_ncylinders;
	dg->dg_secperunit = (int64_t)vg->vng_nsectors * vg->vng_ntracks *
	    vg->vng_ncylinders;
	return 0;
}

static void
vnd_makelabel(struct vnd_softc *sc)
{
	const struct disk_geom *dg = &sc->sc_dk.dk_geom;
	struct disklabel *lp = &sc->sc_label;
	struct partition *pp = &lp->d_partitions[RAW_PART];

	memset(lp, 0, sizeof(*lp));
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	lp->d_type = DKTYPE_VND;
	strlcpy(lp->d_typename, "vnd", sizeof(lp->d_typename));
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_secsize = dg->dg_secsize;
	lp->d_nsectors = dg->dg_nsectors;
	lp->d_ntracks = dg->dg_ntracks;
	lp->d_ncylinders = dg->dg_ncylinders;
	lp->d_secpercyl = dg->dg_nsectors * dg->dg_ntracks;
	lp->d_secperunit = (uint32_t)MIN(dg->dg_secperunit, UINT32_MAX);
	lp->d_rpm = 3600;
	lp->d_interleave = 1;
	lp->d_npartitions = RAW_PART + 1;
	pp->p_size = lp->d_secperunit;
	lp->d_checksum = dkcksum(lp);
}

static int
vnd_openfile(struct vnd_softc *sc, const struct vnd_ioctl *vio)
{
	struct pathbuf *pb;
	struct nameidata nd;
	int error;

	sc->sc_rdonly = (vio->vnd_flags & VNDIOF_READONLY) != 0;
	error = pathbuf_copyin(vio->vnd_file, &pb);
	if (error != 0)
		return error;
	NDINIT(&nd, LOOKUP, FOLLOW, pb);
	error = vn_open(&nd, FREAD | (sc->sc_rdonly ? 0 : FWRITE), 0);
	pathbuf_destroy(pb);
	if (error != 0)
		return error;
	sc->sc_vp = nd.ni_vp;
	VOP_UNLOCK(sc->sc_vp);
	sc->sc_cred = curlwp->l_cred;
	kauth_cred_hold(sc->sc_cred);
	return 0;
}

static void
vnd_closefile(struct vnd_softc *sc)
{
	(void)vn_close(sc->sc_vp, FREAD | (sc->sc_rdonly ? 0 : FWRITE),
	    sc->sc_cred);
	kauth_cred_free(sc->sc_cred);
	sc->sc_vp = NULL;
}

/*
 * The file is open: make a disk of it.
 */
static int
vnd_start(struct vnd_softc *sc, const struct vnd_ioctl *vio, uint64_t *sizep)
{
	struct vattr va;
	int error;

	vn_lock(sc->sc_vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(sc->sc_vp, &va, sc->sc_cred);
	VOP_UNLOCK(sc->sc_vp);
	if (error == 0 && sc->sc_vp->v_type != VREG)
		error = EINVAL;
	if (error == 0)
		error = vnd_geometry(sc, vio, va.va_size);
	if (error == 0 && rump_threads)
		error = kthread_create(PRI_NONE, KTHREAD_MPSAFE |
		    KTHREAD_MUSTJOIN, NULL, vnd_thread, sc, &sc->sc_lwp, "%s",
		    sc->sc_name);
	if (error != 0)
		return error;
	*sizep = (uint64_t)sc->sc_dk.dk_geom.dg_secperunit *
	    sc->sc_dk.dk_geom.dg_secsize;
	disk_set_info(NULL, &sc->sc_dk, "vnd");
	vnd_makelabel(sc);
	return 0;
}

int
vnd_set(struct vnd_softc *sc, struct vnd_ioctl *vio)
{
	int error, unit = (int)(sc - vnd_sc);

	mutex_enter(&sc->sc_lock);
	if (sc->sc_state != VND_FREE) {
		mutex_exit(&sc->sc_lock);
		return EBUSY;
	}
	sc->sc_state = VND_SETTING;
	mutex_exit(&sc->sc_lock);
	snprintf(sc->sc_name, sizeof(sc->sc_name), "vnd%d", unit);
	disk_init(&sc->sc_dk, sc->sc_name, NULL);
	sc->sc_dk.dk_dev = makedev(VND_DEVMAJOR, unit);
	sc->sc_dk.dk_label = &sc->sc_label;
	error = vnd_openfile(sc, vio);
	if (error == 0) {
		error = vnd_start(sc, vio, &vio->vnd_size);
		if (error != 0)
			vnd_closefile(sc);
	}
	if (error != 0)
		disk_destroy(&sc->sc_dk);
	mutex_enter(&sc->sc_lock);
	sc->sc_state = error != 0 ? VND_FREE : VND_READY;
	mutex_exit(&sc->sc_lock);
	if (error != 0)
		return error;
	vio->vnd_osize = (u_int)MIN(vio->vnd_size, UINT32_MAX);
	disk_attach(&sc->sc_dk);
	if (dkwedge_discover != NULL)
		dkwedge_discover(&sc->sc_dk);
	return 0;
}

/*
 * The last request is done, the thread ends.
 */
static void
vnd_stop(struct vnd_softc *sc)
{
	KASSERT(mutex_owned(&sc->sc_lock));
	cv_broadcast(&sc->sc_cv);
	while (sc->sc_running || !TAILQ_EMPTY(&sc->sc_queue))
		cv_wait(&sc->sc_cv, &sc->sc_lock);
	mutex_exit(&sc->sc_lock);
	if (sc->sc_lwp != NULL)
		(void)kthread_join(sc->sc_lwp);
	sc->sc_lwp = NULL;
	mutex_enter(&sc->sc_lock);
}

int
vnd_clear(struct vnd_softc *sc, const struct vnd_ioctl *vio)
{
	bool force = (vio->vnd_flags & VNDIOF_FORCE) != 0;
	int unit = (int)(sc - vnd_sc);

	if (sc->sc_state != VND_READY)
		return ENXIO;
	if (dkwedge_delidle != NULL)
		dkwedge_delidle(&sc->sc_dk);
	if (force) {
		if (dkwedge_delall != NULL)
			dkwedge_delall(&sc->sc_dk);
		vdevgone(VND_DEVMAJOR, unit, unit, VBLK);
	}
	mutex_enter(&sc->sc_lock);
	if (sc->sc_state != VND_READY || (sc->sc_opens & VND_BOPEN) != 0 ||
	    !LIST_EMPTY(&sc->sc_dk.dk_wedges)) {
		mutex_exit(&sc->sc_lock);
		return EBUSY;
	}
	sc->sc_state = VND_CLEARING;
	vnd_stop(sc);
	mutex_exit(&sc->sc_lock);
	disk_detach(&sc->sc_dk);
	disk_destroy(&sc->sc_dk);
	vnd_closefile(sc);
	mutex_enter(&sc->sc_lock);
	sc->sc_state = VND_FREE;
	mutex_exit(&sc->sc_lock);
	return 0;
}

/*
 * Which file is it?  Inode 0: none.
 */
int
vnd_get(struct vnd_softc *sc, struct vnd_user *vnu)
{
	struct vattr va;
	int error = 0;

	if (vnu->vnu_unit == -1)
		vnu->vnu_unit = (int)(sc - vnd_sc);
	if (vnu->vnu_unit < 0 || vnu->vnu_unit >= VND_UNITS)
		return ENXIO;
	sc = &vnd_sc[vnu->vnu_unit];
	vnu->vnu_dev = 0;
	vnu->vnu_ino = 0;
	if (sc->sc_state != VND_READY)
		return 0;
	vn_lock(sc->sc_vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(sc->sc_vp, &va, sc->sc_cred);
	VOP_UNLOCK(sc->sc_vp);
	if (error == 0) {
		vnu->vnu_dev = (dev_t)va.va_fsid;
		vnu->vnu_ino = va.va_fileid;
	}
	return error;
}
