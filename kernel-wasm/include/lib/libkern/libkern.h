/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/libkern/libkern.h - the kernel's C library, and KASSERT(9).
 */

#ifndef _LIB_LIBKERN_LIBKERN_H_
#define _LIB_LIBKERN_LIBKERN_H_

#include <sys/types.h>
#include <sys/inttypes.h>
#include <sys/stdarg.h>

void	*memcpy(void *, const void *, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);
int	memcmp(const void *, const void *, size_t);
void	*memchr(const void *, int, size_t);
void	*memmem(const void *, size_t, const void *, size_t);
char	*strcpy(char *, const char *);
char	*strncpy(char *, const char *, size_t);
char	*strcat(char *, const char *);
char	*strncat(char *, const char *, size_t);
int	strcmp(const char *, const char *);
int	strncmp(const char *, const char *, size_t);
int	strcasecmp(const char *, const char *);
int	strncasecmp(const char *, const char *, size_t);
char	*strchr(const char *, int);
char	*strrchr(const char *, int);
char	*strstr(const char *, const char *);
char	*strpbrk(const char *, const char *);
size_t	strspn(const char *, const char *);
size_t	strcspn(const char *, const char *);
char	*strsep(char **, const char *);
size_t	strlen(const char *);
size_t	strnlen(const char *, size_t);
size_t	strlcpy(char *, const char *, size_t);
size_t	strlcat(char *, const char *, size_t);
unsigned long strtoul(const char *, char **, int);
long	strtol(const char *, char **, int);
uint64_t strtoull(const char *, char **, int);
int64_t	strtoll(const char *, char **, int);
uintmax_t strtoumax(const char *, char **, int);
int	ffs(int);
unsigned int popcount32(uint32_t);
unsigned int popcount64(uint64_t);
uint32_t crc32(uint32_t, const uint8_t *, size_t);
int	pmatch(const char *, const char *, const char **);
uint32_t random(void);
int	kheapsort(void *, size_t, size_t,
	    int (*)(const void *, const void *), void *);

#define	bcopy(s, d, n)	((void)memmove((d), (s), (n)))
#define	bzero(d, n)	((void)memset((d), 0, (n)))
#define	bcmp(a, b, n)	memcmp((a), (b), (n))
#define	explicit_memset(p, c, n)					\
	do { memset((p), (c), (n)); __asm__ volatile("" : : "r"(p) : "memory"); } while (0)

static inline int isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline int isdigit(int c) { return c >= '0' && c <= '9'; }
static inline int isupper(int c) { return c >= 'A' && c <= 'Z'; }
static inline int islower(int c) { return c >= 'a' && c <= 'z'; }
static inline int isalpha(int c) { return isupper(c) || islower(c); }
static inline int isalnum(int c) { return isalpha(c) || isdigit(c); }
static inline int isprint(int c) { return c >= 0x20 && c < 0x7f; }
static inline int isxdigit(int c)
{ return isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static inline int toupper(int c) { return islower(c) ? c - 0x20 : c; }
static inline int tolower(int c) { return isupper(c) ? c + 0x20 : c; }

static inline int imax(int a, int b) { return a > b ? a : b; }
static inline int imin(int a, int b) { return a < b ? a : b; }
static inline unsigned int uimax(unsigned int a, unsigned int b) { return a > b ? a : b; }
static inline unsigned int uimin(unsigned int a, unsigned int b) { return a < b ? a : b; }
static inline long lmax(long a, long b) { return a > b ? a : b; }
static inline long lmin(long a, long b) { return a < b ? a : b; }
static inline unsigned long ulmax(unsigned long a, unsigned long b) { return a > b ? a : b; }
static inline unsigned long ulmin(unsigned long a, unsigned long b) { return a < b ? a : b; }
#define	max(a, b)	uimax((a), (b))
#define	min(a, b)	uimin((a), (b))
static inline int abs(int a) { return a < 0 ? -a : a; }

static inline int fls32(uint32_t n) { return n == 0 ? 0 : 32 - __builtin_clz(n); }
static inline int fls64(uint64_t n) { return n == 0 ? 0 : 64 - __builtin_clzll(n); }
static inline int ffs32(uint32_t n) { return n == 0 ? 0 : __builtin_ctz(n) + 1; }
static inline int ffs64(uint64_t n) { return n == 0 ? 0 : __builtin_ctzll(n) + 1; }
#define	ilog2(n)	(fls64((uint64_t)(n)) - 1)

void	kern_assert(const char *, ...) __dead __printflike(1, 2);

#define	CTASSERT(x)		_Static_assert((x), #x)
#define	__CTASSERT(x)		_Static_assert((x), #x)

#define	_KASSERT_FAIL(k, e)						\
	kern_assert("kernel %sassertion \"%s\" failed: file \"%s\", line %d", \
	    k, e, __FILE__, __LINE__)
#ifdef DIAGNOSTIC
#define	KASSERT(e)							\
	(__predict_true((e)) ? (void)0 : _KASSERT_FAIL("diagnostic ", #e))
#define	KASSERTMSG(e, msg, ...)						\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("kernel diagnostic assertion \"%s\" failed: file \"%s\", line %d " msg, \
	    #e, __FILE__, __LINE__, ##__VA_ARGS__))
#else
#define	KASSERT(e)		((void)sizeof(!(e)))
#define	KASSERTMSG(e, ...)	((void)sizeof(!(e)))
#endif
#ifdef DEBUG
#define	KDASSERT(e)		KASSERT(e)
#else
#define	KDASSERT(e)		((void)sizeof(!(e)))
#endif
#define	assert(e)		KASSERT(e)

#define	__assert_unreachable()	panic("unreachable: %s:%d", __FILE__, __LINE__)
#define	CONTAINER_OF(p, t, m)	((t *)(void *)((char *)(p) - offsetof(t, m)))
#define	container_of(p, t, m)	CONTAINER_OF(p, t, m)
#define	__containerof(p, t, m)	CONTAINER_OF(p, t, m)

#endif /* _LIB_LIBKERN_LIBKERN_H_ */
