// SPDX-License-Identifier: BSD-2-Clause
/** Messages between the host thread and its workers. Types only. */
import type { MailboxRef } from '../hypercall-js/mailbox.ts';
import type { ModuleReport } from '../hypercall-js/module_report.ts';
import type { MemoryLimits } from '../hypercall-js/wasm_imports.ts';

/** First message to every worker that loads the kernel. */
export interface InitMessage {
  readonly type: 'init';
  readonly mailbox: MailboxRef;
  readonly module: WebAssembly.Module;
  /** Shared memory; absent for a kernel without threads, whose control thread makes or takes an unshared one. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly unshared: { readonly bytes: number; readonly limits: MemoryLimits | undefined } | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly origin: number;
  /** Thread slot; -1 the control thread. */
  readonly slot: number;
  readonly trace: boolean;
  readonly hostFiles: boolean;
}

/** What the control thread can be asked for. */
export type ControlOp =
  | { readonly op: 'etfsRegister'; readonly key: string; readonly hostpath: string; readonly kind: number }
  | { readonly op: 'etfsRemove'; readonly key: string }
  | { readonly op: 'reap'; readonly lwp: number }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly (number | bigint)[] }
  | { readonly op: 'halt' };

export interface ControlCall {
  readonly type: 'control';
  readonly id: number;
  readonly call: ControlOp;
}

export type ControlAnswer =
  | { readonly type: 'loaded'; readonly ms: number }
  | { readonly type: 'booted'; readonly errno: number; readonly ms: number }
  | { readonly type: 'done'; readonly id: number; readonly value: number | bigint }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** Something read in place, never written: raw, or in the format of a virtual machine, as its content says. */
export type BaseSource =
  /** A file of the user's. */
  | { readonly kind: 'file'; readonly file: Blob }
  /** A file on a web server, read in ranges. */
  | { readonly kind: 'url'; readonly url: string }
  /** A file of the Node process. */
  | { readonly kind: 'host'; readonly path: string };

/** Where a disk's bytes come from. */
export type DiskSource =
  | BaseSource
  /** An image in the browser's storage, by its id in the catalogue; an overlay needs what it lies over. */
  | { readonly kind: 'stored'; readonly id: string; readonly base?: BaseSource; readonly identity?: string }
  /** Changes kept in memory, over a base; lost when the kernel ends. */
  | { readonly kind: 'scratch'; readonly base: BaseSource }
  /** Bytes in memory; lost when the kernel ends. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** An empty disk in memory. */
  | { readonly kind: 'empty'; readonly size: number }
  /** A raw file of the Node process, read and written. */
  | { readonly kind: 'node'; readonly path: string };

/** What the import worker does, one task a worker. */
export type ImportTask =
  /** Unpack a stream, or one entry of an archive, into a new image. */
  | {
      readonly task: 'unpack';
      readonly source: BaseSource;
      readonly format: 'gzip' | 'zstd' | 'zip';
      readonly entry?: string;
      readonly name: string;
    }
  /** Copy all of an overlay's base in. */
  | { readonly task: 'fill'; readonly id: string; readonly base: BaseSource }
  /** Move an image's bytes to the other kind of storage. */
  | { readonly task: 'move'; readonly id: string; readonly storage: 'indexeddb' | 'opfs' };

export type ImportMessage = { readonly type: 'start'; readonly task: ImportTask } | { readonly type: 'cancel' };

export type ImportAnswer =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly id: string; readonly size: number }
  | { readonly type: 'failed'; readonly errno: number; readonly name: string; readonly message: string };

export type StorageMessage =
  | { readonly type: 'init'; readonly mailbox: MailboxRef; readonly memory: WebAssembly.Memory }
  | {
      readonly type: 'attach';
      readonly id: number;
      readonly disk: number;
      readonly source: DiskSource;
      readonly readOnly: boolean;
    }
  | { readonly type: 'detach'; readonly id: number; readonly disk: number }
  /** See a disk as it is now, while it is written on; the answer's `view` is its number. */
  | { readonly type: 'view'; readonly id: number; readonly disk: number }
  | {
      readonly type: 'viewRead';
      readonly id: number;
      readonly view: number;
      readonly offset: number;
      readonly length: number;
    }
  /** Freeze a disk as it is now under a name. */
  | { readonly type: 'snapshot'; readonly id: number; readonly disk: number; readonly name: string }
  | { readonly type: 'viewClose'; readonly id: number; readonly view: number }
  | { readonly type: 'close'; readonly id: number };

export type StorageAnswer =
  | {
      readonly type: 'done';
      readonly id: number;
      readonly size: number;
      readonly readOnly: boolean;
      readonly view?: number;
      readonly ranges?: readonly { readonly start: number; readonly end: number }[];
      readonly bytes?: Uint8Array<ArrayBuffer>;
    }
  | { readonly type: 'failed'; readonly id: number; readonly errno: number; readonly message: string };

export interface PanicReport {
  readonly thread: string;
  readonly message: string;
  readonly backtrace: readonly string[];
}

export type { ModuleReport };
