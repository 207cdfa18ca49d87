/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uio.h - scatter/gather descriptions of a transfer, uiomove(9).
 */

#ifndef _SYS_UIO_H_
#define	_SYS_UIO_H_

#include <sys/types.h>

struct iovec {
	void	*iov_base;
	size_t	iov_len;
};

#define	IOV_MAX		1024

enum uio_rw { UIO_READ, UIO_WRITE };
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE };

struct vmspace;

struct uio {
	struct iovec	*uio_iov;	/* first piece not done yet */
	int		uio_iovcnt;
	off_t		uio_offset;
	size_t		uio_resid;	/* bytes left in all pieces */
	enum uio_rw	uio_rw;
	struct vmspace	*uio_vmspace;
};

#define	UIO_SMALLIOV	8		/* pieces kept on the stack */

#define	UIO_SETUP_SYSSPACE(u)	uio_setup_sysspace(u)

int	uiomove(void *, size_t, struct uio *);
int	uiomove_frombuf(void *, size_t, struct uio *);
int	uioskip(size_t, struct uio *);
int	uiopeek(void *, size_t, struct uio *);
int	ureadc(int, struct uio *);
void	uio_setup_sysspace(struct uio *);
/* Copy an iovec array in; *iovp becomes fixed[] or allocated memory (free by size). */
int	iovec_copyin(const struct iovec *, int, struct iovec *, struct iovec **,
	    size_t *);

#endif /* _SYS_UIO_H_ */
