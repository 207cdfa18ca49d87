/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_base.c - memory, parameters, clocks, console, random, signals, proxy: the hypercalls that need one thread.
 */
#include "border.h"

#define	NBLOCKS	64

void
test_mem(void)
{
	static const size_t sizes[] = { 1, 16, 24, 100, 512, 1000, 2048, 2049, 4096, 5000, 65536, 300000 };
	char *block[NBLOCKS];
	void *p;
	size_t i, j, n;

	for (i = 0; i < NBLOCKS; i++) {
		n = sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
		check(rumpuser_malloc(n, 0, (void **)&block[i]) == 0, "malloc");
		for (j = 0; j < n; j++)
			block[i][j] = (char)i;
	}
	for (i = 0; i < NBLOCKS; i++) {
		n = sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
		for (j = 0; j < n && block[i][j] == (char)i; j++)
			continue;
		check(j == n, "blocks do not overlap");
		rumpuser_free(block[i], n);
	}
	for (i = 1; i <= 65536; i *= 2) {
		check(rumpuser_malloc(100, (int)i, &p) == 0, "malloc aligned");
		check(((uintptr_t)p & (i - 1)) == 0, "alignment");
		rumpuser_free(p, 100);
	}
	check(rumpuser_malloc(10, 24, &p) == 22, "alignment 24: EINVAL");
	check(rumpuser_malloc((size_t)0xf0000000, 0, &p) == 12, "too much: ENOMEM");
	check(rumpuser_anonmmap(0, 10000, 16, 0, &p) == 0, "anonmmap");
	check(((uintptr_t)p & 0xffff) == 0 && *(char *)p == 0 && ((char *)p)[9999] == 0, "anonmmap aligned and zero");
	rumpuser_unmap(p, 10000);
}

void
test_params(void)
{
	char buf[16];

	check(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf)) == 0 && buf[0] >= '1', "NCPU");
	check(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, sizeof(buf)) == 0, "HOSTNAME");
	check(rumpuser_getparam("_RUMPUSER_NOSUCH", buf, sizeof(buf)) == 22, "unknown mandatory: EINVAL");
	check(rumpuser_getparam("RUMP_NOSUCH", buf, sizeof(buf)) == 2, "unset: ENOENT");
	check(rumpuser_getparam("RUMP_BORDER", buf, sizeof(buf)) == 0 && same(buf, "0123456789", 11), "set by the host");
	check(rumpuser_getparam("RUMP_BORDER", buf, 10) == 34, "one byte short: ERANGE");
	check(rumpuser_getparam("RUMP_BORDER", buf, 11) == 0, "exact fit");
}

static int64_t
now(int clk)
{
	int64_t sec;
	long nsec;

	check(rumpuser_clock_gettime(clk, &sec, &nsec) == 0, "clock_gettime");
	check(nsec >= 0 && nsec < 1000000000, "nsec in range");
	return sec * 1000000000 + nsec;
}

void
test_clock(void)
{
	int64_t a, b;
	int before;

	check(now(RUMPUSER_CLOCK_RELWALL) > (int64_t)1600000000 * 1000000000, "wall clock after 2020");
	a = now(RUMPUSER_CLOCK_ABSMONO);
	before = upcall_unschedules;
	check(rumpuser_clock_sleep(RUMPUSER_CLOCK_RELWALL, 0, 3000000) == 0, "clock_sleep");
	check(upcall_unschedules == before + 1 && cpu_held(), "sleep gives up the CPU and takes one again");
	b = now(RUMPUSER_CLOCK_ABSMONO);
	check(b - a >= 3000000 && b - a < 500000000, "sleeps that long");
	check(rumpuser_clock_sleep(RUMPUSER_CLOCK_ABSMONO, a / 1000000000, 0) == 0, "a past deadline");
	check(now(RUMPUSER_CLOCK_ABSMONO) - b < 20000000, "returns at once");
	b += 2500000;
	check(rumpuser_clock_sleep(RUMPUSER_CLOCK_ABSMONO, b / 1000000000, (long)(b % 1000000000)) == 0, "deadline");
	check(now(RUMPUSER_CLOCK_ABSMONO) >= b, "not before the deadline");
	check(rumpuser_clock_sleep(5, 0, 0) == 22, "unknown clock: EINVAL");
}

