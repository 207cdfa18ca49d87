/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miscfs/fifofs/fifo.h - named pipes, for any file system.
 */

#ifndef _MISCFS_FIFOFS_FIFO_H_
#define _MISCFS_FIFOFS_FIFO_H_

extern int (**fifo_vnodeop_p)(void *);
extern const struct vnodeopv_desc fifo_vnodeop_opv_desc;

int	vn_fifo_bypass(void *);
void	fifo_destroy(struct vnode *);
int	fifo_open(void *);
int	fifo_close(void *);
int	fifo_read(void *);
int	fifo_write(void *);
int	fifo_ioctl(void *);
int	fifo_poll(void *);
int	fifo_kqfilter(void *);
int	fifo_inactive(void *);
int	fifo_print(void *);
int	fifo_pathconf(void *);
int	fifo_bmap(void *);

#endif /* _MISCFS_FIFOFS_FIFO_H_ */
