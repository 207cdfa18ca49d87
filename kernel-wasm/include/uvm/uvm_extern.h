/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uvm/uvm_extern.h - memory counters; there is no UVM.
 */

#ifndef _UVM_UVM_EXTERN_H_
#define _UVM_UVM_EXTERN_H_

#include <sys/param.h>

typedef int64_t voff_t;
typedef int vm_prot_t;
struct vmspace { int vm_refcnt; };

#define	VM_PROT_NONE	0
#define	VM_PROT_READ	1
#define	VM_PROT_WRITE	2
#define	VM_PROT_EXECUTE	4

struct uvmexp {
	int	pagesize, pagemask, pageshift;
	int	npages, free, active, inactive, wired;
	int	freemin, freetarg;
};
extern struct uvmexp uvmexp;
void	uvmexp_update(void);

#endif /* _UVM_UVM_EXTERN_H_ */
