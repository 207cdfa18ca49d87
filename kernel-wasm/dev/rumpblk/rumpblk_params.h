/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpblk_params.h - what the host sets for all of its disks.
 */

#ifndef _DEV_RUMPBLK_RUMPBLK_PARAMS_H_
#define	_DEV_RUMPBLK_RUMPBLK_PARAMS_H_

#include <sys/types.h>

/* A sector has 1 << this bytes. */
extern unsigned int rumpblk_sectshift;

/* Reads the parameters; before the first request. */
void	rumpblk_params(void);
/* Should this request fail? */
bool	rumpblk_inject(void);

#endif /* !_DEV_RUMPBLK_RUMPBLK_PARAMS_H_ */
