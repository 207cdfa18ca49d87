/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init_sysctl.c - the nodes of the base kernel: kern, vm, hw, user, debug.
 *
 * Other subsystems add theirs with SYSCTL_SETUP().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/cprng.h>
#include <sys/file.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/msgbuf.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <rump-sys/kern.h>

#define	RO	CTLFLAG_PERMANENT
#define	RW	(CTLFLAG_PERMANENT | CTLFLAG_READWRITE)
#define	IMM	(CTLFLAG_PERMANENT | CTLFLAG_IMMEDIATE)

static const struct {
	int		num;
	const char	*name;
} basenodes[] = {
	{ CTL_KERN, "kern" }, { CTL_VM, "vm" }, { CTL_VFS, "vfs" },
	{ CTL_NET, "net" }, { CTL_DEBUG, "debug" }, { CTL_HW, "hw" },
	{ CTL_MACHDEP, "machdep" }, { CTL_USER, "user" }, { CTL_DDB, "ddb" },
	{ CTL_PROC, "proc" }, { CTL_VENDOR, "vendor" }, { CTL_EMUL, "emul" },
	{ CTL_SECURITY, "security" },
};

void
sysctl_basenode_init(void)
{

	for (u_int i = 0; i < __arraycount(basenodes); i++)
		(void)sysctl_createv(NULL, 0, NULL, NULL, RO, CTLTYPE_NODE,
		    basenodes[i].name, NULL, NULL, 0, NULL, 0,
		    basenodes[i].num, CTL_EOL);
}

