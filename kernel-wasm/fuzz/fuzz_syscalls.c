/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_syscalls.c - libFuzzer target: programs of random system calls.
 *
 * Each input runs as a process of its own on a fresh tmpfs at /t and a
 * directory /r of the root file system.  Afterwards the process ends and
 * every mount must come off without force: a vnode left referenced is a
 * finding, as is a panic or what the sanitizers see.
 *
 *	cd kernel-wasm && make fuzz && ../out/host-fuzz/fuzz/fuzz_syscalls DIR
 *
 * RUMP_FUZZTRACE=1 prints the calls.  Nothing may sleep (there are no threads): descriptors are made
 * non-blocking before each call that reads or writes.
 */

#include <sys/param.h>
#include <sys/uio.h>
#include <sys/dirent.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.gen.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <lib/libkern/libkern.h>
#include <fs/tmpfs/tmpfs_args.h>
#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser.h>
#include <rump-sys/syscall.gen.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	LLVMFuzzerInitialize(int *, char ***);
void	rump_h_setenv(const char *, const char *);

#define	FUZZ_BUF	16384
#define	FUZZ_OPS	200
#define	FUZZ_ARGS	8
#define	FUZZ_CLEAN	64

/*
 * Kinds of arguments, one letter each:
 *	p path (into a scratch string)	f descriptor	d directory descriptor
 *	F open flags	m mode	u id	i small integer	w any integer
 *	n length of the buffer before it	b buffer	t two timespecs
 *	T zero timespec	o offset	_ padding	0 zero	v iovec	c iovec count
 *	k kevent list	P pollfd list	L struct flock or int	x attribute name
 */
struct fuzz_call {
	short fc_num;
	bool fc_nonblock;
	const char *fc_args;
};

