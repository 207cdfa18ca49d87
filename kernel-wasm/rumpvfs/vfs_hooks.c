/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_hooks.c - subsystems that want to know about unmounts.
 *
 * Locking	vfs_hooks_lock
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/queue.h>

static LIST_HEAD(, vfs_hooks) vfs_hooks_head;
static kmutex_t vfs_hooks_lock;

void	vfs_hooks_init(void);

void
vfs_hooks_init(void)
{

	mutex_init(&vfs_hooks_lock, MUTEX_DEFAULT, 0);
}

int
vfs_hooks_attach(struct vfs_hooks *vh)
{

	mutex_enter(&vfs_hooks_lock);
	LIST_INSERT_HEAD(&vfs_hooks_head, vh, vfs_hooks_list);
	mutex_exit(&vfs_hooks_lock);
	return 0;
}

int
vfs_hooks_detach(struct vfs_hooks *vh)
{
	struct vfs_hooks *h;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h == vh) {
			LIST_REMOVE(h, vfs_hooks_list);
			break;
		}
	}
	mutex_exit(&vfs_hooks_lock);
	return h == NULL ? ESRCH : 0;
}

void
vfs_hooks_unmount(struct mount *mp)
{
	struct vfs_hooks *h;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h->vh_unmount != NULL)
			(*h->vh_unmount)(mp);
	}
	mutex_exit(&vfs_hooks_lock);
}

int
vfs_hooks_reexport(struct mount *mp, const char *path, void *data)
{
	struct vfs_hooks *h;
	int error = EJUSTRETURN;

	mutex_enter(&vfs_hooks_lock);
	LIST_FOREACH(h, &vfs_hooks_head, vfs_hooks_list) {
		if (h->vh_reexport == NULL)
			continue;
		error = (*h->vh_reexport)(mp, path, data);
		if (error != EJUSTRETURN)
			break;
	}
	mutex_exit(&vfs_hooks_lock);
	return error == EJUSTRETURN ? EOPNOTSUPP : error;
}