/* A value made on the spot, read only. */
static int
sysctl_give(SYSCTLFN_ARGS, void *data, size_t size)
{
	struct sysctlnode node = *rnode;

	node.sysctl_flags &= ~CTLFLAG_IMMEDIATE;
	node.sysctl_data = data;
	node.sysctl_size = size;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_kern_hostname(SYSCTLFN_ARGS)
{
	int error = sysctl_lookup(SYSCTLFN_CALL(rnode));

	if (error == 0 && newp != NULL) {
		hostnamelen = (int)strlen(hostname);
		domainnamelen = (int)strlen(domainname);
	}
	return error;
}

static int
sysctl_kern_clockrate(SYSCTLFN_ARGS)
{
	struct clockinfo ci = {
		.hz = hz, .tick = tick, .tickadj = tickadj,
		.stathz = stathz != 0 ? stathz : hz,
		.profhz = profhz != 0 ? profhz : hz,
	};

	return sysctl_give(SYSCTLFN_CALL(rnode), &ci, sizeof(ci));
}

static int
sysctl_kern_boottime(SYSCTLFN_ARGS)
{
	struct timespec ts;

	memset(&ts, 0, sizeof(ts));
	nanoboottime(&ts);
	return sysctl_give(SYSCTLFN_CALL(rnode), &ts, sizeof(ts));
}

static int
sysctl_kern_cptime(SYSCTLFN_ARGS)
{
	uint64_t cp[CPUSTATES];
	struct timespec up;

	memset(cp, 0, sizeof(cp));
	nanouptime(&up);
	cp[CP_IDLE] = (uint64_t)up.tv_sec * (uint64_t)hz;
	return sysctl_give(SYSCTLFN_CALL(rnode), cp, sizeof(cp));
}

static int
sysctl_kern_msgbuf(SYSCTLFN_ARGS)
{
	char *buf = kmem_zalloc(MSGBUFSIZE, KM_SLEEP);
	size_t n = msgbuf_copy(buf, MSGBUFSIZE);
	int error;

	error = sysctl_give(SYSCTLFN_CALL(rnode), buf, n);
	kmem_free(buf, MSGBUFSIZE);
	return error;
}

static int
sysctl_kern_arnd(SYSCTLFN_ARGS)
{
	uint8_t buf[256];
	size_t n;
	int error;

	if (newp != NULL)
		return EPERM;
	if (oldp == NULL || oldlenp == NULL)
		return 0;
	n = MIN(*oldlenp, sizeof(buf));
	(void)cprng_fast(buf, n);
	error = sysctl_copyout(l, buf, oldp, n);
	*oldlenp = n;
	return error;
}

static void
kern_strings(void)
{
	static const struct {
		int num, flags;
		const char *name, *desc;
		const char *data;
		size_t size;
		sysctlfn func;
	} s[] = {
		{ KERN_OSTYPE, RO, "ostype", "Operating system type", ostype,
		    0, NULL },
		{ KERN_OSRELEASE, RO, "osrelease", "Operating system release",
		    osrelease, 0, NULL },
		{ KERN_VERSION, RO, "version", "Kernel version", version, 0,
		    NULL },
		{ KERN_HOSTNAME, RW, "hostname", "System hostname", hostname,
		    MAXHOSTNAMELEN, sysctl_kern_hostname },
		{ KERN_DOMAINNAME, RW, "domainname", "YP domain name",
		    domainname, MAXHOSTNAMELEN, sysctl_kern_hostname },
	};

	for (u_int i = 0; i < __arraycount(s); i++)
		(void)sysctl_createv(NULL, 0, NULL, NULL, s[i].flags,
		    CTLTYPE_STRING, s[i].name, s[i].desc, s[i].func, 0,
		    __UNCONST(s[i].data), s[i].size, CTL_KERN, s[i].num,
		    CTL_EOL);
}

static void
kern_ints(void)
{
	static const struct {
		int num;
		const char *name, *desc;
		int value;
	} imm[] = {
		{ KERN_OSREV, "osrevision", "Operating system revision",
		    __NetBSD_Version__ },
		{ KERN_ARGMAX, "argmax", "Bytes of arguments to execve",
		    ARG_MAX },
		{ KERN_NGROUPS, "ngroups", "Supplementary groups", NGROUPS },
		{ KERN_JOB_CONTROL, "job_control", "Job control", 1 },
		{ KERN_SAVED_IDS, "saved_ids", "POSIX saved ids", 1 },
		{ KERN_FSYNC, "fsync", "POSIX file synchronization", 1 },
		{ KERN_IOV_MAX, "iov_max", "Buffers of readv and writev",
		    IOV_MAX },
		{ 17, "posix1version", "POSIX.1 version", 200112 },
	};
	static const struct {
		int num;
		const char *name, *desc;
		void *data;
	} var[] = {
		{ KERN_MAXPROC, "maxproc", "Maximum number of processes",
		    &maxproc },
		{ KERN_MAXFILES, "maxfiles", "Maximum number of open files",
		    &maxfiles },
		{ KERN_SECURELVL, "securelevel", "System security level",
		    &securelevel },
	};

	for (u_int i = 0; i < __arraycount(imm); i++)
		(void)sysctl_createv(NULL, 0, NULL, NULL, IMM, CTLTYPE_INT,
		    imm[i].name, imm[i].desc, NULL, (uint64_t)imm[i].value,
		    NULL, 0, CTL_KERN, imm[i].num, CTL_EOL);
	for (u_int i = 0; i < __arraycount(var); i++)
		(void)sysctl_createv(NULL, 0, NULL, NULL, RW, CTLTYPE_INT,
		    var[i].name, var[i].desc, NULL, 0, var[i].data, 0,
		    CTL_KERN, var[i].num, CTL_EOL);
}

extern int desiredvnodes __weak;	/* of the vfs faction */

SYSCTL_SETUP(sysctl_kern_setup, "sysctl kern subtree setup")
{
	static int msgbufsize = MSGBUFSIZE;
	static int hostid32;

	kern_strings();
	kern_ints();
	if (&desiredvnodes != NULL)
		(void)sysctl_createv(clog, 0, NULL, NULL, RW, CTLTYPE_INT,
		    "maxvnodes", "Maximum number of vnodes", NULL, 0,
		    &desiredvnodes, 0, CTL_KERN, KERN_MAXVNODES, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RW, CTLTYPE_INT, "hostid",
	    "System host id", NULL, 0, &hostid32, 0, CTL_KERN, KERN_HOSTID,
	    CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "clockrate", "Rates of the clocks", sysctl_kern_clockrate, 0, NULL,
	    sizeof(struct clockinfo), CTL_KERN, KERN_CLOCKRATE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "boottime", "When the system started", sysctl_kern_boottime, 0,
	    NULL, sizeof(struct timespec), CTL_KERN, KERN_BOOTTIME, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "cp_time", "Clock ticks by state", sysctl_kern_cptime, 0, NULL,
	    sizeof(uint64_t) * CPUSTATES, CTL_KERN, KERN_CP_TIME, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "msgbuf", "Messages of the kernel", sysctl_kern_msgbuf, 0, NULL, 0,
	    CTL_KERN, KERN_MSGBUF, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_INT,
	    "msgbufsize", "Size of the message buffer", NULL, 0, &msgbufsize,
	    0, CTL_KERN, CTL_CREATE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "arandom", "Random bytes", sysctl_kern_arnd, 0, NULL, 0, CTL_KERN,
	    KERN_ARND, CTL_EOL);
}

/*
 * hw
 */
static uint64_t
hw_physmem(void)
{
	struct kmem_stat ks;

	kmem_getstat(&ks);
	return ks.ks_limit != 0 ? ks.ks_limit : 256u << 20;
}

static int
sysctl_hw_mem(SYSCTLFN_ARGS)
{
	struct kmem_stat ks;
	uint64_t mem = hw_physmem();
	int mem32;

	if (rnode->sysctl_num == HW_USERMEM ||
	    rnode->sysctl_num == HW_USERMEM64) {
		kmem_getstat(&ks);
		mem -= MIN(mem, ks.ks_host);
	}
	if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_QUAD)
		return sysctl_give(SYSCTLFN_CALL(rnode), &mem, sizeof(mem));
	mem32 = (int)MIN(mem, INT_MAX);
	return sysctl_give(SYSCTLFN_CALL(rnode), &mem32, sizeof(mem32));
}

