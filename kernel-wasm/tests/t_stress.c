/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_stress.c - eight processes on few CPUs do everything at once.
 *
 * Each has a process of its own and works on the names of two file systems
 * and of one that is mounted and unmounted by force all the time.  Nothing
 * is known about the result of a single call; what counts: nobody stands
 * still, the tree can be taken away afterwards, and memory, vnodes,
 * processes and mounts are back where they were.
 *
 *	RUMPSTRESS_SECONDS	how long (3)
 *	RUMPSTRESS_SEED		another sequence of calls
 */

#include "h_vfs.h"

#include <sys/event.h>
#include <sys/poll.h>
#include <sys/pool.h>

#include <fs/tmpfs/tmpfs_args.h>

#define	NWORKERS	8
#define	NNAMES		12
#define	STALL_SECONDS	10
/* What caches and CPUs may hold back. */
#define	LEAK_SLACK	200

struct worker {
	struct lwp	*w_lwp;
	unsigned	w_seed;
	unsigned	w_ncalls;	/* atomic */
	const char	*w_op;		/* atomic: what it does */
	int		w_done;		/* atomic */
	char		w_a[64], w_b[64];
	char		w_buf[2048];
};

struct level {
	size_t	lv_nalloc;
	int	lv_nprocs;
	u_int	lv_nvnodes;
};

static struct worker workers[NWORKERS];
static int stop;			/* atomic */

static unsigned
rnd(struct worker *w, unsigned n)
{

	w->w_seed = w->w_seed * 1103515245 + 12345;
	return (w->w_seed >> 12) % n;
}

static void
some_name(struct worker *w, char *name, size_t len)
{
	static const char *const roots[] = { "/s/r", "/s/t", "/s/u" };
	const char *root = roots[rnd(w, 3)];
	unsigned dir = rnd(w, 5), n = rnd(w, NNAMES);

	if (dir == 0)
		snprintf(name, len, "%s/n%u", root, n);
	else
		snprintf(name, len, "%s/n%u/n%u", root, dir, n);
}

static void
op_create(struct worker *w)
{
	long fd = h_open(w->w_a, O_CREAT | O_RDWR | O_NONBLOCK, 0644);

	if (fd < 0)
		return;
	(void)h_write(fd, w->w_buf, rnd(w, sizeof(w->w_buf)));
	(void)h_ftruncate(fd, rnd(w, 9000));
	(void)h_pread(fd, w->w_buf, sizeof(w->w_buf), rnd(w, 9000));
	CHECK_EQ(h_close(fd), 0);
}

static void
op_unlink(struct worker *w)
{

	(void)h_unlink(w->w_a);
	(void)h_unlink(w->w_b);
}

static void
op_rename(struct worker *w)
{

	(void)h_rename(w->w_a, w->w_b);
}

static void
op_mkdir(struct worker *w)
{

	(void)h_mkdir(w->w_a, 0755);
}

static void
op_rmdir(struct worker *w)
{

	(void)h_rmdir(w->w_a);
}

static void
op_link(struct worker *w)
{

	(void)h_link(w->w_a, w->w_b);
}

static void
op_symlink(struct worker *w)
{

	(void)h_symlink(w->w_a, w->w_b);
	(void)h_readlink(w->w_b, w->w_buf, sizeof(w->w_buf));
}

static void
op_stat(struct worker *w)
{
	struct stat sb;

	(void)h_stat(w->w_a, &sb);
	(void)h_lstat(w->w_b, &sb);
	(void)h_chmod(w->w_a, 0700);
	(void)h_access(w->w_b, 0);
}

