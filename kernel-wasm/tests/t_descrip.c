/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * t_descrip.c - descriptors, pipes, poll, kqueue, signals, time, sysctl.
 */

#include "h_test.h"

#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ktrace.h>
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/syscall.gen.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

/* One system call from inside: the result or -errno. */
static long
sc(int num, const void *args)
{
	register_t rv[2];
	int error = rump_syscall_inkernel(curlwp, num, args, rv);

	return error != 0 ? -error : rv[0];
}

#define	SC(name, ...)							\
	({ struct sys_##name##_args a__ = { __VA_ARGS__ };		\
	   sc(SYS_##name, &a__); })

static long
t_read(int fd, void *b, size_t n)
{

	return SC(read, .fd = { .datum = fd }, .buf = { .datum = b },
	    .nbyte = { .datum = n });
}

static long
t_write(int fd, const void *b, size_t n)
{

	return SC(write, .fd = { .datum = fd }, .buf = { .datum = b },
	    .nbyte = { .datum = n });
}

static long
t_close(int fd)
{

	return SC(close, .fd = { .datum = fd });
}

static long
t_fcntl(int fd, int cmd, long arg)
{

	return SC(fcntl, .fd = { .datum = fd }, .cmd = { .datum = cmd },
	    .arg = { .datum = (void *)arg });
}

static void
t_pipe(int fds[2], int flags)
{

	CHECK_EQ(SC(pipe2, .fildes = { .datum = fds },
	    .flags = { .datum = flags }), 0);
}

/* What the first use of a pool leaves behind. */
TEST_FLAGS(warm_up, T_LEAKS)
{
	struct kevent kev = { .filter = EVFILT_READ, .flags = EV_ADD };
	int kq, p[2];

	t_pipe(p, 0);
	kq = (int)sc(SYS_kqueue, NULL);
	kev.ident = (uintptr_t)p[0];
	CHECK_EQ(SC(__kevent50, .fd = { .datum = kq },
	    .changelist = { .datum = &kev }, .nchanges = { .datum = 1 }), 0);
	kev = (struct kevent){ .ident = 1, .filter = EVFILT_TIMER,
	    .flags = EV_ADD, .data = 1 };
	CHECK_EQ(SC(__kevent50, .fd = { .datum = kq },
	    .changelist = { .datum = &kev }, .nchanges = { .datum = 1 },
	    .eventlist = { .datum = &kev }, .nevents = { .datum = 1 }), 1);
}

TEST(dup)
{
	int p[2];

	CHECK_EQ(t_fcntl(0, F_CLOSEM, 0), 0);	/* of pid 1 */
	t_pipe(p, 0);
	CHECK_EQ(p[0], 0);
	CHECK_EQ(p[1], 1);
	CHECK_EQ(SC(dup, .fd = { .datum = 0 }), 2);
	CHECK_EQ(SC(dup2, .from = { .datum = 0 }, .to = { .datum = 40 }), 40);
	CHECK_EQ(SC(dup2, .from = { .datum = 0 }, .to = { .datum = 0 }), 0);
	CHECK_EQ(SC(dup2, .from = { .datum = 0 }, .to = { .datum = -1 }),
	    -EBADF);
	CHECK_EQ(SC(dup2, .from = { .datum = 0 }, .to = { .datum = 100000 }),
	    -EBADF);
	CHECK_EQ(SC(dup2, .from = { .datum = 99 }, .to = { .datum = 5 }),
	    -EBADF);
	CHECK_EQ(SC(dup3, .from = { .datum = 0 }, .to = { .datum = 21 },
	    .flags = { .datum = O_CLOEXEC }), 21);
	CHECK_EQ(t_fcntl(21, F_GETFD, 0), 1);
	CHECK_EQ(t_fcntl(0, F_DUPFD, 30), 30);
	CHECK_EQ(t_fcntl(0, F_DUPFD, -1), -EINVAL);
	CHECK_EQ(t_fcntl(0, F_DUPFD, 1000000), -EINVAL);
	CHECK_EQ(t_fcntl(0, F_MAXFD, 0), 40);
	CHECK_EQ(t_close(30), 0);
	CHECK_EQ(t_close(30), -EBADF);
	CHECK_EQ(t_close(-1), -EBADF);
	CHECK_EQ(t_fcntl(3, F_CLOSEM, 0), 0);
	CHECK_EQ(t_fcntl(0, F_MAXFD, 0), 2);
	CHECK_EQ(t_fcntl(0, 999, 0), -EINVAL);
}

TEST(limit)
{
	struct rlimit rl;
	int p[2], n;

	CHECK_EQ(SC(getrlimit, .which = { .datum = RLIMIT_NOFILE },
	    .rlp = { .datum = &rl }), 0);
	CHECK_EQ(rl.rlim_cur, 128);
	CHECK_EQ(t_fcntl(0, F_CLOSEM, 0), 0);
	t_pipe(p, 0);
	for (n = 2; SC(dup, .fd = { .datum = 0 }) >= 0; n++)
		continue;
	CHECK_EQ(n, 128);
	CHECK_EQ(SC(dup, .fd = { .datum = 0 }), -EMFILE);
	rl.rlim_cur = 200;
	CHECK_EQ(SC(setrlimit, .which = { .datum = RLIMIT_NOFILE },
	    .rlp = { .datum = &rl }), 0);
	CHECK_EQ(SC(dup, .fd = { .datum = 0 }), 128);
}

TEST(pipe)
{
	static char big[200000];
	struct stat st;
	char b[32];
	int p[2];

	t_pipe(p, O_NONBLOCK);
	CHECK_EQ(t_read(p[0], b, 1), -EAGAIN);
	CHECK_EQ(t_write(p[0], b, 1), -EBADF);
	CHECK_EQ(t_read(p[1], b, 1), -EBADF);
	CHECK_EQ(t_write(p[1], "hello", 5), 5);
	CHECK_EQ(do_sys_fstat(p[0], &st), 0);
	CHECK_EQ(st.st_size, 5);
	CHECK_EQ(st.st_mode, S_IFIFO | 0600);
	CHECK_EQ(t_read(p[0], b, 3), 3);
	CHECK_EQ(t_read(p[0], b, 10), 2);
	CHECK_EQ(t_write(p[1], big, 4096), 4096);
	CHECK_EQ(t_write(p[1], big, sizeof(big)), 12288);
	CHECK_EQ(t_write(p[1], big, 4), -EAGAIN);
	CHECK_EQ(t_read(p[0], big, sizeof(big)), 16384);
	/* Empty: it grows. */
	CHECK_EQ(t_write(p[1], big, sizeof(big)), 65536);
	CHECK_EQ(t_read(p[0], big, sizeof(big)), 65536);
	CHECK_EQ(t_close(p[1]), 0);
	CHECK_EQ(t_read(p[0], b, 1), 0);
	CHECK_EQ(t_fcntl(p[0], F_GETFL, 0), 4);
	CHECK_EQ(t_close(p[0]), 0);
	t_pipe(p, O_NONBLOCK | O_CLOEXEC);
	CHECK_EQ(t_fcntl(p[0], F_GETFL, 0), 0x400004);
	CHECK_EQ(t_close(p[0]), 0);
	CHECK_EQ(t_write(p[1], b, 1), -EPIPE);
}

struct pingpong {
	int	in, out;
	struct proc *p;
};

static void
echo_thread(void *arg)
{
	struct pingpong *pp = arg;
	struct file *rf, *wf;
	char c;

	rf = fd_getfile2(pp->p, (unsigned)pp->in);
	wf = fd_getfile2(pp->p, (unsigned)pp->out);
	for (int i = 0; i < 1000; i++) {
		struct iovec iov = { &c, 1 };
		struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1,
		    .uio_resid = 1, .uio_rw = UIO_READ };

		uio_setup_sysspace(&uio);
		CHECK_EQ(rf->f_ops->fo_read(rf, &rf->f_offset, &uio, rf->f_cred,
		    0), 0);
		iov = (struct iovec){ &c, 1 };
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_resid = 1;
		uio.uio_rw = UIO_WRITE;
		CHECK_EQ(wf->f_ops->fo_write(wf, &wf->f_offset, &uio,
		    wf->f_cred, 0), 0);
	}
	closef(rf);
	closef(wf);
	h_thread_end();
}

TEST(pipe_threads)
{
	struct pingpong pp;
	struct lwp *l;
	int a[2], b[2];
	char c;

	t_pipe(a, 0);
	t_pipe(b, 0);
	pp = (struct pingpong){ a[0], b[1], curproc };
	l = h_thread(echo_thread, &pp);
	for (int i = 0; i < 1000; i++) {
		c = (char)i;
		CHECK_EQ(t_write(a[1], &c, 1), 1);
		c = 0;
		CHECK_EQ(t_read(b[0], &c, 1), 1);
		CHECK_EQ((unsigned char)c, i & 0xff);
	}
	h_join(l);
}

static long
t_poll(struct pollfd *pf, u_int n, int ms)
{

	return SC(poll, .fds = { .datum = pf }, .nfds = { .datum = n },
	    .timeout = { .datum = ms });
}

static void
late_write(void *arg)
{
	struct file *fp = arg;
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct uio uio = { .uio_iov = &iov, .uio_iovcnt = 1, .uio_resid = 1,
	    .uio_rw = UIO_WRITE };

	uio_setup_sysspace(&uio);
	kpause("late", false, 2, NULL);
	CHECK_EQ(fp->f_ops->fo_write(fp, &fp->f_offset, &uio, fp->f_cred, 0), 0);
	closef(fp);
	h_thread_end();
}

TEST(poll)
{
	struct pollfd pf[3];
	struct timeval tv = { 0, 1000 };
	struct lwp *l;
	fd_set in;
	int p[2];
	char c;

	t_pipe(p, 0);
	pf[0] = (struct pollfd){ p[0], POLLIN, 0 };
	pf[1] = (struct pollfd){ p[1], POLLOUT, 0 };
	pf[2] = (struct pollfd){ -1, POLLOUT, 7 };
	CHECK_EQ(t_poll(pf, 3, 0), 1);
	CHECK_EQ(pf[0].revents, 0);
	CHECK_EQ(pf[1].revents, POLLOUT);
	CHECK_EQ(pf[2].revents, 0);
	CHECK_EQ(t_poll(pf, 1, 5), 0);
	pf[2].fd = 77;
	CHECK_EQ(t_poll(pf, 3, -1), 2);
	CHECK_EQ(pf[2].revents, POLLNVAL);
	CHECK_EQ(t_poll(pf, 100000, 0), -EINVAL);
	l = h_thread(late_write, fd_getfile2(curproc, (unsigned)p[1]));
	CHECK_EQ(t_poll(pf, 1, -1), 1);
	CHECK_EQ(pf[0].revents, POLLIN);
	h_join(l);
	FD_ZERO(&in);
	FD_SET(p[0], &in);
	CHECK_EQ(SC(__select50, .nd = { .datum = 5 }, .in = { .datum = &in }),
	    1);
	CHECK(FD_ISSET(p[0], &in));
	CHECK_EQ(t_read(p[0], &c, 1), 1);
	CHECK_EQ(SC(__select50, .nd = { .datum = 5 }, .in = { .datum = &in },
	    .tv = { .datum = &tv }), 0);
	FD_SET(9, &in);
	CHECK_EQ(SC(__select50, .nd = { .datum = 10 }, .in = { .datum = &in },
	    .tv = { .datum = &tv }), -EBADF);
	CHECK_EQ(t_close(p[1]), 0);
	CHECK_EQ(t_poll(pf, 1, 0), 1);
	CHECK_EQ(pf[0].revents, POLLIN | POLLHUP);
}

static long
t_kevent(int kq, struct kevent *chg, size_t nchg, struct kevent *ev, size_t nev,
    int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	return SC(__kevent50, .fd = { .datum = kq },
	    .changelist = { .datum = chg }, .nchanges = { .datum = nchg },
	    .eventlist = { .datum = ev }, .nevents = { .datum = nev },
	    .timeout = { .datum = ms < 0 ? NULL : &ts });
}

TEST(kqueue)
{
	struct kevent kev, ev[4];
	int kq, p[2];
	char c;

	t_pipe(p, 0);
	kq = (int)sc(SYS_kqueue, NULL);
	CHECK(kq >= 0);
	kev = (struct kevent){ .ident = (uintptr_t)p[0], .filter = EVFILT_READ,
	    .flags = EV_ADD, .udata = 5 };
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), 0);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 0);
	CHECK_EQ(t_write(p[1], "abc", 3), 3);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, -1), 1);
	CHECK_EQ(ev[0].data, 3);
	CHECK_EQ(ev[0].udata, 5);
	CHECK_EQ(ev[0].flags, EV_ADD);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 1);	/* level */
	CHECK_EQ(t_read(p[0], &c, 1), 1);
	CHECK_EQ(t_read(p[0], &c, 1), 1);
	CHECK_EQ(t_read(p[0], &c, 1), 1);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 0);
	kev.flags = EV_ADD | EV_ONESHOT;
	kev.filter = EVFILT_WRITE;
	kev.ident = (uintptr_t)p[1];
	CHECK_EQ(t_kevent(kq, &kev, 1, ev, 4, 0), 1);
	CHECK_EQ(ev[0].filter, EVFILT_WRITE);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 0);
	kev.flags = EV_DELETE;
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), -ENOENT);
	CHECK_EQ(t_kevent(kq, &kev, 1, ev, 4, 0), 1);
	CHECK_EQ(ev[0].flags, EV_ERROR);
	CHECK_EQ(ev[0].data, ENOENT);
	kev.filter = 77;
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), -EINVAL);
	kev = (struct kevent){ .ident = 99, .filter = EVFILT_READ,
	    .flags = EV_ADD };
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), -EBADF);
}

