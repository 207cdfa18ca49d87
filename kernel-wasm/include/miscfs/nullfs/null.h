/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/nullfs/null.h - arguments of mount(2) for type "null".
 */

#ifndef _MISCFS_NULLFS_NULL_H_
#define _MISCFS_NULLFS_NULL_H_

#include <miscfs/genfs/layer.h>

struct null_args {
	struct layer_args la;
};
#define	nulla_target	la.target

#endif /* _MISCFS_NULLFS_NULL_H_ */
