/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subr_fileops.c - slots for file operations a type of file does not have.
 *
 * The "bad" ones fail, the "null" ones are harmless by their meaning (nothing
 * is ever ready, nobody sleeps).
 */

#include <sys/param.h>
#include <sys/file.h>
#include <sys/uio.h>

int
fbadop_read(struct file *fp, off_t *off, struct uio *uio, kauth_cred_t cred,
    int flags)
{

	return EOPNOTSUPP;
}

int
fbadop_write(struct file *fp, off_t *off, struct uio *uio, kauth_cred_t cred,
    int flags)
{

	return EOPNOTSUPP;
}

int
fbadop_ioctl(struct file *fp, u_long com, void *data)
{

	return EOPNOTSUPP;
}

int
fbadop_stat(struct file *fp, struct stat *sb)
{

	return EOPNOTSUPP;
}

int
fbadop_close(struct file *fp)
{

	return EOPNOTSUPP;
}

int
fnullop_fcntl(struct file *fp, u_int cmd, void *data)
{

	return cmd == F_SETFL ? 0 : EOPNOTSUPP;
}

int
fnullop_poll(struct file *fp, int which)
{

	return 0;
}

int
fnullop_kqfilter(struct file *fp, struct knote *kn)
{

	return EOPNOTSUPP;
}

void
fnullop_restart(struct file *fp)
{
}
