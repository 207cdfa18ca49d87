/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/msgbuf.h - message buffer: the last kernel messages.
 */

#ifndef _SYS_MSGBUF_H_
#define _SYS_MSGBUF_H_

#include <sys/types.h>

#define	MSG_MAGIC	0x063061
#define	MSGBUFSIZE	16384

struct kern_msgbuf {
	long	msg_magic;
	long	msg_bufx;	/* next byte to write */
	long	msg_bufr;	/* next byte to read */
	long	msg_bufs;	/* size */
	char	msg_bufc[MSGBUFSIZE];
};

extern struct kern_msgbuf *msgbufp;
extern int msgbufmapped;

/* Copy the text, oldest byte first; returns the number of bytes (ours). */
size_t	msgbuf_copy(char *, size_t);

#endif /* _SYS_MSGBUF_H_ */