static const struct fuzz_call fuzz_calls[] = {
	{ SYS_open, false, "pFm" }, { SYS_open, false, "pFm" },
	{ SYS_open, false, "pFm" }, { SYS_openat, false, "dpFm" },
	{ SYS_close, false, "f" }, { SYS_read, true, "fbn" },
	{ SYS_write, true, "fbn" }, { SYS_write, true, "fbn" },
	{ SYS_pread, true, "fbn_o" }, { SYS_pwrite, true, "fbn_o" },
	{ SYS_readv, true, "fvc" }, { SYS_writev, true, "fvc" },
	{ SYS_preadv, true, "fvc_o" }, { SYS_pwritev, true, "fvc_o" },
	{ SYS_lseek, false, "f_oi" }, { SYS_ftruncate, false, "f_o" },
	{ SYS_truncate, false, "p_o" }, { SYS_link, false, "pp" },
	{ SYS_linkat, false, "dpdpw" }, { SYS_unlink, false, "p" },
	{ SYS_unlinkat, false, "dpw" }, { SYS_symlink, false, "pp" },
	{ SYS_symlinkat, false, "pdp" }, { SYS_readlink, false, "pbn" },
	{ SYS_rename, false, "pp" }, { SYS_rename, false, "pp" },
	{ SYS___posix_rename, false, "pp" }, { SYS_renameat, false, "dpdp" },
	{ SYS_mkdir, false, "pm" }, { SYS_mkdir, false, "pm" },
	{ SYS_mkdirat, false, "dpm" }, { SYS_rmdir, false, "p" },
	{ SYS_mkfifo, false, "pm" }, { SYS___mknod50, false, "pmw" },
	{ SYS_mknodat, false, "dpm_w" }, { SYS_chdir, false, "p" },
	{ SYS_fchdir, false, "d" }, { SYS_chroot, false, "p" },
	{ SYS_fchroot, false, "d" }, { SYS___getcwd, false, "bn" },
	{ SYS_chmod, false, "pm" }, { SYS_lchmod, false, "pm" },
	{ SYS_fchmod, false, "fm" }, { SYS_chown, false, "puu" },
	{ SYS_lchown, false, "puu" }, { SYS_fchown, false, "fuu" },
	{ SYS___posix_chown, false, "puu" }, { SYS_chflags, false, "pw" },
	{ SYS_lchflags, false, "pw" }, { SYS_fchflags, false, "fw" },
	{ SYS_access, false, "pi" }, { SYS_faccessat, false, "dpiw" },
	{ SYS_umask, false, "m" }, { SYS___stat50, false, "pb" },
	{ SYS___lstat50, false, "pb" }, { SYS___fstat50, false, "fb" },
	{ SYS_fstatat, false, "dpbw" }, { SYS_utimensat, false, "dptw" },
	{ SYS_futimens, false, "ft" }, { SYS___getdents30, false, "fbn" },
	{ SYS___getdents30, false, "dbn" }, { SYS_fsync, false, "f" },
	{ SYS_fdatasync, false, "f" }, { SYS_fsync_range, false, "fwoo" },
	{ SYS_sync, false, "" }, { SYS_dup, false, "f" },
	{ SYS_dup2, true, "ff" }, { SYS_dup3, false, "ffw" },
	{ SYS_fcntl, false, "fiL" }, { SYS_fcntl, false, "fiL" },
	{ SYS_flock, false, "fi" }, { SYS_poll, false, "Pc0" },
	{ SYS___select50, false, "ibbbT" }, { SYS_pipe2, false, "bw" },
	{ SYS_kqueue1, false, "w" }, { SYS___kevent50, true, "fkckcT" },
	{ SYS___kevent50, true, "fkckcT" }, { SYS_ioctl, false, "fwb" },
	{ SYS_revoke, false, "p" }, { SYS_pathconf, false, "pi" },
	{ SYS_fpathconf, false, "fi" }, { SYS_statvfs1, false, "pbi" },
	{ SYS_fstatvfs1, false, "fbi" }, { SYS_getvfsstat, false, "bni" },
	{ SYS___getfh30, false, "pbb" }, { SYS___fhopen40, false, "bnF" },
	{ SYS___fhstat50, false, "bnb" }, { SYS_extattr_set_file, false, "pixbn" },
	{ SYS_extattr_get_file, false, "pixbn" },
	{ SYS_extattr_list_file, false, "pibn" },
	{ SYS_setxattr, false, "pxbni" }, { SYS_getxattr, false, "pxbn" },
	{ SYS_posix_fallocate, false, "f_oo" }, { SYS_fdiscard, false, "f_oo" },
	{ SYS___posix_fadvise50, false, "f_ooi" }, { SYS_setuid, false, "u" },
	{ SYS_seteuid, false, "u" }, { SYS_setegid, false, "u" },
	{ SYS_setgroups, false, "cb" }, { SYS_getgroups, false, "cb" },
	{ SYS_getrlimit, false, "ib" }, { SYS_setrlimit, false, "ib" },
	{ SYS_setpgid, false, "ii" }, { SYS_setsid, false, "" },
	{ SYS_kill, false, "ii" }, { SYS_getpgid, false, "i" },
	{ SYS_ktrace, false, "piwi" }, { SYS_utrace, false, "xbn" },
	{ SYS___sysctl, false, "bcbbbn" }, { SYS_timer_create, false, "i0b" },
	{ SYS___timer_settime50, false, "iitb" }, { SYS_timer_delete, false, "i" },
	{ SYS___setitimer50, false, "itb" }, { SYS___nanosleep50, false, "T0" },
	{ SYS_unmount, false, "pw" },
};

/* What is left of the input. */
static const uint8_t *fuzz_in;
static size_t fuzz_left;

static char fuzz_paths[4][2200];
static unsigned int fuzz_npath;
static uint8_t fuzz_bufs[4][FUZZ_BUF + 512];
static unsigned int fuzz_nbuf;
static size_t fuzz_buflen;
static struct iovec fuzz_iov[8];
static bool fuzz_trace;	/* RUMP_FUZZTRACE is set: print each call */

static unsigned int
byte(void)
{

	if (fuzz_left == 0)
		return 0;
	fuzz_left--;
	return *fuzz_in++;
}

static uint64_t
anynumber(void)
{
	static const uint64_t magic[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 0x100, 0x200, 0x400, 0x800,
		511, 512, 1023, 4095, 4096, 4097, 16384, 0x10000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
		0x8000000000000000, 0xffffffffffffffff, 0xfffffffffffffffe,
		0x000000ffffffffff, 0x20007601, 0x4004667f, 0x8004667e,
	};
	unsigned int how = byte();
	uint64_t v;
	int i;

	if (how < 0xc0)
		return magic[how % __arraycount(magic)];
	for (v = 0, i = 0; i < (how & 7) + 1; i++)
		v = v << 8 | byte();
	return v;
}

