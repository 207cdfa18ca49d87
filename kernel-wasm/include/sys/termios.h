/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * termios.h - terminal modes, termios(4).
 */

#ifndef _SYS_TERMIOS_H_
#define	_SYS_TERMIOS_H_

#include <sys/types.h>

#define	VEOF		0
#define	VEOL		1
#define	VEOL2		2
#define	VERASE		3
#define	VWERASE		4
#define	VKILL		5
#define	VREPRINT	6
#define	VINTR		8
#define	VQUIT		9
#define	VSUSP		10
#define	VDSUSP		11
#define	VSTART		12
#define	VSTOP		13
#define	VLNEXT		14
#define	VDISCARD	15
#define	VMIN		16
#define	VTIME		17
#define	VSTATUS		18
#define	NCCS		20
#define	_POSIX_VDISABLE	((unsigned char)0xff)

#define	IGNBRK		0x00000001u
#define	BRKINT		0x00000002u
#define	IGNPAR		0x00000004u
#define	PARMRK		0x00000008u
#define	INPCK		0x00000010u
#define	ISTRIP		0x00000020u
#define	INLCR		0x00000040u
#define	IGNCR		0x00000080u
#define	ICRNL		0x00000100u
#define	IXON		0x00000200u
#define	IXOFF		0x00000400u
#define	IXANY		0x00000800u
#define	IMAXBEL		0x00002000u

#define	OPOST		0x00000001u
#define	ONLCR		0x00000002u
#define	OXTABS		0x00000004u
#define	ONOEOT		0x00000008u
#define	OCRNL		0x00000010u
#define	ONOCR		0x00000020u
#define	ONLRET		0x00000040u

#define	CSIZE		0x00000300u
#define	CS8		0x00000300u
#define	CSTOPB		0x00000400u
#define	CREAD		0x00000800u
#define	PARENB		0x00001000u
#define	PARODD		0x00002000u
#define	HUPCL		0x00004000u
#define	CLOCAL		0x00008000u

#define	ECHOKE		0x00000001u
#define	ECHOE		0x00000002u
#define	ECHOK		0x00000004u
#define	ECHO		0x00000008u
#define	ECHONL		0x00000010u
#define	ECHOPRT		0x00000020u
#define	ECHOCTL		0x00000040u
#define	ISIG		0x00000080u
#define	ICANON		0x00000100u
#define	ALTWERASE	0x00000200u
#define	IEXTEN		0x00000400u
#define	EXTPROC		0x00000800u
#define	TOSTOP		0x00400000u
#define	FLUSHO		0x00800000u
#define	NOKERNINFO	0x02000000u
#define	PENDIN		0x20000000u
#define	NOFLSH		0x80000000u

typedef unsigned int	tcflag_t;
typedef unsigned char	cc_t;
typedef int		speed_t;	/* 4 bytes in the structure */

struct termios {
	tcflag_t	c_iflag;
	tcflag_t	c_oflag;
	tcflag_t	c_cflag;
	tcflag_t	c_lflag;
	cc_t		c_cc[NCCS];
	int		c_ispeed;
	int		c_ospeed;
};

#endif /* _SYS_TERMIOS_H_ */
