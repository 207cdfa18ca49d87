/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_pool.c - pool(9), pool_cache(9).
 */

#include "h_test.h"

#include <sys/pool.h>

static struct pool pool;

TEST(get_put)
{
	void *p[300];
	int i;

	pool_init(&pool, 100, 0, 0, 0, "tpool", NULL, IPL_NONE);
	for (i = 0; i < 300; i++) {
		p[i] = pool_get(&pool, PR_WAITOK);
		memset(p[i], i, 100);
	}
	CHECK_EQ(pool.pr_nout, 300);
	for (i = 0; i < 300; i++) {
		CHECK_EQ(((uint8_t *)p[i])[99], (uint8_t)i);
		pool_put(&pool, p[i]);
	}
	CHECK_EQ(pool.pr_nout, 0);
	pool_destroy(&pool);
}

TEST(alignment)
{
	static const u_int aligns[] = { 8, 16, 64, 512 };
	size_t i;
	void *p, *q;

	for (i = 0; i < __arraycount(aligns); i++) {
		pool_init(&pool, 40, aligns[i], 0, 0, "talign", NULL, IPL_NONE);
		p = pool_get(&pool, PR_WAITOK);
		q = pool_get(&pool, PR_WAITOK);
		CHECK(((uintptr_t)p & (aligns[i] - 1)) == 0);
		CHECK(((uintptr_t)q & (aligns[i] - 1)) == 0);
		pool_put(&pool, p);
		pool_put(&pool, q);
		pool_destroy(&pool);
	}
}

TEST(big_items)
{
	static const size_t sizes[] = { 5000, 20000, 66000 };
	size_t i;
	void *p;

	for (i = 0; i < __arraycount(sizes); i++) {
		pool_init(&pool, sizes[i], 0, 0, 0, "tbig", NULL, IPL_NONE);
		p = pool_get(&pool, PR_WAITOK | PR_ZERO);
		CHECK_EQ(((uint8_t *)p)[sizes[i] - 1], 0);
		memset(p, 1, sizes[i]);
		pool_put(&pool, p);
		pool_destroy(&pool);
	}
}

TEST(hard_limit)
{
	void *p, *q;

	pool_init(&pool, 64, 0, 0, 0, "tlimit", NULL, IPL_NONE);
	pool_sethardlimit(&pool, 2, NULL, 0);
	p = pool_get(&pool, PR_NOWAIT);
	q = pool_get(&pool, PR_NOWAIT);
	CHECK(p != NULL && q != NULL);
	CHECK(pool_get(&pool, PR_NOWAIT) == NULL);
	CHECK(pool_get(&pool, PR_WAITOK | PR_LIMITFAIL) == NULL);
	pool_put(&pool, p);
	CHECK((p = pool_get(&pool, PR_NOWAIT)) != NULL);
	pool_put(&pool, p);
	pool_put(&pool, q);
	pool_destroy(&pool);
}

static int constructed;

static int
ctor(void *arg, void *obj, int flags)
{

	*(int *)obj = 42;
	constructed++;
	return 0;
}

static void
dtor(void *arg, void *obj)
{

	CHECK_EQ(*(int *)obj, 42);
	constructed--;
}

TEST(cache)
{
	pool_cache_t pc;
	void *p[40];
	int i;

	constructed = 0;
	pc = pool_cache_init(48, 0, 0, 0, "tcache", NULL, IPL_NONE, ctor, dtor,
	    NULL);
	for (i = 0; i < 40; i++) {
		p[i] = pool_cache_get(pc, PR_WAITOK);
		CHECK_EQ(*(int *)p[i], 42);
	}
	for (i = 0; i < 40; i++)
		pool_cache_put(pc, p[i]);
	CHECK(constructed <= 40);
	pool_cache_invalidate(pc);
	pool_cache_destroy(pc);
	CHECK_EQ(constructed, 0);
}
