/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty.c - the line discipline of terminals, termios(4).
 *
 * Characters come from a driver through ttyinput().  In canonical mode they
 * gather in t_rawq until a line is whole and then move to t_canq, in raw mode
 * they go to t_canq at once; readers take from t_canq.  What is written or
 * echoed goes through ttyoutput() to t_outq, and t_oproc takes it from there.
 *
 * Interface
 *	t_oproc is called with t_lock held and may give it up meanwhile.
 *
 * Locking	t: t_lock, for everything of a terminal.
 *	Order: t_lock -> proc_lock -> p_lock; t_lock -> select_lock, kq_lock
 *
 * Sleeps	reading, writing, draining: interruptibly.
 * Errors	EIO hung up or orphaned in the background; EINTR; EWOULDBLOCK.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/intr.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/termios.h>
#include <sys/time.h>
#include <sys/tty.h>
#include <sys/ttydefaults.h>
#include <sys/uio.h>

static const cc_t ttydefchars[NCCS] = {
	[VEOF] = CEOF, [VEOL] = CEOL, [VEOL2] = CEOL, [VERASE] = CERASE,
	[VWERASE] = CWERASE, [VKILL] = CKILL, [VREPRINT] = CREPRINT,
	[7] = _POSIX_VDISABLE, [VINTR] = CINTR, [VQUIT] = CQUIT,
	[VSUSP] = CSUSP, [VDSUSP] = CDSUSP, [VSTART] = CSTART, [VSTOP] = CSTOP,
	[VLNEXT] = CLNEXT, [VDISCARD] = CDISCARD, [VMIN] = CMIN,
	[VTIME] = CTIME, [VSTATUS] = CSTATUS, [19] = _POSIX_VDISABLE,
};

struct tty *
tty_alloc(void)
{
	struct tty *tp = kmem_zalloc(sizeof(*tp), KM_SLEEP);

	mutex_init(&tp->t_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&tp->t_rawcv, "ttyraw");
	cv_init(&tp->t_outcv, "ttyout");
	cv_init(&tp->t_drcv, "ttydrn");
	cv_init(&tp->t_incv, "ttyin");
	selinit(&tp->t_rsel);
	selinit(&tp->t_wsel);
	clalloc(&tp->t_rawq, TTYHOG);
	clalloc(&tp->t_canq, TTYHOG);
	clalloc(&tp->t_outq, TTYOBUF);
	return tp;
}

void
tty_free(struct tty *tp)
{

	seldestroy(&tp->t_rsel);
	seldestroy(&tp->t_wsel);
	clfree(&tp->t_rawq);
	clfree(&tp->t_canq);
	clfree(&tp->t_outq);
	cv_destroy(&tp->t_rawcv);
	cv_destroy(&tp->t_outcv);
	cv_destroy(&tp->t_drcv);
	cv_destroy(&tp->t_incv);
	mutex_destroy(&tp->t_lock);
	kmem_free(tp, sizeof(*tp));
}

void
ttychars(struct tty *tp)
{

	memcpy(tp->t_cc, ttydefchars, sizeof(tp->t_cc));
}

int
ttyopen(struct tty *tp, dev_t dev, int flag)
{

	mutex_enter(&tp->t_lock);
	if ((tp->t_state & TS_XCLUDE) != 0 && (tp->t_state & TS_ISOPEN) != 0 &&
	    kauth_cred_geteuid(curlwp->l_cred) != 0) {
		mutex_exit(&tp->t_lock);
		return EBUSY;
	}
	if ((tp->t_state & TS_ISOPEN) == 0) {
		tp->t_dev = dev;
		tp->t_iflag = TTYDEF_IFLAG;
		tp->t_oflag = TTYDEF_OFLAG;
		tp->t_lflag = TTYDEF_LFLAG;
		tp->t_cflag = TTYDEF_CFLAG;
		tp->t_ispeed = tp->t_ospeed = TTYDEF_SPEED;
		ttychars(tp);
		tp->t_state = TS_ISOPEN | TS_CARR_ON | (tp->t_state & TS_BUSY);
		tp->t_column = 0;
	}
	mutex_exit(&tp->t_lock);
	return 0;
}

