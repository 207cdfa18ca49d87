// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr } from '../abi.ts';
import { decodeZ } from '../lib/bytes.ts';
import {
  SA_RESTART,
  SIG_DFL,
  SIG_IGN,
  TIOCGETA,
  TIOCGPGRP,
  TIOCGWINSZ,
  TIOCSETA,
  TIOCSETAF,
  TIOCSETAW,
  TIOCSPGRP,
  TIOCSWINSZ,
} from './constants.gen.ts';
import { EINTR, EINVAL, ENOMEM } from './errno.gen.ts';
import { FileCalls } from './file_calls.ts';
import type { Disposition } from './signal_table.ts';
import {
  readKevents,
  readRlimit,
  readStatvfs,
  readTermios,
  readTimespec,
  STATVFS_SIZE,
  writeKevents,
  writeRlimit,
  writeTermios,
  writeTimespec,
} from './struct_codec.ts';
import { sigaction } from './structs.gen.ts';
import type { Kevent, Pollfd, Rlimit, Statvfs, Termios, Timespec, Winsize } from './structs.ts';
import { BULK_SIZE } from './syscall_channel.ts';
import { SyscallError } from './syscall_error.ts';
import * as N from './syscalls.gen.ts';

/** What the kernel sees as handler of a caught signal; the function itself stays in the SignalTable. */
const SIG_CAUGHT = 0x10;
const TIOCSETA_BY_WHEN = [TIOCSETA, TIOCSETAW, TIOCSETAF] as const;

/** Flags of rfork. */
export type RforkFlags = 'share' | 'copy' | 'clear';

/**
 * The system calls of a rump kernel as TypeScript functions, for the lwp current in this thread.
 * Each throws SyscallError when the kernel answers with an errno. Not thread-safe: one Librump a program.
 */
export class Librump extends FileCalls {
  // File systems ---------------------------------------------------------------------------------------------------

  /** Mount with the encoded argument structure of the file system; see mount_args.ts. */
  mount(type: string, path: string, flags: number, data: GuestPtr, length: number): number {
    return this.call5(N.SYS_mount, this.path(type), this.path2(path), flags, data, length);
  }

  unmount(path: string, flags: number): void {
    this.call2(N.SYS_unmount, this.path(path), flags);
  }

  sync(): void {
    this.call0(N.SYS_sync);
  }

  statvfs(path: string): Statvfs {
    this.call3(N.SYS_statvfs1, this.path(path), this.structPtr, 1);
    return readStatvfs(this.view, this.u8, this.structPtr);
  }

  fstatvfs(fd: number): Statvfs {
    this.call3(N.SYS_fstatvfs1, fd, this.structPtr, 1);
    return readStatvfs(this.view, this.u8, this.structPtr);
  }

  getvfsstat(flags = 1): Statvfs[] {
    const n = this.call3(N.SYS_getvfsstat, this.bulkPtr, BULK_SIZE, flags);
    const all: Statvfs[] = [];
    for (let i = 0; i < n; i++) all.push(readStatvfs(this.view, this.u8, this.bulkPtr + i * STATVFS_SIZE));
    return all;
  }

  // Processes, credentials -----------------------------------------------------------------------------------------

  getpid(): number {
    return this.call0(N.SYS_getpid);
  }

  getppid(): number {
    return this.call0(N.SYS_getppid);
  }

  getuid(): number {
    return this.call0(N.SYS_getuid);
  }

  geteuid(): number {
    return this.call0(N.SYS_geteuid);
  }

  getgid(): number {
    return this.call0(N.SYS_getgid);
  }

  getegid(): number {
    return this.call0(N.SYS_getegid);
  }

  setuid(uid: number): void {
    this.call1(N.SYS_setuid, uid);
  }

  setgid(gid: number): void {
    this.call1(N.SYS_setgid, gid);
  }

  getgroups(): number[] {
    const n = this.call2(N.SYS_getgroups, 16, this.structPtr);
    return Array.from({ length: n }, (_, i) => this.view.getUint32(this.structPtr + 4 * i, true));
  }

  setgroups(groups: readonly number[]): void {
    groups.forEach((g, i) => {
      this.view.setUint32(this.structPtr + 4 * i, g, true);
    });
    this.call2(N.SYS_setgroups, groups.length, this.structPtr);
  }

  getpgrp(): number {
    return this.call0(N.SYS_getpgrp);
  }

  getpgid(pid: number): number {
    return this.call1(N.SYS_getpgid, pid);
  }

  setpgid(pid: number, pgid: number): void {
    this.call2(N.SYS_setpgid, pid, pgid);
  }

  getsid(pid: number): number {
    return this.call1(N.SYS_getsid, pid);
  }

  setsid(): number {
    return this.call0(N.SYS_setsid);
  }

