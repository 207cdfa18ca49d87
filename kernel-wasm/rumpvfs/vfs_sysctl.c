/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs_sysctl.c - vfs.generic and the counters of the name cache.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/sysctl.h>
#include <sys/vnode.h>

#define	FSTYPES_MAX	1024

/* Names of the file system types, blank separated. */
static int
sysctl_vfs_generic_fstypes(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	char *buf = kmem_zalloc(FSTYPES_MAX, KM_SLEEP);
	struct vfsops *v;
	int error;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH(v, &vfs_list, vfs_list) {
		if (buf[0] != '\0')
			strlcat(buf, " ", FSTYPES_MAX);
		strlcat(buf, v->vfs_name, FSTYPES_MAX);
	}
	mutex_exit(&vfs_list_lock);
	node.sysctl_data = buf;
	node.sysctl_size = strlen(buf) + 1;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	kmem_free(buf, FSTYPES_MAX);
	return error;
}

SYSCTL_SETUP(sysctl_vfs_generic_setup, "sysctl vfs.generic setup")
{

	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT,
	    CTLTYPE_NODE, "generic", "Of all file systems", NULL, 0, NULL, 0,
	    CTL_VFS, VFS_GENERIC, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT, "usermount",
	    "Users may mount on their own directories", NULL, 0,
	    &dovfsusermount, 0, CTL_VFS, VFS_GENERIC, VFS_USERMOUNT, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT,
	    CTLTYPE_STRING, "fstypes", "Types of file systems",
	    sysctl_vfs_generic_fstypes, 0, NULL, FSTYPES_MAX, CTL_VFS,
	    VFS_GENERIC, CTL_CREATE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT,
	    CTLTYPE_INT, "numvnodes", "Vnodes in memory", NULL, 0, &numvnodes,
	    0, CTL_VFS, VFS_GENERIC, CTL_CREATE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL,
	    CTLFLAG_PERMANENT | CTLFLAG_READWRITE, CTLTYPE_INT, "syncdelay",
	    "Seconds until dirty data is written", NULL, 0, &syncdelay, 0,
	    CTL_VFS, VFS_GENERIC, CTL_CREATE, CTL_EOL);
}