static void
op_readdir(struct worker *w)
{
	long fd = h_open(w->w_a, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return;
	while (h_getdents(fd, w->w_buf, sizeof(w->w_buf)) > 0)
		continue;
	CHECK_EQ(h_close(fd), 0);
}

static void
op_chdir(struct worker *w)
{

	(void)h_chdir(w->w_a);
	(void)h_getcwd(w->w_buf, sizeof(w->w_buf));
	(void)h_mkdir("n1", 0755);
	CHECK_EQ(h_chdir("/"), 0);
}

static void
op_pipe(struct worker *w)
{
	struct pollfd pfd;
	int fds[2];

	CHECK_EQ(H_SC(pipe2, A(fildes, fds), A(flags, O_NONBLOCK)), 0);
	(void)h_write(fds[1], w->w_buf, 1 + rnd(w, 2000));
	pfd.fd = fds[0];
	pfd.events = POLLIN;
	CHECK_EQ(H_SC(poll, A(fds, &pfd), A(nfds, 1), A(timeout, 50)), 1);
	CHECK(h_read(fds[0], w->w_buf, sizeof(w->w_buf)) > 0);
	CHECK_EQ(h_close(fds[rnd(w, 2)]), 0);
	(void)h_close(fds[0]);
	(void)h_close(fds[1]);
}

static void
op_dup(struct worker *w)
{
	long fd = h_open(w->w_a, O_RDONLY | O_NONBLOCK, 0), fd2;

	if (fd < 0)
		return;
	fd2 = H_SC(dup, A(fd, (int)fd));
	CHECK(fd2 >= 0);
	CHECK_EQ(H_SC(dup2, A(from, (int)fd2), A(to, 40)), 40);
	CHECK_EQ(h_close(fd), 0);
	CHECK_EQ(h_close(fd2), 0);
	CHECK_EQ(h_close(40), 0);
}

static void
op_kqueue(struct worker *w)
{
	struct timespec ts = { 0, (long)rnd(w, 3) * 1000000 };
	struct kevent out[4], kev = { .filter = EVFILT_VNODE,
	    .flags = EV_ADD | EV_CLEAR,
	    .fflags = NOTE_DELETE | NOTE_WRITE | NOTE_RENAME | NOTE_LINK };
	long kq, fd;

	if ((fd = h_open(w->w_a, O_RDONLY | O_NONBLOCK, 0)) < 0)
		return;
	kq = h_sc(SYS_kqueue, NULL);
	CHECK(kq >= 0);
	kev.ident = (uintptr_t)fd;
	(void)H_SC(__kevent50, A(fd, (int)kq), A(changelist, &kev),
	    A(nchanges, 1), A(eventlist, out), A(nevents, 4),
	    A(timeout, &ts));
	CHECK_EQ(h_close(rnd(w, 2) ? kq : fd), 0);
	(void)h_close(kq);
	(void)h_close(fd);
}

static void
op_fifo(struct worker *w)
{
	long fd;

	(void)h_mkfifo(w->w_a, 0666);
	fd = h_open(w->w_a, O_RDWR | O_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)h_write(fd, w->w_buf, 100);
	(void)h_read(fd, w->w_buf, 100);
	CHECK_EQ(h_close(fd), 0);
}

static void
op_lock(struct worker *w)
{
	struct flock fl = { .l_type = (short)(rnd(w, 2) ? F_WRLCK : F_RDLCK),
	    .l_start = rnd(w, 100), .l_len = 1 + rnd(w, 100) };
	long fd = h_open(w->w_a, O_RDWR | O_NONBLOCK, 0);

	if (fd < 0)
		return;
	(void)h_fcntl(fd, rnd(w, 2) ? F_SETLKW : F_SETLK, &fl);
	CHECK_EQ(h_close(fd), 0);
}

/* A child that shares nothing but a copy of the descriptors. */
static void
op_child(struct worker *w)
{
	struct lwp *me = curlwp;

	CHECK_EQ(rump_lwproc_rfork(RUMP_RFFDG), 0);
	op_create(w);
	(void)h_open(w->w_b, O_RDONLY | O_NONBLOCK, 0);
	(void)h_chdir(w->w_a);
	rump_lwproc_releaselwp();
	rump_lwproc_switch(me);
}

static void
op_mount(struct worker *w)
{
	struct tmpfs_args ta = { .ta_version = TMPFS_ARGS_VERSION,
	    .ta_root_mode = 0755 };

	if (rnd(w, 4) != 0)
		return;
	(void)h_mount("tmpfs", "/s/u", 0, &ta, sizeof(ta));
	if (rnd(w, 2) == 0)
		(void)h_unmount("/s/u", rnd(w, 3) == 0 ? 0 : MNT_FORCE);
}

static void
op_sync(struct worker *w)
{

	if (rnd(w, 8) == 0)
		(void)h_sc(SYS_sync, NULL);
}

static const struct {
	const char	*o_name;
	void		(*o_func)(struct worker *);
} ops[] = {
	{ "create", op_create }, { "create", op_create },
	{ "unlink", op_unlink }, { "rename", op_rename },
	{ "rename", op_rename }, { "mkdir", op_mkdir },
	{ "rmdir", op_rmdir }, { "link", op_link },
	{ "symlink", op_symlink }, { "stat", op_stat },
	{ "readdir", op_readdir }, { "chdir", op_chdir },
	{ "pipe", op_pipe }, { "dup", op_dup }, { "kqueue", op_kqueue },
	{ "fifo", op_fifo }, { "lock", op_lock }, { "child", op_child },
	{ "mount", op_mount }, { "sync", op_sync },
};

static void
worker(void *arg)
{
	struct lwp *self = curlwp;
	struct worker *w = arg;
	size_t op;

	CHECK_EQ(rump_lwproc_rfork(RUMP_RFCFDG), 0);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		some_name(w, w->w_a, sizeof(w->w_a));
		some_name(w, w->w_b, sizeof(w->w_b));
		op = rnd(w, __arraycount(ops));
		__atomic_store_n(&w->w_op, ops[op].o_name, __ATOMIC_RELAXED);
		ops[op].o_func(w);
		__atomic_fetch_add(&w->w_ncalls, 1, __ATOMIC_RELAXED);
	}
	rump_lwproc_releaselwp();
	rump_lwproc_switch(self);
	__atomic_store_n(&w->w_done, 1, __ATOMIC_RELAXED);
	h_thread_end();
}

