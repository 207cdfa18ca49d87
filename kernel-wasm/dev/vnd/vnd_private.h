/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vnd_private.h - inside vnd: a unit.
 *
 * States	FREE -> SETTING		VNDIOCSET begins
 *		SETTING -> READY	and has done all
 *		READY -> CLEARING	VNDIOCCLR
 *		CLEARING -> FREE	when no request is left
 *
 * Fields	q: sc_lock   s: set in SETTING, then stable
 */

#ifndef _VND_PRIVATE_H_
#define	_VND_PRIVATE_H_

#include <sys/types.h>
#include <sys/condvar.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <dev/vndvar.h>

#define	VND_DEVMAJOR	14
#define	VND_UNITS	8

struct buf;

enum vnd_state { VND_FREE, VND_SETTING, VND_READY, VND_CLEARING };

struct vnd_softc {
	struct disk	sc_dk;
	char		sc_name[8];
	struct disklabel sc_label;	/* s */
	kmutex_t	sc_lock;
	kcondvar_t	sc_cv;		/* q: a request, or the end of all */
	enum vnd_state	sc_state;	/* q */
	u_int		sc_opens;	/* q: VND_BOPEN, VND_COPEN */
	bool		sc_rdonly;	/* s */
	bool		sc_running;	/* q: somebody works the queue off */
	struct vnode	*sc_vp;		/* s: the file */
	kauth_cred_t	sc_cred;	/* s: of who configured the unit */
	struct lwp	*sc_lwp;	/* s: the thread, if there are any */
	TAILQ_HEAD(, buf) sc_queue;	/* q */
};

#define	VND_BOPEN	0x1
#define	VND_COPEN	0x2

extern struct vnd_softc vnd_sc[VND_UNITS];

/* vnd.c */
struct vnd_softc *vnd_unit(dev_t);
void	vnd_attach_devsw(void);
void	vnd_thread(void *);

/* vnd_conf.c: the ioctls */
int	vnd_set(struct vnd_softc *, struct vnd_ioctl *);
int	vnd_clear(struct vnd_softc *, const struct vnd_ioctl *);
int	vnd_get(struct vnd_softc *, struct vnd_user *);

#endif /* !_VND_PRIVATE_H_ */
