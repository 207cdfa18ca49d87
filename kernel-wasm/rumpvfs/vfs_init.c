/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_init.c - file system types and their vectors of vnode operations.
 *
 * A file system describes its operations as (descriptor, function) pairs;
 * vfs_attach() makes a full vector of them, holes filled with the file
 * system's default.
 *
 * Locking	v: vfs_list_lock
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

struct vfs_list_head vfs_list = LIST_HEAD_INITIALIZER(vfs_list);
kmutex_t vfs_list_lock;

static const struct vnodeopv_desc * const vfs_special_vnodeopv_descs[] = {
	&dead_vnodeop_opv_desc,
	&fifo_vnodeop_opv_desc,
	&spec_vnodeop_opv_desc,
	NULL,
};

static void
vfs_opv_fill(const struct vnodeopv_desc *desc)
{
	const struct vnodeopv_entry_desc *e;
	int (**vec)(void *);
	int i;

	vec = kmem_zalloc(VNODE_OPS_COUNT * sizeof(*vec), KM_SLEEP);
	for (e = desc->opv_desc_ops; e->opve_op != NULL; e++)
		vec[e->opve_op->vdesc_offset] = e->opve_impl;
	if (vec[VOP_DEFAULT_DESCOFFSET] == NULL)
		panic("vfs_opv_init: no default operation");
	for (i = 0; i < VNODE_OPS_COUNT; i++) {
		if (vec[i] == NULL)
			vec[i] = vec[VOP_DEFAULT_DESCOFFSET];
	}
	*desc->opv_desc_vector_p = vec;
}

void
vfs_opv_init(const struct vnodeopv_desc * const *descs)
{

	for (; *descs != NULL; descs++)
		vfs_opv_fill(*descs);
}

void
vfs_opv_free(const struct vnodeopv_desc * const *descs)
{
	int (**vec)(void *);

	for (; *descs != NULL; descs++) {
		vec = *(*descs)->opv_desc_vector_p;
		kmem_free(vec, VNODE_OPS_COUNT * sizeof(*vec));
		*(*descs)->opv_desc_vector_p = NULL;
	}
}

void
vfsinit(void)
{

	mutex_init(&vfs_list_lock, MUTEX_DEFAULT, 0);
	vfs_opv_init(vfs_special_vnodeopv_descs);
	spec_init();
}

int
vfs_attach(struct vfsops *vfs)
{
	struct vfsops *v;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (strcmp(v->vfs_name, vfs->vfs_name) == 0) {
			mutex_exit(&vfs_list_lock);
			return EEXIST;
		}
	}
	LIST_INSERT_HEAD(&vfs_list, vfs, vfs_list);
	vfs->vfs_refcount = 0;
	mutex_exit(&vfs_list_lock);
	vfs_opv_init(vfs->vfs_opv_descs);
	if (vfs->vfs_init != NULL)
		(*vfs->vfs_init)();
	return 0;
}

int
vfs_detach(struct vfsops *vfs)
{
	struct vfsops *v;

	mutex_enter(&vfs_list_lock);
	if (vfs->vfs_refcount != 0) {
		mutex_exit(&vfs_list_lock);
		return EBUSY;
	}
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (v == vfs)
			break;
	}
	if (v != NULL)
		LIST_REMOVE(vfs, vfs_list);
	mutex_exit(&vfs_list_lock);
	if (v == NULL)
		return ESRCH;
	if (vfs->vfs_done != NULL)
		(*vfs->vfs_done)();
	vfs_opv_free(vfs->vfs_opv_descs);
	return 0;
}

void
vfs_reinit(void)
{
	struct vfsops *v;

	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (v->vfs_reinit != NULL)
			(*v->vfs_reinit)();
	}
}

/* The type by name, with a reference against vfs_detach(). */
struct vfsops *
vfs_getopsbyname(const char *name)
{
	struct vfsops *v;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (strcmp(v->vfs_name, name) == 0) {
			v->vfs_refcount++;
			break;
		}
	}
	mutex_exit(&vfs_list_lock);
	return v;
}

void
vfs_delref(struct vfsops *vfs)
{

	mutex_enter(&vfs_list_lock);
	KASSERT(vfs->vfs_refcount > 0);
	vfs->vfs_refcount--;
	mutex_exit(&vfs_list_lock);
}
