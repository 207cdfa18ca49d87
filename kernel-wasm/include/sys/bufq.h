/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/bufq.h - queue of requests in front of a driver, bufq(9).
 */

#ifndef _SYS_BUFQ_H_
#define	_SYS_BUFQ_H_

#include <sys/cdefs.h>

struct buf;
struct bufq_state;

#define	BUFQ_SORT_RAWBLOCK	0x0001
#define	BUFQ_SORT_CYLINDER	0x0002
#define	BUFQ_SORT_MASK		0x000f
#define	BUFQ_EXACT		0x0010
#define	BUFQ_STRAT_ANY		""

__BEGIN_DECLS
int	bufq_alloc(struct bufq_state **, const char *, int);
void	bufq_free(struct bufq_state *);
void	bufq_put(struct bufq_state *, struct buf *);
struct buf *bufq_get(struct bufq_state *);
struct buf *bufq_peek(struct bufq_state *);
struct buf *bufq_cancel(struct bufq_state *, struct buf *);
void	bufq_drain(struct bufq_state *);
const char *bufq_getstrategyname(struct bufq_state *);
__END_DECLS

#endif /* !_SYS_BUFQ_H_ */
