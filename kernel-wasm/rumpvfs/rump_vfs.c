/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump_vfs.c - boot of the file system faction, device nodes, rump_pub_*.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/cwdinfo.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include <rump/rump.h>
#include <rump/rumpuser.h>
#include <rump-sys/vfs.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

void	vfs_lookup_sysinit(void);
void	lf_init(void);
void	vfs_hooks_init(void);
void	vfs_syncer_init(void);
void	cwd_sys_init(void);
void	cwd_setroot(struct vnode *);
int	rumpfs_mountroot(void);
int	rump_etfs_register_withsize(const char *, const char *,
	    enum rump_etfs_type, uint64_t, uint64_t);
int	rump_etfs_remove(const char *);
void	bufinit(void) __weak;
void	bufinit2(void) __weak;

/*
 * Device nodes, for drivers
 */

int
rump_vfs_makeonedevnode(dev_t devtype, const char *path, devmajor_t maj,
    devminor_t min)
{

	return do_sys_mknodat(curlwp, AT_FDCWD, path,
	    (mode_t)devtype | 0666, makedev(maj, min), UIO_SYSSPACE);
}

/* path0, path1 ...; minchar != 0 numbers them with letters. */
int
rump_vfs_makedevnodes(dev_t devtype, const char *basename, char minchar,
    devmajor_t maj, devminor_t minnum, int nnodes)
{
	char *path = PNBUF_GET();
	int error = 0, i;

	for (i = 0; i < nnodes && error == 0; i++) {
		snprintf(path, MAXPATHLEN, "%s%c", basename, minchar + i);
		error = rump_vfs_makeonedevnode(devtype, path, maj,
		    minnum + i);
	}
	PNBUF_PUT(path);
	return error;
}

int
rump_vfs_makesymlink(const char *target, const char *path)
{

	return do_sys_symlinkat(curlwp, target, AT_FDCWD, path, UIO_SYSSPACE);
}

/*
 * Boot
 */

static void
vfs_params(void)
{
	char buf[32];
	long n;

	if (rumpuser_getparam("RUMP_NVNODES", buf, sizeof(buf)) != 0)
		return;
	n = strtol(buf, NULL, 10);
	if (n >= 16)
		desiredvnodes = (int)MIN(n, 1000000);
}

/* What a rump kernel finds in its root directory. */
static void
vfs_populate(void)
{

	(void)do_sys_mkdir("/dev", 0755, UIO_SYSSPACE);
	(void)do_sys_mkdir("/tmp", 0777, UIO_SYSSPACE);
	{
		struct vnode *vp;
		struct vattr va;

		if (namei_simple_kernel("/tmp", NSM_FOLLOW_NOEMULROOT, &vp) !=
		    0)
			return;
		vattr_null(&va);
		va.va_mode = 01777;
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		(void)VOP_SETATTR(vp, &va, curlwp->l_cred);
		vput(vp);
	}
}

static void
vfs_boot_etfs(void)
{
	struct rump_boot_etfs *eb;

	for (eb = ebstart; eb != NULL; eb = eb->_eb_next)
		eb->eb_status = rump_etfs_register_withsize(eb->eb_key,
		    eb->eb_hostpath, eb->eb_type, eb->eb_begin, eb->eb_size);
}

RUMP_COMPONENT_N(RUMP__FACTION_VFS, vfs_faction)
{

	vfs_params();
	if (bufinit != NULL)
		bufinit();
	if (bufinit2 != NULL)
		bufinit2();
	vfs_mount_sysinit();
	vfs_vnode_sysinit();
	vfs_lookup_sysinit();
	nchinit();
	lf_init();
	vfs_hooks_init();
	vfs_syncer_init();
	vfsinit();
	cwd_sys_init();
	if (rumpfs_mountroot() != 0)
		panic("no root file system");
	cwd_setroot(rootvnode);
	vfs_populate();
	rump_vfs_fini = vfs_shutdown;
	module_init_class(MODULE_CLASS_VFS);
	rump_component_init(RUMP_COMPONENT_VFS);
	vfs_boot_etfs();
}

RUMP_COMPONENT_N(RUMP_COMPONENT_SYSCALL, vfs_syscalls)
{

	rump_syscall_boot_establish(rump_vfs_syscalls, rump_vfs_nsyscalls);
}

/*
 * Exported to programs
 */

#define	PUB(expr) do {							\
	rump_schedule();						\
	expr;								\
	rump_unschedule();						\
} while (0)

int
rump_pub_etfs_register_withsize(const char *key, const char *hostpath,
    enum rump_etfs_type type, uint64_t begin, uint64_t size)
{
	int error;

	PUB(error = rump_etfs_register_withsize(key, hostpath, type, begin,
	    size));
	return error;
}

int
rump_pub_etfs_register(const char *key, const char *hostpath,
    enum rump_etfs_type type)
{

	return rump_pub_etfs_register_withsize(key, hostpath, type, 0,
	    RUMP_ETFS_SIZE_ENDOFF);
}

int
rump_pub_etfs_remove(const char *key)
{
	int error;

	PUB(error = rump_etfs_remove(key));
	return error;
}
