/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpuser_component.h - for the host side of component drivers.
 */

#ifndef _RUMP_RUMPUSER_COMPONENT_H_
#define _RUMP_RUMPUSER_COMPONENT_H_

struct lwp;

void	*rumpuser_component_unschedule(void);
void	rumpuser_component_schedule(void *);
int	rumpuser_component_errtrans(int);
void	rumpuser_component_kthread(void);
void	rumpuser_component_kthread_release(void);
struct lwp *rumpuser_component_curlwp(void);
void	rumpuser_component_switchlwp(struct lwp *);

#endif /* _RUMP_RUMPUSER_COMPONENT_H_ */
