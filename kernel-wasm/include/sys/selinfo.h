/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selinfo.h - who waits for an object in poll(2) or kqueue(2).
 */

#ifndef _SYS_SELINFO_H_
#define	_SYS_SELINFO_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/event.h>

struct selwait;

/*
 * Embedded in the object.  Zero-filled memory is a valid empty one; objects
 * that go away call seldestroy().  sel_klist is guarded by the object's lock,
 * the list of waiters by select_lock.
 */
struct selinfo {
	struct klist	sel_klist;
	LIST_HEAD(, selwait) sel_waiters;
};

#endif /* _SYS_SELINFO_H_ */
