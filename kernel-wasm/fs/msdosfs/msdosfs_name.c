/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msdosfs_name.c - names in their three forms: bytes of a path, 8.3 in code
 * page 850, and the 16-bit characters of long names.
 *
 * Interface
 *	Paths are ISO 8859-1, with MSDOSFSMNT_UTF8 they are UTF-8.  Trailing
 *	dots and blanks do not count (msdosfs_trimname).
 * Errors	EINVAL nothing is left of the name, or it is no UTF-8;
 *		ENAMETOOLONG.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "msdosfs.h"

/* Characters of code page 850 from 0x80 on. */
static const uint16_t cp850[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
	0x00ff, 0x00d6, 0x00dc, 0x00f8, 0x00a3, 0x00d8, 0x00d7, 0x0192,
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
	0x00bf, 0x00ae, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00c1, 0x00c2, 0x00c0,
	0x00a9, 0x2563, 0x2551, 0x2557, 0x255d, 0x00a2, 0x00a5, 0x2510,
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x00e3, 0x00c3,
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x00a4,
	0x00f0, 0x00d0, 0x00ca, 0x00cb, 0x00c8, 0x0131, 0x00cd, 0x00ce,
	0x00cf, 0x2518, 0x250c, 0x2588, 0x2584, 0x00a6, 0x00cc, 0x2580,
	0x00d3, 0x00df, 0x00d4, 0x00d2, 0x00f5, 0x00d5, 0x00b5, 0x00fe,
	0x00de, 0x00da, 0x00db, 0x00d9, 0x00fd, 0x00dd, 0x00af, 0x00b4,
	0x00ad, 0x00b1, 0x2017, 0x00be, 0x00b6, 0x00a7, 0x00f7, 0x00b8,
	0x00b0, 0x00a8, 0x00b7, 0x00b9, 0x00b3, 0x00b2, 0x25a0, 0x00a0,
};

size_t
msdosfs_trimname(const char *name, size_t len)
{
	while (len > 0 && (name[len - 1] == '.' || name[len - 1] == ' '))
		len--;
	return len;
}

/* Upper case of the first 256 characters. */
static uint16_t
win_upper(uint16_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7))
		return c - 32;
	return c;
}

static uint16_t
win_lower(uint16_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
		return c + 32;
	return c;
}

bool
msdosfs_winequal(const uint16_t *a, const uint16_t *b, unsigned count)
{
	for (; count > 0; count--, a++, b++) {
		if (*a != *b && win_upper(*a) != win_upper(*b))
			return false;
	}
	return true;
}

static uint16_t
dos2char(uint8_t c)
{
	return c < 0x80 ? c : cp850[c - 0x80];
}

/*
 * A character in an 8.3 name; '_' for one that cannot be there.
 */
static uint8_t
char2dos(uint8_t c, enum dosname *kind)
{
	uint16_t up = win_upper(c);
	unsigned i;

	if (up != c && *kind == DOSNAME_EXACT)
		*kind = DOSNAME_CASE;
	if (up > 0x20 && up < 0x7f &&
	    strchr("\"*+,/:;<=>?[\\]|.", (int)up) == NULL)
		return (uint8_t)up;
	for (i = 0; up >= 0xa0 && i < 128; i++) {
		if (cp850[i] == up)
			return (uint8_t)(0x80 + i);
	}
	*kind = DOSNAME_LOSSY;
	return '_';
}

/*
 * Fill at most `room' characters; blanks and dots are left out.
 */
static unsigned
dosname_part(const char *name, size_t len, uint8_t *out, unsigned room,
    enum dosname *kind)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (name[i] == ' ' || name[i] == '.' || n == room)
			*kind = DOSNAME_LOSSY;
		else
			out[n++] = char2dos((uint8_t)name[i], kind);
	}
	return n;
}

/*
 * The alias of that number: "~gen" behind what fits of a plain name's base.
 */
void
msdosfs_alias(const uint8_t plain[DE_NAMELEN], unsigned gen,
    uint8_t out[DE_NAMELEN])
{
	char digits[8];
	unsigned n = (unsigned)snprintf(digits, sizeof(digits), "~%u", gen);
	unsigned at = 0;

	while (at < 8 - n && plain[at] != ' ')
		at++;
	memmove(out, plain, DE_NAMELEN);
	memset(out + at, ' ', 8 - at);
	memcpy(out + at, digits, n);
}

/*
 * The number of an 8.3 name that may be an alias; ~0: it is none.
 */
unsigned
msdosfs_aliasgen(const uint8_t name[DE_NAMELEN])
{
	unsigned at = 7, gen = 0;

	while (at > 0 && name[at] != '~')
		at--;
	if (name[at] != '~')
		return ~0u;
	for (at++; at < 8 && name[at] >= '0' && name[at] <= '9'; at++)
		gen = gen * 10 + (name[at] - '0');
	return gen == 0 ? ~0u : gen;
}

