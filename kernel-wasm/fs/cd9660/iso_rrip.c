/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_rrip.c - read the system use fields of a directory record.
 *
 * Interface
 *	iso_rr_parse() collects everything Rock Ridge says about a record,
 *	following continuation areas.  A field that does not hold together
 *	ends the area; what was read before it counts.
 *
 * Bounds	at most RR_MAXAREAS continuations of RR_MAXAREA bytes each, so
 *		that a chain which bites its tail ends.
 * Sleeps	in s_read.
 * Errors	of s_read; ENOMEM never.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include "iso_rrip.h"

#define	RR_MAXAREAS	8
#define	RR_MAXAREA	8192

#define	SIG(a, b)	((unsigned int)(a) << 8 | (unsigned int)(b))

/* A continuation still to be read. */
struct rr_next {
	bool		n_set;
	uint32_t	n_block, n_off, n_len;
};

/* State of names and links that span fields. */
struct rr_state {
	struct iso_rr	*st_rr;
	struct rr_next	st_next;
	bool		st_namedone;	/* a field without "continues" came */
	bool		st_linkdone;
	bool		st_linkjoin;	/* the last component continues */
	bool		st_linkroot;	/* the text ends in the root's '/' */
};

static void
rr_px(struct iso_rr *rr, const uint8_t *f, unsigned int len)
{
	if (len < 36)
		return;
	rr->rr_mode = le32dec(f + 4);
	rr->rr_nlink = le32dec(f + 12);
	rr->rr_uid = le32dec(f + 20);
	rr->rr_gid = le32dec(f + 28);
	rr->rr_have |= RRH_PX;
}

static void
rr_pn(struct iso_rr *rr, const uint8_t *f, unsigned int len)
{
	uint32_t high, low;

	if (len < 20)
		return;
	high = le32dec(f + 4);
	low = le32dec(f + 12);
	if (high == 0)
		rr->rr_rdev = makedev(major(low), minor(low));
	else
		rr->rr_rdev = makedev(high, minor(low));
	rr->rr_have |= RRH_PN;
}

static void
rr_nm(struct rr_state *st, const uint8_t *f, unsigned int len)
{
	struct iso_rr *rr = st->st_rr;
	size_t n = len - 5;
	const char *text = (const char *)f + 5;

	if (len < 5 || st->st_namedone || rr->rr_name == NULL)
		return;
	if ((f[4] & 0x02) != 0)
		text = ".", n = 1;
	else if ((f[4] & 0x04) != 0)
		text = "..", n = 2;
	else if ((f[4] & 0x20) != 0)
		text = "localhost", n = 9;
	if (n > ISO_MAXNAMLEN - rr->rr_namelen)
		n = ISO_MAXNAMLEN - rr->rr_namelen;
	memcpy(rr->rr_name + rr->rr_namelen, text, n);
	rr->rr_namelen += n;
	rr->rr_have |= RRH_NM;
	st->st_namedone = (f[4] & 0x01) == 0;
}

static void
rr_linkadd(struct iso_rr *rr, const char *text, size_t n)
{
	/* Too long for a path anyhow: cut, with room for the NUL. */
	if (n > ISO_MAXLINK - 1 - rr->rr_linklen)
		n = ISO_MAXLINK - 1 - rr->rr_linklen;
	if (rr->rr_link != NULL)
		memcpy(rr->rr_link + rr->rr_linklen, text, n);
	rr->rr_linklen += n;
}

/*
 * One component of a link: flags, length and text at c.
 */
static void
rr_component(struct rr_state *st, const uint8_t *c)
{
	struct iso_rr *rr = st->st_rr;
	bool first = rr->rr_linklen == 0;

	if (!first && !st->st_linkjoin && !st->st_linkroot)
		rr_linkadd(rr, "/", 1);
	st->st_linkroot = false;
	st->st_linkjoin = (c[0] & 0x01) != 0;
	if ((c[0] & 0x02) != 0)
		rr_linkadd(rr, ".", 1);
	else if ((c[0] & 0x04) != 0)
		rr_linkadd(rr, "..", 2);
	else if ((c[0] & 0x18) != 0) {
		rr->rr_linklen = 0;
		rr_linkadd(rr, "/", 1);
		st->st_linkroot = true;
	} else if ((c[0] & 0x20) != 0)
		rr_linkadd(rr, "localhost", 9);
	else
		rr_linkadd(rr, (const char *)c + 2, c[1]);
}

static void
rr_sl(struct rr_state *st, const uint8_t *f, unsigned int len)
{
	unsigned int i = 5;

	if (len < 5 || st->st_linkdone)
		return;
	st->st_rr->rr_have |= RRH_SL;
	while (i + 2 <= len && i + 2 + f[i + 1] <= len) {
		rr_component(st, f + i);
		i += 2U + f[i + 1];
	}
	st->st_linkdone = (f[4] & 0x01) == 0;
}

