/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/once.h - RUN_ONCE(9).
 */

#ifndef _SYS_ONCE_H_
#define _SYS_ONCE_H_

#include <sys/types.h>

typedef struct {
	unsigned int	o_status;	/* 0 new, 1 running, 2 done */
	int		o_error;
} once_t;

#define	ONCE_DECL(o)	once_t (o) = { 0, 0 }

int	_init_once(once_t *, int (*)(void));
#define	RUN_ONCE(o, fn)							\
	(__predict_true(__atomic_load_n(&(o)->o_status, __ATOMIC_ACQUIRE) == 2) ? \
	    (o)->o_error : _init_once((o), (fn)))

#endif /* _SYS_ONCE_H_ */