static void
stalled(int who)
{
	int i;

	for (i = 0; i < NWORKERS; i++)
		printf("worker %d%s: %s(%s, %s)\n", i,
		    workers[i].w_done ? " (done)" : "", workers[i].w_op,
		    workers[i].w_a, workers[i].w_b);
	panic("worker %d stands still", who);
}

static int
working(void)
{
	int i, n = 0;

	for (i = 0; i < NWORKERS; i++)
		n += !__atomic_load_n(&workers[i].w_done, __ATOMIC_RELAXED);
	return n;
}

/* Nobody may stand still: what they do is the first thing to know. */
static void
watch(int seconds)
{
	unsigned last[NWORKERS] = { 0 }, now;
	int since[NWORKERS] = { 0 };
	int i, t;

	for (t = 0; t < seconds || working() > 0; t++) {
		(void)kpause("watch", false, hz, NULL);
		if (t >= seconds)
			__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
		for (i = 0; i < NWORKERS; i++) {
			now = __atomic_load_n(&workers[i].w_ncalls,
			    __ATOMIC_RELAXED);
			since[i] = now == last[i] ? since[i] + 1 : 0;
			last[i] = now;
			if (since[i] >= STALL_SECONDS &&
			    !__atomic_load_n(&workers[i].w_done,
			    __ATOMIC_RELAXED))
				stalled(i);
		}
	}
}

/* Take a tree away; nobody else works on it any more. */
static void
remove_tree(const char *dir)
{
	char buf[1024], path[128];
	struct dirent *dp;
	long fd, n, at;
	bool again = true;

	while (again) {
		again = false;
		fd = h_open(dir, O_RDONLY, 0);
		CHECK(fd >= 0);
		while ((n = h_getdents(fd, buf, sizeof(buf))) > 0) {
			for (at = 0; at < n; at += dp->d_reclen) {
				dp = (struct dirent *)(void *)(buf + at);
				if (strcmp(dp->d_name, ".") == 0 ||
				    strcmp(dp->d_name, "..") == 0)
					continue;
				snprintf(path, sizeof(path), "%s/%s", dir,
				    dp->d_name);
				if (h_unlink(path) != 0)
					remove_tree(path);
				again = true;
			}
		}
		CHECK_EQ(h_close(fd), 0);
	}
	CHECK_EQ(h_rmdir(dir), 0);
}

static int
param(const char *name, int otherwise)
{
	char buf[16];

	if (rumpuser_getparam(name, buf, sizeof(buf)) != 0)
		return otherwise;
	return (int)strtoll(buf, NULL, 10);
}

static void
round_of(int seconds)
{
	struct tmpfs_args ta = { .ta_version = TMPFS_ARGS_VERSION,
	    .ta_root_mode = 0755 };
	int i, seed = param("RUMPSTRESS_SEED", 1);

	CHECK_EQ(h_mkdir("/s", 0755), 0);
	CHECK_EQ(h_mkdir("/s/r", 0755), 0);
	CHECK_EQ(h_mkdir("/s/t", 0755), 0);
	CHECK_EQ(h_mkdir("/s/u", 0755), 0);
	CHECK_EQ(h_mount("tmpfs", "/s/t", 0, &ta, sizeof(ta)), 0);
	__atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
	for (i = 0; i < NWORKERS; i++) {
		workers[i].w_seed = (unsigned)(seed * 131 + i * 7919 + 1);
		workers[i].w_done = 0;
		workers[i].w_lwp = h_thread(worker, &workers[i]);
	}
	watch(seconds);	/* sets "stop" */
	for (i = 0; i < NWORKERS; i++)
		h_join(workers[i].w_lwp);
	while (h_unmount("/s/u", 0) == 0)
		continue;
	CHECK_EQ(h_unmount("/s/t", 0), 0);
	remove_tree("/s");
}

static void
measure(struct level *lv)
{
	struct kmem_stat st;

	vfs_drainvnodes();
	kmem_getstat(&st);
	lv->lv_nalloc = st.ks_nalloc;
	lv->lv_nprocs = nprocs;
	lv->lv_nvnodes = numvnodes;
}

TEST_FLAGS(stress, T_LEAKS)
{
	struct level before, after;
	unsigned calls = 0;
	int i;

	round_of(1);
	measure(&before);
	round_of(param("RUMPSTRESS_SECONDS", 3));
	measure(&after);
	CHECK_EQ(before.lv_nprocs, after.lv_nprocs);
	CHECK_EQ(before.lv_nvnodes, after.lv_nvnodes);
	if (after.lv_nalloc > before.lv_nalloc + LEAK_SLACK)
		h_fail("leak", 0, "%ld allocations more",
		    (long)(after.lv_nalloc - before.lv_nalloc));
	for (i = 0; i < NWORKERS; i++)
		calls += workers[i].w_ncalls;
	printf("%u rounds, %ld allocations more\n", calls,
	    (long)(after.lv_nalloc - before.lv_nalloc));
}
