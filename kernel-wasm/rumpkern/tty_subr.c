/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty_subr.c - character queues, and output processing of terminals.
 *
 * Locking	everything under t_lock of the terminal.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/tty.h>

void
clalloc(struct clist *q, u_int size)
{

	KASSERT(powerof2(size));
	q->c_buf = kmem_alloc(size * sizeof(q->c_buf[0]), KM_SLEEP);
	q->c_size = size;
	q->c_head = q->c_tail = 0;
}

void
clfree(struct clist *q)
{

	if (q->c_buf != NULL)
		kmem_free(q->c_buf, q->c_size * sizeof(q->c_buf[0]));
	q->c_buf = NULL;
}

bool
putc_cl(int c, struct clist *q)
{

	if (cl_room(q) == 0)
		return false;
	q->c_buf[q->c_tail++ & (q->c_size - 1)] = (uint16_t)c;
	return true;
}

int
getc_cl(struct clist *q)
{

	if (cl_count(q) == 0)
		return -1;
	return q->c_buf[q->c_head++ & (q->c_size - 1)];
}

int
unputc_cl(struct clist *q)
{

	if (cl_count(q) == 0)
		return -1;
	return q->c_buf[--q->c_tail & (q->c_size - 1)];
}

size_t
q_to_b(struct clist *q, uint8_t *buf, size_t n)
{
	size_t i;

	for (i = 0; i < n && cl_count(q) != 0; i++)
		buf[i] = (uint8_t)q->c_buf[q->c_head++ & (q->c_size - 1)];
	return i;
}

/* Move all of from behind to. */
void
catq(struct clist *from, struct clist *to)
{
	int c;

	while (cl_room(to) != 0 && (c = getc_cl(from)) != -1)
		(void)putc_cl(c, to);
}

/*
 * One character of output, with what OPOST says.  The writer has seen to it
 * that there is room; an echo that finds none is lost.
 */
void
ttyoutput(int c, struct tty *tp)
{
	tcflag_t oflag = tp->t_oflag;

	if ((oflag & OPOST) == 0) {
		tp->t_outcc += putc_cl(c, &tp->t_outq);
		return;
	}
	c &= 0xff;
	if (c == '\t' && (oflag & OXTABS) != 0) {
		u_int n = 8 - (tp->t_column & 7);

		tp->t_column += n;
		while (n-- > 0)
			tp->t_outcc += putc_cl(' ', &tp->t_outq);
		return;
	}
	if (c == 004 && (oflag & ONOEOT) != 0)
		return;
	if (c == '\n' && (oflag & ONLCR) != 0)
		tp->t_outcc += putc_cl('\r', &tp->t_outq);
	else if (c == '\r' && (oflag & OCRNL) != 0)
		c = '\n';
	else if (c == '\r' && (oflag & ONOCR) != 0 && tp->t_column == 0)
		return;
	tp->t_outcc += putc_cl(c, &tp->t_outq);
	switch (c) {
	case '\b':
		if (tp->t_column > 0)
			tp->t_column--;
		break;
	case '\t':
		tp->t_column = (tp->t_column + 8) & ~7u;
		break;
	case '\n':
		if ((oflag & (ONLCR | ONLRET)) != 0)
			tp->t_column = 0;
		break;
	case '\r':
		tp->t_column = 0;
		break;
	default:
		if (c >= ' ' && c != 0177 && (c & 0xc0) != 0x80)
			tp->t_column++;
		break;
	}
}

/* The plain characters a buffer begins with; returns how many went. */
size_t
ttyoutspan(struct tty *tp, const uint8_t *p, size_t n)
{
	struct clist *q = &tp->t_outq;
	size_t i;

	for (i = 0; i < n && p[i] >= ' ' && p[i] < 0177; i++)
		q->c_buf[q->c_tail++ & (q->c_size - 1)] = p[i];
	tp->t_column += (u_int)i;
	tp->t_outcc += i;
	return i;
}

/* Show a character that was typed. */
void
ttyecho(int c, struct tty *tp)
{

	if ((tp->t_state & TS_TTSTOP) == 0)
		tp->t_lflag &= ~FLUSHO;
	if (((tp->t_lflag & ECHO) == 0 &&
	    !(c == '\n' && (tp->t_lflag & ECHONL) != 0)) ||
	    (tp->t_lflag & EXTPROC) != 0)
		return;
	if ((tp->t_lflag & ECHOCTL) != 0 &&
	    (((c & 0xff) < ' ' && c != '\t' && c != '\n') ||
	    (c & 0xff) == 0177)) {
		ttyoutput('^', tp);
		ttyoutput((c & 0xff) == 0177 ? '?' : (c & 0xff) + 'A' - 1, tp);
		return;
	}
	ttyoutput(c, tp);
}