int	disk_names(char *, size_t, size_t *) __weak;	/* rumpdev */

static int
sysctl_hw_disknames(SYSCTLFN_ARGS)
{
	char *buf = kmem_zalloc(PAGE_SIZE, KM_SLEEP);
	size_t need = 1;
	int error;

	if (disk_names != NULL)
		(void)disk_names(buf, PAGE_SIZE, &need);
	error = sysctl_give(SYSCTLFN_CALL(rnode), buf, PAGE_SIZE);
	kmem_free(buf, PAGE_SIZE);
	return error;
}

SYSCTL_SETUP(sysctl_hw_setup, "sysctl hw subtree setup")
{
	static const struct {
		int num;
		const char *name;
		int type;
	} mem[] = {
		{ HW_PHYSMEM, "physmem", CTLTYPE_INT },
		{ HW_USERMEM, "usermem", CTLTYPE_INT },
		{ HW_PHYSMEM64, "physmem64", CTLTYPE_QUAD },
		{ HW_USERMEM64, "usermem64", CTLTYPE_QUAD },
	};
	static const char model[] = "rumpus (rump virtual machine)";

	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRING,
	    "machine", "Machine class", NULL, 0, __UNCONST(machine), 0,
	    CTL_HW, HW_MACHINE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRING,
	    "model", "Machine model", NULL, 0, __UNCONST(model), 0, CTL_HW,
	    HW_MODEL, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRING,
	    "machine_arch", "Machine CPU class", NULL, 0,
	    __UNCONST(machine_arch), 0, CTL_HW, HW_MACHINE_ARCH, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_INT, "ncpu",
	    "Number of CPUs", NULL, 0, &ncpu, 0, CTL_HW, HW_NCPU, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_INT,
	    "ncpuonline", "Number of CPUs online", NULL, 0, &ncpuonline, 0,
	    CTL_HW, HW_NCPUONLINE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, IMM, CTLTYPE_INT,
	    "byteorder", "System byte order", NULL, 1234, NULL, 0, CTL_HW,
	    HW_BYTEORDER, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, IMM, CTLTYPE_INT,
	    "pagesize", "Software page size", NULL, PAGE_SIZE, NULL, 0,
	    CTL_HW, HW_PAGESIZE, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRING,
	    "disknames", "List of disk devices", sysctl_hw_disknames, 0, NULL,
	    0, CTL_HW, HW_DISKNAMES, CTL_EOL);
	for (u_int i = 0; i < __arraycount(mem); i++)
		(void)sysctl_createv(clog, 0, NULL, NULL, RO, mem[i].type,
		    mem[i].name, "Bytes of memory", sysctl_hw_mem, 0, NULL, 0,
		    CTL_HW, mem[i].num, CTL_EOL);
}

