/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty_io.c - reading, writing and polling terminals: the process's side of
 * the line discipline in tty.c.
 *
 * Locking	t: t_lock, not held while data is copied.
 * Sleeps	until input, or room for output; interruptibly.
 * Errors	EIO, EINTR, EWOULDBLOCK.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/termios.h>
#include <sys/tty.h>
#include <sys/uio.h>
#include <sys/vnode.h>

u_int
tt_readable(struct tty *tp)
{
	u_int n = cl_count(&tp->t_canq);

	if (ISCANON(tp) || n >= tp->t_cc[VMIN] || tp->t_cc[VTIME] != 0)
		return n;
	return 0;
}

/*
 * Raw reads: VMIN and VTIME.  Returns when enough is there, or the time is
 * over (*done).
 */
static int
read_wait_raw(struct tty *tp, size_t want, bool *done)
{
	u_int min = tp->t_cc[VMIN], time = tp->t_cc[VTIME], last;
	const int64_t ns = (int64_t)time * 100000000LL;
	int error;

	*done = true;
	if (min == 0) {
		if (time == 0 || cl_count(&tp->t_canq) != 0)
			return 0;
		error = cv_nanowait_sig(&tp->t_rawcv, &tp->t_lock, ns);
		return error == EWOULDBLOCK ? 0 : error;
	}
	if (cl_count(&tp->t_canq) >= MIN(min, want))
		return 0;
	if (time != 0 && (last = cl_count(&tp->t_canq)) != 0) {
		/* Between characters. */
		error = cv_nanowait_sig(&tp->t_rawcv, &tp->t_lock, ns);
		if (error == EWOULDBLOCK && cl_count(&tp->t_canq) == last)
			return 0;
		*done = false;
		return error == EWOULDBLOCK ? 0 : error;
	}
	*done = false;
	return cv_wait_sig(&tp->t_rawcv, &tp->t_lock);
}

/* Wait until a read can go on.  *done: it has to, even with nothing. */
static int
read_wait(struct tty *tp, size_t want, int flag)
{
	bool done;
	int error;

	for (;;) {
		if ((error = ttybackground(tp, curlwp, SIGTTIN)) != 0)
			return error;
		if ((tp->t_state & TS_DEAD) != 0)
			return 0;
		if (ISCANON(tp)) {
			if (cl_count(&tp->t_canq) != 0)
				return 0;
			if ((flag & IO_NDELAY) != 0)
				return EWOULDBLOCK;
			error = cv_wait_sig(&tp->t_rawcv, &tp->t_lock);
			if (error != 0)
				return error;
			continue;
		}
		if ((flag & IO_NDELAY) != 0)
			return cl_count(&tp->t_canq) != 0 ? 0 : EWOULDBLOCK;
		error = read_wait_raw(tp, want, &done);
		if (error != 0 || done)
			return error;
	}
}

int
ttread(struct tty *tp, struct uio *uio, int flag)
{
	uint8_t buf[128];
	bool eol = false;
	size_t n;
	int c, error;

	mutex_enter(&tp->t_lock);
	error = read_wait(tp, uio->uio_resid, flag);
	while (error == 0 && !eol && uio->uio_resid > 0) {
		for (n = 0; n < MIN(sizeof(buf), uio->uio_resid) && !eol;) {
			if ((c = getc_cl(&tp->t_canq)) == -1)
				break;
			if (ISCANON(tp)) {
				if ((eol = ttbreakc(tp, c)) &&
				    CCEQ(tp->t_cc[VEOF], c))
					break;
				if ((tp->t_lflag & (ISIG | IEXTEN)) ==
				    (ISIG | IEXTEN) &&
				    CCEQ(tp->t_cc[VDSUSP], c)) {
					ttysig(tp, SIGTSTP);
					error = EINTR;
					break;
				}
			}
			buf[n++] = (uint8_t)c;
		}
		if (n == 0)
			break;
		cv_broadcast(&tp->t_incv);
		mutex_exit(&tp->t_lock);
		if (error == 0)
			error = uiomove(buf, n, uio);
		mutex_enter(&tp->t_lock);
		if (error == 0 && n < sizeof(buf) && !ISCANON(tp))
			break;
	}
	cv_broadcast(&tp->t_incv);
	mutex_exit(&tp->t_lock);
	return error;
}

/* Put what there is room for; returns how much. */
static size_t
write_chunk(struct tty *tp, const uint8_t *p, size_t n)
{
	size_t i = 0;

	if ((tp->t_lflag & FLUSHO) != 0)
		return n;
	while (i < n && cl_count(&tp->t_outq) <= TTYOHIGH) {
		size_t k = MIN(n - i, TTYOBUF - TTYOHIGH - 8);

		k = (tp->t_oflag & OPOST) != 0 ?
		    ttyoutspan(tp, p + i, k) : 0;
		if (k == 0) {
			ttyoutput(p[i], tp);
			k = 1;
		}
		i += k;
	}
	return i;
}

