// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr, KernelInstance } from '../../userland/abi.ts';

/** A 32-bit slot of an argument block. */
export type Slot = number;

/** What a system call answered. */
export interface Answer {
  readonly errno: number;
  readonly value: number;
  readonly second: number;
}

const BLOCK_BYTES = 96;
const RETVAL_BYTES = 8;

/** Low and high slot of a 64-bit argument. */
export function slots64(value: bigint): [Slot, Slot] {
  const bits = BigInt.asUintN(64, value);
  return [Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0];
}

/**
 * Guest memory of one script: argument block, result words and what the arguments of the current command point to.
 * Nothing is checked or converted on the way: a script says exactly what the kernel gets.
 */
export class GuestBlock {
  private readonly block: GuestPtr;
  private readonly held: GuestPtr[] = [];
  readonly u8: Uint8Array;
  readonly view: DataView;

  constructor(readonly kernel: KernelInstance) {
    this.u8 = kernel.u8;
    this.view = kernel.view;
    this.block = kernel.malloc(BLOCK_BYTES + RETVAL_BYTES);
  }

  /** Zeroed guest memory until the next release(). */
  alloc(bytes: number): GuestPtr {
    const at = this.kernel.malloc(Math.max(bytes, 8));
    this.held.push(at);
    this.u8.fill(0, at, at + bytes);
    return at;
  }

  /** Bytes (latin1 text) with a terminating NUL in guest memory; null gives a null pointer. */
  string(text: string | null): GuestPtr {
    if (text === null) return 0;
    const at = this.alloc(text.length + 1);
    this.put(at, text);
    return at;
  }

  /** Bytes without terminator. */
  bytes(text: string): GuestPtr {
    const at = this.alloc(text.length);
    this.put(at, text);
    return at;
  }

  private put(at: GuestPtr, text: string): void {
    for (let i = 0; i < text.length; i++) this.u8[at + i] = text.charCodeAt(i);
  }

  /** Free everything that alloc() gave since the last call. */
  release(): void {
    for (const at of this.held.splice(0)) this.kernel.free(at);
  }

  /** One system call with the argument slots as given. */
  call(number: number, ...slots: readonly Slot[]): Answer {
    const retval = this.block + BLOCK_BYTES;
    slots.forEach((slot, i) => {
      this.view.setInt32(this.block + 4 * i, slot, true);
    });
    this.view.setInt32(retval, 0, true);
    this.view.setInt32(retval + 4, 0, true);
    const entry = this.kernel.exports.rump_syscall as (n: number, a: number, l: number, r: number) => number;
    const errno = entry(number, this.block, 4 * slots.length, retval);
    return { errno, value: this.view.getInt32(retval, true), second: this.view.getInt32(retval + 4, true) };
  }
}
