/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/param.h - parameters of the kernel; included first by every file.
 */

#ifndef _SYS_PARAM_H_
#define _SYS_PARAM_H_

#define	__NetBSD__		1
#define	__NetBSD_Version__	799003400
#define	__NetBSD_Prereq__(M, m, p) \
	(((M) * 100000000) + ((m) * 1000000) + ((p) * 100) <= __NetBSD_Version__)

#include <sys/types.h>
#include <sys/inttypes.h>
#include <sys/errno.h>
#include <sys/syslimits.h>
#include <sys/endian.h>
#include <sys/stdarg.h>

#define	MAXCOMLEN	16
#define	MAXHOSTNAMELEN	256
#define	MAXLOGNAME	16
#define	MAXPATHLEN	PATH_MAX
#define	MAXSYMLINKS	32
#define	NGROUPS		NGROUPS_MAX
#define	NCARGS		ARG_MAX
#define	NOFILE		OPEN_MAX
#define	NOGROUP		65535

#define	DEV_BSIZE	512
#define	DEV_BSHIFT	9
#define	BLKDEV_IOSIZE	2048
#define	MAXPHYS		65536
#define	MAXBSIZE	65536
#define	MAXFRAG		8
#define	btodb(b)	((daddr_t)((b) >> DEV_BSHIFT))
#define	dbtob(d)	((off_t)(d) << DEV_BSHIFT)
#define	PAGE_SHIFT	12
#define	PAGE_SIZE	(1 << PAGE_SHIFT)
#define	PAGE_MASK	(PAGE_SIZE - 1)
#define	NBPG		PAGE_SIZE
#define	trunc_page(x)	((x) & ~(vaddr_t)PAGE_MASK)
#define	round_page(x)	(((x) + PAGE_MASK) & ~(vaddr_t)PAGE_MASK)
#define	ptoa(x)		((paddr_t)(x) << PAGE_SHIFT)
#define	atop(x)		((paddr_t)(x) >> PAGE_SHIFT)
#define	COHERENCY_UNIT	64
#define	CACHE_LINE_SIZE	64
#define	MAXCPUS		32
#define	ALIGNBYTES	(sizeof(int64_t) - 1)
#define	ALIGN(p)	(((uintptr_t)(p) + ALIGNBYTES) & ~ALIGNBYTES)
#define	ALIGNED_POINTER(p, t)	((((uintptr_t)(p)) & (sizeof(t) - 1)) == 0)

#define	NBBY		8
#define	setbit(a, i)	((a)[(i) / NBBY] |= 1 << ((i) % NBBY))
#define	clrbit(a, i)	((a)[(i) / NBBY] &= ~(1 << ((i) % NBBY)))
#define	isset(a, i)	(((a)[(i) / NBBY] & (1 << ((i) % NBBY))) != 0)
#define	isclr(a, i)	(((a)[(i) / NBBY] & (1 << ((i) % NBBY))) == 0)

#define	howmany(x, y)	(((x) + ((y) - 1)) / (y))
#define	roundup(x, y)	((((x) + ((y) - 1)) / (y)) * (y))
#define	rounddown(x, y)	(((x) / (y)) * (y))
#define	roundup2(x, m)	(((x) + ((m) - 1)) & ~((__typeof__(x))((m) - 1)))
#define	rounddown2(x, m)	((x) & ~((__typeof__(x))(m) - 1))
#define	powerof2(x)	((((x) - 1) & (x)) == 0)
#ifndef MIN
#define	MIN(a, b)	((a) < (b) ? (a) : (b))
#define	MAX(a, b)	((a) > (b) ? (a) : (b))
#endif

#define	STACK_ALIGNBYTES	15

/* Priorities, advice only: 0 (lowest) to 223. */
#define	PRI_NONE		(-1)
#define	PRI_USER		0
#define	PRI_KERNEL		64
#define	PRI_KTHREAD		96
#define	PRI_USER_RT		128
#define	PRI_KERNEL_RT		192
#define	PRI_SOFTCLOCK		PRI_KERNEL_RT
#define	PRI_SOFTBIO		(PRI_KERNEL_RT + 8)
#define	PRI_SOFTNET		(PRI_KERNEL_RT + 16)
#define	PRI_SOFTSERIAL		(PRI_KERNEL_RT + 24)
#define	PRI_COUNT		224
#define	PSWP			0
#define	PVM			0
#define	PINOD			0
#define	PRIBIO			0
#define	PVFS			0
#define	PZERO			0
#define	PSOCK			0
#define	PWAIT			0
#define	PLOCK			0
#define	PPAUSE			0
#define	PUSER			0
#define	PRIMASK			0x0ff
#define	PCATCH			0x100
#define	PNORELOCK		0x200

#define	FSHIFT		11
#define	FSCALE		(1 << FSHIFT)
#define	CLBYTES		PAGE_SIZE

#define	mstohz(ms)	((int)(((int64_t)(ms) * hz + 999) / 1000))
#define	hztoms(t)	((int)(((int64_t)(t) * 1000) / hz))

extern int hz;

#endif /* _SYS_PARAM_H_ */
