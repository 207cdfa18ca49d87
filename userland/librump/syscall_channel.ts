// SPDX-License-Identifier: BSD-2-Clause
import type { GuestPtr, KernelInstance, ProgramHost } from '../abi.ts';
import { encodeInto } from '../lib/bytes.ts';
import { EINTR } from './errno.gen.ts';
import { type DeliveryResult, SignalTable } from './signal_table.ts';
import { SyscallError } from './syscall_error.ts';
import { syscallName } from './syscall_name.ts';

/** Bytes of the persistent transfer buffer: MAXPHYS, what one read or write moves at most. */
export const BULK_SIZE = 65536;

/** Room for a path in the scratch block; longer ones get the kernel's ENAMETOOLONG since PATH_MAX is 1024. */
const PATH_ROOM = 1104;
const RET_AT = 64;
const PATH1_AT = 96;
const PATH2_AT = PATH1_AT + PATH_ROOM;
const STRUCT_AT = 2304;
const STRUCT_ROOM = 4096;
const SCRATCH_SIZE = STRUCT_AT + STRUCT_ROOM;

/** Calls that a signal always ends with EINTR, whatever SA_RESTART says: poll, select, nanosleep, kevent and kin. */
const NEVER_RESTARTED: ReadonlySet<number> = new Set([93, 209, 345, 373, 374, 417, 430, 435, 436, 437, 477]);

/** Calls whose time would start again: their wrappers go on with what is left. */
const SLEEPS: ReadonlySet<number> = new Set([430, 477]);

/** A process that is being ended gets EINTR for ever: then it must come out. */
const SPURIOUS_LIMIT = 4;

type SyscallEntry = (num: number, args: number, len: number, ret: number) => number;

/**
 * The way into the kernel: one scratch block in guest memory for arguments, results, paths and small structures, one
 * transfer buffer, both made once; a system call is then a few stores and one call of `rump_syscall`.
 *
 * After each call the signal word is loaded; pending signals are delivered, and a call that only a stop, an ignored
 * signal or an SA_RESTART handler interrupted is made again.
 */
export class SyscallChannel {
  readonly u8: Uint8Array;
  readonly view: DataView;
  readonly signals: SignalTable;
  /** Guest address of the area for structures, STRUCT_ROOM bytes. */
  readonly structPtr: GuestPtr;
  readonly structRoom = STRUCT_ROOM;
  /** errno of the last call, 0 when it succeeded. */
  lastErrno = 0;
  /** Number of the last call. */
  lastCall = 0;

  protected lastDelivery: DeliveryResult = 'none';
  protected readonly i32: Int32Array;
  protected readonly argAt: number;
  private readonly retAt: number;
  private readonly scratch: GuestPtr;
  private bulkAt: GuestPtr = 0;
  private readonly entry: SyscallEntry;
  private readonly flag: Int32Array;

  constructor(
    readonly kernel: KernelInstance,
    readonly host: ProgramHost,
  ) {
    this.u8 = kernel.u8;
    this.view = kernel.view;
    this.i32 = new Int32Array(kernel.memory.buffer);
    this.scratch = (kernel.malloc(SCRATCH_SIZE + 8) + 7) & ~7;
    this.argAt = this.scratch >> 2;
    this.retAt = (this.scratch + RET_AT) >> 2;
    this.structPtr = this.scratch + STRUCT_AT;
    const entry = kernel.exports.rump_syscall;
    if (entry === undefined) throw new Error('kernel module does not export rump_syscall');
    this.entry = entry as SyscallEntry;
    this.flag = host.signalFlag;
    this.signals = new SignalTable(host);
  }

  /** Guest address of the transfer buffer, BULK_SIZE bytes. */
  get bulkPtr(): GuestPtr {
    if (this.bulkAt === 0) this.bulkAt = this.kernel.malloc(BULK_SIZE);
    return this.bulkAt;
  }

  /** The transfer buffer's bytes; valid until the next bulk call. */
  get bulk(): Uint8Array {
    return this.u8.subarray(this.bulkPtr, this.bulkPtr + BULK_SIZE);
  }

  /** Give the guest memory back. The channel is dead afterwards. */
  dispose(): void {
    if (this.bulkAt !== 0) this.kernel.free(this.bulkAt);
    this.kernel.free(this.scratch);
  }

  /** Second result word (pipe's other end, high half of an offset). */
  get ret1(): number {
    return this.i32[this.retAt + 1] as number;
  }

