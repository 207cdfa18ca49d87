/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iso_format.c - pure readers of ISO 9660 structures: records, dates, names.
 *
 * Interface
 *	No I/O, no allocation, no locks: bytes in, values out.
 * Errors	EINVAL for a record that does not hold together.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "iso_format.h"

/*
 * Days from 1970-01-01 to a date of the Gregorian calendar.
 */
static int64_t
iso_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
iso_datevalid(int month, int day, int hour, int min, int sec)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	    hour >= 0 && hour <= 23 && min >= 0 && min <= 59 && sec >= 0 &&
	    sec <= 60;
}

static int64_t
iso_seconds(int year, int month, int day, int hour, int min, int sec,
    int8_t zone)
{
	int64_t t = iso_days(year, month, day) * 86400;

	t += hour * 3600 + min * 60 + sec;
	if (zone >= -48 && zone <= 56)
		t -= (int64_t)zone * 15 * 60;
	return t;
}

/*
 * The 7-byte form; the epoch for what is no date.
 */
void
iso_date7(const uint8_t *p, struct timespec *ts)
{
	ts->tv_sec = 0;
	ts->tv_nsec = 0;
	if (!iso_datevalid(p[1], p[2], p[3], p[4], p[5]))
		return;
	ts->tv_sec = iso_seconds(1900 + p[0], p[1], p[2], p[3], p[4], p[5],
	    (int8_t)p[6]);
}

static int
iso_digits(const uint8_t *p, int n)
{
	int v = 0;

	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return -1;
		v = v * 10 + (*p - '0');
	}
	return v;
}

/*
 * The 17-byte form; false for an unset or malformed date.
 */
bool
iso_date17(const uint8_t *p, struct timespec *ts)
{
	int year = iso_digits(p, 4), month = iso_digits(p + 4, 2);
	int day = iso_digits(p + 6, 2), hour = iso_digits(p + 8, 2);
	int min = iso_digits(p + 10, 2), sec = iso_digits(p + 12, 2);
	int cent = iso_digits(p + 14, 2);

	if (year < 1 || cent < 0 || !iso_datevalid(month, day, hour, min, sec))
		return false;
	ts->tv_sec = iso_seconds(year, month, day, hour, min, sec,
	    (int8_t)p[16]);
	ts->tv_nsec = cent * 10000000;
	return true;
}

/*
 * Decode the record at p of which avail bytes are in the same sector.
 */
int
iso_record_parse(const uint8_t *p, size_t avail, struct iso_record *r)
{
	if (avail < DR_MIN || p[DR_LEN] < DR_MIN || p[DR_LEN] > avail)
		return EINVAL;
	r->r_base = p;
	r->r_len = p[DR_LEN];
	r->r_namelen = p[DR_NAMELEN];
	if (r->r_namelen == 0 || DR_NAME + r->r_namelen > r->r_len)
		return EINVAL;
	r->r_name = p + DR_NAME;
	r->r_xalen = p[DR_XALEN];
	r->r_extent = le32dec(p + DR_EXTENT);
	r->r_size = le32dec(p + DR_SIZE);
	r->r_flags = p[DR_FLAGS];
	r->r_interleaved = p[DR_UNIT] != 0 || p[DR_GAP] != 0;
	iso_date7(p + DR_DATE, &r->r_date);
	/* The name is padded so that the system use area starts even. */
	r->r_suoff = DR_NAME + r->r_namelen + ((r->r_namelen & 1) == 0);
	if (r->r_suoff > r->r_len)
		r->r_suoff = r->r_len;
	return 0;
}

bool
iso_record_isdot(const struct iso_record *r)
{
	return r->r_namelen == 1 && r->r_name[0] == 0;
}

bool
iso_record_isdotdot(const struct iso_record *r)
{
	return r->r_namelen == 1 && r->r_name[0] == 1;
}

/*
 * Level of Joliet that a supplementary descriptor promises, 0: none.
 */
