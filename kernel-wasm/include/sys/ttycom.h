/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ttycom.h - terminal ioctls and their structures.
 */

#ifndef _SYS_TTYCOM_H_
#define	_SYS_TTYCOM_H_

#include <sys/types.h>
#include <sys/ioccom.h>
#include <sys/ioctl.gen.h>

struct winsize {
	unsigned short	ws_row;
	unsigned short	ws_col;
	unsigned short	ws_xpixel;
	unsigned short	ws_ypixel;
};

struct ptmget {
	int	cfd;
	int	sfd;
	char	cn[1024];
	char	sn[1024];
};

#define	TIOCEXCL	_IO('t', 13)
#define	TIOCNXCL	_IO('t', 14)
#define	TIOCFLUSH	_IOW('t', 16, int)
#define	TIOCGETD	_IOR('t', 26, int)
#define	TIOCSETD	_IOW('t', 27, int)
#define	TIOCSBRK	_IO('t', 123)
#define	TIOCCBRK	_IO('t', 122)
#define	TIOCSDTR	_IO('t', 121)
#define	TIOCCDTR	_IO('t', 120)
#define	TIOCSTOP	_IO('t', 111)
#define	TIOCSTART	_IO('t', 110)
#define	TIOCPKT		_IOW('t', 112, int)
#define	TIOCDRAIN	_IO('t', 94)
#define	TIOCSIG		_IOW('t', 95, int)
#define	TIOCSTAT	_IO('t', 101)
#define	TIOCCONS	_IOW('t', 98, int)
#define	TIOCREMOTE	_IOW('t', 105, int)
#define	TIOCGQSIZE	_IOR('t', 129, int)

#define	TTYDISC		0

#define	TIOCPKT_DATA		0x00
#define	TIOCPKT_FLUSHREAD	0x01
#define	TIOCPKT_FLUSHWRITE	0x02
#define	TIOCPKT_STOP		0x04
#define	TIOCPKT_START		0x08
#define	TIOCPKT_NOSTOP		0x10
#define	TIOCPKT_DOSTOP		0x20
#define	TIOCPKT_IOCTL		0x40

#endif /* _SYS_TTYCOM_H_ */