  /** Make the call whose arguments are in the scratch block; the errno. */
  rawCall(num: number, argsLength: number): number {
    const block = this.scratch;
    for (let spurious = 0; ; ) {
      const errno = this.entry(num, block, argsLength, block + RET_AT) | 0;
      this.lastErrno = errno;
      this.lastCall = num;
      if (Atomics.load(this.flag, 0) === 0) {
        if (errno !== EINTR || spurious++ === SPURIOUS_LIMIT) return errno;
        if (!this.signalFollows()) {
          // Woken by a signal that is dealt with already, such as the SIGCONT after a stop.
          this.lastDelivery = 'quiet';
          if (SLEEPS.has(num)) return errno;
          continue;
        }
      }
      // Handlers make calls of their own: results, and arguments for a restart, must be whole again.
      const saved = this.u8.slice(block, block + SCRATCH_SIZE);
      const delivery = this.signals.deliver();
      this.u8.set(saved, block);
      this.lastErrno = errno;
      this.lastCall = num;
      this.lastDelivery = delivery;
      if (errno !== EINTR || delivery === 'interrupt' || delivery === 'none') return errno;
      if (SLEEPS.has(num) || (delivery === 'restart' && NEVER_RESTARTED.has(num))) return errno;
    }
  }

  /** The kernel wakes a sleeper before it has told the host of the signal: give the word a moment to come. */
  private signalFollows(): boolean {
    for (let i = 0; i < 10; i++) if (Atomics.wait(this.flag, 0, 0, 5) !== 'timed-out') return true;
    return Atomics.load(this.flag, 0) !== 0;
  }

  /** Deliver pending signals between system calls (a loop that makes none would never see them). */
  pollSignals(): void {
    if (Atomics.load(this.flag, 0) !== 0) this.signals.deliver();
  }

  /** As rawCall, but throws SyscallError; the first result word. */
  call(num: number, argsLength: number): number {
    const errno = this.rawCall(num, argsLength);
    if (errno !== 0) throw new SyscallError(errno, syscallName(num));
    return this.i32[this.retAt] as number;
  }

  call0(num: number): number {
    return this.call(num, 0);
  }

  call1(num: number, a: number): number {
    this.i32[this.argAt] = a;
    return this.call(num, 4);
  }

  call2(num: number, a: number, b: number): number {
    const { i32, argAt } = this;
    i32[argAt] = a;
    i32[argAt + 1] = b;
    return this.call(num, 8);
  }

  call3(num: number, a: number, b: number, c: number): number {
    const { i32, argAt } = this;
    i32[argAt] = a;
    i32[argAt + 1] = b;
    i32[argAt + 2] = c;
    return this.call(num, 12);
  }

  call4(num: number, a: number, b: number, c: number, d: number): number {
    const { i32, argAt } = this;
    i32[argAt] = a;
    i32[argAt + 1] = b;
    i32[argAt + 2] = c;
    i32[argAt + 3] = d;
    return this.call(num, 16);
  }

  call5(num: number, a: number, b: number, c: number, d: number, e: number): number {
    this.i32[this.argAt + 4] = e;
    const { i32, argAt } = this;
    i32[argAt] = a;
    i32[argAt + 1] = b;
    i32[argAt + 2] = c;
    i32[argAt + 3] = d;
    return this.call(num, 20);
  }

  call6(num: number, a: number, b: number, c: number, d: number, e: number, f: number): number {
    const { i32, argAt } = this;
    i32[argAt] = a;
    i32[argAt + 1] = b;
    i32[argAt + 2] = c;
    i32[argAt + 3] = d;
    i32[argAt + 4] = e;
    i32[argAt + 5] = f;
    return this.call(num, 24);
  }

  /** Arguments as an array, for calls made by number. */
  callWords(num: number, words: readonly number[]): number {
    for (let i = 0; i < words.length; i++) this.i32[this.argAt + i] = words[i] as number;
    return this.call(num, words.length * 4);
  }

  /** 64-bit result of the last call (offsets fit a double exactly). */
  result64(low: number): number {
    return this.ret1 * 4294967296 + (low >>> 0);
  }

  /** Put a path in the first slot; its address. */
  path(text: string): GuestPtr {
    return this.putString(text, this.scratch + PATH1_AT);
  }

  /** Put a path in the second slot; its address. */
  path2(text: string): GuestPtr {
    return this.putString(text, this.scratch + PATH2_AT);
  }

  private putString(text: string, at: GuestPtr): GuestPtr {
    const n = encodeInto(text, this.u8, at, PATH_ROOM - 1);
    this.u8[at + n] = 0;
    return at;
  }

  /** Zero the first `bytes` of the structure area; its address. */
  zeroStruct(bytes: number): GuestPtr {
    this.u8.fill(0, this.structPtr, this.structPtr + bytes);
    return this.structPtr;
  }
}

/** Low and high word of a signed 64-bit argument held in a double. */
export function low32(value: number): number {
  return (value % 4294967296) | 0;
}

export function high32(value: number): number {
  return Math.floor(value / 4294967296) | 0;
}
