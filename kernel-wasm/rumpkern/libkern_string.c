/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libkern_string.c - string functions of the kernel.
 *
 * In wasm memcpy, memmove and memset are bulk memory instructions; the
 * native build takes them and memcmp from the C library.
 */

#include <sys/param.h>
#include <sys/systm.h>

#ifdef __wasm__
/* The compiler makes memory.copy and memory.fill of the builtins. */
void *
memcpy(void *d, const void *s, size_t n)
{

	__asm__ volatile("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\t"
	    "memory.copy 0, 0" : : "r"(d), "r"(s), "r"(n) : "memory");
	return d;
}

void *
memmove(void *d, const void *s, size_t n)
{

	return memcpy(d, s, n);
}

void *
memset(void *d, int c, size_t n)
{

	__asm__ volatile("local.get %0\n\tlocal.get %1\n\tlocal.get %2\n\t"
	    "memory.fill 0" : : "r"(d), "r"(c), "r"(n) : "memory");
	return d;
}

int
memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n != 0; n--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}
#endif

void *
memchr(const void *p, int c, size_t n)
{
	const unsigned char *s = p;

	for (; n != 0; n--, s++) {
		if (*s == (unsigned char)c)
			return __UNCONST(s);
	}
	return NULL;
}

void *
memmem(const void *hay, size_t hlen, const void *needle, size_t nlen)
{
	const char *h = hay;

	if (nlen == 0)
		return __UNCONST(hay);
	for (; hlen >= nlen; h++, hlen--) {
		if (*h == *(const char *)needle && memcmp(h, needle, nlen) == 0)
			return __UNCONST(h);
	}
	return NULL;
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0')
		p++;
	return (size_t)(p - s);
}

size_t
strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0')
		n++;
	return n;
}

char *
strcpy(char *d, const char *s)
{

	memcpy(d, s, strlen(s) + 1);
	return d;
}

char *
strncpy(char *d, const char *s, size_t n)
{
	const size_t len = strnlen(s, n);

	memcpy(d, s, len);
	memset(d + len, 0, n - len);
	return d;
}

char *
strcat(char *d, const char *s)
{

	strcpy(d + strlen(d), s);
	return d;
}

char *
strncat(char *d, const char *s, size_t n)
{
	const size_t at = strlen(d), len = strnlen(s, n);

	memcpy(d + at, s, len);
	d[at + len] = '\0';
	return d;
}

size_t
strlcpy(char *d, const char *s, size_t size)
{
	const size_t len = strlen(s);

	if (size != 0) {
		const size_t n = MIN(len, size - 1);

		memcpy(d, s, n);
		d[n] = '\0';
	}
	return len;
}

size_t
strlcat(char *d, const char *s, size_t size)
{
	const size_t at = strnlen(d, size);

	return at + (at == size ? strlen(s) : strlcpy(d + at, s, size - at));
}

int
strncmp(const char *a, const char *b, size_t n)
{

	for (; n != 0; a++, b++, n--) {
		if (*a != *b)
			return *(const unsigned char *)a -
			    *(const unsigned char *)b;
		if (*a == '\0')
			break;
	}
	return 0;
}

int
strcmp(const char *a, const char *b)
{

	return strncmp(a, b, SIZE_T_MAX);
}

int
strncasecmp(const char *a, const char *b, size_t n)
{

	for (; n != 0; a++, b++, n--) {
		const int ca = tolower(*(const unsigned char *)a);
		const int cb = tolower(*(const unsigned char *)b);

		if (ca != cb)
			return ca - cb;
		if (ca == '\0')
			break;
	}
	return 0;
}

int
strcasecmp(const char *a, const char *b)
{

	return strncasecmp(a, b, SIZE_T_MAX);
}

char *
strchr(const char *s, int c)
{

	for (;; s++) {
		if (*s == (char)c)
			return __UNCONST(s);
		if (*s == '\0')
			return NULL;
	}
}

char *
strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (*s == '\0')
			return __UNCONST(last);
	}
}

char *
strstr(const char *s, const char *find)
{

	return memmem(s, strlen(s), find, strlen(find));
}

size_t
strspn(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(set, s[n]) != NULL)
		n++;
	return n;
}

size_t
strcspn(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(set, s[n]) == NULL)
		n++;
	return n;
}

char *
strpbrk(const char *s, const char *set)
{

	s += strcspn(s, set);
	return *s == '\0' ? NULL : __UNCONST(s);
}

char *
strsep(char **sp, const char *delim)
{
	char *s = *sp, *end;

	if (s == NULL)
		return NULL;
	end = s + strcspn(s, delim);
	*sp = *end == '\0' ? NULL : end + 1;
	*end = '\0';
	return s;
}
