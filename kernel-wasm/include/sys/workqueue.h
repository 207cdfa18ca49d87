/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/workqueue.h - workqueue(9).
 */

#ifndef _SYS_WORKQUEUE_H_
#define _SYS_WORKQUEUE_H_

#include <sys/types.h>
#include <sys/queue.h>

struct cpu_info;
struct workqueue;

struct work {
	SIMPLEQ_ENTRY(work) wk_entry;
};

#define	WQ_MPSAFE	0x01
#define	WQ_PERCPU	0x02

int	workqueue_create(struct workqueue **, const char *,
	    void (*)(struct work *, void *), void *, pri_t, int, int);
void	workqueue_destroy(struct workqueue *);
void	workqueue_enqueue(struct workqueue *, struct work *, struct cpu_info *);
void	workqueue_wait(struct workqueue *, struct work *);

#endif /* _SYS_WORKQUEUE_H_ */
