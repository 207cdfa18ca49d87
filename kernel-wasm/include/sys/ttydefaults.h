/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ttydefaults.h - the modes and characters a terminal starts with.
 */

#ifndef _SYS_TTYDEFAULTS_H_
#define	_SYS_TTYDEFAULTS_H_

#define	TTYDEF_IFLAG	(BRKINT | ICRNL | IMAXBEL | IXON | IXANY)
#define	TTYDEF_OFLAG	(OPOST | ONLCR | OXTABS)
#define	TTYDEF_LFLAG							\
	(ECHO | ICANON | ISIG | IEXTEN | ECHOE | ECHOKE | ECHOCTL)
#define	TTYDEF_CFLAG	(CREAD | CS8 | HUPCL)
#define	TTYDEF_SPEED	9600

#ifndef CTRL
#define	CTRL(x)		((x) & 037)
#endif
#define	CEOF		CTRL('d')
#define	CEOL		_POSIX_VDISABLE
#define	CERASE		0177
#define	CINTR		CTRL('c')
#define	CSTATUS		CTRL('t')
#define	CKILL		CTRL('u')
#define	CMIN		1
#define	CQUIT		034
#define	CSUSP		CTRL('z')
#define	CTIME		0
#define	CDSUSP		CTRL('y')
#define	CSTART		CTRL('q')
#define	CSTOP		CTRL('s')
#define	CLNEXT		CTRL('v')
#define	CDISCARD	CTRL('o')
#define	CWERASE		CTRL('w')
#define	CREPRINT	CTRL('r')

#endif /* _SYS_TTYDEFAULTS_H_ */
