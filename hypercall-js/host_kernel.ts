// SPDX-License-Identifier: BSD-2-Clause
/**
 * One kernel as one thread of the host sees it. Every hypercall group closes over this object and nothing else, so a
 * page or process runs as many kernels as memory allows.
 */
import type { GuestPtr } from '../userland/abi.ts';
import type { GuestHeap } from './guest_heap.ts';
import type { GuestMemory } from './guest_memory.ts';
import {
  H_EXIT_VALUE,
  H_PANIC_LEN,
  H_PANIC_LOCK,
  H_STATE,
  H_UP_READY,
  H_UPCALL,
  KS_EXITED,
  KS_PANICKED,
  type Mailbox,
  PANIC_BYTES,
} from './mailbox.ts';

/** Thrown through the guest to end a thread (rumpuser_thread_exit). */
export class ThreadExit {
  readonly kind = 'thread-exit';
}

/** Thrown through the guest when the kernel is over (rumpuser_exit). */
export class KernelExit {
  readonly kind = 'kernel-exit';
  constructor(readonly value: number) {}
}

/** Synchronous files of the platform, where it has them (Node). */
export interface HostFiles {
  open(path: string, mode: number): number;
  close(fd: number): void;
  read(fd: number, dst: Uint8Array, offset: number): number;
  write(fd: number, src: Uint8Array, offset: number): number;
  sync(fd: number): void;
  truncate(fd: number, size: number): void;
  /** Size in bytes and RUMPUSER_FT_*; undefined when there is no such file. */
  info(path: string): { size: number; type: number } | undefined;
  /** NetBSD errno of an exception of this object. */
  errno(error: unknown): number;
}

/** What the platform lends to the hypercalls. */
export interface HostServices {
  /** Milliseconds, monotonic, the same origin in all workers of this kernel. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  randomFill(bytes: Uint8Array): void;
  /** Synchronous files, where the platform has them: disks of kind DK_NODE. */
  readonly files: HostFiles | undefined;
  /** The kernel may open any of them by name. */
  readonly lendFiles: boolean;
}

/** struct rumpuser_hyperup, as far as the host calls it; words 0.. in this order. */
export interface Upcalls {
  schedule(): void;
  unschedule(): void;
  backendUnschedule(nlocks: number, nlocksp: GuestPtr, interlock: GuestPtr): void;
  backendSchedule(nlocks: number, interlock: GuestPtr): void;
  lwprocSwitch(lwp: GuestPtr): void;
  lwprocRelease(): void;
  lwprocNewlwp(pid: number): number;
  lwprocCurlwp(): number;
  getpid(): number;
}

type GuestFunction = (...args: number[]) => number;

export interface HostKernelOptions {
  readonly mailbox: Mailbox;
  readonly params: Readonly<Record<string, string>>;
  readonly services: HostServices;
  /** Thread slot of this worker, -1 for the control thread. */
  readonly slot: number;
}

export class HostKernel {
  readonly mailbox: Mailbox;
  readonly words: Int32Array;
  readonly params: Readonly<Record<string, string>>;
  readonly services: HostServices;
  readonly slot: number;
  /** The lwp set by rumpuser_curlwpop. */
  curlwp: GuestPtr = 0;
  /** What rumpuser_seterrno stored last in this thread. */
  clientErrno = 0;
  /** Process slot of the program this worker runs, -1 none. */
  procSlot = -1;
  /** Disks of a kernel without threads, by disk index. */
  readonly localDisks = new Map<number, Uint8Array>();
  /** Where a kernel in the caller's own thread prints at once; others use the rings. */
  onMessage: ((bytes: Uint8Array) => void) | undefined;
  onLine: ((line: number, bytes: Uint8Array) => void) | undefined;
  /** Text of rumpuser_putchar not yet handed on. */
  putcharText: number[] = [];

