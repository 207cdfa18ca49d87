/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fs/v7fs/v7fs.h - the file system of Seventh Edition UNIX (1979) on a disk.
 *
 * Everything is made of blocks of 512 bytes:
 *
 *	block	0		bootstrap, none of our business
 *		1		the superblock
 *		2 ..		the i-list: 8 inodes a block, numbered from 1
 *		s_isize ..	data blocks, to s_fsize
 *
 * An inode is all there is to know of a file but its name: type, owner,
 * length, times, and where its blocks are.  Names are in directories, which
 * are files made of entries of 16 bytes: a number of an inode and a name of
 * up to 14 bytes.  So a file can have many names, and none is its true one.
 *
 * The 13 block addresses of an inode: ten are those of the first ten blocks,
 * the eleventh is that of a block of 128 further addresses, the twelfth leads
 * to them in two steps and the last in three.  0 stands for a block of zeros
 * that was never written.
 *
 * Free blocks are a stack.  Its top, up to 50 numbers, is in the superblock;
 * number 0 of these is that of a block that holds the 50 below, and so on to
 * the bottom, where number 0 is 0.  The stack needs no room of its own: what
 * it is written in is free.
 *
 * A free inode is one whose mode is 0.  The superblock caches the numbers of
 * up to 100 of them; when it has none left the i-list is searched.
 *
 * Numbers are as the machine stored them, in one of three byte orders:
 *
 *	0x0a0b0c0d	as 4 bytes	the low 3 bytes, as in an inode
 *	little		0d 0c 0b 0a	0d 0c 0b
 *	big		0a 0b 0c 0d	0b 0c 0d
 *	PDP-11		0b 0a 0d 0c	0b 0d 0c
 *
 * Source: filsys(5) and dir(5) of the Seventh Edition's manual.
 */

#ifndef _FS_V7FS_V7FS_H_
#define	_FS_V7FS_V7FS_H_

#include <sys/types.h>

#define	V7FS_BSHIFT		9
#define	V7FS_BSIZE		(1u << V7FS_BSHIFT)
#define	V7FS_SUPERBLOCK_SECTOR	1u
#define	V7FS_ILIST_SECTOR	2u

/*
 * Superblock.  Byte offsets; what the system of 1979 did not keep up is kept
 * up by NetBSD and by us.
 */
#define	V7SB_ISIZE	0	/* u16 first block behind the i-list */
#define	V7SB_FSIZE	2	/* u32 blocks in all */
#define	V7SB_NFREE	6	/* u16 numbers in s_free */
#define	V7SB_FREE	8	/* u32[50] top of the stack of free blocks */
#define	V7SB_NINODE	208	/* u16 numbers in s_inode */
#define	V7SB_INODE	210	/* u16[100] some free inodes */
#define	V7SB_FLOCK	410	/* u8 in core only, as are the next three */
#define	V7SB_FMOD	412	/* u8 ours: mounted for writing, not unmounted */
#define	V7SB_TIME	414	/* u32 last update */
#define	V7SB_TFREE	418	/* u32 free blocks (not kept up in 1979) */
#define	V7SB_TINODE	422	/* u16 free inodes (nor this) */
#define	V7SB_FNAME	428	/* char[6] name of the file system */
#define	V7SB_FPACK	434	/* char[6] and of the disk pack */

#define	V7FS_MAX_FREEBLOCK	50
#define	V7FS_MAX_FREEINODE	100

/* A block of the stack of free blocks. */
#define	V7FB_NFREE	0	/* u16 */
#define	V7FB_FREE	2	/* u32[50] */

/* Inode, 64 bytes. */
#define	V7DI_MODE	0	/* u16 V7FS_IFMT and permissions; 0: free */
#define	V7DI_NLINK	2	/* u16 names that lead here */
#define	V7DI_UID	4	/* u16 */
#define	V7DI_GID	6	/* u16 */
#define	V7DI_SIZE	8	/* u32 bytes */
#define	V7DI_ADDR	12	/* u24[13] blocks; of a device its number */
#define	V7DI_ATIME	52	/* u32 seconds */
#define	V7DI_MTIME	56	/* u32 */
#define	V7DI_CTIME	60	/* u32 */

#define	V7FS_INODE_SIZE		64u
#define	V7FS_INODE_PER_BLOCK	(V7FS_BSIZE / V7FS_INODE_SIZE)
#define	V7FS_MAX_INODE		65535u
#define	V7FS_BADBLK_INODE	1u	/* once: a file of the bad blocks */
#define	V7FS_ROOT_INODE		2u

#define	V7FS_NADDR		13	/* addresses in an inode: .. */
#define	V7FS_NADDR_DIRECT	10	/* .. of data, then of addresses */
#define	V7FS_NINDIR		(V7FS_BSIZE / 4)
#define	V7FS_MAX_BLOCKS		(V7FS_NADDR_DIRECT + V7FS_NINDIR +	\
	V7FS_NINDIR * V7FS_NINDIR + V7FS_NINDIR * V7FS_NINDIR * V7FS_NINDIR)
#define	V7FS_MAX_FILESIZE	((uint64_t)V7FS_MAX_BLOCKS << V7FS_BSHIFT)
#define	V7FS_MAX_FSIZE		(1u << 24)	/* addresses have 3 bytes */
#define	V7FS_LINK_MAX		32767

#define	V7FS_IFMT	0170000u
#define	V7FS_IFIFO	0010000u	/* not of 1979, from BSD: .. */
#define	V7FS_IFCHR	0020000u
#define	V7FS_IFMPC	0030000u	/* multiplexed device: 1979 only */
#define	V7FS_IFDIR	0040000u
#define	V7FS_IFBLK	0060000u
#define	V7FS_IFMPB	0070000u
#define	V7FS_IFREG	0100000u
#define	V7FS_IFLNK	0120000u	/* .. target is the file's data */
#define	V7FS_IFSOCK	0140000u

/* Entry of a directory, 16 bytes. */
#define	V7DE_INO	0	/* u16, 0: nothing here */
#define	V7DE_NAME	2	/* char[14], zeros behind a shorter name */
#define	V7FS_DIRENT_SIZE	16u
#define	V7FS_NAME_MAX		14u

#endif /* !_FS_V7FS_V7FS_H_ */
