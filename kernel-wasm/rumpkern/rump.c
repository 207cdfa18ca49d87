/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump.c - booting and stopping a rump kernel.
 *
 * Interface
 *	rump_init() boots once; a second call returns at once.  The calls
 *	rump_boot_*() work only before it.
 *
 * Sleeps	yes.
 * Errors	EINVAL the host speaks another rumpuser version.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/cpu.h>
#include <sys/evcnt.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lock.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/reboot.h>

#include <rump/rumpuser.h>

#include "rump_private.h"

int rump_inited;
int rump_threads = 1;
enum rump_sigmodel rump_sigmodel = RUMP_SIGMODEL_RAISE;
struct rump_boot_etfs *ebstart;
int boothowto;
int cold = 1;
bool doing_shutdown;
int securelevel = -1;
int rtc_offset;
char hostname[MAXHOSTNAMELEN];
int hostnamelen;
char domainname[MAXHOSTNAMELEN];
int domainnamelen;
long hostid;
void (*rump_vfs_fini)(void);
void (*rump_consfds_hook)(struct proc *);

const char ostype[] = "NetBSD";
const char osrelease[] = "7.99.34";
const int osrevision = __NetBSD_Version__;
const char kernel_ident[] = "RUMPUS";
const char version[] = "NetBSD 7.99.34 (RUMPUS) rump kernel\n";
const char copyright[] =
    "Rumpus, a rump kernel with the interfaces of NetBSD 7.99.34\n";
#ifdef __wasm__
const char machine[] = "rump";
const char machine_arch[] = "wasm32";
#else
const char machine[] = "rump";
const char machine_arch[] = "native";
#endif

/* Subsystems of other owners; absent ones are left out of the boot. */
#define	BOOT_WEAK(f)	void f(void) __weak
BOOT_WEAK(sysctl_init);
BOOT_WEAK(kqueue_init);
BOOT_WEAK(fd_sys_init);
BOOT_WEAK(resource_init);
BOOT_WEAK(signal_init);
BOOT_WEAK(pipe_init);
BOOT_WEAK(selsysinit);
BOOT_WEAK(time_init);
BOOT_WEAK(ktrinit);
BOOT_WEAK(devsw_init);
BOOT_WEAK(proc_sysctl_init);
#define	BOOT(f)		do { if (f != NULL) f(); } while (0)

static void
hyp_lwpexit(void)
{
	struct proc *p = curproc;
	struct lwp *l;

	mutex_enter(p->p_lock);
	p->p_sflag |= PS_RUMP_LWPEXIT;
	LIST_FOREACH(l, &p->p_lwps, l_sibling) {
		if (l == curlwp)
			continue;
		atomic_or_uint(&l->l_flag, LW_RUMP_QEXIT);
		(void)sleepq_interrupt(l);
	}
	mutex_exit(p->p_lock);
}

static void
hyp_execnotify(const char *comm)
{

	strlcpy(curproc->p_comm, comm, sizeof(curproc->p_comm));
}

static int
hyp_rfork(void *priv, int flags, const char *comm)
{
	int error = rump_lwproc_rfork(flags);

	if (error == 0) {
		curproc->p_vmspace = priv;
		if (comm != NULL)
			hyp_execnotify(comm);
	}
	return error;
}

static int
hyp_syscall(int num, void *args, long *retval)
{

	return rump_syscall_inkernel(curlwp, num, args, retval);
}

static pid_t
hyp_getpid(void)
{

	return curproc->p_pid;
}

static const struct rumpuser_hyperup hyperup = {
	.hyp_schedule = rump_schedule,
	.hyp_unschedule = rump_unschedule,
	.hyp_backend_unschedule = rump_user_unschedule,
	.hyp_backend_schedule = rump_user_schedule,
	.hyp_lwproc_switch = rump_lwproc_switch,
	.hyp_lwproc_release = rump_lwproc_releaselwp,
	.hyp_lwproc_rfork = hyp_rfork,
	.hyp_lwproc_newlwp = rump_lwproc_newlwp,
	.hyp_lwproc_curlwp = rump_lwproc_curlwp,
	.hyp_syscall = hyp_syscall,
	.hyp_lwpexit = hyp_lwpexit,
	.hyp_execnotify = hyp_execnotify,
	.hyp_getpid = hyp_getpid,
};

/* Memory limit: decimal with an optional k, m or g. */
static void
param_memlimit(void)
{
	char buf[64], *end;
	uint64_t limit;

	if (rumpuser_getparam("RUMP_MEMLIMIT", buf, sizeof(buf)) != 0)
		return;
	limit = strtoull(buf, &end, 10);
	switch (*end) {
	case 'g':
		limit *= 1024;
		/* FALLTHROUGH */
	case 'm':
		limit *= 1024;
		/* FALLTHROUGH */
	case 'k':
		limit *= 1024;
		end++;
		break;
	default:
		break;
	}
	if (*end != '\0' || end == buf || limit == 0 ||
	    limit > (uint64_t)ULONG_MAX)
		panic("RUMP_MEMLIMIT: cannot read \"%s\"", buf);
	rump_physmemlimit = (unsigned long)limit;
	physmem = (int)(limit >> PAGE_SHIFT);
}

int
rump_getparam_int(const char *name, int *valuep)
{
	char buf[32], *end;
	int error;

	if ((error = rumpuser_getparam(name, buf, sizeof(buf))) != 0)
		return error;
	*valuep = (int)strtol(buf, &end, 10);
	return *end != '\0' || end == buf ? EINVAL : 0;
}

