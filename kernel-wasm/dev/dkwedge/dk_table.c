/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dk_table.c - the wedges there are, and their nodes in /dev.
 *
 * Interface
 *	dkwedge_add() makes a wedge of a disk known by name, dkwedge_del()
 *	takes it away unless it is open, dkwedge_delall() also then: who had
 *	it open finds a dead vnode.  dkwedge_enter() holds a wedge for one
 *	call, dkwedge_exit() lets go.
 *
 * Locking	see dkwedge_private.h
 * Sleeps	all but dkwedge_enter() and dkwedge_exit().
 * Errors	ENODEV no such disk; ESRCH no such wedge; EINVAL not within
 *		the disk, or over another wedge; EEXIST the name is taken;
 *		ENOSPC too many; EBUSY open.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include <rump-sys/vfs.h>

#include "dkwedge_private.h"

static struct dkwedge_softc *dkwedges[DKW_UNITS];	/* t */
static kmutex_t dkwedges_lock;
static kcondvar_t dkwedges_cv;		/* t: sc_refs of a dying one is 0 */

RUMP_COMPONENT(RUMP_COMPONENT_KERN)
{
	mutex_init(&dkwedges_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&dkwedges_cv, "dkdrain");
}

RUMP_COMPONENT_N(RUMP_COMPONENT_VFS, dkwedge_vfs)
{
	dkwedge_attach_devsw();
}

struct dkwedge_softc *
dkwedge_enter(dev_t dev)
{
	struct dkwedge_softc *sc = NULL;
	devminor_t unit = minor(dev);

	if (unit < 0 || unit >= DKW_UNITS)
		return NULL;
	mutex_enter(&dkwedges_lock);
	if ((sc = dkwedges[unit]) != NULL)
		sc->sc_refs++;
	mutex_exit(&dkwedges_lock);
	return sc;
}

void
dkwedge_exit(struct dkwedge_softc *sc)
{
	mutex_enter(&dkwedges_lock);
	KASSERT(sc->sc_refs > 0);
	if (--sc->sc_refs == 0 && sc->sc_dying)
		cv_broadcast(&dkwedges_cv);
	mutex_exit(&dkwedges_lock);
}

/*
 * A unit number for sc.
 */
static int
dk_number(struct dkwedge_softc *sc)
{
	int i;

	mutex_enter(&dkwedges_lock);
	for (i = 0; i < DKW_UNITS && dkwedges[i] != NULL; i++)
		continue;
	if (i < DKW_UNITS)
		dkwedges[i] = sc;
	mutex_exit(&dkwedges_lock);
	sc->sc_unit = i;
	snprintf(sc->sc_info.dkw_devname, sizeof(sc->sc_info.dkw_devname),
	    "dk%d", i);
	return i < DKW_UNITS ? 0 : ENOSPC;
}

/*
 * Make or remove a node of /dev, whoever asked for the wedge.
 */
static void
dk_node(const struct dkwedge_softc *sc, bool raw, bool make)
{
	kauth_cred_t cred = curlwp->l_cred;
	char path[32];

	snprintf(path, sizeof(path), "/dev/%sdk%d", raw ? "r" : "",
	    sc->sc_unit);
	curlwp->l_cred = lwp0.l_cred;
	if (make)
		(void)rump_vfs_makeonedevnode(raw ? S_IFCHR : S_IFBLK, path,
		    DKW_DEVMAJOR, sc->sc_unit);
	else
		(void)do_sys_unlinkat(curlwp, AT_FDCWD, path, 0,
		    UIO_SYSSPACE);
	curlwp->l_cred = cred;
}

/*
 * Is there room for it on the disk?
 */
