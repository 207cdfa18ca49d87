/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_kmem.c - kmem(9), malloc(9).
 */

#include "h_test.h"

#include <sys/malloc.h>

TEST(sizes)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 100, 255, 256, 1000,
	    2048, 2049, 4096, 10000, 100000 };
	uint8_t *p[__arraycount(sizes)];
	size_t i, j;

	for (i = 0; i < __arraycount(sizes); i++) {
		p[i] = kmem_alloc(sizes[i], KM_SLEEP);
		CHECK(((uintptr_t)p[i] & 7) == 0);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < __arraycount(sizes); i++) {
		for (j = 0; j < sizes[i]; j++) {
			if (p[i][j] != i + 1) {
				h_fail(__FILE__, __LINE__, "size %zu overlaps",
				    sizes[i]);
				break;
			}
		}
		kmem_free(p[i], sizes[i]);
	}
}

TEST(zeroed)
{
	uint8_t *p;
	int i, n;

	for (n = 0; n < 3; n++) {
		p = kmem_zalloc(200, KM_SLEEP);
		for (i = 0; i < 200; i++)
			CHECK_EQ(p[i], 0);
		memset(p, 0xff, 200);
		kmem_free(p, 200);
	}
}

TEST(many)
{
	enum { N = 5000 };
	void **p = kmem_alloc(N * sizeof(*p), KM_SLEEP);
	int i;

	for (i = 0; i < N; i++)
		p[i] = kmem_alloc(48, KM_SLEEP);
	for (i = 0; i < N; i++)
		kmem_free(p[i], 48);
	kmem_free(p, N * sizeof(*p));
}

/* What one CPU allocates another may free. */
static void
free_elsewhere(void *arg)
{
	void **p = arg;
	int i;

	for (i = 0; i < 500; i++)
		kmem_free(p[i], 64);
	h_thread_end();
}

TEST(across_cpus)
{
	void *p[500];
	int i, n;

	for (n = 0; n < 4; n++) {
		for (i = 0; i < 500; i++)
			p[i] = kmem_alloc(64, KM_SLEEP);
		h_join(h_thread(free_elsewhere, p));
	}
}

TEST(counters)
{
	struct kmem_stat a, b;
	void *p;

	kmem_getstat(&a);
	p = kmem_alloc(64, KM_SLEEP);
	kmem_getstat(&b);
	CHECK_EQ(b.ks_inuse - a.ks_inuse, 64);
	CHECK_EQ(b.ks_nalloc - a.ks_nalloc, 1);
	kmem_free(p, 64);
}

TEST(limit)
{
	struct kmem_stat ks;
	void *p;

	kmem_getstat(&ks);
	rump_physmemlimit = ks.ks_host + 1024 * 1024;
	CHECK((p = kmem_alloc(2 * 1024 * 1024, KM_NOSLEEP)) == NULL);
	CHECK((p = kmem_alloc(512 * 1024, KM_NOSLEEP)) != NULL);
	kmem_free(p, 512 * 1024);
	rump_physmemlimit = RUMPMEM_UNLIMITED;
}

static void *hoard;

static void
give_back(void *arg)
{

	if (hoard != NULL)
		kmem_free(hoard, 600 * 1024);
	hoard = NULL;
}

TEST(reclaim)
{
	struct kmem_stat ks;
	void *p;

	kmem_reclaim_establish(give_back, NULL);
	kmem_getstat(&ks);
	rump_physmemlimit = ks.ks_host + 1024 * 1024;
	hoard = kmem_alloc(600 * 1024, KM_SLEEP);
	p = kmem_alloc(700 * 1024, KM_SLEEP);
	CHECK(p != NULL && hoard == NULL);
	kmem_free(p, 700 * 1024);
	rump_physmemlimit = RUMPMEM_UNLIMITED;
}

TEST(strings)
{
	char *s = kmem_asprintf("%d-%s", 42, "x");

	CHECK_STR(s, "42-x");
	kmem_strfree(s);
	s = kmem_strdup("hello", KM_SLEEP);
	CHECK_STR(s, "hello");
	kmem_strfree(s);
}

TEST(malloc9)
{
	char *p = malloc(10, M_TEMP, M_WAITOK | M_ZERO);

	CHECK_EQ(p[9], 0);
	strcpy(p, "123456789");
	p = realloc(p, 5000, M_TEMP, M_WAITOK);
	CHECK_STR(p, "123456789");
	free(p, M_TEMP);
}
