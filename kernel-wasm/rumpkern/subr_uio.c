/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_uio.c - uiomove(9): move bytes along a uio.
 *
 * Errors	EFAULT from a client's memory; the uio then says how far it came.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/uio.h>

void
uio_setup_sysspace(struct uio *uio)
{

	uio->uio_vmspace = rump_vmspace_local;
}

static int
uio_copy(struct uio *uio, void *kp, void *up, size_t n)
{

	if (__predict_true(uio->uio_vmspace == rump_vmspace_local)) {
		/* A null buffer is the one address nobody has. */
		if (__predict_false(up == NULL))
			return EFAULT;
		if (uio->uio_rw == UIO_READ)
			memcpy(up, kp, n);
		else
			memcpy(kp, up, n);
		return 0;
	}
	return uio->uio_rw == UIO_READ ? copyout(kp, up, n) : copyin(up, kp, n);
}

static void
uio_advance(struct uio *uio, size_t n)
{
	struct iovec *iov = uio->uio_iov;

	iov->iov_base = (char *)iov->iov_base + n;
	iov->iov_len -= n;
	uio->uio_resid -= n;
	uio->uio_offset = (off_t)((uint64_t)uio->uio_offset + n);
}

int
uiomove(void *buf, size_t n, struct uio *uio)
{
	char *cp = buf;
	int error;

	while (n > 0 && uio->uio_resid > 0) {
		struct iovec *iov = uio->uio_iov;
		size_t cnt = iov->iov_len < n ? iov->iov_len : n;

		if (cnt == 0) {
			KASSERT(uio->uio_iovcnt > 0);
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		if ((error = uio_copy(uio, cp, iov->iov_base, cnt)) != 0)
			return error;
		uio_advance(uio, cnt);
		cp += cnt;
		n -= cnt;
	}
	return 0;
}

/* The buffer is the whole object: uio_offset says where in it. */
int
uiomove_frombuf(void *buf, size_t buflen, struct uio *uio)
{
	size_t off;

	if (uio->uio_offset < 0 || (uint64_t)uio->uio_offset >= buflen)
		return uio->uio_rw == UIO_READ || uio->uio_offset < 0 ?
		    (uio->uio_offset < 0 ? EINVAL : 0) : ENOSPC;
	off = (size_t)uio->uio_offset;
	return uiomove((char *)buf + off, buflen - off, uio);
}

int
uioskip(size_t n, struct uio *uio)
{

	if (n > uio->uio_resid)
		return EINVAL;
	while (n > 0) {
		size_t cnt = MIN(uio->uio_iov->iov_len, n);

		if (cnt == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		uio_advance(uio, cnt);
		n -= cnt;
	}
	return 0;
}

/* Copy without moving on. */
int
uiopeek(void *buf, size_t n, struct uio *uio)
{
	struct iovec iov = *uio->uio_iov;
	struct uio u = *uio;
	char *cp = buf;
	int error;

	for (int i = 0; n > 0 && i < uio->uio_iovcnt; i++) {
		size_t cnt;

		iov = uio->uio_iov[i];
		cnt = MIN(iov.iov_len, n);
		if ((error = uio_copy(&u, cp, iov.iov_base, cnt)) != 0)
			return error;
		cp += cnt;
		n -= cnt;
	}
	return 0;
}

/* One character to a reader. */
int
ureadc(int c, struct uio *uio)
{
	char ch = (char)c;

	if (uio->uio_resid == 0)
		panic("ureadc: no room");
	return uiomove(&ch, 1, uio);
}

int
iovec_copyin(const struct iovec *uiov, int cnt, struct iovec *fixed,
    struct iovec **iovp, size_t *residp)
{
	struct iovec *iov = fixed;
	size_t resid = 0, size;
	int error;

	if (cnt < 0 || cnt > IOV_MAX)
		return EINVAL;
	size = (size_t)cnt * sizeof(*iov);
	if (cnt > UIO_SMALLIOV)
		iov = kmem_alloc(size, KM_SLEEP);
	error = cnt == 0 ? 0 : copyin(uiov, iov, size);
	for (int i = 0; error == 0 && i < cnt; i++) {
		if (iov[i].iov_len > ((size_t)-1 >> 1) - resid)
			error = EINVAL;
		else
			resid += iov[i].iov_len;
	}
	if (error != 0) {
		if (iov != fixed)
			kmem_free(iov, size);
		return error;
	}
	*iovp = iov;
	*residp = resid;
	return 0;
}