int
iso_joliet_level(const uint8_t *vd)
{
	const uint8_t *e = vd + VD_ESCAPES;

	if ((vd[VD_FLAGS] & 1) != 0 || e[0] != '%' || e[1] != '/')
		return 0;
	switch (e[2]) {
	case '@':
		return 1;
	case 'C':
		return 2;
	case 'E':
		return 3;
	default:
		return 0;
	}
}

/*
 * One UTF-16BE unit or pair as UTF-8; returns units eaten, adds bytes.
 */
static unsigned int
iso_ucs_char(const uint8_t *p, unsigned int units, char *out, size_t *outlen)
{
	uint32_t c = be16dec(p), low;
	unsigned int eaten = 1;
	size_t n = *outlen;

	if (c >= 0xd800 && c < 0xdc00 && units > 1) {
		low = be16dec(p + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			eaten = 2;
		}
	}
	if (c == 0 || c == '/')
		c = '_';
	if (c < 0x80)
		out[n++] = (char)c;
	else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	*outlen = n;
	return eaten;
}

static size_t
iso_name_joliet(const struct iso_record *r, char *out)
{
	unsigned int units = r->r_namelen / 2, i = 0;
	size_t len = 0;

	while (i < units && len + 4 <= ISO_MAXNAMLEN)
		i += iso_ucs_char(r->r_name + 2 * i, units - i, out, &len);
	return len;
}

/*
 * Length of a name without ";version" and then without a final dot.
 */
static size_t
iso_name_strip(const char *name, size_t len)
{
	size_t i = len;

	while (i > 0 && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	if (i > 1 && name[i - 1] == ';')
		len = i - 1;
	if (len > 1 && name[len - 1] == '.')
		len--;
	return len;
}

/*
 * The name as the user sees it, at most ISO_MAXNAMLEN bytes.  For Rock Ridge
 * this is the fall-back of records without NM.
 */
size_t
iso_name_convert(const struct iso_nameconf *nc, const struct iso_record *r,
    char *out)
{
	size_t len = 0, i;

	if (nc->nc_gens && (r->r_flags & DRF_ASSOC) != 0)
		*out++ = '=', len = 1;
	if (nc->nc_mode == ISO_NAMES_JOLIET) {
		size_t n = iso_name_joliet(r, out);

		if (n + len > ISO_MAXNAMLEN)
			n = ISO_MAXNAMLEN - len;
		return len + (nc->nc_gens ? n : iso_name_strip(out, n));
	}
	for (i = 0; i < r->r_namelen && len < ISO_MAXNAMLEN; i++, len++) {
		char c = (char)r->r_name[i];

		if (c == '/' || c == '\0')
			c = '_';
		else if (nc->nc_mode != ISO_NAMES_RAW && !nc->nc_keepcase &&
		    c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		out[i] = c;
	}
	if (nc->nc_gens)
		return len;
	return iso_name_strip(out, len);
}

static char
iso_fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
iso_samename(const char *a, size_t alen, const char *b, size_t blen,
    bool fold)
{
	size_t i;

	if (alen != blen)
		return false;
	if (!fold)
		return memcmp(a, b, alen) == 0;
	for (i = 0; i < alen; i++) {
		if (iso_fold(a[i]) != iso_fold(b[i]))
			return false;
	}
	return true;
}

/*
 * Does a name in the directory, as shown, answer to the name asked for?
 */
bool
iso_name_equal(const struct iso_nameconf *nc, const char *entry,
    size_t entrylen, const char *want, size_t wantlen)
{
	bool plain = nc->nc_mode == ISO_NAMES_PLAIN ||
	    nc->nc_mode == ISO_NAMES_RAW;
	bool fold = plain || (nc->nc_mode == ISO_NAMES_RRIP &&
	    nc->nc_caseins);

	if (iso_samename(entry, entrylen, want, wantlen, fold))
		return true;
	if (!plain)
		return false;
	/* With or without version, whichever side has one. */
	return iso_samename(entry, iso_name_strip(entry, entrylen), want,
	    iso_name_strip(want, wantlen), true);
}
