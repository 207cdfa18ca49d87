// SPDX-License-Identifier: BSD-2-Clause
/**
 * The border between userland (programs, shell) and the workers that host it.
 *
 * Everything here is synchronous: a program runs in a worker of its own that may block in Atomics.wait.
 * workers/ implements KernelInstance and ProgramHost; userland/ uses them and implements ProgramTable.
 */

/** Address in guest (kernel) memory. */
export type GuestPtr = number & { readonly __brand?: 'GuestPtr' };

/** One instantiation of the kernel module in this worker, over the shared memory. */
export interface KernelInstance {
  readonly memory: WebAssembly.Memory;
  /** Views over the whole memory; never go stale (initial = maximum). */
  readonly u8: Uint8Array;
  readonly view: DataView;
  /** Exported functions by link name (rump_syscall, rump_pub_lwproc_rfork, rump___sysimpl_read …). */
  readonly exports: Record<string, (...args: (number | bigint)[]) => number | bigint | void>;
  /** Allocate / free guest memory owned by the client (not kernel kmem). */
  malloc(bytes: number): GuestPtr;
  free(ptr: GuestPtr): void;
}

/** How a child ended or changed state, in the manner of wait(2). */
export type ProcessEvent =
  | { readonly pid: number; readonly kind: 'exited'; readonly status: number }
  | { readonly pid: number; readonly kind: 'signaled'; readonly signal: number }
  | { readonly pid: number; readonly kind: 'stopped'; readonly signal: number }
  | { readonly pid: number; readonly kind: 'continued' };

export interface SpawnRequest {
  /** The child's lwp, from rump_pub_lwproc_curlwp() after rfork; not current in any thread. */
  readonly lwp: GuestPtr;
  readonly pid: number;
  /** argv[0] names the program in the program table, or the shell for `sh`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Shell state for a subshell (functions, variables, parsed body); plain data. */
  readonly state?: unknown;
}

/** What a worker offers the program it runs. */
export interface ProgramHost {
  /**
   * View on one word of the program's mailbox: non-zero while takeSignals() would return something.
   * Librump loads it after every system call (one Atomics.load, no import call).
   */
  readonly signalFlag: Int32Array;
  /** Start a child in another program worker. Returns at once. Throws {errno: EAGAIN} when no worker can be had. */
  spawn(request: SpawnRequest): void;
  /**
   * Wait for an event of a child of this program.
   * @param pid   child's pid, or -1 for any
   * @param block false = return undefined when nothing is there (WNOHANG)
   * Returns undefined when interrupted by a signal for this program (check takeSignals()) or nothing is there.
   */
  wait(pid: number, block: boolean): ProcessEvent | undefined;
  /** Atomically take the set of signals posted to this program by the kernel (bit n-1 = signal n, two words). */
  takeSignals(): readonly number[];
  /** Called when the default action of a stop signal applies: tells the parent, sleeps until SIGCONT (or a killing signal) arrives. */
  stopSelf(signal: number): void;
  /** Host control requests a program may make (attach a disk, list disks, persist history …); async on the other side, blocks here. */
  control(request: ControlRequest): ControlReply;
  /** Milliseconds, monotonic. */
  now(): number;
}

export type ControlRequest =
  | { readonly op: 'disks' }
  | { readonly op: 'detach'; readonly name: string }
  /** The programs the host runs: [{pid, argv}]; the kernel does not know their command lines. */
  | { readonly op: 'processes' }
  | { readonly op: 'historyLoad' }
  | { readonly op: 'historyAppend'; readonly line: string };

export type ControlReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errno: number; readonly message: string };

/** Everything main() of a program gets besides its file descriptors. */
export interface ProgramStart {
  readonly kernel: KernelInstance;
  readonly host: ProgramHost;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly state?: unknown;
}

/** Entry of userland: run the program argv[0] with the current lwp. Exit status 0..255, or 128+n is NOT used: a killing signal is reported as {signal}. Exported by userland/main.ts as `runProgram`. */
export type RunProgram = (start: ProgramStart) => number | { readonly signal: number };
