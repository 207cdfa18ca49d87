// SPDX-License-Identifier: BSD-2-Clause
import { SYSCALLS, type SyscallDesc } from './syscalls.gen.ts';

let byNumber: Map<number, SyscallDesc> | undefined;

/** The description of a call by number. */
export function syscallByNumber(num: number): SyscallDesc | undefined {
  byNumber ??= new Map(SYSCALLS.map((d) => [d.number, d]));
  return byNumber.get(num);
}

export function syscallName(num: number): string {
  return syscallByNumber(num)?.name ?? `syscall ${num}`;
}