/* The last close: no session keeps the terminal. */
int
ttyclose(struct tty *tp)
{
	struct session *s;

	mutex_enter(&tp->t_lock);
	(void)ttywait(tp);
	ttyflush(tp, FREAD | FWRITE);
	tp->t_state &= TS_BUSY;
	mutex_enter(proc_lock);
	s = tp->t_session;
	tp->t_pgrp = NULL;
	tp->t_session = NULL;
	if (s != NULL) {
		if (s->s_ttyp == tp)
			s->s_ttyp = NULL;
		proc_sessrele(s);	/* drops proc_lock */
	} else
		mutex_exit(proc_lock);
	mutex_exit(&tp->t_lock);
	return 0;
}

/* The line is gone: readers see the end, writers EIO. */
void
ttyhangup(struct tty *tp)
{
	struct session *s;

	mutex_enter(&tp->t_lock);
	tp->t_state |= TS_DEAD;
	tp->t_state &= ~(TS_CARR_ON | TS_TTSTOP);
	mutex_enter(proc_lock);
	if ((s = tp->t_session) != NULL && s->s_leader != NULL)
		psignal(s->s_leader, SIGHUP);
	if (tp->t_pgrp != NULL) {
		pgsignal(tp->t_pgrp, SIGHUP, 1);
		pgsignal(tp->t_pgrp, SIGCONT, 1);
	}
	mutex_exit(proc_lock);
	ttyflush(tp, FREAD | FWRITE);
	cv_broadcast(&tp->t_rawcv);
	selnotify(&tp->t_rsel, POLLHUP, NOTE_SUBMIT);
	selnotify(&tp->t_wsel, POLLHUP, NOTE_SUBMIT);
	mutex_exit(&tp->t_lock);
}

void
ttysig(struct tty *tp, int sig)
{

	KASSERT(mutex_owned(&tp->t_lock));
	mutex_enter(proc_lock);
	if (tp->t_pgrp != NULL)
		pgsignal(tp->t_pgrp, sig, 1);
	mutex_exit(proc_lock);
}

void
ttyflush(struct tty *tp, int rw)
{

	KASSERT(mutex_owned(&tp->t_lock));
	if ((rw & FREAD) != 0) {
		tp->t_rawq.c_head = tp->t_rawq.c_tail;
		tp->t_canq.c_head = tp->t_canq.c_tail;
		tp->t_rocount = tp->t_rocol = 0;
		tp->t_state &= ~TS_LNCH;
		cv_broadcast(&tp->t_incv);
	}
	if ((rw & FWRITE) != 0) {
		tp->t_state &= ~TS_TTSTOP;
		tp->t_outq.c_head = tp->t_outq.c_tail;
		ttyroom(tp);
	}
}