static void
rr_tf(struct iso_rr *rr, const uint8_t *f, unsigned int len)
{
	static const unsigned int have[4] = {
		RRH_BIRTH, RRH_MTIME, RRH_ATIME, RRH_CTIME
	};
	struct timespec *const slot[4] = {
		&rr->rr_birth, &rr->rr_mtime, &rr->rr_atime, &rr->rr_ctime
	};
	unsigned int size, i, at = 5;

	if (len < 5)
		return;
	size = (f[4] & 0x80) != 0 ? 17 : 7;
	for (i = 0; i < 4; i++) {
		if ((f[4] & (1U << i)) == 0)
			continue;
		if (at + size > len)
			return;
		if (size == 7)
			iso_date7(f + at, slot[i]);
		if (size == 7 || iso_date17(f + at, slot[i]))
			rr->rr_have |= have[i];
		at += size;
	}
}

static bool
rr_idmatch(const uint8_t *f, unsigned int len, const char *id)
{
	size_t n = strlen(id);

	return f[4] == n && len >= 8 + n && memcmp(f + 8, id, n) == 0;
}

static void
rr_er(struct iso_rr *rr, const uint8_t *f, unsigned int len)
{
	if (len < 8 || f[7] != 1)
		return;
	if (rr_idmatch(f, len, "RRIP_1991A") ||
	    rr_idmatch(f, len, "IEEE_P1282") ||
	    rr_idmatch(f, len, "IEEE_1282"))
		rr->rr_have |= RRH_ER;
}

static void
rr_block(struct iso_rr *rr, const uint8_t *f, unsigned int len,
    unsigned int have, uint32_t *blkp)
{
	if (len < 12)
		return;
	*blkp = le32dec(f + 4);
	rr->rr_have |= have;
}

static void
rr_ce(struct rr_state *st, const uint8_t *f, unsigned int len)
{
	if (len < 28)
		return;
	st->st_next.n_block = le32dec(f + 4);
	st->st_next.n_off = le32dec(f + 12);
	st->st_next.n_len = le32dec(f + 20);
	st->st_next.n_set = true;
}

static void
rr_field(struct rr_state *st, const uint8_t *f, unsigned int len)
{
	struct iso_rr *rr = st->st_rr;

	switch (SIG(f[0], f[1])) {
	case SIG('P', 'X'):
		rr_px(rr, f, len);
		break;
	case SIG('P', 'N'):
		rr_pn(rr, f, len);
		break;
	case SIG('N', 'M'):
		rr_nm(st, f, len);
		break;
	case SIG('S', 'L'):
		rr_sl(st, f, len);
		break;
	case SIG('C', 'L'):
		rr_block(rr, f, len, RRH_CL, &rr->rr_cl);
		break;
	case SIG('P', 'L'):
		rr_block(rr, f, len, RRH_PL, &rr->rr_pl);
		break;
	case SIG('R', 'E'):
		rr->rr_have |= RRH_RE;
		break;
	case SIG('T', 'F'):
		rr_tf(rr, f, len);
		break;
	case SIG('S', 'F'):
		rr->rr_have |= RRH_SF;
		break;
	case SIG('Z', 'F'):
		/* "pz", "PZ": its algorithms; anything else stays as it is. */
		if (len >= 16 && (f[4] | 0x20) == 'p' && (f[5] | 0x20) == 'z')
			rr->rr_have |= RRH_ZF;
		break;
	case SIG('E', 'R'):
		rr_er(rr, f, len);
		break;
	case SIG('C', 'E'):
		rr_ce(st, f, len);
		break;
	case SIG('S', 'P'):
		if (len >= 7 && f[4] == 0xbe && f[5] == 0xef) {
			rr->rr_have |= RRH_SP;
			rr->rr_skip = f[6];
		}
		break;
	default:
		break;
	}
}

/*
 * All fields of one area; false when an ST field ended it all.
 */
static bool
rr_area(struct rr_state *st, const uint8_t *p, size_t len)
{
	st->st_next.n_set = false;
	while (len >= 4 && p[2] >= 4 && p[2] <= len) {
		if (SIG(p[0], p[1]) == SIG('S', 'T'))
			return false;
		rr_field(st, p, p[2]);
		len -= p[2];
		p += p[2];
	}
	return true;
}

static int
rr_continue(const struct iso_susp *susp, struct rr_state *st)
{
	uint8_t *area;
	int n, error = 0;

	area = kmem_alloc(RR_MAXAREA, KM_SLEEP);
	for (n = 0; n < RR_MAXAREAS && st->st_next.n_set; n++) {
		struct rr_next next = st->st_next;
		uint64_t off = ((uint64_t)next.n_block << susp->s_blkshift) +
		    next.n_off;

		if (next.n_len == 0 || next.n_len > RR_MAXAREA)
			break;
		error = (*susp->s_read)(susp->s_arg, off, area, next.n_len);
		if (error != 0 || !rr_area(st, area, next.n_len))
			break;
	}
	kmem_free(area, RR_MAXAREA);
	return error;
}

int
iso_rr_parse(const struct iso_susp *susp, const struct iso_record *r,
    struct iso_rr *rr)
{
	struct rr_state st = { .st_rr = rr };
	unsigned int at = r->r_suoff + susp->s_skip;

	rr->rr_have = 0;
	rr->rr_namelen = rr->rr_linklen = 0;
	if (at >= r->r_len)
		return 0;
	if (!rr_area(&st, r->r_base + at, r->r_len - at))
		return 0;
	if (!st.st_next.n_set)
		return 0;
	return rr_continue(susp, &st);
}
