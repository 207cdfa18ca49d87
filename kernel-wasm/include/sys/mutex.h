/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/mutex.h - mutex(9).
 *
 * An adaptive mutex gives up the CPU while it waits, a spin mutex keeps it.
 * Which one it is follows from the type and the IPL, as in NetBSD: MUTEX_SPIN,
 * or MUTEX_DEFAULT with a hard IPL, spins.
 */

#ifndef _SYS_MUTEX_H_
#define _SYS_MUTEX_H_

#include <sys/types.h>
#include <sys/intr.h>

typedef enum kmutex_type_t {
	MUTEX_SPIN = 0,
	MUTEX_ADAPTIVE = 1,
	MUTEX_DEFAULT = 2,
	MUTEX_DRIVER = 3,
	MUTEX_NODEBUG = 4,
} kmutex_type_t;

/*
 * Field markings: a = atomic, o = owner only (others may peek), s = stable.
 */
typedef struct kmutex {
	int32_t		mtx_word;	/* a: 0 free, 1 held, 2 held and waited for */
	uint8_t		mtx_spin;	/* s */
	uint8_t		mtx_ipl;	/* s */
	uint8_t		mtx_live;	/* s: between init and destroy */
	uint8_t		mtx_pad;
	struct lwp	*mtx_owner;	/* o */
} kmutex_t;

void	mutex_init(kmutex_t *, kmutex_type_t, int);
void	mutex_destroy(kmutex_t *);
void	mutex_enter(kmutex_t *);
void	mutex_exit(kmutex_t *);
int	mutex_tryenter(kmutex_t *);
void	mutex_spin_enter(kmutex_t *);
void	mutex_spin_exit(kmutex_t *);
int	mutex_owned(const kmutex_t *);
struct lwp *mutex_owner(const kmutex_t *);
int	mutex_ownable(const kmutex_t *);

void	mutex_obj_init(void);
kmutex_t *mutex_obj_alloc(kmutex_type_t, int);
void	mutex_obj_hold(kmutex_t *);
bool	mutex_obj_free(kmutex_t *);
u_int	mutex_obj_refcnt(kmutex_t *);

#endif /* _SYS_MUTEX_H_ */