static int
dk_check(struct disk *pdk, const struct dkwedge_info *dkw)
{
	uint64_t nsecs = (uint64_t)pdk->dk_geom.dg_secperunit, start, end;
	const struct dkwedge_softc *sc;

	KASSERT(mutex_owned(&pdk->dk_openlock));
	if (dkw->dkw_offset < 0 || dkw->dkw_size == 0 ||
	    (uint64_t)dkw->dkw_offset >= nsecs ||
	    dkw->dkw_size > nsecs - (uint64_t)dkw->dkw_offset)
		return EINVAL;
	start = (uint64_t)dkw->dkw_offset;
	end = start + dkw->dkw_size;
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_link) {
		uint64_t other = (uint64_t)sc->sc_info.dkw_offset;

		if (start < other + sc->sc_info.dkw_size && other < end)
			return EINVAL;
		if (memcmp(sc->sc_info.dkw_wname, dkw->dkw_wname,
		    sizeof(dkw->dkw_wname)) == 0)
			return EEXIST;
	}
	return 0;
}

static void
dk_free(struct dkwedge_softc *sc)
{
	mutex_enter(&dkwedges_lock);
	sc->sc_dying = true;
	while (sc->sc_refs != 0)
		cv_wait(&dkwedges_cv, &dkwedges_lock);
	if (sc->sc_unit < DKW_UNITS)
		dkwedges[sc->sc_unit] = NULL;
	mutex_exit(&dkwedges_lock);
	disk_destroy(&sc->sc_dk);
	kmem_free(sc, sizeof(*sc));
}

/*
 * Strings of a program: end them, and fill the rest with zeros.
 */
static void
dk_tidy(char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	memset(text + len, 0, size - len);
}

int
dkwedge_add(struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc;
	struct disk *pdk;
	int error;

	dk_tidy(dkw->dkw_parent, sizeof(dkw->dkw_parent));
	dk_tidy((char *)dkw->dkw_wname, sizeof(dkw->dkw_wname));
	dk_tidy(dkw->dkw_ptype, sizeof(dkw->dkw_ptype));
	pdk = disk_find(dkw->dkw_parent);
	if (pdk == NULL || pdk->dk_dev == NODEV)
		return ENODEV;
	sc = kmem_zalloc(sizeof(*sc), KM_SLEEP);
	sc->sc_info = *dkw;
	sc->sc_parent = pdk;
	disk_init(&sc->sc_dk, sc->sc_info.dkw_devname, NULL);
	sc->sc_dk.dk_geom.dg_secsize = pdk->dk_geom.dg_secsize;
	sc->sc_dk.dk_geom.dg_secperunit = (int64_t)dkw->dkw_size;
	disk_set_info(NULL, &sc->sc_dk, NULL);
	sc->sc_unit = DKW_UNITS;
	mutex_enter(&pdk->dk_openlock);
	error = dk_check(pdk, dkw);
	if (error == 0)
		error = dk_number(sc);
	if (error == 0)
		LIST_INSERT_HEAD(&pdk->dk_wedges, sc, sc_link);
	mutex_exit(&pdk->dk_openlock);
	if (error != 0) {
		dk_free(sc);
		return error;
	}
	disk_attach(&sc->sc_dk);
	memcpy(dkw->dkw_devname, sc->sc_info.dkw_devname,
	    sizeof(dkw->dkw_devname));
	aprint_normal("%s at %s: \"%s\", %llu blocks at %lld, type: %s\n",
	    dkw->dkw_devname, pdk->dk_name, (const char *)dkw->dkw_wname,
	    (unsigned long long)dkw->dkw_size, (long long)dkw->dkw_offset,
	    dkw->dkw_ptype[0] != '\0' ? dkw->dkw_ptype : "<unknown>");
	dk_node(sc, false, true);
	dk_node(sc, true, true);
	return 0;
}

/*
 * Take sc, which is off its parent's list, away from everyone.
 */
static void
dk_detach(struct dkwedge_softc *sc)
{
	dk_node(sc, false, false);
	dk_node(sc, true, false);
	vdevgone(DKW_DEVMAJOR, sc->sc_unit, sc->sc_unit, VBLK);
	vdevgone(DKW_DEVMAJOR, sc->sc_unit, sc->sc_unit, VCHR);
	disk_detach(&sc->sc_dk);
	aprint_normal("%s at %s (%s) deleted\n", sc->sc_info.dkw_devname,
	    sc->sc_parent->dk_name, (const char *)sc->sc_info.dkw_wname);
	dk_free(sc);
}

