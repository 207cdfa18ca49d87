/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_prf.c - printf(9) and the string functions.
 */

#include "h_test.h"

#include <sys/msgbuf.h>

static const char *
fmt(const char *f, ...)
{
	static char buf[128];
	va_list ap;

	va_start(ap, f);
	vsnprintf(buf, sizeof(buf), f, ap);
	va_end(ap);
	return buf;
}

TEST(integers)
{

	CHECK_STR(fmt("%d %i %u", -5, 7, 8u), "-5 7 8");
	CHECK_STR(fmt("[%5d][%-5d][%05d]", 42, 42, 42), "[   42][42   ][00042]");
	CHECK_STR(fmt("%+d % d", 3, 3), "+3  3");
	CHECK_STR(fmt("%x %X %#x %o %#o", 255, 255, 255, 8, 8), "ff FF 0xff 10 010");
	CHECK_STR(fmt("%.3d|%8.3d|%-8.3d|", 5, 5, 5), "005|     005|005     |");
	CHECK_STR(fmt("%ld %lld %jd", -1L, -2LL, (intmax_t)-3), "-1 -2 -3");
	CHECK_STR(fmt("%hhu %hu", 257, 65537), "1 1");
	CHECK_STR(fmt("%zu", (size_t)12), "12");
	CHECK_STR(fmt("%" PRIu64, (uint64_t)UINT64_MAX), "18446744073709551615");
	CHECK_STR(fmt("%d", INT_MIN), "-2147483648");
	CHECK_STR(fmt("%*d|%-*d|", 4, 1, 4, 2), "   1|2   |");
}

TEST(strings)
{

	CHECK_STR(fmt("%s|%5s|%-5s|%.2s", "ab", "ab", "ab", "abc"),
	    "ab|   ab|ab   |ab");
	CHECK_STR(fmt("%c%%", 'x'), "x%");
	CHECK_STR(fmt("%s", (char *)NULL), "(null)");
}

TEST(truncation)
{
	char buf[4];

	CHECK_EQ(snprintf(buf, sizeof(buf), "hello"), 5);
	CHECK_STR(buf, "hel");
	CHECK_EQ(snprintf(NULL, 0, "hello"), 5);
}

TEST(message_buffer)
{
	char buf[MSGBUFSIZE];
	size_t n;

	log(LOG_INFO, "a mark in the buffer\n");
	n = msgbuf_copy(buf, sizeof(buf));
	CHECK(n > 21);
	CHECK(memmem(buf, n, "a mark in the buffer\n", 21) != NULL);
}

TEST(libkern)
{
	char buf[8], *end, text[] = "a,b,,c", *at = text;

	CHECK_EQ(strlcpy(buf, "longer than", sizeof(buf)), 11);
	CHECK_STR(buf, "longer ");
	CHECK_EQ(strlcat(buf, "x", sizeof(buf)), 8);
	CHECK_EQ(strtoul("0x1fz", &end, 0), 0x1f);
	CHECK_STR(end, "z");
	CHECK_EQ(strtol("-12", NULL, 10), -12);
	CHECK_EQ(strtoul("077", NULL, 0), 077);
	CHECK_STR(strsep(&at, ","), "a");
	CHECK_STR(strsep(&at, ","), "b");
	CHECK_STR(strsep(&at, ","), "");
	CHECK_STR(strsep(&at, ","), "c");
	CHECK(strsep(&at, ",") == NULL);
	CHECK_EQ(crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926U);
	CHECK_EQ(popcount32(0xf0f0), 8);
	CHECK_EQ(ilog2(4096), 12);
	CHECK_STR(strstr("hello", "ll"), "llo");
	CHECK(strrchr("a/b/c", '/')[1] == 'c');
	CHECK(strcasecmp("HeLLo", "hello") == 0);
	CHECK(strncmp("abc", "abd", 2) == 0);
	CHECK_EQ(pmatch("foo.c", "*.c", NULL), 1);
}

static int
compare(const void *a, const void *b)
{

	return *(const int *)a - *(const int *)b;
}

TEST(heapsort)
{
	int v[] = { 5, 3, 9, 1, 1, 8, -2, 0 }, i;

	kheapsort(v, __arraycount(v), sizeof(v[0]), compare, NULL);
	for (i = 1; i < (int)__arraycount(v); i++)
		CHECK(v[i - 1] <= v[i]);
}