void
ttwakeup(struct tty *tp)
{

	selnotify(&tp->t_rsel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
	cv_broadcast(&tp->t_rawcv);
}

/* Wake those who wait for room in the output queue. */
void
ttyroom(struct tty *tp)
{

	if (cl_count(&tp->t_outq) <= TTYOHIGH / 2) {
		cv_broadcast(&tp->t_outcv);
		selnotify(&tp->t_wsel, POLLOUT | POLLWRNORM, NOTE_SUBMIT);
	}
	if (cl_count(&tp->t_outq) == 0)
		cv_broadcast(&tp->t_drcv);
}

void
ttstart(struct tty *tp)
{

	if (cl_count(&tp->t_outq) != 0 &&
	    (tp->t_state & (TS_TTSTOP | TS_BUSY)) == 0 && tp->t_oproc != NULL)
		(*tp->t_oproc)(tp);
}

/* Until the output is gone. */
int
ttywait(struct tty *tp)
{
	int error = 0;

	ttstart(tp);
	while (error == 0 && (tp->t_state & TS_CARR_ON) != 0 &&
	    (tp->t_state & TS_TTSTOP) == 0 &&
	    (cl_count(&tp->t_outq) != 0 || (tp->t_state & TS_BUSY) != 0))
		error = cv_timedwait_sig(&tp->t_drcv, &tp->t_lock, 5 * hz);
	return error == EWOULDBLOCK ? 0 : error;
}

/* Is the character the end of a line? */
bool
ttbreakc(const struct tty *tp, int c)
{

	return c == '\n' || CCEQ(tp->t_cc[VEOF], c) ||
	    CCEQ(tp->t_cc[VEOL], c) || CCEQ(tp->t_cc[VEOL2], c);
}

/* Wipe n columns. */
static void
ttyrubn(struct tty *tp, u_int n)
{

	while (n-- > 0) {
		ttyoutput('\b', tp);
		ttyoutput(' ', tp);
		ttyoutput('\b', tp);
	}
}

/* Columns the typed line takes up to its end, from t_rocol on. */
static u_int
ttyrawwidth(const struct tty *tp)
{
	u_int col = tp->t_rocol;

	for (u_int i = tp->t_rawq.c_head; i != tp->t_rawq.c_tail; i++) {
		int c = tp->t_rawq.c_buf[i & (tp->t_rawq.c_size - 1)] & 0xff;

		if (c == '\t')
			col = (col + 8) & ~7u;
		else if (c < ' ' || c == 0177)
			col += (tp->t_lflag & ECHOCTL) != 0 ? 2 : 0;
		else if ((c & 0xc0) != 0x80)
			col++;
	}
	return col;
}

static void
ttyrub(int c, struct tty *tp)
{

	if ((tp->t_lflag & ECHO) == 0 || (tp->t_lflag & EXTPROC) != 0)
		return;
	tp->t_lflag &= ~FLUSHO;
	if ((tp->t_lflag & ECHOE) == 0) {
		ttyecho(tp->t_cc[VERASE], tp);
		return;
	}
	if (tp->t_rocount == 0)
		return;
	tp->t_rocount--;
	if ((c & 0xff) == '\t') {
		u_int want = ttyrawwidth(tp);

		while (tp->t_column > want)
			ttyoutput('\b', tp);
	} else if ((c & 0xff) < ' ' || (c & 0xff) == 0177) {
		if ((tp->t_lflag & ECHOCTL) != 0)
			ttyrubn(tp, 2);
	} else if ((c & 0xc0) != 0x80)
		ttyrubn(tp, 1);
}

/* Take back the last character; a UTF-8 sequence goes as a whole. */
static void
tty_erase(struct tty *tp)
{
	int c;

	while ((c = unputc_cl(&tp->t_rawq)) != -1) {
		ttyrub(c, tp);
		if ((c & 0xc0) != 0x80)
			break;
	}
}

static void
tty_kill(int c, struct tty *tp)
{
	int k;

	if ((tp->t_lflag & ECHOKE) != 0 &&
	    cl_count(&tp->t_rawq) == tp->t_rocount) {
		while ((k = unputc_cl(&tp->t_rawq)) != -1)
			ttyrub(k, tp);
	} else {
		ttyecho(c, tp);
		if ((tp->t_lflag & (ECHOK | ECHOKE)) != 0)
			ttyecho('\n', tp);
		tp->t_rawq.c_head = tp->t_rawq.c_tail;
		tp->t_rocount = 0;
	}
}

/* The last word: blanks, then what is not blank (of one kind). */
static void
tty_werase(struct tty *tp)
{
	bool alt = (tp->t_lflag & ALTWERASE) != 0;
	int c, kind;

	while ((c = unputc_cl(&tp->t_rawq)) == ' ' || c == '\t')
		ttyrub(c, tp);
	if (c == -1)
		return;
	ttyrub(c, tp);
	kind = isalnum(c & 0xff) || c == '_';
	for (;;) {
		if ((c = unputc_cl(&tp->t_rawq)) == -1)
			return;
		if (c == ' ' || c == '\t' ||
		    (alt && (isalnum(c & 0xff) || c == '_') != kind))
			break;
		ttyrub(c, tp);
	}
	(void)putc_cl(c, &tp->t_rawq);
}

/* Show the line again. */
static void
tty_retype(struct tty *tp)
{

	if (tp->t_cc[VREPRINT] != _POSIX_VDISABLE)
		ttyecho(tp->t_cc[VREPRINT], tp);
	ttyoutput('\n', tp);
	tp->t_rocol = tp->t_column;
	for (u_int i = tp->t_rawq.c_head; i != tp->t_rawq.c_tail; i++)
		ttyecho(tp->t_rawq.c_buf[i & (tp->t_rawq.c_size - 1)], tp);
	tp->t_rocount = cl_count(&tp->t_rawq);
}

/* Characters that are signals.  True if c was one. */
static bool
input_isig(int c, struct tty *tp)
{
	const cc_t *cc = tp->t_cc;
	int sig;

	if (CCEQ(cc[VINTR], c))
		sig = SIGINT;
	else if (CCEQ(cc[VQUIT], c))
		sig = SIGQUIT;
	else if (CCEQ(cc[VSUSP], c))
		sig = SIGTSTP;
	else
		return false;
	if ((tp->t_lflag & NOFLSH) == 0)
		ttyflush(tp, sig == SIGTSTP ? FREAD : FREAD | FWRITE);
	ttyecho(c, tp);
	ttysig(tp, sig);
	return true;
}

/* ^S and ^Q.  True if c was one. */
static bool
input_flow(int c, struct tty *tp)
{
	const cc_t *cc = tp->t_cc;

	if (CCEQ(cc[VSTOP], c)) {
		if ((tp->t_state & TS_TTSTOP) == 0) {
			tp->t_state |= TS_TTSTOP;
			return true;
		}
		if (!CCEQ(cc[VSTART], c))
			return true;
	} else if (!CCEQ(cc[VSTART], c))
		return false;
	tp->t_state &= ~TS_TTSTOP;
	tp->t_lflag &= ~FLUSHO;
	return true;
}

/* Characters that edit the line.  True if c was one. */
static bool
input_edit(int c, struct tty *tp)
{
	const cc_t *cc = tp->t_cc;

	if (CCEQ(cc[VERASE], c)) {
		tty_erase(tp);
	} else if (CCEQ(cc[VKILL], c)) {
		tty_kill(c, tp);
	} else if ((tp->t_lflag & IEXTEN) == 0) {
		return false;
	} else if (CCEQ(cc[VWERASE], c)) {
		tty_werase(tp);
	} else if (CCEQ(cc[VREPRINT], c)) {
		tty_retype(tp);
	} else if (CCEQ(cc[VSTATUS], c)) {
		if ((tp->t_lflag & ISIG) != 0)
			ttysig(tp, SIGINFO);
		if ((tp->t_lflag & NOKERNINFO) == 0)
			ttyinfo(tp);
	} else
		return false;
	return true;
}

static void
input_canon(int c, struct tty *tp)
{

	if (cl_count(&tp->t_rawq) + cl_count(&tp->t_canq) + 1 >= TTYHOG &&
	    !ttbreakc(tp, c)) {
		if ((tp->t_iflag & IMAXBEL) != 0)
			ttyoutput('\a', tp);
		return;
	}
	if (!putc_cl(c, &tp->t_rawq))
		return;
	if (ttbreakc(tp, c)) {
		tp->t_rocount = 0;
		catq(&tp->t_rawq, &tp->t_canq);
		ttwakeup(tp);
	} else if (tp->t_rocount++ == 0)
		tp->t_rocol = tp->t_column;
	ttyecho(c, tp);
	if (CCEQ(tp->t_cc[VEOF], c) && (tp->t_lflag & ECHO) != 0 &&
	    (tp->t_lflag & ECHOCTL) != 0) {
		ttyoutput('\b', tp);
		ttyoutput('\b', tp);
	}
}

/* True if the character is used up, or changed in *cp. */
static bool
input_special(int *cp, struct tty *tp)
{
	const cc_t *cc = tp->t_cc;
	int c = *cp;

	if ((tp->t_state & TS_LNCH) != 0) {
		*cp |= TTYQUOTE;
		tp->t_state &= ~TS_LNCH;
		return false;
	}
	if ((tp->t_lflag & IEXTEN) != 0 && CCEQ(cc[VLNEXT], c)) {
		if ((tp->t_lflag & ECHO) != 0) {
			ttyoutput('^', tp);
			if ((tp->t_lflag & ECHOE) != 0)
				ttyoutput('\b', tp);
		}
		tp->t_state |= TS_LNCH;
		return true;
	}
	if ((tp->t_lflag & IEXTEN) != 0 && CCEQ(cc[VDISCARD], c)) {
		tp->t_lflag ^= FLUSHO;
		if ((tp->t_lflag & FLUSHO) != 0)
			ttyflush(tp, FWRITE);
		return true;
	}
	if ((tp->t_lflag & ISIG) != 0 && input_isig(c, tp))
		return true;
	if ((tp->t_iflag & IXON) != 0 && input_flow(c, tp))
		return true;
	if (c == '\r') {
		if ((tp->t_iflag & IGNCR) != 0)
			return true;
		if ((tp->t_iflag & ICRNL) != 0)
			*cp = '\n';
	} else if (c == '\n' && (tp->t_iflag & INLCR) != 0)
		*cp = '\r';
	return false;
}

void
ttyinput_locked(int c, struct tty *tp)
{
	bool wasstopped = (tp->t_state & TS_TTSTOP) != 0;

	KASSERT(mutex_owned(&tp->t_lock));
	if ((tp->t_cflag & CREAD) == 0 || (tp->t_state & TS_ISOPEN) == 0)
		return;
	tp->t_rawcc++;
	if ((tp->t_iflag & ISTRIP) != 0)
		c &= 0x7f;
	if ((tp->t_lflag & EXTPROC) == 0 && input_special(&c, tp))
		return;
	if (ISCANON(tp)) {
		if ((tp->t_lflag & EXTPROC) != 0 || !input_edit(c, tp))
			input_canon(c, tp);
	} else if (putc_cl(c, &tp->t_canq)) {
		ttyecho(c, tp);
		if (cl_count(&tp->t_canq) >= tp->t_cc[VMIN] ||
		    tp->t_cc[VTIME] != 0)
			ttwakeup(tp);
	} else if ((tp->t_iflag & IMAXBEL) != 0)
		ttyoutput('\a', tp);
	if (wasstopped && (tp->t_iflag & IXANY) != 0)
		tp->t_state &= ~TS_TTSTOP;
}

/* What a driver received.  In raw mode it waits for a slow reader. */
void
ttyinput(const uint8_t *p, size_t n, struct tty *tp)
{

	mutex_enter(&tp->t_lock);
	while (n-- > 0) {
		while (!ISCANON(tp) && cl_room(&tp->t_canq) == 0 &&
		    (tp->t_state & (TS_DEAD | TS_ISOPEN)) == TS_ISOPEN &&
		    ((tp->t_lflag & ISIG) == 0 || *p >= ' ')) {
			ttstart(tp);
			cv_wait(&tp->t_incv, &tp->t_lock);
		}
		ttyinput_locked(*p++, tp);
	}
	ttstart(tp);
	mutex_exit(&tp->t_lock);
}