static bool
dk_same(const struct dkwedge_info *a, const struct dkwedge_info *b)
{
	return a->dkw_offset == b->dkw_offset && a->dkw_size == b->dkw_size &&
	    memcmp(a->dkw_wname, b->dkw_wname, sizeof(a->dkw_wname)) == 0 &&
	    strcmp(a->dkw_ptype, b->dkw_ptype) == 0;
}

/*
 * Remove the first wedge that is not among the n of keep, and open only if
 * forced; false: there is none.
 */
static bool
dk_delone(struct disk *pdk, const struct dkwedge_info *keep, int n, bool force)
{
	struct dkwedge_softc *sc;
	int i;

	mutex_enter(&pdk->dk_openlock);
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_link) {
		if (sc->sc_opens != 0 && !force)
			continue;
		for (i = 0; i < n && !dk_same(&keep[i], &sc->sc_info); i++)
			continue;
		if (i == n)
			break;
	}
	if (sc != NULL) {
		LIST_REMOVE(sc, sc_link);
		mutex_enter(&dkwedges_lock);
		sc->sc_dying = true;
		mutex_exit(&dkwedges_lock);
	}
	mutex_exit(&pdk->dk_openlock);
	if (sc != NULL)
		dk_detach(sc);
	return sc != NULL;
}

void
dkwedge_delall(struct disk *pdk)
{
	while (dk_delone(pdk, NULL, 0, true))
		continue;
}

void
dkwedge_delidle(struct disk *pdk)
{
	while (dk_delone(pdk, NULL, 0, false))
		continue;
}

void
dkwedge_delother(struct disk *pdk, const struct dkwedge_info *keep, int n)
{
	while (dk_delone(pdk, keep, n, false))
		continue;
}

bool
dkwedge_has(struct disk *pdk, const struct dkwedge_info *dkw)
{
	const struct dkwedge_softc *sc;

	mutex_enter(&pdk->dk_openlock);
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_link) {
		if (dk_same(&sc->sc_info, dkw))
			break;
	}
	mutex_exit(&pdk->dk_openlock);
	return sc != NULL;
}

int
dkwedge_del(struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc;
	struct disk *pdk;
	int error = ESRCH;

	dk_tidy(dkw->dkw_parent, sizeof(dkw->dkw_parent));
	dk_tidy(dkw->dkw_devname, sizeof(dkw->dkw_devname));
	pdk = disk_find(dkw->dkw_parent);
	if (pdk == NULL)
		return ENODEV;
	mutex_enter(&pdk->dk_openlock);
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_link) {
		if (strcmp(sc->sc_info.dkw_devname, dkw->dkw_devname) == 0)
			break;
	}
	if (sc != NULL && (error = sc->sc_opens != 0 ? EBUSY : 0) == 0) {
		LIST_REMOVE(sc, sc_link);
		mutex_enter(&dkwedges_lock);
		sc->sc_dying = true;
		mutex_exit(&dkwedges_lock);
	}
	mutex_exit(&pdk->dk_openlock);
	if (error == 0)
		dk_detach(sc);
	return error;
}

/*
 * For DIOCLWEDGES: the wedges of the disk, the oldest first.
 */
int
dkwedge_list(struct disk *pdk, struct dkwedge_list *dkwl, struct lwp *l)
{
	struct dkwedge_info *copy;
	struct dkwedge_softc *sc;
	size_t n = 0, room = dkwl->dkwl_bufsize / sizeof(*copy), size;
	int error = 0;

	(void)l;
	size = DKW_UNITS * sizeof(*copy);
	copy = kmem_alloc(size, KM_SLEEP);
	mutex_enter(&pdk->dk_openlock);
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_link)
		copy[DKW_UNITS - ++n] = sc->sc_info;
	mutex_exit(&pdk->dk_openlock);
	dkwl->dkwl_nwedges = (u_int)n;
	dkwl->dkwl_ncopied = (u_int)MIN(n, room);
	if (dkwl->dkwl_ncopied != 0)
		error = copyout(&copy[DKW_UNITS - n], dkwl->dkwl_buf,
		    dkwl->dkwl_ncopied * sizeof(*copy));
	kmem_free(copy, size);
	return error;
}
