/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tty.h - terminals.
 */

#ifndef _SYS_TTY_H_
#define	_SYS_TTY_H_

#include <sys/types.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/selinfo.h>
#include <sys/termios.h>
#include <sys/ttycom.h>

struct knote;
struct lwp;
struct pgrp;
struct proc;
struct session;
struct tty;
struct uio;

#define	TTYHOG		2048	/* input bytes kept, power of two */
#define	TTYOBUF		8192	/* output bytes kept, power of two */
#define	TTYOHIGH	6144	/* writers wait above this */
#define	TTYQUOTE	0x100	/* character came after ^V: no meaning */

/*
 * A ring of characters with their quote bit (in a 16-bit cell).
 * Guarded by the tty's lock.
 */
struct clist {
	uint16_t	*c_buf;
	u_int		c_size;		/* power of two */
	u_int		c_head;		/* free-running */
	u_int		c_tail;
};

/*
 * A terminal.  Everything is guarded by t_lock, except t_oproc and t_param
 * (stable) and t_session, t_pgrp (proc_lock, read also under t_lock).
 */
struct tty {
	kmutex_t	t_lock;
	struct clist	t_rawq;		/* line being typed */
	struct clist	t_canq;		/* whole lines, or raw bytes */
	struct clist	t_outq;
	kcondvar_t	t_rawcv;	/* input waits */
	kcondvar_t	t_outcv;	/* room in t_outq */
	kcondvar_t	t_drcv;		/* t_outq empty */
	kcondvar_t	t_incv;		/* room for the driver's input */
	dev_t		t_dev;
	u_int		t_state;	/* TS_* */
	u_int		t_column;	/* of the output */
	u_int		t_rocount;	/* characters echoed of this line */
	u_int		t_rocol;	/* column where they began */
	struct termios	t_termios;
	struct winsize	t_winsize;
	struct pgrp	*t_pgrp;	/* foreground */
	struct session	*t_session;	/* this is its terminal */
	struct selinfo	t_rsel;
	struct selinfo	t_wsel;
	void		(*t_oproc)(struct tty *);	/* start output; t_lock held */
	int		(*t_param)(struct tty *, struct termios *);
	void		*t_sc;		/* driver's */
	uint64_t	t_rawcc;	/* counters */
	uint64_t	t_cancc;
	uint64_t	t_outcc;
};
#define	t_iflag		t_termios.c_iflag
#define	t_oflag		t_termios.c_oflag
#define	t_cflag		t_termios.c_cflag
#define	t_lflag		t_termios.c_lflag
#define	t_cc		t_termios.c_cc
#define	t_ispeed	t_termios.c_ispeed
#define	t_ospeed	t_termios.c_ospeed

#define	TS_ISOPEN	0x0001u
#define	TS_CARR_ON	0x0002u
#define	TS_BUSY		0x0004u	/* driver is sending */
#define	TS_TTSTOP	0x0008u	/* output stopped by ^S */
#define	TS_ASYNC	0x0010u
#define	TS_XCLUDE	0x0020u
#define	TS_LNCH		0x0040u	/* next character is literal */
#define	TS_ERASE	0x0080u	/* inside an ECHOPRT erase */
#define	TS_TYPEN	0x0100u
#define	TS_DEAD		0x0200u	/* hung up: EIO */

struct tty *tty_alloc(void);
void	tty_free(struct tty *);
void	tty_init(void);

/* The line discipline, called by drivers without t_lock. */
int	ttyopen(struct tty *, dev_t, int flag);
int	ttyclose(struct tty *);
int	ttread(struct tty *, struct uio *, int);
int	ttwrite(struct tty *, struct uio *, int);
int	ttioctl(struct tty *, u_long, void *, int, struct lwp *);
int	ttpoll(struct tty *, int, struct lwp *);
int	ttykqfilter(struct tty *, struct knote *);
void	ttyinput(const uint8_t *, size_t, struct tty *);
void	ttyhangup(struct tty *);
void	ttsetwinsize(struct tty *, const struct winsize *);

/* With t_lock held. */
void	ttyinput_locked(int, struct tty *);
void	ttyflush(struct tty *, int);
int	ttywait(struct tty *);
void	ttwakeup(struct tty *);
void	ttyroom(struct tty *);		/* output was taken from t_outq */
void	ttstart(struct tty *);
void	ttyinfo(struct tty *);
void	ttysig(struct tty *, int);
void	ttyoutput(int, struct tty *);
size_t	ttyoutspan(struct tty *, const uint8_t *, size_t);
void	ttyecho(int, struct tty *);
void	ttychars(struct tty *);
u_int	tt_readable(struct tty *);
bool	ttbreakc(const struct tty *, int);	/* ends a line? */
#define	CCEQ(val, c)	((c) == (val) && (val) != _POSIX_VDISABLE)
#define	ISCANON(tp)	(((tp)->t_lflag & ICANON) != 0)
int	ttybackground(struct tty *, struct lwp *, int sig);

void	clalloc(struct clist *, u_int);
void	clfree(struct clist *);
bool	putc_cl(int, struct clist *);	/* false: full */
int	getc_cl(struct clist *);	/* -1: empty */
int	unputc_cl(struct clist *);
size_t	q_to_b(struct clist *, uint8_t *, size_t);
void	catq(struct clist *, struct clist *);
#define	cl_count(q)	((q)->c_tail - (q)->c_head)
#define	cl_room(q)	((q)->c_size - cl_count(q))

#endif /* _SYS_TTY_H_ */
