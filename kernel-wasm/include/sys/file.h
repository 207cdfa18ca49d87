/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.h - open files, file(9).
 */

#ifndef _SYS_FILE_H_
#define	_SYS_FILE_H_

#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/kauth.h>
#include <sys/unistd.h>

struct file;
struct iovec;
struct knote;
struct lwp;
struct proc;
struct stat;
struct uio;
struct vnode;

/* fo_restart: wake whoever sleeps in the file so that its descriptor can close. */
struct fileops {
	int	(*fo_read)(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
	int	(*fo_write)(struct file *, off_t *, struct uio *, kauth_cred_t,
		    int);
	int	(*fo_ioctl)(struct file *, u_long, void *);
	int	(*fo_fcntl)(struct file *, u_int, void *);
	int	(*fo_poll)(struct file *, int);
	int	(*fo_stat)(struct file *, struct stat *);
	int	(*fo_close)(struct file *);
	int	(*fo_kqfilter)(struct file *, struct knote *);
	void	(*fo_restart)(struct file *);
};

/* Flags of fo_read and fo_write: move f_offset along. */
#define	FOF_UPDATE_OFFSET	0x0001

#define	DTYPE_VNODE	1
#define	DTYPE_SOCKET	2
#define	DTYPE_PIPE	3
#define	DTYPE_KQUEUE	4
#define	DTYPE_MISC	5
#define	DTYPE_CRYPTO	6
#define	DTYPE_MQUEUE	7
#define	DTYPE_SEM	8

/*
 *	f: f_lock   F: filelist_lock   a: atomic
 *	(: stable after creation
 */
struct file {
	off_t		f_offset;	/* f */
	kauth_cred_t	f_cred;		/* (: of the opener */
	const struct fileops *f_ops;	/* (: */
	union {
		void		*fd_data;
		struct vnode	*fd_vp;
		struct socket	*fd_so;
		struct pipe	*fd_pipe;
		struct kqueue	*fd_kq;
	} f_undata;			/* (: */
	LIST_ENTRY(file) f_list;	/* F */
	kmutex_t	f_lock;
	u_int		f_flag;		/* f: FREAD, FWRITE, O_* */
	u_int		f_type;		/* (: DTYPE_* */
	u_int		f_count;	/* a: descriptors and other holders */
	u_int		f_marker;
	u_int		f_advice;	/* f: POSIX_FADV_* */
	u_int		f_msgcount;	/* references in flight in messages */
};
#define	f_data		f_undata.fd_data
#define	f_vnode		f_undata.fd_vp
#define	f_socket	f_undata.fd_so
#define	f_pipe		f_undata.fd_pipe
#define	f_kqueue	f_undata.fd_kq

LIST_HEAD(filelist, file);
extern struct filelist	filehead;
extern kmutex_t		filelist_lock;
extern u_int		nfiles, maxfiles;

/* Defaults for slots a file type does not have. */
int	fbadop_read(struct file *, off_t *, struct uio *, kauth_cred_t, int);
int	fbadop_write(struct file *, off_t *, struct uio *, kauth_cred_t, int);
int	fbadop_ioctl(struct file *, u_long, void *);
int	fbadop_stat(struct file *, struct stat *);
int	fbadop_close(struct file *);
int	fnullop_fcntl(struct file *, u_int, void *);
int	fnullop_poll(struct file *, int);
int	fnullop_kqfilter(struct file *, struct knote *);
void	fnullop_restart(struct file *);

/* One transfer on an open file; offset NULL is not allowed, &fp->f_offset is usual. */
int	dofileread(int, struct file *, void *, size_t, off_t *, int,
	    register_t *);
int	dofilewrite(int, struct file *, const void *, size_t, off_t *, int,
	    register_t *);
int	do_filereadv(int, const struct iovec *, int, off_t *, int,
	    register_t *);
int	do_filewritev(int, const struct iovec *, int, off_t *, int,
	    register_t *);

/* File operations of the vfs faction. */
extern const struct fileops vnops;

#endif /* _SYS_FILE_H_ */
