/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rump/rumpvnode_if.h - RUMP_VOP_*(): vnode operations as functions.
 */

#ifndef _RUMP_RUMPVNODE_IF_H_
#define _RUMP_RUMPVNODE_IF_H_

#ifdef __cplusplus
extern "C" {
#endif

#include <rump/rumpvnode_if.gen.h>

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPVNODE_IF_H_ */
