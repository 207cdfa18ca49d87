/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_tty.c - the line discipline, seen from both sides of a pseudo terminal.
 */

#include "h_test.h"

#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/poll.h>
#include <sys/signalvar.h>
#include <sys/termios.h>
#include <sys/tty.h>
#include <sys/vnode.h>
#include <sys/uio.h>

#define	SLAVE(n)	makedev(5, (n))
#define	MASTER(n)	makedev(6, (n))

static void
setup(int n)
{

	CHECK_EQ(cdev_open(MASTER(n), FREAD | FWRITE, 0, curlwp), 0);
	CHECK_EQ(cdev_open(SLAVE(n), FREAD | FWRITE, 0, curlwp), 0);
}

static void
finish(int n)
{

	CHECK_EQ(cdev_close(SLAVE(n), FREAD | FWRITE, 0, curlwp), 0);
	CHECK_EQ(cdev_close(MASTER(n), FREAD | FWRITE, 0, curlwp), 0);
}

static void
mkuio(struct uio *u, struct iovec *iov, void *buf, size_t n, enum uio_rw rw)
{

	*iov = (struct iovec){ buf, n };
	*u = (struct uio){ .uio_iov = iov, .uio_iovcnt = 1, .uio_resid = n,
	    .uio_rw = rw };
	uio_setup_sysspace(u);
}

/* What a read gives, as a string; "!n" for errno n. */
static const char *
get(dev_t dev, size_t n)
{
	static char buf[4096];
	struct iovec iov;
	struct uio u;
	int error;

	memset(buf, 0, sizeof(buf));
	mkuio(&u, &iov, buf, n, UIO_READ);
	error = cdev_read(dev, &u, IO_NDELAY);
	if (error != 0)
		snprintf(buf, sizeof(buf), "!%d", error);
	return buf;
}

static int
put(dev_t dev, const char *s)
{
	struct iovec iov;
	struct uio u;

	mkuio(&u, &iov, __UNCONST(s), strlen(s), UIO_WRITE);
	return cdev_write(dev, &u, IO_NDELAY);
}

static int
tioctl(dev_t dev, u_long cmd, void *data)
{

	return cdev_ioctl(dev, cmd, data, FREAD | FWRITE, curlwp);
}

TEST_FLAGS(canonical, T_LEAKS)
{

	setup(0);
	CHECK_STR(get(SLAVE(0), 100), "!35");
	CHECK_EQ(put(MASTER(0), "hel"), 0);
	CHECK_STR(get(SLAVE(0), 100), "!35");
	CHECK_EQ(put(MASTER(0), "lo\rnext\r"), 0);
	CHECK_STR(get(SLAVE(0), 100), "hello\n");
	CHECK_STR(get(SLAVE(0), 2), "ne");
	CHECK_STR(get(SLAVE(0), 100), "xt\n");
	CHECK_STR(get(MASTER(0), 100), "hello\r\nnext\r\n");
	CHECK_EQ(put(MASTER(0), "ab\004"), 0);		/* ^D */
	CHECK_STR(get(SLAVE(0), 100), "ab");
	CHECK_STR(get(MASTER(0), 100), "ab^D\b\b");
	CHECK_EQ(put(MASTER(0), "\004"), 0);
	CHECK_STR(get(SLAVE(0), 100), "");		/* end of file */
	CHECK_STR(get(SLAVE(0), 100), "!35");
	finish(0);
}

TEST_FLAGS(editing, T_LEAKS)
{

	setup(0);
	CHECK_EQ(put(MASTER(0), "abc\177x\r"), 0);
	CHECK_STR(get(SLAVE(0), 100), "abx\n");
	CHECK_STR(get(MASTER(0), 100), "abc\b \bx\r\n");
	CHECK_EQ(put(MASTER(0), "one two  \027x\r"), 0);	/* ^W */
	CHECK_STR(get(SLAVE(0), 100), "one x\n");
	(void)get(MASTER(0), 1000);
	CHECK_EQ(put(MASTER(0), "rubbish\025ok\r"), 0);		/* ^U */
	CHECK_STR(get(SLAVE(0), 100), "ok\n");
	(void)get(MASTER(0), 1000);
	CHECK_EQ(put(MASTER(0), "a\026\003b\r"), 0);		/* ^V^C */
	CHECK_STR(get(SLAVE(0), 100), "a\003b\n");
	CHECK_STR(get(MASTER(0), 100), "a^\b^Cb\r\n");
	CHECK_EQ(put(MASTER(0), "\303\244\177\r"), 0);		/* UTF-8 */
	CHECK_STR(get(SLAVE(0), 100), "\n");
	finish(0);
}

TEST_FLAGS(output, T_LEAKS)
{

	setup(0);
	CHECK_EQ(put(SLAVE(0), "a\tb\nc"), 0);
	CHECK_STR(get(MASTER(0), 100), "a       b\r\nc");
	CHECK_EQ(put(MASTER(0), "\023"), 0);			/* ^S */
	CHECK_EQ(put(SLAVE(0), "held"), 0);
	CHECK_STR(get(MASTER(0), 100), "!35");
	CHECK_EQ(put(MASTER(0), "\021"), 0);			/* ^Q */
	CHECK_STR(get(MASTER(0), 100), "held");
	finish(0);
}

