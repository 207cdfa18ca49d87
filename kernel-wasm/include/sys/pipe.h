/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.h - pipes.
 */

#ifndef _SYS_PIPE_H_
#define	_SYS_PIPE_H_

#include <sys/types.h>
#include <sys/condvar.h>
#include <sys/selinfo.h>
#include <sys/time.h>

#define	PIPE_BUF	512
#define	PIPE_SIZE	16384
#define	BIG_PIPE_SIZE	65536

void	pipe_init(void);

#endif /* _SYS_PIPE_H_ */
