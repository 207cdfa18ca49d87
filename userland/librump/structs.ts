// SPDX-License-Identifier: BSD-2-Clause
/** Decoded structures of the system-call interface, as programs use them. 64-bit fields are doubles: all real values fit 53 bits. */

export interface Timespec {
  readonly sec: number;
  readonly nsec: number;
}

export interface Stat {
  readonly dev: number;
  readonly mode: number;
  readonly ino: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly atime: Timespec;
  readonly mtime: Timespec;
  readonly ctime: Timespec;
  readonly birthtime: Timespec;
  readonly size: number;
  readonly blocks: number;
  readonly blksize: number;
  readonly flags: number;
  readonly gen: number;
}

export interface Dirent {
  readonly ino: number;
  readonly type: number;
  readonly name: string;
}

export interface Statvfs {
  readonly flag: number;
  readonly bsize: number;
  readonly frsize: number;
  readonly iosize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly favail: number;
  readonly fsid: number;
  readonly namemax: number;
  readonly owner: number;
  readonly fstypename: string;
  readonly mntonname: string;
  readonly mntfromname: string;
}

export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  cc: number[];
  ispeed: number;
  ospeed: number;
}

export interface Winsize {
  readonly rows: number;
  readonly cols: number;
}

export interface Kevent {
  readonly ident: number;
  readonly filter: number;
  readonly flags: number;
  readonly fflags: number;
  readonly data: number;
}

export interface Pollfd {
  readonly fd: number;
  readonly events: number;
  revents: number;
}

export interface Rlimit {
  /** Infinity for RLIM_INFINITY. */
  readonly cur: number;
  readonly max: number;
}