/* Timers, sleeping, closing, signals. */
TEST(kqueue_events)
{
	struct kevent kev, ev[4];
	struct lwp *l;
	int kq, p[2];

	t_pipe(p, 0);
	kq = (int)sc(SYS_kqueue, NULL);
	kev = (struct kevent){ .ident = (uintptr_t)p[0], .filter = EVFILT_READ,
	    .flags = EV_ADD };
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), 0);
	kev = (struct kevent){ .ident = 1, .filter = EVFILT_TIMER,
	    .flags = EV_ADD | EV_ONESHOT, .data = 5 };
	CHECK_EQ(t_kevent(kq, &kev, 1, ev, 4, -1), 1);
	CHECK_EQ(ev[0].filter, EVFILT_TIMER);
	CHECK_EQ(ev[0].data, 1);
	/* Sleeping until something comes. */
	l = h_thread(late_write, fd_getfile2(curproc, (unsigned)p[1]));
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, -1), 1);
	CHECK_EQ(ev[0].filter, EVFILT_READ);
	h_join(l);
	/* The descriptor closes: the knote goes. */
	CHECK_EQ(t_close(p[0]), 0);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 0);
	/* Signals, and what is left goes with the kqueue. */
	kev = (struct kevent){ .ident = SIGUSR1, .filter = EVFILT_SIGNAL,
	    .flags = EV_ADD };
	CHECK_EQ(t_kevent(kq, &kev, 1, NULL, 0, 0), 0);
	rump_signal_setmodel(RUMP_SIGMODEL_RAISE);
	struct sigaction sa = { .sa_handler = SIG_IGN };

	CHECK_EQ(SC(__sigaction_sigtramp, .signum = { .datum = SIGUSR1 },
	    .nsa = { .datum = &sa }), 0);
	CHECK_EQ(SC(kill, .pid = { .datum = curproc->p_pid },
	    .signum = { .datum = SIGUSR1 }), 0);
	CHECK_EQ(t_kevent(kq, NULL, 0, ev, 4, 0), 1);
	CHECK_EQ(ev[0].filter, EVFILT_SIGNAL);
	CHECK_EQ(ev[0].data, 1);
}

