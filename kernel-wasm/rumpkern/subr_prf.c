/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_prf.c - printf(9), log(9), panic(9), the message buffer.
 *
 * Text goes to a sink: the console (rumpuser_putchar), the message buffer,
 * a string, or several.  One line of one caller is not torn by another.
 *
 * Locking	prf_lock: raw, console order and message buffer; not taken in
 *		a panic.
 * Sleeps	never.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/device.h>
#include <sys/kernel.h>
#include <sys/msgbuf.h>
#include <sys/proc.h>
#include <sys/reboot.h>

#include <rump/rumpcomp.h>
#include <rump/rumpuser.h>

#include "rump_private.h"

#define	TO_CONS		1
#define	TO_LOG		2

struct sink {
	char	*s_buf;		/* or NULL */
	size_t	s_size;
	size_t	s_len;		/* of the whole text */
	int	s_to;
};

/* One conversion: what stands between % and the letter. */
struct conv {
	bool	left, zero, plus, space, alt, has_prec;
	int	width, prec;
	int	size;		/* of the argument in bytes */
};

static int32_t prf_lock;
static struct kern_msgbuf msgbuf_store = {
	.msg_magic = MSG_MAGIC, .msg_bufs = MSGBUFSIZE,
};
struct kern_msgbuf *msgbufp = &msgbuf_store;
int msgbufmapped = 1;
const char *panicstr;
int doing_panic;

static void
msgbuf_putchar(int ch)
{
	struct kern_msgbuf *mb = msgbufp;

	mb->msg_bufc[mb->msg_bufx] = (char)ch;
	mb->msg_bufx = (mb->msg_bufx + 1) % mb->msg_bufs;
	if (mb->msg_bufr == mb->msg_bufx)
		mb->msg_bufr = (mb->msg_bufr + 1) % mb->msg_bufs;
}

size_t
msgbuf_copy(char *buf, size_t len)
{
	struct kern_msgbuf *mb = msgbufp;
	size_t n = 0;
	long at;

	rump_raw_enter(&prf_lock);
	for (at = mb->msg_bufr; at != mb->msg_bufx && n < len;
	    at = (at + 1) % mb->msg_bufs)
		buf[n++] = mb->msg_bufc[at];
	rump_raw_exit(&prf_lock);
	return n;
}

static void
put(struct sink *s, int ch)
{

	if ((s->s_to & TO_CONS) != 0)
		rumpuser_putchar(ch);
	if ((s->s_to & TO_LOG) != 0)
		msgbuf_putchar(ch);
	if (s->s_len + 1 < s->s_size)
		s->s_buf[s->s_len] = (char)ch;
	s->s_len++;
}

static void
put_n(struct sink *s, int ch, int n)
{

	while (n-- > 0)
		put(s, ch);
}

static void
put_text(struct sink *s, const char *text, int len, const struct conv *c)
{

	if (!c->left)
		put_n(s, ' ', c->width - len);
	for (int i = 0; i < len; i++)
		put(s, text[i]);
	if (c->left)
		put_n(s, ' ', c->width - len);
}

static void
put_number(struct sink *s, uintmax_t v, bool neg, unsigned int base,
    bool upper, const struct conv *c)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24], sign = neg ? '-' : c->plus ? '+' : c->space ? ' ' : 0;
	int n = 0, zeros, pre = 0, pad;

	if (c->alt && base == 16 && v != 0)
		pre = 2;
	for (; v != 0; v /= base)
		buf[n++] = digits[v % base];
	if (c->alt && base == 8)
		buf[n++] = '0';
	zeros = (c->has_prec ? c->prec : 1) - n;
	zeros = MAX(zeros, 0);
	pad = c->width - n - zeros - pre - (sign != 0);
	if (c->zero && !c->left && !c->has_prec && pad > 0) {
		zeros += pad;
		pad = 0;
	}
	if (!c->left)
		put_n(s, ' ', pad);
	if (sign != 0)
		put(s, sign);
	if (pre != 0) {
		put(s, '0');
		put(s, upper ? 'X' : 'x');
	}
	put_n(s, '0', zeros);
	while (n > 0)
		put(s, buf[--n]);
	if (c->left)
		put_n(s, ' ', pad);
}