/*
 * vm: figures of kernel memory, in the places the pages have.
 */
static int
sysctl_vm_uvmexp2(SYSCTLFN_ARGS)
{
	uint64_t u[77];		/* 616 bytes */
	struct kmem_stat ks;
	uint64_t total = hw_physmem() >> PAGE_SHIFT;

	kmem_getstat(&ks);
	memset(u, 0, sizeof(u));
	u[0] = PAGE_SIZE;
	u[1] = PAGE_MASK;
	u[2] = PAGE_SHIFT;
	u[3] = total;				/* npages */
	u[4] = total - MIN(total, ks.ks_host >> PAGE_SHIFT);	/* free */
	u[5] = ks.ks_inuse >> PAGE_SHIFT;	/* active */
	u[8] = ks.ks_host >> PAGE_SHIFT;	/* wired */
	return sysctl_give(SYSCTLFN_CALL(rnode), u, sizeof(u));
}

static int
sysctl_vm_loadavg(SYSCTLFN_ARGS)
{
	struct {
		uint32_t	ldavg[3];
		int32_t		fscale;
	} la = { .fscale = FSCALE };

	return sysctl_give(SYSCTLFN_CALL(rnode), &la, sizeof(la));
}

SYSCTL_SETUP(sysctl_vm_setup, "sysctl vm subtree setup")
{

	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "loadavg", "System load average history", sysctl_vm_loadavg, 0,
	    NULL, 16, CTL_VM, VM_LOADAVG, CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRUCT,
	    "uvmexp2", "Detailed memory statistics", sysctl_vm_uvmexp2, 0,
	    NULL, 616, CTL_VM, VM_UVMEXP2, CTL_EOL);
}

static int
sysctl_debug_trace(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int error, on = (rump_trace_flags & RUMP_TRACE_RING) != 0;

	node.sysctl_data = &on;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	return rump_trace_enable(on != 0);
}

SYSCTL_SETUP(sysctl_debug_setup, "sysctl debug subtree setup")
{

	(void)sysctl_createv(clog, 0, NULL, NULL, RW, CTLTYPE_INT, "trace",
	    "Record events in the ring of each CPU", sysctl_debug_trace, 0,
	    NULL, 0, CTL_DEBUG, CTL_CREATE, CTL_EOL);
}

SYSCTL_SETUP(sysctl_user_setup, "sysctl user subtree setup")
{
	static const char path[] = "/usr/bin:/bin:/usr/sbin:/sbin";
	static const struct {
		int num;
		const char *name;
		int value;
	} user[] = {
		{ 2, "bc_base_max", 99 }, { 3, "bc_dim_max", 2048 },
		{ 4, "bc_scale_max", 99 }, { 5, "bc_string_max", 1000 },
		{ 6, "coll_weights_max", 2 }, { 7, "expr_nest_max", 32 },
		{ 8, "line_max", 2048 }, { 9, "re_dup_max", 255 },
		{ 10, "posix2_version", 199212 }, { 11, "posix2_c_bind", 1 },
		{ 18, "stream_max", 20 }, { 19, "tzname_max", 6 },
	};

	(void)sysctl_createv(clog, 0, NULL, NULL, RO, CTLTYPE_STRING,
	    "cs_path", "Where the standard programs are", NULL, 0,
	    __UNCONST(path), 0, CTL_USER, 1, CTL_EOL);
	for (u_int i = 0; i < __arraycount(user); i++)
		(void)sysctl_createv(clog, 0, NULL, NULL, IMM, CTLTYPE_INT,
		    user[i].name, NULL, NULL, (uint64_t)user[i].value, NULL, 0,
		    CTL_USER, user[i].num, CTL_EOL);
}
