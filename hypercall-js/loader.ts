// SPDX-License-Identifier: BSD-2-Clause
/**
 * Instantiates a kernel module in this worker.
 *
 * The first instance of a kernel initialises data and heap and runs the constructors; it must be done before any other is
 * made (H_STATE READY says so). Every instance has its own stack and TLS block from the guest heap.
 */
import { GuestHeap } from './guest_heap.ts';
import { GuestMemory } from './guest_memory.ts';
import type { HostKernel } from './host_kernel.ts';
import { KernelExit } from './host_kernel.ts';
import { type Hypercalls, hypercalls } from './hypercalls.ts';
import { H_STATE, KS_READY, T_SCRATCH, T_STACK, T_TLS } from './mailbox.ts';
import { printText } from './rumpuser_cons.ts';
import { traceHypercalls } from './trace.ts';
import type { MemoryLimits } from './wasm_imports.ts';

export const STACK_BYTES = 128 * 1024;
const SCRATCH_BYTES = 64;
const WASM_PAGE = 65536;

export type GuestExports = Record<string, (...args: (number | bigint)[]) => number | bigint | undefined>;

export interface LoadedKernel {
  readonly instance: WebAssembly.Instance;
  readonly exports: GuestExports;
  readonly memory: GuestMemory;
  /** Make the instance fit to run another thread: stack pointer to the top, thread-locals as new. */
  resetThread(): void;
}

/** Make the memory of a new kernel: initial = maximum; falls back to less when the device refuses. */
export function makeKernelMemory(wantBytes: number, limits: MemoryLimits | undefined): WebAssembly.Memory {
  const shared = limits?.shared ?? true;
  const least = limits?.minPages ?? 256;
  const most = limits?.maxPages ?? 65536;
  let pages = Math.max(least, Math.min(most, Math.floor(wantBytes / WASM_PAGE)));
  for (;;) {
    try {
      return new WebAssembly.Memory({ initial: pages, maximum: shared ? pages : most, shared });
    } catch (error) {
      if (pages <= least) throw error;
      pages = Math.max(least, pages >>> 1);
    }
  }
}

/** The import object: functions by name whatever the module is called, the memory wherever it is asked for. */
function importObject(
  k: HostKernel,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory | undefined,
  calls: Hypercalls,
): WebAssembly.Imports {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    const group = imports[from] as Record<string, WebAssembly.ImportValue>;
    if (kind === 'memory' && memory !== undefined) group[name] = memory;
    else if (kind === 'function')
      group[name] =
        (calls as unknown as Record<string, WebAssembly.ImportValue>)[name] ?? missing(k, `${from}.${name}`);
  }
  return imports;
}

function missing(k: HostKernel, name: string): () => never {
  return () => {
    printText(k, `panic: kernel called ${name}, which this host does not have\n`);
    k.recordPanic('', `import ${name} does not exist in this host`, new Error(name).stack ?? '');
    k.finish(-1);
    throw new KernelExit(-1);
  };
}

function globalValue(instance: WebAssembly.Instance, name: string): number | undefined {
  const value = instance.exports[name];
  return value instanceof WebAssembly.Global ? Number(value.value) : undefined;
}

export interface LoadOptions {
  readonly module: WebAssembly.Module;
  /** Memory to import; absent when the module has its own. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly first: boolean;
  readonly trace: boolean;
  /** For a module with its own memory: grow it to this. */
  readonly ownMemoryBytes?: number;
}

/** Load the kernel in this worker. */
export function loadKernel(k: HostKernel, options: LoadOptions): LoadedKernel {
  const plain = hypercalls(k);
  const calls = options.trace ? traceHypercalls(k, plain) : plain;
  if (options.memory !== undefined) bindMemory(k, options.memory);
  const instance = new WebAssembly.Instance(options.module, importObject(k, options.module, options.memory, calls));
  if (options.memory === undefined) bindMemory(k, ownMemory(instance, options.ownMemoryBytes ?? 0));
  const table = instance.exports['__indirect_function_table'];
  k.bindTable(table instanceof WebAssembly.Table ? table : undefined);
  if (options.first) {
    const start = globalValue(instance, '__heap_base') ?? firstFreeByte(instance, k.memory);
    k.heap.init(Math.max(start, 4096), k.memory.size);
  }
  const resetThread = makeThread(k, instance, options.first && options.memory === undefined);
  resetThread();
  const exports = instance.exports as GuestExports;
  if (options.first) {
    (exports['_initialize'] ?? exports['__wasm_call_ctors'])?.();
    k.mailbox.publish(H_STATE, KS_READY);
  }
  return { instance, exports, memory: k.memory, resetThread };
}

function bindMemory(k: HostKernel, memory: WebAssembly.Memory): void {
  const guest = new GuestMemory(memory);
  k.bind(guest, new GuestHeap(guest, k.mailbox));
}

function ownMemory(instance: WebAssembly.Instance, bytes: number): WebAssembly.Memory {
  const memory = instance.exports['memory'];
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the kernel neither imports nor exports a memory');
  for (let pages = Math.ceil((bytes - memory.buffer.byteLength) / WASM_PAGE); pages > 0; pages >>>= 1) {
    try {
      memory.grow(pages);
      break;
    } catch {}
  }
  return memory;
}

/** Without __heap_base: assume the kernel's data ends in the first half of its memory. */
function firstFreeByte(instance: WebAssembly.Instance, memory: GuestMemory): number {
  return Math.max(globalValue(instance, '__data_end') ?? 0, memory.size >>> 1);
}

/**
 * Stack and TLS for this worker, kept in its slot so that the next worker of the slot uses them again. An unthreaded kernel
 * keeps the stack the linker gave it.
 */
function makeThread(k: HostKernel, instance: WebAssembly.Instance, keepStack: boolean): () => void {
  const stackPointer = instance.exports['__stack_pointer'];
  const initTls = instance.exports['__wasm_init_tls'] as ((tls: number) => void) | undefined;
  const limits = instance.exports['__set_stack_limits'] as ((base: number, end: number) => void) | undefined;
  const t = k.slot < 0 ? -1 : k.mailbox.thread(k.slot);
  const reserve = (word: number, bytes: number, align: number): number => {
    const old = t < 0 ? 0 : (k.words[t + word] as number);
    if (old !== 0) return old;
    const ptr = k.heap.alloc(bytes, align);
    if (ptr === 0) throw new Error('out of guest memory for a thread');
    if (t >= 0) k.words[t + word] = ptr;
    return ptr;
  };
  k.scratch = reserve(T_SCRATCH, SCRATCH_BYTES, 16);
  const stack = stackPointer instanceof WebAssembly.Global && !keepStack ? reserve(T_STACK, STACK_BYTES, 4096) : 0;
  const tlsSize = globalValue(instance, '__tls_size') ?? 0;
  const tls = tlsSize > 0 ? reserve(T_TLS, tlsSize, Math.max(16, globalValue(instance, '__tls_align') ?? 16)) : 0;
  if (stack === 0 && stackPointer instanceof WebAssembly.Global) limits?.(stackPointer.value as number, 0);
  return () => {
    if (stack !== 0) {
      (stackPointer as WebAssembly.Global).value = stack + STACK_BYTES;
      limits?.(stack + STACK_BYTES, stack);
    }
    if (tls !== 0) initTls?.(tls);
  };
}
