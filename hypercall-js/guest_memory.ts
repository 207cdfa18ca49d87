// SPDX-License-Identifier: BSD-2-Clause
/**
 * The only maker of views on guest memory.
 *
 * A shared memory is made with initial = maximum, so its views never go stale; an unshared one (RUMP_THREADS=0)
 * is grown once by the loader, before this object is made. Bulk bytes move by Uint8Array.set, never word by word.
 */
import type { GuestPtr } from '../userland/abi.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class GuestMemory {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly view: DataView;
  readonly shared: boolean;
  readonly size: number;

  constructor(readonly memory: WebAssembly.Memory) {
    this.u8 = new Uint8Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    this.size = memory.buffer.byteLength;
  }

  /** True if [ptr, ptr+len) lies in guest memory and ptr is not NULL. */
  valid(ptr: number, len: number): boolean {
    const p = ptr >>> 0;
    return p !== 0 && len >= 0 && p + len <= this.size;
  }

  bytes(ptr: GuestPtr, len: number): Uint8Array {
    const p = ptr >>> 0;
    return this.u8.subarray(p, p + (len >>> 0));
  }

  getI32(ptr: GuestPtr): number {
    return this.view.getInt32(ptr >>> 0, true);
  }

  setI32(ptr: GuestPtr, value: number): void {
    this.view.setInt32(ptr >>> 0, value, true);
  }

  setU16(ptr: GuestPtr, value: number): void {
    this.view.setUint16(ptr >>> 0, value, true);
  }

  /** 64-bit integer from a number below 2^53. */
  setI64(ptr: GuestPtr, value: number): void {
    const p = ptr >>> 0;
    this.view.setUint32(p, (value % 0x100000000) >>> 0, true);
    this.view.setInt32(p + 4, Math.floor(value / 0x100000000), true);
  }

  /** NUL-terminated string at ptr ('' for NULL). */
  cstring(ptr: GuestPtr, max = 4096): string {
    const start = ptr >>> 0;
    if (start === 0) return '';
    const limit = Math.min(start + max, this.size);
    let end = start;
    while (end < limit && this.u8[end] !== 0) end++;
    return decoder.decode(this.u8.slice(start, end));
  }

  /** Text of known length. */
  text(ptr: GuestPtr, len: number): string {
    return decoder.decode(this.bytes(ptr, len).slice());
  }

  /** Store text with its NUL; returns false if it does not fit. */
  putCstring(ptr: GuestPtr, room: number, text: string): boolean {
    const data = encoder.encode(text);
    if (data.length + 1 > room) return false;
    const p = ptr >>> 0;
    this.u8.set(data, p);
    this.u8[p + data.length] = 0;
    return true;
  }
}