static int
write_wait(struct tty *tp, int flag)
{
	int error;

	if ((tp->t_state & TS_CARR_ON) == 0)
		return EIO;
	if ((tp->t_lflag & TOSTOP) != 0 &&
	    (error = ttybackground(tp, curlwp, SIGTTOU)) != 0)
		return error;
	if (cl_count(&tp->t_outq) <= TTYOHIGH)
		return 0;
	ttstart(tp);
	if (cl_count(&tp->t_outq) <= TTYOHIGH)
		return 0;
	if ((flag & IO_NDELAY) != 0)
		return EWOULDBLOCK;
	return cv_wait_sig(&tp->t_outcv, &tp->t_lock);
}

int
ttwrite(struct tty *tp, struct uio *uio, int flag)
{
	uint8_t buf[512];
	size_t n, done;
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		n = MIN(sizeof(buf), uio->uio_resid);
		if ((error = uiomove(buf, n, uio)) != 0)
			break;
		mutex_enter(&tp->t_lock);
		for (done = 0; done < n && error == 0;) {
			error = write_wait(tp, flag);
			if (error == 0)
				done += write_chunk(tp, buf + done, n - done);
		}
		if (uio->uio_resid == 0 || error != 0)
			ttstart(tp);
		mutex_exit(&tp->t_lock);
		uio->uio_resid += n - done;	/* what did not go */
		uio->uio_offset -= (off_t)(n - done);
	}
	return error;
}

int
ttpoll(struct tty *tp, int events, struct lwp *l)
{
	int revents = 0;

	mutex_enter(&tp->t_lock);
	if ((events & (POLLIN | POLLRDNORM)) != 0 &&
	    (tt_readable(tp) != 0 || (tp->t_state & TS_DEAD) != 0))
		revents |= events & (POLLIN | POLLRDNORM);
	if ((events & (POLLOUT | POLLWRNORM)) != 0 &&
	    cl_count(&tp->t_outq) <= TTYOHIGH)
		revents |= events & (POLLOUT | POLLWRNORM);
	if ((tp->t_state & TS_DEAD) != 0)
		revents |= POLLHUP;
	if (revents == 0) {
		if ((events & (POLLIN | POLLRDNORM)) != 0 ||
		    (events & (POLLOUT | POLLWRNORM)) == 0)
			selrecord(l, &tp->t_rsel);
		if ((events & (POLLOUT | POLLWRNORM)) != 0)
			selrecord(l, &tp->t_wsel);
	}
	mutex_exit(&tp->t_lock);
	return revents;
}

static void
filt_ttydetach(struct knote *kn)
{
	struct tty *tp = kn->kn_hook;
	struct selinfo *sip = kn->kn_filter == EVFILT_READ ?
	    &tp->t_rsel : &tp->t_wsel;

	mutex_enter(&tp->t_lock);
	SLIST_REMOVE(&sip->sel_klist, kn, knote, kn_selnext);
	mutex_exit(&tp->t_lock);
}

static int
filt_tty(struct knote *kn, long hint)
{
	struct tty *tp = kn->kn_hook;
	int rv;

	if (hint == 0)
		mutex_enter(&tp->t_lock);
	if (kn->kn_filter == EVFILT_READ) {
		kn->kn_data = tt_readable(tp);
		rv = kn->kn_data != 0;
	} else {
		kn->kn_data = cl_room(&tp->t_outq);
		rv = cl_count(&tp->t_outq) <= TTYOHIGH;
	}
	if ((tp->t_state & TS_DEAD) != 0) {
		kn->kn_flags |= EV_EOF;
		rv = 1;
	}
	if (hint == 0)
		mutex_exit(&tp->t_lock);
	return rv;
}

static const struct filterops tty_filtops = {
	.f_isfd = 1, .f_detach = filt_ttydetach, .f_event = filt_tty,
};

int
ttykqfilter(struct tty *tp, struct knote *kn)
{
	struct selinfo *sip;

	if (kn->kn_filter != EVFILT_READ && kn->kn_filter != EVFILT_WRITE)
		return EINVAL;
	sip = kn->kn_filter == EVFILT_READ ? &tp->t_rsel : &tp->t_wsel;
	kn->kn_fop = &tty_filtops;
	kn->kn_hook = tp;
	mutex_enter(&tp->t_lock);
	SLIST_INSERT_HEAD(&sip->sel_klist, kn, kn_selnext);
	mutex_exit(&tp->t_lock);
	return 0;
}
