/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpuser_file.c - files and asynchronous block I/O.
 *
 * One I/O thread takes the requests in order; with RUMP_THREADS=0 a request
 * is done inside the call.
 */

#include "host.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

struct bio {
	struct bio	*next;
	int		fd, op;
	void		*data;
	size_t		len;
	int64_t		off;
	rump_biodone_fn	done;
	void		*arg;
};

static pthread_mutex_t bio_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bio_cv = PTHREAD_COND_INITIALIZER;
static struct bio *bio_head, **bio_tail = &bio_head;
static bool bio_started;

int
rumpuser_open(const char *name, int mode, int *fdp)
{
	int flags, fd, error;

	switch (mode & RUMPUSER_OPEN_ACCMODE) {
	case RUMPUSER_OPEN_RDONLY:
		flags = O_RDONLY;
		break;
	case RUMPUSER_OPEN_WRONLY:
		flags = O_WRONLY;
		break;
	case RUMPUSER_OPEN_RDWR:
		flags = O_RDWR;
		break;
	default:
		return 22;
	}
	if (mode & RUMPUSER_OPEN_CREATE)
		flags |= O_CREAT;
	if (mode & RUMPUSER_OPEN_EXCL)
		flags |= O_EXCL;
	KLOCK_WRAP(fd = open(name, flags, 0644); error = errno);
	if (fd == -1)
		return rumpuser__errtrans(error);
	*fdp = fd;
	return 0;
}

int
rumpuser_close(int fd)
{

	KLOCK_WRAP(fsync(fd); close(fd));
	return 0;
}

static int
file_type(mode_t mode)
{

	switch (mode & S_IFMT) {
	case S_IFDIR:
		return RUMPUSER_FT_DIR;
	case S_IFREG:
		return RUMPUSER_FT_REG;
	case S_IFBLK:
		return RUMPUSER_FT_BLK;
	case S_IFCHR:
		return RUMPUSER_FT_CHR;
	default:
		return RUMPUSER_FT_OTHER;
	}
}

int
rumpuser_getfileinfo(const char *name, uint64_t *sizep, int *typep)
{
	struct stat st;
	int fd;

	if (stat(name, &st) == -1)
		return rumpuser__errtrans(errno);
	if (typep != NULL)
		*typep = file_type(st.st_mode);
	if (sizep == NULL)
		return 0;
	*sizep = (uint64_t)st.st_size;
	if (S_ISBLK(st.st_mode)) {
		if ((fd = open(name, O_RDONLY)) == -1)
			return rumpuser__errtrans(errno);
		*sizep = (uint64_t)lseek(fd, 0, SEEK_END);
		close(fd);
	}
	return 0;
}

/* Do the whole transfer unless the file ends. */
static int
bio_transfer(const struct bio *b, size_t *donep)
{
	size_t done = 0;
	ssize_t n;

	while (done < b->len) {
		char *p = (char *)b->data + done;

		if (b->op & RUMPUSER_BIO_READ)
			n = pread(b->fd, p, b->len - done,
			    b->off + (off_t)done);
		else
			n = pwrite(b->fd, p, b->len - done,
			    b->off + (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return rumpuser__errtrans(errno);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*donep = done;
	if ((b->op & RUMPUSER_BIO_SYNC) && fdatasync(b->fd) == -1)
		return rumpuser__errtrans(errno);
	return 0;
}

static void *
bio_thread(void *arg)
{
	size_t done;
	struct bio *b;
	int error, dummy;

	rumpuser_component_kthread();
	for (;;) {
		pthread_mutex_lock(&bio_lock);
		while ((b = bio_head) == NULL)
			pthread_cond_wait(&bio_cv, &bio_lock);
		if ((bio_head = b->next) == NULL)
			bio_tail = &bio_head;
		pthread_mutex_unlock(&bio_lock);

		done = 0;
		error = bio_transfer(b, &done);
		rumpuser__hyp.hyp_backend_schedule(0, NULL);
		b->done(b->arg, done, error);
		rumpuser__hyp.hyp_backend_unschedule(0, &dummy, NULL);
		free(b);
	}
	return NULL;
}

static bool
bio_threads(void)
{
	const char *s = getenv("RUMP_THREADS");

	return s == NULL || *s != '0';
}

static void
bio_start(void)
{
	pthread_t pt;

	pthread_create(&pt, NULL, bio_thread, NULL);
	pthread_detach(pt);
	bio_started = true;
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off,
    rump_biodone_fn done, void *arg)
{
	struct bio *b = malloc(sizeof(*b));
	size_t got = 0;
	int error, nlocks;

	*b = (struct bio){ NULL, fd, op, data, len, off, done, arg };
	if (!bio_threads()) {
		rumpuser__hyp.hyp_backend_unschedule(0, &nlocks, NULL);
		error = bio_transfer(b, &got);
		rumpuser__hyp.hyp_backend_schedule(nlocks, NULL);
		free(b);
		done(arg, got, error);
		return;
	}
	pthread_mutex_lock(&bio_lock);
	if (!bio_started)
		bio_start();
	*bio_tail = b;
	bio_tail = &b->next;
	pthread_cond_signal(&bio_cv);
	pthread_mutex_unlock(&bio_lock);
}

int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t n, int64_t off,
    size_t *retp)
{
	ssize_t got;
	int error;

	KLOCK_WRAP(got = off == RUMPUSER_IOV_NOSEEK ?
	    readv(fd, (struct iovec *)(void *)iov, (int)n) :
	    preadv(fd, (struct iovec *)(void *)iov, (int)n, off);
	    error = errno);
	if (got == -1)
		return rumpuser__errtrans(error);
	*retp = (size_t)got;
	return 0;
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t n,
    int64_t off, size_t *retp)
{
	ssize_t got;
	int error;

	KLOCK_WRAP(got = off == RUMPUSER_IOV_NOSEEK ?
	    writev(fd, (const struct iovec *)(const void *)iov, (int)n) :
	    pwritev(fd, (const struct iovec *)(const void *)iov, (int)n, off);
	    error = errno);
	if (got == -1)
		return rumpuser__errtrans(error);
	*retp = (size_t)got;
	return 0;
}

int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{

	if ((flags & RUMPUSER_SYNCFD_BOTH) == 0)
		return 22;
	return fdatasync(fd) == -1 ? rumpuser__errtrans(errno) : 0;
}
