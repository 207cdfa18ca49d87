/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utsname.h - uname(3).
 */

#ifndef _SYS_UTSNAME_H_
#define	_SYS_UTSNAME_H_

#define	_SYS_NMLN	256

struct utsname {
	char	sysname[_SYS_NMLN];
	char	nodename[_SYS_NMLN];
	char	release[_SYS_NMLN];
	char	version[_SYS_NMLN];
	char	machine[_SYS_NMLN];
};

extern char	hostname[_SYS_NMLN];
extern int	hostnamelen;
extern char	domainname[_SYS_NMLN];
extern int	domainnamelen;
extern const char ostype[];
extern const char osrelease[];
extern const char version[];
extern const char machine[];
extern const char machine_arch[];

#endif /* _SYS_UTSNAME_H_ */