  private memoryOrNull: GuestMemory | undefined;
  private heapOrNull: GuestHeap | undefined;
  private tableOrNull: WebAssembly.Table | undefined;
  private upOrNull: Upcalls | undefined;
  /** Guest address of 64 bytes for this thread's out-arguments. */
  scratch: GuestPtr = 0;

  constructor(options: HostKernelOptions) {
    this.mailbox = options.mailbox;
    this.words = options.mailbox.words;
    this.params = options.params;
    this.services = options.services;
    this.slot = options.slot;
  }

  /** The loader fills in what exists only after instantiation. */
  bind(memory: GuestMemory, heap: GuestHeap): void {
    this.memoryOrNull = memory;
    this.heapOrNull = heap;
  }

  bindTable(table: WebAssembly.Table | undefined): void {
    this.tableOrNull = table;
  }

  get memory(): GuestMemory {
    return this.memoryOrNull as GuestMemory;
  }
  get heap(): GuestHeap {
    return this.heapOrNull as GuestHeap;
  }

  /** A guest function by its table index. */
  func(index: number): GuestFunction {
    const f = this.tableOrNull?.get(index) as GuestFunction | null | undefined;
    if (f === null || f === undefined) throw new Error(`no function at table index ${index}`);
    return f;
  }

  /** The upcalls; valid after rumpuser_init in any thread. */
  get up(): Upcalls {
    return this.upOrNull ?? this.resolveUpcalls();
  }

  private resolveUpcalls(): Upcalls {
    if (Atomics.load(this.words, H_UP_READY) === 0) throw new Error('upcall before rumpuser_init');
    const at = (i: number): GuestFunction => this.func(this.words[H_UPCALL + i] as number);
    const up: Upcalls = {
      schedule: at(0) as () => void,
      unschedule: at(1) as () => void,
      backendUnschedule: at(2) as (n: number, p: number, i: number) => void,
      backendSchedule: at(3) as (n: number, i: number) => void,
      lwprocSwitch: at(4) as (l: number) => void,
      lwprocRelease: at(5) as () => void,
      lwprocNewlwp: at(7) as (pid: number) => number,
      lwprocCurlwp: at(8) as () => number,
      getpid: at(12) as () => number,
    };
    this.upOrNull = up;
    return up;
  }

  /** Give up the CPU before a wait; returns the giant lock's depth for resume(). */
  unschedule(interlock: GuestPtr): number {
    this.up.backendUnschedule(0, this.scratch, interlock);
    return this.memory.i32[this.scratch >>> 2] as number;
  }

  /** Take a CPU again after a wait. */
  resume(nlocks: number, interlock: GuestPtr): void {
    this.up.backendSchedule(nlocks, interlock);
  }

  /** Leave the text of a panic for the host; only the first one counts. */
  recordPanic(thread: string, message: string, trace: string): void {
    if (Atomics.compareExchange(this.words, H_PANIC_LOCK, 0, 1) !== 0) return;
    const text = new TextEncoder()
      .encode(`${thread}\n${message.replaceAll('\n', ' ').trim()}\n${trace}`)
      .subarray(0, PANIC_BYTES);
    this.mailbox.bytes.set(text, this.mailbox.layout.panicByte);
    Atomics.store(this.words, H_PANIC_LEN, text.length);
  }

  /** Text of the panic this kernel died of: thread, message, backtrace lines. */
  panicText(): string {
    const at = this.mailbox.layout.panicByte;
    return new TextDecoder().decode(this.mailbox.bytes.slice(at, at + Atomics.load(this.words, H_PANIC_LEN)));
  }

  /** The kernel is over: publish it, wake the host. The caller unwinds with KernelExit. */
  finish(value: number): void {
    Atomics.store(this.words, H_EXIT_VALUE, value);
    this.mailbox.publish(H_STATE, value === -1 ? KS_PANICKED : KS_EXITED);
    this.mailbox.wakeHost();
  }
}