/* Blocked signals wait; an ignored one is nothing. */
TEST(signal_record)
{
	sigset_t set, old;

	rump_signal_setmodel(RUMP_SIGMODEL_RECORD);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_EQ(SC(__sigprocmask14, .how = { .datum = SIG_BLOCK },
	    .set = { .datum = &set }, .oset = { .datum = &old }), 0);
	CHECK(!sigismember(&old, SIGUSR2));
	CHECK_EQ(SC(kill, .pid = { .datum = curproc->p_pid },
	    .signum = { .datum = SIGUSR2 }), 0);
	CHECK(sigismember(&curproc->p_sigacts->sa_pend, SIGUSR2));
	CHECK_EQ(SC(kill, .pid = { .datum = 12345 },
	    .signum = { .datum = SIGUSR2 }), -ESRCH);
	CHECK_EQ(SC(kill, .pid = { .datum = curproc->p_pid },
	    .signum = { .datum = 64 }), -EINVAL);
	rump_signal_setmodel(RUMP_SIGMODEL_RAISE);
}

static void
late_close(void *arg)
{
	struct proc *p = arg;

	kpause("late", false, 2, NULL);
	mutex_enter(p->p_lock);
	atomic_or_uint(&LIST_FIRST(&p->p_lwps)->l_flag, LW_PENDSIG);
	sigaddset(&p->p_sigacts->sa_pend, SIGINT);
	(void)sleepq_interrupt(LIST_FIRST(&p->p_lwps));
	mutex_exit(p->p_lock);
	h_thread_end();
}