void
test_misc(void)
{
	unsigned char a[64], b[64];
	size_t n, m;
	const char *p;

	for (p = "border: putchar\n"; *p != '\0'; p++)
		rumpuser_putchar(*p);
	rumpuser_dprintf("border: %s %d %05u %-4x| %c %lld %p %zu%%\n", "text", -5, 42u, 255u, 'c',
	    (long long)-1234567890123, (void *)0x1234, (size_t)99);
	check(rumpuser_getrandom(a, sizeof(a), RUMPUSER_RANDOM_HARD, &n) == 0 && n > 0, "getrandom");
	check(rumpuser_getrandom(b, sizeof(b), RUMPUSER_RANDOM_NOWAIT, &m) == 0 && m > 0, "getrandom nowait");
	check(!same(a, b, 16), "two reads differ");
	check(rumpuser_kill(RUMPUSER_PID_SELF, 100) == 22, "kill: bad signal");
	check(rumpuser_kill(4711, 15) == 2, "kill: no such program");
	rumpuser_seterrno(13);
	check(rumpuser_sp_init("unix://x", "NetBSD", "7.99.34", "wasm32") == 45, "sp_init: EOPNOTSUPP");
	check(rumpuser_sp_copyin(0, a, b, 1) == 45, "sp_copyin");
	check(rumpuser_sp_copyinstr(0, a, b, &n) == 45, "sp_copyinstr");
	check(rumpuser_sp_copyout(0, a, b, 1) == 45, "sp_copyout");
	check(rumpuser_sp_copyoutstr(0, a, b, &n) == 45, "sp_copyoutstr");
	check(rumpuser_sp_anonmmap(0, 1, (void **)&p) == 45, "sp_anonmmap");
	check(rumpuser_sp_raise(0, 1) == 45, "sp_raise");
	rumpuser_sp_fini(0);
}

void
test_locks(void)
{
	struct rumpuser_mtx *mtx;
	struct rumpuser_rw *rw;
	struct lwp *l;
	int v;

	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_KMUTEX);
	check(rumpuser_mutex_spin_p(mtx) == 0, "not SPIN");
	rumpuser_mutex_owner(mtx, &l);
	check(l == NULL_LWP, "free mutex has no owner");
	rumpuser_mutex_enter(mtx);
	rumpuser_mutex_owner(mtx, &l);
	check(l == rumpuser_curlwp() && l == curlwp, "owner");
	check(rumpuser_mutex_tryenter(mtx) == 16, "tryenter: EBUSY");
	rumpuser_mutex_exit(mtx);
	check(rumpuser_mutex_tryenter(mtx) == 0, "tryenter");
	rumpuser_mutex_exit(mtx);
	rumpuser_mutex_destroy(mtx);
	rumpuser_mutex_init(&mtx, RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX);
	check(rumpuser_mutex_spin_p(mtx) != 0, "SPIN");
	rumpuser_mutex_enter_nowrap(mtx);
	rumpuser_mutex_exit(mtx);
	rumpuser_mutex_destroy(mtx);

	rumpuser_rw_init(&rw);
	rumpuser_rw_enter(RUMPUSER_RW_READER, rw);
	check(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) == 0, "two readers");
	check(rumpuser_rw_tryenter(RUMPUSER_RW_WRITER, rw) == 16, "no writer beside readers");
	check(rumpuser_rw_tryupgrade(rw) == 16, "no upgrade beside a reader");
	rumpuser_rw_exit(rw);
	check(rumpuser_rw_tryupgrade(rw) == 0, "sole reader upgrades");
	rumpuser_rw_held(RUMPUSER_RW_WRITER, rw, &v);
	check(v != 0, "held for writing");
	check(rumpuser_rw_tryenter(RUMPUSER_RW_READER, rw) == 16, "no reader beside a writer");
	rumpuser_rw_downgrade(rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &v);
	check(v != 0, "held for reading");
	rumpuser_rw_exit(rw);
	rumpuser_rw_held(RUMPUSER_RW_READER, rw, &v);
	check(v == 0, "free");
	rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw);
	rumpuser_rw_exit(rw);
	rumpuser_rw_destroy(rw);
}