  getlogin(): string {
    this.call2(N.SYS___getlogin, this.structPtr, 17);
    return decodeZ(this.u8, this.structPtr, 17);
  }

  kill(pid: number, signal: number): void {
    this.call2(N.SYS_kill, pid, signal);
  }

  /** Set what a signal does; the kernel learns default, ignore or caught (with SA_RESTART), the handler stays here. */
  sigaction(signal: number, disposition: Disposition): void {
    this.kernelSigaction(signal, disposition);
    this.signals.set(signal, disposition);
  }

  /** Only the kernel's half of sigaction: for a child made by rfork that is current in this thread but runs elsewhere. */
  kernelSigaction(signal: number, disposition: Disposition): void {
    const at = this.zeroStruct(sigaction.size);
    const caught = typeof disposition === 'object';
    this.view.setUint32(
      at + sigaction.sa_handler,
      caught ? SIG_CAUGHT : disposition === 'ignore' ? SIG_IGN : SIG_DFL,
      true,
    );
    this.view.setInt32(at + sigaction.sa_flags, caught && disposition.restart ? SA_RESTART : 0, true);
    this.call5(N.SYS___sigaction_sigtramp, signal, at, 0, 0, 0);
  }

  /** Block or unblock signals; the previous mask as four words. */
  sigprocmask(how: number, words: readonly number[]): number[] {
    const at = this.zeroStruct(32);
    words.forEach((w, i) => {
      this.view.setUint32(at + 4 * i, w, true);
    });
    this.call3(N.SYS_sigprocmask, how, at, at + 16);
    return [0, 1, 2, 3].map((i) => this.view.getUint32(at + 16 + 4 * i, true));
  }

  getrlimit(which: number): Rlimit {
    this.call2(N.SYS_getrlimit, which, this.structPtr);
    return readRlimit(this.view, this.structPtr);
  }

  setrlimit(which: number, limit: Rlimit): void {
    writeRlimit(this.view, this.structPtr, limit);
    this.call2(N.SYS_setrlimit, which, this.structPtr);
  }

  reboot(howto: number): void {
    this.call2(N.SYS_reboot, howto, 0);
  }

  // rump(3): processes are made and left by these, not by system calls ---------------------------------------------

  /** New process with its lwp, current in this thread afterwards. */
  rfork(flags: RforkFlags): GuestPtr {
    const errno = Number(this.lwproc('rfork')(flags === 'share' ? 0 : flags === 'copy' ? 1 : 2));
    if (errno !== 0) throw new SyscallError(errno, 'rump_pub_lwproc_rfork');
    return this.curlwp();
  }

  newlwp(pid: number): GuestPtr {
    const errno = Number(this.lwproc('newlwp')(pid));
    if (errno !== 0) throw new SyscallError(errno, 'rump_pub_lwproc_newlwp');
    return this.curlwp();
  }

  curlwp(): GuestPtr {
    return Number(this.lwproc('curlwp')());
  }

  switchLwp(lwp: GuestPtr): void {
    this.lwproc('switch')(lwp);
  }

  /** End the current lwp; the last of a process closes its descriptors and ends it. */
  releaseLwp(): void {
    this.lwproc('releaselwp')();
  }