TEST(signal_interrupts)
{
	struct timespec ts = { 10, 0 }, left = { 0, 0 };
	struct lwp *l;
	int p[2];
	char c;

	t_pipe(p, 0);
	l = h_thread(late_close, curproc);
	CHECK_EQ(t_read(p[0], &c, 1), -EINTR);
	h_join(l);
	l = h_thread(late_close, curproc);
	CHECK_EQ(SC(__nanosleep50, .rqtp = { .datum = &ts },
	    .rmtp = { .datum = &left }), -EINTR);
	CHECK(left.tv_sec == 9);
	h_join(l);
}

TEST(time)
{
	struct timespec a, b, ts = { 0, 2000000 };
	struct itimerval itv = { { 0, 0 }, { 100, 0 } }, o;
	struct itimerspec its = { { 0, 0 }, { 0, 1000000 } };
	timer_t id;

	CHECK_EQ(SC(__clock_gettime50, .clock_id = { .datum = CLOCK_MONOTONIC },
	    .tp = { .datum = &a }), 0);
	CHECK_EQ(SC(__nanosleep50, .rqtp = { .datum = &ts }), 0);
	CHECK_EQ(SC(__clock_gettime50, .clock_id = { .datum = CLOCK_MONOTONIC },
	    .tp = { .datum = &b }), 0);
	timespecsub(&b, &a, &b);
	CHECK(b.tv_sec > 0 || b.tv_nsec >= 2000000);
	CHECK_EQ(SC(__clock_gettime50, .clock_id = { .datum = 9 },
	    .tp = { .datum = &a }), -EINVAL);
	ts.tv_nsec = 1000000000L;
	CHECK_EQ(SC(__nanosleep50, .rqtp = { .datum = &ts }), -EINVAL);
	CHECK_EQ(SC(__setitimer50, .which = { .datum = ITIMER_REAL },
	    .itv = { .datum = &itv }), 0);
	CHECK_EQ(SC(__getitimer50, .which = { .datum = ITIMER_REAL },
	    .itv = { .datum = &o }), 0);
	CHECK(o.it_value.tv_sec == 99);
	rump_signal_setmodel(RUMP_SIGMODEL_RECORD);
	CHECK_EQ(SC(timer_create, .clock_id = { .datum = CLOCK_MONOTONIC },
	    .timerid = { .datum = &id }), 0);
	CHECK_EQ(SC(__timer_settime50, .timerid = { .datum = id },
	    .value = { .datum = &its }), 0);
	kpause("timer", false, 3, NULL);
	mutex_enter(curproc->p_lock);
	CHECK(sigismember(&curproc->p_sigacts->sa_pend, SIGALRM));
	mutex_exit(curproc->p_lock);
	CHECK_EQ(SC(timer_delete, .timerid = { .datum = id }), 0);
	CHECK_EQ(SC(timer_delete, .timerid = { .datum = id }), -EINVAL);
	rump_signal_setmodel(RUMP_SIGMODEL_RAISE);
}