static const char *
parse_conv(const char *f, struct conv *c, va_list *ap)
{

	memset(c, 0, sizeof(*c));
	c->size = sizeof(int);
	for (;; f++) {
		if (*f == '-')
			c->left = true;
		else if (*f == '0')
			c->zero = true;
		else if (*f == '+')
			c->plus = true;
		else if (*f == ' ')
			c->space = true;
		else if (*f == '#')
			c->alt = true;
		else
			break;
	}
	if (*f == '*') {
		if ((c->width = va_arg(*ap, int)) < 0) {
			c->left = true;
			c->width = -c->width;
		}
		f++;
	}
	while (isdigit(*f))
		c->width = c->width * 10 + (*f++ - '0');
	if (*f == '.') {
		c->has_prec = true;
		if (*++f == '*') {
			c->prec = va_arg(*ap, int);
			c->has_prec = c->prec >= 0;
			f++;
		}
		while (isdigit(*f))
			c->prec = c->prec * 10 + (*f++ - '0');
	}
	for (;; f++) {
		switch (*f) {
		case 'l':
			c->size = c->size == sizeof(int) && f[-1] != 'l' ?
			    (int)sizeof(long) : (int)sizeof(int64_t);
			break;
		case 'j':
		case 'q':
			c->size = sizeof(int64_t);
			break;
		case 'z':
		case 't':
			c->size = sizeof(size_t);
			break;
		case 'h':
			c->size = f[-1] == 'h' ? 1 : 2;
			break;
		default:
			return f;
		}
	}
}

static uintmax_t
take_unsigned(const struct conv *c, va_list *ap)
{
	uintmax_t v;

	if (c->size == 8)
		return va_arg(*ap, uint64_t);
	v = va_arg(*ap, unsigned int);
	return c->size == 2 ? (uint16_t)v : c->size == 1 ? (uint8_t)v : v;
}

static intmax_t
take_signed(const struct conv *c, va_list *ap)
{
	intmax_t v;

	if (c->size == 8)
		return va_arg(*ap, int64_t);
	v = va_arg(*ap, int);
	return c->size == 2 ? (int16_t)v : c->size == 1 ? (int8_t)v : v;
}

static void
put_string(struct sink *s, const char *text, const struct conv *c)
{

	if (text == NULL)
		text = "(null)";
	put_text(s, text, (int)(c->has_prec ?
	    strnlen(text, (size_t)c->prec) : strlen(text)), c);
}

static void
put_conv(struct sink *s, int letter, struct conv *c, va_list *ap)
{
	intmax_t v;
	char ch;

	switch (letter) {
	case 'd':
	case 'i':
		v = take_signed(c, ap);
		put_number(s, v < 0 ? -(uintmax_t)v : (uintmax_t)v, v < 0, 10,
		    false, c);
		break;
	case 'u':
		put_number(s, take_unsigned(c, ap), false, 10, false, c);
		break;
	case 'o':
		put_number(s, take_unsigned(c, ap), false, 8, false, c);
		break;
	case 'x':
	case 'X':
		put_number(s, take_unsigned(c, ap), false, 16, letter == 'X',
		    c);
		break;
	case 'p':
		c->alt = true;
		put_number(s, (uintptr_t)va_arg(*ap, void *), false, 16, false,
		    c);
		break;
	case 'c':
		ch = (char)va_arg(*ap, int);
		put_text(s, &ch, 1, c);
		break;
	case 's':
		put_string(s, va_arg(*ap, const char *), c);
		break;
	case '%':
		put(s, '%');
		break;
	default:
		put(s, '%');
		put(s, letter);
		break;
	}
}

static void
kprintf(struct sink *s, const char *f, va_list ap0)
{
	struct conv c;
	va_list ap;

	va_copy(ap, ap0);
	for (; *f != '\0'; f++) {
		if (*f != '%') {
			put(s, *f);
			continue;
		}
		f = parse_conv(f + 1, &c, &ap);
		if (*f == '\0')
			break;
		put_conv(s, *f, &c, &ap);
	}
	va_end(ap);
}

static void
kprintf_locked(int to, const char *fmt, va_list ap)
{
	struct sink s = { .s_to = to };

	if (!doing_panic)
		rump_raw_enter(&prf_lock);
	kprintf(&s, fmt, ap);
	if (!doing_panic)
		rump_raw_exit(&prf_lock);
}

