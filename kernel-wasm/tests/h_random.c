/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_random.c - random operations on files against a model in memory.
 */

#include "h_vfs.h"

#include <sys/errno.h>

#include "h_random.h"

static uint32_t rnd;

static uint32_t
chance(uint32_t n)
{
	rnd = rnd * 1664525 + 1013904223;
	return (rnd >> 8) % n;
}

#define	NFILES	24
#define	FMAX	400000

/* What every file should hold; NULL: it is not there. */
static uint8_t *model[NFILES];
static uint32_t modelsize[NFILES];

static void
model_write(unsigned f, const char *path)
{
	uint32_t off = chance(4) == 0 ? chance(FMAX / 2) :
	    chance(modelsize[f] + 1), n = 1 + chance(chance(3) == 0 ? 60000 :
	    2000), i;
	long fd = h_open(path, O_CREAT | O_RDWR, 0644), rv;

	if (fd == -ENOSPC)
		return;
	CHECK(fd >= 0);
	if (model[f] == NULL) {
		model[f] = kmem_zalloc(FMAX, KM_SLEEP);
		modelsize[f] = 0;
	}
	n = MIN(n, FMAX - off);
	for (i = 0; i < n; i++)
		model[f][off + i] = (uint8_t)chance(256);
	rv = h_pwrite(fd, model[f] + off, n, (off_t)off);
	CHECK_EQ(rv, n);
	modelsize[f] = MAX(modelsize[f], off + n);
	if (chance(10) == 0)
		CHECK_EQ(H_SC(fsync, A(fd, (int)fd)), 0);
	CHECK_EQ(h_close(fd), 0);
}

static void
model_truncate(unsigned f, const char *path)
{
	uint32_t n = chance(2) == 0 ? chance(modelsize[f] + 1) :
	    chance(FMAX / 2);
	long fd = h_open(path, O_RDWR, 0);

	CHECK_EQ(fd >= 0, model[f] != NULL);
	if (fd < 0)
		return;
	CHECK_EQ(h_ftruncate(fd, n), 0);
	if (n < modelsize[f])
		memset(model[f] + n, 0, modelsize[f] - n);
	modelsize[f] = n;
	CHECK_EQ(h_close(fd), 0);
}

static void
model_drop(unsigned f)
{
	if (model[f] != NULL)
		kmem_free(model[f], FMAX);
	model[f] = NULL;
}

static void
model_check(unsigned f, const char *path)
{
	uint8_t *buf;
	long fd = h_open(path, O_RDONLY, 0);

	CHECK_EQ(fd >= 0, model[f] != NULL);
	if (fd < 0)
		return;
	buf = kmem_alloc(FMAX, KM_SLEEP);
	CHECK_EQ(h_pread(fd, buf, FMAX, 0), modelsize[f]);
	CHECK(memcmp(buf, model[f], modelsize[f]) == 0);
	kmem_free(buf, FMAX);
	CHECK_EQ(h_close(fd), 0);
}

static void
model_step(void)
{
	unsigned f = chance(NFILES), g = chance(NFILES);
	char path[32], to[32];

	snprintf(path, sizeof(path), "/m/%u/f%u", f % 3, f);
	snprintf(to, sizeof(to), "/m/%u/f%u", g % 3, g);
	switch (chance(10)) {
	case 0:
		CHECK_EQ(h_unlink(path), model[f] != NULL ? 0 : -ENOENT);
		model_drop(f);
		break;
	case 1:
		if (f == g)
			break;
		CHECK_EQ(h_rename(path, to), model[f] != NULL ? 0 : -ENOENT);
		if (model[f] == NULL)
			break;
		model_drop(g);
		model[g] = model[f];
		modelsize[g] = modelsize[f];
		model[f] = NULL;
		break;
	case 2:
	case 3:
		model_truncate(f, path);
		break;
	case 4:
		model_check(f, path);
		break;
	default:
		model_write(f, path);
		break;
	}
}

void
h_random_begin(uint32_t seed)
{
	char path[32];
	unsigned i;

	rnd = seed;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/m/%u", i);
		CHECK_EQ(h_mkdir(path, 0755), 0);
	}
}

void
h_random_round(unsigned steps)
{
	while (steps-- > 0)
		model_step();
}

void
h_random_check(void)
{
	char path[32];
	unsigned f;

	for (f = 0; f < NFILES; f++) {
		snprintf(path, sizeof(path), "/m/%u/f%u", f % 3, f);
		model_check(f, path);
	}
}

void
h_random_end(void)
{
	unsigned f;

	for (f = 0; f < NFILES; f++)
		model_drop(f);
}