static long
t_sysctl(const int *mib, u_int n, void *o, size_t *ol, const void *v,
    size_t vl)
{

	return SC(__sysctl, .name = { .datum = mib }, .namelen = { .datum = n },
	    .oldv = { .datum = o }, .oldlenp = { .datum = ol },
	    .newv = { .datum = v }, .newlen = { .datum = vl });
}

TEST(sysctl)
{
	int mib[6] = { CTL_KERN, KERN_OSTYPE }, i;
	static struct sysctlnode nodes[64];
	static char buf[680 * 20];
	size_t len;

	len = sizeof(buf);
	CHECK_EQ(t_sysctl(mib, 2, buf, &len, NULL, 0), 0);
	CHECK_STR(buf, "NetBSD");
	CHECK_EQ(len, 7);
	len = 3;
	CHECK_EQ(t_sysctl(mib, 2, buf, &len, NULL, 0), -ENOMEM);
	CHECK_EQ(len, 7);
	CHECK_EQ(t_sysctl(mib, 2, NULL, &len, NULL, 0), 0);
	CHECK_EQ(t_sysctl(mib, 2, NULL, NULL, "x", 1), -EPERM);
	mib[1] = KERN_HOSTNAME;
	CHECK_EQ(t_sysctl(mib, 2, NULL, NULL, "fox", 3), 0);
	len = sizeof(buf);
	CHECK_EQ(t_sysctl(mib, 2, buf, &len, NULL, 0), 0);
	CHECK_STR(buf, "fox");
	CHECK_EQ(hostnamelen, 3);
	mib[1] = KERN_ARGMAX;
	len = sizeof(i);
	CHECK_EQ(t_sysctl(mib, 2, &i, &len, NULL, 0), 0);
	CHECK_EQ(i, ARG_MAX);
	mib[1] = 999;
	CHECK_EQ(t_sysctl(mib, 2, NULL, &len, NULL, 0), -ENOENT);
	mib[1] = CTL_QUERY;
	len = sizeof(nodes);
	CHECK_EQ(t_sysctl(mib, 2, nodes, &len, NULL, 0), 0);
	CHECK(len / sizeof(nodes[0]) > 15);
	CHECK_STR(nodes[0].sysctl_name, "ostype");
	CHECK_EQ(sizeof(nodes[0]), 96);
	CHECK_EQ(t_sysctl(mib, 1, NULL, &len, NULL, 0), -EISDIR);
	mib[1] = KERN_PROC2;
	mib[2] = KERN_PROC_PID;
	mib[3] = curproc->p_pid;
	mib[4] = 680;
	mib[5] = 20;
	len = sizeof(buf);
	CHECK_EQ(t_sysctl(mib, 6, buf, &len, NULL, 0), 0);
	CHECK_EQ(len, 680);
	memcpy(&i, buf + 116, 4);
	CHECK_EQ(i, curproc->p_pid);
	CHECK_STR(buf + 368, curproc->p_comm);
	mib[1] = KERN_MSGBUF;
	len = sizeof(buf);
	i = (int)t_sysctl(mib, 2, buf, &len, NULL, 0);
	CHECK(i == 0 || i == -ENOMEM);
}

