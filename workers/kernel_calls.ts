// SPDX-License-Identifier: BSD-2-Clause
/** The few kernel calls the workers make themselves, by link name and generated numbers. */
import type { HostKernel } from '../hypercall-js/host_kernel.ts';
import type { GuestExports, LoadedKernel } from '../hypercall-js/loader.ts';

export const SYS_read = 3,
  SYS_write = 4,
  SYS_open = 5,
  SYS_close = 6,
  SYS_getpid = 20,
  SYS_ioctl = 54,
  SYS_dup2 = 90,
  SYS_fcntl = 92,
  SYS_setsid = 147,
  SYS_reboot = 208,
  SYS_pipe2 = 453;
export const RUMP_RFFDG = 1;
export const RUMP_RFCFDG = 2;
export const O_RDWR = 2;
export const O_NONBLOCK = 4;
export const F_SETFL = 4;
/** _IO('t', 97) */
export const TIOCSCTTY = 0x20007461;

/** A system call by number with 32-bit arguments; {errno, value}. */
export function syscall(
  k: HostKernel,
  exports: GuestExports,
  number: number,
  args: readonly number[],
): { errno: number; value: number } {
  const block = k.heap.alloc(64, 16);
  const words = k.memory.i32;
  words.fill(0, block >>> 2, (block >>> 2) + 16);
  for (const [i, arg] of args.entries()) words[(block >>> 2) + i] = arg;
  const errno = Number(exports['rump_syscall']?.(number, block, args.length * 4, block + 48) ?? 78);
  const value = words[(block + 48) >>> 2] as number;
  k.heap.free(block);
  return { errno, value };
}

/** Call with a path as first argument. */
export function withPath<T>(k: HostKernel, path: string, body: (ptr: number) => T): T {
  const room = path.length * 4 + 1;
  const ptr = k.heap.alloc(room, 16);
  k.memory.putCstring(ptr, room, path);
  try {
    return body(ptr);
  } finally {
    k.heap.free(ptr);
  }
}

/** Release the lwp of a worker that was terminated outside the kernel; the last lwp frees its process. */
export function reapLwp(loaded: LoadedKernel, lwp: number): void {
  const e = loaded.exports;
  if (e['rump_pub_lwproc_reap'] !== undefined) {
    e['rump_pub_lwproc_reap'](lwp);
    return;
  }
  e['rump_pub_lwproc_switch']?.(lwp);
  e['rump_pub_lwproc_releaselwp']?.();
}

/** Sync, unmount, stop. Normally ends in rumpuser_exit. */
export function reboot(k: HostKernel, loaded: LoadedKernel): number {
  return syscall(k, loaded.exports, SYS_reboot, [0, 0]).errno;
}