/*
 * The 8.3 name of a trimmed name, without a number.
 */
int
msdosfs_unix2dosname(const char *name, size_t len, uint8_t out[DE_NAMELEN],
    enum dosname *kind)
{
	size_t dot = len, ext;
	unsigned n;

	*kind = DOSNAME_EXACT;
	memset(out, ' ', DE_NAMELEN);
	while (len > 0 && (*name == '.' || *name == ' ')) {
		*kind = DOSNAME_LOSSY;
		name++;
		len--;
	}
	if (len == 0)
		return EINVAL;
	for (dot = len; dot > 0 && name[dot - 1] != '.'; dot--)
		continue;
	ext = dot > 0 ? dot : len;
	n = dosname_part(name, dot > 0 ? dot - 1 : len, out, 8, kind);
	(void)dosname_part(name + ext, len - ext, out + 8, 3, kind);
	if (n == 0)
		out[0] = '_';
	if (out[0] == SLOT_DELETED)
		out[0] = SLOT_E5;
	return 0;
}

uint8_t
msdosfs_checksum(const uint8_t name[DE_NAMELEN])
{
	uint8_t sum = 0;
	int i;

	for (i = 0; i < DE_NAMELEN; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

/*
 * One character of UTF-8; its length, or 0 when there is none.
 */
static size_t
utf8_next(const uint8_t *p, size_t len, uint32_t *cp)
{
	size_t n = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 :
	    *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0, i;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if (n == 0 || n > len)
		return 0;
	*cp = n == 1 ? *p : *p & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp & ~0x7ffu) == 0xd800)
		return 0;
	return n;
}

int
msdosfs_unix2win(const struct msdosfsmount *pmp, const char *name,
    size_t len, uint16_t out[WIN_MAXLEN], unsigned *countp)
{
	const uint8_t *p = (const uint8_t *)name;
	unsigned n = 0;
	uint32_t cp;
	size_t step;

	for (; len > 0; p += step, len -= step) {
		step = 1;
		cp = *p;
		if ((pmp->pm_flags & MSDOSFSMNT_UTF8) != 0)
			step = utf8_next(p, len, &cp);
		if (step == 0)
			return EINVAL;
		if (n + (cp > 0xffff ? 2 : 1) > WIN_MAXLEN)
			return ENAMETOOLONG;
		if (cp > 0xffff) {
			out[n++] = (uint16_t)(0xd7c0 + (cp >> 10));
			cp = 0xdc00 | (cp & 0x3ff);
		}
		out[n++] = (uint16_t)cp;
	}
	*countp = n;
	return n == 0 ? EINVAL : 0;
}

/*
 * An 8.3 name as it is shown: in lower case.
 */
unsigned
msdosfs_dos2win(const struct dosent *e, uint16_t *out)
{
	unsigned n = 0, i, base = 8, ext = 3;

	while (base > 0 && e->e_name[base - 1] == ' ')
		base--;
	while (ext > 0 && e->e_name[8 + ext - 1] == ' ')
		ext--;
	for (i = 0; i < base; i++)
		out[n++] = win_lower(dos2char(i == 0 && e->e_name[0] ==
		    SLOT_E5 ? SLOT_DELETED : e->e_name[i]));
	if (ext > 0)
		out[n++] = '.';
	for (i = 0; i < ext; i++)
		out[n++] = win_lower(dos2char(e->e_name[8 + i]));
	return n;
}

static size_t
utf8_put(uint32_t cp, char *out)
{
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4, i;

	for (i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(n == 1 ? cp : (0xf0u << (4 - n) & 0xff) | cp);
	return n;
}

/*
 * Bytes of a path, not terminated; 0 when a character cannot be said, is
 * '/' or NUL, or there is no room.
 */
size_t
msdosfs_win2unix(const struct msdosfsmount *pmp, const uint16_t *win,
    unsigned count, char *out, size_t room)
{
	bool utf8 = (pmp->pm_flags & MSDOSFSMNT_UTF8) != 0;
	size_t n = 0;
	unsigned i;

	for (i = 0; i < count; i++) {
		uint32_t cp = win[i];

		if (cp == 0 || cp == '/' || (!utf8 && cp > 0xff) ||
		    n + (utf8 ? 4 : 1) > room)
			return 0;
		if ((cp & 0xfc00) == 0xd800 && i + 1 < count &&
		    (win[i + 1] & 0xfc00) == 0xdc00)
			cp = 0x10000 + ((cp & 0x3ff) << 10 |
			    (win[++i] & 0x3ff));
		if (utf8)
			n += utf8_put(cp, out + n);
		else
			out[n++] = (char)cp;
	}
	return n;
}
