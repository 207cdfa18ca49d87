/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select.h - fd_set of select(2).
 */

#ifndef _SYS_SELECT_H_
#define	_SYS_SELECT_H_

#include <sys/types.h>
#include <sys/signal.h>

#ifndef FD_SETSIZE
#define	FD_SETSIZE	256
#endif
#define	NFDBITS		32

typedef struct fd_set {
	uint32_t	fds_bits[(FD_SETSIZE + NFDBITS - 1) / NFDBITS];
} fd_set;

#define	FD_SET(n, p)	((p)->fds_bits[(n) / NFDBITS] |= 1u << ((n) % NFDBITS))
#define	FD_CLR(n, p)	((p)->fds_bits[(n) / NFDBITS] &= ~(1u << ((n) % NFDBITS)))
#define	FD_ISSET(n, p)							\
	(((p)->fds_bits[(n) / NFDBITS] & (1u << ((n) % NFDBITS))) != 0)
#define	FD_ZERO(p)	do {						\
	for (unsigned __i = 0; __i < sizeof((p)->fds_bits) / 4; __i++)	\
		(p)->fds_bits[__i] = 0;					\
} while (/*CONSTCOND*/0)

#include <sys/selinfo.h>

struct lwp;
struct timespec;

void	selinit(struct selinfo *);
void	seldestroy(struct selinfo *);
void	selrecord(struct lwp *, struct selinfo *);
void	selnotify(struct selinfo *, int events, long knhint);
void	selwakeup(struct selinfo *);
int	pollcommon(register_t *, void *, u_int, struct timespec *, sigset_t *);
int	selcommon(register_t *, int, fd_set *, fd_set *, fd_set *,
	    struct timespec *, sigset_t *);
void	selsysinit(void);

#endif /* _SYS_SELECT_H_ */
