/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/percpu.h - percpu(9): storage for each CPU.
 */

#ifndef _SYS_PERCPU_H_
#define _SYS_PERCPU_H_

#include <sys/types.h>

struct cpu_info;
typedef struct percpu percpu_t;
typedef void (*percpu_callback_t)(void *, void *, struct cpu_info *);

percpu_t *percpu_alloc(size_t);
void	percpu_free(percpu_t *, size_t);
void	*percpu_getref(percpu_t *);
void	percpu_putref(percpu_t *);
void	percpu_foreach(percpu_t *, percpu_callback_t, void *);

#endif /* _SYS_PERCPU_H_ */