static int
descriptor(void)
{
	unsigned int b = byte();

	return b < 0xf0 ? (int)(b % 16) : b < 0xf8 ? (int)b : -(int)(b - 0xf7);
}

static uint64_t
path(void)
{
	static const char *const bases[] = {
		"/t/", "/t/", "/r/", "", "/t/a/", "/dev/", "/", "/t/b/../",
		"/r/d/", "../",
	};
	static const char *const names[] = {
		"a", "b", "c", "d", "e", "l", "f", ".", "..", "", "a/b", "c/d",
		"null", "zero", "ptyp0", "ttyp0", "ptmx", "tty", "e/../f",
	};
	char *s = fuzz_paths[fuzz_npath++ % __arraycount(fuzz_paths)];
	unsigned int b = byte(), n;

	if (b == 0xff)
		return 0;
	strlcpy(s, bases[b % __arraycount(bases)], 64);
	n = byte();
	if (n == 0xff) {
		size_t len = byte() * 8;

		memset(s + strlen(s), 'n', len);
		s[strlen(bases[b % __arraycount(bases)]) + len] = '\0';
		return (uintptr_t)s;
	}
	strlcat(s, names[n % __arraycount(names)], 2200);
	if ((b & 0xc0) == 0xc0) {
		strlcat(s, "/", 2200);
		strlcat(s, names[byte() % __arraycount(names)], 2200);
	}
	return (uintptr_t)s;
}

static uint64_t
buffer(void)
{
	uint8_t *p = fuzz_bufs[fuzz_nbuf++ % __arraycount(fuzz_bufs)];
	unsigned int b = byte(), i;

	fuzz_buflen = FUZZ_BUF;
	if (b == 0xff) {
		fuzz_buflen = 0;
		return 0;
	}
	for (i = 0; i < (b & 15); i++) {
		uint64_t v = anynumber();

		memcpy(p + 4 * i, &v, sizeof(v));
	}
	return (uintptr_t)p;
}

/* Short of the buffer, or so much that it must be refused. */
static uint64_t
length(void)
{
	uint64_t v = anynumber();

	return v > fuzz_buflen && v < 0x8000000000000000 && fuzz_buflen != 0 ?
	    v % (fuzz_buflen + 1) : v;
}

static uint64_t
flags(void)
{
	uint64_t v = byte();

	v = (v & 3) | ((v & 4) ? O_CREAT : 0) | ((v & 8) ? O_CREAT : 0) |
	    ((v & 16) ? O_TRUNC : 0) | ((v & 32) ? O_APPEND : 0) |
	    ((v & 0xc0) == 0xc0 ? O_EXCL : 0);
	if (byte() > 0xf0)
		v ^= anynumber() & 0xffffffff;
	return v | O_NONBLOCK;
}

static uint64_t
mode(void)
{
	static const unsigned int modes[] = {
		0644, 0755, 0777, 0, 07777, 04755, 01777, 0600,
		S_IFREG | 0644, S_IFCHR | 0666, S_IFBLK | 0600, S_IFIFO | 0600,
	};

	return modes[byte() % __arraycount(modes)];
}

static uint64_t
iovecs(void)
{
	size_t i;

	for (i = 0; i < __arraycount(fuzz_iov); i++) {
		fuzz_iov[i].iov_base = (void *)(uintptr_t)buffer();
		fuzz_iov[i].iov_len = length();
		if (fuzz_iov[i].iov_base == NULL &&
		    (fuzz_iov[i].iov_len & 1) == 0)
			fuzz_iov[i].iov_len = 0;
	}
	return (uintptr_t)fuzz_iov;
}

static uint64_t
kevents(void)
{
	struct kevent *ev = (void *)(uintptr_t)buffer();
	int i;

	if (ev == NULL)
		return 0;
	for (i = 0; i < 4; i++) {
		ev[i].ident = (uintptr_t)descriptor();
		ev[i].filter = byte() % 9;
		ev[i].flags = byte() & 0x7f;
		ev[i].fflags = byte();
		ev[i].data = (int64_t)anynumber();
	}
	return (uintptr_t)ev;
}