/*
 * Interface.
 */
#define	PRF_BODY(to)							\
	va_list ap;							\
									\
	va_start(ap, fmt);						\
	kprintf_locked((to), fmt, ap);					\
	va_end(ap)

void printf(const char *fmt, ...) { PRF_BODY(TO_CONS | TO_LOG); }
void printf_nolog(const char *fmt, ...) { PRF_BODY(TO_CONS); }
void uprintf(const char *fmt, ...) { PRF_BODY(TO_CONS); }
void log(int level, const char *fmt, ...) { PRF_BODY(TO_LOG); }
void addlog(const char *fmt, ...) { PRF_BODY(TO_LOG); }

static int
aprint_to(int level)
{

	if ((boothowto & AB_SILENT) != 0)
		return TO_LOG;
	return (boothowto & level) == level ? TO_CONS | TO_LOG : TO_LOG;
}

void aprint_normal(const char *fmt, ...) { PRF_BODY(aprint_to(0)); }
void aprint_error(const char *fmt, ...) { PRF_BODY(TO_CONS | TO_LOG); }
void aprint_naive(const char *fmt, ...) { }
void aprint_verbose(const char *fmt, ...) { PRF_BODY(aprint_to(AB_VERBOSE)); }
void aprint_debug(const char *fmt, ...) { PRF_BODY(aprint_to(AB_DEBUG)); }

#define	PRF_DEV_BODY(to)						\
	va_list ap;							\
									\
	if ((to) != TO_LOG)						\
		printf("%s: ", device_xname(dv));			\
	va_start(ap, fmt);						\
	kprintf_locked((to), fmt, ap);					\
	va_end(ap)

void
aprint_normal_dev(device_t dv, const char *fmt, ...)
{
	PRF_DEV_BODY(aprint_to(0));
}

void
aprint_error_dev(device_t dv, const char *fmt, ...)
{
	PRF_DEV_BODY(TO_CONS | TO_LOG);
}

void
aprint_verbose_dev(device_t dv, const char *fmt, ...)
{
	PRF_DEV_BODY(aprint_to(AB_VERBOSE));
}

void
vprintf(const char *fmt, va_list ap)
{

	kprintf_locked(TO_CONS | TO_LOG, fmt, ap);
}

void
vlog(int level, const char *fmt, va_list ap)
{

	kprintf_locked(TO_LOG, fmt, ap);
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct sink s = { .s_buf = buf, .s_size = size };

	kprintf(&s, fmt, ap);
	if (size != 0)
		buf[MIN(s.s_len, size - 1)] = '\0';
	return (int)s.s_len;
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int
sprintf(char *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, ap);
	va_end(ap);
	return n;
}

/* "12 KB": at most four digits. */
int
format_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const unit[] = { "KB", "MB", "GB", "TB" };
	int i = 0;

	for (bytes = (bytes + 512) / 1024; bytes > 9999 && i < 3; i++)
		bytes = (bytes + 512) / 1024;
	return snprintf(buf, size, "%" PRIu64 " %s", bytes, unit[i]);
}

/*
 * Stop everything: message, host's notice, end.
 */
void
vpanic(const char *fmt, va_list ap)
{
	static char text[256];
	struct lwp *l = curlwp;
	int len;

	if (__atomic_fetch_add(&doing_panic, 1, __ATOMIC_SEQ_CST) != 0) {
		if (doing_panic > 2)
			rumpuser_exit(RUMPUSER_PANIC);
		rumpuser_dprintf("panic while panicking\n");
	}
	len = vsnprintf(text, sizeof(text), fmt, ap);
	panicstr = text;
	printf("panic: %s\n", text);
	if (l != NULL && l->l_proc != NULL)
		printf("in lwp %d.%d (%s)\n", (int)l->l_proc->p_pid, l->l_lid,
		    l->l_name != NULL ? l->l_name : l->l_proc->p_comm);
	rumpcomp_trap(text, (size_t)MIN(len, (int)sizeof(text) - 1));
	rumpuser_exit(RUMPUSER_PANIC);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}

void
kern_assert(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}