static void
boot_params(void)
{
	char buf[16];
	int n = 0;

	if (rumpuser_getparam("RUMP_THREADS", buf, sizeof(buf)) == 0)
		rump_threads = buf[0] != '0';
	if (rumpuser_getparam("RUMP_VERBOSE", buf, sizeof(buf)) == 0 &&
	    buf[0] != '0')
		boothowto |= AB_VERBOSE;
	if (rump_getparam_int(RUMPUSER_PARAM_NCPU, &n) != 0 || n <= 0)
		panic("cannot use " RUMPUSER_PARAM_NCPU);
	rump_scheduler_init(rump_threads ? MIN(n, MAXCPUS) : 1);
	param_memlimit();
}

static void
boot_banner(void)
{
	char mem[16];
	int i;

	aprint_normal("%s", copyright);
	if (rump_physmemlimit == RUMPMEM_UNLIMITED)
		aprint_normal("total memory = as the host gives\n");
	else {
		format_bytes(mem, sizeof(mem), rump_physmemlimit);
		aprint_normal("total memory = %s\n", mem);
	}
	if (!rump_threads)
		aprint_normal("no threads: one at a time\n");
	for (i = 0; i < ncpu; i++)
		aprint_normal("cpu%d at rump0: virtual processor\n", i);
}

/* What is linked in, one line a kind. */
static void
boot_inventory(void)
{
	struct module *mod;
	const char *sep = "modules: ";

	TAILQ_FOREACH(mod, &module_list, mod_chain) {
		aprint_normal("%s%s", sep, mod->mod_info->mi_name);
		sep = " ";
	}
	if (!TAILQ_EMPTY(&module_list))
		aprint_normal("\n");
	if (rump_component_count(RUMP__FACTION_VFS) != 0)
		aprint_normal("root file system type: rumpfs\n");
}

/* What everything else stands on, in order. */
static void
boot_core(void)
{

	lwp0.l_cpu->ci_busy = 1;
	lwp0.l_cpu->ci_curlwp = &lwp0;
	rumpuser_curlwpop(RUMPUSER_LWP_CREATE, &lwp0);
	lwp_settls(&lwp0);
	boot_params();		/* RUMP_*: threads, CPUs, memory */
	rump_kmem_init();	/* kmem(9) */
	rump_tc_init();		/* clocks */
	rump_misc_init();	/* evcnt, once, hooks */
	rump_pool_init();	/* pool(9) */
	rump_synch_init();	/* tsleep, big lock */
	proc_table_init();	/* proc0, lwp0, process groups */
	rump_kauth_init();	/* credentials of proc0 */
	callout_startup();	/* callout(9) */
	softint_init();		/* softint(9) */
	module_init();		/* module(9) */
	rump_syscall_init();	/* system call table */
	evcnt_init();		/* counters of the link set */
	boot_banner();
}

/* The rest of the base: descriptors, signals, time, names. */
static void
boot_base(void)
{

	BOOT(sysctl_init);
	BOOT(resource_init);
	BOOT(fd_sys_init);
	BOOT(signal_init);
	BOOT(kqueue_init);
	BOOT(pipe_init);
	BOOT(selsysinit);
	BOOT(time_init);
	BOOT(ktrinit);
	BOOT(devsw_init);
	BOOT(proc_sysctl_init);
}

/* Linked parts, in the order of their types. */
static void
boot_components(void)
{

	rump_component_attach_static();
	rumpuser_dl_bootstrap(rump_dl_modinit, rump_dl_symload,
	    rump_component_load, evcnt_attach_static);
	rump_component_init(RUMP_COMPONENT_KERN);
	rump_component_init(RUMP__FACTION_VFS);
	rump_component_init(RUMP__FACTION_NET);
	rump_component_init(RUMP__FACTION_DEV);
	if (rump_component_count(RUMP__FACTION_VFS) != 0)
		rump_component_init(RUMP_COMPONENT_KERN_VFS);
}

/* Pid 1, in which threads without a process of their own work. */
static void
boot_init(void)
{
	int error;

	if ((error = rump_lwproc_rfork(RUMP_RFCFDG)) != 0)
		panic("cannot make process 1: error %d", error);
	initproc = curproc;
	KASSERT(initproc->p_pid == 1);
	rump_component_init(RUMP_COMPONENT_POSTINIT);
	rump_component_init(RUMP_COMPONENT_SYSCALL);
	if (rump_consfds_hook != NULL)
		rump_consfds_hook(initproc);
}

int
rump_init(void)
{

	if (rump_inited > 0)
		return 0;
	if (rump_inited < 0)
		panic("rump_init: this kernel has stopped");
	if (rumpuser_init(RUMPUSER_VERSION, &hyperup) != 0)
		return EINVAL;

	boot_core();
	boot_base();
	boot_components();
	cold = 0;
	module_init_class(MODULE_CLASS_ANY);
	if (rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, hostname,
	    sizeof(hostname)) != 0)
		strlcpy(hostname, "rump", sizeof(hostname));
	hostnamelen = (int)strlen(hostname);
	boot_inventory();
	boot_init();
	rump_inited = 1;
	rump_unschedule();
	lwp_settls(NULL);
	return 0;
}

/*
 * Stop: file systems first, then the hooks, then the host.
 */
void
kern_reboot(int howto, char *bootstr)
{

	doing_shutdown = true;
	if ((howto & RB_NOSYNC) == 0 && rump_vfs_fini != NULL)
		rump_vfs_fini();
	doshutdownhooks();
	rump_inited = -1;
	if ((howto & RB_HALT) != 0) {
		printf("rump kernel halted\n");
		for (;;)
			(void)rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL,
			    10, 0);
	}
	rumpuser_exit((howto & RB_DUMP) != 0 ? RUMPUSER_PANIC : 0);
}

void
cpu_reboot(int howto, char *bootstr)
{

	kern_reboot(howto, bootstr);
}