static uint64_t
pollfds(void)
{
	struct pollfd *p = (void *)(uintptr_t)buffer();
	int i;

	for (i = 0; p != NULL && i < 8; i++) {
		p[i].fd = descriptor();
		p[i].events = (short)anynumber();
	}
	return (uintptr_t)p;
}

static uint64_t
times(void)
{
	struct timespec *ts = (void *)(uintptr_t)buffer();
	int i;

	for (i = 0; ts != NULL && i < 2; i++) {
		ts[i].tv_sec = (time_t)anynumber();
		ts[i].tv_nsec = (long)anynumber();
	}
	return (uintptr_t)ts;
}

/* An int, or a struct flock at the end of a buffer. */
static uint64_t
fcntl_arg(int cmd)
{
	struct flock *fl;

	if (cmd < 0 || cmd > F_SETNOSIGPIPE)
		return buffer();
	if (cmd != F_GETLK && cmd != F_SETLK)
		return anynumber();
	if ((fl = (void *)(uintptr_t)buffer()) == NULL)
		return 0;
	fl->l_start = (off_t)anynumber();
	fl->l_len = (off_t)anynumber();
	fl->l_type = (short)(byte() % 5);
	fl->l_whence = (short)(byte() % 4);
	return (uintptr_t)fl;
}

static uint64_t
argument(int kind, const uint64_t *args, int n)
{
	static struct timespec zero;
	static const int ids[] = { 0, 1, 100, 1000, -1 };

	switch (kind) {
	case 'p':
		return path();
	case 'x':
		return byte() & 1 ? (uintptr_t)"user.x" : path();
	case 'f':
		return (uint64_t)descriptor();
	case 'd':
		return byte() & 1 ? (uint64_t)AT_FDCWD :
		    (uint64_t)descriptor();
	case 'F':
		return flags();
	case 'm':
		return mode();
	case 'u':
		return (uint64_t)ids[byte() % __arraycount(ids)];
	case 'i':
		return byte() < 0xf0 ? byte() % 20 : anynumber();
	case 'w':
		return anynumber();
	case 'n':
		return length();
	case 'b':
		return buffer();
	case 't':
		return times();
	case 'T':
		return (uintptr_t)&zero;
	case 'o':
		return anynumber();
	case 'v':
		return iovecs();
	case 'c':
		return byte() < 0xf0 ? byte() % 5 : (uint64_t)-1;
	case 'k':
		return kevents();
	case 'P':
		return pollfds();
	case 'L':
		return fcntl_arg((int)args[n - 1]);
	default:
		return 0;
	}
}

/* Calls that would wait for somebody, or for something to be outside. */
static bool
tame(int num, uint64_t *a)
{

	switch (num) {
	case SYS_fcntl:
		if (a[1] == F_SETLKW)
			a[1] = F_SETLK, a[2] = 0;
		if (a[1] == F_SETFL)
			a[2] |= O_NONBLOCK;
		return true;
	case SYS_flock:
		a[1] |= 4;	/* LOCK_NB */
		return true;
	case SYS_pipe2:
		a[1] |= O_NONBLOCK;
		return true;
	case SYS___select50:
		a[0] %= 1024;
		return true;
	case SYS_ioctl:
		return (uint32_t)a[1] != 0x2000745e;	/* TIOCDRAIN */
	case SYS_kill:
		a[0] = 0;
		return true;
	case SYS_unmount:
		return a[0] != 0;
	case SYS_ktrace:
		a[3] = (uint64_t)rump_sys_getpid();
		return true;
	case SYS_posix_fallocate:
		return a[3] < (1 << 20);
	default:
		return true;
	}
}

static void
say(const struct fuzz_call *fc, const uint64_t *args, int error,
    register_t value)
{
	const char *k;

	printf("%s(", syscallnames[fc->fc_num]);
	for (k = fc->fc_args; *k != '\0'; k++, args++) {
		if ((*k == 'p' || *k == 'x') && *args != 0)
			printf(" \"%.60s\"", (const char *)(uintptr_t)*args);
		else
			printf(" %#jx", (uintmax_t)*args);
	}
	printf(" ) = %jd, error %d\n", (intmax_t)value, error);
}

