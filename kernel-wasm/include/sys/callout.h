/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/callout.h - callout(9).
 */

#ifndef _SYS_CALLOUT_H_
#define _SYS_CALLOUT_H_

#include <sys/types.h>

#define	CALLOUT_MPSAFE	0x0001

/* All fields belong to callout_lock. */
typedef struct callout {
	void	(*c_func)(void *);
	void	*c_arg;
	int64_t	c_due;		/* monotonic nanoseconds */
	int32_t	c_slot;		/* place in the heap, -1 if not pending */
	uint32_t c_flags;
} callout_t;

void	callout_startup(void);
void	callout_init(callout_t *, u_int);
void	callout_destroy(callout_t *);
void	callout_setfunc(callout_t *, void (*)(void *), void *);
void	callout_reset(callout_t *, int, void (*)(void *), void *);
void	callout_schedule(callout_t *, int);
/* Deadline in nanoseconds from now (ours; itimers, poll). */
void	callout_reset_ns(callout_t *, int64_t, void (*)(void *), void *);
bool	callout_stop(callout_t *);
bool	callout_halt(callout_t *, void *);
bool	callout_pending(callout_t *);
bool	callout_expired(callout_t *);
bool	callout_active(callout_t *);
bool	callout_invoking(callout_t *);
void	callout_ack(callout_t *);

#endif /* _SYS_CALLOUT_H_ */
