// SPDX-License-Identifier: BSD-2-Clause
/**
 * What the page needs of a kernel host, as types only.
 *
 * real_kernel.ts fulfils it with workers/kernel_host.ts; fake_kernel.ts fulfils it for component tests.
 */

import type { DiskSource } from '../workers/protocol';

export type { DiskSource };

export interface DiskRequest {
  /** Device name without /dev, such as rd0. */
  readonly name: string;
  readonly source: DiskSource;
  readonly readOnly: boolean;
}

/** The bytes of a disk at one moment; read forward, each byte at most once. */
export interface DiskView {
  readonly size: number;
  /** Everything outside reads as zeros. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A partition of a disk that is a disk of its own. */
export interface Wedge {
  /** dk0 */
  readonly device: string;
  /** Its label in the table, else a name the kernel gave it. */
  readonly name: string;
  /** Type in the kernel's words: ffs, msdos. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** The far end of one tty with a shell on it. */
export interface KernelTerminal {
  /** Bytes typed by the user. */
  write(bytes: Uint8Array): void;
  /** Output; the next bytes come only after the returned promise (flow control: the writer blocks as on a real tty). */
  onData(listener: (bytes: Uint8Array) => void | Promise<void>): void;
  resize(cols: number, rows: number): void;
  /** The session's leader is gone. */
  onExit(listener: (end: SessionEnd) => void): void;
  /** Hang up: SIGHUP to the session, descriptors released. */
  close(): Promise<void>;
}

export interface SessionEnd {
  readonly status: number | undefined;
  readonly signal: number | undefined;
}

/** What a panic leaves behind. */
export interface PanicReport {
  readonly message: string;
  readonly thread: string;
  readonly backtrace: readonly string[];
}

export interface KernelStats {
  readonly memoryUsed: number;
  readonly memorySize: number;
  readonly processes: number;
  readonly workers: number;
  /** Counted only where the host counts them. */
  readonly hypercalls: number | undefined;
}

/** What a module lacks against docs/kernel-abi.md, by name. */
export interface ModuleReport {
  readonly missingImports: readonly string[];
  readonly missingExports: readonly string[];
  readonly can: { readonly boot: boolean; readonly shell: boolean; readonly symbols: readonly string[] };
}

export interface KernelOptions {
  readonly module: WebAssembly.Module;
  /** The module's bytes, for a foreign kernel: its memory limits are read from them. */
  readonly raw: ArrayBuffer | undefined;
  readonly ncpu: number;
  /** RUMP_* parameters of the address. */
  readonly params: Readonly<Record<string, string>>;
  /** Terminals will be opened: have a program worker ready. */
  readonly shell: boolean;
  readonly memoryMiB: number | undefined;
  readonly onStage: (stage: string, detail?: string) => void;
  readonly onConsole: (bytes: Uint8Array) => void;
  readonly onPanic: (report: PanicReport) => void;
  /** The kernel ended by itself, without a panic. */
  readonly onExit: () => void;
  /** Called for each hypercall when the trace is wanted. */
  readonly onTrace?: (line: string) => void;
}

export interface KernelHandle {
  attachDisk(request: DiskRequest): Promise<void>;
  detachDisk(name: string): Promise<void>;
  /** A disk as it is now, synced, to be read forward while the kernel goes on writing to it. */
  viewDisk(name: string): Promise<DiskView>;
  /** The partitions the kernel found on a disk. */
  wedges(disk: string): Promise<Wedge[]>;
  /** Freeze a disk as it is now, synced, under a name in its image. */
  snapshotDisk(name: string, snapshot: string): Promise<void>;
  openTerminal(size: { cols: number; rows: number }): Promise<KernelTerminal>;
  /** Call an exported function of the kernel by link name with integer arguments (foreign kernels). */
  callSymbol?(name: string, args: readonly (number | bigint)[]): Promise<string>;
  stats(): Promise<KernelStats>;
  halt(): Promise<void>;
  dispose(): void;
}

export interface KernelHost {
  inspect(module: WebAssembly.Module): ModuleReport;
  boot(options: KernelOptions): Promise<KernelHandle>;
}
