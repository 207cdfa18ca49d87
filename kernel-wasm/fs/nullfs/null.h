/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null.h - the null layer's own declarations.
 */

#ifndef _NULLFS_NULL_H_
#define _NULLFS_NULL_H_

#include <miscfs/nullfs/null.h>

extern int (**null_vnodeop_p)(void *);
extern const struct vnodeopv_desc null_vnodeop_opv_desc;

#endif /* _NULLFS_NULL_H_ */