static void
one_call(void)
{
	const struct fuzz_call *fc =
	    &fuzz_calls[byte() % __arraycount(fuzz_calls)];
	uint64_t args[FUZZ_ARGS] = { 0 };
	register_t retval[2];
	int i;

	fuzz_buflen = FUZZ_BUF;
	for (i = 0; fc->fc_args[i] != '\0'; i++)
		args[i] = argument(fc->fc_args[i], args, i);
	if (fc->fc_nonblock)
		(void)rump_sys_fcntl((int)args[0], F_SETFL,
		    (void *)(uintptr_t)(O_NONBLOCK | (byte() & O_APPEND)));
	if (tame(fc->fc_num, args)) {
		i = rump_syscall(fc->fc_num, args, sizeof(args), retval);
		if (fuzz_trace)
			say(fc, args, i, retval[0]);
	}
}

/* Two processes: calls of one may meet descriptors and locks of the other. */
static void
run_processes(void)
{
	struct lwp *l[2], *home = rump_pub_lwproc_curlwp();
	int i, which = 0;

	if (rump_pub_lwproc_rfork(RUMP_RFFD_CLEAR) != 0)
		return;
	l[0] = rump_pub_lwproc_curlwp();
	(void)rump_sys_chdir("/t");
	if (rump_pub_lwproc_rfork((int)(byte() % 3)) != 0)
		panic("rfork");
	l[1] = rump_pub_lwproc_curlwp();
	for (i = 0; i < FUZZ_OPS && fuzz_left > 0; i++) {
		if ((byte() & 7) == 0) {
			which = !which;
			rump_pub_lwproc_switch(l[which]);
		}
		one_call();
	}
	for (i = 0; i < 2; i++) {
		rump_pub_lwproc_switch(l[i]);
		rump_pub_lwproc_releaselwp();
	}
	rump_pub_lwproc_switch(home);
}

static void	remove_tree(const char *, int);

static void
remove_entries(int fd, const char *dir, int depth, bool *more)
{
	static char buf[8192];
	char name[1100];
	int n, pos;

	*more = false;
	n = (int)rump_sys_getdents(fd, buf, sizeof(buf));
	for (pos = 0; pos < n; pos += ((struct dirent *)(buf + pos))->d_reclen) {
		struct dirent *d = (struct dirent *)(buf + pos);

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", dir, d->d_name);
		(void)rump_sys_lchflags(name, 0);
		*more = true;
		if (rump_sys_unlink(name) == 0)
			continue;
		if (depth < 8)
			remove_tree(name, depth + 1);
		(void)rump_sys_rmdir(name);
		return;
	}
}

static void
remove_tree(const char *dir, int depth)
{
	bool more = true;
	int fd, tries;

	for (tries = 0; more && tries < FUZZ_CLEAN; tries++) {
		(void)rump_sys_lchmod(dir, 0755);
		if ((fd = rump_sys_open(dir, O_RDONLY | O_NONBLOCK, 0)) == -1)
			return;
		remove_entries(fd, dir, depth, &more);
		(void)rump_sys_close(fd);
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char value[8];

	rump_h_setenv("RUMP_THREADS", "0");
	rump_h_setenv("RUMP_NCPU", "1");
	rump_h_setenv("RUMP_MEMLIMIT", "64m");
	fuzz_trace = rumpuser_getparam("RUMP_FUZZTRACE", value,
	    sizeof(value)) == 0;
	rump_boot_setsigmodel(RUMP_SIGMODEL_IGNORE);
	if (rump_init() != 0 || rump_sys_mkdir("/t", 0755) == -1)
		panic("boot");
	if (rump_pub_lwproc_rfork(RUMP_RFFD_CLEAR) != 0)
		panic("rfork");
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tmpfs_args args = { .ta_version = TMPFS_ARGS_VERSION,
	    .ta_nodes_max = 64, .ta_size_max = 1 << 20, .ta_root_mode = 0777 };
	uint64_t unmount[2] = { (uintptr_t)"/t", 0 };
	register_t retval[2];

	fuzz_in = data;
	fuzz_left = len;
	if (rump_sys_mount("tmpfs", "/t", 0, &args, sizeof(args)) == -1)
		panic("mount");
	(void)rump_sys_mkdir("/r", 0777);
	run_processes();
	if (rump_syscall(SYS_unmount, unmount, sizeof(unmount), retval) == EBUSY)
		panic("a vnode of /t is still referenced");
	remove_tree("/r", 0);
	return 0;
}