TEST_FLAGS(trace, T_LEAKS)
{
	struct rump_trace_ring *tr;

	CHECK_EQ(rump_trace_enable(1), 0);
	(void)sc(SYS_getppid, NULL);
	CHECK_EQ(rump_trace_enable(0), 0);
	tr = rump_trace_ring(cpu_number(), NULL);
	CHECK(tr != NULL && tr->tr_head >= 2);
	CHECK_EQ(tr->tr_rec[(tr->tr_head - 1) & tr->tr_mask].rt_kind,
	    RUMP_TRACE_SYSCALL_EXIT);
	CHECK_EQ(sizeof(tr->tr_rec[0]), 32);
	/* The first record of a lwp on a CPU says whose place it took. */
	CHECK_EQ(rump_trace_enable(1), 0);
	(void)kpause("switch", false, 1, NULL);
	CHECK_EQ(rump_trace_enable(0), 0);
	tr = rump_trace_ring(cpu_number(), NULL);
	CHECK_EQ(tr->tr_rec[(tr->tr_head - 1) & tr->tr_mask].rt_kind,
	    RUMP_TRACE_LWP_SWITCH);
	CHECK(rump_syscall_trace == NULL);
}

TEST(groups)
{
	pid_t pid = curproc->p_pid;

	CHECK_EQ(SC(setpgid, .pid = { .datum = 0 }, .pgid = { .datum = 0 }), 0);
	CHECK_EQ(sc(SYS_getpgrp, NULL), pid);
	CHECK_EQ(sc(SYS_setsid, NULL), -EPERM);
	CHECK_EQ(SC(getsid, .pid = { .datum = 54321 }), -ESRCH);
	CHECK_EQ(SC(setgroups, .gidsetsize = { .datum = 17 }), -EINVAL);
	CHECK_EQ(SC(setuid, .uid = { .datum = 1000 }), 0);
	CHECK_EQ(sc(SYS_geteuid, NULL), 1000);
	CHECK_EQ(SC(setuid, .uid = { .datum = 0 }), -EPERM);
	CHECK_EQ(SC(setgroups, .gidsetsize = { .datum = 0 }), -EPERM);
}