TEST_FLAGS(raw, T_LEAKS)
{
	struct termios t;

	setup(0);
	CHECK_EQ(tioctl(SLAVE(0), TIOCGETA, &t), 0);
	CHECK_EQ(t.c_lflag, 0x5cbU);
	CHECK_EQ(put(MASTER(0), "half"), 0);
	t.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
	t.c_iflag &= ~ICRNL;
	CHECK_EQ(tioctl(SLAVE(0), TIOCSETA, &t), 0);
	CHECK_STR(get(SLAVE(0), 100), "half");
	(void)get(MASTER(0), 1000);
	CHECK_EQ(put(MASTER(0), "\003\r\177"), 0);
	CHECK_STR(get(SLAVE(0), 100), "\003\r\177");
	CHECK_STR(get(MASTER(0), 100), "!35");
	CHECK_STR(get(SLAVE(0), 100), "!35");
	CHECK((cdev_poll(SLAVE(0), POLLIN, curlwp) & POLLIN) == 0);
	CHECK_EQ(put(MASTER(0), "x"), 0);
	CHECK((cdev_poll(SLAVE(0), POLLIN, curlwp) & POLLIN) != 0);
	CHECK_STR(get(SLAVE(0), 100), "x");
	finish(0);
}

TEST_FLAGS(session, T_LEAKS)
{
	struct winsize ws = { 24, 80, 0, 0 };
	struct sigacts *sa;
	int id;

	setup(1);
	rump_signal_setmodel(RUMP_SIGMODEL_RECORD);
	CHECK_EQ(proc_enterpgrp(curproc, curproc->p_pid, curproc->p_pid, true),
	    0);
	CHECK_EQ(tioctl(SLAVE(1), TIOCGPGRP, &id), ENOTTY);
	CHECK_EQ(cdev_open(makedev(1, 0), FREAD, 0, curlwp), ENXIO);
	CHECK_EQ(tioctl(SLAVE(1), TIOCSCTTY, NULL), 0);
	CHECK_EQ(tioctl(SLAVE(1), TIOCGPGRP, &id), 0);
	CHECK_EQ(id, curproc->p_pid);
	CHECK_EQ(tioctl(SLAVE(1), TIOCGSID, &id), 0);
	CHECK_EQ(id, curproc->p_pid);
	CHECK_EQ(cdev_open(makedev(1, 0), FREAD, 0, curlwp), 0);
	sa = curproc->p_sigacts;
	CHECK_EQ(put(MASTER(1), "typed\003"), 0);
	CHECK(sigismember(&sa->sa_pend, SIGINT));
	CHECK_STR(get(MASTER(1), 100), "^C");
	CHECK_EQ(put(MASTER(1), "\032\034"), 0);
	CHECK(sigismember(&sa->sa_pend, SIGTSTP));
	CHECK(sigismember(&sa->sa_pend, SIGQUIT));
	CHECK_EQ(tioctl(MASTER(1), TIOCSWINSZ, &ws), 0);
	CHECK(sigismember(&sa->sa_pend, SIGWINCH));
	memset(&ws, 0, sizeof(ws));
	CHECK_EQ(tioctl(SLAVE(1), TIOCGWINSZ, &ws), 0);
	CHECK_EQ(ws.ws_col, 80);
	(void)get(MASTER(1), 1000);
	CHECK_EQ(put(MASTER(1), "\024"), 0);			/* ^T */
	CHECK(strstr(get(MASTER(1), 1000), "load: ") != NULL);
	/* The line goes. */
	CHECK_EQ(cdev_close(MASTER(1), FREAD, 0, curlwp), 0);
	CHECK(sigismember(&sa->sa_pend, SIGHUP));
	CHECK_STR(get(SLAVE(1), 100), "");
	CHECK_EQ(put(SLAVE(1), "x"), EIO);
	CHECK_EQ(cdev_close(SLAVE(1), FREAD, 0, curlwp), 0);
	rump_signal_setmodel(RUMP_SIGMODEL_RAISE);
}

TEST_FLAGS(mem, T_LEAKS)
{
	char zero[16] = "not zero";
	struct iovec iov;
	struct uio u;

	mkuio(&u, &iov, zero, sizeof(zero), UIO_READ);
	CHECK_EQ(cdev_read(makedev(2, 12), &u, 0), 0);
	CHECK_EQ(u.uio_resid, 0);
	CHECK_EQ(zero[0], 0);
	CHECK_STR(get(makedev(2, 2), 5), "");
	CHECK_EQ(put(makedev(2, 2), "gone"), 0);
	CHECK_EQ(cdev_open(makedev(300, 0), FREAD, 0, curlwp), ENXIO);
}