  /** Name the current process after its program, for ps and ktrace; there is no exec that would do it. */
  execNotify(argv0: string): void {
    this.kernel.exports.rump_pub_lwproc_execnotify?.(this.path(argv0.replace(/^.*\//, '')));
  }

  private lwproc(name: string): (...args: number[]) => number | bigint | void {
    const fn = this.kernel.exports[`rump_pub_lwproc_${name}`];
    if (fn === undefined) throw new SyscallError(78, `rump_pub_lwproc_${name}`);
    return fn;
  }

  // Time, events ---------------------------------------------------------------------------------------------------

  clockGettime(clock: number): Timespec {
    this.call2(N.SYS_clock_gettime, clock, this.structPtr);
    return readTimespec(this.view, this.structPtr);
  }

  clockGetres(clock: number): Timespec {
    this.call2(N.SYS_clock_getres, clock, this.structPtr);
    return readTimespec(this.view, this.structPtr);
  }

  clockSettime(clock: number, time: Timespec): void {
    writeTimespec(this.view, this.zeroStruct(16), time);
    this.call2(N.SYS_clock_settime, clock, this.structPtr);
  }

  /** Sleep; throws EINTR when a handler ran. */
  nanosleep(time: Timespec): void {
    let left = time;
    for (;;) {
      writeTimespec(this.view, this.zeroStruct(32), left);
      try {
        this.call2(N.SYS_nanosleep, this.structPtr, this.structPtr + 16);
        return;
      } catch (error) {
        // A stop and SIGCONT only pause a sleep.
        if (!(error instanceof SyscallError) || error.errno !== EINTR || this.lastDelivery !== 'quiet') throw error;
        left = readTimespec(this.view, this.structPtr + 16);
      }
    }
  }

  /** Milliseconds < 0 wait for ever; the number of ready descriptors, `revents` filled in. */
  poll(fds: Pollfd[], timeoutMs: number): number {
    const at = this.structPtr;
    fds.forEach((p, i) => {
      this.view.setInt32(at + 8 * i, p.fd, true);
      this.view.setInt16(at + 8 * i + 4, p.events, true);
      this.view.setInt16(at + 8 * i + 6, 0, true);
    });
    const n = this.call3(N.SYS_poll, at, fds.length, timeoutMs);
    fds.forEach((p, i) => {
      p.revents = this.view.getInt16(at + 8 * i + 6, true);
    });
    return n;
  }

  kqueue(): number {
    return this.call0(N.SYS_kqueue);
  }

  /** Apply changes, then wait for up to `max` events; no timeout = for ever. */
  kevent(fd: number, changes: readonly Kevent[], max: number, timeout?: Timespec): Kevent[] {
    const at = this.structPtr;
    const events = at + 32 * changes.length;
    const time = events + 32 * max;
    if (time + 16 > at + this.structRoom) throw new SyscallError(EINVAL, 'kevent');
    writeKevents(this.view, at, changes);
    if (timeout) {
      this.u8.fill(0, time, time + 16);
      writeTimespec(this.view, time, timeout);
    }
    const n = this.call6(N.SYS_kevent, fd, at, changes.length, events, max, timeout ? time : 0);
    return readKevents(this.view, events, n);
  }

  // Terminals ------------------------------------------------------------------------------------------------------

  isatty(fd: number): boolean {
    return this.tryTermios(fd) !== undefined;
  }

  tryTermios(fd: number): Termios | undefined {
    try {
      return this.tcgetattr(fd);
    } catch (error) {
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }

  tcgetattr(fd: number): Termios {
    this.ioctl(fd, TIOCGETA, this.structPtr);
    return readTermios(this.view, this.structPtr);
  }

  /** when: 0 now, 1 after output, 2 after output with input thrown away. */
  tcsetattr(fd: number, when: 0 | 1 | 2, termios: Termios): void {
    writeTermios(this.view, this.structPtr, termios);
    this.ioctl(fd, TIOCSETA_BY_WHEN[when], this.structPtr);
  }

  tcgetpgrp(fd: number): number {
    this.ioctl(fd, TIOCGPGRP, this.structPtr);
    return this.view.getInt32(this.structPtr, true);
  }

  tcsetpgrp(fd: number, pgrp: number): void {
    this.view.setInt32(this.structPtr, pgrp, true);
    this.ioctl(fd, TIOCSPGRP, this.structPtr);
  }

  winsize(fd: number): Winsize {
    this.ioctl(fd, TIOCGWINSZ, this.structPtr);
    return { rows: this.view.getUint16(this.structPtr, true), cols: this.view.getUint16(this.structPtr + 2, true) };
  }

  setWinsize(fd: number, size: Winsize): void {
    this.zeroStruct(8);
    this.view.setUint16(this.structPtr, size.rows, true);
    this.view.setUint16(this.structPtr + 2, size.cols, true);
    this.ioctl(fd, TIOCSWINSZ, this.structPtr);
  }

  // sysctl, ktrace -------------------------------------------------------------------------------------------------

  /** Read and/or write a node by number; the old value, undefined when it does not fit `room`. */
  sysctl(name: readonly number[], newValue?: Uint8Array, room = BULK_SIZE): Uint8Array {
    const at = this.zeroStruct(64);
    name.forEach((n, i) => {
      this.view.setInt32(at + 4 * i, n, true);
    });
    const lenAt = at + 52;
    const newAt = at + 64;
    const old = this.bulkPtr;
    this.view.setUint32(lenAt, room, true);
    if (newValue) this.u8.set(newValue, newAt);
    this.call6(
      N.SYS___sysctl,
      at,
      name.length,
      room === 0 ? 0 : old,
      lenAt,
      newValue ? newAt : 0,
      newValue?.length ?? 0,
    );
    const got = this.view.getUint32(lenAt, true);
    if (got > room && room > 0) throw new SyscallError(ENOMEM, '__sysctl');
    return this.u8.slice(old, old + (room === 0 ? 0 : got));
  }

  ktrace(file: string | undefined, ops: number, facilities: number, pid: number): void {
    this.call4(N.SYS_ktrace, file === undefined ? 0 : this.path(file), ops, facilities, pid);
  }

  fktrace(fd: number, ops: number, facilities: number, pid: number): void {
    this.call4(N.SYS_fktrace, fd, ops, facilities, pid);
  }
}
