/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_msdos_check.c - is a FAT image what the specification says, bit by bit?
 * Written from the specification alone: nothing of the driver is used.
 */

#include "h_test.h"

#include <sys/endian.h>

#include "h_msdos.h"

#define	END	0x0ffffff8u
#define	BAD	0x0ffffff7u
#define	DEPTH	64

struct check {
	const uint8_t	*c_img;
	struct h_msdos_faults *c_faults;
	bool		c_all;		/* print all */
	unsigned	c_bits;
	uint32_t	c_cluster;	/* bytes */
	const uint8_t	*c_fat;
	size_t		c_fatbytes;
	const uint8_t	*c_root;	/* FAT12, FAT16 */
	uint32_t	c_rootents;
	uint32_t	c_rootclust;	/* FAT32 */
	const uint8_t	*c_data;	/* cluster 2 */
	uint32_t	c_last;		/* highest cluster */
	uint8_t		*c_owned;	/* a byte a cluster */
	unsigned	c_depth;
};

/* A long name on its way to its short one. */
struct longname {
	unsigned l_next;		/* number expected, 0: complete */
	uint8_t	l_sum;
	bool	l_any, l_bad;
};

static void
fault(const struct check *c, unsigned *countp, const char *fmt, ...)
{
	va_list ap;

	if ((*countp)++ > 3 ||
	    (!c->c_all && countp != &c->c_faults->f_broken))
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

/* Reserved, bad and end marks as those of FAT32. */
static uint32_t
entry(const struct check *c, uint32_t cn)
{
	uint32_t v;

	if (c->c_bits == 32)
		return le32dec(c->c_fat + cn * 4) & 0x0fffffff;
	if (c->c_bits == 16) {
		v = le16dec(c->c_fat + cn * 2);
		return v >= 0xfff0 ? v | 0x0fff0000 : v;
	}
	v = le16dec(c->c_fat + cn + cn / 2);
	v = (cn & 1) != 0 ? v >> 4 : v & 0xfff;
	return v >= 0xff0 ? v | 0x0ffff000 : v;
}

static const uint8_t *
cluster(const struct check *c, uint32_t cn)
{
	return c->c_data + (size_t)(cn - 2) * c->c_cluster;
}

/*
 * Own a chain of a file of so many clusters, or of a directory (0: any).
 * The number of clusters that are there.
 */
static uint32_t
own(struct check *c, uint32_t cn, uint32_t want, const char *name)
{
	struct h_msdos_faults *f = c->c_faults;
	uint32_t n = 0;

	while (cn < END && (want == 0 || n < want)) {
		if (cn < 2 || cn > c->c_last) {
			fault(c, cn == 0 ? &f->f_short : &f->f_broken,
			    "%s: cluster %u", name, cn);
			return n;
		}
		if (entry(c, cn) == 0) {
			fault(c, &f->f_short, "%s: free cluster %u", name, cn);
			return n;
		}
		if (c->c_owned[cn] != 0) {
			fault(c, &f->f_broken, "%s: shares %u", name, cn);
			return n;
		}
		c->c_owned[cn] = 1;
		n++;
		cn = entry(c, cn);
	}
	if (n < want)
		fault(c, &f->f_short, "%s: %u clusters of %u", name, n, want);
	if (cn < END)
		fault(c, &f->f_loose, "%s: chain too long", name);
	return n;
}

static uint8_t
checksum(const uint8_t *name)
{
	uint8_t sum = 0;
	int i;

	for (i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

static void
long_part(struct check *c, struct longname *l, const uint8_t *d)
{
	if ((d[0] & 0x40) != 0) {
		if (l->l_any)
			fault(c, &c->c_faults->f_loose, "long name alone");
		*l = (struct longname){ .l_next = d[0] & 0x3f,
		    .l_sum = d[13], .l_any = true };
	}
	if (!l->l_any || l->l_next != (d[0] & 0x3fu) || d[13] != l->l_sum)
		l->l_bad = true;
	l->l_any = true;
	l->l_next--;
}

static void
long_end(struct check *c, struct longname *l, const uint8_t *d)
{
	if (l->l_any && (d == NULL || l->l_bad || l->l_next != 0 ||
	    l->l_sum != checksum(d)))
		fault(c, &c->c_faults->f_loose, "long name alone");
	memset(l, 0, sizeof(*l));
}

static uint32_t
start(const struct check *c, const uint8_t *d)
{
	return le16dec(d + 26) |
	    (c->c_bits == 32 ? (uint32_t)le16dec(d + 20) << 16 : 0);
}

static void	directory(struct check *, uint32_t, uint32_t);

static bool
is_dot(const struct check *c, const uint8_t *d, const char *name,
    uint32_t where)
{
	return memcmp(d, name, 11) == 0 && (d[11] & 0x10) != 0 &&
	    start(c, d) == where;
}

static void
subdirectory(struct check *c, const uint8_t *d, uint32_t parent,
    const char *name)
{
	struct h_msdos_faults *f = c->c_faults;
	uint32_t cn = start(c, d);
	const uint8_t *p;

	if (le32dec(d + 28) != 0)
		fault(c, &f->f_broken, "%s: a directory with a size", name);
	if (own(c, cn, 0, name) == 0)
		return;
	p = cluster(c, cn);
	if (!is_dot(c, p, ".          ", cn) ||
	    !is_dot(c, p + 32, "..         ", parent))
		fault(c, &f->f_broken, "%s: dots", name);
	if (++c->c_depth < DEPTH)
		directory(c, cn, cn);
	c->c_depth--;
}

/* One slot; false: the end. */
static bool
slot(struct check *c, const uint8_t *d, uint32_t parent, struct longname *l)
{
	char name[12];
	uint32_t size = le32dec(d + 28);

	if (d[0] == 0 || d[0] == 0xe5) {
		long_end(c, l, NULL);
		return d[0] != 0;
	}
	if ((d[11] & 0x3f) == 0x0f) {
		long_part(c, l, d);
		return true;
	}
	long_end(c, l, d);
	if ((d[11] & 0x08) != 0 || d[0] == '.')
		return true;
	memcpy(name, d, 11);
	name[11] = '\0';
	if ((d[11] & 0x10) != 0)
		subdirectory(c, d, parent, name);
	else if (size != 0 || start(c, d) != 0)
		(void)own(c, start(c, d), size == 0 ? 1 :
		    howmany(size, c->c_cluster), name);
	if ((d[11] & 0x10) == 0 && size == 0 && start(c, d) != 0)
		fault(c, &c->c_faults->f_loose, "%s: empty with clusters", name);
	return true;
}

/* The slots from cluster cn on; 0: the fixed root. */
static void
directory(struct check *c, uint32_t cn, uint32_t self)
{
	struct longname l = { .l_any = false };
	uint32_t i, steps;
	bool more = true;

	if (cn == 0) {
		for (i = 0; i < c->c_rootents && more; i++)
			more = slot(c, c->c_root + i * 32, 0, &l);
		return;
	}
	for (steps = 0; more && cn >= 2 && cn <= c->c_last &&
	    steps <= c->c_last; steps++) {
		for (i = 0; i < c->c_cluster && more; i += 32)
			more = slot(c, cluster(c, cn) + i, self, &l);
		cn = entry(c, cn);
	}
}

static void
leftovers(struct check *c)
{
	struct h_msdos_faults *f = c->c_faults;
	uint32_t cn, nfree = 0;

	for (cn = 2; cn <= c->c_last; cn++) {
		if (entry(c, cn) == 0)
			nfree++;
		else if (entry(c, cn) != BAD && c->c_owned[cn] == 0)
			fault(c, &f->f_loose, "lost cluster %u", cn);
	}
	if (c->c_bits == 32 && le32dec(c->c_img + 512 + 488) != nfree)
		fault(c, &f->f_loose, "free clusters: %u, not %u", nfree,
		    le32dec(c->c_img + 512 + 488));
	if (memcmp(c->c_fat, c->c_fat + c->c_fatbytes, c->c_fatbytes) != 0)
		fault(c, &f->f_loose, "FATs differ");
}

void
h_msdos_check(const uint8_t *img, size_t size, bool all,
    struct h_msdos_faults *f)
{
	struct check c = { .c_img = img, .c_faults = f, .c_all = all };
	uint32_t secs, n;
	uint64_t off;

	memset(f, 0, sizeof(*f));
	c.c_rootents = le16dec(img + 17);
	c.c_cluster = img[13] * 512u;
	secs = le16dec(img + 22) != 0 ? le16dec(img + 22) : le32dec(img + 36);
	c.c_fatbytes = secs * 512;
	c.c_fat = img + le16dec(img + 14) * 512u;
	c.c_root = c.c_fat + img[16] * c.c_fatbytes;
	c.c_data = c.c_root + roundup2(c.c_rootents * 32, 512);
	off = (uint64_t)(c.c_data - img);
	n = (uint32_t)((size - off) / c.c_cluster);
	c.c_bits = c.c_rootents == 0 ? 32 : n < 4085 ? 12 : 16;
	c.c_rootclust = c.c_bits == 32 ? le32dec(img + 44) : 0;
	c.c_last = MIN(n, (uint32_t)(c.c_fatbytes * 8 / c.c_bits) - 2) + 1;
	c.c_owned = kmem_zalloc(c.c_last + 1, KM_SLEEP);
	if (c.c_bits != 12)
		f->f_dirty = (entry(&c, 1) &
		    (c.c_bits == 32 ? 0x08000000 : 0x8000)) == 0;
	if (c.c_rootclust != 0)
		(void)own(&c, c.c_rootclust, 0, "root");
	directory(&c, c.c_rootclust, 0);
	leftovers(&c);
	kmem_free(c.c_owned, c.c_last + 1);
}

unsigned
h_msdos_faults(const uint8_t *img, size_t size)
{
	struct h_msdos_faults f;

	h_msdos_check(img, size, true, &f);
	return f.f_loose + f.f_short + f.f_broken;
}
