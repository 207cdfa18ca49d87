/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs/v7fs/v7fs_args.h - arguments of mount(2) for type "v7fs".
 */

#ifndef _FS_V7FS_V7FS_ARGS_H_
#define	_FS_V7FS_V7FS_ARGS_H_

struct v7fs_args {
	char	*fspec;			/* block device */
	int	endian;			/* of its numbers; 0: what fits */
};

#define	V7FS_LITTLE_ENDIAN	1234	/* the VAX */
#define	V7FS_BIG_ENDIAN		4321	/* the 68000 */
#define	V7FS_PDP_ENDIAN		3412	/* where it comes from */

#endif /* !_FS_V7FS_V7FS_ARGS_H_ */
